//! `new`: a conversation that we begin.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::session::{Session, cache_failure, not_kept};
use super::write::{outcome, push, report};
use super::{Writing, print, text_of};
use crate::app::new::is_address;
use crate::cache::FoundContact;
use crate::domain::{Channel, ContactId, ContactRef, ContactRole, ConversationId, Opening};
use crate::error::{Exit, Failure};
use crate::sync::Hold;
use crate::text::{Untrusted, clean, fold};
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
    let to = match recipient(session, &args.to) {
        // They may have written since this was last brought up to date, or it never was.
        Err(failure) if failure.exit == Exit::NotFound => {
            session.freshen(false)?;
            recipient(session, &args.to)?
        }
        known => known?,
    };
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

/// Who is meant: the one contact that has this id, address, whole name or phone number, or an address that nobody
/// has. A part of a name names nobody: what is sent cannot be taken back.
fn recipient(session: &Session, typed: &str) -> Result<ContactRef, Failure> {
    let typed = typed.trim();
    let cache = session.engine.cache();
    if let Some(id) = ContactId::parse(typed)
        && let Some((contact, _)) = cache.load_contact(&id).map_err(|error| cache_failure(&error))?
    {
        return Ok(ContactRef { id: Some(contact.id), name: contact.name, email: contact.email, role: contact.role });
    }
    let near = cache.find(typed).map_err(|error| cache_failure(&error))?.contacts;
    let is_meant = |one: &&FoundContact| {
        one.email.as_raw().eq_ignore_ascii_case(typed)
            || fold(&one.name.clean()) == fold(typed)
            || is_phone(typed, one.phone.as_raw())
    };
    let found: Vec<&FoundContact> = near.iter().filter(is_meant).collect();
    if found.is_empty() && is_address(typed) {
        let email = Untrusted::new(typed);
        return Ok(ContactRef { id: None, name: Untrusted::default(), email, role: ContactRole::Lead });
    }
    if let [one] = found.as_slice() {
        let role = cache.load_contact(&one.id).map_err(|error| cache_failure(&error))?;
        let role = role.map_or(ContactRole::User, |(contact, _)| contact.role);
        return Ok(ContactRef { id: Some(one.id.clone()), name: one.name.clone(), email: one.email.clone(), role });
    }
    let all = |of: &mut dyn Iterator<Item = &FoundContact>| {
        let name = |one: &FoundContact| format!("{} {} ({})", one.name.clean(), one.email.clean(), one.id);
        of.take(5).map(|one| name(one).trim_start().to_owned()).collect::<Vec<_>>().join("; ")
    };
    let (exit, key, which) = match (found.is_empty(), near.is_empty()) {
        (false, _) => (Exit::Usage, "cli-many-contacts", all(&mut found.into_iter())),
        (true, false) => (Exit::NotFound, "cli-near-contacts", all(&mut near.iter())),
        (true, true) => (Exit::NotFound, "cli-no-contact", String::new()),
    };
    Err(Failure::new(exit, key).with("to", clean(typed)).with("which", which))
}

/// Whether what is typed is a phone number, and this one: with or without the country before it.
fn is_phone(typed: &str, phone: &str) -> bool {
    const ENOUGH: usize = 6;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (typed, plain) = (digits(typed), typed.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c)));
    let typed = typed.trim_start_matches('0');
    plain && typed.len() >= ENOUGH && digits(phone).ends_with(typed)
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

#[cfg(test)]
mod tests {
    use super::is_phone;

    #[test]
    fn a_phone_number_is_known_with_and_without_its_country() {
        for typed in ["+44 7700 900461", "07700 900461", "0044 7700-900461", "7700900461"] {
            assert!(is_phone(typed, "+447700900461"), "{typed}");
        }
        for typed in ["900461 x", "0461", "", "+44 7700 900462", "Ana"] {
            assert!(!is_phone(typed, "+447700900461"), "{typed}");
        }
    }
}
