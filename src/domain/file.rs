//! Files of messages, judged: what kind they are by content and by claim, which ones are risky, and what a
//! file of ours may be called.
//!
//! Owns the limits of files too. Knows nothing of disks and networks. Enter at [`sniff`], [`claimed`],
//! [`risk`] and [`safe_name`].

use crate::text::{beginning, fold};

/// Files that go with one message at most (API: `attachment_files`, ten).
pub const MOST_FILES: usize = 10;
/// The largest file in bytes that goes with a message.
pub const LARGEST_SENT: u64 = 20 << 20;
/// So many bytes go with one message, all files together: packed for the wire they are a third more.
pub const LARGEST_TOGETHER: u64 = 28 << 20;
/// The largest file in bytes that is fetched to be kept on disk.
pub const LARGEST_KEPT: u64 = 100 << 20;
/// The largest file in bytes that is fetched to be looked at, or handed to a command.
pub const LARGEST_SHOWN: u64 = 20 << 20;
/// Endings that Intercom does not take, and that nobody should open.
pub const BLOCKED: [&str; 5] = [".exe", ".sys", ".scr", ".shb", ".wsf"];

/// Endings of what runs when it is opened, on one system or another.
const PROGRAMS: [&str; 44] = [
    "exe", "sys", "scr", "shb", "wsf", "com", "bat", "cmd", "pif", "msi", "msp", "cpl", "dll", "lnk", "js", "jse",
    "vbs", "vbe", "wsh", "wsc", "hta", "ps1", "psm1", "psd1", "reg", "jar", "apk", "app", "dmg", "pkg", "sh", "bash",
    "zsh", "command", "run", "elf", "deb", "rpm", "appimage", "desktop", "scf", "url", "ade", "iso",
];

/// What sort of thing a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileClass {
    /// Words without markup, tables of commas and the like.
    Text,
    /// Markup: web pages, SVG, XML.
    Page,
    /// A picture.
    Image,
    /// A document of an office, or PDF.
    Document,
    /// Several files in one, or a compressed one.
    Archive,
    /// Sound.
    Sound,
    /// Moving pictures.
    Video,
    /// It runs.
    Program,
    /// None of these, or not known.
    Other,
}

/// What a file is: its class, and its format as people write it (`PNG`; empty where it has no name).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileKind {
    /// The class.
    pub class: FileClass,
    /// The format.
    pub format: &'static str,
}

impl FileKind {
    const fn new(class: FileClass, format: &'static str) -> Self {
        Self { class, format }
    }

    /// Nothing is known of it.
    pub const UNKNOWN: Self = Self::new(FileClass::Other, "");

    /// Its name for scripts: `image`, `text`, …
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self.class {
            FileClass::Text => "text",
            FileClass::Page => "page",
            FileClass::Image => "image",
            FileClass::Document => "document",
            FileClass::Archive => "archive",
            FileClass::Sound => "sound",
            FileClass::Video => "video",
            FileClass::Program => "program",
            FileClass::Other => "other",
        }
    }

    /// Whether it can be read in a pager.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self.class, FileClass::Text | FileClass::Page)
    }

    /// Whether one is plainly not the other. What is unknown contradicts nothing; many documents are
    /// archives inside, and markup is text.
    #[must_use]
    pub const fn contradicts(self, other: Self) -> bool {
        use FileClass::{Archive, Document, Image, Other, Page, Sound, Text, Video};
        !matches!(
            (self.class, other.class),
            (Other, _)
                | (_, Other)
                | (Text | Page, Text | Page)
                | (Archive | Document, Archive | Document)
                | (Image, Image)
                | (Sound | Video, Sound | Video)
                | (FileClass::Program, FileClass::Program)
        )
    }
}

/// Why a file is to be handled with care, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// Its name hides what it is: letters that are not seen, or that turn the reading direction.
    Disguised,
    /// It has two endings, the last of which runs: `invoice.pdf.exe`.
    DoubleEnding,
    /// Its ending or its type is one of those that are blocked.
    Blocked,
    /// Its content is not what its name or its type says.
    NotAsClaimed,
}

