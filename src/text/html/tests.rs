//! What bodies become, block by block, and that any body becomes clean lines that fit.

use proptest::prelude::*;

use super::*;
use crate::text::filter::is_forbidden;

fn shown(html: &str) -> Vec<String> {
    let document = blocks(html);
    document
        .blocks
        .iter()
        .map(|block| {
            let mut line = if block.gap { "/".to_owned() } else { String::new() };
            line.push_str(&">".repeat(usize::from(block.quote_depth)));
            match &block.kind {
                BlockKind::Paragraph => line.push_str(&"  ".repeat(usize::from(block.indent))),
                BlockKind::Heading(level) => line.push_str(&"#".repeat(usize::from(*level))),
                BlockKind::ListItem { marker, depth } => line = format!("{line}{depth}{marker}"),
                BlockKind::Code => line.push('`'),
                BlockKind::Rule => line.push_str("---"),
                BlockKind::Table(table) => {
                    let row = |row: &Vec<Cell>| {
                        let words = |cell: &Cell| cell.iter().map(|span| span.text.as_str()).collect::<String>();
                        row.iter().map(words).collect::<Vec<_>>().join("|")
                    };
                    let rows: Vec<String> = table.rows.iter().map(row).collect();
                    line = format!("{line}[{}][{}]", row(&table.header), rows.join("/"));
                }
            }
            for span in &block.spans {
                line.push_str(&span.text);
            }
            line
        })
        .collect()
}

#[test]
fn paragraphs_and_line_breaks() {
    assert_eq!(shown("<p>Hi  there,</p>\n<p>a<br>b<br></p><p>c</p>"), ["Hi there,", "/a\nb", "/c"]);
    assert_eq!(shown("<div>a</div><div>b</div><div><br></div><div>c</div>"), ["a", "b", "/c"]);
    assert_eq!(shown("a<br><br><br><br>b"), ["a\n\nb"]);
    assert_eq!(
        shown("<p class=MsoNormal>a</p><p class=MsoNormal>b</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>c</p>"),
        ["a", "b", "/c"]
    );
}

#[test]
fn plain_text_keeps_its_lines() {
    assert_eq!(shown("Hello <3\nnext &amp; last\n\n  indented a<b"), ["Hello <3\nnext & last", "/  indented a<b"]);
    assert!(shown("").is_empty());
}

#[test]
fn headings_lists_code_and_rules() {
    assert_eq!(
        shown("<h2>T</h2><ul><li>a<li>b<ol start=3><li>c</li></ol></ul>x<hr><pre>  y\n   z</pre>"),
        ["##T", "/1•a", "1•b", "23.c", "/x", "/---", "/`  y\n   z"]
    );
}

#[test]
fn styles_follow_their_elements() {
    let document = blocks(
        "<p>a <b>bold <i>both</i></b> <code>c</code><span style='font-weight:700'>d</span> <a data-admin-id=1 href='#'>@Ana</a></p>",
    );
    let styled: Vec<(&str, SpanStyle)> =
        document.blocks[0].spans.iter().map(|span| (span.text.as_str(), span.style)).collect();
    let plain = SpanStyle::default();
    assert!(styled.contains(&("both", SpanStyle { strong: true, emphasis: true, ..plain })));
    assert!(styled.contains(&("c", SpanStyle { code: true, ..plain })));
    assert!(styled.contains(&("@Ana", SpanStyle { mention: true, ..plain })));
}

#[test]
fn scripts_styles_and_hidden_text_are_left_out_and_counted() {
    let document = blocks(
        "<head><title>T</title><style>p{}</style></head><div style='DISPLAY: none'>secret <p>more</p></div><p>seen</p><script>alert(1)</script>\
         <span style='font-size:0'>x<b style='font-size:14px'>y</b></span><p hidden>no</p>",
    );
    assert_eq!(document.blocks.iter().map(|block| block.spans[0].text.as_str()).collect::<Vec<_>>(), ["seen", "y"]);
    assert_eq!(document.hidden, 3);
}

#[test]
fn an_open_drawing_does_not_swallow_the_message() {
    assert_eq!(shown("<svg><text>no</text><p>yes</p>"), ["yes"]);
}

