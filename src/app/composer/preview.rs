//! What the customer will get, in the place of the text.
//!
//! Owns the read text and how far it is scrolled; lines of a width are made when they are drawn.

use crate::app::App;
use crate::keymap::{Key, KeyCode};
use crate::text::html::{self, Document, Line};
use crate::text::markdown;

/// A text as the customer gets it.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    lines: Vec<Line>,
    document: Document,
    /// Cells that the lines are made for.
    cells: u16,
    /// Rows that are visible.
    rows: usize,
    /// Lines scrolled down.
    scroll: usize,
}

impl Preview {
    /// A text, from its top.
    pub(super) fn of(text: &str) -> Self {
        let document = html::blocks(&markdown::to_html(text.trim_end()));
        Self { document, ..Self::default() }
    }

    /// It is shown in so many cells and rows.
    pub(super) fn shown_in(&mut self, cells: u16, rows: u16) {
        if self.cells != cells {
            self.cells = cells;
            self.lines = html::layout(&self.document, cells, false);
        }
        self.rows = usize::from(rows);
        self.scroll = self.scroll.min(self.lines.len().saturating_sub(self.rows));
    }

    /// Rows that it takes at so many cells, counting no further than `most`.
    pub(super) fn rows(&self, cells: u16, most: u16) -> u16 {
        let rows =
            if self.cells == cells { self.lines.len() } else { html::layout(&self.document, cells, false).len() };
        u16::try_from(rows).unwrap_or(most).min(most)
    }

    /// The lines that are visible.
    pub fn visible(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().skip(self.scroll).take(self.rows)
    }

    /// How many lines are below those that are visible.
    #[must_use]
    pub fn below(&self) -> usize {
        self.lines.len().saturating_sub(self.scroll + self.rows)
    }

    /// Takes a key that scrolls. Returns whether it was one.
    pub(super) fn key(&mut self, key: Key) -> bool {
        let page = self.rows.saturating_sub(1).max(1);
        let end = self.lines.len().saturating_sub(self.rows);
        self.scroll = match (key.code, key.ctrl, key.alt) {
            (KeyCode::Up, false, false) | (KeyCode::Char('p'), true, false) => self.scroll.saturating_sub(1),
            (KeyCode::Down, false, false) | (KeyCode::Char('n'), true, false) => self.scroll + 1,
            (KeyCode::PageUp, ..) => self.scroll.saturating_sub(page),
            (KeyCode::PageDown, ..) => self.scroll + page,
            (KeyCode::Home, ..) => 0,
            (KeyCode::End, ..) => end,
            _ => return false,
        }
        .min(end);
        true
    }
}

impl App {
    /// `ctrl-x p`: shows what the customer gets, or the text again.
    pub(in crate::app) fn toggle_preview(&mut self) {
        self.composer.completion = None;
        self.composer.preview = match self.composer.preview.take() {
            Some(_) => None,
            None => Some(Preview::of(&self.composer.text())),
        };
    }
}
