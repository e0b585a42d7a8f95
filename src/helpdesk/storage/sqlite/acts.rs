//! What is done to conversations: load, apply the rules, save.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Answer, ChangeKind, Class, Missing, Refusal};
use super::conversations::{append, index_words, load, part, save, save_part, save_with, thread};
use super::rows::run;
use super::{Work, changes, companies, contacts, people, settings};
use crate::helpdesk::model::act::{
    Actor, ConversationUpdate, Manage, NewConversation, NewRating, Redaction, Reply, ReplyKind, Step,
};
use crate::helpdesk::model::{
    AppliedTag, Attachment, AttachmentId, Author, Contact, ContactId, Conversation, ConversationId, NewAttachment,
    Part, PartId, Place, Source, State, Tag, TagId, Target, Thread,
};
use crate::helpdesk::rules::hours::Calendar;
use crate::helpdesk::rules::thread::{Message, contact_author};
use crate::helpdesk::rules::{Scene, assign, attributes, merge, note_teammates, operator, redact, thread as rules};

/// Begins a conversation; the rules of arrival run.
pub(super) fn create(work: &Work<'_>, new: NewConversation) -> Answer<Thread> {
    let db = work.db;
    let workspace = settings::workspace(db)?;
    let calendar = settings::calendar(db)?;
    let scene = scene(work, new.at, calendar.as_ref());
    let contact = contacts::load(db, &new.from)?;
    let by_us = new.outbound;
    if by_us.is_none() {
        unless_blocked(&contact)?;
    }
    let attachments = keep_files(work, None, new.attachments)?;
    let source = Source {
        kind: new.channel,
        id: PartId(0),
        delivered_as: if by_us.is_some() { "admin_initiated" } else { "customer_initiated" }.to_owned(),
        subject: new.subject.unwrap_or_default(),
        body: new.body,
        author: match by_us {
            Some(outbound) => author(db, &Actor::Admin(outbound.by))?,
            None => contact_author(&contact),
        },
        attachments,
        url: new.url,
        redacted: false,
        recipients: Vec::new(),
        reply_to: Vec::new(),
        email: new.email,
    };
    let brand = match new.brand {
        Some(brand) => Some(brand),
        None => settings::brands(db)?.into_iter().find(|brand| brand.is_default).map(|brand| brand.id),
    };
    let mut conversation = rules::begin(&contact, source, brand, &scene);
    if let Some(outbound) = by_us {
        // Nobody waits, so it goes to nobody until the contact answers.
        if !outbound.opens {
            conversation.state = State::Closed;
        }
        save_with(db, &mut conversation, Vec::new())?;
        own_files(db, conversation.id, &conversation.source.attachments)?;
        contacts::written_to(db, &new.from, scene.at, work.now)?;
        return thread(db, conversation.id);
    }
    let team = new.team.or_else(|| workspace.channel_teams.get(&conversation.source.kind).copied());
    let (to, reason) = match team {
        Some(team) => (Some(Target::Team(team)), assign::Reason::Said),
        None => (workspace.default_assignee, assign::Reason::Default),
    };
    let mut parts = Vec::new();
    if let Some(to) = to {
        parts = hand_over(work, &mut conversation, operator(), to, None, reason, true, &scene)?;
    }
    save_with(db, &mut conversation, parts)?;
    own_files(db, conversation.id, &conversation.source.attachments)?;
    contacts::wrote(db, &new.from, scene.at, work.now)?;
    thread(db, conversation.id)
}

