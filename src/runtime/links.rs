//! Web and mail addresses: opened on this machine, or copied to the one where the agent sits. And what else is
//! copied: written out aside, handed to the terminal here.

use std::io;

use super::screen::{End, TheScreen, Wake};
use crate::app::Msg;
use crate::app::copy::{Copied, ToWrite};
use crate::config::settings::LinkUse;
use crate::host;
use crate::sync::message::Event;
use crate::text::Untrusted;
use crate::transcript::{self, Transcript};

impl TheScreen {
    /// Opens an address, or copies it where a program would open unseen, and where it is set so.
    pub(super) fn open_link(&mut self, url: &str) -> io::Result<Option<End>> {
        let address = mail_address(url);
        if self.app.settings.links == LinkUse::Copy {
            return self.copy(address.as_deref().unwrap_or(url));
        }
        let key = if host::is_remote() {
            match (put(address.as_deref().unwrap_or(url)), &address) {
                (Copied::Done(_), None) => "link-remote",
                (Copied::Done(_), Some(_)) => "link-address-copied",
                (copied, _) => return self.tell(Msg::Copied(copied)),
            }
        } else if let Err(error) = host::open_url(url, self.not_opened(url)) {
            tracing::warn!(%error, "the browser could not be opened");
            "link-not-opened"
        } else if address.is_some() {
            "link-mail-opened"
        } else {
            "link-opened"
        };
        self.tell(Msg::Event(Box::new(Event::Notice { key, details: Untrusted::new(url) })))
    }

    /// Says that an address was not opened, when that is known later.
    fn not_opened(&self, url: &str) -> impl FnOnce() + Send + 'static {
        let (wake, details) = (self.wake.clone(), Untrusted::new(url));
        move || {
            let notice = Event::Notice { key: "link-not-opened", details };
            // Fails only after the loop has ended.
            let _ = wake.send(Wake::Told(Box::new(Msg::Event(Box::new(notice)))));
        }
    }

    /// Puts a text into the clipboard of the terminal, and says what became of it.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<Option<End>> {
        self.tell(Msg::Copied(put(text)))
    }

    /// Writes a message or a thread out aside: a thread may be long, and its disk far away.
    pub(super) fn write_out(&self, what: ToWrite) {
        let (engine, wake) = (self.sitting.session.engine.clone(), self.wake.clone());
        let zone = self.app.settings.zone.clone();
        std::thread::spawn(move || {
            let text = match &what {
                ToWrite::Message(part, format) => Some(transcript::message(part, *format)),
                ToWrite::Thread(id, format) => match engine.load_thread(id) {
                    Ok(thread) => thread.filter(|thread| !thread.parts.is_empty()).map(|thread| {
                        let (directory, now) = (engine.directory(), engine.now());
                        let (conversation, parts) = (&thread.conversation, &thread.parts[..]);
                        let whole = Transcript { conversation, parts, directory: &directory, now, zone: &zone };
                        whole.write(*format)
                    }),
                    Err(error) => {
                        tracing::warn!(%error, "a thread could not be read for copying");
                        None
                    }
                },
            };
            // Fails only after the loop has ended.
            let _ = wake.send(Wake::Told(Box::new(Msg::WrittenOut(what, text))));
        });
    }
}

/// Whom a mail link goes to.
fn mail_address(url: &str) -> Option<String> {
    crate::text::html::Link::to(url).filter(|_| url.starts_with("mailto:")).map(|link| link.host.into_string())
}

/// Hands a text to the terminal.
fn put(text: &str) -> Copied {
    match host::copy(text, &mut io::stdout()) {
        Ok(()) => Copied::Done(text.len()),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            Copied::TooLong { bytes: text.len(), most: host::LONGEST_COPY }
        }
        // A terminal that is gone is found by the next frame.
        Err(error) => {
            tracing::warn!(%error, "the clipboard could not be reached");
            Copied::Failed
        }
    }
}
