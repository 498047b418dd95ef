//! The dynamic section of a finished file: numbers by their tags. What they mean, its readers know.

use std::collections::BTreeMap;

use crate::elf::image::{self, Image};
use crate::error::{Result, damage};

const DT_NEEDED: u64 = 1;
const DT_AUXILIARY: u64 = 0x7fff_fffd;
const DT_FILTER: u64 = 0x7fff_ffff;

/// In bytes: no system takes a longer path.
const LONGEST_PATH: usize = 4096;

/// The last entry of each tag, as the loader keeps them, and all that name files.
pub(crate) struct DynamicSection {
    entries: BTreeMap<u64, u64>,
    /// Where the names of the libraries are that it needs.
    pub needed: Vec<u64>,
    /// Libraries that are asked in its place, and whether it needs them.
    pub filtees: Vec<(u64, bool)>,
}

impl DynamicSection {
    pub fn read(image: &Image<'_>, offset: u64, size: u64) -> Result<DynamicSection> {
        let word = if image.wide { 8 } else { 4 };
        let mut section =
            DynamicSection { entries: BTreeMap::new(), needed: Vec::new(), filtees: Vec::new() };
        for index in 0..size / (2 * word) {
            let at = image::offset(offset, index * 2 * word)?;
            let (tag, value) = (image.word(at)?, image.word(at + word)?);
            match tag {
                0 => break,
                DT_NEEDED => section.needed.push(value),
                DT_FILTER | DT_AUXILIARY => section.filtees.push((value, tag == DT_FILTER)),
                // The last of each tag that there is; others would only fill the memory.
                0..64 | 0x6fff_fe00..=0x6fff_ffff => {
                    section.entries.insert(tag, value);
                }
                _ => {}
            }
        }
        Ok(section)
    }

    pub fn get(&self, tag: u64) -> Option<u64> {
        self.entries.get(&tag).copied()
    }
}

/// The name of a program's loader, which must be one that can be opened.
pub(crate) fn interpreter(name: &[u8]) -> Result<&[u8]> {
    match name.len() <= LONGEST_PATH {
        true => Ok(name),
        false => Err(damage("the name of its loader is longer than any path")),
    }
}
