//! A question that one key answers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::look::Look;
use super::super::paint::Row;
use super::frame::{self, Border};
use crate::app::layers::Confirm;
use crate::text::{Clean, clean, wrap};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 52;

/// Draws the question.
pub fn draw(part: &Confirm, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let (title, text, answers) = match part {
        Confirm::Quit { unsent, loses } => {
            let text = match (unsent, loses) {
                (_, true) => look.say("ui-confirm-quit-loses"),
                (0, _) => look.say("ui-confirm-quit-text"),
                (count, _) => look.with("ui-confirm-quit-unsent", &[("count", Arg::from(*count))]),
            };
            ("ui-confirm-quit", vec![text], "ui-confirm-quit-answers")
        }
        Confirm::TakeBack { on, opposite, stays } => {
            let number = clean(on.as_str());
            let args = [("number", Arg::Text(&number)), ("what", Arg::Text(opposite))];
            let mut text = vec![look.with("ui-confirm-take-back-text", &args)];
            if !stays.is_blank() {
                text.push(look.with("ui-confirm-take-back-stays", &[("what", Arg::Text(stays))]));
            }
            ("ui-confirm-take-back", text, "ui-confirm-take-back-answers")
        }
        Confirm::DiscardDraft(on) => {
            let number = clean(on.as_str());
            let text = look.with("ui-confirm-discard-text", &[("number", Arg::Text(&number))]);
            ("ui-confirm-discard", vec![text], "ui-confirm-discard-answers")
        }
    };
    let room = usize::from(WIDTH.min(screen.width).saturating_sub(8));
    let lines: Vec<Clean> = text.iter().flat_map(|text| wrap(text, room)).collect();
    let rows = u16::try_from(lines.len()).unwrap_or(1);
    let area = frame::place(screen, WIDTH, rows + 4);
    let blank = Clean::default();
    let border = Border { title: &look.say(title), aside: &blank, foot: &look.say(answers), count: &blank };
    let within = frame::draw(area, border, look, buf);
    for (line, text) in (0..within.height).skip(1).zip(&lines) {
        Row::new(buf, within, line).put(text, look.style(Role::Text));
    }
}
