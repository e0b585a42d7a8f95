//! From an outline to a whole thread: words, files, hands and measures.
//!
//! Owns [`Studio`], which makes the `n`th conversation of a seed whatever was made before it, and
//! [`Slot`]. Every state, part and measure comes from the helpdesk's rules, so that a seeded thread is
//! like one that came over the API. Must not know the store. Enter at [`Studio::slots`], then
//! [`Studio::thread`].

use super::cast::Cast;
use super::catalogue;
use super::dice::Dice;
use super::odd;
use super::outline::{Fate, Outline, Plan, Step};
use super::people::{Crowd, YOU, first_name, mate_for};
use super::scribe::Scribe;
use super::talk::{Desk, OUTREACH, Topic, talk};
use crate::helpdesk::model::act::Record;
use crate::helpdesk::model::{ConversationAttribute, ConversationId, Thread};
use crate::helpdesk::rules::Scene;
use crate::helpdesk::rules::hours::Calendar;

const HOUR: i64 = 3_600;

/// A conversation to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Which of the seed's.
    pub index: usize,
    /// How it stands in the end.
    pub fate: Fate,
    /// When it begins.
    pub began: i64,
}

/// What is decided before the words.
struct Opening {
    outline: Outline,
    topic: &'static Topic,
    person: usize,
}

/// Makes the conversations of a seed.
#[derive(Clone, Debug)]
pub struct Studio {
    /// How many conversations of which fate.
    pub(super) plan: Plan,
    crowd: Crowd,
    /// The hours that measures count.
    pub(super) calendar: Option<Calendar>,
    /// What attributes conversations have.
    pub(super) definitions: Vec<ConversationAttribute>,
    seed: u64,
    /// The moment that everything is relative to.
    pub(super) now: i64,
}

impl Studio {
    /// A studio for `conversations` conversations among `crowd`.
    #[must_use]
    pub fn new(plan: Plan, crowd: Crowd, seed: u64, now: i64) -> Self {
        let (mut calendar, mut definitions) = (None, Vec::new());
        for record in catalogue::records(now, seed, 0) {
            match record {
                Record::OfficeHours(hours) if calendar.is_none() => calendar = Some(Calendar::new(&hours)),
                Record::ConversationAttribute(definition) => definitions.push(definition),
                _ => {}
            }
        }
        Self { plan, crowd, calendar, definitions, seed, now }
    }

    /// The customers and companies.
    #[must_use]
    pub const fn crowd(&self) -> &Crowd {
        &self.crowd
    }

    /// All slots by the time they begin; makes every customer older than their first conversation.
    pub fn slots(&mut self) -> Vec<Slot> {
        let mut slots = Vec::with_capacity(self.plan.fates().len());
        for index in 0..self.plan.fates().len() {
            let fate = self.plan.fates()[index];
            let opening = self.opening(index, fate);
            let times = opening.outline.timed(self.now);
            let began = times.first().map_or(self.now, |(at, _)| *at);
            let contact = &mut self.crowd.people[opening.person].contact;
            contact.created_at = contact.created_at.min(began - HOUR);
            contact.signed_up_at = contact.signed_up_at.map(|at| at.min(began - HOUR));
            for (at, step) in times {
                let (theirs, ours) = match step {
                    Step::Ask => (!matches!(fate, Fate::Outreach(_)), matches!(fate, Fate::Outreach(_))),
                    Step::Human | Step::Follow | Step::Thanks | Step::Chase | Step::Ack | Step::Aside => (true, false),
                    Step::Answer | Step::Solve | Step::Welcome | Step::Update | Step::AsideReply => (false, true),
                    _ => (false, false),
                };
                if theirs {
                    contact.last_replied_at = contact.last_replied_at.max(Some(at));
                    contact.last_seen_at = contact.last_seen_at.max(Some(at));
                } else if ours {
                    contact.last_contacted_at = contact.last_contacted_at.max(Some(at));
                }
                contact.updated_at = contact.updated_at.max(at);
            }
            slots.push(Slot { index, fate, began });
        }
        slots.sort_by_key(|slot| (slot.began, slot.index));
        slots
    }

    fn opening(&self, index: usize, fate: Fate) -> Opening {
        let mut dice = Dice::stream(self.seed, index as u64);
        // Both of a merged pair are the same person's about the same thing.
        if matches!(fate, Fate::MergedAway | Fate::MergedInto) {
            dice = Dice::stream(self.seed, u64::MAX);
        }
        let outline = Outline::throw(fate, self.plan.horizon, &mut dice);
        let book = talk(outline.tongue);
        let named = match fate {
            Fate::Outreach(_) => book.topic_named(OUTREACH),
            Fate::MergedAway | Fate::MergedInto => book.topic_named("late_parcel"),
            _ => None,
        };
        let topic = named.unwrap_or_else(|| book.topic(&mut dice));
        let person = match fate {
            Fate::Odd(which) => {
                (odd::FIRST + odd::MESSAGES[which % odd::MESSAGES.len()].who).min(self.crowd.people.len() - 1)
            }
            _ if topic.desk == Desk::Wholesale || topic.name == "invoice_vat" => {
                self.crowd.somebody_at_work(outline.tongue, &mut dice)
            }
            _ => self.crowd.somebody(outline.tongue, &mut dice),
        };
        Opening { outline, topic, person }
    }

    /// The thread of a slot, and the files that belong to it.
    #[must_use]
    pub fn thread(&self, slot: Slot, id: ConversationId) -> (Thread, Vec<Record>) {
        let Opening { outline, topic, person } = self.opening(slot.index, slot.fate);
        let mut dice = Dice::stream(self.seed ^ 0x7EC5, slot.index as u64);
        let person = (person, &self.crowd.people[person]);
        let desk = match slot.fate {
            Fate::Odd(which) => odd::MESSAGES[which % odd::MESSAGES.len()].desk,
            _ => topic.desk,
        };
        let mate = match slot.fate {
            Fate::You | Fate::Outreach(0) => YOU,
            Fate::Closed => mate_for(desk, outline.tongue, true, &mut dice),
            _ => mate_for(desk, outline.tongue, false, &mut dice),
        };
        let times = outline.timed(self.now);
        let began = times.first().map_or(slot.began, |(at, _)| *at);
        let mut cast =
            Cast::throw(outline.tongue, self.crowd.customer(person.0), first_name(mate), topic.kind, began, &mut dice);
        // The mark of a mention, which becomes a link when the text becomes HTML.
        cast.mention = "\u{1}";
        let scribe = Scribe::new(self, person.1, topic, desk, mate, &outline, cast, dice, (self.seed, slot.index));
        scribe.write(id, &times)
    }

    /// A moment of a thread, for the rules.
    pub(super) const fn scene(&self, at: i64) -> Scene<'_> {
        Scene { at, now: at, hours: self.calendar.as_ref() }
    }
}
