//! Did it arrive? The judgement after a send of unknown outcome. Pure.
//!
//! Intercom's API has no idempotency key, so the thread is read again and our words are looked for
//! after the point up to which the agent could have seen it. Matches are counted, not just found: two
//! replies "Thanks!" need two parts.
//!
//! A read may come from a replica that lags. One that lacks what was seen before is behind and does
//! not count. One that shows a part dated after the attempt is not behind the attempt: two such reads
//! suffice. All others prove nothing by themselves, so they are spread over eight settle times (40 s in
//! the product, longer than replicas lag), and one resend is all that follows; then a person decides.

use std::collections::HashSet;
use std::time::Duration;

use crate::domain::{
    Act, ActKind, Attachment, AuthorKind, Began, Conversation, Doubt, FilePart, Guard, OutboxRow, OutboxStatus, Part,
    PartId, PartKind, TeammateId, UnixTime,
};
use crate::text::{Untrusted, markdown, said, said_plainly};

/// Reads that suffice where the thread shows something that came after the attempt.
pub const READS_WITNESSED: u32 = 2;
/// Resends after doubt; then a person decides.
pub const RESENDS: u32 = 1;
/// Attempts at an act that is no message; then a person decides.
pub const ATTEMPTS: u32 = 8;
/// How far a part's date may lie before the commit of what became it.
const CLOCK_SLACK: Duration = Duration::from_secs(120);
/// How much later than an attempt a part must be dated to have come after it: dates have whole
/// seconds, and the helpdesk's clock is known to about one.
const SURELY_LATER: Duration = Duration::from_secs(2);
/// After so many settle times of nothing but reads that are behind, a person decides.
const BEHIND_FOR: u32 = 24;

/// What to do with a message of unknown outcome.
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

/// A thread as it was just read, and what is known beside it.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Its parts, oldest first.
    pub parts: &'a [Part],
    /// Older parts that the helpdesk keeps to itself.
    pub missing: u32,
    /// When it last changed.
    pub updated_at: UnixTime,
    /// Ourselves.
    pub me: &'a TeammateId,
    /// Rows of the outbox on the same conversation.
    pub rows: &'a [OutboxRow],
    /// How many seconds the helpdesk's clock is before ours.
    pub server_ahead: i64,
}

/// Judges a message by a read that counts; `row.doubt` includes that read.
#[must_use]
pub fn judge(row: &OutboxRow, look: &Look<'_>) -> Verdict {
    if let Some(part) = find(row, look) {
        return Verdict::Arrived(part.id.clone());
    }
    let needed = if is_witnessed(row, look) { READS_WITNESSED } else { Doubt::READS };
    if row.doubt.reads < needed {
        Verdict::ReadAgain
    } else if row.doubt.resends >= RESENDS {
        Verdict::Ask
    } else if row.is_chosen() {
        // Its writer has seen what is there, and knows better.
        Verdict::Resend
    } else if may_be_there(row, look) || came_since(row, look).is_some() {
        Verdict::Ask
    } else {
        Verdict::Resend
    }
}

/// The part that a message became: ours, of its kind, with its words and files, after its baseline, and
/// not what another row of the outbox became. Where the baseline is not in the thread, dates stand in
/// for it.
#[must_use]
pub fn find<'a>(row: &OutboxRow, look: &Look<'a>) -> Option<&'a Part> {
    let taken = taken(row, look);
    first_match(row, look, &taken)
}

/// Whether a read lacks what was seen before: it shows the past, and says nothing of an attempt.
///
/// `known` is the conversation and thread on disk.
#[must_use]
pub fn is_behind(row: &OutboxRow, look: &Look<'_>, known: Option<&(Conversation, Vec<Part>)>) -> bool {
    let has = |id: &PartId| look.parts.iter().any(|part| part.id == *id);
    // Of a long thread only the newest parts come.
    let lacks = |id: &PartId| look.missing == 0 && !has(id);
    if row.baseline_part.as_ref().is_some_and(lacks) {
        return true;
    }
    let became = look.rows.iter().filter(|other| other.id != row.id).filter_map(|other| other.sent_part.as_ref());
    if became.into_iter().any(lacks) {
        return true;
    }
    known.is_some_and(|(conversation, parts)| {
        look.updated_at < conversation.updated_at || parts.last().is_some_and(|newest| lacks(&newest.id))
    })
}

