//! Files of messages, fetched aside on the agent's word: looked at in memory, saved as a new file, or handed over.
//!
//! Owns the one fetch that may run, and that nothing of it stays when it is stopped. What a file is, is told by
//! its bytes alone.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::screen::{TheScreen, Wake};
use crate::api::{Class, DownloadError};
use crate::app::Msg;
use crate::app::file::{FetchFile, FetchInto, FileNews, FileSource, FileTold};
use crate::app::picture::Pixels;
use crate::cli::api_failure;
use crate::domain::file::{FileClass, FileKind, sniff};
use crate::host::{self, Ended, NewFile, Pipe, Program};
use crate::sync::Engine;
use crate::text::{Clean, Untrusted, clean_lines, html};
use crate::words::Words;

/// How long the end of the program waits for half a file to go.
const PATIENCE: Duration = Duration::from_millis(500);
/// So much of a text is shown.
const SHOWN: usize = 2 << 20;
/// So much markup is read as a page; more is shown as it is written.
const READ_AS_PAGE: usize = 512 << 10;
/// So many bytes tell what a file is.
const HEAD: usize = 64 << 10;
/// A command may take so long.
const COMMAND_TAKES: Duration = Duration::from_secs(60);
/// Progress is told once in so many bytes.
const TOLD_EVERY: u64 = 128 << 10;

/// The fetch that runs, and those that were stopped and take their half files away.
#[derive(Default)]
pub(super) struct Fetching {
    stop: Option<oneshot::Sender<()>>,
    /// Each is closed when its fetch has ended.
    ending: Vec<Receiver<()>>,
}

impl Fetching {
    /// Stops the fetch that runs, and waits for nothing.
    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Fails only when it has ended by itself.
            let _ = stop.send(());
        }
        self.ending.retain(|ended| ended.try_recv() == Err(TryRecvError::Empty));
    }

    /// Stops it at the end of the program, which waits for half files to go, but not on a disk that hangs.
    pub(super) fn finish(mut self) {
        self.stop();
        for ended in self.ending {
            if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }
}

impl TheScreen {
    /// Fetches a file; one at a time, the newest.
    pub(super) fn fetch_file(&mut self, wanted: FetchFile) {
        self.fetching.stop();
        let session = &self.sitting.session;
        let (runtime, engine) = (Arc::clone(&session.runtime), session.engine.clone());
        let (words, wake) = (session.words.clone(), self.wake.clone());
        let (stop, stopped) = oneshot::channel();
        let (done, ended) = channel::<()>();
        // Only a file on disk is waited for: a picture that is being decoded leaves nothing behind.
        let done = matches!(wanted.into, FetchInto::Save(_)).then_some(done);
        // Not on the network's threads: a disk may be slow, and a picture takes its time.
        std::thread::spawn(move || {
            let id = wanted.id;
            let tell = Tell { id, wake };
            let told = fetch(&runtime, &engine, wanted, &tell, stopped, &words);
            if let Some(told) = told {
                tell.say(told);
            }
            drop(done);
        });
        self.fetching.stop = Some(stop);
        self.fetching.ending.push(ended);
    }

    /// Stops the fetch that runs.
    pub(super) fn stop_fetch(&mut self) {
        self.fetching.stop();
    }
}

/// The way back to the screen.
struct Tell {
    id: u64,
    wake: Sender<Wake>,
}

impl Tell {
    fn say(&self, told: FileTold) {
        let news = FileNews { id: self.id, told };
        // Fails only after the loop has ended.
        let _ = self.wake.send(Wake::Told(Box::new(Msg::File(Box::new(news)))));
    }
}

/// Where the bytes go.
enum Sink {
    Memory(Vec<u8>),
    Disk(NewFile),
}

/// What has come so far.
struct Taken {
    sink: Sink,
    head: Vec<u8>,
    done: u64,
    told: u64,
}

impl Taken {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..room).unwrap_or_default());
        self.done += bytes.len() as u64;
        match &mut self.sink {
            Sink::Memory(memory) => {
                memory.extend_from_slice(bytes);
                Ok(())
            }
            Sink::Disk(file) => file.write(bytes),
        }
    }
}

