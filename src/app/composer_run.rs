//! Writing: opening the composer for the right conversation, what its writer has seen, sending.

use super::picker::PickerKind;
use super::shelf::Haste;
use super::thread::Source;
use super::{App, Effect, Pane, Severity};
use crate::command::CommandId;
use crate::domain::{
    Act, AssignTo, AuthorKind, Channel, ContactId, ContactRef, Conversation, ConversationId, Guard, Mode, Part,
};
use crate::text::Clean;

/// Cells left of the text: a bar and a blank.
pub const LEFT: u16 = 2;
/// Cells beside the text: a bar and a blank left of it, a blank right of it where the cursor may stand at
/// the end of a full row.
pub const MARGINS: u16 = 3;

/// What the composer's title tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposerFacts {
    /// REPLY or NOTE.
    pub mode: Mode,
    /// To whom (reply): the contact's name, else address.
    pub to: Clean,
    /// Their address, where `to` is a name; may be blank.
    pub email: Clean,
    /// Who else takes part and gets a reply, as far as their names are known; may be blank.
    pub cc: Clean,
    /// In whose name it goes out; blank while that is not known. The address is the helpdesk's affair.
    pub from: Clean,
    /// It goes to so many that are selected; 0 where it goes to one.
    pub many: usize,
    /// By which channel.
    pub channel: Channel,
    /// The conversation's number.
    pub conversation: ConversationId,
    /// Sending also assigns the conversation to me.
    pub takes: bool,
    /// The text is on disk as a draft.
    pub saved: bool,
    /// It is held back when something has come since it was begun.
    pub guarded: bool,
}

/// What follows a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Stay,
    Next,
    Close,
    Act(Act),
}

impl App {
    /// What the composer's title tells; absent while it is closed.
    #[must_use]
    pub fn composer_facts(&self) -> Option<ComposerFacts> {
        let id = self.composer.conversation.as_ref()?;
        let on = self.known(id)?;
        let to = on.contact.as_ref().map(ContactRef::shown_name).unwrap_or_default();
        let email = on.contact.as_ref().map(|contact| contact.email.clean()).filter(|email| *email != to);
        let many = self.many_to(id);
        let (email, cc) = match &many {
            Some(_) => (None, Clean::default()),
            None => (email, self.others_in(on)),
        };
        Some(ComposerFacts {
            many: many.unwrap_or(0),
            mode: self.composer.mode,
            to,
            email: email.unwrap_or_default(),
            cc,
            from: self.directory.me().map(|me| me.name.clean()).unwrap_or_default(),
            channel: on.channel.clone(),
            conversation: id.clone(),
            takes: self.composer.mode == Mode::Reply
                && if many.is_some() { self.settings.composer_take } else { self.takes(on) },
            saved: self.composer.is_on_disk(),
            // A guarded reply stops for what came until its writer says that it was seen.
            guarded: self.composer.mode == Mode::Reply && self.settings.guard != Guard::Off,
        })
    }

    /// Who takes part beside the contact: names that the thread tells, and how many more there are.
    fn others_in(&self, on: &Conversation) -> Clean {
        const NAMED: usize = 2;
        let first = on.contact.as_ref().and_then(|contact| contact.id.as_ref());
        let others: Vec<&ContactId> = on.participants.iter().filter(|id| Some(*id) != first).collect();
        let open = self.thread.open.as_ref().filter(|open| open.thread.conversation.id == on.id);
        let parts = open.map_or(&[][..], |open| open.thread.parts.as_slice());
        let name_of = |id: &&ContactId| {
            let is_theirs =
                |part: &&Part| matches!(&part.author.kind, AuthorKind::Contact(Some(author)) if author == *id);
            let author = &parts.iter().find(is_theirs)?.author;
            Some(author.name.clean().or(&author.email.clean())).filter(|name| !name.is_blank())
        };
        let mut names: Vec<Clean> = others.iter().filter_map(name_of).take(NAMED).collect();
        let more = others.len() - names.len();
        if more > 0 {
            let key = if names.is_empty() { "composer-cc-count" } else { "composer-cc-more" };
            names.push(self.words.with(key, &[("count", more.into())]));
        }
        Clean::join(&names, &Clean::literal(", "))
    }