/// Adds a message or a note.
pub(super) fn reply(work: &Work<'_>, id: ConversationId, reply: Reply) -> Answer<Thread> {
    let db = work.db;
    let calendar = settings::calendar(db)?;
    let scene = scene(work, reply.at, calendar.as_ref());
    let by_contact = matches!(reply.by, Actor::Contact(_));
    let mut conversation = load(db, id)?;
    if let Some(primary) = conversation.merged_into {
        if !by_contact {
            return Err(merged(primary));
        }
        // What a customer writes goes on where the conversation does.
        conversation = load(db, primary)?;
    }
    let author = author(db, &reply.by)?;
    if let Actor::Contact(contact) = &reply.by {
        unless_blocked(&contacts::load(db, contact)?)?;
    }
    if let Actor::Contact(contact) = &reply.by
        && !conversation.contacts.iter().any(|known| known.id == *contact)
    {
        return Err(Missing::Contact.into());
    }
    let attachments = keep_files(work, Some(conversation.id), reply.attachments)?;
    let (note, offers) = match reply.kind {
        ReplyKind::Comment => (false, Vec::new()),
        ReplyKind::Note => (true, Vec::new()),
        ReplyKind::QuickReply(offers) => (false, offers),
    };
    if note && by_contact {
        return Err(Refusal::invalid("a contact cannot write a note").at("message_type").into());
    }
    let message = Message {
        author,
        note,
        offers,
        chosen: reply.chosen,
        body: reply.body,
        attachments,
        email: reply.email,
        external_id: reply.external_id,
    };
    let mut parts = rules::message(&mut conversation, message, &scene);
    if let Actor::Contact(contact) = &reply.by {
        parts.extend(give_back(db, &mut conversation, &scene)?);
        requeue(db, &mut conversation, &scene)?;
        contacts::wrote(db, contact, scene.at, work.now)?;
    } else if !note {
        for contact in &conversation.contacts {
            contacts::written_to(db, &contact.id, scene.at, work.now)?;
        }
    }
    save_with(db, &mut conversation, parts)?;
    drain(work, &scene)?;
    thread(db, conversation.id)
}

/// Blocks a contact, and closes the conversations with it.
pub(super) fn block_contact(work: &Work<'_>, id: &ContactId, by: &Actor) -> Answer<Contact> {
    let db = work.db;
    let mut contact = contacts::load(db, id)?;
    if contact.blocked {
        return Ok(contact);
    }
    let notes = contact.notes.clone();
    contact.blocked = true;
    contact.updated_at = contact.updated_at.max(work.now);
    contacts::save(db, &mut contact, false)?;
    contact.notes = notes;
    let sql = "SELECT conversation_id FROM conversation_contact WHERE contact_id = ?1 ORDER BY conversation_id";
    let with_it: Vec<i64> = super::rows::column(db, sql, [id.as_str()])?;
    for on in with_it.into_iter().map(ConversationId) {
        let conversation = load(db, on)?;
        // One that others take part in as well is not the blocked one's to lose, unless it began with it.
        let is_theirs = conversation.contacts.first().is_some_and(|first| first.id == *id);
        if is_theirs && conversation.state != State::Closed && conversation.merged_into.is_none() {
            manage(work, on, Manage { by: by.clone(), step: Step::Close { body: None }, at: None })?;
        }
    }
    Ok(contact)
}

/// Refuses what a blocked contact writes.
fn unless_blocked(contact: &Contact) -> Answer<()> {
    if contact.blocked {
        Err(Refusal::unprocessable("contact_blocked", "The contact is blocked").into())
    } else {
        Ok(())
    }
}

/// Closes, opens, snoozes or assigns.
pub(super) fn manage(work: &Work<'_>, id: ConversationId, manage: Manage) -> Answer<Thread> {
    let db = work.db;
    let calendar = settings::calendar(db)?;
    let scene = scene(work, manage.at, calendar.as_ref());
    let mut conversation = load(db, id)?;
    if let Some(primary) = conversation.merged_into {
        return Err(merged(primary));
    }
    if matches!(manage.by, Actor::Contact(_)) {
        return Err(Refusal::invalid("only a teammate can do this").at("type").into());
    }
    let by = author(db, &manage.by)?;
    let before = conversation.clone();
    let by_hand = manage.by != Actor::Bot && matches!(manage.step, Step::Assign { to: Target::Team(_), .. });
    let parts = match manage.step {
        Step::Close { body } => rules::close(&mut conversation, by, body, &scene),
        Step::Open => {
            let parts = rules::open(&mut conversation, by, &scene);
            requeue(db, &mut conversation, &scene)?;
            parts
        }
        Step::Snooze { until } => {
            if until <= work.now {
                return Err(Refusal::invalid("snoozed_until must be in the future").at("snoozed_until").into());
            }
            rules::snooze(&mut conversation, by, until, &scene)
        }
        Step::Assign { to, body } => {
            // What a rule moves into a team arrives there; what a person moves waits in its inbox.
            let arrives = manage.by == Actor::Bot;
            let parts = hand_over(work, &mut conversation, by, to, body, assign::Reason::Said, arrives, &scene)?;
            if by_hand {
                requeue(db, &mut conversation, &scene)?;
            }
            parts
        }
    };
    if conversation != before {
        save_with(db, &mut conversation, parts)?;
        // Whoever moves it into a team sees it there first; the chore hands it out.
        if !by_hand {
            drain(work, &scene)?;
        }
    }
    thread(db, id)
}