/// Fetches and makes ready; nothing where it was stopped.
fn fetch(
    runtime: &Runtime,
    engine: &Engine,
    wanted: FetchFile,
    tell: &Tell,
    mut stopped: oneshot::Receiver<()>,
    words: &Words,
) -> Option<FileTold> {
    let FetchFile { source, into, most, .. } = wanted;
    let sink = match &into {
        FetchInto::Look | FetchInto::Command(_) => Sink::Memory(Vec::new()),
        // Its place is made first: what cannot be saved is not fetched.
        FetchInto::Save(path) => match NewFile::create_beside(&PathBuf::from(path)) {
            Ok(file) => Sink::Disk(file),
            Err(error) => return Some(no_place(&error, path)),
        },
    };
    let mut taken = Taken { sink, head: Vec::new(), done: 0, told: 0 };
    let outcome = runtime.block_on(async {
        tokio::select! {
            biased;
            _ = &mut stopped => None,
            outcome = bring(engine, &source, most, &mut taken, tell) => Some(outcome),
        }
    })?;
    if let Err(error) = outcome {
        return Some(failed(&error, words));
    }
    let Taken { sink, head, done, .. } = taken;
    if let (Sink::Memory(bytes), FetchInto::Command(line)) = (&sink, &into) {
        return runtime.block_on(hand_over(line, bytes.clone(), stopped));
    }
    Some(match (sink, into) {
        (Sink::Disk(file), _) => match file.keep() {
            Ok(path) => FileTold::Saved(Untrusted::new(path.to_string_lossy()), done, sniff(&head)),
            Err(error) => unwritable(&error),
        },
        (Sink::Memory(bytes), _) => shown(&bytes),
    })
}

/// Hands the bytes to a command of the agent's; nothing where it was stopped.
async fn hand_over(line: &str, bytes: Vec<u8>, stopped: oneshot::Receiver<()>) -> Option<FileTold> {
    let (then, ended) = oneshot::channel();
    let program = Program::Shell(line.to_owned());
    let then = move |ended| drop(then.send(ended));
    // Dropped, it is called off.
    let _pipe = Pipe::start(&program, bytes, &[], COMMAND_TAKES, then);
    let ended = tokio::select! {
        biased;
        _ = stopped => return None,
        ended = ended => ended.unwrap_or(Ended::Stopped),
    };
    let failed = |why: String| FileTold::Failed("file-command-failed", Untrusted::new(why));
    Some(match ended {
        Ended::Answer { text, is_cut } => FileTold::Answer(clean_lines(&text), is_cut),
        Ended::Failed { code, complaint } => {
            let code = code.map_or_else(|| "-".to_owned(), |code| code.to_string());
            failed(format!("{code}: {}", complaint.lines().next().unwrap_or_default()))
        }
        Ended::NotStarted(why) => failed(why),
        Ended::TimedOut => FileTold::Failed("file-command-late", Untrusted::default()),
        Ended::Stopped => return None,
    })
}

/// Brings the bytes. An address holds for a while only: where it is refused, the thread is read again for the
/// one that holds now.
async fn bring(
    engine: &Engine,
    source: &FileSource,
    most: u64,
    taken: &mut Taken,
    tell: &Tell,
) -> Result<u64, DownloadError> {
    let first = download(engine, source.url.as_raw(), most, taken, tell).await;
    let refused = match &first {
        // A helpdesk that has moved: what was its own address is a stranger's now.
        Err(DownloadError::Address) => true,
        Err(DownloadError::Api(error)) => {
            matches!(error.class(), Class::NotFound { .. } | Class::NotAllowed | Class::NotSignedIn | Class::Refused)
        }
        _ => false,
    };
    if !refused || taken.done > 0 {
        return first;
    }
    if engine.fetch_thread(&source.conversation).await.is_err() {
        return first;
    }
    let thread = engine.load_thread(&source.conversation).ok().flatten();
    let part = thread.iter().flat_map(|thread| thread.parts.iter()).find(|part| part.id == source.part);
    let now = part.and_then(|part| part.attachments.get(source.index));
    match now.filter(|now| now.name == source.name && now.url != source.url) {
        Some(now) => download(engine, now.url.as_raw(), most, taken, tell).await,
        None => first,
    }
}

async fn download(engine: &Engine, url: &str, most: u64, taken: &mut Taken, tell: &Tell) -> Result<u64, DownloadError> {
    let mut piece = |bytes: &[u8], of: Option<u64>| {
        taken.take(bytes)?;
        if taken.told == 0 || taken.done - taken.told >= TOLD_EVERY {
            taken.told = taken.done;
            tell.say(FileTold::Progress(taken.done, of));
        }
        Ok(())
    };
    engine.client().download(url, most, &mut piece).await
}

/// Why there is no place for a file at this path.
fn no_place(error: &io::Error, path: &str) -> FileTold {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            let folder = path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or(path);
            FileTold::Failed("file-no-folder", Untrusted::new(folder))
        }
        _ => unwritable(error),
    }
}

