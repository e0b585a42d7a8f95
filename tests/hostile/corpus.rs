//! Texts and bodies that somebody else may have written.

/// A text for any field.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is an example of.
    pub class: &'static str,
    /// The text itself; `@LONE-D800@` stands for half of a pair of surrogates.
    pub text: String,
    /// Its place in the corpus.
    pub at: usize,
}

impl Case {
    /// The word before the text.
    pub fn before(&self) -> String {
        format!("plum{:04}", self.at)
    }

    /// The word behind it.
    pub fn after(&self) -> String {
        format!("pear{:04}", self.at)
    }

    /// The text between its two words.
    pub fn told(&self) -> String {
        format!("{} {} {}", self.before(), self.text, self.after())
    }
}

/// A body in HTML.
#[derive(Clone, Debug)]
pub struct Body {
    pub name: &'static str,
    pub html: String,
    /// Words that whoever reads it must see.
    pub words: Vec<String>,
    /// Words that a browser would not show either.
    pub hidden: Vec<String>,
}

/// The beginning of every word of ours.
pub const WORDS: [&str; 2] = ["plum", "pear"];

/// All texts.
pub fn cases() -> Vec<Case> {
    let mut all: Vec<(&'static str, String)> = Vec::new();
    let mut put = |class: &'static str, text: String| all.push((class, text));
    for code in (0_u32..0x20).chain(0x7f..0xa0) {
        let letter = char::from_u32(code).unwrap_or('?');
        put(if code < 0x20 { "c0" } else { "c1" }, format!("a{letter}b"));
    }
    for sequence in SEQUENCES {
        put("sequence", (*sequence).to_owned());
        // The same begun by the single byte that C1 has for it.
        for (plain, single) in [("\x1b[", '\u{9b}'), ("\x1b]", '\u{9d}'), ("\x1bP", '\u{90}'), ("\x1b_", '\u{9f}')] {
            if let Some(rest) = sequence.strip_prefix(plain) {
                put("sequence-c1", format!("{single}{rest}"));
            }
        }
    }
    for letter in
        "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}".chars()
    {
        put("bidi", format!("pay {letter}123 to{letter} 456"));
    }
    put("bidi", "\u{202e}gpj.exe\u{202c} photo".into());
    put("bidi", "\u{2067}".repeat(300) + "deep");
    put("bidi", "access\u{202e} \u{2066}// admin\u{2069} \u{2066}".into());
    for text in [
        "\u{2028}",
        "\u{2029}",
        "a\u{2028}b\u{2029}c",
        "a\rb",
        "a\r\nb",
        "a\n\n\nb",
        "a\u{85}b",
        "a\u{b}b\u{c}c",
        "\tx\ty",
    ] {
        put("breaks", text.into());
    }
    put("tags", "x\u{e0001}\u{e0041}\u{e0042}\u{e007f}y".into());
    put("tags", "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}".into());
    put("tags", ('\u{e0020}'..='\u{e007e}').collect::<String>().repeat(20));
    for letter in "\u{ad}\u{34f}\u{115f}\u{1160}\u{17b4}\u{180e}\u{200b}\u{200c}\u{200d}\u{2060}\u{2061}\u{2064}\u{206a}\u{3164}\u{feff}\u{ffa0}\u{fff9}\u{fffb}\u{fffc}\u{1d173}\u{fe0f}\u{e0100}\u{2800}".chars() {
        put("invisible", format!("in{letter}voice"));
    }
    put("invisible", "\u{200b}".repeat(5_000));
    put("invisible", "\u{200d}\u{fe0f}".repeat(2_000));
    put("stacks", format!("Z{}", "\u{301}".repeat(500)));
    put("stacks", "Z\u{335}\u{321}\u{489}\u{20dd}".repeat(40));
    put("stacks", "\u{301}\u{302}\u{303}".into());
    put("stacks", format!("x{}y", "\u{20e3}".repeat(200)));
    put("stacks", "ก็็็็็็็็็็็็็็็็็็็็".into());
    for text in ["שלום עולם", "مرحبا بالعالم", "עברית 123 (abc)", "ﷺ", "ܫܠܡܐ", "שלום שלום abc 12/3", "العدد ٣٤٥"]
    {
        put("right-to-left", text.into());
    }
    for text in [
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "👨🏿‍🚒",
        "🇩🇪🇫🇷🇩",
        "❤️",
        "☎️ ☎",
        "1️⃣",
        "🧑‍🤝‍🧑",
        "日本語テスト",
        "한국어",
        "ｆｕｌｌ",
        "ไทยก็",
        "हिन्दी क्षत्रिय",
        "ᄀᄀᄀ각ᆨᆨ",
        "Ａ\u{3000}Ｂ",
    ] {
        put("wide", text.into());
    }
    put("wide", "👩‍".repeat(50));
    put("wide", "🇦".repeat(99));
    for letter in
        "\u{e000}\u{f8ff}\u{fdd0}\u{fdef}\u{fffe}\u{ffff}\u{1fffe}\u{10ffff}\u{f0000}\u{378}\u{e0fff}\u{2fffe}\u{fffd}"
            .chars()
    {
        put("unassigned", format!("a{letter}b"));
    }
    for text in ["@LONE-D800@", "@LONE-DC00@", "a@LONE-D83D@b", "@LONE-DC00@@LONE-D800@", "x@LONE-DBFF@"] {
        put("surrogates", text.into());
    }
    for text in [
        "https://аррӏе.com/login",
        "https://paypаl.com@evil.example/",
        "http://example.com\u{202e}/moc.live",
        "https://xn--80ak6aa92e.com",
        "https://ⅽom.example",
        "https://example.com%2f@evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://a.example/\x1b[2J",
        "https://1.1.1.1.1.1:99999/",
        "mailto:a@b?cc=c@d\r\nbcc:e@f",
        "//evil.example/x",
    ] {
        put("hosts", text.into());
    }
    for text in ["", " ", "\u{a0}\u{a0}", "\u{200b}", "\u{3164}", "\u{2800}\u{2800}", "\u{202e}\u{202c}", "\t\n"] {
        put("blank", text.into());
    }
    for text in [
        "│ NOTE  Ana Ito",
        "▎ NOTE  Ana Ito",
        "┄┄ Ana Ito assigned to Billing ┄┄",
        "────────────────────",
        "▌▎█▐",
        "╔═══╗║ ok ║╚═══╝",
        "online  outbox 0  AWAY 12m",
        "(1) close  (2) send",
        "[y/N]",
        "REPLY to everyone",
        "… 34 lines quoted",
    ] {
        put("frame", text.into());
    }
    for text in [
        "Re: x\r\nBcc: all@example.org",
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n\r\n",
        "2026-11-22T00:00:00Z ERROR forged: yes",
        "\n[error] x",
        "%s%n%x{}{0}$(id)`id`",
        "'; DROP TABLE part; --",
        "{{user.name}}",
        "--help",
        "-rf",
        "*",
    ] {
        put("headers", text.into());
    }
    for text in [
        "../../../etc/passwd",
        "..\\..\\win.ini",
        "/etc/shadow",
        "C:\\x\\y.txt",
        "CON",
        "nul.txt",
        "com1.log",
        "aux",
        "invoice.pdf.exe",
        "photo.jpg\u{202e}cod.exe",
        ".bashrc",
        "-rf",
        "~",
        "~/x",
        "a/b/c",
        "a\0b.txt",
        "x.txt\n",
        "trailing. ",
        "...",
        "..",
        ".",
        "|sh",
        "$HOME",
        "x.lnk",
        "%2e%2e%2fx",
        "a:b.txt",
        "file\u{2215}slash",
        "．．／x",
    ] {
        put("files", text.into());
    }
    put("huge", "A".repeat(100_000));
    put("huge", "wide字".repeat(20_000));
    put("huge", format!("{}\x1b[2J", "no-break\u{a0}".repeat(9_000)));
    all.into_iter().enumerate().map(|(at, (class, text))| Case { class, text, at }).collect()
}

const SEQUENCES: &[&str] = &[
    "\x1b[31mred\x1b[0m",
    "\x1b[2J",
    "\x1b[H",
    "\x1b[999;999H",
    "\x1b[3J",
    "\x1bc",
    "\x1b[!p",
    "\x1b[?1049l",
    "\x1b[?1049h",
    "\x1b[?25l",
    "\x1b[?1000h",
    "\x1b[?2004l",
    "\x1b[?2026h",
    "\x1b[?5h",
    "\x1b[20h",
    "\x1b[4h",
    "\x1b[6n",
    "\x1b[c",
    "\x1b[>c",
    "\x1b[0x",
    "\x1b[21t",
    "\x1b[14t",
    "\x1b[8;1;1t",
    "\x1b[9;1t",
    "\x1b[2;5i",
    "\x1b[1;3r",
    "\x1b[5S",
    "\x1b[9L",
    "\x1b[99M",
    "\x1b[99P",
    "\x1b[99@",
    "\x1b[8m",
    "\x1b[100b",
    "\x1b[=1c",
    "\x1b[>0q",
    "\x1b[?u",
    "\x1b[>1u",
    "\x1b[200~rm\n\x1b[201~",
    "\x1b]0;owned\x07",
    "\x1b]2;owned\x1b\\",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b]52;c;?\x07",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\x1b]4;1;?\x07",
    "\x1b]10;?\x07",
    "\x1b]11;#ff0000\x07",
    "\x1b]104\x07",
    "\x1b]9;note\x07",
    "\x1b]777;notify;a;b\x07",
    "\x1b]99;;x\x1b\\",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1b]7;file://x/y\x07",
    "\x1b]133;A\x07",
    "\x1b]50;?\x07",
    "\x1b]12;red\x07",
    "\x1bP$q\"p\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1bPq#0;2;0;0;0~\x1b\\",
    "\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\",
    "\x1b_Gf=100,a=T;AAAA\x1b\\",
    "\x1b^pm\x1b\\",
    "\x1bXsos\x1b\\",
    "\x1b(0lqqk\x1b(B",
    "\x1b#8",
    "\x1b%G",
    "\x1bn",
    "\x1b7\x1b8",
    "\x1bM",
    "\x1bE",
    "\x1bD",
    "\x1bH",
    "\x1bZ",
    "\x1b=",
    "\x1b>",
    "\x1b[",
    "\x1b]0;",
    "\x1b",
    "\x1bP",
    "\x0e\x0f",
    "\x07",
    "\x08\x08\x08",
    "\x1b\\",
    "\x05",
    "\x1b[1;1H\x1b[0K",
    "\x1b[?1;2$y",
    "\x1b[27;1;1~",
    "\x1b[<0;1;1M",
    "\x1bk title\x1b\\",
    "\x1b[201~\x1b[200~",
];

