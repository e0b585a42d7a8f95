//! The line format: reading a line, checking it, and its limits.
//!
//! Owns [`Dialogue`], [`parse_line`] and [`read_line`]. Must not know the model or the store.

use std::borrow::Cow;
use std::io::BufRead;

use serde_json::{Map, Value};

/// Longest line in bytes.
pub const LONGEST_LINE: usize = 8 * 1024 * 1024;
/// Longest body of a part in bytes.
const LONGEST_BODY: usize = 256 * 1024;
/// Longest subject in bytes.
const LONGEST_SUBJECT: usize = 4 * 1024;
/// Longest identifier, name, address, channel or brand in bytes.
const LONGEST_NAME: usize = 512;
/// Most parts of a conversation.
const MOST_PARTS: usize = 10_000;
/// 1 January 1990: mail is older than that, but helpdesks are not.
const EARLIEST: i64 = 631_152_000;
/// How far a clock may be ahead of ours, in seconds.
const SKEW: i64 = 300;
/// A conversation as a line tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// The file's identifier.
    pub external_id: String,
    /// Channel, as in `Source::kind`.
    pub channel: String,
    /// Brand, by name.
    pub brand: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// When it began.
    pub created_at: i64,
    /// The customer.
    pub contact: Customer,
    /// Messages by time; at least one.
    pub parts: Vec<Said>,
}

/// The customer of a [`Dialogue`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The file's identifier.
    pub external_id: String,
    /// Name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// A message of a [`Dialogue`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Whether the customer wrote it.
    pub by_contact: bool,
    /// Name of whoever wrote it.
    pub name: Option<String>,
    /// Plain text.
    pub body: String,
    /// When.
    pub created_at: i64,
}

/// An object of a line, with how reports name its members.
struct Object {
    members: Map<String, Value>,
    prefix: String,
}

impl Object {
    fn of(value: Value, place: &str) -> Result<Self, String> {
        match value {
            Value::Object(members) => Ok(Self { members, prefix: format!("{place}.") }),
            _ => Err(format!("{place} must be an object")),
        }
    }

    fn named(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// A member; null counts as absent.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    fn any_text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{} must be text", self.named(name))),
        }
    }

    /// A short text; blank counts as absent.
    fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        optional(&self.named(name), self.any_text(name)?)
    }

    fn required_text(&mut self, name: &str) -> Result<String, String> {
        self.text(name)?.ok_or_else(|| format!("{} is missing", self.named(name)))
    }

    fn date(&mut self, name: &str, now: i64) -> Result<i64, String> {
        let value = self.take(name);
        let name = self.named(name);
        let Some(value) = value else { return Err(format!("{name} is missing")) };
        match value.as_i64() {
            None => Err(format!("{name} must be a whole number of seconds")),
            Some(at) if at < EARLIEST => Err(format!("{name} lies before 1990")),
            Some(at) if at > now.saturating_add(SKEW) => Err(format!("{name} lies in the future (is it in seconds?)")),
            Some(at) => Ok(at),
        }
    }
}

/// Reads one line; `now` bounds its dates. A blank line holds nothing.
///
/// # Errors
/// Says in one English sentence why the line cannot be taken.
pub fn parse_line(line: &[u8], now: i64) -> Result<Option<Dialogue>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value: Value = serde_json::from_str(&whole_characters(text)).map_err(|error| not_json(&error))?;
    let Value::Object(members) = value else { return Err("the line is not a JSON object".to_owned()) };
    let mut raw = Object { members, prefix: String::new() };
    let mut contact = Object::of(raw.take("contact").ok_or("contact is missing")?, "contact")?;
    let contact = Customer {
        external_id: contact.required_text("external_id")?,
        name: contact.text("name")?,
        email: contact.text("email")?,
    };
    let created_at = raw.date("created_at", now)?;
    let raw_parts = match raw.take("parts") {
        None => return Err("parts is missing".to_owned()),
        Some(Value::Array(parts)) => parts,
        Some(_) => return Err("parts must be a list".to_owned()),
    };
    if raw_parts.is_empty() {
        return Err("parts is empty".to_owned());
    }
    if raw_parts.len() > MOST_PARTS {
        return Err(format!("it has more than {MOST_PARTS} parts"));
    }
    let channel = channel(raw.text("channel")?);
    let mut parts = Vec::with_capacity(raw_parts.len());
    for (number, part) in raw_parts.into_iter().enumerate() {
        parts.push(said(Object::of(part, &format!("parts[{number}]"))?, &channel, now)?);
    }
    // A thread reads forward in time; the order in the file decides among equals.
    parts.sort_by_key(|part| part.created_at);
    let created_at = parts.first().map_or(created_at, |first| first.created_at.min(created_at));
    let subject = raw.any_text("subject")?.filter(|subject| !subject.trim().is_empty());
    if subject.as_ref().is_some_and(|subject| subject.len() > LONGEST_SUBJECT) {
        return Err(format!("subject is longer than {LONGEST_SUBJECT} bytes"));
    }
    Ok(Some(Dialogue {
        external_id: raw.required_text("external_id")?,
        brand: raw.text("brand")?,
        subject,
        channel,
        created_at,
        contact,
        parts,
    }))
}

