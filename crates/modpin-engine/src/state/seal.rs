//! Whether the store is as its last run left it. One that differs was damaged, or its last run was killed: then
//! what is remembered beside it is not believed, and the damage is found and told.
//!
//! The seal is a file beside the store: a frame with what it tells, and the store's stat. Where another graph had other outputs,
//! some that nobody makes any more may lie about. And a store that was not as it was left, because it is new or an older
//! copy, may lack what was recorded when other goals were remembered, or hold what was recorded before: they are not believed
//! after that, although the store is sealed again.

use crate::error::{Error, Result};
use crate::state::fields::Fields;
use crate::state::frame::Framing;
use crate::world::disk::{Disk, Stat, renew};
use crate::world::hash::Hash;

const SEAL: Framing = Framing("seal", 3);

/// What a seal tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The digest of all outputs of the last whole graph.
    pub outputs: Hash,
    /// Another one each time that the store was not found as it was left.
    pub since: Hash,
}

impl Seal {
    /// As bytes.
    pub fn bytes(self) -> [[u8; 16]; 2] {
        [self.outputs, self.since].map(|hash| hash.to_bits().to_le_bytes())
    }
}

/// Seals a store at the end of a run. A later change of it will show.
///
/// # Errors
/// The disk's.
pub fn seal(disk: &dyn Disk, store: &str, seal: Seal) -> Result<()> {
    let look = || disk.stat(store).map_err(Error::io("look at", store));
    let Some(written) = look()? else { return Ok(()) };
    if read(disk, store, Some(written)) == Some(seal) {
        return Ok(());
    }
    let dir = store.rsplit_once('/').map_or("", |(dir, _)| dir);
    if disk.stamps_each_change(dir) {
        return renew(disk, &path(store), &[], &sealed(seal, written));
    }
    disk.wait_past(written.ctime);
    match look()? {
        Some(stat) => renew(disk, &path(store), &[], &sealed(seal, stat)),
        None => Ok(()),
    }
}

/// The seal of a store that looks like this; `None` when it was not sealed.
pub fn read(disk: &dyn Disk, store: &str, stat: Option<Stat>) -> Option<Seal> {
    let stat = stat?;
    let none = Seal { outputs: Hash::MISSING, since: Hash::MISSING };
    let length = sealed(none, stat).len() as u64;
    let found = disk.read_part(&path(store), 0..length).ok()?;
    let mut fields = Fields(SEAL.payload(&found)?);
    let seal = Seal { outputs: fields.hash().ok()?, since: fields.hash().ok()? };
    (found == sealed(seal, stat)).then_some(seal)
}

/// Since when a store that looks like this was always found as it was left: as its seal says, or from now on.
pub fn since(disk: &dyn Disk, store: &str, stat: Option<Stat>) -> Hash {
    let new = || Hash::of(format!("{} {stat:?}", disk.now()).as_bytes());
    read(disk, store, stat).map_or_else(new, |seal| seal.since)
}

fn path(store: &str) -> String {
    format!("{store}.seal")
}

fn sealed(seal: Seal, stat: Stat) -> Vec<u8> {
    let Stat { regular, size, mtime, ctime, inode } = stat;
    let stat = format!("{regular} {size} {mtime} {ctime} {inode}");
    SEAL.wrap(&[seal.bytes().as_flattened(), stat.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;

    const WHOLE: Seal = Seal { outputs: Hash::PRESENT, since: Hash::MISSING };

    fn is_sealed(disk: &FakeDisk) -> bool {
        read(disk, "state", disk.stat("state").unwrap()) == Some(WHOLE)
    }

    #[test]
    fn a_seal_holds_until_the_store_changes() {
        let disk = FakeDisk::new();
        seal(&disk, "state", WHOLE).unwrap();
        assert!(!is_sealed(&disk), "there is no store");
        disk.edit("state", b"records");
        assert!(!is_sealed(&disk));
        seal(&disk, "state", WHOLE).unwrap();
        assert!(is_sealed(&disk));
        disk.edit("state", b"Records");
        assert!(!is_sealed(&disk), "changed at once, and as long as it was");
        seal(&disk, "state", WHOLE).unwrap();
        assert!(is_sealed(&disk));
    }

    #[test]
    fn a_seal_tells_what_it_was_told() {
        let disk = FakeDisk::new();
        disk.edit("state", b"records");
        let [some, other] = [b"some", b"else"].map(|text| Hash::of(text));
        for (outputs, since) in [(some, some), (some, other), (other, other)] {
            let told = Seal { outputs, since };
            seal(&disk, "state", told).unwrap();
            assert_eq!(read(&disk, "state", disk.stat("state").unwrap()), Some(told));
        }
    }

    #[test]
    fn a_store_that_is_not_as_it_was_left_is_another_one() {
        let disk = FakeDisk::new();
        let stat = || disk.stat("state").unwrap();
        let now = || since(&disk, "state", stat());
        disk.edit("state", b"records");
        let since = now();
        seal(&disk, "state", Seal { outputs: Hash::PRESENT, since }).unwrap();
        assert_eq!(now(), since);
        disk.tick();
        disk.edit("state", b"records");
        let other = now();
        assert_ne!(other, since, "replaced by a copy");
        disk.tick();
        assert_ne!(now(), other, "each time");
    }

    #[test]
    fn a_seal_of_other_text_does_not_hold() {
        let disk = FakeDisk::new();
        disk.edit("state", b"records");
        seal(&disk, "state", WHOLE).unwrap();
        let whole = disk.peek("state.seal").unwrap();
        let other = [b"x", &whole[1..]].concat();
        for other in [&whole[1..], &whole[..whole.len() - 1], &other[..], b""] {
            disk.edit("state.seal", other);
            assert!(!is_sealed(&disk));
        }
    }
}
