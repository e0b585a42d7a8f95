//! Hyperlinks of cells (OSC 8): which cells, where to, and what of an address may go out.
//!
//! Owns [`LinkRun`], what a frame says beside its cells ([`Painted`]), and the wall between an address and
//! the terminal: printable ASCII of a web or mail address leaves here, or nothing. A frame without links
//! writes nothing of all this. Enter at [`Links::of`].
//!
//! Source: "Hyperlinks in terminal emulators" (Egmont Koblinger), the form `OSC 8 ; params ; URI ST`.

use ratatui::layout::{Position, Rect};

/// Longer addresses are left out: some terminals keep no more.
const LONGEST: usize = 2083;
/// What an address may begin with.
const SCHEMES: [&str; 3] = ["http://", "https://", "mailto:"];
const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// A run of cells in one row that leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRun {
    /// Its first column.
    pub x: u16,
    /// Its row.
    pub y: u16,
    /// How many cells it has.
    pub cells: u16,
    /// Where it leads. What may not go to a terminal is percent-encoded; an address with a control, or of
    /// another kind than web and mail, is no link.
    pub url: String,
}

/// What a frame says beside its cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Painted {
    /// Where the cursor belongs; hidden when absent.
    pub cursor: Option<Position>,
    /// Cells that lead somewhere. Where two overlap, the later one holds.
    pub links: Vec<LinkRun>,
}

impl From<Option<Position>> for Painted {
    fn from(cursor: Option<Position>) -> Self {
        Self { cursor, links: Vec::new() }
    }
}

impl From<(Option<Position>, Vec<LinkRun>)> for Painted {
    fn from((cursor, links): (Option<Position>, Vec<LinkRun>)) -> Self {
        Self { cursor, links }
    }
}

/// The links of a frame, by cell.
#[derive(Debug, Default)]
pub(super) struct Links {
    area: Rect,
    /// For every cell which address it has, from 1; 0 for none. Empty when the frame has none at all.
    at: Vec<u16>,
    urls: Vec<String>,
}

impl Links {
    /// Spreads runs over a frame's cells.
    pub fn of(runs: &[LinkRun], area: Rect) -> Self {
        let mut links = Self { area, ..Self::default() };
        for run in runs {
            let Some(url) = fit(&run.url) else { continue };
            if run.y >= area.height || run.x >= area.width || run.cells == 0 {
                continue;
            }
            let number = match links.urls.iter().position(|known| *known == url) {
                Some(place) => place + 1,
                None => {
                    links.urls.push(url);
                    links.urls.len()
                }
            };
            let Ok(number) = u16::try_from(number) else { break };
            links.at.resize(usize::from(area.width) * usize::from(area.height), 0);
            let first = usize::from(run.y) * usize::from(area.width) + usize::from(run.x);
            let count = usize::from(run.cells.min(area.width - run.x));
            links.at.iter_mut().skip(first).take(count).for_each(|cell| *cell = number);
        }
        links
    }

    /// Whether no cell leads anywhere.
    pub const fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Where a cell leads.
    pub fn url(&self, x: u16, y: u16) -> Option<&str> {
        if self.at.is_empty() || x >= self.area.width {
            return None;
        }
        let number = *self.at.get(usize::from(y) * usize::from(self.area.width) + usize::from(x))?;
        self.urls.get(usize::from(number).checked_sub(1)?).map(String::as_str)
    }
}

/// The bytes that begin a link.
pub(super) fn begin(url: &str) -> String {
    // Cells of one address light up together, however its text is broken.
    let id = url.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("\x1b]8;id={id:x};{url}\x1b\\")
}

/// The bytes that end one.
pub(super) const END: &[u8] = b"\x1b]8;;\x1b\\";

/// An address as it may go to the terminal: printable ASCII only.
fn fit(url: &str) -> Option<String> {
    let known = SCHEMES.iter().any(|scheme| url.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme)));
    if !known || url.len() > LONGEST || url.chars().any(char::is_control) {
        return None;
    }
    let mut fit = String::with_capacity(url.len());
    for byte in url.bytes() {
        if (b'!'..=b'~').contains(&byte) {
            fit.push(char::from(byte));
        } else {
            fit.push('%');
            for digit in [byte >> 4, byte & 15] {
                // A nibble is below 16.
                fit.push(char::from(HEX[usize::from(digit)]));
            }
        }
    }
    (fit.len() <= LONGEST).then_some(fit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(x: u16, y: u16, cells: u16, url: &str) -> LinkRun {
        LinkRun { x, y, cells, url: url.to_owned() }
    }

    #[test]
    fn an_address_with_a_control_or_of_another_kind_is_no_link() {
        for bad in [
            "",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https",
            "https://a\x1b]8;;\x07",
            "https://a\u{9c}b",
            "https://a\nb",
            " https://a",
            "ssh://a",
        ] {
            assert_eq!(fit(bad), None, "{bad:?}");
        }
        assert_eq!(fit(&format!("https://{}", "é".repeat(500))), None, "too long once it is encoded");
    }

    #[test]
    fn what_is_not_ascii_is_encoded() {
        assert_eq!(fit("HTTPS://a.example/é x").as_deref(), Some("HTTPS://a.example/%C3%A9%20x"));
        assert_eq!(fit("https://a/\u{202e}b").as_deref(), Some("https://a/%E2%80%AEb"));
    }

    #[test]
    fn runs_beyond_the_frame_are_clipped() {
        let area = Rect::new(0, 0, 4, 2);
        let links =
            Links::of(&[run(2, 0, 90, "https://a/"), run(9, 0, 1, "https://b/"), run(0, 9, 1, "https://b/")], area);
        assert_eq!(links.url(1, 0), None);
        assert_eq!(links.url(3, 0), Some("https://a/"));
        assert_eq!(links.url(0, 1), None, "a run ends with its row");
        assert_eq!(links.url(4, 0), None);
    }

    #[test]
    fn a_frame_without_links_has_none() {
        assert!(Links::of(&[], Rect::new(0, 0, 9, 9)).is_empty());
        assert!(Links::of(&[run(0, 0, 2, "x")], Rect::new(0, 0, 9, 9)).is_empty());
    }

    proptest! {
        #[test]
        fn no_byte_of_an_address_is_more_than_a_letter(tail in any::<String>()) {
            if let Some(url) = fit(&format!("https://a/{tail}")) {
                prop_assert!(url.bytes().all(|byte| (b'!'..=b'~').contains(&byte)));
                prop_assert!(url.len() <= LONGEST);
            }
        }
    }
}
