//! `attachment`: the files of a conversation, listed and saved.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::session::{Session, api_failure, sync_failure};
use super::{Format, print};
use crate::api::DownloadError;
use crate::domain::{Attachment, Part};
use crate::error::{Exit, Failure};
use crate::text::{Clean, clean, html, pad};
use crate::words::Arg;

/// The largest file that is fetched.
const LARGEST: u64 = 100 << 20;
/// Progress is told once in so many bytes.
const TOLD_EVERY: u64 = 256 << 10;

#[derive(Debug, Subcommand)]
pub(super) enum AttachmentCommand {
    /// List the files of a conversation, numbered from the first message to the last
    #[command(after_help = "Example:\n  deskhand attachment list 2214 --json")]
    List {
        /// The conversation
        id: String,
        #[command(flatten)]
        format: Format,
    },
    /// Save a file of a conversation
    #[command(after_help = "Examples:\n  deskhand attachment get 2214 1 -o photo.jpg\n  \
                            deskhand attachment get 2214 photo.jpg -o -   # by its name, to standard output\n  \
                            deskhand attachment get 2214 2 -o ~/in  # a directory: the file keeps its name")]
    Get(GetArgs),
}

#[derive(Debug, Args)]
pub(super) struct GetArgs {
    /// The conversation
    id: String,
    /// Number of the file, as `attachment list` shows it (the screen counts within one message), or its name
    #[arg(value_name = "N|NAME")]
    file: String,
    /// Where it goes: a new file, a directory, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Say what would be saved, and save nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

impl AttachmentCommand {
    pub(super) const fn offline(&self) -> bool {
        match self {
            Self::List { format, .. } => format.offline,
            Self::Get(_) => false,
        }
    }
}

pub(super) fn run(session: &Session, command: &AttachmentCommand) -> Result<(), Failure> {
    match command {
        AttachmentCommand::List { id, format } => list(session, id, *format),
        AttachmentCommand::Get(args) => get(session, args),
    }
}

/// The parts of a thread, as it is now unless the helpdesk is not to be asked.
fn parts(session: &Session, typed: &str, offline: bool) -> Result<Vec<Part>, Failure> {
    let id = session.conversation(typed)?;
    // Addresses of files hold for a while only.
    session.freshen_thread(&id, offline)?;
    let thread = session.engine.load_thread(&id).map_err(|error| sync_failure(&error))?;
    let thread = thread.ok_or_else(|| Failure::new(Exit::NotFound, "cli-no-conversation").with("id", &id))?;
    Ok(thread.parts)
}

/// Every file with the part that it came with, in the order of the thread.
fn files(parts: &[Part]) -> impl Iterator<Item = (&Part, &Attachment)> {
    parts.iter().flat_map(|part| part.attachments.iter().map(move |file| (part, file)))
}

/// The number that the screen shows before a file: within its message, behind the links.
fn number_on_screen(part: &Part, file: &Attachment) -> usize {
    let links = part.body.as_ref().map_or(0, |body| html::blocks(body.as_raw()).links.len());
    let before = part.attachments.iter().position(|one| std::ptr::eq(one, file)).unwrap_or(0);
    links + before + 1
}

/// The file that is meant, with its number: by that, else by a name that only one has.
fn pick<'a>(parts: &'a [Part], args: &GetArgs) -> Result<(usize, &'a Part, &'a Attachment), Failure> {
    let all: Vec<_> = files(parts).zip(1..).map(|((part, file), number)| (number, part, file)).collect();
    let not_there = || Failure::new(Exit::NotFound, "cli-no-attachment").with("id", &args.id).with("file", &args.file);
    if let Ok(wanted) = args.file.parse::<usize>()
        && let Some(found) = all.iter().find(|(number, ..)| *number == wanted)
    {
        return Ok(*found);
    }
    let called: Vec<_> = all.into_iter().filter(|(.., file)| file.name.as_raw() == args.file).collect();
    match called.as_slice() {
        [] => Err(not_there()),
        [one] => Ok(*one),
        several => {
            let numbers: Vec<String> = several.iter().map(|(number, ..)| number.to_string()).collect();
            let failure = Failure::new(Exit::Usage, "cli-many-attachments").with("file", &args.file);
            Err(failure.with("numbers", numbers.join(", ")))
        }
    }
}

