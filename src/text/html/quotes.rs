//! Which blocks are earlier messages or a signature.
//!
//! Works on what a body says rather than on who wrote it, so it also sees what plain-text mail and mail
//! programs without markup of their own leave behind. What is in doubt stays in sight.

use super::document::{Block, BlockKind, Fold, Span};
use crate::text::{Clean, fold};

/// Lines that the headers of an earlier message may take.
const HEADER_LINES: usize = 6;
/// Bytes up to which a line can be an introduction or a separator.
const LINE_CAP: usize = 400;

/// A block and what its sender's program said about it.
pub(super) struct Draft {
    pub(super) block: Block,
    /// It introduces a quote.
    pub(super) attribution: bool,
}

/// What a line of text means for what follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    /// Quoted with this many `>`.
    Quote(u8),
    /// `On … wrote:`; quoted if a quote follows.
    Attribution,
    /// `-----Original Message-----`, or the headers of one: quoted, and all after it.
    Earlier,
    /// What follows is forwarded: the point of the message.
    Forward,
    /// `-- `
    Signature,
}

/// Splits blocks where their meaning changes, and marks what can be folded.
pub(super) fn mark(drafts: Vec<Draft>) -> Vec<Block> {
    let mut marked: Vec<(Block, Mark)> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        if draft.attribution {
            marked.push((draft.block, Mark::Attribution));
        } else if draft.block.kind == BlockKind::Paragraph && draft.block.fold.is_none() {
            split(draft.block, &mut marked);
        } else {
            marked.push((draft.block, Mark::None));
        }
    }
    set_folds(&mut marked);
    let mut blocks: Vec<Block> = marked.into_iter().map(|(block, _)| block).collect();
    let own = blocks.iter().any(|block| block.fold != Some(Fold::Quoted) && block.kind != BlockKind::Rule);
    if !own {
        // Nothing but history: it is what the message is about.
        for block in &mut blocks {
            block.fold = None;
        }
    }
    blocks
}

fn set_folds(marked: &mut [(Block, Mark)]) {
    let mut rest: Option<Fold> = None;
    let mut forwarded = false;
    let quoted_next: Vec<bool> = marked
        .iter()
        .skip(1)
        .map(|(block, mark)| block.quote_depth > 0 || block.fold == Some(Fold::Quoted) || *mark == Mark::Earlier)
        .chain([false])
        .collect();
    for (index, (block, mark)) in marked.iter_mut().enumerate() {
        match mark {
            Mark::Forward => (forwarded, rest) = (true, None),
            Mark::Earlier if !forwarded => rest = Some(Fold::Quoted),
            Mark::Signature if rest.is_none() => rest = Some(Fold::Signature),
            _ => {}
        }
        if block.quote_depth > 0 && rest == Some(Fold::Signature) {
            rest = None;
        }
        let introduces = *mark == Mark::Attribution && quoted_next.get(index) == Some(&true);
        if block.quote_depth > 0 || introduces {
            block.fold = Some(Fold::Quoted);
        } else {
            block.fold = block.fold.or(rest);
        }
    }
    // A line across before an earlier message belongs to it.
    for index in 1..marked.len() {
        if marked[index].0.fold == Some(Fold::Quoted) && marked[index - 1].0.kind == BlockKind::Rule {
            marked[index - 1].0.fold = Some(Fold::Quoted);
        }
    }
}

/// A paragraph, in as many blocks as its lines have meanings.
fn split(block: Block, out: &mut Vec<(Block, Mark)>) {
    let lines = lines_of(&block.spans);
    let texts: Vec<String> = lines.iter().map(|line| line.iter().map(|span| span.text.as_str()).collect()).collect();
    let marks = marks_of(&texts);
    if marks.iter().all(|mark| *mark == Mark::None) {
        out.push((block, Mark::None));
        return;
    }
    let before = out.len();
    let mut group: Vec<Vec<Span>> = Vec::new();
    let mut group_mark = Mark::None;
    let mut gap = block.gap;
    for (line, mark) in lines.into_iter().zip(marks) {
        let continues = match mark {
            Mark::None => !matches!(group_mark, Mark::Quote(_)),
            Mark::Quote(_) | Mark::Attribution => mark == group_mark,
            _ => false,
        };
        if !continues && !group.is_empty() {
            gap = put_group(&block, std::mem::take(&mut group), group_mark, gap, out);
        }
        if group.is_empty() {
            group_mark = mark;
        }
        group.push(if let Mark::Quote(_) = mark { without_quote_signs(line) } else { line });
    }
    put_group(&block, group, group_mark, gap, out);
    if out.len() == before {
        // Nothing but signs: they are what was written.
        out.push((block, Mark::None));
    }
}

