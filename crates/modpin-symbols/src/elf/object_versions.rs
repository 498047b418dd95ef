//! Which version each symbol of a finished file has, as a linker reads it: `.gnu.version` and the tables that it points to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use object::read::SymbolIndex;
use object::read::elf::{FileHeader, SymbolTable};
use object::{Endianness, elf};

use crate::elf::sections::Elf;
use crate::elf::strings::Strings;
use crate::error::Result;
use crate::name::{self, Versioned};

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

/// The versions of these symbols; `strings` are theirs.
pub(crate) fn versions<'a, H: FileHeader<Endian = Endianness>>(
    file: &Elf<'a, H>,
    symbols: &SymbolTable<'a, H>,
    strings: &mut Strings<'a>,
) -> Result<Versions<'a>> {
    let mut versions = Versions::default();
    let Some((indices, link)) = file.sections.gnu_versym(file.endian, file.bytes)? else {
        return Ok(versions);
    };
    if link != symbols.section() {
        return Ok(versions);
    }
    versions.indices = indices.iter().map(|index| index.0.get(file.endian)).collect();
    defined_versions(file, &mut versions, strings)?;
    needed_versions(file, &mut versions, strings)?;
    strings.charge(versions.length())?;
    Ok(versions)
}

fn defined_versions<'a, H: FileHeader<Endian = Endianness>>(
    file: &Elf<'a, H>,
    versions: &mut Versions<'a>,
    strings: &mut Strings<'a>,
) -> Result<()> {
    let Some((mut records, _)) = file.sections.gnu_verdef(file.endian, file.bytes)? else {
        return Ok(());
    };
    while let Some((record, mut names)) = records.next()? {
        strings.charge(1)?;
        let is_file = record.vd_flags.get(file.endian) & elf::VER_FLG_BASE != 0;
        if let (false, Some(name)) = (is_file, names.next()?) {
            let text = name::decode(strings.get(name.vda_name.get(file.endian), "version name")?);
            versions.names.insert(record.vd_ndx.get(file.endian) & elf::VERSYM_VERSION, text);
        }
    }
    Ok(())
}

fn needed_versions<'a, H: FileHeader<Endian = Endianness>>(
    file: &Elf<'a, H>,
    versions: &mut Versions<'a>,
    strings: &mut Strings<'a>,
) -> Result<()> {
    let Some((mut files, _)) = file.sections.gnu_verneed(file.endian, file.bytes)? else {
        return Ok(());
    };
    while let Some((_, mut names)) = files.next()? {
        strings.charge(1)?;
        while let Some(name) = names.next()? {
            let text = name::decode(strings.get(name.vna_name.get(file.endian), "version name")?);
            versions.names.insert(name.vna_other.get(file.endian) & elf::VERSYM_VERSION, text);
        }
    }
    Ok(())
}
