//! What can go wrong with the two files, by what the caller should do about it.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum File {
    /// cache.db: can be fetched again.
    Cache,
    /// state.db: cannot.
    State,
}

impl File {
    /// Its name in its directory.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cache => "cache.db",
            Self::State => "state.db",
        }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why something was not read or not written. Nothing is half done: what failed was rolled back.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The disk is full, or the quota is used up.
    #[error("{file} cannot grow: the disk is full")]
    Full {
        /// Which file.
        file: File,
    },
    /// The file or its directory may not be written.
    #[error("{file} cannot be written")]
    ReadOnly {
        /// Which file.
        file: File,
    },
    /// The file is no database any more, or part of it is broken.
    #[error("{file} is damaged")]
    Damaged {
        /// Which file.
        file: File,
    },
    /// Another process has put a new file in its place; the next start opens that.
    #[error("{file} was replaced by another process")]
    Moved {
        /// Which file.
        file: File,
    },
    /// A newer deskhand has written the file.
    #[error("{file} was written by a newer deskhand (schema {found}, this one knows {known})")]
    Newer {
        /// Which file.
        file: File,
        /// The schema found.
        found: u32,
        /// The newest schema that this program knows.
        known: u32,
    },
    /// Another process kept the file locked for too long; trying again is safe.
    #[error("{file} is in use by another process")]
    Busy {
        /// Which file.
        file: File,
    },
    /// A directory or file could not be made.
    #[error("{} cannot be used", path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A value could not be turned into JSON or back.
    #[error("a stored value is not understood")]
    Json(#[from] serde_json::Error),
    /// The linked SQLite has a known fault.
    #[error("SQLite {found} is too old: at least 3.51.3 is needed")]
    OldSqlite {
        /// Its version.
        found: &'static str,
    },
    /// A crash point stopped the program here (tests only).
    #[error("stopped at the crash point {0}")]
    Stopped(&'static str),
    /// Anything else that SQLite says.
    #[error("{file} could not be read or written")]
    Other {
        /// Which file.
        file: File,
        /// Its words.
        source: rusqlite::Error,
    },
}

impl CacheError {
    /// Sorts SQLite's error into what the caller should do about it.
    pub(super) fn from_sqlite(file: File, source: rusqlite::Error) -> Self {
        // Where the disk has no room for the shared-memory file, SQLite calls it a failure of the device.
        if source.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_IOERR_SHMSIZE) {
            return Self::Full { file };
        }
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { file },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Self::ReadOnly { file },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { file },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                Self::Busy { file }
            }
            _ => Self::Other { file, source },
        }
    }

    /// Sorts an error of the file system the same way.
    pub(super) fn from_io(file: File, path: &Path, source: std::io::Error) -> Self {
        match source.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { file },
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { file },
            _ => Self::Path { path: path.to_path_buf(), source },
        }
    }

    /// Whether it is this file that is damaged.
    #[must_use]
    pub fn is_damage_of(&self, which: File) -> bool {
        matches!(self, Self::Damaged { file } if *file == which)
    }

    /// Whether a value in this file is of a kind that this program never writes there: damage that SQLite
    /// does not see.
    pub(super) fn is_odd_value_of(&self, which: File) -> bool {
        use rusqlite::Error as Sql;
        matches!(self, Self::Other { file, source } if *file == which && matches!(source,
            Sql::FromSqlConversionFailure(..)
                | Sql::IntegralValueOutOfRange(..)
                | Sql::InvalidColumnType(..)
                | Sql::Utf8Error(..)))
    }

    /// Whether this file's schema is not the one that it was given: a name in it is damaged.
    pub(super) fn is_unlike_schema_of(&self, which: File) -> bool {
        use rusqlite::Error as Sql;
        matches!(self, Self::Other { file, source: Sql::SqlInputError { msg, .. } | Sql::SqliteFailure(_, Some(msg)) }
            if *file == which && (msg.starts_with("no such ") || msg.contains(" has no column named ")))
    }

    /// Whether the file holds what this program cannot have written: damage that SQLite does not see,
    /// or values of another program.
    pub(super) fn is_nonsense_from(&self, which: File) -> bool {
        use rusqlite::Error as Sql;
        match self {
            Self::Damaged { file } => *file == which,
            Self::Json(_) => which == File::Cache,
            Self::Other { file, source } if *file == which => {
                let is_unlike_the_schema = match source {
                    Sql::SqlInputError { msg, .. } | Sql::SqliteFailure(_, Some(msg)) => msg.starts_with("no such "),
                    _ => false,
                };
                let is_impossible_value = matches!(
                    source,
                    Sql::FromSqlConversionFailure(..)
                        | Sql::IntegralValueOutOfRange(..)
                        | Sql::InvalidColumnType(..)
                        | Sql::Utf8Error(..)
                        | Sql::QueryReturnedNoRows
                );
                is_unlike_the_schema
                    || is_impossible_value
                    || source.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
            }
            _ => false,
        }
    }

    /// Whether the database gives up on finding a way to answer a question: it can be put differently.
    pub(super) fn is_planner_fault(&self) -> bool {
        use rusqlite::Error as Sql;
        matches!(self, Self::Other { source: Sql::SqliteFailure(error, _) | Sql::SqlInputError { error, .. }, .. }
            if error.code == ErrorCode::InternalMalfunction)
    }

    /// Whether the same call may well succeed a moment later.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }
}

/// Puts the file's name to what SQLite says.
pub(super) trait OnFile<T> {
    /// An error of this file.
    fn on(self, file: File) -> Result<T, CacheError>;
}

impl<T> OnFile<T> for rusqlite::Result<T> {
    fn on(self, file: File) -> Result<T, CacheError> {
        self.map_err(|source| CacheError::from_sqlite(file, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(code: i32) -> CacheError {
        let source = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        CacheError::from_sqlite(File::State, source)
    }

    #[test]
    fn errors_are_sorted_by_what_the_caller_should_do() {
        use rusqlite::ffi;
        assert!(matches!(from(ffi::SQLITE_FULL), CacheError::Full { file: File::State }));
        assert!(matches!(from(ffi::SQLITE_READONLY), CacheError::ReadOnly { .. }));
        assert!(matches!(from(ffi::SQLITE_CANTOPEN), CacheError::ReadOnly { .. }));
        assert!(from(ffi::SQLITE_CORRUPT).is_damage_of(File::State));
        assert!(from(ffi::SQLITE_NOTADB).is_damage_of(File::State));
        assert!(!from(ffi::SQLITE_NOTADB).is_damage_of(File::Cache));
        assert!(from(ffi::SQLITE_BUSY).is_passing());
        assert!(matches!(from(ffi::SQLITE_IOERR), CacheError::Other { .. }));
        assert!(matches!(from(ffi::SQLITE_IOERR_SHMSIZE), CacheError::Full { .. }));
        let io = |kind: ErrorKind| CacheError::from_io(File::Cache, Path::new("/x"), kind.into());
        assert!(matches!(io(ErrorKind::StorageFull), CacheError::Full { file: File::Cache }));
        assert!(matches!(io(ErrorKind::ReadOnlyFilesystem), CacheError::ReadOnly { .. }));
        assert!(matches!(io(ErrorKind::NotADirectory), CacheError::Path { .. }));
    }
}
