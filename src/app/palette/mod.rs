//! The palette: commands, macros, entries of the sidebar, tags, contacts and conversations, found by a few
//! letters.
//!
//! Owns what is typed, which lines answer it and in what order, and the line under the cursor. What is held
//! in memory answers at once; contacts and conversations come from the cache a moment later, and never move
//! the line that the agent has chosen. The conversation that its commands act on is fixed when it opens.
//! `offers` is what can be found whatever is at hand; `run` opens it and does what a line says. Enter at
//! [`Palette`].

mod offers;
mod run;
mod seek;

use std::sync::Arc;

pub(super) use offers::Offers;

use super::fuzzy::{Class, Score, Search, Typed};
use super::input::Input;
use super::moving::Step;
use super::sidebar::EntryKind;
use crate::command::CommandId;
use crate::domain::{ContactId, ContactRef, Conversation, ConversationId, MacroId, TagId, Why};
use crate::sync::message::{FoundContact, Generation};
use crate::text::{Clean, Untrusted, clean};
use crate::words::Words;

/// From this width of the screen on what a line does is shown beside the lines.
pub const ROOMY: u16 = 94;

/// Lines that are put in order and can be reached; whoever wants one further down types on.
const MOST: usize = 1_000;

/// What a line of the palette does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Runs a command.
    Command(CommandId),
    /// Opens an entry of the sidebar.
    Entry(EntryKind),
    /// Writes with a macro of the helpdesk.
    Macro(MacroId),
    /// Puts a tag on, or takes it off.
    Tag(TagId, Untrusted),
    /// Opens the newest conversation of a contact.
    Contact(ContactId),
    /// Opens a conversation.
    Conversation(ConversationId),
}

impl Target {
    /// What it is remembered by: `cmd:conversation.close`, `entry:team:3`, `tag:ID`, `macro:ID`. Contacts and
    /// conversations are not remembered.
    fn key(&self) -> Option<String> {
        Some(match self {
            Self::Command(id) => format!("cmd:{}", id.command().name),
            Self::Entry(kind) => format!("entry:{}", kind.key()),
            Self::Macro(id) => format!("macro:{id}"),
            Self::Tag(id, _) => format!("tag:{id}"),
            Self::Contact(_) | Self::Conversation(_) => return None,
        })
    }
}

