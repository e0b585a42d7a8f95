//! The properties of this room over many texts made by chance from hostile pieces: the bounded half of fuzzing.
//! The same number always makes the same texts.

use super::properties;

/// Numbers that look like chance (xorshift64*).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or(0) % count
    }

    fn scalar(&mut self) -> char {
        // Every plane, but mostly the first.
        let most = [0x80, 0x800, 0x3000, 0x1_0000, 0x2_0000, 0x11_0000][self.below(6)];
        u32::try_from(self.below(most)).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}')
    }

    fn text(&mut self, pieces: &[&str], most: usize) -> String {
        let count = self.below(most);
        let mut text = String::new();
        for _ in 0..count {
            match self.below(8) {
                0 | 1 => text.push(self.scalar()),
                2 => {
                    let piece = pieces[self.below(pieces.len())];
                    (0..=self.below(12)).for_each(|_| text.push_str(piece));
                }
                _ => text.push_str(pieces[self.below(pieces.len())]),
            }
        }
        text
    }
}

const LETTERS: &[&str] = &[
    "a",
    "word",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "é",
    "e\u{301}",
    "\u{301}",
    "\u{335}",
    "日本",
    "한국",
    "\u{1100}",
    "\u{1161}",
    "\u{11a8}",
    "שלום",
    "مرحبا",
    "می\u{200c}خواهم",
    "क्\u{200d}ष",
    "क्",
    "ภาษา",
    "กำ",
    "தமிழ்",
    "😀",
    "👩‍👩‍👧‍👦",
    "🇫🇷",
    "\u{1f1eb}",
    "❤\u{fe0f}",
    "1\u{fe0f}\u{20e3}",
    "👍🏽",
    "\u{1f3fd}",
    "\u{200d}",
    "\u{200c}",
    "\u{200b}",
    "\u{200e}",
    "\u{200f}",
    "\u{61c}",
    "\u{202a}",
    "\u{202e}",
    "\u{202c}",
    "\u{2066}",
    "\u{2069}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{ad}",
    "\u{34f}",
    "\u{e0041}",
    "\u{e0001}",
    "\u{e007f}",
    "🏴",
    "\u{fe01}",
    "\u{e0101}",
    "\u{1b}[31m",
    "\u{1b}]0;x\u{7}",
    "\u{1b}]8;;http://x\u{1b}\\",
    "\u{9b}2J",
    "\u{90}",
    "\u{0}",
    "\u{7f}",
    "\u{8}",
    "\u{fff9}",
    "\u{fffc}",
    "\u{fffe}",
    "\u{f8ff}",
    "\u{1d173}",
    "\u{1d159}",
    "\u{3164}",
    "\u{115f}",
    "\u{2800}",
    "\u{a0}",
    "\u{3000}",
    "(",
    ")",
    "[",
    "»",
    "1,250",
    "٣",
    "…",
    "─",
    "ﾊﾞ",
    "\u{ff9e}",
    "\u{fdd0}",
    "\u{600}",
    "\u{94d}",
    "ا",
    "ـ",
    "ש\u{5b8}",
    "\u{fdfd}",
    "\u{0e33}",
    "-",
    "/",
    ".",
    "@",
    "https://example.com/a?b=c",
];

const MARKUP: &[&str] = &[
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i>",
    "<a href=\"https://a.example/?x=1\">",
    "<a href='javascript:x'>",
    "</a>",
    "<br>",
    "<ul><li>",
    "</ul>",
    "<ol>",
    "<li>",
    "<blockquote>",
    "</blockquote>",
    "<table><tr><td>",
    "</td>",
    "<td>",
    "<tr>",
    "</table>",
    "<pre>",
    "</pre>",
    "<code>",
    "</code>",
    "<h1>",
    "</h1>",
    "<hr>",
    "<img alt=\"x\" src=y>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<div style=\"display:none\">",
    "</div>",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#27;",
    "&#x202e;",
    "&nbsp;",
    "&zwnj;",
    "&#55296;",
    "&#0;",
    "&lt;script&gt;",
    "<",
    ">",
    "\"",
    "'",
    "=",
    "&",
    "words ",
    "שלום ",
    "日本 ",
    "\u{1b}[2J",
    "\n",
    " ",
    "> ",
];

const MARKDOWN: &[&str] = &[
    "# ",
    "## ",
    "* ",
    "- ",
    "1. ",
    "> ",
    "**",
    "*",
    "_",
    "~~",
    "`",
    "```\n",
    "[a](https://a.example)",
    "[x](javascript:y)",
    "![i](https://b.example/i.png)",
    "<b>",
    "<script>",
    "&amp;",
    "\\",
    "|",
    "---\n",
    "\n",
    "\n\n",
    "    ",
    "words",
    " ",
    "שלום",
    "日本",
    "é",
    "\u{1b}[0m",
    "\u{202e}",
    "@",
    "https://c.example/d",
    "<https://e.example>",
];

fn over(seed: u64, count: usize, pieces: &[&str], most: usize, property: fn(&str) -> properties::Held) {
    let mut chance = Chance(seed);
    for case in 0..count {
        let text = chance.text(pieces, most);
        if let Err(what) = property(&text) {
            panic!("case {case} of seed {seed}: {what}\nfrom {text:?}");
        }
    }
}

#[test]
fn nothing_gets_through_the_door_but_what_may_be_shown() {
    over(0x0005_EED1, 20_000, LETTERS, 24, properties::door);
}

#[test]
fn every_line_has_an_order() {
    over(0x0005_EED2, 20_000, LETTERS, 24, properties::order);
}

#[test]
fn bodies_are_laid_out_whatever_is_in_them() {
    let pieces: Vec<&str> = MARKUP.iter().chain(LETTERS).copied().collect();
    over(0x0005_EED3, 6_000, &pieces, 24, properties::body);
}

#[test]
fn what_is_written_is_sent_without_a_control() {
    let pieces: Vec<&str> = MARKDOWN.iter().chain(LETTERS).copied().collect();
    over(0x0005_EED4, 4_000, &pieces, 24, properties::written);
}
