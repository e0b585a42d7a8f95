//! A helpdesk that says the corpus in every field, in the API's shapes.
//!
//! It serves one thread a class of texts, with every text as a name, a message, a note, an event, a tag and a file,
//! and one short conversation a text, so that every text is a subject and a contact, too. What is written to it is
//! refused, in the corpus's words. Nothing here is of the program: requests are read and answered by hand.
//! Enter at [`HostileDesk::start`].

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::corpus::{Body, Case, bodies, cases};

/// What was asked, and in which headers.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Method and path.
    pub line: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
}

/// An answer to a request for a file.
#[derive(Clone, Debug)]
pub struct FileAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The length that is claimed, where it is not the true one.
    pub claimed: Option<u64>,
}

impl FileAnswer {
    pub fn whole(body: &[u8]) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.to_vec(), claimed: None }
    }

    pub fn moved(to: &str) -> Self {
        Self { status: 302, headers: vec![("Location".into(), to.into())], body: Vec::new(), claimed: None }
    }
}

/// A conversation of the desk: what lists tell of it, and the parts besides.
struct Talk {
    id: String,
    row: Value,
    parts: Vec<Value>,
}

struct Shared {
    url: String,
    now: i64,
    talks: Vec<Talk>,
    contacts: Vec<Value>,
    cases: Vec<Case>,
    asked: Mutex<Vec<Asked>>,
    files: Mutex<Vec<(String, FileAnswer)>>,
    ends: AtomicBool,
}

pub struct HostileDesk {
    pub url: String,
    shared: Arc<Shared>,
}

/// A conversation that shows all texts of a class.
#[derive(Clone, Debug)]
pub struct Shown {
    pub class: String,
    pub id: String,
    /// Words that whoever reads the thread must see.
    pub words: Vec<String>,
    /// Words that nobody would see in a browser.
    pub hidden: Vec<String>,
}

/// Tells the corpus's stand-ins for halves of surrogate pairs as JSON does.
fn to_json(value: &Value) -> String {
    let mut text = value.to_string();
    for (standing, half) in
        [("@LONE-D800@", "\\ud800"), ("@LONE-DC00@", "\\udc00"), ("@LONE-D83D@", "\\ud83d"), ("@LONE-DBFF@", "\\udbff")]
    {
        if text.contains(standing) {
            text = text.replace(standing, half);
        }
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl HostileDesk {
    /// Serves the corpus on a port of its own; `large` with bodies of many megabytes.
    pub fn start(large: bool) -> Self {
        Self::serve(cases(), &bodies(large))
    }

    /// Serves some of it.
    pub fn serve(cases: Vec<Case>, bodies: &[Body]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let now = i64::try_from(now).unwrap_or(0);
        let (talks, contacts) = furnish(&cases, bodies, now, &url);
        let shared = Arc::new(Shared {
            url: url.clone(),
            now,
            talks,
            contacts,
            cases,
            asked: Mutex::default(),
            files: Mutex::default(),
            ends: AtomicBool::new(false),
        });
        let told = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if told.ends.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), told) = (stream, Arc::clone(&told)) else { continue };
                std::thread::spawn(move || told.converse(&stream));
            }
        });
        Self { url, shared }
    }

    /// The threads that show all texts of a class, and those that show the bodies.
    pub fn shown(&self) -> Vec<Shown> {
        let mut all: Vec<Shown> = Vec::new();
        for (index, class) in classes(&self.shared.cases).into_iter().enumerate() {
            let of = self.shared.cases.iter().filter(|case| case.class == class);
            let words = of.flat_map(|case| [case.before(), case.after()]).collect();
            all.push(Shown { class: class.into(), id: class_id(index), words, hidden: Vec::new() });
        }
        for talk in &self.shared.talks {
            if let Some(name) = talk.row["deskhand_body"].as_str() {
                let list = |key: &str| -> Vec<String> {
                    let of = talk.row[key].as_array().into_iter().flatten();
                    of.filter_map(|word| word.as_str().map(ToOwned::to_owned)).collect()
                };
                let (words, hidden) = (list("deskhand_words"), list("deskhand_hidden"));
                all.push(Shown { class: name.into(), id: talk.id.clone(), words, hidden });
            }
        }
        all
    }

    pub fn cases(&self) -> &[Case] {
        &self.shared.cases
    }

    /// The id of a text's own conversation.
    pub fn id_of(case: &Case) -> String {
        case_id(case)
    }

    /// Answers a path below `/files/` so from now on.
    pub fn file(&self, path: &str, answer: FileAnswer) {
        self.shared.files.lock().expect("nobody panics with it").push((path.into(), answer));
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().expect("nobody panics with it").clone()
    }
}