#[test]
fn images_have_labels_and_pixels_are_dropped() {
    let document = blocks(
        "<p>a <img src='https://x.org/a.png' alt='A  map'> <img src=cid:1><img width=1 height=1 src='http://t.example/p'></p>",
    );
    let words: String = document.blocks[0].spans.iter().map(|span| span.text.as_str()).collect();
    assert_eq!(words, "a [image: A map] [image]");
    assert_eq!((document.trackers, document.links.len()), (1, 1));
}

#[test]
fn links_are_numbered_once_each() {
    let document = blocks(
        "<a href='https://a.org'>x</a> <a href='https://a.org'>y</a> see https://b.org/z. <a href='javascript:x'>no</a>",
    );
    let hosts: Vec<&str> = document.links.iter().map(|link| link.host.as_str()).collect();
    assert_eq!(hosts, ["a.org", "b.org"]);
    assert_eq!(document.link(1).map(|link| link.text.as_str()), Some("x · y"));
    assert_eq!(document.link(0), None);
}

#[test]
fn table_rows_are_lines() {
    assert_eq!(
        shown("<table><tr><th>Item<th>Qty<tr><td>Tea</td> <td>2</td></tr></table>after"),
        ["[Item|Qty][Tea|2]", "/after"]
    );
}

#[test]
fn controls_in_entities_are_shown_as_signs() {
    assert_eq!(shown("<p>a&#27;[2Jb&#x202e;c</p>"), ["a␛[2Jb�c"]);
}

#[test]
fn quoted_history_is_marked() {
    let document = blocks(
        "<div>Thanks!</div><div class=gmail_quote><div class=gmail_attr>On Mon, 3 Mar 2025 Ana wrote:<br></div><blockquote>old<blockquote>older</blockquote></blockquote></div>",
    );
    let folds: Vec<(u8, Option<Fold>)> = document.blocks.iter().map(|block| (block.quote_depth, block.fold)).collect();
    let quoted = Some(Fold::Quoted);
    assert_eq!(folds, [(0, None), (0, quoted), (1, quoted), (2, quoted)]);
}

#[test]
fn deep_nesting_is_survived() {
    let html = format!("{}x{}y", "<div><b>".repeat(20_000), "</b></div>".repeat(20_000));
    assert_eq!(shown(&html), ["x", "y"]);
    let html = "<ul><li>".repeat(30_000);
    let _ = layout(&blocks(&format!("{html}end")), 20, true);
}

#[test]
fn a_long_body_says_that_it_was_cut() {
    let document = blocks(&"<p>word</p>".repeat(100_000));
    assert!(document.cut);
}

#[test]
fn tables_that_mean_something_are_told_from_those_that_place_things() {
    assert_eq!(shown("<table border=1><tr><td>Tea<td>2<tr><td>Salt</td><td>1</td></tr></table>"), ["[][Tea|2/Salt|1]"]);
    assert_eq!(
        shown("<table><tr><td><b>Item</b><td><b>Qty</b><tr><td><p class=MsoNormal>Tea</p><p>green</p><td>2</table>"),
        ["[Item|Qty][Tea\ngreen|2]"]
    );
    // One column, other tables, a role, headings, pictures side by side: these only place what is in them.
    assert_eq!(shown("<table><tr><td>a<tr><td>b</table>"), ["a", "b"]);
    assert_eq!(
        shown("<table><tr><td><table><tr><td>a</td></tr></table></td><td>b</td></tr><tr><td>c<td>d</table>"),
        ["a", "/b", "c", "d"]
    );
    assert_eq!(
        shown(
            "<table role=presentation><tr><td>Home<td>Shop</tr><tr><td>A long text that stands<br>on its own<td>x</table>"
        ),
        ["Home · Shop", "/A long text that stands\non its own", "x"].map(|line| line.trim_start_matches('/'))
    );
    assert_eq!(shown("<table><tr><td><h2>A</h2><td>b<tr><td>c<td>d</table>"), ["##A", "/b", "c · d"]);
    assert_eq!(
        shown("<table><tr><td><img src=a alt=x><td><img src=b alt=y><tr><td>c<td>d</table>"),
        ["[image: x] · [image: y]", "c · d"]
    );
}

