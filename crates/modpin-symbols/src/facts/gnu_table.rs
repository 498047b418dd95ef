//! DT_GNU_HASH: a filter, then buckets, then the digests of all symbols from the first that counts, as a loader goes through it.
//! A symbol that no bucket leads to is not there for a loader, whatever the symbol table says.

/// The table, its numbers read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct GnuTable {
    /// Words of so many bits, and the shift for the second bit.
    pub filter: Vec<u64>,
    pub bits: u32,
    pub shift: u32,
    /// The symbol with which a chain begins.
    pub buckets: Vec<u32>,
    /// Of each symbol from the first on. The last of each chain is odd.
    pub digests: Vec<u32>,
    /// The number of that first symbol.
    pub first: u32,
}

impl GnuTable {
    /// The places, counted from the first symbol, to which a digest leads.
    pub fn places(&self, digest: u32) -> impl Iterator<Item = usize> + '_ {
        let mut next = self.begin(digest);
        std::iter::from_fn(move || {
            while let Some(place) = next {
                let found = *self.digests.get(place)?;
                next = if found & 1 == 0 { Some(place + 1) } else { None };
                if found | 1 == digest | 1 {
                    return Some(place);
                }
            }
            None
        })
    }

    /// Where the chain of a digest begins.
    #[inline]
    fn begin(&self, digest: u32) -> Option<usize> {
        if !self.passes(digest) {
            return None;
        }
        let bucket = digest.checked_rem(self.buckets.len() as u32)?;
        Some(self.buckets[bucket as usize].checked_sub(self.first)? as usize)
    }

    /// Whether the filter lets it pass.
    #[inline]
    fn passes(&self, digest: u32) -> bool {
        let Some(mask) = self.filter.len().checked_sub(1) else { return false };
        let word = self.filter[(digest / self.bits) as usize & mask];
        let second = digest.checked_shr(self.shift).unwrap_or(0);
        word >> (digest % self.bits) & word >> (second % self.bits) & 1 == 1
    }

    /// Every place, with the one at which its chain begins: in order.
    pub fn chains(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mut begin = 0;
        self.digests.iter().enumerate().map(move |(place, digest)| {
            let of = begin;
            if digest & 1 == 1 {
                begin = place + 1;
            }
            (place, of)
        })
    }

    /// Whether a digest leads to a place in the chain that begins there.
    pub fn leads(&self, digest: u32, place: usize, chain: usize) -> bool {
        let found = self.digests.get(place).is_some_and(|found| found | 1 == digest | 1);
        found && self.begin(digest).is_some_and(|begin| (chain..=place).contains(&begin))
    }
}

/// Bernstein's, as the table wants it.
pub(crate) fn gnu_hash(name: &[u8]) -> u32 {
    name.iter().fold(5381, |hash: u32, &byte| hash.wrapping_mul(33).wrapping_add(byte.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_digests_that_the_abi_says() {
        assert_eq!(gnu_hash(b""), 0x1505);
        assert_eq!(gnu_hash(b"printf"), 0x156b_2bb8);
        assert_eq!(gnu_hash(b"flapenguin.me"), 0x8ae9_f18e);
    }

    /// Three chains, of which the one bucket leads to the second.
    #[test]
    fn what_no_bucket_leads_to_is_not_found() {
        let table = GnuTable {
            filter: vec![u64::MAX],
            bits: 64,
            shift: 6,
            buckets: vec![8],
            digests: vec![11, 20, 31, 21],
            first: 7,
        };
        let places = [20, 21, 30, 10, 11].map(|digest| table.places(digest).collect::<Vec<_>>());
        assert_eq!(places, [vec![1], vec![1], vec![2], vec![], vec![]]);
        assert_eq!(table.chains().map(|(_, chain)| chain).collect::<Vec<_>>(), [0, 1, 1, 3]);
        let led = |digest| table.chains().filter(|&(at, of)| table.leads(digest, at, of)).count();
        assert_eq!([20, 30, 10].map(led), [1, 1, 0]);
        assert!(GnuTable::default().places(5).next().is_none());
    }
}
