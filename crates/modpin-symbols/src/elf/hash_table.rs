//! Reads the hash table of a finished file: which symbols does a loader find by their names? What no bucket leads to is not
//! there, whatever the symbol table says; so a table that lies makes no other verdict here than there.

use std::ops::Range;

use crate::elf::dynamic::DynamicSection;
use crate::elf::image::{Image, offset};
use crate::error::{Result, damage};
use crate::facts::gnu_table::GnuTable;
use modpin_budget::Budget;

const DT_HASH: u64 = 4;
const DT_GNU_HASH: u64 = 0x6fff_fef5;
const EM_S390: u16 = 22;
const EM_ALPHA: u16 = 0x9026;

/// A hash table, if there is one. Loaders take DT_GNU_HASH if they can choose.
pub(crate) enum HashTable {
    None,
    Gnu(GnuTable),
    SystemV(SystemV),
}

/// DT_HASH: buckets, then for each symbol the next of its chain.
pub(crate) struct SystemV {
    /// The size of an entry.
    entry: u64,
    buckets: u64,
    bucket_count: u64,
    symbols: u32,
    /// How many steps may still be taken along chains: a chain may be a circle.
    steps: Budget,
}

impl HashTable {
    pub fn read(image: &Image<'_>, section: &DynamicSection, budget: &mut Budget) -> Result<HashTable> {
        if let Some(address) = section.get(DT_GNU_HASH) {
            return Ok(HashTable::Gnu(read_gnu(image, image.mapped(address)?.start, budget)?));
        }
        let Some(address) = section.get(DT_HASH) else { return Ok(HashTable::None) };
        Ok(HashTable::SystemV(SystemV::read(image, image.mapped(address)?.start)?))
    }

    /// The symbols that it may lead to.
    pub fn symbols(&self) -> Range<u32> {
        match self {
            HashTable::None => 0..0,
            HashTable::Gnu(table) => table.first..table.first.saturating_add(table.digests.len() as u32),
            HashTable::SystemV(table) => 0..table.symbols,
        }
    }
}

fn read_gnu(image: &Image<'_>, at: u64, budget: &mut Budget) -> Result<GnuTable> {
    let (count, first, words) = (image.int(at)?, image.int(at + 4)?, image.int(at + 8)?);
    let shift = image.int(at + 12)?;
    let bits = if image.wide { 64 } else { 32 };
    let filter = offset(at, 16)?;
    let buckets = offset(filter, u64::from(words) * u64::from(bits / 8))?;
    let chains = offset(buckets, u64::from(count) * 4)?;
    let too_large = || damage("its hash table is larger than the file");
    let (filter, bucket_bytes) = (image.slice(filter..buckets)?, image.slice(buckets..chains)?);
    budget.take(words as usize * 8 + bucket_bytes.len()).ok_or_else(too_large)?;
    let int = |bytes: &[u8; 4]| image.of_order(*bytes, u32::from_le_bytes, u32::from_be_bytes);
    let ints = |bytes: &[u8]| bytes.as_chunks().0.iter().map(int).collect::<Vec<u32>>();
    let long = |bytes: &[u8; 8]| image.of_order(*bytes, u64::from_le_bytes, u64::from_be_bytes);
    let filter = match image.wide {
        true => filter.as_chunks().0.iter().map(long).collect(),
        false => ints(filter).into_iter().map(u64::from).collect(),
    };
    let buckets = ints(bucket_bytes);
    let mut table = GnuTable { filter, bits, shift, buckets, digests: Vec::new(), first };
    let last = table.buckets.iter().copied().max().unwrap_or(0);
    let Some(mut count) = last.checked_sub(first).map(u64::from) else { return Ok(table) };
    // The last symbol is the end of the chain that begins last.
    while image.int(offset(chains, count * 4)?)? & 1 == 0 {
        count += 1;
        u32::try_from(u64::from(first) + count).map_err(|_| damage("its hash table has no end"))?;
    }
    let digests = image.slice(chains..offset(chains, (count + 1) * 4)?)?;
    budget.take(digests.len()).ok_or_else(too_large)?;
    table.digests = ints(digests);
    Ok(table)
}

impl SystemV {
    fn read(image: &Image<'_>, at: u64) -> Result<SystemV> {
        // Two processors have entries of eight bytes.
        let wide = image.wide && matches!(image.machine, EM_S390 | EM_ALPHA);
        let entry = if wide { 8 } else { 4 };
        let mut table = SystemV {
            entry,
            buckets: offset(at, 2 * entry)?,
            bucket_count: 0,
            symbols: 0,
            steps: Budget::of(image.bytes.len()),
        };
        table.bucket_count = table.number(image, at)?;
        let count = table.number(image, offset(at, entry)?)?;
        let fits = (image.bytes.len() / 16) as u64;
        match u32::try_from(count) {
            Ok(number) if count <= fits && table.bucket_count <= fits => table.symbols = number,
            _ => return Err(damage("its hash table is larger than the file")),
        }
        Ok(table)
    }

    fn number(&self, image: &Image<'_>, at: u64) -> Result<u64> {
        if self.entry == 8 { image.long(at) } else { image.int(at).map(u64::from) }
    }

    /// Whether it leads from a name to a symbol of that name.
    pub fn leads(&mut self, image: &Image<'_>, name: &[u8], symbol: u32) -> Result<bool> {
        let Some(bucket) = u64::from(system_v_hash(name)).checked_rem(self.bucket_count) else {
            return Ok(false);
        };
        let chains = self.buckets + self.bucket_count * self.entry;
        let mut next = self.number(image, self.buckets + bucket * self.entry)?;
        while next != 0 && next < u64::from(self.symbols) {
            if next == u64::from(symbol) {
                return Ok(true);
            }
            let endless = || damage("its hash table has no end");
            self.steps.take(self.entry as usize).ok_or_else(endless)?;
            next = self.number(image, chains + next * self.entry)?;
        }
        Ok(false)
    }
}

/// The System V ABI's.
fn system_v_hash(name: &[u8]) -> u32 {
    name.iter().fold(0, |hash: u32, &byte| {
        let hash = (hash << 4).wrapping_add(byte.into());
        let high = hash & 0xf000_0000;
        (hash ^ high >> 24) & !high
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_digests_that_the_abi_says() {
        assert_eq!(system_v_hash(b""), 0);
        assert_eq!(system_v_hash(b"printf"), 0x0779_05a6);
        assert_eq!(system_v_hash(b"isatty"), 0x0709_8bb9);
    }
}
