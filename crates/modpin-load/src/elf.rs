//! As much of an ELF file as a program must read of its modules: the table of segments, the table of sections, fields of either
//! class and byte order. Believes no number of the file: what lies outside of it is not there.

/// What can be read by offset: a file, or its bytes.
pub trait Parts {
    /// `length` bytes at `offset`; `None` when they are not all there.
    fn part(&self, offset: u64, length: u64) -> Option<Vec<u8>>;
}

impl Parts for [u8] {
    fn part(&self, offset: u64, length: u64) -> Option<Vec<u8>> {
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        self.get(start..end).map(<[u8]>::to_vec)
    }
}

/// How numbers of a file are written.
#[derive(Clone, Copy)]
pub struct Class {
    is_64: bool,
    is_little: bool,
}

/// A segment or a section, as far as we need it.
pub struct Extent {
    pub kind: u32,
    pub offset: u64,
    pub size: u64,
    /// A section's: the one that it refers to.
    pub link: u32,
    pub align: u64,
}

pub const NOTES: u32 = 4;
pub const DYNAMIC_SECTION: u32 = 6;
pub const DYNAMIC_SYMBOLS: u32 = 11;

/// The most that is read of one table: no file of a program has more.
const LARGEST: u64 = 64 << 20;

/// Fields of a table, one after the other.
pub struct Fields<'a> {
    class: Class,
    bytes: &'a [u8],
}

impl Class {
    pub fn of(head: &[u8]) -> Option<Class> {
        match head {
            [0x7f, b'E', b'L', b'F', class @ (1 | 2), order @ (1 | 2), ..] => {
                Some(Class { is_64: *class == 2, is_little: *order == 1 })
            }
            _ => None,
        }
    }

    pub fn fields(self, bytes: &[u8]) -> Fields<'_> {
        Fields { class: self, bytes }
    }

    /// How large a symbol is.
    pub fn symbol_size(self) -> usize {
        if self.is_64 { 24 } else { 16 }
    }

    /// How large an entry of the dynamic section is.
    pub fn dynamic_size(self) -> usize {
        if self.is_64 { 16 } else { 8 }
    }

    /// Name, binding and section of a symbol.
    pub fn symbol(self, bytes: &[u8]) -> Option<(u32, u8, u16)> {
        let mut fields = self.fields(bytes);
        let name = fields.u32()?;
        if !self.is_64 {
            fields.skip(8)?;
        }
        let info = fields.take(1)?[0];
        fields.skip(1)?;
        Some((name, info >> 4, fields.u16()?))
    }
}

impl<'a> Fields<'a> {
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.take(count).map(|_| ())
    }

    fn number(&mut self, count: usize) -> Option<u64> {
        let little = self.class.is_little;
        let bytes = self.take(count)?;
        let digit = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(if little { bytes.iter().rev().fold(0, digit) } else { bytes.iter().fold(0, digit) })
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.number(2).map(|number| number as u16)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.number(4).map(|number| number as u32)
    }

    /// A number as wide as an address.
    pub fn word(&mut self) -> Option<u64> {
        self.number(if self.class.is_64 { 8 } else { 4 })
    }
}

/// The segments of a file, or its sections.
pub fn extents(file: &(impl Parts + ?Sized), sections: bool) -> Option<(Class, Vec<Extent>)> {
    let class = Class::of(&file.part(0, 16)?)?;
    let head = file.part(0, if class.is_64 { 64 } else { 52 })?;
    let mut fields = class.fields(head.get(24..)?);
    fields.word()?;
    let offsets = [fields.word()?, fields.word()?];
    fields.skip(6)?;
    let sizes = [(fields.u16()?, fields.u16()?), (fields.u16()?, fields.u16()?)];
    let (offset, (size, count)) = (offsets[usize::from(sections)], sizes[usize::from(sections)]);
    let table = file.part(offset, u64::from(size) * u64::from(count))?;
    let entries = table.chunks_exact(usize::from(size).max(1));
    let entries = entries.map(|entry| {
        let mut fields = class.fields(entry);
        if sections { section(&mut fields) } else { segment(&mut fields, class) }
    });
    Some((class, entries.collect::<Option<Vec<Extent>>>()?))
}

fn segment(fields: &mut Fields<'_>, class: Class) -> Option<Extent> {
    let kind = fields.u32()?;
    if class.is_64 {
        fields.skip(4)?;
    }
    let offset = fields.word()?;
    fields.word()?;
    fields.word()?;
    let size = fields.word()?;
    fields.word()?;
    if !class.is_64 {
        fields.skip(4)?;
    }
    Some(Extent { kind, offset, size, link: 0, align: fields.word()? })
}

fn section(fields: &mut Fields<'_>) -> Option<Extent> {
    fields.skip(4)?;
    let kind = fields.u32()?;
    fields.word()?;
    fields.word()?;
    let (offset, size, link) = (fields.word()?, fields.word()?, fields.u32()?);
    fields.skip(4)?;
    Some(Extent { kind, offset, size, link, align: fields.word()? })
}

impl Extent {
    /// What is in it.
    pub fn content(&self, file: &(impl Parts + ?Sized)) -> Option<Vec<u8>> {
        if self.size > LARGEST { None } else { file.part(self.offset, self.size) }
    }
}
