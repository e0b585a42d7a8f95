//! The files that customers and teammates attach: real pictures, PDF and text, drawn by code.
//!
//! Owns [`File`] and the writers of PNG (palette, uncompressed deflate) and PDF (one page of text).
//! Knows nothing of conversations.

use std::fmt::Write as _;

use super::dice::Dice;

/// A file with its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// File name.
    pub name: String,
    /// MIME type.
    pub content_type: &'static str,
    /// Content.
    pub bytes: Vec<u8>,
    /// Width and height in pixels of an image; else 0.
    pub pixels: (u32, u32),
}

/// What a customer's file shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A photo.
    Photo,
    /// A screenshot.
    Screenshot,
}

/// A picture, named as telephones and computers name theirs.
#[must_use]
pub fn picture(subject: Subject, dice: &mut Dice) -> File {
    let (name, bytes, pixels) = match subject {
        Subject::Photo => {
            let name = match dice.index(4) {
                0 => format!("IMG_{}.png", dice.digits(4)),
                1 => format!("photo-{}.png", dice.between(1, 9)),
                2 => format!("close-up ({}).png", dice.between(1, 4)),
                _ => format!("DSC0{}.png", dice.digits(4)),
            };
            (name, png(120, 80, &MOUNTAIN, &mountain(120, 80, dice)), (120, 80))
        }
        Subject::Screenshot => {
            (format!("Screenshot {}.png", dice.digits(3)), png(144, 64, &PAPER, &lines(144, 64, dice)), (144, 64))
        }
    };
    File { name, content_type: "image/png", bytes, pixels }
}

/// A page of text as PDF; what is not Latin-1 is left out.
#[must_use]
pub fn paper(name: String, heading: &str, text: &[String]) -> File {
    File { name, content_type: "application/pdf", bytes: pdf(heading, text), pixels: (0, 0) }
}

/// A text file.
#[must_use]
pub fn text_file(name: String, content_type: &'static str, text: String) -> File {
    File { name, content_type, bytes: text.into_bytes(), pixels: (0, 0) }
}

/// Sky, sun, three ranges of hills, grass: red, green, blue.
const MOUNTAIN: [[u8; 3]; 16] = [
    [188, 214, 232],
    [201, 222, 236],
    [214, 230, 240],
    [228, 238, 242],
    [250, 226, 160],
    [146, 166, 178],
    [112, 136, 150],
    [78, 104, 116],
    [60, 86, 88],
    [82, 110, 74],
    [98, 126, 80],
    [118, 146, 92],
    [196, 92, 60],
    [232, 152, 84],
    [246, 246, 244],
    [40, 44, 48],
];

const PAPER: [[u8; 3]; 16] = [
    [255, 255, 255],
    [244, 246, 248],
    [226, 230, 234],
    [40, 46, 54],
    [90, 98, 108],
    [150, 158, 168],
    [38, 110, 190],
    [196, 60, 50],
    [60, 150, 90],
    [250, 220, 120],
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
];

/// A place in the palette for every pixel: hills under a sky, and a tent.
fn mountain(width: u32, height: u32, dice: &mut Dice) -> Vec<u8> {
    let (peak, second, sun) = (dice.between(20, 70), dice.between(60, 110), dice.between(10, 110));
    let (width, height) = (i64::from(width), i64::from(height));
    let tent = dice.between(20, 90);
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let far = height / 4 + (x - peak).abs() * 2 / 3;
            let near = height / 3 + (x - second).abs() / 2 + (x * 7 % 5);
            let meadow = height * 3 / 4 + (x / 9 % 3);
            let slope = (x - tent).abs();
            pixels.push(if y > meadow - 12 && y <= meadow && slope * 2 <= y - (meadow - 12) + 1 {
                if slope < 2 { 15 } else { 12 + u8::from(x < tent) }
            } else if y > meadow {
                9 + u8::try_from((x * 3 + y * 5) % 3).unwrap_or(0)
            } else if y > near {
                7 + u8::from(y > near + 12)
            } else if y > far {
                if y < far + 6 { 14 } else { 5 + u8::from(x > peak) }
            } else if (x - sun).pow(2) + (y - 12).pow(2) < 50 {
                4
            } else {
                u8::try_from(y * 4 / height).unwrap_or(0)
            });
        }
    }
    pixels
}