/// Sets the read mark, title, attributes, company or priority.
pub(super) fn update(work: &Work<'_>, id: ConversationId, update: ConversationUpdate) -> Answer<Thread> {
    let db = work.db;
    let scene = scene(work, None, None);
    let mut conversation = load(db, id)?;
    let by = match update.by {
        Some(admin) => author(db, &Actor::Admin(admin))?,
        None => operator(),
    };
    let before = conversation.clone();
    let definitions = settings::conversation_attributes(db)?;
    let mut parts = attributes::set(&mut conversation, &by, &update.custom_attributes, &definitions, &scene)
        .map_err(|unfit| Refusal::invalid(unfit.message).at(format!("custom_attributes.{}", unfit.name)))?;
    if let Some(read) = update.read {
        rules::mark_read(&mut conversation, read, &scene);
    }
    if let Some(title) = update.title {
        conversation.title = Some(title).filter(|title| !title.is_empty());
    }
    if let Some(company) = update.company {
        conversation.company =
            if company.is_unset() { None } else { Some(companies::find(db, &company)?.ok_or(Missing::Company)?.id) };
    }
    if let Some(priority) = update.priority {
        parts.extend(attributes::prioritise(&mut conversation, &by, priority, &scene));
    }
    if conversation != before {
        rules::changed(&mut conversation, &scene);
        save_with(db, &mut conversation, parts)?;
    }
    thread(db, id)
}

/// Takes the customer's judgement.
pub(super) fn rate(work: &Work<'_>, id: ConversationId, rating: NewRating) -> Answer<Thread> {
    let db = work.db;
    let scene = scene(work, rating.at, None);
    if !(1..=5).contains(&rating.score) {
        return Err(Refusal::invalid("rating must be 1 to 5").at("rating").into());
    }
    let mut conversation = load(db, id)?;
    let contact = contacts::load(db, &rating.by)?;
    let parts = rules::rate(&mut conversation, &contact, rating.score, rating.remark, &scene);
    save_with(db, &mut conversation, parts)?;
    thread(db, id)
}

/// Deletes a conversation.
pub(super) fn delete(work: &Work<'_>, id: ConversationId, metrics_retained: bool) -> Answer<()> {
    super::conversations::delete(work.db, id, metrics_retained, work.now)?;
    let calendar = settings::calendar(work.db)?;
    drain(work, &scene(work, None, calendar.as_ref()))
}

/// Puts a tag on a conversation.
pub(super) fn tag(work: &Work<'_>, id: ConversationId, tag: TagId, by: &Actor) -> Answer<Tag> {
    let db = work.db;
    let mut conversation = load(db, id)?;
    let found = settings::tag(db, tag)?.ok_or(Missing::TagOnConversation)?;
    let by = author(db, by)?;
    if !conversation.tags.iter().any(|known| known.id == tag) {
        conversation.tags.push(AppliedTag {
            id: tag,
            name: found.name.clone(),
            applied_at: work.now,
            applied_by: by.admin(),
        });
        rules::changed(&mut conversation, &scene(work, None, None));
        save(db, &mut conversation)?;
    }
    Ok(found)
}

