//! Which part of a list is asked for, and what an answer may do to the rows that are held.

use std::collections::BTreeSet;

use super::list::{List, ListRow, ListState};
use super::sidebar::EntryKind;
use super::{App, Pane};
use crate::domain::{Conversation, ConversationId, UnixTime};
use crate::sync::message::{Generation, Request, Window, WindowSpec};

/// Rows asked for at a time.
const PAGE: usize = 200;
/// Rows held at most; those farthest from the cursor go first.
const HELD: usize = 800;
/// Rows of the last page asked for again, to find the seam.
const OVERLAP: usize = 20;
/// The next page is asked for when the cursor comes this near to the end of what is held.
const NEAR: usize = 40;

/// What a question about the list is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The entry was opened: show it from its top.
    Open,
    /// The agent takes the news in, or came back to a row: show what is there, around the cursor.
    TakeIn {
        /// The cursor goes to this one.
        to: Option<ConversationId>,
    },
    /// Something changed: rows in place, news counted.
    Refresh,
    /// The rows after those held.
    After,
    /// The rows before those held.
    Before,
    /// The first rows of the whole list, with all that is new.
    Top,
    /// The last rows of the whole list.
    Bottom,
    /// The rows around one of the whole list, which the cursor goes to.
    Around {
        /// Its index in the whole list.
        row: usize,
    },
    /// Rows in view that the last look did not cover: how they are now.
    Check {
        /// One of them.
        row: ConversationId,
    },
}

impl App {
    /// Asks for the open entry from its top.
    pub(super) fn open_list(&mut self) {
        self.selection_leaves();
        self.list = List::default();
        self.ask_list(Purpose::Open);
    }

    /// Asks for what is there now, the cursor on `to`, or staying where it is.
    pub(super) fn take_in(&mut self, to: Option<ConversationId>) {
        let to = to.or_else(|| self.list.at_cursor().map(|on| on.id.clone()));
        self.ask_list(Purpose::TakeIn { to });
    }

    /// Something changed: looks again without moving anything. Waits for an answer under way.
    pub(super) fn refresh_list(&mut self) {
        if self.list.asked.is_some() {
            self.list.look_again = true;
        } else {
            self.ask_list(Purpose::Refresh);
        }
    }

    /// Asks for more rows when the cursor comes near the end of those held.
    pub(super) fn extend_list(&mut self) {
        let list = &self.list;
        if list.asked.is_some() || list.rows.is_empty() {
            return;
        }
        let held_to = list.offset + list.rows.len();
        if list.cursor + NEAR >= list.rows.len() && held_to < list.total {
            self.ask_list(Purpose::After);
        } else if list.cursor < NEAR && list.offset > 0 {
            self.ask_list(Purpose::Before);
        }
    }

    /// Rows in view that the last look did not cover are asked for.
    pub(super) fn check_stale_rows(&mut self) {
        if self.list.asked.is_some() || self.shows_outbox() {
            return;
        }
        let page = self.list_page();
        let seen = self.list.rows.iter().skip(self.list.scroll).take(page);
        if let Some(row) = seen.filter(|row| row.stale).map(|row| row.conversation.id.clone()).next() {
            self.ask_list(Purpose::Check { row });
        }
    }

    /// The list is asked for again because it is another one now (who we are is known, its sort is): the cursor
    /// goes where it was to go, or to what is open, which is not shown beside the row of another one.
    pub(super) fn ask_anew(&mut self) {
        let is_open = matches!(self.focus, Pane::Thread | Pane::Composer | Pane::Details);
        let open = self.thread.wanted.clone().filter(|_| is_open && !self.shows_outbox());
        match (self.list.asked.take(), open) {
            (Some((_, purpose @ Purpose::TakeIn { .. })), _) => self.ask_list(purpose),
            (_, Some(id)) => {
                self.selection_leaves();
                self.list = List::default();
                self.whereabouts.returning = Some(id.clone());
                self.ask_list(Purpose::TakeIn { to: Some(id) });
            }
            (_, None) => self.open_list(),
        }
    }

    /// Asks for the first rows.
    pub(super) fn ask_top(&mut self) {
        self.ask_list(Purpose::Top);
    }

    /// Asks for the last rows.
    pub(super) fn ask_bottom(&mut self) {
        self.ask_list(Purpose::Bottom);
    }

    /// Puts the cursor on a row of the whole list, held or not.
    pub(super) fn go_to_position(&mut self, row: usize) {
        let held = if self.shows_outbox() { self.list.outbox.len() } else { self.list.rows.len() };
        match row.checked_sub(self.list.offset).filter(|at| *at < held) {
            Some(at) => self.put_cursor(at),
            None if self.shows_outbox() => {}
            None => self.ask_list(Purpose::Around { row }),
        }
    }

