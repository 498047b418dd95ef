//! What proves that modules load: the host's exports read back, every symbol of every module resolved,
//! and the loader asked.

use modpin_engine::{FileId, Work};
use modpin_project::{
    Binding, OpenScope, Opening, Resolved, ResolvedExecutable, load_first, load_later,
};

use super::module::PlannedModule;
use super::pins::{PlannedPins, Promised};
use super::planned::PlannedLoad;
use super::planner::{NewAction, Planner, add_new};
use crate::error::Result;
use crate::load::compile_probe;
use crate::steps::{
    BuildStep, LoadCheck, ManifestHost, ManifestModule, ModulesLinked, Opens, Resolve, StartHost, Verb,
    VerifyExports, WriteManifest, WriteProbe,
};

/// A module in a host.
struct Checked<'a> {
    host: &'a str,
    program: FileId,
    name: &'a str,
    module: FileId,
    symbols: FileId,
    pins: PlannedPins,
    opening: Opening,
    /// The modules that are loaded before it.
    before: Vec<OtherModule>,
    /// The modules that are loaded after it.
    after: Vec<OtherModule>,
    /// Whether the host starts.
    start: FileId,
    /// The files of its and the host's shared libraries.
    shared: Vec<FileId>,
    /// The system libraries that the host's link names.
    named: &'a [String],
    /// That all modules of the host are there.
    linked: Option<FileId>,
}

/// A module that is loaded before or after another.
struct OtherModule {
    name: String,
    file: FileId,
    lazy: bool,
}

/// Those of a host's modules that are files.
fn others(
    resolved: &Resolved,
    executable: &ResolvedExecutable,
    modules: &[PlannedModule],
    indexes: &[usize],
) -> Vec<OtherModule> {
    let files = indexes.iter().filter_map(|&index| match modules[index] {
        PlannedModule::File { module, .. } => Some((&resolved.modules[index], module)),
        PlannedModule::BuiltIn { .. } => None,
    });
    let other = files.map(|(known, file)| OtherModule {
        name: known.name.clone(),
        file,
        lazy: executable.opening(known).binding == Binding::Lazy,
    });
    other.collect()
}

/// How a host opens a module behind which `later` ones are loaded.
fn opening(
    resolved: &Resolved,
    executable: &ResolvedExecutable,
    (module, later): (usize, &[usize]),
) -> Opening {
    let mut opening = executable.opening(&resolved.modules[module]);
    if later.iter().any(|&other| load_first(resolved, other).contains(&module)) {
        // One that others need is there for them.
        opening.scope = OpenScope::Global;
    }
    opening
}

/// The shared libraries that modules link.
fn shared_by(resolved: &Resolved, modules: Vec<usize>) -> Vec<usize> {
    let modules = modules.into_iter().map(|index| &resolved.modules[index]);
    modules.flat_map(|module| resolved.shared_of(&module.link, &module.link_shared)).collect()
}

