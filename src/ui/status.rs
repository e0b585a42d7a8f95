//! The status line: how things stand on the left, the keys that matter now on the right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::look::Look;
use super::paint::{Row, cells};
use super::{signs, times};
use crate::app::status::Hint;
use crate::app::{Notice, Severity, Status};
use crate::domain::UnixTime;
use crate::sync::message::{Connection, Storage};
use crate::text::Clean;
use crate::theme::Role;
use crate::words::Arg;

/// What the status line tells.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// The notice to be shown, if there is one.
    pub notice: Option<&'a Notice>,
    /// The keys that matter now, the most important first.
    pub hints: &'a [Hint],
    /// What is typed of a sequence; blank when nothing is.
    pub pending: &'a Clean,
    /// What may follow it.
    pub following: &'a [Hint],
}

/// Draws the status line.
pub fn draw(part: &Status, beside: Beside<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut row = Row::new(buf, area, 0);
    row.skip(1).skip_right(1);
    if !beside.pending.is_blank() {
        draw_selected(part, look, &mut row);
        row.put(beside.pending, look.style(Role::Accent)).skip(3);
        draw_hints_after(beside.following, look, &mut row);
        return;
    }
    let Some(notice) = beside.notice else {
        draw_facts(part, true, look, &mut row);
        row.skip(3);
        draw_hints_right(beside.hints, look, &mut row);
        return;
    };
    draw_facts(part, false, look, &mut row);
    row.skip(1).sign(signs::DOT, look.style(Role::TextDim)).skip(1);
    draw_way_out(beside.hints, notice, look, &mut row);
    draw_notice(notice, look, &mut row);
}

/// Beside a notice only the keys of the palette and of the help are told; the palette's not where the
/// notice needs the room.
fn draw_way_out(hints: &[Hint], notice: &Notice, look: &Look<'_>, row: &mut Row<'_>) {
    let (palette, help) = (look.say("hint-palette"), look.say("hint-help"));
    let kept: Vec<&Hint> = hints.iter().filter(|hint| hint.label == palette || hint.label == help).collect();
    let text = cells(&notice.text) + 2 + cells(&notice.details);
    let labels: u16 = kept.iter().map(|hint| cells(&hint.keys) + 1 + cells(&hint.label) + 2).sum();
    let both = text.saturating_add(labels) <= row.room();
    for hint in kept.into_iter().rev().filter(|hint| both || hint.label == help) {
        if cells(&hint.keys) + cells(&hint.label) + 12 > row.room() {
            break;
        }
        row.right(&hint.label, look.style(Role::TextDim)).skip_right(1);
        row.right(&hint.keys, look.style(Role::Key)).skip_right(2);
    }
}

fn draw_notice(notice: &Notice, look: &Look<'_>, row: &mut Row<'_>) {
    let (role, sign) = match notice.severity {
        Severity::Info => (Role::Text, None),
        Severity::Warning => (Role::Warning, Some(signs::CARE)),
        Severity::Error => (Role::Error, Some(signs::CROSS)),
    };
    if let Some(sign) = sign {
        row.sign(sign, look.style(role)).skip(1);
    }
    row.put(&notice.text, look.style(role));
    if !notice.details.is_blank() && row.room() > 8 {
        row.skip(1).put(&notice.details, look.style(Role::TextDim));
    }
}

/// What is selected, loud; it is what the next act is for.
fn draw_selected(part: &Status, look: &Look<'_>, row: &mut Row<'_>) {
    if !part.selected.is_blank() {
        let loud = look.style(Role::Marked).add_modifier(Modifier::BOLD | Modifier::REVERSED);
        row.put(&part.selected, loud).skip(1).sign(signs::DOT, look.style(Role::TextDim)).skip(1);
    }
}

