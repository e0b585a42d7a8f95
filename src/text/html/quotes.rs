//! Which blocks are earlier messages or a signature.
//!
//! Works on what a body says rather than on who wrote it, so it also sees what plain-text mail and mail
//! programs without markup of their own leave behind. What is in doubt stays in sight. Enter at [`mark`].

use std::borrow::Cow;

use super::document::{Block, BlockKind, Span};
use super::folds::{Marked, set_folds};
use super::history::{Mark, is_said, marks_of};
use crate::text::Clean;

/// Rows of a table that are looked at for the headers of an earlier message.
const HEADER_ROWS: usize = 8;
/// Stands for a block that is no text of its own lines: it ends what came before.
const BARRIER: &str = ".";
/// Blocks between two questions whether to go on.
const ASK_EVERY: usize = 64;

/// A block and what its sender's program said about it.
pub(super) struct Draft {
    pub(super) block: Block,
    /// It introduces a quote.
    pub(super) attribution: bool,
    /// A program made the quote that it is in.
    pub(super) cited: bool,
}

/// Splits blocks where their meaning changes, and marks what can be folded; none when it was told to stop.
pub(super) fn mark(drafts: Vec<Draft>, go_on: &dyn Fn() -> bool) -> Option<Vec<Block>> {
    let marks = marks_of_all(&drafts);
    if !go_on() {
        return None;
    }
    let mut marked: Vec<Marked> = Vec::with_capacity(drafts.len());
    for (index, (draft, marks)) in drafts.into_iter().zip(marks).enumerate() {
        if index % ASK_EVERY == 0 && !go_on() {
            return None;
        }
        let Draft { block, attribution, cited } = draft;
        if attribution && block.quote_depth == 0 {
            marked.push(Marked { block, mark: Mark::Attribution, cited });
        } else if block.fold.is_some() || marks.iter().all(|mark| *mark == Mark::None) {
            marked.push(Marked { block, mark: Mark::None, cited });
        } else if block.kind == BlockKind::Paragraph {
            split(block, marks, cited, &mut marked);
        } else {
            // Of a table only its first rows say something.
            let mark = if marks.contains(&Mark::Earlier) { Mark::Earlier } else { Mark::None };
            marked.push(Marked { block, mark, cited });
        }
    }
    set_folds(&mut marked);
    Some(marked.into_iter().map(|marked| marked.block).collect())
}

/// What the lines of each block mean. They are looked at together, since headers may be blocks of their own.
fn marks_of_all(drafts: &[Draft]) -> Vec<Vec<Mark>> {
    let mut texts: Vec<Cow<'_, str>> = Vec::with_capacity(drafts.len());
    for Draft { block, .. } in drafts {
        texts.push(match &block.kind {
            BlockKind::Paragraph => text_of(&block.spans),
            BlockKind::Table(table) => {
                let rows = table.header.chunks(table.header.len().max(1)).chain(table.rows.iter().map(Vec::as_slice));
                let rows = rows.take(HEADER_ROWS).map(|row| {
                    let cells: Vec<Cow<'_, str>> = row.iter().map(|cell| text_of(cell)).collect();
                    cells.join(" ").replace('\n', " ")
                });
                Cow::Owned(rows.collect::<Vec<String>>().join("\n"))
            }
            _ => Cow::Borrowed(BARRIER),
        });
    }
    let lines: Vec<&str> = texts.iter().flat_map(|text| text.split('\n')).collect();
    let marks = marks_of(&lines);
    let mut rest = marks.as_slice();
    texts
        .iter()
        .map(|text| {
            let (own, after) = rest.split_at(text.split('\n').count());
            rest = after;
            own.to_vec()
        })
        .collect()
}

fn text_of(spans: &[Span]) -> Cow<'_, str> {
    match spans {
        [] => Cow::Borrowed(""),
        [one] => Cow::Borrowed(&one.text),
        _ => Cow::Owned(spans.iter().map(|span| span.text.as_str()).collect()),
    }
}

