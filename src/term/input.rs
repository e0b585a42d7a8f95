//! The reader thread: waits for bytes, for a hang-up, and for the wish to stop reading.
//!
//! Owns the reading end of the terminal. It sleeps in `poll` and costs nothing meanwhile; whatever it
//! reads goes to a function of the caller, so broken input never holds up a frame. Enter at
//! [`Reader::spawn`].

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::decode::{Decoder, Input};

/// How long an unfinished sequence may take to go on before it is taken for what it is.
const SEQUENCE_WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 25_000_000 };
/// The same for a paste whose end does not come.
const PASTE_WAIT: Timespec = Timespec { tv_sec: 2, tv_nsec: 0 };
/// Bytes of one read. What arrives in one read decides whether keys are a paste.
const READ: usize = 64 * 1024;

/// What the reader is asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Wish {
    /// Read.
    #[default]
    Read,
    /// Leave the terminal to somebody else (an editor, the shell).
    Rest,
    /// End.
    End,
}

#[derive(Debug, Default)]
struct Desk {
    wish: Mutex<(Wish, Wish)>,
    changed: Condvar,
}

impl Desk {
    /// What is wished, and what is.
    fn lock(&self) -> MutexGuard<'_, (Wish, Wish)> {
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The reader thread. It ends when this is dropped.
#[derive(Debug)]
pub struct Reader {
    desk: Arc<Desk>,
    waker: PipeWriter,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Reads the terminal until it hangs up or `take` returns false.
    ///
    /// # Errors
    /// When no terminal can be opened, or no thread started.
    pub fn spawn(take: impl FnMut(Input) -> bool + Send + 'static) -> io::Result<Self> {
        Self::spawn_on(terminal()?, take)
    }

    fn spawn_on(terminal: File, take: impl FnMut(Input) -> bool + Send + 'static) -> io::Result<Self> {
        let (alarm, waker) = io::pipe()?;
        let desk = Arc::new(Desk::default());
        let thread = std::thread::Builder::new().name("terminal".to_owned()).spawn({
            let desk = Arc::clone(&desk);
            move || {
                Loop { terminal, alarm, desk: &desk, take, decoder: Decoder::default() }.run();
                // Nobody waits for an answer of a thread that is gone.
                let mut wish = desk.lock();
                *wish = (Wish::End, Wish::End);
                desk.changed.notify_all();
            }
        })?;
        Ok(Self { desk, waker, thread: Some(thread) })
    }

    /// Stops reading; returns once the thread has let go of the terminal.
    pub fn rest(&mut self) {
        self.wish(Wish::Rest);
    }

    /// Reads again.
    pub fn resume(&mut self) {
        self.wish(Wish::Read);
    }

