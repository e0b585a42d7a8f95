//! State and transitions of the screen: no drawing, no I/O, no clock.
//!
//! [`App`] is made of small parts, each in its file; [`update()`] is the only way to change it. Time
//! comes in through [`App::at`], the engine's news as [`Msg::Event`], and what shall happen outside
//! goes out as [`Effect`]s. Drawing reads the parts and changes nothing.
//!
//! Must not know: the API, the cache, the terminal, how anything is drawn.

mod acts;
mod breach;
pub mod bulk;
pub mod bulk_results;
mod bulk_writing;
mod commands;
pub mod composer;
pub mod composer_run;
pub mod copy;
pub mod details;
pub(crate) mod drafts;
mod effect;
mod events;
pub mod file;
pub mod focus;
mod fuzzy;
pub mod help;
mod hints;
mod hush;
pub mod input;
mod layer_keys;
pub mod layers;
pub mod layout;
pub mod link;
pub mod links;
pub mod list;
mod mentions;
mod message;
pub mod mouse;
mod moving;
pub mod new;
pub mod notices;
pub mod outbox;
pub mod pager;
pub mod palette;
pub mod picker;
mod picker_choose;
pub mod picture;
pub mod pipes;
mod place;
mod queries;
pub mod selection;
pub(crate) mod shelf;
pub mod shift;
pub mod sidebar;
mod source;
pub mod status;
#[cfg(test)]
mod tests;
pub mod thread;
mod timers;
pub mod times;
pub mod undo;
mod undoing;
mod undoing_many;
mod update;
mod window;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

pub use bulk::{BulkLayer, Bulks};
pub use composer::Composer;
pub use composer_run::ComposerFacts;
pub use details::Details;
pub use effect::Effect;
pub use focus::Pane;
pub use layers::Layer;
pub use layout::{Area, Layout, PaneArea, Shape};
pub use list::{List, ListRow, ListState};
pub use message::Msg;
pub use notices::{Matter, Notice, Notices, Severity};
pub use outbox::Outbox;
pub use selection::Selection;
pub use sidebar::{Entry, EntryKind, RowKind, Sidebar, SidebarRow};
pub use status::{Hint, Status};
pub use thread::{OpenThread, ThreadPane};
pub use undo::Undo;
pub use update::update;
pub use workspace::{WorkspaceChoice, Workspaces};

use crate::config::settings::Settings;
use crate::domain::{ConversationId, Directory, TagId, UnixTime};
use crate::keymap::{Key, Keymap};
use crate::sync::message::{Arrangement, Generation, Request};
use crate::text::Clean;
use crate::transcript::Format;
use crate::words::Words;

