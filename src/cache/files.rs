//! Files that go with messages, kept beside state.db by the hash of their content until they are sent.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::Cache;
use super::database::make_private_directory;

impl Cache {
    fn file_at(&self, hash: &str) -> io::Result<PathBuf> {
        // A hash and nothing else: no name from outside ever becomes a path.
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file of ours"));
        }
        let beside = self.0.state.path().parent().map(PathBuf::from).unwrap_or_default();
        Ok(beside.join("files").join(hash))
    }

    /// Keeps a file's content; gives its SHA-256 in hex. The same content is kept once.
    ///
    /// # Errors
    /// As the file system says; nothing is kept then.
    pub fn keep_file(&self, content: &[u8]) -> io::Result<String> {
        let hash: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        let path = self.file_at(&hash)?;
        if let Some(dir) = path.parent() {
            make_private_directory(dir).map_err(io::Error::other)?;
        }
        let beside = path.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(beside, path)?;
        Ok(hash)
    }

    /// A kept file's content.
    ///
    /// # Errors
    /// As the file system says.
    pub fn load_file(&self, hash: &str) -> io::Result<Vec<u8>> {
        fs::read(self.file_at(hash)?)
    }
}
