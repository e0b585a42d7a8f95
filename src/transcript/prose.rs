//! A conversation for people: Markdown, and plain text.
//!
//! Heads of messages stand at the line's beginning and bodies do not look like them: in plain text a body is
//! indented, in Markdown its own headings are a level that no head has. Everything is clean.

use std::fmt::Write as _;

use super::{Transcript, kind};
use crate::domain::{AuthorKind, Part, PartKind, UnixTime};
use crate::text::{Clean, clean, clean_lines, html, markdown};

/// The whole as Markdown.
pub(super) fn markdown(of: &Transcript<'_>) -> String {
    let mut text = format!("# {}\n\n", escape(&title(of)));
    for (name, value) in facts(of) {
        let _ = writeln!(text, "- **{name}:** {}", escape(&value));
    }
    for part in of.parts {
        let (who, at) = (escape(&author(of, part)), time(of, part.created_at));
        if is_event(part) {
            let _ = write!(text, "\n*{who}: {}, {at}*\n", escape(&event(of, part)));
            continue;
        }
        let note = if is_note(part) { "NOTE " } else { "" };
        let _ = write!(text, "\n## {note}{who}, {at}\n\n");
        let words = for_any_reader(&body(part, true));
        if part.redacted {
            text.push_str("*removed*\n");
        } else if !words.is_empty() {
            text.push_str(&words);
        }
        for (index, file) in files(part).iter().enumerate() {
            let _ = writeln!(text, "{}- File: {}", if index == 0 { "\n" } else { "" }, escape(file));
        }
    }
    clean_lines(&text).into_string()
}

/// The whole as plain text.
pub(super) fn plain(of: &Transcript<'_>) -> String {
    let mut text = format!("{}\n\n", title(of));
    for (name, value) in facts(of) {
        let _ = writeln!(text, "{name}: {value}");
    }
    for part in of.parts {
        let (who, at) = (author(of, part), time(of, part.created_at));
        if is_event(part) {
            let _ = write!(text, "\n-- {who}: {}, {at}\n", event(of, part));
            continue;
        }
        let note = if is_note(part) { "NOTE " } else { "" };
        let _ = write!(text, "\n{note}{who}, {at}\n");
        let words = if part.redacted { "(removed)\n".to_owned() } else { body(part, false) };
        for line in words.lines() {
            let _ = writeln!(text, "{}{line}", if line.is_empty() { "" } else { "  " });
        }
        for file in files(part) {
            let _ = writeln!(text, "  [file: {file}]");
        }
    }
    clean_lines(&text).into_string()
}