/// Everything that the screen shows and knows. Drawing reads it; only [`update()`] changes it.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent: dirty, a question under way, another one due, in front")]
pub struct App {
    /// What a person can set.
    pub settings: Settings,
    /// The catalogue of words.
    pub words: Words,
    /// Keys to commands.
    pub keymap: Keymap,
    /// Who and what the workspace has.
    pub directory: Arc<Directory>,
    /// Wall-clock time of the latest message.
    pub now: UnixTime,
    /// Monotonic time of the latest message.
    pub monotonic: Duration,
    /// The terminal's columns and rows.
    pub size: (u16, u16),
    /// The pane that keys go to, below the layers.
    pub focus: Pane,
    /// Entries and counts.
    pub sidebar: Sidebar,
    /// Rows of the open entry.
    pub list: List,
    /// The shown conversation.
    pub thread: ThreadPane,
    /// What is being written.
    pub composer: Composer,
    /// The details panel.
    pub details: Details,
    /// Moments are told by the clock and the day, not by how long ago they were.
    pub absolute_times: bool,
    /// Overlays, the front one last.
    pub layers: Vec<Layer>,
    /// What the agent should know.
    pub notices: Notices,
    /// Connection, away, outbox.
    pub status: Status,
    /// Commands of the agent's own, at work.
    pub pipes: pipes::Pipes,
    /// Acts that are not settled.
    pub outbox: Outbox,
    /// What `u` takes back.
    pub undo: Undo,
    /// What the next act is for, instead of the conversation at hand.
    pub selection: Selection,
    /// Deeds on many: how far they are.
    pub bulk: Bulks,
    /// How the agent has arranged the screen.
    pub arrangement: Arrangement,
    /// Which workspace this is, and which others there are.
    pub workspaces: Workspaces,
    /// Keys of a half-typed sequence.
    pub pending: Vec<Key>,
    /// The key whose command runs; none where a command runs by itself, or was chosen.
    struck: Option<Key>,
    /// After a key that means nothing: letters that belong to it mean nothing either.
    hush: Option<hush::Hush>,
    /// New conversations that are being begun.
    starting: new::Starting,
    /// Where the walk from breach to breach stands.
    walk: breach::Walk,
    /// The agent's coming and going.
    coming: shift::Coming,
    /// The mention that was finished last.
    finished: Option<mentions::Finished>,
    /// One that was brought back, until the disk has it.
    mention_awaited: Option<ConversationId>,
    /// The thread that is being copied, and in which form.
    copying: Option<(ConversationId, Format)>,
    /// Effects of the message at hand.
    out: Vec<Effect>,
    dirty: bool,
    /// The first size has come, and the first lists have been asked for.
    started: bool,
    /// The beginning of every group's id in this run; unique to it.
    session: String,
    groups: u64,
    generation: Generation,
    counts_asked: Generation,
    counts_await: bool,
    counts_again: bool,
    awaited: Vec<acts::Awaited>,
    /// Acts that wait for tags to be made.
    making: Vec<picker::Making>,
    /// Something could be taken back when it was last drawn.
    could_undo: bool,
    undoing: Vec<undo::Done>,
    /// The outbox row that is being given up.
    giving_up: Option<outbox::GivingUp>,
    /// Conversations with a draft on disk, as far as known.
    begun: BTreeSet<ConversationId>,
    begun_asked: Option<Generation>,
    /// A file that is to go with a text once nothing of its draft is under way.
    attach_path: Option<(composer::Place, String)>,
    /// The file that was asked for last, and for which text.
    attach_asked: Option<(composer::Place, String)>,
    /// Where this runs, for the line that fetches a file from elsewhere.
    machine: file::Machine,
    /// The folder that a file was saved to last, with its last `/`.
    save_folder: Option<String>,
    /// The command that a file was handed to last.
    file_command: Option<String>,
    /// Fetches of files so far.
    fetches: u64,
    whereabouts: place::Whereabouts,
    /// What the agent sees, for the mouse.
    drawn: mouse::Drawn,
    held: mouse::Held,
    calm_progress: status::Calm<Option<status::Progress>>,
    calm_history: status::Calm<status::History>,
    /// What the palette can find, whatever is at hand.
    offers: Arc<palette::Offers>,
    /// Bodies that were read, and those that are being read.
    bodies: thread::Bodies,
    /// What was searched for in threads.
    seeking: thread::Seeking,
    /// The typed time of the last snooze.
    last_snooze: Option<String>,
    /// How often each tag is used, as the cache last counted.
    tag_use: BTreeMap<TagId, usize>,
    /// What the engine was last told to have been seen, and up to when.
    seen_told: Option<(ConversationId, UnixTime)>,
    /// Marked unread by hand: looking at them does not make them read.
    marked_unread: BTreeSet<ConversationId>,
    terminal_focused: bool,
    /// What the engine was last told to be on screen.
    showing: Option<(Option<ConversationId>, Vec<ConversationId>)>,
    /// A key has led on to another conversation, by itself or after an act.
    led_on: bool,
    /// Minute and second of the last change by time alone.
    minute: i64,
    second: UnixTime,
}

/// How long a notice stays without a key. What failed stays known beyond it: by its row, and in
/// *Needs you*.
const NOTICE_STAYS: Duration = Duration::from_secs(8);
/// How long it is said that a pull was asked for, when nothing tells that it is done.
const PULL_STAYS: Duration = Duration::from_secs(2);

