//! The only way to a cell: clean text and our own signs, clipped to their row.
//!
//! Owns writing: what is passed is [`Clean`] or a [`Sign`], so no other text can reach the screen.
//! Nothing here leaves the rectangle that it was given, whatever its size. Enter at [`Row::new`].

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::signs::{self, Sign};
use crate::app::Area;
use crate::text::{Clean, bidi, graphemes, width};

/// A rectangle of the app as one of the buffer, clipped to it.
pub fn rect(area: Area, buf: &Buffer) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height).intersection(buf.area)
}

/// Cells that text takes.
pub fn cells(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// One row of cells, filled from both ends towards the middle.
pub struct Row<'b> {
    buf: &'b mut Buffer,
    y: u16,
    /// Next free column.
    x: u16,
    /// First column that is not free any more.
    end: u16,
}

impl<'b> Row<'b> {
    /// Row `line` (from 0) of `area`; an empty row when the area has none.
    pub fn new(buf: &'b mut Buffer, area: Rect, line: u16) -> Self {
        let area = area.intersection(buf.area);
        let y = area.y.saturating_add(line);
        let inside = line < area.height;
        Self { buf, y, x: area.x, end: if inside { area.right() } else { area.x } }
    }

    /// Free cells.
    pub const fn room(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    /// The next free column of the screen.
    pub const fn column(&self) -> u16 {
        self.x
    }

    /// The next free cells, so many at most.
    pub fn place(&self, count: u16) -> Rect {
        Rect { x: self.x, y: self.y, width: count.min(self.room()), height: 1 }
    }

    /// Leaves cells as they are.
    pub fn skip(&mut self, count: u16) -> &mut Self {
        self.x = self.x.saturating_add(count).min(self.end);
        self
    }

    /// Leaves cells at the right end as they are.
    pub fn skip_right(&mut self, count: u16) -> &mut Self {
        self.end = self.end.saturating_sub(count).max(self.x);
        self
    }

    /// Writes text; what does not fit is cut with `…`.
    pub fn put(&mut self, text: &Clean, style: Style) -> &mut Self {
        self.put_within(text, u16::MAX, style)
    }

    /// Writes text in at most `most` cells.
    pub fn put_within(&mut self, text: &Clean, most: u16, style: Style) -> &mut Self {
        let room = self.room().min(most);
        let used = write(self.buf, self.x, self.y, room, text, style);
        self.skip(used)
    }

    /// Writes a line of text in several styles, seen as one: a line with right-to-left letters is put in order as
    /// a whole, and one from the right (told, or by its first letter) stands at the right end.
    pub fn put_line<'t>(
        &mut self,
        spans: impl Iterator<Item = (&'t Clean, Style)> + Clone,
        from_right: Option<bool>,
    ) -> &mut Self {
        if from_right == Some(true) || spans.clone().any(|(text, _)| bidi::is_mixed(text)) {
            let spans: Vec<(&str, Style)> = spans.map(|(text, style)| (text.as_str(), style)).collect();
            let used = write_ordered(self.buf, (self.x, self.y), self.room(), &spans, Ordered::Line(from_right));
            return self.skip(used);
        }
        for (text, style) in spans {
            self.put(text, style);
        }
        self
    }

    /// Writes text in exactly `count` cells, blanks behind it.
    pub fn field(&mut self, text: &Clean, count: u16, style: Style) -> &mut Self {
        let end = self.x.saturating_add(count).min(self.end);
        self.put_within(text, count, style);
        self.x = end;
        self
    }

    /// Writes one sign.
    pub fn sign(&mut self, sign: Sign, style: Style) -> &mut Self {
        if self.room() > 0 {
            set(self.buf, self.x, self.y, sign.shown(), style);
            self.skip(1);
        }
        self
    }

    /// Writes text at the right end; what does not fit is cut with `…`.
    pub fn right(&mut self, text: &Clean, style: Style) -> &mut Self {
        let room = self.room();
        let wanted = cells(text).min(room);
        let start = self.end - wanted;
        write(self.buf, start, self.y, wanted, text, style);
        self.end = start;
        self
    }

    /// Writes text at the right end in exactly `count` cells, blanks before it.
    pub fn right_field(&mut self, text: &Clean, count: u16, style: Style) -> &mut Self {
        let start = self.end.saturating_sub(count).max(self.x);
        let room = self.end - start;
        let wanted = cells(text).min(room);
        write(self.buf, self.end - wanted, self.y, wanted, text, style);
        self.end = start;
        self
    }

    /// Writes one sign at the right end.
    pub fn right_sign(&mut self, sign: Sign, style: Style) -> &mut Self {
        if self.room() > 0 {
            self.end -= 1;
            set(self.buf, self.end, self.y, sign.shown(), style);
        }
        self
    }

    /// Fills what is free with a sign.
    pub fn fill(&mut self, sign: Sign, style: Style) {
        while self.room() > 0 {
            self.sign(sign, style);
        }
    }
}

/// Writes clusters from `x` on into at most `room` cells; returns how many were used.
fn write(buf: &mut Buffer, x: u16, y: u16, room: u16, text: &Clean, style: Style) -> u16 {
    // Cells of the text, only counted as far as it matters.
    let mut total: u16 = 0;
    for cluster in graphemes(text) {
        total = total.saturating_add(cells(cluster));
        if total > room {
            break;
        }
    }
    if room == 0 {
        return 0;
    }
    if bidi::is_mixed(text) {
        return write_ordered(buf, (x, y), room, &[(text, style)], Ordered::Field);
    }
    let cut = total > room;
    let room = if cut { room.saturating_sub(1) } else { room };
    let mut used: u16 = 0;
    for cluster in graphemes(text) {
        let wanted = cells(cluster);
        // A line break is not for one row, and what takes no cell has no place of its own.
        if wanted == 0 || cluster == "\n" {
            continue;
        }
        if used + wanted > room {
            break;
        }
        place(buf, (x + used, y), cluster, style);
        used += wanted;
    }
    if cut {
        set(buf, x + used, y, signs::MORE.shown(), style);
        used += 1;
    }
    used
}

/// What is put in order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ordered {
    /// A field in its own columns, from the left.
    Field,
    /// A line of a text, from the side that it begins at; which one that is, where it is known.
    Line(Option<bool>),
}

