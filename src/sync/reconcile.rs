//! Did it arrive? The judgement after a send of unknown outcome. Pure.
//!
//! Intercom's API has no idempotency key, so the thread is read again and our words are looked for
//! after the point up to which the agent could have seen it. Matches are counted, not just found:
//! two replies "Thanks!" need two parts.

use std::collections::HashSet;
use std::time::Duration;

use crate::domain::{Act, AuthorKind, OutboxRow, Part, PartId, PartKind, TeammateId, UnixTime};
use crate::text::canonical;

/// Reads of the thread that must show nothing before the message is sent once more.
pub const READS_BEFORE_RESEND: u32 = 2;
/// Resends after doubt; then a person decides.
pub const RESENDS: u32 = 2;
/// Attempts after which a person decides, whatever came of them: counted on disk, so a restart does
/// not begin anew.
pub const ATTEMPTS: u32 = 8;
/// How far a part's date may lie before the commit of what became it.
const CLOCK_SLACK: Duration = Duration::from_secs(120);

/// What to do with a row of unknown outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived as this part.
    Arrived(PartId),
    /// Not seen yet: read the thread again after the settle time.
    ReadAgain,
    /// Not there, as far as reading can tell: send it once more.
    Resend,
    /// Reading cannot settle it.
    Ask,
}

/// Judges a message by the thread as it was just read.
///
/// `claimed` are parts that other rows of the outbox became; the last pair counts the reads since the
/// last attempt, this one included, and the attempts after a doubt so far.
#[must_use]
pub fn judge(
    row: &OutboxRow,
    parts: &[Part],
    me: &TeammateId,
    claimed: &HashSet<PartId>,
    server_ahead: i64,
    (reads, resends): (u32, u32),
) -> Verdict {
    if let Some(part) = find(row, parts, me, claimed, server_ahead) {
        return Verdict::Arrived(part.id.clone());
    }
    if reads < READS_BEFORE_RESEND {
        Verdict::ReadAgain
    } else if resends < RESENDS && row.attempts < ATTEMPTS {
        Verdict::Resend
    } else {
        Verdict::Ask
    }
}

/// The part that a message became: ours, of its kind, with its words, after its baseline, and not
/// claimed by another row. Where the baseline is not in the thread, dates stand in for it; they are by
/// the server's clock, which is `server_ahead` seconds before ours.
#[must_use]
pub fn find<'a>(
    row: &OutboxRow,
    parts: &'a [Part],
    me: &TeammateId,
    claimed: &HashSet<PartId>,
    server_ahead: i64,
) -> Option<&'a Part> {
    let (words, is_note, files) = match &row.act {
        Act::Reply { text, files } => (canonical(text), false, files),
        Act::Note { text, files } => (canonical(text), true, files),
        _ => return None,
    };
    let baseline = row.baseline_part.as_ref().and_then(|baseline| parts.iter().position(|part| part.id == *baseline));
    let not_before = UnixTime(row.created_at.secs().saturating_add(server_ahead)) - CLOCK_SLACK;
    parts.get(baseline.map_or(0, |at| at + 1)..)?.iter().find(|part| {
        let kind_fits = match part.kind {
            PartKind::Note => is_note,
            PartKind::Comment | PartKind::Opening => !is_note,
            _ => false,
        };
        kind_fits
            && matches!(&part.author.kind, AuthorKind::Teammate(Some(author)) if author == me)
            && (baseline.is_some() || part.created_at >= not_before)
            && !claimed.contains(&part.id)
            && canonical(part.body.as_ref().map_or("", |body| body.as_raw())) == words
            && part.attachments.len() == files.len()
    })
}

