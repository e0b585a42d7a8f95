//! Where each pane lies, in terminal cells: a pure function of size, focus and what is open.
//!
//! The app needs it to know how far a page scrolls; drawing and, later, the mouse read the same
//! answer. Total at any size, 0×0 included: every area lies within the screen. Enter at
//! [`Layout::of`].

use super::focus::Pane;

/// A rectangle of terminal cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// An area.
    #[must_use]
    pub const fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self { x, y, width, height }
    }

    /// Whether it has no cell.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// The first `rows` rows, and what is below them.
    #[must_use]
    pub const fn split_top(self, rows: u16) -> (Self, Self) {
        let rows = if rows < self.height { rows } else { self.height };
        (Self { height: rows, ..self }, Self { y: self.y.saturating_add(rows), height: self.height - rows, ..self })
    }

    /// What is left of the last `rows` rows, and these.
    #[must_use]
    pub const fn split_bottom(self, rows: u16) -> (Self, Self) {
        self.split_top(self.height.saturating_sub(rows))
    }

    /// The first `columns` columns, and what follows a rule of one column beside them.
    #[must_use]
    const fn split_left(self, columns: u16) -> (Self, Self) {
        let columns = if columns < self.width { columns } else { self.width };
        let taken = if columns < self.width { columns + 1 } else { columns };
        (Self { width: columns, ..self }, Self { x: self.x.saturating_add(taken), width: self.width - taken, ..self })
    }
}

/// A pane: its title lines and what is below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaneArea {
    /// Title lines: one for every pane but the thread, which has up to three (title, facts, rule; facts
    /// and rule where a breadcrumb has the title).
    pub head: Area,
    /// The rest.
    pub body: Area,
}

impl PaneArea {
    const fn of(area: Area, head_rows: u16) -> Self {
        // A pane of a few rows needs them for its content.
        let head_rows = if area.height < 6 && head_rows > 1 { 1 } else { head_rows };
        let (head, body) = area.split_top(if area.height > 1 { head_rows } else { 0 });
        Self { head, body }
    }
}

/// How the screen is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Too small for anything: one line says so.
    #[default]
    TooSmall,
    /// One pane at a time, with a breadcrumb above (under 80 columns, or very low).
    One,
    /// A list strip of five rows above the thread (80 to 99 columns).
    Strip,
    /// List and thread side by side (100 to 119).
    Split,
    /// Sidebar, list, thread, details (from 120).
    Wide,
}

/// What decides the layout beside the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wants {
    /// The focused pane.
    pub focus: Pane,
    /// Details are open beside the thread, where there is room; elsewhere they lie over it while they
    /// have the focus.
    pub details: bool,
    /// Rows that the composer would like for its text; absent when it is closed.
    pub composer_rows: Option<u16>,
    /// Something has to be told for as long as it lasts, on a row of its own.
    pub banner: bool,
}

/// Where everything lies. Panes that are not visible are absent. A vertical rule of one column, left
/// of each pane that does not begin at column 0, belongs to no area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// How the screen is divided.
    pub shape: Shape,
    /// Whole screen.
    pub screen: Area,
    /// What has to be told for as long as it lasts, above everything.
    pub banner: Option<Area>,
    /// The breadcrumb (one pane at a time only).
    pub breadcrumb: Option<Area>,
    /// Sidebar.
    pub sidebar: Option<PaneArea>,
    /// List.
    pub list: Option<PaneArea>,
    /// Thread.
    pub thread: Option<PaneArea>,
    /// Composer: the head holds the mode; a rule of one row above the head, where there is room, is
    /// `composer_rule`.
    pub composer: Option<PaneArea>,
    /// Horizontal rule above the composer.
    pub composer_rule: Option<Area>,
    /// Details.
    pub details: Option<PaneArea>,
    /// Last row of the screen.
    pub status: Area,
}

const LEAST: (u16, u16) = (20, 6);
const STRIP_ROWS: u16 = 5;
/// From this height on the composer has [`TEXT_ROWS`] rows of text from the start.
const TALL: u16 = 30;
const TEXT_ROWS: u16 = 5;

