//! What a few typed letters find: contacts, and conversations.
//!
//! Owns the questions behind the palette. Each costs a few milliseconds, however many conversations there
//! are: the newest rows are looked through first, and only what is rare among them is asked of the index of
//! words. Kept current by triggers (migration 3). Enter at [`Cache::find`].

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::database::{Tried, int, size};
use super::{Cache, CacheError};
use crate::domain::{ContactId, Conversation, ConversationId, TagId};
use crate::text::{Untrusted, fold};

/// Contacts, and conversations, found at most.
const MOST: usize = 20;
/// Newest rows looked through one by one. Words that are not common among them are rare enough for the index.
const NEWEST: usize = 1_500;
/// Rows that the index names at most: a word that more have, was found among the newest.
const NAMED: usize = 2_000;
/// Digits from which on something typed may be a phone number.
const PHONE: usize = 3;

/// A contact that was found, with what its newest conversation says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundContact {
    /// Its id.
    pub id: ContactId,
    /// Name; may be empty.
    pub name: Untrusted,
    /// Address; may be empty.
    pub email: Untrusted,
    /// Phone number; may be empty.
    pub phone: Untrusted,
    /// Its company's name; may be empty.
    pub company: Untrusted,
    /// Its newest conversation.
    pub newest: ConversationId,
    /// How many conversations it has here, at least 1.
    pub conversations: usize,
}

/// What was found, each newest first; a conversation of just that id before all others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// At most 20.
    pub contacts: Vec<FoundContact>,
    /// At most 20.
    pub conversations: Vec<Conversation>,
}

impl Cache {
    /// Looks for contacts (name, address, company, phone number) and conversations (id, words of title, preview,
    /// contact, company). Every typed word must be the beginning of a word of a conversation, or be anywhere
    /// in a contact's name, address and company.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn find(&self, typed: &str) -> Result<Findings, CacheError> {
        let folded = fold(typed.trim());
        if folded.is_empty() {
            return Ok(Findings::default());
        }
        self.read_cache(|cache| {
            Ok(Findings {
                contacts: find_contacts(cache, &folded)?,
                conversations: find_conversations(cache, typed.trim(), &folded)?,
            })
        })
    }
}

impl Cache {
    /// How often each tag is on the newest conversations, those that are on none left out.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_tag_use(&self) -> Result<BTreeMap<TagId, usize>, CacheError> {
        let sql = format!(
            "SELECT t.tag_id, count(*) FROM (SELECT id FROM conversation WHERE gone = 0 \
             ORDER BY last_message_at DESC, id DESC LIMIT {NEWEST}) c \
             CROSS JOIN conversation_tag t ON t.conversation_id = c.id GROUP BY t.tag_id"
        );
        self.read_cache(|cache| {
            let mut statement = cache.prepare_cached(&sql)?;
            let mut used = BTreeMap::new();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if let Some(tag) = TagId::parse(&row.get::<_, String>(0)?) {
                    used.insert(tag, size(row, 1)?);
                }
            }
            Ok(used)
        })
    }
}

fn find_contacts(cache: &Connection, folded: &str) -> Tried<Vec<FoundContact>> {
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let mut condition = vec!["instr(folded, ?) > 0"; words.len()].join(" AND ");
    let mut bound: Vec<Value> = words.iter().map(|word| Value::Text((*word).to_owned())).collect();
    if let Some(digits) = phone_digits(folded) {
        condition.push_str(" OR instr(phone, ?) > 0");
        bound.push(Value::Text(digits));
    }
    // Where a word begins like that is meant before a mail host that has the letters somewhere.
    let begins = "(instr(' ' || replace(folded, char(10), ' '), ' ' || ?) = 0)";
    let rank = vec![begins; words.len()].join(" + ");
    bound.extend(words.iter().map(|word| Value::Text((*word).to_owned())));
    let sql = format!(
        "SELECT contact_id FROM person WHERE {condition} ORDER BY {rank}, last_at DESC, contact_id LIMIT {MOST}"
    );
    let ids: Vec<String> = cache
        .prepare_cached(&sql)?
        .query_map(params_from_iter(bound), |row| row.get(0))?
        .collect::<Result<_, rusqlite::Error>>()?;
    let mut about = cache.prepare_cached(
        "SELECT contact_name, contact_email, contact_phone, company_name, id FROM conversation \
         WHERE contact_id = ?1 AND gone = 0 ORDER BY last_message_at DESC LIMIT 1",
    )?;
    let mut count = cache.prepare_cached("SELECT count(*) FROM conversation WHERE contact_id = ?1 AND gone = 0")?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let text = |row: &rusqlite::Row<'_>, at| row.get::<_, String>(at).map(Untrusted::new);
        let row = about
            .query_row([&id], |row| {
                Ok((text(row, 0)?, text(row, 1)?, text(row, 2)?, text(row, 3)?, row.get::<_, String>(4)?))
            })
            .optional()?;
        // One whose conversations are all gone leads nowhere.
        let Some((name, email, phone, company, newest)) = row else { continue };
        let (Some(contact), Some(newest)) = (ContactId::parse(&id), ConversationId::parse(&newest)) else { continue };
        let conversations = count.query_row([&id], |row| size(row, 0))?;
        found.push(FoundContact { id: contact, name, email, phone, company, newest, conversations });
    }
    Ok(found)
}

