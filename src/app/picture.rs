//! A picture on a page: its colours in a grid, small enough to be kept and drawn.
//!
//! Owns the fitting of a grid into cells. Knows nothing of formats: decoding is the host's. Enter at
//! [`Picture`]; the drawing asks [`Pixels::scaled`].

use std::fmt;
use std::sync::Arc;

use crate::text::Clean;

/// A colour: red, green, blue.
pub type Rgb = [u8; 3];

/// Colours in rows, from the top left.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Columns of the grid.
    pub width: u32,
    /// Rows of the grid.
    pub height: u32,
    /// Red, green and blue of each, row by row.
    pub rgb: Vec<u8>,
    /// Columns and rows of the picture itself, before it was made smaller for the grid.
    pub original: (u32, u32),
}

impl fmt::Debug for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pixels({}×{})", self.width, self.height)
    }
}

/// A picture on its page.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its file's name.
    pub name: Clean,
    /// What it is, in a few words.
    pub about: Clean,
    /// Its colours.
    pub pixels: Arc<Pixels>,
    /// Tells it from every other picture of this run.
    pub number: u64,
}

impl Pixels {
    /// The largest size of the same shape within `width` × `height` square dots; never larger than twice its
    /// own.
    #[must_use]
    pub fn fitting(&self, width: u32, height: u32) -> (u32, u32) {
        let (w, h) = (u64::from(self.width.max(1)), u64::from(self.height.max(1)));
        let (most_w, most_h) = (u64::from(width).min(w * 2), u64::from(height).min(h * 2));
        let (to_w, to_h) = if most_w * h <= most_h * w { (most_w, most_w * h / w) } else { (most_h * w / h, most_h) };
        let least = |side: u64, most: u32| u32::try_from(side).unwrap_or(most).max(1).min(most);
        (least(to_w, width), least(to_h, height))
    }

    /// The colours at another size: each is the mean of what it covers.
    #[must_use]
    pub fn scaled(&self, width: u32, height: u32) -> Vec<Rgb> {
        let mut out = Vec::with_capacity(width as usize * height as usize);
        if self.width == 0 || self.height == 0 {
            return out;
        }
        let span = |at: u32, of: u32, whole: u32| {
            let from = u64::from(at) * u64::from(whole) / u64::from(of);
            let to = (u64::from(at + 1) * u64::from(whole)).div_ceil(u64::from(of));
            (from as usize, (to as usize).clamp(from as usize + 1, whole as usize))
        };
        for y in 0..height {
            let (top, bottom) = span(y, height, self.height);
            for x in 0..width {
                let (left, right) = span(x, width, self.width);
                out.push(self.mean(left..right, top..bottom));
            }
        }
        out
    }

    fn mean(&self, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> Rgb {
        let (mut sum, mut count) = ([0_u64; 3], 0_u64);
        for row in rows {
            let start = row * self.width as usize;
            let line = self.rgb.get((start + columns.start) * 3..(start + columns.end) * 3).unwrap_or_default();
            for dot in line.as_chunks::<3>().0 {
                for (sum, part) in sum.iter_mut().zip(dot) {
                    *sum += u64::from(*part);
                }
                count += 1;
            }
        }
        sum.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
    }
}

/// How bright a colour is to the eye, 0 to 255 (the weights of Rec. 709).
#[must_use]
pub fn brightness([red, green, blue]: Rgb) -> u8 {
    let sum = u32::from(red) * 2126 + u32::from(green) * 7152 + u32::from(blue) * 722;
    u8::try_from(sum / 10_000).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(width: u32, height: u32, rgb: Vec<u8>) -> Pixels {
        Pixels { width, height, rgb, original: (width, height) }
    }

    #[test]
    fn the_shape_is_kept_within_any_room() {
        let wide = grid(400, 100, vec![0; 400 * 100 * 3]);
        assert_eq!(wide.fitting(80, 40), (80, 20));
        assert_eq!(wide.fitting(2_000, 10), (40, 10));
        assert_eq!(wide.fitting(10_000, 10_000), (800, 200), "a small one is not blown up");
        assert_eq!(wide.fitting(2, 2), (2, 1));
        for (width, height) in [(0, 0), (1, 0), (0, 7)] {
            let (w, h) = wide.fitting(width, height);
            assert!(w <= width && h <= height);
            assert_eq!(wide.scaled(w, h).len(), (w * h) as usize);
        }
    }

    #[test]
    fn a_dot_is_the_mean_of_what_it_covers() {
        let two = grid(2, 1, vec![0, 0, 0, 200, 100, 50]);
        assert_eq!(two.scaled(1, 1), [[100, 50, 25]]);
        assert_eq!(two.scaled(4, 1).first(), Some(&[0, 0, 0]));
        assert_eq!(two.scaled(4, 1).last(), Some(&[200, 100, 50]));
        let broken = grid(9, 9, vec![1, 2, 3]);
        assert_eq!(broken.scaled(3, 3).len(), 9, "too few colours are no fault");
        assert_eq!(grid(0, 5, Vec::new()).scaled(2, 2), Vec::<Rgb>::new());
        assert!(brightness([255, 255, 255]) == 255 && brightness([0, 255, 0]) > brightness([255, 0, 0]));
    }
}
