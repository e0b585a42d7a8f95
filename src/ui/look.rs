//! What every part of the screen is drawn with: styles, words, and the time it is.
//!
//! Owns nothing: it only puts the four together, so that no part needs the whole app for them. Enter
//! at [`Look`].

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::overlay::Hits;
use super::paint::Row;
use crate::app::times;
use crate::domain::UnixTime;
use crate::text::{Clean, clean};
use crate::theme::{Role, Theme};
use crate::words::{Arg, Words};

/// Styles, words and time.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// Styles by role.
    pub theme: &'a Theme,
    /// The catalogue of words.
    pub words: &'a Words,
    /// The moment that ages are counted to.
    pub now: UnixTime,
    /// The agent's zone.
    pub zone: &'a TimeZone,
    /// Moments are told by day and clock, not by how long ago they were.
    pub absolute: bool,
    /// Endings of files that are warned of, beside those that are warned of anyway.
    pub blocked: &'a [String],
    /// Where the overlay in front is noted.
    pub hits: &'a Hits,
}

impl Look<'_> {
    /// The style of a role.
    pub const fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A sentence without arguments.
    pub fn say(&self, key: &'static str) -> Clean {
        self.words.say(key)
    }

    /// A sentence with arguments.
    pub fn with(&self, key: &str, args: &[(&str, Arg<'_>)]) -> Clean {
        self.words.with(key, args)
    }

    /// A heading: small words in capitals.
    pub fn heading(&self, key: &'static str) -> Clean {
        clean(&self.say(key).to_uppercase())
    }

    /// How long ago, in few cells.
    pub fn ago(&self, at: UnixTime) -> Clean {
        if self.absolute {
            return times::stamp(at, self.now, self.zone, self.words);
        }
        times::short(self.now.since(at), self.words)
    }

    /// How long ago, in one unit.
    pub fn once(&self, at: UnixTime) -> Clean {
        if self.absolute {
            return times::stamp(at, self.now, self.zone, self.words);
        }
        times::single(self.now.since(at), self.words)
    }

    /// How long until then, in one unit.
    pub fn until(&self, at: UnixTime) -> Clean {
        if self.absolute {
            return times::stamp(at, self.now, self.zone, self.words);
        }
        times::single(at.since(self.now), self.words)
    }

    /// When something was, in full.
    pub fn when(&self, at: UnixTime) -> Clean {
        if self.absolute {
            return times::absolute(at, self.now, self.zone, self.words);
        }
        times::when(at, self.now, self.zone, self.words)
    }

    /// Style of a pane's title.
    pub const fn title(&self, focused: bool) -> Style {
        self.style(if focused { Role::Title } else { Role::TitleIdle })
    }

    /// Style of the bar beside what has the cursor.
    pub const fn bar(&self, focused: bool) -> Style {
        self.style(if focused { Role::Accent } else { Role::TextDim })
    }

    /// Sentences in the middle of a pane that has nothing else to show: the first bright, the others
    /// dim, wrapped.
    pub fn note(&self, sentences: &[Clean], area: Rect, buf: &mut Buffer) {
        let area = super::paint::inset(area, 2, 2);
        let mut line = u16::from(area.height > 6) + u16::from(area.height > 16);
        for (at, sentence) in sentences.iter().enumerate() {
            let style = self.style(if at == 0 { Role::Text } else { Role::TextDim });
            for text in crate::text::wrap(sentence, usize::from(area.width)) {
                Row::new(buf, area, line).put(&text, style);
                line = line.saturating_add(1);
            }
            line = line.saturating_add(u16::from(area.height > 8));
        }
    }
}
