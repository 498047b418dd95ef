//! Where compilations find what rules make. `gen/` mirrors the sources: what is looked for in a directory of the sources is looked
//! for in the one of `gen/` right after it.

use std::collections::HashSet;

use modpin_engine::FileId;
use modpin_project::{Resolved, ResolvedCode, ResolvedSource};

use super::planner::Planner;
use crate::layout::Layout;

/// The directories of `gen/`, named as those of the sources.
#[derive(Clone, Debug)]
pub struct MadeDirs {
    /// Where all that rules make lies, for whichever machine it is compiled.
    layout: Layout,
    /// Those in which a file lies.
    direct: HashSet<String>,
    /// Those, and all above.
    all: HashSet<String>,
}

impl MadeDirs {
    /// Of all rules.
    pub fn of(resolved: &Resolved, layout: &Layout) -> MadeDirs {
        let (direct, all) = (HashSet::new(), HashSet::new());
        let mut dirs = MadeDirs { layout: layout.clone(), direct, all };
        let commands = resolved.rules.iter().flat_map(|rule| &rule.commands);
        for path in commands.flat_map(|command| &command.outputs) {
            let dir = dir_of(path);
            if dirs.direct.insert(dir.to_owned()) {
                let parents = std::iter::successors(Some(dir), |dir| Some(dir.rsplit_once('/')?.0));
                dirs.all.extend(parents.map(str::to_owned).chain([".".to_owned()]));
            }
        }
        dirs
    }

    /// A file that a rule makes, or a directory of such.
    pub fn path(&self, path: &str) -> String {
        self.layout.generated(path)
    }

    /// What stands behind an argument that names a directory of the sources, if something is made there.
    pub fn behind(&self, arg: &str) -> Option<String> {
        let (option, dir) =
            ["-isystem", "-I"].into_iter().find_map(|it| Some((it, arg.strip_prefix(it)?)))?;
        self.all.contains(dir).then(|| format!("{option}{}", self.path(dir)))
    }
}

/// The directory of a path, `.` for none.
fn dir_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(dir, _)| dir)
}

impl Planner<'_> {
    /// Where a source lies.
    pub(super) fn source_path(&self, source: &ResolvedSource) -> String {
        if source.is_made { self.made.path(&source.path) } else { source.path.clone() }
    }

    /// Where a source finds what would lie beside it.
    pub(super) fn beside_source(&self, source: &ResolvedSource) -> Vec<String> {
        let dir = dir_of(&source.path);
        let mut dirs = Vec::new();
        if source.is_made {
            dirs.push(dir.to_owned());
        } else if self.made.direct.contains(dir) {
            dirs.push(self.made.path(dir));
        }
        dirs.into_iter().flat_map(|dir| ["-iquote".to_owned(), dir]).collect()
    }

    /// What must be there before some code is compiled for the first time.
    pub(super) fn made_before(&mut self, code: &ResolvedCode) -> Vec<FileId> {
        let rules = code.waits_for.iter().filter_map(|&at| self.resolved.rules.get(at));
        let paths: Vec<String> = rules.map(|rule| self.made.layout.rule_done(&rule.name)).collect();
        self.files(&paths)
    }
}