/// A paragraph, in as many blocks as its lines have meanings.
fn split(block: Block, marks: Vec<Mark>, cited: bool, out: &mut Vec<Marked>) {
    let lines = lines_of(&block.spans);
    let before = out.len();
    let mut group = Group { lines: Vec::new(), mark: Mark::None, gap: block.gap };
    for (line, mark) in lines.into_iter().zip(marks) {
        let quoted = matches!(mark, Mark::Quote(_));
        let line = if quoted { without_quote_signs(line) } else { line };
        let continues = match mark {
            Mark::None => match group.mark {
                Mark::Quote(_) | Mark::SentFrom | Mark::Notice | Mark::Ruler => false,
                Mark::Attribution => is_blank(&line),
                Mark::Signature => !is_said(&text_of(&line)),
                _ => true,
            },
            // A blank line parts what is quoted, too.
            Mark::Quote(_) => mark == group.mark && !is_blank(&line),
            Mark::Attribution => mark == group.mark,
            // Whatever stands under a signature is part of it.
            Mark::SentFrom | Mark::Notice | Mark::Ruler => group.mark == Mark::Signature,
            _ => false,
        };
        if !continues && !group.lines.is_empty() {
            group.put(&block, cited, out);
        }
        if group.lines.is_empty() {
            group.mark = mark;
        }
        group.lines.push(line);
    }
    group.put(&block, cited, out);
    if out.len() == before {
        // Nothing but signs: they are what was written.
        out.push(Marked { block, mark: Mark::None, cited });
    }
}

/// Lines of one meaning.
struct Group {
    lines: Vec<Vec<Span>>,
    mark: Mark,
    /// A blank line comes before them.
    gap: bool,
}

impl Group {
    /// Adds the lines as one block, and begins anew.
    fn put(&mut self, block: &Block, cited: bool, out: &mut Vec<Marked>) {
        let mut lines = std::mem::take(&mut self.lines);
        let leading = lines.iter().take_while(|line| is_blank(line)).count();
        lines.drain(..leading);
        self.gap |= leading > 0;
        let mut blank_after = lines.is_empty() && self.gap;
        while lines.last().is_some_and(|line| is_blank(line)) {
            lines.pop();
            blank_after = true;
        }
        let gap = std::mem::replace(&mut self.gap, blank_after);
        if lines.is_empty() {
            return;
        }
        let quotes = if let Mark::Quote(depth) = self.mark { depth } else { 0 };
        let part = Block {
            kind: BlockKind::Paragraph,
            quote_depth: block.quote_depth.saturating_add(quotes),
            indent: block.indent,
            gap: gap && !out.is_empty(),
            fold: block.fold,
            spans: joined(lines),
        };
        out.push(Marked { block: part, mark: self.mark, cited });
    }
}

fn is_blank(line: &[Span]) -> bool {
    line.iter().all(|span| span.text.is_blank())
}

fn lines_of(spans: &[Span]) -> Vec<Vec<Span>> {
    let mut lines = vec![Vec::new()];
    for span in spans {
        for (index, text) in span.text.each_line().enumerate() {
            if index > 0 {
                lines.push(Vec::new());
            }
            if !text.is_empty()
                && let Some(line) = lines.last_mut()
            {
                line.push(Span { text, style: span.style });
            }
        }
    }
    lines
}

fn joined(lines: Vec<Vec<Span>>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (index, line) in lines.into_iter().enumerate() {
        if index > 0 {
            spans.push(Span { text: Clean::vouch("\n".to_owned()), style: super::document::SpanStyle::default() });
        }
        for span in line {
            match spans.last_mut() {
                Some(last) if last.style == span.style && !span.style.image => last.text.push(&span.text),
                _ => spans.push(span),
            }
        }
    }
    spans
}

