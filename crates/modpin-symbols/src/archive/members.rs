//! The members of an archive as bytes: how large each is, and what it holds. In the order of [`Index::units`].
//!
//! [`read_archive`](crate::read_archive) reads their symbols.
//!
//! [`Index::units`]: crate::Index::units

use object::read::archive::ArchiveFile;

use crate::elf::magic::Magic;
use crate::error::{Error, Result, lowercase};
use modpin_budget::Budget;

/// A member, or a file that is no archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// Bytes, without the header in front of it.
    pub size: u64,
    /// What it holds; `None` for a member of a thin archive, which is a file of its own.
    pub bytes: Option<&'a [u8]>,
}

/// The members of an archive; a file that is none has one member, itself.
///
/// # Errors
/// [`Error::DamagedArchive`] when a header is broken or the file ends inside a member.
pub fn members(bytes: &[u8]) -> Result<Vec<Member<'_>>> {
    if !matches!(Magic::of(bytes), Magic::Archive | Magic::ThinArchive) {
        return Ok(vec![Member { size: bytes.len() as u64, bytes: Some(bytes) }]);
    }
    let archive = ArchiveFile::parse(bytes).map_err(|error| damage(&error))?;
    let mut members = Vec::new();
    let mut budget = Budget::of(bytes.len());
    for member in archive.members() {
        let member = member.map_err(|error| damage(&error))?;
        // Names may all lie in one place.
        let taken = budget.take(member.name().len());
        taken.ok_or_else(|| damaged("its members' names add up to more than the file"))?;
        members.push(match archive.is_thin() && member.is_thin() {
            true => Member { size: member.size(), bytes: None },
            false => {
                let content = member.data(bytes).map_err(|error| damage(&error))?;
                Member { size: content.len() as u64, bytes: Some(content) }
            }
        });
    }
    Ok(members)
}

fn damage(error: &object::read::Error) -> Error {
    damaged(&lowercase(error.to_string()))
}

fn damaged(why: &str) -> Error {
    Error::DamagedArchive { why: why.to_owned(), at: "among its members".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::write::write_archive;

    #[test]
    fn members_come_in_order_with_their_sizes() {
        let archive = write_archive(&[("a.txt", b"one"), ("b.txt", b""), ("a.txt", b"three")]).unwrap();
        let sizes = |bytes: &[u8]| members(bytes).unwrap().iter().map(|m| m.size).collect::<Vec<_>>();
        assert_eq!(sizes(&archive), [3, 0, 5]);
        assert_eq!(members(&archive).unwrap()[2].bytes, Some(&b"three"[..]));
        assert_eq!(sizes(b"no archive"), [10]);
        assert!(members(&archive[..archive.len() - 4]).is_err());
    }
}
