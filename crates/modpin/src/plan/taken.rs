//! What each module takes of other modules, when the host itself is not there yet: cargo links it later.

use modpin_engine::FileId;
use modpin_project::{Binding, ResolvedExecutable, load_first, load_later};

use super::module::PlannedModule;
use super::planner::{NewAction, Planner};
use crate::error::Result;
use crate::steps::{BuildStep, TakeSymbols, Verb};

/// What there is of a host before it is linked.
#[derive(Clone, Copy)]
pub struct Unlinked {
    /// Its pin report.
    pub pins: FileId,
    /// A program that needs the shared libraries that the host will need.
    pub stand_in: FileId,
}

impl Planner<'_> {
    /// A file for each module.
    pub(super) fn taken(
        &mut self,
        executable: &ResolvedExecutable,
        modules: &[PlannedModule],
        host: Unlinked,
    ) -> Result<Vec<FileId>> {
        let resolved = self.resolved;
        let file = |index: usize| match modules[index] {
            PlannedModule::File { module, .. } => Some((resolved.modules[index].name.clone(), module)),
            PlannedModule::BuiltIn { .. } => None,
        };
        let is_lazy =
            |&&index: &&usize| executable.opening(&resolved.modules[index]).binding == Binding::Lazy;
        let lazy = executable.modules.iter().filter(is_lazy);
        let lazy: Vec<String> = lazy.map(|&index| resolved.modules[index].name.clone()).collect();
        let linked = self.modules_linked(executable, modules)?;
        let mut taken = Vec::new();
        for &index in &executable.modules {
            let Some((module, own)) = file(index) else { continue };
            let others = |indexes: Vec<usize>| indexes.into_iter().filter_map(file).unzip();
            let (before, files): (Vec<String>, Vec<FileId>) = others(load_first(resolved, index));
            let (after, more): (Vec<String>, Vec<FileId>) = others(load_later(resolved, index));
            let path = self.layout.check(&executable.name, &module, "taken");
            let label = format!("{module} in {}", executable.name);
            let step = TakeSymbols {
                host: executable.name.clone(),
                module,
                before,
                after,
                lazy: lazy.clone(),
                library_dirs: self.toolchain.library_dirs.clone(),
                candidates: self.candidates.clone(),
            };
            let mut inputs = vec![own, host.pins, host.stand_in];
            inputs.extend(files.into_iter().chain(more).chain(linked));
            taken.push(self.add_one(NewAction {
                verb: Verb::Resolving,
                label,
                work: BuildStep::TakeSymbols(step).into_work(),
                inputs,
                outputs: &[path],
                depfile: None,
            })?);
        }
        Ok(taken)
    }
}