/// All bodies; `large` with those of many megabytes.
pub fn bodies(large: bool) -> Vec<Body> {
    let mut all = Vec::new();
    let mut put = |name: &'static str, hidden: &[&str], html: &dyn Fn(&str, &str) -> String| {
        let at = 7_000 + all.len();
        let (before, after) = (format!("plum{at}"), format!("pear{at}"));
        let html = html(&before, &after);
        all.push(Body {
            name,
            html,
            words: vec![before, after],
            hidden: hidden.iter().map(|word| (*word).into()).collect(),
        });
    };
    put("deep", &[], &|a, b| format!("<p>{a}</p>{}deep{}<p>{b}</p>", "<div>".repeat(150), "</div>".repeat(150)));
    put("active", &["unseen3", "unseen4", "unseen5"], &|a, b| {
        format!(
            "<p>{a}</p><script>unseen3(1)</script><style>p{{unseen4:red}}</style><template>unseen5</template><p>{b}</p>"
        )
    });
    put("embedded", &[], &|a, b| {
        format!(
            "<p>{a}</p><svg onload=x><text>t</text></svg><math><mi>x</mi></math><iframe src=//evil.example></iframe>\
             <object data=x></object><embed src=y><form action=/x><input value=v></form><p>{b}</p>"
        )
    });
    put("hidden", &["unseen0", "unseen1", "unseen2"], &|a, b| {
        format!(
            "<p>{a}</p><p style='display:none'>unseen0</p><div style=\"VISIBILITY: hidden\">unseen1</div><p hidden>unseen2</p><p>{b}</p>"
        )
    });
    put("tables", &[], &|a, b| {
        format!("<p>{a}</p><table><tr><td colspan=1000000000 rowspan=4294967295>x</td></tr></table><p>{b}</p>")
    });
    put("many columns", &[], &|a, b| {
        format!("<p>{a}</p><table><tr>{}</tr></table><p>{b}</p>", "<td>c</td>".repeat(12))
    });
    put("entities", &[], &|a, b| {
        format!(
            "<p>{a} &#27;[2J &#x1b;]0;x&#7; &#155;1m &#8238;abc &#xe0041; &#0; &#xD800; &#1114112; &#x110000; {} {b}</p>",
            "&nbsp;&zwj;".repeat(500)
        )
    });
    put("links", &[], &|a, b| {
        format!(
            "<p>{a} <a href='https://evil.example/x'>https://bank.example/login</a> <a href='javascript:alert(1)'>run</a> \
             <a href=\"https://xn--e1awd7f.example\">x</a> <a href='https://a\u{202e}b.example/\x1b[2J'>y</a> \
             <a href='mailto:a@b.example'>mail</a> <a href='file:///etc/passwd'>f</a> <a href='data:text/html,x'>d</a> {b}</p>"
        )
    });
    put("pictures", &[], &|a, b| {
        format!(
            "<p>{a} <img src='https://evil.example/p.gif' width=1 height=1><img alt='\x1b[2Jalt\u{202e}' src='cid:x'><img src='data:image/png;base64,AAAA'> {b}</p>"
        )
    });
    put("broken", &[], &|a, b| {
        format!(
            "<p>{a} <b><i><<>></p></zzz><!-- <p>--> <![CDATA[x]]> <?php x ?> <a href=\"x>y</a>\">z</a> </p><p>{b}</p>"
        )
    });
    put("attributes", &[], &|a, b| {
        format!("<p {}>{a}</p><p title='\x1b]0;x\x07' class=\"{}\">{b}</p>", "data-x=y ".repeat(60), "z".repeat(500))
    });
    put("lists", &[], &|a, b| {
        format!("<p>{a}</p>{}<li>x{}<ol start=-99999999999><li>y</ol><p>{b}</p>", "<ul>".repeat(60), "</ul>".repeat(60))
    });
    put("preformatted", &[], &|a, b| format!("<pre>{a}\n\x1b[31m\tx\r\n{}\n</pre><p>{b}</p>", "y".repeat(5_000)));
    put("direction", &[], &|a, b| format!("<p dir=rtl>{a} <bdo dir=rtl>abc</bdo> <bdi>x</bdi> {b}</p>"));
    if large {
        let at = 7_900;
        // What is shown of these is told to be a part.
        let floods: [(&'static str, String); 6] = [
            ("100k cells", format!("<table><tr>{}", "<td>c</td>".repeat(100_000))),
            ("100k attributes", format!("<p {}>x", "data-x=y ".repeat(100_000))),
            ("100k levels", "<div><b>".repeat(50_000)),
            ("10 MB of text", "many words of it ".repeat(620_000)),
            ("10 MB of tags", "<i>x</i><br>".repeat(850_000)),
            ("10 MB of one word", "x".repeat(10 << 20)),
        ];
        for (name, flood) in floods {
            let before = format!("plum{}", at + all.len());
            let html = format!("<p>{before}</p>{flood}");
            all.push(Body { name, html, words: vec![before], hidden: Vec::new() });
        }
    }
    all
}
