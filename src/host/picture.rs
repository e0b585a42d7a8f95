//! Pictures of others, decoded to colours: within limits that are set before a byte is decoded.
//!
//! Owns the only use of decoders. Of moving pictures the first frame is taken; a camera's note on how it was
//! held is heeded. Slow: called aside. Enter at [`decode`].

use std::io::Cursor;
use std::panic::catch_unwind;

use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};

/// Columns or rows of a picture that is decoded at all.
const LONGEST_SIDE: u32 = 20_000;
/// Dots of a picture that is decoded at all.
const MOST_DOTS: u64 = 50_000_000;
/// Memory in bytes that decoding may take.
const MOST_MEMORY: u64 = 200 << 20;
/// Columns or rows that are kept: a terminal has no more.
const KEPT_SIDE: u32 = 1_000;

/// A picture's colours, small enough for a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green and blue of each dot, row by row from the top left.
    pub rgb: Vec<u8>,
    /// Columns and rows of the picture itself.
    pub original: (u32, u32),
}

/// Why a picture cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    /// So many columns and rows are not decoded.
    #[error("{0} × {1} dots are too many")]
    TooLarge(u32, u32),
    /// It is broken, or of a kind that is not known here.
    #[error("{0}")]
    Broken(String),
}

/// Decodes a PNG, JPEG, GIF or WebP by what its bytes are.
///
/// # Errors
/// When it is too large, broken or of another kind; a fault of a decoder is an error too.
pub fn decode(bytes: &[u8]) -> Result<Decoded, PictureFault> {
    catch_unwind(|| read(bytes)).unwrap_or_else(|_| Err(PictureFault::Broken("the decoder failed".to_owned())))
}

fn read(bytes: &[u8]) -> Result<Decoded, PictureFault> {
    let broken = |error: image::ImageError| PictureFault::Broken(error.to_string());
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| PictureFault::Broken(error.to_string()))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > LONGEST_SIDE
        || u64::from(width) * u64::from(height) > MOST_DOTS
        || decoder.total_bytes() > MOST_MEMORY
    {
        return Err(PictureFault::TooLarge(width, height));
    }
    let held = decoder.orientation().ok();
    let whole = DynamicImage::from_decoder(decoder).map_err(broken)?;
    let mut small = if width.max(height) > KEPT_SIDE { whole.thumbnail(KEPT_SIDE, KEPT_SIDE) } else { whole };
    let mut original = (width, height);
    if let Some(held) = held {
        let before = small.width();
        small.apply_orientation(held);
        if small.width() != before {
            original = (height, width);
        }
    }
    let small = small.into_rgba8();
    let (width, height) = small.dimensions();
    // What is clear shows the paper below.
    let rgb = small.pixels().flat_map(|dot| {
        let [red, green, blue, cover] = dot.0;
        [red, green, blue].map(|part| over_white(part, cover))
    });
    Ok(Decoded { width, height, rgb: rgb.collect(), original })
}

fn over_white(part: u8, cover: u8) -> u8 {
    let (part, cover) = (u32::from(part), u32::from(cover));
    u8::try_from((part * cover + 255 * (255 - cover)) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn red(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_pixel(width, height, Rgb([200, 10, 10])).into()
    }

    #[test]
    fn each_format_is_read_and_a_large_one_made_small() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let decoded = decode(&written(&red(40, 20), format)).unwrap();
            assert_eq!((decoded.width, decoded.height, decoded.rgb.len()), (40, 20, 2_400), "{format:?}");
            let [r, g, b] = [0, 1, 2].map(|at| decoded.rgb.get(at).copied().unwrap());
            assert!(r > 180 && g < 40 && b < 40, "{format:?} {r} {g} {b}");
        }
        let large = decode(&written(&red(3_000, 1_500), ImageFormat::Png)).unwrap();
        assert_eq!((large.width, large.height, large.original), (1_000, 500, (3_000, 1_500)));
    }

    #[test]
    fn what_is_clear_is_white() {
        let clear: DynamicImage = RgbaImage::from_pixel(2, 2, Rgba([0, 0, 0, 0])).into();
        assert_eq!(decode(&written(&clear, ImageFormat::Png)).unwrap().rgb, [255; 12]);
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_decoded() {
        let mut bomb = written(&red(1, 1), ImageFormat::Png);
        // Width and height stand behind the signature and the head of the first piece; its sum is made anew.
        bomb[16..24].copy_from_slice(&[0, 0, 0x4e, 0, 0, 0, 0x4e, 0]);
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(decode(&bomb), Err(PictureFault::TooLarge(0x4e00, 0x4e00)));
        bomb[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert!(decode(&bomb).is_err());
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
        })
    }

    #[test]
    fn broken_pictures_are_errors_and_nothing_worse() {
        assert!(decode(b"").is_err() && decode(b"no picture").is_err());
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let whole = written(&red(30, 30), format);
            let mut seed = 7_u32;
            for round in 0..400_usize {
                let mut bytes = whole.clone();
                bytes.truncate(whole.len() - round % whole.len() / 3);
                for _ in 0..=(round % 5) {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let at = seed as usize % bytes.len();
                    bytes[at] = (seed >> 24) as u8;
                }
                // Right or wrong: it ends.
                let _ = decode(&bytes);
            }
        }
    }
}
