//! Find in thread: the line at the foot of the pane, and what was found in its lines.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::look::Look;
use super::overlay;
use super::paint::{Row, cells, clear};
use crate::app::thread::Find;
use crate::app::thread::find::Mark;
use crate::text::Clean;
use crate::theme::Role;
use crate::words::Arg;

/// Cells that what is typed keeps beside what was found.
const TYPED: u16 = 20;

/// Draws the line in the last row of the thread's body. Returns where the cursor belongs.
pub fn draw(find: &Find, look: &Look<'_>, body: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = line_of(body)?;
    clear(buf, area, look.style(Role::Text));
    let dim = look.style(Role::TextDim);
    let mut row = Row::new(buf, area, 0);
    row.skip_right(1);
    let room = row.room();
    let put = |row: &mut Row<'_>, text: &Clean, style: Style| {
        if cells(text).saturating_add(TYPED + 3) <= row.room() {
            row.right(text, style).skip_right(3);
        }
    };
    if room >= TYPED * 4 {
        put(&mut row, &look.say("ui-find-keys"), dim);
    }
    if let Some((told, role)) = told(find, look) {
        put(&mut row, &told, look.style(role));
    }
    if let Some(forward) = find.wrapped {
        let key = if forward { "ui-find-wrapped" } else { "ui-find-wrapped-back" };
        put(&mut row, &look.say(key), look.style(Role::Warning));
    }
    let typed = Rect { width: row.room(), ..area };
    overlay::input(&find.input, &look.say("ui-find-hint"), look, typed, buf)
}

/// What is above the line.
pub fn above(body: Rect) -> Rect {
    Rect { height: body.height.saturating_sub(u16::from(line_of(body).is_some())), ..body }
}

fn line_of(body: Rect) -> Option<Rect> {
    (body.height > 1).then(|| Rect { y: body.bottom() - 1, height: 1, ..body })
}

/// `3 of 17`, and whether that is all.
fn told(find: &Find, look: &Look<'_>) -> Option<(Clean, Role)> {
    let tally = find.tally()?;
    let count = [("at", Arg::from(tally.at)), ("of", Arg::from(tally.of))];
    Some(match (tally.of, tally.done) {
        (0, true) => (look.say("ui-find-none"), Role::Warning),
        (0, false) => (look.say("ui-find-seeking"), Role::TextDim),
        _ if tally.more => (look.with("ui-find-count-more", &count), Role::Text),
        (_, true) => (look.with("ui-find-count", &count), Role::Text),
        (_, false) => (look.with("ui-find-count-so-far", &count), Role::TextDim),
    })
}

/// The style of what was found, over that of the text.
pub fn style(mark: &Mark, base: Style, look: &Look<'_>) -> Style {
    let found = base.patch(look.style(Role::Match)).add_modifier(Modifier::UNDERLINED);
    if mark.current { found.add_modifier(Modifier::REVERSED) } else { found }
}

/// Text in pieces, those that were found in their style. It begins at byte `at` of what the marks count.
pub fn pieces(text: &Clean, base: Style, at: usize, marks: &[Mark], look: &Look<'_>) -> Vec<(Clean, Style)> {
    let mut pieces = Vec::new();
    let mut done = 0;
    let mut push = |from: usize, to: usize, style: Style| {
        let piece = text.slice(from..to);
        if !piece.is_empty() {
            pieces.push((piece, style));
        }
    };
    for mark in marks {
        let from = mark.bytes.start.saturating_sub(at).clamp(done, text.len());
        let to = mark.bytes.end.saturating_sub(at).clamp(from, text.len());
        if from < to {
            push(done, from, base);
            push(from, to, style(mark, base, look));
            done = to;
        }
    }
    push(done, text.len(), base);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::clean;

    #[test]
    fn found_words_are_cut_out_of_their_text() {
        let theme = crate::theme::Theme::default();
        let words = crate::words::Words::english();
        let hits = overlay::Hits::default();
        let look = Look {
            blocked: &[],
            theme: &theme,
            words: &words,
            now: crate::domain::UnixTime(0),
            zone: &jiff::tz::TimeZone::UTC,
            absolute: false,
            hits: &hits,
        };
        let mark = |bytes| Mark { line: 0, bytes, current: false };
        let cut = |at, marks: &[Mark]| -> Vec<String> {
            let pieces = pieces(&clean("one two one"), Style::default(), at, marks, &look);
            pieces.into_iter().map(|(text, _)| text.to_string()).collect()
        };
        assert_eq!(cut(0, &[mark(0..3), mark(8..11)]), ["one", " two ", "one"]);
        assert_eq!(cut(20, &[mark(24..27), mark(31..40)]), ["one ", "two", " one"]);
        assert_eq!(cut(20, &[mark(0..20)]), ["one two one"]);
    }
}
