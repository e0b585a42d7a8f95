//! `attachment`: the files of a conversation, listed and saved.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::session::{Session, api_failure, sync_failure};
use super::{Format, print};
use crate::api::DownloadError;
use crate::app::file::kind_words;
use crate::app::times;
use crate::domain::file::{self, LARGEST_KEPT, safe_name, sniff};
use crate::domain::{Attachment, Part};
use crate::error::{Exit, Failure};
use crate::host::{NewFile, is_full};
use crate::text::{Clean, clean, html, pad};
use crate::words::Arg;

/// Progress is told once in so many bytes.
const TOLD_EVERY: u64 = 256 << 10;
/// So many bytes tell what a file is.
const HEAD: usize = 64 << 10;

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
    Ok(thread.parts.to_vec())
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

fn document(session: &Session, number: usize, part: &Part, file: &Attachment) -> Value {
    let (name, media) = (file.name.as_raw(), file.content_type.as_raw());
    let risk = file::risk(name, media, &session.settings.blocked_files);
    json!({
        "number": number,
        "number_on_screen": number_on_screen(part, file),
        "name": file.name.as_raw(),
        "content_type": file.content_type.as_raw(),
        // As it is claimed: only `attachment get` sees the content.
        "kind": file::claimed(name, media).as_str(),
        "warning": risk.map(file::Risk::as_str),
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
        let all: Vec<Value> = numbered.map(|(number, part, file)| document(session, number, part, file)).collect();
        return if format.jsonl { print::jsonl(&all) } else { print::json(&all.into()) };
    }
    let lines: Vec<Clean> = numbered
        .map(|(number, part, file)| {
            let words = &session.words;
            let size = file.size.map(|size| times::size(size, words)).unwrap_or_default();
            let (name, media) = (file.name.as_raw(), file.content_type.as_raw());
            let shown = pad(&file.name.clean().or(&words.say("file-no-name")), 40);
            let from = part.author.name.clean();
            let on_screen = number_on_screen(part, file);
            let on_screen = words.with("cli-attachment-on-screen", &[("number", on_screen.into())]);
            let kind = pad(&kind_words(file::claimed(name, media), words), 20);
            let risk = file::risk(name, media, &session.settings.blocked_files);
            let warning = risk.map(|risk| format!(" ! {}", words.say(risk.word()))).unwrap_or_default();
            clean(&format!("{number:>3} {shown} {size:>9} {kind} {} {on_screen}{warning}", pad(&from, 20)))
        })
        .collect();
    if lines.is_empty() {
        print::aside(&session.words.with("cli-no-attachments", &[("id", Arg::Text(&clean(id)))]));
    }
    print::lines(&lines)
}

fn get(session: &Session, args: &GetArgs) -> Result<(), Failure> {
    let parts = parts(session, &args.id, false)?;
    let (number, part, file) = pick(&parts, args)?;
    let to_stdout = args.output.as_os_str() == "-";
    let name = file.name.as_raw();
    let path = if !to_stdout && args.output.is_dir() {
        args.output.join(safe_name(name, number))
    } else {
        args.output.clone()
    };
    let shown = clean(&path.display().to_string());
    let mut outcome = document(session, number, part, file);
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
    if let Some(size) = file.size.filter(|size| *size > LARGEST_KEPT) {
        // What is told beforehand need not be fetched to be refused.
        let size = times::size(size, &session.words);
        return Err(Failure::new(Exit::Failed, "cli-attachment-large").with("file", file.name.clean()).why(size));
    }
    let unwritable = |error: &io::Error| {
        let key = if is_full(error) { "cli-attachment-full" } else { "cli-attachment-unwritable" };
        Failure::new(Exit::Failed, key).with("file", &shown).why(error)
    };
    let mut head: Vec<u8> = Vec::new();
    let mut look = |bytes: &[u8]| {
        let room = HEAD.saturating_sub(head.len()).min(bytes.len());
        head.extend_from_slice(bytes.get(..room).unwrap_or_default());
    };
    if to_stdout && io::stdout().is_terminal() {
        // Bytes of somebody else's could do anything to it.
        return Err(Failure::new(Exit::Usage, "cli-attachment-terminal"));
    }
    let size = if to_stdout {
        let mut out = io::stdout();
        // What does not arrive is told; a reader that has seen enough is no failure.
        let mut enough = false;
        let mut write = |bytes: &[u8]| {
            look(bytes);
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
        let mut out = NewFile::create(&path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::new(Exit::Usage, "cli-attachment-there").with("file", &shown),
            _ => unwritable(&error),
        })?;
        // Half a file is none: it goes with the value unless it is kept.
        let mut write = |bytes: &[u8]| {
            look(bytes);
            out.write(bytes)
        };
        let size = fetch(session, file, &mut write, &unwritable)?;
        out.keep().map_err(|error| unwritable(&error))?;
        size
    };
    let content = sniff(&head);
    let risk = file::risk_of(name, file.content_type.as_raw(), Some(content), &session.settings.blocked_files);
    if let Some(risk) = risk {
        let (shown, risk) = (file.name.clean(), session.words.say(risk.word()));
        print::aside(
            &session.words.with("cli-attachment-risk", &[("file", Arg::Text(&shown)), ("risk", Arg::Text(&risk))]),
        );
    }
    if to_stdout {
        return Ok(());
    }
    if let (true, Some(fields)) = (args.json, outcome.as_object_mut()) {
        fields.insert("size".into(), size.into());
        fields.insert("kind".into(), content.as_str().into());
        fields.insert("warning".into(), risk.map(file::Risk::as_str).into());
        return print::json(&outcome);
    }
    let size = times::size(size, &session.words);
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
            let of = of.map(|of| format!(" / {}", times::size(of, &session.words))).unwrap_or_default();
            let _ = write!(io::stderr(), "\r{}{of}  ", times::size(done, &session.words));
        }
        Ok(())
    };
    let outcome =
        session.runtime.block_on(session.engine.client().download(file.url.as_raw(), LARGEST_KEPT, &mut piece));
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
        DownloadError::Short(came, announced) => Failure::new(Exit::Unreachable, "cli-attachment-short")
            .with("file", &name)
            .with("came", came)
            .with("announced", announced),
        DownloadError::Write(error) => unwritable(&error),
    })
}
