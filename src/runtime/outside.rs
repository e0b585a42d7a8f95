//! What the app wants from outside: the agent's editor at the terminal, and folders read aside.

use std::io;
use std::sync::atomic::Ordering;

use super::screen::{End, TheScreen, Wake};
use crate::app::Msg;
use crate::app::composer::attach::{Entry, Listing};
use crate::host;
use crate::text::Untrusted;

impl TheScreen {
    /// Hands the terminal to the agent's editor until that ends. The engine goes on; its news waits.
    pub(super) fn edit_text(&mut self, name: &str, text: &str) -> io::Result<Option<End>> {
        self.keys.rest();
        // Keys that raise signals are meant for the editor.
        self.aside.store(true, Ordering::SeqCst);
        self.guard.leave();
        let edited = host::edit_text(&self.sitting.session.paths.data, name, text);
        let taken = self.guard.enter_again();
        self.aside.store(false, Ordering::SeqCst);
        self.keys.resume();
        taken?;
        if let Some(end) = self.taken_back()? {
            return Ok(Some(end));
        }
        self.tell(Msg::Edited(edited.map_err(|error| error.to_string())))
    }

    /// Reads a folder aside: a disk may be far away.
    pub(super) fn list_folder(&self, folder: String) {
        let wake = self.wake.clone();
        std::thread::spawn(move || {
            let found = host::list_folder(&folder);
            let entry = |found: host::FolderEntry| Entry {
                name: Untrusted::new(found.name),
                is_folder: found.is_folder,
                size: found.size,
                kind: found.kind,
            };
            let is_missing = found.is_err();
            let entries = found.unwrap_or_default().into_iter().map(entry).collect();
            let listing = Listing { folder, entries, is_missing };
            // Fails only after the loop has ended.
            let _ = wake.send(Wake::Told(Box::new(Msg::Listed(Box::new(listing)))));
        });
    }
}
