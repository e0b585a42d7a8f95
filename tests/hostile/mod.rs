//! Everything that reliability asks to survive, and a helpdesk that says it.
//!
//! `corpus` is what is said, `desk` the helpdesk that says it in every field, `judge` what may come out of the
//! program: character by character, and sequence by sequence where it is a terminal that is written to. Shared by
//! the command line's tests and those in a terminal; knows nothing of the program's own filter.
#![allow(dead_code, reason = "either test binary uses its part")]

pub mod corpus;
pub mod desk;
pub mod judge;

/// What the client signs in with; it must not be found anywhere else.
pub const TOKEN: &str = "dG9rZW4tb2YtdGhlLWhvc3RpbGUtZGVzaw";
