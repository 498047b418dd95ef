//! Executables. A host keeps and exports what its modules need: the pin list is an input of its link.

use std::collections::BTreeMap;

use modpin_engine::FileId;
use modpin_project::{ALL_SYMBOLS, Component, ResolvedCode, ResolvedExecutable, ResolvedSource};

use super::compiled::Compiled;
use super::library::PlannedLibrary;
use super::link::{Link, around_objects, in_all_places};
use super::module::PlannedModule;
use super::order::{LinkArchives, Ordered, With, is_whole};
use super::parts::Parts;
use super::pins::{PlannedPins, Promised};
use super::planned::{PlannedArchive, PlannedLink, PlannedTarget, TargetKind};
use super::planner::{NewAction, Planner, add_new};
use super::shared_of_host::SharedOfLinks;
use crate::error::Result;
use crate::steps::{BuildStep, Pin, PinModule, Verb};

impl Planner<'_> {
    pub(super) fn hosts(
        &mut self,
        libraries: &[PlannedLibrary],
        modules: &[PlannedModule],
    ) -> Result<()> {
        let resolved = self.resolved;
        for executable in &resolved.executables {
            if let Some(cargo) = &executable.cargo {
                self.cargo_host(executable, cargo, libraries, modules)?;
                continue;
            }
            let parts = self.parts(executable, libraries, modules)?;
            let is_host = is_host(executable, &parts.exports);
            let object_symbols = self.object_symbols(executable, &parts)?;
            let symbols = (is_host || parts.archives.len() > 1).then_some(object_symbols);
            let pins = symbols.filter(|_| is_host);
            let pins =
                pins.map(|symbols| self.pins(executable, &parts, symbols, modules)).transpose()?;
            let ordered = self.ordered_parts(executable, &parts, symbols, pins)?;
            let files = self.program(executable, &parts, ordered, pins)?;
            let program = files[0];
            self.link_of(executable, &parts, program, object_symbols);
            let mut checks = Vec::new();
            if let Some(pins) = pins {
                checks = self.checks(executable, program, Promised { pins, rust: None }, modules)?;
                self.describe(pins, &checks[1..]);
            }
            checks.extend(self.doubles(executable, &parts, object_symbols, pins)?);
            if let Some(pins) = pins {
                let known = (libraries, modules);
                checks.extend(self.data_twice(executable, &parts, object_symbols, pins, known)?);
            }
            checks.extend(&parts.beside.files);
            let (name, kind) = (executable.name.clone(), self.programs);
            self.targets.push(PlannedTarget { name, kind, files, checks });
        }
        Ok(())
    }

    pub(super) fn parts(
        &mut self,
        executable: &ResolvedExecutable,
        libraries: &[PlannedLibrary],
        modules: &[PlannedModule],
    ) -> Result<Parts> {
        let resolved = self.resolved;
        let code = &executable.code;
        let own = self.compile(&Compiled::of_executable(executable))?;
        let titles = code.sources.iter().map(ResolvedSource::title);
        let own: Vec<(FileId, String)> = own.into_iter().zip(titles).collect();
        let mut of_modules = BTreeMap::new();
        let (mut link, mut shared) = (executable.link.clone(), executable.link_shared.clone());
        let mut system = executable.system_libraries.clone();
        let mut kept = executable.keep_system_libraries.clone();
        for &module in &executable.built_in {
            let titles = resolved.modules[module].code.sources.iter().map(ResolvedSource::title);
            if let PlannedModule::BuiltIn { objects } = &modules[module] {
                of_modules.insert(module, objects.iter().copied().zip(titles).collect());
            }
            let module = &resolved.modules[module];
            link.extend(&module.link);
            shared.extend(&module.link_shared);
            system.extend_from_slice(&module.system_libraries);
            kept.extend_from_slice(&module.keep_system_libraries);
        }
        let needed = self.resolved.with_needed(&link);
        let shared = resolved.shared_of(&link, &shared);
        let beside = match executable.cargo {
            Some(_) => self.beside_cargo_program(&shared),
            None => self.beside(&shared, &executable.name, false),
        };
        let (mut exports, mut left) = (executable.exports.clone(), self.left_open(executable, shared));
        if executable.cargo.is_none() {
            let new =
                std::mem::take(&mut left).into_iter().filter(|name| !executable.exports.contains(name));
            exports.extend(new);
        }
        let (objects, sources) = in_order(executable, &own, &of_modules).into_iter().unzip();
        let mut built_in = executable.built_in.iter().map(|&module| &resolved.modules[module].code);
        let has_cxx = self.has_cxx(code, &needed) || built_in.any(ResolvedCode::has_cxx);
        Ok(Parts {
            has_cxx,
            objects,
            sources,
            archive_names: needed
                .iter()
                .map(|&library| resolved.libraries[library].file_name.clone())
                .collect(),
            archives: needed.iter().map(|&library| libraries[library].archive).collect(),
            members: needed.iter().filter_map(|&library| libraries[library].members).collect(),
            archive_symbols: needed.iter().map(|&library| libraries[library].symbols).collect(),
            libraries: needed,
            system,
            kept,
            beside,
            exports,
            left,
        })
    }

    /// What explains the link.
    pub(super) fn link_of(
        &mut self,
        executable: &ResolvedExecutable,
        parts: &Parts,
        file: FileId,
        symbols: FileId,
    ) {
        let resolved = self.resolved;
        let archive = |&library: &usize| PlannedArchive {
            library,
            whole: is_whole(&resolved.libraries[library].link_args),
        };
        let is_file = |&&module: &&usize| !resolved.modules[module].built_in;
        let modules = executable.modules.iter().filter(is_file);
        self.links.push(PlannedLink {
            name: executable.name.clone(),
            kind: TargetKind::Executable,
            file,
            symbols,
            archives: parts.libraries.iter().map(archive).collect(),
            modules: modules.map(|&module| resolved.modules[module].name.clone()).collect(),
            needs: vec![],
            exports: parts.exports.clone(),
            shared: parts.beside.symbols.clone(),
            offers: None,
            named: self.system_of_host(executable),
        });
    }

    /// The symbols of all objects in one text.
    pub(super) fn object_symbols(
        &mut self,
        executable: &ResolvedExecutable,
        parts: &Parts,
    ) -> Result<FileId> {
        let named: Vec<_> = parts.objects.iter().copied().zip(parts.sources.iter().cloned()).collect();
        self.index(&executable.name, &named)
    }

    /// What follows the objects in the link. Without symbols there are no archives to put in order.
    pub(super) fn ordered_parts(
        &mut self,
        executable: &ResolvedExecutable,
        parts: &Parts,
        symbols: Option<FileId>,
        pins: Option<PlannedPins>,
    ) -> Result<Ordered> {
        self.ordered(&LinkArchives {
            title: format!("{} {:?}", self.programs, executable.name),
            name: &executable.name,
            libraries: &parts.libraries,
            archives: &parts.archives,
            symbols: &parts.archive_symbols,
            system: &parts.system,
            kept: &parts.kept,
            shared: &parts.beside.args,
            cycles: executable.cycles,
            with: match executable.cargo {
                Some(_) => With::Rust { symbols, pins: pins.map(|pins| pins.report) },
                None => With::Program { symbols, pins: pins.map(|pins| pins.report) },
            },
        })
    }

    /// Which of the archives are linked with all members.
    pub(super) fn whole(&self, parts: &Parts) -> Vec<bool> {
        let libraries = parts.libraries.iter();
        libraries.map(|&library| is_whole(&self.resolved.libraries[library].link_args)).collect()
    }

    pub(super) fn pins(
        &mut self,
        executable: &ResolvedExecutable,
        parts: &Parts,
        objects: FileId,
        modules: &[PlannedModule],
    ) -> Result<PlannedPins> {
        let resolved = self.resolved;
        let mut inputs = vec![objects];
        inputs.extend(&parts.archive_symbols);
        let mut asking = Vec::new();
        let mut shared = SharedOfLinks::of_host(&parts.beside);
        for &module in &executable.modules {
            if let PlannedModule::File { symbols, archives, .. } = &modules[module] {
                let known = &resolved.modules[module];
                let own = resolved.shared_of(&known.link, &known.link_shared);
                shared.add(asking.len(), &self.beside(&own, "", false));
                asking.push(PinModule {
                    name: resolved.modules[module].name.clone(),
                    archives: archives.len(),
                });
                inputs.push(*symbols);
                inputs.extend(archives);
            }
        }
        inputs.extend(shared.symbols);
        let step = Pin {
            host: executable.name.clone(),
            archives: parts.archive_names.clone(),
            whole: self.whole(parts),
            modules: asking,
            shared: shared.libraries,
            exports: parts.exports.clone(),
            left: parts.left.clone(),
        };
        let outputs =
            ["pins", "exports", "pins.json"].map(|kind| self.layout.link(&executable.name, kind));
        let (work, label) = (BuildStep::Pin(step).into_work(), outputs[0].clone());
        let files = self.add(NewAction {
            verb: Verb::Pinning,
            label,
            work,
            inputs,
            outputs: &outputs,
            depfile: None,
        })?;
        Ok(PlannedPins { pins: files[0], exports: files[1], report: files[2] })
    }

    fn program(
        &mut self,
        executable: &ResolvedExecutable,
        parts: &Parts,
        ordered: Ordered,
        pins: Option<PlannedPins>,
    ) -> Result<Vec<FileId>> {
        let path = self.layout.executable(&executable.name);
        let ldflags = self.ldflags(&executable.ldflags);
        let places = &executable.places;
        let parts_of_link = [&parts.objects[..], &parts.archives, &parts.members, &parts.beside.stubs];
        let mut inputs = parts_of_link.concat();
        let mut args = Vec::new();
        if let Some(pins) = pins {
            args.push(format!("@{}", self.graph.path(pins.pins)));
            args.push(format!("-Wl,--dynamic-list={}", self.graph.path(pins.exports)));
            let all = executable.exports.iter().any(|entry| entry == ALL_SYMBOLS);
            args.extend(all.then(|| "-Wl,--export-dynamic".to_owned()));
            inputs.extend([pins.pins, pins.exports]);
        }
        let all = in_all_places(places, &ldflags);
        inputs.extend(self.link_tools(parts.has_cxx, &all));
        let (search, named) = self.link_looks(parts.has_cxx, &all, &parts.libraries);
        add_new(&mut inputs, named);
        let identity = self.identity.filter(|_| is_host(executable, &parts.exports));
        inputs.extend(identity);
        let objects = [self.paths(&parts.objects), self.paths(identity.as_slice())].concat();
        let listed = around_objects(places, objects, ordered.listed);
        let behind = ordered.file.map(|file| self.graph.path(file).to_owned());
        inputs.extend(ordered.file);
        let depfile = self.toolchain.link_depfile.then(|| self.layout.link(&executable.name, "d"));
        let response = self.layout.link(&executable.name, "rsp");
        let work = self.link_command(Link {
            args,
            listed,
            response,
            behind,
            ldflags,
            depfile: depfile.is_some(),
            map: executable.link_map,
            search: Some(search),
            has_cxx: parts.has_cxx,
            ..Link::default()
        });
        let (label, mut outputs) = (path.clone(), vec![path]);
        outputs.extend(executable.link_map.then(|| self.layout.link_map(&executable.name)));
        let files = self.add(NewAction {
            verb: Verb::Linking,
            label,
            work,
            inputs,
            outputs: &outputs,
            depfile,
        })?;
        Ok(files)
    }
}

/// The objects of a program in the order of its link, each with its title.
fn in_order(
    executable: &ResolvedExecutable,
    own: &[(FileId, String)],
    of_modules: &BTreeMap<usize, Vec<(FileId, String)>>,
) -> Vec<(FileId, String)> {
    let of_module = |module: &usize| of_modules.get(module).cloned().unwrap_or_default();
    if executable.components.is_empty() {
        let built_in = executable.built_in.iter().flat_map(of_module);
        return own.iter().cloned().chain(built_in).collect();
    }
    let parts = executable.components.iter().map(|component| match component {
        Component::Source(at) => own[*at..=*at].to_vec(),
        Component::Module(at) => of_module(at),
    });
    parts.flatten().collect()
}

/// Whether a program is one that loads modules, or lets others load them.
pub fn is_host(executable: &ResolvedExecutable, exports: &[String]) -> bool {
    !executable.modules.is_empty() || !exports.is_empty()
}
