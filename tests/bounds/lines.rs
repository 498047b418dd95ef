//! Line tables: a byte that makes a row, names that all lie in one place, sections that are compressed, relocations that
//! are read again and again.

use modpin_symbols::{Mentions, mentions};

use crate::check;
use crate::elf::{Elf, REL, Section, X86_64, symbol};

const NAMES: &[u8] = b"\0.text\0.debug_line\0.debug_line_str\0.rela\0f\0u\0";

fn place(name: &str) -> u32 {
    let name = [name.as_bytes(), b"\0"].concat();
    NAMES.windows(name.len()).position(|window| window == name).expect("a name") as u32
}

/// An object of one function `f` that uses `u` here and there.
struct Object {
    line: Vec<u8>,
    line_flags: u64,
    line_strings: Vec<u8>,
    uses: u32,
    /// How many sections of relocations all lie over one another.
    tables: u32,
    names: Vec<u8>,
    symbols: Vec<u32>,
}

impl Object {
    fn of(line: Vec<u8>) -> Object {
        Object {
            line,
            line_flags: 0,
            line_strings: vec![],
            uses: 1,
            tables: 1,
            names: NAMES.to_vec(),
            symbols: vec![],
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut elf = Elf::new(true, REL, X86_64, 0);
        let names = elf.with(&self.names, Section { kind: 3, ..Section::default() });
        let text = elf
            .with(&[0; 64], Section { name: place(".text"), kind: 1, flags: 6, ..Section::default() });
        let line = Section {
            name: place(".debug_line"),
            kind: 1,
            flags: self.line_flags,
            ..Section::default()
        };
        elf.with(&self.line, line);
        elf.with(
            &self.line_strings,
            Section { name: place(".debug_line_str"), kind: 1, ..Section::default() },
        );
        let mut symbols = symbol(true, 0, 0, 0);
        symbols.extend(symbol(true, place("f"), 0x12, text as u16));
        symbols.extend(symbol(true, place("u"), 0x10, 0));
        self.symbols.iter().for_each(|&name| symbols.extend(symbol(true, name, 0x10, 0)));
        let symbols = elf
            .with(&symbols, Section { kind: 2, link: names, info: 1, entry: 24, ..Section::default() });
        let last = if self.symbols.is_empty() { 2 } else { 2 + self.symbols.len() as u64 };
        let uses: Vec<u8> = (0..u64::from(self.uses))
            .flat_map(|at| [at.to_le_bytes(), ((last << 32) | 1).to_le_bytes(), [0; 8]].concat())
            .collect();
        let relocations = Section {
            name: place(".rela"),
            kind: 4,
            link: symbols,
            info: text,
            entry: 24,
            ..Section::default()
        };
        let at = elf.add(&uses);
        for _ in 0..self.tables {
            elf.section(Section { at, size: uses.len() as u64, ..relocations });
        }
        elf.finish(names)
    }
}

/// A line program of DWARF 5: `files` entries of these bytes each, then these operations.
fn program(form: u8, files: usize, file: &[u8], operations: &[u8]) -> Vec<u8> {
    let mut count = Vec::new();
    let mut left = files;
    while left >= 0x80 {
        count.push(0x80 | (left & 0x7f) as u8);
        left >>= 7;
    }
    count.push(left as u8);
    // Shortest instruction, operations, default, line base, line range, opcode base, lengths of standard operations.
    let mut header = vec![1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
    // One directory, named in place; then the files.
    header.extend([1, 1, 8, 1, 0, 1, 1, form]);
    header.extend(count);
    (0..files).for_each(|_| header.extend(file));
    let head = [&[5, 0, 8, 0][..], &(header.len() as u32).to_le_bytes(), &header, operations].concat();
    [&(head.len() as u32).to_le_bytes()[..], &head].concat()
}

/// The address at which the text begins, as the operation that sets it.
const START: [u8; 11] = [0, 9, 2, 0, 0x10, 0, 0, 0, 0, 0, 0];
const END: [u8; 3] = [0, 1, 1];

fn operations(middle: &[u8]) -> Vec<u8> {
    [&START[..], &[4, 0], middle, &[2, 64], &END].concat()
}

fn read(bytes: &[u8]) -> Mentions {
    drop(mentions(bytes, "f"));
    mentions(bytes, "u")
}

fn shown(found: &Mentions) -> Vec<String> {
    found.used.iter().map(|line| format!("{}:{}", line.file, line.line)).collect()
}

#[test]
fn a_good_line_is_found() {
    if crate::ran_alone() {
        return;
    }
    let object = Object::of(program(8, 1, b"a.c\0", &operations(&[1])));
    assert_eq!(shown(&read(&object.bytes())), ["a.c:1"]);
}

#[test]
fn rows_without_end() {
    if crate::ran_alone() {
        return;
    }
    // Each byte is a row: on by one line and one address.
    for opcode in [33, 0x20, 1] {
        let make = || Object::of(program(8, 1, b"a.c\0", &operations(&vec![opcode; 8 << 20]))).bytes();
        check("eight million rows, a byte each", make, read);
    }
    let make = || {
        Object { uses: 100_000, ..Object::of(program(8, 1, b"a.c\0", &operations(&vec![1; 4 << 20]))) }
            .bytes()
    };
    check("four million rows for 100,000 uses", make, read);
}

#[test]
fn files_without_end() {
    if crate::ran_alone() {
        return;
    }
    let make = || Object::of(program(8, 4 << 20, b"\0", &operations(&[1]))).bytes();
    check("four million files without a name", make, read);
    // The number of files, 1, is the byte in front of the name.
    let lying = || {
        let mut line = program(8, 1, b"a.c\0", &operations(&[1]));
        let at = line.windows(4).position(|bytes| bytes == b"\x01a.c").expect("the number of files");
        line.splice(at..=at, [0xff, 0xff, 0xff, 0xff, 0x7f]);
        line
    };
    check("a number of files that lies", || Object::of(lying()).bytes(), read);
}

#[test]
fn files_in_one_long_name() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let entries: Vec<u8> = (0..20_000u32).flat_map(u32::to_le_bytes).collect();
        let rows: Vec<u8> = (0..20_000u32)
            .flat_map(|file| {
                [4, 0x80 | (file & 0x7f) as u8, 0x80 | (file >> 7 & 0x7f) as u8, (file >> 14) as u8, 33]
            })
            .collect();
        let line = program(0x1f, 20_000, &[], &operations(&rows));
        // The entries differ, so they are put in behind their number.
        let at = line.len() - operations(&rows).len();
        let mut line = [&line[..at], &entries, &line[at..]].concat();
        let (unit, header) = (
            (line.len() - 4) as u32,
            u32::from_le_bytes(line[8..12].try_into().unwrap()) + entries.len() as u32,
        );
        line[..4].copy_from_slice(&unit.to_le_bytes());
        line[8..12].copy_from_slice(&header.to_le_bytes());
        Object {
            line_strings: [&*vec![b'a'; 1 << 20], b"\0"].concat(),
            uses: 20_000,
            ..Object::of(line)
        }
        .bytes()
    };
    check("20,000 files in one long name", make, read);
}

