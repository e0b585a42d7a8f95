//! The numbered links and files of a message, or of the whole thread, in one list.
//!
//! Owns the list and what a number leads to. Choosing one asks first: `link` for an address, `file` for a file.
//! Enter at `App::open_links` (`L`) and `App::go_number` (`1` to `9`).

use super::layers::Layer;
use super::link::to_copy;
use super::moving::Step;
use super::thread::item::File;
use super::thread::{Item, Source};
use super::{App, Effect, Severity};
use crate::domain::{PartId, UnixTime};
use crate::keymap::{Key, KeyCode};
use crate::text::{Clean, html};

/// The list.
#[derive(Clone, Debug, Default)]
pub struct LinkList {
    /// Its lines.
    pub rows: Vec<Row>,
    /// Which of the lines that can be chosen has the cursor.
    pub cursor: usize,
    /// It is of the whole thread.
    pub whole: bool,
    /// So many messages have not been read yet: their links are not known.
    pub unread: usize,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// Whose message the lines below it are of.
    Message {
        /// Who wrote it.
        author: Clean,
        /// When.
        at: UnixTime,
    },
    /// A link or a file.
    Entry(Entry),
}

/// A link or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in its message.
    pub number: usize,
    /// What it is.
    pub target: Target,
}

/// What a number leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A link.
    Link(html::Link),
    /// A file.
    File {
        /// The part that it came with; absent for one of ours that is not sent yet.
        part: Option<PartId>,
        /// Which of that part's files.
        index: usize,
        /// What is known of it.
        file: File,
    },
}

impl LinkList {
    /// The lines that can be chosen, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.rows.iter().filter_map(|row| match row {
            Row::Entry(entry) => Some(entry),
            Row::Message { .. } => None,
        })
    }

    /// The line with the cursor.
    #[must_use]
    pub fn chosen(&self) -> Option<&Entry> {
        self.entries().nth(self.cursor)
    }

    /// Puts the cursor on a number of the message that it is in.
    fn go_to(&mut self, number: usize) -> bool {
        let (mut at, mut message, mut of_cursor, mut found) = (0, 0, None, Vec::new());
        for row in &self.rows {
            match row {
                Row::Message { .. } => message += 1,
                Row::Entry(entry) => {
                    if at == self.cursor {
                        of_cursor = Some(message);
                    }
                    if entry.number == number {
                        found.push((message, at));
                    }
                    at += 1;
                }
            }
        }
        let hit = found.into_iter().find(|(message, _)| of_cursor == Some(*message));
        if let Some((_, at)) = hit {
            self.cursor = at;
        }
        hit.is_some()
    }
}

impl App {
    /// `L`: opens the list for the message at the cursor; in the list, it goes on to the whole thread and back.
    pub(super) fn open_links(&mut self) {
        let whole = match self.layers.last() {
            Some(Layer::Links(list)) => !list.whole,
            None => false,
            // Another page is in front.
            Some(_) => return,
        };
        let mut list = self.links_of(whole);
        if self.layers.is_empty() && list.rows.is_empty() && list.unread == 0 {
            // Nothing in this message: those of the others may be what is looked for.
            list = self.links_of(true);
            if list.rows.is_empty() && list.unread == 0 {
                self.say(Severity::Info, "links-none");
                return;
            }
        }
        if whole || matches!(self.layers.last(), Some(Layer::Links(_))) {
            self.layers.pop();
        }
        self.layers.push(Layer::Links(Box::new(list)));
    }

    fn links_of(&self, whole: bool) -> LinkList {
        let mut list = LinkList { whole, ..LinkList::default() };
        let Some(open) = self.thread.open.as_ref() else { return list };
        for (at, item) in open.items.iter().enumerate() {
            if !whole && at != open.cursor {
                continue;
            }
            if at == open.cursor {
                list.cursor = list.entries().count();
            }
            if !item.is_read() {
                list.unread += 1;
                continue;
            }
            let part = match item.source {
                Source::Part(at) => open.thread.parts.get(at).map(|part| part.id.clone()),
                Source::Pending(_) => None,
            };
            let entries = entries(item, part.as_ref());
            if !entries.is_empty() {
                list.rows.push(Row::Message { author: item.author.clone(), at: item.at });
                list.rows.extend(entries.into_iter().map(Row::Entry));
            }
        }
        list.cursor = list.cursor.min(list.entries().count().saturating_sub(1));
        list
    }

