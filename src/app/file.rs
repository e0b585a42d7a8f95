//! A file of a message: what it is, from whom and from where, before anything is fetched.
//!
//! Owns the page that shows it, the question before a risky one, and how far a fetch is. Nothing is fetched
//! but on a key of the agent's; fetching, saving and decoding are the host's, aside, as
//! [`Effect::FetchFile`] and its news ([`FileNews`]). Enter at `App::ask_file`.

use std::sync::Arc;

use super::composer::attach::PathEntry;
use super::input::Input;
use super::layers::Layer;
use super::pager::Pager;
use super::picture::{Picture, Pixels};
use super::thread::Source;
use super::{App, Effect, Severity, times};
use crate::domain::file::{self, FileKind, LARGEST_KEPT, LARGEST_SHOWN, Risk, safe_name, shell_word};
use crate::domain::{ConversationId, PartId, UnixTime};
use crate::sync::message::Request;
use crate::text::{Clean, Untrusted, clean};
use crate::words::Words;

/// This machine and what the line that fetches from elsewhere needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// Its name, as others reach it; blank when unknown.
    pub host: String,
    /// The workspace to be named on a command line; absent where it is the default one.
    pub workspace: Option<String>,
    /// The helpdesk goes with this process: no command line can reach it.
    pub is_demo: bool,
    /// Only the environment names the helpdesk: another process must be given the same.
    pub by_environment: bool,
    /// Where files are saved at first, with its last `/`.
    pub downloads: String,
}

/// What names a file: of which part, and where it can be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSource {
    /// The conversation.
    pub conversation: ConversationId,
    /// The part that it came with.
    pub part: PartId,
    /// Its place among that part's files.
    pub index: usize,
    /// Its name as sent.
    pub name: Untrusted,
    /// Its type as claimed.
    pub media: Untrusted,
    /// Its address when the thread was read; such an address may have run out since.
    pub url: Untrusted,
    /// Its size in bytes as claimed.
    pub size: Option<u64>,
}

/// A file to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchFile {
    /// Number of this fetch; its news carry it.
    pub id: u64,
    /// Which file.
    pub source: FileSource,
    /// What for.
    pub into: FetchInto,
    /// More bytes than these are not taken.
    pub most: u64,
}

/// What a fetched file is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchInto {
    /// To be looked at: text and pictures are made ready, nothing touches the disk.
    Look,
    /// A new file at this path, as it was typed.
    Save(String),
    /// A command of the agent's, on whose standard input the bytes go.
    Command(String),
}

/// News of a fetch.
#[derive(Clone, Debug)]
pub struct FileNews {
    /// Number of the fetch.
    pub id: u64,
    /// What there is to tell.
    pub told: FileTold,
}

/// What became of a fetch so far.
#[derive(Clone, Debug)]
pub enum FileTold {
    /// So many bytes have come, of so many if that is known.
    Progress(u64, Option<u64>),
    /// It is text; the flag says that its end was left out.
    Text(Clean, bool, FileKind),
    /// It is a picture.
    Picture(Arc<Pixels>, FileKind),
    /// It is neither.
    Unshowable(FileKind),
    /// It is on disk: the full path, its size in bytes.
    Saved(Untrusted, u64, FileKind),
    /// A command has answered; the flag says that the answer's end was left out.
    Answer(Clean, bool),
    /// It did not come: a key of the catalogue of words, and the fault's own words.
    Failed(&'static str, Untrusted),
}

/// What can be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileDeed {
    /// Look at it.
    View,
    /// Save it.
    Save,
    /// Hand it to a command.
    Pipe,
}

/// Where the page stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing runs.
    Rest,
    /// It is risky: the same key again does it.
    Again(FileDeed),
    /// The command that it goes to is typed.
    Command(Input),
    /// It is being fetched: bytes so far, of how many.
    Fetching(FileDeed, u64, Option<u64>),
    /// What was done.
    Done(Clean),
    /// What could not be done, and why.
    Failed(Clean),
}

