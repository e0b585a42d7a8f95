//! What the app is told: keys, pastes, sizes, the passing of time, and the engine's news.

use super::mouse::Mouse;
use crate::keymap::Key;
use crate::sync::message::Event;

/// One thing that happened. The time of it is set with [`App::at`](super::App::at) beforehand.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// The mouse did something.
    Mouse(Mouse),
    /// Text was pasted, or came so fast that nobody typed it. Outside a text it runs nothing.
    Paste(String),
    /// The terminal's size in cells. The first one starts the app.
    Resize(u16, u16),
    /// The engine says something.
    Event(Box<Event>),
    /// The moment of [`App::next_wake`](super::App::next_wake) has come.
    Tick,
    /// The terminal's window came to the front, where the terminal can tell.
    FocusGained,
    /// The program is told to end (TERM, hang-up): what is being written must be safe.
    Leaving,
    /// The agent's editor has ended: the text as it was saved, or why there is none.
    Edited(Result<String, String>),
    /// A folder was read.
    Listed(Box<super::composer::attach::Listing>),
    /// News of a file that is being fetched.
    File(Box<super::file::FileNews>),
    /// What became of a copy.
    Copied(super::copy::Copied),
    /// What was to be copied is written out; nothing where it is not on disk.
    WrittenOut(super::copy::ToWrite, Option<String>),
    /// Bodies have been read.
    Read(Vec<super::thread::Reading>),
    /// Some of what is searched for in the thread was found.
    Found(Box<super::thread::Found>),
    /// What becomes of a command of the agent's own.
    Pipe(Box<super::pipes::PipeNews>),
    /// The terminal's window is no longer in front: nothing counts as read meanwhile.
    FocusLost,
}
