//! The body of an error.

use serde::Deserialize;

use super::lax::{Listed, Text, is_plain};
use crate::text::{Untrusted, beginning};

/// The server's words are an explanation: kept with an act, shown in a line. So many bytes of them will do.
const LONGEST: usize = 2_000;

/// `{"type":"error.list","request_id":…,"errors":[{"code":…,"message":…}]}`, or as much of it as
/// there is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct Fault {
    request_id: Text,
    errors: Listed<One>,
    /// Some errors have the message at the top.
    message: Text,
    error: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct One {
    code: Text,
    message: Text,
}

impl Fault {
    /// The server's id of the request, when it is plain.
    pub(in crate::api) fn request_id(&self) -> Option<String> {
        Some(self.request_id.as_str()).filter(|id| is_plain(id, 64)).map(str::to_owned)
    }

    /// The first error's code, when it is plain, and its words.
    pub(in crate::api) fn into_words(self) -> (Option<String>, Untrusted) {
        let first = self.errors.0.into_iter().next().unwrap_or_default();
        let code = first.code.into_string().filter(|code| is_plain(code, 64));
        let words = [first.message, self.message, self.error].into_iter().filter_map(Text::into_string);
        let words = words.into_iter().find(|words| !words.is_empty()).unwrap_or_default();
        (code, Untrusted::new(beginning(&words, LONGEST)))
    }
}
