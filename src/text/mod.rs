//! The only door for text from outside.
//!
//! Owns [`Untrusted`] (what came from outside: no `Display`, no `AsRef`), [`Clean`] (what may be
//! shown: only this room makes it), widths, folding for matching, HTML to blocks, and Markdown to HTML. Knows no
//! other room. Enter at [`clean()`] for a line, [`html::blocks`] for a message body.

mod clean;
mod filter;
pub mod html;
pub mod language;
pub mod markdown;
mod measure;
mod printable;
mod shape;

pub use clean::{Clean, Untrusted, clean, clean_entry, clean_lines};
pub use language::Language;
pub use measure::{graphemes, pad, truncate, width, wrap};
pub use shape::{canonical, fold, said, said_plainly};
