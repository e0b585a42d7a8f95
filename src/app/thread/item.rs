//! Parts made ready to be shown. A body is read when it comes near the view, and laid out once for a
//! width: opening a long thread costs what is visible of it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::domain::{Act, AuthorKind, Directory, OutboxRow, OutboxStatus, Part, PartKind, UnixTime};
use crate::sync::message::Thread;
use crate::text::html::{self, Document};
use crate::text::markdown;
use crate::text::{Clean, Untrusted, width};
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
    /// The lines of the body at the width that it was laid out for; empty until then.
    pub lines: Vec<html::Line>,
    /// Files; their numbers count once the body has been read.
    pub files: Vec<File>,
    /// Quoted mail and signature are shown.
    pub expanded: bool,
    /// There is something to fold.
    pub can_fold: bool,
    /// For an unsent act: where it stands, and why (may be blank).
    pub status: Option<(OutboxStatus, Clean)>,
    /// The body, once it was read.
    document: Option<Document>,
    /// Tells whether the body changed.
    body_hash: u64,
    /// Width and folding of `lines`.
    laid: Option<(u16, bool)>,
}

impl Item {
    /// Whether the message cursor stops here: everything but events, unless one needs a person.
    #[must_use]
    pub fn is_stop(&self) -> bool {
        !matches!(self.kind, ItemKind::Event) || self.needs_you()
    }

    /// Whether it is an act of ours that a person has to look at.
    pub(super) fn needs_you(&self) -> bool {
        self.status.as_ref().is_some_and(|(status, _)| status.needs_you())
    }

    /// The link at a cell of a line of the body: its number, and where it leads.
    pub(in crate::app) fn link_at(&self, line: usize, column: u16) -> Option<(usize, Clean)> {
        let line = self.lines.get(line)?;
        let column = usize::from(column);
        let mut from = usize::from(line.gutter) * 2 + width(&line.lead);
        for span in &line.spans {
            let to = from + width(&span.text);
            if (from..to).contains(&column) {
                let number = span.style.link?;
                return Some((number, self.document.as_ref()?.link(number)?.shown.clone()));
            }
            from = to;
        }
        None
    }

    /// Whether a line of the body stands for what is folded.
    pub(in crate::app) fn is_fold(&self, line: usize) -> bool {
        self.lines.get(line).is_some_and(|line| matches!(line.kind, html::LineKind::Folded { .. }))
    }

    /// Reads the body if it was not, and lays it out at a width if it is not. Returns about how many
    /// bytes had to be worked through.
    pub(super) fn lay_out(&mut self, thread: &Thread, width: u16) -> usize {
        let laid = Some((width, !self.expanded));
        if self.laid == laid || width == 0 {
            return 0;
        }
        self.laid = laid;
        let bytes = match self.source {
            Source::Part(at) => {
                thread.parts.get(at).and_then(|part| part.body.as_ref()).map_or(0, |body| body.as_raw().len())
            }
            Source::Pending(at) => thread.pending.get(at).and_then(|row| row.act.text()).map_or(0, str::len),
        };
        if matches!(self.kind, ItemKind::Event | ItemKind::Redacted) {
            return 0;
        }
        if self.document.is_none() {
            let document = match self.source {
                Source::Part(at) => {
                    let body = thread.parts.get(at).and_then(|part| part.body.as_ref());
                    body.map_or_else(Document::default, |body| html::blocks(body.as_raw()))
                }
                Source::Pending(at) => {
                    let text = thread.pending.get(at).and_then(|row| row.act.text()).unwrap_or_default();
                    html::blocks(&markdown::to_html(text))
                }
            };
            let links = document.links.len();
            for (index, file) in self.files.iter_mut().enumerate() {
                file.number = links + index + 1;
            }
            self.can_fold = document.blocks.iter().any(|block| block.fold.is_some());
            self.document = Some(document);
        }
        self.lines =
            self.document.as_ref().map(|document| html::layout(document, width, !self.expanded)).unwrap_or_default();
        bytes
    }

    /// Takes over what was read and laid out of the same body before.
    fn take_over(&mut self, old: Self) {
        self.expanded = old.expanded;
        if self.body_hash == old.body_hash && old.document.is_some() {
            let links = old.document.as_ref().map_or(0, |document| document.links.len());
            for (index, file) in self.files.iter_mut().enumerate() {
                file.number = links + index + 1;
            }
            (self.document, self.lines, self.laid, self.can_fold) = (old.document, old.lines, old.laid, old.can_fold);
        }
    }
}

