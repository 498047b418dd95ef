//! Files of the disk, each read once: as a loader sees them, and as a linker does. Errors name the file and, inside of an
//! archive, the member.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use modpin_loader::{Found, LoaderEnvironment, Opener};
use modpin_symbols::{Content, DebugLink, FullTable, Index, Loadable, Names, may_offer};

use super::bytes::{Bytes, TORN};
use super::not_loadable::as_program;
use crate::error::{Error, Result};
use crate::load;

/// What was opened so far. A library of a hundred modules is read once, unless they bring so many that this would take too
/// much room.
#[derive(Debug, Default)]
pub struct Files {
    seen: HashMap<String, Seen>,
    /// Counts what is asked for.
    now: u64,
    /// How large the files of the largest process are together.
    process: usize,
}

#[derive(Debug)]
struct Seen {
    found: Found,
    size: usize,
    /// When it was asked for last.
    used: u64,
}

/// In bytes of files: how much is kept of any process's libraries, and of those of others.
const ROOM: usize = 24 << 20;

impl Opener for Files {
    type Error = Infallible;

    /// What cannot be read does not count, for the loader neither.
    fn open(&mut self, path: &str) -> std::result::Result<Found, Infallible> {
        self.now += 1;
        if let Some(seen) = self.seen.get_mut(path) {
            seen.used = self.now;
            return Ok(seen.found.clone());
        }
        let bytes = Bytes::of(Path::new(path));
        let found = match &bytes {
            Ok(bytes) => found(bytes),
            Err(error) if error.kind() != ErrorKind::NotFound && Path::new(path).is_dir() => {
                Found::directory()
            }
            Err(_) => Found::Nothing,
        };
        let size = bytes.map_or(0, |bytes| bytes.len());
        self.seen.insert(path.to_owned(), Seen { found: found.clone(), size, used: self.now });
        Ok(found)
    }

    fn is_dir(&mut self, path: &str) -> std::result::Result<bool, Infallible> {
        Ok(Path::new(path).is_dir())
    }

    fn content(&mut self, path: &str) -> std::result::Result<Option<Arc<[u8]>>, Infallible> {
        Ok(Bytes::of(Path::new(path)).ok().and_then(|bytes| Some(copy(&bytes).ok()?.into())))
    }
}

impl Files {
    /// A file for some loader that may have one of these names. Of the others nothing is read but a table, and nothing is kept.
    pub fn with_names(&mut self, path: &str, names: &[&str]) -> Option<Arc<Loadable>> {
        if let Some(Seen { found: Found::File(file), .. }) = self.seen.get(path) {
            return Some(file.clone());
        }
        let bytes = Bytes::of(Path::new(path)).ok()?;
        may_offer(&bytes, names.iter().copied()).then(|| whole(&bytes)).flatten()
    }

    /// A file for some loader, of which nothing is kept.
    pub fn once(&mut self, path: &Path) -> Option<Arc<Loadable>> {
        whole(&Bytes::of(path).ok()?)
    }

    /// The paths of all files that were there.
    pub fn found(&self) -> impl Iterator<Item = &str> {
        let there = self.seen.iter().filter(|(_, seen)| !matches!(seen.found, Found::Nothing));
        there.map(|(path, _)| path.as_str())
    }

    /// Forgets what was not asked for for longest, when there is more than the largest process so far has twice. These are the files
    /// of one.
    pub fn make_room(&mut self, process: &[&str]) {
        let sizes = process.iter().filter_map(|&path| self.seen.get(path));
        self.process = self.process.max(sizes.map(|seen| seen.size).sum());
        let mut held: usize = self.seen.values().map(|seen| seen.size).sum();
        if held <= ROOM + 2 * self.process {
            return;
        }
        let mut by_use: Vec<_> =
            self.seen.iter().map(|(path, seen)| (seen.used, path.clone())).collect();
        by_use.sort_unstable();
        for (_, path) in by_use {
            if held <= ROOM + self.process {
                break;
            }
            held -= self.seen.remove(&path).map_or(0, |seen| seen.size);
        }
    }

