//! The symbols of a finished file by way of its dynamic section: the hash table says what can be found, the relocations
//! say what is asked for, the version tables say under which versions.
//!
//! All that is taken from these tables is charged, so that a hostile one
//! ends in an error and not in gigabytes.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::{memchr, memrchr};

use crate::elf::dynamic::DynamicSection;
use crate::elf::dynamic_symbol::DynamicSymbol;
use crate::elf::hash_table::HashTable;
use crate::elf::image::{Image, offset};
use crate::elf::mentioned::{Mention, Mentioned};
use crate::error::{Error, Result, damage};
use crate::facts::asks::{Ask, AskEntry, Asks};
use crate::facts::gnu_table::gnu_hash;
use crate::facts::loadable::{Loadable, NeededVersion};
use crate::facts::offers::{ByName, Offer, OfferEntry, Offers, Version};
use crate::facts::string_table::StringTable;
use crate::name;
use modpin_budget::{Budget, grown};

const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_STRSZ: u64 = 10;
const DT_VERSYM: u64 = 0x6fff_fff0;
const DT_VERDEF: u64 = 0x6fff_fffc;
const DT_VERNEED: u64 = 0x6fff_fffe;
const VERSION_INDEX: u16 = 0x7fff;
const VERSION_HIDDEN: u16 = 0x8000;

const EM_MIPS: u16 = 8;

