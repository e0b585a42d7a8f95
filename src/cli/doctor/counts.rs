//! `doctor --counts`: every entry of the sidebar counted three ways.
//!
//! What is kept for the sidebar, what the rows are by themselves, and what the list shows when the entry is
//! opened: the three must be one.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use super::{Doctor, Level};
use crate::app::Sidebar;
use crate::cli::session::{Session, sync_failure};
use crate::domain::ConversationId;
use crate::error::Failure;
use crate::query::{Query, Sort};
use crate::sync::message::WindowSpec;
use crate::text::clean;
use crate::words::Arg;

/// Rows of a list that are read at once.
const PAGE: usize = 1_000;
/// Another deskhand may write between two looks: only what stays is a difference.
const LOOKS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(300);
/// Ids that are named.
const NAMED: usize = 10;

/// One entry, counted three ways.
struct Counted {
    key: String,
    kept: usize,
    rows: usize,
    listed: usize,
    in_doubt: BTreeSet<ConversationId>,
}

impl Counted {
    fn agrees(&self) -> bool {
        self.in_doubt.is_empty() && self.kept == self.rows && self.rows == self.listed
    }
}

pub(super) fn check(doctor: &mut Doctor, workspace: Option<&str>, offline: bool) -> Result<(), Failure> {
    let session = Session::open_for(workspace, offline)?;
    session.freshen(offline)?;
    let sidebar = Sidebar::build(&session.engine.directory(), &session.words);
    let entries: Vec<(String, Query)> =
        sidebar.entries.iter().filter_map(|entry| Some((entry.key.clone(), entry.query.clone()?))).collect();
    let mut counted = count(&session, &entries)?;
    for _ in 1..LOOKS {
        if counted.iter().all(Counted::agrees) {
            break;
        }
        session.runtime.block_on(tokio::time::sleep(PAUSE));
        counted = count(&session, &entries)?;
    }
    for one in counted {
        let named: Vec<&str> = one.in_doubt.iter().take(NAMED).map(ConversationId::as_str).collect();
        let (key, ids) = (clean(&one.key), clean(&named.join(" ")));
        let said = [
            ("entry", Arg::from(&key)),
            ("kept", one.kept.into()),
            ("rows", one.rows.into()),
            ("listed", one.listed.into()),
            ("ids", (&ids).into()),
        ];
        let (level, sentence) =
            if one.agrees() { (Level::Ok, "doctor-count") } else { (Level::Fail, "doctor-count-differs") };
        doctor.note("counts", level, sentence, &said).with(json!({
            "entry": one.key,
            "kept": one.kept,
            "rows": one.rows,
            "listed": one.listed,
            "in_doubt": one.in_doubt.iter().map(ConversationId::as_str).collect::<Vec<_>>(),
        }));
    }
    Ok(())
}

fn count(session: &Session, entries: &[(String, Query)]) -> Result<Vec<Counted>, Failure> {
    let recounts = session.engine.recount(entries).map_err(|error| sync_failure(&error))?;
    let mut counted = Vec::with_capacity(recounts.len());
    for recount in recounts {
        let Some((_, query)) = entries.iter().find(|(key, _)| *key == recount.key) else { continue };
        let listed = listed(session, query)?;
        let mut in_doubt: BTreeSet<ConversationId> = recount.in_doubt.iter().cloned().collect();
        in_doubt.extend(recount.rows.symmetric_difference(&listed).cloned());
        let (rows, listed) = (recount.rows.len(), listed.len());
        counted.push(Counted { key: recount.key, kept: recount.kept, rows, listed, in_doubt });
    }
    Ok(counted)
}

/// Everything that opening the entry would show, by scrolling through it.
fn listed(session: &Session, query: &Query) -> Result<BTreeSet<ConversationId>, Failure> {
    let mut all = BTreeSet::new();
    let mut spec = WindowSpec { query: query.clone(), sort: Sort::Newest, offset: 0, limit: PAGE, around: None };
    loop {
        let window = session.engine.load_window(&spec).map_err(|error| sync_failure(&error))?;
        let end = window.offset + window.rows.len();
        all.extend(window.rows.into_iter().map(|row| row.id));
        if end >= window.total || end <= spec.offset {
            return Ok(all);
        }
        spec.offset = end;
    }
}
