//! The symbol table of an ELF file as a [`Table`]: what each symbol says, in the order of names.
//!
//! Names are put in order before anything is made of them:
//! they are most of the work, and what is sorted then is small.

use object::Endianness;
use object::elf;
use object::read::elf::{FileHeader, SectionHeader, Sym, SymbolTable};
use object::read::{SectionIndex, SymbolIndex};

use crate::elf::object_names::{Names, SLIM};
use crate::elf::object_versions::Versions;
use crate::elf::sections::Elf;
use crate::elf::strings::Span;
use crate::error::Result;
use crate::facts::table::{Binding, Definition, Kind, Need, Table, Visibility, head};
use crate::name::Versioned;

/// A symbol that others can see: the beginning of its name, the name, its number.
type Seen = (u128, Span, SymbolIndex);

/// The symbols that others can see, and whether gcc's mark for slim LTO was among them. Without `versions` they stand
/// in the names. With names, only these are taken.
pub(crate) fn table<'a, H: FileHeader<Endian = Endianness>>(
    file: &Elf<'a, H>,
    symbols: &SymbolTable<'a, H>,
    versions: Option<&Versions<'a>>,
    only: Option<&Names<'_>>,
) -> Result<(Table<'a>, bool)> {
    let mut strings = file.strings(symbols);
    let mut seen: Vec<Seen> = Vec::with_capacity(symbols.len());
    let (mut slim, mut undefined) = (false, 0);
    for (index, symbol) in symbols.enumerate().filter(|(_, symbol)| is_visible(file, *symbol)) {
        let name = strings.find(symbol.st_name(file.endian), "symbol name")?;
        let bytes = strings.bytes(name);
        if bytes.starts_with(b"__gnu_lto_") {
            slim |= bytes == SLIM && !symbol.is_undefined(file.endian);
        } else if !bytes.is_empty() && only.is_none_or(|names| names.has(bytes)) {
            undefined += usize::from(symbol.is_undefined(file.endian));
            seen.push((head(bytes), name, index));
        }
    }
    let bytes = |name| strings.bytes(name);
    seen.sort_unstable_by(|(a, name_a, _), (b, name_b, _)| {
        a.cmp(b).then_with(|| bytes(*name_a).cmp(bytes(*name_b)))
    });
    let mut defined = Vec::with_capacity(seen.len() - undefined);
    let mut needed = Vec::with_capacity(undefined);
    for (_, name, index) in seen {
        let symbol = symbols.symbol(index)?;
        let name = match versions {
            None => strings.split(name),
            Some(versions) => versions.of(index, strings.text(name)),
        };
        match symbol.is_undefined(file.endian) {
            true => needed.push(need(symbol, name)),
            false => defined.push(definition(file, symbols, index, symbol, name)),
        }
    }
    Ok((Table::new(defined, needed), slim))
}

/// Not for a symbol that stands for a section or file, nor for one without a name.
pub(crate) fn is_visible<H: FileHeader<Endian = Endianness>>(
    file: &Elf<'_, H>,
    symbol: &H::Sym,
) -> bool {
    !symbol.is_local()
        && symbol.st_name(file.endian) != 0
        && !matches!(symbol.st_type(), elf::STT_SECTION | elf::STT_FILE)
}

fn definition<'a, H: FileHeader<Endian = Endianness>>(
    file: &Elf<'a, H>,
    symbols: &SymbolTable<'a, H>,
    index: SymbolIndex,
    symbol: &H::Sym,
    name: Versioned<'a>,
) -> Definition<'a> {
    let section = match symbol.st_shndx(file.endian) {
        elf::SHN_XINDEX => symbols.shndx(file.endian, index).map(|section| section as usize),
        reserved if reserved >= elf::SHN_LORESERVE => None,
        section => Some(usize::from(section)),
    };
    let section = section.and_then(|index| file.sections.section(SectionIndex(index)).ok());
    let flags: u64 = section.map_or(0, |section| section.sh_flags(file.endian).into());
    Definition {
        name: name.name,
        version: name.version,
        default_version: name.default,
        binding: binding(symbol.st_bind()),
        visibility: visibility(symbol.st_visibility()),
        kind: kind(file, symbol),
        comdat: flags & u64::from(elf::SHF_GROUP) != 0,
    }
}

pub(crate) fn kind<H: FileHeader<Endian = Endianness>>(file: &Elf<'_, H>, symbol: &H::Sym) -> Kind {
    /// Large common symbols of the medium code model.
    const SHN_X86_64_LCOMMON: u16 = 0xff02;
    let section = symbol.st_shndx(file.endian);
    let large = section == SHN_X86_64_LCOMMON && file.header.e_machine(file.endian) == elf::EM_X86_64;
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
