//! Taking in conversations from a file: one JSON object a line.
//!
//! Owns the line format (`line`) and [`import`], which reads line by line, keeps
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
//! - The file's identifier is told among its references to other systems.

mod line;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::BufRead;
use std::sync::Arc;

use tokio::sync::mpsc;

pub use self::line::{Customer, Dialogue, Said, parse_line};
use self::line::{LONGEST_LINE, Line, read_line};
use super::model::act::Record;
use super::model::{
    Admin, Attributes, Author, AuthorKind, Brand, BrandId, Contact, ContactId, ExternalReference, PartId, Role, Source,
    Thread,
};
use super::rules::thread::{Message, begin, contact_author, message};
use super::rules::{Scene, hours::Calendar};
use super::storage::{Store, StoreError};
use crate::clock::Ids;
use crate::text::html::from_plain;

/// Conversations in one insert.
const BATCH: usize = 500;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Lines read, blank ones included: those are passed over.
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

/// Lines on their way from the reader; a blank one holds nothing.
struct Read {
    number: u64,
    dialogue: Result<Option<Dialogue>, String>,
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
                Ok(dialogue) => dialogues.extend(dialogue),
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
        conversation.external_references =
            vec![ExternalReference { kind: "import".to_owned(), id: dialogue.external_id.clone() }];
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
mod tests;