/// What is known of a line, for those who hesitate.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// Key of a sentence in the catalogue of words.
    Doc(&'static str),
    /// A macro's text, in lines.
    Text(&'a Clean),
    /// A contact.
    Contact(&'a FoundContact),
    /// A conversation.
    Conversation(&'a Conversation),
}

/// A line of the palette.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What it does.
    pub target: &'a Target,
    /// Its name.
    pub title: &'a Clean,
    /// Key of the word for its kind in the catalogue: `kind-command`, `kind-view`, `kind-team`,
    /// `kind-teammate`, `kind-macro`, `kind-tag`, `kind-contact`, `kind-conversation`.
    pub kind: &'static str,
    /// The key that does the same, or a conversation's contact; may be blank.
    pub keys: &'a Clean,
    /// Why it cannot be done now.
    pub why_not: Option<Why>,
    /// What is known of it.
    pub about: About<'a>,
}

/// How a command stands now.
#[derive(Clone, Debug, Default)]
struct Standing {
    keys: Clean,
    why_not: Option<Why>,
}

/// Something that came from the cache.
#[derive(Clone, Debug)]
struct Finding {
    target: Target,
    title: Clean,
    /// A conversation's contact; else blank.
    with: Clean,
    what: Found,
    /// It is the conversation whose id was typed.
    is_named: bool,
}

#[derive(Clone, Debug)]
enum Found {
    Contact(Box<FoundContact>),
    Conversation(Box<Conversation>),
    /// A conversation that is not here, by its number.
    Number,
}

/// The palette's state.
#[derive(Clone, Debug)]
pub struct Palette {
    /// What is typed.
    pub input: Input,
    /// Index of the line with the cursor.
    pub cursor: usize,
    /// The agent wants to see what a line does, or does not; absent: where there is room.
    preview: Option<bool>,
    /// Nothing but macros is offered.
    pub only_macros: bool,
    offers: Arc<Offers>,
    /// Of each command, in the order of the offers.
    standing: Vec<Standing>,
    /// Why nothing can be done that needs a conversation.
    without: Option<Why>,
    /// What was used lately: index of the offer, and its place among them from 1 (the earliest) on.
    recent: Vec<(u32, u8)>,
    search: Search,
    /// What came from the cache, contacts first.
    findings: Vec<Finding>,
    /// The lines, best first: indices into the offers and, behind them, into the findings.
    lines: Vec<u32>,
    /// How many answer, those beyond the lines included.
    hits: usize,
    /// Number of the question to the cache whose answer is awaited or here.
    asked: Generation,
    /// The agent has chosen a line: it stays where it is.
    has_moved: bool,
    /// What its commands act on: a conversation's number, or how many are selected; may be blank.
    pub at_hand: Clean,
    /// The conversation that its commands act on.
    on: Option<ConversationId>,
    blank: Clean,
}

impl Palette {
    /// How many lines there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nothing answers.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many answer what is typed; more than there are lines when they are very many.
    #[must_use]
    pub const fn hits(&self) -> usize {
        self.hits
    }

    /// How many there are to be found, as far as this screen knows.
    #[must_use]
    pub const fn of(&self) -> usize {
        self.search.len() + self.findings.len()
    }

    /// Whether what the line with the cursor does is shown, on a screen of this width.
    #[must_use]
    pub fn shows_preview(&self, width: u16) -> bool {
        self.preview.unwrap_or(width >= ROOMY)
    }

    /// The line with the cursor.
    #[must_use]
    pub fn found(&self) -> Option<Line<'_>> {
        self.line(self.cursor)
    }

    /// A line, by its place from the top.
    #[must_use]
    pub fn line(&self, at: usize) -> Option<Line<'_>> {
        let at = *self.lines.get(at)? as usize;
        let Some(item) = self.offers.items.get(at) else {
            let finding = self.findings.get(at - self.offers.items.len())?;
            return Some(Line {
                target: &finding.target,
                title: &finding.title,
                kind: match finding.what {
                    Found::Contact(_) => "kind-contact",
                    Found::Conversation(_) | Found::Number => "kind-conversation",
                },
                keys: &finding.with,
                why_not: None,
                about: match &finding.what {
                    Found::Contact(contact) => About::Contact(contact),
                    Found::Conversation(conversation) => About::Conversation(conversation),
                    Found::Number => About::Doc("palette-does-fetch"),
                },
            });
        };
        let standing = self.standing.get(at);
        Some(Line {
            target: &item.target,
            title: &item.title,
            kind: item.kind,
            keys: standing.map_or(&self.blank, |standing| &standing.keys),
            why_not: self.why_not(at),
            about: match &item.target {
                Target::Command(id) => About::Doc(id.command().doc),
                Target::Tag(..) => About::Doc("palette-does-tag"),
                Target::Macro(_) => About::Text(&item.text),
                _ => About::Doc("palette-does-entry"),
            },
        })
    }

    /// A step of the cursor. From now on what the cache finds comes behind what is there.
    pub(super) fn step(&mut self, step: Step) {
        self.cursor = step.from(self.cursor, self.lines.len(), PAGE);
        self.has_moved = true;
    }

    fn why_not(&self, at: usize) -> Option<Why> {
        match self.standing.get(at) {
            Some(standing) => standing.why_not,
            None if self.offers.acting.contains(&at) => self.without,
            None => None,
        }
    }

    /// Whether the line with the cursor is a conversation that the helpdesk has to be asked for.
    pub(super) fn is_fetched(&self) -> bool {
        let at = self.lines.get(self.cursor).and_then(|at| (*at as usize).checked_sub(self.offers.items.len()));
        at.and_then(|at| self.findings.get(at)).is_some_and(|finding| matches!(finding.what, Found::Number))
    }

    /// Looks for what is typed now, in what is held in memory. A conversation that is named is offered by its
    /// number until the cache has said what it is, and when it is not there.
    fn narrow(&mut self, words: &Words) {
        self.has_moved = false;
        self.cursor = 0;
        let typed = Typed::new(self.input.text());
        let mut hits = self.search.hits(&self.offers.index, &typed);
        // What the cache found before stays as long as it answers.
        let findings = std::mem::take(&mut self.findings);
        let first = offers::at(self.offers.items.len());
        for finding in findings {
            finding.is_still_meant(&typed).then(|| self.findings.push(finding));
        }
        self.findings.extend(named_id(self.input.text()).map(|id| Finding::number(id, true, words)));
        hits.extend((first..).zip(&self.findings).filter_map(|(at, finding)| Some((at, finding.score(&typed)?))));
        self.order(&hits);
    }

    /// Puts the hits in order, best first; they come in the order of their places.
    fn order(&mut self, hits: &[(u32, Score)]) {
        self.hits = hits.len();
        let mut ranked: Vec<u64> = hits.iter().map(|hit| self.weight(*hit)).collect();
        for (at, place) in &self.recent {
            let found = hits.binary_search_by_key(at, |(hit, _)| *hit);
            if let Some(weight) = found.ok().and_then(|at| ranked.get_mut(at)) {
                *weight -= u64::from((*place).min(63)) << RECENT;
            }
        }
        if ranked.len() > MOST {
            ranked.select_nth_unstable(MOST);
            ranked.truncate(MOST);
        }
        ranked.sort_unstable();
        // Only the place is left of each.
        self.lines = ranked.into_iter().map(|weight| u32::try_from(weight & PLACE).unwrap_or(u32::MAX)).collect();
    }

    /// How far down a hit belongs: whole words, beginnings, acronyms; then what was used lately (63 here: not
    /// at all); then what can be done; then what it is: of equal answers what is held in memory comes before
    /// people, and those before conversations, which are many; then how close the letters are. Its place is
    /// the end of it: commands come before entries, macros, tags.
    fn weight(&self, (at, score): (u32, Score)) -> u64 {
        let class = 15 - u64::from(score.class as u8);
        let dim = u64::from(self.why_not(at as usize).is_some());
        let far = if score.class == Class::Any { 0 } else { 8_191 - u64::from(score.closeness.min(8_191)) };
        let finding = (at as usize).checked_sub(self.offers.items.len()).and_then(|at| self.findings.get(at));
        let rank = match finding.map(|finding| &finding.what) {
            None => 0,
            Some(Found::Contact(_)) => 1,
            Some(Found::Conversation(_) | Found::Number) => 2,
        };
        class << 60 | 63 << RECENT | dim << 53 | rank << 51 | far << 38 | u64::from(at)
    }

    /// Takes in what the cache found. The line that the agent has chosen stays where it is, with all above.
    fn take_in(&mut self, contacts: Vec<FoundContact>, conversations: Vec<Conversation>, words: &Words) {
        let typed = Typed::new(self.input.text());
        let kept = self.has_moved.then(|| std::mem::take(&mut self.lines));
        let named = named_id(self.input.text());
        let before: Vec<Finding> = std::mem::take(&mut self.findings);
        // Digits that somebody's phone number has are that number first.
        let is_phone = !contacts.is_empty();
        let contacts = contacts.into_iter().map(Finding::contact);
        let is_named = |on: &Conversation| named.as_ref() == Some(&on.id);
        let elsewhere = named.clone().filter(|id| conversations.iter().all(|on| on.id != *id));
        let conversations = conversations.into_iter().map(|on| Finding::conversation(is_named(&on), on));
        let elsewhere = elsewhere.map(|id| Finding::number(id, !is_phone, words));
        let news: Vec<Finding> = contacts.chain(conversations).chain(elsewhere).collect();
        let first = offers::at(self.offers.items.len());
        if let Some(mut lines) = kept {
            // What is on the screen stays, with the places that it has; the rest follows.
            self.findings = before;
            for finding in news {
                if !self.findings.iter().any(|known| known.target == finding.target) {
                    lines.push(first + offers::at(self.findings.len()));
                    self.findings.push(finding);
                    self.hits += 1;
                }
            }
            self.lines = lines;
            return;
        }
        self.findings = news;
        let mut hits = self.search.hits(&self.offers.index, &typed);
        // What the cache found answers, by its own lights, even where the letters are nowhere to be seen.
        let inside = Score { class: Class::Inside, closeness: 0 };
        hits.extend((first..).zip(&self.findings).map(|(at, it)| (at, it.score(&typed).unwrap_or(inside))));
        self.order(&hits);
    }
}

