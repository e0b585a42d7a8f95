//! Files that come with a message, and how stored ones are handed out.
//!
//! Owns reading `attachment_files` and `attachment_urls`, and the size of images. Nothing here ever
//! fetches an address.

use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::body::Fields;
use super::error::ApiError;
use super::model::NewAttachment;
use crate::text::beginning;

/// Most files, and most addresses, of one message.
const MOST: usize = 10;
/// Longest file name kept, in bytes.
const LONGEST_NAME: usize = 255;
/// Longest address kept, in bytes.
const LONGEST_URL: usize = 2048;

/// The files and addresses of a message, in that order.
///
/// # Errors
/// 400 for too many, for what is no base64, and for what is no web address.
pub fn read(fields: &Fields) -> Result<Vec<NewAttachment>, ApiError> {
    let mut files = Vec::new();
    for (index, file) in fields.objects("attachment_files", MOST)?.iter().enumerate() {
        files.push(upload(file, index)?);
    }
    for url in fields.texts("attachment_urls", MOST)? {
        let is_web = ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
        if !is_web || url.len() > LONGEST_URL || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(ApiError::invalid("attachment_urls", "attachment_urls must be web addresses"));
        }
        files.push(NewAttachment::Link(url));
    }
    Ok(files)
}

fn upload(file: &Fields, index: usize) -> Result<NewAttachment, ApiError> {
    let name = beginning(file.required_text("name")?, LONGEST_NAME).to_owned();
    let content_type = file.text("content_type")?.filter(|kind| is_content_type(kind)).unwrap_or(OCTETS).to_owned();
    let field = format!("attachment_files[{index}].data");
    let data = file.body("data")?.ok_or_else(|| ApiError::absent(&field))?;
    let bytes = STANDARD
        .decode(data.trim().as_bytes())
        .map_err(|_| ApiError::invalid(&field, format!("{field} must be base64")))?;
    let pixels = pixels(&bytes);
    Ok(NewAttachment::Upload { name, content_type, bytes, pixels })
}

/// The type of a file that is handed out: what somebody sent in must not run in anybody's browser.
pub const OCTETS: &str = "application/octet-stream";

fn is_content_type(text: &str) -> bool {
    text.len() <= 127
        && text.split_once('/').is_some_and(|(kind, rest)| !kind.is_empty() && !rest.is_empty())
        && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

/// `Content-Disposition` for a file of this name (RFC 6266): never shown in place, its name without
/// folders, quotes or controls in ASCII, and in full percent-encoded.
#[must_use]
pub fn disposition(name: &str) -> HeaderValue {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = base
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in base.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            let half = |half: u8| char::from_digit(u32::from(half), 16).map(|c| c.to_ascii_uppercase());
            encoded.push('%');
            encoded.extend(half(byte >> 4).into_iter().chain(half(byte & 0xf)));
        }
    }
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

/// Width and height of a PNG, GIF or JPEG image.
fn pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some((big_endian(bytes.get(16..20)?), big_endian(bytes.get(20..24)?)));
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        let side = |at: usize| Some(u32::from(*bytes.get(at)?) | u32::from(*bytes.get(at + 1)?) << 8);
        return Some((side(6)?, side(8)?));
    }
    if bytes.starts_with(b"\xff\xd8\xff") { jpeg_pixels(bytes) } else { None }
}

/// Follows the segments of a JPEG to the one that holds its size.
fn jpeg_pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *bytes.get(at..at + 4)? else { return None };
        let is_frame = (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            return Some((big_endian(bytes.get(at + 7..at + 9)?), big_endian(bytes.get(at + 5..at + 7)?)));
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2);
    }
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Fields {
        Fields::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn files_come_as_base64_and_links_as_web_addresses() {
        let body = r#"{"attachment_files": [{"name": "a.txt", "content_type": "text/plain", "data": "aGk="}],
                       "attachment_urls": ["https://example.com/b.png"]}"#;
        assert_eq!(
            read(&fields(body)).unwrap(),
            [
                NewAttachment::Upload {
                    name: "a.txt".to_owned(),
                    content_type: "text/plain".to_owned(),
                    bytes: b"hi".to_vec(),
                    pixels: None,
                },
                NewAttachment::Link("https://example.com/b.png".to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_no_file_is_refused_by_name() {
        let field = |body: &str| read(&fields(body)).unwrap_err().faults[0].field.clone().unwrap();
        assert_eq!(field(r#"{"attachment_files": [{"name": "a", "data": "***"}]}"#), "attachment_files[0].data");
        assert_eq!(field(r#"{"attachment_files": [{"data": "aGk="}]}"#), "attachment_files[0].name");
        assert_eq!(field(r#"{"attachment_urls": ["file:///etc/passwd"]}"#), "attachment_urls");
        let many = format!("{{\"attachment_urls\": [{}]}}", vec!["\"https://e.com\""; 11].join(","));
        assert_eq!(field(&many), "attachment_urls");
    }

    #[test]
    fn a_name_cannot_leave_its_header_or_its_folder() {
        for (name, wanted) in [
            ("a.txt", "attachment; filename=\"a.txt\"; filename*=UTF-8''a.txt"),
            ("../../etc/passwd", "attachment; filename=\"passwd\"; filename*=UTF-8''passwd"),
            ("a\"\r\nX: y", "attachment; filename=\"a___X_ y\"; filename*=UTF-8''a%22%0D%0AX%3A%20y"),
            ("é.png", "attachment; filename=\"_.png\"; filename*=UTF-8''%C3%A9.png"),
        ] {
            assert_eq!(disposition(name), wanted);
        }
    }

    #[test]
    fn images_are_measured_and_broken_ones_are_not() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 2, 128, 0, 0, 1, 224]);
        assert_eq!(pixels(&png), Some((640, 480)));
        assert_eq!(pixels(b"GIF89a\x0a\x00\x14\x00"), Some((10, 20)));
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x03";
        assert_eq!(pixels(jpeg), Some((32, 16)));
        for end in 0..jpeg.len() - 1 {
            assert_eq!(pixels(&jpeg[..end]), None, "cut at {end}");
        }
        assert_eq!(pixels(b"hello"), None);
    }
}
