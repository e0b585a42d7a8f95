//! A look at the two files from outside, without opening them for work or changing a byte.
//!
//! Owns what `doctor` tells of them. Enter at [`check_file`].

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::File;

/// How many of the faults that SQLite finds are told.
const FAULTS: usize = 5;

/// What a look at a file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCheck {
    /// Where it is.
    pub path: PathBuf,
    /// Its length with its log; absent when it is not there.
    pub bytes: Option<u64>,
    /// Version of its schema, as far as it can be read.
    pub schema: Option<i64>,
    /// What SQLite finds wrong with it, or why it cannot be read; empty when it is whole.
    pub faults: Vec<String>,
}

/// The version of SQLite that this program carries.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Looks at a file in `dir`. Reads all of it: a second or so for each gigabyte.
#[must_use]
pub fn check_file(dir: &Path, file: File) -> FileCheck {
    let path = dir.join(file.name());
    let length = |path: &Path| std::fs::metadata(path).map(|facts| facts.len()).ok();
    let log = dir.join(format!("{}-wal", file.name()));
    let bytes = length(&path).map(|bytes| bytes + length(&log).unwrap_or(0));
    let mut check = FileCheck { bytes, path, schema: None, faults: Vec::new() };
    if check.bytes.is_none() {
        return check;
    }
    if let Err(error) = look_inside(&mut check) {
        check.faults.push(error.to_string());
    }
    check
}

fn look_inside(check: &mut FileCheck) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let looked = Connection::open_with_flags(&check.path, flags).and_then(|file| look(check, &file));
    match looked {
        // What cannot be written cannot be opened with its log: the disk's fault, not the file's. It is looked
        // at as it was at the last checkpoint.
        Err(error) if !is_damage(&error) => {
            let file = Connection::open_with_flags(still(&check.path), flags | OpenFlags::SQLITE_OPEN_URI)?;
            look(check, &file)
        }
        looked => looked,
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// The address of a file that nobody writes at this moment.
fn still(path: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(char::from(*byte)),
            other => {
                let _ = write!(uri, "%{other:02x}");
            }
        }
    }
    uri + "?immutable=1"
}

fn look(check: &mut FileCheck, file: &Connection) -> rusqlite::Result<()> {
    file.busy_timeout(std::time::Duration::from_secs(2))?;
    check.schema = Some(file.query_row("PRAGMA user_version", [], |row| row.get(0))?);
    let mut look = file.prepare(&format!("PRAGMA quick_check({FAULTS})"))?;
    let found = look.query_map([], |row| row.get::<_, String>(0))?;
    for line in found {
        let line = line?;
        if line != "ok" {
            check.faults.push(line);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_whatever_its_path_has_in_it() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let odd = dir.path().join("a b?c#d%é");
        std::fs::create_dir(&odd)?;
        let path = odd.join(File::State.name());
        Connection::open(&path)?.execute_batch("PRAGMA user_version = 3; CREATE TABLE t (x);")?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let mut check = FileCheck { bytes: None, path: path.clone(), schema: None, faults: Vec::new() };
        look(&mut check, &Connection::open_with_flags(still(&path), flags)?)?;
        assert_eq!((check.schema, check.faults.len()), (Some(3), 0));
        Ok(())
    }

    #[test]
    fn a_whole_file_has_no_faults_and_a_broken_one_says_so() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        assert_eq!(check_file(dir.path(), File::Cache).bytes, None);
        let path = dir.path().join(File::Cache.name());
        let made = Connection::open(&path)?;
        made.execute_batch("PRAGMA user_version = 7; CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(20000));")?;
        drop(made);
        let whole = check_file(dir.path(), File::Cache);
        assert_eq!((whole.schema, whole.faults.as_slice()), (Some(7), [].as_slice()));
        let mut bytes = std::fs::read(&path)?;
        let end = bytes.len();
        bytes.iter_mut().skip(4_096).for_each(|byte| *byte = 0xff);
        std::fs::write(&path, &bytes)?;
        assert!(!check_file(dir.path(), File::Cache).faults.is_empty());
        std::fs::write(&path, vec![b'x'; end])?;
        assert!(!check_file(dir.path(), File::Cache).faults.is_empty());
        Ok(())
    }
}
