//! One message in, effects out. Routes only.

use super::layers::{Confirm, Layer};
use super::mouse::MouseKind;
use super::moving::{page_to, scroll_to};
use super::shelf::Haste;
use super::{App, Effect, Msg, Pane};
use crate::domain::Mode;
use crate::keymap::{self, Context, Key, KeyCode, Lookup};
use crate::sync::message::Request;

/// Takes a message in. Set the time with [`App::at`] first.
pub fn update(app: &mut App, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => {
            app.dirty = true;
            app.whereabouts.moved = true;
            app.notices.key_pressed();
            app.is_here(true);
            app.press(key);
        }
        Msg::Mouse(mouse) => {
            if mouse.kind == MouseKind::Press {
                app.notices.key_pressed();
            }
            if mouse.kind != MouseKind::Release {
                app.whereabouts.moved = true;
            }
            app.mouse(mouse);
            app.dirty |= mouse.kind != MouseKind::Release;
        }
        Msg::Paste(text) => {
            app.dirty = true;
            app.notices.key_pressed();
            app.paste(&text);
        }
        Msg::Resize(width, height) => {
            app.dirty = true;
            app.size = (width, height);
            if app.started {
                app.cursor_moved();
            } else {
                app.started = true;
                app.minute = app.now.secs().div_euclid(60);
                if !app.return_to_place() {
                    app.open_list();
                }
                app.ask_counts();
                app.ask_outbox();
                app.ask_begun();
                app.ask_bulks();
            }
        }
        Msg::Event(event) => app.dirty |= app.hear(*event),
        Msg::Tick => {}
        Msg::FocusGained => {
            app.terminal_focused = true;
            app.is_here(false);
            app.await_reading();
        }
        Msg::Edited(text) => {
            app.dirty = true;
            app.hear_edited(text);
        }
        Msg::Pipe(news) => {
            app.dirty = true;
            app.hear_pipe(*news);
        }
        Msg::Listed(listing) => app.dirty |= app.hear_listing(*listing),
        Msg::Read(readings) => app.dirty |= app.hear_read(readings),
        Msg::Found(found) => app.dirty |= app.hear_hits(*found),
        Msg::File(news) => app.dirty |= app.hear_file(*news),
        Msg::Copied(copied) => {
            app.dirty = true;
            app.hear_copied(copied);
        }
        Msg::WrittenOut(what, text) => {
            app.dirty = true;
            app.hear_written_out(what, text);
        }
        Msg::FocusLost => {
            app.terminal_focused = false;
            app.thread.read_at = None;
            app.save_draft(Haste::Leave);
        }
        Msg::Leaving => {
            app.save_all();
            app.save_place();
        }
    }
    app.dirty |= app.pass_time();
    app.settle();
    app.note_place();
    std::mem::take(&mut app.out)
}

impl App {
    /// A key, looked up from the front context back.
    fn press(&mut self, key: Key) {
        let contexts = self.contexts();
        let in_text = !self.layers.is_empty() || contexts.iter().any(|context| context.takes_text());
        if self.swallows(key, in_text) {
            return;
        }
        self.pending.push(key);
        match self.keymap.lookup(&contexts, &self.pending) {
            Lookup::Run(command) => {
                self.struck = self.pending.last().copied();
                self.pending.clear();
                self.run(command);
                self.struck = None;
            }
            Lookup::Pending => {}
            Lookup::Nothing if self.press_own(&contexts) => {}
            Lookup::Nothing => {
                let typed = std::mem::take(&mut self.pending);
                if typed.len() > 1 {
                    // Half a sequence and a stray key mean nothing; esc and ctrl-c just end it.
                    if key.code != KeyCode::Esc && !key.ctrl {
                        self.not_bound(&keymap::show(&typed), key);
                    }
                    return;
                }
                self.unbound(key, contexts.first().copied());
            }
        }
    }

    /// A key that no context knows: text where text is taken; with alt, an escape and the key.
    fn unbound(&mut self, key: Key, front: Option<Context>) {
        let taken = match front {
            Some(Context::Composer) => self.type_in_composer(key),
            Some(Context::Picker | Context::Help) => self.picker_key(key) || self.type_in_layer(key),
            Some(Context::Confirm) => {
                // Anything but a yes is a no.
                match self.layers.pop() {
                    Some(Layer::Confirm(Confirm::DiscardDraft { on, other: Some(_), .. })) if key == Key::char('a') => {
                        self.discard_drafts(&on, &[Mode::Reply, Mode::Note]);
                    }
                    Some(Layer::Confirm(asked)) => self.answer_question(asked, key),
                    _ => {}
                }
                true
            }
            _ if matches!(key.code, KeyCode::Char(_)) && !key.ctrl && !key.alt => {
                self.not_bound(&keymap::show(&[key]), key);
                true
            }
            _ => false,
        };
        if !taken && key.alt {
            self.press(Key::plain(KeyCode::Esc));
            self.press(key.without_alt());
        }
    }

    /// Brings what depends on the layout into line: lines, scrolls, and what the engine is told to
    /// be on screen.
    fn settle(&mut self) {
        if !self.started {
            return;
        }
        let layout = self.layout();
        if layout.composer.is_none() && self.focus == Pane::Composer && self.composer.conversation.is_none() {
            self.focus = Pane::Thread;
        }
        let composing = self.composer.conversation.is_some();
        self.settle_find();
        if let Some(area) = layout.thread {
            let page = self.thread_page();
            if let Some(open) = self.thread.open.as_mut() {
                let follows = composing && open.is_at_end();
                open.lay_out_at(super::thread::lines::text_width(area.body.width), page);
                if follows {
                    // The composer opens and grows upwards: the newest message stays above it.
                    open.follow_end(None, page);
                }
                open.clamp(page);
            }
        }
        if let Some(area) = layout.composer {
            self.composer_shown_in(area.body);
        }
        self.scroll_to_place();
        self.want_bodies();
        let len = if self.shows_outbox() { self.list.outbox.len() } else { self.list.rows.len() };
        self.list.cursor = self.list.cursor.min(len.saturating_sub(1));
        self.list.scroll = page_to(self.list.scroll, self.list.cursor, len, self.list_page());
        if let Some(area) = layout.sidebar {
            let rows = self.sidebar.rows().len();
            self.sidebar.cursor = self.sidebar.cursor.min(rows.saturating_sub(1));
            self.sidebar.scroll =
                scroll_to(self.sidebar.scroll, self.sidebar.cursor, rows, usize::from(area.body.height));
        }
        self.check_stale_rows();
        self.tell_showing();
    }

    /// Tells the engine what is on screen, when it changed.
    fn tell_showing(&mut self) {
        let thread = self.thread.wanted.clone();
        let page = self.list_page();
        let first = self.list.scroll.min(self.list.rows.len());
        let to = (first + page).min(self.list.rows.len());
        let mut rows: Vec<(usize, &super::ListRow)> = self.list.rows.iter().enumerate().take(to).skip(first).collect();
        rows.sort_by_key(|(at, _)| at.abs_diff(self.list.cursor));
        let rows = rows.into_iter().map(|(_, row)| row.conversation.id.clone());
        let list: Vec<_> = self.merge_side_wanted().into_iter().chain(rows).collect();
        let showing = (thread, list);
        if self.showing.as_ref() != Some(&showing) {
            let (thread, list) = showing.clone();
            self.showing = Some(showing);
            self.ask(Request::Showing { thread, list });
        }
    }
}