/// Connection, away, outbox, what needs care, and (with `with_progress`) the pulls; a dot between two.
fn draw_facts(part: &Status, with_progress: bool, look: &Look<'_>, row: &mut Row<'_>) {
    draw_selected(part, look, row);
    let mut facts: Vec<(Clean, Role)> = Vec::with_capacity(5);
    if !part.bulk.is_blank() {
        facts.push((part.bulk.clone(), Role::Accent));
    }
    facts.push(match &part.connection {
        Connection::Starting => (look.say("ui-status-starting"), Role::Status),
        Connection::Online => (look.say("ui-status-online"), Role::Status),
        Connection::Offline { since, why } => {
            let text = look.with(
                "ui-status-offline",
                &[("since", Arg::Text(&clock(*since, look))), ("why", Arg::Text(&look.say(why)))],
            );
            (text, Role::StatusOffline)
        }
        Connection::SignedOut { .. } => (look.say("ui-status-signed-out"), Role::StatusOffline),
    });
    if let Some(away) = &part.away {
        let time = away.since.map(|since| times::short(look.now.since(since), look.words)).unwrap_or_default();
        let words = [look.heading("ui-status-away"), time, away.reason.clone()];
        let text = Clean::join(words.iter().filter(|word| !word.is_blank()), &Clean::literal(" "));
        facts.push((text, Role::StatusAway));
    }
    if part.needs_you > 0 {
        facts.push((look.with("ui-status-needs-you", &[("count", Arg::from(part.needs_you))]), Role::Error));
    }
    if part.waiting > 0 {
        facts.push((look.with("ui-status-outbox", &[("count", Arg::from(part.waiting))]), Role::Text));
    }
    draw_care(part, look, &mut facts);
    if with_progress {
        draw_pulls(part, look, &mut facts);
    }
    if !part.mark.is_blank() {
        row.put(&part.mark, look.theme.framed(look.style(Role::Warning))).skip(1);
    }
    for (at, (text, role)) in facts.iter().enumerate() {
        if at > 0 {
            row.skip(1).sign(signs::DOT, look.style(Role::TextDim)).skip(1);
        }
        row.put(text, look.style(*role));
    }
}

/// A wrong clock, and a budget that is nearly used up.
fn draw_care(part: &Status, look: &Look<'_>, facts: &mut Vec<(Clean, Role)>) {
    if part.clock_off != 0 {
        let secs = part.clock_off.saturating_abs();
        let time = match secs {
            0..90 => look.with("ui-status-clock-secs", &[("secs", Arg::Number(secs))]),
            90..5_400 => look.with("ui-status-clock-mins", &[("mins", Arg::Number((secs + 30) / 60))]),
            _ => look.with("ui-status-clock-hours", &[("hours", Arg::Number((secs + 1_800) / 3_600))]),
        };
        let key = if part.clock_off > 0 { "ui-status-clock-fast" } else { "ui-status-clock-slow" };
        facts.push((look.with(key, &[("time", Arg::Text(&time))]), Role::StatusAway));
    }
    if let Some((left, of)) = part.budget {
        let number = |value: u64| Arg::Number(i64::try_from(value).unwrap_or(i64::MAX));
        facts.push((look.with("ui-status-budget", &[("left", number(left)), ("of", number(of))]), Role::StatusAway));
    }
}

/// The first pull with its pace; after it, how much of the history is on disk.
fn draw_pulls(part: &Status, look: &Look<'_>, facts: &mut Vec<(Clean, Role)>) {
    let Some(progress) = part.progress else {
        let history = part.history;
        if history.here < history.of {
            let percent = Arg::from(history.here.saturating_mul(100) / history.of.max(1));
            facts.push((look.with("ui-status-history", &[("percent", percent)]), Role::Status));
        }
        return;
    };
    let done = times::grouped(progress.done, look.words);
    let of = progress.of.map(|of| times::grouped(of, look.words));
    facts.push((
        match &of {
            Some(of) => look.with("ui-status-pull-of", &[("done", Arg::Text(&done)), ("of", Arg::Text(of))]),
            None => look.with("ui-status-pull", &[("done", Arg::Text(&done))]),
        },
        Role::Status,
    ));
    if progress.rate == 0 {
        return;
    }
    let rate = usize::try_from(progress.rate).unwrap_or(usize::MAX);
    let shown = times::grouped(rate, look.words);
    facts.push((look.with("ui-status-rate", &[("rate", Arg::Text(&shown))]), Role::Status));
    if let Some(of) = progress.of {
        let secs = of.saturating_sub(progress.done).div_ceil(rate);
        let left = if secs < 100 {
            look.with("ui-status-left-secs", &[("secs", Arg::from(secs))])
        } else {
            look.with("ui-status-left-mins", &[("mins", Arg::from(secs.div_ceil(60)))])
        };
        facts.push((left, Role::Status));
    }
}

