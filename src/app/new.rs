//! A new conversation: to whom, by which channel, under which subject; then it is written in the composer
//! like any other, under a placeholder.
//!
//! Owns the form and what becomes of the placeholder. What is sent, and once, is the engine's.

use super::composer::Place;
use super::composer_run::Then;
use super::input::Input;
use super::layers::Layer;
use super::shelf::Haste;
use super::{App, Pane, Severity, ThreadPane};
use crate::command::CommandId;
use crate::domain::{Act, AssignTo, Channel, ContactRef, ContactRole, Conversation, ConversationId, Mode, Opening};
use crate::sync::message::{FoundContact, Generation, Request};
use crate::text::{Clean, Untrusted, clean, fold};

/// A line of the form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// To whom.
    #[default]
    To,
    /// By mail or in the messenger.
    Channel,
    /// The subject of a mail.
    Subject,
}

/// What is asked before a new conversation is written.
#[derive(Clone, Debug, Default)]
pub struct NewForm {
    /// The line that is typed into.
    pub field: Field,
    /// Name, address, phone number or id, as typed.
    pub to: Input,
    /// Contacts that fit what is typed.
    pub found: Vec<FoundContact>,
    /// Which of them, an address that nobody has after them.
    pub cursor: usize,
    /// Whom it goes to, once chosen.
    pub chosen: Option<ContactRef>,
    /// By which channel.
    pub channel: Channel,
    /// The subject.
    pub subject: Input,
    /// What was typed to choose the channel; empty after each key.
    pub(super) switch: Input,
    /// The newest question.
    pub(super) asked: Generation,
    /// Its answer is not here yet: nobody can tell whether somebody is called that.
    pub waits: bool,
    /// `enter` was pressed before the answer came.
    goes_on: bool,
}

impl NewForm {
    /// What is typed, when it is an address that none of those found has.
    #[must_use]
    pub fn new_address(&self) -> Option<Clean> {
        let typed = self.to.text().trim();
        let known = self.found.iter().any(|one| one.email.as_raw().eq_ignore_ascii_case(typed));
        (is_address(typed) && !known).then(|| clean(typed))
    }

    /// How many lines may be chosen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.len() + usize::from(self.new_address().is_some())
    }

    /// Whether there is nobody to choose.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one at the cursor.
    fn at_cursor(&self) -> Option<ContactRef> {
        if let Some(one) = self.found.get(self.cursor) {
            return Some(ContactRef {
                id: Some(one.id.clone()),
                name: one.name.clone(),
                email: one.email.clone(),
                role: ContactRole::default(),
            });
        }
        let email = self.new_address().map(|_| Untrusted::new(self.to.text().trim()))?;
        Some(ContactRef { id: None, name: Untrusted::default(), email, role: ContactRole::Lead })
    }

    /// The line that is typed into.
    pub(super) fn input(&mut self) -> &mut Input {
        match self.field {
            Field::To => &mut self.to,
            Field::Channel => &mut self.switch,
            Field::Subject => &mut self.subject,
        }
    }
}

/// What a contact is found by, folded.
fn names(one: &FoundContact) -> String {
    fold(&format!("{} {} {}", one.name.clean(), one.email.clean(), one.company.clean()))
}

/// Whether a text has the form of a mail address.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | ',' | ';' | '(' | ')');
    match text.split_once('@') {
        Some((name, host)) => {
            let dots = host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains("..");
            !name.is_empty() && dots && !host.contains('@') && text.chars().all(plain) && text.len() <= 254
        }
        None => false,
    }
}

/// What is being begun.
#[derive(Clone, Debug, Default)]
pub(super) struct Starting {
    /// The placeholder that the engine was asked to keep.
    awaited: Option<ConversationId>,
    /// How many were begun in this run.
    count: u64,
}

impl App {
    /// `c`: asks to whom.
    pub(super) fn open_new(&mut self) {
        self.layers.push(Layer::New(Box::new(NewForm { channel: Channel::Email, ..NewForm::default() })));
    }

    /// What is typed in the form has changed.
    pub(super) fn new_typed(&mut self, mut form: Box<NewForm>) {
        match form.field {
            Field::To => {
                form.chosen = None;
                form.cursor = 0;
                form.goes_on = false;
                let text = form.to.text().trim().to_owned();
                // Those that still fit stay, so that nothing flickers between two letters.
                let folded = fold(&text);
                form.found.retain(|one| !folded.is_empty() && folded.split(' ').all(|word| names(one).contains(word)));
                form.asked = self.next_generation();
                form.waits = !text.is_empty();
                if form.waits {
                    self.ask(Request::Find { generation: form.asked, text });
                }
            }
            Field::Channel => {
                match form.switch.text() {
                    "e" | "E" => form.channel = Channel::Email,
                    "m" | "M" | "c" | "C" => form.channel = Channel::Chat,
                    " " => form.channel = other(&form.channel),
                    _ => {}
                }
                form.switch = Input::default();
            }
            Field::Subject => {}
        }
        self.layers.push(Layer::New(form));
    }

