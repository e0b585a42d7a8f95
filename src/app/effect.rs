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
    /// Open a web address in the agent's browser, or where there is none beside this terminal, copy it.
    OpenLink(String),
    /// Put a text into the clipboard of the agent's terminal.
    Copy(String),
    /// Clear the terminal and draw everything again.
    Redraw,
}
