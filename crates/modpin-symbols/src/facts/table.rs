//! What one object defines and what it needs: the two lists that a linker or loader looks at.
//!
//! Holds only what other files can see: no local, section or file symbols, no addresses, no sizes (so that a table stays
//! equal when a function's body changes).

use std::borrow::Cow;

/// How strongly a name is bound to its definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Binding {
    /// An ordinary global definition: a second one in the same link is an error.
    Global,
    /// Gives way to a global definition.
    Weak,
    /// `STB_GNU_UNIQUE`: global, and one for the whole process even across `RTLD_LOCAL`.
    Unique,
}

/// Who may see a symbol, from the widest to the narrowest. A linker takes the narrowest that any linked object states,
/// in a definition or in a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Visibility {
    /// Everybody.
    #[default]
    Default,
    /// Everybody, but nobody replaces it for its own file.
    Protected,
    /// Only the file that it is linked into.
    Hidden,
    /// As hidden, and never called from outside, not even through a pointer.
    Internal,
}

impl Visibility {
    /// Whether a finished executable or library can offer such a symbol to others.
    pub fn exportable(self) -> bool {
        self <= Visibility::Protected
    }

    /// The word for it in messages and C attributes: `hidden`.
    pub fn word(self) -> &'static str {
        match self {
            Visibility::Default => "default",
            Visibility::Protected => "protected",
            Visibility::Hidden => "hidden",
            Visibility::Internal => "internal",
        }
    }
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Code.
    Function,
    /// A variable.
    Data,
    /// A thread's own variable.
    Tls,
    /// A function chosen by a resolver when the program is loaded.
    Ifunc,
    /// A variable without initial value that several objects may state; the linker makes one of them.
    Common,
    /// Untyped: most often from an assembler file.
    Other,
}

/// A name that an object gives a meaning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Definition<'a> {
    /// Without version.
    pub name: Cow<'a, str>,
    /// The version it is published under, if any.
    pub version: Option<Cow<'a, str>>,
    /// Whether a need without version means this version (`foo@@V`).
    pub default_version: bool,
    /// How strongly it is bound.
    pub binding: Binding,
    /// Who may see it, as stated by this object alone.
    pub visibility: Visibility,
    /// What it stands for.
    pub kind: Kind,
    /// Whether it lies in a section group of which the linker keeps one copy: no clash with a second one.
    pub comdat: bool,
}

impl Definition<'_> {
    /// Whether a second definition like this one in the same link is an error.
    pub fn is_exclusive(&self) -> bool {
        self.binding != Binding::Weak && self.kind != Kind::Common && !self.comdat
    }

    /// Whether the *linker* takes this definition for such a need, names being equal: a need without version means the
    /// default version.
    pub fn answers(&self, version: Option<&str>) -> bool {
        match (&self.version, version) {
            (None, None) => true,
            (Some(_), None) => self.default_version,
            (mine, Some(wanted)) => mine.as_deref() == Some(wanted),
        }
    }
}

/// A name that an object uses and does not define.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need<'a> {
    /// Without version.
    pub name: Cow<'a, str>,
    /// The version asked for, if any.
    pub version: Option<Cow<'a, str>>,
    /// Whether the program can do without: the address is zero then.
    pub weak: bool,
    /// What this reference says about the symbol. A hidden reference hides the definition, too.
    pub visibility: Visibility,
}

/// The two lists, each sorted by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table<'a> {
    /// What the object defines.
    pub defined: Vec<Definition<'a>>,
    /// What it needs from others.
    pub needed: Vec<Need<'a>>,
}

impl<'a> Table<'a> {
    /// A table of these two lists in any order, with repetitions.
    pub fn new(mut defined: Vec<Definition<'a>>, mut needed: Vec<Need<'a>>) -> Self {
        let head = |name: &str| head(name.as_bytes());
        defined.sort_unstable_by(|a, b| head(&a.name).cmp(&head(&b.name)).then_with(|| a.cmp(b)));
        defined.dedup();
        needed.sort_unstable_by(|a, b| head(&a.name).cmp(&head(&b.name)).then_with(|| a.cmp(b)));
        needed.dedup();
        Table { defined, needed }
    }