    /// Contacts that fit what is typed, when the form in front asked for them. Returns whether it did.
    pub(super) fn hear_found_for_new(&mut self, generation: Generation, contacts: &[FoundContact]) -> bool {
        let Some(Layer::New(form)) = self.layers.last_mut() else { return false };
        if form.asked != generation {
            return false;
        }
        form.found = contacts.to_vec();
        form.cursor = form.cursor.min(form.len().saturating_sub(1));
        form.waits = false;
        if std::mem::take(&mut form.goes_on)
            && let Some(Layer::New(form)) = self.layers.pop()
        {
            self.new_go_on(form, false);
        }
        true
    }

    /// A step in the form: among those found, or to the other channel.
    pub(super) fn step_new(form: &mut NewForm, step: super::moving::Step) {
        match form.field {
            Field::To => form.cursor = step.from(form.cursor, form.len(), 10),
            Field::Channel => form.channel = other(&form.channel),
            Field::Subject => {}
        }
    }

    /// `esc` in the form goes back to the line before; what is typed stays. Whether there is one.
    pub(super) fn leave_new_line(&mut self) -> bool {
        let Some(Layer::New(form)) = self.layers.last_mut() else { return false };
        form.field = match form.field {
            Field::To => return false,
            Field::Channel => Field::To,
            Field::Subject => Field::Channel,
        };
        true
    }

    /// `enter` (or `tab`) in the form: on to the next line, and from the last one to the text.
    pub(super) fn new_go_on(&mut self, mut form: Box<NewForm>, is_tab: bool) {
        match form.field {
            // Who it is may be known a moment later: an address is no new lead before that.
            Field::To if form.waits => form.goes_on = true,
            Field::To => match form.at_cursor() {
                Some(to) => {
                    if to.email.is_empty() {
                        form.channel = Channel::Chat;
                    } else if to.id.is_none() {
                        // A messenger reaches only who has used it.
                        form.channel = Channel::Email;
                    }
                    form.chosen = Some(to);
                    form.field = Field::Channel;
                }
                None => self.say(Severity::Warning, "new-to-whom"),
            },
            Field::Channel => {
                let to = form.chosen.clone().unwrap_or_default();
                if form.channel == Channel::Email && to.email.is_empty() {
                    self.say(Severity::Warning, "new-no-address");
                } else if form.channel == Channel::Chat && to.id.is_none() {
                    self.say(Severity::Warning, "new-no-messenger");
                } else if form.channel == Channel::Email {
                    form.field = Field::Subject;
                } else if is_tab {
                    form.field = Field::To;
                } else {
                    self.begin(&form);
                    return;
                }
            }
            Field::Subject if is_tab => form.field = Field::To,
            Field::Subject if form.subject.text().trim().is_empty() => {
                self.say(Severity::Warning, "new-no-subject");
            }
            Field::Subject => {
                self.begin(&form);
                return;
            }
        }
        self.layers.push(Layer::New(form));
    }

    fn begin(&mut self, form: &NewForm) {
        let Some(to) = form.chosen.clone() else { return };
        self.starting.count += 1;
        let Some(id) = ConversationId::placeholder(&format!("{}-{}", self.session, self.starting.count)) else {
            return;
        };
        let subject =
            if form.channel == Channel::Email { form.subject.text().trim().to_owned() } else { String::new() };
        let opening = Box::new(Opening { to, channel: form.channel.clone(), subject });
        self.starting.awaited = Some(id.clone());
        self.ask(Request::BeginNew { id, opening });
    }

    /// A new conversation is on disk: it is written now, unless the agent has begun something else.
    pub(super) fn hear_new_begun(&mut self, id: &ConversationId) {
        if self.starting.awaited.as_ref() != Some(id) {
            return;
        }
        self.starting.awaited = None;
        if !self.layers.is_empty() || self.focus == Pane::Composer {
            let keys = self.keys_of(CommandId::GoDrafts);
            let text = self.words.with("new-waits", &[("keys", (&keys).into())]);
            self.say_text(Severity::Info, text, Clean::default());
            return;
        }
        self.focus = Pane::Thread;
        self.show_thread(id, true);
        self.reopen_composer(id, Mode::Reply);
    }