/// The page of one file.
#[derive(Clone, Debug)]
pub struct FilePage {
    /// Its name.
    pub name: Clean,
    /// What it is, by its content once that was seen, else by what is claimed.
    pub kind: FileKind,
    /// The content was seen.
    pub is_seen: bool,
    /// Its type as claimed; may be blank.
    pub media: Clean,
    /// Who sent it.
    pub from: Clean,
    /// When.
    pub at: UnixTime,
    /// The host that it would be fetched from.
    pub host: Clean,
    /// Its number within the conversation, as the command line counts.
    pub number: usize,
    /// Why it is to be handled with care.
    pub risk: Option<Risk>,
    /// Where this page stands.
    pub stage: Stage,
    /// Which file it is.
    pub source: FileSource,
    /// Number of the fetch that runs or ran last.
    fetch: u64,
}

impl FilePage {
    /// The line that a command is typed into, while it is.
    pub(super) fn command_line(&mut self) -> Option<&mut Input> {
        match &mut self.stage {
            Stage::Command(line) => Some(line),
            _ => None,
        }
    }

    /// Whether a command is typed.
    #[must_use]
    pub const fn is_typing(&self) -> bool {
        matches!(self.stage, Stage::Command(_))
    }

    /// More than is fetched for this: the size that is claimed says so before anything is asked.
    fn is_too_large(&self, most: u64) -> bool {
        self.source.size.is_some_and(|size| size > most)
    }
}

/// What a file is, in words: `PNG image`, `text`.
#[must_use]
pub fn kind_words(kind: FileKind, words: &Words) -> Clean {
    use crate::domain::FileClass;
    let key = match kind.class {
        FileClass::Text => "file-kind-text",
        FileClass::Page => "file-kind-page",
        FileClass::Image => "file-kind-image",
        FileClass::Document => "file-kind-document",
        FileClass::Archive => "file-kind-archive",
        FileClass::Sound => "file-kind-sound",
        FileClass::Video => "file-kind-video",
        FileClass::Program => "file-kind-program",
        FileClass::Other => "file-kind-other",
    };
    let kind_word = words.say(key);
    if kind.format.is_empty() {
        return kind_word;
    }
    Clean::join([&clean(kind.format), &kind_word], &Clean::literal(" "))
}

/// The host of an address, as it is written there, without a name and password before it.
#[must_use]
pub fn host_of(url: &str) -> Clean {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    clean(authority.rsplit('@').next().unwrap_or_default())
}

impl App {
    /// Tells the app about the machine that it runs on.
    pub fn set_machine(&mut self, machine: Machine) {
        self.machine = machine;
    }

    /// Shows a file before anything is done with it: `item` counts the messages of the open thread, `file` the
    /// files of that message, both from 0.
    pub(super) fn ask_file(&mut self, item: usize, file: usize) {
        let Some(open) = self.thread.open.as_ref() else { return };
        let Some(shown) = open.items.get(item) else { return };
        let Source::Part(at) = shown.source else {
            self.say(Severity::Info, "file-not-sent-yet");
            return;
        };
        let parts = &open.thread.parts;
        let Some((part, attachment)) = parts.get(at).and_then(|part| Some((part, part.attachments.get(file)?))) else {
            return;
        };
        let before: usize = parts.iter().take(at).map(|part| part.attachments.len()).sum();
        let (name, media) = (attachment.name.as_raw(), attachment.content_type.as_raw());
        let seen = shown.files.get(file).and_then(|file| file.seen);
        let page = FilePage {
            name: attachment.name.clean().or(&self.words.say("file-no-name")),
            kind: seen.unwrap_or_else(|| file::claimed(name, media)),
            is_seen: seen.is_some(),
            media: attachment.content_type.clean(),
            from: shown.author.clone(),
            at: part.created_at,
            host: host_of(attachment.url.as_raw()),
            number: before + file + 1,
            risk: file::risk_of(name, media, seen, &self.settings.blocked_files),
            stage: Stage::Rest,
            source: FileSource {
                conversation: open.thread.conversation.id.clone(),
                part: part.id.clone(),
                index: file,
                name: attachment.name.clone(),
                media: attachment.content_type.clone(),
                url: attachment.url.clone(),
                size: attachment.size,
            },
            fetch: 0,
        };
        self.layers.push(Layer::File(Box::new(page)));
    }

    fn front_file(&mut self) -> Option<&mut FilePage> {
        match self.layers.last_mut() {
            Some(Layer::File(page)) => Some(page),
            _ => None,
        }
    }

    /// The page of the fetch of this number, wherever it lies.
    fn file_of(&mut self, fetch: u64) -> Option<&mut FilePage> {
        self.layers.iter_mut().find_map(|layer| match layer {
            Layer::File(page) if page.fetch == fetch => Some(page.as_mut()),
            _ => None,
        })
    }

