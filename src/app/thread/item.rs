//! Parts made ready to be shown: who, when and what. Bodies are read aside, when they come near the view
//! (`view`): opening a long thread costs what is visible of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::reading::{Body, BodyKey, Form, ToRead};
use super::readings::Readings;
use super::under::Under;
use crate::domain::file::{claimed, risk_of};
use crate::domain::{Act, AuthorKind, Directory, FileKind, OutboxRow, OutboxStatus, Part, PartKind, Risk, UnixTime};
use crate::sync::message::Thread;
use crate::text::html::{self, Document};
use crate::text::{Clean, Untrusted, is_ambiguous_wide, width};
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
    /// Its name as sent, by which it is judged.
    pub sent_name: Untrusted,
    /// Its type as claimed.
    pub media: Untrusted,
    /// Size in bytes, when known.
    pub size: Option<u64>,
    /// What it is by its content, once that was seen.
    pub seen: Option<FileKind>,
}

impl File {
    /// What it is: by its content once that was seen, till then as it is said to be.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        self.seen.unwrap_or_else(|| claimed(self.sent_name.as_raw(), self.media.as_raw()))
    }

    /// Why it is to be handled with care; `blocked` are endings beside those that always are.
    #[must_use]
    pub fn risk(&self, blocked: &[String]) -> Option<Risk> {
        risk_of(self.sent_name.as_raw(), self.media.as_raw(), self.seen, blocked)
    }
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
    /// Files; their numbers count once the body has been read.
    pub files: Vec<File>,
    /// Quoted mail and signature are shown.
    pub expanded: bool,
    /// There is something to fold.
    pub can_fold: bool,
    /// For an unsent act: where it stands, and why (may be blank).
    pub status: Option<(OutboxStatus, Clean)>,
    /// What commands have answered about it, in the order in which they did.
    pub under: Vec<Under>,
    /// It has a body.
    pub(super) has_body: bool,
    /// The body, once it was read.
    pub(super) shown: Option<Shown>,
    /// Lines of the body, as far as known: what it had when it was last laid out.
    pub(super) rows: usize,
    /// It was read ahead in this form, far from the view: that is done once.
    ahead: Option<Form>,
    /// Tells its body from others; made when it is first wanted.
    key: Option<BodyKey>,
}

/// A body that was read and laid out.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub document: Arc<Document>,
    pub plainly: bool,
    pub lines: Arc<Vec<html::Line>>,
    pub form: Form,
}

impl Item {
    /// Whether the message cursor stops here: everything but events, unless one needs a person.
    #[must_use]
    pub fn is_stop(&self) -> bool {
        !matches!(self.kind, ItemKind::Event) || self.needs_you()
    }

    /// The links of its body, in the order of their numbers on screen: number `n` is `links()[n - 1]`. Empty
    /// until the body has been read ([`Item::is_read`]).
    #[must_use]
    pub fn links(&self) -> &[html::Link] {
        self.document().map_or(&[], |document| document.links.as_slice())
    }

