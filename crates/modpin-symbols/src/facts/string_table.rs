//! The names of a file's symbols as they stand in it: bytes, each name ended by a zero. What a name is as text is worked out for
//! those that somebody wants to see.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use memchr::memchr;

use crate::name;

/// A table of names, held by all that speak of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct StringTable(Arc<[u8]>);

/// The name of a symbol, in the file's own bytes: as loaders compare it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolName<'a>(&'a [u8]);

impl StringTable {
    pub fn new(bytes: &[u8]) -> StringTable {
        StringTable(bytes.into())
    }

    /// The name that begins there. Whoever kept the place saw that it lies within.
    pub fn at(&self, place: u32) -> SymbolName<'_> {
        let rest = self.0.get(place as usize..).unwrap_or_default();
        SymbolName(memchr(0, rest).map_or(rest, |end| &rest[..end]))
    }

    /// Whether this name begins there.
    pub fn has(&self, place: u32, name: SymbolName<'_>) -> bool {
        let rest = self.0.get(place as usize..).and_then(|rest| rest.strip_prefix(name.0));
        rest.is_some_and(|rest| rest.first() == Some(&0))
    }
}

impl<'a> SymbolName<'a> {
    /// As people read it: what is no text, and what a terminal would obey, is escaped.
    #[must_use]
    pub fn text(self) -> Cow<'a, str> {
        name::decode(self.0)
    }

    pub(crate) fn bytes(self) -> &'a [u8] {
        self.0
    }
}

impl<'a> From<&'a str> for SymbolName<'a> {
    fn from(name: &'a str) -> SymbolName<'a> {
        SymbolName(name.as_bytes())
    }
}

impl fmt::Debug for SymbolName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

/// Puts names one after the other.
#[derive(Default)]
pub(crate) struct NameList(Vec<u8>);

impl NameList {
    /// Where this name stands now.
    pub fn add(&mut self, name: SymbolName<'_>) -> u32 {
        let place = self.0.len();
        self.0.extend_from_slice(name.0);
        self.0.push(0);
        place as u32
    }

    pub fn table(self) -> StringTable {
        StringTable(self.0.into())
    }
}
