//! Taking in conversations from a file: one JSON object a line.
//!
//! Owns the line format ([`parse_line`]), its limits, and [`import`], which reads line by line, keeps
//! every date, and can be run again without doubling anything (by `external_id`). A line that cannot
//! be taken costs itself only and is reported with its number. Knows the model, the rules and the
//! store; must not know HTTP.
//!
//! A line holds `external_id`, `channel`, `brand`, `subject` (may be null), `created_at`, `contact`
//! (`external_id`, `name`, `email`) and `parts`, each with `author` (`contact` or `teammate`),
//! `name`, `body` (plain text) and `created_at`. Times are Unix seconds.
//!
//! What the format does not say is decided so:
//! - Every conversation comes in *open*, however old and whoever wrote last: the format has no state,
//!   and closing by guess would hide from people what they may still have to answer. One whose last
//!   word is the customer's waits since the customer's first unanswered message.
//! - Nobody has it and no team: assignment on arrival is for what arrives now.
//! - A teammate's part is the teammate's of that name, when there is one; else it is shown under the
//!   name in the file, as a team's word, since nobody else may be made to have said it.
//! - It counts as changed now, so that whoever pulls changes gets it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::BufRead;
use std::sync::Arc;

use serde::Deserialize;
use tokio::sync::mpsc;

use super::model::act::Record;
use super::model::{
    Admin, Attributes, Author, AuthorKind, Brand, BrandId, Contact, ContactId, PartId, Role, Source, Thread,
};
use super::rules::thread::{Message, begin, contact_author, message};
use super::rules::{Scene, hours::Calendar};
use super::storage::{Store, StoreError};
use crate::clock::Ids;
use crate::text::html::from_plain;

/// Longest line in bytes.
pub const LONGEST_LINE: usize = 8 * 1024 * 1024;
/// Longest body of a part in bytes.
const LONGEST_BODY: usize = 256 * 1024;
/// Longest subject in bytes.
const LONGEST_SUBJECT: usize = 4 * 1024;
/// Longest identifier, name, address, channel or brand in bytes.
const LONGEST_NAME: usize = 512;
/// Most parts of a conversation.
const MOST_PARTS: usize = 10_000;
/// 1 January 1990: mail is older than that, but helpdesks are not.
const EARLIEST: i64 = 631_152_000;
/// How far a clock may be ahead of ours, in seconds.
const SKEW: i64 = 300;
/// Conversations in one insert.
const BATCH: usize = 500;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Lines read, empty ones included.
    pub lines: u64,
    /// Conversations taken.
    pub conversations_created: u64,
    /// Conversations that were there already, or stood in the file twice.
    pub already_there: u64,
    /// Messages taken, opening ones included.
    pub parts: u64,
    /// Contacts made.
    pub contacts_created: u64,
    /// Lines that could not be taken, by number from 1, and why.
    pub rejected: Vec<(u64, String)>,
}

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read any further.
    #[error("reading stopped after line {after}")]
    Read {
        /// The last line that was read whole.
        after: u64,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The store failed; the batches before are in it.
    #[error("the store failed during the import")]
    Store(#[from] StoreError),
    /// The thread that reads stopped.
    #[error("reading the file stopped")]
    Stopped,
}

/// A conversation as a line tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// The file's identifier.
    pub external_id: String,
    /// Channel, as in [`Source::kind`].
    pub channel: String,
    /// Brand, by name.
    pub brand: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// When it began.
    pub created_at: i64,
    /// The customer.
    pub contact: Customer,
    /// Messages by time; at least one.
    pub parts: Vec<Said>,
}

/// The customer of a [`Dialogue`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The file's identifier.
    pub external_id: String,
    /// Name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// A message of a [`Dialogue`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Whether the customer wrote it.
    pub by_contact: bool,
    /// Name of whoever wrote it.
    pub name: Option<String>,
    /// Plain text.
    pub body: String,
    /// When.
    pub created_at: i64,
}

#[derive(Deserialize)]
struct RawLine {
    external_id: Option<String>,
    channel: Option<String>,
    brand: Option<String>,
    subject: Option<String>,
    created_at: Option<i64>,
    contact: Option<RawContact>,
    parts: Option<Vec<RawPart>>,
}

