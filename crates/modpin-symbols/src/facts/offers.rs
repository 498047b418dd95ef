//! What a finished file offers to others: symbols that are found by name, as a loader finds them. A name is decoded when
//! somebody wants to see it, and nothing is sorted where the file brings a table that leads to its symbols.

use std::borrow::Cow;

use crate::facts::gnu_table::{GnuTable, gnu_hash};
use crate::facts::string_table::{NameList, StringTable, SymbolName};
use crate::facts::table::{Binding, Kind};

/// A symbol that others can find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offer<'a> {
    /// Without version.
    pub name: SymbolName<'a>,
    /// Its version.
    pub version: &'a Version,
    /// How strongly it is bound.
    pub binding: Binding,
    /// What it stands for.
    pub kind: Kind,
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

impl Version {
    /// Whether it is not the default one.
    #[inline]
    pub(crate) fn is_hidden(&self) -> bool {
        match self {
            Version::Unknown => false,
            Version::None { hidden } | Version::Named { hidden, .. } => *hidden,
        }
    }
}

/// All of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offers {
    pub(crate) strings: StringTable,
    pub(crate) entries: Vec<OfferEntry>,
    pub(crate) versions: Vec<Version>,
    pub(crate) by_name: ByName,
}

/// How one finds a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum ByName {
    /// The entries are sorted, and each is offered.
    #[default]
    Sorted,
    /// The table leads to them.
    Gnu(GnuTable),
}

/// A symbol in few bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfferEntry {
    /// Its place in the table of names, and that of its version.
    pub name: u32,
    pub version: u16,
    /// `None` for what stands in the table, and no loader takes.
    pub what: Option<(Binding, Kind)>,
}

/// A name with its digest: worked out once for many files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    name: SymbolName<'a>,
    digest: u32,
}

impl<'a> Wanted<'a> {
    pub fn new(name: SymbolName<'a>) -> Wanted<'a> {
        Wanted { name, digest: gnu_hash(name.bytes()) }
    }
}

impl Offer<'_> {
    /// Gives way to others by intention: weak, or one for the whole process.
    pub fn is_vague(&self) -> bool {
        self.binding != Binding::Global
    }
}

impl Offers {
    /// Whether one of the offers under a name is so.
    #[inline]
    pub(crate) fn any(&self, wanted: Wanted<'_>, is_so: impl Fn(&Offer<'_>) -> bool) -> bool {
        match &self.by_name {
            ByName::Gnu(table) => {
                let mut found =
                    table.places(wanted.digest).filter_map(|place| self.named(place, wanted.name));
                found.any(|offer| is_so(&offer))
            }
            ByName::Sorted => self.sorted(wanted.name).any(|offer| is_so(&offer)),
        }
    }

    /// Everything under a name as people read it, sorted: more than one only where versions differ.
    pub fn of(&self, name: &str) -> Vec<Offer<'_>> {
        // Such a name may stand in the file in other bytes.
        if name.contains('\\') {
            return self.list().into_iter().filter(|offer| offer.name.text() == name).collect();
        }
        let wanted = Wanted::new(name.into());
        let mut found: Vec<Offer<'_>> = match &self.by_name {
            ByName::Gnu(table) => {
                table.places(wanted.digest).filter_map(|place| self.named(place, wanted.name)).collect()
            }
            ByName::Sorted => self.sorted(wanted.name).collect(),
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    /// All of them, sorted by name.
    pub fn list(&self) -> Vec<Offer<'_>> {
        let offer = |place: usize| self.offer(self.entries.get(place)?);
        let mut all: Vec<Offer<'_>> = match &self.by_name {
            ByName::Sorted => (0..self.entries.len()).filter_map(offer).collect(),
            ByName::Gnu(table) => {
                let all = table.chains().filter_map(|(place, chain)| {
                    let offer = offer(place)?;
                    table.leads(gnu_hash(offer.name.bytes()), place, chain).then_some(offer)
                });
                all.collect()
            }
        };
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The names of all of them, as people read them.
    pub fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.list().into_iter().map(|offer| offer.name.text())
    }

    /// Whether the file knows no versions: what it offers is of any.
    pub(crate) fn know_no_versions(&self) -> bool {
        let first = self.entries.iter().find_map(|entry| self.offer(entry));
        first.is_some_and(|offer| *offer.version == Version::Unknown)
    }

    fn offer(&self, entry: &OfferEntry) -> Option<Offer<'_>> {
        let (binding, kind) = entry.what?;
        let (name, version) =
            (self.strings.at(entry.name), self.versions.get(usize::from(entry.version))?);
        Some(Offer { name, version, binding, kind })
    }

    /// The entry at a place, if this is its name.
    fn named<'a>(&'a self, place: usize, name: SymbolName<'_>) -> Option<Offer<'a>> {
        let entry = self.entries.get(place).filter(|entry| self.strings.has(entry.name, name))?;
        self.offer(entry)
    }

    fn sorted<'a, 'n>(&'a self, name: SymbolName<'n>) -> impl Iterator<Item = Offer<'a>> + use<'a, 'n> {
        let start = self.entries.partition_point(|entry| self.strings.at(entry.name) < name);
        let rest = self.entries[start..].iter().filter_map(|entry| self.offer(entry));
        rest.take_while(move |offer| offer.name == name)
    }

    /// Sorts what is offered, for a file without a table that leads there.
    pub(crate) fn sort(&mut self) {
        self.entries.retain(|entry| entry.what.is_some());
        self.entries.sort_by_key(|entry| self.strings.at(entry.name));
        self.by_name = ByName::Sorted;
    }
}

impl<'a> FromIterator<Offer<'a>> for Offers {
    fn from_iter<I: IntoIterator<Item = Offer<'a>>>(offers: I) -> Offers {
        let (mut names, mut all) = (NameList::default(), Offers::default());
        for Offer { name, version, binding, kind } in offers {
            let known = all.versions.iter().position(|known| known == version);
            let at = known.unwrap_or_else(|| {
                all.versions.push(version.clone());
                all.versions.len() - 1
            });
            let what = Some((binding, kind));
            all.entries.push(OfferEntry { name: names.add(name), version: at as u16, what });
        }
        all.strings = names.table();
        all.sort();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(names: &[&'static str]) -> Offers {
        let (binding, kind) = (Binding::Global, Kind::Function);
        let offer = |name: &&'static str| Offer {
            name: (*name).into(),
            version: &Version::Unknown,
            binding,
            kind,
        };
        names.iter().map(offer).collect()
    }

    #[test]
    fn a_name_is_found_as_people_read_it() {
        let offers = offers(&["g", "f\u{1b}", "a\\b", "f", "g"]);
        let count = |name: &str| offers.of(name).len();
        assert_eq!(["f", "f\\x1B", "a\\b", "g", "h"].map(count), [1, 1, 1, 1, 0]);
        assert_eq!(offers.names().collect::<Vec<_>>(), ["a\\b", "f", "f\\x1B", "g"]);
    }
}
