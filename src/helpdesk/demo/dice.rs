//! Seeded chance: the same seed throws the same numbers on every machine.
//!
//! Owns [`Dice`]. Knows nothing of what is chosen.

/// A stream of random numbers. Not for secrets.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream of `seed`.
    #[cfg(test)]
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The `index`th stream of `seed`, the same whatever other streams were used.
    #[must_use]
    pub const fn stream(seed: u64, index: u64) -> Self {
        Self(mix(seed ^ mix(index.wrapping_add(0x5851_F42D_4C95_7F2D))))
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next_u64() % bound }
    }

    /// A place in a list of `len`; 0 when it is empty.
    #[allow(clippy::cast_possible_truncation, reason = "below `len`, which is a usize")]
    pub const fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// A number from `low` to `high`, both included; `low` when the range is empty.
    pub const fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        low.wrapping_add_unsigned(self.below(high.abs_diff(low).wrapping_add(1)))
    }

    /// True in `percent` of a hundred throws.
    pub const fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A number in `0..1`.
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub const fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of `from`, which must not be empty: every list in this room is a constant that is not.
    pub const fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    /// One of these words; nothing of an empty list.
    pub fn word(&mut self, from: &[&'static str]) -> &'static str {
        let at = self.index(from.len());
        from.get(at).copied().unwrap_or_default()
    }

    /// The place of one of these weights, chosen in proportion; 0 when all are 0.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total = weights.clone().map(u64::from).sum();
        let mut left = self.below(total);
        for (index, weight) in weights.enumerate() {
            if left < u64::from(weight) {
                return index;
            }
            left -= u64::from(weight);
        }
        0
    }

    /// `count` decimal digits, the first not 0.
    pub fn digits(&mut self, count: u32) -> String {
        let low = 10_u64.pow(count.saturating_sub(1));
        (low + self.below(low * 9)).to_string()
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_streams_differ() {
        let throw = |mut dice: Dice| (0..20).map(|_| dice.next_u64()).collect::<Vec<_>>();
        assert_eq!(throw(Dice::stream(7, 3)), throw(Dice::stream(7, 3)));
        assert_ne!(throw(Dice::stream(7, 3)), throw(Dice::stream(7, 4)));
        assert_ne!(throw(Dice::stream(7, 3)), throw(Dice::stream(8, 3)));
    }

    #[test]
    fn throws_stay_in_their_range() {
        let mut dice = Dice::new(1);
        for _ in 0..2_000 {
            assert!((-3..=3).contains(&dice.between(-3, 3)));
            assert!(dice.unit() < 1.0);
            assert_eq!(dice.digits(4).len(), 4);
            assert_ne!(dice.weighted([1, 0, 2].into_iter()), 1);
        }
        assert_eq!((dice.between(5, 4), dice.index(0), dice.weighted(std::iter::empty())), (5, 0, 0));
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(9);
        let heavy = (0..1_000).filter(|_| dice.weighted([9, 1].into_iter()) == 0).count();
        assert!((850..950).contains(&heavy), "{heavy}");
    }
}
