//! The table of commands.

use super::{Context, Facts};
use crate::domain::{OutboxStatus, State, Why};

/// One command.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Which.
    pub id: CommandId,
    /// Its name in keymap files: `noun.verb`.
    pub name: &'static str,
    /// Key of its title in the catalogue of words: two or three words.
    pub title: &'static str,
    /// Key of its shortest name in the catalogue of words, for the status line; only where `hint` is
    /// not 0.
    pub short: &'static str,
    /// Key of its description in the catalogue of words: one sentence.
    pub doc: &'static str,
    /// Where it makes sense: where keys may be bound to it, and where the help lists it.
    pub contexts: &'static [Context],
    /// Place among the few hints of the status line, 1 first; 0 for none.
    pub hint: u8,
    judge: fn(&Facts) -> Result<(), Why>,
}

impl Command {
    /// Whether it can be done now.
    ///
    /// # Errors
    /// Why not, as a key of the catalogue of words.
    pub fn enabled(&self, facts: &Facts) -> Result<(), Why> {
        (self.judge)(facts)
    }

    /// Every command, in the order of the help.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        TABLE
    }

    /// Whether the palette offers it: what moves a cursor or edits a line is for keys only.
    #[must_use]
    pub fn is_for_palette(&self) -> bool {
        // The help is listed everywhere, and can be asked for everywhere.
        (self.id == CommandId::Help
            || !self.contexts.iter().any(|context| matches!(context, Context::Picker | Context::Help)))
            && self.contexts != [Context::Confirm]
            // What a page does is done on it, and it has all keys while it is there.
            && self.contexts != [Context::Page]
            && !self.name.starts_with("move.")
    }
}

macro_rules! commands {
    ($($id:ident $name:literal $word:literal [$($context:ident)*] $hint:literal $judge:expr;)+) => {
        /// Every command.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "each is described once, in the catalogue of words")]
        pub enum CommandId { $($id,)+ }

        impl CommandId {
            /// The command.
            #[must_use]
            pub const fn command(self) -> &'static Command {
                match self { $(Self::$id => &Command {
                    id: Self::$id,
                    name: $name,
                    title: concat!("cmd-", $word),
                    short: concat!("hint-", $word),
                    doc: concat!("cmd-", $word, "-doc"),
                    contexts: &[$(Context::$context),*],
                    hint: $hint,
                    judge: $judge,
                },)+ }
            }
        }

        const TABLE: &[Command] = &[$(*CommandId::$id.command(),)+];
    };
}

