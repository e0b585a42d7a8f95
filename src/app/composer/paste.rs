//! Text that comes all at once: pasted, put in by a macro, or composed by an input method.
//!
//! Owns how much of it fits, and what a copy brings along that nobody wrote: colours of a terminal, blanks that
//! fill its lines, the no-break spaces of web pages, the bullets of word processors. Lines stay where they were
//! broken, and HTML stays the text that it is. It is put in as one edit, whatever its length.

use std::borrow::Cow;

use super::{Composer, LONGEST};
use crate::app::{App, Severity};
use crate::command::CommandId;
use crate::domain::UnixTime;
use crate::text::{Clean, clean_entry, graphemes};

/// Longest paste in bytes that is looked at.
const MOST_READ: usize = 8 * LONGEST;

/// Longest path in bytes.
const LONGEST_PATH: usize = 4_096;

/// What became of a pasted text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// All of it is in the text.
    Whole,
    /// Its beginning is, the rest did not fit.
    Beginning,
    /// Nothing of it fitted or could be kept.
    Nothing,
}

/// The beginning of a text that fits into so many bytes, cut between grapheme clusters.
fn beginning(text: &str, room: usize) -> &str {
    if text.len() <= room {
        return text;
    }
    let mut end = 0;
    for cluster in graphemes(text) {
        if end + cluster.len() > room {
            break;
        }
        end += cluster.len();
    }
    text.get(..end).unwrap_or("")
}

/// A copy without what came along with it.
fn tidy(pasted: &str) -> Cow<'_, str> {
    let is_plain =
        |sign: char| !matches!(sign, '\u{1B}' | '\u{9B}' | '\u{8}' | '\u{A0}' | '\u{F0B7}' | '\u{F0A7}' | '\r' | '\t');
    if pasted.chars().all(is_plain) && !pasted.contains(" \n") {
        return Cow::Borrowed(pasted);
    }
    let pasted = without_sequences(pasted).replace("\r\n", "\n");
    let mut lines = pasted.split(['\n', '\r']).peekable();
    let mut text = String::with_capacity(pasted.len());
    while let Some(line) = lines.next() {
        let goes_on = lines.peek().is_some();
        // Terminals fill their lines with blanks; at the end of all, a blank may be meant.
        let line = if goes_on { line.trim_end_matches([' ', '\t', '\u{A0}']) } else { line };
        push_line(line, &mut text);
        if goes_on {
            text.push('\n');
        }
    }
    Cow::Owned(text)
}

/// A line whose no-break spaces are spaces, but for one alone between words, where it is meant (`5 €`).
fn push_line(line: &str, text: &mut String) {
    let is_blank = |sign: char| matches!(sign, ' ' | '\u{A0}');
    let body = line.trim_start_matches([' ', '\t', '\u{A0}']);
    let (indent, bullet) = (line.get(..line.len() - body.len()).unwrap_or_default(), body.chars().next());
    text.push_str(&indent.replace('\u{A0}', " "));
    let after = match bullet {
        // Word's bullets are letters of a font of its own, and a tab or a row of blanks follows them.
        Some(sign @ ('\u{F0B7}' | '\u{F0A7}' | '•' | '·' | '–' | '▪' | '◦' | '‣')) => {
            let rest = body.get(sign.len_utf8()..).unwrap_or_default();
            let words = rest.trim_start_matches([' ', '\t', '\u{A0}']);
            text.push(if sign > '\u{E000}' { '•' } else { sign });
            if words.len() < rest.len() {
                text.push(' ');
            }
            words
        }
        _ => body,
    };
    let mut blanks = String::new();
    for sign in after.chars() {
        if is_blank(sign) {
            blanks.push(sign);
            continue;
        }
        push_blanks(&mut blanks, text);
        text.push(sign);
    }
    push_blanks(&mut blanks, text);
}

fn push_blanks(blanks: &mut String, text: &mut String) {
    if blanks.chars().count() > 1 {
        text.extend(blanks.chars().map(|_| ' '));
    } else {
        text.push_str(blanks);
    }
    blanks.clear();
}

/// Without what a terminal was told: colours, titles, and letters that were struck over.
fn without_sequences(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        let introducer = if sign == '\u{1B}' { signs.peek().copied() } else { None };
        match (sign, introducer) {
            ('\u{9B}', _) | ('\u{1B}', Some('[')) => {
                if sign == '\u{1B}' {
                    signs.next();
                }
                while signs.next_if(|sign| matches!(sign, '\u{20}'..='\u{3F}')).is_some() {}
                signs.next_if(|sign| matches!(sign, '\u{40}'..='\u{7E}'));
            }
            // A title or a link: up to its end, on the same line.
            ('\u{1B}', Some(']' | 'P' | '_' | '^' | 'X')) => {
                signs.next();
                while signs.next_if(|sign| !matches!(sign, '\u{7}' | '\u{1B}' | '\u{9C}' | '\n')).is_some() {}
                if signs.next_if_eq(&'\u{1B}').is_some() {
                    signs.next_if_eq(&'\\');
                } else {
                    signs.next_if(|sign| matches!(sign, '\u{7}' | '\u{9C}'));
                }
            }
            ('\u{1B}', Some('(' | ')')) => {
                signs.next();
                signs.next_if(char::is_ascii_alphanumeric);
            }
            ('\u{1B}', _) => {}
            ('\u{8}', _) => {
                if !kept.ends_with('\n') {
                    kept.pop();
                }
            }
            _ => kept.push(sign),
        }
    }
    kept
}

