//! Where everything of ours lies.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{Exit, Failure};

/// The three directories: config (the user's own files), data (precious), cache (rebuildable).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml`, `views.toml`, `keymaps/` …
    pub config: PathBuf,
    /// `state.db`, tokens, the helpdesk's store.
    pub data: PathBuf,
    /// `cache.db`.
    pub cache: PathBuf,
}

impl Paths {
    /// From `DESKHAND_CONFIG_DIR`, `DESKHAND_DATA_DIR` and `DESKHAND_CACHE_DIR`; where one is not
    /// set, the platform's standard directory.
    ///
    /// # Errors
    /// When a directory is neither given nor known to the platform (no home).
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let standard = directories::ProjectDirs::from("", "", "deskhand");
        let find = |name: &'static str, standard: Option<&Path>| {
            let given = var(name).filter(|value| !value.is_empty()).map(PathBuf::from);
            given
                .or_else(|| standard.map(Path::to_owned))
                .ok_or_else(|| Failure::new(Exit::Usage, "cli-no-home").with("variable", name))
        };
        Ok(Self {
            config: find("DESKHAND_CONFIG_DIR", standard.as_ref().map(directories::ProjectDirs::config_dir))?,
            data: find("DESKHAND_DATA_DIR", standard.as_ref().map(directories::ProjectDirs::data_dir))?,
            cache: find("DESKHAND_CACHE_DIR", standard.as_ref().map(directories::ProjectDirs::cache_dir))?,
        })
    }

    /// `config.toml`.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Where one account's `state.db` lies.
    #[must_use]
    pub fn state_of(&self, account: &str) -> PathBuf {
        self.data.join("accounts").join(account)
    }

    /// Where one account's `cache.db` lies.
    #[must_use]
    pub fn cache_of(&self, account: &str) -> PathBuf {
        self.cache.join("accounts").join(account)
    }

    /// The demo helpdesk's directory.
    #[must_use]
    pub fn demo(&self) -> PathBuf {
        self.data.join("demo")
    }
}

/// Makes a directory, and those above it, for this user only.
///
/// # Errors
/// As the file system says.
pub fn private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir)
}

/// Writes a whole file for this user only (0600): beside it first, then renamed over it, so that a
/// full disk leaves the old one.
///
/// # Errors
/// As the file system says; the old file is then still there.
pub fn write_private(file: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(dir) = file.parent() {
        private_dir(dir)?;
    }
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(&beside).and_then(|mut out| {
        out.write_all(content)?;
        out.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&beside, file));
    if done.is_err() {
        let _ = fs::remove_file(&beside);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_goes_before_the_platform() -> Result<(), Failure> {
        let paths = Paths::from_env(|name| Some(format!("/tmp/x/{name}")))?;
        assert_eq!(paths.config_file(), PathBuf::from("/tmp/x/DESKHAND_CONFIG_DIR/config.toml"));
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn private_files_are_for_this_user_only() -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("deep/token");
        write_private(&file, b"secret")?;
        assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(dir.path().join("deep"))?.permissions().mode() & 0o777, 0o700);
        write_private(&file, b"other")?;
        assert_eq!(fs::read(&file)?, b"other");
        Ok(())
    }
}
