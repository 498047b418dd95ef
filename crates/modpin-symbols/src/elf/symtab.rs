//! What a finished file has and does not offer: its `.symtab`, which the loader never reads.
//!
//! A stripped file has none, and then nothing is known.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use memchr::memchr;

use crate::elf::image::{Image, offset};
use crate::error::{Result, damage};
use crate::name;
use modpin_budget::{Budget, grown};

/// A definition that the loader does not see.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unseen {
    /// Only its own source or its own file can use it: it is `static`, or hidden.
    pub local: bool,
    /// The source file, as the compiler noted it (`crc.c`); empty where that is not known.
    pub source: String,
}

const SHT_SYMTAB: u32 = 2;

/// The definitions of these names in the file's full symbol table.
///
/// # Errors
/// As [`read_loadable`](crate::read_loadable).
pub fn unseen(bytes: &[u8], names: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<Unseen>>> {
    let mut found: BTreeMap<String, Vec<Unseen>> = BTreeMap::new();
    let mut known: HashSet<(&str, Unseen)> = HashSet::new();
    let mut budget = Budget::of(bytes.len());
    let longest = names.iter().map(|name| name.len()).max().unwrap_or(0);
    each(bytes, |symbol, local, source| {
        // No text is shorter than its bytes.
        let symbol = if symbol.len() > longest { None } else { names.get(&*name::decode(symbol)) };
        let Some(&symbol) = symbol else { return Ok(()) };
        let source = if local { name::decode(source).into_owned() } else { String::new() };
        let unseen = Unseen { local, source };
        let size = 2 * unseen.source.len() + grown::<(&str, Unseen)>() + grown::<Unseen>();
        budget.take(size).ok_or_else(|| damage("its symbols come from more sources than there are"))?;
        if known.insert((symbol, unseen.clone())) {
            found.entry(symbol.to_owned()).or_default().push(unseen);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Whether a finished file lacks the full symbol table: what it does not export cannot be seen.
pub fn is_stripped(bytes: &[u8]) -> bool {
    let sections = Image::open(bytes).and_then(|image| image.sections());
    sections.is_ok_and(|sections| sections.iter().all(|section| section.kind != SHT_SYMTAB))
}

/// Calls `hear` with name, locality and source file of every definition.
fn each(bytes: &[u8], mut hear: impl FnMut(&[u8], bool, &[u8]) -> Result<()>) -> Result<()> {
    let image = Image::open(bytes)?;
    let sections = image.sections()?;
    let Some(table) = sections.iter().find(|section| section.kind == SHT_SYMTAB) else { return Ok(()) };
    let strings = usize::try_from(table.link).ok().and_then(|link| sections.get(link));
    let strings = strings.ok_or_else(|| damage("its symbol table has no strings"))?;
    let strings = image.slice(strings.offset..offset(strings.offset, strings.size)?)?;
    image.slice(table.offset..offset(table.offset, table.size)?)?;
    let size = if image.wide { 24 } else { 16 };
    let mut source = &b""[..];
    let mut budget = Budget::of(bytes.len());
    for index in 1..table.size / size {
        let at = table.offset + index * size;
        let (info, section) = if image.wide { (at + 4, at + 6) } else { (at + 12, at + 14) };
        let info = image.byte(info)?;
        let (local, kind, section) = (info >> 4 == 0, info & 15, image.half(section)?);
        let text = text(strings, image.int(at)?);
        let taken = budget.take(text.len());
        taken.ok_or_else(|| damage("its names add up to more than the file"))?;
        match kind {
            4 => source = text,
            3 => {}
            _ if section != 0 && !text.is_empty() => hear(text, local, source)?,
            _ => {}
        }
    }
    Ok(())
}

fn text(strings: &[u8], at: u32) -> &[u8] {
    let rest = usize::try_from(at).ok().and_then(|at| strings.get(at..)).unwrap_or_default();
    &rest[..memchr(0, rest).unwrap_or(rest.len())]
}
