//! Hostile texts of our own, one table for every class of them: what each shows, and what no one of them does.

use super::filter::is_forbidden;
use super::{Clean, Untrusted, bidi, clean, clean_entry, html, truncate, visible_lines, width};

/// A class, the text as it comes, and what one line of it shows.
const CASES: &[(&str, &str, &str)] = &[
    // Controls and escapes: pictures.
    ("clear the screen", "Hi\u{1b}[2J\u{1b}[Hgone", "Hi␛[2J␛[Hgone"),
    ("colour", "\u{1b}[31;1mURGENT\u{1b}[0m", "␛[31;1mURGENT␛[0m"),
    ("window title", "\u{1b}]0;owned\u{7}", "␛]0;owned␇"),
    ("title report", "\u{1b}[21t", "␛[21t"),
    ("clipboard", "\u{1b}]52;c;cm0gLXJm\u{7}", "␛]52;c;cm0gLXJm␇"),
    (
        "hyperlink",
        "\u{1b}]8;;http://evil.example\u{1b}\\bank\u{1b}]8;;\u{1b}\\",
        "␛]8;;http://evil.example␛\\bank␛]8;;␛\\",
    ),
    ("device control", "\u{1b}P$q\"p\u{1b}\\", "␛P$q\"p␛\\"),
    ("application command", "\u{1b}_Ga=T\u{1b}\\", "␛_Ga=T␛\\"),
    ("answerback", "a\u{5}b", "a␅b"),
    ("bell", "\u{7}\u{7}", "␇␇"),
    ("backspaces", "safe\u{8}\u{8}\u{8}\u{8}evil", "safe␈␈␈␈evil"),
    ("shift out", "\u{e}lqk\u{f}", "␎lqk␏"),
    ("C1 control sequence", "\u{9b}2J", "�2J"),
    ("C1 string", "\u{9d}0;x\u{9c}", "�0;x�"),
    ("delete and null", "a\u{7f}b\u{0}c", "a␡b␀c"),
    ("next line", "a\u{85}b", "a�b"),
    ("a paste's end", "\u{1b}[201~rm -rf", "␛[201~rm -rf"),
    ("half an escape", "x\u{1b}", "x␛"),
    // More than one line, where there is one.
    ("fake line below", "Hello\r\nassigned to: Ana", "Hello assigned to: Ana"),
    ("carriage return", "Hello\rBye", "Hello Bye"),
    ("vertical tab and form feed", "a\u{b}b\u{c}c", "a␋b␌c"),
    ("line separator", "a\u{2028}b\u{2029}c", "a␤b␤c"),
    // Order.
    ("override in a file name", "photo_\u{202e}gpj.exe", "photo_�gpj.exe"),
    ("isolates", "\u{2067}abc\u{2069}", "�abc�"),
    ("embedding without end", "\u{202b}\u{202b}\u{202b}x", "�x"),
    ("direction marks", "+49\u{200e} 30\u{200f}\u{61c}", "+49 30"),
    ("deprecated format", "a\u{206a}b\u{206f}c", "a�b�c"),
    // What is not seen.
    ("tag characters", "hi\u{e0020}\u{e0065}\u{e0076}\u{e0069}\u{e006c}", "hi�"),
    ("zero-width letters", "pay\u{200b}pal\u{2060}.com\u{feff}", "paypal.com"),
    ("soft hyphens", "un\u{ad}sub\u{ad}scribe", "unsubscribe"),
    ("joiners between Latin letters", "a\u{200c}d\u{200d}min", "admin"),
    ("a preheader", "Sale\u{34f} \u{200c} \u{34f} \u{200c}", "Sale   "),
    ("hidden in selectors", "😀\u{e0101}\u{e0102}\u{e0103}\u{e0104}x", "😀�x"),
    ("fillers", "a\u{115f}b\u{1160}c\u{3164}d\u{ffa0}e", "abcde"),
    ("Khmer and Mongolian unseen vowels", "a\u{17b4}b\u{180e}c", "abc"),
    ("interlinear annotation", "a\u{fff9}b\u{fffa}c\u{fffb}", "a�b�c�"),
    ("an object", "see \u{fffc}", "see �"),
    ("music unseen", "a\u{1d173}b\u{1d159}c", "a�b�c"),
    ("shorthand controls", "a\u{1bca0}b", "a�b"),
    ("private use", "\u{e000}\u{f8ff}\u{f0000}\u{10fffd}", "�"),
    ("noncharacters", "\u{fdd0}\u{ffff}\u{1fffe}\u{10ffff}", "�"),
    ("unassigned", "\u{378}\u{e01f0}", "�"),
    // Widths.
    (
        "a tower of marks",
        "a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}",
        "à\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}",
    ),
    ("a mark on our frame", "\u{338}\u{20dd}", "◌\u{338}\u{20dd}"),
    ("finals without a syllable", "a\u{11a8}\u{11a8}b한\u{11a8}", "a�b한\u{11a8}"),
    ("flags out of step", "🇫🇷🇫", "🇫🇷🇫"),
    (
        "a chain of people",
        "👩\u{200d}👩\u{200d}👩\u{200d}👩\u{200d}👩\u{200d}👩",
        "👩\u{200d}👩\u{200d}👩\u{200d}👩👩\u{200d}👩",
    ),
    ("joiners alone", "\u{200d}\u{200d}\u{200d}", ""),
    ("a keycap over a break", "0\t\u{fe0f}\u{20e3}", "0 ◌\u{20e3}"),
    ("a selector over a break", "😀\n\u{fe0f}x", "😀 x"),
    ("no-break and wide spaces", "a\u{a0}b\u{3000}c\u{2003}d", "a\u{a0}b c d"),
    // What honest people write stays.
    ("honest names", "Zoë Nguyễn 山田太郎 Анна O’Neill", "Zoë Nguyễn 山田太郎 Анна O’Neill"),
    (
        "honest scripts",
        "שלום مرحبا می\u{200c}خواهم हिन्दी தமிழ் ภาษาไทย 한국어",
        "שלום مرحبا می\u{200c}خواهم हिन्दी தமிழ் ภาษาไทย 한국어",
    ),
    ("honest emoji", "👩‍👩‍👧‍👦 ❤️ 👍🏽 1️⃣ 🇩🇪", "👩‍👩‍👧‍👦 ❤️ 👍🏽 1️⃣ 🇩🇪"),
];

