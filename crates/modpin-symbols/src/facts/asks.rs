//! What the relocations of a finished file ask for: symbols by name, in few bytes each.

use crate::facts::string_table::{NameList, StringTable, SymbolName};

/// A symbol that a relocation mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask<'a> {
    /// Without version.
    pub name: SymbolName<'a>,
    /// The version asked for.
    pub version: Option<&'a str>,
    /// The file that was to define that version, when this one was linked.
    pub version_of: Option<&'a str>,
    /// The program can do without.
    pub weak: bool,
    /// Only calls mention it: it need not be there before the first call, unless all is bound at once.
    pub lazy: bool,
    /// The file defines it as well, and would take another file's.
    pub own: bool,
    /// A variable of each thread that it reaches at a fixed distance from the thread's pointer (the initial-exec model).
    pub at_fixed_distance: bool,
}

/// All of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asks {
    pub(crate) strings: StringTable,
    pub(crate) entries: Vec<AskEntry>,
    pub(crate) versions: Vec<AskedVersion>,
    /// Some are for variables at a fixed distance.
    pub(crate) fixed: bool,
}

/// A version, and the file that was to define it.
pub(crate) type AskedVersion = (String, Option<String>);

/// One of them: a place in the table of names, and one in the list of versions, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AskEntry {
    pub name: u32,
    pub version: u16,
    pub weak: bool,
    pub lazy: bool,
    pub own: bool,
    pub at_fixed_distance: bool,
}

impl Asks {
    /// In the order of the file's symbols.
    pub fn iter(&self) -> impl Iterator<Item = Ask<'_>> {
        self.entries.iter().map(|entry| self.ask(entry))
    }

    /// Each once, sorted by name.
    pub fn list(&self) -> Vec<Ask<'_>> {
        let mut all: Vec<Ask<'_>> = self.iter().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Those for variables of threads at a fixed distance, which nearly no file has.
    pub fn at_fixed_distance(&self) -> impl Iterator<Item = Ask<'_>> {
        let entries = if self.fixed { &self.entries[..] } else { &[] };
        entries.iter().filter(|entry| entry.at_fixed_distance).map(|entry| self.ask(entry))
    }

    #[inline]
    fn ask(&self, entry: &AskEntry) -> Ask<'_> {
        let version = usize::from(entry.version).checked_sub(1).and_then(|at| self.versions.get(at));
        let (version, version_of) =
            version.map(|(version, of)| (version.as_str(), of.as_deref())).unzip();
        let &AskEntry { weak, lazy, own, at_fixed_distance, .. } = entry;
        let name = self.strings.at(entry.name);
        Ask { name, version, version_of: version_of.flatten(), weak, lazy, own, at_fixed_distance }
    }
}

impl<'a> FromIterator<Ask<'a>> for Asks {
    fn from_iter<I: IntoIterator<Item = Ask<'a>>>(asks: I) -> Asks {
        let (mut names, mut all) = (NameList::default(), Asks::default());
        for Ask { name, version, version_of, weak, lazy, own, at_fixed_distance } in asks {
            all.versions
                .extend(version.map(|version| (version.to_owned(), version_of.map(str::to_owned))));
            let version = if version.is_some() { all.versions.len() as u16 } else { 0 };
            all.fixed |= at_fixed_distance;
            let name = names.add(name);
            all.entries.push(AskEntry { name, version, weak, lazy, own, at_fixed_distance });
        }
        all.strings = names.table();
        all
    }
}
