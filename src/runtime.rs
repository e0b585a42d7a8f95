//! The loop between terminal, app and engine: input first, drain, update, effects out, draw once.
//!
//! Owns the screen's thread. Nothing on it waits for the disk or the network: the engine's desk has
//! threads of its own. Enter at [`inbox`].

use std::io::{self, Write as _};
use std::os::fd::BorrowedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tokio::sync::watch;

use crate::app::{App, Effect, Msg, update};
use crate::cli::Session;
use crate::clock::{Clock, Ids};
use crate::domain::UnixTime;
use crate::error::{Exit, Failure};
use crate::keymap::{Key, KeyCode, Keymap};
use crate::sync::Desk;
use crate::sync::message::Event;
use crate::term::{self, Code, Guard, Input, KeyPress, PanicPlace, Protocol, Reader, Screen, Signal, Signals};
use crate::text::{Untrusted, clean};
use crate::theme::{Depth, Theme};
use crate::ui;
use crate::words::{Arg, Words};

/// How many messages are taken in before a frame is drawn.
const BATCH: usize = 512;
/// How long leaving waits for the outbox.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same when the terminal is gone and nobody watches.
const SHORT_PATIENCE: Duration = Duration::from_millis(500);

/// What wakes the loop.
enum Wake {
    Input(Input),
    Signal(Signal),
    Event(Box<Event>),
}

/// How the screen ended.
enum End {
    Quit,
    Signal(Signal),
    HungUp,
}

/// Shows the inbox until the agent leaves; the exit code.
///
/// # Errors
/// When there is no terminal to show it on, or it fails.
pub fn inbox(session: &Session) -> Result<u8, Failure> {
    let no_screen = |error: io::Error| Failure::new(Exit::Usage, "screen-none").why(error);
    let variable = |name: &str| std::env::var(name).ok();
    let reporter = session.words.clone();
    // Before the terminal is taken over: from then on every end gives it back.
    let signals = session.runtime.block_on(async { Signals::listen() }).map_err(no_screen)?;
    let guard = Guard::enter(variable("TERM").as_deref(), move |place, ours| report_panic(&reporter, place, ours))
        .map_err(no_screen)?;
    let (wake, wakes) = channel();
    let keys = {
        let wake = wake.clone();
        Reader::spawn(move |input| wake.send(Wake::Input(input)).is_ok()).map_err(no_screen)?
    };
    let ends = pass_on_signals(session, signals, wake.clone());
    let ears = wake.clone();
    session.listener.set(move |event| {
        // Fails only after the loop has ended: nobody is left to be told.
        let _ = ears.send(Wake::Event(Box::new(event)));
    });
    let desk = {
        let _inside = session.runtime.enter();
        Desk::start(&session.engine)
    };
    let words = session.words.clone();
    let app = App::new(session.settings.clone(), words.clone(), Keymap::shipped(), &Ids::system().uuid());
    let depth = Depth::from_environment(
        variable("NO_COLOR").as_deref(),
        variable("COLORTERM").as_deref(),
        variable("TERM").as_deref(),
    );
    // The first that is set says how this terminal writes.
    let charset =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let plain = Theme::needs_plain_signs(variable("TERM").as_deref(), charset.as_deref());
    let theme = Theme::built_in(&session.theme, depth).with_plain_signs(plain);
    let mut screen =
        TheScreen { app, theme, screen: Screen::on_stdout(), guard, keys, clock: Clock::system(), desk: &desk };
    // A fault of ours ends the screen, not what the agent has written.
    let ended = catch_unwind(AssertUnwindSafe(|| screen.run(&wakes)));
    let (ended, fault) = match ended {
        Ok(ended) => (ended, false),
        Err(_) => (Ok(End::Quit), true),
    };
    screen.leave();
    let TheScreen { guard, keys, .. } = screen;
    let (end, failed) = match ended {
        Ok(end) => (end, None),
        // A terminal that cannot be written to is gone.
        Err(error) => (End::HungUp, Some(error)),
    };
    drop(keys);
    drop(guard);
    if let Some(error) = failed {
        tracing::warn!(%error, "the terminal is gone");
    }
    let patience = if matches!(end, End::HungUp) { SHORT_PATIENCE } else { PATIENCE };
    let left = session.runtime.block_on(async {
        let mut ends = ends;
        // Those so far have been answered; one more means that nobody wants to wait.
        let so_far = *ends.borrow_and_update();
        tokio::select! {
            biased;
            left = desk.finish(patience) => left,
            Ok(_) = ends.wait_for(|count| *count > so_far) => true,
        }
    });
    if left && !session.is_demo {
        drain_detached(session);
    }
    if left && matches!(end, End::Quit) {
        let _ = writeln!(io::stderr().lock(), "{}", words.say("screen-outbox-left"));
    }
    Ok(match end {
        End::Quit if fault => 101,
        End::Quit => 0,
        End::Signal(signal) => signal.exit_code(),
        End::HungUp => Signal::HangUp.exit_code(),
    })
}

