//! A thread laid out in lines of the pane's width, so that scrolling knows where it is.

use super::item::{Item, ItemKind};
use crate::sync::message::Thread;

/// Cells of the pane beside the lines: the bar of the focused message, a gutter, and air.
const MARGIN: u16 = 3;
/// Longer lines are hard to read.
const WIDEST: u16 = 100;

/// One line of the thread pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadLine {
    /// Index into the items; absent between them.
    pub item: Option<usize>,
    /// What the line holds.
    pub kind: LineKind,
}

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Nothing.
    Blank,
    /// *New since you last looked.*
    New,
    /// So many older parts stay at the helpdesk.
    Missing(u32),
    /// The parts are being fetched.
    Fetching,
    /// Author on the left, time on the right; `NOTE` for a note; the status of an unsent message.
    Head,
    /// An event, on one dim line: its words, then its time.
    Event,
    /// A line of the body, by index into the item's lines; one of their kinds stands for folded quotes
    /// and signatures.
    Text(usize),
    /// Why an act of ours needs a person.
    Why,
    /// Which keys settle it.
    Keys,
    /// Content was removed for good.
    Redacted,
    /// A file, by index into the item's files.
    File(usize),
}

/// The width of the lines in a pane body of `width` cells.
#[must_use]
pub fn text_width(width: u16) -> u16 {
    width.saturating_sub(MARGIN).clamp(1, WIDEST)
}

/// Lists the lines of a range of items, whose bodies are laid out.
pub(super) fn list(
    thread: &Thread,
    items: &[Item],
    first_new: Option<usize>,
    range: std::ops::Range<usize>,
) -> Vec<ThreadLine> {
    let mut lines = Vec::new();
    let between = |kind| ThreadLine { item: None, kind };
    if range.start == 0 {
        if thread.missing > 0 {
            lines.push(between(LineKind::Missing(thread.missing)));
        }
        if !thread.is_here {
            lines.push(between(LineKind::Fetching));
        }
    }
    let quiet = |item: &Item| item.kind == ItemKind::Event;
    let mut before: Option<&Item> = range.start.checked_sub(1).and_then(|at| items.get(at));
    for (at, item) in items.iter().enumerate().take(range.end).skip(range.start) {
        let gap =
            before.is_some_and(|before| !(quiet(before) && quiet(item))) || (before.is_none() && !lines.is_empty());
        if gap {
            lines.push(between(LineKind::Blank));
        }
        if first_new == Some(at) {
            lines.push(between(LineKind::New));
            lines.push(between(LineKind::Blank));
        }
        let mut push = |kind| lines.push(ThreadLine { item: Some(at), kind });
        let stopped = item.status.as_ref().is_some_and(|(status, _)| status.needs_you());
        let mut head = |kind| {
            push(kind);
            if stopped {
                push(LineKind::Why);
                push(LineKind::Keys);
            }
        };
        if quiet(item) {
            head(LineKind::Event);
        } else {
            head(LineKind::Head);
            if item.kind == ItemKind::Redacted {
                push(LineKind::Redacted);
            }
            for line in 0..item.lines.len() {
                push(LineKind::Text(line));
            }
            for index in 0..item.files.len() {
                push(LineKind::File(index));
            }
        }
        before = Some(item);
    }
    lines
}