    pub(super) fn ask_list(&mut self, purpose: Purpose) {
        let Some(entry) = self.sidebar.open_entry().filter(|_| self.started) else { return };
        let generation = Generation(self.generation.0 + 1);
        if entry.kind == EntryKind::NeedsYou {
            self.list.asked = None;
            self.list.look_again = false;
            self.fill_needs_you();
            self.ask_outbox();
            return;
        }
        let Some(query) = entry.query.clone() else { return };
        let sort = entry.sort;
        let list = &self.list;
        let held = list.rows.iter().filter(|row| row.struck_until.is_none()).count();
        let (offset, limit, around) = match &purpose {
            Purpose::Open | Purpose::Top => (0, PAGE, None),
            Purpose::TakeIn { to } => (list.offset, PAGE, to.clone()),
            // What is new pushes the last of those held out of the window.
            Purpose::Refresh => (list.offset, (held + NEAR).max(PAGE), None),
            Purpose::After => ((list.offset + list.rows.len()).saturating_sub(OVERLAP), PAGE + OVERLAP, None),
            Purpose::Before => {
                let from = list.offset.saturating_sub(PAGE);
                (from, list.offset - from + OVERLAP, None)
            }
            Purpose::Bottom => (list.total.saturating_sub(PAGE), PAGE + OVERLAP, None),
            Purpose::Around { row } => (row.saturating_sub(PAGE / 2), PAGE, None),
            Purpose::Check { row } => (list.offset, PAGE, Some(row.clone())),
        };
        self.generation = generation;
        self.list.asked = Some((generation, purpose));
        self.list.look_again = false;
        self.ask(Request::Window { generation, spec: WindowSpec { query, sort, offset, limit, around } });
    }

    /// An answer about the list. Returns whether anything visible may have changed.
    pub(super) fn hear_window(&mut self, generation: Generation, window: Window) -> bool {
        let Some((_, purpose)) = self.list.asked.take_if(|(asked, _)| *asked == generation) else {
            return false;
        };
        let (was_at, news, total) = (self.list.cursor_id(), self.list.news, self.list.total);
        // An empty list, and one that fills for the first time, have nothing that could move.
        let untouched = !self.list.touched && self.status.progress.is_some();
        let in_place = purpose == Purpose::Refresh && !self.list.rows.is_empty() && !untouched;
        let mut changed = self.list.state == ListState::Loading || !in_place;
        match purpose {
            Purpose::Refresh if in_place => changed |= self.list.refresh(window),
            Purpose::Refresh | Purpose::Open => self.list.replace(window, None),
            Purpose::TakeIn { to } => {
                self.list.replace(window, to.as_ref());
                if to.is_some() && to == self.whereabouts.returning {
                    self.list.state = ListState::Ready;
                    self.has_returned();
                }
            }
            Purpose::After => self.list.append(window),
            Purpose::Before => self.list.prepend(window),
            Purpose::Top => {
                self.list.replace(window, None);
                self.list.cursor = 0;
            }
            Purpose::Bottom => {
                self.list.replace(window, None);
                self.list.cursor = self.list.rows.len().saturating_sub(1);
            }
            Purpose::Around { row } => {
                self.list.replace(window, None);
                let last = self.list.rows.len().saturating_sub(1);
                self.list.cursor = row.saturating_sub(self.list.offset).min(last);
            }
            Purpose::Check { row } => changed = self.list.check(&row, window),
        }
        self.list.state = ListState::Ready;
        changed |= (self.list.news, self.list.total) != (news, total);
        if std::mem::take(&mut self.list.look_again) {
            self.refresh_list();
        }
        if self.list.cursor_id() != was_at || self.list.rows.is_empty() {
            self.cursor_moved();
        }
        changed
    }
}

impl List {
    /// The id under the cursor.
    #[must_use]
    pub fn cursor_id(&self) -> Option<ConversationId> {
        self.at_cursor().map(|on| on.id.clone())
    }

