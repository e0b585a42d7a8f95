//! Every command once: what the palette, the keys, the help and the status line are fed from.
//!
//! Owns the table of commands, the contexts in which keys are looked up, and the judgement whether a
//! command makes sense now, on a plain snapshot of [`Facts`]. Must not know how a command is carried
//! out, nor which key runs it. Enter at [`Command::all`] and [`CommandId`].

mod context;
mod facts;
mod table;

pub use context::Context;
pub use facts::Facts;
pub use table::{Command, CommandId};
