//! Answers that go on, line by line.
//!
//! Owns the cutting of a body into lines with bounded memory, and the wait for its next piece. Knows
//! nothing of what the lines say.

use std::time::Duration;

use reqwest::Response;
use tokio::time::timeout;

use super::error::{ApiError, Cause};

/// Longest line that is read.
const LONGEST_LINE: usize = 32 * 1024 * 1024;
/// So many bytes of what was read are left in front before the rest is moved up.
const SLACK: usize = 256 * 1024;

/// A line of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Its bytes, without the end of line.
    Bytes(Vec<u8>),
    /// It was longer than we are ready to read, and is skipped.
    TooLong,
}

/// The body of an answer, as lines that end in LF or CRLF.
#[derive(Debug)]
pub(super) struct Lines {
    response: Option<Response>,
    idle: Duration,
    longest: usize,
    buffer: Vec<u8>,
    /// Where the next line begins.
    start: usize,
    /// Up to where there is no end of line.
    searched: usize,
    skips: bool,
}

impl Lines {
    /// The lines of `response`; pieces of it may be `idle` apart.
    pub(super) fn new(response: Response, idle: Duration) -> Self {
        Self {
            response: Some(response),
            idle,
            longest: LONGEST_LINE,
            buffer: Vec::new(),
            start: 0,
            searched: 0,
            skips: false,
        }
    }

    #[cfg(test)]
    pub(super) fn with_longest(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// The next line; absent at the end, where a line without an end of its own is none. Dropping the
    /// future loses nothing.
    ///
    /// # Errors
    /// When the connection breaks or is silent for too long; the lines are over then.
    pub(super) async fn next(&mut self) -> Result<Option<Line>, ApiError> {
        loop {
            if let Some(line) = self.take() {
                return Ok(Some(line));
            }
            let Some(response) = &mut self.response else { return Ok(None) };
            match timeout(self.idle, response.chunk()).await {
                Ok(Ok(Some(chunk))) => self.buffer.extend_from_slice(&chunk),
                Ok(Ok(None)) => self.response = None,
                Ok(Err(error)) => {
                    self.response = None;
                    return Err(ApiError::transport(error, false));
                }
                Err(_elapsed) => {
                    self.response = None;
                    return Err(ApiError::no_answer(Cause::Timeout, false));
                }
            }
        }
    }

    /// A line that is there already.
    fn take(&mut self) -> Option<Line> {
        let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
        let Some(end) = unsearched.iter().position(|byte| *byte == b'\n').map(|at| self.searched + at) else {
            self.searched = self.buffer.len();
            if self.searched - self.start > self.longest {
                self.skips = true;
                self.buffer.clear();
                (self.start, self.searched) = (0, 0);
            }
            return None;
        };
        let line = self.buffer.get(self.start..end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_too_long = std::mem::take(&mut self.skips) || line.len() > self.longest;
        let line = if is_too_long { Line::TooLong } else { Line::Bytes(line.to_vec()) };
        self.start = end + 1;
        self.searched = self.start;
        if self.start == self.buffer.len() || self.start > SLACK {
            self.buffer.drain(..self.start);
            (self.start, self.searched) = (0, 0);
            if self.buffer.is_empty() && self.buffer.capacity() > 4 * SLACK {
                self.buffer = Vec::new();
            }
        }
        Some(line)
    }
}
