//! What a plan rests on besides the files of its graph: the words of the user, the environment, the directories
//! that were listed, the programs that were found, this program itself. While none of it changes, the next plan would
//! be the last one.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use modpin_engine::recall::Recall;
use modpin_engine::state::snapshot::{Difference, Entry, Role};
use modpin_engine::{Disk, FileState, Graph, Hash, Outcome, RealDisk, Selection, Stat};
use modpin_project::{LookedUp, Resolved};
use modpin_steps::unread::Decoder;

use super::{KnownOptions, Session};
use crate::layout::{Goal, Layout};
use crate::load;
use crate::toolchain::{self, Toolchain};

/// What one plan rests on.
#[derive(Clone, Debug)]
pub struct PlanInputs {
    layout: Layout,
    goal: Goal,
    key: Hash,
    /// The clock before anything was looked up.
    since: i64,
    /// Programs and descriptions: what they hold matters.
    there: Vec<String>,
    /// Files and directories that were found; of a directory it matters what is in it.
    listed: Vec<String>,
    /// Directories that had to be there.
    dirs: Vec<String>,
    missing: Vec<String>,
    /// Something was looked up in a way that cannot be looked at again.
    open: bool,
}

impl PlanInputs {
    /// To be called before anything is looked up. `asked` is all that the user said, and the text of a project
    /// that is not in a file.
    pub fn new(layout: &Layout, goal: Goal, asked: &str) -> PlanInputs {
        let root = layout.root.display();
        let (tools, loaders) = (toolchain::environment(), load::told().join("\n"));
        let text = format!("{asked}\n{root}\n{}\n{tools}\n{loaders}", layout.dir);
        let mut inputs = PlanInputs {
            layout: layout.clone(),
            goal,
            key: Hash::of(text.as_bytes()),
            since: RealDisk::new(&layout.root).now(),
            there: Vec::new(),
            listed: Vec::new(),
            dirs: Vec::new(),
            missing: Vec::new(),
            open: false,
        };
        // Another program may plan otherwise.
        inputs.there("/proc/self/exe");
        inputs
    }

    /// Looking up begins. What was written in this very tick of the clock could be written in it again, unseen, and such a build
    /// would not be remembered; so that tick is waited for.
    pub fn begin(&mut self) {
        let disk = self.disk();
        for path in self.there.iter().map(String::as_str).chain([".config"]) {
            if let Ok(Some(stat)) = disk.stat(path)
                && stat.ctime >= disk.now()
            {
                disk.wait_past(stat.ctime);
            }
        }
        self.since = disk.now();
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
        let LookedUp { there, dirs, missing, .. } = &resolved.looked_up;
        let kinds = [(there, &mut self.listed), (dirs, &mut self.dirs), (missing, &mut self.missing)];
        for (paths, known) in kinds {
            for path in paths {
                match path.to_str() {
                    Some(path) => known.push(path.to_owned()),
                    None => self.open = true,
                }
            }
        }
        resolved.looked_up.read.iter().for_each(|path| self.there(path));
        // What stands in these says what else is read.
        for resolved in [Some(resolved), resolved.build_machine.as_deref()].into_iter().flatten() {
            resolved.argument_files.texts.keys().for_each(|path| self.there(path));
        }
        for program in toolchain.programs() {
            match Path::new(program).exists() {
                true => self.there(program),
                false => self.missing.push(program.to_owned()),
            }
        }
    }

    /// How things stand beside the last build that left everything as it should be; `None` when that is only known
    /// after a look at everything.
    pub fn compare(&self) -> Option<Difference> {
        let disk = self.disk();
        self.recall(&disk, &self.layout.state_dir()).compare()
    }

    /// The part of the last plan that changed files ask for. `None` when everything is to be planned.
    pub fn part(&self, session: &Session, difference: &Difference) -> Option<(Graph, Selection)> {
        let disk = self.disk();
        self.recall(&disk, &self.layout.state_dir()).part(session.store(), difference, &Decoder)
    }

    /// Remembers a build of everything that was asked for. When something changed since the plan began, or a change
    /// of it might not show, nothing is remembered.
    ///
    /// # Errors
    /// The disk's.
    pub fn remember(
        &self,
        session: &Session,
        note: &str,
        graph: &Graph,
        outcome: &Outcome,
    ) -> modpin_engine::error::Result<()> {
        let disk = self.disk();
        match self.entries(&disk, outcome) {
            Some(entries) if !self.open => {
                let state_dir = self.layout.state_dir();
                let recall = self.recall(&disk, &state_dir);
                let own = KnownOptions::files(&self.layout);
                recall.remember(note, graph, (session.store(), &own), outcome, entries)
            }
            _ => Ok(()),
        }
    }

