//! What happens by itself as time passes, and when the next of it is due.

use std::time::Duration;

use super::App;
use crate::domain::UnixTime;

impl App {
    /// Does what is due. Returns whether anything visible changed.
    pub(super) fn pass_time(&mut self) -> bool {
        let now = self.monotonic;
        let due = |at: Option<Duration>| at.is_some_and(|at| at <= now);
        let mut changed = self.notices.tick(now);
        if due(self.thread.preview_at) {
            self.thread.preview_at = None;
            if let Some(id) = self.id_at_cursor() {
                self.show_thread(&id, false);
                changed = true;
            }
        }
        if due(self.thread.read_at) {
            self.read_thread();
        }
        if due(self.composer.save_at) {
            self.save_in_pause();
            changed = true;
        }
        if due(self.composer.retry_at) {
            self.composer.retry_at = None;
            self.save_unsaved();
            changed = true;
        }
        if due(self.whereabouts.keep_at) {
            self.save_place();
        }
        self.count_later();
        self.ask_bulks_in_time();
        changed |= self.tell_calmly();
        self.bodies.pass_time(now);
        changed |= self.list.sweep(self.now);
        let minute = self.now.secs().div_euclid(60);
        if minute != self.minute {
            self.minute = minute;
            // What breaches, and what a view finds, changes with time alone.
            self.ask_counts();
            changed = true;
        }
        let can_undo = self.can_take_back();
        changed |= std::mem::replace(&mut self.could_undo, can_undo) != can_undo;
        if self.counts_down() && self.now != self.second {
            self.second = self.now;
            changed = true;
        }
        changed
    }

    /// Whether seconds are told: of a message that waits out its undo window, or since something came
    /// while composing.
    fn counts_down(&self) -> bool {
        let open = self.thread.open.as_ref();
        let arrived = self.composer.arrivals.last();
        arrived.is_some_and(|arrival| self.now.since(arrival.at) < Duration::from_secs(60))
            || open.is_some_and(|open| {
                open.thread.pending.iter().any(|row| {
                    row.act.is_message() && row.status == crate::domain::OutboxStatus::Queued && row.due_at > self.now
                })
            })
    }

    /// The monotonic time at which [`Msg::Tick`](super::Msg::Tick) is due: when something visible
    /// changes by itself, or something has to be done. Absent before the first message.
    #[must_use]
    pub fn next_wake(&self) -> Option<Duration> {
        let struck = self.list.rows.iter().enumerate().filter(|(at, _)| *at != self.list.cursor);
        let struck_ends = struck.filter_map(|(_, row)| row.struck_until).min();
        let minute = UnixTime((self.now.secs().div_euclid(60) + 1) * 60);
        let second = self.counts_down().then(|| self.now + Duration::from_secs(1));
        [
            self.thread.preview_at,
            self.thread.read_at,
            self.composer.save_at,
            self.composer.retry_at,
            self.whereabouts.keep_at,
            self.selection.next_wake(),
            self.bulk.next_wake(),
            self.calm_progress.next_wake(),
            self.calm_history.next_wake(),
            self.bodies.next_wake(),
            self.notices.next_wake(),
            struck_ends.map(|at| self.monotonic_at(at)),
            self.undo_ends().map(|at| self.monotonic_at(at)),
            second.map(|at| self.monotonic_at(at)),
            Some(self.monotonic_at(minute)),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn monotonic_at(&self, at: UnixTime) -> Duration {
        self.monotonic + at.since(self.now)
    }
}
