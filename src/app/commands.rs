//! Commands carried out: one arm each, judged by the table first.

use super::composer::Choice;
use super::composer_run::Then;
use super::file::FileDeed;
use super::layers::{Confirm, Layer};
use super::moving::Step;
use super::picker::{On, PickerKind};
use super::shelf::Haste;
use super::sidebar::EntryKind;
use super::{App, Effect, Matter, Pane, Severity};
use crate::command::{CommandId, Facts};
use crate::domain::{Act, AssignTo, Conversation, ConversationId, Mode};
use crate::sync::message::{Request, Storage};

impl App {
    /// How things stand now, for judging commands.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let on = self.target();
        let me = self.directory.me();
        let row = self.row_at_cursor();
        Facts {
            conversation: on.map(|on| on.state),
            unread: on.is_some_and(|on| on.unread),
            mine: on.is_some_and(|on| on.assignee.is_some() && on.assignee.as_ref() == me.map(|me| &me.id)),
            me_known: me.is_some(),
            has_teammates: !self.directory.teammates.is_empty(),
            has_teams: !self.directory.teams.is_empty(),
            has_workspaces: self.has_other_workspaces(),
            set_priority: self.directory.capabilities.set_priority,
            has_last_snooze: self.last_snooze.is_some(),
            can_undo: self.can_bring_mention_back()
                || self.undo.last().is_some()
                || !self.awaited.is_empty()
                || self.bulk.is_doing(),
            selected: self.selection.len(),
            can_select: self.can_select(),
            has_bulks: !self.bulk.runs.is_empty(),
            bulk_open: self.bulk.runs.iter().any(|run| run.waiting > 0),
            has_messages: self.thread.open.as_ref().is_some_and(|open| !open.items.is_empty()),
            has_rows: if self.shows_outbox() { !self.list.outbox.is_empty() } else { !self.list.rows.is_empty() },
            composing: self.composer.conversation.is_some(),
            has_text: self.composer.conversation.is_some() && !self.composer.is_blank(),
            has_macros: !self.directory.macros.is_empty(),
            has_files: !self.composer.files.is_empty(),
            has_arrivals: !self.composer.arrivals.is_empty(),
            two_drafts: self.composer.theirs().is_some(),
            has_draft: self.id_at_hand().is_some_and(|id| self.has_draft(&id)),
            outbox: row.map(|row| row.status),
            outbox_message: row.is_some_and(|row| row.act.is_message()),
            on_file: matches!(self.layers.last(), Some(Layer::File(_))),
            in_sidebar: self.focus == Pane::Sidebar,
            sidebar_entry: self.sidebar_facts().0,
            sidebar_row: self.sidebar_facts().1,
            is_new: self.id_at_hand().is_some_and(|id| id.is_placeholder()),
            in_mentions: self.in_mentions(),
        }
    }

    /// Runs a command, or says why not.
    pub(super) fn run(&mut self, command: CommandId) {
        let question = self.layers.last().and_then(|layer| match layer {
            Layer::Confirm(confirm) => Some(confirm),
            _ => None,
        });
        if command == CommandId::Undo && question.is_some_and(|question| !matches!(question, Confirm::TakeBack { .. }))
        {
            // No yes to this question.
            self.layers.pop();
            return;
        }
        // Among mentions the same key is done with the mention.
        let among_mentions = command == CommandId::Close && self.in_mentions();
        let command = if among_mentions { CommandId::MentionDone } else { command };
        if let Err(why) = command.command().enabled(&self.facts()) {
            self.say(Severity::Warning, why.0);
            return;
        }
        if self.is_selecting() && is_for_selection(command) {
            self.say(Severity::Warning, "bulk-counting");
            return;
        }
        match command {
            CommandId::MoveDown => self.step(Step::Down),
            CommandId::MoveUp => self.step(Step::Up),
            CommandId::PageDown => self.step(Step::PageDown),
            CommandId::PageUp => self.step(Step::PageUp),
            CommandId::MoveTop => self.step(Step::Top),
            CommandId::MoveBottom => self.step(Step::Bottom),
            CommandId::LineDown => self.scroll_thread(true),
            CommandId::LineUp => self.scroll_thread(false),
            CommandId::CustomerNext => self.step_customer(true),
            CommandId::CustomerPrevious => self.step_customer(false),
            CommandId::ThreadFind => self.open_find(),
            CommandId::ThreadNew => self.go_to_new(),
            CommandId::NoteNext => self.step_note(true),
            CommandId::NotePrevious => self.step_note(false),
            CommandId::Open => self.open_item(),
            CommandId::Next => self.neighbour(true),
            CommandId::Previous => self.neighbour(false),
            CommandId::Read => self.read_on(),
            CommandId::Undo => self.undo_last(),
            CommandId::ToggleDetails => self.toggle_details(),
            CommandId::Density => self.toggle_density(),
            CommandId::Times => self.absolute_times = !self.absolute_times,
            CommandId::Sort => self.open_picker(PickerKind::Sort),
            CommandId::TakeIn => self.take_in(None),
            CommandId::Reply => self.compose(Mode::Reply),
            CommandId::Note => self.compose(Mode::Note),
            CommandId::Leave => self.leave_composer(),
            CommandId::ToggleMode => self.toggle_mode(),
            CommandId::Send => self.send(&Then::Stay),
            CommandId::SendClose => self.send(&Then::Close),
            CommandId::SendNext => self.send(&Then::Next),
            CommandId::SendSnooze => self.open_sending_picker(PickerKind::Snooze),
            CommandId::SendAssign => self.open_sending_picker(PickerKind::Teammate),
            CommandId::New => self.open_new(),
            CommandId::GoBreach => self.go_breach(),
            CommandId::GoShift => self.open_shift(),
            CommandId::PageNext if matches!(self.layers.last(), Some(Layer::Pager(_))) => self.page_on(self.struck),
            CommandId::PageNext => self.shift_next(),
            CommandId::PageFind => self.seek_in_page(),
            CommandId::PageCopy if matches!(self.layers.last(), Some(Layer::Pager(_))) => self.copy_page(),
            CommandId::PageCopy if matches!(self.layers.last(), Some(Layer::File(_))) => self.copy_file_line(),
            CommandId::PageCopy if matches!(self.layers.last(), Some(Layer::Links(_))) => self.copy_chosen(),
            CommandId::PageCopy => self.copy_link(),
            CommandId::Links => self.open_links(),
            CommandId::Number => self.go_number(self.struck),
            CommandId::Copy => self.open_copy(),
            CommandId::Source => self.show_source(),
            CommandId::FileView => self.do_with_file(FileDeed::View),
            CommandId::FileSave => self.do_with_file(FileDeed::Save),
            CommandId::FilePipe => self.do_with_file(FileDeed::Pipe),
            CommandId::GoYou => self.go(&EntryKind::You),
            CommandId::GoMentions => self.go_mentions(),
            CommandId::GoUnassigned => self.go(&EntryKind::Unassigned),
            CommandId::GoAll => self.go(&EntryKind::All),
            CommandId::GoSnoozed => self.go(&EntryKind::Snoozed),
            CommandId::GoClosed => self.go(&EntryKind::Closed),
            CommandId::GoDrafts => self.go(&EntryKind::Drafts),
            CommandId::GoNeedsYou => self.go(&EntryKind::NeedsYou),
            CommandId::GoTeam => self.open_picker(PickerKind::GoTeam),
            CommandId::GoView => self.open_picker(PickerKind::GoView),
            CommandId::SidebarFold => self.fold_row(),
            CommandId::SidebarIn => self.sidebar_in(),
            CommandId::SidebarOut => self.sidebar_out(),
            CommandId::SidebarPin => self.pin_row(),
            CommandId::SidebarHide => self.hide_row(),
            CommandId::SidebarDown => self.move_row(true),
            CommandId::SidebarUp => self.move_row(false),
            CommandId::Mouse => self.toggle_mouse(),
            CommandId::GoWorkspace => self.open_workspaces(),
            CommandId::Away => self.open_picker(PickerKind::Away),
            CommandId::FocusNext => self.focus_cycle(true),
            CommandId::FocusPrevious => self.focus_cycle(false),
            CommandId::FocusRight => self.focus_beside(true),
            CommandId::FocusLeft => self.focus_beside(false),
            CommandId::Palette => self.open_palette(),
            CommandId::Macro => self.open_macros(),
            CommandId::Help => self.open_help(),
            CommandId::Back => {
                if !(self.layers.is_empty() && self.clear_selection()) {
                    self.back();
                }
            }
            CommandId::Select => self.toggle_selected(),
            CommandId::SelectRange => self.select_range(),
            CommandId::SelectAll => self.select_all(),
            CommandId::BulkResults => self.open_results(),
            CommandId::BulkPause => {
                self.pause_current(false);
            }
            CommandId::Quit if matches!(self.layers.last(), Some(Layer::Confirm(Confirm::Quit { .. }))) => self.quit(),
            CommandId::Quit if self.back() => {}
            CommandId::Quit => self.ask_quit(),
            CommandId::Yes => self.confirmed(),
            CommandId::SeenArrivals => self.seen_arrivals(),
            CommandId::TakeTheirs => self.choose_draft(Choice::Theirs),
            CommandId::KeepOurs => self.choose_draft(Choice::Ours),
            CommandId::JoinBoth => self.choose_draft(Choice::Both),
            CommandId::Attach => self.ask_path(),
            CommandId::Detach => self.detach(),
            CommandId::Preview => self.toggle_preview(),
            CommandId::Editor => self.edit_outside(),
            CommandId::Recipients => self.change_recipients(),
            CommandId::DiscardDraft => self.ask_discard_draft(),
            CommandId::Cancel => self.cancel(),
            CommandId::Redraw => self.out.push(Effect::Redraw),
            CommandId::Suspend => {
                self.save_draft(Haste::Leave);
                self.out.push(Effect::Suspend);
            }
            CommandId::Sync => self.sync_now(),
            CommandId::Choose => self.choose(),
            CommandId::Toggle if matches!(self.layers.last(), Some(Layer::Find(_))) => self.find_step(true),
            CommandId::Toggle if matches!(self.layers.last(), Some(Layer::New(_))) => {
                if let Some(Layer::New(form)) = self.layers.pop() {
                    self.new_go_on(form, true);
                }
            }
            CommandId::Toggle if matches!(self.layers.last(), Some(Layer::Path(_))) => self.complete_path(),
            CommandId::Pipe => self.open_pipes(),
            CommandId::Toggle if matches!(self.layers.last(), Some(Layer::Pipe(_))) => self.turn_pipe(),
            CommandId::Toggle if matches!(self.layers.last(), Some(Layer::Bulk(_))) => self.toggle_in_bulk(),
            CommandId::Toggle if matches!(self.layers.last(), Some(Layer::Palette(_))) => self.toggle_palette_preview(),
            CommandId::Toggle => self.toggle_choice(),
            CommandId::OutboxAnyway
            | CommandId::OutboxRetry
            | CommandId::OutboxEdit
            | CommandId::OutboxDiscard
            | CommandId::OutboxArrived => self.run_on_outbox(command),
            _ if self.run_on_selection(command) => {}
            _ => {
                if let Some(on) = self.target().cloned() {
                    self.run_on(command, &on);
                }
            }
        }
    }

    /// The commands that act on a conversation.
    fn run_on(&mut self, command: CommandId, on: &Conversation) {
        match command {
            CommandId::Assign => self.open_picker(PickerKind::Teammate(On::one(on))),
            CommandId::AssignTeam => self.open_picker(PickerKind::Team(On::one(on))),
            CommandId::Tags => self.open_picker(PickerKind::Tags(On::one(on))),
            CommandId::Snooze => self.open_picker(PickerKind::Snooze(On::one(on))),
            CommandId::Priority => self.open_picker(PickerKind::Priority(On::one(on))),
            CommandId::Participants => self.open_picker(PickerKind::Participants(Box::new(on.clone()))),
            CommandId::Merge => self.open_picker(PickerKind::Merge(Box::new(on.clone()))),
            CommandId::Spam => self.open_spam(On::one(on)),
            CommandId::AssignMe => {
                if let Some(me) = self.me() {
                    self.act(on, vec![Act::Assign { to: AssignTo::Teammate(me) }]);
                }
            }
            CommandId::SnoozeAgain => self.snooze_again(&On::one(on)),
            CommandId::Close => {
                self.act(on, vec![Act::Close]);
            }
            CommandId::Reopen => {
                self.act(on, vec![Act::Reopen]);
            }
            CommandId::MentionDone => self.finish_mention(on),
            CommandId::WebLink => self.show_link(on),
            CommandId::MarkUnread => {
                // It stays unread although it is in view.
                self.thread.read_at = None;
                self.marked_unread.insert(on.id.clone());
                self.ask(Request::MarkUnread(on.id.clone()));
                self.show_unread(&on.id, true);
                self.say(Severity::Info, "act-unread");
            }
            _ => {}
        }
    }

    /// The conversation that a key acts on, loaded or not.
    pub(super) fn id_at_hand(&self) -> Option<ConversationId> {
        match self.focus {
            Pane::List | Pane::Sidebar => self.id_at_cursor(),
            Pane::Thread | Pane::Details | Pane::Composer => self.thread.wanted.clone(),
        }
    }

    /// `q` at the top level: says what is not sent yet.
    fn ask_quit(&mut self) {
        let loses = self.status.storage != Storage::Disk;
        self.layers.push(Layer::Confirm(Confirm::Quit { unsent: self.unsent(), loses }));
    }

    /// The question in front was answered with yes.
    fn confirmed(&mut self) {
        let Some(Layer::Confirm(confirm)) = self.layers.pop() else { return };
        match confirm {
            Confirm::Quit { .. } => self.quit(),
            Confirm::TakeBack { .. } => self.take_back_last(),
            Confirm::DiscardDraft { on, draft, .. } => self.discard_drafts(&on, &[draft.0]),
            Confirm::Merge(ask) => self.merge_now(*ask),
            Confirm::Block(ask) => self.block_now(*ask),
            Confirm::Pipe(ask) => self.consent_to_pipe(*ask),
            // There are two things to say yes to.
            Confirm::Spam(_) => self.layers.push(Layer::Confirm(confirm)),
        }
    }

    /// One step in the front layer, else in the focused pane.
    fn step(&mut self, step: Step) {
        if self.step_layer(step) {
            return;
        }
        let page = self.thread_page();
        match self.focus {
            Pane::Sidebar => self.step_sidebar(step),
            Pane::List => self.step_list(step),
            Pane::Thread => {
                if let Some(open) = self.thread.open.as_mut() {
                    open.step_message(step, page);
                }
            }
            Pane::Details => self.step_details(step),
            Pane::Composer => {}
        }
    }

    fn scroll_thread(&mut self, down: bool) {
        let page = self.thread_page();
        if let Some(open) = self.thread.open.as_mut() {
            open.scroll_by(down, 1, page);
        }
    }

    fn step_customer(&mut self, forward: bool) {
        let page = self.thread_page();
        let moved = self.thread.open.as_mut().is_some_and(|open| open.step_customer(forward, page));
        if !moved {
            self.say(Severity::Info, "no-customer-message");
        }
    }

    fn sync_now(&mut self) {
        self.ask(Request::SyncNow);
        self.take_in(None);
        self.ask_counts();
        self.ask_thread();
        let text = self.words.say("syncing");
        self.say_about(Matter::Pull, text);
    }

    /// `ctrl-c`: cancels what is half done. Never leaves the program.
    fn cancel(&mut self) {
        if !self.leave_file() && self.layers.pop().is_none() && !self.stop_pipe() && !self.pause_current(true) {
            self.say(Severity::Info, "nothing-to-cancel");
        }
    }
}

/// Whether a command acts on what is selected, where something is.
const fn is_for_selection(command: CommandId) -> bool {
    matches!(
        command,
        CommandId::Assign
            | CommandId::AssignTeam
            | CommandId::AssignMe
            | CommandId::Tags
            | CommandId::Snooze
            | CommandId::SnoozeAgain
            | CommandId::Close
            | CommandId::Reopen
            | CommandId::Priority
            | CommandId::Merge
            | CommandId::Participants
            | CommandId::Spam
            | CommandId::MarkUnread
            | CommandId::MentionDone
    )
}
