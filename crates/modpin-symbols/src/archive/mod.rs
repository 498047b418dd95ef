//! Reads every member of an archive: GNU, System V with 64-bit index, BSD and thin ones.
//!
//! The archive's own index is not believed: it names no visibility, may be old, and may be missing. It is asked for one
//! thing only, which names a member defines whose symbols cannot be read. The bytes of a thin archive's members come from
//! the caller.

pub(crate) mod unit;
pub(crate) mod members;
pub(crate) mod write;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io;

use object::read::archive::{ArchiveFile, ArchiveMember};

use crate::archive::unit::{Content, Unit};
use crate::elf::magic::Magic;
use crate::elf::object::read_only;
use crate::elf::object_names::Names;
use crate::error::{Error, Result, lowercase};
use crate::name;
use modpin_budget::{Budget, grown};

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
    // Most members are larger: a list that need not grow is not copied.
    let mut units = Vec::with_capacity((bytes.len() / 4096).min(1 << 16));
    let mut blind = HashMap::new();
    let mut held = Held::of(bytes);
    for member in archive.members() {
        let member = member.map_err(|error| damage(&error, units.last()))?;
        let name = name::decode(member.name());
        let content = match member.is_thin() && archive.is_thin() {
            true => read_external(&name::decode_path(member.name()), external, names, &mut held)?,
            false => read_content(member.data(bytes).map_err(|_| cut_inside(&name))?, names),
        };
        let unit = Unit { name, content, listed: Vec::new() };
        if unit.blind_spot().is_some() {
            blind.insert(header_offset(bytes, &member), units.len());
        }
        held.unit(&unit)?;
        units.push(unit);
    }
    if !blind.is_empty() {
        list_names(&archive, &blind, &mut units, &mut held)?;
    }
    Ok(units)
}

/// What is held of an archive so far.
struct Held {
    budget: Budget,
    /// The files that a thin archive named.
    files: HashSet<String>,
}

impl Held {
    fn of(archive: &[u8]) -> Held {
        Held { budget: Budget::of(archive.len()), files: HashSet::new() }
    }

    fn take(&mut self, bytes: usize, at: impl FnOnce() -> String) -> Result<()> {
        let why = "its members and their names add up to more than the file";
        self.budget.take(bytes).ok_or_else(|| Error::DamagedArchive { why: why.to_owned(), at: at() })
    }

    /// A member, with all that hangs on it besides the names, which are the file's.
    fn unit(&mut self, unit: &Unit<'_>) -> Result<()> {
        let symbols = unit.object().map_or(0, |object| {
            size_of_val(&*object.table.defined) + size_of_val(&*object.table.needed)
        });
        // A name that is no text was made one, and grows again when it is written down.
        let name = match &unit.name {
            Cow::Borrowed(name) => name.len(),
            Cow::Owned(name) => 4 * name.len(),
        };
        // Where it stands in the list of those that hide their symbols; why they do.
        let more = grown::<(Option<u64>, usize)>() + 128;
        self.take(grown::<Unit<'_>>() + name + symbols + more, || in_member(&unit.name))
    }

    /// A file that a thin archive names. Once it is input, after that it only takes memory and time.
    fn file(&mut self, path: &str, bytes: usize) -> Result<()> {
        match self.files.insert(path.to_owned()) {
            true => self.budget.grow(bytes),
            false => self.take(bytes, || in_member(path))?,
        }
        self.take(path.len(), || in_member(path))
    }
}

fn in_member(name: &str) -> String {
    format!("in member {}", shortened(name))
}

/// A name for a message, however long it is.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(200) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.to_owned(),
    }
}

fn read_content<'a>(bytes: &'a [u8], names: Option<&Names<'_>>) -> Content<'a> {
    match read_only(bytes, names) {
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
    held: &mut Held,
) -> Result<Content<'static>> {
    let bytes = match external(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let why =
                format!("cannot be opened: {error} (a thin archive has only paths, from where it lies)");
            return Ok(Content::Damaged(Cow::Owned(why)));
        }
    };
    held.file(path, bytes.len())?;
    let unit =
        Unit { name: Cow::Borrowed(""), content: read_content(&bytes, names), listed: Vec::new() };
    Ok(unit.into_owned().content)
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
    held: &mut Held,
) -> Result<()> {
    let Ok(Some(symbols)) = archive.symbols() else { return Ok(()) };
    for symbol in symbols.map_while(std::result::Result::ok) {
        // Names of BSD's index may all lie in one place.
        held.take(symbol.name().len(), || "in its index".to_owned())?;
        let Some(&position) = blind.get(&Some(symbol.offset().0)) else { continue };
        if let Some(unit) = units.get_mut(position) {
            let size = grown::<Cow<'_, str>>() + 4 * symbol.name().len();
            held.take(size, || "in its index".to_owned())?;
            unit.listed.push(name::split_version(symbol.name()).name);
        }
    }
    for &position in blind.values() {
        if let Some(unit) = units.get_mut(position) {
            unit.listed.sort_unstable();
            unit.listed.dedup();
        }
    }
    Ok(())
}

fn damage(error: &object::read::Error, last: Option<&Unit<'_>>) -> Error {
    let at = match last {
        None => "before the first member".to_owned(),
        Some(unit) => format!("after member {}", shortened(&unit.name)),
    };
    Error::DamagedArchive { why: lowercase(error.to_string()), at }
}

fn cut_inside(name: &str) -> Error {
    Error::DamagedArchive {
        why: "the file is cut off".to_owned(),
        at: format!("inside of member {}", shortened(name)),
    }
}
