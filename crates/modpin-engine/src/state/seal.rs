//! Whether the store is as its last run left it. One that looks otherwise was damaged, or its last run was killed: then
//! what is remembered beside it is not believed, and the damage is found and told.
//!
//! The seal is a file beside the store, a frame with the store's stat. It is compared, never understood.

use crate::error::{Error, Result};
use crate::state::frame::Framing;
use crate::world::disk::{Disk, Stat, replace};

const SEAL: Framing = Framing("seal", 1);

/// Seals a store at the end of a run. A later change of it will show.
///
/// # Errors
/// The disk's.
pub fn seal(disk: &dyn Disk, store: &str) -> Result<()> {
    let look = || disk.stat(store).map_err(Error::io("look at", store));
    let Some(written) = look()? else { return Ok(()) };
    if holds(disk, store, Some(written)) {
        return Ok(());
    }
    disk.wait_past(written.ctime);
    match look()? {
        Some(stat) => replace(disk, &path(store), &sealed(stat)),
        None => Ok(()),
    }
}

/// Whether a store that looks like this was sealed.
pub fn holds(disk: &dyn Disk, store: &str, stat: Option<Stat>) -> bool {
    let Some(expected) = stat.map(sealed) else { return false };
    let found = disk.read_part(&path(store), 0..expected.len() as u64);
    found.is_ok_and(|found| found == expected)
}

fn path(store: &str) -> String {
    format!("{store}.seal")
}

fn sealed(Stat { regular, size, mtime, ctime, inode }: Stat) -> Vec<u8> {
    SEAL.wrap(format!("{regular} {size} {mtime} {ctime} {inode}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;

    fn is_sealed(disk: &FakeDisk) -> bool {
        holds(disk, "state", disk.stat("state").unwrap())
    }

    #[test]
    fn a_seal_holds_until_the_store_changes() {
        let disk = FakeDisk::new();
        seal(&disk, "state").unwrap();
        assert!(!is_sealed(&disk), "there is no store");
        disk.edit("state", b"records");
        assert!(!is_sealed(&disk));
        seal(&disk, "state").unwrap();
        assert!(is_sealed(&disk));
        disk.edit("state", b"Records");
        assert!(!is_sealed(&disk), "changed at once, and as long as it was");
        seal(&disk, "state").unwrap();
        assert!(is_sealed(&disk));
    }

    #[test]
    fn a_seal_of_other_text_does_not_hold() {
        let disk = FakeDisk::new();
        disk.edit("state", b"records");
        seal(&disk, "state").unwrap();
        let whole = disk.peek("state.seal").unwrap();
        let other = [b"x", &whole[1..]].concat();
        for other in [&whole[1..], &whole[..whole.len() - 1], &other[..], b""] {
            disk.edit("state.seal", other);
            assert!(!is_sealed(&disk));
        }
    }
}