commands! {
    // moving
    MoveDown "move.down" "down" [Sidebar List Thread Details Picker Help Page] 0 always;
    MoveUp "move.up" "up" [Sidebar List Thread Details Picker Help Page] 0 always;
    LineDown "move.line-down" "line-down" [Thread] 0 messages;
    LineUp "move.line-up" "line-up" [Thread] 0 messages;
    PageDown "move.page-down" "page-down" [Sidebar List Thread Details Picker Help Page] 0 always;
    PageUp "move.page-up" "page-up" [Sidebar List Thread Details Picker Help Page] 0 always;
    MoveTop "move.top" "top" [Sidebar List Thread Details Picker Help Page] 0 always;
    MoveBottom "move.bottom" "bottom" [Sidebar List Thread Details Picker Help Page] 0 always;
    CustomerNext "move.customer-next" "customer-next" [Thread] 0 messages;
    CustomerPrevious "move.customer-previous" "customer-previous" [Thread] 0 messages;
    ThreadFind "thread.find" "thread-find" [Thread] 0 messages;
    ThreadNew "thread.first-new" "thread-new" [Thread] 0 messages;
    NoteNext "thread.note-next" "note-next" [Thread] 0 messages;
    NotePrevious "thread.note-previous" "note-previous" [Thread] 0 messages;
    Open "item.open" "open" [Sidebar List Thread Details] 11 always;
    Next "conversation.next" "next" [Inbox] 0 rows;
    Previous "conversation.previous" "previous" [Inbox] 0 rows;
    Read "conversation.read-on" "read-on" [Inbox] 0 rows;
    // acts
    Reply "conversation.reply" "reply" [Inbox] 4 reply;
    Note "conversation.note" "note" [Inbox] 5 conversation;
    Assign "conversation.assign" "assign" [Inbox] 6 assign;
    AssignTeam "conversation.assign-team" "assign-team" [Inbox] 0 assign_team;
    AssignMe "conversation.assign-me" "assign-me" [Inbox] 0 assign_me;
    Tags "conversation.tags" "tags" [Inbox] 0 conversation;
    Snooze "conversation.snooze" "snooze" [Inbox] 7 conversation;
    SnoozeAgain "conversation.snooze-again" "snooze-again" [Inbox] 0 snooze_again;
    Close "conversation.close" "close" [Inbox] 8 close;
    Reopen "conversation.reopen" "reopen" [Inbox] 8 reopen;
    Priority "conversation.priority" "priority" [Inbox] 0 priority;
    Merge "conversation.merge" "merge" [Inbox] 0 one_conversation;
    Participants "conversation.participants" "participants" [Inbox] 0 one_conversation;
    Spam "conversation.spam" "spam" [Inbox] 0 conversation;
    MarkUnread "conversation.mark-unread" "mark-unread" [Inbox] 0 mark_unread;
    // new conversations, mentions, pages
    New "conversation.new" "new" [Sidebar List] 0 always;
    MentionDone "mention.done" "mention-done" [Inbox] 0 mention;
    Pipe "pipe.open" "pipe" [Inbox Composer] 0 pipe;
    WebLink "conversation.web-link" "web-link" [Inbox] 0 conversation;
    PageNext "page.next" "page-next" [Page] 0 always;
    PageCopy "page.copy" "page-copy" [Page] 0 always;
    PageFind "page.find" "page-find" [Page] 0 always;
    Links "thread.links" "links" [Thread Page] 0 messages;
    Number "thread.number" "number" [Thread Page] 0 messages;
    Copy "copy.open" "copy" [Inbox] 0 one_at_hand;
    Source "view.source" "source" [Thread] 0 messages;
    FileView "file.view" "file-view" [Page] 0 on_file;
    FileSave "file.save" "file-save" [Page] 0 on_file;
    FilePipe "file.pipe" "file-pipe" [Page] 0 on_file;
    DiscardDraft "draft.discard" "discard-draft" [Inbox] 0 draft;
    Undo "act.undo" "undo" [Global Confirm] 9 undo;
    ToggleDetails "details.toggle" "details" [Inbox] 0 conversation;
    Sort "list.sort" "sort" [List] 0 always;
    TakeIn "list.take-in" "take-in" [List] 0 always;
    Density "list.density" "density" [Global] 0 always;
    Times "view.times" "times" [Inbox] 0 always;
    // selection and deeds on many
    Select "select.toggle" "select" [Inbox] 0 select;
    SelectRange "select.range" "select-range" [Inbox] 0 select;
    SelectAll "select.all" "select-all" [Inbox] 0 select_all;
    BulkResults "bulk.results" "bulk-results" [Global] 0 has_bulks;
    BulkPause "bulk.pause" "bulk-pause" [Global] 0 bulk_open;
    // outbox rows
    OutboxAnyway "outbox.send-anyway" "outbox-anyway" [Outbox] 1 held;
    OutboxRetry "outbox.retry" "outbox-retry" [Outbox] 1 retry;
    OutboxArrived "outbox.arrived" "outbox-arrived" [Outbox] 2 arrived;
    OutboxEdit "outbox.edit" "outbox-edit" [Outbox] 3 edit_row;
    OutboxDiscard "outbox.discard" "outbox-discard" [Outbox] 4 needs_you;
    // composer
    Send "composer.send" "send" [Composer] 1 text;
    SendClose "composer.send-close" "send-close" [Composer] 4 text;
    SendSnooze "composer.send-snooze" "send-snooze" [Composer] 0 text;
    SendNext "composer.send-next" "send-next" [Composer] 5 text;
    SendAssign "composer.send-assign" "send-assign" [Composer] 0 text;
    ToggleMode "composer.toggle-mode" "toggle-mode" [Composer] 3 composing;
    SeenArrivals "composer.seen" "seen-arrivals" [Composer] 2 arrivals;
    Attach "composer.attach" "attach" [Composer] 7 attach;
    Detach "composer.detach" "detach" [Composer] 0 files;
    Preview "composer.preview" "preview" [Composer] 0 text;
    Editor "composer.editor" "editor" [Composer] 0 composing;
    Recipients "composer.recipients" "recipients" [Composer] 0 composing;
    Macro "composer.macro" "macro" [Composer] 0 macros;
    TakeTheirs "composer.take-theirs" "take-theirs" [Composer] 1 two_drafts;
    KeepOurs "composer.keep-ours" "keep-ours" [Composer] 1 two_drafts;
    JoinBoth "composer.join-both" "join-both" [Composer] 1 two_drafts;
    Leave "composer.leave" "leave" [Composer] 6 composing;
    // going
    GoYou "go.you" "go-you" [Global] 0 always;
    GoMentions "go.mentions" "go-mentions" [Global] 0 always;
    GoUnassigned "go.unassigned" "go-unassigned" [Global] 0 always;
    GoAll "go.all" "go-all" [Global] 0 always;
    GoSnoozed "go.snoozed" "go-snoozed" [Global] 0 always;
    GoClosed "go.closed" "go-closed" [Global] 0 always;
    GoDrafts "go.drafts" "go-drafts" [Global] 0 always;
    GoNeedsYou "go.needs-you" "go-needs-you" [Global] 0 always;
    GoBreach "go.breach" "go-breach" [Global] 0 always;
    GoShift "go.shift" "go-shift" [Global] 0 always;
    GoTeam "go.team" "go-team" [Global] 0 teams;
    GoView "go.view" "go-view" [Global] 0 always;
    GoWorkspace "go.workspace" "go-workspace" [Global] 0 workspaces;
    FocusNext "focus.next" "focus-next" [Global] 0 always;
    FocusPrevious "focus.previous" "focus-previous" [Global] 0 always;
    FocusRight "focus.right" "focus-right" [Global] 0 always;
    FocusLeft "focus.left" "focus-left" [Global] 3 always;
    // the sidebar
    SidebarFold "sidebar.fold" "sidebar-fold" [Sidebar] 0 in_sidebar;
    SidebarIn "sidebar.in" "sidebar-in" [Sidebar] 0 in_sidebar;
    SidebarOut "sidebar.out" "sidebar-out" [Sidebar] 0 in_sidebar;
    SidebarPin "sidebar.pin" "sidebar-pin" [Sidebar] 12 sidebar_entry;
    SidebarHide "sidebar.hide" "sidebar-hide" [Sidebar] 13 sidebar_row;
    SidebarDown "sidebar.move-down" "sidebar-down" [Sidebar] 0 sidebar_row;
    SidebarUp "sidebar.move-up" "sidebar-up" [Sidebar] 0 sidebar_row;
    Mouse "view.mouse" "mouse" [Global] 0 always;
    // the rest
    Palette "palette.open" "palette" [Global Composer] 2 always;
    Help "help.open" "help" [Global Composer Picker Page] 1 always;
    Away "me.away" "away" [Global] 0 me;
    Sync "sync.now" "sync" [Global] 0 always;
    Back "app.back" "back" [Global Picker Help Confirm Page] 0 always;
    Quit "app.quit" "quit" [Global Confirm] 0 always;
    Cancel "app.cancel" "cancel" [Always] 0 always;
    Redraw "app.redraw" "redraw" [Always] 0 always;
    Suspend "app.suspend" "suspend" [Always] 0 always;
    Choose "picker.choose" "choose" [Picker Help Page] 0 always;
    Toggle "picker.toggle" "toggle" [Picker] 0 always;
    Yes "confirm.yes" "yes" [Confirm] 0 always;
}

