//! One link, shown in full before anything opens: its host, its words, its address, and what is odd about it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::look::Look;
use super::super::paint::{Row, cells};
use super::super::{cut, signs};
use super::frame::{self, Border};
use crate::app::link::{Link, WIDTH, warning_words};
use crate::text::html::{LinkKind, Warning};
use crate::text::{Clean, wrap};
use crate::theme::Role;
use crate::words::Arg;

/// Draws the question.
pub fn draw(part: &Link, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let room = usize::from(WIDTH.min(screen.width).saturating_sub(8)).max(1);
    let facts = facts(part, look);
    let address = part.rows(screen.width);
    let warnings = warning_rows(&part.link.warnings, look, room.saturating_sub(2).max(1));
    let around = facts.len() + 1 + if warnings.is_empty() { 0 } else { warnings.len() + 1 };
    let rows = u16::try_from(around + address.len()).unwrap_or(u16::MAX - 4);
    let (title, foot) = match (part.number, part.link.kind) {
        (Some(number), _) => (look.with("ui-link-number", &[("number", Arg::from(number))]), "ui-foot-link"),
        (None, LinkKind::Mail) => (look.say("ui-link-mail"), "ui-foot-link-mail"),
        (None, _) => (look.say("ui-link"), "ui-foot-link"),
    };
    let foot = if part.link.kind == LinkKind::Mail { "ui-foot-link-mail" } else { foot };
    let area = frame::place(screen, WIDTH, rows.saturating_add(4));
    // What is said of it stays; the address scrolls where there is not room for all of it.
    let height = usize::from(area.height.saturating_sub(4));
    let shown = height.saturating_sub(around).max(1).min(address.len());
    let first = part.scroll.min(address.len() - shown);
    let count = if shown < address.len() {
        look.with("ui-count-of", &[("count", Arg::from(first + shown)), ("of", Arg::from(address.len()))])
    } else {
        Clean::default()
    };
    let border = Border { title: &title, aside: &Clean::default(), foot: &look.say(foot), count: &count };
    let within = frame::draw(area, border, look, buf);
    let mut line = u16::from(within.height > 2);
    for (name, value, role) in &facts {
        let names = facts.iter().map(|(name, ..)| cells(name)).max().unwrap_or(0);
        let mut row = Row::new(buf, within, line);
        row.field(name, names, look.style(Role::TextDim)).skip(2);
        // Where it leads is told by the end of a host.
        let is_host = part.link.kind != LinkKind::Mail && *role == Role::TextBright;
        let value = if is_host { cut::host(value, row.room()) } else { value.clone() };
        row.put(&value, look.style(*role));
        line += 1;
    }
    line += 1;
    for text in address.iter().skip(first).take(shown) {
        Row::new(buf, within, line).put(text, look.style(Role::Link));
        let at = Rect { y: within.y.saturating_add(line), height: 1, ..within };
        look.hits.link(Rect { width: cells(text).min(at.width), ..at }, part.link.url.as_raw());
        line += 1;
    }
    line += 1;
    for (first, worst, text) in &warnings {
        let style = look.style(if *worst { Role::Error } else { Role::Warning });
        let mut row = Row::new(buf, within, line);
        if *first {
            row.sign(signs::CARE, style).skip(1);
        } else {
            row.skip(2);
        }
        row.put(text, style);
        line += 1;
    }
}

/// Where it goes, how that reads, and what its words say.
fn facts(part: &Link, look: &Look<'_>) -> Vec<(Clean, Clean, Role)> {
    let link = &part.link;
    let mut facts = vec![(look.say("ui-link-host"), link.host.clone(), Role::TextBright)];
    if let Some(read) = link.host_as_read() {
        facts.push((look.say("ui-link-read"), read, Role::TextBright));
    }
    let told = link.text.as_str() == link.shown.as_str() || link.text.as_str() == link.host.as_str();
    if !link.text.is_blank() && !told {
        let mut words = Clean::literal("“");
        words.push(&link.text);
        words.push(&Clean::literal("”"));
        facts.push((look.say("ui-link-words"), words, Role::Text));
    }
    facts
}

/// What is odd, each with whether a sign stands before it and whether it is meant to deceive.
pub(super) fn warning_rows(warnings: &[Warning], look: &Look<'_>, room: usize) -> Vec<(bool, bool, Clean)> {
    let said = warnings.iter().map(|warning| (*warning <= Warning::Hidden, look.say(warning_words(*warning))));
    said.flat_map(|(worst, text)| {
        wrap(&text, room).into_iter().enumerate().map(move |(at, row)| (at == 0, worst, row)).collect::<Vec<_>>()
    })
    .collect()
}