#[test]
fn every_class_shows_what_is_meant_for_it() {
    for (class, hostile, shown) in CASES {
        assert_eq!(clean(hostile), **shown, "{class}");
    }
}

#[test]
fn no_class_gets_anything_through_by_any_way() {
    for (class, hostile, _) in CASES {
        let escaped: Vec<String> = hostile.chars().map(|scalar| format!("&#{};", u32::from(scalar))).collect();
        for raw in [
            (*hostile).to_owned(),
            format!("<p title=\"{hostile}\">{hostile}</p>"),
            escaped.concat(),
            hostile.repeat(50),
        ] {
            let came = Untrusted::new(&*raw);
            for shown in
                [came.clean(), came.clean_lines(), visible_lines(&raw), truncate(&raw, 10), clean(&clean_entry(&raw))]
            {
                assert!(!shown.chars().any(is_forbidden), "{class}: {shown:?}");
            }
            for line in html::layout(&html::blocks(&raw), 40, true) {
                assert!(!line.spans.iter().any(|span| span.text.chars().any(is_forbidden)), "{class}");
                assert!(line.width() <= 40, "{class}");
            }
            if let Some(order) = bidi::order(&came.clean()) {
                assert!(
                    !order.pieces.iter().any(|piece| piece.symbol(&came.clean()).chars().any(is_forbidden)),
                    "{class}"
                );
            }
            assert!(width(&truncate(&raw, 10)) <= 10, "{class}");
        }
    }
}

#[test]
fn the_source_names_what_a_line_leaves_out() {
    for (class, hostile, shown) in CASES {
        let source = visible_lines(hostile);
        if !hostile.contains(['\r', '\n', ' ']) && clean(hostile).chars().count() < hostile.chars().count() {
            assert!(
                source.contains("⟨U+") || source.contains('\u{25CC}') || class.contains("tower"),
                "{class}: {source}"
            );
        }
        assert!(!source.chars().any(is_forbidden), "{class}");
        if class.starts_with("honest names") {
            assert_eq!(source, **shown);
        }
    }
}

#[test]
fn a_name_without_a_letter_is_blank() {
    let placeholder = Clean::literal("(no name)");
    for nobody in [
        "",
        " ",
        "\u{a0}\u{2003}",
        "\u{200b}\u{200b}",
        "\u{2800}\u{2800}",
        "\u{3164}",
        "\u{115f}\u{1160}",
        "\u{ad}",
        "\u{feff}",
        "\n\t",
        "\u{200e}\u{200f}",
        "\u{fe0f}",
        "\u{200d}",
        "\u{180e}",
    ] {
        assert!(clean(nobody).is_blank(), "{nobody:?}");
        assert_eq!(clean(nobody).or(&placeholder), placeholder, "{nobody:?}");
        assert!(Untrusted::new(nobody).is_empty(), "{nobody:?}");
    }
    assert!(!clean("\u{202e}").is_blank(), "a sign is seen");
}

#[test]
fn every_line_of_a_paragraph_begins_at_its_side() {
    let body = "<p>שלום abc def עולם ghi jkl mno</p><p>Hello שלום there and more words<br>שלום</p><p>plain</p>";
    let sides: Vec<(String, bool)> = html::layout(&html::blocks(body), 14, false)
        .into_iter()
        .filter(|line| !line.spans.is_empty())
        .map(|line| (line.spans.iter().map(|span| span.text.as_str()).collect(), line.from_right))
        .collect();
    assert!(sides.iter().any(|(text, right)| text == "mno" && *right), "{sides:?}");
    assert!(sides.iter().any(|(text, right)| text.starts_with("Hello") && !right), "{sides:?}");
    assert!(sides.iter().any(|(text, right)| text == "שלום" && *right), "{sides:?}");
    assert!(sides.iter().any(|(text, right)| text == "plain" && !right), "{sides:?}");
}
