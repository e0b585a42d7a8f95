//! A set of row numbers: bits by pages, so that it stays small be it sparse or full.

use std::collections::BTreeMap;

/// Bits of a page.
const PAGE: i64 = 4_096;
const WORDS: usize = 64;
/// A page with fewer rows is written as their places, one with more as bits.
const FEW: u32 = 256;

type Page = [u64; WORDS];

/// A set of row numbers of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RowSet {
    pages: BTreeMap<i64, Box<Page>>,
}

fn place(row: i64) -> (i64, usize, u64) {
    let bit = row.rem_euclid(PAGE).unsigned_abs();
    // A bit is below 4096, so its word is below 64.
    (row.div_euclid(PAGE), usize::try_from(bit / 64).unwrap_or(0), 1 << (bit % 64))
}

impl RowSet {
    /// Puts a row in or takes it out.
    pub fn set(&mut self, row: i64, is_in: bool) {
        let (page, word, bit) = place(row);
        if is_in {
            let page = self.pages.entry(page).or_insert_with(|| Box::new([0; WORDS]));
            page[word] |= bit;
        } else if let Some(bits) = self.pages.get_mut(&page) {
            bits[word] &= !bit;
            if bits.iter().all(|word| *word == 0) {
                self.pages.remove(&page);
            }
        }
    }

    /// Whether a row is in it.
    pub fn contains(&self, row: i64) -> bool {
        let (page, word, bit) = place(row);
        self.pages.get(&page).is_some_and(|bits| bits[word] & bit != 0)
    }

    /// How many rows are in it.
    pub fn len(&self) -> usize {
        self.pages.values().flat_map(|page| page.iter()).map(|word| word.count_ones() as usize).sum()
    }

    /// How many rows are in both.
    pub fn len_with(&self, other: &Self) -> usize {
        let shared = self.pages.iter().filter_map(|(at, page)| Some((page, other.pages.get(at)?)));
        shared
            .flat_map(|(ours, theirs)| ours.iter().zip(theirs.iter()))
            .map(|(ours, theirs)| (ours & theirs).count_ones() as usize)
            .sum()
    }

    /// Whether some row is in both.
    pub fn meets(&self, other: &Self) -> bool {
        let mut shared = self.pages.iter().filter_map(|(at, page)| Some((page, other.pages.get(at)?)));
        shared.any(|(ours, theirs)| ours.iter().zip(theirs.iter()).any(|(ours, theirs)| ours & theirs != 0))
    }

    /// As bytes, for [`RowSet::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, page) in &self.pages {
            let count: u32 = page.iter().map(|word| word.count_ones()).sum();
            bytes.extend(at.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            if count >= FEW {
                page.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
                continue;
            }
            for (at, word) in (0_u16..).step_by(64).zip(page.iter()) {
                let places = (0..64_u16).filter(|bit| word & (1 << bit) != 0);
                places.for_each(|bit| bytes.extend((at + bit).to_le_bytes()));
            }
        }
        bytes
    }

    /// What [`RowSet::to_bytes`] gave; `None` for anything else.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
            let (taken, rest) = bytes.split_first_chunk::<N>()?;
            *bytes = rest;
            Some(*taken)
        }
        let mut set = Self::default();
        while !bytes.is_empty() {
            let at = i64::from_le_bytes(take(&mut bytes)?);
            let count = u32::from_le_bytes(take(&mut bytes)?);
            let mut page = Box::new([0; WORDS]);
            if count >= FEW {
                for word in page.iter_mut() {
                    *word = u64::from_le_bytes(take(&mut bytes)?);
                }
            } else {
                for _ in 0..count {
                    let bit = usize::from(u16::from_le_bytes(take(&mut bytes)?));
                    *page.get_mut(bit / 64)? |= 1 << (bit % 64);
                }
            }
            set.pages.insert(at, page);
        }
        Some(set)
    }
}

impl FromIterator<i64> for RowSet {
    fn from_iter<I: IntoIterator<Item = i64>>(rows: I) -> Self {
        let mut set = Self::default();
        rows.into_iter().for_each(|row| set.set(row, true));
        set
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_cut_off_is_not_taken_for_a_set() {
        let bytes = (0..500).chain([90_000]).collect::<RowSet>().to_bytes();
        assert!(RowSet::from_bytes(&bytes).is_some());
        assert!((1..bytes.len()).filter(|end| RowSet::from_bytes(&bytes[..*end]).is_some()).count() <= 1);
    }

    proptest! {
        #[test]
        fn it_is_a_set(
            a in proptest::collection::btree_set(-9_000..9_000_i64, 0..900),
            b in proptest::collection::btree_set(-9_000..9_000_i64, 0..900),
            out in proptest::collection::vec(-9_000..9_000_i64, 0..90),
        ) {
            let mut a: BTreeSet<i64> = a;
            let (mut ours, theirs): (RowSet, RowSet) = (a.iter().copied().collect(), b.iter().copied().collect());
            for row in out {
                a.remove(&row);
                ours.set(row, false);
            }
            prop_assert_eq!(ours.len(), a.len());
            prop_assert_eq!(ours.len_with(&theirs), a.intersection(&b).count());
            prop_assert_eq!(ours.meets(&theirs), !a.is_disjoint(&b));
            prop_assert_eq!(RowSet::from_bytes(&ours.to_bytes()).unwrap(), ours);
        }
    }
}