    /// Takes everything over. The cursor stays on its conversation (or goes to `to`), else at its
    /// index; what is struck through stays where it was.
    pub(super) fn replace(&mut self, window: Window, to: Option<&ConversationId>) {
        let wanted = to.cloned().or_else(|| self.cursor_id());
        let above = self.cursor.saturating_sub(self.scroll);
        let stays = wanted == self.cursor_id();
        let seen: Vec<ConversationId> =
            self.rows.iter().skip(self.scroll).take(NEAR).map(|row| row.conversation.id.clone()).collect();
        let struck: Vec<(usize, ListRow)> = std::mem::take(&mut self.rows)
            .into_iter()
            .enumerate()
            .filter(|(_, row)| row.struck_until.is_some())
            .map(|(at, row)| ((at + self.offset).saturating_sub(window.offset), row))
            .collect();
        self.offset = window.offset;
        self.total = window.total;
        self.rows = window.rows.into_iter().map(ListRow::new).collect();
        for (at, row) in struck {
            let held = self.rows.iter_mut().find(|held| held.conversation.id == row.conversation.id);
            if let Some(held) = held {
                // It came back, or never left.
                held.struck_until = row.struck_until;
            } else {
                self.rows.insert(at.min(self.rows.len()), row);
                self.total += 1;
            }
        }
        self.news = 0;
        self.cursor = wanted
            .and_then(|id| self.index_of(&id))
            .unwrap_or_else(|| self.cursor.min(self.rows.len().saturating_sub(1)));
        // The row with the cursor stays where it is on the screen; when the cursor goes to another one,
        // the first row that is still there does.
        let anchor = seen.iter().enumerate().find_map(|(row, id)| Some((row, self.index_of(id)?)));
        let (row, at) = anchor.filter(|_| !stays).unwrap_or((above, self.cursor));
        self.scroll = at.saturating_sub(row);
    }

    /// Changes rows in place and counts what is new; nothing moves. Returns whether a row changed.
    pub(super) fn refresh(&mut self, window: Window) -> bool {
        let mut changed = false;
        let holds_all = self.offset == 0 && self.offset + self.rows.len() >= self.total;
        let complete = window.offset == 0 && window.rows.len() >= window.total;
        let held: BTreeSet<ConversationId> = self.rows.iter().map(|row| row.conversation.id.clone()).collect();
        let last_known = window.rows.iter().rposition(|row| held.contains(&row.id));
        let unknown_before = |end: usize| window.rows.iter().take(end).filter(|row| !held.contains(&row.id)).count();
        // Unknown rows behind the last known one are the list's next rows, unless all were held.
        let news = if holds_all { unknown_before(window.rows.len()) } else { last_known.map_or(0, unknown_before) };
        let risen = self.risen(&window);
        let mut coming: std::collections::BTreeMap<ConversationId, Conversation> =
            window.rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        let mut elsewhere = 0;
        for row in &mut self.rows {
            match coming.remove(&row.conversation.id) {
                Some(now) => {
                    changed |= row.left || row.conversation != now;
                    row.conversation = now;
                    row.left = false;
                    row.stale = false;
                }
                None if row.struck_until.is_some() => elsewhere += 1,
                None => {
                    changed |= row.left != complete;
                    row.left = complete;
                    // It may only have moved out of what was looked at.
                    row.stale = !complete;
                }
            }
        }
        self.news = news + risen;
        let left = self.rows.iter().filter(|row| row.left).count();
        self.total = (window.total + elsewhere + left).saturating_sub(news).max(self.offset + self.rows.len());
        changed
    }

    /// Changes the rows that the answer covers. One that was looked for and is not there has left.
    fn check(&mut self, sought: &ConversationId, window: Window) -> bool {
        let mut coming: std::collections::BTreeMap<ConversationId, Conversation> =
            window.rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        let mut changed = false;
        for row in &mut self.rows {
            if let Some(now) = coming.remove(&row.conversation.id) {
                changed |= row.left || row.conversation != now;
                (row.conversation, row.left, row.stale) = (now, false, false);
            } else if row.conversation.id == *sought {
                changed |= !row.left && row.struck_until.is_none();
                row.left = row.struck_until.is_none();
                row.stale = false;
            }
        }
        changed
    }

    /// How many of the rows held would come further up, with something unread in them. What the agent's
    /// own acts move is no news.
    fn risen(&self, window: &Window) -> usize {
        let places: std::collections::BTreeMap<&ConversationId, usize> =
            self.rows.iter().enumerate().map(|(at, row)| (&row.conversation.id, at)).collect();
        let coming: Vec<(usize, bool)> =
            window.rows.iter().filter_map(|row| Some((*places.get(&row.id)?, row.unread))).collect();
        // The longest run of rows that keep their order stays; only the others move.
        let mut ends: Vec<usize> = Vec::new();
        let lengths: Vec<usize> = coming
            .iter()
            .map(|(place, _)| {
                let length = ends.partition_point(|end| end < place);
                match ends.get_mut(length) {
                    Some(end) => *end = *place,
                    None => ends.push(*place),
                }
                length
            })
            .collect();
        let mut next = ends.len();
        let mut below = usize::MAX;
        let mut risen = 0;
        for ((place, unread), length) in coming.iter().zip(&lengths).rev() {
            if length + 1 == next && *place < below {
                (next, below) = (*length, *place);
            } else if *place > below {
                // It comes before one that was above it.
                risen += usize::from(*unread);
            }
        }
        risen
    }

