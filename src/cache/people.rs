//! Contacts, companies, and the small lists that are held whole.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::behind::{Behind, Left};
use super::database::{Tried, int};
use super::effective::Fresh;
use super::{Cache, CacheError, Me, effective, row, thread};
use crate::domain::{
    AttributeDefinition, AttributeOwner, AuthorKind, AwayReason, Capabilities, Company, Contact, ContactId,
    ContactNote, Conversation, ConversationId, Directory, Macro, OfficeHours, Tag, Team, Teammate, UnixTime, Workspace,
};

/// Contacts or companies stored in one transaction.
const AT_ONCE: usize = 50;

const OWNERS: [(AttributeOwner, &str); 3] = [
    (AttributeOwner::Conversation, "attributes.conversation"),
    (AttributeOwner::Contact, "attributes.contact"),
    (AttributeOwner::Company, "attributes.company"),
];

impl Cache {
    /// Stores contacts as the helpdesk has them, and what they add to their conversations: name,
    /// address, phone, country, language, company, attributes. Gives the conversations that changed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_contacts(&self, contacts: &[Contact]) -> Result<Vec<ConversationId>, CacheError> {
        let now = self.now();
        let mut changed = Vec::new();
        for some in contacts.chunks(AT_ONCE) {
            let left = self.write_cache(|cache| {
                let mut news = Vec::new();
                for contact in some {
                    let json = serde_json::to_string(contact)?;
                    if put_contact(cache, &contact.id, Some(&json), now)? {
                        put_companies(cache, contact)?;
                        news.push(contact.id.clone());
                    }
                }
                self.follow(cache, Behind::Contacts(news))
            })?;
            changed.extend(self.finish(left)?);
        }
        Ok(changed)
    }

    /// The helpdesk has no such contact (any more): it is not asked for again until its conversations
    /// name another. What was known of it stays.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_contact_missing(&self, id: &ContactId) -> Result<(), CacheError> {
        let now = self.now();
        let left = self.write_cache(|cache| {
            if !matches!(find_contact(cache, id)?, Known::Unasked) {
                return Ok(Left::Nothing(Vec::new()));
            }
            put_contact(cache, id, None, now)?;
            self.follow(cache, Behind::Contacts(vec![id.clone()]))
        })?;
        self.finish(left).map(drop)
    }

    /// The helpdesk has merged a contact into another: whatever here names the old one names the new one
    /// from now on, its conversations, their participants and parts, and the notes about it. Gives the
    /// conversations that changed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn rewrite_contact(&self, old: &ContactId, new: &ContactId) -> Result<Vec<ConversationId>, CacheError> {
        if old == new {
            return Ok(Vec::new());
        }
        self.keep_sent_shown(old, new)?;
        let me = self.me();
        let ids = self.read_cache(|cache| of_contact_or_participant(cache, old))?;
        // The old one goes with the last of its conversations: whoever is stopped in between finds it again.
        self.store_slices(
            ids.into(),
            |cache| {
                let names = (old.as_str(), new.as_str());
                cache.execute(
                    "UPDATE contact_note SET contact_id = ?2 WHERE contact_id = ?1 \
                     AND NOT EXISTS (SELECT 1 FROM contact_note n WHERE n.contact_id = ?2)",
                    names,
                )?;
                for table in ["contact_note", "contact_company"] {
                    cache.execute(&format!("DELETE FROM {table} WHERE contact_id = ?1"), [old.as_str()])?;
                }
                cache.execute("DELETE FROM contact WHERE id = ?1", [old.as_str()])?;
                Ok(())
            },
            |cache, state, id| {
                let Some(kept) = row::load_kept(cache, id)? else { return Ok(false) };
                let Some(server) = renamed(&kept.server, old, new)? else { return Ok(false) };
                let json = serde_json::to_string(&server)?;
                let fresh = Fresh { server: &server, json, thread: kept.thread.clone(), gone: kept.gone };
                let refreshed = effective::refresh_one_of(cache, state, me.as_ref(), Some(&kept), &fresh)?;
                let mut parts = thread::load_parts(cache, id)?;
                let mut is_theirs = false;
                for part in &mut parts {
                    if part.author.kind == AuthorKind::Contact(Some(old.clone())) {
                        part.author.kind = AuthorKind::Contact(Some(new.clone()));
                        is_theirs = true;
                    }
                }
                Ok((is_theirs && thread::put_parts(cache, id, &parts, false)?) || refreshed)
            },
        )
    }

    /// A sent act shows as done over the row that it was sent over: that row is about to be written
    /// differently, which is no news from the helpdesk.
    fn keep_sent_shown(&self, old: &ContactId, new: &ContactId) -> Result<(), CacheError> {
        let rows = self.read_cache(|cache| {
            let mut rows = Vec::new();
            for id in of_contact_or_participant(cache, old)? {
                let Some(kept) = row::load_kept(cache, &id)? else { continue };
                if let Some(server) = renamed(&kept.server, old, new)? {
                    let after = effective::digest(&serde_json::to_string(&server)?);
                    rows.push((id, effective::digest(&kept.server), after));
                }
            }
            Ok(rows)
        })?;
        let shows = self.read_state(|state| {
            let mut statement =
                state.prepare_cached("SELECT 1 FROM outbox WHERE conversation_id = ?1 AND sent_over = ?2")?;
            let mut shows = Vec::new();
            for row in rows {
                if statement.exists((row.0.as_str(), &row.1))? {
                    shows.push(row);
                }
            }
            Ok(shows)
        })?;
        if shows.is_empty() {
            return Ok(());
        }
        self.write_state("rewrite_contact", |state| {
            let mut statement = state
                .prepare_cached("UPDATE outbox SET sent_over = ?3 WHERE conversation_id = ?1 AND sent_over = ?2")?;
            for (id, before, after) in &shows {
                statement.execute((id.as_str(), before, after))?;
            }
            Ok(())
        })
    }

    /// Stores all notes about a contact, newest first, in place of those before.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_contact_notes(&self, id: &ContactId, notes: &[ContactNote]) -> Result<bool, CacheError> {
        self.write_cache(|cache| {
            if load_contact_notes(cache, id)? == notes {
                return Ok(false);
            }
            cache.execute("DELETE FROM contact_note WHERE contact_id = ?1", [id.as_str()])?;
            let mut insert =
                cache.prepare_cached("INSERT INTO contact_note (contact_id, position, note) VALUES (?1, ?2, ?3)")?;
            for (position, note) in notes.iter().enumerate() {
                insert.execute((id.as_str(), int(position), serde_json::to_string(note)?))?;
            }
            Ok(true)
        })
    }

    /// Stores companies, and their names with the conversations of their contacts. Gives the
    /// conversations that changed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_companies(&self, companies: &[Company]) -> Result<Vec<ConversationId>, CacheError> {
        let mut changed = Vec::new();
        for some in companies.chunks(AT_ONCE) {
            let left = self.write_cache(|cache| {
                let mut news = Vec::new();
                for company in some {
                    let is_news = cache
                        .prepare_cached(
                            "INSERT INTO company (id, company) VALUES (?1, ?2) ON CONFLICT (id) \
                             DO UPDATE SET company = excluded.company WHERE company <> excluded.company",
                        )?
                        .execute((company.id.as_str(), serde_json::to_string(company)?))?;
                    if is_news > 0 {
                        news.push(company.id.clone());
                    }
                }
                self.follow(cache, Behind::Companies(news))
            })?;
            changed.extend(self.finish(left)?);
        }
        Ok(changed)
    }

    /// Loads a contact and when it was fetched; `None` while it never was, or when the helpdesk has no
    /// such contact.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_contact(&self, id: &ContactId) -> Result<Option<(Contact, UnixTime)>, CacheError> {
        self.read_cache(|cache| {
            let Some(contact) = find_contact(cache, id)?.here() else { return Ok(None) };
            let sql = "SELECT fetched_at FROM contact WHERE id = ?1";
            let at = cache.prepare_cached(sql)?.query_row([id.as_str()], |row| row.get(0))?;
            Ok(Some((contact, UnixTime(at))))
        })
    }

    /// Contacts of conversations that were never fetched, those of the newest conversations first.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn contacts_wanted(&self, limit: usize) -> Result<Vec<ContactId>, CacheError> {
        self.read_cache(|cache| {
            let mut statement = cache.prepare_cached(
                "SELECT contact_id FROM conversation WHERE contact_wanted = 1 ORDER BY last_message_at DESC",
            )?;
            let mut found = statement.query([])?;
            let (mut wanted, mut seen) = (Vec::new(), BTreeSet::new());
            while wanted.len() < limit
                && let Some(row) = found.next()?
            {
                if let Some(id) = ContactId::parse(row.get_ref(0)?.as_str().unwrap_or_default())
                    && seen.insert(id.clone())
                {
                    wanted.push(id);
                }
            }
            Ok(wanted)
        })
    }

    /// Stores the workspace and who we are in it; see [`Cache::set_me`]. Gives whether that is news.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_directory_workspace(&self, workspace: &Workspace) -> Result<bool, CacheError> {
        let changed = self.store_document("workspace", workspace)?;
        self.set_me(&Me { id: workspace.me.id.clone(), name: workspace.me.name.as_raw().to_owned() })?;
        // Nobody waits for this one: what a start left, or an earlier program, is done.
        self.finish_behind()?;
        Ok(changed)
    }

    /// Stores all teammates. Gives whether that is news.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_directory_teammates(&self, teammates: &[Teammate]) -> Result<bool, CacheError> {
        self.store_document("teammates", teammates)
    }

    /// Stores all teams. Gives whether that is news.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_directory_teams(&self, teams: &[Team]) -> Result<bool, CacheError> {
        self.store_document("teams", teams)
    }

    /// Stores all tags. Gives whether that is news.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_directory_tags(&self, tags: &[Tag]) -> Result<bool, CacheError> {
        self.store_document("tags", tags)
    }

    /// Stores all reasons to be away. Gives whether that is news.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_directory_away_reasons(&self, reasons: &[AwayReason]) -> Result<bool, CacheError> {
        self.store_document("away_reasons", reasons)
    }

    /// Stores all attributes of one owner. Gives whether that is news.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_directory_attributes(
        &self,
        owner: AttributeOwner,
        attributes: &[AttributeDefinition],
    ) -> Result<bool, CacheError> {
        let name = OWNERS.iter().find(|(is, _)| *is == owner).map_or("attributes", |(_, name)| name);
        self.store_document(name, attributes)
    }

    /// Stores what the helpdesk can do. Gives whether that is news.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_directory_capabilities(&self, capabilities: Capabilities) -> Result<bool, CacheError> {
        self.store_document("capabilities", &capabilities)
    }

    /// Stores the helpdesk's macros. Gives whether that is news.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_directory_macros(&self, macros: &[Macro]) -> Result<bool, CacheError> {
        self.store_document("macros", macros)
    }

    /// Stores the helpdesk's schedules of office hours. Gives whether that is news.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_directory_office_hours(&self, schedules: &[OfficeHours]) -> Result<bool, CacheError> {
        self.store_document("office_hours", schedules)
    }

    /// Loads what is known of the workspace. What is not stored, or not understood any more, is empty.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_directory(&self) -> Result<Directory, CacheError> {
        self.read_cache(|cache| {
            let mut attributes: Vec<AttributeDefinition> = Vec::new();
            for (_, name) in OWNERS {
                attributes.extend(load_document::<Vec<_>>(cache, name)?.unwrap_or_default());
            }
            Ok(Directory {
                workspace: load_document(cache, "workspace")?,
                teammates: load_document(cache, "teammates")?.unwrap_or_default(),
                teams: load_document(cache, "teams")?.unwrap_or_default(),
                tags: load_document(cache, "tags")?.unwrap_or_default(),
                away_reasons: load_document(cache, "away_reasons")?.unwrap_or_default(),
                attributes,
                capabilities: load_document(cache, "capabilities")?.unwrap_or_default(),
                macros: load_document(cache, "macros")?.unwrap_or_default(),
                office_hours: load_document(cache, "office_hours")?.unwrap_or_default(),
            })
        })
    }

    fn store_document<T: Serialize + ?Sized>(&self, name: &str, document: &T) -> Result<bool, CacheError> {
        self.write_cache(|cache| {
            let changed = cache
                .prepare_cached(
                    "INSERT INTO directory (name, document) VALUES (?1, ?2) ON CONFLICT (name) \
                     DO UPDATE SET document = excluded.document WHERE document <> excluded.document",
                )?
                .execute((name, serde_json::to_string(document)?))?;
            Ok(changed > 0)
        })
    }
}

