//! The SLA clock as a chip: which target, how long, and a sign beside the colour.
//!
//! Owns its words and roles. Enter at [`chip`].

use super::look::Look;
use super::times;
use crate::domain::{BREACH_SOON, SlaFact, SlaStatus};
use crate::text::{Clean, clean};
use crate::theme::Role;
use crate::words::Arg;

/// Cells of the widest chip of a list (`FRT −12mo`).
pub const CHIP: u16 = 8;

/// A chip: `FRT 12m`, `NRT −5m` (breached), `TTC ‖` (paused), and its role. `None` when there is
/// nothing to tell: met, or taken away. With `full`, hours have their minutes.
pub fn chip(fact: &SlaFact, look: &Look<'_>, full: bool) -> Option<(Clean, Role)> {
    let target = match fact.target.as_deref() {
        Some(target) => clean(target),
        None => look.say("ui-sla-any"),
    };
    let short = if full { times::short } else { times::single };
    let (key, role, time) = match (fact.status, fact.due_at) {
        (SlaStatus::Hit | SlaStatus::None, _) => return None,
        (SlaStatus::Paused, _) => ("ui-sla-paused", Role::SlaPaused, Clean::default()),
        (SlaStatus::Active, None) => ("ui-sla-active", Role::SlaOk, Clean::default()),
        (SlaStatus::Missed, None) => ("ui-sla-missed", Role::SlaBreached, Clean::default()),
        (SlaStatus::Active, Some(due)) if due > look.now => {
            let left = due.since(look.now);
            ("ui-sla-left", if left < BREACH_SOON { Role::SlaSoon } else { Role::SlaOk }, short(left, look.words))
        }
        (SlaStatus::Active | SlaStatus::Missed, Some(due)) => {
            ("ui-sla-late", Role::SlaBreached, short(look.now.since(due), look.words))
        }
    };
    Some((look.with(key, &[("target", Arg::Text(&target)), ("time", Arg::Text(&time))]), role))
}

/// The chip without its target: `12m`, `−5m`, `‖`.
pub fn time_chip(fact: &SlaFact, look: &Look<'_>) -> Option<(Clean, Role)> {
    let (text, role) = chip(&SlaFact { target: Some(String::new()), ..fact.clone() }, look, false)?;
    Some((text.trimmed(), role))
}
