//! Paths that are typed: of a file that shall go with a text, and where a file of a thread is saved; and which
//! files of a text come off.
//!
//! Owns what is typed and what is listed; reading a folder is the host's, off the screen's thread, as
//! [`Effect::ListFolder`] and its answer. A file that cannot go along is refused before it is taken up.

use crate::app::input::Input;
use crate::app::layers::Layer;
use crate::app::moving::Step;
use crate::app::{App, Effect, Severity};
use crate::domain::FilePart;
use crate::domain::file::{LARGEST_SENT, LARGEST_TOGETHER, MOST_FILES, is_blocked};
use crate::text::{Clean, Untrusted, clean, clean_entry};
use crate::words::Arg;

/// What a folder holds, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The folder, as it was typed: up to and with its last `/`, or empty for where the program runs.
    pub folder: String,
    /// What is in it, folders first, by name.
    pub entries: Vec<Entry>,
    /// There is no such folder, or it cannot be read.
    pub is_missing: bool,
}

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: Untrusted,
    /// It is a folder.
    pub is_folder: bool,
    /// Its size in bytes; 0 of a folder.
    pub size: u64,
    /// Its media type; empty of a folder.
    pub kind: &'static str,
}

/// What a typed path is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Its file goes with the text.
    #[default]
    Attach,
    /// A file is saved there; this is its name where only a folder is typed.
    Save(String),
}

/// The line that a path is typed into.
#[derive(Clone, Debug, Default)]
pub struct PathEntry {
    /// What it is for.
    pub purpose: Purpose,
    /// The path, as typed.
    pub input: Input,
    /// The folder that is listed.
    pub listing: Option<Listing>,
    /// Indices into the listing's entries that go on from what is typed.
    pub visible: Vec<usize>,
    /// Index into `visible` of the entry that was chosen with the arrows or `tab`.
    pub cursor: Option<usize>,
    /// Why what was chosen cannot go along; blank else.
    pub refused: Clean,
    /// The folder that was asked for and not answered yet.
    asked: Option<String>,
}

impl PathEntry {
    /// A line with a path in it.
    fn with(path: &str) -> Self {
        let mut entry = Self::default();
        entry.input.set(path);
        entry
    }

    /// A line for saving a file of this name to a folder, with its last `/`.
    pub(in crate::app) fn to_save(folder: &str, name: String) -> Self {
        let mut entry = Self::with(&format!("{folder}{name}"));
        entry.purpose = Purpose::Save(name);
        entry
    }

    /// The folder of what is typed, and what its entries begin with.
    fn typed(&self) -> (&str, &str) {
        let text = self.input.text();
        let at = text.rfind('/').map_or(0, |at| at + 1);
        if text == "~" { ("~", "") } else { text.split_at(at) }
    }

    /// The entries that are left, in order.
    pub fn shown(&self) -> impl Iterator<Item = &Entry> {
        let entries = self.listing.as_ref().map_or(&[][..], |listing| listing.entries.as_slice());
        self.visible.iter().filter_map(|at| entries.get(*at))
    }

    /// The entry that was chosen.
    fn chosen(&self) -> Option<&Entry> {
        self.shown().nth(self.cursor?)
    }

    /// Whether the folder that is typed is still being read.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    /// Brings the entries into line with what is typed. Returns the folder to be asked for.
    fn sift(&mut self) -> Option<String> {
        self.cursor = None;
        self.refused = Clean::default();
        let (folder, begins) = self.typed();
        let (folder, begins) = (folder.to_owned(), begins.to_owned());
        let Some(listing) = self.listing.as_ref().filter(|listing| listing.folder == folder) else {
            self.visible.clear();
            // One question at a time; what is typed meanwhile is asked after it.
            return self.asked.is_none().then(|| {
                self.asked = Some(folder.clone());
                folder
            });
        };
        let lower = begins.to_lowercase();
        let fits = |entry: &&Entry| {
            let name = entry.name.as_raw();
            // A name that cannot be typed cannot be completed either.
            (begins.starts_with('.') || !name.starts_with('.'))
                && name.to_lowercase().starts_with(&lower)
                && clean_entry(name) == name
                && (entry.is_folder || self.purpose == Purpose::Attach)
        };
        let entries = listing.entries.iter().enumerate();
        self.visible = entries.filter(|(_, entry)| fits(entry)).map(|(at, _)| at).collect();
        None
    }

