//! Reads what a shared library is for those who link it.

use object::read::elf::{FileHeader, Sym, SymbolTable};
use object::{Endianness, elf};

use crate::elf::object::read_object;
use crate::elf::object_symbols::{is_visible, kind};
use crate::elf::object_versions::versions;
use crate::elf::sections::Elf;
use crate::error::Result;
use crate::facts::interface::{Interface, Offered};
use crate::facts::table::Kind;
use crate::name::{Versioned, bounds_section, linker_provides};

/// What a shared library offers to those who link it.
///
/// # Errors
/// As [`read_object`].
pub fn read_interface(bytes: &[u8]) -> Result<Interface> {
    let object = read_object(bytes)?;
    let soname = object.dynamic.and_then(|dynamic| Some(dynamic.soname?.into_owned()));
    let symbols = match bytes.get(4) == Some(&elf::ELFCLASS32) {
        true => offered(&Elf::<elf::FileHeader32<Endianness>>::open(bytes)?)?,
        false => offered(&Elf::<elf::FileHeader64<Endianness>>::open(bytes)?)?,
    };
    Ok(Interface { soname, symbols })
}

/// Marks of versions, and names that every file has of its own; some linkers show these.
fn is_linkers_own(named: &Versioned<'_>) -> bool {
    let name = &*named.name;
    named.version.as_deref() == Some(name)
        || ["_init", "_fini"].contains(&name)
        || (linker_provides(name) && !bounds_section(name))
}

fn offered<H: FileHeader<Endian = Endianness>>(file: &Elf<'_, H>) -> Result<Vec<Offered>> {
    let symbols: SymbolTable<'_, H> = file.symbols(elf::SHT_DYNSYM)?;
    let mut strings = file.strings(&symbols);
    let versions = versions(file, &symbols, &mut strings)?;
    let mut offered = Vec::new();
    let defined = |symbol: &H::Sym| is_visible(file, symbol) && !symbol.is_undefined(file.endian);
    for (index, symbol) in symbols.enumerate().filter(|(_, symbol)| defined(symbol)) {
        let name = strings.find(symbol.st_name(file.endian), "symbol name")?;
        let named = versions.of(index, strings.text(name));
        if is_linkers_own(&named) {
            continue;
        }
        let kind = kind(file, symbol);
        let is_code = matches!(kind, Kind::Function | Kind::Ifunc);
        offered.push(Offered {
            name: named.name.into_owned(),
            version: named.version.map(|version| version.into_owned()),
            default_version: named.default,
            weak: symbol.is_weak(),
            kind,
            size: if is_code { 0 } else { symbol.st_size(file.endian).into() },
        });
    }
    offered.sort();
    Ok(offered)
}
