//! What the app wants done outside itself.

use crate::sync::message::Request;

/// One thing to be done by the runtime, in order, unawaited.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Ask the engine.
    Request(Box<Request>),
    /// Leave the program.
    Quit,
    /// Hand the terminal back to the shell until resumed.
    Suspend,
    /// Open this workspace of config.toml, and change to it once it is open.
    SwitchWorkspace(String),
    /// Let the agent edit a text in an editor of their own, in a file of this name; the answer is
    /// `Msg::Edited`, before any other.
    EditText {
        /// Name of the file.
        name: String,
        /// What is in it.
        text: String,
    },
    /// Read what is in a folder, as its path was typed; the answer is `Msg::Listed`.
    ListFolder(String),
    /// Fetch a file of a message, for what it says; the answers are `Msg::File` with its number. One at a time:
    /// a newer one ends the one before.
    FetchFile(Box<super::file::FetchFile>),
    /// End the fetch that runs; what there is of its file goes.
    StopFetch,
    /// Open a web or mail address in the agent's program for it, or where there is none beside this terminal,
    /// copy it; what became of it is an `Event::Notice`.
    OpenLink(String),
    /// Put a text into the clipboard of the agent's terminal; the answer is `Msg::Copied`, before any other.
    Copy(String),
    /// Write a message or a thread out, aside, to be copied; the answer is `Msg::WrittenOut`.
    WriteOut(super::copy::ToWrite),
    /// Read these bodies aside and lay them out, in this order; what was wished for before and is not among them
    /// is left. The answers are `Msg::Read`.
    Read(Vec<super::thread::ToRead>),
    /// Search a thread aside, instead of whatever is being searched; the answers are `Msg::Found`. Without a
    /// question, what is kept for searching goes.
    Search(Option<Box<super::thread::Search>>),
    /// Write what goes into a command; the answer is `PipeNews::Written`.
    WritePipe(Box<super::pipes::PipeJob>),
    /// Run a command on a text; the answer is `PipeNews::Ended`.
    RunPipe(Box<super::pipes::PipeJob>, std::sync::Arc<[u8]>),
    /// Call a command off, if it still runs.
    StopPipe(u64),
    /// Clear the terminal and draw everything again.
    Redraw,
}
