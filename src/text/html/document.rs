//! A message body as blocks of styled text, without a width.

use super::links::Link;
use crate::text::Clean;

/// A body ready to be laid out at any width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Blocks from top to bottom.
    pub blocks: Vec<Block>,
    /// Where links lead; number `n` on screen is `links[n - 1]`.
    pub links: Vec<Link>,
    /// Pieces of text that the sender had hidden (`display:none` and the like) and that are left out.
    pub hidden: usize,
    /// Images of a pixel that would have told the sender of the reading.
    pub trackers: usize,
    /// The body was longer than is read; its end is missing.
    pub cut: bool,
}

impl Document {
    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The link with this number on screen (from 1).
    #[must_use]
    pub fn link(&self, number: usize) -> Option<&Link> {
        self.links.get(number.checked_sub(1)?)
    }

    /// Bytes of text in it: about what laying it out costs.
    #[must_use]
    pub fn weight(&self) -> usize {
        let of = |spans: &[Span]| spans.iter().map(|span| span.text.len() + 1).sum::<usize>();
        let table = |table: &Table| table.cells().map(|cell| of(cell)).sum::<usize>();
        let block = |block: &Block| match &block.kind {
            BlockKind::Table(inner) => table(inner),
            _ => of(&block.spans),
        };
        self.blocks.iter().map(block).sum()
    }

    /// The first words that are neither quoted nor a signature, on one line, about `bytes` long.
    #[must_use]
    pub fn first_words(&self, bytes: usize) -> Clean {
        let mut words = String::new();
        let own = self.blocks.iter().filter(|block| block.fold.is_none());
        for span in own.flat_map(Block::each_span) {
            words.push_str(&span.text);
            words.push(' ');
            if words.len() >= bytes {
                break;
            }
        }
        let line: Vec<&str> = words.split_whitespace().collect();
        crate::text::clean(&line.join(" "))
    }
}

/// A paragraph, list item, heading and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// How many times it is quoted; 0 is the sender's own text.
    pub quote_depth: u8,
    /// Levels of lists that it is in.
    pub indent: u8,
    /// A blank line comes before it.
    pub gap: bool,
    /// Part of what can be folded away.
    pub fold: Option<Fold>,
    /// Its text; `\n` breaks a line. None in a table, whose text is in its cells.
    pub spans: Vec<Span>,
}

impl Block {
    /// Its text, that of a table cell by cell.
    pub fn each_span(&self) -> impl Iterator<Item = &Span> {
        let table = if let BlockKind::Table(table) = &self.kind { Some(table) } else { None };
        self.spans.iter().chain(table.into_iter().flat_map(|table| table.cells().flatten()))
    }
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// Text.
    Paragraph,
    /// A heading of level 1 to 6.
    Heading(u8),
    /// The first block of a list item.
    ListItem {
        /// `•` or `3.`
        marker: Clean,
        /// Levels of lists, from 1.
        depth: u8,
    },
    /// Text whose spaces matter.
    Code,
    /// A line across.
    Rule,
    /// Rows and columns that mean something; tables that only place things are other blocks in reading order.
    Table(Box<Table>),
}

/// The text of a table's cell; `\n` breaks a line.
pub type Cell = Vec<Span>;

/// Rows of cells. Rows may be shorter than the table is wide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What the columns are called; empty when nothing says so.
    pub header: Vec<Cell>,
    /// The rows, from top to bottom.
    pub rows: Vec<Vec<Cell>>,
    /// The columns, from left to right: whether one holds numbers, and belongs to the right.
    pub numeric: Vec<bool>,
    /// Further rows, which are not kept.
    pub more_rows: usize,
}

impl Table {
    /// All cells, those of the header first.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.header.iter().chain(self.rows.iter().flatten())
    }
}

/// What the screen may put behind one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    /// Earlier messages.
    Quoted,
    /// The sender's signature.
    Signature,
}

/// Text of one style.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: Clean,
    /// How it is meant.
    pub style: SpanStyle,
}

/// How text is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools)] // independent marks, each drawn by itself
pub struct SpanStyle {
    /// Bold.
    pub strong: bool,
    /// Italic.
    pub emphasis: bool,
    /// Struck through.
    pub strike: bool,
    /// Code within text.
    pub code: bool,
    /// A teammate's name that calls for them.
    pub mention: bool,
    /// Stands for an image.
    pub image: bool,
    /// The number and host that the layout puts behind a link; not the sender's words.
    pub marker: bool,
    /// Number of the link that it belongs to, from 1.
    pub link: Option<usize>,
}