impl Drop for HostileDesk {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::SeqCst);
        // The listener hears of it by one more connection.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

pub fn classes(cases: &[Case]) -> Vec<&'static str> {
    let mut classes: Vec<&'static str> = Vec::new();
    for case in cases {
        if !classes.contains(&case.class) {
            classes.push(case.class);
        }
    }
    classes
}

fn case_id(case: &Case) -> String {
    (500_000 + case.at).to_string()
}

fn class_id(index: usize) -> String {
    (900_000 + index).to_string()
}

fn contact_id(number: usize) -> String {
    format!("{number:024x}")
}

/// Everything that the desk knows.
fn furnish(cases: &[Case], bodies: &[Body], now: i64, url: &str) -> (Vec<Talk>, Vec<Value>) {
    let (mut talks, mut contacts) = (Vec::new(), Vec::new());
    for case in cases {
        contacts.push(contact(case, now));
        let at = now - 86_400 - i64::try_from(case.at).unwrap_or(0) * 60;
        let row = row(&case_id(case), case, at, Some("2"), &escaped(&case.told()));
        talks.push(Talk { id: case_id(case), row, parts: parts_of(case, at, url, 10_000_000) });
    }
    for (index, class) in classes(cases).into_iter().enumerate() {
        let of: Vec<&Case> = cases.iter().filter(|case| case.class == class).collect();
        let at = now - 3_600 - i64::try_from(index).unwrap_or(0) * 60;
        let first = of[0];
        let mut row = row(&class_id(index), first, at, None, &escaped(&first.told()));
        row["title"] = Value::from(format!("class {class}"));
        let parts = of.iter().flat_map(|case| parts_of(case, at, url, 20_000_000)).collect();
        talks.push(Talk { id: class_id(index), row, parts });
    }
    for (index, body) in bodies.iter().enumerate() {
        let (id, at) = ((910_000 + index).to_string(), now - 60 - i64::try_from(index).unwrap_or(0));
        let case = &cases[index % cases.len()];
        let mut row = row(&id, case, at, None, "<p>first words</p>");
        row["title"] = Value::from(format!("body {}", body.name));
        row["deskhand_body"] = body.name.into();
        row["deskhand_words"] = body.words.clone().into();
        row["deskhand_hidden"] = body.hidden.clone().into();
        let part = part(
            &format!("{id}1"),
            "comment",
            at + 5,
            &body.html,
            &json!({
                "type": "user", "id": contact_id(case.at), "name": "Writer", "email": "w@mail.example"
            }),
        );
        talks.push(Talk { id, row, parts: vec![part] });
    }
    // Newest first, as the API's own list is.
    talks.sort_by_key(|talk| std::cmp::Reverse(talk.row["updated_at"].as_i64()));
    (talks, contacts)
}

/// A text that is cut where its field would be absurd; names of 100 kB are not.
fn contact(case: &Case, now: i64) -> Value {
    let text = &case.text;
    json!({
        "type": "contact", "id": contact_id(case.at), "role": "user", "external_id": text, "name": text, "email": text,
        "phone": text, "language_override": text, "created_at": now - 9_000_000, "updated_at": now - 9_000, "last_seen_at": now - 100,
        "location": {"type": "location", "country": text, "region": text, "city": text},
        "companies": {"type": "list", "data": [{"type": "company", "id": contact_id(case.at), "url": "/x"}], "total_count": 1},
        "tags": {"type": "list", "data": [{"type": "tag", "id": format!("t{}", case.at)}]},
        "custom_attributes": {text: text, "plan": text, "list": [text, text]},
    })
}

