//! The line format: reading a line, checking it, and its limits.
//!
//! Owns [`Dialogue`], [`parse_line`] and [`read_line`]. Must not know the model or the store.

use std::io::BufRead;

use serde::Deserialize;

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
    /// Channel, as in [`Source::kind`].
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

#[derive(Deserialize)]
struct RawLine {
    external_id: Option<String>,
    channel: Option<String>,
    brand: Option<String>,
    subject: Option<String>,
    created_at: Option<i64>,
    contact: Option<RawContact>,
    parts: Option<Vec<RawPart>>,
}

#[derive(Deserialize)]
struct RawContact {
    external_id: Option<String>,
    name: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
struct RawPart {
    author: Option<String>,
    name: Option<String>,
    body: Option<String>,
    created_at: Option<i64>,
}

/// Reads one line; `now` bounds its dates.
///
/// # Errors
/// Says in one English sentence why the line cannot be taken.
pub fn parse_line(line: &[u8], now: i64) -> Result<Dialogue, String> {
    let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    let raw: RawLine = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    let contact = raw.contact.ok_or("contact is missing")?;
    let contact = Customer {
        external_id: required("contact.external_id", contact.external_id)?,
        name: optional("contact.name", contact.name)?,
        email: optional("contact.email", contact.email)?,
    };
    let created_at = date("created_at", raw.created_at, now)?;
    let raw_parts = raw.parts.ok_or("parts is missing")?;
    if raw_parts.is_empty() {
        return Err("parts is empty".to_owned());
    }
    if raw_parts.len() > MOST_PARTS {
        return Err(format!("it has more than {MOST_PARTS} parts"));
    }
    let channel = channel(raw.channel)?;
    let mut parts = Vec::with_capacity(raw_parts.len());
    for (number, part) in raw_parts.into_iter().enumerate() {
        parts.push(said(part, &format!("parts[{number}]"), &channel, now)?);
    }
    // A thread reads forward in time; the order in the file decides among equals.
    parts.sort_by_key(|part| part.created_at);
    let created_at = parts.first().map_or(created_at, |first| first.created_at.min(created_at));
    let subject = raw.subject.filter(|subject| !subject.trim().is_empty());
    if subject.as_ref().is_some_and(|subject| subject.len() > LONGEST_SUBJECT) {
        return Err(format!("subject is longer than {LONGEST_SUBJECT} bytes"));
    }
    Ok(Dialogue {
        external_id: required("external_id", raw.external_id)?,
        brand: optional("brand", raw.brand)?,
        subject,
        channel,
        created_at,
        contact,
        parts,
    })
}

/// What is wrong with JSON, without any of its text, which may be somebody's.
fn not_json(error: &serde_json::Error) -> String {
    let place = error.column();
    match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends in the middle".to_owned(),
        serde_json::error::Category::Data => {
            let words = error.to_string();
            let kind = words
                .split(", expected")
                .nth(1)
                .map_or("something else", |rest| rest.split(" at line").next().unwrap_or(rest).trim());
            format!("at column {place} it should hold {kind}")
        }
        _ => {
            let words = error.to_string();
            let what = words.split(" at line").next().unwrap_or("").trim();
            format!("it is not JSON: {what} at column {place}")
        }
    }
}

fn said(raw: RawPart, place: &str, channel: &str, now: i64) -> Result<Said, String> {
    let by_contact = match raw.author.as_deref() {
        Some("contact") => true,
        Some("teammate") => false,
        Some(_) => return Err(format!("{place}.author is neither contact nor teammate")),
        None => return Err(format!("{place}.author is missing")),
    };
    let body = raw.body.ok_or_else(|| format!("{place}.body is missing"))?;
    if body.trim().is_empty() {
        return Err(format!("{place}.body is empty"));
    }
    if body.len() > LONGEST_BODY {
        return Err(format!("{place}.body is longer than {LONGEST_BODY} bytes"));
    }
    Ok(Said {
        by_contact,
        name: optional(&format!("{place}.name"), raw.name)?,
        body: as_typed(body, channel),
        created_at: date(&format!("{place}.created_at"), raw.created_at, now)?,
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

fn required(name: &str, value: Option<String>) -> Result<String, String> {
    optional(name, value)?.ok_or_else(|| format!("{name} is missing"))
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

fn date(name: &str, value: Option<i64>, now: i64) -> Result<i64, String> {
    match value {
        None => Err(format!("{name} is missing")),
        Some(at) if at < EARLIEST => Err(format!("{name} lies before 1990")),
        Some(at) if at > now.saturating_add(SKEW) => Err(format!("{name} lies in the future (is it in seconds?)")),
        Some(at) => Ok(at),
    }
}

/// The API's word for a channel. The API's list is open, so a word that it does not have stays as it is.
fn channel(value: Option<String>) -> Result<String, String> {
    let word = optional("channel", value)?.unwrap_or_default().to_lowercase().replace([' ', '-'], "_");
    Ok(match word.as_str() {
        "" | "chat" | "messenger" | "web" | "widget" | "live_chat" => "conversation".to_owned(),
        "mail" | "e_mail" => "email".to_owned(),
        "x" | "tweet" => "twitter".to_owned(),
        "phone" | "call" | "voice" => "phone_call".to_owned(),
        "text" | "mms" => "sms".to_owned(),
        "facebook_messenger" => "facebook".to_owned(),
        _ => word,
    })
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
