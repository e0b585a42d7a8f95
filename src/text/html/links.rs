//! Links: where they really go, what is odd about them, and addresses found in plain words.
//!
//! Owns numbers, words and warnings of a message's links. `target` reads an address as a browser does, `host`
//! its host. Nothing is opened here. Enter at [`Links`].

mod host;
mod target;

use std::collections::HashMap;

pub use host::percent_decoded;

use crate::text::{Clean, Untrusted, clean};

/// Characters of a link's text kept to compare it with its target.
const TEXT_CAP: usize = 200;
/// Between the words of two places that lead to one target.
const BETWEEN: char = '\n';

/// A numbered link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The target as a browser reads it, in ASCII: for opening and copying.
    pub url: Untrusted,
    /// The same, to be shown in full before anything opens.
    pub shown: Clean,
    /// The host that it really goes to (ASCII form), or the addresses of a mail link.
    pub host: Clean,
    /// The words that the sender put on it; empty for images.
    pub text: Clean,
    /// What opening it means.
    pub kind: LinkKind,
    /// What the agent should know before it is opened, the worst first.
    pub warnings: Vec<Warning>,
}

impl Link {
    /// Its words name another host than the one it goes to.
    #[must_use]
    pub fn is_disguised(&self) -> bool {
        self.warnings.contains(&Warning::OtherHost)
    }

    /// Something about it is meant to deceive, as far as can be told.
    #[must_use]
    pub fn deceives(&self) -> bool {
        self.warnings.first().is_some_and(|worst| *worst <= Warning::Hidden)
    }

    /// The host with the letters of its own script, where it has any.
    #[must_use]
    pub fn host_as_read(&self) -> Option<Clean> {
        let coded = |host: &str| host.split(['.', '@']).any(|label| label.starts_with("xn--"));
        coded(&self.host).then(|| match self.host.rsplit_once('@') {
            Some((name, domain)) => clean(&format!("{name}@{}", host::as_read(domain))),
            None => clean(&host::as_read(&self.host)),
        })
    }

    /// A link that is not in a message: an address that somebody typed or a helpdesk gave. None when it is not
    /// one that may ever be opened.
    #[must_use]
    pub fn to(address: &str) -> Option<Self> {
        let mut links = Links::default();
        links.number(address, false)?;
        links.finish().pop()
    }
}

/// What opening a link means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// A page (`http`, `https`).
    Page,
    /// A message to an address (`mailto`).
    Mail,
    /// An image, fetched when asked for.
    Image,
}

/// What is odd about a link, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Warning {
    /// Its words name another host, or another address.
    OtherHost,
    /// Letters of its host look like Latin ones and are not.
    LookAlike,
    /// A part of its host mixes letters of several scripts.
    MixedScripts,
    /// Words before an `@` look like a host.
    UserInfo,
    /// A well-known ending stands within its host: `bank.com.example.net`.
    HostWithin,
    /// It leads to a number in a notation that hides it.
    OddAddress,
    /// There are letters in it that are not seen.
    Hidden,
    /// Programs read it in different ways.
    Backslash,
    /// Its host breaks the rules for names.
    BadHost,
    /// It leads to this machine, or into a local network.
    Near,
    /// It leads to a number, not to a name.
    Address,
    /// It leads to an unusual port.
    Port,
    /// Its host is so long that its end is easily overlooked.
    LongHost,
    /// It fills in more than one address, or tried to.
    MailFields,
}

/// The links of a body while it is read.
#[derive(Default)]
pub(super) struct Links {
    list: Vec<Link>,
    texts: Vec<String>,
    known: HashMap<String, usize>,
}

impl Links {
    /// The number (from 1) of a target, the same for the same target; none when it is not one that
    /// may ever be opened.
    pub(super) fn number(&mut self, address: &str, image: bool) -> Option<usize> {
        let target = target::parse(address)?;
        if image && target.kind != LinkKind::Page {
            return None;
        }
        if let Some(number) = self.known.get(&target.url) {
            if let Some(link) = self.list.get_mut(number - 1) {
                link.warnings.extend(target.warnings);
            }
            // The words of another place begin.
            if let Some(text) = self.texts.get_mut(number - 1).filter(|text| !text.is_empty()) {
                text.push(BETWEEN);
            }
            return Some(*number);
        }
        let link = Link {
            shown: clean(&target.url),
            host: clean(&target.host),
            url: Untrusted::new(target.url.clone()),
            text: Clean::default(),
            kind: if image { LinkKind::Image } else { target.kind },
            warnings: target.warnings,
        };
        self.list.push(link);
        self.texts.push(String::new());
        self.known.insert(target.url, self.list.len());
        Some(self.list.len())
    }

    /// Notes words that stand on a link.
    pub(super) fn note_text(&mut self, number: usize, words: &str) {
        if let Some(text) = number.checked_sub(1).and_then(|index| self.texts.get_mut(index))
            && text.len() < TEXT_CAP
        {
            text.extend(words.chars().take(TEXT_CAP));
        }
    }

