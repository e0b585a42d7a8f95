//! A message body: read, laid out at two widths, and back to plain text.
#![no_main]

use deskhand::text::properties;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(what) = properties::body(text) {
        panic!("{what}");
    }
});