/// A process of its own goes on with the outbox: the undo windows have ended, and nothing that was
/// committed waits for the agent to come back. It finds its token as this one did.
fn drain_detached(session: &Session) {
    let mut arguments = vec!["sync", "--once", "--drain"];
    if let Some(name) = &session.workspace {
        arguments.extend(["--workspace", name]);
    }
    if let Err(error) = crate::host::start_detached(&arguments) {
        tracing::error!(%error, "no process could be started to finish the outbox");
    }
}

/// Where a panic happened goes to the log, and to the screen once that is given back.
fn report_panic(words: &Words, place: &PanicPlace, screen_is_ours: bool) {
    tracing::error!(%place, "panicked");
    if !screen_is_ours {
        let place = clean(&place.to_string());
        let said = words.with("screen-fault", &[("place", Arg::Text(&place))]);
        let _ = writeln!(io::stderr().lock(), "{said}");
    }
}

/// Passes signals on to the loop, and counts those that end the program, also after the loop.
fn pass_on_signals(session: &Session, mut signals: Signals, wake: Sender<Wake>) -> watch::Receiver<u32> {
    let (count, ends) = watch::channel(0);
    session.runtime.spawn(async move {
        loop {
            let signal = signals.next().await;
            if matches!(signal, Signal::Terminate | Signal::Interrupt) {
                count.send_modify(|count| *count += 1);
            }
            let _ = wake.send(Wake::Signal(signal));
            if count.is_closed() {
                return;
            }
        }
    });
    ends
}

/// Everything of the screen's thread.
struct TheScreen<'a> {
    app: App,
    theme: Theme,
    screen: Screen<BorrowedFd<'static>>,
    guard: Guard,
    keys: Reader,
    clock: Clock,
    desk: &'a Desk,
}

