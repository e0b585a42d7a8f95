//! A thread as lines of the pane's width: which lines a message has, and what each holds.

use super::item::{Item, ItemKind};
use super::under::{self, Under};
use crate::sync::message::Thread;
use crate::text::html;

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
    /// and signatures. One past their end is left empty.
    Text(usize),
    /// The body is being read.
    Reading,
    /// There is nothing to read in the body.
    Empty,
    /// The body could not be read: its words are shown without layout.
    Plain,
    /// Why an act of ours needs a person.
    Why,
    /// Which keys settle it.
    Keys,
    /// Content was removed for good.
    Redacted,
    /// A file, by index into the item's files.
    File(usize),
    /// What was left out of the body.
    LeftOut,
    /// An answer under the message, by index, and which of its lines; its head first.
    Under(usize, usize),
}

/// The width of the lines in a pane body of `width` cells.
#[must_use]
pub fn text_width(width: u16) -> u16 {
    width.saturating_sub(MARGIN).clamp(1, WIDEST)
}

/// The lines above the first item.
pub(super) fn header(thread: &Thread) -> impl Iterator<Item = LineKind> {
    let missing = (thread.missing > 0).then_some(LineKind::Missing(thread.missing));
    missing.into_iter().chain((!thread.is_here).then_some(LineKind::Fetching))
}

/// The lines between an item and what is above it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between {
    /// A blank line.
    pub gap: bool,
    /// The mark of what is new, and a blank line.
    pub new: bool,
}

impl Between {
    /// Between `before` (absent for the first item, which may have a header above it) and `item`.
    pub(super) fn of(before: Option<&Item>, item: &Item, has_header: bool, new: bool) -> Self {
        let quiet = |item: &Item| item.kind == ItemKind::Event;
        let gap = before.map_or(has_header, |before| !(quiet(before) && quiet(item)));
        Self { gap, new }
    }

    pub(super) fn rows(self) -> usize {
        usize::from(self.gap) + 2 * usize::from(self.new)
    }

    pub(super) fn kind(self, row: usize) -> LineKind {
        if self.new && row == usize::from(self.gap) { LineKind::New } else { LineKind::Blank }
    }
}

/// How many lines an item has, its head first.
pub(super) fn rows(item: &Item) -> usize {
    let head = head_rows(item);
    if item.kind == ItemKind::Event {
        return head;
    }
    let under: usize = item.under.iter().map(Under::rows).sum();
    head + body_rows(item) + usize::from(item.is_plain()) + item.files.len() + usize::from(has_left_out(item)) + under
}

/// What one of them holds.
pub(super) fn kind(item: &Item, row: usize) -> LineKind {
    let head = head_rows(item);
    match row {
        0 if item.kind == ItemKind::Event => return LineKind::Event,
        0 => return LineKind::Head,
        1 if row < head => return LineKind::Why,
        _ if row < head => return LineKind::Keys,
        _ => {}
    }
    let row = row - head;
    let body = body_rows(item);
    if row < body {
        return match (item.kind, item.is_read()) {
            (ItemKind::Redacted, _) => LineKind::Redacted,
            (_, false) if row == 0 => LineKind::Reading,
            (_, true) if item.rows == 0 => LineKind::Empty,
            _ => LineKind::Text(row),
        };
    }
    let row = row - body;
    match row.checked_sub(usize::from(item.is_plain())) {
        None => LineKind::Plain,
        Some(file) if file < item.files.len() => LineKind::File(file),
        Some(row) => {
            let row = row - item.files.len();
            let left_out = usize::from(has_left_out(item));
            let below = row.checked_sub(left_out).and_then(|row| under::place(item, row));
            below.unwrap_or(LineKind::LeftOut)
        }
    }
}

/// The first line of the body among an item's lines.
pub(super) fn head_rows(item: &Item) -> usize {
    if item.needs_you() { 3 } else { 1 }
}

/// The first file's line among an item's lines.
pub(super) fn rows_above_files(item: &Item) -> usize {
    head_rows(item) + body_rows(item) + usize::from(item.is_plain())
}

/// The first letter of the body from one of the item's lines on; none in its head or below the body.
pub(super) fn letter_from(item: &Item, row: usize) -> Option<u32> {
    let first = row.checked_sub(head_rows(item))?;
    item.lines().get(first..)?.iter().find_map(html::Line::first_letter)
}

/// Which of the item's lines holds a letter of the body; its head while that is not known.
pub(super) fn row_of_letter(item: &Item, letter: u32) -> usize {
    let holds = |line: &html::Line| line.first_letter().is_some_and(|first| first <= letter);
    item.lines().iter().rposition(holds).map_or(0, |line| head_rows(item) + line)
}

fn body_rows(item: &Item) -> usize {
    match item.kind {
        ItemKind::Event => 0,
        ItemKind::Redacted => 1,
        _ if !item.has_body => 0,
        // A body without words says so, unless files say something.
        _ if item.files.is_empty() => item.rows.max(1),
        _ => item.rows,
    }
}

fn has_left_out(item: &Item) -> bool {
    item.left_out() != (0, 0)
}
