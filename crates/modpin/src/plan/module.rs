//! Modules: first linked relocatable, so that their objects resolve each other; what is still needed is
//! read from there. Then the module file. Built in, a module is only objects.

use modpin_engine::{Arg, FileId, Work};
use modpin_project::{ResolvedModule, ResolvedSource};

use super::beside::Beside;
use super::compiled::Compiled;
use super::library::PlannedLibrary;
use super::link::{Link, around_objects, in_all_places};
use super::order::{LinkArchives, With, is_whole};
use super::planned::{PlannedArchive, PlannedLink, PlannedTarget, TargetKind};
use super::planner::{NewAction, Planner, add_new};
use crate::error::Result;
use crate::layout::Flavour;
use crate::steps::{BuildStep, Copy, Verb};

/// A module, as a file or as objects.
#[derive(Clone, Debug)]
pub enum PlannedModule {
    /// Objects that belong into every host.
    BuiltIn {
        /// In the order of the sources.
        objects: Vec<FileId>,
    },
    /// A file that hosts load.
    File {
        /// The module.
        module: FileId,
        /// What it still needs after its objects resolved each other, and which object asks.
        symbols: FileId,
        /// The symbols of archives that are linked into it.
        archives: Vec<FileId>,
    },
}

impl Planner<'_> {
    pub(super) fn modules(&mut self, libraries: &[PlannedLibrary]) -> Result<Vec<PlannedModule>> {
        let resolved = self.resolved;
        let mut planned = Vec::new();
        for module in &resolved.modules {
            let (name, kind) = (module.name.clone(), TargetKind::Module);
            if module.built_in {
                let objects = self.compile(&Compiled::of_module(module))?;
                self.targets.push(PlannedTarget { name, kind, files: vec![], checks: vec![] });
                planned.push(PlannedModule::BuiltIn { objects });
            } else {
                let (file, files, checks) = match &module.file {
                    Some(given) => self.module_that_is_there(module, given)?,
                    None => self.module_file(module, libraries)?,
                };
                self.targets.push(PlannedTarget { name, kind, files, checks });
                planned.push(file);
            }
        }
        Ok(planned)
    }

    fn module_file(
        &mut self,
        module: &ResolvedModule,
        libraries: &[PlannedLibrary],
    ) -> Result<(PlannedModule, Vec<FileId>, Vec<FileId>)> {
        let objects = self.compile(&Compiled::of_module(module))?;
        let relocatable = self.relocatable(module, &objects)?;
        let mut indexed = vec![(relocatable, String::new())];
        indexed.extend(objects.into_iter().zip(module.code.sources.iter().map(ResolvedSource::title)));
        let symbols = self.index(&format!("{}.mo", module.name), &indexed)?;
        let needed = self.resolved.with_needed(&module.link);
        let own: Vec<FileId> = needed.iter().map(|&library| libraries[library].symbols).collect();
        let shared = self.resolved.shared_of(&module.link, &module.link_shared);
        let beside = self.beside(&shared, &module.file_name, module.flat_name != module.name);
        let linked = (relocatable, symbols, &beside);
        let file = self.shared(module, linked, &needed, libraries)?;
        let archives = needed.iter().map(|&library| PlannedArchive {
            library,
            whole: is_whole(&self.resolved.libraries[library].link_args),
        });
        let archives = archives.collect();
        self.link_of_module(module, (file, symbols), archives, beside.symbols.clone());
        let files = self.also_flat(module, file)?;
        let planned = PlannedModule::File { module: file, symbols, archives: own };
        Ok((planned, files, beside.files))
    }

    /// A module that somebody else has made: a copy where hosts find it, and the symbols of its dynamic table.
    fn module_that_is_there(
        &mut self,
        module: &ResolvedModule,
        given: &str,
    ) -> Result<(PlannedModule, Vec<FileId>, Vec<FileId>)> {
        let given = self.graph.file(given);
        let file = self.copy(given, &self.layout.module(&module.name))?;
        let symbols = self.index(&format!("{}.so", module.name), &[(file, module.file_name.clone())])?;
        self.link_of_module(module, (file, symbols), vec![], vec![]);
        let files = self.also_flat(module, file)?;
        Ok((PlannedModule::File { module: file, symbols, archives: vec![] }, files, vec![]))
    }

    fn link_of_module(
        &mut self,
        module: &ResolvedModule,
        (file, symbols): (FileId, FileId),
        archives: Vec<PlannedArchive>,
        shared: Vec<FileId>,
    ) {
        let needs = module.needs.iter().chain(&module.needs_later);
        self.links.push(PlannedLink {
            name: module.name.clone(),
            kind: TargetKind::Module,
            file,
            symbols,
            archives,
            modules: vec![],
            needs: needs.map(|&needed| self.resolved.modules[needed].name.clone()).collect(),
            exports: vec![],
            shared,
            offers: None,
            named: vec![],
        });
    }

    /// The module's file, and a copy for who looks for it by its flat name.
    fn also_flat(&mut self, module: &ResolvedModule, file: FileId) -> Result<Vec<FileId>> {
        let mut files = vec![file];
        if module.flat_name != module.name {
            files.push(self.copy(file, &self.layout.module(&module.flat_name))?);
        }
        Ok(files)
    }

    fn relocatable(&mut self, module: &ResolvedModule, objects: &[FileId]) -> Result<FileId> {
        let path = self.layout.link(&module.name, "mo");
        let choice = self.linker_choice(&in_all_places(&module.places, &module.ldflags.texts()));
        let mut inputs = objects.to_vec();
        inputs.extend(self.link_tools(false, &choice));
        let mut args = self.toolchain.relocatable.clone();
        let wait = self.wait_for_the_linker(objects);
        if self.toolchain.kind == "gcc" && wait {
            // Without it, what comes out is again something that waits, and hides its symbols.
            args.push("-flinker-output=nolto-rel".to_owned());
        }
        let work = self.link_command(Link {
            args,
            listed: self.paths(objects),
            behind: None,
            response: format!("{path}.rsp"),
            ldflags: choice,
            // What waits for the linker makes it read more.
            reads_objects_only: !wait,
            ..Link::default()
        });
        let label = path.clone();
        self.add_one(NewAction {
            verb: Verb::Relinking,
            label,
            work,
            inputs,
            outputs: &[path],
            depfile: None,
        })
    }

    /// Whether one of these objects is compiled to be optimised by a link (`-flto`).
    fn wait_for_the_linker(&self, objects: &[FileId]) -> bool {
        let producers = objects.iter().filter_map(|&object| self.graph.file_at(object).producer);
        let commands = producers.filter_map(|producer| match &self.graph.action(producer).work {
            Work::Command(command) => Some(command),
            Work::Step(_) => None,
        });
        let lto = |arg: &Arg| match arg {
            Arg::Text(text) if text == "-flto" || text.starts_with("-flto=") => Some(true),
            Arg::Text(text) if text == "-fno-lto" => Some(false),
            _ => None,
        };
        commands.into_iter().any(|command| command.args.iter().rev().find_map(lto) == Some(true))
    }

    fn shared(
        &mut self,
        module: &ResolvedModule,
        (relocatable, symbols, beside): (FileId, FileId, &Beside),
        needed: &[usize],
        libraries: &[PlannedLibrary],
    ) -> Result<FileId> {
        let resolved = self.resolved;
        let archive_symbols: Vec<FileId> = needed.iter().map(|&at| libraries[at].symbols).collect();
        let members = needed.iter().filter_map(|&at| libraries[at].members);
        let flavour = Flavour::Module;
        let archives = needed.iter().map(|&library| self.archive(&resolved.libraries[library], flavour));
        let archives = archives.collect::<Result<Vec<FileId>>>()?;
        let ordered = self.ordered(&LinkArchives {
            title: format!("module {:?}", module.name),
            name: &format!("{}.so", module.name),
            libraries: needed,
            archives: &archives,
            symbols: &archive_symbols,
            system: &module.system_libraries,
            kept: &module.keep_system_libraries,
            shared: &beside.args,
            cycles: module.cycles,
            with: With::Module { symbols },
        })?;
        let objects = [self.paths(&[relocatable]), self.paths(self.identity.as_slice())].concat();
        let listed = around_objects(&module.places, objects, ordered.listed);
        let path = self.layout.module(&module.name);
        // Some compilers bind now unless they are told.
        let at = resolved.modules.iter().position(|known| known.name == module.name);
        let is_lazy = at.is_some_and(|at| resolved.is_lazy(at));
        let binding = if is_lazy { "-Wl,-z,lazy" } else { "-Wl,-z,now" };
        let ldflags = self.ldflags(&module.ldflags);
        let mut inputs = vec![relocatable];
        inputs.extend(self.identity);
        inputs.extend(archives);
        inputs.extend(members);
        inputs.extend(&beside.stubs);
        inputs.extend(ordered.file);
        let all = in_all_places(&module.places, &ldflags);
        let has_cxx = self.has_cxx(&module.code, needed);
        inputs.extend(self.link_tools(has_cxx, &all));
        let (search, named) = self.link_looks(has_cxx, &all, needed);
        add_new(&mut inputs, named);
        let depfile = self.toolchain.link_depfile.then(|| self.layout.link(&module.name, "so.d"));
        let work = self.link_command(Link {
            args: ["-shared", binding].map(str::to_owned).to_vec(),
            listed,
            behind: ordered.file.map(|file| self.graph.path(file).to_owned()),
            response: self.layout.link(&module.name, "so.rsp"),
            ldflags,
            depfile: depfile.is_some(),
            search: Some(search),
            has_cxx,
            ..Link::default()
        });
        let label = path.clone();
        self.add_one(NewAction { verb: Verb::Linking, label, work, inputs, outputs: &[path], depfile })
    }

    pub(super) fn copy(&mut self, file: FileId, to: &str) -> Result<FileId> {
        let (work, label) = (BuildStep::Copy(Copy).into_work(), to.to_owned());
        let (inputs, outputs) = (vec![file], &[to.to_owned()]);
        self.add_one(NewAction { verb: Verb::Copying, label, work, inputs, outputs, depfile: None })
    }
}