/// The digits of what looks like a phone number; without the zeros that an international one has not.
fn phone_digits(folded: &str) -> Option<String> {
    let is_phone = folded.bytes().all(|byte| byte.is_ascii_digit() || b" +-()./".contains(&byte));
    let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    (is_phone && digits.len() >= PHONE).then(|| digits.to_owned())
}

fn find_conversations(cache: &Connection, typed: &str, folded: &str) -> Tried<Vec<Conversation>> {
    let mut rows: Vec<i64> = Vec::new();
    if let Some(id) = ConversationId::parse(typed.trim_start_matches('#')) {
        let mut by_id = cache.prepare_cached("SELECT row FROM conversation WHERE id = ?1 AND gone = 0")?;
        rows.extend(by_id.query_row([id.as_str()], |row| row.get::<_, i64>(0)).optional()?);
    }
    let words: Vec<&str> =
        folded.split(|scalar: char| !scalar.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if !words.is_empty() {
        for row in find_newest(cache, &words)? {
            keep(&mut rows, row);
        }
        if rows.len() < MOST {
            for row in find_named(cache, &words)? {
                keep(&mut rows, row);
            }
        }
    }
    rows.truncate(MOST);
    super::list::load_rows(cache, &rows)
}

fn keep(rows: &mut Vec<i64>, row: i64) {
    if !rows.contains(&row) {
        rows.push(row);
    }
}

/// Rows among the newest in which every word begins a word, newest first.
fn find_newest(cache: &Connection, words: &[&str]) -> Tried<Vec<i64>> {
    let sql = format!(
        "SELECT row, folded FROM conversation WHERE gone = 0 ORDER BY last_message_at DESC, id DESC LIMIT {NEWEST}"
    );
    let mut statement = cache.prepare_cached(&sql)?;
    let mut newest = statement.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = newest.next()? {
        let folded = row.get_ref(1)?.as_str().unwrap_or_default();
        if words.iter().all(|word| begins_word(folded, word)) {
            rows.push(row.get(0)?);
            if rows.len() == MOST {
                break;
            }
        }
    }
    Ok(rows)
}

fn begins_word(folded: &str, word: &str) -> bool {
    folded
        .match_indices(word)
        .any(|(at, _)| !folded.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric)))
}

