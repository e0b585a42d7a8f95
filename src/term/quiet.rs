//! A prompt for a secret: what is typed is not echoed.

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// While it lives the terminal does not echo.
#[derive(Debug)]
pub struct Quiet(Option<Termios>);

impl Quiet {
    /// Turns the echo of standard input off, where that is a terminal.
    #[must_use]
    pub fn start() -> Self {
        let input = rustix::stdio::stdin();
        let Ok(before) = tcgetattr(input) else { return Self(None) };
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        match tcsetattr(input, OptionalActions::Flush, &quiet) {
            Ok(()) => Self(Some(before)),
            Err(_) => Self(None),
        }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // A terminal that is gone needs no echo.
            let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, before);
        }
    }
}
