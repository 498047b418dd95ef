//! To which build a file belongs: a note, read from the file. Nothing of it is loaded or run.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::elf::{Class, NOTES, Parts, extents};
use crate::error::{Error, Result};

/// Who writes the note.
const NAME: &[u8] = b"modpin\0";

/// The note's kind.
const KIND: u32 = 1;

impl Parts for File {
    fn part(&self, offset: u64, length: u64) -> Option<Vec<u8>> {
        let in_file = self.metadata().ok()?.len();
        if offset.checked_add(length)? > in_file {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        self.read_exact_at(&mut bytes, offset).ok()?;
        Some(bytes)
    }
}

/// The build that a program or a module belongs to: what `Project::identity` says, and a digest of the configuration. `None` when
/// the file records none.
///
/// # Errors
/// [`Error::Io`] for a file that cannot be opened.
pub fn recorded(path: impl AsRef<Path>) -> Result<Option<String>> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    Ok(of_file(&file))
}

fn of_file(file: &(impl Parts + ?Sized)) -> Option<String> {
    let (class, segments) = extents(file, false)?;
    let notes = segments.into_iter().filter(|segment| segment.kind == NOTES);
    notes.filter_map(|notes| in_notes(class, &notes.content(file)?, notes.align)).next()
}

/// Our note among those of a segment.
fn in_notes(class: Class, bytes: &[u8], align: u64) -> Option<String> {
    let align = if align == 8 { 8 } else { 4 };
    let mut fields = class.fields(bytes);
    loop {
        let (name, text, kind) = (fields.u32()? as usize, fields.u32()? as usize, fields.u32()?);
        // The head has 12 bytes, and what follows it begins on a boundary, counted from the note's start.
        let name_end = padded(12usize.checked_add(name)?, align)? - 12;
        let found = fields.take(name_end)?.get(..name)?;
        let (is_ours, content) = (found == NAME && kind == KIND, fields.take(text)?);
        if is_ours {
            let text = content.strip_suffix(b"\0")?;
            return Some(String::from_utf8_lossy(text).into_owned());
        }
        fields.skip(padded(text, align)? - text)?;
    }
}

fn padded(length: usize, align: usize) -> Option<usize> {
    length.checked_next_multiple_of(align)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes of a file of 64 bits, lower byte first.
    fn notes(all: &[(&[u8], u32, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, kind, text) in all {
            for number in [name.len() as u32, text.len() as u32, *kind] {
                bytes.extend(number.to_le_bytes());
            }
            for part in [name, text] {
                bytes.extend(*part);
                bytes.resize(bytes.len().next_multiple_of(4), 0);
            }
        }
        bytes
    }

    fn found(bytes: &[u8]) -> Option<String> {
        in_notes(Class::of(b"\x7fELF\x02\x01\x01").expect("a class"), bytes, 4)
    }

    #[test]
    fn ours_is_found_among_others() {
        let other: (&[u8], u32, &[u8]) = (b"GNU\0", 3, b"12345");
        let bytes = notes(&[other, (NAME, 2, b"no\0"), (NAME, KIND, b"imgtool 1 00ff\0"), other]);
        assert_eq!(found(&bytes).as_deref(), Some("imgtool 1 00ff"));
        assert_eq!(found(&notes(&[other])), None);
        // Cut anywhere, it is whole or not there.
        for end in 0..bytes.len() {
            assert!(found(&bytes[..end]).is_none_or(|text| text == "imgtool 1 00ff"), "{end}");
        }
    }

    #[test]
    fn numbers_that_lead_nowhere() {
        for at in 0..12 {
            let mut bytes = notes(&[(NAME, KIND, b"x\0")]);
            bytes[at] = 0xff;
            found(&bytes);
        }
        assert_eq!(found(&notes(&[(NAME, KIND, b"no end")])), None);
        let file: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0short";
        assert_eq!(of_file(file), None);
        assert_eq!(of_file(&b"#!/bin/sh\n"[..]), None);
    }
}
