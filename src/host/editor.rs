//! The agent's own editor, on a text that is in a private file while it runs.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The longest text that is read back.
const LONGEST: u64 = 1 << 20;

/// Lets the agent edit `text` in `$VISUAL` or `$EDITOR` (else `vi`), with the terminal as it is, in a file
/// of its own in `dir`; gives the text as it was saved, without the newline that editors put at the end.
///
/// # Errors
/// When the file cannot be made or read, the editor cannot be started, or ends without success.
pub fn edit_text(dir: &Path, name: &str, text: &str) -> io::Result<String> {
    let command = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|command| !command.trim().is_empty())
        .unwrap_or_else(|| "vi".to_owned());
    let file = PrivateFile::make(dir, name, text)?;
    // Words, not a shell: `code --wait` works, and no name of a file is ever run.
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program).args(words).arg(&file.0).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("{program} ended with {status}")));
    }
    // Some editors put a new file in place of the old one: it is opened anew.
    let mut bytes = Vec::new();
    File::open(&file.0)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "longer than 1 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8"))?;
    Ok(text.strip_suffix('\n').map_or(text.as_str(), |text| text).to_owned())
}

/// A file for us alone that goes when the value does.
struct PrivateFile(PathBuf);

impl PrivateFile {
    fn make(dir: &Path, name: &str, text: &str) -> io::Result<Self> {
        let path = dir.join(name);
        // One that a killed process left behind.
        let _ = std::fs::remove_file(&path);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = Self(path);
        let mut opened = options.open(&file.0)?;
        opened.write_all(text.as_bytes())?;
        opened.write_all(b"\n")?;
        Ok(file)
    }
}

impl Drop for PrivateFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_ours_alone_and_goes_afterwards() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let file = PrivateFile::make(dir.path(), "reply.md", "Hello")?;
        assert_eq!(std::fs::read_to_string(&file.0)?, "Hello\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file.0)?.permissions().mode() & 0o777, 0o600);
        }
        let path = file.0.clone();
        drop(file);
        assert!(!path.exists());
        Ok(())
    }
}
