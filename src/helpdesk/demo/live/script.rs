//! What happens next, and when: pure.
//!
//! Owns [`Scene`] (what the script sees), [`Script`] (what it remembers) and [`next_event`]. Must not
//! know the store or a clock.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::dice::Dice;
use super::super::talk::Desk;
use super::yours::{self, MENTION_PAUSE, OPENING, Wish};
use crate::helpdesk::model::{AdminId, ContactId, ConversationId, TeamId};

/// Seconds between two events, at least and at most.
const PACE: (i64, i64) = (8, 20);
/// The same after an event that came to nothing, which nobody has seen.
const AGAIN: (i64, i64) = (1, 2);
/// So many events that come to nothing are made up for at once.
const TRIES: u32 = 4;
/// Seconds until a customer answers what *you* wrote, at least and at most.
const ANSWER: (i64, i64) = (12, 29);
/// Of a hundred replies of yours, so many are answered soon.
const ANSWERED: u64 = 52;
/// Of a hundred events, so many are chosen because they concern *you*; a few others do by chance.
const YOUR_SHARE: u64 = 32;
/// From so many open ones of yours on, new conversations go to other desks.
pub(super) const YOURS_ENOUGH: usize = 12;
/// From so many unassigned ones on, colleagues take some.
pub(super) const UNASSIGNED_ENOUGH: usize = 12;
/// Seconds that a customer leaves before anybody but you is answered or hurried.
pub(super) const BREATH: i64 = 45;

/// A conversation as the script sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// Which.
    pub id: ConversationId,
    /// Whose.
    pub contact: ContactId,
    /// Who has it.
    pub assignee: Option<AdminId>,
    /// In which team's inbox.
    pub team: Option<TeamId>,
    /// When the customer wrote last.
    pub customer_wrote_at: i64,
    /// When one of us wrote last; 0 when nobody did.
    pub we_wrote_at: i64,
    /// Whether the customer has judged it.
    pub rated: bool,
}

impl Glimpse {
    /// Whether one of us wrote last.
    pub(super) fn ours_is_last(&self) -> bool {
        self.we_wrote_at > self.customer_wrote_at
    }

    /// When the last message came.
    pub(super) fn last_word_at(&self) -> i64 {
        self.we_wrote_at.max(self.customer_wrote_at)
    }
}

/// What the script sees of the helpdesk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scene {
    /// Unix seconds.
    pub now: i64,
    /// Open conversations, in all.
    pub open: usize,
    /// Open ones of yours.
    pub yours: usize,
    /// Open ones that nobody has, in all.
    pub unassigned: usize,
    /// Some open ones that nobody has and whose customer waits.
    pub free: Vec<Glimpse>,
    /// Some open ones that colleagues have.
    pub colleagues: Vec<Glimpse>,
    /// Some open ones of yours, changed last first.
    pub yours_open: Vec<Glimpse>,
    /// Open ones in which *you* wrote last, a moment ago.
    pub heard: Vec<Glimpse>,
    /// Some that were closed lately.
    pub closed: Vec<Glimpse>,
}

/// Whose a new conversation becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Yours.
    You,
    /// Nobody's.
    Nobody,
    /// Of any desk, which gives it to whose turn it is.
    Any,
    /// Of that desk.
    Desk(Desk),
}

/// Why a customer writes again before they are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// They ask for news.
    Impatient,
    /// They have something to add.
    Adds,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new conversation comes in.
    Arrive(To),
    /// A customer answers at once what *you* have just written; takes no turn.
    Back(Glimpse),
    /// A customer answers what one of us wrote.
    Answer(Glimpse),
    /// A customer who waits writes again.
    Nudge(Glimpse, Mood),
    /// A colleague takes what nobody has.
    Take(Glimpse),
    /// A colleague answers their customer.
    Reply(Glimpse),
    /// A colleague leaves a note; true for one that mentions *you*.
    Note(Glimpse, bool),
    /// A colleague brings it nearer to its end, and closes when there is nothing left to say.
    Close(Glimpse),
    /// A colleague puts a tag on.
    Tag(Glimpse),
    /// A customer judges.
    Rate(Glimpse),
    /// Nothing.
    Quiet,
}

