//! An ELF file opened with the `object` crate: its headers, its sections, and the symbols and strings in them.

use object::read::elf::{FileHeader, SectionHeader, SectionTable, SymbolTable};
use object::{Endianness, SectionIndex};

use crate::elf::strings::Strings;
use crate::error::{Error, Result, damage, lowercase};
use crate::facts::table::Definition;
use modpin_budget::Budget;

/// One file opened: its headers are in order.
pub(crate) struct Elf<'a, H: FileHeader> {
    pub bytes: &'a [u8],
    pub header: &'a H,
    pub endian: Endianness,
    pub sections: SectionTable<'a, H>,
}

impl<'a, H: FileHeader<Endian = Endianness>> Elf<'a, H> {
    /// Reads the headers.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        let header = H::parse(bytes)?;
        let endian = header.endian()?;
        let sections = header.sections(endian, bytes)?;
        Ok(Elf { bytes, header, endian, sections })
    }

    /// The symbols of a table that the budget holds.
    pub fn symbols(&self, kind: u32) -> Result<SymbolTable<'a, H>> {
        /// A symbol that is put in order, and one that is read.
        const SYMBOL: usize = size_of::<(u128, u64, usize)>() + size_of::<Definition<'_>>();
        let Some(index) = last_of(&self.sections, self.endian, kind) else {
            return Ok(SymbolTable::default());
        };
        let symbols = self.sections.symbol_table_by_index(self.endian, self.bytes, index)?;
        match Budget::of(self.bytes.len()).has(symbols.len(), SYMBOL) {
            true => Ok(symbols),
            false => Err(damage("it has more symbols than it has bytes for their names")),
        }
    }

    /// What a section holds; nothing where it cannot be read.
    pub fn content(&self, index: SectionIndex) -> &'a [u8] {
        let section = self.sections.section(index).ok();
        section.and_then(|section| section.data(self.endian, self.bytes).ok()).unwrap_or_default()
    }

    /// The names of these symbols.
    pub fn strings(&self, symbols: &SymbolTable<'a, H>) -> Strings<'a> {
        Strings::new(self.content(symbols.string_section()), self.bytes)
    }
}

/// The section of a kind of which there is one (gABI, "Sections"). Assemblers and linkers write tables of symbols at the end, so
/// it is sought from there, and most headers are not looked at.
pub(crate) fn last_of<H: FileHeader<Endian = Endianness>>(
    sections: &SectionTable<'_, H>,
    endian: Endianness,
    kind: u32,
) -> Option<SectionIndex> {
    sections.iter().rposition(|section| section.sh_type(endian) == kind).map(SectionIndex)
}

impl From<object::read::Error> for Error {
    fn from(error: object::read::Error) -> Error {
        damage(lowercase(error.to_string()))
    }
}
