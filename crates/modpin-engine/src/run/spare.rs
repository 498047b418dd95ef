//! Directories of unfinished files in which nothing is left but perhaps an empty depfile: the next action takes one and gives it its own
//! name, and writes its depfile over the other. To remove and to make them anew for each action was half of what modpin itself cost
//! a build of everything: ext4 passes over whatever was removed lately, each time that something is made.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::world::disk::Disk;

/// Those that nobody uses.
pub struct Spare<'a> {
    disk: &'a dyn Disk,
    dirs: Mutex<Vec<SpareDir>>,
}

struct SpareDir {
    path: String,
    /// The name of the depfile in it.
    depfile: Option<String>,
}

impl<'a> Spare<'a> {
    /// None yet.
    pub fn new(disk: &'a dyn Disk) -> Spare<'a> {
        Spare { disk, dirs: Mutex::default() }
    }

    /// Makes a directory. `depfile` is where one may lie that was emptied, if anywhere.
    pub fn make(&self, dir: &str, depfile: Option<&str>) -> io::Result<()> {
        let Some(spare) = self.take(dir) else { return self.disk.create_dirs(dir) };
        let Some(name) = spare.depfile else { return Ok(()) };
        let old = format!("{dir}/{name}");
        // It was not, where its action failed; and whoever wrote it may still do so.
        let is_empty = self.disk.lstat(&old)?.is_some_and(|it| it.regular && it.size == 0);
        match depfile {
            Some(new) if is_empty && self.disk.rename(&old, new).is_ok() => Ok(()),
            _ => self.disk.remove(&old),
        }
    }

    /// Gives a spare one the name: that of this path where it is one, or whoever takes that one later takes it from who uses it
    /// then. Nobody looks before it has the name, for the same reason: an action that begins anew makes the same path again.
    fn take(&self, dir: &str) -> Option<SpareDir> {
        let mut dirs = self.dirs();
        let own = dirs.iter().position(|spare| spare.path == dir);
        let spare = own.map(|own| dirs.swap_remove(own)).or_else(|| dirs.pop())?;
        let is_there = match spare.path == dir {
            true => self.disk.names(dir).is_ok(),
            false => self.disk.rename(&spare.path, dir).is_ok(),
        };
        is_there.then_some(spare)
    }

    /// Takes a directory for others if nothing is in it but a depfile of this name. Says whether it did.
    pub fn keep(&self, dir: &str, depfile: Option<&str>) -> bool {
        let mut dirs = self.dirs();
        let Ok(names) = self.disk.names(dir) else { return false };
        let depfile = match names.as_slice() {
            [] => None,
            [(name, false)] if depfile.is_some_and(|it| it.as_bytes() == name) => depfile,
            _ => return false,
        };
        let (path, depfile) = (dir.to_owned(), depfile.map(str::to_owned));
        // Given up twice, it is there once: who takes the second would take it from who has the first.
        dirs.retain(|spare| spare.path != path);
        dirs.push(SpareDir { path, depfile });
        true
    }

    /// Removes them, but for one below `root` that the next build finds. What is left of the others is removed then, too.
    pub fn clear(&self, root: &str) {
        let mut dirs = self.dirs();
        let kept = dirs.pop();
        dirs.drain(..).for_each(|dir| _ = self.disk.remove(&dir.path));
        let Some(SpareDir { path, depfile }) = kept else { return };
        let _ = self.disk.rename(&path, &of_last_build(root));
        if let Some(name) = depfile {
            let _ = self.disk.remove(&format!("{}/{name}", of_last_build(root)));
        }
    }

    /// Takes the one that the last build has left. Says whether nothing else is there.
    pub fn find(&self, root: &str) -> bool {
        let Ok(names) = self.disk.names(root) else { return false };
        let path = of_last_build(root);
        let [(name, true)] = names.as_slice() else { return names.is_empty() };
        let is_empty =
            name == NAME.as_bytes() && self.disk.names(&path).is_ok_and(|names| names.is_empty());
        if is_empty {
            self.dirs().push(SpareDir { path, depfile: None });
        }
        is_empty
    }

    fn dirs(&self) -> MutexGuard<'_, Vec<SpareDir>> {
        self.dirs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No action's directory has this name: those that make a directory of their own do not ask whether it is spare.
const NAME: &str = "spare";

fn of_last_build(root: &str) -> String {
    format!("{root}/{NAME}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;

    #[test]
    fn what_is_left_in_a_directory_is_nobody_elses() {
        let disk = FakeDisk::new();
        let spare = Spare::new(&disk);
        for (left, depfile, kept) in [
            (&[][..], None, true),
            (&["a.d"], Some("a.d"), true),
            (&["a.d"], Some("b.d"), false),
            (&["a.d"], None, false),
            (&["a.d", "a.o"], Some("a.d"), false),
            (&["a.d/x"], Some("a.d"), false),
        ] {
            spare.make("p/one", None).unwrap();
            left.iter().for_each(|name| disk.edit(&format!("p/one/{name}"), b""));
            assert_eq!(spare.keep("p/one", depfile), kept, "{left:?} {depfile:?}");
            spare.make("p/two", Some("p/two/b.d")).unwrap();
            let expected: &[&str] = if kept && depfile.is_some() { &["p/two/b.d"] } else { &[] };
            assert_eq!(disk.list("p/two"), expected);
            disk.remove("p").unwrap();
        }
    }

    #[test]
    fn what_is_given_up_twice_is_taken_once() {
        let disk = FakeDisk::new();
        let spare = Spare::new(&disk);
        spare.make("p/one", None).unwrap();
        assert!(spare.keep("p/one", None) && spare.keep("p/one", None));
        spare.make("p/one", None).unwrap();
        disk.edit("p/one/made", b"");
        spare.make("p/two", None).unwrap();
        assert_eq!(disk.list("p/one"), ["p/one/made"]);
        assert_eq!(disk.list("p/two"), [""; 0]);
    }

    #[test]
    fn nobody_takes_what_is_made_anew() {
        let disk = FakeDisk::new();
        disk.shake(3);
        let spare = Spare::new(&disk);
        let act = |dir: &str| {
            spare.make(dir, None).unwrap();
            let made = disk.write(&format!("{dir}/made"), b"");
            assert!(made.is_ok() && disk.list(dir).len() == 1, "{dir}");
            disk.remove(&format!("{dir}/made")).unwrap();
            assert!(spare.keep(dir, None));
            disk.list("p");
        };
        std::thread::scope(|scope| {
            scope.spawn(|| (0..1_000).for_each(|_| act("p/anew")));
            scope.spawn(|| (0..1_000).for_each(|other| act(&format!("p/{other}"))));
        });
    }

    #[test]
    fn what_is_used_again_under_its_own_name_is_nobody_elses() {
        let disk = FakeDisk::new();
        let spare = Spare::new(&disk);
        for dir in ["p/one", "p/two"] {
            spare.make(dir, None).unwrap();
            disk.edit(&format!("{dir}/kept"), b"");
        }
        disk.remove("p/one/kept").unwrap();
        disk.remove("p/two/kept").unwrap();
        assert!(spare.keep("p/one", None) && spare.keep("p/two", None));
        spare.make("p/one", None).unwrap();
        disk.edit("p/one/a.o", b"");
        for dir in ["p/three", "p/four"] {
            spare.make(dir, None).unwrap();
        }
        assert_eq!(disk.list("p/one"), ["p/one/a.o"]);
    }

    #[test]
    fn a_depfile_that_somebody_writes_late_goes() {
        let disk = FakeDisk::new();
        let spare = Spare::new(&disk);
        spare.make("p/one", None).unwrap();
        disk.edit("p/one/a.d", b"");
        assert!(spare.keep("p/one", Some("a.d")));
        disk.edit("p/one/a.d", b"late");
        spare.make("p/two", Some("p/two/b.d")).unwrap();
        assert!(disk.list("p/two").is_empty());
        assert!(spare.keep("p/two", None));
    }

    #[test]
    fn one_is_left_for_the_next_build() {
        let disk = FakeDisk::new();
        let spare = Spare::new(&disk);
        for dir in ["p/one", "p/two"] {
            spare.make(dir, None).unwrap();
            disk.edit(&format!("{dir}/a.d"), b"");
        }
        assert!(spare.keep("p/one", Some("a.d")) && spare.keep("p/two", Some("a.d")));
        spare.clear("p");
        assert_eq!(disk.names("p").unwrap(), [(b"spare".to_vec(), true)]);
        let next = Spare::new(&disk);
        assert!(next.find("p"));
        next.make("p/three", None).unwrap();
        assert_eq!(disk.names("p").unwrap(), [(b"three".to_vec(), true)]);
    }

    #[test]
    fn what_a_killed_build_has_left_is_no_spare_one() {
        for left in [&["p/one/a.o"][..], &["p/one.rsp"], &["p/spare/a.d"]] {
            let disk = FakeDisk::new();
            disk.dir("p/spare");
            left.iter().for_each(|path| disk.edit(path, b""));
            assert!(!Spare::new(&disk).find("p"), "{left:?}");
        }
        let disk = FakeDisk::new();
        disk.dir("p/one");
        assert!(!Spare::new(&disk).find("p"), "the directory of an action");
        let disk = FakeDisk::new();
        disk.dir("elsewhere");
        disk.link("p/spare", "elsewhere");
        assert!(!Spare::new(&disk).find("p"), "a link");
    }
}
