//! Filling an empty store with the demo workspace.
//!
//! Owns [`seed`], [`needs_seed`] and the mark that says when and with what a store was filled. Writes
//! by bulk insert only; conversations are made on another thread while the ones before go in.
//!
//! The mark is the job title of a bot that is listed nowhere, written last: a store whose seeding was
//! cut off has none.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::catalogue::{self, SEEDER};
use super::outline::{Fate, Plan};
use super::people::{self, Crowd, YOU, contact_notes, crowd, mate_id};
use super::scribe::mate_author;
use super::threads::Studio;
use crate::helpdesk::model::act::Record;
use crate::helpdesk::model::{AdminId, ConversationId, Thread};
use crate::helpdesk::rules::{Scene, merge};
use crate::helpdesk::storage::{Answer, Store, StoreError};

/// A mark older than this is stale: waiting times of days would no longer be true.
const GOOD_FOR: i64 = 86_400;
/// Conversations in one insert.
const BATCH: usize = 1_000;
/// Customers in one insert.
const CONTACT_BATCH: usize = 2_000;

/// What to fill a store with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedPlan {
    /// How many conversations.
    pub conversations: usize,
    /// Which world: the same seed and moment make the same store.
    pub seed: u64,
    /// The moment that all dates are relative to, in Unix seconds.
    pub now: i64,
}

/// What was filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeded {
    /// The teammate that the first token acts as.
    pub you: AdminId,
    /// Conversations.
    pub conversations: usize,
    /// Parts of all of them.
    pub parts: usize,
    /// Customers.
    pub contacts: usize,
    /// Companies.
    pub companies: usize,
}

/// Why a store could not be filled.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Something is in it already; a demo workspace is only put into an empty store.
    #[error("the store is not empty")]
    NotEmpty,
    /// The store failed.
    #[error("the demo workspace could not be written")]
    Store(#[from] StoreError),
    /// The thread that makes the conversations stopped.
    #[error("the demo conversations could not be made")]
    Stopped,
}

/// The teammate that the first token of a demo workspace acts as.
#[must_use]
pub fn you() -> AdminId {
    mate_id(YOU)
}

/// Whether the store lacks the demo workspace of `plan`: never filled, filled otherwise, cut off, or
/// filled more than a day before `plan.now`. What is stale must be emptied before [`seed`] takes it.
///
/// # Errors
/// When the store fails.
pub async fn needs_seed(store: &Arc<dyn Store>, plan: &SeedPlan) -> Answer<bool> {
    Ok(!mark_of(store).await?.is_some_and(|mark| {
        (mark.seed, mark.conversations) == (plan.seed, plan.conversations)
            && (0..GOOD_FOR).contains(&(plan.now - mark.now))
    }))
}

