//! Whether the store is as its last run left it. One that differs was damaged, or its last run was killed: then
//! what is remembered beside it is not believed, and the damage is found and told.
//!
//! The seal is a file beside the store: a frame with the digest of all outputs of the last whole graph, and the store's stat.
//! Where another graph had other outputs, some that nobody makes any more may lie about.

use crate::error::{Error, Result};
use crate::state::fields::Fields;
use crate::state::frame::Framing;
use crate::world::disk::{Disk, Stat, replace};
use crate::world::hash::Hash;

const SEAL: Framing = Framing("seal", 2);

/// Seals a store at the end of a run. A later change of it will show.
///
/// # Errors
/// The disk's.
pub fn seal(disk: &dyn Disk, store: &str, outputs: Hash) -> Result<()> {
    let look = || disk.stat(store).map_err(Error::io("look at", store));
    let Some(written) = look()? else { return Ok(()) };
    if read(disk, store, Some(written)) == Some(outputs) {
        return Ok(());
    }
    let dir = store.rsplit_once('/').map_or("", |(dir, _)| dir);
    if disk.stamps_each_change(dir) {
        return replace(disk, &path(store), &sealed(outputs, written));
    }
    disk.wait_past(written.ctime);
    match look()? {
        Some(stat) => replace(disk, &path(store), &sealed(outputs, stat)),
        None => Ok(()),
    }
}

/// The digest of outputs with which a store was sealed that looks like this; `None` when it was not.
pub fn read(disk: &dyn Disk, store: &str, stat: Option<Stat>) -> Option<Hash> {
    let stat = stat?;
    let length = sealed(Hash::MISSING, stat).len() as u64;
    let found = disk.read_part(&path(store), 0..length).ok()?;
    let outputs = Fields(SEAL.payload(&found)?).hash().ok()?;
    (found == sealed(outputs, stat)).then_some(outputs)
}

fn path(store: &str) -> String {
    format!("{store}.seal")
}

fn sealed(outputs: Hash, stat: Stat) -> Vec<u8> {
    let Stat { regular, size, mtime, ctime, inode } = stat;
    let stat = format!("{regular} {size} {mtime} {ctime} {inode}");
    SEAL.wrap(&[&outputs.to_bits().to_le_bytes(), stat.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;

    const OUTPUTS: Hash = Hash::PRESENT;

    fn is_sealed(disk: &FakeDisk) -> bool {
        read(disk, "state", disk.stat("state").unwrap()) == Some(OUTPUTS)
    }

    #[test]
    fn a_seal_holds_until_the_store_changes() {
        let disk = FakeDisk::new();
        seal(&disk, "state", OUTPUTS).unwrap();
        assert!(!is_sealed(&disk), "there is no store");
        disk.edit("state", b"records");
        assert!(!is_sealed(&disk));
        seal(&disk, "state", OUTPUTS).unwrap();
        assert!(is_sealed(&disk));
        disk.edit("state", b"Records");
        assert!(!is_sealed(&disk), "changed at once, and as long as it was");
        seal(&disk, "state", OUTPUTS).unwrap();
        assert!(is_sealed(&disk));
    }

    #[test]
    fn a_seal_tells_the_outputs() {
        let disk = FakeDisk::new();
        disk.edit("state", b"records");
        for outputs in [Hash::of(b"some"), Hash::of(b"others"), OUTPUTS] {
            seal(&disk, "state", outputs).unwrap();
            assert_eq!(read(&disk, "state", disk.stat("state").unwrap()), Some(outputs));
        }
    }

    #[test]
    fn a_seal_of_other_text_does_not_hold() {
        let disk = FakeDisk::new();
        disk.edit("state", b"records");
        seal(&disk, "state", OUTPUTS).unwrap();
        let whole = disk.peek("state.seal").unwrap();
        let other = [b"x", &whole[1..]].concat();
        for other in [&whole[1..], &whole[..whole.len() - 1], &other[..], b""] {
            disk.edit("state.seal", other);
            assert!(!is_sealed(&disk));
        }
    }
}
