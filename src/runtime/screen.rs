//! The screen's thread: what wakes it, what it takes in, when it draws.
//!
//! Owns the loop. What the app wants done is in `effects`, which session is shown in `sitting`.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};

use super::files::Fetching;
use super::keys::{key_of, mouse_of};
use super::reader::BodyReader;
use super::sitting::{Leaving, Opened, Sitting};
use crate::app::{App, Msg};
use crate::clock::Clock;
use crate::config::settings::LinkUse;
use crate::domain::UnixTime;
use crate::sync::message::Event;
use crate::term::{self, Guard, Input, LinkRun, Protocol, Reader, Screen, Signal};
use crate::text::Untrusted;
use crate::theme::Theme;
use crate::ui;

/// How many messages are taken in before a frame is drawn.
const BATCH: usize = 512;

/// What wakes the loop.
pub(super) enum Wake {
    Input(Input),
    Signal(Signal),
    /// News of the sitting of this number.
    Event(u32, Box<Event>),
    /// Another workspace was to be opened.
    Opened(Opened),
    /// Something that was done aside.
    Told(Box<Msg>),
    /// A picture is ready to be drawn over its page.
    #[cfg(feature = "images")]
    Drawn(super::pictures::Drawn),
}

/// How the screen ended.
pub(super) enum End {
    Quit,
    Signal(Signal),
    HungUp,
}

/// Everything of the screen's thread.
pub(super) struct TheScreen {
    pub app: App,
    pub theme: Theme,
    pub screen: Screen<BorrowedFd<'static>>,
    pub guard: Guard,
    pub keys: Reader,
    pub clock: Clock,
    pub sitting: Sitting,
    /// Wakes the loop, from any thread.
    pub wake: Sender<Wake>,
    /// Another workspace is being opened.
    pub opening: bool,
    /// Another program has the terminal.
    pub aside: Arc<AtomicBool>,
    /// Sittings that were left, and are not done sending.
    pub leaving: Leaving,
    /// Commands of the agent's own that run.
    pub pipes: super::pipes::Running,
    /// Reads bodies aside.
    pub reader: BodyReader,
    /// A file that is being fetched.
    pub fetching: Fetching,
    /// What is drawn over the frame.
    #[cfg(feature = "images")]
    pub pictures: super::pictures::Pictures,
}

impl TheScreen {
    pub(super) fn run(&mut self, wakes: &Receiver<Wake>) -> io::Result<End> {
        let (columns, rows) = term::size().unwrap_or((80, 24));
        // What the engine says at start (who we are, where the agent was) comes before the first list is
        // asked for, as far as it is here: the first frame waits for nothing.
        let early: Vec<Wake> = wakes.try_iter().take(BATCH).collect();
        let (said, other): (Vec<_>, Vec<_>) = early.into_iter().partition(|wake| matches!(wake, Wake::Event(..)));
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
                // However fast keys come, none acts on a conversation that was not on the screen before it.
                if matches!(wake, Wake::Input(Input::Key(_))) && self.app.take_led_on() {
                    self.app.take_dirty();
                    self.draw()?;
                }
                if let Some(end) = self.take(wake)? {
                    return Ok(end);
                }
            }
        }
    }

    pub(super) fn draw(&mut self) -> io::Result<()> {
        self.guard.use_mouse(self.app.settings.mouse)?;
        self.app.take_led_on();
        #[cfg(feature = "images")]
        let forgot = self.screen.is_forgotten();
        let (app, theme) = (&self.app, &self.theme);
        let leads = app.settings.links == LinkUse::Osc8;
        let hits = if leads { ui::Hits::with_links() } else { ui::Hits::default() };
        self.screen.draw(app.size, |area, buffer| {
            let cursor = ui::draw_noting(app, theme, area, buffer, &hits);
            (cursor, hits.take_links().into_iter().map(link_run).collect::<Vec<_>>())
        })?;
        if self.app.settings.mouse {
            self.app.note_drawn(hits.take());
        }
        #[cfg(feature = "images")]
        self.follow_picture(forgot);
        Ok(())
    }

    /// Takes one message in; how the screen ends, if it does.
    fn take(&mut self, wake: Wake) -> io::Result<Option<End>> {
        let msg = match wake {
            // What another workspace's engine still had to say.
            Wake::Event(sitting, _) if sitting != self.sitting.number => return Ok(None),
            Wake::Event(_, event) => Msg::Event(event),
            Wake::Opened(opened) => return self.take_opened(opened),
            Wake::Told(msg) => *msg,
            #[cfg(feature = "images")]
            Wake::Drawn(drawn) => {
                self.draw_picture(&drawn);
                return Ok(None);
            }
            Wake::Input(input) => match input {
                Input::Key(press) => Msg::Key(key_of(press)),
                Input::Mouse(report) => Msg::Mouse(mouse_of(report)),
                Input::Paste(text) => Msg::Paste(text),
                Input::PasteRefused(_) => {
                    Msg::Event(Box::new(Event::Notice { key: "paste-refused", details: Untrusted::default() }))
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
                Input::Draws(drawn) => return self.hear_drawn(drawn),
                Input::HungUp => return Ok(Some(End::HungUp)),
            },
            Wake::Signal(signal) => match signal {
                Signal::Resize => match term::size() {
                    // Smaller and large again in one moment: what was cut off is gone all the same.
                    Some(size) if size == self.app.size => {
                        self.screen.forget();
                        self.draw()?;
                        return Ok(None);
                    }
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

    /// Tells the app the time, before each message.
    pub(super) fn set_time(&mut self) {
        self.app.at(UnixTime(self.clock.unix_secs()), self.clock.monotonic());
    }

    /// Stops as `ctrl-z` does, and comes back with everything drawn anew.
    pub(super) fn suspend(&mut self) -> io::Result<Option<End>> {
        self.keys.rest();
        let stopped = self.guard.suspend();
        self.keys.resume();
        stopped?;
        self.taken_back()
    }

    /// The terminal may have been somebody else's, and of another size.
    pub(super) fn taken_back(&mut self) -> io::Result<Option<End>> {
        self.screen.forget();
        let end = match term::size() {
            Some((columns, rows)) => self.tell(Msg::Resize(columns, rows))?,
            None => None,
        };
        self.draw()?;
        Ok(end)
    }
}

/// Cells that lead somewhere, as the terminal is told.
fn link_run(cells: ui::LinkCells) -> LinkRun {
    LinkRun { x: cells.at.x, y: cells.at.y, cells: cells.at.width, url: cells.url }
}
