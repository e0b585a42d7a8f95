//! The measures of a conversation, kept true act by act.

use crate::helpdesk::model::{Author, Conversation, TeamId, TeamResponse};

use super::Scene;

pub(super) fn contact_wrote(conversation: &mut Conversation, scene: &Scene<'_>) {
    let first = conversation.statistics.first_contact_reply_at.is_none();
    let team = conversation.team_assignee;
    let statistics = &mut conversation.statistics;
    earliest(&mut statistics.first_contact_reply_at, scene.at);
    latest(&mut statistics.last_contact_reply_at, scene.at);
    if first {
        responds(conversation, team, None, scene);
    }
}

/// A teammate's reply: ends a wait that began before it, and may be the first one, of the teammates and
/// of the team.
pub(super) fn admin_replied(conversation: &mut Conversation, scene: &Scene<'_>) {
    let (created_at, waiting_since, team) =
        (conversation.created_at, conversation.waiting_since, conversation.team_assignee);
    let statistics = &mut conversation.statistics;
    latest(&mut statistics.last_admin_reply_at, scene.at);
    if statistics.last_assignment_at.is_some_and(|assigned| assigned <= scene.at) {
        earliest(&mut statistics.last_assignment_admin_reply_at, scene.at);
    }
    if statistics.first_contact_reply_at.is_some_and(|asked| asked <= scene.at)
        && earliest(&mut statistics.first_admin_reply_at, scene.at)
    {
        statistics.time_to_admin_reply = Some(scene.measured(created_at, scene.at));
    }
    if let Some(since) = waiting_since.filter(|since| *since <= scene.at) {
        statistics.reply_waits.push(scene.measured(since, scene.at));
        statistics.median_time_to_reply = median(&statistics.reply_waits);
    }
    if let Some(owed) = statistics
        .team_responses
        .iter_mut()
        .find(|owed| owed.team == team && owed.response_time.is_none() && owed.since <= scene.at)
    {
        owed.response_time = Some((scene.at - owed.since).max(0));
        owed.response_time_in_office_hours = Some(scene.measured(owed.since, scene.at));
    }
}

/// Given to somebody, or to a team with a name.
pub(super) fn assigned(conversation: &mut Conversation, team: Option<(TeamId, &str)>, scene: &Scene<'_>) {
    let created_at = conversation.created_at;
    let statistics = &mut conversation.statistics;
    statistics.count_assignments += 1;
    earliest(&mut statistics.first_assignment_at, scene.at);
    if latest(&mut statistics.last_assignment_at, scene.at) {
        statistics.last_assignment_admin_reply_at = None;
    }
    if statistics.first_admin_reply_at.is_none() {
        statistics.time_to_assignment = Some((scene.at - created_at).max(0));
    }
    if let Some((team, name)) = team {
        responds(conversation, Some(team), Some(name), scene);
    }
}

pub(super) fn closed(conversation: &mut Conversation, by: &Author, scene: &Scene<'_>) {
    let (created_at, assigned) = (conversation.created_at, conversation.admin_assignee.is_some());
    let statistics = &mut conversation.statistics;
    let took = scene.measured(created_at, scene.at);
    if earliest(&mut statistics.first_close_at, scene.at) {
        statistics.time_to_first_close = Some(took);
    }
    if latest(&mut statistics.last_close_at, scene.at) {
        statistics.time_to_last_close = Some(took);
        statistics.last_closed_by_id = Some(by.id.clone());
    }
    if let (true, Some(since)) = (assigned, statistics.last_assignment_at) {
        statistics.handling_time += (scene.at - since).max(0);
    }
}

pub(super) const fn reopened(conversation: &mut Conversation) {
    conversation.statistics.count_reopens += 1;
}

/// Notes since when a team's first response is owed, once a team.
fn responds(conversation: &mut Conversation, team: Option<TeamId>, name: Option<&str>, scene: &Scene<'_>) {
    let known = &mut conversation.statistics.team_responses;
    if conversation.waiting_since.is_none() || known.iter().any(|owed| owed.team == team) {
        return;
    }
    known.push(TeamResponse {
        team,
        team_name: name.unwrap_or("Unassigned").to_owned(),
        since: scene.at,
        response_time: None,
        response_time_in_office_hours: None,
    });
}

/// Moves the instant back to `at` when that is earlier; answers whether `at` is the first one now.
fn earliest(instant: &mut Option<i64>, at: i64) -> bool {
    let moves = instant.is_none_or(|known| at < known);
    if moves {
        *instant = Some(at);
    }
    moves
}

/// Moves the instant on to `at` unless that is earlier; answers whether `at` is the last one now.
fn latest(instant: &mut Option<i64>, at: i64) -> bool {
    let moves = instant.is_none_or(|known| at >= known);
    if moves {
        *instant = Some(at);
    }
    moves
}

/// The middle value; of an even number the mean of the two, rounded down.
fn median(values: &[i64]) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    sorted.get(middle.checked_sub(1)?).map(|lower| i64::midpoint(*lower, upper))
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7]), Some(7));
        assert_eq!(median(&[9, 1, 5]), Some(5));
        assert_eq!(median(&[10, 20]), Some(15));
    }
}
