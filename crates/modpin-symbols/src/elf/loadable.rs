//! Reads a finished file as the dynamic loader does: what it asks for, what it offers, and which other files it needs.
//!
//! Everything is found through the program headers and the dynamic section, so a file without section headers is no
//! exception. Only names that a relocation mentions are asked for: the loader looks up no other.
//! [`read_object`](crate::read_object) reads the same file as a linker does.

use crate::elf::dynamic::{DynamicSection, interpreter};
use crate::elf::image::{Image, Segment, offset};
use crate::elf::loadable_symbols::Symbols;
use crate::error::{Result, damage};
use crate::facts::loadable::{ElfHeader, HeaderFault, LinkedAs, Loadable, Tls};
use crate::name;

const ET_EXEC: u16 = 2;
const ET_DYN: u16 = 3;
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;
const PT_TLS: u32 = 7;
const DT_SONAME: u64 = 14;
const DT_RPATH: u64 = 15;
const DT_BIND_NOW: u64 = 24;
const DT_RUNPATH: u64 = 29;
const DT_FLAGS: u64 = 30;
const DT_RELR: u64 = 36;
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
    loadable.linked_as = if image.kind == ET_EXEC { LinkedAs::Fixed } else { LinkedAs::Library };
    loadable.header = header(&image)?;
    loadable.tls = tls(&image)?;
    loadable.unmapped = !image.segments.iter().any(|segment| segment.kind == PT_LOAD);
    // What is left of a file when only its debug information is kept has the header of this segment and not its content.
    let dynamic = image.segments.iter().find(|segment| segment.kind == PT_DYNAMIC);
    let Some(segment) = dynamic.filter(|segment| segment.size > 0) else {
        loadable.mute = true;
        loadable.debug_only = is_debug_only(&image);
        return Ok(loadable);
    };
    let section = DynamicSection::read(&image, segment.offset, segment.size)?;
    let mut symbols = Symbols::new(&image, &section)?;
    read_flags(&section, &mut loadable);
    loadable.needed = symbols.needed()?;
    let filtees = section.filtees.iter().map(|&(at, must)| Ok((symbols.path(at)?, must)));
    loadable.filtees = filtees.collect::<Result<_>>()?;
    loadable.relr = section.get(DT_RELR).is_some();
    let mut path = |tag| section.get(tag).map(|at| symbols.path(at)).transpose();
    loadable.soname = path(DT_SONAME)?;
    loadable.rpath = path(DT_RPATH)?;
    loadable.runpath = path(DT_RUNPATH)?;
    symbols.fill(&mut loadable)?;
    Ok(loadable)
}

/// Of what is loaded such a file has the headers, and none of the content.
pub(crate) fn is_debug_only(image: &Image<'_>) -> bool {
    let named = |segment: &&Segment| matches!(segment.kind, PT_DYNAMIC | PT_INTERP);
    let mut named = image.segments.iter().filter(named).peekable();
    named.peek().is_some() && named.all(|segment| segment.size == 0)
}

fn header(image: &Image<'_>) -> Result<ElfHeader> {
    let (ident_version, version) = (image.byte(6)?, image.int(20)?);
    let segment_size = image.half(if image.wide { 54 } else { 42 })?;
    let padded = image.slice(9..16)?.iter().any(|&byte| byte != 0);
    let fault = match (ident_version, padded, version, segment_size) {
        (0 | 2.., ..) => Some(HeaderFault::IdentVersion),
        (_, true, ..) => Some(HeaderFault::Padding),
        (_, _, 0 | 2.., _) => Some(HeaderFault::Version),
        (.., size) if size != if image.wide { 56 } else { 32 } => Some(HeaderFault::SegmentSize),
        _ => None,
    };
    let (os_abi, abi_version) = (image.byte(7)?, image.byte(8)?);
    Ok(ElfHeader { wide: image.wide, big_endian: !image.little, os_abi, abi_version, fault })
}

fn tls(image: &Image<'_>) -> Result<Option<Tls>> {
    let segment = image.segments.iter().find(|segment| segment.kind == PT_TLS);
    let Some(segment) = segment.filter(|segment| segment.size_in_memory > 0) else { return Ok(None) };
    let align = segment.align.max(1);
    if !align.is_power_of_two() {
        return Err(damage("the alignment of its threads' variables is no power of two"));
    }
    let first = segment.address & (align - 1);
    Ok(Some(Tls { size: segment.size_in_memory, align, first }))
}

fn interp(image: &Image<'_>) -> Result<Option<String>> {
    let Some(segment) = image.segments.iter().find(|segment| segment.kind == PT_INTERP) else {
        return Ok(None);
    };
    let end = offset(segment.offset, segment.size)?;
    let text = image.slice(segment.offset..end)?;
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    Ok(Some(name::decode_path(interpreter(text)?).into_owned()))
}

fn read_flags(section: &DynamicSection, loadable: &mut Loadable) {
    let flags = section.get(DT_FLAGS_1).unwrap_or(0);
    if flags & DF_1_PIE != 0 && loadable.linked_as == LinkedAs::Library {
        loadable.linked_as = LinkedAs::Pie;
    }
    loadable.no_dlopen = flags & DF_1_NOOPEN != 0;
    loadable.no_default_dirs = flags & DF_1_NODEFLIB != 0;
    loadable.bind_now = flags & DF_1_NOW != 0
        || section.get(DT_FLAGS).unwrap_or(0) & DF_BIND_NOW != 0
        || section.get(DT_BIND_NOW).is_some();
}
