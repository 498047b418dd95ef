//! Hosts that cargo links: everything up to the arguments of the link, and the checks of the finished program, if somebody
//! knows where it is.

use modpin_engine::FileId;
use modpin_project::{CargoLink, CodeFlags, ResolvedExecutable};

use super::host::is_host;
use super::library::PlannedLibrary;
use super::link::Link;
use super::module::PlannedModule;
use super::parts::Parts;
use super::pins::{PlannedPins, Promised};
use super::planned::{PlannedCargoLink, PlannedTarget, TargetKind};
use super::planner::{NewAction, Planner};
use super::taken::Unlinked;
use crate::error::Result;
use crate::steps::{BuildStep, RustNeeds, Verb};

/// Of what is worked out what Rust is asked for.
struct OfRust<'a> {
    cargo: &'a CargoLink,
    object_symbols: FileId,
    pins: PlannedPins,
    stand_in: FileId,
}

impl Planner<'_> {
    /// A program that cargo links.
    pub(super) fn cargo_host(
        &mut self,
        executable: &ResolvedExecutable,
        cargo: &CargoLink,
        libraries: &[PlannedLibrary],
        modules: &[PlannedModule],
    ) -> Result<()> {
        let mut parts = self.parts(executable, libraries, modules)?;
        if parts.has_cxx {
            // rustc links as for C.
            parts.system.push(self.toolchain.cxx_library().to_owned());
        }
        let object_symbols = self.object_symbols(executable, &parts)?;
        let pins = self.pins(executable, &parts, object_symbols, modules)?;
        let ordered = self.ordered_parts(executable, &parts, Some(object_symbols), Some(pins))?;
        let stand_in = self.stand_in(executable, &parts)?;
        let rust = OfRust { cargo, object_symbols, pins, stand_in };
        let told = self.rust_needs(executable, &parts, rust, modules)?;
        let [symbols, exports, reference, report] = told;
        let offers = !cargo.offers.is_empty() || !parts.left.is_empty();
        let is_host = is_host(executable, &parts.exports) || offers;
        let mut files = vec![symbols, exports, report];
        let identity = self.identity.filter(|_| is_host);
        let objects = [&parts.objects[..], &[reference], identity.as_slice()].concat();
        files.extend(objects.iter().chain(&parts.archives).chain(&ordered.file));
        self.cargo_links.push(PlannedCargoLink {
            name: executable.name.clone(),
            objects,
            archives: parts.archives.clone(),
            symbols,
            exports: is_host.then_some(exports),
            listed: ordered.listed,
            ordered: ordered.file,
            ldflags: executable.ldflags.texts(),
            report,
        });
        let program = self.cargo.programs.get(&executable.name).cloned();
        let mut checks = Vec::new();
        if let Some(program) = program {
            let program = self.graph.file(&program);
            self.link_of(executable, &parts, program, object_symbols);
            let promised = Promised { pins, rust: Some(report) };
            checks = self.checks(executable, program, promised, modules)?;
            files.insert(0, program);
        }
        checks.extend(parts.beside.stubs.iter().chain(&parts.beside.files));
        checks.extend(self.doubles(executable, &parts, object_symbols, Some(pins))?);
        let known = (libraries, modules);
        checks.extend(self.data_twice(executable, &parts, object_symbols, pins, known)?);
        let taken = self.taken(executable, modules, Unlinked { pins: pins.report, stand_in })?;
        self.describe(pins, &taken);
        let (name, kind) = (executable.name.clone(), TargetKind::Executable);
        self.targets.push(PlannedTarget { name, kind, files, checks });
        Ok(())
    }

    fn rust_needs(
        &mut self,
        executable: &ResolvedExecutable,
        parts: &Parts,
        asked: OfRust<'_>,
        modules: &[PlannedModule],
    ) -> Result<[FileId; 4]> {
        let OfRust { cargo, object_symbols, pins, stand_in } = asked;
        let loaded = executable.modules.iter().filter_map(|&module| match modules[module] {
            PlannedModule::File { module, .. } => Some(module),
            PlannedModule::BuiltIn { .. } => None,
        });
        let loaded: Vec<FileId> = loaded.collect();
        let step = RustNeeds {
            host: executable.name.clone(),
            modules: loaded.len(),
            archives: parts.archive_names.clone(),
            whole: self.whole(parts),
            offers: cargo.offers.clone(),
            from_shared: cargo.from_shared.clone(),
            shared: parts.beside.symbols.len(),
            left: parts.left.clone(),
            library_dirs: self.toolchain.library_dirs.clone(),
        };
        let mut inputs = vec![pins.report, stand_in];
        inputs.extend(loaded);
        inputs.push(object_symbols);
        inputs.extend(parts.archive_symbols.iter().chain(&parts.beside.symbols));
        let outputs = ["rust", "rust.exports", "rust.c", "rust.json"]
            .map(|kind| self.layout.link(&executable.name, kind));
        let (work, label) = (BuildStep::RustNeeds(step).into_work(), outputs[0].clone());
        let files = self.add(NewAction {
            verb: Verb::Pinning,
            label,
            work,
            inputs,
            outputs: &outputs,
            depfile: None,
        })?;
        Ok([files[0], files[1], self.own_object(files[2], &["-g1"])?, files[3]])
    }

    /// A program that does nothing and needs the shared libraries that the host is declared to need: a loader that starts it
    /// finds what it finds for the host.
    fn stand_in(&mut self, executable: &ResolvedExecutable, parts: &Parts) -> Result<FileId> {
        let path = self.layout.link(&executable.name, "stand-in");
        let of_archives = parts.libraries.iter();
        let of_archives = of_archives.flat_map(|&at| &self.resolved.libraries[at].system_libraries);
        let system = parts.system.iter().chain(of_archives).map(|name| format!("-l{name}"));
        let kept = parts.libraries.iter();
        let kept = kept.flat_map(|&at| &self.resolved.libraries[at].keep_system_libraries);
        let system = system.chain(parts.kept.iter().chain(kept).map(|name| format!("-l{name}")));
        let listed = ["-Wl,--no-as-needed".to_owned()].into_iter().chain(system).collect();
        let nothing = ["-x", "c", "/dev/null", "-x", "none", "-nostartfiles", "-Wl,-e,0"];
        let ldflags = self.ldflags(&CodeFlags::default());
        let inputs = self.link_tools(false, &ldflags);
        let (search, _) = self.link_looks(false, &ldflags, &[]);
        let work = self.link_command(Link {
            args: nothing.map(str::to_owned).to_vec(),
            listed,
            response: format!("{path}.rsp"),
            ldflags,
            search: Some(search),
            ..Link::default()
        });
        let label = path.clone();
        self.add_one(NewAction {
            verb: Verb::Linking,
            label,
            work,
            inputs,
            outputs: &[path],
            depfile: None,
        })
    }
}
