//! Files that go with messages, kept beside state.db by the hash of their content until they are sent.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

use super::database::make_private_directory;
use super::{Cache, CacheError, File};
use crate::domain::UnixTime;

impl Cache {
    fn files(&self) -> PathBuf {
        self.0.state.path().with_file_name("files")
    }

    fn file_at(&self, hash: &str) -> io::Result<PathBuf> {
        // A hash and nothing else: no name from outside ever becomes a path.
        if is_hash(hash) {
            Ok(self.files().join(hash))
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file of ours"))
        }
    }

    /// Keeps a file's content, for us alone; gives its SHA-256 in hex. The same content is kept once.
    /// When this returns, it survives a power cut.
    ///
    /// # Errors
    /// As the file system says; nothing is kept then.
    pub fn keep_file(&self, content: &[u8]) -> io::Result<String> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let hash = hex(&Sha256::digest(content));
        self.require_durable().map_err(io::Error::other)?;
        let dir = self.files();
        make_private_directory(&dir, File::State).map_err(io::Error::other)?;
        // No two writers share a name, be they threads or processes.
        let beside = dir.join(format!("{hash}.{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)
            .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&beside, dir.join(&hash)))
            .and_then(|()| fs::File::open(&dir)?.sync_all());
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written.map(|()| hash)
    }

    /// A kept file's content.
    ///
    /// # Errors
    /// As the file system says; `InvalidData` when the content is not what was kept.
    pub fn load_file(&self, hash: &str) -> io::Result<Vec<u8>> {
        let content = fs::read(self.file_at(hash)?)?;
        if hex(&Sha256::digest(&content)) == hash {
            Ok(content)
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "the file is not what was kept"))
        }
    }

    /// Removes files that were kept before a moment and that no row of the outbox and no draft names any
    /// more. Gives how many.
    ///
    /// # Errors
    /// As [`CacheError`] for reading state.db; a file that cannot be removed stays.
    pub fn prune_files(&self, kept_before: UnixTime) -> Result<usize, CacheError> {
        let Ok(entries) = fs::read_dir(self.files()) else { return Ok(0) };
        // By the hash alone, wherever it stands: what this program does not understand keeps its files too.
        let named: HashSet<String> = self.read_state(|state| {
            let mut named = HashSet::new();
            for sql in [
                "SELECT act FROM outbox WHERE act LIKE '%\"hash\"%'",
                "SELECT inverses FROM outbox WHERE inverses LIKE '%\"hash\"%'",
                "SELECT files FROM draft WHERE files LIKE '%\"hash\"%'",
                "SELECT draft FROM draft_aside WHERE draft LIKE '%\"hash\"%'",
            ] {
                let mut statement = state.prepare(sql)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    named.extend(hashes(row.get_ref(0)?.as_str().unwrap_or_default()));
                }
            }
            Ok(named)
        })?;
        let mut removed = 0;
        for entry in entries.flatten() {
            let is_old = entry.metadata().is_ok_and(|found| found.mtime() < kept_before.0);
            let is_named = entry.file_name().to_str().is_some_and(|name| named.contains(name));
            if is_old && !is_named && fs::remove_file(entry.path()).is_ok() {
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// Every hash in a JSON document.
fn hashes(json: &str) -> impl Iterator<Item = String> {
    json.split('"').filter(|text| is_hash(text)).map(str::to_owned)
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Bytes as hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, commit, id};
    use super::*;
    use crate::domain::{Act, Draft, FilePart, Mode};

    #[test]
    fn a_kept_file_comes_back_whole_and_is_kept_once() {
        let place = Place::new();
        let hash = place.cache.keep_file(b"an invoice").unwrap();
        assert_eq!(place.another().keep_file(b"an invoice").unwrap(), hash);
        assert_eq!(place.cache.load_file(&hash).unwrap(), b"an invoice");
        let dir = place.dirs.state.join("files");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
        assert_eq!(fs::metadata(dir.join(&hash)).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&dir).unwrap().mode() & 0o777, 0o700);
        fs::write(dir.join(&hash), b"an inv").unwrap();
        assert_eq!(place.cache.load_file(&hash).err().unwrap().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn only_a_hash_is_a_path() {
        let place = Place::new();
        for name in ["../state.db", "", "/etc/passwd", &"A".repeat(64), &"a".repeat(63)] {
            assert_eq!(place.cache.load_file(name).err().unwrap().kind(), io::ErrorKind::InvalidInput, "{name}");
        }
    }

    #[test]
    fn files_stay_while_a_message_names_them() {
        let place = Place::new();
        let cache = &place.cache;
        assert_eq!(cache.prune_files(UnixTime(i64::MAX)).unwrap(), 0);
        let (named, other) = (cache.keep_file(b"named").unwrap(), cache.keep_file(b"other").unwrap());
        let file = FilePart { name: "a".into(), content_type: "b".into(), hash: named.clone(), size: 5 };
        commit(cache, "g", "1", &[Act::Reply { text: "see".into(), files: vec![file] }]);
        assert_eq!(cache.prune_files(UnixTime(NOW - 1_000_000_000)).unwrap(), 0, "not those of a moment ago");
        assert_eq!(cache.prune_files(UnixTime(i64::MAX)).unwrap(), 1);
        assert!(cache.load_file(&named).is_ok() && cache.load_file(&other).is_err());
    }

    #[test]
    fn files_stay_while_a_draft_or_one_put_aside_names_them() {
        let place = Place::new();
        let cache = &place.cache;
        let draft_with = |text: &str| {
            let hash = cache.keep_file(text.as_bytes()).unwrap();
            let mut draft = Draft::new(id("1"), Mode::Note, text, UnixTime(NOW));
            draft.files = vec![FilePart { name: "a".into(), content_type: "b".into(), hash: hash.clone(), size: 5 }];
            (draft, hash)
        };
        let (draft, kept) = draft_with("kept");
        cache.save_draft(&draft, false).unwrap();
        let (draft, aside) = draft_with("aside");
        let draft = serde_json::to_string(&draft).unwrap();
        let sql = "INSERT INTO draft_aside VALUES ('1', 'note', 'another', ?1, 5)";
        cache.write_state("test", |state| Ok(state.execute(sql, [draft])?)).unwrap();
        assert_eq!(cache.prune_files(UnixTime(i64::MAX)).unwrap(), 0);
        cache.discard_draft(&id("1"), Mode::Note).unwrap();
        assert!(cache.load_file(&aside).is_ok());
        cache.write_state("test", |state| Ok(state.execute("DELETE FROM draft_aside", [])?)).unwrap();
        assert_eq!(cache.prune_files(UnixTime(i64::MAX)).unwrap(), 2);
        assert!(cache.load_file(&kept).is_err());
    }
}
