//! The themes that the program carries: names and files.
//!
//! Owns the list; the files themselves are `themes/*.toml` and document their format. Enter at
//! [`BUILT_IN`].

/// Names of the built-in themes, the default first.
pub const BUILT_IN: [&str; 3] = ["dark", "light", "mono"];

/// The theme when nothing else is asked for.
pub const DEFAULT: &str = "dark";

/// The theme for `NO_COLOR`: signs, bold, underline and reverse only.
pub const WITHOUT_COLOUR: &str = "mono";

/// The file of a built-in theme.
#[must_use]
pub fn source(name: &str) -> Option<&'static str> {
    match name {
        "dark" => Some(include_str!("../../themes/dark.toml")),
        "light" => Some(include_str!("../../themes/light.toml")),
        "mono" => Some(include_str!("../../themes/mono.toml")),
        _ => None,
    }
}
