//! The source of a message: what came, byte by byte as far as it can be seen, and what its reading left out.
//!
//! Enter at [`App::show_source`] (`R`).

use super::pager::Pager;
use super::thread::Source;
use super::{App, Severity, times};
use crate::text::{Clean, Untrusted, beginning, clean, visible_lines};
use crate::transcript::kind;
use crate::words::Arg;

/// So much of a source is shown, in bytes: what is longer is nobody's to read.
const LONGEST: usize = 1 << 20;

impl App {
    /// `R`: the source of the message at the cursor.
    pub(super) fn show_source(&mut self) {
        let Some(open) = self.thread.open.as_ref() else { return };
        let Some(item) = open.items.get(open.cursor) else { return };
        let (id, kind, raw) = match item.source {
            Source::Part(at) => {
                let Some(part) = open.thread.parts.get(at) else { return };
                let body = part.body.as_ref().map(Untrusted::as_raw).unwrap_or_default();
                (clean(part.id.as_str()), clean(kind(&part.kind)), body)
            }
            Source::Pending(at) => {
                let Some(row) = open.thread.pending.get(at) else { return };
                (clean(&row.id.to_string()), Clean::literal("outbox"), row.act.text().unwrap_or_default())
            }
        };
        if raw.is_empty() {
            self.say(Severity::Info, "source-none");
            return;
        }
        let shown = beginning(raw, LONGEST);
        let text = visible_lines(shown);
        let size = times::size(u64::try_from(raw.len()).unwrap_or(u64::MAX), &self.words);
        let when = times::absolute(item.at, self.now, &self.settings.zone, &self.words);
        let facts = [id, kind, item.author.clone(), when, size];
        let mut notes = vec![Clean::join(facts.iter().filter(|fact| !fact.is_blank()), &Clean::literal(" · "))];
        let (hidden, trackers) = item.left_out();
        let counts = [
            ("links", Arg::from(item.links().len())),
            ("hidden", Arg::from(hidden)),
            ("trackers", Arg::from(trackers)),
        ];
        notes.push(if item.is_read() {
            self.words.with("source-left-out", &counts)
        } else {
            self.words.say("links-unread")
        });
        if item.is_plain() {
            notes.push(self.words.say("source-plain"));
        }
        if shown.len() < raw.len() {
            let size = times::size(u64::try_from(shown.len()).unwrap_or(u64::MAX), &self.words);
            notes.push(self.words.with("source-cut", &[("size", Arg::Text(&size))]));
        }
        let title = self.words.say("ui-source");
        self.open_pager(Pager::text(title, &text).with_notes(notes));
    }
}
