//! What is measured about a conversation, and what the AI agent did in it.

use serde::Serialize;

use crate::helpdesk::model::{AiAgent, Statistics, TeamResponse};

/// Measures; the description allows none of them to be null, so what was not measured is left out.
#[derive(Debug, Serialize)]
pub(super) struct StatisticsBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_to_assignment: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_to_admin_reply: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_to_first_close: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_to_last_close: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    median_time_to_reply: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_contact_reply_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_assignment_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_admin_reply_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_close_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_assignment_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_assignment_admin_reply_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_contact_reply_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_admin_reply_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_close_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_closed_by_id: Option<&'a str>,
    count_reopens: i64,
    count_assignments: i64,
    count_conversation_parts: i64,
    assigned_team_first_response_time: Vec<ResponseTime<'a>>,
    assigned_team_first_response_time_in_office_hours: Vec<ResponseTime<'a>>,
    handling_time: i64,
    adjusted_handling_time: Option<i64>,
}

#[derive(Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "the description's names")]
struct ResponseTime<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    team_id: Option<i64>,
    team_name: &'a str,
    response_time: i64,
}

fn responses(list: &[TeamResponse], time: impl Fn(&TeamResponse) -> Option<i64>) -> Vec<ResponseTime<'_>> {
    list.iter()
        .filter_map(|response| {
            Some(ResponseTime {
                team_id: response.team.map(|id| id.0),
                team_name: &response.team_name,
                response_time: time(response)?,
            })
        })
        .collect()
}

impl<'a> From<&'a Statistics> for StatisticsBody<'a> {
    fn from(measured: &'a Statistics) -> Self {
        Self {
            kind: "conversation_statistics",
            time_to_assignment: measured.time_to_assignment,
            time_to_admin_reply: measured.time_to_admin_reply,
            time_to_first_close: measured.time_to_first_close,
            time_to_last_close: measured.time_to_last_close,
            median_time_to_reply: measured.median_time_to_reply,
            first_contact_reply_at: measured.first_contact_reply_at,
            first_assignment_at: measured.first_assignment_at,
            first_admin_reply_at: measured.first_admin_reply_at,
            first_close_at: measured.first_close_at,
            last_assignment_at: measured.last_assignment_at,
            last_assignment_admin_reply_at: measured.last_assignment_admin_reply_at,
            last_contact_reply_at: measured.last_contact_reply_at,
            last_admin_reply_at: measured.last_admin_reply_at,
            last_close_at: measured.last_close_at,
            last_closed_by_id: measured.last_closed_by_id.as_deref(),
            count_reopens: measured.count_reopens,
            count_assignments: measured.count_assignments,
            count_conversation_parts: measured.count_conversation_parts,
            assigned_team_first_response_time: responses(&measured.team_responses, |team| team.response_time),
            assigned_team_first_response_time_in_office_hours: responses(&measured.team_responses, |team| {
                team.response_time_in_office_hours
            }),
            handling_time: measured.handling_time,
            adjusted_handling_time: None,
        }
    }
}

/// What the AI agent did.
#[derive(Debug, Serialize)]
pub(super) struct AiAgentBody<'a> {
    source_type: Option<&'a str>,
    source_title: Option<&'a str>,
    last_answer_type: Option<&'a str>,
    resolution_state: Option<&'a str>,
    rating: Option<i64>,
    rating_remark: Option<&'a str>,
    created_at: Option<i64>,
    updated_at: Option<i64>,
    content_sources: ContentSources<'a>,
}

#[derive(Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "the description's names")]
struct ContentSources<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    total_count: usize,
    content_sources: Vec<ContentSourceBody<'a>>,
}

#[derive(Debug, Serialize)]
struct ContentSourceBody<'a> {
    content_type: &'a str,
    url: &'a str,
    title: &'a str,
    locale: &'a str,
}

impl<'a> From<&'a AiAgent> for AiAgentBody<'a> {
    fn from(agent: &'a AiAgent) -> Self {
        let sources: Vec<_> = agent
            .content_sources
            .iter()
            .map(|source| ContentSourceBody {
                content_type: &source.content_type,
                url: &source.url,
                title: &source.title,
                locale: &source.locale,
            })
            .collect();
        Self {
            source_type: agent.source_type.as_deref(),
            source_title: agent.source_title.as_deref(),
            last_answer_type: agent.last_answer_type.as_deref(),
            resolution_state: agent.resolution_state.as_deref(),
            rating: agent.rating,
            rating_remark: agent.rating_remark.as_deref(),
            created_at: agent.created_at,
            updated_at: agent.updated_at,
            content_sources: ContentSources {
                kind: "content_source.list",
                total_count: sources.len(),
                content_sources: sources,
            },
        }
    }
}
