//! Message bodies: HTML and plain text, written by anyone.
//!
//! Owns the walk over a body's tags (iterative, linear, capped in size, depth and attributes), the
//! width-independent [`Document`], its layout into lines, and the way between HTML and plain text.
//! Knows only `Clean`. Enter at [`blocks`], then [`layout()`].

mod build;
mod document;
mod elements;
mod layout;
mod links;
mod plain;
mod quotes;
mod read;
mod scrub;
mod tokens;

pub use build::{blocks, blocks_while, words_only};
pub use document::{Block, BlockKind, Document, Fold, Span, SpanStyle};
pub use layout::{Line, LineKind, layout};
pub use links::{Link, LinkKind};
pub(super) use plain::{escape, strip};
pub use plain::{from_plain, to_plain};
pub use scrub::sanitise;
