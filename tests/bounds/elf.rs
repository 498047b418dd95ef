//! Writes ELF files that no compiler would: any header, any table, laid over one another at will.

/// A file on its way. What is added lies one behind the other; positions are also addresses.
pub struct Elf {
    bytes: Vec<u8>,
    wide: bool,
    segments: u16,
    sections: Vec<Section>,
}

/// A section header.
#[derive(Clone, Copy, Default)]
pub struct Section {
    pub name: u32,
    pub kind: u32,
    pub flags: u64,
    pub at: u64,
    pub size: u64,
    pub link: u32,
    pub info: u32,
    pub entry: u64,
}

pub const REL: u16 = 1;
pub const DYN: u16 = 3;
pub const X86_64: u16 = 62;
pub const I386: u16 = 3;
pub const LOAD: u32 = 1;
pub const DYNAMIC: u32 = 2;

impl Elf {
    /// An object, or a library that will be given `segments` program headers.
    pub fn new(wide: bool, kind: u16, machine: u16, segments: u16) -> Elf {
        let mut bytes = b"\x7fELF".to_vec();
        bytes.extend([if wide { 2 } else { 1 }, 1, 1]);
        bytes.resize(if wide { 64 } else { 52 }, 0);
        bytes[16..18].copy_from_slice(&kind.to_le_bytes());
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        let table = bytes.len();
        bytes.resize(table + usize::from(segments) * if wide { 56 } else { 32 }, 0);
        Elf { bytes, wide, segments: 0, sections: vec![Section::default()] }
    }

    /// Adds bytes and answers where they lie.
    pub fn add(&mut self, bytes: &[u8]) -> u64 {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let at = self.bytes.len();
        self.bytes.extend(bytes);
        at as u64
    }

    /// The next program header.
    pub fn segment(&mut self, kind: u32, at: u64, address: u64, size: u64) {
        let number = usize::from(self.segments);
        self.segments += 1;
        let word = |value: u64| value.to_le_bytes()[..if self.wide { 8 } else { 4 }].to_vec();
        let kind = kind.to_le_bytes();
        let header = match self.wide {
            true => {
                [&kind[..], &[4, 0, 0, 0], &word(at), &word(address), &word(0), &word(size)].concat()
            }
            false => [&kind[..], &word(at), &word(address), &word(0), &word(size)].concat(),
        };
        let place = if self.wide { 64 + 56 * number } else { 52 + 32 * number };
        self.bytes[place..place + header.len()].copy_from_slice(&header);
    }

    /// Adds a section header and answers its number.
    pub fn section(&mut self, section: Section) -> u32 {
        self.sections.push(section);
        self.sections.len() as u32 - 1
    }

    /// Adds bytes with a section header of their own.
    pub fn with(&mut self, bytes: &[u8], section: Section) -> u32 {
        let at = self.add(bytes);
        self.section(Section { at, size: bytes.len() as u64, ..section })
    }

    /// The file. `names` is the number of the section that holds the names of sections.
    pub fn finish(mut self, names: u32) -> Vec<u8> {
        let table = self.add(&[]);
        let word = |value: u64| value.to_le_bytes()[..if self.wide { 8 } else { 4 }].to_vec();
        for section in &self.sections {
            self.bytes.extend(section.name.to_le_bytes());
            self.bytes.extend(section.kind.to_le_bytes());
            for value in [section.flags, 0, section.at, section.size] {
                self.bytes.extend(word(value));
            }
            self.bytes.extend(section.link.to_le_bytes());
            self.bytes.extend(section.info.to_le_bytes());
            self.bytes.extend([word(1), word(section.entry)].concat());
        }
        let count = self.sections.len();
        assert!(count < 0xff00, "more sections than this writer can count");
        let (at, halves) = if self.wide { (32, 52) } else { (28, 40) };
        let start = if self.wide { 64 } else { 52 };
        let tables = [word(start), word(table)].concat();
        self.bytes[at..at + tables.len()].copy_from_slice(&tables);
        let sizes = if self.wide { [64, 56, self.segments, 64] } else { [52, 32, self.segments, 40] };
        let all = sizes.into_iter().chain([count as u16, names as u16]);
        let all: Vec<u8> = all.flat_map(u16::to_le_bytes).collect();
        self.bytes[halves..halves + all.len()].copy_from_slice(&all);
        self.bytes
    }
}

/// A symbol: the place of its name, binding and kind, section.
pub fn symbol(wide: bool, name: u32, info: u8, section: u16) -> Vec<u8> {
    let (name, section) = (name.to_le_bytes(), section.to_le_bytes());
    match wide {
        true => [&name[..], &[info, 0], &section, &1u64.to_le_bytes(), &[0; 8]].concat(),
        false => [&name[..], &1u32.to_le_bytes(), &[0; 4], &[info, 0], &section].concat(),
    }
}

/// Entries of a dynamic section.
pub fn dynamic(wide: bool, entries: &[(u64, u64)]) -> Vec<u8> {
    let all = entries.iter().flat_map(|&(tag, value)| [tag, value]);
    all.flat_map(|value| value.to_le_bytes()[..if wide { 8 } else { 4 }].to_vec()).collect()
}
