//! The symbols of a finished file by way of its dynamic section: the hash table says what can be found, the relocations
//! say what is asked for, the version tables say under which versions.
//!
//! All that is taken from these tables is charged, so that a hostile one
//! ends in an error and not in gigabytes.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memchr;

use crate::elf::dynamic::DynamicSection;
use crate::elf::dynamic_symbol::DynamicSymbol;
use crate::elf::hash_table::HashTable;
use crate::elf::image::{Image, offset};
use crate::elf::relocation::{Special, special};
use crate::error::{Result, damage};
use crate::facts::loadable::{Ask, Loadable, NeededVersion, Offer, Version};
use crate::facts::name_filter::NameFilter;
use crate::name;
use modpin_budget::{Budget, grown};

const DT_PLTRELSZ: u64 = 2;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_RELA: u64 = 7;
const DT_RELASZ: u64 = 8;
const DT_STRSZ: u64 = 10;
const DT_REL: u64 = 17;
const DT_RELSZ: u64 = 18;
const DT_PLTREL: u64 = 20;
const DT_JMPREL: u64 = 23;
const DT_VERSYM: u64 = 0x6fff_fff0;
const DT_VERDEF: u64 = 0x6fff_fffc;
const DT_VERNEED: u64 = 0x6fff_fffe;
const VERSION_INDEX: u16 = 0x7fff;
const VERSION_HIDDEN: u16 = 0x8000;
const EM_MIPS: u16 = 8;

/// The tables of one file.
pub(crate) struct Symbols<'a> {
    image: &'a Image<'a>,
    section: &'a DynamicSection,
    strings: &'a [u8],
    /// For what is read of them.
    budget: Budget,
    /// The symbol table and the one of their versions, to the end of what is mapped there.
    table: Option<Range<u64>>,
    version_numbers: Option<Range<u64>>,
    /// The name of each version, with the file that is to define it if it is another.
    versions: BTreeMap<u16, (String, Option<String>)>,
}

/// A table of relocations.
struct Relocations {
    address: u64,
    size: u64,
    with_addend: bool,
    /// They are for calls, and can wait.
    lazy: bool,
}

/// How relocations mention a symbol.
#[derive(Clone, Copy)]
struct Mention {
    /// Only calls do.
    lazy: bool,
    /// One asks for its distance from the thread's pointer.
    at_fixed_distance: bool,
}

impl<'a> Symbols<'a> {
    pub fn new(image: &'a Image<'a>, section: &'a DynamicSection) -> Result<Symbols<'a>> {
        let strings = match section.get(DT_STRTAB) {
            None => &[],
            Some(address) => {
                let mut range = image.mapped(address)?;
                if let Some(size) = section.get(DT_STRSZ) {
                    range.end = range.end.min(offset(range.start, size)?);
                }
                image.slice(range)?
            }
        };
        // Asked once: there may be thousands of segments, and there are thousands of symbols.
        let mapped = |tag| section.get(tag).map(|address| image.mapped(address)).transpose();
        Ok(Symbols {
            image,
            section,
            strings,
            budget: Budget::of(image.bytes.len()),
            table: mapped(DT_SYMTAB)?,
            version_numbers: mapped(DT_VERSYM)?,
            versions: BTreeMap::new(),
        })
    }

    /// The names of the libraries that it needs.
    pub fn needed(&mut self) -> Result<Vec<String>> {
        self.charge(self.section.needed.len().saturating_mul(grown::<u64>() + size_of::<String>()))?;
        self.section.needed.iter().map(|&at| self.path(at)).collect()
    }

    /// The name of a symbol or of a version.
    pub fn text(&mut self, at: u64) -> Result<String> {
        let name = self.bytes(at)?;
        self.decoded(name)
    }

    /// The name of a file, or a path.
    pub fn path(&mut self, at: u64) -> Result<String> {
        let name = self.bytes(at)?;
        self.charge(name::decoded_length(name) - name.len())?;
        Ok(name::decode_path(name).into_owned())
    }

    /// The same as it stands there.
    fn bytes(&mut self, at: u64) -> Result<&'a [u8]> {
        let outside = || damage("a name outside of the string table");
        let start = usize::try_from(at).map_err(|_| outside())?;
        let rest = self.strings.get(start..).ok_or_else(outside)?;
        let end = memchr(0, rest).ok_or_else(outside)?;
        self.charge(end + 1)?;
        Ok(&rest[..end])
    }

    fn decoded(&mut self, name: &[u8]) -> Result<String> {
        if let Some(text) = name::text(name) {
            return Ok(text.to_owned());
        }
        self.charge(name::decoded_length(name) - name.len())?;
        Ok(name::decode(name).into_owned())
    }

