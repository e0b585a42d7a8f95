//! Addresses in plain words: pages and mailboxes.

use std::ops::Range;

use crate::text::html::addresses;

/// Addresses and what a link on them leads to, from left to right, none within another.
pub(super) fn find(words: &str) -> Vec<(Range<usize>, String)> {
    let mut found: Vec<(Range<usize>, String)> = addresses(words)
        .into_iter()
        .filter_map(|range| {
            let address = words.get(range.clone())?;
            let target = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
            Some((range, target))
        })
        .collect();
    if words.contains('@') {
        let pages = found.len();
        for range in mailboxes(words) {
            let pages = found.get(..pages).unwrap_or_default();
            let next = pages.get(pages.partition_point(|(page, _)| page.end <= range.start));
            let is_within = next.is_some_and(|(page, _)| page.start < range.end);
            if !is_within {
                let target = format!("mailto:{}", words.get(range.clone()).unwrap_or_default());
                found.push((range, target));
            }
        }
        found.sort_by_key(|(range, _)| range.start);
    }
    found
}

/// `ana@example.com`, no part of a longer word; `git@host:path` is none.
fn mailboxes(words: &str) -> Vec<Range<usize>> {
    let in_name = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '%' | '+' | '-');
    let in_host = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-');
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in words.match_indices('@') {
        let (Some(before), Some(after)) = (words.get(..at), words.get(at + 1..)) else { continue };
        let name = before.trim_end_matches(in_name).len();
        let host = after.split(|sign| !in_host(sign)).next().unwrap_or_default().trim_end_matches(['.', '-']);
        let end = at + 1 + host.len();
        let parts: Vec<&str> = host.split('.').collect();
        let top =
            parts.last().is_some_and(|top| top.len() > 1 && top.bytes().all(|letter| letter.is_ascii_alphabetic()));
        let is_host = top && parts.len() > 1 && parts.iter().all(|part| !part.is_empty() && !part.starts_with('-'));
        let is_name =
            before.get(name..).is_some_and(|name| name.starts_with(|sign: char| sign.is_ascii_alphanumeric()));
        let mut next = words.get(end..).unwrap_or_default().chars();
        let goes_on = match next.next() {
            Some(':' | '/') => next.next().is_some_and(|sign| !sign.is_whitespace()),
            Some(sign) => sign.is_alphanumeric() || sign == '@' || sign == '_',
            None => false,
        };
        let begins_within = before.get(..name).is_some_and(|before| {
            before.ends_with(|sign: char| sign.is_alphanumeric() || matches!(sign, '/' | '@' | '\\' | '='))
        });
        let is_new = found.last().is_none_or(|last| last.end <= name);
        if is_name && is_host && !goes_on && !begins_within && is_new {
            found.push(name..end);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_mailboxes_are_found() {
        let said =
            "Mail ana.b+x@example.co.uk, see www.a.org/x. or https://u@b.org (x@y.z1, git@host.org:a/b, @ana, a@b)";
        let found: Vec<String> = find(said).into_iter().map(|(_, target)| target).collect();
        assert_eq!(found, ["mailto:ana.b+x@example.co.uk", "https://www.a.org/x", "https://u@b.org"]);
    }
}