impl CommandId {
    /// From its name in keymap files.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        TABLE.iter().find(|command| command.name == name).map(|command| command.id)
    }
}

type Judged = Result<(), Why>;

const fn need(so: bool, why: &'static str) -> Judged {
    if so { Ok(()) } else { Err(Why(why)) }
}

#[allow(clippy::unnecessary_wraps, reason = "one signature for the whole table")]
const fn always(_: &Facts) -> Judged {
    Ok(())
}

const fn conversation(facts: &Facts) -> Judged {
    if facts.is_new && facts.selected == 0 {
        return Err(Why("why-not-begun"));
    }
    need(facts.conversation.is_some() || facts.selected > 0, "why-no-conversation")
}

const fn messages(facts: &Facts) -> Judged {
    need(facts.has_messages, "why-no-thread")
}

const fn rows(facts: &Facts) -> Judged {
    need(facts.has_rows, "why-list-empty")
}

fn assign(facts: &Facts) -> Judged {
    conversation(facts)?;
    need(facts.has_teammates, "why-no-teammates")
}

fn assign_team(facts: &Facts) -> Judged {
    conversation(facts)?;
    teams(facts)
}

const fn teams(facts: &Facts) -> Judged {
    need(facts.has_teams, "why-no-teams")
}

const fn workspaces(facts: &Facts) -> Judged {
    need(facts.has_workspaces, "why-one-workspace")
}

