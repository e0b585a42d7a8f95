//! Opening the palette, and doing what a line says.

use super::{Palette, Standing, Target, offers};
use crate::app::fuzzy::Search;
use crate::app::input::Input;
use crate::app::layers::Layer;
use crate::app::{App, Pane, Severity};
use crate::command::{CommandId, Context};
use crate::domain::{Act, ConversationId, MacroId, Mode, Why};
use crate::sync::message::{Generation, Request};
use crate::text::{Clean, clean};
use crate::words::Arg;

/// What was chosen lately is remembered, this much of it.
const REMEMBERED: usize = 30;

impl App {
    /// Opens the palette on the conversation at hand.
    pub(in crate::app) fn open_palette(&mut self) {
        self.open_palette_of(false);
    }

    /// `ctrl-x m`: the same with nothing but macros.
    pub(in crate::app) fn open_macros(&mut self) {
        self.open_palette_of(true);
    }

    fn open_palette_of(&mut self, only_macros: bool) {
        let offers = self.offers();
        let facts = self.facts();
        let mut standing = Vec::with_capacity(offers.commands);
        let mut all = Vec::with_capacity(offers.items.len());
        for (at, item) in offers.items.iter().enumerate() {
            if let Target::Command(id) = item.target {
                let command = id.command();
                standing.push(Standing { keys: self.keys_of(id), why_not: command.enabled(&facts).err() });
                if !self.makes_sense(command) {
                    continue;
                }
            }
            if only_macros && !matches!(item.target, Target::Macro(_)) {
                continue;
            }
            all.push(offers::at(at));
        }
        let lately = self.arrangement.recent.iter().take(REMEMBERED).filter_map(|key| offers.places.get(key).copied());
        let recent = lately.zip((1..=REMEMBERED).rev()).map(|(at, place)| (at, u8::try_from(place).unwrap_or(1)));
        let on = self.target().map(|on| on.id.clone());
        let mut palette = Palette {
            input: Input::default(),
            cursor: 0,
            preview: None,
            only_macros,
            recent: recent.collect(),
            standing,
            without: (on.is_none() && !self.selection.is_on()).then_some(Why("why-no-conversation")),
            search: Search::new(all),
            offers,
            findings: Vec::new(),
            lines: Vec::new(),
            hits: 0,
            asked: Generation::default(),
            has_moved: false,
            at_hand: match (&on, self.selection.len()) {
                (_, count) if self.selection.is_on() => {
                    self.words.with("palette-selected", &[("count", Arg::from(count))])
                }
                (Some(id), _) if id.is_placeholder() => self.words.say("ui-unsent"),
                (Some(id), _) => clean(&format!("#{id}")),
                (None, _) => Clean::default(),
            },
            on,
            blank: Clean::default(),
        };
        palette.narrow(&self.words);
        self.layers.push(Layer::Palette(palette));
    }

    /// `enter` in the palette, which is no longer in front.
    pub(in crate::app) fn chosen_in_palette(&mut self, palette: Palette) {
        let Some(line) = palette.found() else {
            self.layers.push(Layer::Palette(palette));
            return;
        };
        if let Some(why) = line.why_not {
            // It stays open: the reason is about the line under the cursor.
            self.say(Severity::Warning, why.0);
            self.layers.push(Layer::Palette(palette));
            return;
        }
        let target = line.target.clone();
        if acts_on_conversation(&target) && self.target().map(|on| &on.id) != palette.on.as_ref() {
            self.say(Severity::Warning, "why-moved-on");
            return;
        }
        self.remember(&target);
        match target {
            Target::Command(command) => self.run(command),
            Target::Entry(kind) => self.go(&kind),
            Target::Macro(id) => self.write_with(&id),
            Target::Tag(tag, name) => {
                if let Some(on) = self.target().cloned() {
                    let has = on.tags.iter().any(|held| held.id == tag);
                    let act = if has { Act::Untag { tag, name } } else { Act::Tag { tag, name } };
                    self.act(&on, vec![act]);
                }
            }
            Target::Conversation(id) => {
                self.open_conversation(&id);
                self.thread.sought = palette.is_fetched();
            }
            Target::Contact(_) => {
                if let Some(super::About::Contact(contact)) = palette.found().map(|line| line.about) {
                    self.open_conversation(&contact.newest);
                    let others = contact.conversations.saturating_sub(1);
                    if others > 0 {
                        let name = contact.name.clean().or(&contact.email.clean());
                        let args = [("name", (&name).into()), ("count", Arg::from(others))];
                        self.say_text(Severity::Info, self.words.with("palette-others", &args), Clean::default());
                    }
                }
            }
        }
    }