    fn charge(&mut self, bytes: usize) -> Result<()> {
        let taken = self.budget.take(bytes);
        taken.ok_or_else(|| damage("its symbols and their names add up to more than the file"))
    }

    /// Reads everything that a loader looks up.
    pub fn fill(&mut self, loadable: &mut Loadable) -> Result<()> {
        self.defined_versions(loadable)?;
        self.needed_versions(loadable)?;
        let mut table = HashTable::read(self.image, self.section, &mut self.budget)?;
        let findable = table.symbols();
        let end = findable.end;
        self.charge(findable.len().saturating_mul(size_of::<Offer>()))?;
        loadable.offers.reserve_exact(findable.len());
        for index in findable {
            let symbol = self.symbol(index)?;
            if !symbol.is_offered() {
                continue;
            }
            let name = self.bytes(symbol.name.into())?;
            if table.leads(self.image, name, index)? {
                let (name, version) = (self.decoded(name)?, self.offered_version(index)?);
                let (binding, kind) = (symbol.binding(), symbol.kind());
                loadable.offers.push(Offer { name, version, binding, kind });
            }
        }
        let mentioned = self.mentioned(end, loadable)?;
        self.charge(mentioned.len().saturating_mul(size_of::<Ask>()))?;
        loadable.asks.reserve_exact(mentioned.len());
        for (index, Mention { lazy, at_fixed_distance }) in mentioned {
            let symbol = self.symbol(index)?;
            if symbol.is_looked_up() {
                let name = self.text(u64::from(symbol.name))?;
                let (version, version_of) = self.asked_version(index)?.unzip();
                let (weak, own) = (symbol.binding == 2, symbol.section != 0);
                loadable.asks.push(Ask {
                    name,
                    version,
                    version_of: version_of.flatten(),
                    weak,
                    lazy,
                    own,
                    at_fixed_distance,
                });
            }
        }
        loadable.offers.sort_unstable();
        loadable.offers.dedup();
        loadable.name_filter = NameFilter::of(loadable.offers.iter().map(|offer| offer.name.as_str()));
        loadable.asks.sort_unstable();
        loadable.asks.dedup();
        Ok(())
    }

    fn symbol(&self, index: u32) -> Result<DynamicSymbol> {
        let table = self.table.as_ref().ok_or_else(|| damage("it has no symbol table"))?;
        let size = DynamicSymbol::size(self.image);
        DynamicSymbol::read(self.image, within(table, u64::from(index) * size)?)
    }

    /// The symbols that relocations mention, and what those without a symbol say of the file. The last that can be found
    /// is the one before `findable`.
    fn mentioned(&self, findable: u32, loadable: &mut Loadable) -> Result<BTreeMap<u32, Mention>> {
        let mut mentioned = BTreeMap::new();
        let get = |tag| self.section.get(tag);
        let calls = get(DT_JMPREL).zip(get(DT_PLTRELSZ));
        let with_addend = get(DT_PLTREL) == Some(DT_RELA);
        if let Some((address, size)) = calls {
            let calls = Relocations { address, size, with_addend, lazy: true };
            self.relocations(&mut mentioned, loadable, &calls)?;
        }
        for (table, size, with_addend) in
            [(get(DT_RELA), get(DT_RELASZ), true), (get(DT_REL), get(DT_RELSZ), false)]
        {
            let Some((address, mut size)) = table.zip(size) else { continue };
            // Some linkers count the calls in.
            if let Some((call, count)) = calls {
                let end = address.checked_add(size);
                if end.is_some() && end == call.checked_add(count) && call >= address {
                    size = call - address;
                }
            }
            let others = Relocations { address, size, with_addend, lazy: false };
            self.relocations(&mut mentioned, loadable, &others)?;
        }
        if self.image.machine == EM_MIPS {
            // There the loader binds what the global offset table lists, relocations or not.
            let mention = Mention { lazy: false, at_fixed_distance: false };
            mentioned.extend((1..findable).map(|index| (index, mention)));
        }
        Ok(mentioned)
    }

