//! What the agent may change about the sidebar: what is folded, pinned, hidden, and in which order.
//!
//! Owns the rules on keys alone. A key that stands for nothing now (a team that is not loaded yet, a view
//! whose file is gone for a while) is kept where it is. Enter at the methods of [`Arrangement`].

use crate::sync::message::Arrangement;

fn toggle(keys: &mut Vec<String>, key: &str) -> bool {
    let had = keys.iter().any(|held| held == key);
    if had {
        keys.retain(|held| held != key);
    } else {
        keys.push(key.to_owned());
    }
    !had
}

fn has(keys: &[String], key: &str) -> bool {
    keys.iter().any(|held| held == key)
}

/// Whether a section or folder is folded.
pub(super) fn is_folded(arrangement: &Arrangement, key: &str, at_first: bool) -> bool {
    if at_first { !has(&arrangement.unfolded, key) } else { has(&arrangement.folded, key) }
}

/// Folds or unfolds a section or folder.
pub(super) fn fold(arrangement: &mut Arrangement, key: &str, at_first: bool, folded: bool) {
    if is_folded(arrangement, key, at_first) != folded {
        let keys = if at_first { &mut arrangement.unfolded } else { &mut arrangement.folded };
        toggle(keys, key);
    }
}

/// Whether something is hidden.
pub(super) fn is_hidden(arrangement: &Arrangement, key: &str) -> bool {
    has(&arrangement.hidden, key)
}

/// Hides something, or shows it again. Returns whether it is hidden now.
pub(super) fn toggle_hidden(arrangement: &mut Arrangement, key: &str) -> bool {
    toggle(&mut arrangement.hidden, key)
}

/// Whether something is pinned.
pub(super) fn is_pinned(arrangement: &Arrangement, key: &str) -> bool {
    has(&arrangement.pinned, key)
}

/// Pins something below what is pinned already, or gives it back. Returns whether it is pinned now.
pub(super) fn toggle_pinned(arrangement: &mut Arrangement, key: &str) -> bool {
    toggle(&mut arrangement.pinned, key)
}

/// The place of a key among those of its kind; those without one come last.
pub(super) fn place(order: &[String], key: &str) -> usize {
    order.iter().position(|held| held == key).unwrap_or(usize::MAX)
}

/// Writes down the order of some keys; every other key keeps its place.
pub(super) fn write_order(order: &mut Vec<String>, keys: &[String]) {
    let mut next = keys.iter();
    for held in order.iter_mut().filter(|held| keys.contains(held)) {
        if let Some(key) = next.next() {
            held.clone_from(key);
        }
    }
    order.extend(next.cloned());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn keys_that_stand_for_nothing_now_keep_their_place() {
        let mut order = keys("team:9 team:1 view:x team:2");
        write_order(&mut order, &keys("team:2 team:1 team:3"));
        assert_eq!(order, keys("team:9 team:2 view:x team:1 team:3"));
    }

    #[test]
    fn what_is_folded_at_first_stays_so_until_it_is_unfolded() {
        let mut arrangement = Arrangement::default();
        assert!(is_folded(&arrangement, "a", true) && !is_folded(&arrangement, "a", false));
        fold(&mut arrangement, "a", true, false);
        fold(&mut arrangement, "a", true, false);
        fold(&mut arrangement, "b", false, true);
        assert_eq!((arrangement.unfolded.clone(), arrangement.folded.clone()), (keys("a"), keys("b")));
        fold(&mut arrangement, "a", true, true);
        fold(&mut arrangement, "b", false, false);
        assert_eq!(arrangement, Arrangement::default());
    }
}
