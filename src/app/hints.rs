//! The few keys that matter now, and what may follow a half-typed sequence.

use super::{App, Hint, Pane};
use crate::command::{Command, CommandId, Context};
use crate::keymap::{Key, show};
use crate::text::clean;

impl App {
    /// The contexts in which a key is looked up, the front one first.
    #[must_use]
    pub fn contexts(&self) -> Vec<Context> {
        if let Some(layer) = self.layers.last() {
            return vec![layer.context(), Context::Always];
        }
        let own: &[Context] = match self.focus {
            Pane::Sidebar => &[Context::Sidebar],
            Pane::List if self.shows_outbox() => &[Context::Outbox, Context::List, Context::Inbox],
            // The cursor is on an act that could not be sent: its keys come first.
            Pane::Thread if self.row_at_cursor().is_some() => &[Context::Outbox, Context::Thread, Context::Inbox],
            Pane::List => &[Context::List, Context::Inbox],
            Pane::Thread => &[Context::Thread, Context::Inbox],
            Pane::Details => &[Context::Details, Context::Inbox],
            Pane::Composer => return vec![Context::Composer, Context::Always],
        };
        let mut contexts = own.to_vec();
        contexts.extend([Context::Global, Context::Always]);
        contexts
    }

    /// The few keys that matter now, the most important first, and last the keys of the palette and of the
    /// help. None while an overlay is open.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        if !self.layers.is_empty() {
            // An overlay tells its own keys, at its foot.
            return Vec::new();
        }
        let contexts = self.contexts();
        let facts = self.facts();
        let mut commands: Vec<&Command> = Command::all()
            .iter()
            .filter(|command| command.hint > 0 && command.enabled(&facts).is_ok())
            .filter(|command| command.contexts.iter().any(|context| contexts.contains(context)))
            .filter(|command| match command.id {
                CommandId::Undo => self.can_take_back(),
                CommandId::SeenArrivals => !self.composer.arrivals.is_empty(),
                CommandId::TakeTheirs | CommandId::KeepOurs | CommandId::JoinBoth => self.composer.theirs().is_some(),
                CommandId::FocusLeft => self.hides_sidebar(),
                _ => true,
            })
            .collect();
        // What works everywhere comes after what the focused pane can do, the help at the very end.
        let is_own = |command: &Command| {
            let is_general = |context: &Context| matches!(context, Context::Global | Context::Always);
            let is_way_out = matches!(command.id, CommandId::Palette | CommandId::Help);
            !is_way_out && !command.contexts.iter().all(is_general) || command.id == CommandId::Undo
        };
        let outbox = |command: &Command| contexts.contains(&Context::Outbox) && command.contexts == [Context::Outbox];
        commands.sort_by_key(|command| {
            let own = is_own(command);
            (!own, !outbox(command), if own { i16::from(command.hint) } else { -i16::from(command.hint) })
        });
        commands
            .into_iter()
            .filter_map(|command| {
                let keys = self.keymap.keys_of(command.id, &contexts).next()?;
                Some(Hint { keys: clean(&show(keys)), label: self.words.say(command.short) })
            })
            .collect()
    }

    /// Whether the entries are one key away, and nothing on the screen tells so.
    fn hides_sidebar(&self) -> bool {
        (80..120).contains(&self.size.0) && self.focus == Pane::List && self.layout().sidebar.is_none()
    }

    /// The half-typed sequence as it is shown; blank when there is none.
    #[must_use]
    pub fn pending_keys(&self) -> String {
        show(&self.pending)
    }

    /// What may follow the half-typed sequence; empty when there is none.
    #[must_use]
    pub fn pending_hint(&self) -> Vec<Hint> {
        if self.pending.is_empty() {
            return Vec::new();
        }
        let typed: &[Key] = &self.pending;
        let contexts = self.contexts();
        let commands = self.keymap.continuations(&contexts, typed).into_iter();
        let commands = commands.map(|(keys, command)| (keys, self.words.say(word_after(command))));
        let own = self.own_continuations(&contexts, typed);
        commands.chain(own).map(|(keys, label)| Hint { keys: clean(&keys), label }).collect()
    }
}

/// What a command is called where its first key has said half of it: behind `g` a list is called by its name.
const fn word_after(command: CommandId) -> &'static str {
    match command {
        CommandId::GoYou => "entry-you",
        CommandId::GoMentions => "entry-mentions",
        CommandId::GoUnassigned => "entry-unassigned",
        CommandId::GoAll => "entry-all",
        CommandId::GoSnoozed => "entry-snoozed",
        CommandId::GoClosed => "entry-closed",
        CommandId::GoDrafts => "entry-drafts",
        CommandId::GoNeedsYou => "entry-needs-you",
        CommandId::GoTeam => "after-go-team",
        CommandId::GoView => "after-go-view",
        CommandId::GoWorkspace => "after-go-workspace",
        CommandId::BulkResults => "after-bulk-results",
        other => other.command().title,
    }
}