fn unwritable(error: &io::Error) -> FileTold {
    let key = if host::is_full(error) { "file-disk-full" } else { "file-unwritable" };
    FileTold::Failed(key, Untrusted::new(error.to_string()))
}

fn failed(error: &DownloadError, words: &Words) -> FileTold {
    let (key, why) = match error {
        DownloadError::Api(error) => match error.class() {
            Class::NotFound { .. } => ("file-gone", String::new()),
            _ => ("file-failed", api_failure(error).say_what(words).into_string()),
        },
        DownloadError::Address => ("file-address", String::new()),
        DownloadError::TooLarge(_) => ("file-grew", String::new()),
        DownloadError::Short(came, announced) => ("file-short", format!("{came} / {announced}")),
        DownloadError::Write(error) => return unwritable(error),
    };
    FileTold::Failed(key, Untrusted::new(why))
}

/// What can be looked at of a file's bytes.
fn shown(bytes: &[u8]) -> FileTold {
    let kind = sniff(bytes);
    match kind.class {
        _ if bytes.is_empty() => FileTold::Failed("file-empty", Untrusted::default()),
        FileClass::Image => match host::decode_picture(bytes) {
            Ok(picture) => {
                let host::Decoded { width, height, rgb, original } = picture;
                FileTold::Picture(Arc::new(Pixels { width, height, rgb, original }), kind)
            }
            Err(fault) => FileTold::Failed("file-bad-picture", Untrusted::new(fault.to_string())),
        },
        // A script is a program, and text.
        _ if kind.is_text() || kind.format == "script" => {
            let (text, is_cut) = words_of(bytes, kind);
            FileTold::Text(text, is_cut, kind)
        }
        _ => FileTold::Unshowable(kind),
    }
}

/// The text of a file, and whether its end was left out.
fn words_of(bytes: &[u8], kind: FileKind) -> (Clean, bool) {
    if kind.format == "HTML" && bytes.len() <= READ_AS_PAGE {
        return (clean_lines(&html::to_plain(&String::from_utf8_lossy(bytes))), false);
    }
    let head = bytes.get(..SHOWN).unwrap_or(bytes);
    let text = match head {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => match std::str::from_utf8(head) {
            Ok(text) => text.to_owned(),
            // The cut may have gone through a letter.
            Err(error) if error.error_len().is_none() => String::from_utf8_lossy(head).into_owned(),
            // Each byte is a letter, as in old Western text.
            Err(_) => head.iter().map(|byte| char::from(*byte)).collect(),
        },
    };
    (clean_lines(&text), bytes.len() > head.len())
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_whatever_it_was_written_in() {
        for (bytes, text) in [
            ("Grüße\n1\t2".as_bytes(), "Grüße\n1 2"),
            (b"Gr\xfc\xdfe und mehr", "Grüße und mehr"),
            (b"\xff\xfeH\0i\0", "Hi"),
            (b"\xfe\xff\0H\0i", "Hi"),
            (b"#!/bin/sh\necho x", "#!/bin/sh\necho x"),
        ] {
            let FileTold::Text(shown, false, _) = shown(bytes) else { panic!("{bytes:?}") };
            let shown: Vec<&str> = shown.split_whitespace().collect();
            assert_eq!(shown, text.split_whitespace().collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_byte_of_a_text_is_a_sequence() {
        let FileTold::Text(text, ..) = shown(b"log: \x1b]52;c;x\x07 \x1b[2J and more words\n") else { panic!() };
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }

    #[test]
    fn what_cannot_be_shown_says_what_it_is() {
        assert!(matches!(shown(b"%PDF-1.7\n"), FileTold::Unshowable(kind) if kind.format == "PDF"));
        assert!(matches!(shown(b"MZ\x90\0\x03\0\0\0"), FileTold::Unshowable(_)));
        assert!(matches!(shown(b""), FileTold::Failed("file-empty", _)));
        assert!(matches!(shown(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), FileTold::Failed("file-bad-picture", _)));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let FileTold::Failed(key, why) = no_place(&io::ErrorKind::NotFound.into(), "~/none/a.txt") else { panic!() };
        assert_eq!((key, why.as_raw()), ("file-no-folder", "~/none/"));
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let long = "a line of text\n".repeat(200_000);
        let FileTold::Text(text, is_cut, _) = shown(long.as_bytes()) else { panic!() };
        assert!(is_cut && text.len() <= SHOWN);
    }
}