/// Takes a tag off a conversation.
pub(super) fn untag(work: &Work<'_>, id: ConversationId, tag: TagId, by: &Actor) -> Answer<Tag> {
    let db = work.db;
    let mut conversation = load(db, id)?;
    author(db, by)?;
    let found = settings::tag(db, tag)?.ok_or(Missing::TagOnConversation)?;
    let before = conversation.tags.len();
    conversation.tags.retain(|known| known.id != tag);
    if conversation.tags.len() == before {
        return Err(Missing::TagOnConversation.into());
    }
    rules::changed(&mut conversation, &scene(work, None, None));
    save(db, &mut conversation)?;
    Ok(found)
}

/// Merges one conversation into another.
pub(super) fn merge_into(
    work: &Work<'_>,
    secondary: ConversationId,
    primary: ConversationId,
    by: &Actor,
) -> Answer<Thread> {
    let db = work.db;
    let calendar = settings::calendar(db)?;
    let scene = scene(work, None, calendar.as_ref());
    let failed = |message: String| Refusal::unprocessable("merge_failed", message);
    let mut one = load(db, secondary)?;
    if !super::conversations::known(db, primary)? {
        return Err(failed("Primary conversation not found".to_owned()).into());
    }
    let mut other = load(db, primary)?;
    merge::check(&one, &other).map_err(|why| failed(why.to_string()))?;
    let by = author(db, by)?;
    let (gone, kept) = merge::merge(&mut one, &mut other, by, &scene);
    save_with(db, &mut one, gone)?;
    save_with(db, &mut other, kept)?;
    drain(work, &scene)?;
    thread(db, primary)
}

/// Takes a message out for good.
pub(super) fn redact_message(work: &Work<'_>, what: Redaction) -> Answer<Thread> {
    let db = work.db;
    let scene = scene(work, None, None);
    let fixed = || {
        Refusal::unprocessable(
            "conversation_part_not_redactable",
            "A part must have a body, an opening message must be a contact's, to be redacted",
        )
    };
    let (id, files) = match what {
        Redaction::Part(id, wanted) => {
            let mut conversation = load(db, id).map_err(|_| Missing::PartOrMessage)?;
            let mut found = part(db, id, wanted)?;
            let files = redact::part(&mut conversation, &mut found, &scene).ok_or_else(fixed)?;
            save_part(db, &found)?;
            save(db, &mut conversation)?;
            (id, files)
        }
        Redaction::Source(id, wanted) => {
            let mut conversation = load(db, id).map_err(|_| Missing::PartOrMessage)?;
            if conversation.source.id != wanted {
                return Err(Missing::PartOrMessage.into());
            }
            let files = redact::source(&mut conversation, &scene).ok_or_else(fixed)?;
            save(db, &mut conversation)?;
            index_words(db, &conversation, true)?;
            (id, files)
        }
    };
    for file in files {
        run(db, "DELETE FROM attachment WHERE id = ?1", [file.as_str()])?;
    }
    thread(db, id)
}

/// Adds or takes out a contact.
pub(super) fn participant(
    work: &Work<'_>,
    id: ConversationId,
    contact: &ContactId,
    by: &Actor,
    joins: bool,
) -> Answer<Thread> {
    let db = work.db;
    let scene = scene(work, None, None);
    let mut conversation = load(db, id)?;
    let contact = contacts::load(db, contact)?;
    let by = author(db, by)?;
    let parts = if joins {
        rules::add_participant(&mut conversation, &contact, by, &scene)
    } else {
        if !conversation.contacts.iter().any(|known| known.id == contact.id) {
            return Err(Missing::Contact.into());
        }
        if conversation.contacts.len() == 1 {
            let message = "Removing the last customer is not allowed";
            return Err(Refusal::new(Class::Unprocessable, "parameter_invalid", message).into());
        }
        rules::remove_participant(&mut conversation, &contact, by, &scene)
    };
    if !parts.is_empty() {
        save_with(db, &mut conversation, parts)?;
    }
    thread(db, id)
}

