//! Hosts: the one form that programs use, and what is odd about the form that people see.
//!
//! Owns how a host is read (UTS #46 by the crate `idna`, IPv4 in every notation that browsers know) and which
//! hosts only look like others. Enter at [`read`].

use std::net::{Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;
use unicode_script::{Script, UnicodeScript as _};

use super::Warning;

/// Hosts with more labels, or longer ones in bytes, hide their end on a narrow screen.
const LABELS: usize = 6;
const LONG: usize = 64;

/// Endings that people take for a host's end.
const ENDINGS: [&str; 26] = [
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "bank", "app", "shop", "online", "co", "io", "eu", "de",
    "fr", "uk", "it", "es", "nl", "ch", "at", "be", "ca", "us",
];

/// Letters of other scripts that look like Latin ones in most fonts.
const LIKE_LATIN: &str = "асԁеһіјӏорԛѕԝхуъьҽпгѵѡкмтвнзбәғ\
                          αεικνορτυχγωςηβ\
                          օսոցհյքզլռ\
                          ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᏀᏃᏎᏒᏔᏙᏚᏞᏟᏢᏦᏴꭰꭱꭲꭵꭺꭼꮃꮇꮋꮐꮓꮪꮲꮯ";

/// A host: in ASCII, as programs use it, with what is odd about it. `None` where no browser would go.
pub(super) fn read(written: &str, warnings: &mut Vec<Warning>) -> Option<String> {
    if let Some(inner) = written.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        warnings.push(Warning::Address);
        let near = address.is_loopback()
            || address.is_unspecified()
            || address.is_unique_local()
            || address.is_unicast_link_local()
            || address.to_ipv4_mapped().is_some_and(is_near);
        if near {
            warnings.push(Warning::Near);
        }
        return Some(format!("[{address}]"));
    }
    let bytes = percent_decoded(written);
    let decoded = std::str::from_utf8(&bytes).ok()?;
    let ascii = match idna::domain_to_ascii_cow(decoded.as_bytes(), AsciiDenyList::URL) {
        Ok(ascii) => ascii.into_owned(),
        Err(_) => {
            warnings.push(Warning::BadHost);
            fallback(decoded)?
        }
    };
    // Names have no others; some browsers take them, and what is behind them does with them what it likes.
    let is_of_names = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if ascii.trim_end_matches('.').is_empty() || !ascii.bytes().all(is_of_names) {
        return None;
    }
    if ends_in_number(&ascii) {
        let address = address_v4(&ascii)?;
        warnings.push(if address.to_string() == written { Warning::Address } else { Warning::OddAddress });
        if is_near(address) {
            warnings.push(Warning::Near);
        }
        return Some(address.to_string());
    }
    judge(&ascii, warnings);
    // What is not seen, or is seen as another letter, stood in it.
    if decoded.chars().any(is_hidden) {
        warnings.push(Warning::Hidden);
    }
    Some(ascii)
}

/// Whether people take this for the last label of a host.
pub(super) fn is_known_ending(label: &str) -> bool {
    ENDINGS.contains(&label)
}

/// A host as people write it: with the letters of its own script.
pub(super) fn as_read(ascii: &str) -> String {
    idna::domain_to_unicode(ascii).0
}

/// Labels that break the rules, each in the ASCII form all the same.
fn fallback(host: &str) -> Option<String> {
    let labels = host.split(['.', '。', '．', '｡']).map(|label| {
        let label = label.to_lowercase();
        if label.is_ascii() { Some(label) } else { Some(format!("xn--{}", idna::punycode::encode_str(&label)?)) }
    });
    Some(labels.collect::<Option<Vec<String>>>()?.join("."))
}

