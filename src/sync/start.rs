//! First messages: a conversation begins by one, once.
//!
//! There is no thread to read before it and after it, so the openings of the contact's conversations take
//! its place: what was there before the first byte is the baseline, and after doubt ours is looked for
//! among those that came since, by the same rules as a reply in its thread (see [`super::reconcile`]). An
//! address that nobody has is made a lead first, and that is on disk before anything goes there.

use super::engine::{Engine, SyncError};
use super::message::Event;
use super::push::{Cleared, News, reason_of};
use super::reconcile::{
    ATTEMPTS, Look, Verdict, find, is_behind, is_behind_for_good, judge, not_before, settle_before,
};
use crate::api::{ApiError, Class, ConversationFilter, FetchedThread, Performed, Walk};
use crate::cache::{Attempt, CacheError, OutboxFilter, Settlement};
use crate::domain::{
    Act, Contact, ContactId, ContactRef, ContactRole, Conversation, ConversationId, Doubt, Opening, OutboxRow,
    OutboxStatus, Part, TeammateId, UnixTime,
};
use crate::text::Untrusted;

/// Conversations of one contact, begun since, that are looked into.
const MOST: usize = 50;
/// Attempts at a contact that the helpdesk does not find: one that was made a moment ago comes late.
const LATE_CONTACT: u32 = 5;

/// How the contact's latest conversations began, in their order.
struct Openings {
    threads: Vec<FetchedThread>,
    parts: Vec<Part>,
    /// There are more than were looked into.
    missing: u32,
}

impl Openings {
    fn of(mut threads: Vec<FetchedThread>, missing: u32) -> Self {
        threads.retain(|thread| !thread.parts.is_empty());
        threads.sort_by(|a, b| {
            let key = |thread: &FetchedThread| (thread.conversation.created_at, thread.conversation.id.as_str().len());
            key(a).cmp(&key(b)).then_with(|| a.conversation.id.cmp(&b.conversation.id))
        });
        let parts = threads.iter().filter_map(|thread| thread.parts.first().cloned()).collect();
        Self { threads, parts, missing }
    }

    /// The conversation that an opening message is of.
    fn begun_by(self, part: &Part) -> Option<FetchedThread> {
        self.threads.into_iter().find(|thread| thread.parts.first().is_some_and(|first| first.id == part.id))
    }
}

impl Engine {
    /// Keeps what is settled of a new conversation, shows it, and tells that it can be written.
    ///
    /// # Errors
    /// When it could not be made durable; nothing was begun then.
    pub fn begin_new(&self, id: &ConversationId, opening: &Opening) -> Result<(), CacheError> {
        let mut opening = opening.clone();
        if let Some(contact) = &opening.to.id
            && let Some((known, _)) = self.cache.load_contact(contact)?
        {
            opening.to = ContactRef { id: Some(known.id), name: known.name, email: known.email, role: known.role };
        }
        self.cache.begin_new(id, &opening)?;
        self.tell(Event::NewBegun(id.clone()));
        self.tell_changed(vec![id.clone()]);
        Ok(())
    }