/// What is wrong with JSON, without any of its text, which may be somebody's.
fn not_json(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends in the middle".to_owned(),
        _ => format!("the line is not JSON (at column {})", error.column()),
    }
}

/// The JSON with U+FFFD for each escape of half a character: exports cut texts between the halves.
fn whole_characters(json: &str) -> Cow<'_, str> {
    let half = |at: usize| {
        let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok().filter(|unit| (0xD800..0xE000).contains(unit))
    };
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(step) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += step;
        match half(at) {
            // A backslash and what it escapes; past a wider character the search goes on as well.
            None => at += 2,
            Some(high) if high < 0xDC00 && half(at + 6).is_some_and(|low| low >= 0xDC00) => at += 12,
            Some(_) => {
                out.push_str(json.get(copied..at).unwrap_or_default());
                out.push('\u{fffd}');
                at += 6;
                copied = at;
            }
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(json.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

fn said(mut raw: Object, channel: &str, now: i64) -> Result<Said, String> {
    let by_contact = match raw.any_text("author")?.as_deref() {
        Some("contact") => true,
        Some("teammate") => false,
        Some(_) => return Err(format!("{} is neither contact nor teammate", raw.named("author"))),
        None => return Err(format!("{} is missing", raw.named("author"))),
    };
    let name = raw.named("body");
    let body = raw.any_text("body")?.ok_or_else(|| format!("{name} is missing"))?;
    if body.trim().is_empty() {
        return Err(format!("{name} is empty"));
    }
    if body.len() > LONGEST_BODY {
        return Err(format!("{name} is longer than {LONGEST_BODY} bytes"));
    }
    Ok(Said {
        by_contact,
        name: raw.text("name")?,
        body: as_typed(body, channel),
        created_at: raw.date("created_at", now)?,
    })
}

/// The text as the person typed it.
///
/// A body is plain text, so an entity in it is what somebody typed and stays. Twitter's exports are
/// the exception: there `&`, `<` and `>`, and only these, come as entities, so that turning them back
/// once gives exactly what was typed.
fn as_typed(body: String, channel: &str) -> String {
    if channel == "twitter" && body.contains('&') {
        body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    } else {
        body
    }
}

/// A short text; blank counts as absent.
fn optional(name: &str, value: Option<String>) -> Result<Option<String>, String> {
    match value {
        Some(text) if text.len() > LONGEST_NAME => Err(format!("{name} is longer than {LONGEST_NAME} bytes")),
        Some(text) if text.trim().is_empty() => Ok(None),
        Some(text) => Ok(Some(text.trim().to_owned())),
        None => Ok(None),
    }
}

/// The API's word for a channel. The API's list is open, so a word that it does not have stays as it is.
fn channel(value: Option<String>) -> String {
    let word = value.unwrap_or_default().to_lowercase().replace([' ', '-'], "_");
    match word.as_str() {
        "" | "chat" | "messenger" | "web" | "widget" | "live_chat" => "conversation".to_owned(),
        "mail" | "e_mail" => "email".to_owned(),
        "x" | "tweet" => "twitter".to_owned(),
        "phone" | "call" | "voice" => "phone_call".to_owned(),
        "text" | "mms" => "sms".to_owned(),
        "facebook_messenger" => "facebook".to_owned(),
        _ => word,
    }
}

/// How reading a line ended.
pub enum Line {
    /// The line is there.
    Whole,
    /// It was longer than [`LONGEST_LINE`] and has been passed over.
    TooLong,
    /// The input is at its end.
    End,
}
/// Reads up to the next line feed, holding at most [`LONGEST_LINE`] bytes of it.
pub fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<Line> {
    line.clear();
    let (mut any, mut too_long) = (false, false);
    loop {
        let chunk = match input.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            return Ok(if !any {
                Line::End
            } else if too_long {
                Line::TooLong
            } else {
                Line::Whole
            });
        }
        any = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let piece = &chunk[..end.unwrap_or(chunk.len())];
        if line.len() + piece.len() > LONGEST_LINE {
            too_long = true;
            line.clear();
        } else if !too_long {
            line.extend_from_slice(piece);
        }
        let used = end.map_or(chunk.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(if too_long { Line::TooLong } else { Line::Whole });
        }
    }
}
