//! Writes an archive as `ar Drcs` would: GNU format with index, the members in the order given.
//!
//! The bytes depend on names and contents only: times, owners and modes are fixed. After the magic come the index (`/`: where
//! the member starts that defines a symbol, then the symbols' names), the names that are too long for a header (`//`), and the
//! members, each at an even place. An archive in which a member starts above 4 GiB has an index of 64 bits (`/SYM64/`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use crate::elf::magic::Magic;
use crate::elf::object::read_object;
use crate::error::{Error, Result};

const MAGIC: &[u8] = b"!<arch>\n";

/// What a member's header takes.
const HEADER: u64 = 60;

/// Its owner may write a member; the index is nobody's.
const MODE: u32 = 0o644;

/// Where a member starts that an index of 32 bits cannot name.
const FAR: u64 = 1 << 32;

/// A name of this length and its slash have no room in a header.
const LONG: usize = 16;

/// The number in a header has ten digits.
const TOO_LARGE: u64 = 10_000_000_000;

/// Makes an archive of these members, each a name (without directory) and its bytes. Two members may have the same name.
/// Without members it is a valid empty archive.
///
/// # Errors
/// [`Error::Unwritable`] for a name that no archive can hold, and for a member that is damaged or has its symbols in an
/// LTO compiler's form: the linker would not find them through the index.
pub fn write_archive(members: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    write_with(members, FAR)
}

fn write_with(members: &[(&str, &[u8])], far: u64) -> Result<Vec<u8>> {
    let mut index = ArchiveIndex::default();
    for (number, &(name, bytes)) in members.iter().enumerate() {
        check_name(name)?;
        let add = index.add(number, bytes);
        add.map_err(|why| Error::Unwritable { member: name.to_owned(), why })?;
    }
    let names = LongNames::of(members);
    let mut out = Vec::with_capacity(members.iter().map(|(_, bytes)| bytes.len() + 512).sum());
    let written = put(&mut out, members, &index, &names, far);
    written.map_err(|error| Error::Unwritable {
        member: "of the archive".into(),
        why: error.to_string(),
    })?;
    Ok(out)
}

fn put(
    out: &mut Vec<u8>,
    members: &[(&str, &[u8])],
    index: &ArchiveIndex,
    names: &LongNames<'_>,
    far: u64,
) -> io::Result<()> {
    let mut starts = Vec::with_capacity(members.len());
    let mut end = 0;
    for (_, bytes) in members {
        starts.push(end);
        end += HEADER + even(bytes.len() as u64);
    }
    let before = |wide| MAGIC.len() as u64 + index.size(wide) + names.size();
    let wide = starts.last().is_some_and(|last| before(false) + last >= far);
    out.write_all(MAGIC)?;
    index.put(out, &starts, before(wide), wide)?;
    names.put(out)?;
    for (name, bytes) in members {
        match names.places.get(name) {
            Some(place) => header(out, &format!("/{place}"), MODE, bytes.len() as u64)?,
            None => header(out, &format!("{name}/"), MODE, bytes.len() as u64)?,
        }
        out.write_all(bytes)?;
        pad(out, bytes.len() as u64, b"\n")?;
    }
    Ok(())
}

/// Which member defines which symbols.
#[derive(Default)]
struct ArchiveIndex {
    /// The symbols' names, each with a NUL behind it.
    names: Vec<u8>,
    /// For each of them, the number of its member.
    members: Vec<usize>,
    /// There is an object among the members, whether it defines anything or not.
    has_object: bool,
}

impl ArchiveIndex {
    /// Adds what this member defines; answers why a linker would not find it.
    fn add(&mut self, number: usize, bytes: &[u8]) -> std::result::Result<(), String> {
        if bytes.len() as u64 >= TOO_LARGE {
            return Err("it is larger than a member of an archive can be".to_owned());
        }
        if !matches!(Magic::of(bytes), Magic::Elf | Magic::Bitcode) {
            return Ok(());
        }
        let object = read_object(bytes).map_err(|damaged| damaged.to_string())?;
        if object.hides_symbols() {
            let what = object.lto.map(|lto| lto.words()).unwrap_or_default();
            let help = "help: compile it with -ffat-lto-objects or without -flto";
            return Err(format!("it is {what}, whose symbols an archive's index cannot name\n  {help}"));
        }
        self.has_object = true;
        for definition in &object.table.defined {
            // Our reading of a name that is not UTF-8 is not what the linker will ask for.
            let Cow::Borrowed(name) = definition.name else {
                return Err(format!(
                    "its symbol {} is not UTF-8\n  help: give it a name of letters, digits and underscores",
                    definition.name
                ));
            };
            self.members.push(number);
            self.names.extend_from_slice(name.as_bytes());
            if let Some(version) = &definition.version {
                let at = if definition.default_version { "@@" } else { "@" };
                self.names.extend_from_slice(format!("{at}{version}").as_bytes());
            }
            self.names.push(0);
        }
        Ok(())
    }