    /// A file that must be a program.
    pub fn program(&mut self, path: &Path) -> Result<Arc<Loadable>> {
        must_be_a_file(path).map_err(|error| in_path(path).unwrap_or(error))?;
        let Ok(found) = self.open(&path.to_string_lossy());
        match found {
            Found::File(file) if file.debug_only => Err(input(
                path,
                "it holds the debug information of a program\n  help: name the program itself: what it does not tell is read here, \
                 if it leads here: one build id, or a debug link",
            )),
            Found::File(file) if !file.is_program() && file.interp.is_none() => Err(input(
                path,
                "it is a shared library\n  help: name the program that loads the modules",
            )),
            Found::File(file) => Ok(file),
            Found::Broken(why) => Err(input(path, &as_program(path, &read(path)?).unwrap_or(why))),
            Found::Nothing => Err(input(path, "it cannot be read")),
        }
    }
}

/// For which machine the answer is wanted, where it is not this one.
#[derive(Clone, Debug, Default)]
pub struct OfMachine {
    /// The directory that has its loader and libraries, as its own root.
    pub sysroot: Option<PathBuf>,
    /// What its processor can, in the names of `glibc-hwcaps` directories: `x86-64-v3`.
    pub levels: Option<Vec<String>>,
}

/// What the loader is told here, and nothing of a compiler.
pub fn loader_environment(of: &OfMachine) -> LoaderEnvironment {
    let told = load::loader_environment(&[]);
    let sysroot = of.sysroot.as_ref().map(|root| root.to_string_lossy().into_owned());
    LoaderEnvironment { sysroot: sysroot.or(told.sysroot), levels: of.levels.clone(), ..told }
}

/// All that a program has and may not offer. Of a stripped one its debug file tells, if that is there.
pub fn full_table(path: &Path) -> Result<FullTable> {
    let bytes = read(path)?;
    let debug = if modpin_symbols::is_stripped(&bytes) { debug_file(path, &bytes) } else { None };
    let table = FullTable::read(debug.as_ref().unwrap_or(&bytes)).unwrap_or_default();
    must_be_whole(path, &bytes)?;
    Ok(table)
}

/// The file with the debug information of a stripped one.
fn debug_file(path: &Path, bytes: &[u8]) -> Option<Bytes> {
    let link = DebugLink::of(bytes)?;
    let path = std::fs::canonicalize(path).ok()?;
    let there = link.places(&path).into_iter().filter_map(|place| Bytes::of(&place).ok());
    there.into_iter().find(|bytes| link.is_of(bytes))
}

/// As [`index_in`], of a small file.
pub fn index(path: &Path) -> Result<Index<'static>> {
    Ok(index_in(path, &read(path)?)?.into_owned())
}

/// The symbols of an object, a shared library or an archive. A member that is damaged is an error here: whoever asks a
/// question about an archive wants all of it.
pub fn index_in<'a>(path: &Path, bytes: &'a Bytes) -> Result<Index<'a>> {
    index_of(path, bytes, |external| Index::read(bytes, external))
}

/// As [`index_in`], and of the symbols only what they say of these names.
pub fn names_in<'a>(path: &Path, bytes: &'a Bytes, names: &Names<'_>) -> Result<Index<'a>> {
    index_of(path, bytes, |external| Index::read_names(bytes, external, names))
}

/// Reads members of a thin archive, which are files of their own, by their path beside it.
type External<'a> = dyn FnMut(&str) -> std::io::Result<Vec<u8>> + 'a;

fn index_of<'a>(
    path: &Path,
    bytes: &Bytes,
    read: impl FnOnce(&mut External<'_>) -> modpin_symbols::Result<Index<'a>>,
) -> Result<Index<'a>> {
    let dir = path.parent().unwrap_or(Path::new(""));
    let read = read(&mut |member| copy(&Bytes::of(&dir.join(member))?));
    must_be_whole(path, bytes)?;
    let index = read.map_err(|error| input(path, &error.to_string()))?;
    for (number, unit) in index.units.iter().enumerate() {
        if let Content::Damaged(why) = &unit.content {
            let name = index.unit_name(number);
            return Err(input(path, &format!("member {name}: {why}\n  help: build it again")));
        }
    }
    Ok(index)
}

/// An error for a file that was cut short while it was read.
pub fn must_be_whole(path: &Path, bytes: &Bytes) -> Result<()> {
    if bytes.is_torn() { Err(input(path, TORN)) } else { Ok(()) }
}

fn copy(bytes: &Bytes) -> std::io::Result<Vec<u8>> {
    let copy = bytes.to_vec();
    if bytes.is_torn() { Err(std::io::Error::other(TORN)) } else { Ok(copy) }
}

