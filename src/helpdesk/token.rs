//! Bearer tokens: how a secret is made, hashed, and kept for the one who runs the helpdesk.
//!
//! Owns [`Secret`], and the `token` file of the data directory (0600, the same after a restart).
//! The store keeps hashes only. Knows nothing of HTTP.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use super::desk::Scope;
use super::model::{AdminId, Token, TokenId};
use super::storage::{Store, StoreError};
use crate::clock::Ids;

/// What every secret of ours begins with, so that it is recognised where it should not be.
const PREFIX: &str = "dht_";
/// Random bytes in a secret.
const RANDOM_BYTES: usize = 32;
/// Name of the file in the data directory.
const FILE: &str = "token";

/// A bearer token in the clear. Never shown by `Debug`, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no random source.
    pub fn fresh(ids: &Ids) -> Result<Self, TokenError> {
        let mut bytes = [0; RANDOM_BYTES];
        ids.fill_secret(&mut bytes).map_err(|_| TokenError::NoRandomness)?;
        let mut text = String::from(PREFIX);
        for byte in bytes {
            push_hex(&mut text, byte);
        }
        bytes.zeroize();
        Ok(Self(text))
    }

    /// The token, for an `Authorization` header or the operator's eyes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the store keeps of it.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The hash by which a bearer token is found: SHA-256 as hex digits. The secrets are random and
/// long, so that no slow hash is needed.
#[must_use]
pub fn hash(bearer: &str) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bearer.as_bytes()) {
        push_hex(&mut text, byte);
    }
    text
}

fn push_hex(text: &mut String, byte: u8) {
    for half in [byte >> 4, byte & 0xf] {
        text.extend(char::from_digit(u32::from(half), 16));
    }
}

/// Why there is no first token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The system gave no random bytes.
    #[error("the system has no source of random numbers, so no token can be made")]
    NoRandomness,
    /// The file could not be read or written.
    #[error("the token file {} cannot be used", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The store failed.
    #[error("the token cannot be kept")]
    Store(#[from] StoreError),
}

/// The token in the file of `data_dir`, known to the store and good; made when there is none. One
/// that the store does not know (its files were made anew) is taken in again, so that whoever holds
/// it need not care; one that was revoked is replaced.
///
/// # Errors
/// When file or store fail, or no secret can be made.
pub async fn first(
    data_dir: &Path,
    store: &dyn Store,
    admin: AdminId,
    ids: &Ids,
    now: i64,
) -> Result<Secret, TokenError> {
    let path = data_dir.join(FILE);
    let at = |source| TokenError::File { path: path.clone(), source };
    if let Some(secret) = read(&path).map_err(at)? {
        match store.token_by_hash(secret.hash()).await? {
            Some(token) if token.revoked_at.is_none() => return Ok(secret),
            Some(_) => {}
            None => {
                store.create_token(record(&secret, "first", admin, Scope::ALL, now)).await?;
                return Ok(secret);
            }
        }
    }
    let secret = Secret::fresh(ids)?;
    // The file comes first: a token that is known and kept nowhere would be of no use to anybody.
    write(&path, &secret).map_err(at)?;
    store.create_token(record(&secret, "first", admin, Scope::ALL, now)).await?;
    Ok(secret)
}

/// What the store keeps of a new token.
#[must_use]
pub fn record(secret: &Secret, name: &str, admin: AdminId, scopes: &[Scope], now: i64) -> Token {
    Token {
        id: TokenId(0),
        name: name.to_owned(),
        hash: secret.hash(),
        admin,
        scopes: scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        created_at: now,
        revoked_at: None,
    }
}

/// The secret in the file; none when there is no file or nothing of ours in it.
fn read(path: &Path) -> io::Result<Option<Secret>> {
    let mut text = String::new();
    match std::fs::File::open(path) {
        Ok(file) => {
            restrict(&file)?;
            file.take(1024).read_to_string(&mut text)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let secret = Secret(text.trim().to_owned());
    text.zeroize();
    let is_ours = secret
        .0
        .strip_prefix(PREFIX)
        .is_some_and(|rest| rest.len() == 2 * RANDOM_BYTES && rest.bytes().all(|b| b.is_ascii_hexdigit()));
    Ok(is_ours.then_some(secret))
}

/// Writes the file anew beside the old one and puts it in its place, so that there is always one.
fn write(path: &Path, secret: &Secret) -> io::Result<()> {
    let beside = path.with_extension("new");
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(secret.0.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(unix)]
fn restrict(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
fn restrict(_file: &std::fs::File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_only_when_asked() {
        let secret = Secret::fresh(&Ids::seeded(1)).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.expose().len(), PREFIX.len() + 2 * RANDOM_BYTES);
        assert_ne!(secret.hash(), hash(""));
    }

    #[test]
    fn a_kept_secret_is_read_back_and_only_the_owner_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        assert!(read(&path).unwrap().is_none());
        let secret = Secret::fresh(&Ids::seeded(1)).unwrap();
        write(&path, &secret).unwrap();
        assert_eq!(read(&path).unwrap(), Some(secret));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(), 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            read(&path).unwrap();
            assert_eq!(mode(), 0o600, "what somebody opened up is closed again");
        }
    }

    #[test]
    fn what_is_not_ours_is_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        std::fs::write(&path, "hello\n").unwrap();
        assert!(read(&path).unwrap().is_none());
    }
}
