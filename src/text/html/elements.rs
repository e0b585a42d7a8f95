//! What elements and their inline styles mean for reading.

use super::tokens::Attributes;

/// Elements without an end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
            | "frame"
            | "basefont"
            | "bgsound"
            | "keygen"
    )
}

/// Elements whose contents nobody is meant to read.
pub(super) fn is_dropped(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "title" | "template" | "iframe" | "noembed" | "noframes" | "svg" | "math" | "datalist"
    )
}

/// Elements that begin and end on a line of their own.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "listing"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "optgroup"
            | "option"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "caption"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
            | "ul"
            | "xmp"
            | "textarea"
    )
}

/// Blocks that keep a blank line between themselves and others.
pub(super) fn has_margin(name: &str) -> bool {
    matches!(
        name,
        "blockquote"
            | "dl"
            | "fieldset"
            | "figure"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "listing"
            | "ol"
            | "p"
            | "pre"
            | "table"
            | "ul"
            | "xmp"
    )
}

/// Whether a start tag `opening` ends an open `open` by itself (a second `<li>`, a block in a `<p>`).
pub(super) fn ends(opening: &str, open: &str) -> bool {
    match open {
        "p" | "svg" | "math" => is_block(opening),
        "dt" | "dd" => matches!(opening, "dt" | "dd"),
        "td" | "th" => matches!(opening, "td" | "th" | "tr" | "tbody" | "thead" | "tfoot"),
        "tr" => matches!(opening, "tr" | "tbody" | "thead" | "tfoot"),
        "option" => matches!(opening, "option" | "optgroup"),
        "li" | "a" => opening == open,
        _ => false,
    }
}

/// Elements that an implied end does not reach beyond.
pub(super) fn is_wall(name: &str) -> bool {
    matches!(name, "table" | "td" | "th" | "ul" | "ol" | "dl" | "blockquote" | "div" | "body" | "html")
}

/// What an element's `style` and presentational attributes say, as far as it matters.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // independent properties
pub(super) struct Looks {
    /// Nobody sees it or anything in it.
    pub(super) hidden: bool,
    /// Text so small that nobody sees it; an element within can be larger again.
    pub(super) tiny: Option<bool>,
    pub(super) strong: Option<bool>,
    pub(super) emphasis: Option<bool>,
    pub(super) strike: bool,
    pub(super) keeps_space: Option<bool>,
    pub(super) no_margin: bool,
    /// A pixel at most in one direction.
    pub(super) speck: bool,
}

impl Looks {
    pub(super) fn of(attributes: Attributes<'_>) -> Self {
        let mut looks = Self { hidden: attributes.has("hidden"), ..Self::default() };
        let edges = [attributes.get("width"), attributes.get("height")];
        looks.speck = edges.into_iter().flatten().any(is_speck);
        if attributes.get("class").is_some_and(|class| class.contains("MsoNormal")) {
            looks.no_margin = true;
        }
        let Some(style) = attributes.get("style") else { return looks };
        let style = style.to_ascii_lowercase();
        let (mut clipped, mut flat) = (false, false);
        for declaration in style.split(';') {
            let Some((property, value)) = declaration.split_once(':') else { continue };
            let value = value.trim().trim_end_matches("!important").trim();
            match property.trim() {
                "display" => looks.hidden |= value == "none",
                "visibility" => looks.hidden |= matches!(value, "hidden" | "collapse"),
                "mso-hide" => looks.hidden |= value == "all",
                "opacity" => looks.hidden |= number(value).is_some_and(|n| n <= 0.01),
                "color" => looks.hidden |= value == "transparent",
                "font-size" => looks.tiny = number(value).map(|n| n < 2.0 && !value.ends_with("em") || n == 0.0),
                "text-indent" | "left" | "top" => looks.hidden |= number(value).is_some_and(|n| n <= -500.0),
                "overflow" => clipped = value == "hidden",
                "max-height" | "max-width" | "height" | "width" => {
                    flat |= number(value) == Some(0.0);
                    looks.speck |= is_speck(value);
                }
                "font-weight" => {
                    looks.strong = Some(matches!(value, "bold" | "bolder" | "600" | "700" | "800" | "900"));
                }
                "font-style" => looks.emphasis = Some(matches!(value, "italic" | "oblique")),
                "text-decoration" | "text-decoration-line" => looks.strike |= value.contains("line-through"),
                "white-space" => looks.keeps_space = Some(value.starts_with("pre") || value == "break-spaces"),
                "margin" => looks.no_margin |= number(value) == Some(0.0),
                "margin-bottom" => looks.no_margin |= number(value).is_some_and(|n| n < 2.0),
                _ => {}
            }
        }
        looks.hidden |= clipped && flat;
        looks
    }
}

/// The number that a length begins with.
fn number(value: &str) -> Option<f32> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(value.len());
    value[..end].parse().ok()
}

fn is_speck(value: &str) -> bool {
    !value.trim_end().ends_with(['%', 'm']) && number(value.trim()).is_some_and(|n| n <= 1.0)
}

/// Whether a class list or id has one of these names, also with the `x_` that Outlook puts before it.
pub(super) fn is_named(attributes: Attributes<'_>, names: &[&str]) -> bool {
    let words = attributes.get("class").into_iter().chain(attributes.get("id")).flat_map(str::split_ascii_whitespace);
    words.map(|word| word.trim_start_matches("x_")).any(|word| names.contains(&word))
}
