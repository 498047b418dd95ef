//! A Bloom filter of the names of a file: a loader's scope has a hundred files, and of each name all but one say no.
//! (The loader has one in each file for the same reason.) A no is certain, a yes must be looked up.

use foldhash::fast::FixedState;
use std::hash::BuildHasher;

/// What was seen of the names of a file. A filter that saw no file lets every name pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameFilter {
    /// Bits; a power of two of words.
    seen: Vec<u64>,
}

impl NameFilter {
    /// Looks at all names of a file.
    pub fn of<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> NameFilter {
        // Two bits of sixteen for each name: of other names, one in sixty passes.
        let mut seen = vec![0; (names.len() / 4).next_power_of_two()];
        for name in names {
            let (word, bits) = bits_of(NameFilter::digest(name), seen.len());
            seen[word] |= bits;
        }
        NameFilter { seen }
    }

    /// What a filter knows a name by: worked out once for many files.
    pub fn digest(name: &str) -> u64 {
        FixedState::with_seed(0).hash_one(name)
    }

    /// Whether the file may have the name of that digest.
    pub fn may_have(&self, digest: u64) -> bool {
        if self.seen.is_empty() {
            return true;
        }
        let (word, bits) = bits_of(digest, self.seen.len());
        self.seen[word] & bits == bits
    }
}

/// The word of the filter for a name, and two bits in it.
fn bits_of(hash: u64, words: usize) -> (usize, u64) {
    let word = (hash >> 12) as usize & (words - 1);
    (word, 1 << (hash & 63) | 1 << (hash >> 6 & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_is_certain_and_seldom_missing() {
        let names: Vec<String> = (0..1000).map(|number| format!("function_{number}")).collect();
        let filter = NameFilter::of(names.iter().map(String::as_str));
        assert!(names.iter().all(|name| filter.may_have(NameFilter::digest(name))));
        let other = |number: &i32| NameFilter::digest(&format!("variable_{number}"));
        let others = (0..1000).filter(|number| filter.may_have(other(number))).count();
        assert!(others < 60, "{others} of 1000 other names pass");
    }

    #[test]
    fn who_saw_nothing_knows_nothing_and_who_saw_no_name_has_none() {
        assert!(NameFilter::default().may_have(7));
        assert!(!NameFilter::of(std::iter::empty::<&str>()).may_have(NameFilter::digest("f")));
    }
}