/// What the script remembers.
#[derive(Clone, Debug)]
pub struct Script {
    seed: u64,
    turn: u64,
    turn_began: i64,
    /// Events that came to something.
    shown: usize,
    /// Events since the last of those.
    missed: u32,
    /// Open conversations to come back to.
    balance: usize,
    mentioned_at: i64,
    you_wrote_at: i64,
    /// When customers of yours wrote by this script, by conversation.
    nudged: BTreeMap<ConversationId, i64>,
    /// When colleagues left you a note, by conversation.
    noted: BTreeMap<ConversationId, i64>,
    /// Replies of yours that were answered, by conversation: when you wrote.
    answered: BTreeMap<ConversationId, i64>,
}

impl Script {
    /// A script that begins at `now` and keeps about `open` conversations open.
    #[must_use]
    pub const fn new(seed: u64, now: i64, open: usize) -> Self {
        Self {
            seed,
            turn: 0,
            turn_began: now,
            shown: 0,
            missed: 0,
            balance: open,
            mentioned_at: now,
            you_wrote_at: now,
            nudged: BTreeMap::new(),
            noted: BTreeMap::new(),
            answered: BTreeMap::new(),
        }
    }

    /// Number of the turn.
    #[must_use]
    pub const fn turn(&self) -> u64 {
        self.turn
    }

    /// The chance of this turn, for a purpose of its own.
    #[must_use]
    pub const fn dice(&self, purpose: u64) -> Dice {
        Dice::stream(self.seed ^ purpose, self.turn)
    }

    /// When a note that mentions *you* was left last; the script's beginning before the first.
    #[must_use]
    pub(super) const fn mentioned_at(&self) -> i64 {
        self.mentioned_at
    }

    /// When you wrote last; the script's beginning before that.
    #[must_use]
    pub(super) const fn you_wrote_at(&self) -> i64 {
        self.you_wrote_at
    }

    /// When the customer of that conversation of yours wrote last by this script.
    #[must_use]
    pub(super) fn nudged_at(&self, id: ConversationId) -> Option<i64> {
        self.nudged.get(&id).copied()
    }

    /// When a colleague last left you a note in that conversation.
    #[must_use]
    pub(super) fn noted_at(&self, id: ConversationId) -> Option<i64> {
        self.noted.get(&id).copied()
    }

    /// Takes in what you wrote.
    pub fn hear(&mut self, scene: &Scene) {
        let last = scene.heard.iter().map(|glimpse| glimpse.we_wrote_at).max();
        self.you_wrote_at = self.you_wrote_at.max(last.unwrap_or(0));
    }

    /// Books that the turn of `event` was at `now`; `happened` is false for one that came to nothing.
    pub fn done(&mut self, event: &Event, now: i64, happened: bool) {
        match event {
            Event::Back(glimpse) => {
                remember(&mut self.answered, glimpse.id, glimpse.we_wrote_at);
                return;
            }
            // Whoever had nothing to say has nothing to say for a while.
            Event::Answer(glimpse) | Event::Nudge(glimpse, _) => remember(&mut self.nudged, glimpse.id, now),
            Event::Note(glimpse, true) => {
                self.mentioned_at = now;
                remember(&mut self.noted, glimpse.id, now);
            }
            _ => {}
        }
        self.turn += 1;
        self.turn_began = now;
        if happened || *event == Event::Quiet || self.missed >= TRIES {
            self.shown += 1;
            self.missed = 0;
        } else {
            self.missed += 1;
        }
    }

    /// Seconds until the next event, at least and at most, and what the opening wants of it.
    fn plan(&self) -> ((i64, i64), Wish) {
        let (pace, wish) = OPENING.get(self.shown).copied().unwrap_or((PACE, Wish::Any));
        match self.missed {
            0 => (pace, wish),
            1 => (AGAIN, wish),
            _ => (AGAIN, Wish::Any),
        }
    }

