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
    /// Clear the terminal and draw everything again.
    Redraw,
}
