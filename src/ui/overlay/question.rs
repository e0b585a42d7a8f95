//! Questions about a conversation: merging, unwanted mail. What they show before one key answers.

use super::super::list_row;
use super::super::look::Look;
use crate::app::details::lines::state_word;
use crate::app::picker::{MergeAsk, SpamAsk};
use crate::domain::{Conversation, ConversationId};
use crate::text::{Clean, clean, truncate};
use crate::words::Arg;

/// A question: title, lines, and which keys answer.
pub struct Question {
    /// In the upper border.
    pub title: Clean,
    /// What it says; blank ones part it.
    pub text: Vec<Clean>,
    /// In the lower border.
    pub answers: Clean,
}

/// Both sides of a merge, and what happens.
pub fn merge(ask: &MergeAsk, look: &Look<'_>) -> Question {
    let (from, into) = (number(&ask.on.id), number(&ask.into));
    let both = [("from", Arg::Text(&from)), ("into", Arg::Text(&into))];
    let mut text = side(&ask.on, "ui-confirm-merge-closes", look);
    text.push(Clean::default());
    match &ask.other {
        Some(other) => text.extend(side(other, "ui-confirm-merge-stays", look)),
        None if ask.fetching => text.push(look.say("ui-confirm-merge-fetching")),
        None if ask.asked.is_some() => text.push(look.say("ui-confirm-merge-loading")),
        None => text.push(look.say("ui-confirm-merge-unknown")),
    }
    text.push(Clean::default());
    if ask.crosses_channels() {
        text.push(look.say("ui-confirm-merge-channel"));
    }
    text.push(look.with("ui-confirm-merge-text", &both));
    Question { title: look.with("ui-confirm-merge", &both), text, answers: look.say("ui-confirm-merge-answers") }
}

fn number(id: &ConversationId) -> Clean {
    clean(id.as_str())
}

/// `#1042 Order never arrived · closes`, whose and how it stands, and its last words.
fn side(on: &Conversation, becomes: &'static str, look: &Look<'_>) -> Vec<Clean> {
    const TITLE: usize = 36;
    let dot = Clean::literal(" · ");
    let shown = truncate(&list_row::title(on, look), TITLE);
    let title = Clean::join([&clean(&format!("#{}", on.id)), &shown], &Clean::literal(" "));
    let name = on.contact.as_ref().map(crate::domain::ContactRef::shown_name).unwrap_or_default();
    // The opening message is one too.
    let count = on.part_count.saturating_add(1);
    let messages = look.with("ui-confirm-merge-messages", &[("count", Arg::Number(i64::from(count)))]);
    let facts = [name, look.say(state_word(on.state)), messages];
    let facts: Vec<Clean> = facts.into_iter().filter(|fact| !fact.is_blank()).collect();
    let mut lines = vec![Clean::join([&title, &look.say(becomes)], &dot), Clean::join(&facts, &dot)];
    let words = on.preview.clean();
    if !words.is_blank() {
        let mut quoted = clean("“");
        quoted.push(&truncate(&words, 110));
        quoted.push(&clean("”"));
        lines.push(quoted);
    }
    lines
}

/// What can be done about unwanted mail.
pub fn spam(ask: &SpamAsk, look: &Look<'_>) -> Question {
    let blank = Clean::default;
    let mut text = vec![look.say("ui-confirm-spam-close"), blank()];
    let name = ask.name();
    let can_block = ask.contact.is_some();
    if can_block {
        text.push(look.with("ui-confirm-spam-block", &[("name", Arg::Text(&name))]));
    } else if ask.on.len() > 1 {
        text.push(look.say("ui-confirm-spam-many"));
    } else {
        text.push(look.say("ui-confirm-spam-nobody"));
    }
    text.extend([blank(), look.say("ui-confirm-spam-list")]);
    let answers = if can_block { "ui-confirm-spam-answers" } else { "ui-confirm-spam-answers-one" };
    Question { title: look.say("ui-confirm-spam"), text, answers: look.say(answers) }
}

/// Whether who wrote it is to be blocked.
pub fn block(ask: &SpamAsk, look: &Look<'_>) -> Question {
    let name = ask.name();
    Question {
        title: look.say("ui-confirm-block"),
        text: vec![look.with("ui-confirm-block-text", &[("name", Arg::Text(&name))])],
        answers: look.say("ui-confirm-block-answers"),
    }
}