/// What lists tell of a conversation.
fn row(id: &str, case: &Case, at: i64, assignee: Option<&str>, opening: &str) -> Value {
    let text = &case.text;
    json!({
        "type": "conversation", "id": id, "title": case.told(), "created_at": at, "updated_at": at + 10, "waiting_since": at,
        "snoozed_until": null, "open": true, "state": "open", "read": false, "priority": "priority",
        "admin_assignee_id": assignee.map_or(json!(0), |id| json!(id)), "team_assignee_id": if assignee.is_some() { "1" } else { "2" },
        "company": {"type": "company", "id": contact_id(case.at), "name": text},
        "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": format!("t{}", case.at), "name": text}]},
        "conversation_rating": {"rating": 2, "remark": text},
        "source": {
            "type": "email", "id": format!("{id}0"), "subject": case.told(), "body": opening,
            "author": {"type": "user", "id": contact_id(case.at), "name": text, "email": text},
            "attachments": [],
        },
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": contact_id(case.at)}]},
        "custom_attributes": {text: text, "Topic": text},
        "sla_applied": {"type": "conversation_sla_summary", "sla_name": text, "sla_status": "active"},
        "statistics": {"last_contact_reply_at": at, "count_conversation_parts": 5},
        "first_contact_reply": {"type": text, "url": text}, "ai_agent_participated": false,
        "linked_objects": {"type": "list", "data": []},
    })
}

fn part(id: &str, kind: &str, at: i64, body: &str, author: &Value) -> Value {
    json!({
        "type": "conversation_part", "id": id, "part_type": kind, "body": body, "created_at": at, "updated_at": at,
        "author": author, "attachments": [], "redacted": false, "state": "open",
    })
}

/// A text in everything that a thread has.
fn parts_of(case: &Case, at: i64, url: &str, from: usize) -> Vec<Value> {
    let text = &case.text;
    let told = escaped(&case.told());
    let id = |number: usize| (from + case.at * 10 + number).to_string();
    let who = json!({"type": "user", "id": contact_id(case.at), "name": text, "email": text});
    let mate = json!({"type": "admin", "id": "2", "name": text, "email": text});
    let mut said = part(&id(1), "comment", at + 1, &format!("<p>{told}</p>"), &who);
    said["attachments"] = json!([
        {"type": "upload", "name": text, "url": format!("{url}/files/{}", case.at), "content_type": text, "filesize": 12},
        {"type": "upload", "name": format!("{text}.pdf"), "url": text, "content_type": "application/pdf", "filesize": -1},
    ]);
    said["email_message_metadata"] = json!({"subject": text});
    let mut attribute = part(&id(3), "conversation_attribute_updated_by_admin", at + 1, "", &mate);
    attribute["event_details"] = json!({"attribute": {"name": text}, "value": {"name": text}});
    let mut assigned = part(&id(5), "assignment", at + 1, "", &mate);
    assigned["assigned_to"] = json!({"type": "team", "id": "1"});
    vec![
        said,
        part(&id(2), "note", at + 1, &format!("<div>{}</div>", escaped(text)), &mate),
        attribute,
        part(&id(4), text, at + 1, "", &mate),
        assigned,
        // As it came, without a paragraph: whatever in it is a tag is one.
        part(&id(6), "comment", at + 1, text, &who),
    ]
}

