//! What of a message is folded away: history and signatures, as long as nothing of the sender's own is.
//!
//! A quote is history only when nothing of the sender's comes after it. Quotes between answers stay, and long
//! ones keep their last paragraph: it is what the answer below is about. Enter at [`set_folds`].

use super::document::{Block, BlockKind, Fold};
use super::history::{Mark, answers_within, is_said};

/// Lines of a signature beyond its first paragraph.
const SIGNATURE_LINES: usize = 14;
/// Bytes of a paragraph that can be part of one.
const SIGNATURE_BYTES: usize = 240;
/// Lines of a quote with answers below it that stay in sight.
const CONTEXT_LINES: usize = 6;
/// Lines of a quote made by hand, with nothing below it, that stay in sight.
const BARE_LINES: usize = 8;
/// Lines of a quote with answers below it that are not worth a fold.
const SHORT_LINES: usize = 10;
/// Cells of a line, to guess how many lines a block will take.
const LINE_CELLS: usize = 80;
/// Bytes up to which an answer can be one that only points at others.
const POINTER_BYTES: usize = 600;

/// A block, and what it says about others.
pub(super) struct Marked {
    pub(super) block: Block,
    pub(super) mark: Mark,
    /// A program made the quote that it is in.
    pub(super) cited: bool,
}

/// What a block is to the message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The sender's own words.
    Own,
    /// Quoted; by a program, or by hand.
    Quote {
        cited: bool,
    },
    /// An earlier message to the end, or in a box of its own.
    Earlier,
    Signature,
    /// A line across, which belongs to what comes after it.
    Rule,
}

/// Marks what can be folded.
pub(super) fn set_folds(marked: &mut [Marked]) {
    let mut parts = parts_of(marked);
    join_introductions(marked, &mut parts);
    for item in marked.iter_mut() {
        item.block.fold = None;
    }
    let Some(last_own) = parts.iter().rposition(|part| *part == Part::Own) else {
        // Nothing but history: it is what the message is about.
        return;
    };
    let shows_history = points_at_history(marked, &parts);
    let mut at = 0;
    while at < parts.len() {
        let part = parts[at];
        let is_quote = |part: &Part| matches!(part, Part::Quote { .. } | Part::Earlier);
        if part == Part::Signature {
            marked[at].block.fold = Some(Fold::Signature);
        }
        if !is_quote(&part) {
            at += 1;
            continue;
        }
        let run = parts[at..].iter().take_while(|part| is_quote(part)).count();
        let end = at + run;
        if !shows_history {
            let folded = folded_of(&marked[at..end], &parts[at..end], end > last_own);
            for item in &mut marked[at..at + folded] {
                item.block.fold = Some(Fold::Quoted);
            }
        }
        at = end;
    }
}

/// How many blocks of a run of quotes are folded, from its start.
fn folded_of(run: &[Marked], parts: &[Part], is_last: bool) -> usize {
    let all = run.len();
    if parts.contains(&Part::Earlier) {
        return all;
    }
    let lines = |items: &[Marked]| items.iter().map(|item| lines_in(&item.block)).sum::<usize>();
    if is_last {
        let cited = parts.iter().any(|part| matches!(part, Part::Quote { cited: true }));
        return if cited || lines(run) >= BARE_LINES { all } else { 0 };
    }
    if lines(run) <= SHORT_LINES {
        return 0;
    }
    let mut context = 0;
    let kept = run.iter().rev().take_while(|item| {
        context += lines_in(&item.block);
        context <= CONTEXT_LINES
    });
    all - kept.count()
}

fn parts_of(marked: &[Marked]) -> Vec<Part> {
    let mut parts = Vec::with_capacity(marked.len());
    let mut has_own = false;
    let mut rest_is_earlier = false;
    // Where a forwarded message stands: it is the point, and only what it quotes itself is history.
    let mut forwarded = false;
    let mut base: Option<u8> = None;
    let mut signature_left = 0;
    for Marked { block, mark, cited } in marked {
        if forwarded {
            base = base.or(Some(block.quote_depth));
        }
        let depth = block.quote_depth.saturating_sub(base.unwrap_or(0));
        if depth == 0 {
            match mark {
                Mark::Forward => forwarded = true,
                Mark::Earlier if has_own && !forwarded => rest_is_earlier = true,
                Mark::Signature => signature_left = SIGNATURE_LINES,
                _ => {}
            }
        }
        let part = if rest_is_earlier || block.fold == Some(Fold::Quoted) {
            Part::Earlier
        } else if depth > 0 {
            Part::Quote { cited: *cited || matches!(mark, Mark::Quote(_) | Mark::Attribution) }
        } else if block.kind == BlockKind::Rule || *mark == Mark::Ruler {
            Part::Rule
        } else if block.fold == Some(Fold::Signature)
            || matches!(mark, Mark::Signature | Mark::SentFrom | Mark::Notice)
            || goes_on(block, *mark, signature_left)
        {
            Part::Signature
        } else {
            Part::Own
        };
        match part {
            Part::Signature if *mark == Mark::None => {
                signature_left = signature_left.saturating_sub(lines_in(block));
            }
            Part::Signature | Part::Rule => {}
            _ => signature_left = 0,
        }
        has_own |= part == Part::Own;
        parts.push(part);
    }
    parts
}

/// Whether a block below a signature's first paragraph is part of it.
fn goes_on(block: &Block, mark: Mark, lines_left: usize) -> bool {
    if lines_left == 0 || mark != Mark::None {
        return false;
    }
    match &block.kind {
        BlockKind::Table(_) => true,
        BlockKind::Paragraph => {
            let text: String = block.spans.iter().map(|span| span.text.as_str()).collect();
            text.len() <= SIGNATURE_BYTES && lines_in(block) <= lines_left && !text.split('\n').any(is_said)
        }
        _ => false,
    }
}

/// What introduces a quote, and the line across before it, belong to the quote.
fn join_introductions(marked: &[Marked], parts: &mut [Part]) {
    for index in (0..parts.len().saturating_sub(1)).rev() {
        let next = parts[index + 1];
        if !matches!(next, Part::Quote { .. } | Part::Earlier) {
            continue;
        }
        if parts[index] == Part::Rule {
            parts[index] = next;
        } else if parts[index] == Part::Own && marked[index].mark == Mark::Attribution {
            parts[index] = if next == Part::Earlier { next } else { Part::Quote { cited: true } };
        }
    }
}

/// Whether the sender only says that the answers are in the earlier message.
fn points_at_history(marked: &[Marked], parts: &[Part]) -> bool {
    let own = || marked.iter().zip(parts).filter(|(_, part)| **part == Part::Own).map(|(item, _)| &item.block);
    let bytes: usize = own().flat_map(Block::each_span).map(|span| span.text.len()).sum();
    if bytes > POINTER_BYTES {
        return false;
    }
    let text: Vec<&str> = own().flat_map(Block::each_span).map(|span| span.text.as_str()).collect();
    answers_within(&text.concat())
}

/// About how many lines a block will take.
fn lines_in(block: &Block) -> usize {
    if let BlockKind::Table(table) = &block.kind {
        return table.rows.len() + 2;
    }
    let bytes: usize = block.spans.iter().map(|span| span.text.len()).sum();
    let breaks: usize = block.spans.iter().map(|span| span.text.matches('\n').count()).sum();
    usize::from(block.gap) + breaks + bytes / LINE_CELLS + 1
}
