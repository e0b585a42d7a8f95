//! Which characters a keyboard layout makes hard to type.
//!
//! Owns small tables of the PC layouts that shipped keymaps promise to suit: what needs `AltGr` (or
//! `Option`), and what is a dead key, which gives its character only with the next one.

use crate::keymap::{Key, KeyCode};

/// The layouts, by the names that `--layout` takes.
pub(super) const NAMES: [&str; 8] = ["us", "fr", "be", "ch", "de", "es", "it", "nordic"];

/// What stands in the way of a character, the worse last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hard {
    /// A dead key: the character comes only with the next key.
    Dead,
    /// `AltGr` is needed.
    AltGr,
    /// The layout does not have it.
    Absent,
}

impl Hard {
    /// The word in JSON.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Dead => "dead_key",
            Self::AltGr => "altgr",
            Self::Absent => "absent",
        }
    }

    /// Key of its sentence.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Dead => "cli-key-dead",
            Self::AltGr => "cli-key-altgr",
            Self::Absent => "cli-key-absent",
        }
    }
}

/// A layout: its characters behind `AltGr`, its dead keys, and those of ASCII that it lacks.
struct Layout {
    name: &'static str,
    altgr: &'static str,
    dead: &'static str,
    absent: &'static str,
}

const LAYOUTS: [Layout; 8] = [
    Layout { name: "us", altgr: "", dead: "", absent: "" },
    // AZERTY of France.
    Layout { name: "fr", altgr: "~#{[|`\\^@]}", dead: "^", absent: "" },
    // AZERTY of Belgium.
    Layout { name: "be", altgr: "|@#^{}[]\\`~", dead: "^`~", absent: "" },
    // QWERTZ of Switzerland.
    Layout { name: "ch", altgr: "@#|~[]{}\\", dead: "^`~", absent: "" },
    // QWERTZ of Germany and Austria.
    Layout { name: "de", altgr: "@{[]}\\~|", dead: "^`", absent: "" },
    // QWERTY of Spain.
    Layout { name: "es", altgr: "\\|@#~[]{}", dead: "`^~", absent: "" },
    // QWERTY of Italy.
    Layout { name: "it", altgr: "@#[]{}", dead: "", absent: "`~" },
    // Denmark, Finland, Norway and Sweden: what is hard on one of them.
    Layout { name: "nordic", altgr: "@${[]}\\|~", dead: "`^~", absent: "" },
];

/// What stands in the way of a key on a layout; with `ctrl` or `alt` the character is needed all the same.
pub(super) fn hard(layout: &str, key: Key) -> Option<Hard> {
    let KeyCode::Char(letter) = key.code else { return None };
    let layout = LAYOUTS.iter().find(|known| known.name == layout)?;
    if layout.absent.contains(letter) {
        Some(Hard::Absent)
    } else if layout.altgr.contains(letter) {
        Some(Hard::AltGr)
    } else if layout.dead.contains(letter) {
        Some(Hard::Dead)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::Keymap;

    #[test]
    fn every_layout_has_a_table() {
        for name in NAMES {
            assert!(LAYOUTS.iter().any(|layout| layout.name == name), "{name}");
        }
        assert_eq!(hard("fr", Key::char('[')), Some(Hard::AltGr));
        assert_eq!(hard("de", Key::char('^')), Some(Hard::Dead));
        assert_eq!(hard("us", Key::char('[')), None);
        assert_eq!(hard("it", Key::char('`')), Some(Hard::Absent));
        assert_eq!(hard("fr", Key::char('e')), None);
    }

    /// A command may have a second binding that is hard somewhere, but never only such ones.
    #[test]
    fn the_shipped_keymap_needs_no_hard_key_anywhere() {
        let keymap = Keymap::shipped();
        for layout in NAMES {
            for binding in keymap.bindings() {
                let easy = |keys: &[Key]| keys.iter().all(|key| hard(layout, *key).is_none());
                let contexts = [binding.context];
                let has_easy = keymap.keys_of(binding.command, &contexts).any(easy);
                assert!(has_easy, "{layout}: {} in {:?}", binding.command.command().name, binding.context);
            }
        }
    }
}
