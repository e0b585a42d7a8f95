//! Other processes, and files outside our own directories. Nothing else touches either.
//!
//! Owns the reading of files that the agent attaches and of the folders where they lie, the agent's editor, and the process that finishes
//! the outbox after the screen has gone. Knows nothing of screens or helpdesks.

mod clipboard;
mod editor;
mod list;
mod opener;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use clipboard::copy;
pub use editor::edit_text;
pub use list::{FolderEntry, list_folder};
pub use opener::{is_remote, open_url};

/// The largest file that goes with a message.
pub const LARGEST_ATTACHMENT: u64 = 20 << 20;

/// Reads a file to be attached (`~/` is the home directory): its base name, a media type by its ending, and its content.
///
/// # Errors
/// When it cannot be read, is no regular file, or is larger than [`LARGEST_ATTACHMENT`].
pub fn read_attachment(path: &Path) -> io::Result<(String, String, Vec<u8>)> {
    let path = &match at_home(path) {
        here if here.exists() => here,
        none => Some(at_home(&as_dropped(path))).filter(|dropped| dropped.exists()).unwrap_or(none),
    };
    // Asked before it is opened: opening a pipe would wait for its writer.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let file = File::open(path)?;
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut content = Vec::new();
    file.take(LARGEST_ATTACHMENT + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST_ATTACHMENT {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "larger than 20 MiB"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    Ok((name, media_type(&ending).to_owned(), content))
}

/// A path as a terminal types it when a file is dropped on it: in quotes, with backslashes, or as a `file:` address.
fn as_dropped(path: &Path) -> PathBuf {
    let Some(typed) = path.to_str() else { return path.to_owned() };
    for quote in ['\'', '"'] {
        if let Some(inner) = typed.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return PathBuf::from(inner);
        }
    }
    if let Some(path) = typed.strip_prefix("file://").and_then(|rest| rest.find('/').and_then(|at| rest.get(at..))) {
        return PathBuf::from(percent_decoded(path));
    }
    let mut plain = String::new();
    let mut letters = typed.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    PathBuf::from(plain)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A path that begins with `~/`, as people type it where no shell reads it.
fn at_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) if !path.exists() => Path::new(&home).join(rest),
        _ => path.to_owned(),
    }
}

fn media_type(ending: &str) -> &'static str {
    match ending {
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

/// Starts this program again, detached from the terminal, with these arguments and our environment: it
/// goes on when the terminal goes.
///
/// # Errors
/// When the system starts no process.
pub fn start_detached(arguments: &[&str]) -> io::Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // Its own group: a hang-up of the terminal goes to the group in front only.
        command.process_group(0);
    }
    command.spawn().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_has_its_base_name_and_a_folder_is_refused() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("photo of tent.PNG");
        std::fs::write(&file, b"png")?;
        assert_eq!(read_attachment(&file)?, ("photo of tent.PNG".into(), "image/png".into(), b"png".to_vec()));
        let (name, typed) = ("photo of tent.PNG", file.to_string_lossy());
        let dropped = [
            format!("'{typed}'"),
            format!("\"{typed}\""),
            typed.replace(' ', "\\ "),
            format!("file://{}", typed.replace(' ', "%20")),
            format!("file://localhost{}", typed.replace(' ', "%20")),
        ];
        for path in dropped {
            assert_eq!(read_attachment(Path::new(&path))?.0, name, "{path}");
        }
        assert!(read_attachment(dir.path()).is_err() && read_attachment(Path::new("/dev/null")).is_err());
        Ok(())
    }
}
