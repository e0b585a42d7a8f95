//! The only place that joins `api` and `cache`: pulling, the outbox, and what the screen asks for.
//!
//! [`Engine`] does one thing at a time when told to (the command line drives it); [`Desk`] keeps an
//! engine running for a screen: it answers [`message::Request`]s, pulls on schedule, and sends the
//! outbox. Neither knows the screen. Enter at [`Engine::new`] and [`Desk::start`].

mod desk;
mod engine;
mod fetch;
mod loader;
pub mod message;
mod pull;
mod push;
mod reconcile;
mod schedule;

pub use desk::Desk;
pub use engine::{Engine, EngineParts, Hold, Sink, SyncError};
pub use pull::{CONTACTS_A_ROUND, Pulled};
pub use push::Pushed;
