//! Keys to commands, as data.
//!
//! Owns the [`Key`] type (independent of any terminal library), sequences of keys by context, the reading of
//! keymap files, and the agent's own keys of pipes beside them ([`OwnKeys`]). Must not know what a command does.
//! Enter at [`Keymap::shipped`] and [`Keymap::lookup`].

mod key;
mod load;
mod own;
mod trie;

pub use key::{Key, KeyCode, show};
pub use own::{OwnKeys, OwnLookup};
pub use trie::{Binding, Keymap, Lookup};

pub use crate::command::Context;