    /// Why nothing can be written for a new conversation, when it cannot: its message is under way.
    pub(super) fn why_not_written(&self, id: &ConversationId) -> Option<&'static str> {
        let is_under_way = self.outbox.of(id).any(|row| row.act.opening().is_some());
        (id.is_placeholder() && is_under_way).then_some("new-under-way")
    }

    /// What a new conversation is begun with, as its placeholder has it.
    pub(super) fn opening_of(on: &Conversation) -> Option<Opening> {
        let to = on.contact.clone().filter(|_| on.id.is_placeholder())?;
        Some(Opening { to, channel: on.channel.clone(), subject: on.title.as_raw().to_owned() })
    }

    /// Sends the first message, with what follows, as one group. What follows comes to the conversation that
    /// it begins.
    pub(super) fn send_first(&mut self, on: &Conversation, opening: &Opening, text: String, then: &Then) {
        let why_not = if self.composer.files.is_empty() { self.why_not_written(&on.id) } else { Some("new-no-files") };
        if let Some(why) = why_not {
            self.say(Severity::Warning, why);
            return;
        }
        let mut acts = vec![opening.act(text)];
        match then {
            Then::Close => acts.push(Act::Close),
            Then::Act(act) => acts.push(act.clone()),
            Then::Stay | Then::Next => {}
        }
        let assigns = acts.iter().any(|act| matches!(act, Act::Assign { .. }));
        if let Some(me) = self.me().filter(|_| self.settings.composer_take && !assigns) {
            acts.insert(1, Act::Assign { to: AssignTo::Teammate(me) });
        }
        self.save_draft(Haste::Pause);
        let mode = self.composer.mode;
        let uses: Vec<_> = self.composer.knows_disk().then(|| (on.id.clone(), mode)).into_iter().collect();
        let Some(group) = self.commit(on, acts, uses, None) else { return };
        self.composer.take(&group);
        self.focus = Pane::Thread;
        if *then != Then::Stay {
            self.advance(&on.id);
        }
    }

    /// The composer leaves a place: a new conversation for which nothing was written is forgotten.
    pub(super) fn forget_unwritten(&mut self, key: Option<Place>) {
        let Some((id, _)) = key.filter(|(id, _)| id.is_placeholder()) else { return };
        let is_written = self.composer.has_text_for(&id) || self.why_not_written(&id).is_some();
        if !is_written && !self.is_sending(&id) {
            self.ask(Request::ForgetNew(id));
        }
    }

    /// The same, and the thread pane stops showing it.
    pub(super) fn forget_if_unwritten(&mut self, key: Option<Place>) {
        let Some((id, _)) = key.filter(|(id, _)| id.is_placeholder()) else { return };
        if self.composer.has_text_for(&id) || self.why_not_written(&id).is_some() || self.is_sending(&id) {
            return;
        }
        self.ask(Request::ForgetNew(id.clone()));
        self.leave_placeholder(&id);
    }

    fn is_sending(&self, id: &ConversationId) -> bool {
        self.composer.sending.iter().any(|sending| sending.conversation == *id)
    }

    /// The thread pane stops showing what stood for a new conversation.
    fn leave_placeholder(&mut self, id: &ConversationId) {
        if self.thread.wanted.as_ref() != Some(id) {
            return;
        }
        self.thread = ThreadPane { asked: self.thread.asked, ..ThreadPane::default() };
        self.focus = Pane::List;
        self.cursor_moved();
    }

    /// A first message has arrived: what it began takes the place of what stood for it.
    pub(super) fn hear_started(&mut self, placeholder: &ConversationId, became: Option<&ConversationId>) {
        self.begun.remove(placeholder);
        let shown = self.thread.wanted.as_ref() == Some(placeholder);
        if self.composer.conversation.as_ref() == Some(placeholder) {
            self.save_draft(Haste::Leave);
            self.composer.close();
            if self.focus == Pane::Composer {
                self.focus = Pane::Thread;
            }
        }
        if let Some(id) = became {
            let number = clean(id.as_str());
            let text = self.words.with("new-started", &[("number", (&number).into())]);
            self.say_text(Severity::Info, text, Clean::default());
            if shown {
                let focus = self.focus;
                self.show_thread(id, focus != Pane::List && focus != Pane::Sidebar);
                self.focus = focus;
            }
        } else {
            self.say(Severity::Info, "new-started-unknown");
            if shown {
                self.leave_placeholder(placeholder);
            }
        }
        self.ask_begun();
        self.ask_outbox();
    }
}

const fn other(channel: &Channel) -> Channel {
    match channel {
        Channel::Email => Channel::Chat,
        _ => Channel::Email,
    }
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_is_told_from_words() {
        for good in ["ana@example.com", "a.b+c@mail.example.co.uk", "zoë@bücher.example"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "ana",
            "ana@",
            "@example.com",
            "ana@example",
            "a b@example.com",
            "a@b@c.d",
            "Ana <ana@example.com>",
            "a@.com",
            "a@b..c",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
