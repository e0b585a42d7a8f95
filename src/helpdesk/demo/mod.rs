//! The demo workspace: a shop for tents, packs and boots, with its people and their conversations.
//!
//! Owns what the workspace holds, how it is put into a store ([`seed()`]), and the scripted customers
//! and colleagues who keep it alive ([`live`]). Everything is chance by seed and dated relative to a
//! given moment. Knows the helpdesk's model, rules and store; must not know HTTP. Enter at [`seed()`]
//! and [`live::run_live`].
//!
//! A thread's way: `outline` (what happens, when) → `cast` (about which order) → `talk` (phrases) →
//! `wording` and `mail` (as that person and program put it) → `scribe` (by the rules) → `threads` → `seed`.

mod cast;
mod catalogue;
mod dice;
mod files;
mod goods;
pub mod live;
mod macros;
mod mail;
mod odd;
mod outline;
mod people;
mod scribe;
mod seed;
mod talk;
mod threads;
mod wording;

pub use live::run_live;
pub use seed::{SeedError, SeedPlan, Seeded, needs_seed, seed, you};
