//! The composer: whom it writes to and how, loud; what came meanwhile; the text.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::look::Look;
use super::paint::{Row, cells};
use super::{composer_text, signs, thread, times};
use crate::app::Composer;
use crate::app::composer_run::LEFT;
use crate::domain::file::MOST_FILES;
use crate::domain::{Channel, ConversationId, Mode, UnixTime};
use crate::text::{Clean, clean};
use crate::theme::Role;
use crate::words::Arg;

/// What the composer's title tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// To whom.
    pub to: Clean,
    /// Their address, where it is not what `to` says; may be blank.
    pub email: Clean,
    /// Who else gets a reply: names as far as they are known; may be blank.
    pub cc: Clean,
    /// In whose name it goes out; may be blank.
    pub from: Clean,
    /// It goes to so many that are selected; 0 where it goes to one.
    pub many: usize,
    /// By which channel.
    pub channel: Channel,
    /// The conversation's number.
    pub conversation: ConversationId,
    /// Sending also takes the conversation.
    pub takes: bool,
    /// The text is on disk as a draft.
    pub saved: bool,
    /// The keys that say that what came was seen; blank where it holds nothing back.
    pub seen_keys: Clean,
    /// What another deskhand wrote in the same place.
    pub theirs: Option<Theirs>,
}

/// Another deskhand's text in the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theirs {
    /// Its first words; blank when it was discarded there.
    pub words: Clean,
    /// Keys: take theirs, keep ours, join both.
    pub keys: [Clean; 3],
}

/// Where the composer is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Areas {
    /// The rule above it, where there is one.
    pub rule: Option<Rect>,
    /// The line that says what it is.
    pub head: Rect,
    /// The text.
    pub body: Rect,
}

/// Draws the composer; returns where the cursor belongs.
pub fn draw(
    part: &Composer,
    facts: Option<&Facts>,
    focused: bool,
    look: &Look<'_>,
    areas: Areas,
    buf: &mut Buffer,
) -> Option<Position> {
    if let Some(area) = areas.rule {
        let line = look.style(Role::Rule);
        Row::new(buf, area, 0).skip(1).skip_right(1).fill(signs::RULE_ACROSS, line);
    }
    let mut row = Row::new(buf, areas.head, 0);
    let word = mode_word(part.mode);
    let role = match part.mode {
        Mode::Reply => Role::ModeReply,
        Mode::Note => Role::ModeNote,
    };
    // The mode's own style may be reversed, which a bar does not survive.
    let bar = match part.mode {
        _ if !focused => Role::TextDim,
        Mode::Reply => Role::Accent,
        Mode::Note => Role::Note,
    };
    row.sign(signs::bar(focused), look.style(bar)).skip_right(1);
    let is_new = facts.is_some_and(|facts| facts.conversation.is_placeholder());
    let many = facts.map(|facts| facts.many).filter(|many| *many > 0);
    let title = match many {
        // Whoever writes to many must never take it for a reply to the one that is shown.
        Some(many) => look.with(many_word(part.mode), &[("count", Arg::from(many))]),
        None => look.heading(if is_new { "ui-composer-new" } else { word }),
    };
    let takes = if many.is_some() { "ui-composer-many-takes" } else { "ui-composer-takes" };
    let takes = facts.filter(|facts| facts.takes).map(|_| look.say(takes)).unwrap_or_default();
    let cc = facts.filter(|facts| part.mode == Mode::Reply && !facts.cc.is_blank());
    let cc = cc.map(|facts| look.with("ui-composer-cc", &[("names", Arg::Text(&facts.cc))])).unwrap_or_default();
    let beside = cells(&title).saturating_add(cells(&cc)).saturating_add(cells(&takes)).saturating_add(9);
    // That it is no text to write in is told before the address.
    let short = if part.preview.is_some() { look.say("ui-composer-preview-short") } else { Clean::default() };
    let told = if short.is_blank() { 0 } else { cells(&short).saturating_add(2) };
    let room = row.room().saturating_sub(beside).saturating_sub(told);
    let address = facts.map(|facts| address(part.mode, facts, room, look)).unwrap_or_default();
    // Whom it goes to, and what it does besides, come before whether it is saved.
    let needed = beside.saturating_add(cells(&address));
    let saved = if part.preview.is_some() {
        let whole = look.say("ui-composer-preview");
        if needed.saturating_add(cells(&whole)) <= row.room() { whole } else { short }
    } else if facts.is_some_and(|facts| facts.saved) {
        look.say("ui-composer-saved")
    } else {
        Clean::default()
    };
    let is_told = told > 0 && row.room() > cells(&saved).saturating_mul(2);
    if is_told || needed.saturating_add(cells(&saved)) <= row.room() {
        row.right(&saved, look.style(Role::TextDim)).skip_right(2);
    }
    if many.is_some() {
        row.sign(signs::CARE, look.style(Role::Warning).add_modifier(Modifier::BOLD)).skip(1);
    }
    row.put(&title, look.style(role)).skip(1).put(&address, look.style(Role::Text));
    let dim = look.style(Role::TextDim);
    let number = facts.map(|facts| number(facts, look)).unwrap_or_default();
    let from = facts.filter(|facts| part.mode == Mode::Reply && !facts.from.is_blank());
    let from = from.map(|facts| look.with("ui-composer-from", &[("name", Arg::Text(&facts.from))])).unwrap_or_default();
    for more in [cc, takes, number, from] {
        if !more.is_blank() && cells(&more) + 3 <= row.room() {
            row.skip(1).sign(signs::DOT, dim).skip(1).put(&more, dim);
        }
    }
    let body = draw_above(part, facts, look, areas.body, buf);
    composer_text::draw(part, many.is_some(), focused, look, body, buf)
}

