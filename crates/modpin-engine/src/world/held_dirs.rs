//! The directories of a build directory, each held open from the first time that we write there: it is ours by device and inode. What
//! somebody puts at its path meanwhile, a link or another directory, gets nothing from us, and loses nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::{CWD, Mode, OFlags, fstat, mkdirat, openat, renameat, stat};
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

use crate::world::spot::Spot;

/// How many are open at once. Each costs every process that is started a moment: with 64, a clean build took 2 % more.
const MOST: u64 = 16;

/// Those of one build directory.
#[derive(Debug)]
pub struct HeldDirs {
    /// The build directory as it stands before the paths of what is in it; nothing, if they begin there.
    own: String,
    /// The same as the system knows it. Links on the way to it are the user's.
    root: PathBuf,
    most: usize,
    dirs: Mutex<Dirs>,
}

/// By their paths from the build directory on.
#[derive(Debug, Default)]
struct Dirs {
    known: BTreeMap<String, HeldDir>,
    open: usize,
}

#[derive(Debug)]
struct HeldDir {
    /// Device and inode.
    identity: (u64, u64),
    /// Open, if not too many others are.
    dir: Option<Arc<OwnedFd>>,
}

impl HeldDirs {
    /// None yet.
    pub fn new(own: &str, root: PathBuf) -> HeldDirs {
        let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let most = (limit / 16).clamp(1, MOST) as usize;
        HeldDirs { own: own.to_owned(), root, most, dirs: Mutex::default() }
    }

    /// Where a name stands. `None` if that is not below the build directory.
    pub fn spot(&self, path: &str) -> Option<io::Result<Spot>> {
        let below = self.below(path)?;
        let (dir, name) = split(&below);
        Some(self.open(&mut self.dirs(), dir).map(|dir| Spot::of(dir, name)))
    }

    /// Makes a directory and those above it. `None` if that is not below the build directory.
    pub fn make(&self, path: &str) -> Option<io::Result<()>> {
        let below = self.below(path)?;
        Some(self.make_below(&mut self.dirs(), &below).map(drop))
    }

    /// Renames. A directory stays the same one.
    pub fn rename(&self, (from, to): (&str, &str), spots: [&Spot; 2]) -> io::Result<()> {
        let rename = || renameat(spots[0].dir(), &spots[0].name, spots[1].dir(), &spots[1].name);
        let below = self.below(from).zip(self.below(to));
        let mut dirs = self.dirs();
        match below.filter(|(from, to)| [from, to].iter().any(|dir| dirs.known.contains_key(&***dir))) {
            Some((from, to)) => {
                rename()?;
                let moved = dirs.known.remove(&*from);
                dirs.forget(&from);
                dirs.forget(&to);
                dirs.known.extend(moved.map(|dir| (to.into_owned(), dir)));
                Ok(())
            }
            None => {
                drop(dirs);
                Ok(rename()?)
            }
        }
    }

    /// Whether the path of a directory leads to the one that is held, or that of one above it.
    ///
    /// # Errors
    /// It does not.
    pub fn leads_to(&self, path: &str) -> io::Result<()> {
        let Some(below) = self.below(path) else { return Ok(()) };
        let mut way =
            std::iter::successors(Some(&*below), |dir| (!dir.is_empty()).then(|| split(dir).0));
        let dirs = self.dirs();
        let known = way.find_map(|dir| Some((dir, dirs.known.get(dir)?.identity)));
        drop(dirs);
        let there = |dir| stat(self.root.join(dir)).map(|now| (now.st_dev, now.st_ino));
        match known {
            Some((dir, identity)) if there(dir) != Ok(identity) => Err(self.another(dir)),
            _ => Ok(()),
        }
    }

