//! The real program in a real terminal. One binary: each links the whole crate.
//!
//! `terminal` is the terminal, `served` a helpdesk beside it and `hostile_desk` one that says the worst in every field;
//! `demo`, `mouse`, `account`, `workspaces`, `tmux`, `storm` and `hostile` are what is tried.
#![cfg(unix)]
#![allow(missing_docs, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "deadlines of waits")]

mod account;
mod demo;
mod hostile;
#[path = "../hostile/mod.rs"]
mod hostile_desk;
mod mouse;
mod served;
mod storm;
mod terminal;
mod tmux;
mod workspaces;
