//! What keys do in the line that finds in the thread.

use std::sync::Arc;

use super::find::Find;
use super::search::{Found, Search, Texts, fold};
use super::view::Aim;
use crate::app::moving::Step;
use crate::app::{App, Effect, Layer, Severity};

/// What is kept of searches from one to the next.
#[derive(Debug, Default)]
pub(in crate::app) struct Seeking {
    /// What was searched for last.
    last: String,
    /// Number of the latest question.
    generation: u64,
    /// Something is searched, or kept for searching.
    busy: bool,
}

impl App {
    /// The line that finds in the thread, while it is open.
    #[must_use]
    pub fn finding(&self) -> Option<&Find> {
        self.layers.iter().find_map(|layer| if let Layer::Find(find) = layer { Some(&**find) } else { None })
    }

    fn finding_mut(&mut self) -> Option<&mut Find> {
        self.layers.iter_mut().find_map(|layer| if let Layer::Find(find) = layer { Some(&mut **find) } else { None })
    }

    /// `/` in a thread.
    pub(in crate::app) fn open_find(&mut self) {
        let Some(open) = self.thread.open.as_ref() else { return };
        let (id, texts) = (open.thread.conversation.id.clone(), Arc::new(Texts::of(open)));
        self.layers.push(Layer::Find(Box::new(Find::new(id, open.cursor, open.version, texts))));
    }

    /// What is typed has changed: it is searched for anew, from where it began.
    pub(in crate::app) fn find_typed(&mut self) {
        if let Some(find) = self.finding_mut() {
            find.current = None;
            find.wrapped = None;
        }
        self.search_thread();
    }

    /// Asks for everything that is found in the thread.
    fn search_thread(&mut self) {
        self.seeking.generation += 1;
        let generation = self.seeking.generation;
        let Some(find) = self.finding_mut() else { return };
        let needle = fold(find.input.text());
        find.generation = generation;
        (find.stale, find.more, find.done) = (true, false, false);
        if needle.trim().is_empty() {
            find.hits.clear();
            (find.current, find.stale, find.done) = (None, false, true);
            return;
        }
        let from = find.current.map_or(find.origin, |(item, _)| item);
        let search = Search { generation, needle, texts: Arc::clone(&find.texts), from };
        self.seeking.busy = true;
        self.out.push(Effect::Search(Some(Box::new(search))));
    }

    /// Some of the answer is here. Returns whether anything visible changed.
    pub(in crate::app) fn hear_hits(&mut self, found: Found) -> bool {
        let Some(find) = self.finding_mut() else { return false };
        if !find.take(found) {
            return false;
        }
        if find.current.is_none() {
            find.current = find.first_from(find.origin);
            self.go_to_found();
        }
        true
    }

    /// `enter` and the arrows: to the next or previous that was found; with nothing typed, what was searched for
    /// last is searched for again.
    pub(in crate::app) fn find_step(&mut self, forward: bool) {
        let last = self.seeking.last.clone();
        let Some(find) = self.finding_mut() else { return };
        let typed = find.input.text().to_owned();
        if typed.trim().is_empty() {
            if last.is_empty() {
                self.say(Severity::Info, "find-nothing-before");
                return;
            }
            find.input.set(&last);
            self.find_typed();
            return;
        }
        find.current = find.step(forward).or(find.current);
        self.seeking.last = typed;
        self.go_to_found();
    }

    /// A step in the layer: to what was found, or through the thread.
    pub(in crate::app) fn step_find(&mut self, step: Step) {
        match step {
            Step::Down | Step::Up => self.find_step(step == Step::Down),
            Step::PageDown | Step::PageUp | Step::Top | Step::Bottom => {
                let page = self.thread_page();
                if let Some(open) = self.thread.open.as_mut() {
                    open.step_message(step, page);
                }
            }
        }
    }

    /// The cursor goes to what was found.
    fn go_to_found(&mut self) {
        let page = self.thread_page();
        let Some((at, hit)) = self.finding().and_then(Find::current_hit) else { return };
        let typed = self.finding().map(|find| find.input.text().to_owned()).unwrap_or_default();
        self.seeking.last = typed;
        if let Some(open) = self.thread.open.as_mut().filter(|open| at < open.items.len()) {
            open.touched = true;
            open.cursor = at;
            open.aim_at(Aim::Hit(at, hit), page);
            open.clamp(page);
        }
    }

    /// Brings the line into step with the thread: a newer state is searched too, another conversation is not.
    pub(in crate::app) fn settle_find(&mut self) {
        let shown = self.thread.open.as_ref().map(|open| (open.thread.conversation.id.clone(), open.version));
        let Some(find) = self.finding_mut() else {
            if std::mem::take(&mut self.seeking.busy) {
                self.out.push(Effect::Search(None));
            }
            return;
        };
        match shown {
            Some((id, version)) if id == find.conversation => {
                if version == find.version {
                    return;
                }
                find.version = version;
                if let Some(open) = self.thread.open.as_ref() {
                    let texts = Arc::new(Texts::of(open));
                    if let Some(find) = self.finding_mut() {
                        find.texts = texts;
                    }
                }
                self.search_thread();
            }
            _ => {
                self.layers.retain(|layer| !matches!(layer, Layer::Find(_)));
                self.settle_find();
            }
        }
    }

    /// `g f`: to what came since the agent last looked.
    pub(in crate::app) fn go_to_new(&mut self) {
        let page = self.thread_page();
        if !self.thread.open.as_mut().is_some_and(|open| open.go_to_new(page)) {
            self.say(Severity::Info, "nothing-new");
        }
    }

    /// `g n` and `g N`: to the next or previous note.
    pub(in crate::app) fn step_note(&mut self, forward: bool) {
        let page = self.thread_page();
        if !self.thread.open.as_mut().is_some_and(|open| open.step_note(forward, page)) {
            self.say(Severity::Info, "no-note");
        }
    }
}
