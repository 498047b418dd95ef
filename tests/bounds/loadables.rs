//! Finished files as a loader sees them: tables that lie over one another, versions and hash tables that never end.

use std::borrow::Cow;
use std::collections::BTreeSet;

use modpin_symbols::{Binds, InScope, Rules, missing, read_loadable, unseen};

use crate::check;
use crate::elf::{DYN, DYNAMIC, Elf, I386, LOAD, Section, X86_64, dynamic, symbol};
use crate::library::{Library, hash, one_chain, relocations, symbols};

fn read(bytes: &[u8]) -> String {
    let names: BTreeSet<&str> = ["a", "b"].into();
    drop(unseen(bytes, &names));
    // Whoever wants all names gets them as text.
    let all = |file: modpin_symbols::Loadable| {
        let asked =
            file.asks.list().into_iter().map(|ask| ask.name.text().into_owned()).collect::<Vec<_>>();
        drop((asked, file.offers.names().map(Cow::into_owned).collect::<Vec<_>>()));
        String::new()
    };
    read_loadable(bytes).map_or_else(|error| error.to_string(), all)
}

#[test]
fn symbols_of_one_name_offered_and_asked_for() {
    if crate::ran_alone() {
        return;
    }
    let count = 1 << 20;
    for narrow in [false, true] {
        let make = || {
            let names = b"\0a\0".to_vec();
            let machine = if narrow { I386 } else { X86_64 };
            let symbols = symbols(!narrow, (1..count).map(|_| 1), 1);
            let relocations = relocations(!narrow, count);
            Library {
                narrow,
                machine,
                names,
                symbols,
                hash: hash(count),
                relocations,
                ..Library::default()
            }
            .bytes()
        };
        check("a million symbols, offered and asked for", make, read);
    }
}

#[test]
fn short_names_of_many_symbols() {
    if crate::ran_alone() {
        return;
    }
    let count = 2 << 20;
    let make = || {
        let names: Vec<u8> = [0]
            .into_iter()
            .chain((0..count / 4).flat_map(|n| format!("abc{n:x}\0").into_bytes()))
            .collect();
        let ends = names.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(at, _)| at as u32 + 1);
        let places: Vec<u32> = ends.flat_map(|at| at..at + 4).take(count).collect();
        let symbols = symbols(false, places.into_iter().filter(|&at| (at as usize) < names.len()), 1);
        let count = (symbols.len() / 16) as u32;
        Library {
            narrow: true,
            machine: I386,
            names,
            symbols,
            hash: hash(count),
            relocations: relocations(false, count),
            ..Library::default()
        }
        .bytes()
    };
    check("two million symbols of short names", make, read);
}

#[test]
fn one_long_name_of_many_symbols() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let names = [b"\0", &*vec![b'a'; 1 << 20], b"\0"].concat();
        Library {
            names,
            symbols: symbols(true, 1..100_000, 1),
            hash: hash(100_000),
            ..Library::default()
        }
        .bytes()
    };
    let said = check("100,000 symbols in one long name", make, read);
    assert!(said.contains("add up to more"), "{said}");
}

/// A version record: of file 1, the name at 3.
fn verneed(next: u32) -> Vec<u8> {
    let file =
        [&[1, 0, 1, 0][..], &1u32.to_le_bytes(), &16u32.to_le_bytes(), &next.to_le_bytes()].concat();
    let name = [&[0; 4][..], &[0, 0, 2, 0], &1u32.to_le_bytes(), &0u32.to_le_bytes()].concat();
    [file, name].concat()
}

#[test]
fn versions_of_a_file_with_a_long_name() {
    if crate::ran_alone() {
        return;
    }
    for letter in [b'a', 0xff] {
        let make = || {
            let names = [b"\0", &*vec![letter; 1 << 20], b"\0"].concat();
            let symbols = symbols(true, (1..50_000).map(|_| 1 << 20), 0);
            let versym = [2, 0].repeat(50_000);
            let relocations = relocations(true, 50_000);
            Library {
                names,
                symbols,
                hash: hash(50_000),
                versym,
                verneed: verneed(0),
                relocations,
                ..Library::default()
            }
            .bytes()
        };
        check("50,000 needs of a version with a long name", make, read);
    }
}

#[test]
fn versions_that_never_end() {
    if crate::ran_alone() {
        return;
    }
    let looping = |verneed: Vec<u8>, verdef: Vec<u8>| {
        let (names, symbols) = (b"\0a\0".to_vec(), symbols(true, [1].into_iter(), 1));
        Library {
            names,
            symbols,
            hash: hash(2),
            versym: vec![2, 0, 2, 0],
            verneed,
            verdef,
            ..Library::default()
        }
        .bytes()
    };
    // Records that step on by one byte.
    let steps: Vec<u8> = [1, 0, 1, 0, 1, 0, 0, 0].repeat(1 << 18);
    check("records of versions wanted, a byte apart", || looping(steps.clone(), vec![]), read);
    check("records of versions defined, a byte apart", || looping(vec![], steps.clone()), read);
    // A position is never negative: what would lead back overflows or leaves the file.
    check("a record that leads back", || looping(verneed(u32::MAX - 31), vec![]), read);
}

#[test]
fn a_hash_table_without_end() {
    if crate::ran_alone() {
        return;
    }
    for gnu_hash in
        [[1u32, u32::MAX, 0, 0, u32::MAX], [1, 1, 0, 0, u32::MAX], [u32::MAX, 1, u32::MAX, 0, 1]]
    {
        let gnu_hash: Vec<u8> = gnu_hash.into_iter().flat_map(u32::to_le_bytes).collect();
        let make = || {
            Library {
                names: b"\0a\0".to_vec(),
                symbols: symbols(true, [1].into_iter(), 1),
                gnu_hash,
                ..Library::default()
            }
            .bytes()
        };
        check("a hash table without end", make, read);
    }
}

