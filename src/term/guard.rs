//! Takes the terminal over and gives it back, whatever happens.
//!
//! Owns the modes that we set: raw input, alternate screen, bracketed paste, focus reports, hidden
//! cursor, kitty's keyboard flags, mouse reports, the order of right-to-left letters. They are undone when the [`Guard`] goes, and before anything else
//! when the thread that holds it panics. Enter at [`Guard::enter`].

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread::{self, ThreadId};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange, KeyboardEnhancementFlags,
    PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use rustix::termios::{OptionalActions, QueueSelector, Termios, isatty, tcflush, tcgetattr, tcgetwinsize, tcsetattr};

use super::mouse;

/// Asks for the kitty keyboard flags, and whether mode 2026 exists. Nobody waits for the answers.
const QUESTIONS: &[u8] = b"\x1b[?u\x1b[?2026$p";

/// What is tried on the second and third row, each followed by the question where the cursor is: a letter of two
/// bytes that is narrow for everyone (in another charset it is two letters), and one of ambiguous width. None of
/// their bytes is a control in any charset. The rows are erased at once.
const TRIALS: &[u8] = "\x1b[2;1Hý\x1b[6n\x1b[3;1Hα\x1b[6n\x1b[2K\x1b[2;1H\x1b[2K\x1b[H".as_bytes();
/// Fewer rows have no place for the trials.
const ROWS_FOR_TRIALS: u16 = 4;
/// Letters are drawn in the order in which they are written (ECMA-48 BDSM reset: explicit), as VTE, mintty and
/// others have it that would put right-to-left letters in order themselves; and the default again.
const EXPLICIT_ORDER: &[u8] = b"\x1b[8l";
const IMPLICIT_ORDER: &[u8] = b"\x1b[8h";

/// Why there is no full screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTerminal {
    /// Input or output is no terminal.
    #[error("standard input and output must be a terminal")]
    NotATerminal,
    /// The terminal cannot place its cursor.
    #[error("this terminal cannot show a full screen (TERM=dumb)")]
    Dumb,
}

/// Where a panic happened. Its message is left out: it may hold a customer's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanicPlace {
    /// Source file of the program.
    pub file: String,
    /// Line in it.
    pub line: u32,
}

impl fmt::Display for PanicPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The terminal is ours.
static ACTIVE: AtomicBool = AtomicBool::new(false);
/// Kitty's keyboard flags were pushed.
static KEYBOARD: AtomicBool = AtomicBool::new(false);
/// Mouse reports were asked for.
static MOUSE: AtomicBool = AtomicBool::new(false);
/// The terminal was told to leave letters in the order in which they are written.
static ORDERED: AtomicBool = AtomicBool::new(false);
/// Answers of the terminal may be under way.
static ASKED: AtomicBool = AtomicBool::new(false);
/// How the terminal was before.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);
/// Whose panic ends the program.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);
static HOOK: Once = Once::new();

/// Keeps the terminal in our modes while it lives.
#[derive(Debug)]
pub struct Guard {
    asks: bool,
    /// The mouse is to be ours.
    mouse: bool,
    /// Letters are written in the order in which they are seen.
    orders: bool,
}

