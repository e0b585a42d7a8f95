//! Unwanted mail: what the API can do about it, chosen by key.

use super::super::App;
use super::super::layers::{Confirm, Layer};
use super::On;
use crate::domain::{Act, ContactRef};
use crate::keymap::Key;
use crate::text::{Clean, Untrusted};

/// The name of the tag.
const TAG: &str = "spam";

/// The question about unwanted mail.
#[derive(Clone, Debug, PartialEq)]
pub struct SpamAsk {
    /// What is unwanted.
    pub on: On,
    /// Who wrote it; absent for several conversations, or when it is not known: nobody can be blocked then.
    pub contact: Option<ContactRef>,
}

impl SpamAsk {
    /// Who wrote it, as they are shown.
    #[must_use]
    pub fn name(&self) -> Clean {
        self.contact.as_ref().map(ContactRef::shown_name).unwrap_or_default()
    }
}

impl App {
    /// `!`: asks what is to be done.
    pub(in crate::app) fn open_spam(&mut self, on: On) {
        let contact = on.as_one().and_then(|on| on.contact.clone()).filter(|contact| contact.id.is_some());
        self.layers.push(Layer::Confirm(Confirm::Spam(Box::new(SpamAsk { on, contact }))));
    }

    /// A key for a question that is answered by one of several; any other key leaves everything as it is.
    pub(in crate::app) fn answer_question(&mut self, asked: Confirm, key: Key) {
        if let Confirm::Spam(ask) = asked {
            if key == Key::char('s') {
                self.close_as_spam(ask.on);
            } else if key == Key::char('b') && ask.contact.is_some() {
                self.layers.push(Layer::Confirm(Confirm::Block(ask)));
            }
        }
    }

    /// Closes and tags; the tag is made where the workspace has none, and left out where it cannot be made.
    fn close_as_spam(&mut self, on: On) {
        let tag = self.directory.find_tag(TAG).map(|tag| Act::Tag { tag: tag.id.clone(), name: tag.name.clone() });
        match tag {
            Some(tag) => {
                self.act_on(&on, vec![tag, Act::Close]);
            }
            // Away from the helpdesk no tag can be made: what is unwanted is closed all the same.
            None => self.close_with_new_tag(on, Untrusted::new(TAG)),
        }
    }

    /// Yes: blocks who wrote it, for good.
    pub(in crate::app) fn block_now(&mut self, ask: SpamAsk) {
        if let (On::One(on), Some(contact)) = (ask.on, ask.contact) {
            self.act(&on, vec![Act::Block { contact }]);
        }
    }
}
