//! A small helpdesk of our own that speaks Intercom's REST API, version 2.16.
//!
//! Owns the whole of it: what is kept (`model`), the rules (`rules`), where it is kept (`storage`),
//! the search language (`search`), the shapes of the API (`wire`), the server (`routes`, `gate`,
//! `handlers`), a demo workspace (`demo`) and the taking in of other people's conversations
//! (`import`). Must not know the client: not `api`, not `cache`, not the screen. Both are bound to
//! the vendor's description, and neither to the other.
//!
//! Enter at [`Helpdesk::open`] (or [`open_store`] and [`Helpdesk::on`], to fill the store in
//! between) and [`run`]. What is served is described in `docs/helpdesk-api.md`.
//!
//! A request's way: `listen` (deadlines of the connection) → `gate::envelope` (id, time, panics,
//! refusals as `error.list`) → `gate::our_name` (Host, Origin) → `gate::signed_in` (token, rate,
//! version) → one handler → the store → `wire`.

mod body;
pub mod demo;
mod desk;
mod error;
mod files;
mod gate;
mod handlers;
mod hosts;
pub mod import;
mod limit;
mod listen;
mod markup;
pub mod model;
mod places;
mod routes;
mod rules;
pub mod search;
mod server;
mod service;
pub mod storage;
#[cfg(test)]
mod tests;
mod token;
mod wire;

pub use desk::Scope;
pub use listen::Patience;
pub use server::run;
pub use service::{Helpdesk, HelpdeskError, Options, open_store};
pub use token::Secret;