impl Guard {
    /// Takes the terminal over. `term` is the value of `TERM`.
    ///
    /// A panic of the calling thread gives the terminal back first and then calls `report`; other
    /// threads' panics only call it, so it must not write to the screen while that is ours (its second
    /// argument).
    ///
    /// # Errors
    /// When there is no terminal (the source is a [`NoTerminal`]) or it refuses raw mode.
    pub fn enter(term: Option<&str>, report: impl Fn(&PanicPlace, bool) + Send + Sync + 'static) -> io::Result<Self> {
        let (input, output) = (rustix::stdio::stdin(), rustix::stdio::stdout());
        if !isatty(input) || !isatty(output) {
            return Err(io::Error::new(io::ErrorKind::Unsupported, NoTerminal::NotATerminal));
        }
        if term == Some("dumb") {
            return Err(io::Error::new(io::ErrorKind::Unsupported, NoTerminal::Dumb));
        }
        *OWNER.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread::current().id());
        HOOK.call_once(|| {
            panic::set_hook(Box::new(move |info| {
                let owner = *OWNER.lock().unwrap_or_else(PoisonError::into_inner);
                if owner.is_none_or(|owner| owner == thread::current().id()) {
                    restore();
                }
                let place = info.location().map_or_else(
                    || PanicPlace { file: String::new(), line: 0 },
                    |at| PanicPlace { file: at.file().to_owned(), line: at.line() },
                );
                report(&place, ACTIVE.load(Ordering::SeqCst));
            }));
        });
        // Terminals that are known to print what they do not know are not asked.
        let asks = !matches!(term, None | Some("linux" | "vt100" | "vt102" | "vt220" | "screen" | "ansi" | "cons25"));
        let guard = Self { asks, mouse: false, orders: false };
        guard.take_over()?;
        Ok(guard)
    }

    fn take_over(&self) -> io::Result<()> {
        let input = rustix::stdio::stdin();
        let before = tcgetattr(input)?;
        let mut raw = before.clone();
        raw.make_raw();
        BEFORE.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(before);
        ACTIVE.store(true, Ordering::SeqCst);
        let mut bytes = Vec::with_capacity(128);
        queue!(bytes, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, Hide)?;
        if self.asks {
            bytes.extend(QUESTIONS);
            if size().is_some_and(|(columns, rows)| columns > 4 && rows >= ROWS_FOR_TRIALS) {
                bytes.extend(TRIALS);
            }
            ASKED.store(true, Ordering::SeqCst);
        }
        if self.mouse {
            bytes.extend(mouse::ON);
            MOUSE.store(true, Ordering::SeqCst);
        }
        if self.orders {
            bytes.extend(EXPLICIT_ORDER);
            ORDERED.store(true, Ordering::SeqCst);
        }
        let taken = tcsetattr(input, OptionalActions::Now, &raw)
            .map_err(io::Error::from)
            .and_then(|()| write_all(rustix::stdio::stdout(), &bytes));
        if taken.is_err() {
            restore();
        }
        taken
    }

    /// The terminal answered that it has the kitty keyboard protocol: it is switched on.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn use_keyboard_protocol(&self) -> io::Result<()> {
        if !ACTIVE.load(Ordering::SeqCst) || KEYBOARD.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        queue!(bytes, PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES))?;
        write_all(rustix::stdio::stdout(), &bytes)
    }

    /// Takes the mouse, or gives it back: while it is ours, the terminal selects text only with shift held.
    /// Costs nothing when that is so already, and is not done where a terminal may not know the reports.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn use_mouse(&mut self, wanted: bool) -> io::Result<()> {
        let wanted = wanted && self.asks;
        if self.mouse == wanted {
            return Ok(());
        }
        self.mouse = wanted;
        if !ACTIVE.load(Ordering::SeqCst) || MOUSE.swap(wanted, Ordering::SeqCst) == wanted {
            return Ok(());
        }
        write_all(rustix::stdio::stdout(), if wanted { mouse::ON } else { mouse::OFF })
    }

    /// Letters are written in the order in which they are seen: a terminal that puts right-to-left letters in
    /// order by itself leaves them as they are, until it is given back.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn order_letters(&mut self) -> io::Result<()> {
        self.orders = self.asks;
        if !self.orders || !ACTIVE.load(Ordering::SeqCst) || ORDERED.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        write_all(rustix::stdio::stdout(), EXPLICIT_ORDER)
    }

    /// Gives the terminal back for a while: to an editor, or to the shell.
    pub fn leave(&self) {
        restore();
    }

    /// Takes it over again after [`Guard::leave`]. The size may have changed, and everything has to be
    /// drawn anew.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn enter_again(&self) -> io::Result<()> {
        self.take_over()
    }

    /// Stops the program as `ctrl-z` does, and returns when it is continued: with the terminal ours
    /// again, everything to be drawn anew, and the size to be asked for. Returns false, and does
    /// nothing, where no shell could continue it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn suspend(&self) -> io::Result<bool> {
        // A shell with job control puts a job in a process group of its own; the group of the session's
        // leader has nobody who would continue it.
        if getsid(None)? == getpgrp() {
            return Ok(false);
        }
        self.leave();
        // The whole group, so that a wrapper (`cargo run`, a script) stops with us.
        let stopped = kill_current_process_group(Signal::STOP);
        self.enter_again()?;
        stopped?;
        Ok(true)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Undoes everything; once. Needs no lock that a panicking thread could hold for long, and ignores a
/// terminal that is gone.
fn restore() {
    if !ACTIVE.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = Vec::with_capacity(96);
    if KEYBOARD.swap(false, Ordering::SeqCst) {
        let _ = queue!(bytes, PopKeyboardEnhancementFlags);
    }
    if ORDERED.swap(false, Ordering::SeqCst) {
        bytes.extend(IMPLICIT_ORDER);
    }
    let asked = ASKED.swap(false, Ordering::SeqCst);
    let reports = MOUSE.swap(false, Ordering::SeqCst);
    if reports {
        bytes.extend(mouse::OFF);
    }
    let _ = queue!(
        bytes,
        DisableFocusChange,
        DisableBracketedPaste,
        SetAttribute(Attribute::Reset),
        Show,
        LeaveAlternateScreen
    );
    let _ = write_all(rustix::stdio::stdout(), &bytes);
    let input = rustix::stdio::stdin();
    if asked || reports {
        // An answer or a report that is still in the queue would be typed into the shell.
        let _ = tcflush(input, QueueSelector::IFlush);
    }
    if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = tcsetattr(input, OptionalActions::Now, &before);
    }
}

/// Columns and rows of the terminal; `None` when it does not say.
#[must_use]
pub fn size() -> Option<(u16, u16)> {
    let size = tcgetwinsize(rustix::stdio::stdout()).ok()?;
    Some((size.ws_col, size.ws_row))
}

/// Writes to the terminal between two frames.
///
/// # Errors
/// When the terminal is gone.
pub fn write(bytes: &[u8]) -> io::Result<()> {
    write_all(rustix::stdio::stdout(), bytes)
}

/// Writes everything, past the standard library's buffer and lock.
pub(super) fn write_all(to: BorrowedFd<'_>, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(to, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            // Somebody made the terminal non-blocking: wait until it takes more.
            Err(Errno::AGAIN) => {
                let to = to.as_fd();
                let mut fds = [PollFd::new(&to, PollFlags::OUT)];
                match poll(&mut fds, None) {
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
                if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::os::fd::AsFd as _;

    use super::*;

    #[test]
    fn giving_back_what_was_never_taken_does_nothing() {
        restore();
        assert!(!ACTIVE.load(Ordering::SeqCst));
    }

    #[test]
    fn a_pipe_is_refused_as_a_terminal_and_named() {
        // Tests have no terminal on standard input or output in CI; where they do, this is not asked.
        if isatty(rustix::stdio::stdin()) && isatty(rustix::stdio::stdout()) {
            return;
        }
        let error = Guard::enter(Some("xterm"), |_, _| {}).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::Unsupported);
        assert!(error.get_ref().and_then(|source| source.downcast_ref()) == Some(&NoTerminal::NotATerminal));
    }

    #[test]
    fn writing_to_a_closed_end_is_an_error_and_no_hang() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        assert!(write_all(writer.as_fd(), b"x").is_err());
    }
}
