//! Hears of changes, and says when they have come to rest: an editor writes a file in several steps, and a branch that is checked out
//! changes a thousand.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _, recommended_watcher};

use super::tree::{is_hidden, is_made, is_of_editors, visit_below};

/// How long nothing may happen before a change is over.
const REST: Duration = Duration::from_millis(8);

/// How long changes may go on before somebody looks nevertheless.
const LONGEST: Duration = Duration::from_secs(2);

/// Directories that are watched.
pub struct Watcher {
    roots: Vec<PathBuf>,
    /// Directories of which only the files are watched.
    own: Vec<PathBuf>,
    system: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
}

impl Watcher {
    /// Watches directories with all that is below them and the project's own.
    ///
    /// # Errors
    /// What the system says against it.
    pub fn new(roots: &[PathBuf]) -> notify::Result<Watcher> {
        let (to, events) = channel();
        let mut watcher =
            Watcher { roots: roots.to_vec(), own: Vec::new(), system: recommended_watcher(to)?, events };
        for root in roots {
            watcher.add(root)?;
        }
        Ok(watcher)
    }

    /// Watches directories outside of the others, too. Of one in which the others lie, only its own files.
    ///
    /// # Errors
    /// What the system says against it.
    pub fn also(&mut self, dirs: Vec<PathBuf>) -> notify::Result<()> {
        for dir in dirs {
            if self.roots.iter().any(|root| dir.starts_with(root)) || self.own.contains(&dir) {
                continue;
            }
            match self.roots.iter().any(|root| root.starts_with(&dir)) {
                true => {
                    self.system.watch(&dir, RecursiveMode::NonRecursive)?;
                    self.own.push(dir);
                }
                false => {
                    self.add(&dir)?;
                    self.roots.push(dir);
                }
            }
        }
        Ok(())
    }

    /// Waits until something has changed, and nothing changes any more. What has changed since it was called last counts.
    ///
    /// # Errors
    /// What the system says.
    pub fn wait(&mut self) -> notify::Result<()> {
        loop {
            let first = self
                .events
                .recv()
                .map_err(|_| notify::Error::generic("the system tells nothing any more"))?;
            if self.matters(first?)? {
                break;
            }
        }
        let began = Instant::now();
        loop {
            match self.events.recv_timeout(REST) {
                Ok(event) => _ = self.matters(event?)?,
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if began.elapsed() > LONGEST {
                return Ok(());
            }
        }
    }

    /// Whether an event tells of a change. New directories are watched from now on.
    fn matters(&mut self, event: Event) -> notify::Result<bool> {
        if event.need_rescan() {
            // So much has happened that some of it was lost.
            for root in self.roots.clone() {
                self.add(&root)?;
            }
            return Ok(true);
        }
        let is_change = match event.kind {
            EventKind::Create(_) | EventKind::Remove(_) => true,
            EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
            EventKind::Access(_) | EventKind::Any | EventKind::Other => false,
        };
        if !is_change {
            return Ok(false);
        }
        let mut matters = false;
        for path in event.paths {
            if path.is_dir() && !path.is_symlink() {
                // A hidden one, or one that a build makes, is not below any that is watched.
                if !is_made(&path) && !is_hidden(&path) {
                    self.add(&path)?;
                    matters = true;
                }
            } else {
                matters |= !is_of_editors(&path);
            }
        }
        Ok(matters)
    }

    fn add(&mut self, dir: &Path) -> notify::Result<()> {
        visit_below(dir, |dir| match self.system.watch(dir, RecursiveMode::NonRecursive) {
            // Gone again already.
            Err(_) if !dir.is_dir() => Ok(()),
            watched => watched,
        })
    }
}
