//! Reads one ELF object, shared library or executable: what it is, what it defines, needs and asks of the loader.
//!
//! Reads symbols and the dynamic section, never code or relocations; knows no other object. The symbols of a relocatable
//! object come from `.symtab`, those of a finished file from `.dynsym`, which is all that a loader looks at; how one of
//! the two becomes a [`Table`] stands in `object_symbols`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memmem;
use object::elf;
use object::read::SymbolIndex;
use object::read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader, SectionTable, SymbolTable};
use object::{Endianness, SectionIndex};

use crate::budget::{Room, grown};
use crate::elf::machine::machine_name;
use crate::elf::magic::Magic;
use crate::elf::object_names::Names;
use crate::elf::strings::Strings;
use crate::error::{Error, Result};
use crate::facts::table::{Definition, Table};
use crate::facts::{Dynamic, Form, Lto, Object};
use crate::name::{self, Versioned};

/// In bytes: no system takes a longer path.
const LONGEST_PATH: usize = 4096;

/// Reads one object, shared library or executable. Bitcode is recognised and has an empty table.
///
/// # Errors
/// [`Error::NotAnObject`] with what it is instead; [`Error::DamagedObject`] when the file contradicts itself.
pub fn read_object(bytes: &[u8]) -> Result<Object<'_>> {
    read_only(bytes, None)
}

/// As [`read_object`]; with names, of the symbols only these.
pub(crate) fn read_only<'a>(bytes: &'a [u8], only: Option<&Names<'_>>) -> Result<Object<'a>> {
    match Magic::of(bytes) {
        Magic::Elf if bytes.get(4) == Some(&elf::ELFCLASS32) => {
            read_elf::<elf::FileHeader32<Endianness>>(bytes, only)
        }
        Magic::Elf => read_elf::<elf::FileHeader64<Endianness>>(bytes, only),
        Magic::Bitcode => Ok(bitcode()),
        other => Err(Error::NotAnObject { found: other.words().into() }),
    }
}

fn bitcode() -> Object<'static> {
    Object {
        form: Form::Relocatable,
        pie: false,
        machine: "llvm-bitcode".into(),
        lto: Some(Lto::ClangBitcode),
        table: Table::default(),
        dynamic: None,
    }
}

fn read_elf<'a, H: FileHeader<Endian = Endianness>>(
    bytes: &'a [u8],
    only: Option<&Names<'_>>,
) -> Result<Object<'a>> {
    let elf = Elf::<H>::open(bytes)?;
    match elf.header.e_type(elf.endian) {
        elf::ET_REL => elf.relocatable(only),
        elf::ET_EXEC | elf::ET_DYN => elf.finished(only),
        elf::ET_CORE => Err(Error::NotAnObject { found: "a core dump".into() }),
        other => {
            Err(Error::NotAnObject { found: format!("an ELF file of unknown type {other}").into() })
        }
    }
}

impl From<object::read::Error> for Error {
    fn from(error: object::read::Error) -> Error {
        damage(lowercase(error.to_string()))
    }
}

pub(crate) fn damage(why: impl Into<String>) -> Error {
    Error::DamagedObject { why: why.into() }
}

/// The name of a program's loader, which must be one that can be opened.
pub(crate) fn interpreter(name: &[u8]) -> Result<&[u8]> {
    match name.len() <= LONGEST_PATH {
        true => Ok(name),
        false => Err(damage("the name of its loader is longer than any path")),
    }
}

/// The reader's messages begin with a capital and continue ours.
pub(crate) fn lowercase(mut message: String) -> String {
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    message
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

/// One file opened: its headers are in order.
pub(crate) struct Elf<'a, H: FileHeader> {
    pub bytes: &'a [u8],
    pub header: &'a H,
    pub endian: Endianness,
    pub sections: SectionTable<'a, H>,
}

impl<'a, H: FileHeader<Endian = Endianness>> Elf<'a, H> {
    fn open(bytes: &'a [u8]) -> Result<Self> {
        let header = H::parse(bytes)?;
        let endian = header.endian()?;
        let sections = header.sections(endian, bytes)?;
        Ok(Elf { bytes, header, endian, sections })
    }

