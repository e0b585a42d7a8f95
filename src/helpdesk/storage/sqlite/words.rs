//! Words of opening messages: what the word index takes in, and what it is asked.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::super::Answer;
use crate::text;

/// Makes the functions that searches use known to a connection: `fold(text)` (case and accents gone)
/// and `plain(html)` (markup gone).
pub(super) fn register(connection: &Connection) -> Answer<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("fold", 1, flags, |call| {
        Ok(call.get::<Option<String>>(0)?.map(|value| text::fold(&value)))
    })?;
    connection.create_scalar_function("plain", 1, flags, |call| {
        Ok(call.get::<Option<String>>(0)?.map(|value| plain(&value)))
    })?;
    Ok(())
}

/// The text of an HTML message, tags as spaces. Good for words, not for reading.
pub(super) fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let (piece, used) = if from.starts_with('<') { tag(from) } else { entity(from) };
        match piece {
            Some(c) => out.push(c),
            None => out.push_str(from.get(..used).unwrap_or_default()),
        }
        rest = from.get(used..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// A tag becomes a space; a `<` that begins none stays.
fn tag(from: &str) -> (Option<char>, usize) {
    let begins = from[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
    match from.find('>') {
        Some(end) if begins => (Some(' '), end + 1),
        _ => (None, 1),
    }
}

/// An entity becomes its character; one that is not known stays as it is.
fn entity(from: &str) -> (Option<char>, usize) {
    let Some(end) = from.bytes().take(12).position(|b| b == b';') else { return (None, 1) };
    let name = from.get(1..end).unwrap_or_default();
    let found = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => name
            .strip_prefix('#')
            .and_then(|number| match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            })
            .and_then(char::from_u32),
    };
    if found.is_some() { (found, end + 1) } else { (None, 1) }
}

/// The words of a text, as the index parts them.
fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The question "one of the words is this one"; none when `value` is not one word.
pub(super) fn whole_word(column: &str, value: &str) -> Option<String> {
    let mut all = words(value);
    let one = all.next()?;
    all.next().is_none().then(|| format!("{column} : \"{one}\""))
}

/// The question "for each of these there is a word that begins so"; none when there are none.
pub(super) fn beginnings(column: &str, value: &str) -> Option<String> {
    let each: Vec<String> = words(value).map(|word| format!("\"{word}\"*")).collect();
    (!each.is_empty()).then(|| format!("{column} : ({})", each.join(" AND ")))
}

/// The question "the text begins with these words, the last one maybe cut"; none when there are none.
pub(super) fn start(column: &str, value: &str) -> Option<String> {
    let each: Vec<&str> = words(value).collect();
    (!each.is_empty()).then(|| format!("{column} : (^\"{}\" *)", each.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay_apart() {
        assert_eq!(plain("<p>Hi&nbsp;<b>you</b></p>").split_whitespace().collect::<Vec<_>>(), ["Hi", "you"]);
        assert_eq!(plain("a &amp; b &#233; &#xE9; &unknown; 1 < 2"), "a & b é é &unknown; 1 < 2");
        assert_eq!(plain("cut <p"), "cut <p");
        assert_eq!(plain("&"), "&");
    }

    #[test]
    fn questions_are_quoted() {
        assert_eq!(whole_word("body", "support").as_deref(), Some("body : \"support\""));
        assert_eq!(whole_word("body", "need support"), None);
        assert_eq!(whole_word("body", "  "), None);
        assert_eq!(beginnings("body", "a\" OR b").as_deref(), Some("body : (\"a\"* AND \"OR\"* AND \"b\"*)"));
        assert_eq!(start("subject", "my order").as_deref(), Some("subject : (^\"my order\" *)"));
    }
}
