//! The command line: one file a group of commands, no logic of its own.
//!
//! Owns the grammar of arguments and how results are printed. What a command does is done by the
//! same engine as on the screen. Enter at [`Cli`] and [`run`].

mod account;
mod demo;
mod draft;
mod json;
mod outbox;
mod print;
mod read;
mod serve;
mod session;
mod sync;
mod write;

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::error::{Exit, Failure};
pub use session::Session;

/// A full-screen terminal inbox for support agents, with a small helpdesk of its own.
#[derive(Debug, Parser)]
#[command(name = "deskhand", version, about, max_term_width = 100)]
pub struct Cli {
    /// Use this workspace of config.toml instead of the first
    #[arg(long, global = true, value_name = "NAME")]
    workspace: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the inbox on a built-in demo helpdesk: no account, no network
    Demo(demo::DemoArgs),
    /// Run the built-in helpdesk alone
    Serve(serve::ServeArgs),
    /// Sign in to a helpdesk, see who you are, sign out
    #[command(subcommand)]
    Auth(account::AuthCommand),
    /// Pull changes and send the outbox, without a screen
    Sync(sync::SyncArgs),
    /// List conversations
    List(read::ListArgs),
    /// Show one conversation with its thread
    Show(read::ShowArgs),
    /// Count conversations
    Count(read::CountArgs),
    /// Reply to the customer
    Reply(write::MessageArgs),
    /// Leave a note for teammates
    Note(write::MessageArgs),
    /// Close a conversation
    Close(write::TargetArgs),
    /// Open a closed or snoozed conversation again
    #[command(visible_alias = "open")]
    Reopen(write::TargetArgs),
    /// Hide a conversation until a time
    Snooze(write::SnoozeArgs),
    /// Give a conversation to a teammate, a team or nobody
    Assign(write::AssignArgs),
    /// Put tags on (+a) and take tags off (-b)
    Tag(write::TagArgs),
    /// Set the priority: none, low, medium, high, urgent
    Priority(write::PriorityArgs),
    /// Merge a conversation into another
    Merge(write::MergeArgs),
    /// Say that you are away, or back
    Away(account::AwayArgs),
    /// What waits to be sent, and what needs you
    #[command(subcommand)]
    Outbox(outbox::OutboxCommand),
    /// What was begun and not sent
    #[command(subcommand)]
    Draft(draft::DraftCommand),
    /// Check config.toml, or show where files are kept
    #[command(subcommand)]
    Config(account::ConfigCommand),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// How a reading command prints.
#[derive(Clone, Copy, Debug, Default, Args)]
struct Format {
    /// Print one JSON document
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Print one JSON document a line
    #[arg(long)]
    jsonl: bool,
    /// Read the cache as it is: ask the helpdesk nothing
    #[arg(long)]
    offline: bool,
}

/// How a writing command writes.
#[derive(Clone, Copy, Debug, Default, Args)]
struct Writing {
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Return as soon as it is in the outbox; the next sync or screen sends it
    #[arg(long)]
    queue: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

/// Runs what the arguments ask for.
///
/// # Errors
/// With what went wrong in words, and the class that is the exit code.
pub fn run(cli: Cli) -> Result<u8, Failure> {
    let Cli { workspace, command } = cli;
    let name = workspace.as_deref();
    let open = || Session::open(name);
    let done = match command {
        None => return crate::runtime::inbox(&open()?),
        Some(Command::Demo(args)) => return demo::run(&args),
        Some(Command::Serve(args)) => serve::run(&args),
        Some(Command::Auth(command)) => account::auth(command, workspace.as_deref()),
        Some(Command::Sync(args)) => return sync::run(&open()?, &args),
        Some(Command::List(args)) => reading(name, args.offline(), |session| read::list(session, &args)),
        Some(Command::Show(args)) => reading(name, args.offline(), |session| read::show(session, &args)),
        Some(Command::Count(args)) => reading(name, args.offline(), |session| read::count(session, &args)),
        Some(Command::Reply(args)) => write::message(&open()?, &args, crate::domain::Mode::Reply),
        Some(Command::Note(args)) => write::message(&open()?, &args, crate::domain::Mode::Note),
        Some(Command::Close(args)) => write::simple(&open()?, &args, &crate::domain::Act::Close),
        Some(Command::Reopen(args)) => write::simple(&open()?, &args, &crate::domain::Act::Reopen),
        Some(Command::Snooze(args)) => write::snooze(&open()?, &args),
        Some(Command::Assign(args)) => write::assign(&open()?, &args),
        Some(Command::Tag(args)) => write::tag(&open()?, &args),
        Some(Command::Priority(args)) => write::priority(&open()?, &args),
        Some(Command::Merge(args)) => write::merge(&open()?, &args),
        Some(Command::Away(args)) => account::away(&open()?, &args),
        Some(Command::Outbox(command)) if command.only_reads() => {
            reading(name, false, |session| outbox::run(session, &command))
        }
        Some(Command::Outbox(command)) => outbox::run(&open()?, &command),
        Some(Command::Draft(command)) if command.only_reads() => {
            reading(name, false, |session| draft::run(session, &command))
        }
        Some(Command::Draft(command)) => draft::run(&open()?, &command),
        Some(Command::Config(command)) => account::config(&command),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "deskhand", &mut script);
            print::bytes(&script)
        }
    };
    done.map(|()| 0)
}