impl Shared {
    fn converse(&self, stream: &TcpStream) {
        let Ok(mut writer) = stream.try_clone() else { return };
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).map_or(true, |count| count == 0) {
                return;
            }
            let (mut length, mut authorization) = (0, None);
            loop {
                let mut header = String::new();
                if reader.read_line(&mut header).map_or(true, |count| count == 0) {
                    return;
                }
                let Some((name, value)) = header.trim_end().split_once(':') else { break };
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.trim().parse().unwrap_or(0),
                    "authorization" => authorization = Some(value.trim().to_owned()),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            if reader.read_exact(&mut body).is_err() {
                return;
            }
            let mut words = line.split_whitespace();
            let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let asked = Asked { line: format!("{method} {target}"), authorization };
            self.asked.lock().expect("nobody panics with it").push(asked);
            let path = target.split('?').next().unwrap_or_default();
            let bytes = if let Some(file) = path.strip_prefix("/files/") {
                self.file(file)
            } else {
                let (status, answer) = self.answer(method, path, &serde_json::from_slice(&body).unwrap_or_default());
                let text = to_json(&answer);
                let head = format!(
                    "HTTP/1.1 {status} Because\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    text.len()
                );
                [head.into_bytes(), text.into_bytes()].concat()
            };
            if writer.write_all(&bytes).is_err() {
                return;
            }
        }
    }

    fn file(&self, path: &str) -> Vec<u8> {
        let files = self.files.lock().expect("nobody panics with it");
        let found = files.iter().rev().find(|(known, _)| known == path).map(|(_, answer)| answer.clone());
        let answer = found.unwrap_or_else(|| FileAnswer::whole(b"hello there\n"));
        let length = answer.claimed.unwrap_or(answer.body.len() as u64);
        let mut head = format!("HTTP/1.1 {} Because\r\ncontent-length: {length}\r\n", answer.status);
        for (name, value) in &answer.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if answer.claimed.is_some() {
            head.push_str("connection: close\r\n");
        }
        head.push_str("\r\n");
        [head.into_bytes(), answer.body].concat()
    }

    fn answer(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let text =
            |class: &str| self.cases.iter().find(|case| case.class == class).map_or("", |case| case.text.as_str());
        let list = |items: Vec<Value>| json!({"type": "list", "total_count": items.len(), "data": items});
        match (method, segments.as_slice()) {
            ("GET", ["me"]) => {
                let mut me = mate(1, text("frame"));
                me["app"] = json!({
                    "type": "app", "id_code": "hostile1", "name": text("sequence"), "region": text("bidi"), "timezone": text("c1"),
                });
                (200, me)
            }
            ("GET", ["admins"]) => {
                let all = self.cases.iter().step_by(3).map(|case| mate(case.at + 2, &case.text));
                let everybody: Vec<Value> = std::iter::once(mate(1, text("frame"))).chain(all).collect();
                (200, json!({"type": "admin.list", "admins": everybody}))
            }
            ("GET", ["teams"]) => {
                let team = |(at, case): (usize, &Case)| json!({"type": "team", "id": (at + 1).to_string(), "name": case.text, "admin_ids": [1, 2]});
                (
                    200,
                    json!({"type": "team.list", "teams": self.cases.iter().step_by(5).enumerate().map(team).collect::<Vec<_>>()}),
                )
            }
            ("GET", ["tags"]) => {
                let tag = |case: &Case| json!({"type": "tag", "id": format!("t{}", case.at), "name": case.text});
                (200, list(self.cases.iter().map(tag).collect()))
            }
            ("GET", ["away_status_reasons"]) => {
                let reason = |case: &Case| json!({"type": "away_status_reason", "id": case.at.to_string(), "label": case.text, "emoji": case.text, "order": case.at, "deleted": false});
                (200, list(self.cases.iter().step_by(20).map(reason).collect()))
            }
            ("GET", ["macros"]) => {
                let one = |case: &Case| {
                    json!({
                        "type": "macro", "id": case.at.to_string(), "name": case.told(), "body": format!("<p>{}</p>", escaped(&case.told())),
                        "body_text": case.text, "updated_at": self.now, "visible_to": "everyone", "available_on": ["inbox"],
                    })
                };
                (
                    200,
                    json!({"type": "list", "data": self.cases.iter().step_by(2).map(one).collect::<Vec<_>>(), "pages": {}}),
                )
            }
            ("GET", ["data_attributes"] | ["conversations", "attributes"]) => {
                let one = |case: &Case| {
                    json!({"type": "data_attribute", "name": case.text, "label": case.text, "data_type": "string", "custom": true,
                           "options": [{"label": case.text}], "archived": false})
                };
                (200, list(self.cases.iter().step_by(7).map(one).collect()))
            }
            ("POST", ["conversations", "search"]) => {
                let rows: Vec<&Value> =
                    self.talks.iter().map(|talk| &talk.row).filter(|row| holds(&body["query"], row)).collect();
                let per_page =
                    body["pagination"]["per_page"].as_u64().map_or(150, |count| usize::try_from(count).unwrap_or(150));
                let start =
                    body["pagination"]["starting_after"].as_str().and_then(|at| at.parse().ok()).unwrap_or(0_usize);
                let page: Vec<&Value> = rows.iter().skip(start).take(per_page).copied().collect();
                let next = (start + page.len() < rows.len())
                    .then(|| json!({"starting_after": (start + page.len()).to_string()}));
                (
                    200,
                    json!({
                        "type": "conversation.list", "conversations": page, "total_count": rows.len(),
                        "pages": {"type": "pages", "next": next, "page": start / per_page + 1, "per_page": per_page},
                    }),
                )
            }
            ("GET", ["conversations", "deleted"]) => (200, list(Vec::new())),
            ("GET", ["conversations", id]) => match self.talks.iter().find(|talk| talk.id == *id) {
                Some(talk) => {
                    let mut whole = talk.row.clone();
                    whole["conversation_parts"] = json!({
                        "type": "conversation_part.list", "conversation_parts": talk.parts, "total_count": talk.parts.len(),
                    });
                    (200, whole)
                }
                None => (404, self.refusal(404)),
            },
            ("POST", ["contacts", "search"]) => {
                let found: Vec<Value> =
                    self.contacts.iter().filter(|contact| holds(&body["query"], contact)).cloned().collect();
                (200, json!({"type": "list", "data": found, "total_count": found.len(), "pages": {"type": "pages"}}))
            }
            ("GET", ["contacts", id]) => match self.contacts.iter().find(|contact| contact["id"] == **id) {
                Some(contact) => (200, contact.clone()),
                None => (404, self.refusal(404)),
            },
            ("GET", ["contacts", id, "notes"]) => {
                let at = usize::from_str_radix(id, 16).unwrap_or(0);
                let text = self.cases.iter().find(|case| case.at == at).map_or("", |case| case.text.as_str());
                let note = json!({"type": "note", "id": "1", "body": format!("<p>{}</p>", escaped(text)), "created_at": self.now - 9,
                                  "author": {"type": "admin", "id": "2", "name": text}});
                (200, list(vec![note]))
            }
            ("GET", ["companies", id]) => {
                let at = usize::from_str_radix(id, 16).unwrap_or(0);
                let text = self.cases.iter().find(|case| case.at == at).map_or("", |case| case.text.as_str());
                (200, json!({"type": "company", "id": id, "company_id": text, "name": text}))
            }
            ("GET", ["deskhand", ..]) => (404, self.refusal(404)),
            ("GET", _) => (200, list(Vec::new())),
            _ => (422, self.refusal(path.len())),
        }
    }

    /// A refusal in the API's shape, in words of the corpus.
    fn refusal(&self, which: usize) -> Value {
        let said: Vec<String> = self.cases.iter().filter(|case| case.text.len() < 200).map(Case::told).collect();
        let some: Vec<String> = said.iter().cycle().skip(which * 7).take(8).cloned().collect();
        json!({
            "type": "error.list", "request_id": "\u{1b}[2J",
            "errors": [{"code": "\u{1b}]0;x\u{7}", "message": format!("Refused.\r\n{}", some.join(" ")), "field": some[0]}],
        })
    }
}