    /// Puts the rows that follow behind those held.
    fn append(&mut self, window: Window) {
        let seam = seam(&window, self.rows.iter().rev());
        let from = seam.map_or(0, |at| at + 1);
        let held: BTreeSet<ConversationId> = self.rows.iter().map(|row| row.conversation.id.clone()).collect();
        let fresh = window.rows.into_iter().skip(from).filter(|row| !held.contains(&row.id)).map(ListRow::new);
        let before = self.rows.len();
        self.rows.extend(fresh);
        let surplus = self.rows.len().saturating_sub(HELD).min(self.cursor.min(self.scroll));
        self.rows.drain(..surplus);
        self.offset += surplus;
        self.cursor -= surplus;
        self.scroll -= surplus;
        self.total = window.total.max(self.offset + self.rows.len());
        if self.rows.len() + surplus == before {
            // The list ends here, whatever was said before.
            self.total = self.offset + self.rows.len();
        }
    }

    /// Puts the rows that come before in front of those held.
    fn prepend(&mut self, window: Window) {
        let seam = seam(&window, self.rows.iter());
        let until = seam.unwrap_or(window.rows.len());
        let held: BTreeSet<ConversationId> = self.rows.iter().map(|row| row.conversation.id.clone()).collect();
        let mut rows: Vec<ListRow> =
            window.rows.into_iter().take(until).filter(|row| !held.contains(&row.id)).map(ListRow::new).collect();
        let added = rows.len();
        rows.append(&mut self.rows);
        self.rows = rows;
        self.cursor += added;
        self.scroll += added;
        self.offset = if added == 0 { 0 } else { self.offset.saturating_sub(added) };
        let keep = HELD.max(self.cursor + NEAR);
        self.rows.truncate(keep);
        self.total = window.total.max(self.offset + self.rows.len());
    }

    /// Strikes a row through until a moment.
    pub(super) fn strike(&mut self, id: &ConversationId, until: UnixTime) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.conversation.id == *id) {
            row.struck_until = Some(until);
        }
    }

    /// Takes the strike off again.
    pub(super) fn unstrike(&mut self, id: &ConversationId) -> bool {
        self.rows.iter_mut().any(|row| row.conversation.id == *id && row.struck_until.take().is_some())
    }

    /// Removes what was struck through and whose window has ended, except under the cursor. Returns
    /// whether anything went.
    pub(super) fn sweep(&mut self, now: UnixTime) -> bool {
        let cursor = self.cursor_id();
        let goes = |row: &ListRow| {
            row.struck_until.is_some_and(|until| until <= now) && cursor.as_ref() != Some(&row.conversation.id)
        };
        let above = self.rows.iter().take(self.cursor).filter(|row| goes(row)).count();
        let before = self.rows.len();
        self.rows.retain(|row| !goes(row));
        let gone = before - self.rows.len();
        self.cursor -= above;
        // The cursor's row stays where it is on the screen.
        self.scroll = self.scroll.saturating_sub(above);
        self.total = self.total.saturating_sub(gone);
        gone > 0
    }
}

/// Where in the answer the row nearest to the seam is that is held too.
fn seam<'a>(window: &Window, nearest: impl Iterator<Item = &'a ListRow>) -> Option<usize> {
    let mut nearest = nearest.filter(|row| row.struck_until.is_none() && !row.left).take(OVERLAP);
    nearest.find_map(|row| window.rows.iter().position(|candidate| candidate.id == row.conversation.id))
}

