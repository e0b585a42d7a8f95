//! A file of a message, before anything is done with it; and how far its fetch is.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::look::Look;
use super::super::paint::Row;
use super::super::{signs, times};
use super::frame::{self, Border};
use crate::app::file::{FileDeed, FilePage, Stage, kind_words};
use crate::text::{Clean, clean, wrap};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 78;
/// Cells of the names of facts.
const LABEL: u16 = 8;

/// Draws the page; returns where the cursor belongs while a command is typed.
pub fn draw(part: &FilePage, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let room = usize::from(WIDTH.min(screen.width).saturating_sub(8)).max(1);
    let name = wrap(&part.name, room);
    let warning = part.risk.map(|risk| wrap(&look.say(warning_words(risk)), room.saturating_sub(2).max(1)));
    let warning = warning.unwrap_or_default();
    let facts = facts(part, look);
    let (said, role) = stage(part, look);
    let said = if said.is_blank() { Vec::new() } else { wrap(&said, room) };
    let typed = usize::from(part.is_typing()) * 2;
    let rows = 2 + typed + name.len() + facts.len() + gap(&warning) + gap(&said);
    let height = u16::try_from(rows + 2).unwrap_or(u16::MAX);
    let number = look.with("ui-file-number", &[("number", Arg::from(part.number))]);
    let foot = look.say(match part.stage {
        Stage::Fetching(..) => "ui-foot-file-fetching",
        Stage::Again(_) => "ui-foot-file-again",
        Stage::Command(_) => "ui-foot-file-command",
        _ => "ui-foot-file",
    });
    let border = Border { title: &look.say("ui-file"), aside: &number, foot: &foot, count: &Clean::default() };
    let within = frame::draw(frame::place(screen, WIDTH, height), border, look, buf);
    // Where there are too few rows the facts give way: a name, its warning and what goes on are always told.
    let spare = usize::from(within.height).saturating_sub(name.len() + warning.len() + said.len() + typed);
    let is_tight = usize::from(within.height) < rows;
    let mut line = u16::from(!is_tight);
    for text in &name {
        Row::new(buf, within, line).put(text, look.style(Role::File));
        line += 1;
    }
    for (label, text) in facts.iter().take(if is_tight { spare } else { facts.len() }) {
        let mut row = Row::new(buf, within, line);
        row.field(label, LABEL, look.style(Role::TextDim)).skip(1).put(text, look.style(Role::Text));
        line += 1;
    }
    if !warning.is_empty() {
        line += u16::from(!is_tight);
        for (at, text) in warning.iter().enumerate() {
            let (mut row, style) = (Row::new(buf, within, line), look.style(Role::Warning));
            if at == 0 {
                row.sign(signs::CARE, style).skip(1);
            } else {
                row.skip(2);
            }
            row.put(text, style);
            line += 1;
        }
    }
    if !said.is_empty() {
        line += u16::from(!is_tight);
        for text in &said {
            Row::new(buf, within, line).put(text, look.style(role));
            line += 1;
        }
    }
    let Stage::Command(typed) = &part.stage else { return None };
    let at = line.saturating_add(u16::from(!is_tight)).min(within.height.saturating_sub(1));
    let at = Rect { y: within.y + at, height: within.height.min(1), ..within };
    frame::input(typed, &look.say("file-command-hint"), look, at, buf)
}

/// Rows of a paragraph with the blank one before it.
fn gap(lines: &[Clean]) -> usize {
    if lines.is_empty() { 0 } else { lines.len() + 1 }
}

pub(super) const fn warning_words(risk: crate::domain::Risk) -> &'static str {
    use crate::domain::Risk;
    match risk {
        Risk::Disguised => "file-warn-disguised",
        Risk::DoubleEnding => "file-warn-double",
        Risk::Blocked => "file-warn-blocked",
        Risk::NotAsClaimed => "file-warn-not-as-claimed",
    }
}

fn facts(part: &FilePage, look: &Look<'_>) -> Vec<(Clean, Clean)> {
    let kind = kind_words(part.kind, look.words);
    let says = if part.media.is_blank() { look.say("file-says-nothing") } else { part.media.clone() };
    let key = if part.is_seen { "file-kind-seen" } else { "file-kind-said" };
    let kind = look.with(key, &[("kind", Arg::Text(&kind)), ("says", Arg::Text(&says))]);
    let size = part.source.size.map_or_else(|| look.say("file-size-unknown"), |size| times::size(size, look.words));
    let when = look.when(part.at);
    let from = Clean::join([&part.from, &when], &clean(", "));
    let host = part.host.clone().or(&look.say("file-no-host"));
    vec![
        (look.say("file-label-kind"), kind),
        (look.say("file-label-size"), size),
        (look.say("file-label-from"), from),
        (look.say("file-label-host"), host),
    ]
}

/// What goes on, and in which style it is told.
fn stage(part: &FilePage, look: &Look<'_>) -> (Clean, Role) {
    match &part.stage {
        Stage::Rest | Stage::Command(_) => (Clean::default(), Role::Text),
        Stage::Again(deed) => (
            look.say(match deed {
                FileDeed::View => "file-again-view",
                FileDeed::Save => "file-again-save",
                FileDeed::Pipe => "file-again-pipe",
            }),
            Role::Warning,
        ),
        Stage::Fetching(_, done, of) => {
            let done = times::size(*done, look.words);
            let text = match of {
                Some(of) => {
                    let of = times::size(*of, look.words);
                    look.with("file-fetching-of", &[("done", Arg::Text(&done)), ("of", Arg::Text(&of))])
                }
                None => look.with("file-fetching", &[("done", Arg::Text(&done))]),
            };
            (text, Role::Accent)
        }
        Stage::Done(text) => (text.clone(), Role::Success),
        Stage::Failed(text) => (text.clone(), Role::Warning),
    }
}
