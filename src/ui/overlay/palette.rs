//! The palette: what is found on the left, what it would do on the right.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::super::look::Look;
use super::super::paint::{Row, cells, rule_down};
use super::super::signs;
use super::frame::{self, Border};
use super::visible;
use crate::app::details::lines::state_word;
use crate::app::palette::{About, Line, Palette, Target};
use crate::domain::Conversation;
use crate::sync::message::FoundContact;
use crate::text::{Clean, clean, wrap};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 92;
const ROWS: u16 = 14;
/// Cells of the keys.
const KEYS: u16 = 8;
/// Cells of the kind, and the room from which on there is one.
const KIND: u16 = 8;
const WITH_KIND: u16 = 34;
/// Cells of a conversation's contact, and of its state.
const CONTACT: u16 = 18;
const STATE: u16 = 7;
/// From this width of the screen on commands are called so; below, only what is none has a kind.
const WITH_COMMANDS: u16 = 100;
/// From this width within on what a line does stands beside the lines; below, in their place.
const BESIDE: u16 = 84;

/// Draws the palette.
pub fn draw(part: &Palette, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = frame::place(screen, WIDTH, ROWS + 4);
    let count = look.with("ui-count-of", &[("count", Arg::from(part.hits())), ("of", Arg::from(part.of()))]);
    let foot = look.say(foot(part.found()));
    let border = Border { title: &look.say("ui-palette"), aside: &part.at_hand, foot: &foot, count: &count };
    let within = frame::draw(area, border, look, buf);
    let hint = if part.only_macros { "ui-palette-hint-macros" } else { "ui-palette-hint" };
    let cursor = frame::input(&part.input, &look.say(hint), look, within, buf);
    let below = Rect { y: within.y.saturating_add(2), height: within.height.saturating_sub(2), ..within };
    let previews = part.shows_preview(screen.width);
    if previews && below.width < BESIDE {
        draw_preview_alone(part, screen.width, look, below, buf);
        return cursor;
    }
    let list_width = if previews { below.width * 11 / 20 } else { below.width };
    let list = Rect { width: list_width, ..below };
    if part.is_empty() {
        draw_nothing(look, list, buf);
    }
    let range = visible(part.len(), part.cursor, usize::from(list.height));
    for (line, at) in (0..list.height).zip(range) {
        let Some(found) = part.line(at) else { break };
        let row = Rect { y: list.y + line, height: 1, ..list };
        look.hits.line(row, at);
        draw_line(&found, at == part.cursor, screen.width >= WITH_COMMANDS, look, row, buf);
    }
    if previews {
        let rule = Rect { x: below.x + list_width + 1, width: 1, ..below };
        rule_down(buf, rule, look.style(Role::OverlayBorder));
        let preview = Rect { x: rule.x + 2, width: below.right().saturating_sub(rule.x + 2), ..below };
        if let Some(found) = part.found() {
            draw_preview(&found, look, preview, buf);
        }
    }
    cursor
}

