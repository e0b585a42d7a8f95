//! Targets: what a link's address is once it is read as a browser reads it (URL standard), and written anew.
//!
//! Owns which addresses may ever be opened, and their one form: in ASCII, with the host that is really gone
//! to. What is opened, copied and shown is this form. Enter at [`parse`].

use std::fmt::Write as _;

use super::{LinkKind, Warning, host};

/// Longer targets lead nowhere, in bytes: no browser keeps them whole.
const LONGEST: usize = 16_384;

/// Where a link leads.
pub(super) struct Target {
    pub(super) kind: LinkKind,
    /// In the form that is opened.
    pub(super) url: String,
    pub(super) host: String,
    pub(super) warnings: Vec<Warning>,
}

/// Where an address leads; none when it is not one that may ever be opened.
pub(super) fn parse(written: &str) -> Option<Target> {
    if written.len() > LONGEST {
        return None;
    }
    // Browsers take these away wherever they are.
    let written = written.trim_matches(|c: char| c <= ' ');
    let written: String = written.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let (scheme, rest) = written.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "mailto" => parse_mail(rest),
        scheme @ ("http" | "https") => parse_page(scheme, rest),
        _ => None,
    }
}

fn parse_page(scheme: &str, rest: &str) -> Option<Target> {
    let mut warnings = Vec::new();
    let slashes = rest.len() - rest.trim_start_matches(['/', '\\']).len();
    let (before, rest) = rest.split_at(slashes);
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let tail = after.find(['?', '#']).unwrap_or(after.len());
    let (path, tail) = after.split_at(tail);
    if before != "//" || path.contains('\\') {
        // Other programs would read it in another way.
        warnings.push(Warning::Backslash);
    }
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, authority),
    };
    if user.is_some_and(|user| !user.is_empty()) {
        warnings.push(Warning::UserInfo);
    }
    let (name, port) = match place.find(']') {
        Some(close) if place.starts_with('[') => place.split_at(close + 1),
        _ => place.split_at(place.find(':').unwrap_or(place.len())),
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some("") => None,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(port.parse::<u16>().ok()?),
        _ => return None,
    };
    let port = port.filter(|port| *port != if scheme == "https" { 443 } else { 80 });
    if port.is_some() {
        warnings.push(Warning::Port);
    }
    let host = host::read(name, &mut warnings)?;
    if after.chars().any(is_unseen) {
        warnings.push(Warning::Hidden);
    }
    let mut url = format!("{scheme}://");
    if let Some(user) = user.filter(|user| !user.is_empty()) {
        write(user, &mut url);
        url.push('@');
    }
    url.push_str(&host);
    if let Some(port) = port {
        url.push(':');
        url.push_str(&port.to_string());
    }
    write(&path.replace('\\', "/"), &mut url);
    write(tail, &mut url);
    Some(Target { kind: LinkKind::Page, url, host, warnings: in_order(warnings) })
}

/// A mail link: whom it goes to, and the fields that only fill in what the agent sees before sending.
fn parse_mail(rest: &str) -> Option<Target> {
    let mut warnings = Vec::new();
    let rest = rest.split('#').next().unwrap_or_default();
    let (to, query) = rest.split_once('?').unwrap_or((rest, ""));
    let to = String::from_utf8(host::percent_decoded(to)).ok()?;
    let mut addresses = Vec::new();
    for one in to.split(',').map(str::trim).filter(|one| !one.is_empty()) {
        let (name, domain) = one.rsplit_once('@')?;
        let odd =
            |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | '@' | ':' | ';' | '\\');
        if name.is_empty() || name.contains(odd) || domain.starts_with('[') {
            return None;
        }
        if name.chars().any(is_unseen) {
            warnings.push(Warning::Hidden);
        }
        addresses.push(format!("{name}@{}", host::read(domain, &mut warnings)?));
    }
    if addresses.is_empty() {
        return None;
    }
    let mut url = String::from("mailto:");
    for (at, address) in addresses.iter().enumerate() {
        if at > 0 {
            url.push(',');
        }
        write_strictly(address, &mut url);
    }
    let mut extra = addresses.len() > 1;
    let mut separator = '?';
    for field in query.split('&').filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        let name = name.to_ascii_lowercase();
        // Others name files of this machine, or people whom nobody sees.
        if !matches!(name.as_str(), "subject" | "body" | "cc") {
            extra = true;
            continue;
        }
        extra |= name == "cc";
        let value = String::from_utf8(host::percent_decoded(value)).ok()?;
        let is_body = name == "body";
        let value: String = value.chars().filter(|c| !c.is_control() || (is_body && *c == '\n')).collect();
        url.push(std::mem::replace(&mut separator, '&'));
        url.push_str(&name);
        url.push('=');
        write_strictly(&value, &mut url);
    }
    if extra {
        warnings.push(Warning::MailFields);
    }
    Some(Target { kind: LinkKind::Mail, url, host: addresses.join(", "), warnings: in_order(warnings) })
}

fn in_order(mut warnings: Vec<Warning>) -> Vec<Warning> {
    warnings.sort_unstable();
    warnings.dedup();
    warnings
}

/// Whether nothing of it is seen where an address is shown.
fn is_unseen(scalar: char) -> bool {
    // A picture in an address often has its colours chosen by this one.
    scalar.is_control() || (host::is_hidden(scalar) && scalar != '\u{FE0F}')
}

/// Writes a part of a web address: all but plain letters and the signs of addresses as `%xx`.
fn write(part: &str, url: &mut String) {
    let mut before = 0;
    for byte in part.bytes() {
        let kept = byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'{' | b'|' | b'}' | b'^' | b'\\')
            && !(byte == b'(' && before == b'$');
        push(byte, kept, url);
        before = byte;
    }
}

/// Writes words into a mail link: all but letters, digits and a few signs as `%xx`.
fn write_strictly(words: &str, url: &mut String) {
    for byte in words.bytes() {
        push(byte, byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'@' | b'+' | b'/'), url);
    }
}

fn push(byte: u8, kept: bool, url: &mut String) {
    if kept {
        url.push(char::from(byte));
    } else {
        let _ = write!(url, "%{byte:02X}");
    }
}
