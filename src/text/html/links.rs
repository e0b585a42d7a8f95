//! Links: where they really go, and addresses found in plain words.

use std::collections::HashMap;

use crate::text::{Clean, Untrusted, clean};

/// Characters of a link's text kept to compare it with its target.
const TEXT_CAP: usize = 200;

/// A numbered link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The target as it came, for opening and copying.
    pub url: Untrusted,
    /// The target, to be shown in full before anything opens.
    pub shown: Clean,
    /// The host that it really goes to (ASCII form), or the address of a mail link.
    pub host: Clean,
    /// The words that the sender put on it; empty for images.
    pub text: Clean,
    /// What opening it means.
    pub kind: LinkKind,
    /// Its words name another host than the one it goes to.
    pub disguised: bool,
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
    pub(super) fn number(&mut self, target: &str, image: bool) -> Option<usize> {
        let url: String = target.trim().chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
        let (kind, host) = target_of(&url)?;
        if image && kind != LinkKind::Page {
            return None;
        }
        if let Some(number) = self.known.get(&url) {
            return Some(*number);
        }
        let kind = if image { LinkKind::Image } else { kind };
        let link = Link {
            shown: clean(&url),
            host: clean(&host),
            url: Untrusted::new(url.clone()),
            text: Clean::default(),
            kind,
            disguised: false,
        };
        self.list.push(link);
        self.texts.push(String::new());
        self.known.insert(url, self.list.len());
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
            link.text = clean(text).trimmed();
            link.disguised =
                link.kind == LinkKind::Page && named_host(text).is_some_and(|named| !same_site(&named, &link.host));
        }
        list
    }
}

/// The kind and host of a target that may be opened when the agent asks.
fn target_of(url: &str) -> Option<(LinkKind, String)> {
    let (scheme, rest) = url.split_once(':')?;
    if scheme.eq_ignore_ascii_case("mailto") {
        let address = rest.split('?').next().unwrap_or_default();
        return (!address.is_empty()).then(|| (LinkKind::Mail, address.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let host = host_of(rest)?;
    Some((LinkKind::Page, host))
}

/// The host after `http:`, in ASCII; browsers read `\` as `/` and any number of them.
fn host_of(after_scheme: &str) -> Option<String> {
    let rest = after_scheme.trim_start_matches(['/', '\\']);
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.find(']') {
        Some(end) if host.starts_with('[') => &host[..=end],
        _ => host.split(':').next().unwrap_or_default(),
    };
    let host: Vec<String> = host.to_lowercase().split('.').map(ascii_label).collect();
    let host = host.join(".");
    (!host.is_empty()).then_some(host)
}

/// The host that a link's words claim, when they look like an address.
fn named_host(words: &str) -> Option<String> {
    let words = words.trim();
    if words.contains(char::is_whitespace) || words.contains('@') {
        return None;
    }
    let bare = words.split_once("://").map_or(words, |(_, rest)| rest);
    let host = host_of(bare)?;
    let (name, top) = host.rsplit_once('.')?;
    let plausible = !name.is_empty() && top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (plausible && !top.bytes().all(|b| b.is_ascii_digit())).then_some(host)
}

/// Whether one host is the other, or within it.
fn same_site(named: &str, real: &str) -> bool {
    let named = named.trim_start_matches("www.");
    let real = real.trim_start_matches("www.");
    let within = |inner: &str, outer: &str| inner.strip_suffix(outer).is_some_and(|rest| rest.ends_with('.'));
    named == real || within(named, real) || within(real, named)
}

/// A label of a host in ASCII: itself, or `xn--…` (RFC 3492).
fn ascii_label(label: &str) -> String {
    if label.is_ascii() || label.chars().count() > 63 {
        return label.to_owned();
    }
    punycode(label).map_or_else(|| label.to_owned(), |coded| format!("xn--{coded}"))
}

/// RFC 3492, section 6.3.
fn punycode(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    let scalars: Vec<u32> = label.chars().map(u32::from).collect();
    let mut coded: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(coded.len()).ok()?;
    if basic > 0 {
        coded.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    while (handled as usize) < scalars.len() {
        let next = *scalars.iter().filter(|scalar| **scalar >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for &scalar in &scalars {
            if scalar < n {
                delta = delta.checked_add(1)?;
            }
            if scalar != n {
                continue;
            }
            let (mut q, mut k) = (delta, BASE);
            loop {
                let threshold = k.saturating_sub(bias).clamp(1, 26);
                if q < threshold {
                    break;
                }
                coded.push(digit(threshold + (q - threshold) % (BASE - threshold))?);
                q = (q - threshold) / (BASE - threshold);
                k += BASE;
            }
            coded.push(digit(q)?);
            bias = adapted(delta, handled + 1, handled == basic);
            delta = 0;
            handled += 1;
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(coded)
}

fn digit(value: u32) -> Option<char> {
    let value = u8::try_from(value).ok()?;
    Some(char::from(if value < 26 { b'a' + value } else { b'0' + (value - 26) }))
}

fn adapted(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

/// Byte ranges of web addresses in plain words, ascending.
pub(super) fn addresses(text: &str) -> Vec<std::ops::Range<usize>> {
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
mod tests {
    use super::*;

    fn host(url: &str) -> Option<String> {
        target_of(url).map(|(_, host)| host)
    }

    #[test]
    fn the_real_host_is_found() {
        assert_eq!(host("https://example.com/path").as_deref(), Some("example.com"));
        assert_eq!(host("https://bank.com@evil.example:443/x").as_deref(), Some("evil.example"));
        assert_eq!(host("http:\\\\evil.example\\@bank.com").as_deref(), Some("evil.example"));
        assert_eq!(host("HTTPS://EXAMPLE.com?x=@y").as_deref(), Some("example.com"));
        assert_eq!(host("mailto:ana@example.com?subject=x").as_deref(), Some("ana@example.com"));
        assert_eq!(host("http://[::1]:80/").as_deref(), Some("[::1]"));
    }

    #[test]
    fn other_schemes_lead_nowhere() {
        for url in
            ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/relative", "#anchor", "", "https://"]
        {
            assert_eq!(host(url), None, "{url}");
        }
    }

    #[test]
    fn international_hosts_are_shown_in_ascii() {
        assert_eq!(host("https://münchen.de/").as_deref(), Some("xn--mnchen-3ya.de"));
        assert_eq!(host("https://аррӏе.com/").as_deref(), Some("xn--80ak6aa92e.com"));
        assert_eq!(host("https://例え.jp/").as_deref(), Some("xn--r8jz45g.jp"));
    }

    #[test]
    fn a_link_that_names_another_host_is_disguised() {
        let mut links = Links::default();
        let number = links.number("https://evil.example/login", false);
        assert_eq!(number, Some(1));
        links.note_text(1, "www.bank.com/login");
        links.number("https://shop.example.com/x", false);
        links.note_text(2, "example.com");
        links.number("https://shop.example.com/y", false);
        links.note_text(3, "your order");
        assert_eq!(links.number("https://evil.example/login", false), Some(1));
        let disguised: Vec<bool> = links.finish().iter().map(|link| link.disguised).collect();
        assert_eq!(disguised, [true, false, false]);
    }

    #[test]
    fn addresses_in_words_end_before_punctuation() {
        let text = "See https://example.com/a_(b), or (http://x.org). www.y.net! xhttps://no https://";
        let found: Vec<&str> = addresses(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["https://example.com/a_(b)", "http://x.org", "www.y.net"]);
    }
}
