//! The directories in which an action leaves files that are not whole yet: made before it, taken for the next or removed after it.

use crate::graph::Action;
use crate::run::event::Failure;
use crate::run::execute::Executor;
use crate::run::partial::{self, Partial};

impl Executor<'_> {
    /// Makes an action's directories of unfinished files, and those in which they will lie. Those of a tool of the project's own are new.
    pub(super) fn make_dirs(&self, action: &Action, partial: &Partial<'_>) -> Result<(), Failure> {
        let depfile = action.told_depfile().map(|path| partial.path(path));
        for (dir, _) in partial.dirs() {
            let in_it = depfile.as_deref().filter(|path| name_in(path, &dir).is_some());
            let made = match action.stage() {
                Some(_) => self.edges.disk.create_dirs(&dir),
                None => self.spare.make(&dir, in_it),
            };
            made.map_err(Failure::io("make the directory", &dir))?;
        }
        for path in self.outputs(action).chain(action.depfile.as_deref()) {
            self.output_dir.make_dir_for(path)?;
        }
        Ok(())
    }

    /// An action's directories of unfinished files are not needed any more.
    pub(super) fn discard(&self, action: &Action) {
        let (disk, partial) = (self.edges.disk, self.partial(action));
        let depfile = action.told_depfile().map(|path| partial.path(path));
        for (dir, _) in partial.dirs() {
            let in_it = depfile.as_deref().and_then(|path| name_in(path, &dir));
            if action.stage().is_some() || !self.spare.keep(&dir, in_it) {
                // What is left is removed at the next start, too.
                let _ = disk.remove_empty_dir(&dir) || disk.remove(&dir).is_ok();
            }
        }
    }

    /// Nothing more is to be done.
    pub fn tidy(&self) {
        self.spare.clear(&partial::root(self.state_dir));
    }
}

/// The name of a path in a directory.
fn name_in<'a>(path: &'a str, dir: &str) -> Option<&'a str> {
    path.strip_prefix(dir)?.strip_prefix('/').filter(|name| !name.contains('/'))
}