#[test]
fn captions_and_titles_stand_above_their_table() {
    assert_eq!(
        shown("<table><caption>What</caption><tr><th colspan=2>Of it</th></tr><tr><th>a<th>b<tr><td>1<td>2</table>"),
        ["What", "Of it", "/[a|b][1|2]"]
    );
}

#[test]
fn cells_over_several_columns_and_rows_keep_the_others_in_their_places() {
    assert_eq!(
        shown("<table><tr><th>a<th>b<th>c<tr><td rowspan=2>1<td>2<td>3<tr><td>5<td>6<tr><td colspan=2>7<td>9</table>"),
        ["[a|b|c][1|2|3/|5|6/7||9]"]
    );
    let wild = "<table><tr><th colspan=1000000000 rowspan=1000000000>a<th rowspan=-1 colspan=x>b<tr><td>1<td>2</table>";
    assert_eq!(shown(wild).len(), 1);
    let wide = format!("<table border=1>{}</table>", format!("<tr>{}", "<td>x".repeat(300)).repeat(3));
    let [Block { kind: BlockKind::Table(table), .. }] = &blocks(&wide).blocks[..] else { panic!("a table") };
    assert_eq!(table.numeric.len(), super::tables::COLUMNS_CAP);
    assert_eq!(table.cells().flatten().map(|span| span.text.matches('x').count()).sum::<usize>(), 900, "none is lost");
}

#[test]
fn long_tables_say_how_many_rows_are_missing() {
    let html = format!("<table><tr><th>n<th>m</tr>{}</table>", "<tr><td>1<td>2".repeat(840));
    let document = blocks(&html);
    let [Block { kind: BlockKind::Table(table), .. }] = &document.blocks[..] else { panic!("a table") };
    assert_eq!((table.rows.len(), table.more_rows), (500, 340));
    assert_eq!(layout(&document, 80, true).last().map(|line| line.kind), Some(LineKind::MoreRows(340)));
    assert_eq!(to_plain(&html).lines().count(), 841, "searching finds them all");
}

#[test]
fn numbers_stand_on_the_right_and_narrow_tables_become_records() {
    let document = blocks("<table><tr><th>Article<th>Price<tr><td>Tea, green<td>2.50 €<tr><td>Salt<td>12.00 €</table>");
    let told = |cells| -> Vec<String> {
        let words = |line: &Line| line.spans.iter().map(|span| span.text.as_str()).collect::<String>();
        let say = |line: &Line| format!("{}{}", line.lead, words(line));
        layout(&document, cells, true).iter().map(say).collect()
    };
    assert_eq!(
        told(40),
        ["Article    │   Price", "───────────┼────────", "Tea, green │  2.50 €", "Salt       │ 12.00 €"]
    );
    assert_eq!(told(14), ["Article: Tea,", "  green", "Price: 2.50 €", "", "Article: Salt", "Price: 12.00 €"]);
    let pairs = blocks("<table><tr><td>Order<td>NW-20466<tr><td>Carrier:<td>Parcel Desk</table>");
    let lines: Vec<String> = layout(&pairs, 18, true)
        .iter()
        .map(|line| line.spans.iter().map(|span| span.text.as_str()).collect())
        .collect();
    assert_eq!(lines, ["Order: NW-20466", "Carrier: Parcel", "Desk"]);
}

#[test]
fn lists_are_numbered_as_they_ask() {
    assert_eq!(shown("<ol type=a start=3><li>x<li value=10>y<li>z</ol>"), ["1c.x", "1j.y", "1k.z"]);
    assert_eq!(shown("<ol reversed><li>x<li>y<li>z</ol>"), ["13.x", "12.y", "11.z"]);
    assert_eq!(shown("<ol reversed start=9><li>x<li>y</ol>"), ["19.x", "18.y"]);
    assert_eq!(shown("<ol style='list-style-type:upper-roman'><li>x<ul><li>y<ul><li>z</ol>"), ["1I.x", "2◦y", "3–z"]);
    assert_eq!(shown("<ul style='list-style:none'><li>x</ul>"), ["  x"]);
    assert_eq!(shown("<ol><li value=2147483647>x<li>y</ol>"), ["12147483647.x", "12147483647.y"]);
    assert_eq!(shown("<dl><dt>Term<dd>what it is</dl>"), ["Term", "  what it is"]);
}

