//! Reads every member of an archive: GNU, System V with 64-bit index, BSD and thin ones.
//!
//! The archive's own index is not believed: it names no visibility, may be old, and may be missing. It is asked for one
//! thing only, which names a member defines whose symbols cannot be read. Knows no order of linking and opens no file:
//! the bytes of a thin archive's members come from the caller.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use object::read::archive::{ArchiveFile, ArchiveMember};

use crate::error::{Error, Result};
use crate::magic::Magic;
use crate::name;
use crate::object::{lowercase, read_object};
use crate::object_names::Names;
use crate::unit::{Content, Unit};

/// Reads the members of an archive in their order. One damaged member is reported in its place and does not stop the
/// others. `external` gives the bytes of a thin archive's member, by its path as the archive states it (relative to the
/// archive's directory); it is not called for other archives.
///
/// # Errors
/// [`Error::NotAnObject`] when the bytes are no archive; [`Error::DamagedArchive`] when a member's header is broken or
/// the file ends inside a member, so that others may be missing.
pub fn read_archive<'a>(
    bytes: &'a [u8],
    external: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
) -> Result<Vec<Unit<'a>>> {
    read_members(bytes, external, None)
}

/// As [`read_archive`], and of the symbols only what they say of these names.
pub(crate) fn read_members<'a>(
    bytes: &'a [u8],
    external: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
    names: Option<&Names<'_>>,
) -> Result<Vec<Unit<'a>>> {
    let magic = Magic::of(bytes);
    if !matches!(magic, Magic::Archive | Magic::ThinArchive) {
        return Err(Error::NotAnObject { found: magic.words().into() });
    }
    let archive = ArchiveFile::parse(bytes).map_err(|error| damage(&error, None))?;
    // Not for its names: an index that does not fit into the file means that members behind it are lost.
    archive.symbols().map_err(|error| damage(&error, None))?;
    let mut units = Vec::new();
    let mut blind = HashMap::new();
    for member in archive.members() {
        let member = member.map_err(|error| damage(&error, units.last()))?;
        let name = name::decode(member.name());
        let content = match member.is_thin() && archive.is_thin() {
            true => read_external(&name, external, names),
            false => read_content(member.data(bytes).map_err(|_| cut_inside(&name))?, names),
        };
        let unit = Unit { name, content, listed: Vec::new() };
        if unit.blind_spot().is_some() {
            blind.insert(header_offset(bytes, &member), units.len());
        }
        units.push(unit);
    }
    if !blind.is_empty() {
        list_names(&archive, &blind, &mut units);
    }
    Ok(units)
}

fn read_content<'a>(bytes: &'a [u8], names: Option<&Names<'_>>) -> Content<'a> {
    match names.map_or_else(|| read_object(bytes), |names| names.read(bytes)) {
        Ok(object) => Content::Object(object),
        Err(Error::NotAnObject { found }) => Content::Foreign(found),
        Err(Error::DamagedObject { why }) => Content::Damaged(Cow::Owned(why)),
        Err(other) => Content::Damaged(Cow::Owned(other.to_string())),
    }
}

fn read_external(
    path: &str,
    external: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
    names: Option<&Names<'_>>,
) -> Content<'static> {
    let bytes = match external(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let why =
                format!("cannot be opened: {error} (a thin archive has only paths, from where it lies)");
            return Content::Damaged(Cow::Owned(why));
        }
    };
    Unit { name: Cow::Borrowed(""), content: read_content(&bytes, names), listed: Vec::new() }
        .into_owned()
        .content
}

/// Where the member's header begins, which is how the archive's index points at it.
fn header_offset(bytes: &[u8], member: &ArchiveMember<'_>) -> Option<u64> {
    let header = std::ptr::from_ref(member.header()?).addr();
    u64::try_from(header.checked_sub(bytes.as_ptr().addr())?).ok()
}

/// Notes what the archive's index says of the members at these offsets. A broken index is as good as none.
fn list_names<'a>(
    archive: &ArchiveFile<'a>,
    blind: &HashMap<Option<u64>, usize>,
    units: &mut [Unit<'a>],
) {
    let Ok(Some(symbols)) = archive.symbols() else { return };
    for symbol in symbols.map_while(std::result::Result::ok) {
        let Some(&position) = blind.get(&Some(symbol.offset().0)) else { continue };
        if let Some(unit) = units.get_mut(position) {
            unit.listed.push(name::split_version(symbol.name()).name);
        }
    }
    for &position in blind.values() {
        if let Some(unit) = units.get_mut(position) {
            unit.listed.sort_unstable();
            unit.listed.dedup();
        }
    }
}

fn damage(error: &object::read::Error, last: Option<&Unit<'_>>) -> Error {
    let at = match last {
        None => "before the first member".to_owned(),
        Some(unit) => format!("after member {}", unit.name),
    };
    Error::DamagedArchive { why: lowercase(error.to_string()), at }
}

fn cut_inside(name: &str) -> Error {
    Error::DamagedArchive {
        why: "the file is cut off".to_owned(),
        at: format!("inside of member {name}"),
    }
}
