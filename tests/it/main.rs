//! Client and helpdesk together, with faults between them. One binary: each links the whole crate.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "deadlines of waits")]

mod between;
mod command_line;
mod faults;
mod together;
mod workplace;
