//! Pictures in full detail, on terminals that have them: kitty's protocol, and sixel.
//!
//! Owns which terminal has which, and the bytes. What is sent is made anew from decoded colours: no byte of
//! anybody's file reaches the terminal. Enter at [`Graphics::of`].

use std::fmt::Write as _;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use icy_sixel::SixelImage;
use image::{ImageFormat, RgbImage, imageops};

/// Kitty takes base64 in pieces of so many letters at most.
const PIECE: usize = 4_096;
/// The number under which the terminal keeps our picture: one at a time.
const OURS: u32 = 7_214;

/// How a terminal takes pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Graphics {
    /// Kitty's graphics protocol.
    Kitty,
    /// Sixel.
    Sixel,
}

/// A rectangle of cells, and how many dots a cell has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cells {
    /// Column and row of the upper left cell, from 0.
    pub at: (u16, u16),
    /// Columns and rows.
    pub size: (u16, u16),
    /// Dots of a cell, across and down.
    pub dots: (u16, u16),
}

impl Graphics {
    /// What a terminal is known to have, by its environment. Within tmux and screen nothing is relied on.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let (term, program) = (variable("TERM").unwrap_or_default(), variable("TERM_PROGRAM").unwrap_or_default());
        if set("TMUX") || set("STY") || term.starts_with("screen") || term.starts_with("tmux") {
            return None;
        }
        if set("KITTY_WINDOW_ID") || term == "xterm-kitty" || term == "xterm-ghostty" || program == "ghostty" {
            return Some(Self::Kitty);
        }
        let sixel = ["foot", "mlterm", "contour", "yaft"].iter().any(|known| term.starts_with(known));
        (sixel || program == "WezTerm" || program == "iTerm.app").then_some(Self::Sixel)
    }

    /// What draws a picture of these colours over the cells; slow for sixel. None where its colours are not as
    /// many as its sides say.
    #[must_use]
    pub fn draw(self, (width, height): (u32, u32), rgb: &[u8], cells: Cells) -> Option<Vec<u8>> {
        let picture = RgbImage::from_raw(width, height, rgb.to_vec())?;
        let drawn = match self {
            Self::Kitty => kitty(&picture, cells)?,
            Self::Sixel => sixel(&picture, cells)?,
        };
        let (column, row) = cells.at;
        // The cursor comes back to where the frame left it.
        Some(format!("\x1b7\x1b[{};{}H{drawn}\x1b8", row + 1, column + 1).into_bytes())
    }

    /// What takes it away again; sixel is written over by the next frame.
    #[must_use]
    pub fn remove(self) -> Vec<u8> {
        match self {
            Self::Kitty => format!("\x1b_Ga=d,d=I,i={OURS},q=2\x1b\\").into_bytes(),
            Self::Sixel => Vec::new(),
        }
    }
}

/// As PNG in pieces; the terminal fits it into the cells, and answers nothing.
fn kitty(picture: &RgbImage, cells: Cells) -> Option<String> {
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).ok()?;
    let letters = STANDARD.encode(png.into_inner());
    let (columns, rows) = cells.size;
    let mut drawn = String::with_capacity(letters.len() + letters.len() / 256 + 64);
    let mut pieces = letters.as_bytes().chunks(PIECE).peekable();
    let mut head = format!("a=T,f=100,i={OURS},c={columns},r={rows},C=1,q=2,");
    while let Some(piece) = pieces.next() {
        let more = u8::from(pieces.peek().is_some());
        // Base64 is ASCII.
        let piece = std::str::from_utf8(piece).ok()?;
        let _ = write!(drawn, "\x1b_G{head}m={more};{piece}\x1b\\");
        "q=2,".clone_into(&mut head);
    }
    Some(drawn)
}

fn sixel(picture: &RgbImage, cells: Cells) -> Option<String> {
    let side = |count: u16, dots: u16| u32::from(count) * u32::from(dots);
    let (width, height) = (side(cells.size.0, cells.dots.0), side(cells.size.1, cells.dots.1));
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > 8_000_000 {
        return None;
    }
    let fitted = imageops::thumbnail(picture, width, height);
    let rgba: Vec<u8> = fitted.pixels().flat_map(|dot| [dot.0[0], dot.0[1], dot.0[2], 255]).collect();
    SixelImage::from_rgba(rgba, width as usize, height as usize).encode().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(set: &[(&str, &str)]) -> Option<Graphics> {
        Graphics::of(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn only_terminals_that_are_known_for_it_are_drawn_on() {
        assert_eq!(of(&[("TERM", "xterm-kitty")]), Some(Graphics::Kitty));
        assert_eq!(of(&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")]), Some(Graphics::Kitty));
        assert_eq!(of(&[("TERM", "foot-extra")]), Some(Graphics::Sixel));
        assert_eq!(of(&[("TERM", "xterm-256color")]), None);
        assert_eq!(of(&[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1"), ("TMUX", "/tmp/x")]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_picture_is_sent_in_pieces_and_the_cursor_comes_back() {
        let noise: Vec<u8> = (0..100_u32 * 100 * 3).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let cells = Cells { at: (4, 2), size: (30, 10), dots: (8, 16) };
        let drawn = String::from_utf8(Graphics::Kitty.draw((100, 100), &noise, cells).unwrap()).unwrap();
        assert!(
            drawn.starts_with("\x1b7\x1b[3;5H\x1b_Ga=T,f=100,i=7214,c=30,r=10,C=1,q=2,m=1;")
                && drawn.ends_with("\x1b8")
        );
        let pieces: Vec<&str> = drawn.split("\x1b_G").skip(1).collect();
        assert!(pieces.len() > 5 && pieces.iter().all(|piece| piece.len() < PIECE + 80));
        assert_eq!(pieces.iter().filter(|piece| piece.contains("m=0;")).count(), 1);
        assert!(Graphics::Kitty.draw((100, 100), &noise[1..], cells).is_none());
        assert!(!Graphics::Kitty.remove().is_empty());
    }

    #[test]
    fn sixel_is_as_large_as_its_cells() {
        let cells = Cells { at: (0, 0), size: (10, 3), dots: (8, 16) };
        let drawn = String::from_utf8(Graphics::Sixel.draw((4, 4), &[200; 48], cells).unwrap()).unwrap();
        assert!(drawn.contains("\x1bP") && drawn.contains("80;48") && drawn.ends_with("\x1b\\\x1b8"), "{drawn}");
        assert!(Graphics::Sixel.draw((4, 4), &[200; 48], Cells { dots: (0, 0), ..cells }).is_none());
    }
}
