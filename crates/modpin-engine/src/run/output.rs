//! The output directory: makes the directories above an output and moves it there when it is whole. Removes what
//! stands in the way below the build directory, and nothing anywhere else.

use std::io;
use std::sync::Mutex;

use crate::run::event::Failure;
use crate::world::disk::Disk;

/// Where outputs go.
pub struct OutputDir<'a> {
    disk: &'a dyn Disk,
    build_dir: &'a str,
    /// Held while something is removed: two that need the same directory must not remove each other's.
    clearing: Mutex<()>,
}

impl<'a> OutputDir<'a> {
    /// The build directory is ours to clear.
    pub fn new(disk: &'a dyn Disk, build_dir: &'a str) -> OutputDir<'a> {
        OutputDir { disk, build_dir, clearing: Mutex::new(()) }
    }

    /// Makes the directories above `path`.
    pub fn make_dir_for(&self, path: &str) -> Result<(), Failure> {
        let Some((dir, _)) = path.rsplit_once('/') else { return Ok(()) };
        if self.disk.create_dirs(dir).is_ok() {
            return Ok(());
        }
        let _alone = self.clearing.lock().unwrap_or_else(|broken| broken.into_inner());
        self.clear(dir).map_err(Failure::io("make the directory", dir))?;
        self.disk.create_dirs(dir).map_err(Failure::io("make the directory", dir))
    }

    /// Removes the file or the broken link that stands where a directory is needed.
    fn clear(&self, dir: &str) -> io::Result<()> {
        let ends = dir.match_indices('/').map(|(at, _)| at).chain([dir.len()]);
        for above in ends.map(|end| &dir[..end]).filter(|above| self.is_below(above)) {
            let is_link_or_file = self.disk.lstat(above)?.is_some()
                && self.disk.stat(above)?.is_none_or(|target| target.regular);
            if is_link_or_file {
                return self.disk.remove(above);
            }
        }
        Ok(())
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
            renamed => renamed.map_err(Failure::io("replace", to)),
        }
    }

    fn is_below(&self, path: &str) -> bool {
        let below = path.strip_prefix(self.build_dir).and_then(|rest| rest.strip_prefix('/'));
        below.is_some_and(|below| !below.split('/').any(|part| matches!(part, "" | "." | "..")))
    }
}

/// Where a file lies until it is whole: a path of its own for each file, below one directory.
pub fn partial_path(partial: &str, path: &str) -> String {
    let mut partial = partial.to_owned();
    for part in path.split('/') {
        partial.push('/');
        match part {
            "" => partial.push_str("@root"),
            ".." => partial.push_str("@up"),
            part => {
                partial.push_str(if part.starts_with('@') { "@" } else { "" });
                partial.push_str(part);
            }
        }
    }
    partial
}
