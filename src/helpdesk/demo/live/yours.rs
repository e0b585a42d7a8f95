//! What happens to the one who looks: in *your* conversations, and among those that nobody has.
//!
//! Owns how the first two minutes go ([`OPENING`]), [`wished`] (an event of one kind) and [`chosen`] (any
//! that concerns you). Pure; must not know the store or a clock.

use super::super::dice::Dice;
use super::script::{BREATH, Event, Glimpse, Mood, Scene, Script, To, UNASSIGNED_ENOUGH, YOURS_ENOUGH};

/// Seconds between two messages of a customer of yours whom you have not answered, at least.
const NUDGE_PAUSE: i64 = 3_600;
/// Seconds without a reply of yours before a customer asks for news.
const IDLE: i64 = 180;
/// Seconds since your reply before its customer comes back to it, when they did not at once.
const LATER: i64 = 300;
/// Seconds between two notes that mention *you*, at least.
pub(super) const MENTION_PAUSE: i64 = 420;
/// Seconds between two notes to you in the same conversation, at least.
const NOTE_PAUSE: i64 = 4 * 3_600;

/// What the opening wants to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A customer of yours writes.
    Customer,
    /// Something new comes in for you; for nobody when you have enough.
    Arrival,
    /// Something new comes in that nobody has.
    Unassigned,
    /// A colleague leaves you a note.
    Note,
    /// Anything.
    Any,
}

/// The first events: seconds since the one before, at least and at most, and what is wanted. Whoever
/// has just opened the inbox sees it move before they look away; all of it takes less than two minutes.
pub const OPENING: [((i64, i64), Wish); 10] = [
    ((6, 10), Wish::Customer),
    ((5, 8), Wish::Arrival),
    ((5, 8), Wish::Note),
    ((8, 12), Wish::Any),
    ((8, 12), Wish::Customer),
    ((8, 12), Wish::Any),
    ((8, 13), Wish::Unassigned),
    ((8, 13), Wish::Any),
    ((8, 13), Wish::Customer),
    ((8, 13), Wish::Any),
];

/// The event that the opening wants; none when nobody is there for it.
#[must_use]
pub fn wished(wish: Wish, script: &Script, scene: &Scene, dice: &mut Dice) -> Option<Event> {
    let new = || Some(Event::Arrive(if scene.yours < YOURS_ENOUGH { To::You } else { To::Nobody }));
    match wish {
        Wish::Any => None,
        Wish::Arrival => new(),
        Wish::Unassigned => Some(Event::Arrive(To::Nobody)),
        Wish::Note => {
            // Rather on what has lain for a while than on what has just come in.
            let fits = |glimpse: &&Glimpse| may_be_noted(script, glimpse, scene.now);
            let rested = |glimpse: &&Glimpse| glimpse.last_word_at() < scene.now - BREATH;
            let mut yours = scene.yours_open.iter().filter(fits);
            let glimpse = yours.clone().find(rested).or_else(|| yours.next());
            glimpse.map(|glimpse| Event::Note(glimpse.clone(), true)).or_else(new)
        }
        Wish::Customer => {
            // What changed last is what a newcomer most likely has before them.
            let rested = |glimpse: &&Glimpse| {
                // Your reply is answered at once, or not for a while.
                let rest = if glimpse.ours_is_last() { LATER } else { BREATH };
                glimpse.last_word_at() < scene.now - rest && may_be_nudged(script, glimpse, scene.now)
            };
            let yours: Vec<&Glimpse> = scene.yours_open.iter().filter(rested).collect();
            let answers = yours.iter().find(|glimpse| glimpse.ours_is_last());
            match answers {
                Some(glimpse) => Some(Event::Answer((*glimpse).clone())),
                None => pick(&yours, dice).map(|glimpse| nudge(glimpse, scene.now)).or_else(new),
            }
        }
    }
}

/// Something that concerns you; none when there is nothing that may happen. `room` is how much there is
/// for new conversations: 0 to 2.
#[must_use]
pub fn chosen(script: &Script, scene: &Scene, room: u32, dice: &mut Dice) -> Option<Event> {
    let now = scene.now;
    let pool =
        |keep: &dyn Fn(&Glimpse) -> bool| scene.yours_open.iter().filter(|it| keep(it)).collect::<Vec<&Glimpse>>();
    let later = pool(&|it| it.ours_is_last() && it.we_wrote_at < now - LATER && may_be_nudged(script, it, now));
    let waiting =
        pool(&|it| !it.ours_is_last() && it.customer_wrote_at <= now - NUDGE_PAUSE && may_be_nudged(script, it, now));
    let noted = pool(&|it| may_be_noted(script, it, now));
    let free: Vec<&Glimpse> = scene.free.iter().filter(|it| it.customer_wrote_at < now - 150).collect();
    let idle = now - script.you_wrote_at() >= IDLE;
    let can_note = now - script.mentioned_at() >= MENTION_PAUSE;
    let when = |so: bool, weight: u32| if so { weight } else { 0 };
    let weights = [
        when(!later.is_empty(), 20),
        when(idle && !waiting.is_empty(), 12),
        when(can_note && !noted.is_empty(), 12),
        when(scene.yours < YOURS_ENOUGH, 10 * room),
        when(scene.unassigned < UNASSIGNED_ENOUGH * 2, 12 * room),
        when(!free.is_empty() && scene.unassigned > UNASSIGNED_ENOUGH * 2 / 3, 24),
    ];
    if weights.iter().sum::<u32>() == 0 {
        return None;
    }
    match dice.weighted(weights.into_iter()) {
        0 => pick(&later, dice).map(|glimpse| Event::Answer(glimpse.clone())),
        1 => pick(&waiting, dice).map(|glimpse| nudge(glimpse, now)),
        2 => pick(&noted, dice).map(|glimpse| Event::Note(glimpse.clone(), true)),
        3 => Some(Event::Arrive(To::You)),
        4 => Some(Event::Arrive(To::Nobody)),
        _ => pick(&free, dice).map(|glimpse| Event::Take(glimpse.clone())),
    }
}

