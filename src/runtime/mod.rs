//! The loop between terminal, app and engine: input first, drain, update, effects out, draw once.
//!
//! Owns the screen's thread. Nothing on it waits for the disk or the network: the engine's desk has
//! threads of its own, and another workspace is opened aside. Enter at [`inbox`]; the loop is in
//! `screen`, what the app wants done in `effects`, the change of workspace in `sitting`.

mod effects;
mod files;
mod keys;
mod letters;
mod links;
mod outside;
#[cfg(feature = "images")]
mod pictures;
mod pipes;
mod reader;
mod screen;
mod sitting;
pub mod welcome;

use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::cli::Session;
use crate::clock::Clock;
use crate::error::{Exit, Failure};
use crate::sync::message::Place;
use crate::term::{self, Guard, PanicPlace, Reader, Screen, Signal, Signals};
use crate::text::{clean, is_ambiguous_wide, width};
use crate::words::{Arg, Words};
use reader::BodyReader;
use screen::{End, TheScreen, Wake};
use sitting::{Drain, Leaving, PATIENCE, Sitting};

/// How long leaving waits for the outbox when the terminal is gone and nobody watches.
const SHORT_PATIENCE: Duration = Duration::from_millis(500);

/// Shows the inbox until the agent leaves, beginning at a place of the caller's choice if there is one; the
/// exit code.
///
/// # Errors
/// When there is no terminal to show it on, or it fails.
pub fn inbox(session: Session, at: Option<&Place>) -> Result<u8, Failure> {
    let no_screen = |error: io::Error| Failure::new(Exit::Usage, "screen-none").why(error);
    let words = session.words.clone();
    let reporter = words.clone();
    // It outlives every sitting: all of them are on it.
    let runtime = Arc::clone(&session.runtime);
    // Before the terminal is taken over: from then on every end gives it back.
    let signals = runtime.block_on(async { Signals::listen() }).map_err(no_screen)?;
    // tmux may call itself screen, which cannot be asked what tmux can.
    let is_tmux = std::env::var_os("TMUX").is_some_and(|value| !value.is_empty());
    let term =
        std::env::var("TERM").ok().map(|term| if is_tmux && term == "screen" { "tmux".to_owned() } else { term });
    let mut guard =
        Guard::enter(term.as_deref(), move |place, ours| report_panic(&reporter, place, ours)).map_err(no_screen)?;
    let (wake, wakes) = channel();
    let keys = {
        let wake = wake.clone();
        Reader::spawn(move |input| wake.send(Wake::Input(input)).is_ok()).map_err(no_screen)?
    };
    let aside = Arc::new(AtomicBool::new(false));
    let ends = pass_on_signals(&runtime, signals, wake.clone(), Arc::clone(&aside));
    let sitting = Sitting::start(0, session, &wake);
    letters::begin(&sitting.session.settings, &mut guard).map_err(no_screen)?;
    let (app, theme) = (sitting.app(at), sitting.theme());
    let reader = BodyReader::new(wake.clone());
    let mut frames = Screen::on_stdout();
    frames.measure_by(width);
    frames.doubt_ambiguous(is_ambiguous_wide());
    let mut screen = TheScreen {
        app,
        theme,
        screen: frames,
        guard,
        keys,
        clock: Clock::system(),
        sitting,
        wake,
        opening: false,
        aside,
        leaving: Leaving::default(),
        pipes: pipes::Running::default(),
        reader,
        fetching: files::Fetching::default(),
        #[cfg(feature = "images")]
        pictures: pictures::Pictures::default(),
    };
    // A fault of ours ends the screen, not what the agent has written.
    let ended = catch_unwind(AssertUnwindSafe(|| screen.run(&wakes)));
    let (ended, fault) = match ended {
        Ok(ended) => (ended, false),
        Err(_) => (Ok(End::Quit), true),
    };
    screen.leave();
    let TheScreen { guard, keys, sitting, leaving, fetching, .. } = screen;
    let (end, failed) = match ended {
        Ok(end) => (end, None),
        // A terminal that cannot be written to is gone.
        Err(error) => (End::HungUp, Some(error)),
    };
    drop(keys);
    drop(guard);
    fetching.finish();
    if let Some(error) = failed {
        tracing::warn!(%error, "the terminal is gone");
    }
    let patience = if matches!(end, End::HungUp) { SHORT_PATIENCE } else { PATIENCE };
    let Sitting { session, desk, .. } = sitting;
    let left = runtime.block_on(async {
        let mut ends = ends;
        // Those so far have been answered; one more means that nobody wants to wait.
        let so_far = *ends.borrow_and_update();
        let finish = async {
            let left = desk.finish(patience).await;
            leaving.finish(patience).await;
            left
        };
        tokio::select! {
            biased;
            left = finish => left,
            Ok(_) = ends.wait_for(|count| *count > so_far) => true,
        }
    });
    if left {
        Drain::of(&session).start();
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

/// Where a panic happened goes to the log, and to the screen once that is given back.
fn report_panic(words: &Words, place: &PanicPlace, screen_is_ours: bool) {
    tracing::error!(%place, "panicked");
    if !screen_is_ours {
        let place = clean(&place.to_string());
        let said = words.with("screen-fault", &[("place", Arg::Text(&place))]);
        let _ = writeln!(io::stderr().lock(), "{said}");
    }
}

/// Passes signals on to the loop, and counts those that end the program, also after the loop. While
/// another program has the terminal (`aside`), what its keys raise is not for us.
fn pass_on_signals(
    runtime: &Runtime,
    mut signals: Signals,
    wake: Sender<Wake>,
    aside: Arc<AtomicBool>,
) -> watch::Receiver<u32> {
    let (count, ends) = watch::channel(0);
    runtime.spawn(async move {
        loop {
            let signal = signals.next().await;
            if aside.load(Ordering::SeqCst) && !matches!(signal, Signal::Terminate | Signal::HangUp) {
                if signal == Signal::Stop {
                    // The other program stops by itself; the shell waits for all of us.
                    term::stop_alone();
                }
                continue;
            }
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