    /// `1` to `9`: shows what has that number, in the message at the cursor or in the list; without a digit (from
    /// the palette) the list.
    pub(super) fn go_number(&mut self, struck: Option<Key>) {
        let digit = struck.and_then(|key| match key.code {
            KeyCode::Char(letter) => letter.to_digit(10),
            _ => None,
        });
        let number = digit.and_then(|digit| usize::try_from(digit).ok()).filter(|number| *number > 0);
        let Some(number) = number else { return self.open_links() };
        match self.layers.last_mut() {
            Some(Layer::Links(list)) => {
                if list.go_to(number) {
                    self.show_chosen();
                } else {
                    self.say_no_number(number);
                }
            }
            None => {
                let at = self.thread.open.as_ref().map_or(0, |open| open.cursor);
                self.show_number(at, number);
            }
            Some(_) => {}
        }
    }

    /// Shows what has a number in a message, before anything is done with it.
    pub(super) fn show_number(&mut self, item: usize, number: usize) {
        let Some(open) = self.thread.open.as_ref() else { return };
        let Some(shown) = open.items.get(item) else { return };
        if !shown.is_read() {
            self.say(Severity::Info, "links-unread");
            return;
        }
        if let Some(link) = number.checked_sub(1).and_then(|at| shown.links().get(at)) {
            let link = link.clone();
            self.ask_link(link, Some(number));
        } else if let Some(file) = shown.files().iter().position(|file| file.number == number) {
            self.ask_file(item, file);
        } else {
            self.say_no_number(number);
        }
    }

    fn say_no_number(&mut self, number: usize) {
        let text = self.words.with("links-no-number", &[("number", number.into())]);
        self.say_text(Severity::Info, text, Clean::default());
    }

    /// `enter` in the list: shows the line with the cursor, which comes back behind it.
    pub(super) fn show_chosen(&mut self) {
        let Some(Layer::Links(list)) = self.layers.last() else { return };
        let Some(Entry { number, target }) = list.chosen().cloned() else { return };
        match target {
            Target::Link(link) => self.ask_link(link, Some(number)),
            Target::File { part: Some(part), index, .. } => {
                // The thread may have grown since.
                let item = self.thread.open.as_ref().and_then(|open| {
                    let at = open.thread.parts.iter().position(|known| known.id == part)?;
                    open.items.iter().position(|item| item.source == Source::Part(at))
                });
                match item {
                    Some(item) => self.ask_file(item, index),
                    None => self.say(Severity::Info, "links-gone"),
                }
            }
            Target::File { part: None, .. } => self.say(Severity::Info, "file-not-sent-yet"),
        }
    }

    /// `y` in the list: the link with the cursor goes to the clipboard.
    pub(super) fn copy_chosen(&mut self) {
        let Some(Layer::Links(list)) = self.layers.last() else { return };
        match list.chosen().map(|entry| &entry.target) {
            Some(Target::Link(link)) => {
                let text = to_copy(link);
                self.out.push(Effect::Copy(text));
            }
            // A file has a line of its own to copy, which its page tells.
            Some(Target::File { .. }) => {
                self.show_chosen();
                self.copy_file_line();
            }
            None => {}
        }
    }

    /// A step in the list.
    pub(super) fn step_links(&mut self, step: Step) {
        if let Some(Layer::Links(list)) = self.layers.last_mut() {
            let len = list.entries().count();
            list.cursor = step.from(list.cursor, len, 20);
        }
    }
}

fn entries(item: &Item, part: Option<&PartId>) -> Vec<Entry> {
    let links = item.links().iter().enumerate();
    let links = links.map(|(at, link)| Entry { number: at + 1, target: Target::Link(link.clone()) });
    let files = item.files().iter().enumerate().map(|(index, file)| Entry {
        number: file.number,
        target: Target::File { part: part.cloned(), index, file: file.clone() },
    });
    links.chain(files).collect()
}