/// The conversation's number, when it has one; of many, where the draft is kept.
fn number(facts: &Facts, look: &Look<'_>) -> Clean {
    let number = clean(&format!("#{}", facts.conversation));
    if facts.conversation.is_placeholder() {
        look.say("ui-unsent")
    } else if facts.many > 0 {
        look.with("ui-composer-many-in", &[("number", Arg::Text(&number))])
    } else {
        number
    }
}

/// The word of a mode, for so many.
const fn many_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Reply => "ui-composer-many-reply",
        Mode::Note => "ui-composer-many-note",
    }
}

/// The word of a mode.
pub const fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Reply => "ui-composer-reply",
        Mode::Note => "ui-composer-note",
    }
}

/// What stands above the text: a refusal, what came meanwhile, another deskhand's text, files. Returns what is
/// left for the text: at least its line with the cursor.
fn draw_above(part: &Composer, facts: Option<&Facts>, look: &Look<'_>, body: Rect, buf: &mut Buffer) -> Rect {
    let mut lines: Vec<Above> = Vec::new();
    if !part.refused.is_blank() {
        lines.push(Above::Refused);
    }
    if !part.arrivals.is_empty() {
        lines.push(Above::Arrivals);
    }
    if facts.is_some_and(|facts| facts.theirs.is_some()) {
        lines.extend([Above::Theirs, Above::TheirKeys]);
    }
    if part.has_file_row() {
        lines.push(Above::Files);
    }
    lines.truncate(usize::from(body.height.saturating_sub(1)));
    let mut used = 0;
    for line in lines {
        let mut row = Row::new(buf, body, used);
        row.skip(LEFT).skip_right(1);
        match line {
            Above::Refused => {
                let style = look.style(Role::Error).add_modifier(Modifier::BOLD);
                row.sign(signs::CROSS, style).skip(1).put(&part.refused, style);
            }
            Above::Arrivals => draw_arrivals(part, facts, look, &mut row),
            Above::Theirs => draw_theirs(facts, look, &mut row),
            Above::TheirKeys => draw_their_keys(facts, look, &mut row),
            Above::Files => draw_files(part, look, &mut row),
        }
        used += 1;
    }
    Rect { y: body.y.saturating_add(used), height: body.height.saturating_sub(used), ..body }
}

/// A line above the text.
#[derive(Clone, Copy)]
enum Above {
    Refused,
    Arrivals,
    Theirs,
    TheirKeys,
    Files,
}

/// `! Ana replied 8 s ago · 2 more      ctrl-x s I have seen it`
fn draw_arrivals(part: &Composer, facts: Option<&Facts>, look: &Look<'_>, row: &mut Row<'_>) {
    let Some(news) = arrival(part, look) else { return };
    let style = look.style(Role::Warning).add_modifier(Modifier::BOLD);
    let keys = facts.map(|facts| facts.seen_keys.clone()).unwrap_or_default();
    if !keys.is_blank() {
        let text = look.with("ui-composer-seen", &[("keys", Arg::Text(&keys))]);
        if cells(&news) + cells(&text) + 6 <= row.room() {
            row.right(&text, look.style(Role::TextDim)).skip_right(2);
        }
    }
    row.sign(signs::CARE, style).skip(1).put(&news, style);
}

