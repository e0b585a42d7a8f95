//! Other processes, and files outside our own directories. Nothing else touches either.
//!
//! Owns the reading of files that the agent attaches and of the folders where they lie, the files that are saved
//! for the agent, the decoding of pictures, the agent's editor, commands and browser, and the process that
//! finishes the outbox after the screen has gone. Knows nothing of screens or helpdesks.

mod clipboard;
mod editor;
#[cfg(feature = "images")]
mod graphics;
mod list;
mod opener;
mod picture;
mod pipe;
mod saved;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use clipboard::{LONGEST_COPY, copy};
pub use editor::edit_text;
#[cfg(feature = "images")]
pub use graphics::{Cells, Graphics};
pub use list::{FolderEntry, list_folder};
pub use opener::{is_remote, open_url};
pub use picture::{Decoded, PictureFault, decode as decode_picture};
pub use pipe::{Ended, Pipe, Program};
pub use saved::{NewFile, first_folder, is_full};

use crate::domain::file::{LARGEST_SENT, is_blocked};
use crate::text::html::percent_decoded;

/// The token of a workspace without any config: no other program's affair.
const TOKEN: &str = "DESKHAND_TOKEN";

/// What stands where a path leads, as far as it can go with a message (`~/` is the home directory): its base
/// name and its size in bytes. Reads nothing of it.
///
/// # Errors
/// When there is nothing, or something else than a regular file; when it is larger than [`LARGEST_SENT`], or its
/// ending is one that is not taken.
pub fn check_attachment(path: &Path) -> io::Result<(String, u64)> {
    let path = &found(path);
    let refused = |why: String| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    // Asked before it is opened: opening a pipe would wait for its writer.
    let facts = std::fs::metadata(path)?;
    if !facts.is_file() {
        return refused("not a regular file".to_owned());
    }
    if facts.len() > LARGEST_SENT {
        return refused(format!("larger than {} MiB", LARGEST_SENT >> 20));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if is_blocked(&name, &[]) {
        return refused("files of this kind are not taken: they run when they are opened".to_owned());
    }
    Ok((name, facts.len()))
}

/// The path as it was typed, or as a terminal types it when a file is dropped on it.
fn found(path: &Path) -> PathBuf {
    match at_home(path) {
        here if here.exists() => here,
        none => Some(at_home(&as_dropped(path))).filter(|dropped| dropped.exists()).unwrap_or(none),
    }
}

/// Reads a file to be attached (`~/` is the home directory): its base name, a media type by its ending, and its content.
///
/// # Errors
/// As [`check_attachment`], and when it cannot be read.
pub fn read_attachment(path: &Path) -> io::Result<(String, String, Vec<u8>)> {
    let (name, _) = check_attachment(path)?;
    let path = &found(path);
    let file = File::open(path)?;
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut content = Vec::new();
    file.take(LARGEST_SENT + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST_SENT {
        // It has grown since.
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "larger than 20 MiB"));
    }
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
        return PathBuf::from(String::from_utf8_lossy(&percent_decoded(path)).into_owned());
    }
    let mut plain = String::new();
    let mut letters = typed.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    PathBuf::from(plain)
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

/// This machine's name, as it calls itself.
#[must_use]
pub fn machine_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
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
    fn what_is_not_taken_is_refused_before_it_is_read() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        for name in ["setup.exe", "SETUP.SCR", "invoice.pdf.exe", "x.wsf"] {
            let file = dir.path().join(name);
            std::fs::write(&file, b"MZ")?;
            assert!(read_attachment(&file).is_err_and(|error| error.to_string().contains("not taken")), "{name}");
        }
        let large = dir.path().join("large.bin");
        File::create(&large)?.set_len(LARGEST_SENT + 1)?;
        assert!(check_attachment(&large).is_err_and(|error| error.to_string() == "larger than 20 MiB"));
        File::create(&large)?.set_len(LARGEST_SENT)?;
        assert_eq!(check_attachment(&large)?, ("large.bin".to_owned(), LARGEST_SENT));
        Ok(())
    }

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