    /// `enter` on the page: what was asked about, else a look at it.
    pub(super) fn choose_file(&mut self, page: Box<FilePage>) {
        let (deed, command) = match &page.stage {
            Stage::Again(deed) => (*deed, None),
            Stage::Command(line) => (FileDeed::Pipe, Some(line.text().trim().to_owned())),
            _ => (FileDeed::View, None),
        };
        self.layers.push(Layer::File(page));
        match command {
            Some(command) if command.is_empty() => {}
            Some(command) => {
                self.file_command = Some(command.clone());
                self.fetch_file(deed, FetchInto::Command(command), LARGEST_SHOWN);
            }
            None => self.do_with_file(deed),
        }
    }

    /// `v`, `s`, `X`: does it, unless it is risky and this is the first time.
    pub(super) fn do_with_file(&mut self, deed: FileDeed) {
        let Some(page) = self.front_file() else { return };
        if matches!(page.stage, Stage::Fetching(..)) {
            self.say(Severity::Info, "file-busy");
            return;
        }
        if page.risk.is_some_and(Risk::is_grave) && page.stage != Stage::Again(deed) {
            page.stage = Stage::Again(deed);
            return;
        }
        page.stage = Stage::Rest;
        let most = if deed == FileDeed::Save { LARGEST_KEPT } else { LARGEST_SHOWN };
        if page.is_too_large(most) {
            let key = if deed == FileDeed::Save { "file-too-large" } else { "file-too-large-here" };
            let most = times::size(most, &self.words);
            let text = self.words.with(key, &[("most", (&most).into())]);
            if let Some(page) = self.front_file() {
                page.stage = Stage::Failed(text);
            }
            return;
        }
        match deed {
            FileDeed::View => self.fetch_file(deed, FetchInto::Look, most),
            FileDeed::Pipe => {
                let mut line = Input::default();
                line.set(&self.file_command.clone().unwrap_or_default());
                if let Some(page) = self.front_file() {
                    page.stage = Stage::Command(line);
                }
            }
            FileDeed::Save => self.ask_where(),
        }
    }

    /// Opens the line with the path that the file goes to.
    fn ask_where(&mut self) {
        let Some(page) = self.front_file() else { return };
        let name = safe_name(page.source.name.as_raw(), page.number);
        let kept = Some(&self.arrangement.save_folder).filter(|folder| !folder.is_empty());
        let folder = self.save_folder.as_ref().or(kept).unwrap_or(&self.machine.downloads).clone();
        self.layers.push(Layer::Path(PathEntry::to_save(&folder, name)));
        self.path_typed();
    }

    /// `enter` in that line: the file is fetched to there.
    pub(super) fn save_chosen(&mut self, path: String) {
        self.save_folder = Some(path.rfind('/').map_or("./", |at| path.get(..=at).unwrap_or("./")).to_owned());
        self.fetch_file(FileDeed::Save, FetchInto::Save(path), LARGEST_KEPT);
    }

    fn fetch_file(&mut self, deed: FileDeed, into: FetchInto, most: u64) {
        self.fetches += 1;
        let id = self.fetches;
        let Some(page) = self.front_file() else { return };
        page.stage = Stage::Fetching(deed, 0, page.source.size);
        page.fetch = id;
        let source = page.source.clone();
        self.out.push(Effect::FetchFile(Box::new(FetchFile { id, source, into, most })));
    }

    /// `esc` and `ctrl-c`: ends a fetch, or takes a question back. Returns whether there was either.
    pub(super) fn leave_file(&mut self) -> bool {
        let stopped = self.words.say("file-stopped");
        let Some(page) = self.front_file() else { return false };
        match page.stage {
            Stage::Fetching(..) => {
                page.stage = Stage::Failed(stopped);
                // Its last news may be on their way.
                page.fetch = 0;
                self.out.push(Effect::StopFetch);
                true
            }
            Stage::Again(_) | Stage::Command(_) => {
                page.stage = Stage::Rest;
                true
            }
            _ => false,
        }
    }