/// How long to wait before attempt number `attempt` (from 1): doubling, at most `cap`, with full
/// jitter from `random`.
#[must_use]
pub fn back_off(attempt: u32, base: Duration, cap: Duration, random: u64) -> Duration {
    let whole = base.saturating_mul(1_u32 << attempt.saturating_sub(1).min(16)).min(cap);
    let millis = u64::try_from(whole.as_millis()).unwrap_or(u64::MAX).max(1);
    // At least a second, since the outbox counts in seconds.
    Duration::from_millis(random % millis).max(Duration::from_secs(1)).min(cap.max(Duration::from_secs(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Author, ConversationId, GroupId, OutboxId, OutboxStatus};
    use crate::text::{Untrusted, html};

    fn me() -> TeammateId {
        TeammateId::parse("7").expect("a plain id")
    }

    fn row(text: &str, baseline: Option<&str>) -> OutboxRow {
        OutboxRow {
            id: OutboxId(1),
            group: GroupId::parse("g").expect("a plain id"),
            conversation: ConversationId::parse("1").expect("a plain id"),
            act: Act::Reply { text: text.into(), files: Vec::new() },
            inverses: Vec::new(),
            status: OutboxStatus::Unknown,
            attempts: 1,
            reason: Untrusted::default(),
            created_at: UnixTime(1_000),
            due_at: UnixTime(1_000),
            baseline_part: baseline.and_then(PartId::parse),
            baseline_count: 1,
            sent_part: None,
        }
    }

    fn part(id: &str, kind: PartKind, author: &str, body: &str, at: i64) -> Part {
        Part {
            id: PartId::parse(id).expect("a plain id"),
            kind,
            author: Author {
                kind: AuthorKind::Teammate(TeammateId::parse(author)),
                name: Untrusted::new("A"),
                email: Untrusted::default(),
                is_ai: false,
            },
            body: Some(Untrusted::new(body)),
            created_at: UnixTime(at),
            attachments: Vec::new(),
            redacted: false,
            state: None,
            subject: Untrusted::default(),
        }
    }

    #[test]
    fn our_words_are_found_in_the_servers_markup() {
        let parts = [
            part("1", PartKind::Opening, "9", "Help", 900),
            part("2", PartKind::Comment, "7", &html::from_plain("Hi,\n\n1 < 2 & so on"), 1_001),
        ];
        let verdict = judge(&row("Hi,\n\n1 < 2 & so on", Some("1")), &parts, &me(), &HashSet::new(), 0, (1, 0));
        assert_eq!(verdict, Verdict::Arrived(PartId::parse("2").expect("a plain id")));
    }

    #[test]
    fn an_older_message_with_the_same_words_does_not_count() {
        let parts = [
            part("1", PartKind::Comment, "7", "<p>Thanks!</p>", 100),
            part("2", PartKind::Comment, "9", "<p>Thanks!</p>", 1_005),
        ];
        assert_eq!(judge(&row("Thanks!", None), &parts, &me(), &HashSet::new(), 0, (1, 0)), Verdict::ReadAgain);
        assert_eq!(judge(&row("Thanks!", Some("1")), &parts, &me(), &HashSet::new(), 0, (1, 0)), Verdict::ReadAgain);
    }

    #[test]
    fn a_wrong_local_clock_hides_no_part() {
        let parts =
            [part("1", PartKind::Opening, "9", "Help", 100), part("2", PartKind::Comment, "7", "<p>Hi</p>", 500)];
        // Ours is 500 seconds fast: with the baseline dates do not matter, without it the offset does.
        assert!(find(&row("Hi", Some("1")), &parts, &me(), &HashSet::new(), 0).is_some());
        assert!(find(&row("Hi", None), &parts, &me(), &HashSet::new(), 0).is_none());
        assert!(find(&row("Hi", None), &parts, &me(), &HashSet::new(), -500).is_some());
    }

    #[test]
    fn two_equal_replies_need_two_parts() {
        let parts = [part("2", PartKind::Comment, "7", "<p>Thanks!</p>", 1_001)];
        let claimed = HashSet::from([PartId::parse("2").expect("a plain id")]);
        assert_eq!(judge(&row("Thanks!", None), &parts, &me(), &claimed, 0, (1, 0)), Verdict::ReadAgain);
    }

    #[test]
    fn a_note_is_not_taken_for_a_reply() {
        let parts = [part("2", PartKind::Note, "7", "<p>Thanks!</p>", 1_001)];
        assert_eq!(find(&row("Thanks!", None), &parts, &me(), &HashSet::new(), 0), None);
    }

    #[test]
    fn nothing_is_resent_before_two_reads_and_a_person_decides_in_the_end() {
        let ask = |reads, resends| judge(&row("x", None), &[], &me(), &HashSet::new(), 0, (reads, resends));
        assert_eq!(ask(1, 0), Verdict::ReadAgain);
        assert_eq!(ask(2, 0), Verdict::Resend);
        assert_eq!(ask(2, RESENDS), Verdict::Ask);
    }

    #[test]
    fn waits_grow_to_the_cap_and_no_further() {
        let cap = Duration::from_secs(60);
        for attempt in 1..40 {
            let wait = back_off(attempt, Duration::from_secs(1), cap, u64::MAX - 7);
            assert!(wait >= Duration::from_secs(1) && wait <= cap, "{attempt}: {wait:?}");
        }
    }
}
