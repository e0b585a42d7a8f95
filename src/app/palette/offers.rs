//! What the palette can find whatever is at hand: folded once, and kept until the workspace or the sidebar
//! changes.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::ops::Range;
use std::sync::Arc;

use super::Target;
use crate::app::App;
use crate::app::fuzzy::Index;
use crate::command::{Command, CommandId, Context};
use crate::domain::Directory;
use crate::text::{Clean, clean};

/// Bytes of a macro's text that are kept to be shown.
const SHOWN: usize = 2_000;

/// A place among the offers.
pub(super) fn at(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Something that can be found.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub target: Target,
    pub title: Clean,
    pub kind: &'static str,
    /// A macro's first lines; else blank.
    pub text: Clean,
}

/// Everything that can be found in memory: the commands first, then entries, macros, tags.
#[derive(Debug, Default)]
pub(in crate::app) struct Offers {
    pub(super) items: Vec<Item>,
    pub(super) index: Index,
    /// Where each is, by what it is remembered by.
    pub(super) places: HashMap<String, u32>,
    /// How many commands there are.
    pub(super) commands: usize,
    /// Those that need a conversation.
    pub(super) acting: Range<usize>,
    /// What they were made from.
    directory: Arc<Directory>,
    entries: u64,
}

impl Offers {
    fn push(&mut self, target: Target, title: Clean, kind: &'static str, text: Clean) {
        if let Some(key) = target.key() {
            self.places.insert(key, at(self.items.len()));
        }
        match &target {
            // By its own name, and with the word for it.
            Target::Tag(_, name) => self.index.push(&format!("{} {title}", name.clean())),
            _ => self.index.push(&title),
        }
        self.items.push(Item { target, title, kind, text });
    }
}

/// Entries that a command of their own opens.
fn has_command(key: &str) -> bool {
    matches!(
        key,
        "inbox:you"
            | "inbox:mentions"
            | "inbox:unassigned"
            | "inbox:all"
            | "inbox:snoozed"
            | "inbox:closed"
            | "inbox:drafts"
            | "inbox:needs-you"
    )
}

impl App {
    /// What can be found, made anew only when the workspace or the sidebar has changed since.
    pub(super) fn offers(&mut self) -> Arc<Offers> {
        let mut hasher = DefaultHasher::new();
        for entry in &self.sidebar.entries {
            (entry.key.as_str(), entry.name.as_str()).hash(&mut hasher);
        }
        let entries = hasher.finish();
        let is_current = Arc::ptr_eq(&self.offers.directory, &self.directory) && self.offers.entries == entries;
        if !is_current || self.offers.items.is_empty() {
            self.offers = Arc::new(self.make_offers(entries));
        }
        self.offers.clone()
    }

    fn make_offers(&self, entries: u64) -> Offers {
        let mut offers = Offers { directory: self.directory.clone(), entries, ..Offers::default() };
        for command in Command::all().iter().filter(|it| it.is_for_palette() && it.id != CommandId::Palette) {
            offers.push(Target::Command(command.id), self.words.say(command.title), "kind-command", Clean::default());
        }
        offers.commands = offers.items.len();
        for entry in self.sidebar.entries.iter().filter(|entry| !has_command(&entry.key)) {
            let kind = match entry.key.split(':').next() {
                Some("team") => "kind-team",
                Some("teammate") => "kind-teammate",
                _ => "kind-view",
            };
            offers.push(Target::Entry(entry.kind.clone()), entry.name.clone(), kind, Clean::default());
        }
        let acting = offers.items.len();
        for known in self.directory.macros.iter().filter(|known| known.in_inbox) {
            let text = known.body_text.clean_lines();
            let title = known.name.clean().or(&clean(known.id.as_str()));
            offers.push(Target::Macro(known.id.clone()), title, "kind-macro", text.slice(0..SHOWN));
        }
        for tag in &self.directory.tags {
            let title = self.words.with("palette-tag", &[("name", (&tag.name.clean_or_id(&tag.id)).into())]);
            offers.push(Target::Tag(tag.id.clone(), tag.name.clone()), title, "kind-tag", Clean::default());
        }
        offers.acting = acting..offers.items.len();
        offers
    }

    /// Whether the palette offers a command here: what belongs to the composer only while it is open, what
    /// belongs to outbox rows only among them.
    pub(super) fn makes_sense(&self, command: &Command) -> bool {
        let only = |context: Context| command.contexts == [context];
        let composer = only(Context::Composer) && self.composer.conversation.is_none();
        let outbox = only(Context::Outbox) && self.row_at_cursor().is_none();
        !composer && !outbox
    }
}
