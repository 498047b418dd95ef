//! Takes away what builds have left in a build directory: the files that were recorded as written, our own files, the
//! directories that become empty. Removes nothing else: not through a link, not outside, not in a directory
//! without our CACHEDIR.TAG. Knows no project, so it works when the declaration is broken.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use modpin_engine::{Disk, Event, Interrupt, RealDisk, Store, remove_recorded};

use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::layout::cachedir_tag;
use crate::session::locked;
use modpin_steps::own_file::UNFINISHED;

/// What became of a build directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// How many files went that builds had made.
    pub removed: usize,
    /// What stays because no build made it, from the build directory on, sorted. A directory has a `/` at its
    /// end and nothing in it.
    pub kept: Vec<String>,
}

/// Cleans a build directory. Waits when another process builds there; a signal stops it, and the next time goes on.
///
/// # Errors
/// [`Error::NotOurs`] for a directory that no build made, [`Error::Interrupted`], and what the disk refuses.
pub fn clean(layout: &Layout, hear: &mut dyn FnMut(Event<'_>)) -> Result<Cleaned> {
    let (dir, state_dir) = (layout.absolute(&layout.dir), layout.absolute(&layout.state_dir()));
    if is_missing(&dir) {
        return Ok(Cleaned::default());
    }
    let not_ours = |why| Err(Error::NotOurs { dir: dir.clone(), why });
    if dir.is_symlink() {
        return not_ours("it is a link");
    }
    const UNMARKED: &str = "it has no CACHEDIR.TAG of modpin";
    let lock = state_dir.join("lock");
    if !cachedir_tag::is_ours(&dir) {
        if has_only_begun(&dir, &state_dir) {
            return Ok(Cleaned::default());
        }
        if !lock.is_file() || !is_soon_tagged(&dir) {
            return not_ours(UNMARKED);
        }
    }
    if fs::symlink_metadata(&state_dir).is_ok_and(|found| !found.is_dir()) {
        return not_ours("its .modpin is no directory");
    }
    let interrupt = Interrupt::listen(|| (), || ())
        .map_err(|source| Error::io(&dir, "listen for signals", source))?;
    let _lock = locked(layout, &interrupt, hear)?;
    let removed = remove(layout, &interrupt, hear)?;
    let kept = kept(&dir, layout)?;
    if kept.is_empty() {
        gone(fs::remove_file(cachedir_tag::path(&dir)), &cachedir_tag::path(&dir))?;
    }
    // As long as the lock's file is there, nobody else holds the lock.
    gone(fs::remove_file(&lock), &lock)?;
    for dir in [&state_dir, &dir] {
        // What is not empty stays, and so does what another build has begun.
        let _ = fs::remove_dir(dir);
    }
    Ok(Cleaned { removed, kept })
}

/// Whoever holds the lock tags the directory next. To take the lock would write into what may be somebody else's.
fn is_soon_tagged(dir: &Path) -> bool {
    (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        cachedir_tag::is_ours(dir) || is_missing(dir)
    })
}

/// Whether there is nothing but what a build writes before it tags the directory: another process may just be doing so.
fn has_only_begun(dir: &Path, state_dir: &Path) -> bool {
    let only = |dir: &Path, may: &dyn Fn(&OsStr) -> bool| {
        let is_dir = dir.symlink_metadata().is_ok_and(|found| found.is_dir());
        is_dir
            && fs::read_dir(dir)
                .is_ok_and(|mut all| all.all(|one| one.is_ok_and(|one| may(&one.file_name()))))
    };
    let first = |name: &OsStr| {
        let name = name.to_string_lossy();
        ["lock", "lock.new", "toolchain"].contains(&&*name) || name.starts_with(UNFINISHED)
    };
    only(dir, &|name| Some(name) == state_dir.file_name())
        && (is_missing(state_dir) || only(state_dir, &first))
}

/// Removes outputs first and the memory of them last: whoever is stopped in between can go on.
fn remove(layout: &Layout, interrupt: &Interrupt, hear: &mut dyn FnMut(Event<'_>)) -> Result<usize> {
    let disk = RealDisk::new(&layout.root).holding(&layout.dir);
    let state = format!("{}/state", layout.state_dir());
    // Another process may have cleaned it while we waited; what stands there then is not ours.
    if !cachedir_tag::is_ours(&layout.absolute(&layout.dir)) {
        return Ok(0);
    }
    let (store, warning) = Store::read(&disk, &state)?;
    if let Some(warning) = warning {
        let known = !store.ledger(&disk)?.paths.is_empty();
        let what = if known {
            "what was built goes all the same"
        } else {
            "what was built is not known any more and stays"
        };
        hear(Event::Warning(&format!("{warning}; {what}")));
    }
    let removed = remove_recorded(&layout.dir, &disk, &store, || interrupt.signal().is_some())?;
    if let Some(signal) = interrupt.signal() {
        return Err(Error::Interrupted(signal));
    }
    let state_dir = layout.state_dir();
    // The engine's tree of unfinished outputs: each build removes it as well.
    let partial = format!("{state_dir}/partial");
    let own = layout.own().into_iter().chain([state]).filter(|path| {
        // A directory in the place of a file is somebody else's.
        !layout.absolute(path).symlink_metadata().is_ok_and(|found| found.is_dir())
    });
    disk.remove(&partial).map_err(modpin_engine::Error::io("remove", partial.as_str()))?;
    for path in begun(&disk, &state_dir).into_iter().chain(own) {
        disk.remove_file(&path).map_err(modpin_engine::Error::io("remove", path.as_str()))?;
    }
    // Not empty means not ours.
    disk.remove_empty_dir(&format!("{state_dir}/timings"));
    Ok(removed)
}

/// What is left of files of ours whose writer was killed.
fn begun(disk: &RealDisk, state_dir: &str) -> Vec<String> {
    let names = disk.names(state_dir).unwrap_or_default().into_iter();
    let files = names.filter_map(|(name, is_dir)| String::from_utf8(name).ok().filter(|_| !is_dir));
    files.filter(|name| name.starts_with(UNFINISHED)).map(|name| format!("{state_dir}/{name}")).collect()
}

/// What is there besides the tag, the lock, and what a build that waits for it has written already.
fn kept(dir: &Path, layout: &Layout) -> Result<Vec<String>> {
    let mut kept = Vec::new();
    list(dir, "", &mut kept)?;
    let (build, state) = (&layout.dir, layout.state_dir());
    let begun = format!("{state}/{UNFINISHED}");
    let mut own = layout.own();
    own.extend([format!("{build}/CACHEDIR.TAG"), format!("{state}/lock")]);
    kept.retain(|path| {
        let path = format!("{build}/{path}");
        !own.contains(&path) && !path.starts_with(&begun)
    });
    kept.sort();
    Ok(kept)
}

fn list(dir: &Path, below: &str, found: &mut Vec<String>) -> Result<()> {
    let io = |source| Error::io(dir, "list it", source);
    let mut empty = true;
    for entry in fs::read_dir(dir).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        empty = false;
        match entry.file_type().map_err(io)?.is_dir() {
            true => list(&entry.path(), &format!("{name}/"), found)?,
            false => found.push(name),
        }
    }
    if empty {
        found.push(below.to_owned());
    }
    Ok(())
}

fn is_missing(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

fn gone(result: std::io::Result<()>, path: &Path) -> Result<()> {
    match result {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(path, "remove", error)),
        _ => Ok(()),
    }
}