/// Whether nothing but reads that are behind came for so long that a person decides.
#[must_use]
pub fn is_behind_for_good(doubt: Doubt, server_now: UnixTime, settle: Duration) -> bool {
    let since = doubt.since.unwrap_or(server_now);
    server_now.since(since) > (settle * BEHIND_FOR).max(SURELY_LATER)
}

/// What stops a guarded message: the first part that came after what its writer had seen, in a thread
/// read now or kept. None of our own.
#[must_use]
pub fn stops<'a>(
    guard: Guard,
    began: &Began,
    parts: &'a [Part],
    me: Option<&TeammateId>,
    server_ahead: i64,
) -> Option<&'a Part> {
    let seen = began.part.as_ref().and_then(|seen| parts.iter().position(|part| part.id == *seen));
    // Seconds of the helpdesk's clock.
    let seen_until = UnixTime(began.at.secs().saturating_add(server_ahead));
    parts
        .get(seen.map_or(0, |at| at + 1)..)?
        .iter()
        .find(|part| guard.stops(part, me) && (seen.is_some() || part.created_at > seen_until))
}

/// Whose doing a part is, for the reason of a held message.
#[must_use]
pub fn whose(part: &Part) -> Untrusted {
    let author = &part.author;
    if author.name.is_empty() { author.email.clone() } else { author.name.clone() }
}

/// How long before the read number `read` (from 1) of those that must show nothing: a settle time,
/// doubling from the third on.
#[must_use]
pub fn settle_before(read: u32, settle: Duration) -> Duration {
    settle.saturating_mul(1 << read.saturating_sub(2).min(8))
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

/// Whether a merge has been done: the thread says so after the row's baseline.
#[must_use]
pub fn is_merged(row: &OutboxRow, look: &Look<'_>) -> bool {
    since_baseline(row, look).any(|part| part.kind == PartKind::Merged)
}

/// Parts that other rows became. A row that arrived without anybody knowing as which part takes the
/// first that fits it, in the order of the rows.
fn taken(row: &OutboxRow, look: &Look<'_>) -> HashSet<PartId> {
    let others = || look.rows.iter().filter(|other| other.id != row.id);
    let mut taken: HashSet<PartId> = others().filter_map(|other| other.sent_part.clone()).collect();
    for other in others().filter(|other| other.status == OutboxStatus::Sent && other.sent_part.is_none()) {
        if let Some(part) = first_match(other, look, &taken) {
            taken.insert(part.id.clone());
        }
    }
    taken
}

/// The earliest date of what a row became, when the helpdesk's clock is so many seconds before ours.
#[must_use]
pub fn not_before(row: &OutboxRow, server_ahead: i64) -> UnixTime {
    UnixTime(row.created_at.secs().saturating_add(server_ahead)) - CLOCK_SLACK
}

/// Parts after the row's baseline, or not older than the row where that is not there.
fn since_baseline<'a>(row: &OutboxRow, look: &Look<'a>) -> impl Iterator<Item = &'a Part> {
    since(row, look, not_before(row, look.server_ahead))
}

/// Parts after the row's baseline, or not older than a moment where that is not there.
fn since<'a>(row: &OutboxRow, look: &Look<'a>, not_before: UnixTime) -> impl Iterator<Item = &'a Part> {
    let baseline = row.baseline_part.as_ref().and_then(|id| look.parts.iter().position(|part| part.id == *id));
    let from = baseline.map_or(0, |at| at + 1);
    look.parts.iter().skip(from).filter(move |part| baseline.is_some() || part.created_at >= not_before)
}

/// Of some parts those that are mine, of the kind that the row would become, and nobody else's.
fn candidates<'a>(
    row: &OutboxRow,
    look: &Look<'a>,
    taken: &HashSet<PartId>,
    parts: impl Iterator<Item = &'a Part>,
) -> impl Iterator<Item = &'a Part> {
    let (is_note, me) = (matches!(row.act, Act::Note { .. }), look.me);
    parts.filter(move |part| {
        let kind_fits = match part.kind {
            PartKind::Note => is_note,
            PartKind::Comment | PartKind::Opening => !is_note,
            _ => false,
        };
        kind_fits
            && matches!(&part.author.kind, AuthorKind::Teammate(Some(author)) if author == me)
            && !taken.contains(&part.id)
    })
}

