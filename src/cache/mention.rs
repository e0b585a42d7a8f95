//! Who I am, and whether a thread's notes name me.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::behind::Behind;
use super::database::Tried;
use super::row::ThreadFacts;
use super::{Cache, CacheError, seen};
use crate::domain::{AuthorKind, Conversation, ConversationId, Part, PartId, PartKind, TeammateId, UnixTime};
use crate::text::{canonical, fold};

/// Up to so many threads are looked through while somebody waits.
const AT_ONCE: usize = 200;

/// The teammate whose files these are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// My id.
    pub id: TeammateId,
    /// My full name, as it came: `@` before it in a note is a mention.
    pub name: String,
}

/// Loads who I am, as the file remembers it.
pub(super) fn load_me(cache: &Connection) -> Tried<Option<Me>> {
    let json: Option<String> =
        cache.query_row("SELECT value FROM meta WHERE key = 'me'", [], |row| row.get(0)).optional()?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}

impl Cache {
    /// Who I am, once known.
    #[must_use]
    pub fn me(&self) -> Option<Me> {
        self.0.me.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Sets who I am. When that is news, all threads on disk are looked through again for mentions and
    /// for what I wrote: a few at once, many by [`Cache::finish_behind`]. Gives the conversations that
    /// changed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn set_me(&self, me: &Me) -> Result<Vec<ConversationId>, CacheError> {
        if self.me().as_ref() == Some(me) {
            return Ok(Vec::new());
        }
        let left = self.write_cache(|cache| {
            let json = serde_json::to_string(me)?;
            cache.execute(
                "INSERT INTO meta (key, value) VALUES ('me', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [json],
            )?;
            self.follow(cache, Behind::Me)
        })?;
        *self.0.me.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(me.clone());
        // At a start somebody waits for the first frame.
        if self.threads_here(AT_ONCE + 1)? > AT_ONCE { Ok(Vec::new()) } else { self.finish(left) }
    }

    /// I am done with being mentioned in a conversation, for mentions up to `until`. Gives whether
    /// that changed its row.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn finish_mention(&self, id: &ConversationId, until: UnixTime) -> Result<bool, CacheError> {
        self.write_state("finish_mention", |state| put_done(state, id, until))?;
        Ok(!self.show(std::slice::from_ref(id)).is_empty())
    }
}

/// Writes down inside a transaction of state.db that I am done with a mention.
pub(super) fn put_done(state: &Connection, id: &ConversationId, until: UnixTime) -> Tried<()> {
    state
        .prepare_cached(
            "INSERT INTO mention_done (conversation_id, done_at) VALUES (?1, ?2) \
             ON CONFLICT (conversation_id) DO UPDATE SET done_at = max(done_at, excluded.done_at)",
        )?
        .execute((id.as_str(), until.0))?;
    Ok(())
}

impl Cache {
    /// I am not done with being mentioned in a conversation after all. Gives whether that changed its row.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn bring_mention_back(&self, id: &ConversationId) -> Result<bool, CacheError> {
        let gone = self.write_state("bring_mention_back", |state| {
            Ok(state.execute("DELETE FROM mention_done WHERE conversation_id = ?1", [id.as_str()])? > 0)
        })?;
        Ok(gone && !self.show(std::slice::from_ref(id)).is_empty())
    }
}

/// Looks a thread on disk through for mentions of me and for what I wrote.
pub(super) fn look_through(cache: &Connection, id: &ConversationId, me: Option<&Me>) -> Tried<()> {
    let parts = super::thread::load_parts(cache, id)?;
    let at = mentioned_at(&parts, me).map(|at| at.0);
    let wrote = seen::who_wrote(&parts, me);
    let others_part = wrote.others_part.as_ref().map(PartId::as_str);
    let times = (wrote.others_at.map(|at| at.0), wrote.mine_at.map(|at| at.0));
    cache
        .prepare_cached(
            "UPDATE conversation SET mentioned_at = ?2, others_at = ?3, others_part = ?4, mine_at = ?5 WHERE id = ?1",
        )?
        .execute((id.as_str(), at, times.0, others_part, times.1))?;
    Ok(())
}

