//! Colours by meaning.
//!
//! Owns the roles ([`Role`]), the format of theme files ([`parse`]), the built-in themes ([`names`]) and
//! what a role looks like on the terminal at hand ([`Theme`]). A widget asks for a role, never for a
//! colour. Knows nothing of what is drawn. Enter at [`Theme::built_in`].

mod colour;
mod load;
pub mod names;
mod role;
mod style;

pub use colour::{Colour, Depth, Ink};
pub use load::{Diagnostic, Fault, Sheet, parse};
pub use role::Role;
pub use style::Theme;