impl Layout {
    /// The layout of a screen of `width` × `height` cells.
    #[must_use]
    pub fn of(width: u16, height: u16, wants: Wants) -> Self {
        let screen = Area::new(0, 0, width, height);
        let mut layout = Self { screen, ..Self::default() };
        if width < LEAST.0 || height < LEAST.1 {
            return layout;
        }
        let (room, status) = screen.split_bottom(1);
        layout.status = status;
        let (banner, room) = room.split_top(u16::from(wants.banner && height >= LEAST.1 + 2));
        layout.banner = (!banner.is_empty()).then_some(banner);
        layout.shape = match width {
            120.. if height >= 10 => Shape::Wide,
            100.. if height >= 10 => Shape::Split,
            80.. if height >= 16 => Shape::Strip,
            _ => Shape::One,
        };
        match layout.shape {
            Shape::TooSmall => {}
            Shape::One => layout.one(room, wants),
            Shape::Strip => layout.strip(room, wants),
            Shape::Split => layout.split(room, wants),
            Shape::Wide => layout.wide(room, wants),
        }
        layout
    }

    fn one(&mut self, room: Area, wants: Wants) {
        let (crumb, room) = room.split_top(1);
        self.breadcrumb = Some(crumb);
        match wants.focus {
            Pane::Sidebar => self.sidebar = Some(PaneArea::of(room, 0)),
            Pane::List => self.list = Some(PaneArea::of(room, 0)),
            Pane::Details => self.details = Some(PaneArea::of(room, 1)),
            Pane::Thread | Pane::Composer => self.thread_and_composer(room, 2, wants),
        }
    }

    fn strip(&mut self, room: Area, wants: Wants) {
        if wants.focus == Pane::Sidebar {
            let (sidebar, list) = room.split_left(26);
            self.sidebar = Some(PaneArea::of(sidebar, 1));
            self.list = Some(PaneArea::of(list, 1));
            return;
        }
        let (list, below) = room.split_top(1 + STRIP_ROWS);
        self.list = Some(PaneArea::of(list, 1));
        self.thread_or_details(below, 2, wants);
    }

    fn split(&mut self, room: Area, wants: Wants) {
        let (left, right) = room.split_left(percent(room.width, 44, 44, 52));
        if wants.focus == Pane::Sidebar {
            self.sidebar = Some(PaneArea::of(left, 1));
            self.list = Some(PaneArea::of(right, 1));
        } else {
            self.list = Some(PaneArea::of(left, 1));
            self.thread_or_details(right, 3, wants);
        }
    }

    fn wide(&mut self, room: Area, wants: Wants) {
        let (sidebar, rest) = room.split_left(percent(room.width, 14, 20, 28));
        self.sidebar = Some(PaneArea::of(sidebar, 1));
        let (list, rest) = rest.split_left(between(room.width, 34, 52, 64));
        self.list = Some(PaneArea::of(list, 1));
        if wants.details || wants.focus == Pane::Details {
            let details = between(room.width, 22, 28, 38);
            let (thread, details) = rest.split_left(rest.width.saturating_sub(details + 1));
            self.details = Some(PaneArea::of(details, 1));
            self.thread_and_composer(thread, 3, wants);
        } else {
            self.thread_and_composer(rest, 3, wants);
        }
    }

    fn thread_or_details(&mut self, room: Area, head_rows: u16, wants: Wants) {
        if wants.focus == Pane::Details {
            self.details = Some(PaneArea::of(room, 1));
        } else {
            self.thread_and_composer(room, head_rows, wants);
        }
    }

    fn thread_and_composer(&mut self, room: Area, head_rows: u16, wants: Wants) {
        let Some(text_rows) = wants.composer_rows else {
            self.thread = Some(PaneArea::of(room, head_rows));
            return;
        };
        // One row of head, and a rule where there is room; at most half.
        let rule = u16::from(room.height >= 12);
        let most = room.height.div_ceil(2);
        let text_rows = if room.height >= TALL { text_rows.max(TEXT_ROWS) } else { text_rows };
        let rows = text_rows.saturating_add(1 + rule).clamp(most.min(3), most);
        let (thread, composer) = room.split_bottom(rows);
        let (rule, composer) = composer.split_top(rule);
        self.thread = (!thread.is_empty()).then(|| PaneArea::of(thread, head_rows));
        self.composer_rule = (!rule.is_empty()).then_some(rule);
        self.composer = Some(PaneArea::of(composer, 1));
    }

