//! A library for tests of readers, put together from its tables.

use crate::elf::{DYN, DYNAMIC, Elf, LOAD, X86_64, dynamic, symbol};

/// What a library is made of; each part is bytes.
#[derive(Default)]
pub struct Library {
    pub narrow: bool,
    pub machine: u16,
    pub names: Vec<u8>,
    pub symbols: Vec<u8>,
    pub hash: Vec<u8>,
    pub gnu_hash: Vec<u8>,
    pub versym: Vec<u8>,
    pub verneed: Vec<u8>,
    pub verdef: Vec<u8>,
    pub relocations: Vec<u8>,
    /// Mapped elsewhere, too: address, place in the file, size.
    pub mapped: Vec<(u64, u64, u64)>,
}

impl Library {
    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let machine = if self.machine == 0 { X86_64 } else { self.machine };
        let mut elf = Elf::new(!self.narrow, DYN, machine, 2 + self.mapped.len() as u16);
        let relocations = if self.narrow { (17, 18) } else { (7, 8) };
        let tables = [
            (5, &self.names),
            (6, &self.symbols),
            (4, &self.hash),
            (0x6fff_fef5, &self.gnu_hash),
            (0x6fff_fff0, &self.versym),
            (0x6fff_fffe, &self.verneed),
            (0x6fff_fffc, &self.verdef),
            (relocations.0, &self.relocations),
        ];
        let mut entries =
            vec![(10, self.names.len() as u64), (relocations.1, self.relocations.len() as u64)];
        for (tag, table) in tables.into_iter().filter(|(_, table)| !table.is_empty()) {
            entries.push((tag, elf.add(table)));
        }
        entries.push((0, 0));
        let entries = dynamic(!self.narrow, &entries);
        let at = elf.add(&entries);
        self.mapped.iter().for_each(|&(address, place, size)| elf.segment(LOAD, place, address, size));
        elf.segment(LOAD, 0, 0, at + entries.len() as u64);
        elf.segment(DYNAMIC, at, at, entries.len() as u64);
        elf.finish(0)
    }
}

/// A hash table without buckets that lead anywhere, for so many symbols.
pub fn hash(count: u32) -> Vec<u8> {
    [1u32, count].into_iter().flat_map(u32::to_le_bytes).collect()
}

/// The hash table of one symbol: one bucket, which leads to it.
pub fn one_chain() -> Vec<u8> {
    [1u32, 2, 1, 0, 0].into_iter().flat_map(u32::to_le_bytes).collect()
}

/// A symbol table: one symbol for each name, by its place among the names.
pub fn symbols(wide: bool, names: impl Iterator<Item = u32>, section: u16) -> Vec<u8> {
    symbol(wide, 0, 0, 0)
        .into_iter()
        .chain(names.flat_map(|name| symbol(wide, name, 0x12, section)))
        .collect()
}

/// A relocation for each of the first symbols.
pub fn relocations(wide: bool, count: u32) -> Vec<u8> {
    let all = 1..count;
    match wide {
        true => all
            .flat_map(|n| [[0; 8], ((u64::from(n) << 32) | 1).to_le_bytes(), [0; 8]].concat())
            .collect(),
        false => all.flat_map(|n| [[0; 4], ((n << 8) | 1).to_le_bytes()].concat()).collect(),
    }
}
