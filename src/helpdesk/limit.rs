//! How many requests a token may send: windows of ten seconds, as the vendor deals them.
//!
//! Owns the counting only; the gate asks and writes the headers. Windows start at whole multiples
//! of ten seconds of the wall clock, so that `X-RateLimit-Reset` is the same for every caller.

use std::collections::HashMap;
use std::sync::Mutex;

/// Length of a window in seconds.
pub const WINDOW_SECS: i64 = 10;
/// What a token may send in a minute when the operator set nothing: far above what a person or a
/// well-behaved client needs, and still a bound.
pub const DEFAULT_PER_MINUTE: u32 = 1_000_000;

/// What the window allows after this request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests that a window allows.
    pub limit: u32,
    /// Requests that this window still allows.
    pub remaining: u32,
    /// Unix second at which the next window starts.
    pub reset_at: i64,
    /// Whether this request is within the limit.
    pub granted: bool,
}

/// Counts requests by token.
#[derive(Debug)]
pub struct RateLimit {
    per_window: u32,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    starts_at: i64,
    used: HashMap<String, u32>,
}

impl RateLimit {
    /// `per_minute` requests, dealt as a sixth of it every ten seconds, one at least.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self { per_window: (per_minute / 6).max(1), window: Mutex::new(Window::default()) }
    }

    /// Counts one request of `token_id` at `now` (Unix seconds).
    pub fn take(&self, token_id: &str, now: i64) -> Allowance {
        let starts_at = now - now.rem_euclid(WINDOW_SECS);
        // A poisoned lock means that a counter was being added to: the count is still sound.
        let mut window = self.window.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if window.starts_at != starts_at {
            window.starts_at = starts_at;
            window.used.clear();
        }
        let used = match window.used.get_mut(token_id) {
            Some(used) => used,
            None => window.used.entry(token_id.to_owned()).or_default(),
        };
        let granted = *used < self.per_window;
        if granted {
            *used += 1;
        }
        Allowance {
            limit: self.per_window,
            remaining: self.per_window.saturating_sub(*used),
            reset_at: starts_at + WINDOW_SECS,
            granted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_grants_a_sixth_of_a_minute_and_then_refuses() {
        let limit = RateLimit::new(12);
        assert_eq!(limit.take("a", 101), Allowance { limit: 2, remaining: 1, reset_at: 110, granted: true });
        assert!(limit.take("a", 105).granted);
        assert_eq!(limit.take("a", 109), Allowance { limit: 2, remaining: 0, reset_at: 110, granted: false });
        assert!(limit.take("a", 110).granted, "the next window starts afresh");
    }

    #[test]
    fn tokens_do_not_share_a_window() {
        let limit = RateLimit::new(6);
        assert!(limit.take("a", 0).granted);
        assert!(limit.take("b", 0).granted);
        assert!(!limit.take("a", 0).granted);
    }
}