    fn machine(&self) -> Cow<'a, str> {
        let little = self.header.is_little_endian();
        machine_name(self.header.e_machine(self.endian), self.header.is_type_64(), little)
    }

    /// The symbols of a table for which there is room.
    fn symbols(&self, kind: u32) -> Result<SymbolTable<'a, H>> {
        /// A symbol that is put in order, and one that is read.
        const SYMBOL: usize = size_of::<(u128, u64, usize)>() + size_of::<Definition<'_>>();
        let Some(index) = last_of(&self.sections, self.endian, kind) else {
            return Ok(SymbolTable::default());
        };
        let symbols = self.sections.symbol_table_by_index(self.endian, self.bytes, index)?;
        match Room::of(self.bytes.len()).has(symbols.len(), SYMBOL) {
            true => Ok(symbols),
            false => Err(damage("it has more symbols than it has bytes for their names")),
        }
    }

    fn relocatable(&self, only: Option<&Names<'_>>) -> Result<Object<'a>> {
        let symbols = self.symbols(elf::SHT_SYMTAB)?;
        let (table, slim) = self.table(&symbols, None, only)?;
        let lto = match self.has_gcc_lto_sections() {
            false => None,
            true if slim => Some(Lto::GccSlim),
            true => Some(Lto::GccFat),
        };
        Ok(Object {
            form: Form::Relocatable,
            pie: false,
            machine: self.machine(),
            lto,
            table,
            dynamic: None,
        })
    }

    fn finished(&self, only: Option<&Names<'_>>) -> Result<Object<'a>> {
        let symbols = self.symbols(elf::SHT_DYNSYM)?;
        let mut strings = self.strings(&symbols);
        let versions = self.versions(&symbols, &mut strings)?;
        let (table, _) = self.table(&symbols, Some(&versions), only)?;
        let facts = self.dynamic(&symbols)?;
        let form = self.finished_form(&facts);
        let pie = form == Form::Executable && self.header.e_type(self.endian) == elf::ET_DYN;
        let dynamic = facts.present.then_some(Box::new(facts.dynamic));
        Ok(Object { form, pie, machine: self.machine(), lto: None, table, dynamic })
    }

    /// A library may name an interpreter (glibc's libc runs), and old linkers did not mark PIE: the soname tells them apart.
    fn finished_form(&self, facts: &DynamicFacts) -> Form {
        let is_program =
            facts.marked_pie || (facts.dynamic.soname.is_none() && facts.dynamic.interp.is_some());
        match self.header.e_type(self.endian) == elf::ET_EXEC || is_program {
            true => Form::Executable,
            false => Form::Shared,
        }
    }

    fn has_gcc_lto_sections(&self) -> bool {
        const MARK: &[u8] = b".gnu.lto_";
        let names = self.header.section_strings_index(self.endian, self.bytes).ok();
        let names = names.map(|index| self.content(index)).unwrap_or_default();
        // Thousands of sections are normal (-ffunction-sections), and one search of their names is quick.
        memmem::find(names, MARK).is_some()
            && self.sections.iter().any(|section| {
                let start = section.sh_name(self.endian) as usize;
                names.get(start..).is_some_and(|name| name.starts_with(MARK))
            })
    }

    /// What a section holds; nothing where it cannot be read.
    fn content(&self, index: SectionIndex) -> &'a [u8] {
        let section = self.sections.section(index).ok();
        section.and_then(|section| section.data(self.endian, self.bytes).ok()).unwrap_or_default()
    }

    pub fn strings(&self, symbols: &SymbolTable<'a, H>) -> Strings<'a> {
        Strings::new(self.content(symbols.string_section()), self.bytes)
    }

    fn versions(&self, symbols: &SymbolTable<'a, H>, strings: &mut Strings<'a>) -> Result<Versions<'a>> {
        let mut versions = Versions::default();
        let Some((indices, link)) = self.sections.gnu_versym(self.endian, self.bytes)? else {
            return Ok(versions);
        };
        if link != symbols.section() {
            return Ok(versions);
        }
        versions.indices = indices.iter().map(|index| index.0.get(self.endian)).collect();
        self.defined_versions(&mut versions, strings)?;
        self.needed_versions(&mut versions, strings)?;
        strings.charge(versions.length())?;
        Ok(versions)
    }

    fn defined_versions(&self, versions: &mut Versions<'a>, strings: &mut Strings<'a>) -> Result<()> {
        let Some((mut records, _)) = self.sections.gnu_verdef(self.endian, self.bytes)? else {
            return Ok(());
        };
        while let Some((record, mut names)) = records.next()? {
            strings.charge(1)?;
            let is_file = record.vd_flags.get(self.endian) & elf::VER_FLG_BASE != 0;
            if let (false, Some(name)) = (is_file, names.next()?) {
                let text = name::decode(strings.get(name.vda_name.get(self.endian), "version name")?);
                versions.names.insert(record.vd_ndx.get(self.endian) & elf::VERSYM_VERSION, text);
            }
        }
        Ok(())
    }

    fn needed_versions(&self, versions: &mut Versions<'a>, strings: &mut Strings<'a>) -> Result<()> {
        let Some((mut files, _)) = self.sections.gnu_verneed(self.endian, self.bytes)? else {
            return Ok(());
        };
        while let Some((_, mut names)) = files.next()? {
            strings.charge(1)?;
            while let Some(name) = names.next()? {
                let text = name::decode(strings.get(name.vna_name.get(self.endian), "version name")?);
                versions.names.insert(name.vna_other.get(self.endian) & elf::VERSYM_VERSION, text);
            }
        }
        Ok(())
    }

    fn dynamic(&self, symbols: &SymbolTable<'a, H>) -> Result<DynamicFacts<'a>> {
        let mut facts = DynamicFacts::default();
        for segment in self.header.program_headers(self.endian, self.bytes)? {
            // Only the first of each counts, for the loader too.
            if facts.dynamic.interp.is_none() && segment.p_type(self.endian) == elf::PT_INTERP {
                let interp = segment.interpreter(self.endian, self.bytes)?;
                facts.dynamic.interp = interp.map(interpreter).transpose()?.map(name::decode);
                facts.present = true;
            }
            if facts.read {
                continue;
            }
            let Some(entries) = segment.dynamic(self.endian, self.bytes)? else { continue };
            if symbols.section().0 == 0 {
                return Err(damage(
                    "the section headers are gone, so the dynamic symbols cannot be found",
                ));
            }
            self.dynamic_entries(entries, symbols, &mut facts)?;
        }
        Ok(facts)
    }

    fn dynamic_entries(
        &self,
        entries: &'a [H::Dyn],
        symbols: &SymbolTable<'a, H>,
        facts: &mut DynamicFacts<'a>,
    ) -> Result<()> {
        (facts.present, facts.read) = (true, true);
        let mut room = Room::of(self.bytes.len());
        let mut strings = self.strings(symbols);
        for entry in entries {
            let value = entry.val(self.endian);
            let mut text = || -> Result<Cow<'a, str>> {
                let offset = u32::try_from(value).unwrap_or(u32::MAX);
                Ok(name::decode(strings.get(offset, "string of the dynamic section")?))
            };
            match entry.tag(self.endian) {
                elf::DT_NULL => break,
                elf::DT_NEEDED => {
                    facts.dynamic.needed.push(text()?);
                    let one = grown::<Cow<'_, str>>();
                    room.take(one).ok_or_else(|| damage("it needs more libraries than there are"))?;
                }
                elf::DT_SONAME => facts.dynamic.soname = Some(text()?),
                elf::DT_RPATH => facts.dynamic.rpath = Some(text()?),
                elf::DT_RUNPATH => facts.dynamic.runpath = Some(text()?),
                elf::DT_BIND_NOW => facts.dynamic.bind_now = true,
                elf::DT_FLAGS => facts.dynamic.bind_now |= value & u64::from(elf::DF_BIND_NOW) != 0,
                elf::DT_FLAGS_1 => {
                    facts.dynamic.bind_now |= value & u64::from(elf::DF_1_NOW) != 0;
                    facts.marked_pie |= value & u64::from(elf::DF_1_PIE) != 0;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The dynamic section while it is being read.
#[derive(Default)]
struct DynamicFacts<'a> {
    dynamic: Dynamic<'a>,
    /// Whether the file speaks to a loader at all.
    present: bool,
    read: bool,
    marked_pie: bool,
}

/// Which version each dynamic symbol has.
#[derive(Default)]
pub(crate) struct Versions<'a> {
    /// By symbol, with the bit that says "not the default".
    indices: Vec<u16>,
    names: BTreeMap<u16, Cow<'a, str>>,
}

impl<'a> Versions<'a> {
    /// Of all names, each as often as a symbol has it.
    fn length(&self) -> usize {
        let names = self.indices.iter().map(|number| self.names.get(&(number & elf::VERSYM_VERSION)));
        names.flatten().map(|name| name.len()).sum()
    }

    pub fn of(&self, index: SymbolIndex, name: Cow<'a, str>) -> Versioned<'a> {
        let number = self.indices.get(index.0).copied().unwrap_or_default();
        let version = self.names.get(&(number & elf::VERSYM_VERSION)).cloned();
        let default = version.is_some() && number & elf::VERSYM_HIDDEN == 0;
        Versioned { name, version, default }
    }
}
