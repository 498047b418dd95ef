//! A finished file as the dynamic loader sees it: what it asks for, what it offers, and which other files it wants.
//!
//! Everything is found through the program headers and the dynamic section, as the loader does it, so a file without
//! section headers is no exception. Only names that a relocation mentions are asked for: the loader looks up no other.
//! [`read_object`](crate::read_object) reads the same file as a linker does. Knows no search path and no other file.

use std::collections::BTreeMap;

use crate::elf::image::{Image, damage};
use crate::elf::loadable_symbols::Symbols;
use crate::elf::object::interpreter;
use crate::error::Result;
use crate::facts::name_filter::Glance;
use crate::name;

/// One shared library, module or executable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loadable {
    /// A program: it can be started and cannot be loaded into another.
    pub program: bool,
    /// Never loaded by `dlopen` (`-z nodlopen`).
    pub no_dlopen: bool,
    /// Its libraries are not looked for in the default directories (`-z nodefaultlib`).
    pub no_default_dirs: bool,
    /// Functions are bound when it is loaded, too (`-z now`).
    pub bind_now: bool,
    /// The processor, as in [`Object::machine`](crate::Object::machine).
    pub machine: String,
    /// The loader that it asks for (PT_INTERP).
    pub interp: Option<String>,
    /// DT_SONAME.
    pub soname: Option<String>,
    /// DT_NEEDED, in order.
    pub needed: Vec<String>,
    /// DT_RPATH.
    pub rpath: Option<String>,
    /// DT_RUNPATH.
    pub runpath: Option<String>,
    /// Libraries that are asked in its place (DT_FILTER, DT_AUXILIARY), and whether it needs them.
    pub filtees: Vec<(String, bool)>,
    /// Its relocations are packed in the new way (DT_RELR).
    pub relr: bool,
    /// What it offers to others, by name.
    pub offers: Vec<Offer>,
    /// The names of `offers`, at a glance.
    pub glance: Glance,
    /// What its relocations ask for, by name.
    pub asks: Vec<Ask>,
    /// The versions that it defines; `None` for a file that knows no versions.
    pub versions: Option<Vec<String>>,
    /// The versions that it wants others to define.
    pub wanted_versions: Vec<WantedVersion>,
}

/// A symbol that others can find.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offer {
    /// Without version.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Gives way to others by intention: weak, or one for the whole process.
    pub vague: bool,
}

/// The version of an offered symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// The file knows no versions.
    Unknown,
    /// The file knows versions, and this symbol has none. `hidden` by a version script it may be all the same.
    None {
        /// The version table marks it as not the default.
        hidden: bool,
    },
    /// One of the file's versions.
    Named {
        /// As in `foo@NAME`.
        name: String,
        /// Not the default version.
        hidden: bool,
        /// The first version of the file: programs from before there were versions mean this one.
        oldest: bool,
    },
}

/// A symbol that a relocation mentions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// Without version.
    pub name: String,
    /// The version asked for.
    pub version: Option<String>,
    /// The file that was to define that version, when this one was linked.
    pub version_of: Option<String>,
    /// The program can do without.
    pub weak: bool,
    /// Only calls mention it: it need not be there before the first call, unless all is bound at once.
    pub lazy: bool,
    /// The file defines it as well, and would take another file's.
    pub own: bool,
}

/// A version that another file must define.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedVersion {
    /// The file, as in DT_NEEDED.
    pub file: String,
    /// The version.
    pub version: String,
    /// The file can do without.
    pub weak: bool,
}

const ET_EXEC: u16 = 2;
const ET_DYN: u16 = 3;
const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;
const DT_NEEDED: u64 = 1;
const DT_SONAME: u64 = 14;
const DT_RPATH: u64 = 15;
const DT_BIND_NOW: u64 = 24;
const DT_RUNPATH: u64 = 29;
const DT_FLAGS: u64 = 30;
const DT_RELR: u64 = 36;
const DT_AUXILIARY: u64 = 0x7fff_fffd;
const DT_FILTER: u64 = 0x7fff_ffff;
const DT_FLAGS_1: u64 = 0x6fff_fffb;
const DF_BIND_NOW: u64 = 8;
const DF_1_NOW: u64 = 1;
const DF_1_NOOPEN: u64 = 0x40;
const DF_1_NODEFLIB: u64 = 0x800;
const DF_1_PIE: u64 = 0x0800_0000;