    /// When the customer answers what you wrote; none when not soon.
    fn answer_due(&self, glimpse: &Glimpse) -> Option<i64> {
        if !glimpse.ours_is_last() || self.answered.get(&glimpse.id) == Some(&glimpse.we_wrote_at) {
            return None;
        }
        let id = u64::try_from(glimpse.id.0).unwrap_or(0);
        let mut dice = Dice::stream(self.seed ^ id, u64::try_from(glimpse.we_wrote_at).unwrap_or(0));
        dice.chance(ANSWERED).then(|| glimpse.we_wrote_at + dice.between(ANSWER.0, ANSWER.1))
    }
}

/// Books a time; the list is kept short.
fn remember(times: &mut BTreeMap<ConversationId, i64>, id: ConversationId, at: i64) {
    times.insert(id, at);
    if times.len() > 500
        && let Some(oldest) = times.iter().min_by_key(|(_, at)| **at).map(|(id, _)| *id)
    {
        times.remove(&oldest);
    }
}

/// The next event and how long until it is due; zero for now. The same for the same script and scene;
/// until its time it may be asked again with a newer scene.
#[must_use]
pub fn next_event(script: &Script, scene: &Scene) -> (Duration, Event) {
    let mut dice = script.dice(0xE7);
    let (pace, wish) = script.plan();
    let due = script.turn_began + dice.between(pace.0, pace.1);
    let answer = scene
        .heard
        .iter()
        .filter_map(|glimpse| script.answer_due(glimpse).map(|at| (at, glimpse)))
        .min_by_key(|(at, glimpse)| (*at, glimpse.id));
    let (at, event) = match answer {
        Some((at, glimpse)) if at <= due => (at, Event::Back(glimpse.clone())),
        _ => {
            let wished = yours::wished(wish, script, scene, &mut dice);
            (due, wished.unwrap_or_else(|| choose(script, scene, &mut dice)))
        }
    };
    (Duration::from_secs(u64::try_from(at - scene.now).unwrap_or(0)), event)
}

/// What happens on this turn.
fn choose(script: &Script, scene: &Scene, dice: &mut Dice) -> Event {
    let (now, breath) = (scene.now, scene.now - BREATH);
    let rested = |glimpse: &&Glimpse| glimpse.last_word_at() < breath;
    let theirs: Vec<&Glimpse> = scene.colleagues.iter().filter(rested).collect();
    let pool = |keep: &dyn Fn(&Glimpse) -> bool| -> Vec<&Glimpse> {
        theirs.iter().copied().filter(|glimpse| keep(glimpse)).collect()
    };
    let waiting = pool(&|glimpse| !glimpse.ours_is_last());
    let answered = pool(&|glimpse| glimpse.ours_is_last());
    let settled = pool(&|glimpse| glimpse.we_wrote_at > 0 && glimpse.last_word_at() < now - 240);
    let long_waiting = pool(&|glimpse| !glimpse.ours_is_last() && glimpse.customer_wrote_at < now - 1_800);
    let free: Vec<&Glimpse> = scene.free.iter().filter(|glimpse| glimpse.customer_wrote_at < now - 150).collect();
    let unrated: Vec<&Glimpse> = scene.closed.iter().filter(|glimpse| !glimpse.rated).collect();
    let surplus = scene.open as i128 - script.balance as i128;
    let slack = (script.balance / 15).max(6) as i128;
    let room = match surplus {
        s if s > slack / 2 => 0,
        s if s > -slack / 3 => 1,
        _ => 2,
    };
    if dice.chance(YOUR_SHARE)
        && let Some(event) = yours::chosen(script, scene, room, dice)
    {
        return event;
    }
    // A conversation takes about six turns from its arrival to its close.
    let (arrivals, closings) = match surplus {
        s if s > slack => (0, 44),
        s if s > slack / 3 => (5, 34),
        s if s < -slack => (44, 3),
        s if s < -slack / 3 => (26, 12),
        _ => (12, 26),
    };
    let can_mention = now - script.mentioned_at >= MENTION_PAUSE;
    let of = |weight: u32, from: &[&Glimpse]| if from.is_empty() { 0 } else { weight };
    let take = if scene.unassigned > UNASSIGNED_ENOUGH * 2 { 30 } else { 12 };
    let weights = [
        arrivals,
        of(18, &answered),
        of(3, &long_waiting),
        if scene.unassigned > UNASSIGNED_ENOUGH { of(take, &free) } else { 0 },
        of(22, &waiting),
        of(5, &waiting),
        of(closings, &settled),
        of(4, &settled),
        of(4, &unrated),
    ];
    let pick = |from: &[&Glimpse], dice: &mut Dice| from.get(dice.index(from.len())).map(|glimpse| (*glimpse).clone());
    let chosen = match dice.weighted(weights.into_iter()) {
        1 => pick(&answered, dice).map(Event::Answer),
        2 => pick(&long_waiting, dice).map(|glimpse| Event::Nudge(glimpse, Mood::Impatient)),
        3 => pick(&free, dice).map(Event::Take),
        4 => pick(&waiting, dice).map(Event::Reply),
        5 => {
            let mentions = can_mention && dice.chance(40);
            pick(&waiting, dice).map(|glimpse| Event::Note(glimpse, mentions))
        }
        6 => pick(&settled, dice).map(Event::Close),
        7 => pick(&settled, dice).map(Event::Tag),
        8 => pick(&unrated, dice).map(Event::Rate),
        _ => None,
    };
    chosen.unwrap_or_else(|| {
        if surplus > slack {
            return Event::Quiet;
        }
        // The support desk's turns reach you; who has enough gets no more.
        let elsewhere = scene.yours >= YOURS_ENOUGH;
        Event::Arrive(match elsewhere {
            false => To::Any,
            true if dice.chance(50) => To::Desk(Desk::Billing),
            true => To::Desk(Desk::Returns),
        })
    })
}