fn document(number: usize, part: &Part, file: &Attachment) -> Value {
    json!({
        "number": number,
        "number_on_screen": number_on_screen(part, file),
        "name": file.name.as_raw(),
        "content_type": file.content_type.as_raw(),
        "size": file.size,
        "url": file.url.as_raw(),
        "part_id": part.id.as_str(),
        "created_at": part.created_at,
    })
}

fn list(session: &Session, id: &str, format: Format) -> Result<(), Failure> {
    let parts = parts(session, id, format.offline)?;
    let numbered = files(&parts).zip(1..).map(|((part, file), number)| (number, part, file));
    if format.json || format.jsonl {
        let all: Vec<Value> = numbered.map(|(number, part, file)| document(number, part, file)).collect();
        return if format.jsonl { print::jsonl(&all) } else { print::json(&all.into()) };
    }
    let lines: Vec<Clean> = numbered
        .map(|(number, part, file)| {
            let size = file.size.map(shown_size).unwrap_or_default();
            let name = pad(&file.name.clean(), 40);
            let from = part.author.name.clean();
            let on_screen = number_on_screen(part, file);
            let on_screen = session.words.with("cli-attachment-on-screen", &[("number", on_screen.into())]);
            let kind = pad(&file.content_type.clean(), 24);
            clean(&format!("{number:>3} {name} {size:>9} {kind} {} {on_screen}", pad(&from, 20)))
        })
        .collect();
    if lines.is_empty() {
        print::aside(&session.words.with("cli-no-attachments", &[("id", Arg::Text(&clean(id)))]));
    }
    print::lines(&lines)
}

/// `88 kB`, `1.2 MB`.
fn shown_size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

/// A name for a file of ours from somebody else's: no folders, nothing hidden, nothing that a terminal or a
/// shell would take for something else.
fn safe_name(name: &str, number: usize) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let base: String = base.chars().filter(|c| !c.is_control()).collect();
    let kept: String = clean(&base).chars().map(|c| if ":*?\"<>|".contains(c) { '_' } else { c }).collect();
    let kept = kept.trim().trim_start_matches(['.', '-']).trim();
    // File systems take 255 bytes.
    let mut end = kept.len().min(200);
    while !kept.is_char_boundary(end) {
        end -= 1;
    }
    let kept = kept.get(..end).unwrap_or_default();
    if kept.is_empty() { format!("attachment-{number}") } else { kept.to_owned() }
}