/// Reads a finished file. A static executable has nothing to say to a loader: its lists are empty.
///
/// # Errors
/// [`Error::NotAnObject`](crate::Error::NotAnObject) for anything but an ELF file; for a relocatable object and a file
/// that contradicts itself, [`Error::DamagedObject`](crate::Error::DamagedObject).
pub fn read_loadable(bytes: &[u8]) -> Result<Loadable> {
    let image = Image::open(bytes)?;
    if !matches!(image.kind, ET_EXEC | ET_DYN) {
        return Err(damage("only a shared library or an executable can be loaded"));
    }
    let mut loadable =
        Loadable { machine: image.machine_name(), interp: interp(&image)?, ..Loadable::default() };
    loadable.program = image.kind == ET_EXEC;
    let Some(segment) = image.segments.iter().find(|segment| segment.kind == PT_DYNAMIC) else {
        return Ok(loadable);
    };
    let section = Dynamic::read(&image, segment.offset, segment.size)?;
    let mut symbols = Symbols::new(&image, &section)?;
    loadable.flags(&section);
    loadable.needed = symbols.needed()?;
    let filtees = section.filtees.iter().map(|&(at, must)| Ok((symbols.text(at)?, must)));
    loadable.filtees = filtees.collect::<Result<_>>()?;
    loadable.relr = section.get(DT_RELR).is_some();
    let mut text = |tag| section.get(tag).map(|at| symbols.text(at)).transpose();
    loadable.soname = text(DT_SONAME)?;
    loadable.rpath = text(DT_RPATH)?;
    loadable.runpath = text(DT_RUNPATH)?;
    symbols.fill(&mut loadable)?;
    Ok(loadable)
}

impl Loadable {
    /// Whether a name of DT_NEEDED means this file, once it is loaded.
    pub fn is_called(&self, name: &str) -> bool {
        self.soname.as_deref() == Some(name)
    }

    /// Everything that it offers under `name`: more than one only where versions differ.
    pub fn offers_of(&self, name: &str) -> &[Offer] {
        if !self.glance.may_have(name) {
            return &[];
        }
        let start = self.offers.partition_point(|offer| *offer.name < *name);
        let rest = &self.offers[start..];
        &rest[..rest.partition_point(|offer| *offer.name == *name)]
    }

    fn flags(&mut self, section: &Dynamic) {
        let flags = section.get(DT_FLAGS_1).unwrap_or(0);
        self.program |= flags & DF_1_PIE != 0;
        self.no_dlopen = flags & DF_1_NOOPEN != 0;
        self.no_default_dirs = flags & DF_1_NODEFLIB != 0;
        self.bind_now = flags & DF_1_NOW != 0
            || section.get(DT_FLAGS).unwrap_or(0) & DF_BIND_NOW != 0
            || section.get(DT_BIND_NOW).is_some();
    }
}

fn interp(image: &Image<'_>) -> Result<Option<String>> {
    let Some(segment) = image.segments.iter().find(|segment| segment.kind == PT_INTERP) else {
        return Ok(None);
    };
    let end = crate::elf::image::offset(segment.offset, segment.size)?;
    let text = image.slice(segment.offset..end)?;
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    Ok(Some(name::decode(interpreter(text)?).into_owned()))
}

/// The dynamic section: the last entry of each tag, as the loader keeps them, and all that name
/// files.
pub(crate) struct Dynamic {
    entries: BTreeMap<u64, u64>,
    pub needed: Vec<u64>,
    filtees: Vec<(u64, bool)>,
}

impl Dynamic {
    fn read(image: &Image<'_>, offset: u64, size: u64) -> Result<Dynamic> {
        let word = if image.wide { 8 } else { 4 };
        let mut section = Dynamic { entries: BTreeMap::new(), needed: Vec::new(), filtees: Vec::new() };
        for index in 0..size / (2 * word) {
            let at = crate::elf::image::offset(offset, index * 2 * word)?;
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
