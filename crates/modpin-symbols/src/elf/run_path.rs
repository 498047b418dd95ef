//! Where a finished file says that its libraries are (DT_RUNPATH, DT_RPATH): the text, and its place in the file, so that whoever
//! moves the file can say it anew.

use std::ops::Range;

use crate::elf::dynamic::DynamicSection;
use crate::elf::image::{Image, offset};
use crate::error::{Result, damage};

const PT_DYNAMIC: u32 = 2;
const DT_STRTAB: u64 = 5;
const DT_RPATH: u64 = 15;
const DT_RUNPATH: u64 = 29;

/// The search path of a finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPath {
    /// Where its bytes are; a zero follows.
    pub at: Range<usize>,
    /// The path.
    pub text: String,
}

impl RunPath {
    /// What a finished file says; `None` where it says nothing.
    ///
    /// # Errors
    /// [`Error::NotAnObject`](crate::Error::NotAnObject) for anything but an ELF file; for one that contradicts itself,
    /// [`Error::DamagedObject`](crate::Error::DamagedObject).
    pub fn of(bytes: &[u8]) -> Result<Option<RunPath>> {
        let image = Image::open(bytes)?;
        let dynamic = image.segments.iter().find(|segment| segment.kind == PT_DYNAMIC);
        let Some(segment) = dynamic.filter(|segment| segment.size > 0) else { return Ok(None) };
        let section = DynamicSection::read(&image, segment.offset, segment.size)?;
        let text = section.get(DT_RUNPATH).or_else(|| section.get(DT_RPATH));
        let (Some(text), Some(table)) = (text, section.get(DT_STRTAB)) else { return Ok(None) };
        let range = image.mapped(offset(table, text)?)?;
        let start = range.start as usize;
        let rest = image.slice(range)?;
        let length = rest.iter().position(|&byte| byte == 0);
        let length = length.ok_or_else(|| damage("its search path has no end"))?;
        let text = String::from_utf8_lossy(&rest[..length]).into_owned();
        Ok(Some(RunPath { at: start..start + length, text }))
    }

    /// Puts another path in its place.
    ///
    /// # Errors
    /// How many bytes it would take that are not there.
    pub fn replace(&self, bytes: &mut [u8], text: &str) -> std::result::Result<(), usize> {
        let place = bytes.get_mut(self.at.clone()).unwrap_or_default();
        let Some((written, rest)) = place.split_at_mut_checked(text.len()) else {
            return Err(text.len() - place.len());
        };
        written.copy_from_slice(text.as_bytes());
        rest.fill(0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_dynamic_section_says_nothing() {
        let mut header = b"\x7fELF\x02\x01\x01".to_vec();
        header.resize(64, 0);
        assert_eq!(RunPath::of(&header), Ok(None));
        assert!(RunPath::of(b"text").is_err());
    }

    #[test]
    fn a_shorter_path_leaves_zeros_and_a_longer_one_nothing() {
        let mut bytes = b"ab/x/y\0c".to_vec();
        let path = RunPath { at: 2..6, text: "/x/y".into() };
        assert_eq!(path.replace(&mut bytes, "/zz/zz"), Err(2));
        assert_eq!(bytes, b"ab/x/y\0c");
        assert_eq!(path.replace(&mut bytes, "/z"), Ok(()));
        assert_eq!(bytes, b"ab/z\0\0\0c");
    }
}