impl Risk {
    /// Its name for scripts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disguised => "disguised",
            Self::DoubleEnding => "double_ending",
            Self::Blocked => "blocked",
            Self::NotAsClaimed => "not_as_claimed",
        }
    }

    /// Key of its word in the catalogue.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Disguised => "file-risk-disguised",
            Self::DoubleEnding => "file-risk-double",
            Self::Blocked => "file-risk-blocked",
            Self::NotAsClaimed => "file-risk-not-as-claimed",
        }
    }

    /// Whether it is asked a second time before anything is done with it.
    #[must_use]
    pub const fn is_grave(self) -> bool {
        !matches!(self, Self::NotAsClaimed)
    }
}

/// What a file is by its first bytes (64 KiB tell enough), never by what anybody says of it.
#[must_use]
pub fn sniff(bytes: &[u8]) -> FileKind {
    const ENOUGH: usize = 64 << 10;
    let head = bytes.get(..ENOUGH).unwrap_or(bytes);
    if head.is_empty() {
        return FileKind::UNKNOWN;
    }
    if head.starts_with(b"#!") {
        return FileKind::new(FileClass::Program, "script");
    }
    let Some(found) = infer::get(head) else { return unmarked(head, bytes.len() > head.len()) };
    let named = by_ending(found.extension());
    if named.class != FileClass::Other {
        return named;
    }
    FileKind::new(
        match found.matcher_type() {
            infer::MatcherType::App => FileClass::Program,
            infer::MatcherType::Archive => FileClass::Archive,
            infer::MatcherType::Audio => FileClass::Sound,
            infer::MatcherType::Book | infer::MatcherType::Doc => FileClass::Document,
            infer::MatcherType::Image => FileClass::Image,
            infer::MatcherType::Text => FileClass::Page,
            infer::MatcherType::Video => FileClass::Video,
            infer::MatcherType::Font | infer::MatcherType::Custom => FileClass::Other,
        },
        found.extension(),
    )
}

/// What has no mark of a format: text, markup, or unknown.
fn unmarked(head: &[u8], is_cut: bool) -> FileKind {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return FileKind::new(FileClass::Text, "UTF-16");
    }
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The cut may have gone through a letter.
        Err(error) if is_cut && error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => "",
    };
    // Terminal logs have escapes; what has a NUL or is half controls is no text.
    let controls = text.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}')).count();
    if text.is_empty() || text.contains('\0') || controls * 10 > text.len() {
        // Old text in one byte a letter: mostly printable ASCII, no NUL.
        let printable = head.iter().filter(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()).count();
        let is_latin = !head.contains(&0) && printable * 10 >= head.len() * 8;
        return if is_latin { FileKind::new(FileClass::Text, "") } else { FileKind::UNKNOWN };
    }
    let start: String = text.trim_start_matches('\u{feff}').trim_start().chars().take(200).collect();
    let start = fold(&start);
    if ["<svg", "<!doctype", "<html", "<?xml", "<head", "<body"].iter().any(|tag| start.starts_with(tag)) {
        return FileKind::new(FileClass::Page, if start.contains("<svg") { "SVG" } else { "HTML" });
    }
    FileKind::new(FileClass::Text, "")
}

