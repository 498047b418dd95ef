//! Whether a member of an archive has anything to do with a few names: most have not, and need not be read.
//!
//! Goes over the symbols where they lie, makes no list and sorts nothing. What it is in doubt about counts as a yes, so
//! that everything unusual, and every damage, is the reader's own to judge.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use memchr::memchr2;
use object::read::elf::{FileHeader, SectionHeader, Sym};
use object::{Endianness, elf};

use crate::elf::magic::Magic;
use crate::elf::sections::last_of;
use crate::error::Result;

/// What gcc defines in an object that holds no machine code: its symbols are not in its symbol table.
pub(crate) const SLIM: &[u8] = b"__gnu_lto_slim";

/// The names that are looked for, without versions.
#[derive(Debug)]
pub struct Names<'a> {
    names: HashSet<&'a [u8], RandomState>,
    /// A bit for each beginning that one of the names has. A power of two of words.
    beginnings: Vec<u64>,
    /// Whether the bytes of a name in a file may differ from its text here.
    escaped: bool,
}

impl<'a> Names<'a> {
    /// These names, as [`Need`](crate::Need) has them.
    pub fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: HashSet<&[u8], _> = names.into_iter().map(str::as_bytes).chain([SLIM]).collect();
        // 64 bits for each name: of the other beginnings one in sixty-four or fewer has its bit set.
        let mut beginnings = vec![0; names.len().next_power_of_two()];
        for name in &names {
            let (word, bit) = bit_of(beginning(name, 0), beginnings.len());
            beginnings[word] |= bit;
        }
        let escaped = names.iter().any(|name| memchr2(b'\\', b'@', name).is_some());
        Names { names, beginnings, escaped }
    }

    /// Whether a member defines one of the names, or refers to it in a way that hides it, as far as can be seen without
    /// reading it in full.
    pub(crate) fn are_in(&self, member: &[u8]) -> bool {
        if self.escaped || Magic::of(member) != Magic::Elf {
            return true;
        }
        let found = match member.get(4) == Some(&elf::ELFCLASS32) {
            true => self.are_in_elf::<elf::FileHeader32<Endianness>>(member),
            false => self.are_in_elf::<elf::FileHeader64<Endianness>>(member),
        };
        found.unwrap_or(true)
    }

    fn are_in_elf<H: FileHeader<Endian = Endianness>>(&self, member: &[u8]) -> Result<bool> {
        let header = H::parse(member)?;
        let endian = header.endian()?;
        if header.e_type(endian) != elf::ET_REL {
            return Ok(true);
        }
        let sections = header.sections(endian, member)?;
        let Some(table) = last_of(&sections, endian, elf::SHT_SYMTAB) else { return Ok(true) };
        let table = sections.section(table)?;
        let symbols: &[H::Sym] = table.data_as_array(endian, member)?;
        let strings = sections.section(table.link(endian))?.data(endian, member)?;
        if strings.last() != Some(&0) {
            return Ok(true);
        }
        Ok(symbols.iter().any(|symbol| self.is_meant(endian, symbol, strings)))
    }

    /// Whether one symbol matters: it says something of one of the names, or it is damaged.
    #[inline]
    fn is_meant<S: Sym<Endian = Endianness>>(
        &self,
        endian: Endianness,
        symbol: &S,
        strings: &[u8],
    ) -> bool {
        let at = symbol.st_name(endian) as usize;
        if symbol.is_local() || at >= strings.len() {
            return !symbol.is_local();
        }
        let says_something =
            symbol.st_shndx(endian) != elf::SHN_UNDEF || symbol.st_visibility() != elf::STV_DEFAULT;
        says_something && self.has_beginning(strings, at) && self.has(&strings[at..])
    }

    #[inline]
    fn has_beginning(&self, strings: &[u8], at: usize) -> bool {
        let (word, bit) = bit_of(beginning(strings, at), self.beginnings.len());
        self.beginnings.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Whether the name in front of the next zero is one of these, with a version or without.
    pub(crate) fn has(&self, rest: &[u8]) -> bool {
        let end = memchr2(0, b'@', rest).unwrap_or(rest.len());
        self.escaped || self.names.contains(&rest[..end])
    }
}

/// The first sixteen letters of the name that begins there, without its version.
#[inline]
fn beginning(strings: &[u8], at: usize) -> u128 {
    let rest = strings.get(at..).unwrap_or_default();
    let mut letters = [0; 16];
    match rest.first_chunk() {
        Some(first) => letters = *first,
        None => letters[..rest.len()].copy_from_slice(rest),
    }
    let letters = u128::from_le_bytes(letters);
    let ends = zeros(letters) | zeros(letters ^ (EACH * u128::from(b'@')));
    match ends.trailing_zeros() {
        128 => letters,
        end => letters & ((1 << (end & !7)) - 1),
    }
}

/// A one in each byte.
const EACH: u128 = u128::MAX / 255;

/// The highest bit of each byte that is zero; above the lowest of these, perhaps of others.
#[inline]
fn zeros(bytes: u128) -> u128 {
    bytes.wrapping_sub(EACH) & !bytes & (EACH << 7)
}

/// The word and the bit for a beginning, of so many words, a power of two.
#[inline]
fn bit_of(beginning: u128, words: usize) -> (usize, u64) {
    let folded = (beginning as u64) ^ ((beginning >> 64) as u64).rotate_left(29);
    let mixed = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (high, low) = ((mixed >> 32) as usize, (mixed >> 26) & 63);
    (high & (words - 1), 1 << low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(strings: &[u8], at: usize, letters: &[u8]) {
        let mut expected = [0; 16];
        expected[..letters.len()].copy_from_slice(letters);
        assert_eq!(beginning(strings, at), u128::from_le_bytes(expected));
    }

    #[test]
    fn a_name_begins_with_sixteen_letters_at_most_and_without_its_version() {
        let strings = b"\0crc32\0f@@V1\0a_name_of_sixteen_and_more\0sixteen_letters_\0@V\0end\0";
        check(strings, 0, b"");
        check(strings, 1, b"crc32");
        check(strings, 7, b"f");
        check(strings, 13, b"a_name_of_sixtee");
        check(strings, 40, b"sixteen_letters_");
        check(strings, 57, b"");
        check(strings, 60, b"end");
        check(strings, 1000, b"");
        check(b"no end", 3, b"end");
        // The byte before a zero is a one, which the subtraction borrows from.
        check(b"\x01\0\x01\0", 0, b"\x01");
        check(b"a\x80\xff@", 0, b"a\x80\xff");
    }

    #[test]
    fn names_are_found_with_and_without_versions() {
        let names = Names::new(["crc32", "_ZN4llvm5Value7getNameEv"]);
        assert!(names.has(b"crc32\0") && names.has(b"crc32@@V1\0") && names.has(b"__gnu_lto_slim\0"));
        assert!(names.has(b"_ZN4llvm5Value7getNameEv\0") && !names.has(b"_ZN4llvm5Value7setNameEv\0"));
        assert!(!names.has(b"crc3\0") && !names.has(b"crc321\0") && !names.has(b"@crc32\0"));
        assert!(Names::new(["a\\xFF"]).has(b"anything\0"), "whose bytes are not known");
    }
}