    /// All links, in the order of their numbers.
    pub(super) fn finish(self) -> Vec<Link> {
        let mut list = self.list;
        for (link, text) in list.iter_mut().zip(&self.texts) {
            let mut places: Vec<Clean> = Vec::new();
            for words in text.split(BETWEEN).map(|words| clean(words).trimmed()) {
                if !words.is_blank() && !places.contains(&words) {
                    places.push(words);
                }
            }
            if places.iter().any(|words| names_another(link, words)) {
                link.warnings.push(Warning::OtherHost);
            }
            link.text = Clean::join(&places, &Clean::literal(" · "));
            link.warnings.sort_unstable();
            link.warnings.dedup();
        }
        list
    }
}

/// Whether words on a link name another place than the one it goes to.
fn names_another(link: &Link, words: &Clean) -> bool {
    let alone = !words.contains(char::is_whitespace);
    words.split_whitespace().any(|word| {
        let word = word.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | '<' | '>' | '"' | '\'' | ',' | ';'));
        let word = word.trim_end_matches(['.', ':', '!', '?', '…']);
        match (link.kind, word.split_once('@').filter(|_| !word.contains("://"))) {
            (LinkKind::Mail, Some(_)) => !word.eq_ignore_ascii_case(&link.host) && is_address(word),
            (LinkKind::Mail, None) => false,
            (_, Some(_)) if !is_address(word) => false,
            (_, Some((_, domain))) => named_host(domain, false).is_some_and(|named| !same_site(&named, &link.host)),
            (_, None) => named_host(word, alone).is_some_and(|named| !same_site(&named, &link.host)),
        }
    })
}

/// Whether a word is an e-mail address.
fn is_address(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.contains('@') && domain.split_once('.').is_some_and(|(_, top)| !top.is_empty())
    })
}

/// The host that a word claims. A word among others must look like an address more than one that stands alone.
fn named_host(word: &str, alone: bool) -> Option<String> {
    if !word.contains(['.', '。', '．', '｡']) {
        return None;
    }
    if word.contains("://") {
        return target::parse(word).filter(|target| target.kind == LinkKind::Page).map(|target| target.host);
    }
    let named = target::parse(&format!("https://{word}"))?.host;
    let (name, top) = named.rsplit_once('.')?;
    let letters = top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if name.is_empty() || !letters || top.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_file = !word.contains('/') && FILES.contains(&top);
    let sure = word.starts_with("www.") || host::is_known_ending(top);
    (sure || (alone && !is_file)).then_some(named)
}

/// Endings of files: a word with one is no host.
const FILES: [&str; 24] = [
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "csv", "txt", "png", "jpg", "jpeg", "gif", "webp", "zip",
    "html", "htm", "js", "css", "json", "xml", "mp4", "mov", "md",
];

/// Whether one host is the other, or within it.
fn same_site(named: &str, real: &str) -> bool {
    let named = named.trim_end_matches('.').trim_start_matches("www.");
    let real = real.trim_end_matches('.').trim_start_matches("www.");
    let within = |inner: &str, outer: &str| inner.strip_suffix(outer).is_some_and(|rest| rest.ends_with('.'));
    named == real || within(named, real) || within(real, named)
}

/// Byte ranges of web addresses in plain words, ascending.
pub(in crate::text) fn addresses(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    if !text.contains("://") && !text.contains("www.") {
        return found;
    }
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(start) = next_start(&lower, from) {
        let word = &text[start..];
        let end = word
            .find(|c: char| {
                c.is_whitespace()
                    || c.is_control()
                    || matches!(c, '<' | '>' | '"' | '“' | '”' | '«' | '»' | '、' | '。')
            })
            .unwrap_or(word.len());
        let word = without_tail(&word[..end]);
        let bare = word.split_once("://").map_or(word, |(_, rest)| rest);
        if bare.trim_start_matches("www.").chars().next().is_some_and(|c| c.is_alphanumeric() || c == '[') {
            found.push(start..start + word.len());
        }
        from = start + end.max(1);
    }
    found
}

/// Where the next `http://`, `https://` or `www.` begins that no letter comes before.
fn next_start(lower: &str, mut from: usize) -> Option<usize> {
    loop {
        let rest = lower.get(from..)?;
        let at = from + rest.find(['h', 'w'])?;
        let here = &lower[at..];
        let begins = here.starts_with("http://") || here.starts_with("https://") || here.starts_with("www.");
        if begins && !lower[..at].ends_with(|c: char| c.is_alphanumeric() || c == '/' || c == '.') {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Without the punctuation of the sentence around it.
fn without_tail(word: &str) -> &str {
    let mut word = word;
    let mut extra = word.matches(')').count().saturating_sub(word.matches('(').count());
    loop {
        let before = word.len();
        word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', ']', '…', '’']);
        if extra > 0 && word.ends_with(')') {
            word = &word[..word.len() - 1];
            extra -= 1;
        }
        if word.len() == before {
            return word;
        }
    }
}

#[cfg(test)]
#[path = "links/tests.rs"]
mod tests;
