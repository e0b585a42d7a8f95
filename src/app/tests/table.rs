//! The table and the keymap against the app: what is bound can be run everywhere without harm.

use super::Desk;
use crate::command::{Command, Context};
use crate::keymap::Keymap;

#[test]
fn every_binding_of_every_context_runs_where_it_applies() {
    for binding in Keymap::shipped().bindings() {
        let mut desk = Desk::new();
        let there = match binding.context {
            Context::Always | Context::Global | Context::Inbox | Context::List => "",
            Context::Sidebar => "h",
            Context::Outbox => "g o",
            Context::Thread => "enter",
            Context::Details => "enter l",
            Context::Composer => "r",
            Context::Picker => "a",
            Context::Help => "?",
            Context::Confirm => "q",
            // What opens one has tests of its own.
            Context::Page => continue,
        };
        if !there.is_empty() {
            desk.press(there);
        }
        if binding.context == Context::Composer {
            desk.write("text");
        }
        assert!(desk.app.contexts().contains(&binding.context), "{binding:?}");
        desk.press(&crate::keymap::show(&binding.keys));
        assert_eq!(desk.app.pending_keys(), "", "{binding:?}");
        assert!(!desk.notice().contains("does nothing here"), "{binding:?}");
        assert!(!desk.quit || binding.context == Context::Confirm, "{binding:?}");
    }
}

#[test]
fn the_palette_offers_every_command_that_is_not_for_keys_alone() {
    let mut desk = Desk::new();
    desk.press("ctrl-k");
    let Some(crate::app::Layer::Palette(palette)) = desk.app.layers.last() else { panic!() };
    let lines = (0..palette.len()).filter_map(|at| palette.line(at));
    let offered = lines.filter(|line| line.kind == "kind-command").count();
    let all = Command::all().iter().filter(|command| command.is_for_palette()).count();
    // The composer's and the outbox's own are offered there; the palette does not offer itself.
    let elsewhere = Command::all()
        .iter()
        .filter(|command| command.contexts == [Context::Composer] || command.contexts == [Context::Outbox])
        .count();
    assert_eq!(offered, all - elsewhere - 1);
}

#[test]
fn every_word_that_the_app_says_is_in_the_catalogue() {
    let words = crate::words::Words::english();
    let sources = [
        include_str!("../acts.rs"),
        include_str!("../commands.rs"),
        include_str!("../composer_run.rs"),
        include_str!("../events.rs"),
        include_str!("../moving.rs"),
        include_str!("../picker/build.rs"),
        include_str!("../picker/chosen.rs"),
        include_str!("../picker/filter.rs"),
        include_str!("../picker/merge.rs"),
        include_str!("../picker/people.rs"),
        include_str!("../picker/snooze.rs"),
        include_str!("../picker/target.rs"),
        include_str!("../picker_choose.rs"),
        include_str!("../layer_keys.rs"),
        include_str!("../picker/mod.rs"),
        include_str!("../mouse.rs"),
        include_str!("../sidebar/entry.rs"),
        include_str!("../sidebar/run.rs"),
        include_str!("../thread/item.rs"),
        include_str!("../update.rs"),
        include_str!("../../command/context.rs"),
    ];
    let mut seen = 0;
    for source in sources {
        for quoted in source.split('"').skip(1).step_by(2) {
            let is_key = quoted.contains('-')
                && !quoted.starts_with("local-")
                && quoted.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            if is_key {
                seen += 1;
                assert!(words.has(quoted), "{quoted}");
            }
        }
    }
    assert!(seen > 100, "{seen}");
}