impl TheScreen<'_> {
    fn run(&mut self, wakes: &Receiver<Wake>) -> io::Result<End> {
        let (columns, rows) = term::size().unwrap_or((80, 24));
        // What the engine says at start (who we are, where the agent was) comes before the first list is
        // asked for, as far as it is here: the first frame waits for nothing.
        let early: Vec<Wake> = wakes.try_iter().take(BATCH).collect();
        let (said, other): (Vec<_>, Vec<_>) = early.into_iter().partition(|wake| matches!(wake, Wake::Event(_)));
        for wake in said {
            self.take(wake)?;
        }
        self.tell(Msg::Resize(columns, rows))?;
        for wake in other {
            if let Some(end) = self.take(wake)? {
                return Ok(end);
            }
        }
        loop {
            if self.app.take_dirty() {
                self.draw()?;
            }
            let first = match self.app.next_wake() {
                None => wakes.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => wakes.recv_timeout(at.saturating_sub(self.clock.monotonic())),
            };
            let first = match first {
                Ok(wake) => wake,
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(end) = self.tell(Msg::Tick)? {
                        return Ok(end);
                    }
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(End::HungUp),
            };
            let mut batch = vec![first];
            batch.extend(wakes.try_iter().take(BATCH));
            // Keys before news, each in its own order.
            let (input, news): (Vec<_>, Vec<_>) = batch.into_iter().partition(|wake| matches!(wake, Wake::Input(_)));
            for wake in input.into_iter().chain(news) {
                if let Some(end) = self.take(wake)? {
                    return Ok(end);
                }
            }
        }
    }

    /// Lets the app hand over what is not kept yet, whatever ended the screen.
    fn leave(&mut self) {
        self.app.at(UnixTime(self.clock.unix_secs()), self.clock.monotonic());
        for effect in update(&mut self.app, Msg::Leaving) {
            if let Effect::Request(request) = effect {
                self.desk.ask(*request);
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let (app, theme) = (&self.app, &self.theme);
        self.screen.draw(app.size, |area, buffer| ui::draw(app, theme, area, buffer)).map(drop)
    }

    /// Takes one message in; how the screen ends, if it does.
    fn take(&mut self, wake: Wake) -> io::Result<Option<End>> {
        let msg = match wake {
            Wake::Event(event) => Msg::Event(event),
            Wake::Input(input) => match input {
                Input::Key(press) => Msg::Key(key_of(press)),
                Input::Paste(text) => Msg::Paste(text),
                Input::PasteRefused(_) => {
                    Msg::Event(Box::new(Event::Notice { key: "paste-too-long", details: Untrusted::default() }))
                }
                Input::FocusGained => Msg::FocusGained,
                Input::FocusLost => Msg::FocusLost,
                Input::Offers(Protocol::Keyboard) => {
                    self.guard.use_keyboard_protocol()?;
                    return Ok(None);
                }
                Input::Offers(Protocol::SynchronizedUpdate) => {
                    self.screen.use_synchronized_updates();
                    return Ok(None);
                }
                Input::HungUp => return Ok(Some(End::HungUp)),
            },
            Wake::Signal(signal) => match signal {
                Signal::Resize => match term::size() {
                    Some((columns, rows)) => Msg::Resize(columns, rows),
                    None => return Ok(None),
                },
                Signal::Stop => return self.suspend(),
                Signal::Continue => {
                    // The shell may have taken the terminal's modes away meanwhile.
                    self.guard.enter_again()?;
                    return self.taken_back();
                }
                Signal::HangUp => return Ok(Some(End::HungUp)),
                Signal::Terminate | Signal::Interrupt => return Ok(Some(End::Signal(signal))),
            },
        };
        self.tell(msg)
    }

    fn tell(&mut self, msg: Msg) -> io::Result<Option<End>> {
        self.app.at(UnixTime(self.clock.unix_secs()), self.clock.monotonic());
        for effect in update(&mut self.app, msg) {
            match effect {
                Effect::Request(request) => self.desk.ask(*request),
                Effect::Quit => return Ok(Some(End::Quit)),
                Effect::Redraw => {
                    self.screen.forget();
                    self.draw()?;
                }
                Effect::Suspend => {
                    if let Some(end) = self.suspend()? {
                        return Ok(Some(end));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Stops as `ctrl-z` does, and comes back with everything drawn anew.
    fn suspend(&mut self) -> io::Result<Option<End>> {
        self.keys.rest();
        let stopped = self.guard.suspend();
        self.keys.resume();
        stopped?;
        self.taken_back()
    }

    /// The terminal may have been somebody else's, and of another size.
    fn taken_back(&mut self) -> io::Result<Option<End>> {
        self.screen.forget();
        let end = match term::size() {
            Some((columns, rows)) => self.tell(Msg::Resize(columns, rows))?,
            None => None,
        };
        self.draw()?;
        Ok(end)
    }
}

/// The terminal's key as the keymap knows it.
fn key_of(press: KeyPress) -> Key {
    let code = match press.code {
        // No binding has these modifiers: such a key is nobody's.
        _ if press.mods.system => KeyCode::Other,
        Code::Char(letter) => KeyCode::Char(letter),
        Code::Enter => KeyCode::Enter,
        Code::Escape => KeyCode::Esc,
        Code::Tab => KeyCode::Tab,
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Insert => KeyCode::Insert,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        Code::Function(number) => KeyCode::F(number),
    };
    Key::new(code, press.mods.ctrl, press.mods.alt, press.mods.shift)
}
