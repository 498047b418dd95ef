//! Relocatable objects and symbol tables: counts that lie, names that are shared, versions without end.

use modpin_symbols::{Index, read_object};

use crate::check;
use crate::elf::{DYN, DYNAMIC, Elf, I386, LOAD, REL, Section, X86_64, dynamic, symbol};

/// Reads as a build does: symbols, their text, the text again.
fn read(bytes: &[u8]) -> String {
    let external = &mut |_: &str| Err(std::io::ErrorKind::NotFound.into());
    match Index::read(bytes, external) {
        Ok(index) => {
            let text = index.into_owned().to_text();
            Index::parse(&text).map(drop).expect("our own text");
            String::new()
        }
        Err(error) => error.to_string(),
    }
}

/// An object whose symbols have their names at these places.
fn object(wide: bool, names: &[u8], symbols: impl Iterator<Item = u32>) -> Vec<u8> {
    with_symbols(wide, names, symbols.map(|name| symbol(wide, name, 0x12, 1)))
}

/// An object that needs symbols of these names.
pub fn with_needs(needed: impl Iterator<Item = String>) -> Vec<u8> {
    let (mut names, mut places) = (vec![0], Vec::new());
    for name in needed {
        places.push(names.len() as u32);
        names.extend(name.bytes().chain([0]));
    }
    with_symbols(true, &names, places.into_iter().map(|name| symbol(true, name, 0x10, 0)))
}

fn with_symbols(wide: bool, names: &[u8], symbols: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut elf = Elf::new(wide, REL, if wide { X86_64 } else { I386 }, 0);
    let strings = elf.with(names, Section { kind: 3, ..Section::default() });
    let mut table = symbol(wide, 0, 0, 0);
    symbols.for_each(|symbol| table.extend(symbol));
    let entry = if wide { 24 } else { 16 };
    elf.with(&table, Section { kind: 2, link: strings, info: 1, entry, ..Section::default() });
    elf.finish(strings)
}

/// Many short names, all different: letters of which each name takes some, up to the next zero.
fn short_names(count: usize) -> (Vec<u8>, Vec<u32>) {
    let (mut names, mut places) = (vec![0], Vec::new());
    for number in 0..count.div_ceil(4) {
        let start = names.len() as u32;
        names.extend(format!("abc{number:x}\0").bytes());
        places.extend(start..start + 4);
    }
    (names, places)
}

#[test]
fn one_name_of_a_million_symbols() {
    if crate::ran_alone() {
        return;
    }
    for wide in [true, false] {
        check("a million symbols of one name", || object(wide, b"\0a\0", (0..1 << 20).map(|_| 1)), read);
    }
}

#[test]
fn as_many_symbols_as_fit() {
    if crate::ran_alone() {
        return;
    }
    for wide in [true, false] {
        let make = || {
            let (names, places) = short_names(2 << 20);
            object(wide, &names, places.into_iter())
        };
        check("two million symbols of short names", make, read);
    }
}

#[test]
fn one_long_name_of_many_symbols() {
    if crate::ran_alone() {
        return;
    }
    let long = [b"\0", &*vec![b'a'; 1 << 20], b"\0"].concat();
    let said = check("100,000 symbols in one long name", || object(true, &long, 1..100_000), read);
    assert!(said.contains("add up to more than the file"), "{said}");
}

#[test]
fn names_that_are_no_text() {
    if crate::ran_alone() {
        return;
    }
    // Made where nobody measures at the same time.
    let long = || object(true, &[b"\0", &*vec![0xff; 16 << 20], b"\0"].concat(), 1..2);
    check("a long name that is no text", long, read);
    let name = |n: u32| [0xff, (n % 250) as u8 + 1, 0xfe, 0];
    let many = || {
        let names: Vec<u8> = (0..4u32 << 20).flat_map(name).collect();
        object(true, &names, (0..1 << 20).map(|n| 4 * n))
    };
    check("many names that are no text", many, read);
}

