//! Whether a finished file may have one of some names, asked of its hash table alone: whoever looks through all libraries of a
//! system reads only those in full that may have what is wanted.

use crate::elf::dynamic::DynamicSection;
use crate::elf::image::{Image, offset};
use crate::error::Result;
use crate::facts::gnu_table::gnu_hash;

const PT_DYNAMIC: u32 = 2;
const DT_GNU_HASH: u64 = 0x6fff_fef5;

/// No, where a loader would not find any of these names in it, nor would it in a file that it does not take. Yes, where
/// that cannot be told without reading more.
pub fn may_offer<'a>(bytes: &[u8], names: impl IntoIterator<Item = &'a str>) -> bool {
    match Hashes::read(bytes) {
        Ok(Some(hashes)) => names.into_iter().any(|name| hashes.may_have(name).unwrap_or(true)),
        Ok(None) => true,
        Err(_) => false,
    }
}

/// DT_GNU_HASH, as a loader uses it.
struct Hashes<'a> {
    image: Image<'a>,
    count: u32,
    first: u32,
    buckets: u64,
    chains: u64,
}

impl<'a> Hashes<'a> {
    /// `None` for a file that has another table, or no such table.
    fn read(bytes: &'a [u8]) -> Result<Option<Hashes<'a>>> {
        let image = Image::open(bytes)?;
        let dynamic = image.segments.iter().find(|segment| segment.kind == PT_DYNAMIC);
        let Some(dynamic) = dynamic.filter(|segment| segment.size > 0) else { return Ok(None) };
        let section = DynamicSection::read(&image, dynamic.offset, dynamic.size)?;
        let Some(address) = section.get(DT_GNU_HASH) else { return Ok(None) };
        let at = image.mapped(address)?.start;
        let (count, first, words) = (image.int(at)?, image.int(at + 4)?, image.int(at + 8)?);
        let word = if image.wide { 8 } else { 4 };
        let buckets = offset(at, 16 + u64::from(words) * word)?;
        let chains = offset(buckets, u64::from(count) * 4)?;
        Ok(Some(Hashes { image, count, first, buckets, chains }))
    }

    fn may_have(&self, name: &str) -> Result<bool> {
        // Such a name may stand in the file in other bytes.
        if name.contains('\\') {
            return Ok(true);
        }
        let hash = gnu_hash(name.as_bytes());
        let Some(bucket) = hash.checked_rem(self.count) else { return Ok(false) };
        let begin = self.image.int(offset(self.buckets, u64::from(bucket) * 4)?)?;
        let Some(mut place) = begin.checked_sub(self.first).map(u64::from) else { return Ok(false) };
        // The file ends before a chain that does not.
        loop {
            let digest = self.image.int(offset(self.chains, place * 4)?)?;
            if digest | 1 == hash | 1 {
                return Ok(true);
            }
            if digest & 1 == 1 {
                return Ok(false);
            }
            place += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_loadable;

    /// The program that runs this test, and what it has loaded: each name is found, and others are not.
    #[test]
    fn it_says_what_reading_all_says() {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let paths = maps.lines().filter_map(|line| line.split_once('/').map(|(_, path)| path));
        let paths: std::collections::BTreeSet<String> = paths.map(|path| format!("/{path}")).collect();
        let mut asked = 0;
        for path in paths {
            let Ok(bytes) = std::fs::read(path) else { continue };
            let Ok(file) = read_loadable(&bytes) else { continue };
            for name in file.offers.names() {
                assert!(may_offer(&bytes, [&*name]), "{name}");
                asked += 1;
            }
            assert!(!may_offer(&bytes, ["nobody_defines_this_name", "nor_that_one"]));
        }
        assert!(asked > 100 || cfg!(not(target_os = "linux")), "{asked}");
    }

    #[test]
    fn what_no_loader_takes_has_nothing() {
        assert!(!may_offer(b"#!/bin/sh\n", ["f"]));
        assert!(!may_offer(b"\x7fELF\x02\x01", ["f"]));
    }
}
