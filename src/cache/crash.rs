//! Crash points: where a test can stop the program just before or just after a commit of state.db.
//!
//! In the product nothing is set and nothing is called. A test counts the points of a journey, stops
//! at each in turn, opens the files again and looks at what is there.

use std::fmt;
use std::sync::Arc;

use super::CacheError;

/// On which side of the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// All is written, nothing is committed.
    BeforeCommit,
    /// It is on disk, nobody has been told.
    AfterCommit,
}

type Stop = dyn Fn(&'static str, Moment) -> bool + Send + Sync;

/// Asked around every commit of state.db.
#[derive(Clone, Default)]
pub struct CrashPoints(Option<Arc<Stop>>);

impl CrashPoints {
    /// `stop` hears the name of the commit and the side, and says whether the program ends there. It
    /// may also end the process itself.
    #[must_use]
    pub fn new(stop: impl Fn(&'static str, Moment) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(stop)))
    }

    pub(super) fn pass(&self, name: &'static str, moment: Moment) -> Result<(), CacheError> {
        match &self.0 {
            Some(stop) if stop(name, moment) => Err(CacheError::Stopped(name)),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for CrashPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "CrashPoints(set)" } else { "CrashPoints(none)" })
    }
}
