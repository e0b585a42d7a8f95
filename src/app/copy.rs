//! What can be copied of a conversation: a menu, one key each.
//!
//! Owns the menu and what is said of a copy. Texts are written out and handed to the terminal by the runtime.
//! Enter at `App::open_copy` (`y`).

use super::layers::Layer;
use super::link::to_copy;
use super::moving::Step;
use super::thread::Source;
use super::{App, Effect, Severity, times};
use crate::domain::{Conversation, ConversationId, Part};
use crate::keymap::{Key, KeyCode};
use crate::text::{Clean, clean};
use crate::transcript::Format;
use crate::words::Arg;

/// The menu.
#[derive(Clone, Debug, Default)]
pub struct CopyMenu {
    /// Its lines.
    pub rows: Vec<CopyRow>,
    /// Index of the line with the cursor.
    pub cursor: usize,
}

/// A line of the menu.
#[derive(Clone, Debug)]
pub struct CopyRow {
    /// The key that copies it.
    pub key: char,
    /// What is copied, in words.
    pub title: Clean,
    /// What it is here; may be blank.
    pub shown: Clean,
    deed: Deed,
}

#[derive(Clone, Debug)]
enum Deed {
    /// This text.
    Text(String),
    /// What is written out first.
    Write(ToWrite),
}

/// What the runtime writes out for the clipboard, aside.
#[derive(Clone, Debug)]
pub enum ToWrite {
    /// One message, its words alone.
    Message(Box<Part>, Format),
    /// A whole conversation, from disk.
    Thread(ConversationId, Format),
}

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// So many bytes went to the terminal.
    Done(usize),
    /// So many bytes are more than terminals take, which is `most`.
    TooLong {
        /// What it has.
        bytes: usize,
        /// What they take.
        most: usize,
    },
    /// The terminal could not be written to.
    Failed,
}

impl App {
    /// `y`: opens the menu.
    pub(super) fn open_copy(&mut self) {
        if !self.layers.is_empty() {
            return;
        }
        let Some(on) = self.target().cloned() else { return };
        let rows = self.copy_rows(&on);
        self.layers.push(Layer::Copy(Box::new(CopyMenu { rows, cursor: 0 })));
    }

    fn copy_rows(&self, on: &Conversation) -> Vec<CopyRow> {
        let mut rows = Vec::new();
        let mut row = |key: char, title: &'static str, shown: Clean, deed: Deed| {
            rows.push(CopyRow { key, title: self.words.say(title), shown, deed });
        };
        // Only what is on the screen: the message of a thread that is still on its way is not known.
        let open = self.thread.open.as_ref().filter(|open| open.thread.conversation.id == on.id);
        let item = open.and_then(|open| open.items.get(open.cursor));
        let message = open.zip(item).and_then(|(open, item)| match item.source {
            Source::Part(at) => open
                .thread
                .parts
                .get(at)
                .filter(|part| part.body.is_some() && !part.redacted)
                .map(|part| (item, [Format::Plain, Format::Markdown].map(|format| write_message(part, format)))),
            Source::Pending(at) => {
                let text = open.thread.pending.get(at)?.act.text()?;
                Some((item, [Deed::Text(text.to_owned()), Deed::Text(text.to_owned())]))
            }
        });
        if let Some((item, [plain, markdown])) = message {
            row('y', "copy-message", item.author.clone(), plain);
            row('Y', "copy-message-markdown", item.author.clone(), markdown);
        }
        let is_sent = !on.id.is_placeholder();
        if is_sent {
            for (key, title, format) in
                [('t', "copy-thread", Format::Plain), ('T', "copy-thread-markdown", Format::Markdown)]
            {
                row(key, title, Clean::default(), Deed::Write(ToWrite::Thread(on.id.clone(), format)));
            }
            row('i', "copy-id", clean(on.id.as_str()), Deed::Text(on.id.to_string()));
        }
        if let Some(url) = self.web_address(on) {
            row('w', "copy-web-link", clean(&url), Deed::Text(url));
        }
        let email = on.contact.as_ref().map(|contact| contact.email.clean()).filter(|email| !email.is_blank());
        if let Some(email) = email {
            row('e', "copy-email", email.clone(), Deed::Text(email.into_string()));
        }
        for (digit, link) in ('1'..='9').zip(item.map(super::thread::Item::links).unwrap_or_default()) {
            row(digit, "copy-link", link.shown.clone(), Deed::Text(to_copy(link)));
        }
        rows
    }

    /// A key in the menu. Returns whether it was one of its keys.
    pub(super) fn type_in_copy(&mut self, key: Key) -> bool {
        let Some(Layer::Copy(menu)) = self.layers.last() else { return false };
        let (KeyCode::Char(letter), false, false) = (key.code, key.ctrl, key.alt) else { return false };
        let at = menu.rows.iter().position(|row| row.key == letter);
        if let Some(at) = at
            && let Some(Layer::Copy(menu)) = self.layers.pop()
        {
            self.copy_row(&menu, at);
        }
        // Another letter means nothing here, and nothing elsewhere.
        match letter {
            _ if at.is_some() => {}
            'q' => {
                self.layers.pop();
            }
            'j' | 'k' => {
                self.step_layer(if letter == 'j' { Step::Down } else { Step::Up });
            }
            _ => {}
        }
        true
    }

    /// `enter` in the menu, which is no longer in front.
    pub(super) fn copy_chosen_row(&mut self, menu: &CopyMenu) {
        self.copy_row(menu, menu.cursor);
    }

    fn copy_row(&mut self, menu: &CopyMenu, at: usize) {
        match menu.rows.get(at).map(|row| row.deed.clone()) {
            Some(Deed::Text(text)) => self.out.push(Effect::Copy(text)),
            Some(Deed::Write(what)) => self.out.push(Effect::WriteOut(what)),
            None => {}
        }
    }

    /// What was to be copied has been written out; nothing where it is not on disk.
    pub(super) fn hear_written_out(&mut self, what: ToWrite, text: Option<String>) {
        let Some(text) = text else {
            self.say(Severity::Warning, "copy-not-here");
            return;
        };
        self.copying = match what {
            ToWrite::Thread(id, format) => Some((id, format)),
            ToWrite::Message(..) => None,
        };
        self.out.push(Effect::Copy(text));
    }

    /// What became of a copy.
    pub(super) fn hear_copied(&mut self, copied: Copied) {
        let thread = self.copying.take();
        let size = |bytes: usize| times::size(u64::try_from(bytes).unwrap_or(u64::MAX), &self.words);
        let (severity, text) = match copied {
            Copied::Done(bytes) => (Severity::Info, self.words.with("copied", &[("size", Arg::Text(&size(bytes)))])),
            Copied::Failed => (Severity::Warning, self.words.say("copy-failed")),
            Copied::TooLong { bytes, most } => {
                let (bytes, most) = (size(bytes), size(most));
                let sizes = [("size", Arg::Text(&bytes)), ("most", Arg::Text(&most))];
                let text = match thread {
                    Some((id, format)) => {
                        let line = clean(&format!("deskhand show {id} --{} > FILE", format.as_str()));
                        let [size, most] = sizes;
                        self.words.with("copy-too-long-thread", &[size, most, ("line", Arg::Text(&line))])
                    }
                    None => self.words.with("copy-too-long", &sizes),
                };
                (Severity::Warning, text)
            }
        };
        self.say_text(severity, text, Clean::default());
    }
}

fn write_message(part: &Part, format: Format) -> Deed {
    Deed::Write(ToWrite::Message(Box::new(part.clone()), format))
}
