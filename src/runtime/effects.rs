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
            Effect::Copy(text) => return self.copy(&text),
            Effect::WriteOut(what) => self.write_out(what),
            Effect::FetchFile(wanted) => self.fetch_file(*wanted),
            Effect::StopFetch => self.stop_fetch(),
            Effect::Read(wishes) => self.reader.read(wishes),
            Effect::Search(search) => self.reader.search(search),
            Effect::ListFolder(folder) => self.list_folder(folder),
            Effect::WritePipe(job) => self.write_pipe(*job),
            Effect::RunPipe(job, text) => self.run_pipe(&job, &text),
            Effect::StopPipe(number) => self.stop_pipe(number),
            Effect::SwitchWorkspace(name) => self.open_workspace(name),
        }
        Ok(None)
    }

    /// Lets the app hand over what is not kept yet, whatever ended the screen or the sitting.
    pub(super) fn leave(&mut self) {
        self.pipes.clear();
        self.set_time();
        for effect in update(&mut self.app, Msg::Leaving) {
            if let Effect::Request(request) = effect {
                self.sitting.desk.ask(*request);
            }
        }
    }
}