#[test]
fn lists_that_word_wrote_are_lists() {
    let item = |marker: &str, level: u8, text: &str| {
        format!(
            "<p class=MsoListParagraph style='mso-list:l0 level{level} lfo1'><![if !supportLists]>\
             <span style='mso-list:Ignore'>{marker}<span>&nbsp;&nbsp; </span></span><![endif]>{text}<o:p></o:p></p>"
        )
    };
    let html = [item("·", 1, "one"), item("o", 2, "two"), item("3.", 1, "three")].concat();
    assert_eq!(shown(&format!("{html}<p class=MsoNormal>end</p>")), ["1•one", "2◦two", "13.three", "end"]);
}

#[test]
fn text_that_nobody_sees_is_counted() {
    for hidden in [
        "<div style='max-height:0;overflow:hidden'>x</div>",
        "<span style='font-size:1px'>x</span>",
        "<p style='opacity:0'>x</p>",
        "<p style='position:absolute;left:-10000px'>x</p>",
        "<font color=#ffffff style='background:#FFF'>x</font>",
        "<div bgcolor=white><font color=white>x</font></div>",
        "<p style='mso-hide:all'>x<b>y</b></p>",
    ] {
        let document = blocks(&format!("<p>seen</p>{hidden}"));
        assert_eq!((document.blocks.len(), document.hidden), (1, 1), "{hidden}");
    }
    for seen in [
        "<p aria-hidden=true>x</p>",
        "<td bgcolor=#fff><a class=button style='color:#fff'>x</a></td>",
        "<p style='color:#fff'>x</p>",
        "<div style='color:#fff;background:#fff'><span style='color:#000'>x</span></div>",
        "<div style='font-size:0'><span style='font-size:14px'>x</span></div>",
    ] {
        let document = blocks(&format!("<p>seen</p>{seen}"));
        assert_eq!((document.blocks.len(), document.hidden), (2, 0), "{seen}");
    }
}

#[test]
fn pixels_are_counted_and_what_only_takes_room_is_not() {
    let document = blocks(
        "<p>a<img width=1 height=1 src=http://t.example/1><img style='display:none' src=HTTPS://t.example/2>\
         <img width=600 height=1 src=http://t.example/line.gif><img src=https://a.example/spacer.gif>\
         <img width=1 height=1 src=cid:3></p>",
    );
    assert_eq!((document.trackers, document.links.len()), (2, 0));
}

#[test]
fn pictures_on_links_lead_where_the_link_leads() {
    let document = blocks(
        "<a href=https://shop.example/x><img src=https://img.example/y.png alt='Buy now'></a> <a href=https://no.example></a>",
    );
    let hosts: Vec<&str> = document.links.iter().map(|link| link.host.as_str()).collect();
    assert_eq!(hosts, ["shop.example"], "a link without words has no number");
    assert_eq!(document.link(1).map(|link| link.text.as_str()), Some("Buy now"));
}

#[test]
fn quotes_that_only_indent_are_no_quotes() {
    let html = "<p>a</p><blockquote style='margin:0 0 0 40px;border:none;padding:0'>b</blockquote>";
    assert_eq!(shown(html), ["a", "/  b"]);
    assert_eq!(shown("<p>a</p><div name=quote style='border-left:2px solid #ccc'>b</div>"), ["a", "/>b"]);
}

#[test]
fn padding_that_is_not_seen_is_left_out() {
    assert_eq!(shown(&format!("<p>Hello{}</p><p>b</p>", "&#847;&zwnj;&nbsp;".repeat(100))), ["Hello", "/b"]);
    assert_eq!(shown("a<br>&nbsp;<br>&nbsp;<br><br>b"), ["a\n\nb"]);
    assert_eq!(
        shown("<p class=MsoNormal>a</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>"),
        ["a", "/b"]
    );
}

#[test]
fn weight_counts_the_text() {
    assert_eq!(blocks("<p>abc</p>").weight(), 4);
    let table = blocks("<table><tr><th>ab<th>c<tr><td>de<td>f</table>");
    assert_eq!(table.weight(), 10);
    assert!(table.first_words(100).starts_with("ab c de"));
}

