//! The filter, the widths, cutting and wrapping: nothing but what may be shown, as wide as asked.
#![no_main]

use deskhand::text::properties;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(what) = properties::door(text) {
        panic!("{what}");
    }
});