/// Wakes what has slept long enough, and hands out what waits in balanced teams' inboxes.
pub(super) fn wake_due(work: &Work<'_>) -> Answer<Vec<ConversationId>> {
    let db = work.db;
    let due = super::conversations::due(db, work.now)?;
    let calendar = settings::calendar(db)?;
    let scene = scene(work, None, calendar.as_ref());
    for id in &due {
        let mut conversation = load(db, *id)?;
        let parts = rules::wake(&mut conversation, &scene);
        requeue(db, &mut conversation, &scene)?;
        save_with(db, &mut conversation, parts)?;
    }
    drain(work, &scene)?;
    Ok(due)
}

/// Gives what waits in balanced teams' inboxes to whoever has room now, the longest waiting first.
pub(super) fn drain(work: &Work<'_>, scene: &Scene<'_>) -> Answer<()> {
    let db = work.db;
    let scene = Scene { at: scene.now, ..scene.clone() };
    let teams: Vec<i64> = super::rows::column(
        db,
        "SELECT DISTINCT team_assignee_id FROM conversation WHERE queued_since IS NOT NULL",
        [],
    )?;
    for team in teams {
        while let Some(roster) = people::roster(db, crate::helpdesk::model::TeamId(team))? {
            if !matches!(roster.pick(), assign::Pick::Member(_)) {
                break;
            }
            let next: Option<i64> = db
                .prepare_cached(
                    "SELECT id FROM conversation WHERE team_assignee_id = ?1 AND queued_since IS NOT NULL
                     ORDER BY queued_since, id LIMIT 1",
                )?
                .query_row([team], |row| row.get(0))
                .optional()?;
            let Some(id) = next else { break };
            let mut conversation = load(db, ConversationId(id))?;
            let parts = assign::arrive(&mut conversation, &roster, &scene);
            people::assigned(db, &conversation, None, work.now)?;
            conversation.queued_since = None;
            save_with(db, &mut conversation, parts)?;
        }
    }
    Ok(())
}

/// Assigns, and runs the team's method when the conversation arrives in it.
#[allow(clippy::too_many_arguments, reason = "the parts of one assignment")]
fn hand_over(
    work: &Work<'_>,
    conversation: &mut Conversation,
    by: Author,
    to: Target,
    body: Option<String>,
    reason: assign::Reason,
    arrives: bool,
    scene: &Scene<'_>,
) -> Answer<Vec<Part>> {
    let db = work.db;
    let roster = match to {
        Target::Team(team) => Some(people::roster(db, team)?.ok_or(Missing::Assignee)?),
        Target::Admin(admin) => {
            if people::admin(db, admin)?.is_none() {
                return Err(Missing::Assignee.into());
            }
            None
        }
        Target::NobodyAdmin | Target::NobodyTeam => None,
    };
    let name = roster.as_ref().map(|roster| roster.name.as_str());
    let mut parts = assign::assign(conversation, by, to, body, name, reason, scene);
    match (&roster, to) {
        (Some(roster), _) if arrives && !parts.is_empty() => {
            parts.extend(assign::arrive(conversation, roster, scene));
            people::assigned(db, conversation, Some(roster.team), work.now)?;
        }
        (None, Target::Admin(_)) if !parts.is_empty() => people::assigned(db, conversation, None, work.now)?,
        _ => {}
    }
    Ok(parts)
}

/// Takes an answered conversation back from a teammate who is away and wants that.
fn give_back(db: &Connection, conversation: &mut Conversation, scene: &Scene<'_>) -> Answer<Vec<Part>> {
    let Some(admin) = conversation.admin_assignee else { return Ok(Vec::new()) };
    let returns = people::admin(db, admin)?.is_some_and(|admin| admin.away && admin.away_reassign);
    if !returns {
        return Ok(Vec::new());
    }
    let roster = conversation.team_assignee.map_or(Ok(None), |team| people::roster(db, team))?;
    Ok(assign::return_from_away(conversation, roster.as_ref().map(|roster| roster.name.as_str()), scene))
}

/// An open conversation without a person waits in a balanced team's inbox.
fn requeue(db: &Connection, conversation: &mut Conversation, scene: &Scene<'_>) -> Answer<()> {
    if conversation.state != State::Open || conversation.admin_assignee.is_some() {
        return Ok(());
    }
    if let Some(team) = conversation.team_assignee
        && let Some(roster) = people::roster(db, team)?
    {
        assign::enqueue(conversation, &roster, scene);
    }
    Ok(())
}

