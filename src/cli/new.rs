//! `new`: a conversation that we begin.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::session::{Session, cache_failure, not_kept};
use super::write::{outcome, push, report};
use super::{Writing, print, text_of};
use crate::app::new::is_address;
use crate::domain::{Channel, ContactId, ContactRef, ContactRole, ConversationId, Opening};
use crate::error::{Exit, Failure};
use crate::sync::Hold;
use crate::text::{Untrusted, clean};
use crate::words::Arg;

#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// To whom: a name, an e-mail address, a phone number or an id; of an address that nobody has a lead is made
    #[arg(long, value_name = "CONTACT")]
    to: String,
    /// The subject of an e-mail
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// What to say
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    body: Option<String>,
    /// Read what to say from a file; - is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// By which channel; by default e-mail where an address is known
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<By>,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// By e-mail
    Email,
    /// In the messenger
    Chat,
}

pub(super) fn run(session: &Session, args: &NewArgs) -> Result<(), Failure> {
    let text = text_of(args.body.as_deref(), args.file.as_ref())?;
    if text.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "cli-no-text"));
    }
    session.identify()?;
    let to = recipient(session, &args.to)?;
    let opening = opening(to, args)?;
    if args.writing.dry_run {
        return plan(session, &opening, &text, args.writing);
    }
    let group = session.engine.new_group().ok_or_else(|| Failure::new(Exit::Failed, "cli-stopped"))?;
    let id = ConversationId::placeholder(group.as_str()).ok_or_else(|| Failure::new(Exit::Failed, "cli-stopped"))?;
    session.engine.begin_new(&id, &opening).map_err(|error| not_kept(&error))?;
    // With what is known of the contact here.
    let kept = session.engine.cache().load_opening(&id).map_err(|error| cache_failure(&error))?.unwrap_or(opening);
    let acts = [(id, kept.act(text.trim_end().to_owned()))];
    let committed = session.engine.commit(&group, &acts, &[], None, Hold::Nothing);
    let rows = committed.map_err(|error| not_kept(&error))?;
    if args.writing.queue {
        report(session, &rows, args.writing);
        return Ok(());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let pushed = push(session, &ids);
    // Once sent, the row is on the conversation that it began.
    let rows = session.engine.load_rows(&ids).map_err(|error| cache_failure(&error))?;
    report(session, &rows, args.writing);
    outcome(session, &rows, &pushed?)
}

/// Who is meant: the one contact that fits, or an address that nobody has.
fn recipient(session: &Session, typed: &str) -> Result<ContactRef, Failure> {
    let typed = typed.trim();
    let cache = session.engine.cache();
    if let Some(id) = ContactId::parse(typed)
        && let Some((contact, _)) = cache.load_contact(&id).map_err(|error| cache_failure(&error))?
    {
        return Ok(ContactRef { id: Some(contact.id), name: contact.name, email: contact.email, role: contact.role });
    }
    let mut found = cache.find(typed).map_err(|error| cache_failure(&error))?.contacts;
    if is_address(typed) {
        found.retain(|one| one.email.as_raw().eq_ignore_ascii_case(typed));
        if found.is_empty() {
            let email = Untrusted::new(typed);
            return Ok(ContactRef { id: None, name: Untrusted::default(), email, role: ContactRole::Lead });
        }
    }
    // A whole name before names that only hold it.
    let folded = crate::text::fold(typed);
    if found.len() > 1 {
        let is_whole = |name: &Untrusted| crate::text::fold(&name.clean()) == folded;
        if found.iter().filter(|one| is_whole(&one.name)).count() == 1 {
            found.retain(|one| is_whole(&one.name));
        }
    }
    if let [one] = found.as_slice() {
        let role = cache.load_contact(&one.id).map_err(|error| cache_failure(&error))?;
        let role = role.map_or(ContactRole::User, |(contact, _)| contact.role);
        return Ok(ContactRef { id: Some(one.id.clone()), name: one.name.clone(), email: one.email.clone(), role });
    }
    if found.is_empty() {
        return Err(Failure::new(Exit::NotFound, "cli-no-contact").with("to", clean(typed)));
    }
    let name = |one: &crate::cache::FoundContact| {
        format!("{} {} ({})", one.name.clean(), one.email.clean(), one.id).trim_start().to_owned()
    };
    let all: Vec<String> = found.iter().take(5).map(name).collect();
    Err(Failure::new(Exit::Usage, "cli-many-contacts").with("to", clean(typed)).with("which", all.join("; ")))
}

fn opening(to: ContactRef, args: &NewArgs) -> Result<Opening, Failure> {
    let by = args.channel.unwrap_or(if to.email.is_empty() { By::Chat } else { By::Email });
    let subject = args.subject.as_deref().map(|subject| clean(subject.trim()).to_string()).unwrap_or_default();
    match by {
        By::Email if to.email.is_empty() => Err(Failure::new(Exit::Usage, "cli-new-no-address")),
        By::Email if subject.is_empty() => Err(Failure::new(Exit::Usage, "cli-new-no-subject")),
        By::Chat if to.id.is_none() => Err(Failure::new(Exit::Usage, "cli-new-no-messenger")),
        By::Email => Ok(Opening { to, channel: Channel::Email, subject }),
        By::Chat => Ok(Opening { to, channel: Channel::Chat, subject: String::new() }),
    }
}

fn plan(session: &Session, opening: &Opening, text: &str, writing: Writing) -> Result<(), Failure> {
    if writing.json {
        return print::json(&serde_json::json!({
            "kind": "start",
            "to": {"id": opening.to.id, "name": opening.to.name.as_raw(), "email": opening.to.email.as_raw()},
            "channel": opening.channel.as_str(),
            "subject": opening.subject,
            "body": text,
        }));
    }
    let name = opening.to.shown_name();
    let key = if opening.channel == Channel::Email { "cli-new-plan-email" } else { "cli-new-plan-chat" };
    let subject = clean(&opening.subject);
    let mut lines = vec![session.words.with(key, &[("name", Arg::Text(&name)), ("subject", Arg::Text(&subject))])];
    lines.extend(crate::text::clean_lines(text).each_line());
    print::lines(&lines)
}