/// What an ending (without its dot, lower case) stands for.
fn by_ending(ending: &str) -> FileKind {
    use FileClass::{Archive, Document, Image, Page, Program, Sound, Text, Video};
    let (class, format) = match ending {
        "txt" | "log" | "ini" | "conf" | "toml" | "yaml" | "yml" => (Text, ""),
        "md" => (Text, "Markdown"),
        "csv" | "tsv" => (Text, "CSV"),
        "json" | "jsonl" => (Text, "JSON"),
        "eml" => (Text, "e-mail"),
        "ics" => (Text, "calendar"),
        "vcf" => (Text, "contact"),
        "html" | "htm" | "xhtml" | "mhtml" => (Page, "HTML"),
        "xml" => (Page, "XML"),
        "svg" => (Page, "SVG"),
        "png" => (Image, "PNG"),
        "jpg" | "jpeg" => (Image, "JPEG"),
        "gif" => (Image, "GIF"),
        "webp" => (Image, "WebP"),
        "bmp" => (Image, "BMP"),
        "tif" | "tiff" => (Image, "TIFF"),
        "heic" | "heif" => (Image, "HEIC"),
        "avif" => (Image, "AVIF"),
        "ico" => (Image, "icon"),
        "pdf" => (Document, "PDF"),
        "doc" | "docx" => (Document, "Word"),
        "xls" | "xlsx" => (Document, "Excel"),
        "ppt" | "pptx" => (Document, "PowerPoint"),
        "odt" | "ods" | "odp" => (Document, "OpenDocument"),
        "rtf" => (Document, "RTF"),
        "epub" | "mobi" => (Document, "book"),
        "zip" => (Archive, "zip"),
        "gz" | "tgz" => (Archive, "gzip"),
        "tar" => (Archive, "tar"),
        "7z" => (Archive, "7z"),
        "rar" => (Archive, "rar"),
        "bz2" => (Archive, "bzip2"),
        "xz" => (Archive, "xz"),
        "zst" => (Archive, "zstd"),
        "mp3" => (Sound, "MP3"),
        "wav" => (Sound, "WAV"),
        "ogg" | "opus" => (Sound, "Ogg"),
        "m4a" | "aac" => (Sound, "AAC"),
        "flac" => (Sound, "FLAC"),
        "mp4" | "m4v" => (Video, "MP4"),
        "mov" => (Video, "QuickTime"),
        "webm" => (Video, "WebM"),
        "mkv" => (Video, "Matroska"),
        "avi" => (Video, "AVI"),
        "exe" | "dll" | "scr" | "sys" | "msi" => (Program, "Windows"),
        "elf" => (Program, "Linux"),
        "mach" => (Program, "macOS"),
        "dex" | "apk" => (Program, "Android"),
        "sh" | "bash" | "bat" | "cmd" | "ps1" | "vbs" | "js" => (Program, "script"),
        other if PROGRAMS.contains(&other) => (Program, ""),
        _ => return FileKind::UNKNOWN,
    };
    FileKind::new(class, format)
}

/// What a media type stands for.
fn by_type(media: &str) -> FileKind {
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (family, rest) = media.split_once('/').unwrap_or((&media, ""));
    let known = by_ending(match rest {
        "plain" => "txt",
        "javascript" | "x-javascript" => "js",
        "svg+xml" => "svg",
        "msword" | "vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "vnd.ms-excel" | "vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "vnd.ms-powerpoint" | "vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "x-zip-compressed" => "zip",
        "gzip" | "x-gzip" => "gz",
        "x-msdownload" | "x-dosexec" | "x-msdos-program" | "vnd.microsoft.portable-executable" => "exe",
        "x-sh" | "x-shellscript" => "sh",
        "quicktime" => "mov",
        "mpeg" => "mp3",
        other => other,
    });
    if known.class != FileClass::Other && (family != "video" || rest != "mpeg") {
        return known;
    }
    let class = match family {
        "text" => FileClass::Text,
        "image" => FileClass::Image,
        "audio" => FileClass::Sound,
        "video" => FileClass::Video,
        _ => FileClass::Other,
    };
    FileKind::new(class, "")
}

/// What a file is said to be: by its type, else by its ending; by an ending that runs, whatever its type says, for
/// that is what is done with it when it is opened.
#[must_use]
pub fn claimed(name: &str, media: &str) -> FileKind {
    let (by_type, by_name) = (by_type(media), by_ending(&ending(name)));
    // The ending is more precise where both mean the same.
    let runs = by_name.class == FileClass::Program;
    if runs || by_type.class == FileClass::Other || (by_type.format.is_empty() && by_type.class == by_name.class) {
        by_name
    } else {
        by_type
    }
}