/// Draws what has to be told for as long as it lasts.
pub fn draw_banner(part: &Status, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Storage::Memory(why) = part.storage else { return };
    let loud = look.style(Role::Error).add_modifier(Modifier::BOLD | Modifier::REVERSED);
    let style = look.style(Role::Error);
    let mut row = Row::new(buf, area, 0);
    row.skip(1).skip_right(1).sign(signs::URGENT, loud).put(&Clean::literal(" "), loud);
    row.put(&look.say("ui-banner-memory"), loud).skip(1);
    let why = match why {
        "memory-full" => look.say("ui-banner-full"),
        "memory-read-only" => look.say("ui-banner-read-only"),
        "memory-unusable" => look.say("ui-banner-unusable"),
        why => look.say(why),
    };
    row.put(&why, style);
    for next in ["ui-banner-memory-next", "ui-banner-memory-texts"] {
        let next = look.say(next);
        if cells(&next) < row.room() {
            row.skip(1).put(&next, style);
        }
    }
}

/// The clock when it was today, else the day too.
fn clock(since: UnixTime, look: &Look<'_>) -> Clean {
    let (Some(there), Some(here)) = (since.in_zone(look.zone), look.now.in_zone(look.zone)) else {
        return look.say("ui-time-unknown");
    };
    if there.date() == here.date() {
        return times::clock(&there);
    }
    let words = [times::day(&there, &here, look.words), times::clock(&there)];
    Clean::join(&words, &Clean::literal(" "))
}

/// As many hints as have room, at the right end, each with its word; the first are the last to go.
fn draw_hints_right(hints: &[Hint], look: &Look<'_>, row: &mut Row<'_>) {
    let help = look.say("hint-help");
    // The help has its room before all but the first.
    let rank = |hint: &Hint, at: usize| if hint.label == help { 1 } else { at * 2 };
    let mut order: Vec<usize> = (0..hints.len()).collect();
    order.sort_by_key(|at| hints.get(*at).map(|hint| rank(hint, *at)));
    let mut shown: Vec<usize> = Vec::with_capacity(order.len());
    let mut used: u16 = 0;
    for at in order {
        let Some(hint) = hints.get(at) else { continue };
        let wanted = cells(&hint.keys) + 1 + cells(&hint.label) + if shown.is_empty() { 0 } else { 2 };
        // One without room is left out whole.
        if used.saturating_add(wanted) <= row.room() {
            used += wanted;
            shown.push(at);
        }
    }
    shown.sort_unstable();
    let shown: Vec<&Hint> = shown.into_iter().filter_map(|at| hints.get(at)).collect();
    for (place, hint) in shown.into_iter().enumerate().rev() {
        row.right(&hint.label, look.style(Role::TextDim)).skip_right(1);
        row.right(&hint.keys, look.style(Role::Key));
        if place > 0 {
            row.skip_right(2);
        }
    }
}

/// What may follow a half-typed sequence, right behind it.
fn draw_hints_after(hints: &[Hint], look: &Look<'_>, row: &mut Row<'_>) {
    for hint in hints {
        if cells(&hint.keys) + 1 + cells(&hint.label) > row.room() {
            row.sign(signs::MORE, look.style(Role::TextDim));
            return;
        }
        row.put(&hint.keys, look.style(Role::Key)).skip(1);
        row.put(&hint.label, look.style(Role::TextDim)).skip(2);
    }
}
