//! What a plan rests on besides the files of its graph: the words of the user, the environment, the directories
//! that were listed, the programs that were found, this program itself. When none of it and no file changed since
//! a build that found nothing to do, there is nothing to do again. Knows neither graphs nor how to build.

use std::path::Path;

use modpin_engine::hash::Hash;
use modpin_engine::snapshot::{self, Looked};
use modpin_engine::{Disk, RealDisk};

use crate::layout::Layout;
use crate::resolved::Resolved;
use crate::toolchain::{self, Toolchain};

/// The premises of one plan.
#[derive(Clone, Debug)]
pub struct Premises {
    layout: Layout,
    key: Hash,
    /// The clock before anything was looked up.
    since: i64,
    there: Vec<String>,
    missing: Vec<String>,
    /// Something was looked up in a way that cannot be looked at again.
    open: bool,
}

impl Premises {
    /// To be called before anything is looked up. `asked` is all that the user said, and the text of a project
    /// that is not in a file.
    pub fn new(layout: &Layout, asked: &str) -> Premises {
        let root = layout.root.display();
        let text = format!("{asked}\n{root}\n{}\n{}", layout.dir, toolchain::environment());
        let mut premises = Premises {
            layout: layout.clone(),
            key: Hash::of(text.as_bytes()),
            since: RealDisk::new(&layout.root).now(),
            there: Vec::new(),
            missing: Vec::new(),
            open: false,
        };
        // Another program may plan otherwise.
        premises.there("/proc/self/exe");
        premises
    }

    /// Something that was read or had to be there.
    pub fn there(&mut self, path: impl AsRef<Path>) {
        match path.as_ref().to_str() {
            Some(path) => self.there.push(path.to_owned()),
            None => self.open = true,
        }
    }

    /// What looking a project up rested on.
    pub fn looked_up(&mut self, resolved: &Resolved, toolchain: &Toolchain) {
        resolved.looked_up.there.iter().for_each(|path| self.there(path));
        for path in &resolved.looked_up.missing {
            match path.to_str() {
                Some(path) => self.missing.push(path.to_owned()),
                None => self.open = true,
            }
        }
        toolchain
            .programs()
            .into_iter()
            .chain(toolchain.launcher.as_deref())
            .for_each(|path| self.there(path));
        // Where archives of the system were looked for, and what stands beside them, is not known here.
        self.open |= resolved.libraries.iter().any(|library| library.archive.is_some());
    }

    /// What was said besides at a build that found nothing to do, if all is as it was then.
    pub fn still_hold(&self) -> Option<String> {
        snapshot::unchanged(&RealDisk::new(&self.layout.root), &self.place(), self.key)
    }

    /// Remembers a build that found nothing to do. `files` are those that it looked at. When something
    /// changed since the plan began, or a change of it might not show, nothing is remembered.
    ///
    /// # Errors
    /// The disk's.
    pub fn remember(&self, note: &str, files: Vec<Looked>) -> modpin_engine::error::Result<()> {
        let disk = RealDisk::new(&self.layout.root);
        match self.with_own(&disk, files) {
            Some(files) if !self.open => snapshot::write(&disk, &self.place(), self.key, note, files),
            _ => Ok(()),
        }
    }

    fn with_own(&self, disk: &RealDisk, mut files: Vec<Looked>) -> Option<Vec<Looked>> {
        let looked = |path: &str, stat| Looked { path: path.to_owned(), itself: false, stat };
        let mut own = Vec::new();
        for path in &self.there {
            let stat = disk.stat(path).ok().flatten()?;
            if !stat.before(self.since) {
                return None;
            }
            own.push(looked(path, Some(stat)));
        }
        for path in &self.missing {
            own.push(looked(path, None));
        }
        // Damage of the store has to be told, even when nobody needs the store.
        let state = format!("{}/state", self.layout.state_dir());
        let written = disk.stat(&state).ok().flatten()?;
        disk.wait_past(written.ctime);
        own.push(looked(&state, disk.stat(&state).ok().flatten()));
        let known: std::collections::HashSet<&str> =
            files.iter().map(|file| file.path.as_str()).collect();
        own.retain(|file| !known.contains(file.path.as_str()));
        files.extend(own);
        Some(files)
    }

    fn place(&self) -> String {
        format!("{}/snapshot", self.layout.state_dir())
    }
}