fn first_match<'a>(row: &OutboxRow, look: &Look<'a>, taken: &HashSet<PartId>) -> Option<&'a Part> {
    let (text, files) = match &row.act {
        Act::Reply { text, files } | Act::Note { text, files } => (text, files.as_slice()),
        Act::Start { text, .. } => (text, &[][..]),
        _ => return None,
    };
    // As it was sent, or as an earlier version of this program sent it.
    let words = [said(&markdown::to_html(text)), said_plainly(text)];
    candidates(row, look, taken, since_baseline(row, look))
        .find(|part| are_the_words(&words, part) && are_the_files(files, &part.attachments))
}

/// Whether something of mine is there that may be the message, whatever it says: helpdesks put signatures
/// under words, shorten links, replace what stands for a picture, cut what is long. Dates that fit our
/// clock count, too, where only what the helpdesk says of its own tells against them.
fn may_be_there(row: &OutboxRow, look: &Look<'_>) -> bool {
    let taken = taken(row, look);
    let parts = since(row, look, not_before(row, look.server_ahead.min(0)));
    candidates(row, look, &taken, parts).next().is_some()
}

/// What a person did after an act that is safe to repeat was committed: repeating it would go over that.
#[must_use]
pub fn came_over<'a>(row: &OutboxRow, look: &Look<'a>) -> Option<&'a Part> {
    if !matches!(row.act.kind(), ActKind::Close | ActKind::Reopen | ActKind::Snooze | ActKind::Assign) {
        return None;
    }
    let committed = UnixTime(row.created_at.secs().saturating_add(look.server_ahead)) - SURELY_LATER;
    since(row, look, committed).find(|part| part.created_at >= committed && Guard::On.stops(part, Some(look.me)))
}

/// What stops a guarded message whose fate is unknown.
fn came_since<'a>(row: &OutboxRow, look: &Look<'a>) -> Option<&'a Part> {
    stops(row.guard, row.began.as_ref()?, look.parts, Some(look.me), look.server_ahead)
}

/// Whether the thread as read is surely not older than the last attempt.
fn is_witnessed(row: &OutboxRow, look: &Look<'_>) -> bool {
    row.doubt.since.is_some_and(|since| look.parts.iter().any(|part| part.created_at > since + SURELY_LATER))
}

/// Whether a part says one of these, as HTML or as the plain text that some helpdesks keep.
fn are_the_words(words: &[String], part: &Part) -> bool {
    let body = part.body.as_ref().map_or("", |body| body.as_raw());
    words.contains(&said(body)) || words.contains(&said_plainly(body))
}

