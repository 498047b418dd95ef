//! The hash table of a finished file, as a loader uses it: which symbols does it find by their names? A symbol that no bucket
//! leads to is not there for a loader, whatever the symbol table says; so a table that lies makes no other verdict here than there.

use std::ops::Range;

use crate::elf::dynamic::DynamicSection;
use crate::elf::image::{Image, offset};
use crate::error::{Result, damage};
use modpin_budget::Budget;

const DT_HASH: u64 = 4;
const DT_GNU_HASH: u64 = 0x6fff_fef5;
const EM_S390: u16 = 22;
const EM_ALPHA: u16 = 0x9026;

/// A hash table, if there is one. Loaders take DT_GNU_HASH if they can choose.
pub(crate) enum HashTable {
    None,
    Gnu(Gnu),
    SystemV(SystemV),
}

/// DT_GNU_HASH: a filter, then buckets, then the digests of all symbols from the first that counts. The last of each chain is
/// odd.
pub(crate) struct Gnu {
    symbols: Range<u32>,
    /// Number of words, their bits, and the shift for the second bit.
    words: u32,
    bits: u32,
    shift: u32,
    filter: u64,
    buckets: u64,
    count: u32,
    chains: u64,
    /// Where the chain begins that holds each symbol.
    begins: Vec<u32>,
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
            return Ok(HashTable::Gnu(Gnu::read(image, image.mapped(address)?.start, budget)?));
        }
        let Some(address) = section.get(DT_HASH) else { return Ok(HashTable::None) };
        Ok(HashTable::SystemV(SystemV::read(image, image.mapped(address)?.start)?))
    }

    /// The symbols that it may lead to.
    pub fn symbols(&self) -> Range<u32> {
        match self {
            HashTable::None => 0..0,
            HashTable::Gnu(table) => table.symbols.clone(),
            HashTable::SystemV(table) => 0..table.symbols,
        }
    }

    /// Whether it leads from a name to a symbol of that name.
    pub fn leads(&mut self, image: &Image<'_>, name: &[u8], symbol: u32) -> Result<bool> {
        match self {
            HashTable::None => Ok(false),
            HashTable::Gnu(table) => table.leads(image, gnu_hash(name), symbol),
            HashTable::SystemV(table) => table.leads(image, system_v_hash(name), symbol),
        }
    }
}

impl Gnu {
    fn read(image: &Image<'_>, at: u64, budget: &mut Budget) -> Result<Gnu> {
        let (count, first, words) = (image.int(at)?, image.int(at + 4)?, image.int(at + 8)?);
        let shift = image.int(at + 12)?;
        let bits = if image.wide { 64 } else { 32 };
        let filter = offset(at, 16)?;
        let buckets = offset(filter, u64::from(words) * u64::from(bits / 8))?;
        let chains = offset(buckets, u64::from(count) * 4)?;
        image.slice(filter..chains)?;
        let mut last = 0;
        for bucket in 0..u64::from(count) {
            last = last.max(image.int(buckets + bucket * 4)?);
        }
        let symbols = first..first;
        let mut table =
            Gnu { symbols, words, bits, shift, filter, buckets, count, chains, begins: Vec::new() };
        if last < first {
            return Ok(table);
        }
        let ends = |symbol: u32| -> Result<bool> {
            Ok(image.int(offset(chains, u64::from(symbol - first) * 4)?)? & 1 != 0)
        };
        // The last symbol is the end of the chain that begins last.
        while !ends(last)? {
            last = last.checked_add(1).ok_or_else(|| damage("its hash table has no end"))?;
        }
        table.symbols.end = last.saturating_add(1);
        let room = budget.take(table.symbols.len() * size_of::<u32>());
        room.ok_or_else(|| damage("its hash table is larger than the file"))?;
        table.begins.reserve_exact(table.symbols.len());
        let mut begin = first;
        for symbol in table.symbols.clone() {
            table.begins.push(begin);
            if ends(symbol)? {
                begin = symbol + 1;
            }
        }
        Ok(table)
    }

    fn leads(&self, image: &Image<'_>, hash: u32, symbol: u32) -> Result<bool> {
        let Some(place) = symbol.checked_sub(self.symbols.start).map(|place| place as usize) else {
            return Ok(false);
        };
        let Some(&begin) = self.begins.get(place).filter(|_| self.count > 0 && self.words > 0) else {
            return Ok(false);
        };
        let word = u64::from((hash / self.bits) & (self.words - 1));
        let word = match self.bits {
            64 => image.long(self.filter + word * 8)?,
            _ => image.int(self.filter + word * 4)?.into(),
        };
        let second = hash.checked_shr(self.shift).unwrap_or(0);
        let passes = [hash, second].iter().all(|hash| word >> (hash % self.bits) & 1 == 1);
        let bucket = image.int(self.buckets + u64::from(hash % self.count) * 4)?;
        let digest = image.int(self.chains + place as u64 * 4)?;
        Ok(passes && (begin..=symbol).contains(&bucket) && digest | 1 == hash | 1)
    }
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

    fn leads(&mut self, image: &Image<'_>, hash: u32, symbol: u32) -> Result<bool> {
        let Some(bucket) = u64::from(hash).checked_rem(self.bucket_count) else { return Ok(false) };
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

/// Bernstein's, as DT_GNU_HASH wants it.
pub(crate) fn gnu_hash(name: &[u8]) -> u32 {
    name.iter().fold(5381, |hash: u32, &byte| hash.wrapping_mul(33).wrapping_add(byte.into()))
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
        assert_eq!(gnu_hash(b""), 0x1505);
        assert_eq!(gnu_hash(b"printf"), 0x156b_2bb8);
        assert_eq!(gnu_hash(b"flapenguin.me"), 0x8ae9_f18e);
        assert_eq!(system_v_hash(b""), 0);
        assert_eq!(system_v_hash(b"printf"), 0x0779_05a6);
        assert_eq!(system_v_hash(b"isatty"), 0x0709_8bb9);
    }
}