#[derive(Deserialize)]
struct RawContact {
    external_id: Option<String>,
    name: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
struct RawPart {
    author: Option<String>,
    name: Option<String>,
    body: Option<String>,
    created_at: Option<i64>,
}

/// Reads one line; `now` bounds its dates.
///
/// # Errors
/// Says in one English sentence why the line cannot be taken.
pub fn parse_line(line: &[u8], now: i64) -> Result<Dialogue, String> {
    let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    let raw: RawLine = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    let contact = raw.contact.ok_or("contact is missing")?;
    let contact = Customer {
        external_id: required("contact.external_id", contact.external_id)?,
        name: optional("contact.name", contact.name)?,
        email: optional("contact.email", contact.email)?,
    };
    let created_at = date("created_at", raw.created_at, now)?;
    let raw_parts = raw.parts.ok_or("parts is missing")?;
    if raw_parts.is_empty() {
        return Err("parts is empty".to_owned());
    }
    if raw_parts.len() > MOST_PARTS {
        return Err(format!("it has more than {MOST_PARTS} parts"));
    }
    let channel = channel(raw.channel)?;
    let mut parts = Vec::with_capacity(raw_parts.len());
    for (number, part) in raw_parts.into_iter().enumerate() {
        parts.push(said(part, &format!("parts[{number}]"), &channel, now)?);
    }
    // A thread reads forward in time; the order in the file decides among equals.
    parts.sort_by_key(|part| part.created_at);
    let created_at = parts.first().map_or(created_at, |first| first.created_at.min(created_at));
    let subject = raw.subject.filter(|subject| !subject.trim().is_empty());
    if subject.as_ref().is_some_and(|subject| subject.len() > LONGEST_SUBJECT) {
        return Err(format!("subject is longer than {LONGEST_SUBJECT} bytes"));
    }
    Ok(Dialogue {
        external_id: required("external_id", raw.external_id)?,
        brand: optional("brand", raw.brand)?,
        subject,
        channel,
        created_at,
        contact,
        parts,
    })
}

/// What is wrong with JSON, without any of its text, which may be somebody's.
fn not_json(error: &serde_json::Error) -> String {
    let place = error.column();
    match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends in the middle".to_owned(),
        serde_json::error::Category::Data => {
            let words = error.to_string();
            let kind = words
                .split(", expected")
                .nth(1)
                .map_or("something else", |rest| rest.split(" at line").next().unwrap_or(rest).trim());
            format!("at column {place} it should hold {kind}")
        }
        _ => {
            let words = error.to_string();
            let what = words.split(" at line").next().unwrap_or("").trim();
            format!("it is not JSON: {what} at column {place}")
        }
    }
}

fn said(raw: RawPart, place: &str, channel: &str, now: i64) -> Result<Said, String> {
    let by_contact = match raw.author.as_deref() {
        Some("contact") => true,
        Some("teammate") => false,
        Some(_) => return Err(format!("{place}.author is neither contact nor teammate")),
        None => return Err(format!("{place}.author is missing")),
    };
    let body = raw.body.ok_or_else(|| format!("{place}.body is missing"))?;
    if body.trim().is_empty() {
        return Err(format!("{place}.body is empty"));
    }
    if body.len() > LONGEST_BODY {
        return Err(format!("{place}.body is longer than {LONGEST_BODY} bytes"));
    }
    Ok(Said {
        by_contact,
        name: optional(&format!("{place}.name"), raw.name)?,
        body: as_typed(body, channel),
        created_at: date(&format!("{place}.created_at"), raw.created_at, now)?,
    })
}

/// The text as the person typed it.
///
/// A body is plain text, so an entity in it is what somebody typed and stays. Twitter's exports are
/// the exception: there `&`, `<` and `>`, and only these, come as entities, so that turning them back
/// once gives exactly what was typed.
fn as_typed(body: String, channel: &str) -> String {
    if channel == "twitter" && body.contains('&') {
        body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    } else {
        body
    }
}