fn scene<'a>(work: &Work<'_>, at: Option<i64>, hours: Option<&'a Calendar>) -> Scene<'a> {
    Scene { at: at.unwrap_or(work.now), now: work.now, hours }
}

/// Who acts, as messages tell it.
pub(super) fn author(db: &Connection, actor: &Actor) -> Answer<Author> {
    Ok(match actor {
        Actor::Bot => operator(),
        Actor::Contact(contact) => contact_author(&contacts::load(db, contact)?),
        Actor::Admin(admin) => people::author(&people::admin(db, *admin)?.ok_or(Missing::Admin)?),
    })
}

fn merged(primary: ConversationId) -> super::super::StoreError {
    Refusal::invalid(format!("This conversation has been merged into {primary} and can only be read")).into()
}

/// Keeps the bytes of what is handed in.
fn keep_files(
    work: &Work<'_>,
    conversation: Option<ConversationId>,
    files: Vec<NewAttachment>,
) -> Answer<Vec<Attachment>> {
    files
        .into_iter()
        .map(|file| match file {
            NewAttachment::Link(url) => {
                let name = url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
                Ok(Attachment {
                    name: if name.is_empty() { "attachment".to_owned() } else { name.to_owned() },
                    content_type: "application/octet-stream".to_owned(),
                    filesize: 0,
                    width: 0,
                    height: 0,
                    place: Place::Linked(url),
                })
            }
            NewAttachment::Upload { name, content_type, bytes, pixels } => {
                let id = AttachmentId(work.ids.uuid());
                run(
                    work.db,
                    "INSERT INTO attachment (id, conversation_id, name, content_type, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![id.as_str(), conversation.map(|id| id.0), name, content_type, bytes],
                )?;
                let (width, height) = pixels.unwrap_or_default();
                Ok(Attachment {
                    name,
                    content_type,
                    filesize: bytes.len() as u64,
                    width,
                    height,
                    place: Place::Stored(id),
                })
            }
        })
        .collect()
}

/// Ties kept files to the conversation that they came with.
pub(super) fn own_files(db: &Connection, id: ConversationId, attachments: &[Attachment]) -> Answer<()> {
    for file in redact::stored(attachments) {
        run(db, "UPDATE attachment SET conversation_id = ?2 WHERE id = ?1", params![file.as_str(), id.0])?;
    }
    Ok(())
}

/// Writes a thread as it stands: no rule is applied, but what follows from its parts alone holds.
pub(super) fn insert(db: &Connection, thread: Thread) -> Answer<()> {
    let Thread { mut conversation, mut parts, .. } = thread;
    conversation.statistics.count_conversation_parts = i64::try_from(parts.len()).unwrap_or(i64::MAX);
    note_teammates(&mut conversation, &parts);
    save(db, &mut conversation)?;
    append(db, conversation.id, &mut parts)?;
    own_files(db, conversation.id, &conversation.source.attachments)?;
    for part in &parts {
        own_files(db, conversation.id, &part.attachments)?;
    }
    Ok(())
}

/// Rewrites a contact as its conversations name it.
pub(super) fn rename_contact(
    db: &Connection,
    contact: &crate::helpdesk::model::Contact,
    was: &ContactId,
    now: i64,
) -> Answer<()> {
    let ids: Vec<i64> = super::rows::column(
        db,
        "SELECT conversation_id FROM conversation_contact WHERE contact_id = ?1",
        [was.as_str()],
    )?;
    for id in ids {
        let mut conversation = load(db, ConversationId(id))?;
        let mut seen = false;
        for known in &mut conversation.contacts {
            if known.id == *was {
                *known = rules::contact_ref(contact);
            }
        }
        conversation.contacts.retain(|known| known.id != contact.id || !std::mem::replace(&mut seen, true));
        rules::changed(&mut conversation, &Scene::live(now, None));
        save(db, &mut conversation)?;
    }
    if *was != contact.id {
        changes::note(db, ChangeKind::ContactMerged, was)?;
    }
    Ok(())
}
