//! Repairs of bytes that would make a whole document unreadable.
//!
//! Owns the step between the bytes of an answer and the JSON parser. A lone surrogate in one subject,
//! a byte that is no UTF-8, a raw control character or an unknown escape in one name must not cost the
//! page it stands in. Nothing is added or taken away, so lengths and structure stay.

/// The answer as text that a JSON parser does not stumble over for the sake of one string.
pub(in crate::api) fn mend(mut bytes: Vec<u8>) -> String {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    mend_strings(&mut bytes);
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn mend_strings(bytes: &mut [u8]) {
    let mut at = 0;
    let mut in_string = false;
    while let Some(byte) = bytes.get_mut(at) {
        match *byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => {
                at += mend_escape(bytes, at);
                continue;
            }
            control if in_string && control < b' ' => *byte = b' ',
            _ => {}
        }
        at += 1;
    }
}

/// Mends the escape that begins at `at` and returns its length.
fn mend_escape(bytes: &mut [u8], at: usize) -> usize {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
        Some(b'u') => match unit(bytes, at) {
            Some(0xD800..=0xDBFF) if matches!(unit(bytes, at + 6), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                if let Some(place) = bytes.get_mut(at..at + 6) {
                    place.copy_from_slice(b"\\ufffd");
                }
                6
            }
            Some(_) => 6,
            None => drop_backslash(bytes, at),
        },
        Some(_) => drop_backslash(bytes, at),
        None => 1,
    }
}

/// Makes the backslash of an escape that JSON does not have an ordinary character.
fn drop_backslash(bytes: &mut [u8], at: usize) -> usize {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = b'?';
    }
    1
}

/// The code unit of a `\uXXXX` at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0_u16, |unit, digit| {
        let value = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn string(json: &[u8]) -> String {
        serde_json::from_str(&mend(json.to_vec())).unwrap()
    }

    #[test]
    fn lone_surrogates_become_the_replacement_character() {
        for (json, text) in [
            (r#""a\ud800b""#, "a\u{FFFD}b"),
            (r#""a\uDC00""#, "a\u{FFFD}"),
            (r#""\ud800\ud800\udc00""#, "\u{FFFD}\u{10000}"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\\ud800""#, "\\ud800"),
            (r#""\ud800\n""#, "\u{FFFD}\n"),
            (r#""\ud800""#, "\u{FFFD}"),
        ] {
            assert_eq!(string(json.as_bytes()), text, "{json}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_cost_themselves() {
        assert_eq!(string(b"\"a\xFFb\""), "a\u{FFFD}b");
        assert_eq!(string(b"\"a\x01\nb\""), "a  b");
        assert_eq!(string(br#""a\x41\uZZZZ""#), "a?x41?uZZZZ");
        assert_eq!(string(b"\xEF\xBB\xBF\"a\""), "a");
    }

    #[test]
    fn a_cut_document_stays_cut() {
        for json in [r#"{"a":"\"#, r#"{"a":"\u12"#, r#"{"a":"\ud8"#, r#"{"a":"\ud800\u"#] {
            assert!(serde_json::from_str::<serde_json::Value>(&mend(json.into())).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn what_was_readable_reads_the_same(text in any::<String>(), key in any::<String>()) {
            let value = serde_json::json!({ key: [text, 1, null] });
            let json = serde_json::to_vec(&value).unwrap();
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&mend(json)).unwrap(), value);
        }

        #[test]
        fn any_bytes_within_a_string_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let inner: Vec<u8> = bytes.into_iter().filter(|b| *b != b'"').collect();
            let json = [b"[\"", inner.as_slice(), b" \",1]"].concat();
            prop_assert!(serde_json::from_str::<serde_json::Value>(&mend(json)).is_ok());
        }
    }
}
