//! Screens as a person sees them, by region, at the sizes that matter.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod bulk;
mod command_layer;
mod composing;
mod finding;
mod golden;
mod hostile;
mod links;
mod pickers;
mod pipes;
mod screens;
mod sidebar;
mod stage;
mod thrift;
