//! What is typed: cleaned, made HTML, and read as the customer would get it.
#![no_main]

use deskhand::text::properties;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(what) = properties::written(text) {
        panic!("{what}");
    }
});
