//! What a plan knows of files that rules make, for those who compile and link.

use modpin_engine::FileId;
use modpin_project::{ResolvedCode, ResolvedSource};

use super::made_dirs::dir_of;
use super::planner::Planner;

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

    /// The files of rules that arguments name.
    pub(super) fn made_in<'b>(&mut self, args: impl Iterator<Item = &'b String>) -> Vec<FileId> {
        let paths = self.made.named(args);
        self.files(&paths)
    }

    /// What must be there before some code is compiled for the first time.
    pub(super) fn made_before(&mut self, code: &ResolvedCode) -> Vec<FileId> {
        let rules = code.waits_for.iter().filter_map(|&at| self.resolved.rules.get(at));
        let paths: Vec<String> = rules.map(|rule| self.made.layout.rule_done(&rule.name)).collect();
        self.files(&paths)
    }
}