#[cfg(test)]
#[allow(clippy::panic)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) const NOW: i64 = 1_790_000_000;

    pub(in super::super) fn glimpse(id: i64, customer: i64, us: i64) -> Glimpse {
        Glimpse {
            id: ConversationId(id),
            contact: "c".into(),
            assignee: Some(AdminId(2)),
            team: None,
            customer_wrote_at: customer,
            we_wrote_at: us,
            rated: false,
        }
    }

    pub(in super::super) fn scene(now: i64) -> Scene {
        Scene {
            now,
            open: 150,
            yours: 8,
            unassigned: 15,
            free: vec![glimpse(1, now - 900, 0)],
            colleagues: (10..30)
                .map(|id| if id % 2 == 0 { glimpse(id, now - 600, 0) } else { glimpse(id, now - 900, now - 300) })
                .collect(),
            yours_open: Vec::new(),
            heard: Vec::new(),
            closed: vec![glimpse(40, now - 4_000, now - 3_000)],
        }
    }

    #[test]
    fn the_same_script_and_scene_give_the_same_event() {
        let play = |seed| {
            let mut script = Script::new(seed, NOW, 150);
            let mut now = NOW;
            let mut events = Vec::new();
            for _ in 0..60 {
                let (delay, _) = next_event(&script, &scene(now));
                now += i64::try_from(delay.as_secs()).unwrap_or(0);
                let (left, event) = next_event(&script, &scene(now));
                assert_eq!(left, Duration::ZERO);
                script.done(&event, now, true);
                events.push((now, event));
            }
            events
        };
        assert_eq!(play(3), play(3));
        assert_ne!(play(3), play(4));
    }

    #[test]
    fn something_happens_every_eight_to_twenty_seconds_after_the_opening() {
        let mut script = Script::new(5, NOW, 150);
        for _ in 0..200 {
            let began = script.turn_began;
            let (delay, _) = next_event(&script, &scene(began));
            let fits = if script.shown < OPENING.len() { 5..=13 } else { 8..=20 };
            assert!(fits.contains(&delay.as_secs()), "{delay:?}");
            let now = began + i64::try_from(delay.as_secs()).unwrap_or(0);
            let (_, event) = next_event(&script, &scene(now));
            script.done(&event, now, true);
        }
    }

    #[test]
    fn what_you_write_is_answered_within_half_a_minute_half_of_the_time() {
        let mut answered = 0;
        for id in 0..200 {
            let script = Script::new(7, NOW, 150);
            let mine = glimpse(1_000 + id, NOW - 500, NOW - 1);
            if let Some(at) = script.answer_due(&mine) {
                answered += 1;
                assert!((12..=30).contains(&(at - mine.we_wrote_at)));
            }
        }
        assert!((80..125).contains(&answered), "{answered}");
    }

    #[test]
    fn an_answer_to_you_comes_once_and_takes_no_turn() {
        let mut script = Script::new(7, NOW, 150);
        let mine = (0..50)
            .map(|id| glimpse(2_000 + id, NOW - 500, NOW - 40))
            .find(|glimpse| script.answer_due(glimpse).is_some());
        let Some(mine) = mine else { panic!("none of fifty replies is answered") };
        let heard = Scene { heard: vec![mine.clone()], ..scene(NOW) };
        let (delay, event) = next_event(&script, &heard);
        assert_eq!((delay, &event), (Duration::ZERO, &Event::Back(mine)));
        let turn = script.turn();
        script.done(&event, NOW, true);
        assert_eq!(script.turn(), turn);
        assert!(!matches!(next_event(&script, &heard), (Duration::ZERO, Event::Back(_))));
    }

    #[test]
    fn what_came_to_nothing_is_made_up_for_at_once() {
        let mut script = Script::new(9, NOW, 150);
        for turn in 0..8 {
            let began = script.turn_began;
            let (delay, event) = next_event(&script, &scene(began));
            let again = !(turn == 0 || turn == i64::from(TRIES) + 1);
            assert_eq!(delay.as_secs() <= 2, again, "{turn} {delay:?}");
            script.done(&event, began + 20, false);
        }
    }

    fn tally(open: usize, balance: usize) -> (usize, usize) {
        let (mut arrivals, mut closings) = (0, 0);
        let mut script = Script::new(11, NOW, balance);
        for turn in 0..400 {
            let now = NOW + turn * 30;
            let (_, event) = next_event(&script, &Scene { open, ..scene(now) });
            match event {
                Event::Arrive(_) => arrivals += 1,
                Event::Close(_) => closings += 1,
                _ => {}
            }
            script.done(&event, now, true);
        }
        (arrivals, closings)
    }

    #[test]
    fn the_inbox_neither_empties_nor_floods() {
        let (arrivals, closings) = tally(100, 150);
        assert!(arrivals > closings * 3, "{arrivals} {closings}");
        let (arrivals, closings) = tally(220, 150);
        assert!(closings > arrivals * 3, "{arrivals} {closings}");
        let (arrivals, closings) = tally(150, 150);
        assert!(arrivals * 3 > closings && closings * 3 > arrivals, "{arrivals} {closings}");
    }

    #[test]
    fn who_has_enough_gets_nothing_new() {
        let mut script = Script::new(13, NOW, 400);
        for turn in 0..200 {
            let now = NOW + turn * 30;
            let (_, event) = next_event(&script, &Scene { yours: 12, ..scene(now) });
            assert!(!matches!(event, Event::Arrive(To::You | To::Any | To::Desk(Desk::Support))), "{event:?}");
            script.done(&event, now, true);
        }
    }

    #[test]
    fn an_empty_helpdesk_only_gets_arrivals() {
        let script = Script::new(1, NOW, 0);
        let (_, event) = next_event(&script, &Scene { now: NOW, ..Scene::default() });
        assert_eq!(event, Event::Arrive(To::You));
        let mut script = script;
        script.shown = OPENING.len();
        let (_, event) = next_event(&script, &Scene { now: NOW, open: 50, ..Scene::default() });
        assert_eq!(event, Event::Quiet, "too much is open, and none of it can be helped");
    }
}
