//! Files of others, saved among the agent's own: always a new one, for us alone, never executable.
//!
//! Owns the making of such a file, and that half of one does not stay. What it may be called is
//! [`crate::domain::file::safe_name`]'s affair. Enter at [`NewFile`].

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, fstat, open, openat, statat, unlinkat};
use rustix::io::Errno;

use super::at_home;
use crate::domain::file::numbered;

/// A folder has so many files of one name at most.
const MOST_ALIKE: usize = 1_000;

/// A file that is being written. Unless it is [kept](NewFile::keep) it goes with the value.
#[derive(Debug)]
pub struct NewFile {
    /// The folder, held open: a folder that is moved or exchanged meanwhile changes nothing.
    folder: OwnedFd,
    name: String,
    path: PathBuf,
    file: File,
    is_kept: bool,
}

impl NewFile {
    /// Makes a new file of mode 0600 at exactly this path (`~/` is the home directory).
    ///
    /// # Errors
    /// `AlreadyExists` when anything of that name is there, a link that leads nowhere included; `NotFound`
    /// when its folder is not; otherwise as the system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        let (folder, path, name) = place(path)?;
        let file = make(&folder, &name)?;
        Ok(Self { folder, name, path, file, is_kept: false })
    }

    /// The same; where the name is taken the file gets the next free one: `photo (2).jpg`.
    ///
    /// # Errors
    /// As for [`NewFile::create`], without `AlreadyExists` until there are a thousand; `InvalidInput` when a device or
    /// a pipe has the name: nobody who types it means another file beside it.
    pub fn create_beside(path: &Path) -> io::Result<Self> {
        let (folder, path, name) = place(path)?;
        let names = std::iter::once(name.clone()).chain((2..=MOST_ALIKE).map(|count| numbered(&name, count)));
        for name in names {
            match make(&folder, &name) {
                Ok(file) => {
                    let path = path.with_file_name(&name);
                    return Ok(Self { folder, name, path, file, is_kept: false });
                }
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                Err(_) if is_device(&folder, &name) => {
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, "a device or a pipe has this name"));
                }
                Err(_) => {}
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Puts more behind.
    ///
    /// # Errors
    /// As the system says: a full disk is `StorageFull` or `QuotaExceeded`.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// The file is whole and on disk: it stays. Gives its full path.
    ///
    /// # Errors
    /// When the disk does not have it; it goes then.
    pub fn keep(mut self) -> io::Result<PathBuf> {
        self.file.sync_all()?;
        self.is_kept = true;
        Ok(std::mem::take(&mut self.path))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // What has taken its name meanwhile is not ours.
        let ours = fstat(&self.file).map(|stat| (stat.st_dev, stat.st_ino)).ok();
        let there = statat(&self.folder, self.name.as_str(), AtFlags::SYMLINK_NOFOLLOW).ok();
        if ours.is_some() && there.map(|stat| (stat.st_dev, stat.st_ino)) == ours {
            let _ = unlinkat(&self.folder, self.name.as_str(), AtFlags::empty());
        }
    }
}

/// The folder of a path, opened; the full path; and the name within the folder.
fn place(path: &Path) -> io::Result<(OwnedFd, PathBuf, String)> {
    let path = at_home(path);
    let no_name = || io::Error::new(io::ErrorKind::InvalidInput, "no name of a file");
    // `a/..` and `a/.` have none; `a/b/` is a folder, whatever `file_name` makes of it.
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(no_name());
    }
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(no_name)?.to_owned();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let opened = open(folder, OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY, Mode::empty())?;
    let full = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()).join(&name);
    Ok((opened, full, name))
}

fn make(folder: &OwnedFd, name: &str) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match openat(folder, name, flags, Mode::RUSR | Mode::WUSR) {
        Ok(file) => Ok(File::from(file)),
        // Some systems say so of a link where another would say that it exists.
        Err(Errno::LOOP) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) => Err(error.into()),
    }
}

/// Whether what has a name in a folder is neither a file nor a folder nor a link.
fn is_device(folder: &OwnedFd, name: &str) -> bool {
    use FileType::{BlockDevice, CharacterDevice, Fifo, Socket};
    let there = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    let kind = there.map(|stat| FileType::from_raw_mode(stat.st_mode));
    matches!(kind, Ok(BlockDevice | CharacterDevice | Fifo | Socket))
}

