//! What tells of variables of which host and modules have a copy each. Nothing is planned where no module links an archive of its
//! host.

use modpin_engine::FileId;
use modpin_project::ResolvedExecutable;

use super::library::PlannedLibrary;
use super::module::PlannedModule;
use super::parts::Parts;
use super::pins::PlannedPins;
use super::planner::{NewAction, Planner};
use crate::error::Result;
use crate::steps::{BuildStep, DataTwice, LinkingModule, Verb};

impl Planner<'_> {
    /// For one host.
    pub(super) fn data_twice(
        &mut self,
        executable: &ResolvedExecutable,
        parts: &Parts,
        objects: FileId,
        pins: PlannedPins,
        (libraries, modules): (&[PlannedLibrary], &[PlannedModule]),
    ) -> Result<Option<FileId>> {
        let resolved = self.resolved;
        let mut inputs = vec![objects];
        inputs.extend(parts.archive_symbols.iter().chain([&pins.report]));
        let (mut linking, mut both) = (Vec::new(), Vec::new());
        for &at in &executable.modules {
            let (known, PlannedModule::File { symbols, archives, .. }) =
                (&resolved.modules[at], &modules[at])
            else {
                continue;
            };
            let own = resolved.with_needed(&known.link);
            let shared: Vec<usize> =
                own.iter().copied().filter(|library| parts.libraries.contains(library)).collect();
            if shared.is_empty() || archives.is_empty() {
                continue;
            }
            both.extend(shared);
            inputs.extend([symbols].into_iter().chain(archives));
            let archives = own.iter().map(|&library| resolved.libraries[library].file_name.clone());
            linking.push(LinkingModule { name: known.name.clone(), archives: archives.collect() });
        }
        if linking.is_empty() {
            return Ok(None);
        }
        both.sort_unstable();
        both.dedup();
        inputs.extend(both.iter().map(|&library| libraries[library].archive));
        let step = DataTwice {
            host: executable.name.clone(),
            archives: parts.archive_names.clone(),
            whole: self.whole(parts),
            modules: linking,
            both: both.iter().map(|&library| resolved.libraries[library].file_name.clone()).collect(),
        };
        let work = BuildStep::DataTwice(step).into_work();
        let path = self.layout.link(&executable.name, "variables");
        let label = format!("variables of {} and its modules", executable.name);
        let (verb, outputs) = (Verb::Verifying, &[path]);
        self.add_one(NewAction { verb, label, work, inputs, outputs, depfile: None }).map(Some)
    }
}
