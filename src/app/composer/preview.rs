//! What the customer will get, in the place of the text.
//!
//! Owns the read text, what is told below it (where its links lead, what may come out differently), and how far
//! it is scrolled; lines of a width are made when they are drawn.

use crate::app::App;
use crate::domain::{Channel, Mode};
use crate::keymap::{Key, KeyCode};
use crate::text::html::{self, BlockKind, Document, Line, Link, LinkKind, Span, SpanStyle};
use crate::text::{Clean, bidi, markdown, wrap};

/// A text as the customer gets it.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    lines: Vec<Line>,
    document: Document,
    /// What is told below the text.
    foot: Vec<Clean>,
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
        let foot = targets(&document);
        Self { document, foot, ..Self::default() }
    }

    /// It is shown in so many cells and rows.
    pub(super) fn shown_in(&mut self, cells: u16, rows: u16) {
        if self.cells != cells {
            self.cells = cells;
            self.lines = self.laid(cells);
        }
        self.rows = usize::from(rows);
        self.scroll = self.scroll.min(self.lines.len().saturating_sub(self.rows));
    }

    /// The text, and what is told below it.
    fn laid(&self, cells: u16) -> Vec<Line> {
        let aside = |text: &Clean| {
            let style = SpanStyle { marker: true, ..SpanStyle::default() };
            let lines = wrap(text, usize::from(cells)).into_iter();
            lines.map(move |text| Line {
                from_right: bidi::begins_right(&text),
                spans: vec![Span { text, style }],
                ..Line::default()
            })
        };
        let mut lines = html::layout(&self.document, cells, false);
        if !self.foot.is_empty() {
            lines.push(Line::default());
            self.foot.iter().for_each(|text| lines.extend(aside(text)));
        }
        lines
    }

    /// Rows that it takes at so many cells, counting no further than `most`.
    pub(super) fn rows(&self, cells: u16, most: u16) -> u16 {
        let rows = if self.cells == cells { self.lines.len() } else { self.laid(cells).len() };
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

/// Where links lead whose words do not say it, in full: `[1] https://…`.
fn targets(document: &Document) -> Vec<Clean> {
    let mut targets = Vec::new();
    for (link, number) in document.links.iter().zip(1_usize..) {
        let said = Link::to(&link.text).or_else(|| Link::to(&format!("https://{}", link.text)));
        let said = said.or_else(|| Link::to(&format!("mailto:{}", link.text)));
        let is_said = link.kind != LinkKind::Image && said.is_some_and(|said| said.shown == link.shown);
        if !is_said {
            targets.push(crate::text::clean(&format!("[{number}] {}", link.shown)));
        }
    }
    targets
}

/// What may come out differently, by key of the catalogue of words.
fn differences(document: &Document, mode: Mode, channel: &Channel) -> Option<&'static str> {
    let of = |is: fn(&html::Block) -> bool| document.blocks.iter().any(is);
    let has_blocks = of(|block| !matches!(block.kind, BlockKind::Paragraph) || block.quote_depth > 0);
    let has_styles = of(|block| {
        let is_styled = |style: SpanStyle| style.strong || style.emphasis || style.code || style.image;
        block.each_span().any(|span| is_styled(span.style))
    });
    let has_titles = of(|block| matches!(block.kind, BlockKind::Heading(_)) || block.quote_depth > 0);
    match (mode, channel) {
        (Mode::Note, _) | (_, Channel::Email) => None,
        (Mode::Reply, Channel::Chat) => has_titles.then_some("preview-chat"),
        _ => (has_blocks || has_styles || !targets(document).is_empty()).then_some("preview-plain"),
    }
}

impl App {
    /// `ctrl-x p`: shows what the customer gets, or the text again.
    pub(in crate::app) fn toggle_preview(&mut self) {
        self.composer.completion = None;
        if self.composer.preview.take().is_some() {
            return;
        }
        let text = self.composer.text();
        let mut preview = Preview::of(&text);
        if let Some(facts) = self.composer_facts() {
            if facts.mode == Mode::Reply && !facts.from.is_blank() {
                preview.foot.insert(0, self.words.with("preview-from", &[("name", (&facts.from).into())]));
            }
            let differs = differences(&preview.document, facts.mode, &facts.channel);
            preview.foot.extend(differs.map(|key| self.words.say(key)));
        }
        if text.split_once("{{").is_some_and(|(_, after)| after.contains("}}")) {
            preview.foot.push(self.words.say("preview-placeholders"));
        }
        self.composer.preview = Some(preview);
    }
}