/// Whether an error means that there is no room left.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// Where files are saved at first: `~/Downloads/`, or `~/` where there is none.
#[must_use]
pub fn first_folder() -> String {
    if at_home(Path::new("~/Downloads")).is_dir() { "~/Downloads/".to_owned() } else { "~/".to_owned() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;
    use crate::domain::file::safe_name;

    fn save(path: &Path, text: &str) -> io::Result<PathBuf> {
        let mut file = NewFile::create(path)?;
        file.write(text.as_bytes())?;
        file.keep()
    }

    #[test]
    fn a_file_is_new_and_for_us_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sh");
        let kept = save(&path, "one").unwrap();
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "one");
        assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(save(&path, "two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "one");
        for odd in ["", "..", ".", "sub/", "none/a"] {
            assert!(NewFile::create(&dir.path().join(odd)).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_link_is_not_followed_and_stays() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let aim = other.path().join("aim");
        for link in ["dangling", "live"] {
            symlink(&aim, dir.path().join(link)).unwrap();
            assert_eq!(save(&dir.path().join(link), "x").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(std::fs::read_to_string(&aim).unwrap_or_default(), if link == "live" { "old" } else { "" });
            std::fs::write(&aim, "old").unwrap();
        }
    }

    #[test]
    fn half_a_file_goes_but_never_somebody_elses() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let mut half = NewFile::create(&path).unwrap();
        half.write(b"half").unwrap();
        drop(half);
        assert!(!path.exists());
        let half = NewFile::create(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "another's").unwrap();
        drop(half);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "another's");
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("photo.jpg");
        for expected in ["photo.jpg", "photo (2).jpg", "photo (3).jpg"] {
            let kept = NewFile::create_beside(&path).unwrap().keep().unwrap();
            assert_eq!(kept.file_name().unwrap(), expected);
        }
    }

    #[test]
    fn no_file_is_made_beside_a_device() {
        for device in ["/dev/null", "/dev/full"].into_iter().map(Path::new).filter(|device| device.exists()) {
            assert_eq!(NewFile::create_beside(device).unwrap_err().kind(), io::ErrorKind::InvalidInput);
            assert!(!device.with_file_name(numbered(device.file_name().unwrap().to_str().unwrap(), 2)).exists());
        }
    }

    /// Names that have led programs astray.
    fn hostile_names() -> Vec<String> {
        let mut names: Vec<String> = [
            "..",
            ".",
            "...",
            "....",
            "/",
            "//",
            "\\",
            "",
            " ",
            "\t",
            "\n",
            "../x",
            "../../../../etc/passwd",
            "/etc/passwd",
            "..\\..\\x",
            "C:\\Windows\\win.ini",
            "C:x",
            "\\\\host\\share\\x",
            "file:///etc/passwd",
            "~/x",
            "~root/x",
            "$HOME/x",
            "`reboot`",
            "$(reboot)",
            "; reboot",
            "| sh",
            "&& sh",
            "> x",
            "< x",
            "a\0b",
            "a\nb",
            "a\rb",
            "a\u{1b}[2Jb",
            "a\u{9b}2Jb",
            ".bashrc",
            ".ssh/authorized_keys",
            "-rf",
            "--help",
            "-",
            "--",
            "CON",
            "con.txt",
            "NUL",
            "nul.tar.gz",
            "AUX.h",
            "PRN",
            "COM1",
            "COM9.log",
            "LPT1",
            "LPT¹.txt",
            "CONIN$",
            "x.exe.",
            "x.exe ",
            "x.exe. . .",
            "x::$DATA",
            "invoice\u{202e}fdp.exe",
            "\u{202e}",
            "\u{200b}",
            "\u{2028}",
            "\u{feff}.txt",
            "\u{e0041}\u{e0042}",
            "％2e％2e／x",
            "%2e%2e%2fx",
            "..%00/x",
            "a/../../x",
            "./.././x",
            "taken",
            "link",
            "folder",
            "＂x＂",
            "*",
            "?",
            "a:b",
            "desktop.ini",
            "autorun.inf",
            "x.desktop",
            "x.sh",
            "x.command",
            "x\u{ff0f}y",
            "x\u{2215}y",
            "x\u{29f8}y",
            "ⅭⅬⅤ",
            "İstanbul",
            "ẞ",
        ]
        .map(str::to_owned)
        .into();
        names.extend(["x".repeat(10_000), "é".repeat(300), format!("{}.pdf", "漢".repeat(300)), "../".repeat(5_000)]);
        names.push(format!("a{}", "\u{301}".repeat(500)));
        names
    }

    fn tree(root: &Path) -> BTreeMap<PathBuf, (u64, Vec<u8>)> {
        let mut found = BTreeMap::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap().flatten() {
                let facts = std::fs::symlink_metadata(entry.path()).unwrap();
                if facts.is_dir() {
                    folders.push(entry.path());
                } else {
                    let content = if facts.is_file() { std::fs::read(entry.path()).unwrap() } else { Vec::new() };
                    found.insert(entry.path(), (facts.ino(), content));
                }
            }
        }
        found
    }

    #[test]
    fn no_name_leads_out_of_the_folder_overwrites_or_runs() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("a/b/downloads");
        std::fs::create_dir_all(folder.join("folder")).unwrap();
        for name in ["taken", "x", "passwd", "bashrc", "x.exe", "photo.jpg"] {
            std::fs::write(folder.join(name), "before").unwrap();
            std::fs::write(outer.path().join(name), "before").unwrap();
        }
        symlink(outer.path().join("x"), folder.join("link")).unwrap();
        let before = tree(outer.path());
        let names = hostile_names();
        assert!(names.len() >= 56);
        for (number, name) in names.iter().enumerate() {
            let safe = safe_name(name, number + 1);
            let mut file =
                NewFile::create_beside(&folder.join(&safe)).unwrap_or_else(|e| panic!("{name:?} {safe:?} {e}"));
            file.write(b"theirs").unwrap();
            let kept = file.keep().unwrap();
            assert_eq!(kept.parent().unwrap(), folder.canonicalize().unwrap(), "{name:?}");
            let facts = std::fs::symlink_metadata(&kept).unwrap();
            assert!(facts.is_file() && facts.permissions().mode() & 0o7177 == 0, "{name:?}");
            let shown = kept.file_name().unwrap().to_str().unwrap();
            assert!(shown.len() <= 208 && !shown.starts_with(['.', '-']) && !shown.ends_with(['.', ' ']), "{shown:?}");
            assert!(!shown.chars().any(char::is_control), "{shown:?}");
        }
        let after = tree(outer.path());
        for (path, was) in &before {
            assert_eq!(after.get(path), Some(was), "{} was touched", path.display());
        }
        assert_eq!(after.len(), before.len() + names.len(), "each has a file of its own");
        assert!(after.keys().filter(|path| !before.contains_key(*path)).all(|path| path.starts_with(&folder)));
    }
}