/// Whether its type and its ending contradict each other.
#[must_use]
pub fn claims_differ(name: &str, media: &str) -> bool {
    by_type(media).contradicts(by_ending(&ending(name)))
}

/// Whether a letter cannot be seen, or turns the reading direction of others.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a name has letters that hide what it is. Joiners within other scripts and emoji belong there.
fn is_disguised(name: &str) -> bool {
    let mut before = 'a';
    name.chars().any(|letter| {
        let joins = matches!(letter, '\u{200c}' | '\u{200d}') && !before.is_ascii();
        before = letter;
        is_unseen(letter) && !joins
    })
}

/// The pieces of a base name between its dots, folded, without what cannot be seen; dots that only look
/// like one count too.
fn pieces(name: &str) -> Vec<String> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = base.chars().filter(|c| !is_unseen(*c)).collect();
    // `invoice.exe::$DATA` and `invoice.exe . ` are the program on Windows.
    let seen = seen.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ', '\u{a0}', '\u{3000}']);
    seen.split(['.', '\u{2024}', '\u{ff0e}', '\u{3002}', '\u{fe52}']).map(|piece| fold(piece.trim())).collect()
}

/// The ending of a name, lower case, without its dot; empty where there is none.
#[must_use]
pub fn ending(name: &str) -> String {
    let mut pieces = pieces(name);
    if pieces.len() < 2 { String::new() } else { pieces.pop().unwrap_or_default() }
}

/// Whether files of this name are blocked: by [`BLOCKED`], or by endings of one's own (`.js` or `js`).
#[must_use]
pub fn is_blocked(name: &str, more: &[String]) -> bool {
    let ending = ending(name);
    let is = |blocked: &str| !ending.is_empty() && blocked.trim().trim_start_matches('.').eq_ignore_ascii_case(&ending);
    BLOCKED.into_iter().any(is) || more.iter().any(|blocked| is(blocked))
}

/// Why a file is to be handled with care, by its name and the type that it claims; `blocked` are endings
/// beside [`BLOCKED`].
#[must_use]
pub fn risk(name: &str, media: &str, blocked: &[String]) -> Option<Risk> {
    let pieces = pieces(name);
    let runs = pieces.last().is_some_and(|last| PROGRAMS.contains(&last.as_str()));
    let is_blocked = is_blocked(name, blocked) || by_type(media) == by_ending("exe");
    if is_disguised(name) {
        return Some(Risk::Disguised);
    }
    let before = pieces.len().checked_sub(2).filter(|at| *at > 0).and_then(|at| pieces.get(at));
    let looks = before.is_some_and(|piece| !matches!(by_ending(piece).class, FileClass::Other | FileClass::Program));
    if looks && (runs || is_blocked) {
        return Some(Risk::DoubleEnding);
    }
    if is_blocked {
        return Some(Risk::Blocked);
    }
    claims_differ(name, media).then_some(Risk::NotAsClaimed)
}

/// The same, once its content is known.
#[must_use]
pub fn risk_of(name: &str, media: &str, content: Option<FileKind>, blocked: &[String]) -> Option<Risk> {
    let differs = content.is_some_and(|content| {
        let said = claimed(name, media);
        content.contradicts(said) || (content.class == FileClass::Program && said.class != FileClass::Program)
    });
    match content {
        // Somebody said something else, but the content is what it is called.
        Some(content) if !differs && content.class != FileClass::Other => {
            risk(name, media, blocked).filter(|risk| risk.is_grave() || content.contradicts(by_ending(&ending(name))))
        }
        _ => risk(name, media, blocked).or(differs.then_some(Risk::NotAsClaimed)),
    }
}