fn load_document<T: DeserializeOwned>(cache: &Connection, name: &str) -> Tried<Option<T>> {
    let json: Option<String> = cache
        .prepare_cached("SELECT document FROM directory WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Conversations that a contact is in.
fn of_contact_or_participant(cache: &Connection, id: &ContactId) -> Tried<Vec<ConversationId>> {
    let sql = "SELECT id FROM conversation WHERE contact_id = ?1 \
               UNION SELECT conversation_id FROM conversation_participant WHERE contact_id = ?1";
    effective::ids(cache, sql, [id.as_str()])
}

/// What the helpdesk said of a conversation, with the new contact in the old one's place; `None` when the
/// old one is not in it.
fn renamed(server: &str, old: &ContactId, new: &ContactId) -> Tried<Option<Conversation>> {
    let mut server: Conversation = serde_json::from_str(server)?;
    let mut is_in = false;
    if let Some(contact) = server.contact.as_mut().filter(|contact| contact.id.as_ref() == Some(old)) {
        contact.id = Some(new.clone());
        is_in = true;
    }
    if server.participants.contains(old) {
        let mut seen = BTreeSet::new();
        let participants = std::mem::take(&mut server.participants).into_iter();
        let participants = participants.map(|one| if one == *old { new.clone() } else { one });
        server.participants = participants.filter(|one| seen.insert(one.clone())).collect();
        is_in = true;
    }
    Ok(is_in.then_some(server))
}

/// Writes a contact; gives whether that is news. `json` is absent for one that the helpdesk has not.
fn put_contact(cache: &Connection, id: &ContactId, json: Option<&str>, now: UnixTime) -> Tried<bool> {
    let mut before = cache.prepare_cached("SELECT contact IS ?2 FROM contact WHERE id = ?1")?;
    let is_same: Option<bool> = before.query_row((id.as_str(), json), |row| row.get(0)).optional()?;
    cache
        .prepare_cached(
            "INSERT INTO contact (id, fetched_at, contact) VALUES (?1, ?2, ?3) ON CONFLICT (id) \
             DO UPDATE SET fetched_at = excluded.fetched_at, contact = excluded.contact",
        )?
        .execute((id.as_str(), now.0, json))?;
    Ok(is_same != Some(true))
}

fn put_companies(cache: &Connection, contact: &Contact) -> Tried<()> {
    let id = contact.id.as_str();
    cache.prepare_cached("DELETE FROM contact_company WHERE contact_id = ?1")?.execute([id])?;
    let mut insert = cache.prepare_cached(
        "INSERT OR IGNORE INTO contact_company (company_id, contact_id, position) VALUES (?1, ?2, ?3)",
    )?;
    for (position, company) in contact.companies.iter().enumerate() {
        insert.execute((company.as_str(), id, int(position)))?;
    }
    Ok(())
}

/// What is known of a contact.
#[allow(clippy::large_enum_variant, reason = "one at a time, on the stack")]
pub(super) enum Known {
    /// It was never asked for.
    Unasked,
    /// The helpdesk has no such contact.
    Missing,
    /// As it was fetched.
    Here(Contact),
}

impl Known {
    /// The contact, when it is here.
    pub fn here(self) -> Option<Contact> {
        match self {
            Self::Here(contact) => Some(contact),
            Self::Unasked | Self::Missing => None,
        }
    }
}

/// Looks a contact up.
pub(super) fn find_contact(cache: &Connection, id: &ContactId) -> Tried<Known> {
    let mut statement = cache.prepare_cached("SELECT contact FROM contact WHERE id = ?1")?;
    let mut found = statement.query([id.as_str()])?;
    let Some(row) = found.next()? else { return Ok(Known::Unasked) };
    let json: Option<String> = row.get(0)?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()).map_or(Known::Missing, Known::Here))
}