    /// Remembers a build of a part.
    ///
    /// # Errors
    /// The disk's.
    pub fn renew(
        &self,
        difference: &Difference,
        part: &Graph,
        outcome: &Outcome,
    ) -> modpin_engine::error::Result<()> {
        let disk = self.disk();
        self.recall(&disk, &self.layout.state_dir()).renew(difference, part, outcome)
    }

    fn disk(&self) -> RealDisk {
        RealDisk::new(&self.layout.root).holding(&self.layout.dir)
    }

    fn recall<'a>(&self, disk: &'a RealDisk, state_dir: &'a str) -> Recall<'a> {
        Recall::new(disk, state_dir, self.goal.name(), self.key)
    }

    /// How what the plan rests on looks. What the build reads is only looked at by the build: that it is there was all
    /// that the plan wanted to know. Directories that the build has listed are not listed again.
    fn entries(&self, disk: &RealDisk, outcome: &Outcome) -> Option<Vec<Entry>> {
        let seen = || outcome.seen.iter().flatten();
        let (searched, read): (Vec<&Entry>, Vec<&Entry>) =
            seen().partition(|file| file.role == Role::Searched);
        let read: HashSet<&str> = read.into_iter().map(|file| file.path.as_str()).collect();
        let known: HashMap<&str, &Entry> =
            searched.into_iter().map(|entry| (entry.path.as_str(), entry)).collect();
        let listed = self.listed.iter().filter(|path| !read.contains(path.as_str()));
        let mut asked = HashSet::new();
        let there = listed.chain(&self.there).filter(|path| asked.insert(path.as_str()));
        let there = there.map(|path| {
            if let Some(entry) = known.get(path.as_str()).filter(|entry| vouches(entry, self.since)) {
                return Some(Entry { role: Role::Plan, ..(*entry).clone() });
            }
            disk.stat(path).ok().flatten().and_then(|stat| self.as_it_is(disk, path, stat))
        });
        // Where no file was, a directory may stand.
        let missing = self.missing.iter().map(|path| match disk.stat(path).ok().flatten() {
            Some(stat) if !stat.regular => self.as_it_is(disk, path, stat),
            _ => Some(Entry::of_plan(path, None, None)),
        });
        let dirs = self.dirs.iter().filter(|path| !known.contains_key(path.as_str()));
        let dirs = dirs.map(|path| as_searched(disk, path));
        there.chain(missing).chain(dirs).collect()
    }

    /// `None` when a later change of it might not show.
    fn as_it_is(&self, disk: &RealDisk, path: &str, stat: Stat) -> Option<Entry> {
        let settled = FileState { stat: Some(stat), seen_at: self.since }.settled();
        let listing = if stat.regular { None } else { disk.listing(path).ok() };
        settled.then(|| Entry::of_plan(path, Some(stat), listing))
    }
}

/// A directory that is there; `None` when it is not any more.
fn as_searched(disk: &RealDisk, path: &str) -> Option<Entry> {
    let seen_at = disk.now();
    let stat = disk.stat(path).ok().flatten()?;
    Some(Entry::searched(path, FileState { stat: Some(stat), seen_at }, Some(disk.listing(path).ok()?)))
}

/// Whether a directory was as the build saw it since before the plan was begun, so that both have seen the same. Of one that is told
/// from another by what it holds, nobody knows that.
fn vouches(entry: &Entry, since: i64) -> bool {
    let stat = entry.stat.filter(|stat| stat.ctime != 0 && entry.listing.is_some());
    stat.is_some_and(|stat| FileState { stat: Some(stat), seen_at: since }.settled())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_just_before_the_plan_is_settled_when_it_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout { root: dir.path().to_owned(), dir: "t".to_owned() };
        let mut inputs = PlanInputs::new(&layout, Goal::Build, "");
        inputs.there("p.json");
        std::fs::write(dir.path().join("p.json"), "").unwrap();
        inputs.begin();
        let stat = inputs.disk().stat("p.json").unwrap();
        assert!(FileState { stat, seen_at: inputs.since }.settled());
    }

    #[test]
    fn a_directory_that_changed_while_the_plan_was_made_is_listed_again() {
        let stat = |ctime| Some(Stat { regular: false, size: 0, mtime: 1, ctime, inode: 1 });
        let listed =
            |ctime| Entry::of_plan("dir", stat(ctime), Some(modpin_engine::Listing::of(&vec![])));
        let since = 9_000_000_005;
        assert!(vouches(&listed(since - 1), since));
        assert!(!vouches(&listed(since), since) && !vouches(&listed(since + 1), since));
        assert!(!vouches(&listed(0), since), "it changed in the tick of the look");
        assert!(!vouches(&Entry::of_plan("dir", stat(4), None), since));
    }
}