    fn wish(&mut self, wish: Wish) {
        let mut state = self.desk.lock();
        if state.0 == Wish::End {
            return;
        }
        state.0 = wish;
        self.desk.changed.notify_all();
        // A pipe without a reader: the thread is gone, and has said so.
        let _ = self.waker.write(&[0]);
        while state.1 != wish && state.1 != Wish::End {
            state = self.desk.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.wish(Wish::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Standard input when it is a terminal, else the controlling one.
fn terminal() -> io::Result<File> {
    let stdin = rustix::stdio::stdin();
    if rustix::termios::isatty(stdin) {
        let fd: OwnedFd = stdin.try_clone_to_owned()?;
        Ok(File::from(fd))
    } else {
        File::open("/dev/tty")
    }
}

struct Loop<'a, T> {
    terminal: File,
    alarm: PipeReader,
    desk: &'a Desk,
    take: T,
    decoder: Decoder,
}

/// What ended a wait.
enum Woken {
    Bytes,
    Alarm,
    Silence,
    Again,
    HangUp,
}

impl<T: FnMut(Input) -> bool> Loop<'_, T> {
    fn run(mut self) {
        let mut bytes = vec![0; READ];
        let mut inputs = Vec::new();
        loop {
            match self.wait() {
                Woken::Bytes => match self.terminal.read(&mut bytes) {
                    Ok(0) => break self.hang_up(),
                    Ok(count) => self.decoder.feed(bytes.get(..count).unwrap_or_default(), &mut inputs),
                    Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
                    // EIO: the terminal is gone, or is another job's.
                    Err(_) => break self.hang_up(),
                },
                Woken::Silence => self.decoder.flush(&mut inputs),
                Woken::Again => {}
                Woken::Alarm => {
                    if !self.obey() {
                        return;
                    }
                }
                Woken::HangUp => break self.hang_up(),
            }
            for input in inputs.drain(..) {
                if !(self.take)(input) {
                    return;
                }
            }
        }
    }

    fn hang_up(&mut self) {
        (self.take)(Input::HungUp);
    }

    fn wait(&self) -> Woken {
        let timeout = match (self.decoder.is_waiting(), self.decoder.is_pasting()) {
            (false, _) => None,
            (true, false) => Some(&SEQUENCE_WAIT),
            (true, true) => Some(&PASTE_WAIT),
        };
        let terminal = self.terminal.as_fd();
        let alarm = self.alarm.as_fd();
        let mut both = [PollFd::new(&terminal, PollFlags::IN), PollFd::new(&alarm, PollFlags::IN)];
        match poll(&mut both, timeout) {
            Ok(0) => return Woken::Silence,
            Ok(_) => {}
            // A signal: a sequence may still go on, so it is no silence.
            Err(Errno::INTR | Errno::AGAIN) => return Woken::Again,
            Err(_) => return Woken::HangUp,
        }
        let [terminal, alarm] = both.map(|fd| fd.revents());
        if alarm.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) {
            Woken::Alarm
        } else if terminal.contains(PollFlags::IN) {
            // What is left of a terminal that hung up is read first; the read says that it is gone.
            Woken::Bytes
        } else {
            Woken::HangUp
        }
    }

    /// Does as is wished; false when the thread is to end.
    fn obey(&mut self) -> bool {
        let mut drop_box = [0; 64];
        let _ = self.alarm.read(&mut drop_box);
        let mut state = self.desk.lock();
        loop {
            state.1 = state.0;
            self.desk.changed.notify_all();
            match state.0 {
                Wish::Read => return true,
                Wish::End => return false,
                Wish::Rest => {
                    // What was half read belongs to a terminal that is now somebody else's.
                    self.decoder = Decoder::default();
                    state = self.desk.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
    use std::time::Duration;

    use super::super::keys::{Code, KeyPress, Mods};
    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    /// A pipe stands for the terminal: both hang up when the other end is closed.
    fn reader() -> (Reader, PipeWriter, Receiver<Input>) {
        let (terminal, typist) = io::pipe().unwrap();
        let (send, receive) = channel();
        let file = File::from(OwnedFd::from(terminal));
        (Reader::spawn_on(file, move |input| send.send(input).is_ok()).unwrap(), typist, receive)
    }

    fn letter(scalar: char) -> Input {
        Input::Key(KeyPress { code: Code::Char(scalar), mods: Mods::default() })
    }

    #[test]
    fn keys_arrive_and_a_lone_escape_does_not_wait_for_another() {
        let (_reader, mut typist, inputs) = reader();
        typist.write_all(b"a\x1b").unwrap();
        assert_eq!(inputs.recv_timeout(SOON).unwrap(), letter('a'));
        let escape = Input::Key(KeyPress { code: Code::Escape, mods: Mods::default() });
        assert_eq!(inputs.recv_timeout(SOON).unwrap(), escape);
    }

    #[test]
    fn a_closed_terminal_is_told_once_and_ends_the_thread() {
        let (mut reader, typist, inputs) = reader();
        drop(typist);
        assert_eq!(inputs.recv_timeout(SOON).unwrap(), Input::HungUp);
        assert_eq!(inputs.recv_timeout(SOON), Err(RecvTimeoutError::Disconnected));
        reader.rest();
        reader.resume();
    }

    #[test]
    fn a_resting_reader_leaves_the_bytes_to_others() {
        let (mut reader, mut typist, inputs) = reader();
        reader.rest();
        typist.write_all(b"x").unwrap();
        assert!(inputs.try_recv().is_err());
        reader.resume();
        assert_eq!(inputs.recv_timeout(SOON).unwrap(), letter('x'));
    }

    #[test]
    fn dropping_the_reader_ends_its_thread() {
        let (reader, _typist, inputs) = reader();
        drop(reader);
        assert_eq!(inputs.recv_timeout(SOON), Err(RecvTimeoutError::Disconnected));
    }
}