impl Planner<'_> {
    /// The checks of a host; answers those that belong to every build.
    pub(super) fn checks(
        &mut self,
        executable: &ResolvedExecutable,
        program: FileId,
        promised: Promised,
        modules: &[PlannedModule],
    ) -> Result<Vec<FileId>> {
        let resolved = self.resolved;
        let (host, pins) = (executable.name.as_str(), promised.pins);
        let mut built = vec![self.verify(host, program, promised)?];
        let (mut start, of_host) = (None, self.at_run_time(&self.shared_of_host(executable)));
        let named = self.system_of_host(executable);
        let linked = self.modules_linked(executable, modules)?;
        for &index in &executable.modules {
            let PlannedModule::File { module, symbols, .. } = modules[index] else { continue };
            let name = resolved.modules[index].name.as_str();
            let start = match start {
                Some(start) => start,
                None => *start.insert(self.start(host, program, &of_host)?),
            };
            let (first, later) = (load_first(resolved, index), load_later(resolved, index));
            let others = |indexes: &[usize]| others(resolved, executable, modules, indexes);
            let shared = self.at_run_time(&shared_by(resolved, [&[index], &first[..], &later].concat()));
            let checked = Checked {
                host,
                program,
                name,
                module,
                symbols,
                pins,
                opening: opening(resolved, executable, (index, &later)),
                before: others(&first),
                after: others(&later),
                start,
                shared: [of_host.clone(), shared].concat(),
                named: &named,
                linked,
            };
            built.push(self.resolve(&checked)?);
            let proofs = vec![built[0], built[built.len() - 1]];
            let report = self.load(&checked)?;
            let (host, file) = (host.to_owned(), self.graph.path(module).to_owned());
            let (module, pin_report) = (name.to_owned(), pins.report);
            self.loads.push(PlannedLoad { host, module, file, report, pin_report, proofs });
        }
        Ok(built)
    }

    /// Notes what the manifest says of a host. `resolved` belongs to the modules that it loads, in order.
    pub(super) fn describe(&mut self, pins: PlannedPins, resolved: &[FileId]) {
        if !resolved.is_empty() {
            self.manifest_inputs.push(pins.report);
            self.manifest_inputs.extend(resolved);
        }
    }

    /// `modules.json`, when there are modules.
    pub(super) fn manifest(&mut self) -> Result<Option<FileId>> {
        let resolved = self.resolved;
        let has_modules =
            |host: &&ResolvedExecutable| !host.modules.is_empty() || !host.built_in.is_empty();
        let hosts = resolved.executables.iter().filter(has_modules).map(|host| {
            let mut indexes: Vec<usize> = host.modules.iter().chain(&host.built_in).copied().collect();
            indexes.sort_unstable();
            let module = |index: usize| {
                let known = &resolved.modules[index];
                let file = (!known.built_in).then(|| known.file_name.clone());
                let shared = self.shared_names(&resolved.shared_of(&known.link, &known.link_shared));
                let shared = if known.built_in { vec![] } else { shared };
                ManifestModule { module: known.name.clone(), file, opening: host.opening(known), shared }
            };
            let modules = indexes.into_iter().map(module).collect();
            let shared = self.shared_names(&self.shared_of_host(host));
            ManifestHost { host: host.name.clone(), modules, shared }
        });
        let hosts: Vec<ManifestHost> = hosts.collect();
        if hosts.is_empty() {
            return Ok(None);
        }
        let path = self.layout.manifest();
        let work = BuildStep::WriteManifest(WriteManifest { hosts }).into_work();
        let (label, inputs) = (path.clone(), std::mem::take(&mut self.manifest_inputs));
        let action =
            NewAction { verb: Verb::Writing, label, work, inputs, outputs: &[path], depfile: None };
        self.add_one(action).map(Some)
    }

    fn verify(&mut self, host: &str, program: FileId, promised: Promised) -> Result<FileId> {
        let path = self.layout.link(host, "verified");
        let step = VerifyExports { host: host.to_owned() };
        let (work, label) = (BuildStep::VerifyExports(step).into_work(), format!("exports of {host}"));
        let inputs = [program, promised.pins.report].into_iter().chain(promised.rust).collect();
        self.add_one(NewAction {
            verb: Verb::Verifying,
            label,
            work,
            inputs,
            outputs: &[path],
            depfile: None,
        })
    }

    fn resolve(&mut self, checked: &Checked<'_>) -> Result<FileId> {
        let Checked { host, program, name, module, symbols, pins, before, after, shared, named, .. } =
            checked;
        let path = self.layout.check(host, name, "resolved");
        let names = |others: &[OtherModule]| others.iter().map(|other| other.name.clone()).collect();
        let step = Resolve {
            host: (*host).to_owned(),
            module: (*name).to_owned(),
            before: names(before),
            after: names(after),
            opens: self.opens(checked),
            library_dirs: self.toolchain.library_dirs.clone(),
            named: named.to_vec(),
            candidates: self.candidates.clone(),
        };
        let (work, label) = (BuildStep::Resolve(step).into_work(), format!("{name} in {host}"));
        let mut inputs = vec![*program, *module, *symbols, pins.report];
        inputs.extend(before.iter().chain(after).map(|other| other.file));
        add_new(&mut inputs, shared.clone());
        inputs.extend(checked.linked);
        self.add_one(NewAction {
            verb: Verb::Resolving,
            label,
            work,
            inputs,
            outputs: &[path],
            depfile: None,
        })
    }

    fn load(&mut self, checked: &Checked<'_>) -> Result<FileId> {
        let Checked { host, program, name, module, symbols, pins, before, after, start, shared, .. } =
            checked;
        let path = self.layout.check(host, name, "loads.json");
        let step = LoadCheck {
            host: (*host).to_owned(),
            module: (*name).to_owned(),
            opens: self.opens(checked),
            timeout: self.check.timeout,
            library_dirs: self.toolchain.library_dirs.clone(),
            runner: self.toolchain.runner.clone(),
            known: None,
            candidates: self.candidates.clone(),
        };
        let probe = self.probe()?;
        let (work, label) = (BuildStep::LoadCheck(step).into_work(), format!("{name} in {host}"));
        let mut inputs = vec![*program, *module, probe, *start, *symbols, pins.report];
        inputs.extend(before.iter().chain(after).map(|other| other.file));
        add_new(&mut inputs, shared.clone());
        inputs.extend(checked.linked);
        inputs.extend(self.runner());
        self.add_one(NewAction {
            verb: Verb::Checking,
            label,
            work,
            inputs,
            outputs: &[path],
            depfile: None,
        })
    }

    /// What waits until the modules of a host are there: who needs one of them, its symbols tell. Nothing where there is one only.
    pub(super) fn modules_linked(
        &mut self,
        executable: &ResolvedExecutable,
        modules: &[PlannedModule],
    ) -> Result<Option<FileId>> {
        let files = executable.modules.iter().filter_map(|&index| match modules[index] {
            PlannedModule::File { module, .. } => Some(module),
            PlannedModule::BuiltIn { .. } => None,
        });
        let inputs: Vec<FileId> = files.collect();
        if inputs.len() < 2 {
            return Ok(None);
        }
        let path = self.layout.link(&executable.name, "modules");
        if let Some(known) = self.graph.find(&path) {
            return Ok(Some(known));
        }
        let action = NewAction {
            verb: Verb::Writing,
            label: format!("that the modules of {} are linked", executable.name),
            work: BuildStep::ModulesLinked(ModulesLinked).into_work(),
            inputs,
            outputs: &[path],
            depfile: None,
        };
        self.add_one(action).map(Some)
    }

    fn opens(&self, checked: &Checked<'_>) -> Opens {
        let path = |other: &OtherModule| self.graph.path(other.file).to_owned();
        let Checked { opening, before, after, .. } = checked;
        let lazy = before.iter().chain(after).filter(|other| other.lazy);
        Opens {
            opening: *opening,
            before: before.iter().map(path).collect(),
            after: after.iter().map(path).collect(),
            lazy: lazy.map(path).collect(),
        }
    }

    /// The files that a loader looks for, of these shared libraries and of those that they need.
    fn shared_names(&self, shared: &[usize]) -> Vec<String> {
        let all = &self.resolved.shared_libraries;
        let needed = self.resolved.shared_at_run_time(shared.to_vec());
        needed.into_iter().filter_map(|at| all[at].file_names.first().cloned()).collect()
    }

    /// The shared libraries of a host.
    fn shared_of_host(&self, executable: &ResolvedExecutable) -> Vec<usize> {
        let resolved = self.resolved;
        let (mut link, mut own) = (executable.link.clone(), executable.link_shared.clone());
        for module in executable.built_in.iter().map(|&at| &resolved.modules[at]) {
            link.extend(&module.link);
            own.extend(&module.link_shared);
        }
        resolved.shared_of(&link, &own)
    }

    /// Whether a host starts, asked once for all of its modules.
    fn start(&mut self, host: &str, program: FileId, shared: &[FileId]) -> Result<FileId> {
        let step = StartHost {
            host: host.to_owned(),
            timeout: self.check.timeout,
            library_dirs: self.toolchain.library_dirs.clone(),
            runner: self.toolchain.runner.clone(),
            known: None,
        };
        let (work, label) = (BuildStep::StartHost(step).into_work(), host.to_owned());
        let (path, mut inputs) = (self.layout.start(host), vec![program, self.probe()?]);
        inputs.extend(shared);
        inputs.extend(self.runner());
        self.add_one(NewAction {
            verb: Verb::Starting,
            label,
            work,
            inputs,
            outputs: &[path],
            depfile: None,
        })
    }

    /// What starts hosts is a tool as any other.
    fn runner(&mut self) -> Option<FileId> {
        let program = self.toolchain.runner.program().filter(|program| program.starts_with('/'))?;
        Some(self.graph.file(program))
    }

    /// The object that is preloaded into hosts.
    fn probe(&mut self) -> Result<FileId> {
        if let Some(probe) = self.probe {
            return Ok(probe);
        }
        let state = self.layout.state_dir();
        let source = self.add_one(NewAction {
            verb: Verb::Writing,
            label: format!("{state}/probe.c"),
            work: BuildStep::WriteProbe(WriteProbe).into_work(),
            inputs: vec![],
            outputs: &[format!("{state}/probe.c")],
            depfile: None,
        })?;
        let path = format!("{state}/probe.so");
        let command = compile_probe(self.toolchain, self.graph.path(source), false);
        let mut inputs = vec![source];
        inputs.extend(self.toolchain.tools().into_iter().map(|tool| self.graph.file(tool)));
        let work = Work::Command(command);
        let label = "the load check's probe".to_owned();
        let probe = self.add_one(NewAction {
            verb: Verb::Compiling,
            label,
            work,
            inputs,
            outputs: &[path],
            depfile: None,
        })?;
        self.probe = Some(probe);
        Ok(probe)
    }
}