/// Runs what only reads. Damage that shows up on the way is repaired by opening the files anew, and then
/// it is run once more.
fn reading(
    workspace: Option<&str>,
    offline: bool,
    work: impl Fn(&Session) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let once = || work(&Session::open_for(workspace, offline)?);
    match once() {
        Err(failure) if matches!(failure.key, "disk-damaged" | "disk-other") => once(),
        done => done,
    }
}

/// Starts the log when `DESKHAND_LOG` asks for one (`info`, `deskhand::sync=debug` …): into
/// `deskhand.log` of the data directory, never onto the screen. Neither messages nor tokens are in it.
pub fn start_log() {
    let Some(filter) = session::variable("DESKHAND_LOG") else { return };
    let Ok(paths) = crate::config::Paths::from_env(session::variable) else { return };
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = crate::config::private_dir(&paths.data).and_then(|()| options.open(paths.data.join("deskhand.log")));
    match opened {
        Ok(file) => {
            let filter = tracing_subscriber::EnvFilter::try_new(filter)
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
            tracing_subscriber::fmt()
                .with_env_filter(filter)
                .with_ansi(false)
                .with_writer(std::sync::Mutex::new(file))
                .init();
        }
        Err(error) => print::aside(&error.to_string()),
    }
}

/// The text of `--body`, or of `--file` (`-` is standard input).
fn text_of(body: Option<&str>, file: Option<&PathBuf>) -> Result<String, Failure> {
    use std::io::Read as _;
    const LONGEST: u64 = 1 << 20;
    let read = match (body, file) {
        (Some(body), _) => return Ok(crate::text::clean_entry(body)),
        (None, Some(file)) if file.as_os_str() == "-" => {
            let mut bytes = Vec::new();
            std::io::stdin().take(LONGEST + 1).read_to_end(&mut bytes).map(|_| bytes)
        }
        (None, Some(file)) => std::fs::File::open(file).and_then(|opened| {
            let mut bytes = Vec::new();
            opened.take(LONGEST + 1).read_to_end(&mut bytes).map(|_| bytes)
        }),
        (None, None) => {
            return Err(Failure::new(Exit::Usage, "cli-no-text"));
        }
    };
    let bytes = read.map_err(|error| Failure::new(Exit::Usage, "cli-text-unreadable").why(error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::new(Exit::Usage, "cli-text-too-long"));
    }
    let text = String::from_utf8(bytes).map_err(|_| Failure::new(Exit::Usage, "cli-text-not-utf8"))?;
    Ok(crate::text::clean_entry(&text))
}