    /// Puts an entry's name in.
    fn take(&mut self, entry: &Entry) {
        let (folder, _) = self.typed();
        let slash = if entry.is_folder { "/" } else { "" };
        let between = if folder == "~" { "/" } else { "" };
        let path = format!("{folder}{between}{}{slash}", entry.name.as_raw());
        self.input.set(&path);
    }

    /// `tab`: the only entry, else as much as all have in common, else the first.
    fn complete(&mut self) {
        if self.input.text() == "~" {
            self.input.set("~/");
            return;
        }
        let entry = match (self.cursor, self.visible.len()) {
            (Some(_), _) => self.chosen().cloned(),
            (None, 1) => self.shown().next().cloned(),
            _ => None,
        };
        if let Some(entry) = entry {
            self.take(&entry);
            return;
        }
        let (folder, begins) = self.typed();
        let mut names = self.shown().map(|entry| entry.name.as_raw());
        let Some(first) = names.next() else { return };
        let common = names.fold(first.len(), |len, name| {
            let same = first.chars().zip(name.chars()).take_while(|(one, other)| one == other);
            len.min(same.map(|(letter, _)| letter.len_utf8()).sum())
        });
        let common = first.get(..common).unwrap_or_default();
        if common.len() > begins.len() {
            let path = format!("{folder}{common}");
            self.input.set(&path);
        } else {
            self.cursor = Some(0);
        }
    }

    /// A step of the cursor among the entries.
    pub(in crate::app) fn step(&mut self, step: Step) {
        const PAGE: usize = 8;
        let len = self.visible.len();
        if len == 0 {
            return;
        }
        self.cursor = Some(match (self.cursor, step) {
            (None, Step::Up) => len - 1,
            (None, _) => 0,
            (Some(at), step) => step.from(at, len, PAGE),
        });
        self.refused = Clean::default();
    }
}

/// Files of a text, to take some off.
#[derive(Clone, Debug)]
pub struct FileList {
    /// Name and size in bytes of each.
    pub files: Vec<(Clean, u64)>,
    /// The one that `enter` takes off.
    pub cursor: usize,
}

impl FileList {
    fn of(files: &[FilePart], cursor: usize) -> Self {
        let rows = files.iter().map(|file| (clean(&file.name), file.size)).collect();
        Self { files: rows, cursor: cursor.min(files.len().saturating_sub(1)) }
    }

    /// A step of the cursor.
    pub(in crate::app) fn step(&mut self, step: Step) {
        self.cursor = step.from(self.cursor, self.files.len(), self.files.len());
    }
}

impl App {
    /// `ctrl-x f`: opens the line that a file's path is typed into.
    pub(in crate::app) fn ask_path(&mut self) {
        let dropped = self.take_dropped();
        self.open_path(&dropped);
    }

    /// Opens that line with a path in it.
    pub(in crate::app) fn open_path(&mut self, path: &str) {
        if self.composer.conversation.is_none() {
            return;
        }
        if self.composer.files.len() >= MOST_FILES {
            self.say(Severity::Warning, "attach-too-many");
            return;
        }
        self.layers.push(Layer::Path(PathEntry::with(path)));
        self.path_typed();
    }

    /// What is typed in that line has changed.
    pub(in crate::app) fn path_typed(&mut self) {
        let Some(Layer::Path(entry)) = self.layers.last_mut() else { return };
        if let Some(folder) = entry.sift() {
            self.out.push(Effect::ListFolder(folder));
        }
    }

    /// A folder was read.
    pub(in crate::app) fn hear_listing(&mut self, listing: Listing) -> bool {
        let Some(entry) = self.layers.iter_mut().rev().find_map(|layer| match layer {
            Layer::Path(entry) => Some(entry),
            _ => None,
        }) else {
            return false;
        };
        if entry.asked.as_ref() != Some(&listing.folder) {
            return false;
        }
        entry.asked = None;
        let cursor = entry.cursor;
        entry.listing = Some(listing);
        if let Some(folder) = entry.sift() {
            self.out.push(Effect::ListFolder(folder));
        } else {
            entry.cursor = cursor;
        }
        true
    }