fn without_quote_signs(mut line: Vec<Span>) -> Vec<Span> {
    if let Some(first) = line.first_mut() {
        let bare = first.text.trim_start_matches(['>', ' ', '\u{A0}']);
        // What was a mark on the last `>` begins the line now: it needs a base again.
        first.text = crate::text::clean_lines(bare);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::{Fold, blocks};
    use super::*;

    /// `.` own, `q` quoted, `s` signature, one letter a block.
    fn folds(body: &str) -> String {
        let letter = |block: &Block| match block.fold {
            None => '.',
            Some(Fold::Quoted) => 'q',
            Some(Fold::Signature) => 's',
        };
        blocks(body).blocks.iter().map(letter).collect()
    }

    #[test]
    fn plain_quotes_with_their_introduction() {
        let body =
            "Yes please.\n\nOn Mon, 3 Mar 2025 at 10:12, Ana <ana@x.org>\nwrote:\n> Shall we?\n> > Really\n>\n> ok";
        assert_eq!(folds(body), ".qqqq");
        let depths: Vec<u8> = blocks(body).blocks.iter().map(|block| block.quote_depth).collect();
        assert_eq!(depths, [0, 0, 1, 2, 1]);
        assert_eq!(folds(&format!("{body}\n\nBest")), "......", "something of the sender's comes after it");
    }

    #[test]
    fn introductions_in_many_languages() {
        for line in [
            "Am 03.03.2025 um 10:12 schrieb Max Muster <m@x.de>:",
            "Max Muster <m@x.de> schrieb am Mo., 3. März 2025, 10:12:",
            "Le lun. 3 mars 2025 à 10:12, Zoé a écrit :",
            "El lun, 3 mar 2025 a las 10:12, Zoe (<z@x.es>) escribió:",
            "Il giorno lun 3 mar 2025 alle ore 10:12 Zoe <z@x.it> ha scritto:",
            "Op ma 3 mrt 2025 om 10:12 schreef Zoe <z@x.nl>:",
            "Em seg., 3 de mar. de 2025 às 10:12, Zoe <z@x.pt> escreveu:",
            "Den mån 3 mars 2025 kl 10:12 skrev Zoe <z@x.se>:",
            "pon., 3 mar 2025 o 10:12 Zoe <z@x.pl> napisał(a):",
            "пн, 3 мар. 2025 г. в 10:12, Zoe <z@x.org>:",
            "2025年3月3日(月) 10:12 Zoe <z@x.jp>:",
            "Zoe <z@x.org> 于2025年3月3日周一 10:12写道：",
            "On Monday, March 3rd, 2025 at 10:12 AM, Zoe <z@x.org>\nwrote:",
            "On Mon, 3 Mar 2025 at 10:12,\nZoe of the Harbour School <z@x.org>\nwrote:",
        ] {
            assert_eq!(folds(&format!("Thanks\n\n{line}\n> Hello\n> you")), ".qq", "{line}");
        }
    }

    #[test]
    fn an_introduction_without_a_quote_stays_in_sight() {
        assert_eq!(folds("Hi\n\nOn 3 May you wrote:\n\nthat it works"), "...");
        assert_eq!(folds("On 3 May 2025 at 9:10 Ana wrote:\nthat it works\n> not\n> so"), "..q");
    }

    #[test]
    fn separators_and_outlook_headers_fold_the_rest() {
        for line in [
            "-----Original Message-----",
            "-----Ursprüngliche Nachricht-----",
            "-------- Message d'origine --------",
            "-----Mensaje original-----",
            "-----Messaggio originale-----",
            "-------- Oorspronkelijk bericht --------",
            "-----Mensagem original-----",
            "------------------ 原始邮件 ------------------",
            "##- Please type your reply above this line -##",
            "##- Bitte geben Sie Ihre Antwort über dieser Zeile ein -##",
            "--- Veuillez répondre au-dessus de cette ligne ---",
        ] {
            assert_eq!(folds(&format!("Ok\n\n{line}\nold\n\nolder")), ".qq", "{line}");
        }
        for headers in [
            "From: Ana\nSent: Monday\nTo: Bo\nSubject: x",
            "*From:* Ana\n*Date:* Monday\n*To:* Bo",
            "Von: Ana\nGesendet: Montag\nAn: Bo\nBetreff: x",
            "De : Ana\nEnvoyé : lundi\nÀ : Bo\nObjet : x",
            "De: Ana\nEnviado el: lunes\nPara: Bo\nAsunto: x",
            "Da: Ana\nInviato: lunedì\nA: Bo\nOggetto: x",
            "Van: Ana\nVerzonden: maandag\nAan: Bo\nOnderwerp: x",
            "De: Ana\nEnviada em: segunda\nPara: Bo\nAssunto: x",
            "From: Ana\nSent: Monday\nCc: C\nImportance: High\nSensitivity: none\nSubject: x",
        ] {
            assert_eq!(folds(&format!("Ok\n\n{headers}\n\nold")), ".qq", "{headers}");
            let html = headers.replace('\n', "</div><div>");
            let folded = folds(&format!("<p>Ok</p><hr><div>{html}</div><div>old</div>"));
            assert!(folded.starts_with(".qqq") && !folded[1..].contains('.'), "{folded} {headers}");
        }
        let ruled = "Ok\n________________________________\nFrom: Ana\nSent: Monday\nTo: Bo\n\nold";
        assert_eq!(folds(ruled), ".qqq", "the line belongs to it");
        assert_eq!(folds("one\n-----\ntwo"), "...");
        assert_eq!(folds("<p>ok</p><div id=x_divRplyFwdMsg>From: a</div><div>old</div>"), ".qq");
        assert_eq!(folds("Two notes.\n\nFrom: the harbour\nit is not far."), "..");
    }

    #[test]
    fn forwarded_mail_is_not_folded_but_what_it_quotes_is() {
        assert_eq!(
            folds("FYI\n\n---------- Forwarded message ---------\nFrom: Ana\nDate: Mon\nTo: Bo\n\nnews"),
            "...."
        );
        let apple = "<div>See this</div><div>Begin forwarded message:</div><blockquote type=cite><p>From: Ana</p><p>news</p>\
                     <blockquote type=cite><p>a</p><p>b</p></blockquote></blockquote>";
        assert_eq!(folds(apple), "....qq");
    }

    #[test]
    fn nothing_is_folded_when_everything_would_be() {
        assert_eq!(folds("> one\n> two"), ".");
        assert_eq!(folds("<blockquote>all</blockquote>"), ".");
        assert_eq!(folds("On 3 May 2025 at 10:12, Ana <a@x.org> wrote:\n> one\n\nSent from my iPhone"), "...");
        assert_eq!(
            folds("<div id=AppleMailSignature>My answer is no.</div><blockquote type=cite>old</blockquote>"),
            ".."
        );
    }

    #[test]
    fn signatures_end_at_the_next_quote() {
        assert_eq!(folds("Hi\n\n-- \nAna\nShop\n\n> old"), ".sq");
        assert_eq!(folds("<p>Hi</p><div class=gmail_signature><p>Ana</p><p>Shop</p></div>"), ".ss");
        assert_eq!(folds("Hi\n\nSent from my iPhone\n\nOn 3 May 2025 at 9:10, Ana wrote:\n> old"), ".sqq");
    }

    #[test]
    fn signatures_swallow_nothing_that_was_said() {
        assert_eq!(folds("Hi\n\n-- \nAna\nShop, Rotterdam\n\n+31 10 555 0101\n\nPS: please call before noon"), ".ss.");
        assert_eq!(folds("Hi\n\n-- \nAna\nPS. Could you also send the green one?"), ".s.");
        assert_eq!(folds("<div class=signature>Ana</div><p>And one more thing that I forgot to tell you.</p>"), "s.");
    }

    #[test]
    fn replies_between_quotes_stay_in_sight() {
        assert_eq!(folds("> q1\nanswer one\n> q2\nanswer two"), "....");
        let long = "> line\n>\n".repeat(20);
        let folded = folds(&format!("{long}> last\nanswer"));
        assert!(folded.starts_with("qqqq") && folded.ends_with(".."), "{folded}");
        assert_eq!(folds("> q1\nanswer one\n\nAna wrote:\n> q2\n> q3"), "..qq");
    }

    #[test]
    fn history_that_holds_the_answers_is_shown() {
        let history = "-----Original Message-----\nFrom: Ana\n\nold";
        assert_eq!(folds(&format!("See my answers in red.\n\n{history}")), "...");
        assert_eq!(folds(&format!("The inlined picture is fine.\n\n{history}")), ".qq");
    }

    #[test]
    fn a_quote_made_by_hand_is_part_of_what_is_said() {
        assert_eq!(folds("<p>The page says:</p><blockquote>Free returns within 30 days.</blockquote>"), "..");
        assert_eq!(folds("<p>Ok</p><blockquote type=cite>Free returns.</blockquote>"), ".q");
        assert_eq!(folds("<p>Ok</p><blockquote>On Tuesday Ana wrote:<br>Free returns.</blockquote>"), ".qq");
    }

    #[test]
    fn arrows_and_faces_are_no_quotes() {
        assert_eq!(blocks(">>>").blocks.len(), 1);
        assert_eq!(folds(">:( why\n-> there"), ".");
    }
}