fn required(name: &str, value: Option<String>) -> Result<String, String> {
    optional(name, value)?.ok_or_else(|| format!("{name} is missing"))
}

/// A short text; blank counts as absent.
fn optional(name: &str, value: Option<String>) -> Result<Option<String>, String> {
    match value {
        Some(text) if text.len() > LONGEST_NAME => Err(format!("{name} is longer than {LONGEST_NAME} bytes")),
        Some(text) if text.trim().is_empty() => Ok(None),
        Some(text) => Ok(Some(text.trim().to_owned())),
        None => Ok(None),
    }
}

fn date(name: &str, value: Option<i64>, now: i64) -> Result<i64, String> {
    match value {
        None => Err(format!("{name} is missing")),
        Some(at) if at < EARLIEST => Err(format!("{name} lies before 1990")),
        Some(at) if at > now.saturating_add(SKEW) => Err(format!("{name} lies in the future (is it in seconds?)")),
        Some(at) => Ok(at),
    }
}

/// The API's word for a channel. The API's list is open, so a word that it does not have stays as it is.
fn channel(value: Option<String>) -> Result<String, String> {
    let word = optional("channel", value)?.unwrap_or_default().to_lowercase().replace([' ', '-'], "_");
    Ok(match word.as_str() {
        "" | "chat" | "messenger" | "web" | "widget" | "live_chat" => "conversation".to_owned(),
        "mail" | "e_mail" => "email".to_owned(),
        "x" | "tweet" => "twitter".to_owned(),
        "phone" | "call" | "voice" => "phone_call".to_owned(),
        "text" | "mms" => "sms".to_owned(),
        "facebook_messenger" => "facebook".to_owned(),
        _ => word,
    })
}

/// Lines on their way from the reader.
struct Read {
    number: u64,
    dialogue: Result<Dialogue, String>,
}

/// Reads `input` to its end and takes what it can; `now` dates the change and bounds the dates.
///
/// # Errors
/// When the input cannot be read, or the store fails. What came before is taken; the import can be
/// run again.
pub async fn import<R>(store: &Arc<dyn Store>, input: R, ids: &Ids, now: i64) -> Result<ImportReport, ImportError>
where
    R: BufRead + Send + 'static,
{
    let (sender, mut batches) = mpsc::channel(2);
    let reading = tokio::task::spawn_blocking(move || read_all(input, now, &sender));
    let mut importer = Importer::new(Arc::clone(store), ids.clone(), now).await?;
    while let Some(batch) = batches.recv().await {
        importer.take(batch).await?;
    }
    reading.await.map_err(|_| ImportError::Stopped)??;
    Ok(importer.report)
}

fn read_all(mut input: impl BufRead, now: i64, out: &mpsc::Sender<Vec<Read>>) -> Result<(), ImportError> {
    let (mut number, mut batch, mut line) = (0, Vec::with_capacity(BATCH), Vec::new());
    loop {
        let read = read_line(&mut input, &mut line).map_err(|source| ImportError::Read { after: number, source })?;
        let dialogue = match read {
            Line::End => break,
            Line::Whole => parse_line(&line, now),
            Line::TooLong => Err(format!("it is longer than {LONGEST_LINE} bytes")),
        };
        number += 1;
        batch.push(Read { number, dialogue });
        if batch.len() == BATCH && out.blocking_send(std::mem::take(&mut batch)).is_err() {
            return Ok(());
        }
    }
    if !batch.is_empty() {
        // Nobody listens only when the other side failed, which it tells itself.
        let _ = out.blocking_send(batch);
    }
    Ok(())
}

enum Line {
    Whole,
    TooLong,
    End,
}

/// Reads up to the next line feed, holding at most [`LONGEST_LINE`] bytes of it.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<Line> {
    line.clear();
    let (mut any, mut too_long) = (false, false);
    loop {
        let chunk = match input.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            return Ok(if !any {
                Line::End
            } else if too_long {
                Line::TooLong
            } else {
                Line::Whole
            });
        }
        any = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let piece = &chunk[..end.unwrap_or(chunk.len())];
        if line.len() + piece.len() > LONGEST_LINE {
            too_long = true;
            line.clear();
        } else if !too_long {
            line.extend_from_slice(piece);
        }
        let used = end.map_or(chunk.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(if too_long { Line::TooLong } else { Line::Whole });
        }
    }
}

