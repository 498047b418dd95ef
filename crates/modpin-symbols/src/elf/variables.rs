//! Whether an object brings variables of its own: two copies of it in one process differ as soon as one is written.

use object::Endianness;
use object::elf;
use object::read::elf::{FileHeader, SectionHeader};

use crate::elf::magic::Magic;
use crate::elf::sections::Elf;

/// What only the loader or the start of the program writes, by the beginnings of names.
const WRITTEN_ONCE: [&[u8]; 7] = [
    b".data.rel.ro",
    b".init_array",
    b".fini_array",
    b".preinit_array",
    b".ctors",
    b".dtors",
    b".eh_frame",
];

/// Whether an object has memory that is written while it runs, variables without a name to the outside as well. What is no ELF
/// object has none.
pub fn has_variables(bytes: &[u8]) -> bool {
    match Magic::of(bytes) {
        Magic::Elf if bytes.get(4) == Some(&elf::ELFCLASS32) => {
            writes::<elf::FileHeader32<Endianness>>(bytes)
        }
        Magic::Elf => writes::<elf::FileHeader64<Endianness>>(bytes),
        _ => false,
    }
}

fn writes<H: FileHeader<Endian = Endianness>>(bytes: &[u8]) -> bool {
    let Ok(elf) = Elf::<H>::open(bytes) else { return false };
    let wanted = u64::from(elf::SHF_ALLOC | elf::SHF_WRITE);
    let is_variable = |section: &H::SectionHeader| {
        let flags: u64 = section.sh_flags(elf.endian).into();
        let size: u64 = section.sh_size(elf.endian).into();
        let name = elf.sections.section_name(elf.endian, section).unwrap_or_default();
        flags & wanted == wanted && size > 0 && !WRITTEN_ONCE.iter().any(|once| name.starts_with(once))
    };
    elf.sections.iter().any(is_variable)
}