/// Names of a contact's companies, as far as they are here, in the contact's order.
pub(super) fn company_names(cache: &Connection, contact: &Contact) -> Tried<Vec<String>> {
    let mut statement = cache.prepare_cached("SELECT company FROM company WHERE id = ?1")?;
    let mut names = Vec::new();
    for id in &contact.companies {
        let json: Option<String> = statement.query_row([id.as_str()], |row| row.get(0)).optional()?;
        if let Some(company) = json.and_then(|json| serde_json::from_str::<Company>(&json).ok()) {
            names.push(company.name.as_raw().to_owned());
        }
    }
    Ok(names)
}

/// Name of the first company of a contact that is here.
pub(super) fn first_company(cache: &Connection, contact: &Contact) -> Tried<Option<String>> {
    Ok(company_names(cache, contact)?.into_iter().next())
}

/// Notes about a contact, newest first.
pub(super) fn load_contact_notes(cache: &Connection, id: &ContactId) -> Tried<Vec<ContactNote>> {
    let mut statement =
        cache.prepare_cached("SELECT note FROM contact_note WHERE contact_id = ?1 ORDER BY position")?;
    let notes = statement.query_map([id.as_str()], |row| row.get::<_, String>(0))?;
    let mut found = Vec::new();
    for note in notes {
        found.extend(serde_json::from_str::<ContactNote>(&note?).ok());
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{Place, tag, team, teammate};
    use super::*;
    use crate::domain::{AttributeKind, AwayState};
    use crate::text::Untrusted;

    #[test]
    fn the_directory_comes_back_as_it_was_stored() {
        let place = Place::new();
        let cache = &place.cache;
        assert_eq!(cache.load_directory().unwrap(), Directory::default());
        let me = Teammate {
            id: teammate("7"),
            name: Untrusted::new("Ana"),
            email: Untrusted::new("ana@example.com"),
            has_inbox_seat: true,
            away: AwayState { away: true, reassign: false, reason: Some("3".into()) },
            teams: vec![team("3")],
        };
        let attribute = |owner, name: &str| AttributeDefinition {
            owner,
            name: Untrusted::new(name),
            kind: AttributeKind::List(vec![Untrusted::new("a")]),
        };
        let directory = Directory {
            workspace: Some(Workspace {
                id: "w".into(),
                name: Untrusted::new("Northwind"),
                region: Untrusted::new("EU"),
                time_zone: Untrusted::new("Europe/Berlin"),
                me: me.clone(),
            }),
            teammates: vec![me.clone()],
            teams: vec![Team { id: team("3"), name: Untrusted::new("Billing"), members: vec![teammate("7")] }],
            tags: vec![Tag { id: tag("1"), name: Untrusted::new("VIP") }],
            away_reasons: vec![AwayReason {
                id: "3".into(),
                label: Untrusted::new("Lunch"),
                emoji: Untrusted::new("🍜"),
            }],
            attributes: OWNERS.map(|(owner, _)| attribute(owner, "plan")).to_vec(),
            capabilities: Capabilities { set_priority: true, ..Capabilities::default() },
            ..Directory::default()
        };
        assert!(cache.store_directory_workspace(directory.workspace.as_ref().unwrap()).unwrap());
        assert!(!cache.store_directory_workspace(directory.workspace.as_ref().unwrap()).unwrap());
        cache.store_directory_teammates(&directory.teammates).unwrap();
        cache.store_directory_teams(&directory.teams).unwrap();
        cache.store_directory_tags(&directory.tags).unwrap();
        cache.store_directory_away_reasons(&directory.away_reasons).unwrap();
        for (owner, _) in OWNERS {
            cache.store_directory_attributes(owner, &[attribute(owner, "plan")]).unwrap();
        }
        cache.store_directory_capabilities(directory.capabilities).unwrap();
        assert_eq!(place.another().load_directory().unwrap(), directory);
        assert_eq!(cache.me(), Some(Me { id: teammate("7"), name: "Ana".into() }));
    }

    #[test]
    fn what_names_a_merged_contact_names_the_one_it_was_merged_into() {
        use super::super::fixtures::{NOW, contact, conversation, id, part_by};
        use crate::domain::{Conversation, PartKind};
        let place = Place::new();
        let cache = &place.cache;
        let (old, new) = (ContactId::parse("contact-1").unwrap(), ContactId::parse("new").unwrap());
        let mut both = conversation("2", NOW);
        both.participants = vec![both.contact.as_ref().unwrap().id.clone().unwrap(), old.clone(), new.clone()];
        let mut opening = part_by("8", PartKind::Opening, "hi", 1);
        opening.author.kind = AuthorKind::Contact(Some(old.clone()));
        cache.store_page(&[conversation("1", NOW), both, conversation("3", NOW)], None).unwrap();
        cache.store_thread(&conversation("1", NOW), &[opening], 0).unwrap();
        cache.store_contacts(&[contact("contact-1")]).unwrap();
        let note = ContactNote { body: Untrusted::new("vip"), author: Untrusted::default(), created_at: UnixTime(3) };
        cache.store_contact_notes(&old, std::slice::from_ref(&note)).unwrap();
        let mut known = contact("new");
        known.name = Untrusted::new("Zoë Neu");
        cache.store_contacts(&[known]).unwrap();
        assert_eq!(cache.rewrite_contact(&old, &new).unwrap(), [id("1"), id("2")]);
        assert!(cache.rewrite_contact(&old, &new).unwrap().is_empty());
        let load = |on: &str| -> Conversation { cache.load_conversation(&id(on)).unwrap().unwrap() };
        let with = load("1").contact.unwrap();
        assert_eq!((with.id.as_ref(), with.name.as_raw()), (Some(&new), "Zoë Neu"));
        assert_eq!(load("1").participants, std::slice::from_ref(&new));
        assert_eq!(load("2").participants, [ContactId::parse("contact-2").unwrap(), new.clone()]);
        let thread = cache.load_thread(&id("1")).unwrap().unwrap();
        assert_eq!(thread.parts[0].author.kind, AuthorKind::Contact(Some(new.clone())));
        assert_eq!((thread.contact_notes, cache.load_contact(&old).unwrap()), (vec![note], None));
        assert!(!cache.contacts_wanted(9).unwrap().contains(&new));
    }

    #[test]
    fn a_sent_act_still_shows_when_its_contact_is_merged() {
        use super::super::fixtures::{NOW, commit, conversation, id, take_lease};
        use crate::cache::Settlement;
        use crate::domain::{Act, Doubt, OutboxStatus, State};
        let place = Place::new();
        let cache = &place.cache;
        cache.store_page(&[conversation("1", NOW)], None).unwrap();
        let row = commit(cache, "g", "1", &[Act::Close])[0];
        take_lease(cache, "me");
        let attempt = cache.mark_sending(row, "me").unwrap().unwrap().attempts;
        let news = Settlement {
            id: row,
            attempt,
            status: OutboxStatus::Sent,
            reason: Untrusted::default(),
            due_at: None,
            sent_part: None,
            doubt: Doubt::default(),
        };
        cache.settle(&news).unwrap().unwrap();
        let (old, new) = (ContactId::parse("contact-1").unwrap(), ContactId::parse("new").unwrap());
        assert_eq!(cache.rewrite_contact(&old, &new).unwrap(), [id("1")]);
        assert_eq!(cache.load_conversation(&id("1")).unwrap().unwrap().state, State::Closed);
    }
}
