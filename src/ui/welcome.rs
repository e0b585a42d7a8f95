//! The screen before there is an inbox: a title, what can be chosen, and perhaps a line to type.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::look::Look;
use super::overlay::Hits;
use super::paint::Row;
use super::signs;
use crate::app::input::Input;
use crate::domain::UnixTime;
use crate::text::{Clean, width, wrap};
use crate::theme::{Role, Theme};
use crate::words::Words;

/// What it shows.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// In one line.
    pub title: Clean,
    /// A sentence or two.
    pub says: Clean,
    /// Keys and what they do.
    pub choices: Vec<(Clean, Clean)>,
    /// What is typed.
    pub input: Option<Input>,
    /// What is wrong with it; may be blank.
    pub fault: Clean,
}

/// Cells of a line at most.
const WIDEST: u16 = 72;

/// Draws a page in the upper third, and says where the cursor belongs.
#[must_use]
pub fn draw(page: &Page, theme: &Theme, words: &Words, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let zone = jiff::tz::TimeZone::UTC;
    let (now, hits) = (UnixTime::default(), Hits::default());
    let look = Look { theme, words, now, zone: &zone, absolute: false, blocked: &[], hits: &hits };
    let area = area.intersection(buf.area);
    let across = area.width.min(WIDEST);
    let inner = Rect { x: area.x + (area.width - across) / 2, width: across, ..area };
    let mut line = area.height / 5;
    let mut cursor = None;
    let row = |line: &mut u16| {
        let at = *line;
        *line = line.saturating_add(1);
        at
    };
    Row::new(buf, inner, row(&mut line)).skip(1).put(&page.title, look.style(Role::Title));
    line = line.saturating_add(1);
    for text in wrap(&page.says, usize::from(across.saturating_sub(2)).max(1)) {
        Row::new(buf, inner, row(&mut line)).skip(1).put(&text, look.style(Role::Text));
    }
    line = line.saturating_add(1);
    if let Some(input) = &page.input {
        let at = row(&mut line);
        let mut typed = Row::new(buf, inner, at);
        typed
            .skip(1)
            .sign(signs::PROMPT, look.style(Role::Accent))
            .skip(1)
            .put(&input.shown(), look.style(Role::TextBright));
        let before = u16::try_from(width(&input.shown_before())).unwrap_or(u16::MAX);
        let place = Position { x: inner.x.saturating_add(3).saturating_add(before), y: inner.y.saturating_add(at) };
        cursor = Some(place).filter(|place| inner.contains(*place));
        Row::new(buf, inner, row(&mut line)).skip(3).put(&page.fault, look.style(Role::Warning));
        line = line.saturating_add(1);
    }
    let keys = page.choices.iter().map(|(key, _)| width(key)).max().unwrap_or(0);
    for (key, what) in &page.choices {
        let mut choice = Row::new(buf, inner, row(&mut line));
        choice.skip(1).field(key, u16::try_from(keys).unwrap_or(8), look.style(Role::Key));
        choice.skip(2).put(what, look.style(Role::Text));
    }
    cursor
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::clean;

    #[test]
    fn a_page_is_drawn_at_every_size() {
        let page = Page {
            title: clean("deskhand"),
            says: clean("An inbox. Choose what to open first, and go on from there."),
            choices: vec![(clean("d"), clean("the demo")), (clean("enter"), clean("yes"))],
            input: Some(Input::default()),
            fault: Clean::default(),
        };
        let (theme, words) = (Theme::default(), Words::english());
        for (width, height) in [(0, 0), (1, 1), (5, 3), (20, 6), (80, 24), (300, 100)] {
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            let cursor = draw(&page, &theme, &words, area, &mut buf);
            assert!(cursor.is_none_or(|at| area.contains(at)), "{width}x{height}");
        }
    }
}
