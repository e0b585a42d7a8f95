//! What the app wants done, done: one arm an effect, in order, nothing awaited.

use std::io;

use super::screen::{End, TheScreen};
use crate::app::{Effect, Msg, update};

impl TheScreen {
    /// Tells the app, and does what it wants; how the screen ends, if it does.
    pub(super) fn tell(&mut self, msg: Msg) -> io::Result<Option<End>> {
        self.set_time();
        for effect in update(&mut self.app, msg) {
            if let Some(end) = self.perform(effect)? {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    fn perform(&mut self, effect: Effect) -> io::Result<Option<End>> {
        match effect {
            Effect::Request(request) => self.sitting.desk.ask(*request),
            Effect::Quit => return Ok(Some(End::Quit)),
            Effect::Redraw => {
                self.screen.forget();
                self.draw()?;
            }
            Effect::Suspend => return self.suspend(),
            Effect::EditText { name, text } => return self.edit_text(&name, &text),
            Effect::OpenLink(url) => return self.open_link(&url),
            Effect::Copy(text) => Self::copy(&text),
            Effect::ListFolder(folder) => self.list_folder(folder),
            Effect::SwitchWorkspace(name) => self.open_workspace(name),
        }
        Ok(None)
    }

    /// Lets the app hand over what is not kept yet, whatever ended the screen or the sitting.
    pub(super) fn leave(&mut self) {
        self.set_time();
        for effect in update(&mut self.app, Msg::Leaving) {
            if let Effect::Request(request) = effect {
                self.sitting.desk.ask(*request);
            }
        }
    }
}
