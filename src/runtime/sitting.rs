//! One workspace at the screen: its session, its engine at work, and the change to another one.
//!
//! Owns what begins and ends with a workspace. The terminal stays: the loop has it.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::letters;
use super::screen::{End, TheScreen, Wake};
use crate::app::file::Machine;
use crate::app::{App, Msg};
use crate::cli::Session;
use crate::clock::Ids;
use crate::error::Failure;
use crate::host;
use crate::keymap::Keymap;
use crate::sync::Desk;
use crate::sync::message::Event;
use crate::sync::message::Place;
use crate::term;
use crate::text::Untrusted;
use crate::theme::{Colour, Depth, Theme};

/// How long leaving waits for the outbox.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// A session with its engine at work.
pub(super) struct Sitting {
    /// Counts the sittings of this run.
    pub number: u32,
    pub session: Session,
    pub desk: Desk,
}

/// What became of opening another workspace.
pub(super) struct Opened {
    name: String,
    session: Result<Box<Session>, Failure>,
}

impl Sitting {
    /// Starts the engine; its news wakes the loop, under this number.
    pub(super) fn start(number: u32, session: Session, wake: &Sender<Wake>) -> Self {
        let ears = wake.clone();
        session.listener.set(move |event| {
            // Fails only after the loop has ended: nobody is left to be told.
            let _ = ears.send(Wake::Event(number, Box::new(event)));
        });
        let desk = {
            let _inside = session.runtime.enter();
            Desk::start(&session.engine)
        };
        Self { number, session, desk }
    }

    /// An app for this session that has heard nothing yet; `at` is where it begins.
    pub(super) fn app(&self, at: Option<&Place>) -> App {
        let (session, own_id) = (&self.session, Ids::system().uuid());
        let mut app = App::new(session.settings.clone(), session.words.clone(), Keymap::shipped(), &own_id);
        app.set_workspaces(session.workspaces.clone());
        app.set_machine(self.machine());
        if let Some(place) = at {
            app.begin_at(place.clone());
        }
        app
    }

    /// What a line that fetches a file from elsewhere needs.
    fn machine(&self) -> Machine {
        let session = &self.session;
        Machine {
            host: host::machine_name(),
            workspace: session.workspace.clone().filter(|_| session.workspaces.all.len() > 1),
            is_demo: session.is_demo,
            by_environment: session.workspace.is_none() && !session.is_demo,
            downloads: host::first_folder(),
        }
    }

    /// The theme, as this terminal can show it.
    pub(super) fn theme(&self) -> Theme {
        let frame = self.session.colour.as_deref().and_then(Colour::parse);
        terminal_theme(&self.session.theme).with_frame(frame, depth())
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// How many colours this terminal has.
fn depth() -> Depth {
    Depth::from_environment(
        variable("NO_COLOR").as_deref(),
        variable("COLORTERM").as_deref(),
        variable("TERM").as_deref(),
    )
}

/// A theme as this terminal can show it.
pub(super) fn terminal_theme(name: &str) -> Theme {
    // The first that is set says how this terminal writes.
    let charset =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let plain = Theme::needs_plain_signs(variable("TERM").as_deref(), charset.as_deref());
    letters::themed(Theme::built_in(name, depth()).with_plain_signs(plain), charset.as_deref())
}

/// A process of its own goes on with an outbox: the undo windows have ended, and nothing that was
/// committed waits for the agent to come back. It finds its token as the session did.
#[derive(Clone)]
pub(super) struct Drain(Option<Vec<String>>);

impl Drain {
    pub(super) fn of(session: &Session) -> Self {
        if session.is_demo {
            // Its helpdesk goes with this process.
            return Self(None);
        }
        let mut arguments = vec!["sync".to_owned(), "--once".to_owned(), "--drain".to_owned()];
        if session.by_kept_token {
            arguments.push("--kept-token".to_owned());
        }
        if let Some(name) = &session.workspace {
            arguments.extend(["--workspace".to_owned(), name.clone()]);
        }
        Self(Some(arguments))
    }

    pub(super) fn start(&self) {
        let Some(arguments) = &self.0 else { return };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if let Err(error) = crate::host::start_detached(&arguments) {
            tracing::error!(%error, "no process could be started to finish the outbox");
        }
    }
}

/// Sittings that were left for another one, each still handing over its outbox.
#[derive(Default)]
pub(super) struct Leaving(Vec<(Drain, JoinHandle<()>)>);

impl Leaving {
    fn add(&mut self, sitting: Sitting) {
        let Sitting { session, desk, .. } = sitting;
        let drain = Drain::of(&session);
        let after = drain.clone();
        // The session's own hold on the runtime must not be let go on one of its threads.
        let task = session.runtime.spawn(async move {
            if desk.finish(PATIENCE).await {
                after.start();
            }
        });
        self.0.retain(|(_, task)| !task.is_finished());
        self.0.push((drain, task));
    }

    /// Waits for all of them; what takes too long is left to a process of its own.
    pub(super) async fn finish(self, patience: Duration) {
        for (drain, task) in self.0 {
            if tokio::time::timeout(patience, task).await.is_err() {
                drain.start();
            }
        }
    }
}

impl TheScreen {
    /// Opens another workspace aside; the screen stays where it is until that is done.
    pub(super) fn open_workspace(&mut self, name: String) {
        if std::mem::replace(&mut self.opening, true) {
            return;
        }
        let (runtime, wake): (Arc<Runtime>, _) = (Arc::clone(&self.sitting.session.runtime), self.wake.clone());
        std::thread::spawn(move || {
            let session = Session::open_kept(&name, runtime).map(Box::new);
            // Fails only after the loop has ended.
            let _ = wake.send(Wake::Opened(Opened { name, session }));
        });
    }

    /// The other workspace is open, or the screen stays with the reason.
    pub(super) fn take_opened(&mut self, opened: Opened) -> io::Result<Option<End>> {
        self.opening = false;
        let session = match opened.session {
            Ok(session) => *session,
            Err(failure) => {
                let why = Untrusted::new(format!("{}: {}", opened.name, failure.say(&self.app.words)));
                return self.tell(Msg::Event(Box::new(Event::Notice { key: "switch-failed", details: why })));
            }
        };
        self.leave();
        self.stop_fetch();
        self.sitting.session.listener.set(|_| ());
        let next = Sitting::start(self.sitting.number.wrapping_add(1), session, &self.wake);
        self.app = next.app(None);
        self.theme = next.theme();
        let left = std::mem::replace(&mut self.sitting, next);
        self.leaving.add(left);
        self.screen.forget();
        let (columns, rows) = term::size().unwrap_or((80, 24));
        self.tell(Msg::Resize(columns, rows))
    }
}