/// Writes what has right-to-left letters: cut as it is read, seen in its order. Returns how many cells were
/// used; all of them by a line that stands at the right.
fn write_ordered(buf: &mut Buffer, at: (u16, u16), room: u16, spans: &[(&str, Style)], how: Ordered) -> u16 {
    let mut line = String::with_capacity(spans.iter().map(|(text, _)| text.len()).sum::<usize>() + 4);
    // Where each span ends.
    let mut styles: Vec<(usize, Style)> = Vec::with_capacity(spans.len());
    for (text, style) in spans {
        line.push_str(text);
        styles.push((line.len(), *style));
    }
    if width(&line) > usize::from(room) {
        let mut used = 0;
        let fitting = graphemes(&line).take_while(|cluster| {
            used += cells(cluster);
            used < room
        });
        line.truncate(fitting.map(str::len).sum());
        line.push_str(signs::MORE.shown());
    }
    let style_at = |byte: usize| {
        let style = styles.iter().find(|(end, _)| byte < *end).or(styles.last());
        style.map_or(Style::new(), |(_, style)| *style)
    };
    let base = if let Ordered::Line(base) = how { base } else { None };
    let Some(order) = bidi::order_from(&line, base) else {
        // What was cut off were its right-to-left letters.
        let mut used = 0;
        let mut byte = 0;
        for cluster in graphemes(&line) {
            place(buf, (at.0 + used, at.1), cluster, style_at(byte));
            used += cells(cluster);
            byte += cluster.len();
        }
        return used;
    };
    // No more than the room, by the cut.
    let used = u16::try_from(order.cells).unwrap_or(room).min(room);
    let is_right = order.from_right && how != Ordered::Field;
    let left = if is_right { room - used } else { 0 };
    for piece in &order.pieces {
        let seen = u16::try_from(piece.seen_at).unwrap_or(room);
        place(buf, (at.0 + left + seen, at.1), piece.symbol(&line), style_at(piece.range.start));
    }
    left + used
}

/// A cluster and the cells that it covers.
fn place(buf: &mut Buffer, at: (u16, u16), cluster: &str, style: Style) {
    let wanted = cells(cluster);
    if wanted == 0 || cluster == "\n" {
        return;
    }
    set(buf, at.0, at.1, cluster, style);
    for covered in 1..wanted {
        set(buf, at.0 + covered, at.1, " ", style);
    }
}

fn set(buf: &mut Buffer, x: u16, y: u16, symbol: &str, style: Style) {
    if let Some(cell) = buf.cell_mut((x, y)) {
        cell.set_symbol(symbol).set_style(style);
    }
}

/// Blanks a rectangle and gives it a ground.
pub fn clear(buf: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }
    // A wide character that began left of the rectangle has lost its second cell.
    if area.left() > buf.area.left() {
        for y in area.top()..area.bottom() {
            if let Some(cell) = buf.cell_mut((area.left() - 1, y)).filter(|cell| cells(cell.symbol()) > 1) {
                cell.set_symbol(" ");
            }
        }
    }
}

/// Gives a rectangle a style on top of what is there.
pub fn tint(buf: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buf.area);
    buf.set_style(area, style);
}

/// A rule from top to bottom in the first column of `area`.
pub fn rule_down(buf: &mut Buffer, area: Rect, style: Style) {
    for line in 0..area.height {
        Row::new(buf, area, line).sign(signs::RULE_DOWN, style);
    }
}

/// A rule along the first row of `area`.
pub fn rule_across(buf: &mut Buffer, area: Rect, style: Style) {
    Row::new(buf, area, 0).fill(signs::RULE_ACROSS, style);
}

