//! What checks are given to know more of what is missing: who else may define it, and which libraries the link of a host names.

use std::collections::BTreeSet;

use modpin_engine::FileId;
use modpin_project::{ResolvedExecutable, load_first, load_later};

use super::library::PlannedLibrary;
use super::module::PlannedModule;
use super::planner::Planner;
use crate::steps::{Candidate, Candidates};

impl Planner<'_> {
    /// Every archive and module, for who wants to know where a symbol is.
    pub(super) fn candidates(
        &self,
        libraries: &[PlannedLibrary],
        modules: &[PlannedModule],
    ) -> Candidates {
        let path = |file: FileId| self.graph.path(file).to_owned();
        let candidate = |name: &str, symbols: FileId, module: Option<FileId>| Candidate {
            name: name.to_owned(),
            symbols: path(symbols),
            is_module: module.is_some(),
            file: module.map(path).unwrap_or_default(),
            needs: Vec::new(),
        };
        let archives = self.resolved.libraries.iter().zip(libraries);
        let archives =
            archives.map(|(known, planned)| candidate(&known.file_name, planned.symbols, None));
        let resolved = self.resolved;
        let needs = |index: usize| {
            let needed = load_first(resolved, index).into_iter().chain(load_later(resolved, index));
            needed.map(|other| resolved.modules[other].name.clone()).collect()
        };
        let modules = resolved.modules.iter().zip(modules).enumerate();
        let modules = modules.filter_map(|(index, (known, planned))| match planned {
            PlannedModule::File { symbols, module, .. } => {
                let module = candidate(&known.name, *symbols, Some(*module));
                Some(Candidate { needs: needs(index), ..module })
            }
            PlannedModule::BuiltIn { .. } => None,
        });
        Candidates::of(&archives.chain(modules).collect::<Vec<_>>())
    }

    /// The system libraries that the link of a program names, as after `-l`; each once.
    pub(super) fn system_of_host(&self, executable: &ResolvedExecutable) -> Vec<String> {
        let resolved = self.resolved;
        let built_in = || executable.built_in.iter().map(|&at| &resolved.modules[at]);
        let mut link = executable.link.clone();
        built_in().for_each(|module| link.extend(&module.link));
        let needed = resolved.with_needed(&link);
        let of_archives = needed.into_iter().flat_map(|at| &resolved.libraries[at].system_libraries);
        let of_modules = built_in().flat_map(|module| &module.system_libraries);
        let all = executable.system_libraries.iter().chain(of_modules).chain(of_archives);
        let mut seen = BTreeSet::new();
        all.filter(|name| seen.insert(*name)).cloned().collect()
    }
}
