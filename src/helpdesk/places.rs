//! How many answers that go on a token may have at once, so that one client does not starve others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;

use super::error::ApiError;
use super::model::TokenId;

/// So many places for each token.
pub struct Places {
    most: usize,
    taken: Mutex<HashMap<TokenId, usize>>,
}

/// One of them; free again when dropped.
pub struct Place {
    of: Arc<Places>,
    token: TokenId,
}

impl Places {
    /// `most` for each token.
    #[must_use]
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    /// Takes one.
    ///
    /// # Errors
    /// 503 when the token has none left.
    pub fn take(self: &Arc<Self>, token: TokenId) -> Result<Place, ApiError> {
        let mut taken = self.lock();
        let count = taken.entry(token).or_default();
        if *count >= self.most {
            let message = format!("This token has {} of these answers open already; end one of them first", self.most);
            return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", message));
        }
        *count += 1;
        Ok(Place { of: Arc::clone(self), token })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TokenId, usize>> {
        // A poisoned lock means that a counter was being added to: the count is still sound.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.of.lock();
        match taken.get_mut(&self.token) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(&self.token)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_its_own_places_and_gives_them_back() {
        let places = Places::new(2);
        let (one, two) = (places.take(TokenId(1)), places.take(TokenId(1)));
        assert!(one.is_ok() && two.is_ok());
        assert_eq!(places.take(TokenId(1)).err().map(|error| error.status), Some(StatusCode::SERVICE_UNAVAILABLE));
        assert!(places.take(TokenId(2)).is_ok());
        drop(one);
        assert!(places.take(TokenId(1)).is_ok());
        drop(two);
        assert!(places.lock().is_empty());
    }
}
