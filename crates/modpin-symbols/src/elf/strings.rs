//! A string table of an ELF file: names by their offsets.
//!
//! What is asked of the whole table is asked once: whether it is text, whether any name has a version.
//! Each string read is charged to a budget, so that hostile tables end in an error and not in gigabytes.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use crate::error::{Error, Result, damage};
use crate::name::{self, Versioned};

/// A string table with a limit on what is taken from it: twice the file, which no honest file comes near.
pub(crate) struct Strings<'a> {
    bytes: &'a [u8],
    /// The same, where the text of each name is its bytes.
    text: Option<&'a str>,
    /// Whether there is an `@` anywhere.
    versions: bool,
    left: usize,
    /// The same for names whose text is made: it may be four times as long.
    left_foreign: usize,
}

/// Where a name stands in its table.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    start: u32,
    length: u32,
}

impl Span {
    fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.length as usize
    }
}

impl<'a> Strings<'a> {
    /// A table of this file.
    pub fn new(table: &'a [u8], file: &[u8]) -> Self {
        Strings {
            bytes: table,
            text: name::table_text(table),
            versions: memchr(b'@', table).is_some(),
            left: file.len().saturating_mul(2),
            left_foreign: file.len().saturating_mul(2),
        }
    }

    /// The string at this offset; `what` it is, for errors.
    pub fn get(&mut self, offset: u32, what: &'static str) -> Result<&'a [u8]> {
        let name = self.find(offset, what)?;
        Ok(self.bytes(name))
    }

    /// Where the string at this offset stands; `what` it is, for errors.
    #[inline]
    pub fn find(&mut self, offset: u32, what: &'static str) -> Result<Span> {
        let rest = self.bytes.get(offset as usize..);
        let length = rest.and_then(|rest| u32::try_from(memchr(0, rest)?).ok());
        let length = length.ok_or_else(|| damage(format!("{what} outside of the string table")))?;
        self.charge(length as usize + 1)?;
        let name = Span { start: offset, length };
        if self.text.is_none() {
            self.charge_foreign(self.bytes(name))?;
        }
        Ok(name)
    }

    fn charge_foreign(&mut self, name: &[u8]) -> Result<()> {
        if name::text(name).is_none() {
            let left = self.left_foreign.checked_sub(name::decoded_length(name));
            self.left_foreign = left.ok_or_else(too_long)?;
        }
        Ok(())
    }

    /// The name itself.
    #[inline]
    pub fn bytes(&self, name: Span) -> &'a [u8] {
        &self.bytes[name.range()]
    }

    /// The name as text.
    #[inline]
    pub fn text(&self, name: Span) -> Cow<'a, str> {
        // None for an offset into the middle of a letter, too.
        let text = self.text.and_then(|text| text.get(name.range()));
        text.map_or_else(|| name::decode(self.bytes(name)), Cow::Borrowed)
    }

    /// The name taken apart as the assembler writes it for `.symver`.
    #[inline]
    pub fn split(&self, name: Span) -> Versioned<'a> {
        match self.versions {
            true => name::split_version(self.bytes(name)),
            false => Versioned { name: self.text(name), version: None, default: false },
        }
    }

    /// Takes so many bytes off the budget.
    #[inline]
    pub fn charge(&mut self, bytes: usize) -> Result<()> {
        self.left = self.left.checked_sub(bytes).ok_or_else(too_long)?;
        Ok(())
    }
}

fn too_long() -> Error {
    damage("its names add up to more than the file")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The string there as bytes, as text, and its version.
    fn at(table: &[u8], offset: u32) -> Option<(&[u8], String, Option<String>)> {
        let mut strings = Strings::new(table, table);
        let name = strings.find(offset, "symbol name").ok()?;
        let version = strings.split(name).version.map(|version| version.into_owned());
        Some((strings.bytes(name), strings.text(name).into_owned(), version))
    }

    fn check(table: &[u8], offset: u32, text: &str, version: Option<&str>) {
        let (_, found, version_found) = at(table, offset).expect("a string");
        assert_eq!((found.as_str(), version_found.as_deref()), (text, version));
    }

    #[test]
    fn names_end_at_the_next_zero() {
        let table = b"\0main\0f@V1\0";
        check(table, 1, "main", None);
        check(table, 3, "in", None);
        check(table, 0, "", None);
        check(table, 6, "f@V1", Some("V1"));
        assert!([11, 12, u32::MAX].iter().all(|&outside| at(table, outside).is_none()));
        assert!(at(b"no end", 0).is_none());
    }

    #[test]
    fn a_table_that_is_no_text_still_has_names() {
        check(b"good\0b\xffd\0", 0, "good", None);
        check(b"good\0b\xffd\0", 5, "b\\xFFd", None);
        let letters = "\u{e4}b\0".as_bytes();
        check(letters, 0, "\u{e4}b", None);
        check(letters, 1, "\\xA4b", None);
        assert_eq!(at(letters, 1).expect("a string").0, b"\xa4b");
    }

    #[test]
    fn what_is_taken_adds_up_to_twice_the_file_at_most() {
        let table = b"aaaaaaaaa\0";
        let mut strings = Strings::new(table, table);
        assert!(strings.get(0, "name").is_ok() && strings.get(0, "name").is_ok());
        assert!(strings.get(0, "name").is_err());
    }

    #[test]
    fn what_is_no_text_counts_as_long_as_it_is_shown() {
        let mut strings = Strings::new(b"\xff\xff\0", &[0; 9]);
        assert!(strings.get(0, "name").is_ok() && strings.get(0, "name").is_ok());
        assert!(strings.get(0, "name").is_err());
    }
}
