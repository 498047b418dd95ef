//! The targets of a project for one machine, looked up: each by itself, then what they are to each other.

pub(crate) mod hosts;
pub(crate) mod asked_for;
pub(crate) mod libraries;
pub(crate) mod shared_libraries;
pub(crate) mod groups;
pub(crate) mod code;
pub(crate) mod components;
pub(crate) mod clashes;
pub(crate) mod lookup;
pub(crate) mod kinds;
pub(crate) mod rules;

use crate::declare::target::Target;
use crate::resolve::build_machine;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::off::{Disabled, LeftOut};
use crate::resolve::resolved::{Resolved, ResolvedCode, ResolvedExecutable};
use crate::resolve::targets::components::ProgramParts;
use crate::resolve::targets::kinds::TargetParts;
use crate::resolve::targets::lookup::Lookup;

impl Lookup<'_> {
    /// All that are for this machine.
    pub(crate) fn targets(&self, findings: &mut Findings) -> Resolved {
        let mut resolved = Resolved {
            name: self.project.name.clone(),
            root: self.root.to_path_buf(),
            groups: groups::groups(self.project, self.known, findings),
            layers: libraries::layers(self.project),
            ..Resolved::default()
        };
        for (at, target) in self.targets.iter().enumerate() {
            if build_machine::is_for(target, self.known) {
                self.add(at, target, &mut resolved, findings);
            }
        }
        self.give_modules(&mut resolved);
        self.give_components(&mut resolved, findings);
        findings.problems.extend(clashes::of_names(&resolved));
        findings.problems.extend(shared_libraries::circle(&resolved));
        resolved
    }

    /// One more target. What is switched off is looked up as well: a mistake in it should not wait for the day it is switched on.
    fn add(&self, at: usize, target: &Target, resolved: &mut Resolved, findings: &mut Findings) {
        let title = target.title();
        let speaker = self.speaker(target, &title);
        let levels = self.levels(at, target, speaker, findings);
        let mut code = code::of_target(target, &levels, speaker, findings);
        code.header_dirs = self.scopes.header_dirs(self.root, at);
        let linked = self.linked(at, target, findings);
        if let Some(disabled) = self.disabled(at, target) {
            findings.left_out.extend(left_out(&code, target, &disabled));
            resolved.disabled.push(disabled);
            return;
        }
        let is_loaded = matches!(target, Target::Module(_) | Target::SharedLibrary(_));
        let parts = TargetParts { code, linked, ldflags: levels.of(is_loaded).link.clone() };
        match target.clone() {
            Target::Library(library) => resolved.libraries.push(self.library(library, parts)),
            Target::Module(module) => resolved.modules.extend(self.module(module, parts)),
            Target::Executable(host) => resolved.executables.push(self.executable(host, parts)),
            Target::SharedLibrary(library) => {
                resolved.shared_libraries.push(self.shared_library(library, parts, findings));
            }
            Target::HostProgram(program) => {
                resolved.executables.push(self.host_program(program, parts));
            }
            Target::Group(_) | Target::Rule(_) => {}
        }
    }

    /// Gives each executable the indexes of its modules, once all modules have theirs.
    fn give_modules(&self, resolved: &mut Resolved) {
        let modules = &resolved.modules;
        let index = |name: &str| modules.iter().position(|module| module.name == name);
        for host in &mut resolved.executables {
            host.modules = self.hosting.modules(&host.name, false).filter_map(index).collect();
            host.built_in = self.hosting.modules(&host.name, true).filter_map(index).collect();
        }
    }

    fn give_components(&self, resolved: &mut Resolved, findings: &mut Findings) {
        let all: Vec<&str> = self
            .project
            .targets
            .iter()
            .filter_map(Target::as_module)
            .map(|module| module.name.as_str())
            .collect();
        for (at, target) in self.targets.iter().enumerate() {
            let Target::Executable(program) = target.as_ref() else { continue };
            let is_it = |host: &&mut ResolvedExecutable| host.name == program.name;
            let Some(host) = resolved.executables.iter_mut().find(is_it) else { continue };
            let name = |&at: &usize| (at, resolved.modules[at].name.as_str());
            let built_in: Vec<(usize, &str)> = host.built_in.iter().map(name).collect();
            let parts = ProgramParts {
                dir: self.scopes.dir(at),
                sources: &host.code.sources,
                built_in: &built_in,
                modules: &all,
            };
            let chooser = Chooser::new(self.known, false);
            host.components = components::components(program, chooser, &parts, findings);
        }
    }
}

/// The sources of a target that is off.
fn left_out(code: &ResolvedCode, target: &Target, off: &Disabled) -> impl Iterator<Item = LeftOut> {
    code.sources.iter().map(|source| LeftOut {
        path: source.path.clone(),
        kind: target.kind(),
        target: target.name().to_owned(),
        why: off.why.clone(),
    })
}
