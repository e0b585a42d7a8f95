//! Who gets a conversation: by hand, by default, in turn, by load, and back when somebody is away.
//!
//! The ways are Intercom's. *Manual*: people take what they want. *Round robin*: one assignment on
//! arrival, to the next active member; limits do not count; nobody when all are away; nothing runs
//! again later. *Balanced*: to the active member with the fewest open conversations who is below
//! their own limit and the team's; who was without an assignment the longest goes first among equals;
//! what finds nobody waits in the team's inbox until somebody has room.

use crate::helpdesk::model::{AdminId, Author, Conversation, Distribution, Part, PartType, State, Target, TeamId};

use super::{Scene, operator, settle, statistics};

/// A member of a team, as far as assignment goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: AdminId,
    /// In the inbox and not away.
    pub active: bool,
    /// Open conversations (snoozed ones do not count) over all teams.
    pub open: i64,
    /// Those of this team.
    pub open_in_team: i64,
    /// Their own limit over all teams.
    pub limit: Option<i64>,
    /// When they were assigned to last by a rule.
    pub last_assigned_at: Option<i64>,
}

/// A team, as far as assignment goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    /// Which team.
    pub team: TeamId,
    /// Its name.
    pub name: String,
    /// How its new conversations find a person.
    pub distribution: Distribution,
    /// Most open conversations of this team for one member.
    pub limit: Option<i64>,
    /// Who had the last turn.
    pub last_turn: Option<AdminId>,
    /// Members in order.
    pub members: Vec<Member>,
}

/// What a team's method says about a conversation that has just arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// This one gets it.
    Member(AdminId),
    /// It waits for somebody to have room.
    Queue,
    /// It stays in the team's inbox.
    Nobody,
}

impl Roster {
    /// Runs the team's method on an arrival.
    #[must_use]
    pub fn pick(&self) -> Pick {
        match self.distribution {
            Distribution::Manual => Pick::Nobody,
            Distribution::RoundRobin => self.in_turn().map_or(Pick::Nobody, Pick::Member),
            Distribution::Balanced => self.by_load().map_or(Pick::Queue, Pick::Member),
        }
    }

    /// The next active member after the one who had the last turn.
    fn in_turn(&self) -> Option<AdminId> {
        let after = self.last_turn.and_then(|last| self.members.iter().position(|member| member.id == last));
        let start = after.map_or(0, |index| index + 1);
        let count = self.members.len();
        (0..count)
            .filter_map(|step| self.members.get((start + step) % count))
            .find(|member| member.active)
            .map(|member| member.id)
    }

    /// The active member below both limits with the fewest open conversations.
    fn by_load(&self) -> Option<AdminId> {
        let below = |count: i64, limit: Option<i64>| limit.is_none_or(|limit| count < limit);
        self.members
            .iter()
            .filter(|member| {
                member.active && below(member.open, member.limit) && below(member.open_in_team, self.limit)
            })
            .min_by_key(|member| (member.open, member.last_assigned_at.unwrap_or(i64::MIN)))
            .map(|member| member.id)
    }
}

/// Why a conversation changes hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody, or a rule on arrival, said so.
    Said,
    /// Nobody else took it: the workspace's default.
    Default,
    /// The teammate who had it is away.
    AwayMode,
}

