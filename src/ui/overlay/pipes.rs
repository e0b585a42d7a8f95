//! The choice of a command, and the question before its first use.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::look::Look;
use super::super::paint::{Row, cells};
use super::super::times;
use super::frame::{self, Border};
use super::question::Question;
use super::visible;
use crate::app::pipes::{Given, Named, PipeAsk, PipeInput, PipeMenu, PipeOutput, command_words};
use crate::domain::Format;
use crate::text::{Clean, clean, pad};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 88;
/// Rows of commands: as many at any time, so that typing does not move the line.
const ROWS: u16 = 8;
/// Cells of a pipe's name, where it has a command beside it.
const NAME: usize = 20;

/// Draws the line and the commands; returns where the cursor belongs.
pub fn draw(part: &PipeMenu, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let blank = Clean::default();
    let is_typed = part.cursor >= part.visible.len();
    let foot = if is_typed { "ui-foot-pipe" } else { "ui-foot-pipe-named" };
    let count = match part.len() {
        0 | 1 => Clean::default(),
        many => look.with("ui-count-of", &[("count", Arg::from(part.cursor + 1)), ("of", Arg::from(many))]),
    };
    let border = Border { title: &look.say("ui-pipe"), aside: &blank, foot: &look.say(foot), count: &count };
    let within = frame::draw(frame::place(screen, WIDTH, ROWS + 4), border, look, buf);
    let dim = look.style(Role::TextDim);
    if let Some((name, _)) = &part.waiting {
        let text = look.with("ui-pipe-writing", &[("name", Arg::Text(name))]);
        Row::new(buf, within, 1).skip(1).put(&text, dim);
        return None;
    }
    let cursor = frame::input(&part.input, &look.say("ui-pipe-hint"), look, within, buf);
    let list = Rect { y: within.y.saturating_add(2), height: within.height.saturating_sub(2), ..within };
    if part.is_empty() {
        for (line, text) in
            (0..list.height).zip(crate::text::wrap(&look.say("ui-pipe-none"), usize::from(list.width.max(1))))
        {
            Row::new(buf, list, line).put(&text, dim);
        }
    }
    let range = visible(part.len(), part.cursor, usize::from(list.height));
    for (line, at) in (0..list.height).zip(range) {
        let area = Rect { y: list.y + line, height: 1, ..list };
        look.hits.line(area, at);
        let mut row = frame::line(area, at == part.cursor, look, buf);
        row.skip(1);
        row.skip_right(1);
        match part.visible.get(at).and_then(|named| part.named.get(*named)) {
            Some(named) => draw_named(named, at == part.cursor, look, row),
            None => draw_typed(part, look, row),
        }
    }
    cursor
}

/// `Translate           trans -b :en        the message → under the message   g x`
fn draw_named(named: &Named, chosen: bool, look: &Look<'_>, mut row: Row<'_>) {
    let dim = look.style(Role::TextDim);
    if !named.keys.is_blank() {
        row.right(&named.keys, look.style(Role::Key)).skip_right(2);
    }
    let mut way = look.say(input_word(named.input));
    way.push(&clean(" → "));
    way.push(&look.say(output_word(named.output)));
    let is_wide = usize::from(row.room()) > NAME + usize::from(cells(&way)) + 14;
    if is_wide || usize::from(row.room()) > usize::from(cells(&way)) + 14 {
        row.right(&way, dim).skip_right(2);
    }
    let style = look.style(if chosen { Role::TextBright } else { Role::Text });
    if is_wide {
        row.put(&pad(&named.name, NAME), style).skip(1);
        row.put(&named.command, dim);
    } else {
        row.put(&named.name, style);
    }
}

/// `Run  tr a-z A-Z                       gets the thread as plain text`
fn draw_typed(part: &PipeMenu, look: &Look<'_>, mut row: Row<'_>) {
    let (what, format) = (look.say(input_word(part.given)), look.say(format_word(part.format)));
    let gets = look.with("ui-pipe-gets", &[("what", Arg::Text(&what)), ("format", Arg::Text(&format))]);
    if cells(&gets) + 12 < row.room() {
        row.right(&gets, look.style(Role::TextDim)).skip_right(2);
    }
    row.put(&look.say("ui-pipe-run"), look.style(Role::Accent)).skip(1);
    row.put(&clean(part.typed().unwrap_or_default()), look.style(Role::TextBright));
}

/// The question before the first use: the command as it stands, what goes into it, and where its answer goes.
pub fn ask(part: &PipeAsk, look: &Look<'_>) -> Question {
    let job = &part.job;
    let size = times::size(part.text.len() as u64, look.words);
    let format = look.say(format_word(job.format));
    let gets = match job.given {
        Given::Message(_) => "ui-confirm-pipe-gets-message",
        Given::Thread => "ui-confirm-pipe-gets-thread",
        Given::Words(_) => "ui-confirm-pipe-gets-draft",
    };
    let to = look.say(output_word(job.output));
    let mut text = vec![look.say("ui-confirm-pipe-command"), Clean::default()];
    text.extend(command_words(&job.command).each_line());
    text.push(Clean::default());
    text.push(look.with(gets, &[("size", Arg::Text(&size)), ("format", Arg::Text(&format))]));
    text.push(look.with("ui-confirm-pipe-answer", &[("where", Arg::Text(&to))]));
    text.push(look.say("ui-confirm-pipe-once"));
    let title = look.with("ui-confirm-pipe", &[("name", Arg::Text(&job.name))]);
    Question { title, text, answers: look.say("ui-confirm-pipe-answers") }
}

const fn input_word(input: PipeInput) -> &'static str {
    match input {
        PipeInput::Message => "ui-pipe-message",
        PipeInput::Thread => "ui-pipe-thread",
        PipeInput::Draft => "ui-pipe-draft",
    }
}

const fn output_word(output: PipeOutput) -> &'static str {
    match output {
        PipeOutput::Under => "ui-pipe-under",
        PipeOutput::Note => "ui-pipe-note",
        PipeOutput::Draft => "ui-pipe-into-draft",
        PipeOutput::Pane => "ui-pipe-pane",
    }
}

const fn format_word(format: Format) -> &'static str {
    match format {
        Format::Plain => "ui-pipe-format-plain",
        Format::Markdown => "ui-pipe-format-markdown",
        Format::Json => "ui-pipe-format-json",
    }
}