const fn on_file(facts: &Facts) -> Judged {
    need(facts.on_file, "why-no-file-page")
}

const fn in_sidebar(facts: &Facts) -> Judged {
    need(facts.in_sidebar, "why-not-in-sidebar")
}

fn sidebar_entry(facts: &Facts) -> Judged {
    in_sidebar(facts)?;
    need(facts.sidebar_entry, "why-no-entry")
}

fn sidebar_row(facts: &Facts) -> Judged {
    in_sidebar(facts)?;
    need(facts.sidebar_row, "why-stays-there")
}

fn assign_me(facts: &Facts) -> Judged {
    conversation(facts)?;
    me(facts)?;
    need(!facts.mine || facts.selected > 0, "why-already-mine")
}

const fn me(facts: &Facts) -> Judged {
    need(facts.me_known, "why-me-unknown")
}

fn snooze_again(facts: &Facts) -> Judged {
    conversation(facts)?;
    need(facts.has_last_snooze, "why-no-last-snooze")
}

fn close(facts: &Facts) -> Judged {
    conversation(facts)?;
    need(!facts.in_mentions, "why-in-mentions")?;
    need(facts.conversation != Some(State::Closed) || facts.selected > 0, "why-already-closed")
}

fn mention(facts: &Facts) -> Judged {
    need(facts.conversation.is_some(), "why-no-conversation")?;
    need(facts.in_mentions, "why-not-in-mentions")
}

/// One conversation, selected or not, begun or not.
const fn one_at_hand(facts: &Facts) -> Judged {
    need(facts.conversation.is_some(), "why-no-conversation")
}

/// Also for a conversation that the helpdesk does not have yet.
const fn reply(facts: &Facts) -> Judged {
    need(facts.conversation.is_some() || facts.selected > 0, "why-no-conversation")
}

fn attach(facts: &Facts) -> Judged {
    composing(facts)?;
    need(!facts.is_new, "new-no-files")
}

fn reopen(facts: &Facts) -> Judged {
    conversation(facts)?;
    need(facts.conversation != Some(State::Open) || facts.selected > 0, "why-already-open")
}

fn priority(facts: &Facts) -> Judged {
    conversation(facts)?;
    need(facts.set_priority, "why-no-priority")
}

fn mark_unread(facts: &Facts) -> Judged {
    conversation(facts)?;
    need(!facts.unread || facts.selected > 0, "why-already-unread")
}

const fn undo(facts: &Facts) -> Judged {
    need(facts.can_undo, "why-nothing-to-undo")
}

fn one_conversation(facts: &Facts) -> Judged {
    conversation(facts)?;
    need(facts.selected == 0, "why-one-only")
}

fn select(facts: &Facts) -> Judged {
    select_all(facts)?;
    need(!facts.is_new, "why-not-begun")?;
    conversation(facts)
}

const fn select_all(facts: &Facts) -> Judged {
    need(facts.can_select, "why-no-selecting")
}

const fn has_bulks(facts: &Facts) -> Judged {
    need(facts.has_bulks, "why-no-bulk")
}

