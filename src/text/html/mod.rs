//! Message bodies: HTML and plain text, written by anyone.
//!
//! Owns the walk over a body's tags (iterative, linear, capped in size, depth and attributes), the
//! width-independent [`Document`], its layout into lines, and the way between HTML and plain text.
//! Knows only `Clean`. Enter at [`blocks`], then [`layout()`].
//!
//! A body goes through `tokens` (tags and text), `read` (what they mean: `elements`, `looks`, `programs`, `lists`,
//! `tables`), `build` (clean blocks), `quotes` (what lines say of others: `history`, `folds`), and for each width
//! through `layout` (`columns` for tables). `words` stands in when that fails or takes too long.

mod build;
mod columns;
mod document;
mod elements;
mod folds;
mod history;
#[cfg(test)]
mod hostile_tests;
mod layout;
mod links;
mod lists;
mod looks;
#[cfg(test)]
mod mails_tests;
mod piece;
mod plain;
mod programs;
mod quotes;
mod read;
mod scrub;
mod tables;
#[cfg(test)]
mod tests;
mod tokens;
mod words;

pub use build::{blocks, blocks_while};
pub use document::{Block, BlockKind, Cell, Document, Fold, Span, SpanStyle, Table};
pub use layout::{Line, LineKind, layout};
pub(super) use links::addresses;
pub use links::{Link, LinkKind, Warning, percent_decoded};
pub(super) use plain::{escape, strip};
pub use plain::{from_plain, to_plain};
pub use scrub::sanitise;
pub use words::words_only;
