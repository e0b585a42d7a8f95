//! What is measured about a conversation.

use serde::{Deserialize, Serialize};

use super::TeamId;

/// Measures of one conversation. Durations count office hours only, where the workspace has any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Statistics {
    /// From creation to the last assignment before the first reply.
    pub time_to_assignment: Option<i64>,
    /// From creation to a teammate's first reply.
    pub time_to_admin_reply: Option<i64>,
    /// From creation to the first close.
    pub time_to_first_close: Option<i64>,
    /// From creation to the last close.
    pub time_to_last_close: Option<i64>,
    /// Median of the waits that a teammate's reply ended.
    pub median_time_to_reply: Option<i64>,
    /// The customer's first message.
    pub first_contact_reply_at: Option<i64>,
    /// First assignment.
    pub first_assignment_at: Option<i64>,
    /// A teammate's first reply.
    pub first_admin_reply_at: Option<i64>,
    /// First close.
    pub first_close_at: Option<i64>,
    /// Last assignment.
    pub last_assignment_at: Option<i64>,
    /// First reply after the last assignment.
    pub last_assignment_admin_reply_at: Option<i64>,
    /// The customer's last message.
    pub last_contact_reply_at: Option<i64>,
    /// A teammate's last reply.
    pub last_admin_reply_at: Option<i64>,
    /// Last close.
    pub last_close_at: Option<i64>,
    /// Who closed last: a teammate's id, or the bot's.
    pub last_closed_by_id: Option<String>,
    /// How often it was reopened.
    pub count_reopens: i64,
    /// How often it was assigned.
    pub count_assignments: i64,
    /// Parts there are, events included.
    pub count_conversation_parts: i64,
    /// First response of each team that had it, in plain and in office time.
    pub team_responses: Vec<TeamResponse>,
    /// Time that teammates spent on it.
    pub handling_time: i64,
    /// Every wait that a reply ended; the median's source, not told.
    pub reply_waits: Vec<i64>,
}

/// A team's first response, counted from the moment the team got the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamResponse {
    /// The team; none for the time without one.
    pub team: Option<TeamId>,
    /// Its name then.
    pub team_name: String,
    /// Since when it was the team's turn.
    pub since: i64,
    /// Plain time until the reply; none while it is owed.
    pub response_time: Option<i64>,
    /// The same in office time.
    pub response_time_in_office_hours: Option<i64>,
}
