//! The start of a shift: what came since the agent was last here, on a page over all panes.
//!
//! `g h` opens it, and it is offered after four hours without a key. Owns since when, the page, and where
//! on it the agent is; what stands on it is the engine's.

use super::layers::Layer;
use super::moving::Step;
use super::{App, EntryKind, Pane, Severity};
use crate::command::CommandId;
use crate::domain::{ConversationId, Shift, ShiftKind, ShiftLine, UnixTime};
use crate::sync::message::{Generation, Request};
use crate::text::Clean;

/// Away for so many seconds, the agent is offered the page.
const ABSENCE: i64 = 4 * 3_600;
/// Without an absence the page tells of so many seconds.
const USUAL: i64 = 8 * 3_600;
/// The time of the last key is kept to so many seconds.
const KEPT_TO: i64 = 600;

/// What is known of the agent's coming and going.
#[derive(Clone, Debug, Default)]
pub(super) struct Coming {
    /// Since when the page tells: when the agent was last here.
    since: Option<UnixTime>,
    /// When a key was last pressed; in this run or, until there was one, in the last.
    last_key: Option<UnixTime>,
    asked: Generation,
    /// What was opened from the page.
    opened: Vec<(ShiftKind, ConversationId)>,
    /// Where on the page the agent was.
    cursor: usize,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct ShiftPage {
    /// Since when.
    pub since: UnixTime,
    /// What came; absent until it is known.
    pub shift: Option<Shift>,
    /// Which of its lines.
    pub cursor: usize,
    /// Those that were opened from here.
    pub opened: Vec<(ShiftKind, ConversationId)>,
}

impl ShiftPage {
    /// All lines, in order.
    pub fn lines(&self) -> impl Iterator<Item = (ShiftKind, &ShiftLine)> {
        let sections = self.shift.iter().flat_map(|shift| &shift.sections);
        sections.flat_map(|section| section.lines.iter().map(|line| (section.kind, line)))
    }

    /// Whether a line was opened from here.
    #[must_use]
    pub fn was_opened(&self, kind: ShiftKind, id: &ConversationId) -> bool {
        self.opened.iter().any(|(opened, which)| (*opened, which) == (kind, id))
    }

    fn len(&self) -> usize {
        self.lines().count()
    }
}

impl App {
    /// `g h`: opens the page.
    pub(super) fn open_shift(&mut self) {
        let since = self.coming.since.unwrap_or(UnixTime(self.now.secs().saturating_sub(USUAL)));
        let (cursor, opened) = (self.coming.cursor, self.coming.opened.clone());
        self.layers.push(Layer::Shift(Box::new(ShiftPage { since, shift: None, cursor, opened })));
        self.ask_shift(since);
    }

    fn ask_shift(&mut self, since: UnixTime) {
        let generation = self.next_generation();
        self.coming.asked = generation;
        self.ask(Request::Shift { generation, since });
    }

    /// What came is known. Returns whether the page is there to show it.
    pub(super) fn hear_shift(&mut self, generation: Generation, shift: Shift) -> bool {
        if generation != self.coming.asked {
            return false;
        }
        let page = self.layers.iter_mut().find_map(|layer| match layer {
            Layer::Shift(page) => Some(page),
            _ => None,
        });
        let Some(page) = page else { return false };
        page.shift = Some(shift);
        page.cursor = page.cursor.min(page.len().saturating_sub(1));
        true
    }

    /// A step on the page.
    pub(super) fn step_shift(page: &mut ShiftPage, step: Step) {
        let len = page.len();
        page.cursor = step.from(page.cursor, len, 20);
    }

    /// `n` and `space` on the page: to the next line that was not opened yet.
    pub(super) fn shift_next(&mut self) {
        let Some(Layer::Shift(page)) = self.layers.last_mut() else { return };
        let from = page.cursor;
        let left: Vec<usize> = page
            .lines()
            .enumerate()
            .filter(|(_, (kind, line))| !page.was_opened(*kind, &line.conversation.id))
            .map(|(at, _)| at)
            .collect();
        match left.iter().find(|at| **at > from).or_else(|| left.first().filter(|at| **at != from)).copied() {
            Some(at) => page.cursor = at,
            None => self.say(Severity::Info, "shift-seen-all"),
        }
    }

    /// `enter` on the page: opens the conversation. The page comes back with `g h`, at the next line.
    pub(super) fn shift_open(&mut self, mut page: Box<ShiftPage>) {
        let Some((kind, id)) = page.lines().nth(page.cursor).map(|(kind, line)| (kind, line.conversation.id.clone()))
        else {
            self.layers.push(Layer::Shift(page));
            return;
        };
        if !page.was_opened(kind, &id) {
            page.opened.push((kind, id.clone()));
        }
        self.coming.cursor = (page.cursor + 1).min(page.len().saturating_sub(1));
        self.coming.opened = page.opened;
        match kind {
            ShiftKind::NeedsYou => self.go(&EntryKind::NeedsYou),
            ShiftKind::Mentioned => self.go(&EntryKind::Mentions),
            ShiftKind::Draft => self.go(&EntryKind::Drafts),
            ShiftKind::Breaching | ShiftKind::Replied | ShiftKind::Woke => {}
        }
        if kind == ShiftKind::NeedsYou {
            // The cursor goes to the act; its conversation is shown beside it.
            if let Some(at) = self.list.outbox.iter().position(|row| row.conversation == id) {
                self.put_cursor(at);
            }
            self.focus = Pane::List;
            self.show_thread(&id, true);
        } else {
            let elsewhere = matches!(kind, ShiftKind::Breaching | ShiftKind::Replied | ShiftKind::Woke);
            self.show_in_list(&id, elsewhere && self.list.index_of(&id).is_none());
        }
        let keys = self.keys_of(CommandId::GoShift);
        let text = self.words.with("shift-back", &[("keys", (&keys).into())]);
        self.say_text(Severity::Info, text, Clean::default());
    }

    /// When the last run ended, as far as its place tells.
    pub(super) fn was_last_here(&mut self, at: UnixTime) {
        if at.secs() > 0 && self.coming.last_key.is_none() {
            self.coming.since = Some(at);
            self.coming.last_key = Some(at);
            self.offer_shift();
        }
    }

    /// The terminal is looked at again, or a key was pressed (`is_key`).
    pub(super) fn is_here(&mut self, is_key: bool) {
        self.offer_shift();
        if is_key {
            self.coming.last_key = Some(self.now);
        }
    }

    /// When a key was last pressed, for the place that is kept.
    pub(super) fn last_here(&self) -> UnixTime {
        self.coming.last_key.map_or(UnixTime::default(), |at| UnixTime(at.secs() - at.secs().rem_euclid(KEPT_TO)))
    }

    fn offer_shift(&mut self) {
        let Some(last) = self.coming.last_key else { return };
        let away = self.now.secs().saturating_sub(last.secs());
        if away < ABSENCE {
            return;
        }
        // Once for each absence.
        self.coming.last_key = Some(self.now);
        self.coming.since = Some(last);
        (self.coming.cursor, self.coming.opened) = (0, Vec::new());
        let keys = self.keys_of(CommandId::GoShift);
        let hours = usize::try_from(away / 3_600).unwrap_or(0);
        let text = self.words.with("shift-offered", &[("hours", hours.into()), ("keys", (&keys).into())]);
        self.say_text(Severity::Info, text, Clean::default());
    }
}