/// A place in the palette for every pixel: lines of writing on a page.
fn lines(width: u32, height: u32, dice: &mut Dice) -> Vec<u8> {
    let mut pixels = vec![0_u8; (width * height) as usize];
    let ends: Vec<u32> =
        (0..height / 8).map(|_| u32::try_from(dice.between(30, i64::from(width) - 20)).unwrap_or(30)).collect();
    for y in 0..height {
        for x in 0..width {
            let (row, within) = ((y / 8) as usize, y % 8);
            let ink = if y < 8 {
                2
            } else if (2..5).contains(&within) && x > 8 && ends.get(row).is_some_and(|end| x < *end) && x % 7 != 0 {
                if row == 3 { 7 } else { 4 }
            } else {
                0
            };
            pixels[(y * width + x) as usize] = ink;
        }
    }
    pixels
}

/// A PNG of four bits a pixel. `pixels` holds one place in the palette each, row by row; the width
/// must be even.
fn png(width: u32, height: u32, palette: &[[u8; 3]; 16], pixels: &[u8]) -> Vec<u8> {
    let mut raw = Vec::with_capacity(pixels.len() / 2 + height as usize);
    for row in pixels.chunks(width as usize) {
        raw.push(0);
        raw.extend(row.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)));
    }
    let mut out = vec![0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
    let mut header = Vec::with_capacity(13);
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([4, 3, 0, 0, 0]);
    chunk(&mut out, *b"IHDR", &header);
    chunk(&mut out, *b"PLTE", &palette.concat());
    chunk(&mut out, *b"IDAT", &zlib_stored(&raw));
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, name: [u8; 4], content: &[u8]) {
    out.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes());
    let from = out.len();
    out.extend(name);
    out.extend(content);
    let crc = crc32(&out[from..]);
    out.extend(crc.to_be_bytes());
}

/// A zlib stream (RFC 1950) of stored blocks (RFC 1951, 3.2.4).
fn zlib_stored(raw: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = raw.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let len = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(len.to_le_bytes());
        out.extend((!len).to_le_bytes());
        out.extend(block);
    }
    let (a, b) = raw.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut n = 0_u32;
        while n < 256 {
            let (mut c, mut bit) = (n, 0);
            while bit < 8 {
                c = if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 };
                bit += 1;
            }
            table[n as usize] = c;
            n += 1;
        }
        table
    };
    !bytes.iter().fold(!0_u32, |crc, byte| TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8))
}

fn pdf(heading: &str, text: &[String]) -> Vec<u8> {
    let mut page = String::new();
    let _ = write!(page, "BT /F1 16 Tf 56 780 Td ({}) Tj /F1 10 Tf 0 -30 Td 14 TL", latin(heading));
    for line in text {
        let _ = write!(page, " ({}) Tj T*", latin(line));
    }
    page.push_str(" ET");
    let page: Vec<u8> = page.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    let objects: [Vec<u8>; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_vec(),
        [format!("<< /Length {} >>\nstream\n", page.len()).into_bytes(), page, b"\nendstream".to_vec()].concat(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ];
    let mut out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", index + 1).into_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let start = out.len();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(table, "{place:010} 00000 n ");
    }
    let _ = write!(table, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    out.extend(table.into_bytes());
    out
}

/// Text for a PDF string: Latin-1 only, `€` by its place in `WinAnsi`, brackets and backslashes escaped.
fn latin(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' | ')' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '€' => out.push_str("\\200"),
            '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{ff}' => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b"IEND"), 0xAE42_6082);
        assert_eq!(zlib_stored(b"Wikipedia")[16..], 0x11E6_0398_u32.to_be_bytes());
    }

    #[test]
    fn a_picture_is_a_png_of_its_size() {
        let mut dice = Dice::new(2);
        for subject in [Subject::Photo, Subject::Screenshot] {
            let file = picture(subject, &mut dice);
            assert_eq!(&file.bytes[..8], b"\x89PNG\r\n\x1a\n");
            assert_eq!(file.bytes[16..20], file.pixels.0.to_be_bytes());
            assert_eq!(file.bytes[20..24], file.pixels.1.to_be_bytes());
            assert!(file.bytes.ends_with(&[0xAE, 0x42, 0x60, 0x82]));
            assert!(file.bytes.len() < 8_000, "{}", file.bytes.len());
        }
    }

    #[test]
    fn a_paper_is_a_pdf_whose_table_points_at_its_objects() {
        let file = paper("a.pdf".to_owned(), "Invoice (1)", &["Total 12,00 €".to_owned(), "Größe ☃".to_owned()]);
        let text: String = file.bytes.iter().map(|byte| char::from(*byte)).collect();
        assert!(text.starts_with("%PDF-1.4") && text.contains("Invoice \\(1\\)") && text.contains("Größe "));
        let start: usize = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(text[text.char_indices().nth(start).unwrap().0..].starts_with("xref\n0 6"));
        let first: usize = text.split("f \n").nth(1).unwrap()[..10].parse().unwrap();
        assert_eq!(&file.bytes[first..first + 7], b"1 0 obj");
    }
}
