//! Executables. A host keeps and exports what its modules need: the pin list is an input of its link.

use modpin_engine::FileId;
use modpin_project::{ResolvedCode, ResolvedExecutable};

use super::compile::Compiled;
use super::library::PlannedLibrary;
use super::link::Link;
use super::module::PlannedModule;
use super::order::{LinkArchives, Ordered, With, is_whole};
use super::pins::{PlannedPins, Promised};
use super::planned::{PlannedArchive, PlannedLink, PlannedTarget, TargetKind};
use super::planner::{NewAction, Planner, add_new};
use crate::error::Result;
use crate::layout::Flavour;
use crate::steps::{BuildStep, Pin, PinModule, Verb};

/// What goes into an executable.
pub struct Parts {
    pub objects: Vec<FileId>,
    /// The source of each object, to speak of it.
    pub sources: Vec<String>,
    pub libraries: Vec<usize>,
    pub archives: Vec<FileId>,
    /// What else the archives are made of.
    pub members: Vec<FileId>,
    pub archive_names: Vec<String>,
    pub archive_symbols: Vec<FileId>,
    /// Whether some of it is C++.
    pub has_cxx: bool,
    /// System libraries of the executable and of what is built into it; the archives have their own.
    pub system: Vec<String>,
}

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
            let is_host = is_host(executable);
            let object_symbols = self.object_symbols(executable, &parts)?;
            let symbols = (is_host || parts.archives.len() > 1).then_some(object_symbols);
            let pins = symbols.filter(|_| is_host);
            let pins =
                pins.map(|symbols| self.pins(executable, &parts, symbols, modules)).transpose()?;
            let ordered = self.ordered_parts(executable, &parts, symbols, pins)?;
            let program = self.program(executable, &parts, ordered, pins)?;
            self.link_of(executable, &parts, program, object_symbols);
            let mut checks = Vec::new();
            if let Some(pins) = pins {
                checks = self.checks(executable, program, Promised { pins, rust: None }, modules)?;
                self.describe(pins, &checks[1..]);
            }
            let (name, kind, files) = (executable.name.clone(), TargetKind::Executable, vec![program]);
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
        let (owner, code, flavour) = (executable.name.as_str(), &executable.code, Flavour::Program);
        let mut objects = self.compile(&Compiled { owner, code, flavour, module: None })?;
        let mut sources: Vec<_> = code.sources.iter().map(|source| source.path.clone()).collect();
        let mut link = executable.link.clone();
        let mut system = executable.system_libraries.clone();
        for &module in &executable.built_in {
            if let PlannedModule::BuiltIn { objects: own } = &modules[module] {
                objects.extend(own);
            }
            let module = &resolved.modules[module];
            sources.extend(module.code.sources.iter().map(|source| source.path.clone()));
            link.extend(&module.link);
            system.extend_from_slice(&module.system_libraries);
        }
        let needed = self.with_needed(&link);
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
            exports: executable.exports.clone(),
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
            title: format!("executable {:?}", executable.name),
            name: &executable.name,
            libraries: &parts.libraries,
            archives: &parts.archives,
            symbols: &parts.archive_symbols,
            system: &parts.system,
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
        for &module in &executable.modules {
            if let PlannedModule::File { symbols, archives, .. } = &modules[module] {
                asking.push(PinModule {
                    name: resolved.modules[module].name.clone(),
                    archives: archives.len(),
                });
                inputs.push(*symbols);
                inputs.extend(archives);
            }
        }
        let step = Pin {
            host: executable.name.clone(),
            archives: parts.archive_names.clone(),
            whole: self.whole(parts),
            modules: asking,
            exports: executable.exports.clone(),
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
    ) -> Result<FileId> {
        let path = self.layout.executable(&executable.name);
        let ldflags = self.ldflags(&executable.ldflags);
        let mut inputs = [&parts.objects[..], &parts.archives, &parts.members].concat();
        let mut args = Vec::new();
        if let Some(pins) = pins {
            args.push(format!("@{}", self.graph.path(pins.pins)));
            args.push(format!("-Wl,--dynamic-list={}", self.graph.path(pins.exports)));
            inputs.extend([pins.pins, pins.exports]);
        }
        inputs.extend(self.link_tools(parts.has_cxx, &ldflags));
        let (search, named) = self.link_looks(parts.has_cxx, &ldflags, &parts.libraries);
        add_new(&mut inputs, named);
        let mut listed = self.paths(&parts.objects);
        let identity = self.identity.filter(|_| is_host(executable));
        inputs.extend(identity);
        listed.extend(self.paths(identity.as_slice()));
        listed.extend(ordered.listed);
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
            search: Some(search),
            has_cxx: parts.has_cxx,
        });
        let label = path.clone();
        self.add_one(NewAction { verb: Verb::Linking, label, work, inputs, outputs: &[path], depfile })
    }
}

/// Whether a program is one that loads modules, or lets others load them.
pub fn is_host(executable: &ResolvedExecutable) -> bool {
    !executable.modules.is_empty() || !executable.exports.is_empty()
}