fn mate(id: usize, name: &str) -> Value {
    json!({
        "type": "admin", "id": id.to_string(), "name": name, "email": name, "has_inbox_seat": true, "away_mode_enabled": false,
        "away_mode_reassign": false, "team_ids": [1, 2], "job_title": name, "avatar": {"type": "avatar", "image_url": name},
    })
}

/// Whether a row is what a search asks for, as far as the program asks.
fn holds(query: &Value, row: &Value) -> bool {
    let (operator, value) = (query["operator"].as_str().unwrap_or_default(), &query["value"]);
    let Some(field) = query["field"].as_str() else {
        let inner = value.as_array().map(Vec::as_slice).unwrap_or_default();
        return match operator {
            "OR" => inner.iter().any(|one| holds(one, row)),
            _ => inner.iter().all(|one| holds(one, row)),
        };
    };
    let there = match field {
        "contact_ids" => &row["contacts"]["contacts"][0]["id"],
        field => &row[field],
    };
    let is_in = || value.as_array().into_iter().flatten().any(|one| one == there);
    match operator {
        "=" => there == value,
        "!=" => there != value,
        "IN" => is_in(),
        "NIN" => !is_in(),
        ">" => there.as_i64() > value.as_i64(),
        "<" => there.as_i64() < value.as_i64(),
        "~" => there.as_str().is_some_and(|text| value.as_str().is_some_and(|word| text.contains(word))),
        _ => true,
    }
}