    /// `y` on the page: the line that fetches the file from the machine where the agent sits.
    pub(super) fn copy_file_line(&mut self) {
        let machine = self.machine.clone();
        let Some(page) = self.front_file() else { return };
        let line = fetch_line(&machine, &page.source, page.number);
        match line {
            Some(line) => {
                let key = if machine.by_environment { "file-line-copied-environment" } else { "file-line-copied" };
                let said = self.words.with(key, &[("line", (&clean(&line)).into())]);
                self.out.push(Effect::Copy(line));
                if let Some(page) = self.front_file() {
                    page.stage = Stage::Done(said);
                }
            }
            None => self.say(Severity::Warning, "file-no-line"),
        }
    }

    /// News of a fetch. Returns whether anything on the screen changes.
    pub(super) fn hear_file(&mut self, news: FileNews) -> bool {
        let words = self.words.clone();
        let Some(page) = self.file_of(news.id) else {
            // The page is gone; what was saved is told all the same.
            if let FileTold::Saved(path, ..) = news.told {
                let text = words.with("file-saved", &[("path", (&path.clean()).into())]);
                self.say_text(Severity::Info, text, Clean::default());
                return true;
            }
            return false;
        };
        let about = page.source.clone();
        let name = page.name.clone();
        let mut seen = None;
        let is_saved = matches!(news.told, FileTold::Saved(..));
        match news.told {
            FileTold::Progress(done, of) => {
                if let Stage::Fetching(_, so_far, whole) = &mut page.stage {
                    *so_far = done;
                    *whole = of.or(*whole);
                }
            }
            FileTold::Failed(key, details) => {
                let details = details.clean();
                page.stage = Stage::Failed(words.with(key, &[("why", (&details).into())]));
            }
            FileTold::Text(text, is_cut, kind) => {
                page.stage = Stage::Rest;
                seen = Some(kind);
                let mut notes = vec![words.with("file-pager-note", &[("kind", (&kind_words(kind, &words)).into())])];
                if is_cut {
                    notes.push(words.say("file-pager-cut"));
                }
                self.open_pager(Pager::text(name, &text).with_notes(notes));
            }
            FileTold::Picture(pixels, kind) => {
                page.stage = Stage::Rest;
                seen = Some(kind);
                let about = picture_words(&pixels, kind, &words);
                self.layers.push(Layer::Picture(Box::new(Picture { name, about, pixels, number: news.id })));
            }
            FileTold::Unshowable(kind) => {
                let text = words.with("file-unshowable", &[("kind", (&kind_words(kind, &words)).into())]);
                page.stage = Stage::Failed(text);
                seen = Some(kind);
            }
            FileTold::Saved(path, bytes, kind) => {
                let (path, size) = (path.clean(), times::size(bytes, &words));
                page.stage =
                    Stage::Done(words.with("file-saved-at", &[("path", (&path).into()), ("size", (&size).into())]));
                // What is empty tells nothing of what it is.
                seen = (bytes > 0).then_some(kind);
            }
            FileTold::Answer(answer, is_cut) => {
                page.stage = Stage::Rest;
                let mut pager = Pager::text(name, &answer);
                let mut notes = vec![words.say("file-answer-note")];
                if is_cut {
                    notes.push(words.say("file-answer-cut"));
                }
                pager.notes = notes;
                self.open_pager(pager);
            }
        }
        if let Some(kind) = seen {
            self.file_seen(&about, kind);
        }
        if is_saved {
            self.keep_folder();
        }
        true
    }

    /// A file was saved: its folder is the first one next time, in another run too.
    fn keep_folder(&mut self) {
        let Some(folder) = self.save_folder.as_ref().filter(|folder| **folder != self.arrangement.save_folder) else {
            return;
        };
        self.arrangement.save_folder.clone_from(folder);
        self.ask(Request::SaveArrangement(Box::new(self.arrangement.clone())));
    }

    /// What a file is has been seen: the page and the thread say so from now on.
    fn file_seen(&mut self, source: &FileSource, kind: FileKind) {
        let blocked = self.settings.blocked_files.clone();
        for layer in &mut self.layers {
            if let Layer::File(page) = layer
                && page.source.part == source.part
                && page.source.index == source.index
            {
                (page.kind, page.is_seen) = (kind, true);
                page.risk = file::risk_of(source.name.as_raw(), source.media.as_raw(), Some(kind), &blocked);
            }
        }
        let Some(open) = self.thread.open.as_mut() else { return };
        let at = open.thread.parts.iter().position(|part| part.id == source.part);
        let item = open.items.iter_mut().find(|item| at.is_some_and(|at| item.source == Source::Part(at)));
        if let Some(file) = item.and_then(|item| item.files.get_mut(source.index)) {
            file.seen = Some(kind);
        }
    }
}

