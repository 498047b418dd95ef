//! Reads one ELF object, shared library or executable: what it is, what it defines, needs and asks of the loader.
//!
//! Reads symbols and the dynamic section, never code or relocations; knows no other object. The symbols of a relocatable
//! object come from `.symtab`, those of a finished file from `.dynsym`, which is all that a loader looks at. Each string
//! read is charged to a budget, so that hostile tables end in an error and not in gigabytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use object::Endianness;
use object::elf;
use object::read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader, SectionTable, Sym, SymbolTable};
use object::read::{StringTable, SymbolIndex};

use crate::error::{Error, Result};
use crate::facts::{Dynamic, Form, Lto, Object};
use crate::machine::machine_name;
use crate::magic::Magic;
use crate::name::{self, Versioned};
use crate::table::{Binding, Definition, Kind, Need, Table, Visibility};

/// Reads one object, shared library or executable. Bitcode is recognised and has an empty table.
///
/// # Errors
/// [`Error::NotAnObject`] with what it is instead; [`Error::DamagedObject`] when the file contradicts itself.
pub fn read_object(bytes: &[u8]) -> Result<Object<'_>> {
    match Magic::of(bytes) {
        Magic::Elf if bytes.get(4) == Some(&elf::ELFCLASS32) => {
            read_elf::<elf::FileHeader32<Endianness>>(bytes)
        }
        Magic::Elf => read_elf::<elf::FileHeader64<Endianness>>(bytes),
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

fn read_elf<H: FileHeader<Endian = Endianness>>(bytes: &[u8]) -> Result<Object<'_>> {
    let elf = Elf::<H>::open(bytes)?;
    match elf.header.e_type(elf.endian) {
        elf::ET_REL => elf.relocatable(),
        elf::ET_EXEC | elf::ET_DYN => elf.finished(),
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

fn damage(why: impl Into<String>) -> Error {
    Error::DamagedObject { why: why.into() }
}

/// The reader's messages begin with a capital and continue ours.
pub(crate) fn lowercase(mut message: String) -> String {
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    message
}

/// One file opened: its headers are in order.
struct Elf<'a, H: FileHeader> {
    bytes: &'a [u8],
    header: &'a H,
    endian: Endianness,
    sections: SectionTable<'a, H>,
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

    fn relocatable(&self) -> Result<Object<'a>> {
        let symbols = self.sections.symbols(self.endian, self.bytes, elf::SHT_SYMTAB)?;
        let (table, slim) = self.table(&symbols, None)?;
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

    fn finished(&self) -> Result<Object<'a>> {
        let symbols = self.sections.symbols(self.endian, self.bytes, elf::SHT_DYNSYM)?;
        let mut strings = Strings::new(symbols.strings(), self.bytes);
        let versions = self.versions(&symbols, &mut strings)?;
        let (table, _) = self.table(&symbols, Some(&versions))?;
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
        let names = self.header.section_strings_index(self.endian, self.bytes).ok();
        let names = names.and_then(|index| self.sections.section(index).ok());
        let names =
            names.and_then(|section| section.data(self.endian, self.bytes).ok()).unwrap_or_default();
        self.sections.iter().any(|section| {
            let start = section.sh_name(self.endian) as usize;
            names.get(start..).is_some_and(|name| name.starts_with(b".gnu.lto_"))
        })
    }

    /// The symbols that others can see, and whether gcc's mark for slim LTO was among them.
    fn table(
        &self,
        symbols: &SymbolTable<'a, H>,
        versions: Option<&Versions<'a>>,
    ) -> Result<(Table<'a>, bool)> {
        let visible = |symbol: &&H::Sym| !symbol.is_local() && symbol.st_name(self.endian) != 0;
        let undefined =
            symbols.iter().filter(visible).filter(|symbol| symbol.is_undefined(self.endian)).count();
        let all = symbols.iter().filter(visible).count();
        let mut defined = Vec::with_capacity(all - undefined);
        let mut needed = Vec::with_capacity(undefined);
        let mut strings = Strings::new(symbols.strings(), self.bytes);
        let mut slim = false;
        for (index, symbol) in symbols.enumerate().filter(|(_, symbol)| visible(symbol)) {
            let Some(raw) = self.symbol_name(symbol, &mut strings)? else { continue };
            if raw.starts_with(b"__gnu_lto_") {
                slim |= raw == b"__gnu_lto_slim";
                continue;
            }
            let name = match versions {
                None => name::split_version(raw),
                Some(versions) => versions.of(index, raw),
            };
            match symbol.is_undefined(self.endian) {
                true => needed.push(need(symbol, name)),
                false => defined.push(self.definition(symbols, index, symbol, name)),
            }
        }
        Ok((Table::new(defined, needed), slim))
    }

    /// `None` for a symbol that stands for a section or file and for one without a name.
    fn symbol_name(&self, symbol: &H::Sym, strings: &mut Strings<'a>) -> Result<Option<&'a [u8]>> {
        if matches!(symbol.st_type(), elf::STT_SECTION | elf::STT_FILE) {
            return Ok(None);
        }
        let raw = strings.get(symbol.st_name(self.endian), "symbol name")?;
        Ok((!raw.is_empty()).then_some(raw))
    }

    fn definition(
        &self,
        symbols: &SymbolTable<'a, H>,
        index: SymbolIndex,
        symbol: &H::Sym,
        name: Versioned<'a>,
    ) -> Definition<'a> {
        let section = match symbol.st_shndx(self.endian) {
            elf::SHN_XINDEX => symbols.shndx(self.endian, index).map(|section| section as usize),
            reserved if reserved >= elf::SHN_LORESERVE => None,
            section => Some(usize::from(section)),
        };
        let section = section.and_then(|index| self.sections.section(object::SectionIndex(index)).ok());
        let flags: u64 = section.map_or(0, |section| section.sh_flags(self.endian).into());
        Definition {
            name: name.name,
            version: name.version,
            default_version: name.default,
            binding: binding(symbol.st_bind()),
            visibility: visibility(symbol.st_visibility()),
            kind: self.kind(symbol),
            comdat: flags & u64::from(elf::SHF_GROUP) != 0,
        }
    }

    fn kind(&self, symbol: &H::Sym) -> Kind {
        /// Large common symbols of the medium code model.
        const SHN_X86_64_LCOMMON: u16 = 0xff02;
        let section = symbol.st_shndx(self.endian);
        let large =
            section == SHN_X86_64_LCOMMON && self.header.e_machine(self.endian) == elf::EM_X86_64;
        match symbol.st_type() {
            elf::STT_TLS => Kind::Tls,
            elf::STT_COMMON => Kind::Common,
            _ if section == elf::SHN_COMMON || large => Kind::Common,
            elf::STT_FUNC => Kind::Function,
            elf::STT_OBJECT => Kind::Data,
            elf::STT_GNU_IFUNC => Kind::Ifunc,
            _ => Kind::Other,
        }
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
                let text = strings.get(name.vda_name.get(self.endian), "version name")?;
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
                let text = strings.get(name.vna_name.get(self.endian), "version name")?;
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
                facts.dynamic.interp = segment.interpreter(self.endian, self.bytes)?.map(name::decode);
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
        let mut strings = Strings::new(symbols.strings(), self.bytes);
        for entry in entries {
            let value = entry.val(self.endian);
            let mut text = || -> Result<Cow<'a, str>> {
                let offset = u32::try_from(value).unwrap_or(u32::MAX);
                Ok(name::decode(strings.get(offset, "string of the dynamic section")?))
            };
            match entry.tag(self.endian) {
                elf::DT_NULL => break,
                elf::DT_NEEDED => facts.dynamic.needed.push(text()?),
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
struct Versions<'a> {
    /// By symbol, with the bit that says "not the default".
    indices: Vec<u16>,
    names: BTreeMap<u16, &'a [u8]>,
}

impl<'a> Versions<'a> {
    fn of(&self, index: SymbolIndex, raw: &'a [u8]) -> Versioned<'a> {
        let number = self.indices.get(index.0).copied().unwrap_or_default();
        let version = self.names.get(&(number & elf::VERSYM_VERSION)).map(|name| name::decode(name));
        let default = version.is_some() && number & elf::VERSYM_HIDDEN == 0;
        Versioned { name: name::decode(raw), version, default }
    }
}

/// A string table with a limit on what is taken from it: twice the file, which no honest file comes near.
struct Strings<'a> {
    table: StringTable<'a>,
    left: usize,
}

impl<'a> Strings<'a> {
    fn new(table: StringTable<'a>, file: &[u8]) -> Self {
        Strings { table, left: file.len().saturating_mul(2) }
    }

    fn get(&mut self, offset: u32, what: &'static str) -> Result<&'a [u8]> {
        let text = self
            .table
            .get(offset)
            .map_err(|()| damage(format!("{what} outside of the string table")))?;
        self.charge(text.len() + 1)?;
        Ok(text)
    }

    fn charge(&mut self, bytes: usize) -> Result<()> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| damage("its names add up to more than the file"))?;
        Ok(())
    }
}

fn need<'a, S: Sym>(symbol: &S, name: Versioned<'a>) -> Need<'a> {
    Need {
        name: name.name,
        version: name.version,
        weak: symbol.is_weak(),
        visibility: visibility(symbol.st_visibility()),
    }
}

fn binding(binding: u8) -> Binding {
    match binding {
        elf::STB_WEAK => Binding::Weak,
        elf::STB_GNU_UNIQUE => Binding::Unique,
        _ => Binding::Global,
    }
}

fn visibility(visibility: u8) -> Visibility {
    match visibility {
        elf::STV_INTERNAL => Visibility::Internal,
        elf::STV_HIDDEN => Visibility::Hidden,
        elf::STV_PROTECTED => Visibility::Protected,
        _ => Visibility::Default,
    }
}
