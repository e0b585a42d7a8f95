//! How mail programs and ticket systems mark what they write: classes, ids, names.
//!
//! Owns the marks in markup; what plain words say is in `history`. Enter at [`Says::of`].

use super::document::Fold;
use super::elements::names;
use super::tokens::Attributes;

/// What an element's marks say.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // independent marks
pub(super) struct Says {
    /// It is an earlier message, or a signature.
    pub(super) fold: Option<Fold>,
    /// It introduces an earlier message.
    pub(super) attribution: bool,
    /// Its quotes were made by a program, not by hand.
    pub(super) cited: bool,
    /// It is a quote, though it is no `blockquote`.
    pub(super) quotes: bool,
    /// It, and all that comes after it, is an earlier message.
    pub(super) rest_is_quoted: bool,
    /// It calls for a teammate.
    pub(super) mention: bool,
}

impl Says {
    pub(super) fn of(tag: &str, attributes: Attributes<'_>) -> Self {
        let mut says = Self::default();
        for name in names(attributes) {
            match name {
                "divRplyFwdMsg" | "appendonsend" | "stopSpelling" => says.rest_is_quoted = true,
                // The programs that put an earlier message into a box without quoting it.
                "yahoo_quoted"
                | "zmail_extra"
                | "freshdesk_quote"
                | "quotedReply"
                | "history_container"
                | "mail-editor-reference-message-container"
                | "ms-outlook-mobile-reference-message" => {
                    says.fold = Some(Fold::Quoted);
                }
                "gmail_attr"
                | "moz-cite-prefix"
                | "airmail_on"
                | "reply-intro"
                | "quoteheader"
                | "yahoo_quoted_header"
                | "gmail_quote_attribution" => says.attribution = true,
                "AppleMailSignature"
                | "ms-outlook-mobile-signature"
                | "protonmail_signature_block"
                | "bloop_sign"
                | "Zm-_Id_-Sgn"
                | "ms-outlook-ios-signature"
                | "ms-outlook-android-signature" => {
                    says.fold = says.fold.or(Some(Fold::Signature));
                }
                "entity_mention" => says.mention |= tag == "a",
                _ if is_signature(name) => says.fold = says.fold.or(Some(Fold::Signature)),
                _ if tag == "blockquote" && (name.contains("quote") || name.contains("cite") || name == "clean_bq") => {
                    says.cited = true;
                }
                _ => {}
            }
        }
        for (key, value) in attributes.each() {
            match key {
                "type" if tag == "blockquote" => says.cited |= value.eq_ignore_ascii_case("cite"),
                "cite" => says.cited |= tag == "blockquote",
                "name" if value == "quote" && tag == "div" => (says.quotes, says.cited) = (true, true),
                "name" if value == "messageReplySection" => says.fold = Some(Fold::Quoted),
                "name" if value == "messageSignatureSection" => says.fold = says.fold.or(Some(Fold::Signature)),
                "data-smartmail" if value == "gmail_signature" => says.fold = says.fold.or(Some(Fold::Signature)),
                "data-admin-id" => says.mention = true,
                _ => {}
            }
        }
        if says.fold == Some(Fold::Quoted) && tag == "blockquote" {
            // A quote is judged as a quote, by what comes after it.
            (says.fold, says.cited) = (None, true);
        }
        says
    }
}

/// `signature`, `moz-signature`, `gmail_signature`, `email-signature` and their kin.
fn is_signature(name: &str) -> bool {
    const WORD: &str = "signature";
    let Some(start) = name.len().checked_sub(WORD.len()) else { return false };
    name.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(WORD))
}

/// Whether an image is only there to take room.
pub(super) fn is_spacer(src: &str) -> bool {
    let path = src.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    ["spacer", "blank", "pixel", "clear", "transparent", "trans", "1x1", "shim"]
        .iter()
        .any(|word| stem.eq_ignore_ascii_case(word))
}

/// Whether a line of plain text goes on in the next one (RFC 3676, format=flowed), and how many bytes of
/// quote signs the next one then repeats. The header that would say so is not here: only lines of the length
/// that such programs write count.
pub(super) fn flows_on(line: &str, next: &str) -> Option<usize> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 56..=998;
    let text = line.strip_suffix('\r').unwrap_or(line);
    if !text.ends_with(' ') || text.ends_with("  ") || !LENGTHS.contains(&text.len()) {
        return None;
    }
    let signs = |line: &str| line.len() - line.trim_start_matches('>').len();
    let depth = signs(text);
    let rest = next.get(depth..)?;
    if signs(next) != depth || rest.trim().is_empty() || rest.trim_end_matches(['\r', '\n']).trim_start() == "-- " {
        return None;
    }
    // A space that was put before the line so that it does not look like something else.
    Some(depth + usize::from(rest.starts_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_lines_are_told_from_lines_that_end_in_a_space() {
        let long = "This line was broken by a program that keeps to seventy cells, ";
        assert_eq!(flows_on(long, "and it goes on here"), Some(0));
        assert_eq!(flows_on(&format!("> {long}"), "> here"), Some(2));
        assert_eq!(flows_on(long, "> an answer"), None);
        assert_eq!(flows_on(long, ""), None);
        assert_eq!(flows_on("Hello ", "there"), None);
        assert_eq!(flows_on(long, "-- "), None);
    }

    #[test]
    fn spacers_are_known_by_their_names() {
        assert!(is_spacer("https://a.example/img/spacer.gif?x=1"));
        assert!(!is_spacer("https://a.example/img/space-station.png") && !is_spacer(""));
    }
}
