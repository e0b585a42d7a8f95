//! Signals as values.
//!
//! Owns which signals are listened to. What they mean is the caller's. Enter at
//! [`Signals::listen`], within a tokio runtime.

use std::io;

use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// A signal that was sent to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// TERM: end.
    Terminate,
    /// INT, from outside: the key is read as a key.
    Interrupt,
    /// HUP: the terminal is going.
    HangUp,
    /// TSTP, from outside: the key is read as a key.
    Stop,
    /// CONT: running again; the terminal may have been changed meanwhile.
    Continue,
    /// WINCH: ask for the size.
    Resize,
}

impl Signal {
    /// The exit code that a shell expects of a program ended by it; 128 and the signal's number.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::HangUp => 129,
            Self::Interrupt => 130,
            _ => 143,
        }
    }
}

/// Stops this process, and nobody else of its group, until the shell continues it: for a stop that was
/// meant for another program at the terminal.
pub fn stop_alone() {
    // Fails for nobody's own process.
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
}

/// The signals since [`Signals::listen`].
#[derive(Debug)]
pub struct Signals {
    terminate: Stream,
    interrupt: Stream,
    hang_up: Stream,
    stop: Stream,
    resume: Stream,
    resize: Stream,
}

impl Signals {
    /// Listens from now on. The signals no longer do by themselves what they usually do.
    ///
    /// # Errors
    /// When the system refuses a handler.
    pub fn listen() -> io::Result<Self> {
        let number = |signal: rustix::process::Signal| SignalKind::from_raw(signal.as_raw());
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            stop: signal(number(rustix::process::Signal::TSTP))?,
            resume: signal(number(rustix::process::Signal::CONT))?,
            resize: signal(SignalKind::window_change())?,
        })
    }

    /// The next signal. Several of one kind may be told as one. Can be dropped and asked again
    /// without losing any.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            _ = self.hang_up.recv() => Signal::HangUp,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.stop.recv() => Signal::Stop,
            _ = self.resume.recv() => Signal::Continue,
            _ = self.resize.recv() => Signal::Resize,
        }
    }
}