    fn takes(&self, on: &Conversation) -> bool {
        self.settings.composer_take && on.assignee.is_none() && self.directory.me().is_some()
    }

    /// `r` and `n`: writes to the conversation that the key acts on, which is shown from now on.
    pub(super) fn compose(&mut self, mode: Mode) {
        if self.is_selecting() {
            self.say(Severity::Warning, "bulk-counting");
            return;
        }
        if self.selection.is_on() {
            return self.compose_to_many(mode);
        }
        let Some(id) = self.target().map(|on| on.id.clone()) else { return };
        let why_not =
            self.why_not_written(&id).or((id.is_placeholder() && mode == Mode::Note).then_some("new-no-note"));
        if let Some(why) = why_not {
            self.say(Severity::Warning, why);
            return;
        }
        if self.layout().thread.is_none() {
            self.focus = Pane::Thread;
        }
        self.show_thread(&id, true);
        self.reopen_composer(&id, mode);
        self.open_editor_if_wanted();
    }

    /// Opens the composer for a conversation, if it is the one wanted in the thread pane.
    pub(super) fn reopen_composer(&mut self, id: &ConversationId, mode: Mode) {
        if self.thread.wanted.as_ref() != Some(id) {
            return;
        }
        self.save_draft(Haste::Leave);
        self.composer.open(id, mode);
        self.show_composer_what_is_here();
        self.focus = Pane::Composer;
    }

    /// What of the thread is on the screen beside the composer: the message counts as begun after it.
    pub(super) fn show_composer_what_is_here(&mut self) {
        let Some(open) = self.thread.open.as_ref().filter(|open| open.thread.is_here) else { return };
        if self.composer.conversation.as_ref() == Some(&open.thread.conversation.id) {
            let newest = open.thread.parts.last().map(|part| part.id.clone());
            self.composer.sees(newest.as_ref());
            self.open_waiting_editor();
        }
    }

    /// `ctrl-x s`: the agent has seen what came meanwhile; the text goes although it came.
    pub(super) fn seen_arrivals(&mut self) {
        if self.composer.arrivals.is_empty() {
            self.say(Severity::Info, "why-nothing-came");
            return;
        }
        if let Some(unseen) = self.arrival_out_of_view() {
            let page = self.thread_page();
            if let Some(open) = self.thread.open.as_mut() {
                open.bring_into_view(unseen, page);
            }
            // Those that have come into view with it have been looked at.
            let _ = self.arrival_out_of_view();
            let keys = self.keys_of(CommandId::SeenArrivals);
            let text = self.words.with("arrivals-look", &[("keys", (&keys).into())]);
            self.say_text(Severity::Warning, text, Clean::default());
            return;
        }
        self.composer.begin_again(self.now);
        self.text_changed();
        self.say(Severity::Info, "arrivals-seen");
    }

    /// Notes what of the arrivals is in view; the item of the first that never was, where the thread is
    /// on the screen.
    fn arrival_out_of_view(&mut self) -> Option<usize> {
        let page = self.thread_page();
        let open = self.thread.open.as_ref().filter(|_| page > 0)?;
        let mut first = None;
        for arrival in self.composer.arrivals.iter_mut().filter(|arrival| !arrival.looked_at) {
            let item = open.items.iter().position(|item| match item.source {
                Source::Part(at) => open.thread.parts.get(at).is_some_and(|part| part.id == arrival.part),
                Source::Pending(_) => false,
            });
            match item {
                Some(at) if !open.shows_head(at, page) => first = first.or(Some(at)),
                _ => arrival.looked_at = true,
            }
        }
        first
    }

    /// The composer lies here: its text is shown in what is left of it.
    pub(super) fn composer_shown_in(&mut self, area: super::Area) {
        if self.composer.conversation.is_some() {
            let above = self.composer.rows_above().min(area.height.saturating_sub(1));
            self.composer.shown_in(area.width.saturating_sub(MARGINS), area.height.saturating_sub(above));
        }
    }