/// A name for a file of ours from somebody else's: a base name of letters, digits and a few signs that no
/// shell and no system takes for something else, 200 bytes at most with its ending kept; never hidden, never
/// an option, never a device. `attachment-N` where nothing is left.
#[must_use]
pub fn safe_name(name: &str, number: usize) -> String {
    const LONGEST: usize = 200;
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut kept = String::new();
    for letter in base.chars().filter(|letter| !is_unseen(*letter)) {
        let is_mark = matches!(letter, '\u{300}'..='\u{36f}') && kept.ends_with(char::is_alphabetic);
        let plain = letter.is_alphanumeric() || is_mark || " ._-+,()@=".contains(letter);
        match letter {
            _ if plain => kept.push(letter),
            _ if letter.is_whitespace() => kept.push(' '),
            _ => kept.push('_'),
        }
    }
    let bare = |text: &str| text.trim_start_matches(['.', '-', ' ']).trim_end_matches(['.', ' ']).to_owned();
    let mut kept = bare(&kept);
    if kept.len() > LONGEST {
        let ending = kept.rfind('.').filter(|at| kept.len() - at <= 16).map_or(String::new(), |at| kept.split_off(at));
        kept.truncate(beginning(&kept, LONGEST - ending.len()).len());
        kept = bare(&kept) + &ending;
    }
    if !kept.chars().any(char::is_alphanumeric) {
        return format!("attachment-{number}");
    }
    if is_device(&kept) { format!("_{kept}") } else { kept }
}

/// Whether Windows has a device of this name, whatever its ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$")
        || port.is_some_and(|port| {
            let mut digits = port.chars();
            matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
        })
}

/// The same name as the `count`th of its folder: `photo (2).jpg`.
#[must_use]
pub fn numbered(name: &str, count: usize) -> String {
    match name.rfind('.').filter(|at| *at > 0) {
        Some(at) => format!("{} ({count}){}", name.get(..at).unwrap_or(name), name.get(at..).unwrap_or_default()),
        None => format!("{name} ({count})"),
    }
}

