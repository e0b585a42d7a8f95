//! The only door for text from outside.
//!
//! Owns [`Untrusted`] (what came from outside: no `Display`, no `AsRef`), [`Clean`] (what may be
//! shown: only this room makes it), widths, folding for matching, HTML to blocks, and Markdown to HTML. Knows no
//! other room. Enter at [`clean()`] for a line, [`html::blocks`] for a message body.

mod ambiguous;
pub mod bidi;
mod clean;
mod filter;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod fuzz_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod hostile_tests;
pub mod html;
pub mod language;
pub mod markdown;
mod measure;
mod printable;
#[doc(hidden)]
pub mod properties;
mod shape;

pub use clean::{Clean, Untrusted, clean, clean_entry, clean_lines, visible_lines};
pub use language::Language;
pub use measure::{beginning, graphemes, is_ambiguous_wide, pad, set_ambiguous_wide, truncate, width, wrap};
pub use shape::{canonical, fold, said, said_plainly};
