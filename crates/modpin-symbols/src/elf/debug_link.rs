//! Where the debug information of a stripped file lies: `.gnu_debuglink` names a file, and `.note.gnu.build-id`, or a checksum
//! beside the name, tells which one belongs to it (gdb's manual, "Debugging Information in Separate Files").

use std::path::{Path, PathBuf};

use object::Object;
use object::read::elf::{ElfFile32, ElfFile64};
use object::{Endianness, elf};

use crate::elf::magic::Magic;

/// What a file says of another one with its debug information.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebugLink {
    /// Empty where it has none.
    build_id: Vec<u8>,
    /// The other file's name, and the checksum of its bytes.
    link: Option<(String, u32)>,
}

impl DebugLink {
    /// What a file says; `None` where nothing tells whether another file belongs to it.
    pub fn of(bytes: &[u8]) -> Option<DebugLink> {
        (Magic::of(bytes) == Magic::Elf).then_some(())?;
        match bytes.get(4) == Some(&elf::ELFCLASS32) {
            true => read(&ElfFile32::<Endianness>::parse(bytes).ok()?),
            false => read(&ElfFile64::<Endianness>::parse(bytes).ok()?),
        }
    }

    /// Where a debugger looks for the other file, in its order. `path` is this file's own.
    pub fn places(&self, path: &Path) -> Vec<PathBuf> {
        const DEBUG: &str = "/usr/lib/debug";
        let mut places = Vec::new();
        if let Some((first, rest)) = self.build_id().split_at_checked(2) {
            places.push(Path::new(DEBUG).join(".build-id").join(first).join(format!("{rest}.debug")));
        }
        if let (Some((name, _)), Some(dir)) = (&self.link, path.parent()) {
            places.push(dir.join(name));
            places.push(dir.join(".debug").join(name));
            let below = dir.strip_prefix("/").unwrap_or(dir);
            places.push(Path::new(DEBUG).join(below).join(name));
        }
        places
    }

    /// The build id in hexadecimal digits.
    pub fn build_id(&self) -> String {
        self.build_id.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether these bytes are the other file.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        match &self.link {
            Some((_, checksum)) if self.build_id.is_empty() => crc32(bytes) == *checksum,
            _ => DebugLink::of(bytes).is_some_and(|other| other.build_id == self.build_id),
        }
    }
}

fn read<'a>(file: &impl Object<'a>) -> Option<DebugLink> {
    let build_id = file.build_id().ok().flatten().unwrap_or_default().to_vec();
    let link = file.gnu_debuglink().ok().flatten();
    let link =
        link.and_then(|(name, checksum)| Some((std::str::from_utf8(name).ok()?.to_owned(), checksum)));
    // The name of a file, not a way to somewhere else.
    let link = link.filter(|(name, _)| !name.is_empty() && !name.contains('/'));
    (!build_id.is_empty() || link.is_some()).then_some(DebugLink { build_id, link })
}

/// The checksum of `objcopy --add-gnu-debuglink`: that of zip and Ethernet. It is asked for once, of files without a build id.
fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let shift = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ POLYNOMIAL } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debuggers_look_in_four_places() {
        let link = DebugLink { build_id: vec![0xab, 0xcd, 0xef], link: Some(("host.debug".into(), 0)) };
        let places: Vec<String> =
            link.places(Path::new("/opt/host")).iter().map(|path| path.display().to_string()).collect();
        assert_eq!(
            places,
            [
                "/usr/lib/debug/.build-id/ab/cdef.debug",
                "/opt/host.debug",
                "/opt/.debug/host.debug",
                "/usr/lib/debug/opt/host.debug",
            ]
        );
    }

    #[test]
    fn the_checksum_is_that_of_zip() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn rubbish_has_no_link() {
        assert_eq!(DebugLink::of(b"\x7fELF\x02\x01"), None);
        assert_eq!(DebugLink::of(b"#!/bin/sh"), None);
    }
}