    /// `ctrl-x r`: who gets a reply is who takes part in the conversation.
    pub(super) fn change_recipients(&mut self) {
        if self.writes_to_many() {
            self.say(Severity::Warning, "why-many-recipients");
            return;
        }
        let id = self.composer.conversation.clone();
        match id.as_ref().and_then(|id| self.known(id)).cloned() {
            Some(on) => {
                self.say(Severity::Info, "recipients-are-participants");
                self.open_picker(PickerKind::Participants(Box::new(on)));
            }
            None => self.say(Severity::Warning, "why-not-loaded"),
        }
    }

    /// `esc`: leaves; the draft stays. An empty composer closes.
    pub(super) fn leave_composer(&mut self) {
        if self.close_over_text() {
            return;
        }
        self.composer.editor_waits = false;
        self.drop_path();
        self.save_draft(Haste::Leave);
        self.focus = Pane::Thread;
        if self.composer.is_blank() && self.composer.files.is_empty() {
            let left = self.composer.bound();
            self.composer.close();
            self.forget_if_unwritten(left);
        }
    }

    /// Closes the composer because another conversation comes into its place; the draft stays.
    pub(super) fn put_composer_away(&mut self) {
        self.drop_path();
        if self.composer.conversation.is_none() {
            return;
        }
        self.save_draft(Haste::Leave);
        let left = self.composer.bound();
        self.composer.close();
        if self.focus == Pane::Composer {
            self.focus = Pane::Thread;
        }
        self.forget_unwritten(left);
    }

    /// Sends what is written, with what follows, as one group.
    pub(super) fn send(&mut self, then: &Then) {
        if self.writes_to_many() {
            return self.send_to_many(then);
        }
        let Some(id) = self.composer.conversation.clone() else { return };
        self.attach_next();
        if self.composer.is_attaching() || self.attach_path.is_some() {
            self.say(Severity::Warning, "why-attaching");
            return;
        }
        let text = self.composer.text();
        let text = text.trim_end();
        if text.trim().is_empty() {
            self.say(Severity::Warning, "why-empty-text");
            return;
        }
        let Some(on) = self.known(&id).cloned() else {
            self.say(Severity::Warning, "why-not-loaded");
            return;
        };
        let mode = self.composer.mode;
        if let Some(opening) = Self::opening_of(&on) {
            return self.send_first(&on, &opening, text.to_owned(), then);
        }
        let mut acts = Vec::new();
        let assigns = matches!(then, Then::Act(Act::Assign { .. }));
        let takes = mode == Mode::Reply && self.takes(&on) && !assigns;
        if let Some(me) = self.me().filter(|_| takes) {
            acts.push(Act::Assign { to: AssignTo::Teammate(me) });
        }
        let (text, files) = (text.to_owned(), self.composer.files.clone());
        acts.push(match mode {
            Mode::Reply => Act::Reply { text, files },
            Mode::Note => Act::Note { text, files },
        });
        match then {
            Then::Close if on.state != crate::domain::State::Closed => acts.push(Act::Close),
            Then::Act(act) if !act.already_so(&on) => acts.push(act.clone()),
            _ => {}
        }
        let began = self.composer.began().cloned();
        let began = began.filter(|_| mode == Mode::Reply && self.settings.guard != Guard::Off);
        // The last words go first: a draft of ours is used up whatever was typed since its last save.
        self.save_draft(Haste::Pause);
        // A draft that was never looked at is not used up.
        let uses: Vec<_> = self.composer.knows_disk().then(|| (id.clone(), mode)).into_iter().collect();
        let Some(group) = self.commit(&on, acts, uses, began) else { return };
        self.composer.take(&group);
        self.focus = Pane::Thread;
        if *then != Then::Stay {
            self.advance(&id);
        }
    }

    /// Pasted text. Where there is no text to put it into, it runs nothing.
    pub(super) fn paste(&mut self, pasted: &str) {
        self.pending.clear();
        if let Some(input) = self.front_input() {
            input.insert(pasted);
            self.input_changed();
        } else if self.layers.is_empty() && self.focus == Pane::Composer {
            self.insert_at_cursor(pasted);
        } else if !pasted.trim().is_empty() {
            self.say(Severity::Info, "paste-runs-nothing");
        }
    }

    /// Everything that must be safe before the program leaves.
    pub(super) fn quit(&mut self) {
        self.save_all();
        self.save_place();
        self.out.push(Effect::Quit);
    }
}