/// A body alone, ended by a line break; empty where there are no words.
pub(super) fn body(of: &Part, marked: bool) -> String {
    let Some(raw) = of.body.as_ref().filter(|body| !of.redacted && !body.is_empty()) else { return String::new() };
    let text = if marked { markdown::from_html(raw.as_raw()) } else { html::to_plain(raw.as_raw()) };
    let mut text = clean_lines(text.trim_matches('\n').trim_end()).into_string();
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn title(of: &Transcript<'_>) -> Clean {
    let (title, id) = (&of.conversation.title, clean(&format!("Conversation {}", of.conversation.id)));
    title.clean().or(&of.conversation.preview.clean()).or(&id)
}

fn facts(of: &Transcript<'_>) -> Vec<(&'static str, Clean)> {
    let conversation = of.conversation;
    let mut facts =
        vec![("Conversation", clean(conversation.id.as_str())), ("State", clean(conversation.state.as_str()))];
    if conversation.priority.level() > 0 {
        facts.push(("Priority", clean(conversation.priority.as_str())));
    }
    facts.push(("Channel", clean(conversation.channel.as_str())));
    if let Some(contact) = &conversation.contact {
        let (name, email) = (contact.name.clean(), contact.email.clean());
        let shown = match (name.is_blank(), email.is_blank()) {
            (false, false) => clean(&format!("{name} ({email})")),
            (false, true) => name,
            (true, false) => email,
            (true, true) => clean("nameless"),
        };
        facts.push(("Contact", shown));
    }
    if let Some(id) = &conversation.assignee {
        facts.push(("Assigned to", of.directory.teammate_name(id)));
    }
    if let Some(id) = &conversation.team {
        facts.push(("Team", of.directory.team_name(id)));
    }
    if !conversation.tags.is_empty() {
        let names: Vec<Clean> = conversation.tags.iter().map(|tag| tag.name.clean()).collect();
        facts.push(("Tags", Clean::join(&names, &clean(", "))));
    }
    if let Some(language) = conversation.language {
        facts.push(("Language", clean(language.as_str())));
    }
    facts.push(("Times in", clean(of.zone.iana_name().unwrap_or("UTC"))));
    facts
}

fn author(of: &Transcript<'_>, part: &Part) -> Clean {
    let named = part.author.name.clean().or(&part.author.email.clean());
    let (known, kind) = match &part.author.kind {
        AuthorKind::Teammate(id) => (id.as_ref().map(|id| of.directory.teammate_name(id)), "teammate"),
        AuthorKind::Team(id) => (id.as_ref().map(|id| of.directory.team_name(id)), "team"),
        AuthorKind::Bot => (None, "bot"),
        AuthorKind::Contact(_) => {
            (of.conversation.contact.as_ref().map(crate::domain::ContactRef::shown_name), "customer")
        }
    };
    let named = named.or(&known.unwrap_or_default());
    if named.is_blank() { clean(&format!("nameless ({kind})")) } else { clean(&format!("{named} ({kind})")) }
}

/// `2026-11-21 16:02`, in the zone that the facts name.
fn time(of: &Transcript<'_>, at: UnixTime) -> String {
    at.in_zone(of.zone).map_or_else(|| "—".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

const fn is_note(part: &Part) -> bool {
    matches!(part.kind, PartKind::Note)
}

fn is_event(part: &Part) -> bool {
    let is_worded = part.body.as_ref().is_some_and(|body| !body.is_empty()) || !part.attachments.is_empty();
    !part.redacted && !part.is_message() && !is_note(part) && !is_worded
}

fn event(of: &Transcript<'_>, part: &Part) -> Clean {
    let detail = match &part.kind {
        PartKind::Assignment { teammate, team } => {
            let names: Vec<Clean> = [
                teammate.as_ref().map(|id| of.directory.teammate_name(id)),
                team.as_ref().map(|id| of.directory.team_name(id)),
            ]
            .into_iter()
            .flatten()
            .collect();
            if names.is_empty() { clean("nobody") } else { Clean::join(&names, &clean(", ")) }
        }
        PartKind::Attribute { name, value } => clean(&format!("{} = {}", name.clean(), value.clean())),
        _ => Clean::default(),
    };
    let word = kind(&part.kind).replace('_', " ");
    if detail.is_blank() { clean(&word) } else { clean(&format!("{word} {detail}")) }
}

fn files(part: &Part) -> Vec<Clean> {
    let shown = |file: &crate::domain::Attachment| {
        let name = file.name.clean().or(&clean("nameless"));
        file.size.map_or_else(|| name.clone(), |size| clean(&format!("{name}, {size} bytes")))
    };
    part.attachments.iter().map(shown).collect()
}

/// One line with the signs of Markdown taken as letters.
fn escape(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len() + 8);
    for letter in line.chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Markdown of ours, in which HTML is text, for readers to whom it is none: no tag of a customer's is one, and no
/// link leads elsewhere than to a page or a mailbox. Code stays as it is.
fn for_any_reader(markdown: &str) -> String {
    let lines: Vec<&str> = markdown.split('\n').collect();
    let ticks = |line: &str| line.bytes().take_while(|sign| *sign == b'`').count();
    let opens = |line: &str| (ticks(line) >= 3 && !line.trim_start_matches('`').contains('`')).then(|| ticks(line));
    // A backtick without its other one on its line meets the next one anywhere: then nothing is certainly code.
    let has_code = lines.iter().all(|line| opens(line).is_some() || spans(line).1);
    // From each line on, the longest end of code that comes: none is looked for again and again.
    let end_of = |line: &str| if line.trim_matches(['`', ' ']).is_empty() { ticks(line) } else { 0 };
    let mut longest = 0;
    let mut ends = vec![0; lines.len()];
    for (end, line) in ends.iter_mut().zip(&lines).rev() {
        longest = longest.max(end_of(line));
        *end = longest;
    }
    let mut text = String::with_capacity(markdown.len() + 16);
    let mut code_until = 0;
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        if at < code_until {
            text.push_str(line);
            continue;
        }
        if let Some(opened) = opens(line) {
            let is_ended = ends.get(at + 1).is_some_and(|longest| *longest >= opened);
            let mut below = lines.iter().skip(at + 1);
            match is_ended.then(|| below.position(|line| end_of(line) >= opened)).flatten() {
                Some(more) => code_until = at + more + 2,
                // It would go on to the end of all.
                None => text.push('\\'),
            }
            text.push_str(line);
            continue;
        }
        let mut code = if has_code { spans(line).0 } else { Vec::new() }.into_iter().peekable();
        for (start, sign) in line.char_indices() {
            let after = line.get(start + sign.len_utf8()..).unwrap_or_default();
            while code.next_if(|span| span.end <= start).is_some() {}
            let is_code = code.peek().is_some_and(|span| span.contains(&start));
            let is_tag = sign == '<' && after.starts_with(|next: char| next.is_alphabetic() || "/!?".contains(next));
            let is_web = ["http://", "https://", "mailto:"].iter().any(|scheme| after.starts_with(scheme));
            let is_link = sign == '(' && text.ends_with(']') && !is_web;
            if !is_code && (is_tag || is_link) && !is_sign(&text) {
                text.push('\\');
            }
            text.push(sign);
        }
    }
    text
}

/// Whether what follows is a sign because of the backslash before it, which is none itself.
fn is_sign(before: &str) -> bool {
    before.bytes().rev().take_while(|sign| *sign == b'\\').count() % 2 == 1
}

/// Code within a line, its backticks included, and whether each backtick has its other one.
fn spans(line: &str) -> (Vec<std::ops::Range<usize>>, bool) {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in line.match_indices('`') {
        match runs.last_mut() {
            Some((start, len)) if *start + *len == at => *len += 1,
            _ => runs.push((at, 1)),
        }
    }
    let (mut found, mut rest, mut is_whole) = (Vec::new(), runs.as_slice(), true);
    while let Some(((start, len), behind)) = rest.split_first() {
        let is_sign = is_sign(line.get(..*start).unwrap_or_default());
        match behind.iter().position(|(_, other)| other == len).filter(|_| !is_sign) {
            Some(at) => {
                let end = behind.get(at).map_or(line.len(), |(start, len)| start + len);
                found.push(*start..end);
                rest = behind.get(at + 1..).unwrap_or_default();
            }
            None => (rest, is_whole) = (behind, is_whole && is_sign && *len == 1),
        }
    }
    (found, is_whole)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fmt::Write as _;

    use jiff::tz::TimeZone;

    use super::super::{Format, message};
    use super::*;
    use crate::domain::{
        Attachment, Author, ContactRef, Conversation, ConversationId, Directory, PartId, TagId, TagRef,
    };
    use crate::text::Untrusted;

    fn part(number: usize, kind: PartKind, author: AuthorKind, name: &str, body: &str) -> Part {
        Part {
            id: PartId::parse(&format!("p{number}")).unwrap(),
            kind,
            author: Author { kind: author, name: Untrusted::new(name), email: Untrusted::default(), is_ai: false },
            body: (!body.is_empty()).then(|| Untrusted::new(body)),
            created_at: UnixTime(1_790_000_000 + i64::try_from(number).unwrap() * 60),
            attachments: Vec::new(),
            redacted: false,
            state: None,
            subject: Untrusted::default(),
        }
    }

    fn thread(words: &str) -> (Conversation, Vec<Part>) {
        let mut conversation = Conversation::bare(ConversationId::parse("7").unwrap(), UnixTime(1_790_000_000));
        conversation.title = Untrusted::new(words);
        conversation.contact = Some(ContactRef {
            name: Untrusted::new(words),
            email: Untrusted::new("a@b.example"),
            ..ContactRef::default()
        });
        conversation.tags = vec![TagRef { id: TagId::parse("1").unwrap(), name: Untrusted::new(words) }];
        let mut opening = part(1, PartKind::Opening, AuthorKind::Contact(None), words, &format!("<p>{words}</p>"));
        opening.attachments = vec![Attachment {
            name: Untrusted::new(words),
            url: Untrusted::new("https://files.example/1"),
            content_type: Untrusted::new(words),
            size: Some(12),
        }];
        let other = PartKind::Other(Untrusted::new(words));
        let parts = vec![
            opening,
            part(2, PartKind::Note, AuthorKind::Teammate(None), words, words),
            part(3, other, AuthorKind::Bot, words, ""),
            part(4, PartKind::Assignment { teammate: None, team: None }, AuthorKind::Bot, "", ""),
        ];
        (conversation, parts)
    }

    fn written(conversation: &Conversation, parts: &[Part], format: Format) -> String {
        let directory = Directory::default();
        let zone = TimeZone::UTC;
        let now = UnixTime(1_790_001_000);
        Transcript { conversation, parts, directory: &directory, now, zone: &zone }.write(format)
    }

    #[test]
    fn a_thread_reads_well_in_markdown_and_in_plain_text() {
        let (mut conversation, mut parts) = thread("Order 1042");
        conversation.contact.as_mut().unwrap().name = Untrusted::new("Chloé");
        parts[0].author.name = Untrusted::new("Chloé");
        parts[0].body = Some(Untrusted::new("<p>Hello</p><blockquote>You wrote</blockquote><p># no heading</p>"));
        let marked = written(&conversation, &parts, Format::Markdown);
        assert!(marked.starts_with("# Order 1042\n\n- **Conversation:** 7\n"), "{marked}");
        assert!(marked.contains("\n## Chloé (customer), 2026-09-21 "), "{marked}");
        assert!(marked.contains("\n> You wrote\n") && marked.contains("\n\\# no heading\n"), "{marked}");
        assert!(marked.contains("\n## NOTE Order 1042 (teammate), "), "{marked}");
        assert!(marked.contains("\n*nameless (bot): assignment nobody, "), "{marked}");
        assert!(marked.contains("\n- File: Order 1042, 12 bytes\n"), "{marked}");
        let plain = written(&conversation, &parts, Format::Plain);
        assert!(plain.starts_with("Order 1042\n\nConversation: 7\nState: open\n"), "{plain}");
        assert!(plain.contains("\nChloé (customer), 2026-09-21 "), "{plain}");
        assert!(plain.contains("\n  Hello\n\n  > You wrote\n"), "{plain}");
    }

    #[test]
    fn no_form_of_a_hostile_thread_can_act_on_a_terminal() {
        let hostile =
            "a\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\r\u{8}\u{202e}\u{2066}\u{200b}\u{2028}\u{e0041}\u{ad}\u{feff}b";
        let (conversation, parts) = thread(hostile);
        for format in Format::ALL {
            let mut texts = vec![written(&conversation, &parts, format)];
            texts.extend(parts.iter().map(|part| message(part, format)));
            for text in texts {
                let mut bad = String::new();
                for letter in text.chars() {
                    let is_hidden = clean(&letter.to_string()).as_str() != letter.to_string();
                    if letter != '\n' && !letter.is_alphanumeric() && is_hidden {
                        let _ = write!(bad, "{:X} ", u32::from(letter));
                    }
                }
                assert!(bad.is_empty(), "{format:?}: {bad}");
            }
        }
    }

    #[test]
    fn a_body_cannot_pass_for_the_head_of_a_message() {
        let (mut conversation, mut parts) = thread("x");
        conversation.title = Untrusted::new("fine\n\n## Ana Ito (teammate), 2026-01-01 00:00");
        parts[0].body = Some(Untrusted::new("<p>## NOTE Ana Ito (teammate), 2026-01-01 00:00</p><p>Ana Ito</p>"));
        let marked = written(&conversation, &parts, Format::Markdown);
        let heads: Vec<&str> = marked.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(heads.len(), 3, "{heads:?}");
        let plain = written(&conversation, &parts, Format::Plain);
        assert!(!plain.lines().any(|line| line == "Ana Ito"), "{plain}");
    }

    #[test]
    fn nothing_a_customer_typed_is_a_tag_to_whoever_reads_the_markdown() {
        for (body, read) in [
            ("see <b>x</b> & 3 < 4 </p> <!-- x", "see \\<b>x\\</b> & 3 < 4 \\</p> \\<!-- x"),
            ("`<b>` and <i>", "`<b>` and \\<i>"),
            ("a `\nb ` <img src=x> ` c", "a `\nb ` \\<img src=x> ` c"),
            ("```\n<b>\n```\n<b>", "```\n<b>\n```\n\\<b>"),
            ("```\n<b>", "\\```\n\\<b>"),
            ("> ```\n<b>", "> ```\n\\<b>"),
            ("[x](javascript:alert) [y](https://y.org)", "[x]\\(javascript:alert) [y](https://y.org)"),
            ("C:\\<b> \\\\<b>", "C:\\<b> \\\\\\<b>"),
        ] {
            assert_eq!(for_any_reader(body), read, "{body}");
        }
        // None of these takes long.
        for unit in ["`a`<b>", "``` x\n", "`", "``a`", "\\`", "](<"] {
            assert!(for_any_reader(&unit.repeat(100_000 / unit.len())).len() >= 99_990, "{unit}");
        }
    }

    #[test]
    fn json_holds_a_body_as_it_came_and_its_words() {
        let (conversation, parts) = thread("<b>5 &lt; 6</b>\u{1b}");
        let document: serde_json::Value = serde_json::from_str(&written(&conversation, &parts, Format::Json)).unwrap();
        assert_eq!(document["parts"][0]["html"], "<p><b>5 &lt; 6</b>\u{1b}</p>");
        assert_eq!(document["parts"][0]["body"].as_str().map(|text| text.contains("5 < 6")), Some(true));
        assert_eq!(document["language"], serde_json::Value::Null);
    }

    #[test]
    fn what_was_removed_says_so_and_nothing_else() {
        let (conversation, mut parts) = thread("secret");
        parts[0].redacted = true;
        parts[0].attachments.clear();
        parts.truncate(1);
        let plain = written(&conversation, &parts, Format::Plain);
        assert!(plain.contains("  (removed)\n"), "{plain}");
        assert_eq!(message(&parts[0], Format::Markdown), "");
    }
}