    /// Its files; their numbers follow those of the links, once the body has been read.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Whether the numbers of links and files are known: the body has been read, or there is none.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        self.shown.is_some() || !self.has_body
    }

    /// What its body says, once that has been read.
    #[must_use]
    pub fn document(&self) -> Option<&Document> {
        self.shown.as_ref().map(|shown| &*shown.document)
    }

    /// The lines of the body at the width that it was laid out for; none until then.
    #[must_use]
    pub fn lines(&self) -> &[html::Line] {
        self.shown.as_ref().map_or(&[], |shown| shown.lines.as_slice())
    }

    /// The body could not be read in time, or at all: what is shown are its words without layout.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.plainly)
    }

    /// What was left out of the body: passages that the sender had hidden, and images that would have told of
    /// the reading.
    #[must_use]
    pub fn left_out(&self) -> (usize, usize) {
        self.document().map_or((0, 0), |document| (document.hidden, document.trackers))
    }

    /// Whether it is an act of ours that a person has to look at.
    pub(super) fn needs_you(&self) -> bool {
        self.status.as_ref().is_some_and(|(status, _)| status.needs_you())
    }

    /// The link at a cell of a line of the body: its number, and where it leads.
    pub(in crate::app) fn link_at(&self, line: usize, column: u16) -> Option<(usize, Clean)> {
        let line = self.lines().get(line)?;
        let column = usize::from(column);
        let mut from = usize::from(line.gutter) * 2 + width(&line.lead);
        for span in &line.spans {
            let to = from + width(&span.text);
            if (from..to).contains(&column) {
                let number = span.style.link?;
                return Some((number, self.document()?.link(number)?.shown.clone()));
            }
            from = to;
        }
        None
    }

    /// Whether a line of the body stands for what is folded.
    pub(in crate::app) fn is_fold(&self, line: usize) -> bool {
        self.lines().get(line).is_some_and(|line| matches!(line.kind, html::LineKind::Folded { .. }))
    }

    /// The form that its body shall have at a width.
    pub(super) fn form(&self, width: u16) -> Form {
        Form { width, folds: !self.expanded, wide: is_ambiguous_wide() }
    }

    /// Whether it is shown in this form, or has nothing to show.
    pub(super) fn is_in(&self, form: Form) -> bool {
        !self.has_body || self.shown.as_ref().is_some_and(|shown| shown.form == form)
    }

    /// The body as it came, of a part or of what is not sent yet.
    pub(super) fn body<'a>(&self, thread: &'a Thread) -> &'a str {
        match self.source {
            Source::Part(at) => thread.parts.get(at).and_then(|part| part.body.as_ref()).map_or("", Untrusted::as_raw),
            Source::Pending(at) => thread.pending.get(at).and_then(|row| row.act.text()).unwrap_or_default(),
        }
    }

    /// What tells its body from others.
    pub(super) fn key(&mut self, thread: &Thread) -> &BodyKey {
        let (source, body) = (self.source, self.body(thread));
        self.key.get_or_insert_with(|| {
            let id = match source {
                Source::Part(at) => thread.parts.get(at).map(|part| part.id.to_string()),
                Source::Pending(at) => thread.pending.get(at).map(|row| format!("local-{}", row.id)),
            };
            BodyKey::of(id.unwrap_or_default(), body)
        })
    }

    /// Takes its lines from what was read before, if they are there. Returns whether it did.
    pub(super) fn take(&mut self, thread: &Thread, form: Form, readings: &mut Readings) -> bool {
        let key = self.key(thread).clone();
        let Some((held, Some(lines))) = readings.get(&key, form) else { return false };
        let (document, plainly) = (Arc::clone(&held.document), held.plainly);
        self.show(Shown { document, plainly, lines, form });
        true
    }

    /// Whether its lines are among what was read before, or were: what there was no room for is not read
    /// ahead again.
    pub(super) fn was_ahead(&mut self, thread: &Thread, form: Form, readings: &mut Readings) -> bool {
        let key = self.key(thread);
        if readings.get(key, form).is_some_and(|(_, lines)| lines.is_some()) {
            self.ahead = Some(form);
        }
        self.ahead == Some(form)
    }

    fn show(&mut self, shown: Shown) {
        let links = shown.document.links.len();
        for (index, file) in self.files.iter_mut().enumerate() {
            file.number = links + index + 1;
        }
        self.can_fold = shown.document.blocks.iter().any(|block| block.fold.is_some());
        self.rows = shown.lines.len();
        self.shown = Some(shown);
    }

    /// The wish to have it read, or only laid out anew.
    pub(super) fn wish(&mut self, thread: &Thread, form: Form, readings: &mut Readings) -> ToRead {
        let key = self.key(thread).clone();
        let read = match &self.shown {
            Some(shown) => Some((Arc::clone(&shown.document), shown.plainly)),
            None => readings.get(&key, form).map(|(held, _)| (Arc::clone(&held.document), held.plainly)),
        };
        let body = match (read, self.source) {
            (Some((document, plainly)), _) => Body::Read(document, plainly),
            (None, Source::Part(at)) => Body::Part(Arc::clone(&thread.parts), at),
            (None, Source::Pending(_)) => Body::Markdown(Arc::new(Untrusted::new(self.body(thread)))),
        };
        ToRead { key, body, form, seen: false }
    }

    /// Takes over what was read and laid out of the same message before; with `same`, of the same body.
    fn take_over(&mut self, old: Self, same: bool) {
        self.expanded = old.expanded;
        self.under = old.under;
        if same {
            (self.key, self.rows) = (old.key, old.rows);
            if let Some(shown) = old.shown {
                self.show(shown);
            }
        }
    }
}

/// What was ready before: a thread and its items, each part's at the part's index.
pub(super) struct Before {
    pub thread: Thread,
    pub items: Vec<Item>,
    /// Who and what the names were taken from is the same.
    pub same_names: bool,
}