    /// `tab` in the palette: what a line does is shown, or not.
    pub(in crate::app) fn toggle_palette_preview(&mut self) {
        let (width, _) = self.size;
        if let Some(Layer::Palette(palette)) = self.layers.last_mut() {
            palette.preview = Some(!palette.shows_preview(width));
        }
    }

    /// What was chosen comes first the next time.
    fn remember(&mut self, target: &Target) {
        let Some(key) = target.key() else { return };
        let recent = &mut self.arrangement.recent;
        if recent.first() == Some(&key) {
            return;
        }
        recent.retain(|other| *other != key);
        recent.insert(0, key);
        recent.truncate(REMEMBERED);
        self.ask(Request::SaveArrangement(Box::new(self.arrangement.clone())));
    }

    /// Opens a conversation, wherever it is: in the list when that has it, else on its own.
    pub(in crate::app) fn open_conversation(&mut self, id: &ConversationId) {
        if let Some(at) = self.list.index_of(id).filter(|_| !self.shows_outbox()) {
            self.list.touched = true;
            self.focus = Pane::List;
            self.put_cursor(at);
        }
        self.focus = Pane::Thread;
        self.show_thread(id, true);
    }

    /// Puts a macro's text in at the cursor of the composer, which is opened for a reply when it is not.
    fn write_with(&mut self, id: &MacroId) {
        let Some(known) = self.directory.macros.iter().find(|known| known.id == *id) else {
            self.say(Severity::Warning, "why-no-such-macro");
            return;
        };
        let (body, plain) = (known.body.as_raw(), known.body_text.clean_lines());
        // The plain text is what is left of a macro where its HTML says nothing.
        let markdown = crate::text::markdown::from_macro(body);
        let (text, is_simpler) = if markdown.trim().is_empty() {
            (plain.into_string(), false)
        } else {
            let is_simpler = !crate::text::markdown::says_all(body, &markdown);
            (markdown, is_simpler)
        };
        let on = self.target().map(|on| on.id.clone());
        if self.composer.conversation.is_some() && self.composer.conversation == on {
            self.focus = Pane::Composer;
        } else {
            self.compose(Mode::Reply);
        }
        if self.focus != Pane::Composer {
            return;
        }
        self.insert_at_cursor(&text);
        let simpler = is_simpler.then(|| self.words.say("macro-simpler"));
        if text.contains("{{") {
            let gaps = self.words.say("palette-placeholders");
            self.say_text(Severity::Warning, gaps, simpler.unwrap_or_default());
        } else if let Some(simpler) = simpler {
            self.say_text(Severity::Warning, simpler, crate::text::Clean::default());
        }
    }
}

/// Whether it does something to the conversation at hand.
fn acts_on_conversation(target: &Target) -> bool {
    match target {
        Target::Tag(..) | Target::Macro(_) => true,
        Target::Command(id) => {
            let is_for_one = |context: &Context| {
                use Context::{Composer, Details, Inbox, Outbox, Thread};
                matches!(context, Inbox | Outbox | Thread | Details | Composer)
            };
            let goes_on = matches!(id, CommandId::Undo | CommandId::Next | CommandId::Previous);
            !goes_on && id.command().contexts.iter().any(is_for_one)
        }
        Target::Entry(_) | Target::Contact(_) | Target::Conversation(_) => false,
    }
}
