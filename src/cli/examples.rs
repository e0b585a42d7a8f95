//! An example or two for each command, shown below its help and in its manual page.

use clap::Command;

/// Path of a command, and how it is called.
const EXAMPLES: [(&str, &[&str]); 37] = [
    ("demo", &["deskhand demo", "deskhand demo --still --conversations 2000"]),
    ("serve", &["deskhand serve --demo --data ./desk", "deskhand serve --listen 127.0.0.1:8080 --import mail.jsonl"]),
    ("auth login", &["deskhand auth login --region eu", "deskhand auth login --url https://desk.example --name Shop"]),
    ("auth status", &["deskhand auth status --json"]),
    ("auth logout", &["deskhand auth logout --workspace Shop"]),
    ("sync", &["deskhand sync --once", "deskhand sync --once --threads"]),
    (
        "list",
        &["deskhand list --view inbox:unassigned", "deskhand list --query 'state:open tag:vip waiting:>2h' --json"],
    ),
    ("show", &["deskhand show 2214", "deskhand show 2214 --json", "deskhand show 2214 --markdown > 2214.md"]),
    ("count", &["deskhand count --view team:Billing", "deskhand count --query 'is:unread state:open'"]),
    (
        "reply",
        &["deskhand reply 2214 --body 'It is on its way.'", "deskhand reply 2214 --file - --attach label.pdf < text"],
    ),
    ("note", &["deskhand note 2214 --body 'Ask the carrier.'"]),
    ("close", &["deskhand close 2214"]),
    ("reopen", &["deskhand reopen 2214"]),
    ("snooze", &["deskhand snooze 2214 --until 'tomorrow 9am'", "deskhand snooze 2214 --until 2h"]),
    ("assign", &["deskhand assign 2214 --to Ana", "deskhand assign 2214 --to team:Billing"]),
    ("tag", &["deskhand tag 2214 +vip -spam"]),
    ("priority", &["deskhand priority 2214 high"]),
    ("merge", &["deskhand merge 2214 --into 2210 --dry-run"]),
    ("away", &["deskhand away on --reason Lunch", "deskhand away off"]),
    ("outbox list", &["deskhand outbox list --json"]),
    ("outbox show", &["deskhand outbox show 12"]),
    ("outbox retry", &["deskhand outbox retry 12", "deskhand outbox retry --all"]),
    ("outbox discard", &["deskhand outbox discard 12"]),
    ("outbox edit", &["deskhand outbox edit 12 --body 'What I meant'"]),
    ("draft list", &["deskhand draft list --json"]),
    ("draft show", &["deskhand draft show 2214"]),
    ("draft attach", &["deskhand draft attach 2214 label.pdf"]),
    ("draft discard", &["deskhand draft discard 2214 --mode note"]),
    ("config check", &["deskhand config check"]),
    ("config path", &["deskhand config path"]),
    ("doctor", &["deskhand doctor", "deskhand doctor --counts   # the numbers of the sidebar"]),
    ("keys", &["deskhand keys", "deskhand keys --layout fr   # what needs AltGr or a dead key there"]),
    ("themes", &["deskhand themes --json"]),
    ("completions", &["deskhand completions bash > ~/.local/share/bash-completion/completions/deskhand"]),
    ("man", &["deskhand man | man -l -", "deskhand man --dir ~/.local/share/man/man1"]),
    ("search", &["deskhand search refund", "deskhand search --json -- refund -state:closed"]),
    ("", &["deskhand demo", "deskhand --at 2214"]),
];

/// The command with its examples, where it does not have its own.
pub(super) fn with_examples(command: Command) -> Command {
    EXAMPLES.iter().fold(command, |command, (path, lines)| {
        let mut path = path.split(' ').filter(|name| !name.is_empty());
        add(command, &mut path, lines)
    })
}

fn add(command: Command, path: &mut dyn Iterator<Item = &str>, lines: &[&str]) -> Command {
    match path.next() {
        Some(name) if command.find_subcommand(name).is_some() => {
            command.mut_subcommand(name, |below| add(below, path, lines))
        }
        None if command.get_after_help().is_none() => {
            let title = if lines.len() == 1 { "Example" } else { "Examples" };
            command.after_help(format!("{title}:\n  {}", lines.join("\n  ")))
        }
        _ => command,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_example_is_of_a_command_that_takes_it() {
        for (path, lines) in EXAMPLES {
            let mut command = crate::cli::Cli::command();
            for name in path.split(' ').filter(|name| !name.is_empty()) {
                assert!(command.find_subcommand(name).is_some(), "{path}");
                command = command.find_subcommand(name).cloned().unwrap_or(command);
            }
            for line in lines {
                assert!(line.starts_with("deskhand"), "{line}");
            }
        }
    }
}
