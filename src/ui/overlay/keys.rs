//! What may follow a half-typed sequence: a small panel at the lower left, above the status line.
//!
//! It lies over the panes and moves none of them. It is as small as its words allow, since it is drawn and
//! taken away again within a few keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::look::Look;
use super::super::paint::{Row, cells, clear};
use super::super::signs;
use crate::app::status::Hint;
use crate::text::Clean;
use crate::theme::Role;
use crate::words::Arg;

/// Rows of a column, where there is room for them.
const ROWS: u16 = 7;
/// Cells of a label at most.
const LABEL: u16 = 26;
/// Without these rows and columns the status line tells what may follow.
const LEAST: (u16, u16) = (36, 12);

/// Whether there is room for the panel.
pub const fn fits(screen: Rect) -> bool {
    screen.width >= LEAST.0 && screen.height >= LEAST.1
}

/// Draws the panel into `screen`, above its last row. It takes a third of the rows at most.
pub fn draw(typed: &Clean, following: &[Hint], look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    if following.is_empty() || !fits(screen) {
        return;
    }
    let keys = following.iter().map(|hint| cells(&hint.keys)).max().unwrap_or(0);
    let label = following.iter().map(|hint| cells(&hint.label)).max().unwrap_or(0).min(LABEL);
    let column = keys + 1 + label + 2;
    let count = u16::try_from(following.len()).unwrap_or(u16::MAX);
    // One row is the rule above.
    let most = (screen.height / 3).saturating_sub(1).max(1);
    let columns_fit = (screen.width.saturating_sub(3) / column).max(1);
    let rows = count.div_ceil(columns_fit).max(ROWS.min(count)).min(most);
    let columns = count.div_ceil(rows).min(columns_fit);
    let width = (columns * column + 2).min(screen.width);
    let height = rows + 1;
    let y = screen.bottom().saturating_sub(1).saturating_sub(height);
    let area = Rect { x: screen.x, y, width, height };
    let ground = look.style(Role::Overlay);
    let line = ground.patch(look.style(Role::OverlayBorder));
    look.hits.cover(area);
    clear(buf, area, ground);
    let mut top = Row::new(buf, area, 0);
    let [_, corner, _, _] = signs::CORNERS;
    top.right_sign(corner, line).sign(signs::RULE_ACROSS, line);
    top.put(typed, ground.patch(look.style(Role::OverlayTitle))).sign(signs::MORE, line);
    top.fill(signs::RULE_ACROSS, line);
    let room = usize::from(rows) * usize::from(columns);
    let left = following.len().saturating_sub(room);
    for at in 0..rows {
        let mut row = Row::new(buf, area, at + 1);
        row.right_sign(signs::RULE_DOWN, line).skip(1);
        for place in (usize::from(at)..room).step_by(usize::from(rows)) {
            let Some(hint) = following.get(place) else { break };
            if left > 0 && place + 1 == room {
                let more = look.with("ui-keys-more", &[("count", Arg::from(left + 1))]);
                row.field(&more, column, ground.patch(look.style(Role::TextDim)));
                break;
            }
            row.field(&hint.keys, keys, ground.patch(look.style(Role::Key))).skip(1);
            row.field(&hint.label, label, ground.patch(look.style(Role::Text))).skip(2);
        }
    }
}
