//! Web addresses: opened on this machine, or copied to the one where the agent sits.

use std::io;

use super::screen::{End, TheScreen};
use crate::app::Msg;
use crate::host;
use crate::sync::message::Event;
use crate::text::Untrusted;

impl TheScreen {
    /// Opens an address, or copies it where a browser would open unseen.
    pub(super) fn open_link(&mut self, url: &str) -> io::Result<Option<End>> {
        let key = if host::is_remote() {
            Self::copy(url);
            "link-remote"
        } else if let Err(error) = host::open_url(url) {
            tracing::warn!(%error, "the browser could not be opened");
            "link-not-opened"
        } else {
            "link-opened"
        };
        self.tell(Msg::Event(Box::new(Event::Notice { key, details: Untrusted::new(url) })))
    }

    /// Puts a text into the clipboard of the terminal.
    pub(super) fn copy(text: &str) {
        if let Err(error) = host::copy(text, &mut io::stdout()) {
            // A terminal that is gone is found by the next frame.
            tracing::warn!(%error, "the clipboard could not be reached");
        }
    }
}
