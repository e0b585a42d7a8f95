//! A question that one key answers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::composer::mode_word;
use super::super::look::Look;
use super::super::paint::Row;
use super::frame::{self, Border};
use super::question::{self, Question};
use crate::app::layers::{Confirm, Unsent};
use crate::text::{Clean, clean, wrap};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 52;
/// Of a question that shows what it is about.
const WIDER: u16 = 68;

/// "1 reply and 2 acts".
fn unsent_words(unsent: Unsent, look: &Look<'_>) -> Clean {
    let each =
        [("ui-unsent-replies", unsent.replies), ("ui-unsent-notes", unsent.notes), ("ui-unsent-acts", unsent.acts)];
    let words: Vec<Clean> = each
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(key, count)| look.with(key, &[("count", Arg::from(count))]))
        .collect();
    let mut and = clean(" ");
    and.push(&look.say("ui-and"));
    and.push(&clean(" "));
    Clean::join(&words, &and)
}

/// Draws the question.
pub fn draw(part: &Confirm, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let question = match part {
        Confirm::Merge(ask) => Some(question::merge(ask, look)),
        Confirm::Spam(ask) => Some(question::spam(ask, look)),
        Confirm::Block(ask) => Some(question::block(ask, look)),
        Confirm::Pipe(ask) => Some(super::pipes::ask(ask, look)),
        _ => None,
    };
    if let Some(Question { title, text, answers }) = question {
        draw_box(&title, &text, &answers, WIDER, look, screen, buf);
        return;
    }
    let (title, text, answers) = match part {
        Confirm::Merge(_) | Confirm::Spam(_) | Confirm::Block(_) | Confirm::Pipe(_) => return,
        Confirm::Quit { unsent, loses } => {
            let text = match (unsent, loses) {
                (_, true) => look.say("ui-confirm-quit-loses"),
                (Unsent { replies: 0, notes: 0, acts: 0 }, _) => look.say("ui-confirm-quit-text"),
                (unsent, _) => {
                    look.with("ui-confirm-quit-unsent", &[("what", Arg::Text(&unsent_words(*unsent, look)))])
                }
            };
            ("ui-confirm-quit", vec![text], "ui-confirm-quit-answers")
        }
        Confirm::TakeBack { question, stays } => {
            let mut text = vec![question.clone()];
            if !stays.is_blank() {
                text.push(look.with("ui-confirm-take-back-stays", &[("what", Arg::Text(stays))]));
            }
            ("ui-confirm-take-back", text, "ui-confirm-take-back-answers")
        }
        Confirm::DiscardDraft { name, draft, other, .. } => {
            let mode = look.heading(mode_word(draft.0));
            let args = [("name", Arg::Text(name)), ("mode", Arg::Text(&mode)), ("words", Arg::Text(&draft.1))];
            let mut text = vec![look.with("ui-confirm-discard-text", &args)];
            if let Some((mode, words)) = other {
                let mode = look.heading(mode_word(*mode));
                let args = [("mode", Arg::Text(&mode)), ("words", Arg::Text(words))];
                text.push(look.with("ui-confirm-discard-stays", &args));
                ("ui-confirm-discard", text, "ui-confirm-discard-answers-two")
            } else {
                ("ui-confirm-discard", text, "ui-confirm-discard-answers")
            }
        }
    };
    draw_box(&look.say(title), &text, &look.say(answers), WIDTH, look, screen, buf);
}

fn draw_box(
    title: &Clean,
    text: &[Clean],
    answers: &Clean,
    width: u16,
    look: &Look<'_>,
    screen: Rect,
    buf: &mut Buffer,
) {
    let room = usize::from(width.min(screen.width).saturating_sub(8));
    let wrapped = |text: &Clean| if text.is_blank() { vec![Clean::default()] } else { wrap(text, room) };
    let lines: Vec<Clean> = text.iter().flat_map(wrapped).collect();
    let rows = u16::try_from(lines.len()).unwrap_or(1);
    let area = frame::place(screen, width, rows + 4);
    let blank = Clean::default();
    let border = Border { title, aside: &blank, foot: answers, count: &blank };
    let within = frame::draw(area, border, look, buf);
    for (line, text) in (0..within.height).skip(1).zip(&lines) {
        Row::new(buf, within, line).put(text, look.style(Role::Text));
    }
}
