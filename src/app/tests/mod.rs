//! The app by keystrokes, against an engine in memory.
#![allow(clippy::unwrap_used, clippy::panic)]

mod engine;

mod acting;
mod composing;
mod deeds;
mod details;
mod done_next;
mod drafting;
mod files;
mod going;
mod guarding;
mod links;
mod listing;
mod markup;
mod mouse;
mod overlays;
mod palette;
mod picking;
mod pipes;
mod reading;
mod reading_long;
mod returning;
mod selecting;
mod sending;
mod shift;
mod starting;
mod storms;
mod table;
mod tree;
mod writing;

use std::time::Duration;

use engine::Engine;

use super::copy::{Copied, ToWrite};
use super::{App, Effect, Msg, Pane, update};
use crate::config::settings::Settings;
use crate::domain::{Act, Conversation, ConversationId, UnixTime};
use crate::keymap::{Key, Keymap};
use crate::sync::message::{Event, Request};
use crate::words::Words;

/// Wednesday, 2026-11-18, 14:30 UTC.
const NOW: UnixTime = UnixTime(1_795_012_200);

/// An app and its engine on a desk.
struct Desk {
    app: App,
    engine: Engine,
    /// Everything that was asked, in order.
    asked: Vec<Request>,
    quit: bool,
    suspended: bool,
    /// What was given to the agent's editor: name of the file, text.
    edited: Vec<(String, String)>,
    /// Folders that were to be read.
    listed: Vec<String>,
    links: Vec<String>,
    /// Files that were to be fetched, and how often a fetch was to be ended.
    fetched: Vec<super::file::FetchFile>,
    stopped: usize,
    /// Commands that were to run.
    piped: pipes::Piped,
    /// How many bodies were wished for, wish by wish.
    wished: Vec<usize>,
    /// While set, wishes for bodies are kept, not answered.
    holds_reading: bool,
    held_wishes: Vec<Vec<crate::app::thread::ToRead>>,
    /// While set, the engine hears commits but does not answer them.
    slow: bool,
    waiting: Vec<Request>,
    monotonic: Duration,
}

impl Desk {
    /// A desk at 160×48 with *You* open: conversations 1 to 5, mine; 6 to 9, nobody's.
    fn new() -> Self {
        Self::sized(160, 48)
    }

    fn sized(width: u16, height: u16) -> Self {
        Self::with(width, height, Settings::default(), Engine::filled())
    }

    fn with(width: u16, height: u16, settings: Settings, engine: Engine) -> Self {
        let mut desk = Self::bare(width, height, settings, engine);
        desk.settle_in();
        desk
    }

    /// The engine says who is here, and time passes.
    fn settle_in(&mut self) {
        let directory = self.engine.directory.clone();
        self.hear(Event::Directory(directory));
        self.pass(Duration::from_secs(3));
    }

    /// The bodies that were wished for last are read.
    fn read_held(&mut self) {
        self.read_held_but("nothing");
        self.holds_reading = false;
        if let Some(wishes) = self.held_wishes.pop() {
            self.carry_out(vec![Effect::Read(wishes)]);
        }
    }

    /// All but that of one part.
    fn read_held_but(&mut self, but: &str) {
        let wishes = self.held_wishes.last().cloned().unwrap_or_default();
        let wishes = wishes.iter().filter(|wish| !format!("{:?}", wish.key).contains(&format!("{but:?}")));
        let readings = wishes.filter_map(|wish| crate::app::thread::reading::read(wish, &|| true)).collect();
        self.tell(Msg::Read(readings));
    }

    /// Their words only.
    fn read_held_plainly(&mut self) {
        let wishes = self.held_wishes.last().cloned().unwrap_or_default();
        self.tell(Msg::Read(wishes.iter().map(crate::app::thread::reading::read_plainly).collect()));
    }