/// What a thread says about its conversation.
pub(super) fn thread_facts(conversation: &Conversation, parts: &[Part], missing: u32, me: Option<&Me>) -> ThreadFacts {
    let preview = &conversation.preview;
    ThreadFacts {
        at: Some(conversation.updated_at),
        missing,
        preview: (!preview.is_empty()).then(|| preview.as_raw().to_owned()),
        files: parts.iter().any(|part| !part.attachments.is_empty()),
        notes: parts.iter().any(|part| part.kind == PartKind::Note),
        mentioned_at: mentioned_at(parts, me),
        language: conversation.language,
        ..seen::who_wrote(parts, me)
    }
}

/// When a note last named me, unless I wrote a message or a note after it. `parts` are oldest first.
pub(super) fn mentioned_at(parts: &[Part], me: Option<&Me>) -> Option<UnixTime> {
    let me = me?;
    let name = Name::new(&me.name);
    let mut latest = None;
    for part in parts {
        let is_note = part.kind == PartKind::Note;
        if matches!(&part.author.kind, AuthorKind::Teammate(Some(id)) if *id == me.id) {
            if is_note || part.is_message() {
                latest = None;
            }
        } else if is_note
            && let Some(body) = &part.body
            && names(body.as_raw(), &me.id, &name)
        {
            latest = Some(part.created_at);
        }
    }
    latest
}

/// `@Full Name`, folded; empty when I have no name.
struct Name(String);

impl Name {
    fn new(name: &str) -> Self {
        let folded = fold(name);
        let words: Vec<&str> = folded.split_whitespace().collect();
        Self(if words.is_empty() { String::new() } else { format!("@{}", words.join(" ")) })
    }
}

fn names(body: &str, id: &TeammateId, name: &Name) -> bool {
    has_mention_mark(body, id.as_str()) || (!name.0.is_empty() && body.contains('@') && has_name(body, &name.0))
}

/// `data-admin-id="…"`, as the helpdesk writes mentions.
fn has_mention_mark(body: &str, id: &str) -> bool {
    body.split("data-admin-id").skip(1).any(|after| {
        let Some(value) = after.trim_start().strip_prefix('=') else { return false };
        let value = value.trim_start().trim_start_matches(['"', '\'']);
        value.strip_prefix(id).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
    })
}

fn has_name(body: &str, name: &str) -> bool {
    let words = fold(&canonical(body));
    // A match ends between two characters.
    words.match_indices(name).any(|(at, _)| !words[at + name.len()..].starts_with(|next: char| next.is_alphanumeric()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{note_by, part_by, teammate};
    use super::*;

    fn me() -> Me {
        Me { id: teammate("7"), name: "Ana  Çosta".to_owned() }
    }

    fn named(body: &str) -> bool {
        names(body, &teammate("7"), &Name::new(&me().name))
    }

    #[test]
    fn a_note_names_me_by_mark_or_by_full_name() {
        assert!(named(r#"<p>Could <a data-admin-id="7" href="x">@Ana</a> look?</p>"#));
        assert!(named("<p data-admin-id = '7'>x</p>"));
        assert!(named("<p>ping @Ana&nbsp;<b>Costa</b>, please</p>"));
        assert!(named("@ana costa"));
        assert!(!named(r#"<a data-admin-id="77">@Anabel</a>"#));
        assert!(!named("<p>@Ana Costanza</p>"));
        assert!(!named("Ana Costa said so"));
        assert!(!named("data-admin-id"));
    }

    #[test]
    fn a_mention_stays_until_i_write() {
        let mention = note_by("8", "@Ana Costa?", 10);
        let at = |parts: &[Part]| mentioned_at(parts, Some(&me())).map(|at| at.0);
        assert_eq!(at(std::slice::from_ref(&mention)), Some(10));
        assert_eq!(at(&[mention.clone(), note_by("9", "no idea", 20)]), Some(10));
        assert_eq!(at(&[mention.clone(), note_by("7", "yes", 20)]), None);
        assert_eq!(at(&[mention.clone(), part_by("7", PartKind::Comment, "done", 20)]), None);
        let mut event = part_by("7", PartKind::Close, "", 20);
        event.body = None;
        assert_eq!(at(&[mention.clone(), event]), Some(10));
        assert_eq!(at(&[note_by("7", "@Ana Costa: to self", 5)]), None);
        assert_eq!(at(&[note_by("7", "yes", 5), mention]), Some(10));
        assert_eq!(mentioned_at(&[note_by("8", "@Ana Costa", 1)], None), None);
    }
}
