//! Text that came faster than anybody types is a paste: nothing of it may run as a key.
//!
//! Owns how fast that is. Enter at [`join_bursts`].

use super::decode::Input;
use super::keys::{Code, KeyPress, Mods};

/// From so many mixed printable characters in one read on it is a paste.
const BURST: usize = 6;
/// How many different characters make a burst mixed. A key that is held repeats one or two.
const MIXED: usize = 3;

const REPLACEMENT: char = '\u{FFFD}';

/// The character that a key would have put into a pasted text.
fn typed(input: &Input) -> Option<char> {
    let Input::Key(KeyPress { code, mods }) = input else { return None };
    match code {
        Code::Char(scalar) if *mods == Mods::default() => Some(*scalar),
        // ^J is the line end of an unbracketed paste in some terminals.
        Code::Char('j') if mods.ctrl && !mods.alt => Some('\n'),
        Code::Enter if *mods == Mods::default() => Some('\n'),
        Code::Tab if *mods == Mods::default() => Some('\t'),
        _ => None,
    }
}

/// Makes pastes of the bursts among what was read at once, which begins at `from`.
pub(super) fn join_bursts(inputs: &mut Vec<Input>, from: usize) {
    let mut start = from;
    while start < inputs.len() {
        let run: String = inputs.iter().skip(start).map_while(typed).collect();
        let keys = run.chars().count();
        if is_burst(&run) {
            inputs.splice(start..start + keys, [Input::Paste(run)]);
            start += 1;
        } else {
            start += keys.max(1);
        }
    }
}

fn is_burst(run: &str) -> bool {
    let printable = || run.chars().filter(|scalar| !matches!(scalar, '\n' | '\t'));
    if printable().count() < BURST {
        return false;
    }
    let mut seen = [REPLACEMENT; MIXED];
    let mut kinds = 0;
    for scalar in printable() {
        if !seen.contains(&scalar) {
            if let Some(place) = seen.get_mut(kinds) {
                *place = scalar;
            }
            kinds += 1;
            if kinds >= MIXED {
                return true;
            }
        }
    }
    false
}
