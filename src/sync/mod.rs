//! The only place that joins `api` and `cache`: pulling, the outbox, and what the screen asks for.
//!
//! [`Engine`] does one thing at a time when told to (the command line drives it); [`Desk`] keeps an
//! engine running for a screen: it answers [`message::Request`]s and starts the `tasks`: pulls on their
//! schedules, the helpdesk's own events, the fill of threads, the outbox. Neither knows the screen. Enter
//! at [`Engine::new`] and [`Desk::start`].

mod acts;
mod attention;
mod bulk;
mod desk;
mod engine;
mod events;
mod fetch;
mod fill;
mod health;
mod loader;
mod marks;
pub mod message;
mod others;
mod pace;
mod people;
mod pull;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod pull_tests;
mod push;
mod reconcile;
mod schedule;
mod start;
mod tasks;
mod wishes;
mod writer;

pub use desk::Desk;
pub use engine::{Engine, EngineParts, Hold, Sink, SyncError};
pub use marks::{AttachError, MOST_FILES, ReadFile};
pub use others::why_in_memory;
pub use people::CONTACTS_A_ROUND;
pub use pull::Pulled;
pub use push::Pushed;
pub use tasks::Threads;