/// Whether files came through as these attachments: as many, each with its size where the helpdesk says
/// one, and its name where it kept that.
fn are_the_files(files: &[FilePart], attachments: &[Attachment]) -> bool {
    if files.len() != attachments.len() {
        return false;
    }
    let mut left: Vec<&Attachment> = attachments.iter().collect();
    files.iter().all(|file| {
        let fits = |with: &&Attachment| {
            let same_name = with.name.is_empty() || with.name.as_raw() == file.name;
            same_name && with.size.is_none_or(|size| size == file.size)
        };
        left.iter().position(fits).map(|at| left.swap_remove(at)).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Author, ContactId, ConversationId, GroupId, OutboxId};
    use crate::text::html;

    fn me() -> TeammateId {
        TeammateId::parse("7").expect("a plain id")
    }

    fn part_id(id: &str) -> PartId {
        PartId::parse(id).expect("a plain id")
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
            guard: Guard::Off,
            began: None,
            doubt: Doubt { since: Some(UnixTime(1_000)), reads: 1, resends: 0 },
        }
    }

    fn read(row: OutboxRow, reads: u32, resends: u32) -> OutboxRow {
        OutboxRow { doubt: Doubt { reads, resends, ..row.doubt }, ..row }
    }

    fn part(id: &str, kind: PartKind, author: &str, body: &str, at: i64) -> Part {
        Part {
            id: part_id(id),
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

    fn by_customer(id: &str, body: &str, at: i64) -> Part {
        let mut part = part(id, PartKind::Comment, "9", body, at);
        part.author.kind = AuthorKind::Contact(ContactId::parse("c"));
        part
    }

    fn look<'a>(parts: &'a [Part], me: &'a TeammateId, rows: &'a [OutboxRow]) -> Look<'a> {
        Look { parts, missing: 0, updated_at: UnixTime(2_000), me, rows, server_ahead: 0 }
    }

    fn verdict(row: &OutboxRow, parts: &[Part]) -> Verdict {
        judge(row, &look(parts, &me(), &[]))
    }

    #[test]
    fn a_wrong_date_of_the_helpdesk_leads_to_a_question_never_to_a_second_send() {
        let (row, me) = (read(row("Hi", None), Doubt::READS, 0), me());
        let parts = [part("2", PartKind::Comment, "7", "<p>Hi</p>", 1_001)];
        let said = Look { server_ahead: 86_400, ..look(&parts, &me, &[]) };
        assert_eq!(judge(&row, &said), Verdict::Ask);
        assert_eq!(judge(&row, &Look { server_ahead: -86_400, ..said }), Verdict::Arrived(parts[0].id.clone()));
    }

    #[test]
    fn a_message_with_markup_is_found_as_the_helpdesk_keeps_it() {
        let text = "Hi **you**,\n1. one\n2. two\n\n> quoted";
        let sent = crate::text::markdown::to_html(text);
        assert!(sent.contains("<ol>") && sent.contains("<b>"), "{sent}");
        let kept = sent.replace("<b>", "<strong>").replace("</b>", "</strong>").replace("<p>", "<p class=\"x\">");
        for body in [sent.as_str(), &kept] {
            let parts = [part("2", PartKind::Comment, "7", body, 1_001)];
            assert_eq!(verdict(&row(text, None), &parts), Verdict::Arrived(part_id("2")), "{body}");
        }
    }

    /// What agents and customers' pasted texts are made of, no two of them alike.
    fn nasty() -> Vec<String> {
        [
            "*",
            "**",
            "* one",
            "- one\n- two",
            "1. first\n2. second\n   more of it",
            "> you wrote this\nand I answer",
            "See [our page](https://example.com/a?b=1&c=2)",
            "See <https://example.com/a>",
            "Run `ls -l *.txt` and `a < b`",
            "```\nfn main() {}\n\n  indented\n```",
            "Use <div> please",
            "Use <span> please",
            "Use &lt;div&gt; please",
            "AT&T & co",
            "AT&amp;T &amp; co",
            "trailing blanks   \nand tabs\t\t",
            "snake_case and __init__ and C:\\*.txt",
            "**Bold**, *thin* and ***both***",
            "Merci \u{1f389}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{2764}\u{fe0f}",
            "\u{5e9}\u{5dc}\u{5d5}\u{5dd} 42 \u{202e}abc\u{202c} \u{645}\u{631}\u{62d}\u{628}\u{627}",
            "Zoe\u{308} caf\u{e9}",
            "# Title\n\ntext",
            "#2214 is yours",
            "<script>alert(1)</script>",
            "<!-- nothing to see -->",
            "-- \nAna\n",
            "]]> \\ \"quoted\" 'single' %s {{name}}",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    #[test]
    fn a_megabyte_is_found_again_and_told_from_another_by_its_end() {
        let long = "long words * and > more ".repeat(43_000);
        let (ours, other) = (format!("{long}**end**"), format!("{long}another end"));
        let parts = [part("2", PartKind::Comment, "7", &crate::text::markdown::to_html(&ours), 1_001)];
        assert!(find(&row(&ours, None), &look(&parts, &me(), &[])).is_some());
        assert!(find(&row(&other, None), &look(&parts, &me(), &[])).is_none());
    }

    #[test]
    fn nasty_texts_are_found_again_and_never_taken_for_one_another() {
        let kept = |text: &str| {
            let sent = crate::text::markdown::to_html(text);
            let spread = sent.replace("<p>", "<div class=\"x\">").replace("</p>", "</div>\n");
            let quoted = sent.replace("&quot;", "\"").replace("<b>", "<strong>").replace("</b>", "</strong>");
            [html::sanitise(&sent), sent, spread.replace("<br>", "<br/>\n"), quoted, html::from_plain(text)]
        };
        let texts = nasty();
        for (at, text) in texts.iter().enumerate() {
            for body in kept(text) {
                let parts = [part("2", PartKind::Comment, "7", &body, 1_001)];
                for (other_at, other) in texts.iter().enumerate() {
                    let is_it = find(&row(other, None), &look(&parts, &me(), &[])).is_some();
                    let first = |text: &str| text.chars().take(60).collect::<String>();
                    assert_eq!(is_it, at == other_at, "{:?} in {:?}", first(other), first(&body));
                }
            }
        }
    }

    #[test]
    fn our_words_are_found_in_the_servers_markup() {
        let parts = [
            part("1", PartKind::Opening, "9", "Help", 900),
            part("2", PartKind::Comment, "7", &html::from_plain("Hi,\n\n1 < 2 & so on"), 1_001),
        ];
        assert_eq!(verdict(&row("Hi,\n\n1 < 2 & so on", Some("1")), &parts), Verdict::Arrived(part_id("2")));
    }

    #[test]
    fn an_older_message_with_the_same_words_does_not_count() {
        let parts = [
            part("1", PartKind::Comment, "7", "<p>Thanks!</p>", 100),
            part("2", PartKind::Comment, "9", "<p>Thanks!</p>", 1_001),
        ];
        assert_eq!(verdict(&row("Thanks!", None), &parts), Verdict::ReadAgain);
        assert_eq!(verdict(&row("Thanks!", Some("1")), &parts), Verdict::ReadAgain);
    }

    #[test]
    fn a_wrong_local_clock_hides_no_part() {
        let parts =
            [part("1", PartKind::Opening, "9", "Help", 100), part("2", PartKind::Comment, "7", "<p>Hi</p>", 500)];
        let me = me();
        let at = |ahead| Look { server_ahead: ahead, ..look(&parts, &me, &[]) };
        // Ours is 500 seconds fast: with the baseline dates do not matter, without it the offset does.
        assert!(find(&row("Hi", Some("1")), &at(0)).is_some());
        assert!(find(&row("Hi", None), &at(0)).is_none());
        assert!(find(&row("Hi", None), &at(-500)).is_some());
    }

    #[test]
    fn two_equal_replies_need_two_parts() {
        let parts = [part("2", PartKind::Comment, "7", "<p>Thanks!</p>", 1_001)];
        let me = me();
        let mut earlier = row("Thanks!", None);
        earlier.status = OutboxStatus::Sent;
        let later = OutboxRow { id: OutboxId(2), ..row("Thanks!", None) };
        // Whether it is known which part the first became or not.
        for sent_part in [Some(part_id("2")), None] {
            let rows = [OutboxRow { sent_part, ..earlier.clone() }, later.clone()];
            assert_eq!(judge(&later, &look(&parts, &me, &rows)), Verdict::ReadAgain);
        }
        let both = [parts[0].clone(), part("3", PartKind::Comment, "7", "<p>Thanks!</p>", 1_002)];
        let rows = [earlier, later.clone()];
        assert_eq!(judge(&later, &look(&both, &me, &rows)), Verdict::Arrived(part_id("3")));
    }

    #[test]
    fn a_note_is_not_taken_for_a_reply() {
        let parts = [part("2", PartKind::Note, "7", "<p>Thanks!</p>", 1_001)];
        assert_eq!(find(&row("Thanks!", None), &look(&parts, &me(), &[])), None);
    }

    #[test]
    fn files_are_told_apart_by_name_and_size() {
        let file = |name: &str, size| FilePart {
            name: name.into(),
            content_type: "text/plain".into(),
            hash: String::new(),
            size,
        };
        let attachment = |name: &str, size| Attachment {
            name: Untrusted::new(name),
            url: Untrusted::default(),
            content_type: Untrusted::default(),
            size,
        };
        let ours = [file("a.txt", 3), file("b.txt", 4)];
        assert!(are_the_files(&ours, &[attachment("b.txt", Some(4)), attachment("a.txt", None)]));
        assert!(!are_the_files(&ours, &[attachment("b.txt", Some(4)), attachment("a.txt", Some(4))]));
        assert!(!are_the_files(&ours, &[attachment("b.txt", Some(4)), attachment("c.txt", Some(3))]));
        assert!(!are_the_files(&ours, &[attachment("a.txt", Some(3))]));
        assert!(are_the_files(&[], &[]));
    }

    #[test]
    fn nothing_is_resent_before_four_reads_and_never_twice() {
        for reads in 1..Doubt::READS {
            assert_eq!(verdict(&read(row("x", None), reads, 0), &[]), Verdict::ReadAgain);
        }
        assert_eq!(verdict(&read(row("x", None), Doubt::READS, 0), &[]), Verdict::Resend);
        assert_eq!(verdict(&read(row("x", None), Doubt::READS, 1), &[]), Verdict::Ask);
    }

    #[test]
    fn the_reads_are_spread_over_more_than_a_replica_lags() {
        let settle = Duration::from_secs(5);
        let waits: Vec<u64> = (1..=Doubt::READS).map(|read| settle_before(read, settle).as_secs()).collect();
        assert_eq!(waits, [5, 5, 10, 20]);
        assert!(waits.iter().sum::<u64>() > 30 + 5);
    }

    #[test]
    fn a_thread_that_shows_what_came_after_the_attempt_needs_two_reads() {
        let after = [by_customer("2", "Hello?", 1_003)];
        assert_eq!(verdict(&read(row("x", None), 1, 0), &after), Verdict::ReadAgain);
        assert_eq!(verdict(&read(row("x", None), 2, 0), &after), Verdict::Resend);
        let before = [by_customer("2", "Hello?", 1_001)];
        assert_eq!(verdict(&read(row("x", None), 2, 0), &before), Verdict::ReadAgain);
    }

    #[test]
    fn what_is_like_it_is_for_a_person_to_judge() {
        let signed = [part("2", PartKind::Comment, "7", "<p>x marks it</p><p>-- Ana</p>", 1_001)];
        assert_eq!(verdict(&read(row("x marks it", None), Doubt::READS, 0), &signed), Verdict::Ask);
        let rewritten = [part("2", PartKind::Comment, "7", "<p>\u{1f389} https://s.example/1</p>", 1_001)];
        let wrote = read(row(":tada: https://example.com/a/long/way", None), Doubt::READS, 0);
        assert_eq!(verdict(&wrote, &rewritten), Verdict::Ask);
        // Its writer has looked and says again: then only finding it stops it.
        let chosen = OutboxRow { began: Some(Began { part: None, at: UnixTime(1_100) }), ..wrote };
        assert_eq!(verdict(&chosen, &rewritten), Verdict::Resend);
        assert_eq!(verdict(&read(chosen, Doubt::READS, 1), &rewritten), Verdict::Ask, "and that once");
        let mut removed = part("2", PartKind::Comment, "7", "", 1_001);
        removed.redacted = true;
        assert_eq!(verdict(&read(row("x", None), Doubt::READS, 0), &[removed]), Verdict::Ask);
    }

    #[test]
    fn what_a_person_did_after_a_close_is_not_gone_over() {
        let me = me();
        let close = OutboxRow { act: Act::Close, ..row("", Some("1")) };
        let before = [by_customer("1", "Help", 900), by_customer("2", "Hello?", 950)];
        assert_eq!(came_over(&close, &look(&before, &me, &[])), None, "it was closed over that");
        let after = [before[0].clone(), by_customer("3", "It broke again", 1_005)];
        assert!(came_over(&close, &look(&after, &me, &[])).is_some());
        let mine = [before[0].clone(), part("3", PartKind::Comment, "7", "Mine", 1_005)];
        assert_eq!(came_over(&close, &look(&mine, &me, &[])), None);
        let tag = Act::Priority { to: crate::domain::Priority::High };
        assert_eq!(came_over(&OutboxRow { act: tag, ..close }, &look(&after, &me, &[])), None);
    }

    #[test]
    fn a_guarded_message_is_not_resent_over_what_came_meanwhile() {
        let mut guarded = read(row("x", Some("1")), Doubt::READS, 0);
        guarded.guard = Guard::On;
        guarded.began = Some(Began { part: PartId::parse("1"), at: UnixTime(990) });
        let quiet = [by_customer("1", "Help", 900)];
        assert_eq!(verdict(&guarded, &quiet), Verdict::Resend);
        let moved_on = [quiet[0].clone(), by_customer("2", "Forget it", 1_001)];
        assert_eq!(verdict(&guarded, &moved_on), Verdict::Ask);
    }

    #[test]
    fn a_read_that_lacks_what_was_seen_is_behind() {
        let me = me();
        let seen = [by_customer("1", "Help", 900), part("2", PartKind::Comment, "7", "Yes?", 950)];
        let whole = look(&seen, &me, &[]);
        assert!(!is_behind(&row("x", Some("2")), &whole, None));
        assert!(is_behind(&row("x", Some("3")), &whole, None), "the baseline is missing");
        let sent = [OutboxRow { id: OutboxId(9), sent_part: PartId::parse("4"), ..row("y", None) }];
        assert!(is_behind(&row("x", Some("2")), &look(&seen, &me, &sent), None), "what was sent earlier is missing");
        let mut conversation = Conversation::bare(ConversationId::parse("1").expect("a plain id"), UnixTime(2_000));
        let known = (conversation.clone(), seen.to_vec());
        assert!(!is_behind(&row("x", Some("2")), &whole, Some(&known)));
        conversation.updated_at = UnixTime(2_001);
        assert!(is_behind(&row("x", Some("2")), &whole, Some(&(conversation, seen.to_vec()))), "the row is newer");
        let long = Look { missing: 3, ..whole };
        assert!(!is_behind(&row("x", Some("0")), &long, None), "of a long thread the older parts do not come");
    }

    #[test]
    fn reads_that_stay_behind_end_with_a_person() {
        let doubt = Doubt { since: Some(UnixTime(1_000)), ..Doubt::default() };
        let settle = Duration::from_secs(5);
        assert!(!is_behind_for_good(doubt, UnixTime(1_120), settle));
        assert!(is_behind_for_good(doubt, UnixTime(1_121), settle));
    }

    #[test]
    fn the_guard_compares_with_what_was_seen() {
        let me = me();
        let parts = [
            by_customer("1", "Help", 900),
            part("2", PartKind::Comment, "7", "Mine", 950),
            by_customer("3", "More", 960),
        ];
        let began = |part: Option<&str>, at| Began { part: part.and_then(PartId::parse), at: UnixTime(at) };
        let stopped = |began: &Began, ahead| {
            stops(Guard::On, began, &parts, Some(&me), ahead).map(|part| part.id.as_str().to_owned())
        };
        assert_eq!(stopped(&began(Some("2"), 0), 0).as_deref(), Some("3"));
        assert_eq!(stopped(&began(Some("3"), 0), 0), None);
        // Without a part to go by, dates by the helpdesk's clock.
        assert_eq!(stopped(&began(None, 960), 0), None);
        assert_eq!(stopped(&began(None, 955), 0).as_deref(), Some("3"));
        assert_eq!(stopped(&began(Some("gone"), 1_055), -100).as_deref(), Some("3"));
        assert_eq!(stops(Guard::Off, &began(None, 0), &parts, Some(&me), 0), None);
    }

    #[test]
    fn a_merge_of_long_ago_is_not_this_one() {
        let me = me();
        let mut merge = row("", Some("2"));
        merge.act = Act::Merge { into: ConversationId::parse("5").expect("a plain id") };
        let parts = [part("1", PartKind::Merged, "8", "", 100), part("2", PartKind::Comment, "9", "a", 200)];
        assert!(!is_merged(&merge, &look(&parts, &me, &[])));
        let parts = [parts[1].clone(), part("3", PartKind::Merged, "7", "", 1_001)];
        assert!(is_merged(&merge, &look(&parts, &me, &[])));
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
