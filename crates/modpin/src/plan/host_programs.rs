//! Programs for the build machine: a project of their own, planned by that machine's compiler into a directory of its own. They are
//! targets of which a build without names makes none.

use super::planned::TargetKind;
use super::planner::{CargoBuild, Planner};
use super::words::headers_dirs_of_build_machine;
use crate::error::Result;

impl Planner<'_> {
    /// All of them, with the libraries that they link.
    pub(super) fn host_programs(&mut self) -> Result<()> {
        let Some(there) = self.resolved.build_machine.as_deref() else { return Ok(()) };
        let (layout, cargo) = (self.layout.of_build_machine(), CargoBuild::default());
        let tools = self.toolchain.for_build_machine();
        let mut planner = Planner::new(there, tools, &layout, self.check, &cargo);
        planner.programs = TargetKind::HostProgram;
        planner.made = self.made.clone();
        planner.graph = std::mem::take(&mut self.graph);
        let dirs = headers_dirs_of_build_machine(self.resolved, self.layout);
        planner.headers = planner.headers_of_build_machine((self.resolved, &self.headers), dirs)?;
        let libraries = planner.libraries()?;
        planner.shared_libraries(&libraries)?;
        planner.hosts(&libraries, &[])?;
        let Planner { graph, commands, targets, .. } = planner;
        self.graph = graph;
        self.commands.extend(commands);
        let programs = targets.into_iter().filter(|target| target.kind == TargetKind::HostProgram);
        self.targets.extend(programs);
        Ok(())
    }
}
