//! Tokens, in 0600 files of the data directory: one for each configured workspace.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::paths::{Paths, write_private};
use crate::domain::Secret;

/// The file in which a workspace's token is kept.
#[must_use]
pub fn token_file(paths: &Paths, workspace: &str) -> PathBuf {
    let plain: String =
        workspace.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).take(60).collect();
    paths.data.join("tokens").join(format!("{plain}.token"))
}

/// The workspace's token, if one is kept.
///
/// # Errors
/// As the file system says; a missing file is no error.
pub fn load_token(paths: &Paths, workspace: &str) -> io::Result<Option<Secret>> {
    match fs::read_to_string(token_file(paths, workspace)) {
        Ok(text) => Ok(Some(Secret::new(text)).filter(|secret| !secret.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps the workspace's token.
///
/// # Errors
/// As the file system says.
pub fn save_token(paths: &Paths, workspace: &str, token: &Secret) -> io::Result<()> {
    write_private(&token_file(paths, workspace), token.expose().as_bytes())
}

/// Forgets the workspace's token; whether there was one.
///
/// # Errors
/// As the file system says.
pub fn remove_token(paths: &Paths, workspace: &str) -> io::Result<bool> {
    match fs::remove_file(token_file(paths, workspace)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
