//! Parts made ready to be shown: parsed once, whatever the width.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::domain::{Act, AuthorKind, Directory, OutboxRow, OutboxStatus, Part, PartKind, UnixTime};
use crate::sync::message::Thread;
use crate::text::html::{self, Document};
use crate::text::{Clean, Untrusted};
use crate::words::Words;

/// Where an item comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `thread.parts[n]`.
    Part(usize),
    /// `thread.pending[n]`: not sent yet.
    Pending(usize),
}

/// What an item is to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A customer's message.
    Customer,
    /// A message of ours to the customer: teammate or bot.
    Ours,
    /// A note among teammates.
    Note,
    /// An event, folded to one dim line.
    Event,
    /// A message whose content was removed for good.
    Redacted,
}

/// A file of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Number on screen: the item's links come first, then its files.
    pub number: usize,
    /// Its name.
    pub name: Clean,
    /// Size in bytes, when known.
    pub size: Option<u64>,
}

/// One message, note or event.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent marks")]
pub struct Item {
    /// Where it comes from.
    pub source: Source,
    /// What it is to the reader.
    pub kind: ItemKind,
    /// Who wrote or did it, as shown.
    pub author: Clean,
    /// Written by an AI agent or a bot.
    pub automatic: bool,
    /// I wrote or did it myself.
    pub mine: bool,
    /// When.
    pub at: UnixTime,
    /// For an event: what happened, in words, without the time.
    pub event: Clean,
    /// The body.
    pub document: Document,
    /// Files.
    pub files: Vec<File>,
    /// Tells whether the body changed.
    pub(super) body_hash: u64,
    /// Quoted mail and signature are shown.
    pub expanded: bool,
    /// There is something to fold.
    pub can_fold: bool,
    /// For an unsent message: where it stands, and why (may be blank).
    pub status: Option<(OutboxStatus, Clean)>,
}

impl Item {
    /// Whether the message cursor stops here: everything but events.
    #[must_use]
    pub const fn is_stop(&self) -> bool {
        !matches!(self.kind, ItemKind::Event)
    }
}

/// Makes a thread's parts and unsent messages ready. What was ready before (`old`, by part id or
/// `local-` and the outbox row's id) keeps its parsed body and its folds.
pub(super) fn build(thread: &Thread, directory: &Directory, words: &Words, old: &HashMap<String, Item>) -> Vec<Item> {
    let me = directory.me().map(|me| &me.id);
    let builder = Builder { thread, directory, words, old };
    let mut items: Vec<Item> = Vec::with_capacity(thread.parts.len() + thread.pending.len());
    for (at, part) in thread.parts.iter().enumerate() {
        items.push(builder.part(at, part, me));
    }
    for (at, row) in thread.pending.iter().enumerate() {
        // A row whose part has come back from the helpdesk is shown once.
        let settled = row.sent_part.as_ref().is_some_and(|sent| thread.parts.iter().any(|part| part.id == *sent));
        if row.act.is_message() && !settled {
            items.push(builder.pending(at, row));
        }
    }
    items
}

fn hash(body: &Untrusted) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

struct Builder<'a> {
    thread: &'a Thread,
    directory: &'a Directory,
    words: &'a Words,
    old: &'a HashMap<String, Item>,
}

