//! The query language: the search line, sidebar entries, views, `--query`, conditions of macros and SLA
//! policies all hold a [`Query`].
//!
//! Owns the grammar, its one canonical printed form, evaluation in memory and compilation to SQL over
//! the cache's effective columns. Knows `domain` and `text`; knows nothing of `SQLite` itself, of the
//! network or of the screen, and reads no clock: time comes in with the [`Context`]. Enter at
//! [`Query::parse`], then [`Query::resolve`], which binds names and moments; what it gives answers
//! [`Resolved::matches`] and [`Resolved::to_sql`], which agree on every conversation.

mod ast;
mod error;
mod fields;
mod matches;
mod parse;
mod print;
mod resolve;
mod sort;
mod span;
mod sql;
mod words;

pub use ast::Query;
pub use error::QueryError;
pub use fields::FIELDS;
pub use matches::Subject;
pub use resolve::{Context, Resolved};
pub use sort::Sort;
pub use sql::{Clause, SqlValue};
pub use words::haystack;