/// What a store was filled with; none for one that holds no whole demo workspace.
pub(super) async fn mark_of(store: &Arc<dyn Store>) -> Answer<Option<SeedPlan>> {
    match store.admin(SEEDER).await {
        Ok(bot) => Ok(bot.job_title.as_deref().and_then(read_mark)),
        Err(StoreError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The customers and companies of a plan.
pub(super) fn crowd_of(plan: &SeedPlan) -> Crowd {
    crowd(people_for(plan.conversations), plan.seed, plan.now, &catalogue::marks(plan.seed))
}

fn write_mark(plan: &SeedPlan) -> String {
    format!("demo workspace; seed={} conversations={} at={}", plan.seed, plan.conversations, plan.now)
}

fn read_mark(text: &str) -> Option<SeedPlan> {
    let field = |name: &str| text.split([' ', ';']).find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    Some(SeedPlan {
        seed: field("seed")?.parse().ok()?,
        conversations: field("conversations")?.parse().ok()?,
        now: field("at")?.parse().ok()?,
    })
}

/// How many customers so many conversations have.
fn people_for(conversations: usize) -> usize {
    if conversations <= 400 { (conversations * 5 / 8).max(40) } else { 250 + (conversations - 400) / 4 }
}

/// Fills an empty store with the workspace, its people and `plan.conversations` conversations.
///
/// # Errors
/// When the store is not empty, or fails.
pub async fn seed(store: &Arc<dyn Store>, plan: &SeedPlan) -> Result<Seeded, SeedError> {
    let there = store.counts().await?;
    if there.conversations + there.contacts + there.admins > 0 {
        return Err(SeedError::NotEmpty);
    }
    let (sender, mut batches) = mpsc::channel(2);
    let making = {
        let plan = *plan;
        tokio::task::spawn_blocking(move || make(&plan, &sender))
    };
    while let Some(batch) = batches.recv().await {
        store.insert_batch(batch).await?;
    }
    making.await.map_err(|_| SeedError::Stopped)?;
    let mark = catalogue::bot(SEEDER, "Demo", Some(write_mark(plan)));
    store.insert_batch(vec![Record::Admin(mark)]).await?;
    let counts = store.counts().await?;
    Ok(Seeded {
        you: you(),
        conversations: counts.conversations,
        parts: counts.parts,
        contacts: counts.contacts,
        companies: counts.companies,
    })
}

/// Makes everything in the order in which it can be inserted. Stops early when nobody takes it.
fn make(plan: &SeedPlan, out: &mpsc::Sender<Vec<Record>>) {
    let shape = Plan::of(plan.conversations);
    let balanced_limit = 15.max(i64::try_from(shape.open() / 10).unwrap_or(i64::MAX));
    let mut studio = Studio::new(shape, crowd_of(plan), plan.seed, plan.now);
    let slots = studio.slots();
    let send = |batch: Vec<Record>| out.blocking_send(batch).is_ok();
    if !send(catalogue::records(plan.now, plan.seed, balanced_limit)) {
        return;
    }
    let people::Crowd { people, companies, .. } = studio.crowd();
    if !send(companies.iter().map(|company| Record::Company(Box::new(company.clone()))).collect()) {
        return;
    }
    for some in people.chunks(CONTACT_BATCH) {
        if !send(some.iter().map(|person| Record::Contact(Box::new(person.contact.clone()))).collect()) {
            return;
        }
    }
    if !send(contact_notes(studio.crowd(), plan.seed, plan.now).into_iter().map(Record::Note).collect()) {
        return;
    }
    let mut waiting: Option<Thread> = None;
    for (batch, some) in slots.chunks(BATCH).enumerate() {
        let mut records = Vec::with_capacity(some.len() * 2);
        for (place, slot) in some.iter().enumerate() {
            let number = i64::try_from(batch * BATCH + place).unwrap_or(i64::MAX);
            let (mut thread, files) = studio.thread(*slot, ConversationId(ConversationId::FIRST + number));
            records.extend(files);
            match slot.fate {
                Fate::MergedAway => {
                    waiting = Some(thread);
                    continue;
                }
                Fate::MergedInto => {
                    if let Some(mut secondary) = waiting.take() {
                        join(&mut secondary, &mut thread, plan.now);
                        records.push(Record::Thread(Box::new(secondary)));
                    }
                }
                _ => {}
            }
            records.push(Record::Thread(Box::new(thread)));
        }
        if !send(records) {
            return;
        }
    }
    // Its other half begins later than it, so none is left over; nothing is lost if one were.
    if let Some(thread) = waiting {
        send(vec![Record::Thread(Box::new(thread))]);
    }
}

/// Merges one thread into another, a while ago.
fn join(secondary: &mut Thread, primary: &mut Thread, now: i64) {
    let scene = Scene::live(now - 50 * 60, None);
    let (gone, kept) = merge::merge(&mut secondary.conversation, &mut primary.conversation, mate_author(1), &scene);
    for (thread, parts) in [(secondary, gone), (primary, kept)] {
        thread.parts.extend(parts);
        thread.total_parts = thread.parts.len();
    }
}

#[cfg(test)]
#[path = "seed_tests.rs"]
mod tests;
