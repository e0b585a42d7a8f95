//! The order of a line: every cluster once, no directional control, and a click finds its letter.
#![no_main]

use deskhand::text::properties;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(what) = properties::order(text) {
        panic!("{what}");
    }
});
