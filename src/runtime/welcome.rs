//! What is asked before there is an inbox: where to begin, and the agent's time zone.
//!
//! Owns a small loop of its own: no app, no engine. Enter at [`choose`] and [`ask_zone`].

use std::io;
use std::sync::Arc;
use std::sync::mpsc::channel;

use super::keys::key_of;
use super::pass_on_signals;
use super::screen::Wake;
use super::sitting::terminal_theme;
use crate::app::input::Input;
use crate::error::{Exit, Failure};
use crate::keymap::{Key, KeyCode};
use crate::term::{self, Guard, Input as Typed, Protocol, Reader, Screen, Signal, Signals};
use crate::text::{Clean, clean, width};
use crate::theme::Theme;
use crate::ui::welcome::{Page, draw};
use crate::words::Words;

/// Where to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// On the built-in demo.
    Demo,
    /// By signing in to Intercom.
    SignIn,
    /// By signing in to a helpdesk of one's own.
    SelfHosted,
    /// Not now.
    Leave,
}

/// How a question ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// With this.
    Given(T),
    /// By a signal, or with the terminal: the program ends with this code.
    Ended(u8),
}

/// A question that takes the whole screen.
trait Question {
    type Answer;
    fn page(&self, words: &Words) -> Page;
    fn key(&mut self, key: Key) -> Option<Self::Answer>;
    fn paste(&mut self, _text: &str) {}
}

/// Asks where to begin.
///
/// # Errors
/// When there is no terminal to ask on.
pub fn choose(words: &Words, theme: &str) -> Result<Answer<Choice>, Failure> {
    ask(&mut Begin, words, &terminal_theme(theme))
}

/// Asks for the agent's time zone, suggesting one; absent when the agent wants to be asked later.
///
/// # Errors
/// When there is no terminal to ask on.
pub fn ask_zone(words: &Words, theme: &str) -> Result<Answer<Option<String>>, Failure> {
    let mut input = Input::default();
    if let Some(name) = machine_zone() {
        input.set(&name);
    }
    ask(&mut Zone { input, fault: false }, words, &terminal_theme(theme))
}

/// The zone that this machine is in, as far as it says: a suggestion, never more.
fn machine_zone() -> Option<String> {
    let zone = jiff::tz::TimeZone::try_system().ok()?;
    zone.iana_name().map(ToOwned::to_owned)
}

struct Begin;

impl Question for Begin {
    type Answer = Choice;

    fn page(&self, words: &Words) -> Page {
        let choices = [("d", "welcome-demo"), ("i", "welcome-intercom"), ("s", "welcome-self"), ("q", "welcome-leave")];
        Page {
            title: words.say("welcome-title"),
            says: words.say("welcome-says"),
            choices: choices.into_iter().map(|(key, what)| (clean(key), words.say(what))).collect(),
            ..Page::default()
        }
    }

    fn key(&mut self, key: Key) -> Option<Choice> {
        match (key.code, key.ctrl) {
            (KeyCode::Char('d') | KeyCode::Enter, false) => Some(Choice::Demo),
            (KeyCode::Char('i'), false) => Some(Choice::SignIn),
            (KeyCode::Char('s'), false) => Some(Choice::SelfHosted),
            (KeyCode::Char('q') | KeyCode::Esc, false) | (KeyCode::Char('c'), true) => Some(Choice::Leave),
            _ => None,
        }
    }
}

struct Zone {
    input: Input,
    /// What is typed is no zone.
    fault: bool,
}

impl Question for Zone {
    type Answer = Option<String>;

    fn page(&self, words: &Words) -> Page {
        Page {
            title: words.say("zone-title"),
            says: words.say("zone-says"),
            choices: vec![(clean("enter"), words.say("zone-take")), (clean("esc"), words.say("zone-later"))],
            input: Some(self.input.clone()),
            fault: if self.fault { words.say("zone-unknown") } else { Clean::default() },
        }
    }