impl Builder<'_> {
    fn part(&self, at: usize, part: &Part, me: Option<&crate::domain::TeammateId>) -> Item {
        let known = self.old.get(part.id.as_str());
        let body = part.body.as_ref().filter(|body| !body.is_empty());
        let kind = match (&part.kind, body) {
            _ if part.redacted => ItemKind::Redacted,
            (PartKind::Note, _) => ItemKind::Note,
            _ if part.is_message() && part.is_from_contact() => ItemKind::Customer,
            _ if part.is_message() => ItemKind::Ours,
            _ => ItemKind::Event,
        };
        let body = body.filter(|_| !matches!(kind, ItemKind::Redacted | ItemKind::Event));
        let body_hash = body.map_or(0, hash);
        let document = match (known, body) {
            (Some(item), Some(_)) if item.body_hash == body_hash => item.document.clone(),
            (_, Some(body)) => html::blocks(body.as_raw()),
            _ => Document::default(),
        };
        let author = self.author(part);
        let event = if kind == ItemKind::Event { self.event(part, &author) } else { Clean::default() };
        let links = document.links.len();
        let files = part
            .attachments
            .iter()
            .enumerate()
            .map(|(index, file)| File { number: links + index + 1, name: file.name.clean(), size: file.size })
            .collect();
        Item {
            source: Source::Part(at),
            kind,
            automatic: part.author.is_ai || part.author.kind == AuthorKind::Bot,
            mine: matches!(&part.author.kind, AuthorKind::Teammate(Some(id)) if Some(id) == me),
            author,
            at: part.created_at,
            event,
            can_fold: document.blocks.iter().any(|block| block.fold.is_some()),
            body_hash,
            document,
            files,
            expanded: known.is_some_and(|item| item.expanded),
            status: None,
        }
    }

    fn pending(&self, at: usize, row: &OutboxRow) -> Item {
        let text = row.act.text().unwrap_or_default();
        let kind = if matches!(row.act, Act::Note { .. }) { ItemKind::Note } else { ItemKind::Ours };
        Item {
            source: Source::Pending(at),
            kind,
            author: self.words.say("author-me"),
            automatic: false,
            mine: true,
            at: row.created_at,
            event: Clean::default(),
            document: html::blocks(&html::from_plain(text)),
            body_hash: 0,
            files: Vec::new(),
            expanded: true,
            can_fold: false,
            status: Some((row.status, row.reason.clean())),
        }
    }

    fn author(&self, part: &Part) -> Clean {
        let contact = || {
            let contact = self.thread.conversation.contact.as_ref();
            contact.map_or_else(Clean::default, |contact| contact.name.clean().or(&contact.email.clean()))
        };
        let named = part.author.name.clean().or(&part.author.email.clean());
        let named = match &part.author.kind {
            AuthorKind::Contact(_) => named.or(&contact()),
            AuthorKind::Teammate(Some(id)) => named.or(&self.directory.teammate_name(id)),
            AuthorKind::Team(Some(id)) => named.or(&self.directory.team_name(id)),
            _ => named,
        };
        named.or(&self.words.say(match part.author.kind {
            AuthorKind::Contact(_) => "author-customer",
            AuthorKind::Bot => "author-bot",
            _ => "author-teammate",
        }))
    }

    fn event(&self, part: &Part, who: &Clean) -> Clean {
        let say = |key: &str, what: &Clean| self.words.with(key, &[("who", who.into()), ("what", what.into())]);
        let nothing = Clean::default();
        match &part.kind {
            PartKind::Close => say("event-closed", &nothing),
            PartKind::Open => say("event-opened", &nothing),
            PartKind::Snoozed => say("event-snoozed", &nothing),
            PartKind::Unsnoozed => say("event-woke", &nothing),
            PartKind::Merged => say("event-merged", &nothing),
            PartKind::Assignment { teammate, team } => {
                let to = |name: Clean| say("event-assigned", &name);
                match (teammate, team) {
                    (Some(mate), None) if part.author.kind == AuthorKind::Teammate(Some(mate.clone())) => {
                        say("event-took", &nothing)
                    }
                    (Some(mate), Some(team)) => {
                        let mate = self.directory.teammate_name(mate);
                        let team = self.directory.team_name(team);
                        self.words.with(
                            "event-assigned-both",
                            &[("who", who.into()), ("mate", (&mate).into()), ("team", (&team).into())],
                        )
                    }
                    (Some(mate), None) => to(self.directory.teammate_name(mate)),
                    (None, Some(team)) => to(self.directory.team_name(team)),
                    (None, None) => say("event-unassigned", &nothing),
                }
            }
            PartKind::Attribute { name, value } => {
                let (name, value) = (name.clean(), value.clean());
                self.words.with(
                    "event-attribute",
                    &[("who", who.into()), ("name", (&name).into()), ("value", (&value).into())],
                )
            }
            PartKind::Other(what) => say("event-other", &Untrusted::new(what.as_raw().replace('_', " ")).clean()),
            PartKind::Opening | PartKind::Comment | PartKind::Note | PartKind::QuickReply => {
                say("event-empty", &nothing)
            }
        }
    }
}