/// As many names that are asked for, and each leads through all of one chain.
#[test]
fn a_chain_as_long_as_the_table() {
    if crate::ran_alone() {
        return;
    }
    let count: u32 = 1 << 17;
    let make = || {
        let names: String = (0..count).map(|number| format!("f{number:07x}\0")).collect();
        let chain = (1..count - 1).map(|_| 2);
        let gnu_hash = [1, 1, 1, 6, u32::MAX, u32::MAX, 1].into_iter().chain(chain).chain([3]);
        Library {
            names: names.into_bytes(),
            symbols: symbols(true, (1..count).map(|number| number * 9), 1),
            gnu_hash: gnu_hash.flat_map(u32::to_le_bytes).collect(),
            relocations: relocations(true, count),
            ..Library::default()
        }
        .bytes()
    };
    let lost = check("a chain of 100,000 symbols, each asked for", make, |bytes| {
        let file = read_loadable(bytes).expect("a library");
        let scope = InScope { name: "m.so", file: &file, binds: Binds::Now };
        missing(&[scope], Rules::Glibc).len()
    });
    assert_eq!(lost, count as usize - 1, "the table has other digests");
}

#[test]
fn a_first_symbol_far_away() {
    if crate::ran_alone() {
        return;
    }
    // On MIPS all symbols up to the last are asked for, and the last one is mapped twice.
    let first: u32 = 0xf000_0000;
    let gnu_hash: Vec<u8> = [1, first, 0, 0, first, 1].into_iter().flat_map(u32::to_le_bytes).collect();
    let mut library = Library {
        machine: 8,
        names: b"\0a\0".to_vec(),
        symbols: symbols(true, [1].into_iter(), 1),
        gnu_hash,
        ..Library::default()
    };
    let symtab = 64 + 3 * 56 + 8;
    library.mapped = vec![(symtab + 24 * u64::from(first), symtab, 24)];
    check("a first symbol far away", || library.bytes(), read);
}

#[test]
fn segments_that_hold_nothing() {
    if crate::ran_alone() {
        return;
    }
    let count = 50_000;
    let mapped = vec![(1 << 60, 0, 1); 60_000];
    let make = || {
        Library {
            names: b"\0a\0".to_vec(),
            symbols: symbols(true, (1..count).map(|_| 1), 1),
            hash: hash(count),
            relocations: relocations(true, count),
            mapped,
            ..Library::default()
        }
        .bytes()
    };
    check("60,000 segments in front", make, read);
}

#[test]
fn sections_over_one_another() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let mut bytes = Library::default().bytes();
        bytes.resize(8 << 20, 0);
        let table = bytes.len() as u64 - (4 << 20);
        bytes[40..48].copy_from_slice(&table.to_le_bytes());
        // No number of its own: the first section says how many there are. A byte from one to the next.
        (bytes[58], bytes[60], bytes[61]) = (1, 0, 0);
        let size = table as usize + 32;
        bytes[size..size + 8].copy_from_slice(&(3u64 << 20).to_le_bytes());
        bytes
    };
    check("three million sections, a byte apart", make, read);
}

#[test]
fn a_table_of_symbols_with_one_long_name() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let mut elf = Elf::new(true, DYN, X86_64, 0);
        let names = [b"\0", &*vec![0xff; 1 << 20], b"\0"].concat();
        let strings = elf.with(&names, Section { kind: 3, ..Section::default() });
        let table: Vec<u8> = (1..100_000)
            .flat_map(|name| symbol(true, name, if name % 2 == 0 { 4 } else { 0x12 }, 1))
            .collect();
        elf.with(&table, Section { kind: 2, link: strings, entry: 24, ..Section::default() });
        elf.finish(strings)
    };
    check("a full table with one long name", make, read);
}

#[test]
fn names_that_are_no_text() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let names = [b"\0", &*vec![0xff; 24 << 20], b"\0"].concat();
        Library {
            names,
            symbols: symbols(true, [1].into_iter(), 1),
            hash: hash(2),
            ..Library::default()
        }
        .bytes()
    };
    check("one endless name that is no text", make, read);
}

#[test]
fn tags_without_end() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let mut elf = Elf::new(false, DYN, I386, 2);
        let entries: Vec<(u64, u64)> = (100..3 << 20).map(|tag| (tag, 1)).collect();
        let entries = dynamic(false, &entries);
        let at = elf.add(&entries);
        elf.segment(LOAD, 0, 0, at + entries.len() as u64);
        elf.segment(DYNAMIC, at, at, entries.len() as u64);
        elf.finish(0)
    };
    check("three million tags", make, read);
}

#[test]
fn a_loader_with_a_long_name() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let mut elf = Elf::new(true, DYN, X86_64, 1);
        let name = vec![0xff; 24 << 20];
        let at = elf.add(&name);
        elf.segment(3, at, at, name.len() as u64);
        elf.finish(0)
    };
    check("a loader with an endless name", make, |bytes| {
        drop(modpin_symbols::read_object(bytes));
        read(bytes)
    });
}

#[test]
fn a_good_library_is_read() {
    if crate::ran_alone() {
        return;
    }
    let library = Library {
        names: b"\0a\0".to_vec(),
        symbols: symbols(true, [1].into_iter(), 1),
        hash: one_chain(),
        relocations: relocations(true, 2),
        versym: vec![0, 0, 2, 0],
        verneed: verneed(0),
        ..Library::default()
    };
    let read = read_loadable(&library.bytes()).expect("a library");
    assert_eq!(
        (read.offers.list().len(), read.asks.list().len(), read.needed_versions.len()),
        (1, 1, 1)
    );
}