    fn relocations(
        &self,
        mentioned: &mut BTreeMap<u32, Mention>,
        loadable: &mut Loadable,
        &Relocations { address, size, with_addend, lazy }: &Relocations,
    ) -> Result<()> {
        if size == 0 {
            return Ok(());
        }
        let image = self.image;
        let range = image.mapped(address)?;
        if size > range.end - range.start {
            return Err(damage("its relocations are cut off"));
        }
        let word: u64 = if image.wide { 8 } else { 4 };
        let entry = if with_addend { 3 * word } else { 2 * word };
        for index in 0..size / entry {
            let info = image.word(range.start + index * entry + word)?;
            let (symbol, kind) = match image.wide {
                true => ((info >> 32) as u32, info & 0xffff_ffff),
                false => ((info >> 8) as u32, info & 0xff),
            };
            let special = special(image.machine, kind);
            let at_fixed_distance = special == Some(Special::FixedDistance);
            loadable.chooses |= special == Some(Special::Chosen);
            loadable.own_at_fixed_distance |= at_fixed_distance && symbol == 0;
            // 0 is "nothing to do" on every processor.
            if symbol != 0 && kind != 0 {
                let mention = mentioned.entry(symbol).or_insert(Mention { lazy, at_fixed_distance });
                mention.lazy &= lazy;
                mention.at_fixed_distance |= at_fixed_distance;
            }
        }
        Ok(())
    }

    fn version_number(&self, index: u32) -> Result<Option<u16>> {
        let Some(table) = &self.version_numbers else { return Ok(None) };
        self.image.half(within(table, u64::from(index) * 2)?).map(Some)
    }

    fn offered_version(&mut self, index: u32) -> Result<Version> {
        let Some(number) = self.version_number(index)? else { return Ok(Version::Unknown) };
        let (hidden, number) = (number & VERSION_HIDDEN != 0, number & VERSION_INDEX);
        let Some((name, _)) = self.version(number)? else { return Ok(Version::None { hidden }) };
        // 0 and 1 are no versions: 2 is the first.
        Ok(Version::Named { name, hidden, oldest: number < 3 })
    }

    fn asked_version(&mut self, index: u32) -> Result<Option<(String, Option<String>)>> {
        let number = self.version_number(index)?;
        number.map_or(Ok(None), |number| self.version(number & VERSION_INDEX))
    }

    fn version(&mut self, number: u16) -> Result<Option<(String, Option<String>)>> {
        let Some((name, of)) = self.versions.get(&number) else { return Ok(None) };
        let length = name.len() + of.as_ref().map_or(0, String::len);
        let taken = self.budget.take(length);
        taken.ok_or_else(|| damage("the versions of its symbols add up to more than the file"))?;
        Ok(Some((name.clone(), of.clone())))
    }

    fn defined_versions(&mut self, loadable: &mut Loadable) -> Result<()> {
        let Some(address) = self.section.get(DT_VERDEF) else { return Ok(()) };
        let mut versions = Vec::new();
        let mut at = self.image.mapped(address)?.start;
        loop {
            let (flags, number) = (self.image.half(at + 2)?, self.image.half(at + 4)?);
            let (names, next) = (self.image.int(at + 12)?, self.image.int(at + 16)?);
            let name = self.image.int(offset(at, names.into())?)?;
            let name = self.text(name.into())?;
            self.charge(name.len() + grown::<String>())?;
            versions.push(name.clone());
            // The file's own name is no version of a symbol.
            if flags & 1 == 0 {
                self.versions.insert(number & VERSION_INDEX, (name, None));
            }
            if next == 0 {
                break;
            }
            at = offset(at, next.into())?;
        }
        loadable.versions = Some(versions);
        Ok(())
    }

    fn needed_versions(&mut self, loadable: &mut Loadable) -> Result<()> {
        let Some(address) = self.section.get(DT_VERNEED) else { return Ok(()) };
        let mut at = self.image.mapped(address)?.start;
        loop {
            let (file, names) = (self.image.int(at + 4)?, self.image.int(at + 8)?);
            let next = self.image.int(at + 12)?;
            let file = self.path(file.into())?;
            self.needed_of_file(loadable, &file, offset(at, names.into())?)?;
            if next == 0 {
                return Ok(());
            }
            at = offset(at, next.into())?;
        }
    }

    fn needed_of_file(&mut self, loadable: &mut Loadable, file: &str, mut at: u64) -> Result<()> {
        loop {
            self.charge(2 * file.len() + grown::<NeededVersion>())?;
            let (flags, number) = (self.image.half(at + 4)?, self.image.half(at + 6)?);
            let (name, next) = (self.image.int(at + 8)?, self.image.int(at + 12)?);
            let version = self.text(name.into())?;
            self.charge(version.len())?;
            let of = Some(file.to_owned());
            self.versions.insert(number & VERSION_INDEX, (version.clone(), of));
            let weak = flags & 2 != 0;
            loadable.needed_versions.push(NeededVersion { file: file.to_owned(), version, weak });
            if next == 0 {
                return Ok(());
            }
            at = offset(at, next.into())?;
        }
    }
}

/// A position in a table, if it is within.
fn within(table: &Range<u64>, by: u64) -> Result<u64> {
    let at = offset(table.start, by)?;
    if at < table.end { Ok(at) } else { Err(damage("a symbol lies outside of its table")) }
}
