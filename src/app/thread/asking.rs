//! Asks for the bodies that the view needs, and takes them in.
//!
//! A frame waits for them for a moment, so that an ordinary thread is shown at once and whole; whatever takes
//! longer has a line of its own until it comes. Nothing is read on the screen's thread.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::reading::{BodyKey, Form, Reading, ToRead};
use super::readings::Readings;
use super::view::Wanted;
use crate::app::{App, Effect};

/// How long a frame waits for bodies: less than a frame of sixty a second.
const HOLD: Duration = Duration::from_millis(12);
/// When nothing of what was asked for has come for so long, all of it is asked for again, whatever became of it.
/// Longer than any one body takes.
const AGAIN: Duration = Duration::from_secs(2);

/// Bodies that were read, and those that are being read.
#[derive(Debug, Default)]
pub struct Bodies {
    readings: Readings,
    /// What was asked for last and is not here; whether it was on the screen then.
    under_way: HashMap<(BodyKey, Form), bool>,
    /// Those on the screen that are soon here.
    soon: Vec<BodyKey>,
    /// Until then a frame waits for them, by the monotonic clock.
    hold_until: Option<Duration>,
    /// A frame has waited, and was not drawn yet: it does not wait once more.
    has_held: bool,
    /// When what is under way is asked for again, by the monotonic clock.
    again_at: Option<Duration>,
    /// A frame has waited for these in vain.
    overdue: HashSet<BodyKey>,
}

impl Bodies {
    /// Whether a frame waits for bodies that are soon here; asked before each frame.
    pub(in crate::app) fn hold_a_frame(&mut self, now: Duration) -> bool {
        let holds = self.hold_until.is_some_and(|until| now < until);
        self.has_held &= holds;
        holds
    }

    /// When it does not wait any longer, or something is asked for again.
    pub(in crate::app) fn next_wake(&self) -> Option<Duration> {
        self.hold_until.into_iter().chain(self.again_at).min()
    }

    /// Time has passed: what was waited for in vain is shown when it comes.
    pub(in crate::app) fn pass_time(&mut self, now: Duration) {
        if self.hold_until.is_some_and(|until| until <= now) {
            self.hold_until = None;
            self.has_held = true;
            self.soon.clear();
            self.overdue.extend(self.under_way.keys().map(|(key, _)| key.clone()));
        }
        if self.again_at.is_some_and(|at| at <= now) {
            self.again_at = None;
            self.under_way.clear();
        }
    }

    fn wait_for(&mut self, soon: Vec<BodyKey>, now: Duration) {
        self.soon = soon;
        self.soon.retain(|key| !self.overdue.contains(key));
        let waits = !self.soon.is_empty() && !self.has_held;
        self.hold_until = waits.then(|| self.hold_until.unwrap_or(now + HOLD));
    }

    /// These are asked for; `seen` of them are on the screen.
    fn ask(&mut self, wishes: &[ToRead], seen: usize, now: Duration) {
        let asked = wishes.iter().enumerate();
        self.under_way = asked.map(|(at, wish)| ((wish.key.clone(), wish.form), at < seen)).collect();
        // What is not asked for any more may be waited for when it is asked for anew.
        let keys: HashSet<&BodyKey> = wishes.iter().map(|wish| &wish.key).collect();
        self.overdue.retain(|key| keys.contains(key));
        self.note_progress(now);
    }

    fn note_progress(&mut self, now: Duration) {
        self.again_at = (!self.under_way.is_empty()).then(|| now + AGAIN);
    }

    /// Whether something is wanted, or wanted at once, that has not been asked for; or nothing any more.
    fn is_news(&self, wanted: &Wanted) -> bool {
        if wanted.wishes.is_empty() {
            return !self.under_way.is_empty();
        }
        wanted.wishes.iter().enumerate().any(|(at, wish)| {
            let asked = self.under_way.get(&(wish.key.clone(), wish.form));
            asked.is_none_or(|was_seen| at < wanted.seen && !was_seen)
        })
    }
}

impl App {
    /// Fills the thread's view with what was read, and asks for what was not; of a thread that nobody sees,
    /// nothing is wanted.
    pub(in crate::app) fn want_bodies(&mut self) {
        let is_seen = self.layout().thread.is_some();
        let open = self.thread.open.as_mut().filter(|_| is_seen);
        let bodies = &mut self.bodies;
        let mut wanted = open.map(|open| open.want(&mut bodies.readings)).unwrap_or_default();
        bodies.wait_for(std::mem::take(&mut wanted.soon), self.monotonic);
        if bodies.is_news(&wanted) {
            bodies.ask(&wanted.wishes, wanted.seen, self.monotonic);
            self.out.push(Effect::Read(wanted.wishes));
        }
    }

    /// Bodies have been read. Returns whether one of them is on the screen.
    pub(in crate::app) fn hear_read(&mut self, readings: Vec<Reading>) -> bool {
        let mut changed = false;
        for reading in readings {
            self.bodies.under_way.remove(&(reading.key.clone(), reading.form));
            self.bodies.overdue.remove(&reading.key);
            changed |= self.thread.open.as_mut().is_some_and(|open| open.shows_body(&reading.key));
            self.bodies.readings.put(reading);
        }
        self.bodies.note_progress(self.monotonic);
        changed
    }
}
