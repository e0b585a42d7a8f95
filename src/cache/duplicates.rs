//! Contacts that may be the same person: those with the same address or phone number.
//!
//! Two looks into indexes, however many contacts there are. Enter at [`load`].

use rusqlite::{Connection, OptionalExtension};

use super::database::Tried;
use crate::domain::{ContactId, ContactRef, ContactRole, ConversationId, Duplicate, Shared};
use crate::text::Untrusted;

/// So many are told at most.
const MOST: usize = 5;
/// A number of fewer digits may be anybody's.
const DIGITS: usize = 7;

/// Contacts with the address or the phone number of another, those with the address first. Only who has
/// a conversation here is found.
pub(super) fn load(cache: &Connection, with: &ContactRef) -> Tried<Vec<Duplicate>> {
    let Some(of) = with.id.as_ref() else { return Ok(Vec::new()) };
    let known: Option<(String, String)> = cache
        .prepare_cached("SELECT folded, phone FROM person WHERE contact_id = ?1")?
        .query_row([of.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((folded, phone)) = known else { return Ok(Vec::new()) };
    let mut found: Vec<(String, Shared)> = Vec::new();
    if let Some(address) = folded.split('\n').nth(1).filter(|address| address.contains('@')) {
        let sql = format!(
            "SELECT contact_id FROM person WHERE substr(folded, instr(folded, char(10)) + 1) >= ?1 || char(10) \
             AND substr(folded, instr(folded, char(10)) + 1) < ?1 || char(11) AND contact_id <> ?2 \
             ORDER BY last_at DESC LIMIT {MOST}"
        );
        let mut statement = cache.prepare_cached(&sql)?;
        let ids = statement.query_map((address, of.as_str()), |row| row.get(0))?;
        for id in ids {
            found.push((id?, Shared::Email));
        }
    }
    if phone.len() >= DIGITS {
        let sql = format!(
            "SELECT contact_id FROM person WHERE phone <> '' AND phone = ?1 AND contact_id <> ?2 \
             ORDER BY last_at DESC LIMIT {MOST}"
        );
        let mut statement = cache.prepare_cached(&sql)?;
        let ids = statement.query_map((&phone, of.as_str()), |row| row.get(0))?;
        for id in ids {
            let id: String = id?;
            if found.iter().all(|(known, _)| *known != id) {
                found.push((id, Shared::Phone));
            }
        }
    }
    let mut about = cache.prepare_cached(
        "SELECT contact_name, contact_email, contact_role, id FROM conversation \
         WHERE contact_id = ?1 AND gone = 0 ORDER BY last_message_at DESC LIMIT 1",
    )?;
    let mut duplicates = Vec::new();
    for (id, shares) in found.into_iter().take(MOST) {
        let row = about
            .query_row([&id], |row| {
                let text = |at| row.get::<_, String>(at);
                Ok((text(0)?, text(1)?, text(2)?, text(3)?))
            })
            .optional()?;
        // One whose conversations are all gone leads nowhere.
        let Some((name, email, role, newest)) = row else { continue };
        let (Some(contact), Some(newest)) = (ContactId::parse(&id), ConversationId::parse(&newest)) else { continue };
        // Folded, `é` is `e`: an address that differs so is another one.
        if shares == Shared::Email && email.to_lowercase() != with.email.as_raw().to_lowercase() {
            continue;
        }
        let role = ContactRole::parse(&role);
        let contact = ContactRef { id: Some(contact), name: Untrusted::new(name), email: Untrusted::new(email), role };
        duplicates.push(Duplicate { contact, shares, newest });
    }
    Ok(duplicates)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, contact, conversation, id};
    use super::*;
    use crate::domain::{Contact, Conversation};

    fn with(name: &str, email: &str) -> Conversation {
        let mut on = conversation(name, NOW);
        if let Some(contact) = on.contact.as_mut() {
            contact.name = Untrusted::new(format!("Name {name}"));
            contact.email = Untrusted::new(email);
        }
        on
    }

    #[test]
    fn who_has_the_same_address_or_number_may_be_the_same_person() {
        let place = Place::new();
        let rows = [
            with("1", "chloe@example.fr"),
            with("2", "Chloe@Example.fr"),
            with("3", "chloé@example.fr"),
            with("4", "chloe@example.fr.example.org"),
            with("5", ""),
            with("6", "chloe@example.fr"),
        ];
        place.cache.store_page(&rows, None).unwrap();
        let phone = |name: &str, phone: &str| Contact { phone: Untrusted::new(phone), ..contact(name) };
        let email = |mut of: Contact| {
            of.email = Untrusted::new("chloe@example.fr");
            of
        };
        let contacts = [email(phone("contact-1", "+33 4 72 00 00 00")), phone("contact-5", "(33) 472-000-000")];
        place.cache.store_contacts(&contacts).unwrap();
        let told = |name: &str| {
            let thread = place.cache.load_thread(&id(name)).unwrap().unwrap();
            let told = thread.duplicates.iter().map(|one| (one.newest.to_string(), one.shares));
            let mut told: Vec<_> = told.collect();
            told.sort_by_key(|(newest, _)| newest.clone());
            told
        };
        let of = |newest: &str, shares| (newest.to_owned(), shares);
        assert_eq!(told("1"), [of("2", Shared::Email), of("5", Shared::Phone), of("6", Shared::Email)]);
        assert_eq!(told("5"), [of("1", Shared::Phone)]);
        assert_eq!(told("3"), []);
        assert_eq!(told("4"), []);
    }
}
