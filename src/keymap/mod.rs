//! Keys to commands, as data.
//!
//! Owns the [`Key`] type (independent of any terminal library), sequences of keys by context, and
//! the reading of keymap files. Must not know what a command does. Enter at [`Keymap::shipped`] and
//! [`Keymap::lookup`].

mod key;
mod load;
mod trie;

pub use key::{Key, KeyCode, show};
pub use trie::{Binding, Keymap, Lookup};

pub use crate::command::Context;