    /// All definitions of `name`: more than one only where versions differ.
    pub fn definitions(&self, name: &str) -> &[Definition<'a>] {
        let start = self.defined.partition_point(|definition| *definition.name < *name);
        let rest = &self.defined[start..];
        &rest[..rest.partition_point(|definition| *definition.name == *name)]
    }

    /// All needs of `name`.
    pub fn needs(&self, name: &str) -> &[Need<'a>] {
        let start = self.needed.partition_point(|need| *need.name < *name);
        let rest = &self.needed[start..];
        &rest[..rest.partition_point(|need| *need.name == *name)]
    }

    /// The same table without a borrow of the bytes that it was read from.
    pub fn into_owned(self) -> Table<'static> {
        Table {
            defined: self.defined.into_iter().map(owned_definition).collect(),
            needed: self.needed.into_iter().map(owned_need).collect(),
        }
    }
}

/// The first letters of a name as a number with the same order: most names differ there, and numbers compare quickly.
#[inline]
pub(crate) fn head(name: &[u8]) -> u128 {
    let mut letters = [0; 16];
    match name.first_chunk() {
        Some(first) => letters = *first,
        None => letters[..name.len()].copy_from_slice(name),
    }
    u128::from_be_bytes(letters)
}

fn owned_definition(definition: Definition<'_>) -> Definition<'static> {
    Definition {
        name: owned(definition.name),
        version: definition.version.map(owned),
        default_version: definition.default_version,
        binding: definition.binding,
        visibility: definition.visibility,
        kind: definition.kind,
        comdat: definition.comdat,
    }
}

fn owned_need(need: Need<'_>) -> Need<'static> {
    Need {
        name: owned(need.name),
        version: need.version.map(owned),
        weak: need.weak,
        visibility: need.visibility,
    }
}

pub(crate) fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::Files;

    #[test]
    fn tables_are_sorted_and_without_repetition() {
        let files = Files::new("x.o: b a a c@V2 c@V1 !z !y !y ?y");
        let table = &files.ending("")[0].index.units[0].object().expect("an object").table;
        let names = table.defined.iter().map(|definition| &*definition.name).collect::<Vec<_>>();
        assert_eq!(names, ["a", "b", "c", "c"]);
        assert_eq!(table.definitions("c").len(), 2);
        assert_eq!(table.definitions("d").len(), 0);
        assert_eq!(table.needs("y").iter().map(|need| need.weak).collect::<Vec<_>>(), [false, true]);
        assert_eq!(table.clone().into_owned(), *table);
    }

    #[test]
    fn names_are_in_the_order_of_their_bytes() {
        let names =
            "b ab abcdefghijklmnop abcdefghijklmno abcdefghijklmnopq abcdefghijklmnopa A größe gr";
        let files = Files::new(&format!("x.o: {names}"));
        let table = &files.ending("")[0].index.units[0].object().expect("an object").table;
        assert!(table.defined.is_sorted(), "{:?}", table.defined);
        assert!(names.split(' ').all(|name| table.definitions(name).len() == 1));
    }

    #[test]
    fn visibilities_are_ordered_from_wide_to_narrow() {
        use Visibility::{Default, Hidden, Internal, Protected};
        assert!([Default, Protected, Hidden, Internal].is_sorted());
        assert!(Protected.exportable() && !Hidden.exportable());
    }

    #[test]
    fn a_need_without_version_means_the_default_one() {
        let files = Files::new("x.o: f g@V1 h@@V2");
        let table = &files.ending("")[0].index.units[0].object().expect("an object").table;
        let answers = |name: &str, version| table.definitions(name)[0].answers(version);
        assert!(answers("f", None) && !answers("f", Some("V1")));
        assert!(!answers("g", None) && answers("g", Some("V1")) && !answers("g", Some("V2")));
        assert!(answers("h", None) && answers("h", Some("V2")));
    }
}