const fn bulk_open(facts: &Facts) -> Judged {
    need(facts.bulk_open, "why-no-bulk-open")
}

const fn composing(facts: &Facts) -> Judged {
    need(facts.composing, "why-not-composing")
}

/// What goes into a command is on the screen.
const fn pipe(facts: &Facts) -> Judged {
    need(facts.has_messages || facts.composing, "why-no-thread")
}

fn text(facts: &Facts) -> Judged {
    composing(facts)?;
    need(facts.has_text, "why-empty-text")
}

fn macros(facts: &Facts) -> Judged {
    composing(facts)?;
    need(facts.has_macros, "why-no-macros")
}

const fn any_row(facts: &Facts) -> Judged {
    need(facts.outbox.is_some(), "why-no-outbox-row")
}

fn needs_you(facts: &Facts) -> Judged {
    any_row(facts)?;
    need(facts.outbox.is_some_and(OutboxStatus::needs_you), "why-on-its-way")
}

fn retry(facts: &Facts) -> Judged {
    needs_you(facts)?;
    need(facts.outbox != Some(OutboxStatus::Held), "why-held")
}

fn held(facts: &Facts) -> Judged {
    any_row(facts)?;
    need(facts.outbox == Some(OutboxStatus::Held), "why-not-held")
}

const fn arrivals(facts: &Facts) -> Judged {
    need(facts.has_arrivals, "why-nothing-came")
}

const fn files(facts: &Facts) -> Judged {
    need(facts.has_files, "why-no-file")
}

const fn two_drafts(facts: &Facts) -> Judged {
    need(facts.two_drafts, "why-one-draft")
}

const fn draft(facts: &Facts) -> Judged {
    need(facts.has_draft, "why-no-draft")
}

fn edit_row(facts: &Facts) -> Judged {
    needs_you(facts)?;
    need(facts.outbox_message, "why-no-message")
}

fn arrived(facts: &Facts) -> Judged {
    any_row(facts)?;
    need(facts.outbox == Some(OutboxStatus::NeedsDecision), "why-not-undecided")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::words::Words;

    #[test]
    fn every_command_has_words_a_name_of_its_own_and_a_place() {
        let words = Words::english();
        let mut names = BTreeSet::new();
        for command in Command::all() {
            assert!(names.insert(command.name), "{} twice", command.name);
            assert_eq!(CommandId::parse(command.name), Some(command.id));
            assert!(words.has(command.title), "{}", command.title);
            assert!(words.has(command.doc), "{}", command.doc);
            assert!(command.hint == 0 || words.has(command.short), "{}", command.short);
            assert!(!command.contexts.is_empty(), "{}", command.name);
        }
    }

    #[test]
    fn every_reason_has_words() {
        let words = Words::english();
        let states = [None, Some(State::Open), Some(State::Closed), Some(State::Snoozed)];
        for conversation in states {
            for outbox in [None, Some(OutboxStatus::Queued), Some(OutboxStatus::Failed), Some(OutboxStatus::Held)] {
                for flags in 0..4_u8 {
                    let (a, b) = (flags & 1 > 0, flags & 2 > 0);
                    let facts = Facts {
                        conversation,
                        outbox,
                        unread: a,
                        mine: a,
                        me_known: b,
                        composing: a,
                        has_teammates: b,
                        ..Facts::default()
                    };
                    for command in Command::all() {
                        if let Err(why) = command.enabled(&facts) {
                            assert!(words.has(why.0), "{}", why.0);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_done_says_why() {
        let mut facts = Facts { conversation: Some(State::Closed), ..Facts::default() };
        assert_eq!(CommandId::Close.command().enabled(&facts), Err(Why("why-already-closed")));
        assert_eq!(CommandId::Reopen.command().enabled(&facts), Ok(()));
        assert_eq!(CommandId::Priority.command().enabled(&facts), Err(Why("why-no-priority")));
        facts.conversation = None;
        assert_eq!(CommandId::Priority.command().enabled(&facts), Err(Why("why-no-conversation")));
        assert_eq!(CommandId::Undo.command().enabled(&facts), Err(Why("why-nothing-to-undo")));
    }
}