/// Makes a thread's parts and unsent acts ready. What was ready before (`old`, by part id or `local-`
/// and the outbox row's id) keeps its body and its folds.
pub(super) fn build(
    thread: &Thread,
    directory: &Directory,
    words: &Words,
    mut old: HashMap<String, Item>,
) -> Vec<Item> {
    let me = directory.me().map(|me| &me.id);
    let builder = Builder { thread, directory, words };
    let mut items: Vec<Item> = Vec::with_capacity(thread.parts.len() + thread.pending.len());
    for (at, part) in thread.parts.iter().enumerate() {
        let mut item = builder.part(at, part, me);
        if let Some(known) = old.remove(part.id.as_str()) {
            item.take_over(known);
        }
        items.push(item);
    }
    items.extend(build_pending(thread, words, old));
    items
}

/// Makes the unsent acts ready.
pub(super) fn build_pending(thread: &Thread, words: &Words, mut old: HashMap<String, Item>) -> Vec<Item> {
    let mut items = Vec::with_capacity(thread.pending.len());
    for (at, row) in thread.pending.iter().enumerate() {
        // A row whose part has come back from the helpdesk is shown once.
        let settled = row.sent_part.as_ref().is_some_and(|sent| thread.parts.iter().any(|part| part.id == *sent));
        if settled || (!row.act.is_message() && row.status == OutboxStatus::Sent) {
            continue;
        }
        let mut item = pending(at, row, words);
        if let Some(known) = old.remove(&format!("local-{}", row.id)) {
            item.take_over(known);
        }
        items.push(item);
    }
    items
}

fn pending(at: usize, row: &OutboxRow, words: &Words) -> Item {
    let kind = match &row.act {
        Act::Reply { .. } | Act::Start { .. } => ItemKind::Ours,
        Act::Note { .. } => ItemKind::Note,
        _ => ItemKind::Event,
    };
    let files = crate::app::outbox::files_of(&row.act).iter().enumerate();
    Item {
        source: Source::Pending(at),
        kind,
        author: words.say("author-me"),
        automatic: false,
        mine: true,
        at: row.created_at,
        event: Clean::default(),
        lines: Vec::new(),
        files: files
            .map(|(index, file)| File {
                number: index + 1,
                name: crate::text::clean(&file.name),
                size: Some(file.size),
            })
            .collect(),
        expanded: true,
        can_fold: false,
        status: Some((row.status, crate::app::outbox::reason_words(row, words))),
        document: None,
        body_hash: row.act.text().map_or(0, hash),
        laid: None,
    }
}

fn hash(body: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

struct Builder<'a> {
    thread: &'a Thread,
    directory: &'a Directory,
    words: &'a Words,
}

impl Builder<'_> {
    fn part(&self, at: usize, part: &Part, me: Option<&crate::domain::TeammateId>) -> Item {
        let body = part.body.as_ref().filter(|body| !body.is_empty());
        let kind = match (&part.kind, body) {
            _ if part.redacted => ItemKind::Redacted,
            (PartKind::Note, _) => ItemKind::Note,
            _ if part.is_message() && part.is_from_contact() => ItemKind::Customer,
            _ if part.is_message() => ItemKind::Ours,
            _ => ItemKind::Event,
        };
        let body = body.filter(|_| !matches!(kind, ItemKind::Redacted | ItemKind::Event));
        let author = self.author(part);
        let event = if kind == ItemKind::Event { self.event(part, &author) } else { Clean::default() };
        let files = part.attachments.iter().enumerate();
        Item {
            source: Source::Part(at),
            kind,
            automatic: part.author.is_ai || part.author.kind == AuthorKind::Bot,
            mine: matches!(&part.author.kind, AuthorKind::Teammate(Some(id)) if Some(id) == me),
            author,
            at: part.created_at,
            event,
            lines: Vec::new(),
            files: files
                .map(|(index, file)| File { number: index + 1, name: file.name.clean(), size: file.size })
                .collect(),
            expanded: false,
            can_fold: false,
            status: None,
            document: None,
            body_hash: body.map_or(0, |body| hash(body.as_raw())),
            laid: None,
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