/// Gives the conversation to `to`, maybe with a message.
///
/// A person keeps the team; a team clears the person; the two kinds of nobody clear their own side.
/// Giving a closed conversation to somebody opens it. What is so already leaves nothing, unless there
/// is a message. `team_name` is the name of the team in `to`, for the measures.
#[must_use]
pub fn assign(
    conversation: &mut Conversation,
    by: Author,
    to: Target,
    body: Option<String>,
    team_name: Option<&str>,
    reason: Reason,
    scene: &Scene<'_>,
) -> Vec<Part> {
    let body = body.filter(|body| !body.is_empty());
    let (person, team) = match to {
        Target::Admin(admin) => (Some(admin), conversation.team_assignee),
        Target::Team(team) => (None, Some(team)),
        Target::NobodyAdmin => (None, conversation.team_assignee),
        Target::NobodyTeam => (conversation.admin_assignee, None),
    };
    let same = conversation.admin_assignee == person && conversation.team_assignee == team;
    let to_somebody = matches!(to, Target::Admin(_) | Target::Team(_));
    let reopens = to_somebody && conversation.state == State::Closed;
    if same && !reopens && body.is_none() {
        return Vec::new();
    }
    if !same {
        conversation.queued_since = None;
    }
    conversation.admin_assignee = person;
    conversation.team_assignee = team;
    if reopens {
        statistics::reopened(conversation);
        conversation.state = State::Open;
    }
    if to_somebody && !same {
        let named = team.zip(team_name).filter(|_| matches!(to, Target::Team(_)));
        statistics::assigned(conversation, named, scene);
    }
    let part_type = match (reason, reopens) {
        (Reason::Said, true) => PartType::AssignAndReopen,
        (Reason::Said, false) => PartType::Assignment,
        (Reason::Default, _) => PartType::DefaultAssignment,
        (Reason::AwayMode, _) => PartType::AwayModeAssignment,
    };
    let mut part = Part::event(part_type, by, scene.at, conversation.state);
    part.assigned_to = Some(to);
    part.body = body;
    let parts = vec![part];
    settle(conversation, &parts, scene);
    parts
}

/// Runs a team's method on a conversation that has just arrived in its inbox, or that waits there.
#[must_use]
pub fn arrive(conversation: &mut Conversation, roster: &Roster, scene: &Scene<'_>) -> Vec<Part> {
    match roster.pick() {
        Pick::Member(admin) => assign(conversation, operator(), Target::Admin(admin), None, None, Reason::Said, scene),
        Pick::Queue => {
            conversation.queued_since.get_or_insert(scene.now);
            Vec::new()
        }
        Pick::Nobody => Vec::new(),
    }
}

/// Lets an open conversation without a person wait in a balanced team's inbox: it was opened again
/// while nobody had it, or somebody moved it there.
pub fn enqueue(conversation: &mut Conversation, roster: &Roster, scene: &Scene<'_>) {
    let unheld = conversation.state == State::Open && conversation.admin_assignee.is_none();
    if unheld && roster.distribution == Distribution::Balanced && conversation.team_assignee == Some(roster.team) {
        conversation.queued_since.get_or_insert(scene.now);
    }
}