impl App {
    /// An app that has heard nothing yet. `session` begins the ids of all groups of acts: 1 to 64
    /// ASCII letters and digits that no other run has.
    #[must_use]
    pub fn new(settings: Settings, words: Words, keymap: Keymap, session: &str) -> Self {
        let directory = Arc::new(Directory::default());
        Self {
            sidebar: Sidebar::build(&directory, &words),
            pipes: pipes::Pipes::new(&settings.pipes, &keymap),
            settings,
            words,
            keymap,
            directory,
            now: UnixTime::default(),
            monotonic: Duration::ZERO,
            size: (0, 0),
            focus: Pane::List,
            list: List::default(),
            thread: ThreadPane::default(),
            composer: Composer::default(),
            details: Details { open: true, ..Details::default() },
            absolute_times: false,
            layers: Vec::new(),
            notices: Notices::default(),
            status: Status::default(),
            outbox: Outbox::default(),
            undo: Undo::default(),
            selection: Selection::default(),
            bulk: Bulks::default(),
            arrangement: Arrangement::default(),
            workspaces: Workspaces::default(),
            pending: Vec::new(),
            struck: None,
            hush: None,
            starting: new::Starting::default(),
            walk: breach::Walk::default(),
            coming: shift::Coming::default(),
            finished: None,
            mention_awaited: None,
            copying: None,
            out: Vec::new(),
            dirty: true,
            started: false,
            session: session.to_owned(),
            groups: 0,
            generation: Generation::default(),
            counts_asked: Generation::default(),
            counts_await: false,
            counts_again: false,
            awaited: Vec::new(),
            making: Vec::new(),
            could_undo: false,
            undoing: Vec::new(),
            giving_up: None,
            begun: BTreeSet::new(),
            begun_asked: None,
            attach_path: None,
            attach_asked: None,
            machine: file::Machine::default(),
            save_folder: None,
            file_command: None,
            fetches: 0,
            whereabouts: place::Whereabouts::default(),
            drawn: mouse::Drawn::default(),
            held: mouse::Held::default(),
            calm_progress: status::Calm::new(Duration::from_secs(1)),
            calm_history: status::Calm::new(Duration::from_secs(1)),
            offers: Arc::default(),
            bodies: thread::Bodies::default(),
            seeking: thread::Seeking::default(),
            last_snooze: None,
            tag_use: BTreeMap::new(),
            seen_told: None,
            marked_unread: BTreeSet::new(),
            terminal_focused: true,
            showing: None,
            led_on: false,
            minute: 0,
            second: UnixTime::default(),
        }
    }

    /// The first message: the terminal's size. Asks for what the first screen needs.
    #[must_use]
    pub fn start(&mut self, width: u16, height: u16) -> Vec<Effect> {
        update(self, Msg::Resize(width, height))
    }

    /// Sets the time, before each message: wall clock and monotonic.
    pub fn at(&mut self, now: UnixTime, monotonic: Duration) {
        self.now = now;
        self.monotonic = self.monotonic.max(monotonic);
    }

    /// Whether a key has led on to another conversation since this was asked last: what the next key acts on
    /// has not been drawn then.
    pub fn take_led_on(&mut self) -> bool {
        std::mem::take(&mut self.led_on)
    }

    /// Whether something visible changed since this was asked last. A frame waits a moment for bodies that are
    /// about to be read.
    pub fn take_dirty(&mut self) -> bool {
        let waits = self.bodies.hold_a_frame(self.monotonic);
        if !self.dirty || waits {
            return false;
        }
        if let Some(open) = self.thread.open.as_mut() {
            open.drawn();
        }
        std::mem::take(&mut self.dirty)
    }

    /// Where everything lies.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let (width, height) = self.size;
        let of = |composer_rows| {
            let banner = self.status.storage != status::Storage::Disk;
            let wants = layout::Wants { focus: self.focus, details: self.details.open, composer_rows, banner };
            Layout::of(width, height, wants)
        };
        if self.composer.conversation.is_none() {
            return of(None);
        }
        // How many rows the text takes depends on the width that it gets. It is inset by three
        // cells; what came, another text and files have rows above it.
        let least = of(Some(3));
        let text_width = least.composer.map_or(0, |area| area.body.width.saturating_sub(3));
        let above = self.composer.rows_above();
        of(Some(self.composer.rows(text_width, height).max(3).saturating_add(above)))
    }

    fn ask(&mut self, request: Request) {
        self.out.push(Effect::Request(Box::new(request)));
    }

    /// Tells the agent something, by a key of the catalogue of words.
    fn say(&mut self, severity: Severity, key: &'static str) {
        let text = self.words.say(key);
        self.say_text(severity, text, Clean::default());
    }

    fn say_text(&mut self, severity: Severity, text: Clean, details: Clean) {
        let until = self.monotonic + NOTICE_STAYS;
        self.notices.push(Notice { severity, text, details, until, until_key: true, matter: Matter::None });
        self.dirty = true;
    }

    /// Says something that is true only until a matter is over.
    fn say_about(&mut self, matter: Matter, text: Clean) {
        let stays = if matter == Matter::Pull { PULL_STAYS } else { NOTICE_STAYS };
        let (severity, details, until) = (Severity::Info, Clean::default(), self.monotonic + stays);
        self.notices.push(Notice { severity, text, details, until, until_key: true, matter });
        self.dirty = true;
    }
}