/// Lines that a page is taken for.
const PAGE: usize = 20;

/// The place of a hit, in its weight, and where it says how lately it was used.
const PLACE: u64 = 0xFFFF_FFFF;
const RECENT: u32 = 54;

impl Finding {
    fn contact(contact: FoundContact) -> Self {
        Self {
            target: Target::Contact(contact.id.clone()),
            title: contact.name.clean().or(&contact.email.clean()).or(&clean(contact.id.as_str())),
            with: Clean::default(),
            what: Found::Contact(Box::new(contact)),
            is_named: false,
        }
    }

    fn conversation(is_named: bool, on: Conversation) -> Self {
        Self {
            target: Target::Conversation(on.id.clone()),
            title: on.title.clean().or(&on.preview.clean()),
            with: on.contact.as_ref().map(ContactRef::shown_name).unwrap_or_default(),
            what: Found::Conversation(Box::new(on)),
            is_named,
        }
    }

    /// A conversation that is not here: the helpdesk is asked for it when it is chosen.
    fn number(id: ConversationId, is_named: bool, words: &Words) -> Self {
        let number = clean(id.as_str());
        Self {
            title: words.with("palette-open-number", &[("number", (&number).into())]),
            target: Target::Conversation(id),
            with: Clean::default(),
            what: Found::Number,
            is_named,
        }
    }

