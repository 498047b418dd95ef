//! The output directory: makes the directories above an output and moves it there when it is whole. Removes what
//! stands in the way below the build directory, and nothing anywhere else: there, a directory is ours when it is
//! reached without a link.

use std::collections::HashSet;
use std::io;
use std::sync::{Mutex, PoisonError};

use crate::run::event::Failure;
use crate::world::disk::Disk;

/// Where outputs go.
pub struct OutputDir<'a> {
    disk: &'a dyn Disk,
    build_dir: &'a str,
    /// Directories that are there, looked at once. Held while one is made: two that need the same directory must not
    /// remove each other's.
    made: Mutex<HashSet<String>>,
}

impl<'a> OutputDir<'a> {
    /// The build directory is ours to clear.
    pub fn new(disk: &'a dyn Disk, build_dir: &'a str) -> OutputDir<'a> {
        OutputDir { disk, build_dir, made: Mutex::default() }
    }

    /// Makes the directories above `path`.
    pub fn make_dir_for(&self, path: &str) -> Result<(), Failure> {
        let Some((dir, _)) = path.rsplit_once('/') else { return Ok(()) };
        self.make_dir(dir).map_err(Failure::io("make the directory", dir))
    }

    /// Makes a directory and those above it.
    pub fn make_dir(&self, dir: &str) -> io::Result<()> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if !made.contains(dir) {
            self.clear(dir)?;
            if self.disk.create_dirs(dir).is_err() {
                self.clear_other(dir)?;
                self.disk.create_dirs(dir)?;
            }
            made.insert(dir.to_owned());
        }
        Ok(())
    }

    /// Removes the file or the link that stands where a directory is needed.
    fn clear(&self, dir: &str) -> io::Result<()> {
        for above in self.way_to(dir) {
            let Some(itself) = self.disk.lstat(above)? else { return Ok(()) };
            if itself.regular || self.disk.is_link(above) {
                return self.disk.remove(above);
            }
        }
        Ok(())
    }

    /// The same of what a stat does not tell from a directory, a pipe or a socket: it shows when the directory cannot be made.
    fn clear_other(&self, dir: &str) -> io::Result<()> {
        let is_other = |above: &&str| {
            self.disk.names(above).is_err_and(|error| error.kind() == io::ErrorKind::NotADirectory)
        };
        self.way_to(dir).find(is_other).map_or(Ok(()), |other| self.disk.remove(other))
    }

    /// The directories of the build directory on the way to one, and that one.
    fn way_to<'d>(&self, dir: &'d str) -> impl Iterator<Item = &'d str> {
        let ends = dir.match_indices('/').map(|(at, _)| at).chain([dir.len()]);
        ends.map(|end| &dir[..end]).filter(|above| self.is_below(above))
    }

    /// Moves a file to its final path.
    pub fn replace(&self, from: &str, to: &str) -> Result<(), Failure> {
        match self.disk.rename(from, to) {
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                if self.is_below(to) {
                    self.disk.remove(to).map_err(Failure::io("remove", to))?;
                } else {
                    // Somebody else's: it goes only when nothing is in it.
                    self.disk.remove_empty_dir(to);
                }
                self.disk.rename(from, to).map_err(Failure::io("replace", to))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Somebody has removed the directory since it was made.
                self.made.lock().unwrap_or_else(PoisonError::into_inner).clear();
                self.make_dir_for(to)?;
                self.disk.rename(from, to).map_err(Failure::io("replace", to))
            }
            renamed => renamed.map_err(Failure::io("replace", to)),
        }
    }

    fn is_below(&self, path: &str) -> bool {
        let below = path.strip_prefix(self.build_dir).and_then(|rest| rest.strip_prefix('/'));
        below.is_some_and(|below| !below.split('/').any(|part| matches!(part, "" | "." | "..")))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;
    use crate::fake::FakeDisk;
    use crate::world::real_disk::RealDisk;

    #[test]
    fn a_pipe_in_the_place_of_a_directory_makes_way() {
        let (root, mode) = (tempfile::tempdir().unwrap(), Mode::RUSR | Mode::WUSR);
        let pipe = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            mknodat(CWD, &path, FileType::Fifo, mode, 0).unwrap();
        };
        let disk = RealDisk::new(root.path());
        for (planted, dir) in [("out/a/b", "out/a/b/c"), ("out/d", "out/d")] {
            pipe(planted);
            OutputDir::new(&disk, "out").make_dir(dir).unwrap();
            assert!(root.path().join(dir).is_dir());
        }
        pipe("elsewhere");
        assert!(OutputDir::new(&disk, "out").make_dir("elsewhere/a").is_err());
        assert!(root.path().join("elsewhere").exists());
    }

    #[test]
    fn a_directory_that_somebody_has_removed_since_is_made_again() {
        let disk = FakeDisk::new();
        let outputs = OutputDir::new(&disk, "out");
        outputs.make_dir_for("out/dir/file").unwrap();
        disk.delete("out/dir");
        disk.edit("partial", b"whole");
        outputs.replace("partial", "out/dir/file").unwrap();
        assert_eq!(disk.peek("out/dir/file").as_deref(), Some(&b"whole"[..]));
    }

    #[test]
    fn a_directory_in_which_something_appears_stays() {
        let disk = FakeDisk::new();
        disk.shake(3);
        disk.changes_per_tick(1);
        let outputs = OutputDir::new(&disk, "out");
        outputs.make_dir("out/dir").unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                (0..300).for_each(|at| disk.write(&format!("out/dir/made{at}"), b"").unwrap())
            });
            scope.spawn(|| {
                (0..300).for_each(|at| outputs.make_dir(&format!("out/dir/{at}")).unwrap());
            });
        });
        assert_eq!(disk.list("out/dir").len(), 300);
    }
}
