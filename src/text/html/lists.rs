//! Lists while they are read: their levels, and what stands before each item.
//!
//! Enter at [`Lists`].

use super::looks::{Looks, Numbering};
use super::piece::{Marker, Piece, PieceKind};
use super::tokens::Attributes;

/// The lists that are open.
#[derive(Default)]
pub(super) struct Lists {
    open: Vec<List>,
    /// An item that has no words yet.
    item: Option<Item>,
}

struct List {
    /// The number of the next item; none in a list without numbers.
    next: Option<i32>,
    step: i32,
    numbering: Numbering,
    /// The pieces of its items, when they can only be counted at its end.
    counted: Option<Vec<usize>>,
}

/// The first block of a list item.
pub(super) struct Item {
    pub(super) marker: Marker,
    /// Word's own level, when it is no item of a list.
    pub(super) level: Option<u8>,
}

impl Lists {
    /// How many are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn open_bullets(&mut self, looks: &Looks) {
        let numbering = looks.list.filter(|numbering| *numbering == Numbering::Nothing).unwrap_or(Numbering::Decimal);
        self.open.push(List { next: None, step: 1, numbering, counted: None });
    }

    pub(super) fn open_numbers(&mut self, attributes: Attributes<'_>, looks: &Looks) {
        let start = attributes.get("start").and_then(|start| start.trim().parse::<i32>().ok());
        let reversed = attributes.has("reversed");
        let typed = attributes.get("type").and_then(Numbering::of_type);
        self.open.push(List {
            next: Some(start.unwrap_or(1)),
            step: if reversed { -1 } else { 1 },
            numbering: looks.list.or(typed).unwrap_or(Numbering::Decimal),
            counted: (reversed && start.is_none()).then(Vec::new),
        });
    }

    /// Begins an item: the next block has its marker.
    pub(super) fn open_item(&mut self, attributes: Attributes<'_>, looks: &Looks) {
        let marker = self.open.last_mut().map_or(Marker::Bullet, |list| {
            let given = attributes.get("value").and_then(|value| value.trim().parse::<i32>().ok());
            let own = attributes.get("type").and_then(Numbering::of_type).or(looks.list);
            match given.or(list.next) {
                Some(number) if list.next.is_some() => {
                    list.next = Some(number.saturating_add(list.step));
                    Marker::Number(number, own.unwrap_or(list.numbering))
                }
                _ if own.unwrap_or(list.numbering) == Numbering::Nothing => Marker::Number(0, Numbering::Nothing),
                _ => Marker::Bullet,
            }
        });
        self.item = Some(Item { marker, level: None });
    }

    /// Begins an item of a list that Word wrote as paragraphs.
    pub(super) fn open_word_item(&mut self, level: u8) {
        self.item = Some(Item { marker: Marker::Bullet, level: Some(level) });
    }

    /// A marker that Word wrote out: a letter of a symbol font for a bullet, or a number.
    pub(super) fn take_word_marker(&mut self, text: &str) {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).take(8).collect();
        if let Some(item) = self.item.as_mut().filter(|_| !text.is_empty()) {
            let numbered = text.ends_with(['.', ')']) && text.len() > 1;
            item.marker = if numbered { Marker::Written(text) } else { Marker::Bullet };
        }
    }

    /// The item that waits for its first words, which are going to be the piece at `at`.
    pub(super) fn take_item(&mut self, at: usize) -> Option<Item> {
        let item = self.item.take()?;
        if let Some(items) = self.open.last_mut().and_then(|list| list.counted.as_mut()) {
            items.push(at);
        }
        Some(item)
    }

    /// Ends an item, with or without words; one of Word's when `of_word`.
    pub(super) fn close_item(&mut self, of_word: bool) {
        if !of_word || self.item.as_ref().is_some_and(|item| item.level.is_some()) {
            self.item = None;
        }
    }

    /// Closes lists until so many are open.
    pub(super) fn close_to(&mut self, depth: usize, pieces: &mut [Piece]) {
        while self.open.len() > depth {
            let items = self.open.pop().and_then(|list| list.counted).unwrap_or_default();
            // A list that counts down to 1.
            for (index, at) in items.iter().rev().enumerate() {
                if let Some(PieceKind::Item(Marker::Number(number, _))) =
                    pieces.get_mut(*at).map(|piece| &mut piece.kind)
                {
                    *number = i32::try_from(index + 1).unwrap_or(i32::MAX);
                }
            }
        }
    }
}
