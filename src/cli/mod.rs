//! The command line: one file a group of commands, no logic of its own.
//!
//! Owns the grammar of arguments and how results are printed. What a command does is done by the
//! same engine as on the screen. Enter at [`Cli`] and [`run`].

mod account;
mod attachment;
mod demo;
mod doctor;
mod draft;
mod examples;
mod json;
mod keys;
mod layout;
mod log;
mod man;
mod new;
mod outbox;
mod print;
mod read;
mod report;
mod search;
mod serve;
mod session;
mod sync;
mod themes;
mod workspace;
mod write;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::error::{Exit, Failure};
use crate::words::Words;
pub use log::start_log;
pub use print::aside as complain;
pub(crate) use session::network;
pub use session::{Session, api_failure};

/// A full-screen terminal inbox for support agents, with a small helpdesk of its own.
#[derive(Debug, Parser)]
#[command(name = "deskhand", version, about, max_term_width = 100)]
pub struct Cli {
    /// Use this workspace of config.toml instead of the default
    #[arg(long, global = true, value_name = "NAME", display_order = 900)]
    workspace: Option<String>,
    /// Open the inbox with this conversation: its number, or its web address
    #[arg(long, value_name = "ID")]
    at: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the inbox on a built-in demo helpdesk: no account, no network
    Demo(demo::DemoArgs),
    /// Run the built-in helpdesk alone
    Serve(serve::ServeArgs),
    /// Which helpdesks are configured, and which is the default
    #[command(subcommand)]
    Workspace(workspace::WorkspaceCommand),
    /// Sign in to a helpdesk, see who you are, sign out
    #[command(subcommand)]
    Auth(account::AuthCommand),
    /// Pull changes and send the outbox, without a screen
    Sync(sync::SyncArgs),
    /// List conversations
    List(read::ListArgs),
    /// Show one conversation with its thread
    Show(read::ShowArgs),
    /// Search words, with the whole query language; newest first
    Search(search::SearchArgs),
    /// List and save the files of a conversation
    #[command(subcommand)]
    Attachment(attachment::AttachmentCommand),
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
    /// Begin a conversation: write to a contact by e-mail or in the messenger
    #[command(
        after_help = "Examples:\n  deskhand new --to chloe@example.fr --subject \"Your order\" --body \"It left today.\"\n  \
                            deskhand new --to \"Chloé Dubois\" --channel chat --file -"
    )]
    New(new::NewArgs),
    /// Reports in words: the hand-over of a shift
    #[command(subcommand)]
    Report(report::ReportCommand),
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
    /// Check everything here: files, account, connection, outbox, terminal
    Doctor(doctor::DoctorArgs),
    /// Show the whole keymap, by place
    Keys(keys::KeysArgs),
    /// Show the themes, and how well they can be read
    Themes(themes::ThemesArgs),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one page for each command
    Man(man::ManArgs),
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

/// The grammar of the command line, with its examples.
fn grammar() -> clap::Command {
    examples::with_examples(Cli::command())
}

/// Reads this process's arguments.
///
/// # Errors
/// With what to print: help that was asked for, or what was not understood.
pub fn parse() -> Result<Cli, clap::Error> {
    Cli::from_arg_matches(&grammar().try_get_matches()?)
}

/// Runs what the arguments ask for.
///
/// # Errors
/// With what went wrong in words, and the class that is the exit code.
pub fn run(cli: Cli) -> Result<u8, Failure> {
    let Cli { workspace, at, command } = cli;
    if at.is_some() && command.is_some() {
        return Err(Failure::new(Exit::Usage, "cli-at-alone"));
    }
    let name = workspace.as_deref();
    let open = || Session::open(name);
    let done = match command {
        None => {
            if let Some(code) = first_questions(name)? {
                return Ok(code);
            }
            let session = open()?;
            let place = match &at {
                Some(typed) => Some(session.place_of(typed)?),
                None => None,
            };
            return crate::runtime::inbox(session, place.as_ref());
        }
        Some(Command::Demo(args)) => return demo::run(&args),
        Some(Command::Serve(args)) => serve::run(&args),
        Some(Command::Workspace(command)) => workspace::run(command),
        Some(Command::Auth(command)) => account::auth(command, workspace.as_deref()),
        Some(Command::Sync(args)) => {
            let session = match name {
                Some(name) if args.by_kept_token() => {
                    Session::open_kept(name, std::sync::Arc::new(session::network()?))?
                }
                _ => open()?,
            };
            return sync::run(&session, &args);
        }
        Some(Command::List(args)) => reading(name, args.offline(), |session| read::list(session, &args)),
        Some(Command::Show(args)) => reading(name, args.offline(), |session| read::show(session, &args)),
        Some(Command::Search(args)) => reading(name, args.offline(), |session| search::run(session, &args)),
        Some(Command::Attachment(command)) => {
            reading(name, command.offline(), |session| attachment::run(session, &command))
        }
        Some(Command::Count(args)) => reading(name, args.offline(), |session| read::count(session, &args)),
        Some(Command::Reply(args)) => write::message(&open()?, &args, crate::domain::Mode::Reply),
        Some(Command::New(args)) => new::run(&open()?, &args),
        Some(Command::Report(command)) => report::run(&open()?, &command),
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
        Some(Command::Doctor(args)) => doctor::run(name, &args),
        Some(Command::Keys(args)) => keys::run(&args),
        Some(Command::Themes(args)) => themes::run(&args),
        Some(Command::Completions { shell }) => man::completions(grammar(), shell),
        Some(Command::Man(args)) => man::man(grammar(), &args),
    };
    done.map(|()| 0)
}

/// What is asked on a terminal before there is an inbox: where to begin when no workspace is known, and the
/// agent's time zone. The exit code, when that was all.
fn first_questions(workspace: Option<&str>) -> Result<Option<u8>, Failure> {
    use crate::runtime::welcome::{Answer, Choice, ask_zone, choose};
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if !is_terminal
        || session::variable("DESKHAND_URL").is_some()
        || session::variable("TERM").as_deref() == Some("dumb")
    {
        return Ok(None);
    }
    let (paths, config, _) = session::read_configuration()?;
    let words = Words::english();
    if config.workspaces.is_empty() && workspace.is_none() {
        let command = match choose(&words, &config.theme)? {
            Answer::Given(Choice::Demo) => return demo::run(&demo::DemoArgs::default()).map(Some),
            Answer::Given(Choice::SignIn) => "welcome-command-intercom",
            Answer::Given(Choice::SelfHosted) => "welcome-command-self",
            Answer::Given(Choice::Leave) => return Ok(Some(0)),
            Answer::Ended(code) => return Ok(Some(code)),
        };
        print::lines(&[words.say(command)])?;
        return Ok(Some(0));
    }
    if !config.settings.time_zone_known && config.workspace(workspace).is_some() {
        match ask_zone(&words, &config.theme)? {
            Answer::Given(Some(zone)) => crate::config::set_time_zone(&paths, &zone)
                .map_err(|error| Failure::new(Exit::Failed, "cli-config-unwritable").why(error))?,
            Answer::Given(None) => {}
            Answer::Ended(code) => return Ok(Some(code)),
        }
    }
    Ok(None)
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