/// Takes a conversation that a customer answered back from a teammate who is away and wants that: it
/// returns to its team's inbox, or to nobody when it has no team.
#[must_use]
pub fn return_from_away(conversation: &mut Conversation, team_name: Option<&str>, scene: &Scene<'_>) -> Vec<Part> {
    if conversation.admin_assignee.is_none() {
        return Vec::new();
    }
    let to = conversation.team_assignee.map_or(Target::NobodyAdmin, Target::Team);
    assign(conversation, operator(), to, None, team_name, Reason::AwayMode, scene)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::sample::{NOON, admin, at, conversation};
    use super::super::thread;
    use super::*;

    fn member(id: i64, open: i64) -> Member {
        Member { id: AdminId(id), active: true, open, open_in_team: open, limit: None, last_assigned_at: None }
    }

    fn roster(distribution: Distribution, members: Vec<Member>) -> Roster {
        Roster { team: TeamId(9), name: "Billing".into(), distribution, limit: None, last_turn: None, members }
    }

    fn give(it: &mut Conversation, to: Target, seconds: i64) -> Vec<Part> {
        assign(it, admin(1), to, None, Some("Billing"), Reason::Said, &at(NOON + seconds))
    }

    #[test]
    fn round_robin_goes_on_after_the_last_turn_and_around() {
        let mut team = roster(Distribution::RoundRobin, vec![member(1, 0), member(2, 50), member(3, 0)]);
        let mut order = Vec::new();
        for _ in 0..4 {
            let Pick::Member(next) = team.pick() else { panic!("somebody is active") };
            team.last_turn = Some(next);
            order.push(next.0);
        }
        assert_eq!(order, [1, 2, 3, 1]);
    }

    #[test]
    fn round_robin_passes_over_the_away_and_ignores_limits() {
        let mut team = roster(Distribution::RoundRobin, vec![member(1, 0), member(2, 99), member(3, 0)]);
        team.limit = Some(1);
        team.last_turn = Some(AdminId(1));
        assert_eq!(team.pick(), Pick::Member(AdminId(2)));
        team.members[1].active = false;
        assert_eq!(team.pick(), Pick::Member(AdminId(3)));
        for member in &mut team.members {
            member.active = false;
        }
        assert_eq!(team.pick(), Pick::Nobody);
    }

    #[test]
    fn round_robin_survives_the_last_one_leaving_the_team() {
        let mut team = roster(Distribution::RoundRobin, vec![member(1, 0), member(2, 0)]);
        team.last_turn = Some(AdminId(77));
        assert_eq!(team.pick(), Pick::Member(AdminId(1)));
        team.members.clear();
        assert_eq!(team.pick(), Pick::Nobody);
    }

    #[test]
    fn balanced_takes_the_fewest_then_the_longest_idle() {
        let mut team = roster(Distribution::Balanced, vec![member(1, 3), member(2, 1), member(3, 1)]);
        team.members[1].last_assigned_at = Some(200);
        team.members[2].last_assigned_at = Some(100);
        assert_eq!(team.pick(), Pick::Member(AdminId(3)));
        team.members[1].last_assigned_at = None;
        assert_eq!(team.pick(), Pick::Member(AdminId(2)), "never assigned is longest");
    }

    #[test]
    fn balanced_keeps_both_limits() {
        let mut team = roster(Distribution::Balanced, vec![member(1, 2), member(2, 5)]);
        team.members[0].limit = Some(2);
        assert_eq!(team.pick(), Pick::Member(AdminId(2)));
        team.limit = Some(5);
        assert_eq!(team.pick(), Pick::Queue);
        team.members[1].open_in_team = 4;
        assert_eq!(team.pick(), Pick::Member(AdminId(2)));
        team.members[1].active = false;
        assert_eq!(team.pick(), Pick::Queue);
    }

    #[test]
    fn manual_gives_to_nobody() {
        assert_eq!(roster(Distribution::Manual, vec![member(1, 0)]).pick(), Pick::Nobody);
    }

    #[test]
    fn a_person_keeps_the_team_and_a_team_clears_the_person() {
        let mut it = conversation();
        let _ = give(&mut it, Target::Team(TeamId(9)), 1);
        let parts = give(&mut it, Target::Admin(AdminId(2)), 2);
        assert_eq!((it.admin_assignee, it.team_assignee), (Some(AdminId(2)), Some(TeamId(9))));
        assert_eq!(parts[0].assigned_to, Some(Target::Admin(AdminId(2))));
        assert_eq!(parts[0].part_type, PartType::Assignment);
        let _ = give(&mut it, Target::Team(TeamId(8)), 3);
        assert_eq!((it.admin_assignee, it.team_assignee), (None, Some(TeamId(8))));
        let s = &it.statistics;
        assert_eq!(
            (s.count_assignments, s.first_assignment_at, s.last_assignment_at),
            (3, Some(NOON + 1), Some(NOON + 3))
        );
        assert_eq!(s.time_to_assignment, Some(3));
    }

    #[test]
    fn nobody_clears_one_side_and_is_no_assignment() {
        let mut it = conversation();
        let _ = give(&mut it, Target::Team(TeamId(9)), 1);
        let _ = give(&mut it, Target::Admin(AdminId(2)), 2);
        let parts = give(&mut it, Target::NobodyAdmin, 3);
        assert_eq!((it.admin_assignee, it.team_assignee), (None, Some(TeamId(9))));
        assert_eq!(parts[0].assigned_to, Some(Target::NobodyAdmin));
        assert_eq!(it.statistics.count_assignments, 2);
        let _ = give(&mut it, Target::NobodyTeam, 4);
        assert_eq!(it.team_assignee, None);
        assert!(give(&mut it, Target::NobodyTeam, 5).is_empty());
    }

    #[test]
    fn giving_what_is_closed_opens_it() {
        let mut it = conversation();
        let _ = thread::close(&mut it, admin(1), None, &at(NOON + 1));
        let parts = give(&mut it, Target::Admin(AdminId(2)), 2);
        assert_eq!((&parts[0].part_type, it.state), (&PartType::AssignAndReopen, State::Open));
        assert_eq!(it.statistics.count_reopens, 1);
        let _ = thread::close(&mut it, admin(1), None, &at(NOON + 3));
        let _ = give(&mut it, Target::NobodyAdmin, 4);
        assert_eq!(it.state, State::Closed);
    }

    #[test]
    fn an_assignment_starts_the_count_to_its_first_reply() {
        let mut it = conversation();
        let _ = give(&mut it, Target::Admin(AdminId(2)), 10);
        let reply = |body: &str| thread::Message::comment(admin(2), body);
        let _ = thread::message(&mut it, reply("one"), &at(NOON + 20));
        let _ = thread::message(&mut it, reply("two"), &at(NOON + 30));
        assert_eq!(it.statistics.last_assignment_admin_reply_at, Some(NOON + 20));
        let _ = give(&mut it, Target::Admin(AdminId(3)), 40);
        assert_eq!(it.statistics.last_assignment_admin_reply_at, None);
        assert_eq!(it.statistics.time_to_assignment, Some(10), "only before the first reply");
    }

    #[test]
    fn a_team_s_first_response_counts_from_its_assignment() {
        let mut it = conversation();
        let _ = give(&mut it, Target::Team(TeamId(9)), 100);
        let _ = thread::message(&mut it, thread::Message::comment(admin(2), "hi"), &at(NOON + 160));
        let team = it.statistics.team_responses.iter().find(|r| r.team == Some(TeamId(9))).unwrap();
        assert_eq!((team.response_time, team.team_name.as_str()), (Some(60), "Billing"));
    }

    #[test]
    fn an_arrival_is_given_or_queued() {
        let mut it = conversation();
        let mut team = roster(Distribution::Balanced, vec![member(4, 0)]);
        let parts = arrive(&mut it, &team, &at(NOON));
        assert_eq!((it.admin_assignee, parts.len()), (Some(AdminId(4)), 1));
        assert_eq!(parts[0].author.kind, crate::helpdesk::model::AuthorKind::Bot);
        let mut it = conversation();
        team.members[0].active = false;
        assert!(arrive(&mut it, &team, &at(NOON)).is_empty());
        assert_eq!(it.queued_since, Some(NOON));
        let _ = give(&mut it, Target::Admin(AdminId(1)), 5);
        assert_eq!(it.queued_since, None);
    }

    #[test]
    fn what_the_away_have_goes_back_to_its_team() {
        let mut it = conversation();
        let _ = give(&mut it, Target::Team(TeamId(9)), 1);
        let _ = give(&mut it, Target::Admin(AdminId(2)), 2);
        let parts = return_from_away(&mut it, Some("Billing"), &at(NOON + 3));
        assert_eq!(parts[0].part_type, PartType::AwayModeAssignment);
        assert_eq!(parts[0].assigned_to, Some(Target::Team(TeamId(9))));
        assert_eq!((it.admin_assignee, it.team_assignee), (None, Some(TeamId(9))));
        assert!(return_from_away(&mut it, None, &at(NOON + 4)).is_empty());
    }
}
