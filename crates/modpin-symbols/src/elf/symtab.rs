//! What a finished file has and does not offer: its `.symtab`, which the loader never reads.
//!
//! A stripped file has none, and then nothing is known.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
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
    /// Hidden by its declaration (`st_other` in the gABI, "Symbol Table").
    pub hidden: bool,
    /// The source file, as the compiler noted it (`crc.c`); empty where that is not known.
    pub source: String,
}

impl Unseen {
    /// `static` in its source. GNU ld puts what a link made local behind a file without a name, and gold behind `crtstuff.c`;
    /// lld and mold leave it with its source, as if it were static.
    pub fn is_static(&self) -> bool {
        self.local && !self.hidden && !self.source.is_empty()
    }
}

/// The last file of every link by gcc and clang.
const END: &[u8] = b"crtstuff.c";

const SHT_SYMTAB: u32 = 2;

/// The definitions of these names in the file's full symbol table.
///
/// # Errors
/// As [`read_loadable`](crate::read_loadable).
pub fn unseen(bytes: &[u8], names: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<Unseen>>> {
    let mut found =
        Found { all: BTreeMap::new(), known: HashSet::new(), budget: Budget::of(bytes.len()) };
    let longest = names.iter().map(|name| name.len()).max().unwrap_or(0);
    each(bytes, |definition| {
        // No text is shorter than its bytes.
        let symbol = definition.name;
        let symbol = if symbol.len() > longest { None } else { names.get(&*name::decode(symbol)) };
        symbol.map_or(Ok(()), |&symbol| found.add(symbol, definition.binds, definition.source))
    })?;
    Ok(found.all)
}

/// All definitions of a file's full symbol table, to be asked for names again and again.
#[derive(Debug, Default)]
pub struct FullTable {
    /// In the order of the digests of their names.
    entries: Vec<Entry>,
    strings: Vec<u8>,
}

#[derive(Debug)]
struct Entry {
    digest: u64,
    /// Where name and source stand.
    name: u32,
    source: u32,
    binds: SeenBy,
}

/// Who can use a definition.
#[derive(Debug, Clone, Copy)]
struct SeenBy {
    local: bool,
    hidden: bool,
}

impl FullTable {
    /// Reads a finished file. One without the table has no definitions.
    ///
    /// # Errors
    /// As [`read_loadable`](crate::read_loadable).
    pub fn read(bytes: &[u8]) -> Result<FullTable> {
        let mut table = FullTable::default();
        let mut budget = Budget::of(bytes.len());
        each(bytes, |definition| {
            let Heard { name, strings, at: (name_at, source), binds, .. } = definition;
            if table.strings.is_empty() {
                take(&mut budget, strings.len())?;
                table.strings = strings.to_vec();
            }
            take(&mut budget, grown::<Entry>())?;
            let digest = digest(&name::decode(name));
            table.entries.push(Entry { digest, name: name_at, source, binds });
            Ok(())
        })?;
        table.entries.shrink_to_fit();
        table.entries.sort_by_key(|entry| entry.digest);
        Ok(table)
    }

    /// The definitions of these names.
    ///
    /// # Errors
    /// Where they come from more sources than there are.
    pub fn unseen(&self, names: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<Unseen>>> {
        let budget = Budget::of(self.strings.len());
        let mut found = Found { all: BTreeMap::new(), known: HashSet::new(), budget };
        for &symbol in names {
            let digest = digest(symbol);
            let start = self.entries.partition_point(|entry| entry.digest < digest);
            let alike = self.entries[start..].iter().take_while(|entry| entry.digest == digest);
            for entry in alike.filter(|entry| name::decode(text(&self.strings, entry.name)) == symbol) {
                found.add(symbol, entry.binds, text(&self.strings, entry.source))?;
            }
        }
        Ok(found.all)
    }
}

fn digest(name: &str) -> u64 {
    FixedState::with_seed(0).hash_one(name)
}

/// What was found of some names.
struct Found<'a> {
    all: BTreeMap<String, Vec<Unseen>>,
    known: HashSet<(&'a str, Unseen)>,
    budget: Budget,
}

impl<'a> Found<'a> {
    fn add(&mut self, symbol: &'a str, binds: SeenBy, source: &[u8]) -> Result<()> {
        let SeenBy { local, hidden } = binds;
        let is_known = local && source != END;
        let source = if is_known { name::decode(source).into_owned() } else { String::new() };
        let unseen = Unseen { local, hidden, source };
        let size = 2 * unseen.source.len() + grown::<(&str, Unseen)>() + grown::<Unseen>();
        take(&mut self.budget, size)?;
        if self.known.insert((symbol, unseen.clone())) {
            self.all.entry(symbol.to_owned()).or_default().push(unseen);
        }
        Ok(())
    }
}

fn take(budget: &mut Budget, bytes: usize) -> Result<()> {
    budget.take(bytes).ok_or_else(|| damage("its symbols come from more sources than there are"))
}

/// Whether a finished file lacks the full symbol table: what it does not export cannot be seen.
pub fn is_stripped(bytes: &[u8]) -> bool {
    let sections = Image::open(bytes).and_then(|image| image.sections());
    sections.is_ok_and(|sections| sections.iter().all(|section| section.kind != SHT_SYMTAB))
}

/// A definition as it stands in the table.
struct Heard<'a> {
    name: &'a [u8],
    binds: SeenBy,
    /// The source file that was named last before it.
    source: &'a [u8],
    /// Where name and source stand in the strings.
    at: (u32, u32),
    strings: &'a [u8],
}

/// Calls `hear` with every definition.
fn each(bytes: &[u8], mut hear: impl FnMut(Heard<'_>) -> Result<()>) -> Result<()> {
    let image = Image::open(bytes)?;
    let sections = image.sections()?;
    let Some(table) = sections.iter().find(|section| section.kind == SHT_SYMTAB) else { return Ok(()) };
    let strings = usize::try_from(table.link).ok().and_then(|link| sections.get(link));
    let strings = strings.ok_or_else(|| damage("its symbol table has no strings"))?;
    let strings = image.slice(strings.offset..offset(strings.offset, strings.size)?)?;
    image.slice(table.offset..offset(table.offset, table.size)?)?;
    let size = if image.wide { 24 } else { 16 };
    let (mut source, mut source_at) = (&b""[..], u32::MAX);
    let mut budget = Budget::of(bytes.len());
    for index in 1..table.size / size {
        let at = table.offset + index * size;
        let (info, section) = if image.wide { (at + 4, at + 6) } else { (at + 12, at + 14) };
        // STV_INTERNAL and STV_HIDDEN.
        let hidden = matches!(image.byte(info + 1)? & 3, 1 | 2);
        let info = image.byte(info)?;
        let (local, kind, section) = (info >> 4 == 0, info & 15, image.half(section)?);
        let name_at = image.int(at)?;
        let text = text(strings, name_at);
        let taken = budget.take(text.len());
        taken.ok_or_else(|| damage("its names add up to more than the file"))?;
        match kind {
            4 => (source, source_at) = (text, name_at),
            3 => {}
            _ if section != 0 && !text.is_empty() => {
                let binds = SeenBy { local, hidden };
                hear(Heard { name: text, binds, source, at: (name_at, source_at), strings })?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn text(strings: &[u8], at: u32) -> &[u8] {
    let rest = usize::try_from(at).ok().and_then(|at| strings.get(at..)).unwrap_or_default();
    &rest[..memchr(0, rest).unwrap_or(rest.len())]
}
