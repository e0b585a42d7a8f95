//! `keys`: the whole keymap as a table, and what of it a keyboard layout makes hard to type.

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use super::layout::{self, Hard};
use super::print;
use crate::command::Context;
use crate::error::Failure;
use crate::keymap::{Binding, Keymap, show};
use crate::text::{Clean, clean, pad};
use crate::words::{Arg, Words};

#[derive(Debug, Args)]
pub(super) struct KeysArgs {
    /// Name the keys that are hard to type on this layout
    #[arg(long, value_name = "LAYOUT", value_parser = PossibleValuesParser::new(layout::NAMES))]
    layout: Option<String>,
    /// Print one JSON document
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Print one JSON document a line
    #[arg(long)]
    jsonl: bool,
}

/// One command in one context: its keys in the order of the keymap.
struct Row<'a> {
    context: Context,
    command: crate::command::CommandId,
    bindings: Vec<&'a Binding>,
}

fn rows(keymap: &Keymap) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for context in Context::ALL {
        for binding in keymap.bindings().iter().filter(|binding| binding.context == context) {
            match rows.iter_mut().find(|row| row.context == context && row.command == binding.command) {
                Some(row) => row.bindings.push(binding),
                None => rows.push(Row { context, command: binding.command, bindings: vec![binding] }),
            }
        }
    }
    rows
}

/// What stands in the way of a binding on a layout.
fn hardest(binding: &Binding, layout: Option<&str>) -> Option<Hard> {
    let layout = layout?;
    binding.keys.iter().filter_map(|key| layout::hard(layout, *key)).max()
}

pub(super) fn run(args: &KeysArgs) -> Result<(), Failure> {
    let (keymap, words) = (Keymap::shipped(), Words::english());
    let rows = rows(&keymap);
    let layout = args.layout.as_deref();
    if args.json || args.jsonl {
        let documents: Vec<Value> = rows.iter().map(|row| document(row, layout, &words)).collect();
        return if args.jsonl { print::jsonl(&documents) } else { print::json(&documents.into()) };
    }
    let mut lines = Vec::new();
    let (mut context, mut hard) = (None, 0);
    for row in &rows {
        if context != Some(row.context) {
            if context.is_some() {
                lines.push(Clean::default());
            }
            lines.push(words.say(row.context.title()));
            context = Some(row.context);
        }
        let keys: Vec<String> = row.bindings.iter().map(|binding| show(&binding.keys)).collect();
        let mut line = format!(
            "  {} {} {}",
            pad(&clean(&keys.join("  ")), 24),
            pad(&clean(row.command.command().name), 28),
            words.say(row.command.command().title),
        );
        for binding in &row.bindings {
            if let Some(why) = hardest(binding, layout) {
                hard += 1;
                let keys = clean(&show(&binding.keys));
                line.push_str("   ");
                line.push_str(&words.with(why.words(), &[("keys", Arg::Text(&keys))]));
            }
        }
        lines.push(clean(line.trim_end()));
    }
    if let Some(layout) = layout {
        lines.push(Clean::default());
        let layout = clean(layout);
        lines.push(words.with("cli-keys-hard", &[("count", Arg::Number(hard)), ("layout", Arg::Text(&layout))]));
    }
    print::lines(&lines)
}

fn document(row: &Row<'_>, layout: Option<&str>, words: &Words) -> Value {
    let command = row.command.command();
    let hard: Vec<Value> = row
        .bindings
        .iter()
        .filter_map(|binding| Some(json!({"keys": show(&binding.keys), "needs": hardest(binding, layout)?.as_str()})))
        .collect();
    let mut document = json!({
        "context": row.context.as_str(),
        "keys": row.bindings.iter().map(|binding| show(&binding.keys)).collect::<Vec<_>>(),
        "command": command.name,
        "title": words.say(command.title).as_str(),
        "description": words.say(command.doc).as_str(),
    });
    if let (Some(_), Some(fields)) = (layout, document.as_object_mut()) {
        fields.insert("hard".into(), hard.into());
    }
    document
}