/// What a loader sees in a file.
pub fn found(bytes: &Bytes) -> Found {
    let found = Found::of(bytes);
    if bytes.is_torn() { Found::Broken(TORN.to_owned()) } else { found }
}

/// The same, if a loader can take it.
fn whole(bytes: &Bytes) -> Option<Arc<Loadable>> {
    match found(bytes) {
        Found::File(file) => Some(file),
        Found::Nothing | Found::Broken(_) => None,
    }
}

/// The content of a file that the user named.
pub fn read(path: &Path) -> Result<Bytes> {
    must_be_a_file(path)?;
    Bytes::of(path).map_err(|error| input(path, &format!("cannot read it: {error}")))
}

/// Whether a file shows only what it exports. Of what cannot be read, nothing is said.
pub fn is_stripped(path: &Path) -> bool {
    let stripped =
        |bytes: &Bytes| modpin_symbols::is_stripped(bytes) && debug_file(path, bytes).is_none();
    read(path).is_ok_and(|bytes| stripped(&bytes))
}

/// A file that the user named, where it really is.
pub fn real(path: &Path) -> Result<String> {
    must_be_a_file(path)?;
    let real = std::fs::canonicalize(path);
    let real = real.map_err(|error| input(path, &format!("cannot find it: {error}")))?;
    as_text(path, real)
}

/// A file that the user named, from the root on.
pub fn absolute(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path);
    let absolute = absolute.map_err(|error| input(path, &format!("cannot find it: {error}")))?;
    as_text(path, absolute)
}

/// A path as steps and environment variables take it.
fn as_text(named: &Path, path: std::path::PathBuf) -> Result<String> {
    let text = path.into_os_string().into_string();
    text.map_err(|_| {
        input(
            named,
            "its path is no UTF-8\n  help: name it by a link, from a directory whose name is UTF-8",
        )
    })
}

/// How messages call a file: as the user did.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What is wrong with a file that the user named.
pub fn input(path: &Path, why: &str) -> Error {
    Error::Input { path: path.to_path_buf(), why: why.to_owned() }
}

/// Whoever types `--host httpd` as if to run it means the one that would run.
fn in_path(name: &Path) -> Option<Error> {
    if name.components().count() != 1 {
        return None;
    }
    let dirs = std::env::var_os("PATH")?;
    let there = std::env::split_paths(&dirs).map(|dir| dir.join(name)).find(|path| path.is_file())?;
    Some(input(name, &format!("there is no such file here\n  help: did you mean {}?", there.display())))
}

fn must_be_a_file(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(()),
        Ok(_) => Err(input(path, "it is no file\n  help: name the file itself")),
        Err(error) => Err(input(path, &format!("cannot look at it: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts a file while it is read.
    fn torn(size: u64) -> (tempfile::TempDir, std::path::PathBuf, Bytes) {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("libx.a");
        let file = std::fs::File::create(&path).expect("a file");
        file.set_len(size).expect("a size");
        std::os::unix::fs::FileExt::write_all_at(&file, b"!<arch>\n", 0).expect("written");
        let bytes = Bytes::of(&path).expect("bytes");
        file.set_len(0).expect("a size");
        (dir, path, bytes)
    }

    #[test]
    fn a_file_that_is_cut_short_is_an_error_that_names_it() {
        for size in [100, 4096, 4097, 1 << 20] {
            let (_dir, path, bytes) = torn(size);
            let error = index_in(&path, &bytes).expect_err("it is not whole").to_string();
            assert!(error.contains("libx.a") && error.contains(TORN), "{error}");
            let (_dir, _, bytes) = torn(size);
            assert!(matches!(found(&bytes), Found::Broken(why) if why == TORN));
            let (_dir, _, bytes) = torn(size);
            assert!(copy(&bytes).is_err());
        }
    }

    #[test]
    fn others_at_once_are_whole() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("whole");
        std::fs::write(&path, vec![7; 1 << 20]).expect("a file");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let (_dir, _, cut) = torn(1 << 20);
                        let whole = Bytes::of(&path).expect("bytes");
                        assert!(copy(&cut).is_err());
                        assert!(copy(&whole).expect("it is whole").iter().all(|byte| *byte == 7));
                    }
                });
            }
        });
    }
}
