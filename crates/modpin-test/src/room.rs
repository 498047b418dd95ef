//! Where tests keep their files: in memory, which is twice as fast as a disk where thousands come and go; on the disk where everything is
//! required, and where there is no such memory.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{StatVfsMountFlags, statvfs};
use tempfile::TempDir;

use crate::{reliability, skip};

/// So much must be free there.
const ENOUGH: u64 = 4 << 30;

/// A directory whose name has no letters but these: any others could, by chance, be what a test looks for in a text with paths.
///
/// # Panics
/// When there can be none.
pub fn directory() -> TempDir {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number =
            std::process::id().wrapping_mul(1000).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let name = format!("modpin-world-{:06}", number % 1_000_000);
        match tempfile::Builder::new().prefix(&name).rand_bytes(0).tempdir_in(place()) {
            // Another process has it, or left it behind.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made.expect("a temporary directory"),
        }
    }
}

/// Where they lie.
pub fn place() -> &'static Path {
    static PLACE: LazyLock<PathBuf> = LazyLock::new(|| {
        let memory = Path::new("/dev/shm");
        let is_said = std::env::var_os("TMPDIR").is_some();
        let on_disk = is_said || skip::is_required() || reliability::is_full() || !has_room(memory);
        if on_disk { std::env::temp_dir() } else { memory.to_owned() }
    });
    &PLACE
}

/// In containers there is often little, and nothing may be executed.
fn has_room(dir: &Path) -> bool {
    statvfs(dir).is_ok_and(|found| {
        let free = found.f_bavail.saturating_mul(found.f_frsize);
        free >= ENOUGH && !found.f_flag.contains(StatVfsMountFlags::NOEXEC)
    })
}
