//! Reads one ELF object, shared library or executable: what it is, what it defines, needs and asks of the loader.
//!
//! Reads symbols and the dynamic section, never code or relocations. The symbols of a relocatable
//! object come from `.symtab`, those of a finished file from `.dynsym`, which is all that a loader looks at; how one of
//! the two becomes a [`Table`] stands in `object_symbols`.

use std::borrow::Cow;

use memchr::memmem;
use object::Endianness;
use object::elf;
use object::read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader, SymbolTable};

use crate::elf::dynamic::interpreter;
use crate::elf::image::Image;
use crate::elf::loadable::is_debug_only;
use crate::elf::machine::machine_name;
use crate::elf::magic::Magic;
use crate::elf::object_names::Names;
use crate::elf::object_of_segments;
use crate::elf::object_symbols::table;
use crate::elf::object_versions::versions;
use crate::elf::sections::Elf;
use crate::error::{Error, Result, damage};
use crate::facts::table::Table;
use crate::facts::{Dynamic, Form, Lto, Object};
use crate::name;
use modpin_budget::{Budget, grown};

/// Reads one object, shared library or executable. Bitcode is recognised and has an empty table.
///
/// # Errors
/// [`Error::NotAnObject`] with what it is instead; [`Error::DamagedObject`] when the file contradicts itself.
pub fn read_object(bytes: &[u8]) -> Result<Object<'_>> {
    read_only(bytes, None)
}

/// As [`read_object`]; with names, of the symbols only these. A member of an archive that has none of them is not read: its
/// machine is not stated.
pub(crate) fn read_only<'a>(bytes: &'a [u8], only: Option<&Names<'_>>) -> Result<Object<'a>> {
    if only.is_some_and(|names| !names.are_in(bytes)) {
        return Ok(without_symbols("", None));
    }
    match Magic::of(bytes) {
        Magic::Elf if bytes.get(4) == Some(&elf::ELFCLASS32) => {
            read_elf::<elf::FileHeader32<Endianness>>(bytes, only)
        }
        Magic::Elf => read_elf::<elf::FileHeader64<Endianness>>(bytes, only),
        Magic::Bitcode => Ok(without_symbols("llvm-bitcode", Some(Lto::ClangBitcode))),
        other => Err(Error::NotAnObject { found: other.words().into() }),
    }
}

fn without_symbols(machine: &'static str, lto: Option<Lto>) -> Object<'static> {
    let (form, machine, table) = (Form::Relocatable, machine.into(), Table::default());
    Object { form, pie: false, machine, lto, table, dynamic: None }
}

fn read_elf<'a, H: FileHeader<Endian = Endianness>>(
    bytes: &'a [u8],
    only: Option<&Names<'_>>,
) -> Result<Object<'a>> {
    let elf = Elf::<H>::open(bytes)?;
    match elf.header.e_type(elf.endian) {
        elf::ET_REL => elf.relocatable(only),
        elf::ET_EXEC | elf::ET_DYN if is_debug_only(&Image::open(bytes)?) => {
            Err(Error::NotAnObject { found: DEBUG_ONLY.into() })
        }
        elf::ET_EXEC | elf::ET_DYN if elf.sections.is_empty() => object_of_segments::read(bytes, only),
        elf::ET_EXEC | elf::ET_DYN => elf.finished(only),
        elf::ET_CORE => Err(Error::NotAnObject { found: "a core dump".into() }),
        other => {
            Err(Error::NotAnObject { found: format!("an ELF file of unknown type {other}").into() })
        }
    }
}

const DEBUG_ONLY: &str = "the debug information of another file (objcopy --only-keep-debug)";

impl<'a, H: FileHeader<Endian = Endianness>> Elf<'a, H> {
    fn machine(&self) -> Cow<'a, str> {
        let little = self.header.is_little_endian();
        machine_name(self.header.e_machine(self.endian), self.header.is_type_64(), little)
    }

    fn relocatable(&self, only: Option<&Names<'_>>) -> Result<Object<'a>> {
        let symbols = self.symbols(elf::SHT_SYMTAB)?;
        let (table, slim) = table(self, &symbols, None, only)?;
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
        let versions = versions(self, &symbols, &mut strings)?;
        let (table, _) = table(self, &symbols, Some(&versions), only)?;
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
        let mut budget = Budget::of(self.bytes.len());
        let mut strings = self.strings(symbols);
        for entry in entries {
            let value = entry.val(self.endian);
            let mut text = || -> Result<Cow<'a, str>> {
                let offset = u32::try_from(value).unwrap_or(u32::MAX);
                Ok(name::decode_path(strings.get(offset, "string of the dynamic section")?))
            };
            match entry.tag(self.endian) {
                elf::DT_NULL => break,
                elf::DT_NEEDED => {
                    facts.dynamic.needed.push(text()?);
                    let one = grown::<Cow<'_, str>>();
                    budget.take(one).ok_or_else(|| damage("it needs more libraries than there are"))?;
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