fn draw_theirs(facts: Option<&Facts>, look: &Look<'_>, row: &mut Row<'_>) {
    let Some(theirs) = facts.and_then(|facts| facts.theirs.as_ref()) else { return };
    let style = look.style(Role::Warning).add_modifier(Modifier::BOLD);
    let text = if theirs.words.is_blank() {
        look.say("ui-composer-theirs-none")
    } else {
        look.with("ui-composer-theirs", &[("words", Arg::Text(&theirs.words))])
    };
    row.sign(signs::CARE, style).skip(1).put(&text, style);
}

fn draw_their_keys(facts: Option<&Facts>, look: &Look<'_>, row: &mut Row<'_>) {
    let Some(Theirs { keys: [theirs, ours, both], .. }) = facts.and_then(|facts| facts.theirs.as_ref()) else { return };
    let keys = [("theirs", Arg::Text(theirs)), ("ours", Arg::Text(ours)), ("both", Arg::Text(both))];
    row.skip(2).put(&look.with("ui-composer-theirs-keys", &keys), look.style(Role::Text));
}

/// `◫ photo.jpg 1.2 MB   ◫ receipt.pdf 88 kB`
fn draw_files(part: &Composer, look: &Look<'_>, row: &mut Row<'_>) {
    let (file_style, dim) = (look.style(Role::File), look.style(Role::TextDim));
    if part.is_attaching() {
        row.sign(signs::MORE, dim).skip(1).put(&look.say("ui-composer-attaching"), dim).skip(3);
    }
    // How many, and how much: what a message carries has an end.
    let total = times::size(part.files.iter().map(|file| file.size).sum(), look.words);
    let count = [("count", Arg::from(part.files.len())), ("most", Arg::from(MOST_FILES)), ("total", Arg::Text(&total))];
    let count = look.with("ui-composer-files", &count);
    if !part.files.is_empty() && cells(&count) + 16 <= row.room() {
        row.right(&count, dim).skip_right(2);
    }
    for file in &part.files {
        let size = times::size(file.size, look.words);
        if row.room() < cells(&size) + 8 {
            row.sign(signs::MORE, dim);
            return;
        }
        let name = row.room().saturating_sub(cells(&size) + 3).min(32);
        row.sign(signs::FILE, file_style).skip(1).put_within(&clean(&file.name), name, file_style).skip(1);
        row.put(&size, dim).skip(3);
    }
}

/// `to Chloé Dubois <chloe@example.fr> by e-mail`, or who sees a note. Where there is no room the address goes.
fn address(mode: Mode, facts: &Facts, room: u16, look: &Look<'_>) -> Clean {
    if mode == Mode::Note {
        return look.say("ui-composer-note-to");
    }
    if facts.many > 0 {
        return look.say("ui-composer-many-to");
    }
    let name = facts.to.clone().or(&look.say("ui-contact-unknown"));
    let channel = look.say(thread::channel_word(&facts.channel));
    let to = |name: &Clean| {
        look.with("ui-composer-reply-to", &[("name", Arg::Text(name)), ("channel", Arg::Text(&channel))])
    };
    if !facts.email.is_blank() {
        let whole = [("name", Arg::Text(&name)), ("email", Arg::Text(&facts.email))];
        let whole = to(&look.with("ui-composer-address", &whole));
        if cells(&whole) <= room {
            return whole;
        }
    }
    to(&name)
}

/// When something came, in seconds while it is fresh.
pub fn moment(at: UnixTime, look: &Look<'_>) -> Clean {
    match i64::try_from(look.now.since(at).as_secs()) {
        Ok(secs @ 0..60) => look.with("ui-composer-ago", &[("secs", Arg::Number(secs))]),
        _ => look.when(at),
    }
}

/// The newest thing that came while writing: `Ana replied 8 s ago`, and how many came before it.
fn arrival(part: &Composer, look: &Look<'_>) -> Option<Clean> {
    let last = part.arrivals.last()?;
    let what = look.with(last.what, &[("who", Arg::Text(&last.who))]);
    let when = moment(last.at, look);
    let mut text = Clean::join([&what, &when], &Clean::literal(" "));
    if part.arrivals.len() > 1 {
        text.push(&Clean::literal(" · "));
        text.push(&look.with("ui-composer-more-news", &[("count", Arg::from(part.arrivals.len() - 1))]));
    }
    Some(text)
}