/// `PNG image, 1200 × 800`.
fn picture_words(pixels: &Pixels, kind: FileKind, words: &Words) -> Clean {
    let (width, height) = pixels.original;
    let kind = kind_words(kind, words);
    let (width, height) = (clean(&width.to_string()), clean(&height.to_string()));
    words.with("file-picture", &[("kind", (&kind).into()), ("width", (&width).into()), ("height", (&height).into())])
}

/// The line that, typed on another machine, brings the file there: over ssh through this machine's deskhand,
/// into a new name that is ours. None where no other process can reach the helpdesk.
fn fetch_line(machine: &Machine, source: &FileSource, number: usize) -> Option<String> {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let host = Some(machine.host.as_str()).filter(|host| !host.is_empty() && plain(host) && !host.starts_with('-'))?;
    if machine.is_demo {
        return None;
    }
    let (id, number) = (source.conversation.as_str().to_owned(), number.to_string());
    let mut words = vec!["deskhand".to_owned()];
    if let Some(workspace) = &machine.workspace {
        words.extend(["--workspace".to_owned(), workspace.clone()]);
    }
    words.extend(["attachment", "get", &id, &number, "-o", "-"].map(str::to_owned));
    // Two shells read it: the one here, and the one there.
    let there: Vec<String> = words.iter().map(|word| shell_word(&shell_word(word))).collect();
    let name = safe_name(&format!("{id}-{number}-{}", safe_name(source.name.as_raw(), 1)), 1);
    Some(format!("ssh {host} {} > {}", there.join(" "), shell_word(&name)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn source(name: &str) -> FileSource {
        FileSource {
            conversation: ConversationId::parse("2214").unwrap(),
            part: PartId::parse("7").unwrap(),
            index: 0,
            name: Untrusted::new(name),
            media: Untrusted::default(),
            url: Untrusted::default(),
            size: None,
        }
    }

    #[test]
    fn the_line_is_safe_in_both_shells() {
        let mut machine = Machine { host: "desk.example".into(), ..Machine::default() };
        let line = fetch_line(&machine, &source("photo.jpg"), 3).unwrap();
        assert_eq!(line, "ssh desk.example deskhand attachment get 2214 3 -o - > 2214-3-photo.jpg");
        let line = fetch_line(&machine, &source("$(rm -rf ~)'; x \u{202e}.sh"), 1).unwrap();
        assert!(line.ends_with("> '2214-1-_(rm -rf _)__ x .sh'"), "{line}");
        machine.workspace = Some("It's ours".into());
        let line = fetch_line(&machine, &source("a"), 1).unwrap();
        assert!(line.contains(r"--workspace ''\''It'\''\'\'''\''s ours'\''' attachment"), "{line}");
        machine.host = "a; reboot".into();
        assert_eq!(fetch_line(&machine, &source("a"), 1), None);
        machine = Machine { host: "h".into(), is_demo: true, ..Machine::default() };
        assert_eq!(fetch_line(&machine, &source("a"), 1), None);
    }

    #[test]
    fn every_sentence_about_a_file_is_in_the_catalogue() {
        use crate::domain::FileClass;
        let words = Words::english();
        for risk in [Risk::Disguised, Risk::DoubleEnding, Risk::Blocked, Risk::NotAsClaimed] {
            assert!(words.has(risk.word()), "{risk:?}");
        }
        for key in [include_str!("file.rs"), include_str!("../ui/overlay/file.rs"), include_str!("../runtime/files.rs")]
            .into_iter()
            .flat_map(|source| source.split('"'))
            .filter(|piece| piece.starts_with("file-") && piece.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
            .filter(|piece| piece.len() > "file-".len())
        {
            assert!(words.has(key), "{key}");
        }
        let kind = FileKind { class: FileClass::Image, format: "PNG" };
        assert_eq!(kind_words(kind, &words).as_str(), "PNG image");
    }

    #[test]
    fn the_host_is_the_one_that_would_be_asked() {
        assert_eq!(host_of("https://files.example/x?y").as_str(), "files.example");
        assert_eq!(host_of("https://intercom.io@evil.example/x").as_str(), "evil.example");
        assert_eq!(host_of("https://evil.example\\@intercom.io/").as_str(), "evil.example");
        assert!(host_of("nonsense").is_blank());
    }
}
