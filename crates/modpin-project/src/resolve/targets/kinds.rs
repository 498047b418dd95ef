//! Each kind of target as a plan needs it: what is declared, and what was looked up for it.

use std::time::Duration;

use crate::declare::executable::Executable;
use crate::declare::host_program::HostProgram;
use crate::declare::library::Library;
use crate::declare::link_order::Cycles;
use crate::declare::link_places::LinkPlaces;
use crate::declare::module::Module;
use crate::declare::shared_library::SharedLibrary;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::flags::resolved_flag::CodeFlags;
use crate::resolve::resolved::{
    ResolvedCode, ResolvedExecutable, ResolvedLibrary, ResolvedModule, ResolvedPlaces,
    ResolvedSharedLibrary, ResolvedTest,
};
use crate::resolve::targets::libraries::{self, Linked};
use crate::resolve::targets::lookup::Lookup;
use crate::resolve::targets::shared_libraries;

/// What was looked up for a target, whatever its kind.
pub(super) struct TargetParts {
    pub(super) code: ResolvedCode,
    pub(super) linked: Linked,
    /// What its link is told, if it has one.
    pub(super) ldflags: CodeFlags,
}

impl Lookup<'_> {
    pub(super) fn library(&self, library: Library, parts: TargetParts) -> ResolvedLibrary {
        let TargetParts { code, linked, .. } = parts;
        let chooser = Chooser::new(self.known, false);
        ResolvedLibrary {
            file_name: library.file_name(),
            layer: libraries::layer(self.project, &library),
            link_args: libraries::link_args(library.whole, chooser.texts(&library.link_args)),
            name: library.name,
            archive: library.archive,
            code,
            link: linked.libraries,
            link_shared: linked.shared,
            system_libraries: chooser.texts(&library.links.system_libraries),
            keep_system_libraries: chooser.texts(&library.links.keep_system_libraries),
        }
    }

    pub(super) fn shared_library(
        &self,
        library: SharedLibrary,
        parts: TargetParts,
        findings: &mut Findings,
    ) -> ResolvedSharedLibrary {
        let TargetParts { code, linked, ldflags } = parts;
        let version_script = shared_libraries::version_script(self.root, &library, findings);
        let chooser = Chooser::new(self.known, false);
        ResolvedSharedLibrary {
            file_names: library.file_names(),
            name: library.name,
            code,
            link: linked.libraries,
            link_shared: linked.shared,
            version_script,
            exports: chooser.texts(&library.exports),
            undefined: chooser.texts(&library.undefined),
            system_libraries: chooser.texts(&library.links.system_libraries),
            keep_system_libraries: chooser.texts(&library.links.keep_system_libraries),
            ldflags,
            places: places(&library.places, chooser),
            cycles: self.cycles(library.cycles),
        }
    }

    /// `None` for a module that is switched off.
    pub(super) fn module(&self, module: Module, parts: TargetParts) -> Option<ResolvedModule> {
        let TargetParts { code, linked, ldflags } = parts;
        let chooser = self.hosting.chooser(self.known, &module.name);
        Some(ResolvedModule {
            built_in: self.hosting.built_in(&module.name)?,
            file_name: module.file_name(),
            flat_name: module.flat_name(),
            name: module.name,
            file: module.file,
            code,
            link: linked.libraries,
            link_shared: linked.shared,
            needs: Vec::new(),
            needs_later: Vec::new(),
            binding: module.binding,
            scope: module.scope,
            system_libraries: chooser.texts(&module.links.system_libraries),
            keep_system_libraries: chooser.texts(&module.links.keep_system_libraries),
            ldflags,
            places: places(&module.places, chooser),
            cycles: self.cycles(module.cycles),
        })
    }

    pub(super) fn executable(&self, host: Executable, parts: TargetParts) -> ResolvedExecutable {
        let TargetParts { code, linked, ldflags } = parts;
        let chooser = Chooser::new(self.known, false);
        ResolvedExecutable {
            name: host.name,
            code,
            link: linked.libraries,
            link_shared: linked.shared,
            modules: Vec::new(),
            binding: host.binding,
            scope: host.scope,
            built_in: Vec::new(),
            components: Vec::new(),
            exports: chooser.texts(&host.exports),
            system_libraries: chooser.texts(&host.links.system_libraries),
            keep_system_libraries: chooser.texts(&host.links.keep_system_libraries),
            ldflags,
            places: places(&host.places, chooser),
            cycles: self.cycles(host.cycles),
            cargo: host.cargo,
            link_map: host.link_map,
            test: host.test.map(|test| ResolvedTest {
                args: chooser.texts(&test.args),
                time_limit: test.time_limit.map(|seconds| Duration::from_secs(seconds.into())),
            }),
        }
    }

    /// On the build machine it is a program as any other; it loads no modules.
    pub(super) fn host_program(&self, program: HostProgram, parts: TargetParts) -> ResolvedExecutable {
        let HostProgram { name, links, places, cycles, .. } = program;
        let executable = Executable { name, links, places, cycles, ..Executable::default() };
        self.executable(executable, parts)
    }

    fn cycles(&self, own: Option<Cycles>) -> Cycles {
        own.or(self.project.cycles).unwrap_or_default()
    }
}

fn places(declared: &LinkPlaces, chooser: Chooser<'_>) -> ResolvedPlaces {
    let [before_objects, before_libraries] = declared.lists().map(|list| chooser.texts(list));
    ResolvedPlaces { before_objects, before_libraries }
}