    fn score(&self, typed: &Typed) -> Option<Score> {
        if self.is_named {
            return Some(Score { class: Class::Whole, closeness: 0 });
        }
        let text = match &self.what {
            Found::Contact(contact) => format!("{} {} {}", self.title, contact.email.clean(), contact.phone.clean()),
            Found::Conversation(_) => format!("{} {}", self.title, self.with),
            Found::Number => return None,
        };
        let mut index = super::fuzzy::Index::default();
        index.push(&text);
        // Letters here and there are no answer of a name among thousands.
        let score = index.score(0, typed).filter(|score| score.class > Class::Typo)?;
        // Titles begin with every word there is: where a conversation's does, that says less than a name's.
        let most = if matches!(self.what, Found::Contact(_)) { Class::Whole } else { Class::WordBegin };
        Some(Score { class: score.class.min(most), ..score })
    }

    fn is_still_meant(&self, typed: &Typed) -> bool {
        !self.is_named && !typed.is_blank() && self.score(typed).is_some()
    }
}

/// The conversation that is named by what is typed: `2214`, `#2214`, or the web address of its page. Words
/// that could be an id are words here.
fn named_id(typed: &str) -> Option<ConversationId> {
    let typed = typed.trim();
    let digits = typed.strip_prefix('#').unwrap_or(typed);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_address = typed.contains("://") || typed.contains("/conversation");
    if is_number || is_address { ConversationId::parse_typed(typed) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_could_be_an_id_are_words_here() {
        for (typed, id) in [
            (" #2214 ", Some("2214")),
            ("app.eu.intercom.com/a/apps/x/conversations/9", Some("9")),
            ("refund", None),
            ("24/7", None),
            ("#", None),
            ("", None),
        ] {
            assert_eq!(named_id(typed).as_ref().map(ConversationId::as_str), id, "{typed}");
        }
    }
}
