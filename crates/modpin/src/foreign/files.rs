//! Files of the disk, each read once: as a loader sees them, and as a linker does. Errors name the file and, inside of an
//! archive, the member.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use modpin_loader::{Found, LoaderEnvironment, Opener};
use modpin_symbols::{Content, Index, Loadable, Names};

use super::bytes::Bytes;
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
        let bytes = Bytes::of(Path::new(path)).ok();
        let found = bytes.as_ref().map_or(Found::Nothing, |bytes| Found::of(bytes));
        let size = bytes.map_or(0, |bytes| bytes.len());
        self.seen.insert(path.to_owned(), Seen { found: found.clone(), size, used: self.now });
        Ok(found)
    }

    fn content(&mut self, path: &str) -> std::result::Result<Option<Arc<[u8]>>, Infallible> {
        Ok(Bytes::of(Path::new(path)).ok().map(|bytes| Arc::from(&*bytes)))
    }
}

impl Files {
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
            Found::File(file) if !file.program && file.interp.is_none() => Err(input(
                path,
                "it is a shared library\n  help: name the program that loads the modules",
            )),
            Found::File(file) => Ok(file),
            Found::Broken(why) => Err(input(path, &as_program(path, &read(path)?).unwrap_or(why))),
            Found::Nothing => Err(input(path, "it cannot be read")),
        }
    }
}

/// What the loader is told here, and nothing of a compiler. `root` is where the world of the host's machine begins.
pub fn loader_environment(root: Option<&Path>) -> LoaderEnvironment {
    let told = load::loader_environment(&[]);
    let sysroot = root.map(|root| root.to_string_lossy().into_owned()).or(told.sysroot);
    LoaderEnvironment { sysroot, ..told }
}

/// As [`index_in`], of a small file.
pub fn index(path: &Path) -> Result<Index<'static>> {
    Ok(index_in(path, &read(path)?)?.into_owned())
}

/// The symbols of an object, a shared library or an archive. A member that is damaged is an error here: whoever asks a
/// question about an archive wants all of it.
pub fn index_in<'a>(path: &Path, bytes: &'a Bytes) -> Result<Index<'a>> {
    index_of(path, |external| Index::read(bytes, external))
}

/// As [`index_in`], and of the symbols only what they say of these names.
pub fn names_in<'a>(path: &Path, bytes: &'a Bytes, names: &Names<'_>) -> Result<Index<'a>> {
    index_of(path, |external| Index::read_names(bytes, external, names))
}

/// Reads members of a thin archive, which are files of their own, by their path beside it.
type External<'a> = dyn FnMut(&str) -> std::io::Result<Vec<u8>> + 'a;

fn index_of<'a>(
    path: &Path,
    read: impl FnOnce(&mut External<'_>) -> modpin_symbols::Result<Index<'a>>,
) -> Result<Index<'a>> {
    let dir = path.parent().unwrap_or(Path::new(""));
    let read = read(&mut |member| Ok(Bytes::of(&dir.join(member))?.to_vec()));
    let index = read.map_err(|error| input(path, &error.to_string()))?;
    for (number, unit) in index.units.iter().enumerate() {
        if let Content::Damaged(why) = &unit.content {
            let name = index.unit_name(number);
            return Err(input(path, &format!("member {name}: {why}\n  help: build it again")));
        }
    }
    Ok(index)
}

/// The content of a file that the user named.
pub fn read(path: &Path) -> Result<Bytes> {
    must_be_a_file(path)?;
    Bytes::of(path).map_err(|error| input(path, &format!("cannot read it: {error}")))
}

/// Whether a file shows only what it exports. Of what cannot be read, nothing is said.
pub fn is_stripped(path: &Path) -> bool {
    read(path).is_ok_and(|bytes| modpin_symbols::is_stripped(&bytes))
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