    /// The pane's area, when it is visible.
    #[must_use]
    pub const fn pane(&self, pane: Pane) -> Option<PaneArea> {
        match pane {
            Pane::Sidebar => self.sidebar,
            Pane::List => self.list,
            Pane::Thread => self.thread,
            Pane::Composer => self.composer,
            Pane::Details => self.details,
        }
    }
}

fn percent(of: u16, hundredths: u16, least: u16, most: u16) -> u16 {
    let part = u32::from(of) * u32::from(hundredths) / 100;
    u16::try_from(part).unwrap_or(u16::MAX).clamp(least, most)
}

/// A share of `width` that is `least` cells at 120 columns and `usual` at 160, and so on up to `most`.
fn between(width: u16, least: u16, usual: u16, most: u16) -> u16 {
    let more = u32::from(width.saturating_sub(120)) * u32::from(usual.saturating_sub(least)) / 40;
    u16::try_from(more).unwrap_or(u16::MAX).saturating_add(least).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(focus: Pane) -> Wants {
        let composer_rows = (focus == Pane::Composer).then_some(4);
        Wants { focus, details: true, composer_rows, banner: focus == Pane::Thread }
    }

    fn inside(outer: Area, inner: Area) -> bool {
        inner.x + inner.width <= outer.width && inner.y + inner.height <= outer.height
    }

    #[test]
    fn every_area_lies_on_the_screen_at_any_size() {
        for width in (0..200).step_by(3) {
            for height in 0..60 {
                for focus in Pane::ALL {
                    let layout = Layout::of(width, height, wants(focus));
                    for pane in Pane::ALL {
                        if let Some(area) = layout.pane(pane) {
                            assert!(inside(layout.screen, area.head), "{width}x{height} {focus:?} {pane:?}");
                            assert!(inside(layout.screen, area.body), "{width}x{height} {focus:?} {pane:?}");
                        }
                    }
                    assert!(
                        layout.shape == Shape::TooSmall || layout.pane(focus).is_some(),
                        "{width}x{height} {focus:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_ssh_default_has_five_rows_of_list_and_half_a_composer_at_most() {
        let layout = Layout::of(80, 24, wants(Pane::Composer));
        assert_eq!(layout.shape, Shape::Strip);
        assert_eq!(layout.list.map(|list| list.body.height), Some(5));
        let composer = layout.composer.map_or(0, |area| area.head.height + area.body.height);
        assert!((3..=9).contains(&composer), "{composer}");
    }

    #[test]
    fn a_wide_screen_gives_the_list_a_third_and_the_thread_the_most() {
        for (width, sizes) in [(120, [20, 34, 41, 22]), (160, [22, 52, 55, 28]), (200, [28, 64, 71, 34])] {
            let layout = Layout::of(width, 48, wants(Pane::List));
            let panes = [layout.sidebar, layout.list, layout.thread, layout.details];
            assert_eq!(panes.map(|pane| pane.map_or(0, |pane| pane.head.width)), sizes, "{width}");
        }
        assert_eq!(Layout::of(100, 30, wants(Pane::List)).list.map(|list| list.body.width), Some(44));
    }

    #[test]
    fn the_composer_of_a_tall_pane_has_five_rows_and_grows_to_half() {
        let rows = |height, text| {
            let wants = Wants { composer_rows: Some(text), ..wants(Pane::Composer) };
            Layout::of(160, height, wants).composer.map_or(0, |area| area.body.height)
        };
        assert_eq!(rows(48, 1), 5);
        assert_eq!(rows(48, 90), 22);
        assert_eq!(rows(24, 1), 1);
    }

    #[test]
    fn sizes_choose_the_shape() {
        for (width, height, shape) in [
            (0, 0, Shape::TooSmall),
            (19, 40, Shape::TooSmall),
            (60, 20, Shape::One),
            (80, 24, Shape::Strip),
            (100, 30, Shape::Split),
            (120, 40, Shape::Wide),
            (160, 48, Shape::Wide),
        ] {
            assert_eq!(Layout::of(width, height, wants(Pane::List)).shape, shape);
        }
    }
}