/// No linker makes longer chains by half, and looking through one takes as long as it is.
const LONGEST_CHAIN: usize = 256;

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
        // What has no end is no name.
        let strings = &strings[..memrchr(0, strings).map_or(0, |last| last + 1)];
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

    /// The name of a version.
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
        self.charge(self.strings.len())?;
        let strings = StringTable::new(self.strings);
        let table = HashTable::read(self.image, self.section, &mut self.budget)?;
        let end = table.symbols().end;
        loadable.offers = self.offers(table, strings.clone())?;
        let mut mentions = Mentioned::none(self.room());
        mentions.read(self.image, self.section, &mut self.budget, loadable)?;
        if self.image.machine == EM_MIPS {
            // There the loader binds what the global offset table lists, relocations or not.
            (1..end).try_for_each(|symbol| mentions.add(symbol, Mention::ALONE, &mut self.budget))?;
        }
        loadable.asks = self.asks(&mentions, strings)?;
        let (offers, asks) = (&loadable.offers.entries, &loadable.asks.entries);
        self.charge_names(
            offers.iter().map(|entry| entry.name).chain(asks.iter().map(|entry| entry.name)),
        )
    }

    fn offers(&mut self, mut table: HashTable, strings: StringTable) -> Result<Offers> {
        let findable = table.symbols();
        // Listed, each takes more than here.
        self.charge(findable.len().saturating_mul(size_of::<(OfferEntry, Offer<'_>)>()))?;
        let mut offers = Offers { strings, ..Offers::default() };
        offers.entries.reserve_exact(findable.len());
        let mut places = BTreeMap::new();
        for index in findable {
            let symbol = self.symbol(index)?;
            let mut entry = OfferEntry { name: symbol.name, version: 0, what: None };
            if symbol.is_offered() {
                self.must_be_a_name(symbol.name)?;
                entry.what = Some((symbol.binding(), symbol.kind()));
                entry.version = self.offered_version(index, &mut offers.versions, &mut places)?;
            }
            offers.entries.push(entry);
        }
        match table {
            HashTable::Gnu(table)
                if table.chains().all(|(place, chain)| place - chain < LONGEST_CHAIN) =>
            {
                offers.by_name = ByName::Gnu(table);
                return Ok(offers);
            }
            // What is hashed and sorted is charged before: names may lie over one another.
            HashTable::Gnu(table) => {
                for (place, chain) in table.chains() {
                    let entry = &mut offers.entries[place];
                    if entry.what.is_some()
                        && !table.leads(gnu_hash(self.bytes(entry.name.into())?), place, chain)
                    {
                        entry.what = None;
                    }
                }
            }
            HashTable::SystemV(ref mut table) => {
                for (entry, index) in offers.entries.iter_mut().zip(0..) {
                    if entry.what.is_some()
                        && !table.leads(self.image, self.bytes(entry.name.into())?, index)?
                    {
                        entry.what = None;
                    }
                }
            }
            HashTable::None => {}
        }
        offers.sort();
        Ok(offers)
    }

    fn asks(&mut self, mentions: &Mentioned, strings: StringTable) -> Result<Asks> {
        let count = mentions.all().count();
        self.charge(count.saturating_mul(size_of::<(AskEntry, Ask<'_>)>()))?;
        let mut asks = Asks { strings, ..Asks::default() };
        asks.entries.reserve_exact(count);
        let mut places = BTreeMap::new();
        for (index, mention) in mentions.all() {
            let symbol = self.symbol(index)?;
            if !symbol.is_looked_up() {
                continue;
            }
            self.must_be_a_name(symbol.name)?;
            let version = self.asked_version(index, &mut asks, &mut places)?;
            asks.fixed |= mention.at_fixed_distance();
            asks.entries.push(AskEntry {
                name: symbol.name,
                version,
                weak: symbol.binding == 2,
                lazy: mention.is_lazy(),
                own: symbol.section != 0,
                at_fixed_distance: mention.at_fixed_distance(),
            });
        }
        Ok(asks)
    }

    fn must_be_a_name(&self, place: u32) -> Result<()> {
        let lies_within = (place as usize) < self.strings.len();
        lies_within.then_some(()).ok_or_else(|| damage("a name outside of the string table"))
    }

    /// Charges the names as text, for whoever wants all of them.
    fn charge_names(&mut self, places: impl Iterator<Item = u32> + Clone) -> Result<()> {
        const LONG: usize = 1 << 11;
        let has_end = |part: &[u8]| part.len() < LONG / 2 || memchr(0, part).is_some();
        // Each byte becomes four at most. So it is with nearly all files, and no name was looked at.
        if self.budget.has(places.clone().count(), 4 * LONG)
            && self.strings.chunks(LONG / 2).all(has_end)
        {
            return Ok(());
        }
        places.into_iter().try_for_each(|place| {
            let name = self.bytes(place.into())?;
            self.charge(name::decoded_length(name).saturating_sub(name.len()))
        })
    }

    fn symbol(&self, index: u32) -> Result<DynamicSymbol> {
        let table = self.table.as_ref().ok_or_else(|| damage("it has no symbol table"))?;
        let size = DynamicSymbol::size(self.image);
        DynamicSymbol::read(self.image, within(table, u64::from(index) * size)?)
    }

    /// How many symbols the table has room for.
    fn room(&self) -> u32 {
        let bytes = self.table.as_ref().map_or(0, |table| table.end - table.start);
        u32::try_from(bytes.div_ceil(DynamicSymbol::size(self.image))).unwrap_or(u32::MAX)
    }

    fn version_number(&self, index: u32) -> Result<Option<u16>> {
        let Some(table) = &self.version_numbers else { return Ok(None) };
        self.image.half(within(table, u64::from(index) * 2)?).map(Some)
    }

    /// The place of a symbol's version in a list of those that there are.
    fn offered_version(
        &mut self,
        index: u32,
        versions: &mut Vec<Version>,
        places: &mut BTreeMap<Option<u16>, u16>,
    ) -> Result<u16> {
        let number = self.version_number(index)?;
        let named = number.and_then(|number| self.versions.get(&(number & VERSION_INDEX)));
        let length = named.map_or(0, |(name, _)| name.len());
        self.budget.take(length).ok_or_else(too_long)?;
        if let Some(&place) = places.get(&number) {
            return Ok(place);
        }
        let hidden = number.is_some_and(|number| number & VERSION_HIDDEN != 0);
        let version = match (number, named) {
            (None, _) => Version::Unknown,
            (Some(_), None) => Version::None { hidden },
            // 0 and 1 are no versions: 2 is the first.
            (Some(number), Some((name, _))) => {
                Version::Named { name: name.clone(), hidden, oldest: number & VERSION_INDEX < 3 }
            }
        };
        let place = versions.len() as u16;
        self.budget.take(grown::<Version>()).ok_or_else(too_long)?;
        versions.push(version);
        places.insert(number, place);
        Ok(place)
    }

    /// The place of the version that a symbol is asked for in, counted from 1; 0 for none.
    fn asked_version(
        &mut self,
        index: u32,
        asks: &mut Asks,
        places: &mut BTreeMap<u16, u16>,
    ) -> Result<u16> {
        let number = self.version_number(index)?.map(|number| number & VERSION_INDEX);
        let named = number.and_then(|number| Some((number, self.versions.get(&number)?)));
        let Some((number, (name, of))) = named else { return Ok(0) };
        let length = name.len() + of.as_ref().map_or(0, String::len);
        self.budget.take(length).ok_or_else(too_long)?;
        if let Some(&place) = places.get(&number) {
            return Ok(place);
        }
        asks.versions.push((name.clone(), of.clone()));
        let place = asks.versions.len() as u16;
        places.insert(number, place);
        Ok(place)
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

fn too_long() -> Error {
    damage("the versions of its symbols add up to more than the file")
}

/// A position in a table, if it is within.
fn within(table: &Range<u64>, by: u64) -> Result<u64> {
    let at = offset(table.start, by)?;
    if at < table.end { Ok(at) } else { Err(damage("a symbol lies outside of its table")) }
}