/// A new file for us alone: one that is there already is never written over.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn get(session: &Session, args: &GetArgs) -> Result<(), Failure> {
    let parts = parts(session, &args.id, false)?;
    let (number, part, file) = pick(&parts, args)?;
    let to_stdout = args.output.as_os_str() == "-";
    let path = if !to_stdout && args.output.is_dir() {
        args.output.join(safe_name(file.name.as_raw(), number))
    } else {
        args.output.clone()
    };
    let shown = clean(&path.display().to_string());
    let mut outcome = document(number, part, file);
    if let Some(fields) = outcome.as_object_mut() {
        fields.insert("path".into(), if to_stdout { Value::Null } else { shown.as_str().into() });
        fields.insert("dry_run".into(), args.dry_run.into());
    }
    if args.dry_run {
        return if args.json {
            print::json(&outcome)
        } else {
            print::lines(&[session.words.with("cli-would-save", &[("file", Arg::Text(&shown))])])
        };
    }
    let unwritable =
        |error: &io::Error| Failure::new(Exit::Failed, "cli-attachment-unwritable").with("file", &shown).why(error);
    if to_stdout && io::stdout().is_terminal() {
        // Bytes of somebody else's could do anything to it.
        return Err(Failure::new(Exit::Usage, "cli-attachment-terminal"));
    }
    let size = if to_stdout {
        let mut out = io::stdout();
        // What does not arrive is told; a reader that has seen enough is no failure.
        let mut enough = false;
        let mut write = |bytes: &[u8]| {
            let outcome = out.write_all(bytes).and_then(|()| out.flush());
            enough = outcome.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
            outcome
        };
        let done = fetch(session, file, &mut write, &unwritable);
        if enough {
            return Ok(());
        }
        done?
    } else {
        let mut out = create(&path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::new(Exit::Usage, "cli-attachment-there").with("file", &shown),
            _ => unwritable(&error),
        })?;
        let done = fetch(session, file, &mut |bytes| out.write_all(bytes), &unwritable)
            .and_then(|size| out.sync_all().map(|()| size).map_err(|error| unwritable(&error)));
        if done.is_err() {
            // Half a file is none.
            let _ = std::fs::remove_file(&path);
        }
        done?
    };
    if to_stdout {
        return Ok(());
    }
    if let (true, Some(fields)) = (args.json, outcome.as_object_mut()) {
        fields.insert("size".into(), size.into());
        return print::json(&outcome);
    }
    let size = clean(&shown_size(size));
    print::lines(&[session.words.with("cli-saved", &[("file", Arg::Text(&shown)), ("size", Arg::Text(&size))])])
}

/// Fetches a file into `write`, and tells how far it is where somebody watches; its size.
fn fetch(
    session: &Session,
    file: &Attachment,
    write: &mut (dyn FnMut(&[u8]) -> io::Result<()> + Send),
    unwritable: &dyn Fn(&io::Error) -> Failure,
) -> Result<u64, Failure> {
    let watched = io::stderr().is_terminal();
    let (mut done, mut told) = (0_u64, 0_u64);
    let mut piece = |bytes: &[u8], of: Option<u64>| {
        write(bytes)?;
        done += bytes.len() as u64;
        if watched && done - told >= TOLD_EVERY {
            told = done;
            let of = of.map(|of| format!(" / {}", shown_size(of))).unwrap_or_default();
            let _ = write!(io::stderr(), "\r{}{of}  ", shown_size(done));
        }
        Ok(())
    };
    let outcome = session.runtime.block_on(session.engine.client().download(file.url.as_raw(), LARGEST, &mut piece));
    if told > 0 {
        let _ = writeln!(io::stderr());
    }
    let name = file.name.clean();
    outcome.map_err(|error| match error {
        DownloadError::Api(error) => {
            let failure = api_failure(&error);
            if failure.exit == Exit::NotFound {
                return Failure::new(Exit::NotFound, "cli-attachment-gone").with("file", &name);
            }
            failure
        }
        DownloadError::Address => Failure::new(Exit::Failed, "cli-attachment-address").with("file", &name),
        DownloadError::TooLarge(_) => Failure::new(Exit::Failed, "cli-attachment-large").with("file", &name),
        DownloadError::Write(error) => unwritable(&error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_directory() {
        for (name, safe) in [
            ("photo.jpg", "photo.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a.txt", "a.txt"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("a\u{1b}[2Jb.txt", "a[2Jb.txt"),
            ("..", "attachment-3"),
            ("", "attachment-3"),
            ("a:b?.txt", "a_b_.txt"),
        ] {
            assert_eq!(safe_name(name, 3), safe, "{name}");
        }
        assert!(safe_name(&"é".repeat(300), 1).len() <= 200);
    }

    #[test]
    fn sizes_are_told_in_few_digits() {
        assert_eq!(shown_size(12), "12 B");
        assert_eq!(shown_size(88_000), "88 kB");
        assert_eq!(shown_size(1_234_567), "1.2 MB");
    }
}
