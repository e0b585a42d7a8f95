//! Client and helpdesk together, with faults between them. One binary: each links the whole crate.
//!
//! `between` is the network that fails, `workplace` the helpdesk and the engines, `child` a process that
//! can be killed, `hostile_desk` a helpdesk that says the worst in every field. The tests that are marked as ignored are entries of such processes and do nothing by
//! themselves.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "deadlines of waits")]

mod between;
mod bulk;
mod child;
mod command_line;
mod commands;
mod counting;
mod crash;
mod disk;
mod faults;
mod files;
mod guarded;
mod hostile;
#[path = "../hostile/mod.rs"]
mod hostile_desk;
mod matrix;
mod pulling;
mod side_by_side;
mod soak;
mod starting;
mod together;
mod workplace;
