//! What elements mean for reading. Knows only their names; enter at [`kind`].

use super::tokens::Attributes;

/// What is known of an element by its name: a set of bits.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kind(u32);

const BLOCK: u32 = 1;
const VOID: u32 = 1 << 1;
const DROPPED: u32 = 1 << 2;
const MARGIN: u32 = 1 << 3;
const WALL: u32 = 1 << 4;
/// What it is to the start tags that end it.
const PARAGRAPH: u32 = 1 << 8;
const TERM: u32 = 1 << 9;
const CELL: u32 = 1 << 10;
const ROW: u32 = 1 << 11;
const OPTION: u32 = 1 << 12;
const ITEM: u32 = 1 << 13;
const ANCHOR: u32 = 1 << 14;
/// The same bits, so far to the left, say what its start tag ends.
const ENDS: u32 = 8;

impl Kind {
    /// Without an end tag.
    pub(super) const fn is_void(self) -> bool {
        self.0 & VOID != 0
    }

    /// Nobody is meant to read its contents.
    pub(super) const fn is_dropped(self) -> bool {
        self.0 & DROPPED != 0
    }

    /// Begins and ends on a line of its own.
    pub(super) const fn is_block(self) -> bool {
        self.0 & BLOCK != 0
    }

    /// Keeps a blank line between itself and others.
    pub(super) const fn has_margin(self) -> bool {
        self.0 & MARGIN != 0
    }

    /// An implied end does not reach beyond it.
    pub(super) const fn is_wall(self) -> bool {
        self.0 & WALL != 0
    }

    /// A cell of a table.
    pub(super) const fn is_cell(self) -> bool {
        self.0 & CELL != 0
    }

    /// Whether its start tag can end anything by itself.
    pub(super) const fn ends_some(self) -> bool {
        self.0 >> ENDS & (PARAGRAPH | TERM | CELL | ROW | OPTION | ITEM | ANCHOR) != 0
    }

    /// Whether its start tag ends an open `open` by itself (a second `<li>`, a block in a `<p>`).
    pub(super) const fn ends(self, open: Self) -> bool {
        (self.0 >> ENDS) & open.0 & (PARAGRAPH | TERM | CELL | ROW | OPTION | ITEM | ANCHOR) != 0
    }
}

/// What a name says.
pub(super) fn kind(name: &str) -> Kind {
    const PLAIN: u32 = BLOCK | PARAGRAPH << ENDS;
    Kind(match name {
        "p" => PLAIN | MARGIN | PARAGRAPH,
        "div" | "body" | "html" => PLAIN | WALL,
        "blockquote" | "dl" | "ol" | "ul" | "table" => PLAIN | MARGIN | WALL,
        "fieldset" | "figure" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "listing" | "pre" | "xmp" => PLAIN | MARGIN,
        "address" | "article" | "aside" | "center" | "details" | "dialog" | "dir" | "figcaption" | "footer"
        | "form" | "header" | "legend" | "main" | "menu" | "nav" | "section" | "summary" | "caption" | "textarea" => {
            PLAIN
        }
        "hr" => PLAIN | VOID,
        "li" => PLAIN | ITEM | ITEM << ENDS,
        "dt" | "dd" => PLAIN | TERM | TERM << ENDS,
        "td" | "th" => PLAIN | WALL | CELL | CELL << ENDS,
        "tr" => PLAIN | ROW | (CELL | ROW) << ENDS,
        "tbody" | "thead" | "tfoot" => PLAIN | (CELL | ROW) << ENDS,
        "option" => PLAIN | OPTION | OPTION << ENDS,
        "optgroup" => PLAIN | OPTION << ENDS,
        "a" => ANCHOR | ANCHOR << ENDS,
        "script" | "style" | "title" | "template" | "iframe" | "noembed" | "noframes" | "datalist" => DROPPED,
        // What nobody closed must not swallow the message: the next block ends it.
        "svg" | "math" | "xml" => DROPPED | PARAGRAPH,
        "area" | "base" | "br" | "col" | "embed" | "img" | "input" | "link" | "meta" | "param" | "source" | "track"
        | "wbr" | "frame" | "basefont" | "bgsound" | "keygen" => VOID,
        _ => 0,
    })
}

/// Elements without an end tag.
pub(super) fn is_void(name: &str) -> bool {
    kind(name).is_void()
}

/// Elements whose contents nobody is meant to read.
pub(super) fn is_dropped(name: &str) -> bool {
    kind(name).is_dropped()
}

/// Elements that begin and end on a line of their own.
pub(super) fn is_block(name: &str) -> bool {
    kind(name).is_block()
}

/// Whether a start tag `opening` ends an open `open` by itself.
pub(super) fn ends(opening: &str, open: &str) -> bool {
    kind(opening).ends(kind(open))
}

/// Elements within a line, as mail and helpdesks write them.
pub(super) fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "big"
            | "cite"
            | "code"
            | "del"
            | "em"
            | "font"
            | "head"
            | "i"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "tt"
            | "u"
            | "video"
            | "audio"
            | "!doctype"
    )
}

/// The names of a class list and an id, without the `x_` that Outlook puts before them.
pub(super) fn names(attributes: Attributes<'_>) -> impl Iterator<Item = &str> {
    let lists = attributes.get("class").into_iter().chain(attributes.get("id"));
    lists.flat_map(str::split_ascii_whitespace).take(NAMES).map(|word| word.trim_start_matches("x_"))
}

/// Names looked at of one element.
const NAMES: usize = 32;