    fn content_size(&self, wide: bool) -> u64 {
        let number = if wide { 8 } else { 4 };
        number * (1 + self.members.len() as u64) + self.names.len() as u64
    }

    /// What it takes in the archive. Without an object there is none; linkers want one as soon as there is an object.
    fn size(&self, wide: bool) -> u64 {
        if self.has_object { HEADER + even(self.content_size(wide)) } else { 0 }
    }

    /// The members start at these places behind `before`.
    fn put(&self, out: &mut Vec<u8>, starts: &[u64], before: u64, wide: bool) -> io::Result<()> {
        if !self.has_object {
            return Ok(());
        }
        let size = self.content_size(wide);
        header(out, if wide { "/SYM64/" } else { "/" }, 0, even(size))?;
        let mut number = |number: u64| match wide {
            true => out.extend_from_slice(&number.to_be_bytes()),
            false => out.extend_from_slice(&(number as u32).to_be_bytes()),
        };
        number(self.members.len() as u64);
        self.members.iter().for_each(|&member| number(before + starts[member]));
        out.write_all(&self.names)?;
        pad(out, size, b"\0")
    }
}

/// Names that have no room in a header, each once.
#[derive(Default)]
struct LongNames<'a> {
    text: String,
    places: HashMap<&'a str, usize>,
}

impl<'a> LongNames<'a> {
    fn of(members: &[(&'a str, &[u8])]) -> LongNames<'a> {
        let mut names = LongNames::default();
        for &(name, _) in members.iter().filter(|(name, _)| name.len() >= LONG) {
            let LongNames { text, places } = &mut names;
            places.entry(name).or_insert_with(|| {
                let place = text.len();
                *text += name;
                *text += "/\n";
                place
            });
        }
        names
    }

    fn size(&self) -> u64 {
        if self.text.is_empty() { 0 } else { HEADER + even(self.text.len() as u64) }
    }

    fn put(&self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.text.is_empty() {
            return Ok(());
        }
        let size = self.text.len() as u64;
        write!(out, "{:<48}{:<10}`\n{}", "//", even(size), self.text)?;
        pad(out, size, b"\n")
    }
}

fn header(out: &mut Vec<u8>, name: &str, mode: u32, size: u64) -> io::Result<()> {
    writeln!(out, "{name:<16}{:<12}{:<6}{:<6}{mode:<8o}{size:<10}`", 0, 0, 0)
}

fn even(size: u64) -> u64 {
    size + size % 2
}

fn pad(out: &mut Vec<u8>, size: u64, with: &[u8]) -> io::Result<()> {
    out.write_all(&with[..(size % 2) as usize])
}

fn check_name(name: &str) -> Result<()> {
    let why = match name {
        "" => "a member needs a name",
        name if name.contains(['/', '\n', '\0']) => {
            "a member's name cannot hold a slash, a newline or a NUL byte"
        }
        _ => return Ok(()),
    };
    Err(Error::Unwritable { member: format!("{name:?}"), why: why.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn lines(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace('\0', "0")
    }

    #[test]
    fn long_names_stand_once_and_members_at_even_places() {
        let long = "a_name_longer_than_sixteen.o";
        let archive =
            write_archive(&[("a.txt", b"one"), (long, b"2"), (long, b"33"), ("just_fifteen__o", b"")]);
        expect![[r"
            !<arch>
            //                                              30        `
            a_name_longer_than_sixteen.o/
            a.txt/          0           0     0     644     3         `
            one
            /0              0           0     0     644     1         `
            2
            /0              0           0     0     644     2         `
            33just_fifteen__o/0           0     0     644     0         `
        "]]
        .assert_eq(&lines(&archive.unwrap()));
    }

    /// As far as that can be seen without 4 GiB.
    #[test]
    fn an_index_is_as_wide_as_the_place_of_the_last_member_needs() {
        let index = ArchiveIndex { names: b"f\0".to_vec(), members: vec![1], has_object: true };
        let members = [("a.txt", b"one".as_slice()), ("b.txt", b"two".as_slice())];
        let put = |far| {
            let mut out = Vec::new();
            super::put(&mut out, &members, &index, &LongNames::default(), far).unwrap();
            out
        };
        // 8 of the magic, 70 of the index, 64 of the first member.
        assert_eq!(put(143)[..80], *b"!<arch>\n/               0           0     0     0       10        `\n\0\0\0\x01\0\0\0\x8ef\0a.");
        let wide = put(142);
        assert_eq!(wide[8..26], *b"/SYM64/         0 ");
        assert_eq!(wide[68..86], *b"\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x96f\0");
        assert_eq!(wide[0x96..0x9c], *b"b.txt/");
    }
}