/// Puts dialogues into the store, batch by batch.
struct Importer {
    store: Arc<dyn Store>,
    ids: Ids,
    now: i64,
    calendar: Option<Calendar>,
    /// Teammates by folded name.
    teammates: HashMap<String, Admin>,
    brands: BTreeMap<String, BrandId>,
    report: ImportReport,
}

impl Importer {
    async fn new(store: Arc<dyn Store>, ids: Ids, now: i64) -> Result<Self, ImportError> {
        let teammates =
            store.admins().await?.into_iter().map(|admin| (crate::text::fold(&admin.name), admin)).collect();
        let brands = store.brands().await?.into_iter().map(|brand| (brand.name, brand.id)).collect();
        let calendar = match store.workspace().await {
            Ok(workspace) => {
                let hours = store.office_hours().await?;
                workspace.office_hours.and_then(|id| hours.iter().find(|each| each.id == id)).map(Calendar::new)
            }
            Err(StoreError::Refused(_)) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self { store, ids, now, calendar, teammates, brands, report: ImportReport::default() })
    }

    async fn take(&mut self, batch: Vec<Read>) -> Result<(), ImportError> {
        let mut dialogues = Vec::with_capacity(batch.len());
        for read in batch {
            self.report.lines += 1;
            match read.dialogue {
                Ok(dialogue) => dialogues.push(dialogue),
                Err(why) => self.report.rejected.push((read.number, why)),
            }
        }
        let asked = dialogues.iter().map(|dialogue| dialogue.external_id.clone()).collect();
        let known = self.store.known_conversations(asked).await?;
        let mut seen: HashSet<String> = known.into_iter().map(|(external_id, _)| external_id).collect();
        let before = dialogues.len();
        dialogues.retain(|dialogue| seen.insert(dialogue.external_id.clone()));
        self.report.already_there += (before - dialogues.len()) as u64;
        if dialogues.is_empty() {
            return Ok(());
        }
        let asked = dialogues.iter().map(|dialogue| dialogue.contact.external_id.clone()).collect();
        let known = self.store.known_contacts(asked).await?;
        let mut contacts: HashMap<String, ContactId> = known.into_iter().collect();
        let mut records = Vec::with_capacity(dialogues.len() * 2);
        let (mut threads, mut messages) = (0, 0);
        for dialogue in dialogues {
            let contact = self.contact(&dialogue, &mut contacts, &mut records);
            let brand = self.brand(&dialogue, &mut records);
            messages += dialogue.parts.len() as u64;
            threads += 1;
            records.push(Record::Thread(Box::new(self.thread(&dialogue, &contact, brand))));
        }
        let new_contacts = records.iter().filter(|record| matches!(record, Record::Contact(_))).count();
        self.store.insert_batch(records).await?;
        self.report.conversations_created += threads;
        self.report.parts += messages;
        self.report.contacts_created += new_contacts as u64;
        Ok(())
    }

    /// The customer as the thread names them; a new one is recorded.
    fn contact(
        &self,
        dialogue: &Dialogue,
        known: &mut HashMap<String, ContactId>,
        records: &mut Vec<Record>,
    ) -> Contact {
        let told = &dialogue.contact;
        let last_replied_at = dialogue.parts.iter().filter(|part| part.by_contact).map(|part| part.created_at).max();
        let mut contact = Contact {
            external_id: Some(told.external_id.clone()),
            role: Role::User,
            email: told.email.clone(),
            name: told.name.clone(),
            created_at: dialogue.created_at,
            updated_at: self.now,
            signed_up_at: Some(dialogue.created_at),
            last_seen_at: last_replied_at,
            last_replied_at,
            custom_attributes: Attributes::new(),
            ..Contact::default()
        };
        if let Some(id) = known.get(&told.external_id) {
            contact.id = id.clone();
        } else {
            contact.id = ContactId::fresh(&self.ids);
            known.insert(told.external_id.clone(), contact.id.clone());
            records.push(Record::Contact(Box::new(contact.clone())));
        }
        contact
    }

