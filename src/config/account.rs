//! Which teammate of which workspace a token belongs to, as `/me` said when it was last asked.
//!
//! Cache and state are kept by that, never by address. What is remembered here lets the screen open
//! before (or without) the network; it is keyed by a hash of address and token, so the file holds
//! no secret.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::paths::{Paths, write_private};
use crate::domain::{Secret, Workspace};

/// A teammate of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Name of the directories: workspace id and teammate id.
    pub key: String,
    /// When `/me` said so last, Unix seconds.
    pub checked_at: i64,
    /// Where it was asked; empty when an earlier version remembered it.
    #[serde(default)]
    pub address: String,
}

impl Account {
    /// The account that `/me` named.
    #[must_use]
    pub fn of(workspace: &Workspace, now_unix_secs: i64) -> Self {
        let plain = |text: &str| -> String {
            text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(64).collect()
        };
        let key = format!("{}-{}", plain(&workspace.id), plain(workspace.me.id.as_str()));
        Self { key, checked_at: now_unix_secs, address: String::new() }
    }
}

/// All accounts that were seen from here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    file: PathBuf,
    known: BTreeMap<String, Account>,
}

impl Accounts {
    /// Reads what is remembered; an unreadable file counts as empty, since `/me` tells it anew.
    #[must_use]
    pub fn load(paths: &Paths) -> Self {
        let file = paths.data.join("accounts.json");
        let known = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { file, known }
    }

    fn fingerprint(url: &str, token: &Secret) -> String {
        let mut hash = Sha256::new();
        hash.update(url.trim_end_matches('/').as_bytes());
        hash.update([0]);
        hash.update(token.expose().as_bytes());
        hash.finalize().iter().take(16).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    /// Whom this token belonged to when it was last seen.
    #[must_use]
    pub fn find(&self, url: &str, token: &Secret) -> Option<&Account> {
        self.known.get(&Self::fingerprint(url, token))
    }

    /// The only account that was seen at this address; `None` when there is none, or several.
    #[must_use]
    pub fn alone_at(&self, url: &str) -> Option<&Account> {
        let address = url.trim_end_matches('/');
        let mut found = self.known.values().filter(|account| account.address == address);
        let first = found.next()?;
        found.all(|other| other.key == first.key).then_some(first)
    }

    /// Remembers whom this token belongs to, and at which address.
    ///
    /// # Errors
    /// As the file system says; the answer then holds for this run only.
    pub fn remember(&mut self, url: &str, token: &Secret, account: Account) -> io::Result<()> {
        let print = Self::fingerprint(url, token);
        let account = Account { address: url.trim_end_matches('/').to_owned(), ..account };
        if self.known.get(&print).is_some_and(|known| known.key == account.key && known.address == account.address) {
            return Ok(());
        }
        self.known.insert(print, account);
        let text = serde_json::to_vec_pretty(&self.known)?;
        write_private(&self.file, &text)
    }

    /// Forgets this token's account.
    ///
    /// # Errors
    /// As the file system says.
    pub fn forget(&mut self, url: &str, token: &Secret) -> io::Result<()> {
        if self.known.remove(&Self::fingerprint(url, token)).is_none() {
            return Ok(());
        }
        let text = serde_json::to_vec_pretty(&self.known)?;
        write_private(&self.file, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_again_and_its_file_holds_no_token() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let paths = Paths { config: dir.path().join("c"), data: dir.path().join("d"), cache: dir.path().join("k") };
        let token = Secret::new("very-secret-token");
        let mut accounts = Accounts::load(&paths);
        let account = Account { key: "ws-7".into(), checked_at: 5, address: "http://127.0.0.1:1".into() };
        accounts.remember("http://127.0.0.1:1/", &token, account.clone())?;
        let again = Accounts::load(&paths);
        assert_eq!(again.find("http://127.0.0.1:1", &token), Some(&account));
        assert_eq!(again.find("http://127.0.0.1:2", &token), None);
        let text = fs::read_to_string(paths.data.join("accounts.json"))?;
        assert!(!text.contains("very-secret"));
        Ok(())
    }

    #[test]
    fn the_only_account_of_an_address_is_told_by_it() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let paths = Paths { config: dir.path().join("c"), data: dir.path().join("d"), cache: dir.path().join("k") };
        let mut accounts = Accounts::load(&paths);
        let account = |key: &str| Account { key: key.into(), checked_at: 5, address: String::new() };
        accounts.remember("http://127.0.0.1:1", &Secret::new("a"), account("ws-7"))?;
        accounts.remember("http://127.0.0.1:1/", &Secret::new("b"), account("ws-7"))?;
        assert_eq!(accounts.alone_at("http://127.0.0.1:1").map(|known| known.key.as_str()), Some("ws-7"));
        assert_eq!(accounts.alone_at("http://127.0.0.1:2"), None);
        accounts.remember("http://127.0.0.1:1", &Secret::new("c"), account("ws-8"))?;
        assert_eq!(accounts.alone_at("http://127.0.0.1:1"), None, "which of the two?");
        Ok(())
    }
}