/// A word for a POSIX shell: as it is where it is plain, else in quotes that nothing breaks out of.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._-+,@=/:".contains(&b);
    if !word.is_empty() && word.bytes().all(is_plain) && !word.starts_with('=') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_are() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        for (bytes, class, format) in [
            (&png[..], FileClass::Image, "PNG"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", FileClass::Image, "JPEG"),
            (b"GIF89a\x01\0\x01\0", FileClass::Image, "GIF"),
            (b"%PDF-1.7\n", FileClass::Document, "PDF"),
            (b"MZ\x90\0\x03\0\0\0", FileClass::Program, "Windows"),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", FileClass::Program, "Linux"),
            (b"#!/bin/sh\nrm -rf ~", FileClass::Program, "script"),
            (b"PK\x03\x04\x14\0", FileClass::Archive, "zip"),
            (b"<!DOCTYPE html><html>", FileClass::Page, "HTML"),
            (b"  <svg xmlns=''>", FileClass::Page, "SVG"),
            ("Bonjour, é\n".as_bytes(), FileClass::Text, ""),
            (b"caf\xe9 and more words of old\n", FileClass::Text, ""),
            (b"\xff\xfeh\0i\0", FileClass::Text, "UTF-16"),
            (b"\0\x01\x02\x03\x80\x81", FileClass::Other, ""),
            (b"", FileClass::Other, ""),
        ] {
            assert_eq!(sniff(bytes), FileKind::new(class, format), "{bytes:?}");
        }
        let long = format!("{}é", "x".repeat((64 << 10) - 1));
        assert_eq!(sniff(long.as_bytes()).class, FileClass::Text, "a letter that is cut is one all the same");
    }

    #[test]
    fn names_that_run_or_hide_are_marked() {
        let blocked = [".js".to_owned()];
        for (name, media, expected) in [
            ("photo.jpg", "image/jpeg", None),
            ("archive.tar.gz", "application/gzip", None),
            ("report.v2.pdf", "application/pdf", None),
            ("John.Smith.doc", "", None),
            ("👨\u{200d}👩\u{200d}👧.jpg", "image/jpeg", None),
            ("می\u{200c}خواهم.txt", "text/plain", None),
            ("setup.exe", "", Some(Risk::Blocked)),
            ("SETUP.EXE", "", Some(Risk::Blocked)),
            ("setup.exe. .", "", Some(Risk::Blocked)),
            ("setup.exe::$DATA", "", Some(Risk::Blocked)),
            ("driver.sys", "", Some(Risk::Blocked)),
            ("x.scr", "", Some(Risk::Blocked)),
            ("x.shb", "", Some(Risk::Blocked)),
            ("x.wsf", "", Some(Risk::Blocked)),
            ("x.js", "", Some(Risk::Blocked)),
            ("harmless", "application/x-msdownload", Some(Risk::Blocked)),
            ("invoice.pdf.exe", "application/pdf", Some(Risk::DoubleEnding)),
            ("invoice.pdf.bat", "", Some(Risk::DoubleEnding)),
            ("photo.jpg               .exe", "image/jpeg", Some(Risk::DoubleEnding)),
            ("photo.jpg\u{ff0e}exe", "", Some(Risk::DoubleEnding)),
            ("invoice\u{202e}fdp.exe", "", Some(Risk::Disguised)),
            ("invoice.pdf\u{200b}", "", Some(Risk::Disguised)),
            ("invoice.e\u{200b}xe", "", Some(Risk::Disguised)),
            ("photo.jpg", "application/zip", Some(Risk::NotAsClaimed)),
        ] {
            assert_eq!(risk(name, media, &blocked), expected, "{name:?} {media}");
        }
        assert_eq!(risk("x.js", "", &[]), None, "blocked only where it is configured");
        assert_eq!(claimed("invoice.pdf.exe", "application/pdf"), by_ending("exe"), "no document, whoever says so");
    }

    #[test]
    fn content_that_is_not_what_was_said_is_marked() {
        let program = sniff(b"MZ\x90\0\x03\0\0\0");
        assert_eq!(risk_of("photo.jpg", "image/jpeg", Some(program), &[]), Some(Risk::NotAsClaimed));
        assert_eq!(risk_of("photo", "", Some(program), &[]), Some(Risk::NotAsClaimed));
        let text = sniff(b"hello there");
        assert_eq!(risk_of("notes.txt", "application/pdf", Some(text), &[]), Some(Risk::NotAsClaimed));
        assert_eq!(risk_of("notes.txt", "text/plain", Some(text), &[]), None);
        assert_eq!(risk_of("a.docx", "", Some(sniff(b"PK\x03\x04\x14\0")), &[]), None, "a docx is a zip inside");
        assert_eq!(risk_of("invoice.pdf.exe", "", Some(text), &[]), Some(Risk::DoubleEnding));
    }

    #[test]
    fn a_name_of_ours_is_plain_whatever_theirs_was() {
        for (name, safe) in [
            ("photo.jpg", "photo.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a.txt", "a.txt"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("..", "attachment-3"),
            ("", "attachment-3"),
            ("...", "attachment-3"),
            ("a:b?.txt", "a_b_.txt"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("com1.tar.gz", "_com1.tar.gz"),
            ("LPT¹.pdf", "_LPT¹.pdf"),
            ("comma.txt", "comma.txt"),
            ("a.exe. . ", "a.exe"),
            ("$(reboot).sh", "_(reboot).sh"),
            ("re\u{301}sume\u{301}.pdf", "re\u{301}sume\u{301}.pdf"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
        ] {
            assert_eq!(safe_name(name, 3), safe, "{name:?}");
        }
        let long = safe_name(&format!("{}.pdf", "é".repeat(300)), 1);
        assert!(long.len() <= 200 && long.ends_with("é.pdf"), "{long}");
        assert_eq!(numbered("photo.jpg", 2), "photo (2).jpg");
        assert_eq!(numbered("README", 3), "README (3)");
    }

    #[test]
    fn nothing_breaks_out_of_a_word_for_a_shell() {
        assert_eq!(shell_word("photo-1.jpg"), "photo-1.jpg");
        assert_eq!(shell_word("it's $(x)"), "'it'\\''s $(x)'");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("a\nb"), "'a\nb'");
    }
}
