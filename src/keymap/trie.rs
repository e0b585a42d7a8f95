//! Sequences of keys by context, and what may follow a half-typed one.

use std::collections::BTreeMap;

use super::key::{Key, show};
use crate::command::{CommandId, Context};

/// What a sequence of keys means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It runs this.
    Run(CommandId),
    /// More keys must follow.
    Pending,
    /// It means nothing.
    Nothing,
}

/// One binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where it works.
    pub context: Context,
    /// The keys.
    pub keys: Vec<Key>,
    /// What they run.
    pub command: CommandId,
}

#[derive(Clone, Debug, Default)]
struct Node {
    command: Option<CommandId>,
    next: BTreeMap<Key, Node>,
}

impl Node {
    fn at(&self, keys: &[Key]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.next.get(key))
    }
}

/// All bindings.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    roots: BTreeMap<Context, Node>,
    bindings: Vec<Binding>,
}

/// Why a binding could not be put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Clash {
    /// The same keys run this already.
    Same(CommandId),
    /// These keys run something and are the beginning of the new ones, or the other way round.
    Prefix(String),
}

impl Keymap {
    /// Puts a binding in.
    pub(super) fn bind(&mut self, context: Context, keys: &[Key], command: CommandId) -> Result<(), Clash> {
        let root = self.roots.entry(context).or_default();
        for length in 1..keys.len() {
            let shorter = keys.get(..length).unwrap_or_default();
            if root.at(shorter).is_some_and(|node| node.command.is_some()) {
                return Err(Clash::Prefix(show(shorter)));
            }
        }
        let mut node = root;
        for key in keys {
            node = node.next.entry(*key).or_default();
        }
        if let Some(taken) = node.command {
            return Err(Clash::Same(taken));
        }
        if let Some(longer) = node.next.keys().next() {
            return Err(Clash::Prefix(format!("{} {longer}", show(keys))));
        }
        node.command = Some(command);
        self.bindings.push(Binding { context, keys: keys.to_vec(), command });
        Ok(())
    }

    /// Takes away what these keys run in this context, and what longer sequences begin with them.
    pub(super) fn unbind(&mut self, context: Context, keys: &[Key]) {
        let kept = std::mem::take(&mut self.bindings);
        *self = Self::default();
        for binding in kept {
            let covers = |a: &[Key], b: &[Key]| b.starts_with(a);
            let clashes = binding.context == context && (covers(keys, &binding.keys) || covers(&binding.keys, keys));
            if !clashes {
                // They went in together before.
                let _ = self.bind(binding.context, &binding.keys, binding.command);
            }
        }
    }

    /// What `keys` mean where `contexts` (the front one first) are asked in order. A context in
    /// which the keys are a beginning does not hide what they are in one before it.
    #[must_use]
    pub fn lookup(&self, contexts: &[Context], keys: &[Key]) -> Lookup {
        let mut pending = false;
        for context in contexts {
            let Some(node) = self.roots.get(context).and_then(|root| root.at(keys)) else { continue };
            match node.command {
                Some(command) if !pending => return Lookup::Run(command),
                _ => pending |= !node.next.is_empty(),
            }
        }
        if pending { Lookup::Pending } else { Lookup::Nothing }
    }

    /// What may follow a half-typed sequence: the keys still missing and what they run.
    #[must_use]
    pub fn continuations(&self, contexts: &[Context], typed: &[Key]) -> Vec<(String, CommandId)> {
        let mut found: Vec<(Vec<Key>, CommandId)> = Vec::new();
        for context in contexts {
            for binding in self.bindings.iter().filter(|binding| binding.context == *context) {
                let Some(rest) = binding.keys.strip_prefix(typed).filter(|rest| !rest.is_empty()) else { continue };
                if !found.iter().any(|(keys, _)| keys == rest) {
                    found.push((rest.to_vec(), binding.command));
                }
            }
        }
        found.into_iter().map(|(keys, command)| (show(&keys), command)).collect()
    }

    /// All bindings, in the order of the files.
    #[must_use]
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The keys that run a command in any of `contexts`, the first binding first.
    pub fn keys_of<'a>(&'a self, command: CommandId, contexts: &'a [Context]) -> impl Iterator<Item = &'a [Key]> + 'a {
        self.bindings
            .iter()
            .filter(move |binding| binding.command == command && contexts.contains(&binding.context))
            .map(|binding| binding.keys.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Key> {
        Key::parse_sequence(text).expect(text)
    }

    fn map(bindings: &[(Context, &str, CommandId)]) -> Keymap {
        let mut map = Keymap::default();
        for (context, text, command) in bindings {
            map.bind(*context, &keys(text), *command).expect("no clash");
        }
        map
    }

    #[test]
    fn sequences_of_two_contexts_share_a_beginning() {
        let map = map(&[
            (Context::List, "g g", CommandId::MoveTop),
            (Context::Global, "g i", CommandId::GoYou),
            (Context::Global, "q", CommandId::Quit),
        ]);
        let stack = [Context::List, Context::Global];
        assert_eq!(map.lookup(&stack, &keys("g")), Lookup::Pending);
        assert_eq!(map.lookup(&stack, &keys("g g")), Lookup::Run(CommandId::MoveTop));
        assert_eq!(map.lookup(&stack, &keys("g i")), Lookup::Run(CommandId::GoYou));
        assert_eq!(map.lookup(&stack, &keys("g x")), Lookup::Nothing);
        assert_eq!(map.lookup(&stack, &keys("q")), Lookup::Run(CommandId::Quit));
        let follow = map.continuations(&stack, &keys("g"));
        assert_eq!(follow, [("g".to_owned(), CommandId::MoveTop), ("i".to_owned(), CommandId::GoYou)]);
    }

    #[test]
    fn the_front_context_wins() {
        let map = map(&[(Context::Outbox, "s", CommandId::OutboxRetry), (Context::List, "s", CommandId::Sort)]);
        assert_eq!(map.lookup(&[Context::Outbox, Context::List], &keys("s")), Lookup::Run(CommandId::OutboxRetry));
        assert_eq!(map.lookup(&[Context::List], &keys("s")), Lookup::Run(CommandId::Sort));
    }

    #[test]
    fn clashes_are_found_both_ways() {
        let mut map = map(&[(Context::Global, "g i", CommandId::GoYou)]);
        assert_eq!(map.bind(Context::Global, &keys("g"), CommandId::Quit), Err(Clash::Prefix("g i".into())));
        assert_eq!(map.bind(Context::Global, &keys("g i"), CommandId::Quit), Err(Clash::Same(CommandId::GoYou)));
        assert_eq!(map.bind(Context::Global, &keys("g i x"), CommandId::Quit), Err(Clash::Prefix("g i".into())));
        map.unbind(Context::Global, &keys("g"));
        assert_eq!(map.bind(Context::Global, &keys("g"), CommandId::Quit), Ok(()));
    }
}
