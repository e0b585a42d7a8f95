//! Forms of text for comparing, never for showing.
//!
//! Owns [`fold`] (search, matching names) and [`canonical`] (is this the message that was sent?).
//! Knows the HTML walker. Enter at either.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::html;

/// Decoding is repeated until nothing changes, this often at most.
const DECODING_PASSES: usize = 8;

/// Case and accents folded, for matching what people type against what people wrote: compatibility
/// decomposition, lower case, no marks, `ß` as `ss`, `ø` as `o`, `œ` as `oe` and the like. Invisible
/// characters go; every white space is a space.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for scalar in text.nfkd() {
        if is_combining_mark(scalar) {
            continue;
        }
        for lower in scalar.to_lowercase() {
            match lower {
                'a'..='z' | '0'..='9' => folded.push(lower),
                'ß' => folded.push_str("ss"),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'þ' => folded.push_str("th"),
                'ø' => folded.push('o'),
                'đ' | 'ð' => folded.push('d'),
                'ħ' => folded.push('h'),
                'ı' => folded.push('i'),
                'ł' => folded.push('l'),
                'ŧ' => folded.push('t'),
                '’' | '‘' | 'ʼ' => folded.push('\''),
                '“' | '”' | '„' => folded.push('"'),
                '‐' | '‑' | '–' | '—' => folded.push('-'),
                _ if lower.is_whitespace() => folded.push(' '),
                _ if lower.is_control() || is_invisible(lower) || is_combining_mark(lower) => {}
                _ => folded.push(lower),
            }
        }
    }
    folded
}

/// Format characters and selectors that change nothing a reader sees.
fn is_invisible(scalar: char) -> bool {
    matches!(scalar,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The words of a body, for telling whether two bodies are the same message: markup taken away,
/// entities decoded, invisible characters left out, every run of white space one space.
///
/// It takes HTML and plain text alike, and a body that a server escaped once more comes out the same,
/// so `canonical(from_plain(text)) == canonical(text)`. Two messages that differ in markup or link
/// targets alone are the same to it.
#[must_use]
pub fn canonical(body: &str) -> String {
    let mut words = settle(body);
    for _ in 0..DECODING_PASSES {
        if !words.contains(['<', '&']) {
            break;
        }
        let decoded = settle(&html::strip(&words));
        if decoded == words {
            break;
        }
        words = decoded;
    }
    words.nfc().collect()
}

/// What a body says, for telling whether it is a message that was sent: tags out, character references
/// decoded once, white space folded, what may not be shown left out. What was typed as `<b>` stays, so that
/// two messages about different tags are two.
#[must_use]
pub fn said(body: &str) -> String {
    settle(&html::strip(body)).nfc().collect()
}

/// The same of a text that is not HTML.
#[must_use]
pub fn said_plainly(text: &str) -> String {
    settle(text).nfc().collect()
}

/// White space folded, what may not be shown left out, towers of `&amp;amp;` taken down.
fn settle(text: &str) -> String {
    let mut settled = String::with_capacity(text.len());
    for word in text.split(|scalar: char| scalar.is_whitespace() || scalar.is_control()) {
        let kept: String = word.chars().filter(|scalar| !is_invisible(*scalar)).collect();
        if kept.is_empty() {
            continue;
        }
        if !settled.is_empty() {
            settled.push(' ');
        }
        settled.push_str(&kept);
    }
    while settled.contains("&amp;amp;") {
        let mut shorter = String::with_capacity(settled.len());
        let mut rest = settled.as_str();
        while let Some(at) = rest.find("&amp;") {
            let (before, tower) = rest.split_at(at + "&amp;".len());
            shorter.push_str(before);
            rest = tower;
            while let Some(lower) = rest.strip_prefix("amp;") {
                rest = lower;
            }
        }
        shorter.push_str(rest);
        settled = shorter;
    }
    settled
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::html::from_plain;

    #[test]
    fn folds_case_accents_and_ligatures() {
        assert_eq!(fold("Größe"), "grosse");
        assert_eq!(fold("ÉTÉ"), "ete");
        assert_eq!(fold("Œuvre"), "oeuvre");
        assert_eq!(fold("Søren Łódź"), "soren lodz");
        assert_eq!(fold("ﬁn Ｗｉｄｅ"), "fin wide");
        assert_eq!(fold("İSTANBUL"), "istanbul");
        assert_eq!(fold("l’été"), "l'ete");
        assert_eq!(fold("soft\u{ad}hyphen\u{a0}x"), "softhyphen x");
    }

    #[test]
    fn the_same_message_in_other_markup_is_the_same() {
        let ours = "<p>Hi Zoë &amp; co,</p><p>it costs &lt; 5&nbsp;€.<br>Bye</p>";
        for theirs in [
            "<div>Hi Zoë &#38; co,</div>\n<div>it costs &lt; 5 €.</div><div>Bye</div>",
            "Hi Zoe\u{308} & co,\n\nit costs < 5 €.\nBye",
            "<p class=\"no-margin\">Hi <b>Zoë</b> &amp; co,</p><p>it costs &lt; 5 €.<br/>Bye</p><p></p>",
        ] {
            assert_eq!(canonical(ours), canonical(theirs));
        }
        assert_ne!(canonical(ours), canonical("<p>Hi Zoë</p>"));
    }

    #[test]
    fn towers_of_ampersands_come_down_at_once() {
        let tower = format!("&{}", "amp;".repeat(100_000));
        assert_eq!(canonical(&tower), "&");
    }

    proptest! {
        #[test]
        fn plain_text_sent_as_html_is_recognised(text in "\\PC{0,60}|[<>/&;a-z \n!-]{0,40}") {
            prop_assert_eq!(canonical(&from_plain(&text)), canonical(&text));
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }
    }
}
