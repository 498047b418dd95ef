//! One symbol of a finished file as it stands in its table, and what a loader makes of it.

use crate::elf::image::Image;
use crate::error::Result;
use crate::facts::table::{Binding, Kind};

const STT_GNU_IFUNC: u8 = 10;

/// A symbol as it stands in the table.
pub(crate) struct DynamicSymbol {
    pub name: u32,
    pub binding: u8,
    pub kind: u8,
    pub visibility: u8,
    pub section: u16,
    pub value: u64,
}

impl DynamicSymbol {
    /// The size of an entry of the table.
    pub fn size(image: &Image<'_>) -> u64 {
        if image.wide { 24 } else { 16 }
    }

    /// The entry at this position.
    pub fn read(image: &Image<'_>, at: u64) -> Result<DynamicSymbol> {
        let (name, [info, other], section, value) = match image.wide {
            true => {
                let entry: [u8; 24] = image.array(at)?;
                let value = image.of_order(part(&entry, 8), u64::from_le_bytes, u64::from_be_bytes);
                (part(&entry, 0), part(&entry, 4), part(&entry, 6), value)
            }
            false => {
                let entry: [u8; 16] = image.array(at)?;
                let value = image.of_order(part(&entry, 4), u32::from_le_bytes, u32::from_be_bytes);
                (part(&entry, 0), part(&entry, 12), part(&entry, 14), value.into())
            }
        };
        let name = image.of_order(name, u32::from_le_bytes, u32::from_be_bytes);
        let section = image.of_order(section, u16::from_le_bytes, u16::from_be_bytes);
        let (binding, kind, visibility) = (info >> 4, info & 15, other & 3);
        Ok(DynamicSymbol { name, binding, kind, visibility, section, value })
    }

    /// As in glibc's `check_match` and `do_lookup_x`: a value or a thread's variable, of a type and binding that count,
    /// and not hidden.
    pub fn is_offered(&self) -> bool {
        const ABSOLUTE: u16 = 0xfff1;
        let has_value = self.value != 0 || self.section == ABSOLUTE || self.kind == 6;
        self.section != 0
            && has_value
            && matches!(self.kind, 0 | 1 | 2 | 5 | 6 | STT_GNU_IFUNC)
            && matches!(self.binding, 1 | 2 | 10)
            && matches!(self.visibility, 0 | 3)
    }

    pub fn binding(&self) -> Binding {
        match self.binding {
            2 => Binding::Weak,
            10 => Binding::Unique,
            _ => Binding::Global,
        }
    }

    pub fn kind(&self) -> Kind {
        match self.kind {
            1 => Kind::Data,
            2 => Kind::Function,
            5 => Kind::Common,
            6 => Kind::Tls,
            STT_GNU_IFUNC => Kind::Ifunc,
            _ => Kind::Other,
        }
    }

    /// Local and hidden ones are the file's own business.
    pub fn is_looked_up(&self) -> bool {
        self.binding != 0 && matches!(self.visibility, 0 | 3)
    }
}

/// Some bytes of an entry.
#[inline]
fn part<const N: usize>(entry: &[u8], at: usize) -> [u8; N] {
    *entry[at..].first_chunk().expect("a part of an entry")
}
