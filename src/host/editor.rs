//! The agent's own editor, on a text that is in a private file while it runs.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::TOKEN;

/// The longest text that is read back: a draft, and a thread below it.
const LONGEST: u64 = 4 << 20;

/// Lets the agent edit `text` in `$VISUAL` or `$EDITOR` (else `vi`), with the terminal as it is, in a file
/// of its own in `dir`; gives the text as it was saved, without the newline that editors put at the end.
/// Returns when the editor has ended.
///
/// # Errors
/// When the file cannot be made or read, the editor cannot be started, or ends without success. A text
/// that is too long to be read back stays in its file, which the error names.
pub fn edit_text(dir: &Path, name: &str, text: &str) -> io::Result<String> {
    let command = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|command| !command.trim().is_empty())
        .unwrap_or_else(|| "vi".to_owned());
    edit_with(&command, dir, name, text)
}

fn edit_with(command: &str, dir: &Path, name: &str, text: &str) -> io::Result<String> {
    let file = PrivateFile::make(dir, name, text)?;
    // Words, not a shell: `code --wait` works, and no name of a file is ever run.
    let words = words_of(command);
    let (program, words) = words.split_first().map_or(("vi", &[][..]), |(program, words)| (program.as_str(), words));
    let status = Command::new(program)
        .env_remove(TOKEN)
        .args(words)
        .arg(&file.0)
        .status()
        .map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))?;
    if status.code().is_none() && file.differs_from(text) {
        // It was killed after it had saved: what it saved is not thrown away.
        let why = format!("{program} ended with {status}; what it saved is kept in {}", file.0.display());
        file.keep();
        return Err(io::Error::other(why));
    }
    if !status.success() {
        return Err(io::Error::other(format!("{program} ended with {status}")));
    }
    // Some editors put a new file in place of the old one: it is opened anew.
    let mut bytes = Vec::new();
    File::open(&file.0)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        let why = format!("longer than 4 MiB; it is kept in {}", file.0.display());
        file.keep();
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
}

/// The words of a command, parted at blanks; quotes and backslashes hold blanks as they do in a shell. The
/// path of a program that is there is one word, whatever it holds.
fn words_of(command: &str) -> Vec<String> {
    if command.contains('/') && Path::new(command).is_file() {
        return vec![command.to_owned()];
    }
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (_, '\\') if quote != Some('\'') => word.get_or_insert_default().extend(letters.next()),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// A file for us alone that goes when the value does.
struct PrivateFile(PathBuf);

impl PrivateFile {
    fn make(dir: &Path, name: &str, text: &str) -> io::Result<Self> {
        // Two of us may be at the same text.
        let path = dir.join(format!("editing-{}-{name}", std::process::id()));
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

    /// Whether there is something in it now that is not this text.
    fn differs_from(&self, text: &str) -> bool {
        std::fs::read(&self.0).is_ok_and(|bytes| bytes.trim_ascii_end() != text.trim_end().as_bytes())
    }

    /// Leaves the file where it is.
    fn keep(mut self) {
        self.0 = PathBuf::new();
    }
}

impl Drop for PrivateFile {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_in(dir: &Path) -> io::Result<usize> {
        Ok(std::fs::read_dir(dir)?.count())
    }

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

    #[test]
    fn what_the_editor_saved_comes_back_and_nothing_stays_on_disk() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        assert_eq!(edit_with("true", dir.path(), "reply.md", "Hello\nthere")?, "Hello\nthere");
        assert_eq!(edit_with("sed -i s/Hello/Bye/", dir.path(), "reply.md", "Hello")?, "Bye");
        assert_eq!(left_in(dir.path())?, 0);
        Ok(())
    }

    #[test]
    fn the_words_of_a_command_may_be_quoted() {
        assert_eq!(words_of("code  --wait "), ["code", "--wait"]);
        assert_eq!(
            words_of(r#"vim -c 'set ft=mail' "a \"b" x\ y ''"#),
            ["vim", "-c", "set ft=mail", "a \"b", "x y", ""]
        );
        assert!(words_of(" ").is_empty());
    }

    #[test]
    fn what_a_killed_editor_had_saved_is_kept() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let killed = "sh -c 'echo more >> \"$0\"; kill -9 $$'";
        let error = edit_with(killed, dir.path(), "reply.md", "Hello").err();
        assert!(error.is_some_and(|error| error.to_string().contains("is kept in")));
        assert_eq!(left_in(dir.path())?, 1);
        assert!(edit_with("sh -c 'kill -9 $$'", dir.path(), "note.md", "Hello").is_err());
        assert_eq!(left_in(dir.path())?, 1, "nothing was saved, nothing stays");
        Ok(())
    }

    #[test]
    fn an_editor_that_fails_says_so_and_leaves_nothing() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        assert!(edit_with("false", dir.path(), "reply.md", "Hello").is_err());
        let missing = edit_with("no-such-editor-anywhere", dir.path(), "reply.md", "Hello");
        assert!(missing.is_err_and(|error| error.to_string().starts_with("no-such-editor-anywhere: ")));
        assert_eq!(left_in(dir.path())?, 0);
        Ok(())
    }
}
