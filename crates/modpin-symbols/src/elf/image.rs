//! An ELF file as the dynamic loader and a debugger open it: class, byte order, the segments that are mapped, the
//! sections if there are any, and numbers at addresses.
//!
//! Every position comes from the file and may be a lie: what does not fit is an error, never a panic.

use std::ops::Range;

use crate::elf::machine::machine_name;
use crate::elf::magic::Magic;
use crate::error::{Error, Result, damage};

/// One file, its headers read.
pub(crate) struct Image<'a> {
    pub bytes: &'a [u8],
    /// ELFCLASS64.
    pub wide: bool,
    pub little: bool,
    /// ET_DYN, ET_EXEC…
    pub kind: u16,
    /// EM_X86_64…
    pub machine: u16,
    pub segments: Vec<Segment>,
}

/// A program header.
pub(crate) struct Segment {
    pub kind: u32,
    pub offset: u64,
    pub address: u64,
    pub size: u64,
    /// With what is not in the file.
    pub size_in_memory: u64,
    pub align: u64,
}

/// A section header.
pub(crate) struct Section {
    pub kind: u32,
    pub offset: u64,
    pub size: u64,
    pub link: u32,
}

/// What mapping a file needs of PT_LOAD.
const PT_LOAD: u32 = 1;

impl<'a> Image<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Image<'a>> {
        let magic = Magic::of(bytes);
        if magic != Magic::Elf {
            return Err(Error::NotAnObject { found: magic.words().into() });
        }
        let (class, order) = (bytes.get(4).copied(), bytes.get(5).copied());
        let (Some(class @ 1..=2), Some(order @ 1..=2)) = (class, order) else {
            return Err(damage("its class or byte order is none that there is"));
        };
        let mut image = Image {
            bytes,
            wide: class == 2,
            little: order == 1,
            kind: 0,
            machine: 0,
            segments: Vec::new(),
        };
        image.kind = image.half(16)?;
        image.machine = image.half(18)?;
        image.segments = image.program_headers()?;
        Ok(image)
    }

    pub fn machine_name(&self) -> String {
        machine_name(self.machine, self.wide, self.little).into_owned()
    }

    fn program_headers(&self) -> Result<Vec<Segment>> {
        let (table, size, count) = match self.wide {
            true => (self.word(32)?, self.half(54)?, self.half(56)?),
            false => (self.word(28)?, self.half(42)?, self.half(44)?),
        };
        let header = |index: u16| -> Result<Segment> {
            let at = offset(table, u64::from(index) * u64::from(size))?;
            let kind = self.int(at)?;
            let field = |wide: u64, narrow: u64| self.word(at + if self.wide { wide } else { narrow });
            let (offset, address, size) = (field(8, 4)?, field(16, 8)?, field(32, 16)?);
            // A header that is cut off here was good enough so far.
            let (size_in_memory, align) = (field(40, 20).unwrap_or(size), field(48, 28).unwrap_or(0));
            Ok(Segment { kind, offset, address, size, size_in_memory, align })
        };
        (0..count).map(header).collect()
    }

    /// The section headers; none where a file was stripped of them.
    pub fn sections(&self) -> Result<Vec<Section>> {
        let (table, size, count) = match self.wide {
            true => (self.word(40)?, self.half(58)?, self.half(60)?),
            false => (self.word(32)?, self.half(46)?, self.half(48)?),
        };
        if table == 0 || size == 0 {
            return Ok(Vec::new());
        }
        if size < if self.wide { 64 } else { 40 } {
            return Err(damage("its section headers lie over one another"));
        }
        let header = |index: u64| -> Result<Section> {
            let at = offset(table, index * u64::from(size))?;
            let field = |wide: u64, narrow: u64| self.word(at + if self.wide { wide } else { narrow });
            self.int(at)?;
            let (kind, link) = (self.int(at + 4)?, self.int(at + if self.wide { 40 } else { 24 })?);
            Ok(Section { kind, offset: field(24, 16)?, size: field(32, 20)?, link })
        };
        // More sections than fit into the header's field: the first section says how many.
        let count = if count == 0 { header(0)?.size } else { u64::from(count) };
        let fits = (self.bytes.len() as u64).checked_div(u64::from(size)).unwrap_or(0);
        if count > fits {
            return Err(damage("it states more sections than it can hold"));
        }
        (0..count).map(header).collect()
    }

    /// Where in the file an address of the mapped program is, with all bytes from there to the segment's end.
    pub fn mapped(&self, address: u64) -> Result<Range<u64>> {
        let loads = self.segments.iter().filter(|segment| segment.kind == PT_LOAD);
        let holds = |segment: &&Segment| {
            address.checked_sub(segment.address).is_some_and(|at| at < segment.size)
        };
        let segment = loads
            .clone()
            .find(holds)
            .ok_or_else(|| damage("an address of its dynamic section is not mapped"))?;
        let start = offset(segment.offset, address - segment.address)?;
        let end = offset(segment.offset, segment.size)?.min(self.bytes.len() as u64);
        if start > end { Err(damage("the file is cut off")) } else { Ok(start..end) }
    }

    /// The bytes of a range of the file.
    pub fn slice(&self, range: Range<u64>) -> Result<&'a [u8]> {
        let cut = || damage("the file is cut off");
        let start = usize::try_from(range.start).map_err(|_| cut())?;
        let end = usize::try_from(range.end).map_err(|_| cut())?;
        self.bytes.get(start..end).ok_or_else(cut)
    }

    pub fn byte(&self, at: u64) -> Result<u8> {
        self.array::<1>(at).map(|[byte]| byte)
    }

    pub fn half(&self, at: u64) -> Result<u16> {
        let bytes = self.array::<2>(at)?;
        Ok(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    pub fn int(&self, at: u64) -> Result<u32> {
        let bytes = self.array::<4>(at)?;
        Ok(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    pub fn long(&self, at: u64) -> Result<u64> {
        let bytes = self.array::<8>(at)?;
        Ok(if self.little { u64::from_le_bytes(bytes) } else { u64::from_be_bytes(bytes) })
    }

    /// A number of the class's own size.
    pub fn word(&self, at: u64) -> Result<u64> {
        if self.wide { self.long(at) } else { self.int(at).map(u64::from) }
    }

    /// The symbol and the kind of a relocation.
    #[inline]
    pub fn relocation(&self, entry: &[u8]) -> (u32, u32) {
        if let (true, Some(info)) = (self.wide, entry.get(8..).and_then(<[u8]>::first_chunk)) {
            let info = self.of_order(*info, u64::from_le_bytes, u64::from_be_bytes);
            return ((info >> 32) as u32, info as u32);
        }
        let info = entry.get(4..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
        let info = self.of_order(info, u32::from_le_bytes, u32::from_be_bytes);
        (info >> 8, info & 0xff)
    }

    /// A number in the order of the file.
    #[inline]
    pub fn of_order<const N: usize, T>(
        &self,
        bytes: [u8; N],
        little: fn([u8; N]) -> T,
        big: fn([u8; N]) -> T,
    ) -> T {
        if self.little { little(bytes) } else { big(bytes) }
    }

    #[inline]
    pub fn array<const N: usize>(&self, at: u64) -> Result<[u8; N]> {
        let end = offset(at, N as u64)?;
        self.slice(at..end)?.try_into().map_err(|_| damage("the file is cut off"))
    }
}

/// A sum of two numbers of a file.
pub(crate) fn offset(base: u64, more: u64) -> Result<u64> {
    base.checked_add(more).ok_or_else(|| damage("a position in it overflows"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(class: u8, order: u8) -> Vec<u8> {
        let mut bytes = b"\x7fELF".to_vec();
        bytes.extend([class, order, 1]);
        bytes.resize(64, 0);
        bytes
    }

    #[test]
    fn class_and_order_come_from_the_file() {
        let mut bytes = header(2, 2);
        bytes[18..20].copy_from_slice(&[0, 22]);
        let image = Image::open(&bytes).unwrap();
        assert_eq!((image.wide, image.machine_name().as_str()), (true, "s390x"));
        assert!(Image::open(&header(3, 1)).is_err());
        assert!(Image::open(&header(2, 0)).is_err());
        assert!(Image::open(&header(1, 1)[..20]).is_err());
    }

    #[test]
    fn positions_outside_are_damage() {
        let image = header(2, 1);
        let image = Image::open(&image).unwrap();
        assert!(image.word(u64::MAX).is_err());
        let (from, to) = (10, 5);
        assert!(image.slice(from..to).is_err());
        assert!(image.mapped(0).is_err());
    }
}