    /// Before the engine has said anything.
    fn bare(width: u16, height: u16, settings: Settings, engine: Engine) -> Self {
        let mut app = App::new(settings, Words::english(), Keymap::shipped(), "test");
        app.at(engine.now, Duration::from_secs(100));
        let effects = app.start(width, height);
        let mut desk = Self {
            app,
            engine,
            asked: Vec::new(),
            quit: false,
            suspended: false,
            edited: Vec::new(),
            listed: Vec::new(),
            links: Vec::new(),
            wished: Vec::new(),
            holds_reading: false,
            held_wishes: Vec::new(),
            fetched: Vec::new(),
            stopped: 0,
            piped: pipes::Piped::default(),
            slow: false,
            waiting: Vec::new(),
            monotonic: Duration::from_secs(100),
        };
        desk.carry_out(effects);
        desk
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut effects: std::collections::VecDeque<Effect> = effects.into();
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Quit => self.quit = true,
                Effect::Suspend => self.suspended = true,
                Effect::EditText { name, text } => self.edited.push((name, text)),
                Effect::ListFolder(folder) => self.listed.push(folder),
                Effect::OpenLink(url) => self.links.push(format!("open {url}")),
                Effect::Copy(text) => {
                    let copied = Copied::Done(text.len());
                    self.links.push(format!("copy {text}"));
                    effects.extend(update(&mut self.app, Msg::Copied(copied)));
                }
                Effect::WriteOut(what) => {
                    let text = match &what {
                        ToWrite::Message(part, format) => format!("message {} {}", part.id, format.as_str()),
                        ToWrite::Thread(id, format) => format!("thread {id} {}", format.as_str()),
                    };
                    effects.extend(update(&mut self.app, Msg::WrittenOut(what, Some(text))));
                }
                Effect::FetchFile(wanted) => self.fetched.push(*wanted),
                Effect::StopFetch => self.stopped += 1,
                Effect::WritePipe(job) => {
                    let told = self.piped.write(*job);
                    effects.extend(told.into_iter().flat_map(|told| update(&mut self.app, told)));
                }
                Effect::RunPipe(job, text) => self.piped.run(*job, &text),
                Effect::StopPipe(number) => self.piped.stopped.push(number),
                Effect::Redraw | Effect::SwitchWorkspace(_) => {}
                Effect::Read(wishes) if self.holds_reading => self.held_wishes.push(wishes),
                Effect::Read(wishes) => {
                    self.wished.push(wishes.len());
                    let readings = wishes.iter().filter_map(|wish| crate::app::thread::reading::read(wish, &|| true));
                    let told = Msg::Read(readings.collect());
                    effects.extend(update(&mut self.app, told));
                }
                Effect::Search(search) => {
                    if let Some(found) = search.map(|search| reading_long::found(&search)) {
                        effects.extend(update(&mut self.app, Msg::Found(Box::new(found))));
                    }
                }
                Effect::Request(request) => {
                    self.asked.push((*request).clone());
                    if self.slow
                        && matches!(
                            *request,
                            Request::Commit { .. }
                                | Request::Thread { .. }
                                | Request::Matching { .. }
                                | Request::BulkPreview { .. }
                                | Request::Bulk { .. }
                        )
                    {
                        self.waiting.push(*request);
                        continue;
                    }
                    for event in self.engine.answer(*request) {
                        effects.extend(update(&mut self.app, Msg::Event(Box::new(event))));
                    }
                }
            }
        }
    }

    fn tell(&mut self, msg: Msg) {
        self.app.at(self.engine.now, self.monotonic);
        let effects = update(&mut self.app, msg);
        self.carry_out(effects);
    }

    fn hear(&mut self, event: Event) {
        self.tell(Msg::Event(Box::new(event)));
    }

    /// The engine answers what it kept waiting.
    fn catch_up(&mut self) {
        self.slow = false;
        for request in std::mem::take(&mut self.waiting) {
            for event in self.engine.answer(request) {
                self.hear(event);
            }
        }
    }

    /// Presses keys, parted by spaces.
    fn press(&mut self, keys: &str) -> &mut Self {
        for key in Key::parse_sequence(keys).unwrap_or_else(|| panic!("{keys}")) {
            self.tell(Msg::Key(key));
        }
        self
    }

    /// Types letters.
    fn write(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            let key = if letter == '\n' { Key::parse("enter").unwrap() } else { Key::char(letter) };
            self.tell(Msg::Key(key));
        }
        self
    }

    /// Lets time pass, waking the app when it asks for it.
    fn pass(&mut self, time: Duration) -> &mut Self {
        let end = self.monotonic + time;
        let start_secs = self.engine.now.0;
        let start = self.monotonic;
        for _ in 0..10_000 {
            let wake = self.app.next_wake().unwrap_or(end).min(end);
            self.monotonic = wake.max(self.monotonic);
            let gone = (self.monotonic - start).as_secs();
            self.engine.now = UnixTime(start_secs + i64::try_from(gone).unwrap());
            self.tell(Msg::Tick);
            if self.monotonic >= end {
                return self;
            }
        }
        panic!("the app wakes for ever");
    }

    /// What is due reaches the helpdesk.
    fn deliver(&mut self) -> &mut Self {
        for event in self.engine.deliver() {
            self.hear(event);
        }
        self
    }

    /// What changed in the workspace behind the app's back is told to it.
    fn news(&mut self) -> &mut Self {
        self.hear(Event::Changed { ids: Vec::new() });
        self
    }

    fn ids(&self) -> Vec<String> {
        self.app.list.rows.iter().map(|row| row.conversation.id.to_string()).collect()
    }

    fn cursor(&self) -> String {
        self.app.id_at_cursor().map(|id| id.to_string()).unwrap_or_default()
    }

    /// The conversation whose messages are on screen.
    fn shown(&self) -> String {
        self.app.thread.shown().map(ToString::to_string).unwrap_or_default()
    }

    /// The acts that were committed so far: conversation, act.
    fn acts(&self) -> Vec<(String, Act)> {
        let mut acts = Vec::new();
        for request in &self.asked {
            if let Request::Commit { acts: group, .. } = request {
                acts.extend(group.iter().map(|(id, act)| (id.to_string(), act.clone())));
            }
        }
        acts
    }

    fn notice(&self) -> String {
        self.app.notices.current().map(|notice| notice.text.to_string()).unwrap_or_default()
    }

    fn server(&self, id: &str) -> &Conversation {
        self.engine.conversation(&ConversationId::parse(id).unwrap()).unwrap()
    }

    fn text(&self) -> String {
        self.app.composer.text()
    }

    fn focus(&self) -> Pane {
        self.app.focus
    }
}
