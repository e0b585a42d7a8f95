//! What is in a folder, for completing a path that is typed.

use std::fs;
use std::io;
use std::path::Path;

use super::{at_home, media_type};

/// Entries that are read at most: nobody looks through more by hand.
const MOST: usize = 5_000;

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    /// Its name; names that are not UTF-8 are left out.
    pub name: String,
    /// It is a folder.
    pub is_folder: bool,
    /// Its size in bytes; 0 of a folder.
    pub size: u64,
    /// Its media type by its ending; empty of a folder.
    pub kind: &'static str,
}

/// Files and folders in a folder (`~/` is the home directory; empty is where the program runs), folders
/// first, each by name in any case of letters. Links are followed; what is neither is left out.
///
/// # Errors
/// When there is no such folder, or it cannot be read.
pub fn list_folder(typed: &str) -> io::Result<Vec<FolderEntry>> {
    let folder = if typed.is_empty() { Path::new(".").to_owned() } else { at_home(Path::new(typed)) };
    let mut entries: Vec<FolderEntry> = Vec::new();
    for found in fs::read_dir(folder)?.take(MOST).flatten() {
        let Ok(name) = found.file_name().into_string() else { continue };
        // A link that leads nowhere is nothing.
        let Ok(facts) = fs::metadata(found.path()) else { continue };
        if facts.is_dir() {
            entries.push(FolderEntry { name, is_folder: true, size: 0, kind: "" });
        } else if facts.is_file() {
            let ending = Path::new(&name).extension().unwrap_or_default().to_string_lossy().to_lowercase();
            entries.push(FolderEntry { name, is_folder: false, size: facts.len(), kind: media_type(&ending) });
        }
    }
    entries.sort_by_cached_key(|entry| (!entry.is_folder, entry.name.to_lowercase(), entry.name.clone()));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_files_have_size_and_type() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        fs::write(dir.path().join("b.PNG"), b"png")?;
        fs::write(dir.path().join(".hidden"), b"")?;
        fs::create_dir(dir.path().join("zoo"))?;
        let entries = list_folder(&dir.path().to_string_lossy())?;
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["zoo", ".hidden", "b.PNG"]);
        assert!(entries.iter().any(|entry| entry.kind == "image/png" && entry.size == 3 && !entry.is_folder));
        assert!(list_folder(&dir.path().join("none").to_string_lossy()).is_err());
        Ok(())
    }
}