/// Makes a thread's parts and unsent acts ready. What was ready before keeps its body and its folds; a part
/// that did not change is taken over as it is.
pub(super) fn build(thread: &Thread, directory: &Directory, words: &Words, before: Option<Before>) -> Vec<Item> {
    let me = directory.me().map(|me| &me.id);
    let mut builder = Builder { thread, directory, words, authors: Vec::new() };
    let mut items: Vec<Item> = Vec::with_capacity(thread.parts.len() + thread.pending.len());
    let (mut old_items, old_thread, same_names) = match before {
        Some(before) => {
            let items: Vec<Option<Item>> = before.items.into_iter().map(Some).collect();
            (items, Some(before.thread), before.same_names)
        }
        None => (Vec::new(), None, true),
    };
    let old_parts = old_thread.as_ref().map_or(&[][..], |old| old.parts.as_slice());
    let mut elsewhere: Option<HashMap<&str, usize>> = None;
    // Where the part was before: most often at the same distance from the one above it.
    let mut next = 0;
    for (at, part) in thread.parts.iter().enumerate() {
        let known = match old_parts.get(next) {
            Some(old) if old.id == part.id => Some(next),
            _ if old_parts.is_empty() => None,
            _ => {
                let places = elsewhere.get_or_insert_with(|| {
                    old_parts.iter().enumerate().map(|(at, part)| (part.id.as_str(), at)).collect()
                });
                places.get(part.id.as_str()).copied()
            }
        };
        next = known.map_or(next, |known| known + 1);
        let old = known.and_then(|known| Some((old_items.get_mut(known)?.take()?, old_parts.get(known)?)));
        items.push(match old {
            Some((old, was)) if same_names && was == part => Item { source: Source::Part(at), ..old },
            Some((old, was)) => {
                let mut item = builder.part(at, part, me);
                item.take_over(old, was.body == part.body);
                item
            }
            None => builder.part(at, part, me),
        });
    }
    let rest = old_items.split_off(old_parts.len().min(old_items.len()));
    let old_pending = old_thread.map(|old| old.pending).unwrap_or_default();
    items.extend(build_pending(thread, words, &old_pending, rest.into_iter().flatten()));
    items
}

/// Makes the unsent acts ready.
pub(super) fn build_pending(
    thread: &Thread,
    words: &Words,
    old_rows: &[OutboxRow],
    old: impl Iterator<Item = Item>,
) -> Vec<Item> {
    let mut old: Vec<(&OutboxRow, Item)> = old
        .filter_map(|item| match item.source {
            Source::Pending(at) => Some((old_rows.get(at)?, item)),
            Source::Part(_) => None,
        })
        .collect();
    let mut items = Vec::with_capacity(thread.pending.len());
    for (at, row) in thread.pending.iter().enumerate() {
        // A row whose part has come back from the helpdesk is shown once.
        let settled = row.sent_part.as_ref().is_some_and(|sent| thread.parts.iter().rev().any(|part| part.id == *sent));
        if settled || (!row.act.is_message() && row.status == OutboxStatus::Sent) {
            continue;
        }
        let mut item = pending(at, row, words);
        if let Some(known) = old.iter().position(|(was, _)| was.id == row.id) {
            let (was, known) = old.swap_remove(known);
            item.take_over(known, was.act.text() == row.act.text());
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
        files: files
            .map(|(index, file)| File {
                number: index + 1,
                name: crate::text::clean(&file.name),
                sent_name: Untrusted::new(file.name.as_str()),
                media: Untrusted::new(file.content_type.as_str()),
                size: Some(file.size),
                seen: None,
            })
            .collect(),
        expanded: true,
        can_fold: false,
        status: Some((row.status, crate::app::outbox::reason_words(row, words))),
        has_body: kind != ItemKind::Event && row.act.text().is_some_and(|text| !text.trim().is_empty()),
        shown: None,
        rows: 1,
        ahead: None,
        key: None,
        under: Vec::new(),
    }
}

/// So many authors are remembered: few people write in one thread.
const AUTHORS: usize = 8;

struct Builder<'a> {
    thread: &'a Thread,
    directory: &'a Directory,
    words: &'a Words,
    /// The last of them, as shown.
    authors: Vec<(&'a crate::domain::Author, Clean)>,
}

impl<'a> Builder<'a> {
    fn part(&mut self, at: usize, part: &'a Part, me: Option<&crate::domain::TeammateId>) -> Item {
        let body = part.body.as_ref().filter(|body| !body.is_empty());
        let kind = match (&part.kind, body) {
            _ if part.redacted => ItemKind::Redacted,
            (PartKind::Note, _) => ItemKind::Note,
            _ if part.is_message() && part.is_from_contact() => ItemKind::Customer,
            _ if part.is_message() => ItemKind::Ours,
            _ => ItemKind::Event,
        };
        let body = body.filter(|_| !matches!(kind, ItemKind::Redacted | ItemKind::Event));
        let author = self.known_author(part);
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
            files: files
                .map(|(index, file)| File {
                    number: index + 1,
                    name: file.name.clean(),
                    sent_name: file.name.clone(),
                    media: file.content_type.clone(),
                    size: file.size,
                    seen: None,
                })
                .collect(),
            expanded: false,
            can_fold: false,
            status: None,
            has_body: body.is_some(),
            shown: None,
            rows: 1,
            ahead: None,
            under: Vec::new(),
            key: None,
        }
    }

    fn known_author(&mut self, part: &'a Part) -> Clean {
        if let Some((_, name)) = self.authors.iter().find(|(known, _)| **known == part.author) {
            return name.clone();
        }
        let name = self.author(part);
        self.authors.truncate(AUTHORS - 1);
        self.authors.insert(0, (&part.author, name.clone()));
        name
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