#[test]
fn section_names_that_overlap() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let names = [b"\0", &*vec![b'.'; 4 << 20], b"\0"].concat();
        let mut elf = Elf::new(true, REL, X86_64, 0);
        let strings = elf.with(&names, Section { kind: 3, ..Section::default() });
        for name in 1..60_000 {
            elf.section(Section { name, kind: 1, ..Section::default() });
        }
        elf.finish(strings)
    };
    check("60,000 sections in one long name", make, read);
}

#[test]
fn counts_that_lie() {
    if crate::ran_alone() {
        return;
    }
    for (at, bytes) in [(60, [0; 2]), (60, [0xff; 2]), (56, [0xff; 2]), (40, [0xff; 2]), (32, [0xff; 2])]
    {
        let make = || {
            let mut bytes_of = object(true, b"\0a\0", [1].into_iter());
            bytes_of[at..at + 2].copy_from_slice(&bytes);
            bytes_of
        };
        check("a count that lies", make, read);
    }
}

/// A library with one version, and `count` symbols of it.
fn versioned(version: &[u8], count: u32) -> Vec<u8> {
    let mut elf = Elf::new(true, DYN, X86_64, 2);
    let names = [b"\0a\0", version, b"\0"].concat();
    let text = elf.add(&names);
    let strings =
        elf.section(Section { kind: 3, at: text, size: names.len() as u64, ..Section::default() });
    let mut table = symbol(true, 0, 0, 0);
    (0..count).for_each(|_| table.extend(symbol(true, 1, 0x12, 1)));
    let symbols =
        elf.with(&table, Section { kind: 11, link: strings, info: 1, entry: 24, ..Section::default() });
    let numbers: Vec<u8> = std::iter::repeat_n([2, 0], count as usize + 1).flatten().collect();
    elf.with(&numbers, Section { kind: 0x6fff_ffff, link: symbols, entry: 2, ..Section::default() });
    let record = [
        &[1, 0, 0, 0, 2, 0, 1, 0][..],
        &[0; 4],
        &20u32.to_le_bytes(),
        &[0; 4],
        &3u32.to_le_bytes(),
        &[0; 4],
    ];
    let record = record.concat();
    elf.with(&record, Section { kind: 0x6fff_fffd, link: strings, info: 1, ..Section::default() });
    let entries = dynamic(true, &[(5, text), (10, names.len() as u64), (0, 0)]);
    let at = elf.add(&entries);
    elf.segment(LOAD, 0, 0, at + entries.len() as u64);
    elf.segment(DYNAMIC, at, at, entries.len() as u64);
    elf.finish(strings)
}

#[test]
fn one_long_version_of_many_symbols() {
    if crate::ran_alone() {
        return;
    }
    assert_eq!(read(&versioned(b"V1", 1)), "");
    check("a long version of many symbols", || versioned(&vec![b'V'; 1 << 20], 50_000), read);
    check("a long version that is no text", || versioned(&vec![0xff; 1 << 20], 50_000), read);
}

#[test]
fn needed_without_end() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let mut elf = Elf::new(false, DYN, I386, 2);
        let text = elf.add(b"\0a\0");
        let strings = elf.section(Section { kind: 3, at: text, size: 3, ..Section::default() });
        let table = symbol(false, 0, 0, 0);
        elf.with(&table, Section { kind: 11, link: strings, info: 1, entry: 16, ..Section::default() });
        let mut entries = vec![(1, 1); 3 << 20];
        entries.extend([(5, text), (10, 3), (0, 0)]);
        let entries = dynamic(false, &entries);
        let at = elf.add(&entries);
        elf.segment(LOAD, 0, 0, at + entries.len() as u64);
        elf.segment(DYNAMIC, at, at, entries.len() as u64);
        elf.finish(strings)
    };
    check("three million libraries needed", make, read);
    check("three million libraries needed, by the loader", make, |bytes| {
        modpin_symbols::read_loadable(bytes).map(drop).map_err(|error| error.to_string())
    })
    .ok();
}

#[test]
fn a_good_object_is_read() {
    if crate::ran_alone() {
        return;
    }
    let made = object(true, b"\0a\0b\0", [1, 3].into_iter());
    assert_eq!(read_object(&made).expect("an object").table.defined.len(), 2);
}
