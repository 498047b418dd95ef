//! Writes an archive as `ar Drcs` would: GNU format with index, the members in the order given.
//!
//! The bytes depend on names and contents only: times, owners and modes are fixed.

use std::borrow::Cow;
use std::io;

use ar_archive_writer::{ArchiveKind, NewArchiveMember, ObjectReader, write_archive_to_stream};

use crate::elf::magic::Magic;
use crate::elf::object::read_object;
use crate::error::{Error, Result};

/// Makes an archive of these members, each a name (without directory) and its bytes. Two members may have the same name.
/// Without members it is a valid empty archive.
///
/// # Errors
/// [`Error::Unwritable`] for a name that no archive can hold, and for a member that is damaged or has its symbols in an
/// LTO compiler's form: the linker would not find them through the index.
pub fn write_archive(members: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    for (name, _) in members {
        check_name(name)?;
    }
    let new: Vec<_> = members
        .iter()
        .map(|&(name, bytes)| NewArchiveMember::new(bytes, &READER, in_ascii(name)))
        .collect();
    let mut out =
        io::Cursor::new(Vec::with_capacity(members.iter().map(|(_, bytes)| bytes.len() + 512).sum()));
    write_archive_to_stream(&mut out, &new, ArchiveKind::Gnu, false, None)
        .map_err(|error| blame(members, &error))?;
    let mut archive = out.into_inner();
    put_names(&mut archive, members);
    Ok(archive)
}

/// A name as the writer is told of it. It fills a name in a header up to 16 characters, where bytes are meant; so it gets as many others.
fn in_ascii(name: &str) -> String {
    match name.len() < HEADER_NAME {
        true => name.bytes().map(|byte| if byte.is_ascii() { byte as char } else { '_' }).collect(),
        false => name.to_owned(),
    }
}

/// Names shorter than this stand in headers, with a slash behind them, and others in a list of their own.
const HEADER_NAME: usize = 16;

/// Puts the names themselves in the place of what the writer was told.
fn put_names(archive: &mut [u8], members: &[(&str, &[u8])]) {
    // The ar format: a header of 60 bytes, the size at 48, and contents start at even places.
    const HEADER: usize = 60;
    let (mut at, mut members) = (b"!<arch>\n".len(), members.iter());
    while let Some(header) = archive.get_mut(at..at + HEADER) {
        let size =
            str::from_utf8(&header[48..58]).ok().and_then(|size| size.trim_end().parse::<usize>().ok());
        // The index and the list of names.
        let is_own =
            header.starts_with(b"/ ") || header.starts_with(b"//") || header.starts_with(b"/SYM64/");
        if !is_own
            && let Some((name, _)) = members.next()
            && name.len() < HEADER_NAME
        {
            header[..name.len()].copy_from_slice(name.as_bytes());
        }
        let Some(size) = size else { return };
        at += HEADER + size + size % 2;
    }
}

/// The writer asks for symbols through this; the other questions concern formats that are not written here.
const READER: ObjectReader = ObjectReader {
    get_symbols,
    is_64_bit_object_file: |_| false,
    is_ec_object_file: |_| false,
    is_any_arm64_coff: |_| false,
    get_xcoff_member_alignment: |_| 2,
};

fn get_symbols(bytes: &[u8], found: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<bool> {
    if !matches!(Magic::of(bytes), Magic::Elf | Magic::Bitcode) {
        return Ok(false);
    }
    let object = read_object(bytes).map_err(io::Error::other)?;
    if object.hides_symbols() {
        return Err(io::Error::other("LTO"));
    }
    for definition in &object.table.defined {
        // Our reading of a name that is not UTF-8 is not what the linker will ask for.
        let Cow::Borrowed(name) = definition.name else { return Err(io::Error::other("not UTF-8")) };
        match &definition.version {
            None => found(name.as_bytes())?,
            Some(version) if definition.default_version => {
                found(format!("{name}@@{version}").as_bytes())?
            }
            Some(version) => found(format!("{name}@{version}").as_bytes())?,
        }
    }
    Ok(true)
}

fn check_name(name: &str) -> Result<()> {
    let why = match name {
        "" => "a member needs a name",
        name if name.contains(['/', '\n', '\0']) => {
            "a member's name cannot hold a slash, a newline or a NUL byte"
        }
        _ => return Ok(()),
    };
    Err(Error::Unwritable { member: format!("{name:?}"), why: why.to_owned() })
}

/// The writer's error does not say which member it met: look for one that explains it.
fn blame(members: &[(&str, &[u8])], error: &io::Error) -> Error {
    for (name, bytes) in members {
        if let Some(why) = trouble(bytes) {
            return Error::Unwritable { member: (*name).to_owned(), why };
        }
    }
    Error::Unwritable { member: "of the archive".to_owned(), why: error.to_string() }
}

fn trouble(bytes: &[u8]) -> Option<String> {
    let object = match read_object(bytes) {
        Ok(object) => object,
        Err(damaged @ Error::DamagedObject { .. }) => return Some(damaged.to_string()),
        Err(_) => return None,
    };
    if object.hides_symbols() {
        let what = object.lto.map(|lto| lto.words()).unwrap_or_default();
        let help = "help: compile it with -ffat-lto-objects or without -flto";
        return Some(format!("it is {what}, whose symbols an archive's index cannot name\n  {help}"));
    }
    let foreign =
        object.table.defined.iter().find(|definition| matches!(definition.name, Cow::Owned(_)));
    foreign.map(|definition| {
        format!(
            "its symbol {} is not UTF-8\n  help: give it a name of letters, digits and underscores",
            definition.name
        )
    })
}