    /// The brand's identifier; a new one is recorded.
    fn brand(&mut self, dialogue: &Dialogue, records: &mut Vec<Record>) -> Option<BrandId> {
        let name = dialogue.brand.as_ref()?;
        if let Some(id) = self.brands.get(name) {
            return Some(id.clone());
        }
        let id = BrandId(format!("{:016x}", self.ids.next_u64()));
        self.brands.insert(name.clone(), id.clone());
        records.push(Record::Brand(Brand {
            id: id.clone(),
            name: name.clone(),
            is_default: false,
            created_at: self.now,
            updated_at: self.now,
            help_center_id: None,
            default_address_settings_id: None,
        }));
        Some(id)
    }

    fn thread(&self, dialogue: &Dialogue, contact: &Contact, brand: Option<BrandId>) -> Thread {
        let customer = contact_author(contact);
        let author = |said: &Said| {
            if said.by_contact {
                let name = said.name.clone().or_else(|| customer.name.clone());
                (Author { name, ..customer.clone() }, false)
            } else {
                self.teammate(said.name.as_deref().or(dialogue.brand.as_deref()))
            }
        };
        let scene = |at: i64| Scene { at, now: self.now, hours: self.calendar.as_ref() };
        let mut said = dialogue.parts.iter();
        let first = said.next();
        let (opener, stands_for_a_team) = first.map_or_else(|| (customer.clone(), false), &author);
        let by_contact = opener.is_contact();
        let mut source = Source {
            kind: dialogue.channel.clone(),
            id: PartId(0),
            delivered_as: if by_contact { "customer_initiated" } else { "admin_initiated" }.to_owned(),
            subject: dialogue.subject.as_deref().map(escape_line).unwrap_or_default(),
            body: first.map(|said| from_plain(&said.body)).unwrap_or_default(),
            author: opener,
            attachments: Vec::new(),
            url: None,
            redacted: false,
            recipients: Vec::new(),
            reply_to: Vec::new(),
            email: None,
        };
        if stands_for_a_team {
            source.author.kind = AuthorKind::Team;
        }
        let mut conversation = begin(contact, source, brand, &scene(dialogue.created_at));
        conversation.external_id = Some(dialogue.external_id.clone());
        let mut parts = Vec::with_capacity(dialogue.parts.len());
        for (number, said) in said.enumerate() {
            let (author, stands_for_a_team) = author(said);
            let external_id = Some(format!("{}/{}", dialogue.external_id, number + 1));
            let says = Message { external_id, ..Message::comment(author, from_plain(&said.body)) };
            for mut part in message(&mut conversation, says, &scene(said.created_at)) {
                if stands_for_a_team {
                    part.author.kind = AuthorKind::Team;
                }
                parts.push(part);
            }
        }
        let total_parts = parts.len();
        Thread { conversation, company: None, parts, total_parts }
    }

    /// The author of a teammate's part. The second is true for one who is no teammate here: to the
    /// rules that is a reply of ours like any other, but it must be shown as a team's word.
    fn teammate(&self, name: Option<&str>) -> (Author, bool) {
        let name = name.unwrap_or("Support");
        let (id, email, known) = match self.teammates.get(&crate::text::fold(name)) {
            Some(admin) => (admin.id.to_string(), Some(admin.email.clone()), true),
            None => (format!("{:020}", name_number(name)), None, false),
        };
        let author = Author {
            kind: AuthorKind::Admin,
            id,
            name: Some(name.to_owned()),
            email,
            from_ai_agent: false,
            is_ai_answer: false,
        };
        (author, !known)
    }
}

/// A number that tells names apart, too long for a teammate's identifier (FNV-1a).
fn name_number(name: &str) -> u64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash | 1 << 63
}

/// A subject is one line of HTML.
fn escape_line(text: &str) -> String {
    let html = from_plain(&text.replace(['\r', '\n'], " "));
    html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>")).unwrap_or(&html).to_owned()
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