impl ListRow {
    /// A row as the engine gives it.
    #[must_use]
    pub const fn new(conversation: Conversation) -> Self {
        Self { conversation, struck_until: None, left: false, stale: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u32) -> Conversation {
        Conversation::bare(ConversationId::parse(&id.to_string()).expect("a plain id"), UnixTime(1))
    }

    fn window(offset: usize, ids: &[u32], total: usize) -> Window {
        Window { offset, rows: ids.iter().copied().map(row).collect(), total }
    }

    fn list(offset: usize, ids: &[u32], total: usize) -> List {
        let mut list = List::default();
        list.replace(window(offset, ids, total), None);
        list
    }

    fn ids(list: &List) -> Vec<&str> {
        list.rows.iter().map(|row| row.conversation.id.as_str()).collect()
    }

    #[test]
    fn news_changes_rows_in_place_and_moves_nothing() {
        let mut list = list(0, &[1, 2, 3], 3);
        list.cursor = 1;
        let mut coming = window(0, &[9, 3, 2, 8], 4);
        if let Some(changed) = coming.rows.get_mut(2) {
            changed.unread = true;
        }
        list.refresh(coming);
        assert_eq!(ids(&list), ["1", "2", "3"]);
        assert!(list.rows.iter().any(|row| row.conversation.unread));
        assert_eq!((list.news, list.cursor), (2, 1));
        assert!(list.rows.first().is_some_and(|row| row.left), "1 is gone from the list");
    }

    #[test]
    fn a_row_that_would_come_further_up_is_news_when_it_is_unread() {
        for (order, unread, news) in [
            ([3, 1, 2, 4], 3, 1),
            ([3, 1, 2, 4], 1, 0),
            ([2, 3, 4, 1], 1, 0),
            ([4, 3, 2, 1], 4, 1),
            ([1, 2, 3, 4], 2, 0),
        ] {
            let mut list = list(0, &[1, 2, 3, 4], 4);
            let mut coming = window(0, &order, 4);
            for row in coming.rows.iter_mut().filter(|row| row.id.as_str() == unread.to_string()) {
                row.unread = true;
            }
            list.refresh(coming);
            assert_eq!((list.news, list.total, ids(&list)), (news, 4, vec!["1", "2", "3", "4"]), "{order:?}");
        }
    }

    #[test]
    fn the_next_rows_of_a_long_list_are_no_news() {
        let mut list = list(0, &[1, 2, 3], 10);
        list.refresh(window(0, &[1, 3, 4], 9));
        assert_eq!(list.news, 0);
        list.refresh(window(0, &[7, 1, 3], 10));
        assert_eq!(list.news, 1);
    }

    #[test]
    fn taking_in_keeps_the_cursor_on_its_conversation() {
        let mut list = list(0, &[1, 2, 3], 3);
        list.cursor = 1;
        list.news = 2;
        list.replace(window(0, &[8, 9, 3, 2], 4), None);
        assert_eq!(list.cursor_id().as_ref().map(ConversationId::as_str), Some("2"));
        assert_eq!(list.news, 0);
    }

    #[test]
    fn pages_are_joined_at_the_seam_even_when_the_list_has_shifted() {
        let mut list = list(0, &[1, 2, 3, 4], 8);
        // Two new rows at the top shifted everything by two.
        list.append(window(4, &[3, 4, 5, 6, 7], 10));
        assert_eq!(ids(&list), ["1", "2", "3", "4", "5", "6", "7"]);
        let mut late = self::list(4, &[5, 6, 7], 7);
        late.cursor = 2;
        late.prepend(window(2, &[3, 4, 5, 6], 7));
        assert_eq!(ids(&late), ["3", "4", "5", "6", "7"]);
        assert_eq!((late.cursor, late.offset), (4, 2));
    }

    #[test]
    fn what_was_struck_goes_when_its_window_ends_but_never_under_the_cursor() {
        let mut list = list(0, &[1, 2, 3, 4], 4);
        list.cursor = 2;
        for id in ["1", "3"] {
            list.strike(&ConversationId::parse(id).expect("a plain id"), UnixTime(10));
        }
        assert!(!list.sweep(UnixTime(9)));
        assert!(list.sweep(UnixTime(10)));
        assert_eq!(ids(&list), ["2", "3", "4"]);
        assert_eq!(list.cursor_id().as_ref().map(ConversationId::as_str), Some("3"));
        assert_eq!((list.total, list.standing()), (3, 2), "what is struck through is counted no more");
    }

    #[test]
    fn a_struck_row_survives_news_and_taking_in() {
        let mut list = list(0, &[1, 2, 3], 3);
        list.cursor = 2;
        list.strike(&ConversationId::parse("2").expect("a plain id"), UnixTime(10));
        list.refresh(window(0, &[1, 3], 2));
        assert_eq!((ids(&list), list.news, list.total), (vec!["1", "2", "3"], 0, 3));
        list.replace(window(0, &[1, 3], 2), None);
        assert_eq!(ids(&list), ["1", "2", "3"]);
        assert_eq!(list.cursor, 2);
    }
}