/// What `enter` does with the line under the cursor.
const fn foot(found: Option<Line<'_>>) -> &'static str {
    let Some(found) = found else { return "ui-foot-palette-nothing" };
    if found.why_not.is_some() {
        return "ui-foot-palette-why";
    }
    match found.target {
        Target::Command(_) => "ui-foot-palette-run",
        Target::Macro(_) => "ui-foot-palette-macro",
        Target::Tag(..) => "ui-foot-palette-tag",
        Target::Entry(_) | Target::Contact(_) | Target::Conversation(_) => "ui-foot-palette-open",
    }
}

fn draw_line(found: &Line<'_>, has_cursor: bool, names_commands: bool, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut row = frame::line(area, has_cursor, look, buf);
    let dim = look.style(Role::TextDim);
    let is_off = found.why_not.is_some();
    row.skip_right(1);
    if let About::Conversation(on) = found.about {
        // Its channel says what it is; whose it is comes first, how it stands where others have their keys.
        let name = style_of(is_off, has_cursor, look);
        row.sign(signs::channel(&on.channel), dim).skip(1);
        row.right_field(&look.say(state_word(on.state)), STATE, dim).skip_right(2);
        row.field(found.keys, CONTACT.min(row.room() * 2 / 5), name).skip(2);
        row.put(found.title, if has_cursor { name } else { dim });
        return;
    }
    // Keys end in one column, kinds begin in another; without much room the title comes first.
    let keys = look.style(if is_off { Role::Disabled } else { Role::Key });
    row.right_field(found.keys, KEYS.max(cells(found.keys).min(12)), keys).skip_right(2);
    if row.room() >= WITH_KIND && (names_commands || !matches!(found.target, Target::Command(_))) {
        let kind = look.say(found.kind);
        row.skip_right(KIND.saturating_sub(cells(&kind))).right(&kind, dim).skip_right(2);
    }
    row.put(found.title, style_of(is_off, has_cursor, look));
}

fn style_of(is_off: bool, has_cursor: bool, look: &Look<'_>) -> Style {
    look.style(match (is_off, has_cursor) {
        (true, _) => Role::Disabled,
        (false, true) => Role::TextBright,
        (false, false) => Role::Text,
    })
}

/// Nothing answers: what else could be typed.
fn draw_nothing(look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let area = Rect { x: area.x.saturating_add(1).min(area.right()), width: area.width.saturating_sub(2), ..area };
    let mut page = Page { line: 0, look, area, buf };
    page.put(&look.say("ui-palette-empty"), Role::Text);
    page.gap();
    page.put(&look.say("ui-palette-empty-next"), Role::TextDim);
}

/// Without room beside the lines: the line with the cursor, and below it what it does.
fn draw_preview_alone(part: &Palette, width: u16, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Some(found) = part.found() else {
        draw_nothing(look, area, buf);
        return;
    };
    let row = Rect { height: area.height.min(1), ..area };
    look.hits.line(row, part.cursor);
    draw_line(&found, true, width >= WITH_COMMANDS, look, row, buf);
    let preview = Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(2),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    draw_preview(&found, look, preview, buf);
}

fn draw_preview(found: &Line<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut page = Page { line: 0, look, area, buf };
    match found.about {
        About::Contact(contact) => page.contact(found.title, contact),
        About::Conversation(on) => page.conversation(on),
        About::Text(text) => {
            page.put(found.title, Role::TextBright);
            page.gap();
            for line in text.each_line() {
                if line.is_blank() { page.gap() } else { page.put(&line, Role::TextDim) }
            }
        }
        About::Doc(doc) => {
            page.put(found.title, Role::TextBright);
            page.gap();
            page.put(&look.say(doc), Role::TextDim);
        }
    }
    if let Some(why) = found.why_not {
        page.gap();
        page.put(&look.with("ui-not-now", &[("why", Arg::Text(&look.say(why.0)))]), Role::Warning);
    }
}

/// Lines of text, one below the other, as far as there is room.
struct Page<'p> {
    line: u16,
    look: &'p Look<'p>,
    area: Rect,
    buf: &'p mut Buffer,
}

impl Page<'_> {
    fn put(&mut self, text: &Clean, role: Role) {
        if text.is_blank() {
            return;
        }
        for piece in wrap(text, usize::from(self.area.width).max(1)) {
            if self.line >= self.area.height {
                return;
            }
            Row::new(self.buf, self.area, self.line).put(&piece, self.look.style(role));
            self.line += 1;
        }
    }

    const fn gap(&mut self) {
        self.line = self.line.saturating_add(1);
    }

    fn contact(&mut self, name: &Clean, contact: &FoundContact) {
        self.put(name, Role::TextBright);
        self.gap();
        let email = contact.email.clean();
        if email != *name {
            self.put(&email, Role::Text);
        }
        self.put(&contact.phone.clean(), Role::Text);
        self.put(&contact.company.clean(), Role::Text);
        self.gap();
        let count = Arg::from(contact.conversations);
        self.put(&self.look.with("ui-palette-contact", &[("count", count)]), Role::TextDim);
    }

    fn conversation(&mut self, on: &Conversation) {
        let who =
            on.contact.as_ref().map_or_else(Clean::default, |contact| contact.name.clean().or(&contact.email.clean()));
        self.put(&who.or(&self.look.say("ui-palette-nobody")), Role::TextBright);
        let state = self.look.say(state_word(on.state));
        let facts = [clean(&format!("#{}", on.id)), state, self.look.ago(on.last_message_at)];
        self.put(&Clean::join(&facts, &Clean::literal(" · ")), Role::TextDim);
        self.gap();
        self.put(&on.title.clean(), Role::Text);
        self.gap();
        self.put(&on.preview.clean(), Role::TextDim);
    }
}
