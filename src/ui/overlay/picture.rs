//! A picture over all panes: two dots a cell by half blocks; signs of brightness where there are few colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::super::look::Look;
use super::super::paint::Row;
use super::super::signs::{self, Sign};
use super::frame::{self, Border};
use crate::app::picture::{Picture, Rgb, brightness};
use crate::text::Clean;
use crate::theme::{Colour, Depth, Role};

/// Draws the page.
pub fn draw(part: &Picture, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let area = frame::place(screen, screen.width, screen.height);
    let foot = look.say("ui-foot-picture");
    let border = Border { title: &part.name, aside: &part.about, foot: &foot, count: &Clean::default() };
    let within = frame::draw(area, border, look, buf);
    let place = place(part, within);
    let dots = part.pixels.scaled(u32::from(place.width), u32::from(place.height) * 2);
    let rows: Vec<&[Rgb]> = dots.chunks(usize::from(place.width).max(1)).collect();
    let has_blocks = !look.theme.has_plain_signs();
    for (line, pair) in (0..place.height).zip(rows.chunks(2)) {
        let [upper, lower] = pair else { continue };
        let mut row = Row::new(buf, place, line);
        for (upper, lower) in upper.iter().zip(lower.iter()) {
            let colour = |dot: Rgb| colour(dot, look.theme.depth()).filter(|_| has_blocks);
            match (colour(*upper), colour(*lower)) {
                (Some(upper), Some(lower)) => row.sign(signs::HALF, Style::new().fg(upper).bg(lower)),
                _ => {
                    let light = u16::from(brightness(*upper)).midpoint(u16::from(brightness(*lower)));
                    row.sign(shade(light), look.style(Role::Text))
                }
            };
        }
    }
}

/// Where the picture stands within its page: as large as its shape lets it be, in the middle.
fn place(part: &Picture, within: Rect) -> Rect {
    let (width, height) = part.pixels.fitting(u32::from(within.width), u32::from(within.height) * 2);
    let width = u16::try_from(width).unwrap_or(within.width).min(within.width);
    let height = u16::try_from(height.div_ceil(2)).unwrap_or(within.height).min(within.height);
    Rect { x: within.x + (within.width - width) / 2, y: within.y + (within.height - height) / 2, width, height }
}

/// Where the picture of a page stands on a screen, in cells: for what draws it in full detail.
pub fn place_on(part: &Picture, screen: Rect) -> Rect {
    let area = frame::place(screen, screen.width, screen.height);
    place(part, frame::within(area, screen))
}

/// A colour as the terminal has it; none where it has too few for a picture.
fn colour([red, green, blue]: Rgb, depth: Depth) -> Option<Color> {
    match Colour::Rgb(red, green, blue).at(depth).filter(|_| depth >= Depth::Indexed)? {
        Colour::Rgb(r, g, b) => Some(Color::Rgb(r, g, b)),
        Colour::Indexed(index) => Some(Color::Indexed(index)),
        Colour::Default | Colour::Ansi(_) => None,
    }
}

/// A sign that is as dense as it is light, on a dark ground.
fn shade(light: u16) -> Sign {
    let last = signs::SHADES.len() - 1;
    let at = (usize::from(light) * signs::SHADES.len() / 256).min(last);
    signs::SHADES.get(at).copied().unwrap_or(signs::DOT)
}