impl Composer {
    /// Puts text in at the cursor, cleaned, as one step of undo: pasted text, or a macro's. What does not
    /// fit at its end is left out.
    pub(in crate::app) fn insert_at_cursor(&mut self, pasted: &str, now: UnixTime) -> Pasted {
        // Nobody waits for hundreds of megabytes to be looked through for what can be kept.
        let (looked_at, unread) = pasted.split_at(crate::text::beginning(pasted, MOST_READ).len());
        let cleaned = clean_entry(&tidy(looked_at));
        let fits = beginning(&cleaned, LONGEST.saturating_sub(self.text.bytes()));
        if fits.is_empty() {
            return if pasted.is_empty() { Pasted::Whole } else { Pasted::Nothing };
        }
        self.text.insert(fits);
        self.edited(now);
        if fits.len() == cleaned.len() && unread.is_empty() { Pasted::Whole } else { Pasted::Beginning }
    }

    /// Puts a text in the place of the whole, cleaned, as one step of undo. Returns whether all of it
    /// fitted.
    pub(in crate::app) fn replace_all(&mut self, text: &str, now: UnixTime) -> bool {
        let cleaned = clean_entry(text);
        // The line break that each line counts for is not there after the last one.
        let fits = beginning(&cleaned, LONGEST - 1);
        if fits != self.text() {
            self.text.replace_all(fits);
            self.edited(now);
        }
        fits.len() == cleaned.len()
    }
}

impl App {
    /// A file was drawn onto the terminal, which writes its path: it may go along as a file.
    pub(super) fn offer_file(&mut self, pasted: &str) {
        let Some(path) = path_of(pasted) else { return };
        self.composer.dropped = Some(path);
        let keys = self.keys_of(CommandId::Attach);
        let text = self.words.with("paste-path", &[("keys", (&keys).into())]);
        self.say_text(Severity::Info, text, Clean::default());
    }

    /// The path that was pasted last, taken out of the text; empty when it was none.
    pub(super) fn take_dropped(&mut self) -> String {
        let Some(path) = self.composer.dropped.take() else { return String::new() };
        if self.composer.text.undo() {
            self.composer.edited(self.now);
            self.text_changed();
        }
        path
    }
}

/// The path that a pasted text is, if it is one and nothing else: whole, of one line, with the ending of a file.
fn path_of(pasted: &str) -> Option<String> {
    let text = pasted.trim();
    if text.len() > LONGEST_PATH || text.contains('\n') {
        return None;
    }
    let quoted = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let path = if let Some(address) = text.strip_prefix("file://") {
        address.replace("%20", " ")
    } else if let Some(path) = quoted('\'').or_else(|| quoted('"')) {
        path.to_owned()
    } else if text.replace("\\ ", "").contains(' ') {
        return None;
    } else {
        text.replace('\\', "")
    };
    let (folder, name) = path.rsplit_once('/')?;
    let is_whole = path.starts_with('/') || path.starts_with("~/");
    let (stem, ending) = name.rsplit_once('.')?;
    let is_file = !stem.is_empty() && (1..=5).contains(&ending.len()) && ending.chars().all(char::is_alphanumeric);
    (is_whole && is_file && !folder.contains("//")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_alone_is_known() {
        for (pasted, path) in [
            ("/srv/ana/photo.jpg ", "/srv/ana/photo.jpg"),
            ("'/srv/ana/a b.pdf'", "/srv/ana/a b.pdf"),
            ("/srv/ana/a\\ b.pdf", "/srv/ana/a b.pdf"),
            ("file:///srv/ana/a%20b.pdf\n", "/srv/ana/a b.pdf"),
            ("~/x.tar.gz", "~/x.tar.gz"),
        ] {
            assert_eq!(path_of(pasted).as_deref(), Some(path));
        }
        for other in [
            "see /etc/passwd.txt",
            "/usr/bin",
            "a.txt",
            "https://a.org/b.html",
            "//a/b.c",
            "/a.b c",
            "/x.txt\n/y.txt",
            "",
        ] {
            assert_eq!(path_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_copy_loses_what_nobody_wrote() {
        let clean = |text: &str| clean_entry(&tidy(text));
        assert_eq!(clean("\u{1b}[1;31mred\u{1b}[0m x\u{9b}2J y"), "red x y", "colours of a terminal");
        assert_eq!(clean("\u{1b}]8;;https://a.org\u{1b}\\link\u{1b}]8;;\u{7} \u{1b}(Bx"), "link x");
        assert_eq!(clean("\u{1b}]0;never ended\nnext"), "\nnext");
        assert_eq!(clean("n\u{8}nam\u{8}me"), "name", "a manual page");
        assert_eq!(clean("$ ls   \r\na  \t\r\nb "), "$ ls\na\nb ");
        assert_eq!(clean("a\rb"), "a\nb");
        assert_eq!(clean("\u{a0}\u{a0}a\u{a0}\u{a0}b \u{a0}c 5\u{a0}€"), "  a  b  c 5\u{a0}€");
        assert_eq!(clean("\u{f0b7}\tone\n•\u{a0}\u{a0} two\n – three\n·four"), "• one\n• two\n – three\n·four");
        assert_eq!(clean("a\tb\u{200b}c\u{feff}\u{ad}"), "a    bc");
    }

    #[test]
    fn what_was_written_is_kept_as_it_was() {
        for text in [
            "<p>a &amp; b</p>",
            "> quoted\n> lines that\n> were broken",
            "- a\n  - b",
            "  x  ",
            "“smart” – it’s",
            "a\n\n\nb\n",
        ] {
            assert_eq!(clean_entry(&tidy(text)), text);
        }
    }
}