fn soup() -> impl Strategy<Value = String> {
    let tags = vec![
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<b>",
        "</b>",
        "<br>",
        "<table>",
        "<tr>",
        "<td>",
        "</td>",
        "</table>",
        "<ul>",
        "<ol>",
        "<li>",
        "</ul>",
        "<blockquote>",
        "</blockquote>",
        "<pre>",
        "</pre>",
        "<a href='https://x.org/",
        "'>",
        "</a>",
        "<img alt='",
        "<svg>",
        "<script>",
        "</script>",
        "<style>",
        "<!--",
        "-->",
        "<hr>",
        "<dl><dt>t<dd>",
        "<caption>",
        "<table border=1><tr><th>Item<th>日本語",
        "<tr><td>a b c d e f g h<td>12",
        "<td colspan=999999999999>x",
        "<td rowspan=3>y",
        "<th colspan=2>",
        "<table role=presentation>",
        "<ol reversed type=i>",
        "<li value=-5>",
        "<div class=gmail_signature>",
        "<div class=moz-cite-prefix>",
        "<blockquote type=cite>",
        "<div id=divRplyFwdMsg>",
        "<p style='mso-list:l0 level2 lfo1'>",
        "<span style='color:#fff;background:white'>",
        "<p style='display:none'>",
        "<p style='white-space:pre'>",
        "<q>",
    ];
    let texts = vec![
        "&#x202e;",
        "&amp;",
        "&lt;",
        "\n",
        "\n> ",
        "\n-- \n",
        "On 3 May Ana wrote:\n",
        " ",
        "&nbsp;",
        "\u{1b}[2J",
        "https://y.org",
        "-----Original Message-----\n",
        "From: a\nSent: b\nTo: c\n",
        "日本語",
        "e\u{301}",
        "PS: x.\n",
        "Sent from my iPhone",
        "---------- Forwarded message ---------\n",
        "see below",
    ];
    let piece = prop_oneof![
        2 => "\\PC{0,8}",
        1 => any::<String>(),
        4 => prop::sample::select(tags).prop_map(str::to_owned),
        3 => prop::sample::select(texts).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn table() -> impl Strategy<Value = String> {
    let cell = prop_oneof!["<td>[a-z 0-9é日]{0,30}", "<th>[a-z]{0,9}", "<td (col|row)span=[0-9]{1,3}>[0-9]{0,6}"];
    let row = prop::collection::vec(cell, 0..6).prop_map(|cells| format!("<tr>{}", cells.concat()));
    prop::collection::vec(row, 0..8).prop_map(|rows| format!("<table border=1>{}</table>", rows.concat()))
}

proptest! {
    #[test]
    fn any_body_becomes_clean_lines_that_fit(
        html in prop_oneof![3 => soup(), 1 => table()], cells in 0_u16..90, fold in any::<bool>()
    ) {
        let document = blocks(&html);
        for line in layout(&document, cells, fold) {
            prop_assert!(line.width() <= usize::from(cells), "{:?}", line);
            for text in line.spans.iter().map(|span| &span.text).chain([&line.lead]) {
                prop_assert!(!text.chars().any(|c| is_forbidden(c) || c == '\n'));
            }
        }
        prop_assert_eq!(&blocks(&html), &document, "the same when read twice");
        let _ = (to_plain(&html), words_only(&html), document.weight());
    }

    #[test]
    fn a_reading_that_is_left_gives_nothing(html in soup(), questions in 0_usize..4) {
        let left = std::cell::Cell::new(questions);
        let go_on = || left.replace(left.get().saturating_sub(1)) > 0;
        let read = blocks_while(&html, &go_on);
        if left.get() == 0 && questions == 0 {
            prop_assert_eq!(read, None);
        } else if let Some(document) = read {
            prop_assert_eq!(document, blocks(&html));
        }
    }

    #[test]
    fn no_word_of_a_table_is_lost(html in table()) {
        let document = blocks(&html);
        let letters = |text: &str| {
            let mut letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
            letters.sort_unstable();
            letters
        };
        let told: String = document.blocks.iter().flat_map(Block::each_span).map(|span| span.text.as_str()).collect();
        prop_assert_eq!(letters(&told), letters(&super::strip(&html)));
        let plain = to_plain(&html);
        prop_assert_eq!(letters(&plain), letters(&told));
    }
}
