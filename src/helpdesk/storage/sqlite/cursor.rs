//! Opaque cursors: where a page ended, and how many pages came before.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::{Answer, Class, Refusal};

/// Writes a cursor.
pub(super) fn write(key: &impl Serialize) -> Answer<String> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(key)?))
}

/// Reads a cursor that `write` made.
///
/// # Errors
/// 400 `client_error` for anything else.
pub(super) fn read<T: DeserializeOwned>(cursor: &str) -> Answer<T> {
    URL_SAFE_NO_PAD
        .decode(cursor.trim_end_matches('='))
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| {
            Refusal::new(Class::BadRequest, "client_error", "starting_after is not a valid cursor")
                .at("starting_after")
                .into()
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_nonsense_is_refused() {
        let cursor = write(&(5_i64, "x", 2_usize)).unwrap();
        assert_eq!(read::<(i64, String, usize)>(&cursor).unwrap(), (5, "x".into(), 2));
        for wrong in ["", "%%%", "bm90IGpzb24", &cursor[1..]] {
            let error = read::<(i64, String, usize)>(wrong).unwrap_err();
            assert_eq!(error.refusal().unwrap().code, "client_error");
        }
    }
}