    /// A path from the build directory on, with a slash between its names.
    fn below<'a>(&self, path: &'a str) -> Option<Cow<'a, str>> {
        let below = match self.own.as_str() {
            "" => Some(path).filter(|path| !path.starts_with('/')),
            own => path.strip_prefix(own)?.strip_prefix('/'),
        };
        let below = below?.trim_matches('/');
        if below.is_empty() || below.split('/').any(|name| matches!(name, "." | "..")) {
            return None;
        }
        let names = || below.split('/').filter(|name| !name.is_empty()).collect::<Vec<_>>();
        Some(if below.contains("//") { names().join("/").into() } else { below.into() })
    }

    fn open(&self, dirs: &mut Dirs, below: &str) -> io::Result<Arc<OwnedFd>> {
        let known = dirs.known.get(below);
        if let Some(HeldDir { dir: Some(dir), .. }) = known {
            return Ok(dir.clone());
        }
        let known = known.map(|known| known.identity);
        let (dir, identity) = match self.look(dirs, below) {
            Err(error) if error.kind() == io::ErrorKind::NotADirectory && known.is_some() => {
                return Err(self.another(below));
            }
            found => found?,
        };
        if known.is_some_and(|known| known != identity) {
            return Err(self.another(below));
        }
        dirs.keep(below, identity, &dir, self.most);
        Ok(dir)
    }

    /// The directory that is there now.
    fn look(&self, dirs: &mut Dirs, below: &str) -> io::Result<(Arc<OwnedFd>, (u64, u64))> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = if below.is_empty() {
            openat(CWD, &self.root, flags, Mode::empty())?
        } else {
            let (above, name) = split(below);
            let above = self.open(dirs, above)?;
            openat(above.as_fd(), name, flags | OFlags::NOFOLLOW, Mode::empty())?
        };
        let found = fstat(&dir)?;
        Ok((Arc::new(dir), (found.st_dev, found.st_ino)))
    }

    fn make_below(&self, dirs: &mut Dirs, below: &str) -> io::Result<Arc<OwnedFd>> {
        if below.is_empty() {
            std::fs::create_dir_all(&self.root)?;
            dirs.close(below);
        } else {
            let (above, name) = split(below);
            let make = |above: Arc<OwnedFd>| mkdirat(above.as_fd(), name, Mode::from_raw_mode(0o777));
            let made = match self.open(dirs, above) {
                Ok(above) => make(above),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Errno::NOENT),
                Err(error) => return Err(error),
            };
            let made = match made {
                // Somebody has removed it, if it ever was there.
                Err(Errno::NOENT) => make(self.make_below(dirs, above)?),
                made => made,
            };
            match made {
                Ok(()) => dirs.forget(below),
                Err(Errno::EXIST) => dirs.close(below),
                Err(error) => return Err(error.into()),
            }
        }
        self.open(dirs, below)
    }

    fn another(&self, below: &str) -> io::Error {
        let dir = Path::new(&self.own).join(below);
        io::Error::other(format!(
            "{} is not the directory any more that it was when the build began\n  help: build again",
            dir.display()
        ))
    }

    fn dirs(&self) -> MutexGuard<'_, Dirs> {
        self.dirs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dirs {
    fn keep(&mut self, below: &str, identity: (u64, u64), dir: &Arc<OwnedFd>, most: usize) {
        if self.open >= most {
            // Who uses one has it until then.
            self.known.values_mut().for_each(|known| known.dir = None);
            self.open = 0;
        }
        self.known.insert(below.to_owned(), HeldDir { identity, dir: Some(dir.clone()) });
        self.open += 1;
    }

    /// One is to be looked at again.
    fn close(&mut self, below: &str) {
        let closed = self.known.get_mut(below).and_then(|known| known.dir.take());
        self.open -= usize::from(closed.is_some());
    }

    /// One, with those in it.
    fn forget(&mut self, below: &str) {
        let inside = if below.is_empty() { String::new() } else { format!("{below}/") };
        let later = self.known.range(inside.clone()..).map(|(path, _)| path);
        let mut gone: Vec<String> =
            later.take_while(|path| path.starts_with(&inside)).cloned().collect();
        gone.push(below.to_owned());
        let gone = gone.iter().filter_map(|path| self.known.remove(path));
        self.open -= gone.filter(|known| known.dir.is_some()).count();
    }
}

/// The directory, and the name in it.
fn split(below: &str) -> (&str, &str) {
    below.rsplit_once('/').unwrap_or(("", below))
}