    /// `tab` in that line.
    pub(in crate::app) fn complete_path(&mut self) {
        if let Some(Layer::Path(entry)) = self.layers.last_mut() {
            let before = entry.input.clone();
            entry.complete();
            if entry.input != before {
                self.path_typed();
            }
        }
    }

    /// `enter` in that line: goes into a folder, or takes a file up unless it is too large.
    pub(in crate::app) fn path_chosen(&mut self, mut entry: PathEntry) {
        if let Some(chosen) = entry.chosen().cloned() {
            entry.take(&chosen);
            if let Purpose::Save(name) = &entry.purpose {
                // Into the folder, and not yet on disk.
                let path = format!("{}{name}", entry.input.text());
                entry.input.set(&path);
                self.layers.push(Layer::Path(entry));
                self.path_typed();
                return;
            }
        }
        let (_, name) = entry.typed();
        let listed = entry.listing.as_ref().filter(|listing| listing.folder == entry.typed().0);
        let known = listed.and_then(|listing| listing.entries.iter().find(|known| known.name.as_raw() == name));
        let is_folder = name.is_empty() || name == "~" || known.is_some_and(|known| known.is_folder);
        let too_large = known.is_some_and(|known| known.size > LARGEST_SENT);
        let is_blocked = is_blocked(name, &self.settings.blocked_files);
        let so_far: u64 = self.composer.files.iter().map(|file| file.size).sum();
        let too_much = known.is_some_and(|known| so_far + known.size > LARGEST_TOGETHER);
        if entry.input.text().trim().is_empty() {
            return;
        }
        if let Purpose::Save(name) = &entry.purpose {
            let mut path = entry.input.text().to_owned();
            if is_folder {
                path = format!("{}/{name}", path.trim_end_matches('/'));
            }
            self.save_chosen(path);
            return;
        }
        if is_folder {
            if !entry.input.text().ends_with('/') {
                let path = format!("{}/", entry.input.text());
                entry.input.set(&path);
            }
        } else if too_large || is_blocked || too_much {
            let most = |bytes: u64| Arg::Number(i64::try_from(bytes >> 20).unwrap_or(i64::MAX));
            entry.refused = if too_large {
                self.words.with("attach-too-large", &[("most", most(LARGEST_SENT))])
            } else if too_much {
                self.words.with("attach-too-much-with", &[("most", most(LARGEST_TOGETHER))])
            } else {
                self.words.say("attach-blocked")
            };
            self.layers.push(Layer::Path(entry));
            return;
        } else {
            let path = entry.input.text().to_owned();
            self.attach(&path);
            return;
        }
        self.layers.push(Layer::Path(entry));
        self.path_typed();
    }

    /// `ctrl-x F`: takes the only file off, or asks which.
    pub(in crate::app) fn detach(&mut self) {
        match self.composer.files.len() {
            0 => self.say(Severity::Warning, "why-no-file"),
            1 => self.take_off(0),
            count => self.layers.push(Layer::Files(FileList::of(&self.composer.files, count - 1))),
        }
    }

    /// `enter` in the list of files: takes one off; the list stays while there are more.
    pub(in crate::app) fn file_chosen(&mut self, list: &FileList) {
        // The list is what was shown: if files have come or gone since, nothing is guessed.
        if FileList::of(&self.composer.files, 0).files == list.files {
            self.take_off(list.cursor);
        }
        if self.composer.files.len() > 1 {
            self.layers.push(Layer::Files(FileList::of(&self.composer.files, list.cursor)));
        }
    }

    fn take_off(&mut self, at: usize) {
        if let Some(file) = self.composer.detach(at) {
            let name = clean(&file.name);
            let text = self.words.with("file-off", &[("name", (&name).into())]);
            self.say_text(Severity::Info, text, Clean::default());
            self.text_changed();
        }
    }
}