/// The same of all rows, by the index of words.
fn find_named(cache: &Connection, words: &[&str]) -> Tried<Vec<i64>> {
    // A word is of letters and digits alone, so that quotes hold it.
    let question = words.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" ");
    let sql = format!(
        "SELECT c.row FROM (SELECT rowid FROM conversation_words WHERE conversation_words MATCH ?1 LIMIT {NAMED}) w \
         CROSS JOIN conversation c ON c.row = w.rowid WHERE c.gone = 0 \
         ORDER BY c.last_message_at DESC, c.id DESC LIMIT ?2"
    );
    let mut statement = cache.prepare_cached(&sql)?;
    let rows = statement.query_map((question, int(MOST)), |row| row.get(0))?.collect::<Result<_, rusqlite::Error>>()?;
    Ok(rows)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, contact, conversation, id};
    use super::*;
    use crate::domain::ContactRef;

    fn with(name: &str, title: &str, who: &str, at: i64) -> Conversation {
        let mut on = conversation(name, at);
        on.title = Untrusted::new(title);
        on.contact = Some(ContactRef {
            id: ContactId::parse(&format!("c-{}", fold(who).replace(' ', "."))),
            name: Untrusted::new(who),
            email: Untrusted::new(format!("{}@example.fr", fold(who).replace(' ', "."))),
            ..ContactRef::default()
        });
        on.participants = on.contact.iter().filter_map(|with| with.id.clone()).collect();
        on
    }

    fn ids(found: &Findings) -> Vec<&str> {
        found.conversations.iter().map(|one| one.id.as_str()).collect()
    }

    #[test]
    fn conversations_are_found_by_words_and_by_id() {
        let place = Place::new();
        let rows = [
            with("2214", "Order 1042 never arrived", "Dubois", NOW),
            with("1042", "Tent pole", "Haddad", NOW - 10),
            with("7", "Größe passt nicht", "Kowalski", NOW - 20),
        ];
        place.cache.store_page(&rows, None).unwrap();
        assert_eq!(ids(&place.cache.find("arriv ORDER").unwrap()), ["2214"]);
        assert_eq!(ids(&place.cache.find("#1042").unwrap()), ["1042", "2214"], "the id before the words");
        assert_eq!(ids(&place.cache.find("grosse").unwrap()), ["7"]);
        assert_eq!(ids(&place.cache.find("haddad").unwrap()), ["1042"]);
        assert!(ids(&place.cache.find("rrived").unwrap()).is_empty(), "words are found where they begin");
        for odd in ["\"", "*", "a\" OR \"b", "%_", "(", "日本", "", "   "] {
            place.cache.find(odd).unwrap();
        }
    }

    #[test]
    fn tags_are_counted_on_what_is_here() {
        let place = Place::new();
        let mut rows = [with("1", "a", "Zoë", NOW), with("2", "b", "Zoë", NOW - 10), with("3", "c", "Ana", NOW - 20)];
        for (at, on) in rows.iter_mut().enumerate() {
            on.tags = ["vip", "order"].iter().take(at + 1).map(|name| tag_on(name)).collect();
        }
        place.cache.store_page(&rows, None).unwrap();
        let used = place.cache.load_tag_use().unwrap();
        let used: Vec<(&str, usize)> = used.iter().map(|(tag, count)| (tag.as_str(), *count)).collect();
        assert_eq!(used, [("order", 2), ("vip", 3)]);
    }

    fn tag_on(name: &str) -> crate::domain::TagRef {
        crate::domain::TagRef { id: TagId::parse(name).unwrap(), name: Untrusted::new(name) }
    }

    #[test]
    fn what_is_rare_is_found_however_old() {
        let place = Place::new();
        let mut rows: Vec<_> =
            (0..NEWEST + 200).map(|at| conversation(&format!("{}", 10_000 + at), NOW - int(at))).collect();
        rows[NEWEST + 150].title = Untrusted::new("A zeppelin");
        for page in rows.chunks(200) {
            place.cache.store_page(page, None).unwrap();
        }
        let old = rows[NEWEST + 150].id.clone();
        let old = old.as_str();
        assert_eq!(ids(&place.cache.find("zeppelin").unwrap()), [old]);
        rows[NEWEST + 150].title = Untrusted::new("A balloon");
        rows[NEWEST + 150].updated_at.0 += 1;
        place.cache.store_page(&rows[NEWEST + 150..=NEWEST + 150], None).unwrap();
        assert!(ids(&place.cache.find("zeppelin").unwrap()).is_empty(), "the index follows the row");
        assert_eq!(ids(&place.cache.find("ballo").unwrap()), [old]);
        assert_eq!(place.cache.find("order").unwrap().conversations.len(), MOST);
    }

    #[test]
    fn contacts_are_found_by_name_address_and_phone() {
        let place = Place::new();
        let rows = [
            with("1", "a", "Zoë Meyer", NOW),
            with("2", "b", "Zoë Meyer", NOW - 10),
            with("3", "c", "Luis Castillo", NOW - 20),
        ];
        place.cache.store_page(&rows, None).unwrap();
        let mut luis = contact("c-luis.castillo");
        (luis.name, luis.phone) = (Untrusted::new("Luis Castillo"), Untrusted::new("+34 (612) 30-40.50"));
        place.cache.store_contacts(&[luis]).unwrap();
        let found = place.cache.find("zoe").unwrap().contacts;
        assert_eq!((found.len(), found[0].newest.clone(), found[0].conversations), (1, id("1"), 2));
        assert_eq!(place.cache.find("meyer zo").unwrap().contacts.len(), 1);
        assert_eq!(place.cache.find("castillo@ex").unwrap().contacts.len(), 1);
        // All have an address with these letters in it; one has a name that begins so.
        let mut met = with("4", "d", "Exa Ruiz", NOW - 90);
        met.contact.as_mut().unwrap().email = Untrusted::default();
        place.cache.store_page(&[met], None).unwrap();
        let names: Vec<String> =
            place.cache.find("exa").unwrap().contacts.iter().map(|one| one.name.clean().to_string()).collect();
        assert_eq!(names, ["Exa Ruiz", "Zoë Meyer", "Luis Castillo"]);
        for phone in ["612 304050", "+34612", "0034 612", "0612-30"] {
            let found = place.cache.find(phone).unwrap().contacts;
            assert_eq!(found.first().map(|one| one.id.as_str()), Some("c-luis.castillo"), "{phone}");
        }
        assert!(place.cache.find("xyzzy").unwrap().contacts.is_empty());
    }
}