    /// Forgets a new conversation for which nothing was written.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn forget_new(&self, id: &ConversationId) -> Result<(), CacheError> {
        if self.cache.forget_new(id)? {
            self.tell_changed(vec![id.clone()]);
        }
        Ok(())
    }

    /// What is due to a first message before its first byte: its contact by id, and what is there already;
    /// after doubt, looking for it.
    pub(super) async fn clear_start(&self, row: &OutboxRow, me: &TeammateId) -> Result<Cleared, SyncError> {
        if row.doubt.since.is_some() && row.status != OutboxStatus::Unknown {
            // It may have arrived, whatever brought it here: it is looked up first.
            let news =
                News::of(row, OutboxStatus::Unknown).because(row.reason.clone()).after(std::time::Duration::ZERO);
            return Ok(Cleared::Stop((self.settle(row, news).await?, None)));
        }
        let Act::Start { to, .. } = &row.act else { return Ok(Cleared::Stop((None, None))) };
        let contact = match &to.id {
            Some(id) => id.clone(),
            // Nothing has gone anywhere before its contact was known.
            None => match self.find_recipient(row, to).await? {
                Ok(id) => id,
                Err(stop) => return Ok(stop),
            },
        };
        if row.status == OutboxStatus::Unknown {
            return self.resolve_start(row, &contact, me).await;
        }
        let outcome = self.openings(row, &contact).await;
        self.note_exchange(&outcome);
        let openings = match outcome {
            Ok(openings) => openings,
            Err(error) => return Ok(Cleared::Stop(self.not_read(row, error).await?)),
        };
        self.forget_pause(row.id);
        let count = u32::try_from(openings.parts.len()).unwrap_or(u32::MAX);
        let baseline = (openings.parts.last().map(|part| part.id.clone()), count);
        Ok(Cleared::Go(Attempt { baseline: Some(baseline), resend: false }))
    }

    /// The contact of an address: one that is there, else a new lead. It is on disk when this returns.
    async fn find_recipient(&self, row: &OutboxRow, to: &ContactRef) -> Result<Result<ContactId, Cleared>, SyncError> {
        let email = to.email.as_raw().trim();
        let found = match self.client.contacts_of_email(email).await {
            Ok(mut found) => {
                // Who is signed in before who is not, and of those who was here last.
                found.sort_by_key(|one| (one.role != ContactRole::User, std::cmp::Reverse(one.last_seen_at)));
                match found.into_iter().next() {
                    Some(contact) => Ok(contact),
                    None => self.client.create_lead(email).await,
                }
            }
            Err(error) => Err(error),
        };
        self.note_exchange(&found);
        let contact = match found {
            Ok(contact) => contact,
            // Of the message no byte has left. A lead that was made unheard is found the next time.
            Err(error) => return Ok(Err(Cleared::Stop(self.not_read(row, error).await?))),
        };
        let id = contact.id.clone();
        let Some(named) = named_for(&row.act, &contact) else { return Ok(Err(Cleared::Stop((None, None)))) };
        let before = row.clone();
        let kept = self
            .on_disk(move |cache| {
                cache.store_contacts(std::slice::from_ref(&contact))?;
                cache.name_recipient(&before, &named)
            })
            .await?;
        Ok(match kept {
            Some(kept) => {
                self.tell(Event::Row(kept));
                Ok(id)
            }
            // Somebody else has it.
            None => Err(Cleared::Stop((None, None))),
        })
    }

    /// How the contact's conversations began that are not surely older than the row.
    async fn openings(&self, row: &OutboxRow, contact: &ContactId) -> Result<Openings, ApiError> {
        let ahead = self.server_ahead();
        let filter = ConversationFilter {
            created_since: Some(not_before(row, ahead.min(0))),
            ..ConversationFilter::of_contact(contact.clone())
        };
        let mut listed: Vec<Conversation> = Vec::new();
        let mut walk = Walk::new();
        let mut cursor = None;
        loop {
            let page = self.client.search_conversations(&filter, cursor.as_ref()).await?;
            cursor = walk.next(&page);
            // A server that ignores the query must not decide what has arrived.
            let fits = |on: &Conversation| on.participants.contains(contact) || on.participants.is_empty();
            listed.extend(page.items.into_iter().filter(fits));
            if cursor.is_none() || listed.len() > MOST {
                break;
            }
        }
        listed.sort_by_key(|on| std::cmp::Reverse(on.created_at));
        let missing = u32::try_from(listed.len().saturating_sub(MOST)).unwrap_or(u32::MAX);
        listed.truncate(MOST);
        let mut threads = Vec::with_capacity(listed.len());
        for on in listed {
            match self.client.conversation(&on.id).await {
                Ok(thread) => threads.push(thread),
                // Deleted between the two questions.
                Err(error) if matches!(error.class(), Class::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Openings::of(threads, missing))
    }

    /// Other first messages to the same contact.
    async fn beside_start(&self, contact: &ContactId) -> Result<Vec<OutboxRow>, SyncError> {
        let contact = contact.clone();
        self.on_disk(move |cache| {
            let mut rows = cache.load_outbox(&OutboxFilter::All)?;
            rows.retain(|row| matches!(&row.act, Act::Start { to, .. } if to.id.as_ref() == Some(&contact)));
            Ok(rows)
        })
        .await
    }

    /// A first message of unknown outcome: look first, then decide.
    async fn resolve_start(&self, row: &OutboxRow, contact: &ContactId, me: &TeammateId) -> Result<Cleared, SyncError> {
        let stop = |row: Option<OutboxRow>| Ok(Cleared::Stop((row, None)));
        let since = row.doubt.since.unwrap_or_else(|| self.client.server_now());
        let mut doubt = Doubt { since: Some(since), ..row.doubt };
        let reason = row.reason.clone();
        let still = |doubt| News::of(row, OutboxStatus::Unknown).with(doubt).because(row.reason.clone());
        let ask = |doubt, reason| News::of(row, OutboxStatus::NeedsDecision).with(doubt).because(reason);
        let outcome = self.openings(row, contact).await;
        self.note_exchange(&outcome);
        let openings = match outcome {
            Ok(openings) => openings,
            Err(error) if error.is_permanent() => {
                return stop(self.settle(row, ask(doubt, reason_of(&error))).await?);
            }
            Err(error) => {
                let wait = self.wait_to_read(row, &error);
                return stop(self.settle(row, still(doubt).after(wait)).await?);
            }
        };
        let rows = self.beside_start(contact).await?;
        let look = look_at(&openings, me, &rows, self.server_ahead());
        if let Some(part) = find(row, &look).cloned() {
            let thread = openings.begun_by(&part);
            let began = thread.as_ref().map(|thread| thread.conversation.id.clone());
            return stop(self.arrived_start(row, began, thread).await?);
        }
        let settle = self.timings.settle;
        // Of the others only what was begun after this one must be among what was read.
        let later: Vec<OutboxRow> = rows.iter().filter(|other| other.created_at > row.created_at).cloned().collect();
        if is_behind(row, &Look { rows: &later, ..look }, None) {
            let is_for_good = is_behind_for_good(doubt, self.client.server_now(), settle);
            if is_for_good && row.is_chosen() {
                self.forget_pause(row.id);
                return Ok(Cleared::Go(Attempt { baseline: None, resend: true }));
            }
            let news = if is_for_good { ask(doubt, reason) } else { still(doubt).after(settle) };
            tracing::info!(row = row.id.0, "a read of the contact's conversations is behind");
            return stop(self.settle(row, news).await?);
        }
        doubt.reads = doubt.reads.saturating_add(1);
        let verdict = judge(&OutboxRow { doubt, ..row.clone() }, &look);
        tracing::info!(row = row.id.0, ?verdict, "looked for a first message of unknown outcome");
        match verdict {
            // Found is judged on the same openings as above.
            Verdict::Arrived(_) | Verdict::ReadAgain => {
                let wait = settle_before(doubt.reads.saturating_add(1), settle);
                stop(self.settle(row, still(doubt).after(wait)).await?)
            }
            Verdict::Ask => stop(self.settle(row, ask(doubt, reason)).await?),
            Verdict::Resend => {
                self.forget_pause(row.id);
                Ok(Cleared::Go(Attempt { baseline: None, resend: true }))
            }
        }
    }

    /// The helpdesk has a first message: its row, and all that waits behind it, belongs to the conversation
    /// that it began.
    pub(super) async fn started(
        &self,
        row: &OutboxRow,
        performed: Performed,
        me: &TeammateId,
    ) -> Result<Option<OutboxRow>, SyncError> {
        let Performed { conversation: mut thread, mut began } = performed;
        if began.is_none()
            && let Act::Start { to: ContactRef { id: Some(contact), .. }, .. } = &row.act
        {
            // The answer does not say which: it is looked for once. That it arrived is sure in any case.
            if let (Ok(openings), Ok(rows)) = (self.openings(row, contact).await, self.beside_start(contact).await) {
                let part = find(row, &look_at(&openings, me, &rows, self.server_ahead())).cloned();
                thread = part.and_then(|part| openings.begun_by(&part));
                began = thread.as_ref().map(|thread| thread.conversation.id.clone());
            }
        }
        self.arrived_start(row, began, thread).await
    }

    async fn arrived_start(
        &self,
        row: &OutboxRow,
        began: Option<ConversationId>,
        thread: Option<FetchedThread>,
    ) -> Result<Option<OutboxRow>, SyncError> {
        let placeholder = row.conversation.clone();
        let news = Settlement {
            id: row.id,
            attempt: row.attempts,
            status: OutboxStatus::Sent,
            reason: Untrusted::default(),
            due_at: None,
            sent_part: thread.as_ref().and_then(|thread| thread.parts.first()).map(|part| part.id.clone()),
            doubt: row.doubt,
        };
        self.forget_pause(row.id);
        let became = began.clone();
        let settled = self.on_disk(move |cache| cache.settle_start(&news, became.as_ref())).await?;
        if let Some(settled) = &settled {
            self.tell(Event::Row(settled.clone()));
        }
        match (thread, &began) {
            (Some(thread), _) => self.keep(thread).await?,
            // It is pulled like any other if it cannot be read now.
            (None, Some(id)) => drop(self.fetch_thread(id).await),
            (None, None) => {}
        }
        self.tell(Event::Started { placeholder: placeholder.clone(), became: began.clone() });
        self.tell_changed(std::iter::once(placeholder).chain(began).collect());
        Ok(settled)
    }

    /// Whether a contact that is not found may only be too new.
    pub(super) fn may_come_late(row: &OutboxRow, error: &ApiError) -> bool {
        const { assert!(LATE_CONTACT < ATTEMPTS) };
        let not_found = matches!(error.class(), Class::NotFound { merged_into: None });
        not_found && matches!(row.act, Act::Start { .. }) && row.attempts < LATE_CONTACT
    }
}

fn look_at<'a>(openings: &'a Openings, me: &'a TeammateId, rows: &'a [OutboxRow], server_ahead: i64) -> Look<'a> {
    Look {
        parts: &openings.parts,
        missing: openings.missing,
        updated_at: openings.threads.iter().map(|thread| thread.conversation.updated_at).max().unwrap_or(UnixTime(0)),
        me,
        rows,
        server_ahead,
    }
}

/// The act with its contact by id.
fn named_for(act: &Act, contact: &Contact) -> Option<Act> {
    let Act::Start { to, channel, subject, text } = act else { return None };
    let name = if contact.name.is_empty() { to.name.clone() } else { contact.name.clone() };
    let to = ContactRef { id: Some(contact.id.clone()), name, email: to.email.clone(), role: contact.role };
    Some(Act::Start { to, channel: channel.clone(), subject: subject.clone(), text: text.clone() })
}