/// An area without its outermost columns.
pub const fn inset(area: Rect, left: u16, right: u16) -> Rect {
    let left = if left < area.width { left } else { area.width };
    let width = area.width - left;
    let right = if right < width { right } else { width };
    Rect { x: area.x + left, width: width - right, ..area }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::clean;

    const PLAIN: Style = Style::new();

    fn shown(buf: &Buffer) -> String {
        let mut text = String::new();
        let mut skip = 0;
        for cell in buf.content() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            text.push_str(cell.symbol());
            skip = cells(cell.symbol()).saturating_sub(1);
        }
        text
    }

    fn row(width: u16, draw: impl FnOnce(&mut Row<'_>)) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        draw(&mut Row::new(&mut buf, area, 0));
        shown(&buf)
    }

    #[test]
    fn text_is_cut_with_a_sign_and_never_within_a_character() {
        assert_eq!(
            row(8, |r| {
                r.put(&clean("hello you"), PLAIN);
            }),
            "hello y…"
        );
        assert_eq!(
            row(9, |r| {
                r.put(&clean("hello you"), PLAIN);
            }),
            "hello you"
        );
        assert_eq!(
            row(4, |r| {
                r.put(&clean("日本語"), PLAIN);
            }),
            "日… "
        );
        assert_eq!(
            row(1, |r| {
                r.put(&clean("ab"), PLAIN);
            }),
            "…"
        );
        assert_eq!(
            row(0, |r| {
                r.put(&clean("ab"), PLAIN);
            }),
            ""
        );
    }

    #[test]
    fn right_to_left_text_is_seen_in_its_order_within_its_field() {
        assert_eq!(
            row(14, |r| {
                r.field(&clean("שלום (2)"), 10, PLAIN).put(&clean("next"), PLAIN);
            }),
            "(2) םולש  next"
        );
        assert_eq!(
            row(6, |r| {
                r.put(&clean("שלום עולם"), PLAIN);
            }),
            "… םולש"
        );
        assert_eq!(
            row(5, |r| {
                r.put(&clean("abcd שלום"), PLAIN);
            }),
            "abcd…"
        );
    }

    #[test]
    fn a_line_in_several_styles_is_put_in_order_as_a_whole() {
        let (one, two) = (clean("שלום "), clean("עולם"));
        let spans = [(&one, PLAIN), (&two, PLAIN)];
        let line = |from_right| {
            row(12, |r| {
                r.put_line(spans.iter().copied(), from_right);
            })
        };
        assert_eq!(line(None), "   םלוע םולש");
        assert_eq!(line(Some(false)), "םלוע םולש   ");
        let plain = [(&clean("abc."), PLAIN)];
        assert_eq!(
            row(8, |r| {
                r.put_line(plain.iter().copied(), Some(true));
            }),
            "    .abc",
            "a line of a text from the right"
        );
    }

    #[test]
    fn both_ends_meet_without_overlap() {
        let text = row(12, |r| {
            r.right_field(&clean("48m"), 6, PLAIN).sign(signs::BAR, PLAIN).put(&clean("Zoë Kowalski"), PLAIN);
        });
        assert_eq!(text, "▌Zoë …   48m");
    }

    #[test]
    fn fields_keep_their_width() {
        assert_eq!(
            row(8, |r| {
                r.field(&clean("ab"), 4, PLAIN).put(&clean("c"), PLAIN);
            }),
            "ab  c   "
        );
        assert_eq!(
            row(8, |r| {
                r.field(&clean("日本語"), 3, PLAIN).put(&clean("c"), PLAIN);
            }),
            "日…c    "
        );
    }

    #[test]
    fn an_area_off_the_buffer_is_no_area() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 2));
        Row::new(&mut buf, Rect::new(10, 10, 5, 5), 0).put(&clean("x"), PLAIN);
        Row::new(&mut buf, Rect::new(0, 0, 4, 2), 2).put(&clean("x"), PLAIN);
        clear(&mut buf, Rect::new(2, 1, 90, 90), PLAIN);
        assert_eq!(shown(&buf), "        ");
    }

    #[test]
    fn clearing_half_a_wide_character_clears_it_all() {
        let area = Rect::new(0, 0, 4, 1);
        let mut buf = Buffer::empty(area);
        Row::new(&mut buf, area, 0).put(&clean("日本"), PLAIN);
        clear(&mut buf, Rect::new(1, 0, 1, 1), PLAIN);
        assert_eq!(shown(&buf), "  本");
    }

    proptest! {
        #[test]
        fn nothing_is_written_beyond_its_row(text in "\\PC{0,40}|[a-zא-ת ()0-9日]{0,30}", room in 0_u16..12) {
            let mut buf = Buffer::empty(Rect::new(0, 0, 16, 1));
            Row::new(&mut buf, Rect::new(2, 0, room, 1), 0).put(&clean(&text), PLAIN);
            for x in (0..2).chain(2 + room..16) {
                let cell = buf.cell((x, 0)).map_or("?", |cell| cell.symbol());
                prop_assert_eq!(cell, " ");
            }
        }
    }
}