    fn key(&mut self, key: Key) -> Option<Option<String>> {
        match (key.code, key.ctrl) {
            (KeyCode::Enter, _) => {
                let name = self.input.text().trim().to_owned();
                // Its name as the time zones themselves write it.
                let zone = jiff::tz::TimeZone::get(&name).ok();
                self.fault = zone.is_none();
                zone.map(|zone| Some(zone.iana_name().map_or(name, ToOwned::to_owned)))
            }
            (KeyCode::Esc, _) | (KeyCode::Char('c'), true) => Some(None),
            _ => {
                if self.input.key(key).is_some() {
                    self.fault = false;
                }
                None
            }
        }
    }

    fn paste(&mut self, text: &str) {
        self.input.insert(text);
        self.fault = false;
    }
}

/// Shows a question until it is answered.
fn ask<Q: Question>(question: &mut Q, words: &Words, theme: &Theme) -> Result<Answer<Q::Answer>, Failure> {
    let no_screen = |error: io::Error| Failure::new(Exit::Usage, "screen-none").why(error);
    let runtime = crate::cli::network()?;
    let signals = runtime.block_on(async { Signals::listen() }).map_err(no_screen)?;
    let reporter = words.clone();
    let guard = Guard::enter(std::env::var("TERM").ok().as_deref(), move |place, ours| {
        super::report_panic(&reporter, place, ours);
    })
    .map_err(no_screen)?;
    let (wake, wakes) = channel();
    let keys = {
        let wake = wake.clone();
        Reader::spawn(move |input| wake.send(Wake::Input(input)).is_ok()).map_err(no_screen)?
    };
    let _ends = pass_on_signals(&runtime, signals, wake, Arc::default());
    let mut screen = Screen::on_stdout();
    screen.measure_by(width);
    let mut size = term::size().unwrap_or((80, 24));
    let answer = loop {
        let page = question.page(words);
        if screen.draw(size, |area, buffer| draw(&page, theme, words, area, buffer)).is_err() {
            break Answer::Ended(Signal::HangUp.exit_code());
        }
        let Ok(woken) = wakes.recv() else { break Answer::Ended(Signal::HangUp.exit_code()) };
        match woken {
            Wake::Input(Typed::Key(press)) => {
                if let Some(answer) = question.key(key_of(press)) {
                    break Answer::Given(answer);
                }
            }
            Wake::Input(Typed::Paste(text)) => question.paste(&text),
            Wake::Input(Typed::Offers(Protocol::SynchronizedUpdate)) => screen.use_synchronized_updates(),
            Wake::Input(Typed::HungUp) | Wake::Signal(Signal::HangUp) => {
                break Answer::Ended(Signal::HangUp.exit_code());
            }
            Wake::Signal(Signal::Resize) => {
                // Smaller and large again in one moment: what was cut off is gone all the same.
                screen.forget();
                size = term::size().unwrap_or(size);
            }
            Wake::Signal(signal @ (Signal::Terminate | Signal::Interrupt)) => break Answer::Ended(signal.exit_code()),
            Wake::Signal(Signal::Continue) => {
                let _ = guard.enter_again();
                screen.forget();
                size = term::size().unwrap_or(size);
            }
            _ => {}
        }
    };
    drop(keys);
    drop(guard);
    runtime.shutdown_background();
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::option_option, reason = "answered, and with what")]
    fn press(question: &mut Zone, keys: &str) -> Option<Option<String>> {
        keys.chars().find_map(|letter| {
            question.key(if letter == '\r' { Key::plain(KeyCode::Enter) } else { Key::char(letter) })
        })
    }

    #[test]
    fn a_zone_is_taken_by_its_name_and_nonsense_is_told() {
        let mut zone = Zone { input: Input::default(), fault: false };
        assert_eq!(press(&mut zone, "Europe/Berln\r"), None);
        assert!(zone.fault);
        zone.input.set("");
        assert_eq!(press(&mut zone, "europe/berlin\r"), Some(Some("Europe/Berlin".to_owned())));
        assert_eq!(zone.key(Key::plain(KeyCode::Esc)), Some(None), "asked again next time");
    }

    #[test]
    fn every_choice_of_the_welcome_has_its_key_and_words() {
        let page = Begin.page(&Words::english());
        assert_eq!(page.choices.len(), 4);
        for (key, _) in &page.choices {
            let letter = key.chars().next().unwrap_or_default();
            assert!(Begin.key(Key::char(letter)).is_some(), "{key}");
        }
        assert_eq!(Begin.key(Key::char('x')), None);
    }
}
