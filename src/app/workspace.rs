//! Which workspace the screen shows, and which others it can change to.
//!
//! Owns the mark that keeps a test workspace from being taken for the real one, and the conversation that
//! the screen begins with when one was named. The runtime opens the other workspace; until it is open,
//! everything here goes on.

use super::picker::{PickerKind, Value};
use super::{App, Effect, Severity};
use crate::sync::message::Place;
use crate::text::{Clean, clean};

/// A configured workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceChoice {
    /// Its name in config.toml.
    pub name: String,
    /// Where it is: a region or an address.
    pub place: Clean,
    /// No customer is behind it.
    pub test: bool,
}

/// The workspaces that are configured, and which of them is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workspaces {
    /// The name in config.toml of the one that is shown; absent for one that is not configured.
    pub here: Option<String>,
    /// The one that is shown is a test workspace.
    pub test: bool,
    /// All that are configured, in the order of config.toml.
    pub all: Vec<WorkspaceChoice>,
}

impl App {
    /// Which workspaces there are: said once, before the first message.
    pub fn set_workspaces(&mut self, workspaces: Workspaces) {
        let mark = if workspaces.test { self.words.say("workspace-test") } else { Clean::default() };
        self.sidebar.mark = mark.clone();
        self.status.mark = mark;
        self.workspaces = workspaces;
        self.dirty = true;
    }

    /// Begins at a place of the caller's choice instead of where the last run ended.
    pub fn begin_at(&mut self, place: Place) {
        self.whereabouts.begin(place);
    }

    /// Whether there is another workspace than the one that is shown.
    pub(super) fn has_other_workspaces(&self) -> bool {
        self.workspaces.all.iter().any(|one| Some(&one.name) != self.workspaces.here.as_ref())
    }

    /// `g w`: with two there is nothing to choose, but a choice is where a slip of the finger ends.
    pub(super) fn open_workspaces(&mut self) {
        self.open_picker(PickerKind::GoWorkspace);
    }

    /// Every workspace as name, its mark with where it is, and whether it is the one that is shown.
    pub(super) fn workspace_lines(&self) -> Vec<(Value, Clean, Clean, bool)> {
        self.workspaces
            .all
            .iter()
            .map(|one| {
                let mark = if one.test { self.words.say("workspace-test") } else { Clean::default() };
                let words = [mark, one.place.clone()];
                let detail = Clean::join(words.iter().filter(|word| !word.is_blank()), &Clean::literal(" "));
                let here = self.workspaces.here.as_ref() == Some(&one.name);
                (Value::GoWorkspace(one.name.clone()), clean(&one.name), detail, here)
            })
            .collect()
    }

    /// Changes to another workspace, which is opened first.
    pub(super) fn go_workspace(&mut self, name: String) {
        let shown = clean(&name);
        let named = [("name", (&shown).into())];
        if self.workspaces.here.as_ref() == Some(&name) {
            let text = self.words.with("workspace-here", &named);
            self.say_text(Severity::Info, text, Clean::default());
            return;
        }
        let text = self.words.with("workspace-opening", &named);
        self.say_text(Severity::Info, text, Clean::default());
        self.out.push(Effect::SwitchWorkspace(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings::Settings;
    use crate::keymap::Keymap;
    use crate::words::Words;

    fn app() -> App {
        let mut app = App::new(Settings::default(), Words::english(), Keymap::shipped(), "test");
        let one =
            |name: &str, test| WorkspaceChoice { name: name.to_owned(), place: clean("https://desk.example"), test };
        app.set_workspaces(Workspaces {
            here: Some("Shop".to_owned()),
            test: false,
            all: vec![one("Shop", false), one("Sandbox", true)],
        });
        app
    }

    #[test]
    fn another_workspace_is_asked_for_and_the_one_that_is_shown_is_not() {
        let mut app = app();
        assert!(app.has_other_workspaces() && app.sidebar.mark.is_blank());
        app.go_workspace("Shop".to_owned());
        assert!(app.out.is_empty());
        app.go_workspace("Sandbox".to_owned());
        assert!(matches!(app.out.as_slice(), [Effect::SwitchWorkspace(name)] if name == "Sandbox"));
    }

    #[test]
    fn a_test_workspace_is_marked_wherever_it_is_named() {
        let mut app = app();
        let lines = app.workspace_lines();
        assert!(lines[0].3 && !lines[1].3, "the one that is shown");
        assert!(lines[1].2.starts_with("[TEST]"));
        let workspaces = Workspaces { here: Some("Sandbox".to_owned()), test: true, ..app.workspaces.clone() };
        app.set_workspaces(workspaces);
        assert_eq!((app.sidebar.mark.as_str(), app.status.mark.as_str()), ("[TEST]", "[TEST]"));
    }
}