/// Whether nothing of it is seen, or it moves what is around it.
pub(super) fn is_hidden(scalar: char) -> bool {
    matches!(scalar, '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a host's last label makes browsers read it as an IPv4 address.
fn ends_in_number(host: &str) -> bool {
    let last = host.strip_suffix('.').unwrap_or(host).rsplit('.').next().unwrap_or_default();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(last) || number(last).is_some()
}

/// An IPv4 address in any notation of the URL standard: one to four parts, each decimal, octal or hexadecimal.
fn address_v4(host: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u64> = host.strip_suffix('.').unwrap_or(host).split('.').map(number).collect::<Option<_>>()?;
    let (last, before) = parts.split_last()?;
    if before.len() > 3 || before.iter().any(|part| *part > 255) {
        return None;
    }
    let room = 256_u64.checked_pow(u32::try_from(4 - before.len()).ok()?)?;
    if *last >= room {
        return None;
    }
    let high = before.iter().zip((0..4).rev()).map(|(part, place)| part << (8 * place)).sum::<u64>();
    u32::try_from(high + last).ok().map(Ipv4Addr::from)
}

fn number(part: &str) -> Option<u64> {
    let (digits, radix) = match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        Some("") => return Some(0),
        Some(hex) => (hex, 16),
        None if part.len() > 1 && part.starts_with('0') => (part.get(1..)?, 8),
        None => (part, 10),
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { u64::from_str_radix(digits, radix).ok() } else { None }
}

fn is_near(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_private() || address.is_link_local() || address.octets()[0] == 0
}

/// What is odd about a host's name.
pub(super) fn judge(ascii: &str, warnings: &mut Vec<Warning>) {
    let bare = ascii.trim_end_matches('.');
    let labels: Vec<&str> = bare.split('.').collect();
    let last = labels.last().copied().unwrap_or_default();
    if labels.iter().any(|label| label.is_empty() || label.len() > 63) {
        warnings.push(Warning::BadHost);
    }
    if labels.len() == 1 || matches!(last, "localhost" | "local" | "internal" | "lan" | "home" | "corp" | "intranet") {
        warnings.push(Warning::Near);
    }
    let read = as_read(bare);
    if read.split('.').any(mixes_scripts) {
        warnings.push(Warning::MixedScripts);
    }
    if labels.len() > 1 && read.split('.').any(looks_latin) {
        warnings.push(Warning::LookAlike);
    }
    // `paypal.com.evil.example`: what looks like its end is not. The last two may be one ending: `co.uk`.
    let inner = labels.get(1..labels.len().saturating_sub(2).max(1)).unwrap_or_default();
    let dashed = labels.get(1..labels.len().saturating_sub(1).max(1)).unwrap_or_default();
    let begins = |label: &&str| label.split_once('-').is_some_and(|(first, _)| ENDINGS.contains(&first));
    if inner.iter().any(|label| ENDINGS.contains(label)) || dashed.iter().any(begins) {
        warnings.push(Warning::HostWithin);
    }
    if labels.len() > LABELS || bare.len() > LONG {
        warnings.push(Warning::LongHost);
    }
}

/// Whether a label has letters of scripts that no one language writes together (UTS #39, highly restrictive).
fn mixes_scripts(label: &str) -> bool {
    let mut scripts: Vec<Script> = Vec::new();
    for scalar in label.chars() {
        let script = scalar.script();
        if !matches!(script, Script::Common | Script::Inherited) && !scripts.contains(&script) {
            scripts.push(script);
        }
    }
    let within = |together: &[Script]| scripts.iter().all(|script| together.contains(script));
    scripts.len() > 1
        && !within(&[Script::Latin, Script::Han, Script::Hiragana, Script::Katakana])
        && !within(&[Script::Latin, Script::Han, Script::Bopomofo])
        && !within(&[Script::Latin, Script::Han, Script::Hangul])
}

/// Whether a label without a Latin letter reads like one in Latin letters.
fn looks_latin(label: &str) -> bool {
    let mut letters = label.chars().filter(|scalar| scalar.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(|letter| !letter.is_ascii() && LIKE_LATIN.contains(letter))
}

/// The bytes of an address with those that `%xx` stands for in its place; `%` before anything else stays.
#[must_use]
pub fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}
