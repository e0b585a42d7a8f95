//! Screens as a person sees them, by region, at the sizes that matter.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod hostile;
mod screens;
mod stage;
mod thrift;
mod words;