fn pick<'a>(from: &[&'a Glimpse], dice: &mut Dice) -> Option<&'a Glimpse> {
    from.get(dice.index(from.len())).copied()
}

/// Who wrote an hour ago asks for news; who wrote just now has something to add.
fn nudge(glimpse: &Glimpse, now: i64) -> Event {
    let mood = if glimpse.customer_wrote_at <= now - NUDGE_PAUSE { Mood::Impatient } else { Mood::Adds };
    Event::Nudge(glimpse.clone(), mood)
}

fn may_be_nudged(script: &Script, glimpse: &Glimpse, now: i64) -> bool {
    script.nudged_at(glimpse.id).is_none_or(|at| at <= now - NUDGE_PAUSE)
}

fn may_be_noted(script: &Script, glimpse: &Glimpse, now: i64) -> bool {
    script.noted_at(glimpse.id).is_none_or(|at| at <= now - NOTE_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::super::script::tests::{NOW, glimpse, scene};
    use super::*;

    fn with_yours(now: i64) -> Scene {
        Scene {
            yours_open: (100..108)
                .map(|id| if id % 3 == 0 { glimpse(id, now - 900, now - 700) } else { glimpse(id, now - id * 60, 0) })
                .collect(),
            ..scene(now)
        }
    }

    /// Plays for so many seconds over scenes that stay as they are.
    fn played(seed: u64, seconds: i64) -> Vec<(i64, Event)> {
        let mut script = Script::new(seed, NOW, 150);
        let (mut now, mut events) = (NOW, Vec::new());
        while now <= NOW + seconds {
            let (delay, event) = super::super::script::next_event(&script, &with_yours(now));
            if delay.is_zero() {
                script.done(&event, now, true);
                events.push((now - NOW, event));
            } else {
                now += i64::try_from(delay.as_secs()).unwrap_or(1);
            }
        }
        events
    }

    #[test]
    fn the_first_half_minute_is_about_you() {
        for seed in 0..50 {
            let events = played(seed, 120);
            let (at, first) = &events[0];
            assert!((6..=10).contains(at), "{at}");
            assert!(matches!(first, Event::Answer(it) if it.id.0 >= 100), "{first:?}");
            let early = |wanted: fn(&Event) -> bool| events.iter().any(|(at, event)| *at <= 30 && wanted(event));
            assert!(early(|event| matches!(event, Event::Arrive(To::You))));
            assert!(early(|event| matches!(event, Event::Note(it, true) if it.id.0 >= 100)));
            assert!(events.len() >= OPENING.len(), "{}", events.len());
        }
    }

    #[test]
    fn about_a_third_concerns_you_later() {
        let events = played(3, 4 * 3_600);
        let yours = |event: &Event| match event {
            Event::Answer(it) | Event::Note(it, _) | Event::Nudge(it, _) => it.id.0 >= 100,
            Event::Take(_) | Event::Arrive(To::You | To::Nobody) => true,
            _ => false,
        };
        let concerned = events.iter().filter(|(_, event)| yours(event)).count() * 100 / events.len();
        assert!((24..=50).contains(&concerned), "{concerned}");
    }

    #[test]
    fn nobody_asks_for_news_twice_in_an_hour_or_while_you_write() {
        let mut asked = std::collections::BTreeMap::new();
        for (at, event) in played(8, 6 * 3_600) {
            if let Event::Nudge(it, _) = event
                && let Some(before) = asked.insert(it.id, at)
            {
                assert!(at - before >= 3_600, "{at} {before}");
            }
        }
        assert!(!asked.is_empty());
        let mut script = Script::new(8, NOW, 150);
        for turn in 0..200 {
            let now = NOW + turn * 15;
            script.hear(&Scene { heard: vec![glimpse(1, now - 50, now - 5)], ..with_yours(now) });
            let event = chosen(&script, &with_yours(now), 1, &mut script.dice(turn.unsigned_abs()));
            assert!(!matches!(event, Some(Event::Nudge(..))), "{event:?}");
        }
    }

    #[test]
    fn an_empty_desk_gets_something_new() {
        let script = Script::new(1, NOW, 0);
        let empty = Scene { now: NOW, ..Scene::default() };
        for wish in [Wish::Customer, Wish::Arrival, Wish::Note] {
            assert_eq!(wished(wish, &script, &empty, &mut script.dice(1)), Some(Event::Arrive(To::You)));
        }
        let full = Scene { yours: YOURS_ENOUGH, ..empty };
        assert_eq!(wished(Wish::Arrival, &script, &full, &mut script.dice(1)), Some(Event::Arrive(To::Nobody)));
    }

    #[test]
    fn nobodys_are_taken_before_they_pile_up() {
        let script = Script::new(4, NOW, 150);
        for turn in 0..100 {
            let piled = Scene { unassigned: UNASSIGNED_ENOUGH * 2, yours: YOURS_ENOUGH, ..scene(NOW) };
            let event = chosen(&script, &piled, 2, &mut script.dice(turn));
            assert!(matches!(event, Some(Event::Take(_))), "{event:?}");
        }
    }
}