/// Adds lines as one block; says whether a blank line ended them.
fn put_group(
    block: &Block,
    mut group: Vec<Vec<Span>>,
    mark: Mark,
    mut gap: bool,
    out: &mut Vec<(Block, Mark)>,
) -> bool {
    let is_blank = |line: &Vec<Span>| line.iter().all(|span| span.text.is_blank());
    let leading = group.iter().take_while(|line| is_blank(line)).count();
    group.drain(..leading);
    gap |= leading > 0;
    let mut blank_after = group.is_empty() && gap;
    while group.last().is_some_and(is_blank) {
        group.pop();
        blank_after = true;
    }
    if group.is_empty() {
        return blank_after;
    }
    let quotes = if let Mark::Quote(depth) = mark { depth } else { 0 };
    let part = Block {
        quote_depth: block.quote_depth.saturating_add(quotes),
        gap: gap && !out.is_empty(),
        spans: joined(group),
        ..block.clone()
    };
    out.push((part, mark));
    blank_after
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

fn marks_of(lines: &[String]) -> Vec<Mark> {
    let mut marks = vec![Mark::None; lines.len()];
    for index in 0..lines.len() {
        let line = lines[index].trim();
        if line.is_empty() || (line.len() > LINE_CAP && !line.starts_with('>')) {
            continue;
        }
        if let Some(depth) = quote_signs(line) {
            marks[index] = Mark::Quote(depth);
        } else if line == "--" {
            marks[index] = Mark::Signature;
        } else if line.ends_with(':')
            && let Some(first) = attribution_start(lines, index)
        {
            marks[first..=index].fill(Mark::Attribution);
        } else if line.starts_with("--")
            || line.starts_with("Begin ")
            || line.starts_with("Anfang ")
            || line.starts_with("Début ")
        {
            marks[index] = separator(line);
        } else if starts_headers(&lines[index..]) {
            marks[index] = Mark::Earlier;
        }
    }
    marks
}

/// How often a line is quoted; `>:(` and `->` are no quotes.
fn quote_signs(line: &str) -> Option<u8> {
    let signs: &str = &line[..line.len() - line.trim_start_matches(['>', ' ', '\u{A0}']).len()];
    if !line.starts_with('>') || line.starts_with(">:") || line.starts_with(">_") || line.starts_with(">.") {
        return None;
    }
    u8::try_from(signs.matches('>').count()).ok().or(Some(u8::MAX))
}

/// The first line of an introduction like `On Mon, 3 Mar 2025, Ana <a@b.c> wrote:` that ends here.
fn attribution_start(lines: &[String], end: usize) -> Option<usize> {
    const STARTS: &[&str] = &["on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "pa "];
    const VERBS: &[&str] = &["wrote:", "schrieb", "a ecrit", "escribio", "ha scritto", "schreef", "escreveu", "skrev"];
    let mut text = String::new();
    for first in (end.saturating_sub(2)..=end).rev() {
        text = format!("{} {text}", fold(&lines[first]).trim());
        let text = text.trim();
        if !STARTS.iter().any(|start| text.starts_with(start)) {
            continue;
        }
        let verb = VERBS.iter().any(|verb| text.contains(verb));
        let dated = text.bytes().any(|byte| byte.is_ascii_digit());
        return (verb && dated && text.len() <= LINE_CAP).then_some(first);
    }
    None
}

fn separator(line: &str) -> Mark {
    const EARLIER: &[&str] = &[
        "original message",
        "ursprungliche nachricht",
        "original-nachricht",
        "originalnachricht",
        "message d'origine",
        "message original",
        "mensaje original",
        "messaggio originale",
        "oorspronkelijk bericht",
    ];
    const FORWARD: &[&str] = &[
        "forwarded message",
        "weitergeleitete",
        "message transfere",
        "message reexpedie",
        "mensaje reenviado",
        "messaggio inoltrato",
        "doorgestuurd bericht",
    ];
    let folded = fold(line);
    let ruled = line.starts_with("---") || line.starts_with("-- ");
    if FORWARD.iter().any(|words| folded.contains(words)) {
        Mark::Forward
    } else if ruled && EARLIER.iter().any(|words| folded.contains(words)) {
        Mark::Earlier
    } else {
        Mark::None
    }
}

/// Whether these lines begin with the headers that Outlook puts above an earlier message.
fn starts_headers(lines: &[String]) -> bool {
    const FROM: &[&str] = &["from:", "von:", "de:", "de :", "da:", "van:"];
    const SENT: &[&str] = &[
        "sent:",
        "date:",
        "gesendet:",
        "datum:",
        "envoye:",
        "envoye :",
        "date :",
        "enviado:",
        "fecha:",
        "inviato:",
        "verzonden:",
    ];
    const ABOUT: &[&str] = &[
        "to:",
        "an:",
        "a:",
        "a :",
        "para:",
        "aan:",
        "subject:",
        "betreff:",
        "objet:",
        "objet :",
        "asunto:",
        "oggetto:",
        "onderwerp:",
    ];
    let begins = |line: &String, words: &[&str]| {
        let start: String = line.trim_start_matches(['*', ' ']).chars().take(16).collect();
        let start = fold(&start).replace('*', "");
        words.iter().any(|word| start.starts_with(word))
    };
    let Some((first, rest)) = lines.split_first() else { return false };
    if !begins(first, FROM) {
        return false;
    }
    let rest: Vec<&String> = rest.iter().take(HEADER_LINES).collect();
    rest.iter().any(|line| begins(line, SENT)) && rest.iter().any(|line| begins(line, ABOUT))
}

#[cfg(test)]
mod tests {
    use super::super::blocks;
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
        let body = "Yes please.\n\nOn Mon, 3 Mar 2025 at 10:12, Ana <ana@x.org>\nwrote:\n> Shall we?\n> > Really\n>\n> ok\n\nBest";
        assert_eq!(folds(body), ".qqqq.");
        let depths: Vec<u8> = blocks(body).blocks.iter().map(|block| block.quote_depth).collect();
        assert_eq!(depths, [0, 0, 1, 2, 1, 0]);
    }

    #[test]
    fn introductions_in_german_and_french() {
        assert_eq!(folds("Danke\n\nAm 03.03.2025 um 10:12 schrieb Max Muster <m@x.de>:\n> Hallo"), ".qq");
        assert_eq!(folds("Merci\n\nLe lun. 3 mars 2025 à 10:12, Zoé a écrit :\n> Bonjour"), ".qq");
    }

    #[test]
    fn an_introduction_without_a_quote_stays_in_sight() {
        assert_eq!(folds("Hi\n\nOn 3 May you wrote:\n\nthat it works"), "...");
    }

    #[test]
    fn separators_and_outlook_headers_fold_the_rest() {
        assert_eq!(folds("Ok\n\n-----Original Message-----\nFrom: Ana\n\nold"), ".qq");
        assert_eq!(folds("Gut\n\n-----Ursprüngliche Nachricht-----\nalt"), ".q");
        assert_eq!(
            folds(
                "<p>Ok</p><hr><p><b>From:</b> Ana<br><b>Sent:</b> Monday<br><b>To:</b> Bo<br><b>Subject:</b> x</p><p>old</p>"
            ),
            ".qqq"
        );
        assert_eq!(folds("<p>Bien</p><p>De : Ana<br>Envoyé : lundi<br>À : Bo<br>Objet : x</p><p>vieux</p>"), ".qq");
        assert_eq!(folds("<p>ok</p><div id=x_divRplyFwdMsg>From: a</div><div>old</div>"), ".qq");
    }

    #[test]
    fn forwarded_mail_is_not_folded() {
        assert_eq!(
            folds("FYI\n\n---------- Forwarded message ---------\nFrom: Ana\nDate: Mon\nTo: Bo\n\nnews"),
            "...."
        );
    }

    #[test]
    fn nothing_is_folded_when_everything_would_be() {
        assert_eq!(folds("> one\n> two"), ".");
        assert_eq!(folds("<blockquote>all</blockquote>"), ".");
    }

    #[test]
    fn signatures_end_at_the_next_quote() {
        assert_eq!(folds("Hi\n\n-- \nAna\nShop\n\n> old"), ".sq");
        assert_eq!(folds("<p>Hi</p><div class=gmail_signature><p>Ana</p><p>Shop</p></div>"), ".ss");
    }

    #[test]
    fn replies_between_quotes_stay_in_sight() {
        assert_eq!(folds("> q1\nanswer one\n> q2\nanswer two"), "q.q.");
    }

    #[test]
    fn arrows_and_faces_are_no_quotes() {
        assert_eq!(blocks(">>>").blocks.len(), 1);
        assert_eq!(folds(">:( why\n-> there"), ".");
    }
}