#[test]
fn relocations_over_one_another() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        Object { uses: 20_000, tables: 10_000, ..Object::of(program(8, 1, b"a.c\0", &operations(&[1]))) }
            .bytes()
    };
    check("10,000 tables of 20,000 relocations that are the same", make, read);
}

#[test]
fn names_over_one_another() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let names = [NAMES, &*vec![b'u'; 1 << 20], b"\0"].concat();
        let start = NAMES.len() as u32;
        Object {
            names,
            symbols: (start..start + 100_000).collect(),
            uses: 100_000,
            ..Object::of(program(8, 1, b"a.c\0", &operations(&[1])))
        }
        .bytes()
    };
    check("100,000 symbols in one long name", make, read);
    let make = || {
        Object {
            symbols: vec![place("u"); 200_000],
            uses: 200_000,
            ..Object::of(program(8, 1, b"a.c\0", &operations(&[1])))
        }
        .bytes()
    };
    check("200,000 symbols of one name, and as many uses", make, read);
}

#[test]
fn sections_in_one_long_name() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let names = [NAMES, &*vec![b'.'; 4 << 20], b"\0"].concat();
        let object = Object { names, ..Object::of(vec![]) };
        let mut elf = Elf::new(true, REL, X86_64, 0);
        let strings = elf.with(&object.names, Section { kind: 3, ..Section::default() });
        let start = NAMES.len() as u32;
        (start..start + 60_000).for_each(|name| {
            elf.section(Section { name, kind: 1, flags: 2, ..Section::default() });
        });
        let symbols = [symbol(true, 0, 0, 0), symbol(true, place("f"), 0x12, 2)].concat();
        elf.with(&symbols, Section { kind: 2, link: strings, info: 1, entry: 24, ..Section::default() });
        elf.finish(strings)
    };
    check("60,000 sections in one long name", make, read);
}

#[test]
fn compressed_sections_stay_as_they_are() {
    if crate::ran_alone() {
        return;
    }
    let header = [
        &1u32.to_le_bytes()[..],
        &[0; 4],
        &(1u64 << 40).to_le_bytes(),
        &1u64.to_le_bytes(),
        &[0x78, 0x9c],
    ]
    .concat();
    let object = Object { line_flags: 0x800, ..Object::of(header) };
    assert_eq!(
        check("a section that would be a terabyte", || object.bytes(), read),
        Mentions::default()
    );
}

#[test]
fn units_without_end() {
    if crate::ran_alone() {
        return;
    }
    check("four million empty units", || Object::of(vec![0; 16 << 20]).bytes(), read);
    let unit = program(8, 1, b"a.c\0", &operations(&[1]));
    check("200,000 small units", || Object::of(unit.repeat(200_000)).bytes(), read);
}
