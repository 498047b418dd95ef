//! Which host loads which module, and which it has built in. One declaration of a module serves
//! `y`, `m` and `n`; here the configuration picks one. A module is the same for all of its hosts:
//! either there is a module file, or its objects are in every host.

use std::collections::BTreeMap;

use crate::configure::answer::{Asker, answer, is_tristate};
use crate::configure::asked::unanswerable;
use crate::configure::known::Known;
use crate::configure::reason::kept_off;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::tristate::Tristate;
use crate::declare::module::Module;
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::off::Disabled;
use crate::resolve::scopes::Scopes;
use crate::resolve::targets::asked_for::{AskedFor, HostModules};

/// What becomes of every module under one configuration.
#[derive(Debug, Default)]
pub(crate) struct Hosting {
    /// By name, each module that is not switched off; true if it is built in.
    built_in: BTreeMap<String, bool>,
    /// By executable, the names of the modules that it asks for.
    asked_for: BTreeMap<String, Vec<String>>,
    /// The modules that are switched off, in order of declaration.
    pub(crate) disabled: Vec<Disabled>,
}

impl Hosting {
    /// Whether a module is linked into its hosts; `None` if it is switched off.
    pub(crate) fn built_in(&self, module: &str) -> Option<bool> {
        self.built_in.get(module).copied()
    }

    /// That a target is switched off, and why.
    pub(crate) fn disabled(&self, target: &Target) -> Option<&Disabled> {
        let name = target.as_module()?.name.as_str();
        self.disabled.iter().find(|disabled| disabled.name == name)
    }

    /// What answers the conditions of a module's lists.
    pub(crate) fn chooser<'a>(&self, known: &'a Known, module: &str) -> Chooser<'a> {
        Chooser::new(known, self.built_in(module) != Some(true))
    }

    /// The modules that `executable` loads (`built_in` false) or has built in (true), in the order
    /// it asks for them.
    pub(crate) fn modules(&self, executable: &str, built_in: bool) -> impl Iterator<Item = &str> {
        let asked_for = self.asked_for.get(executable).into_iter().flatten().map(String::as_str);
        asked_for.filter(move |module| self.built_in(module) == Some(built_in))
    }
}

/// Decides for every module and every host.
pub(crate) fn assign_modules(
    project: &Project,
    known: &Known,
    scopes: &Scopes<'_>,
    findings: &mut Findings,
) -> Hosting {
    let modules: Vec<&Module> = project.targets.iter().filter_map(Target::as_module).collect();
    let AskedFor { hosts, elsewhere } = AskedFor::of(project, &modules, known, scopes, findings);
    let mut hosting = Hosting::default();
    for (at, target) in project.targets.iter().enumerate() {
        let Some(module) = target.as_module() else { continue };
        let builder = hosts.iter().find(|host| host.builds_in.contains(&module.name.as_str()));
        let loader = hosts.iter().find(|host| host.only_loads(&module.name));
        match (loader, builder) {
            (Some(loader), Some(builder)) if !module.built_in => {
                findings.problems.push(loaded_and_built_in(module, loader, builder));
            }
            (None, None) if elsewhere.contains(module.name.as_str()) => {}
            (None, None) => findings.warnings.push(without_host(module)),
            _ => {}
        }
        match built_as(module, scopes.value(at), known, findings) {
            Tristate::No => hosting.disabled.push(disabled(module, scopes.why_off(at), known)),
            value => {
                let built_in = value == Tristate::Yes || builder.is_some();
                if built_in && module.file.is_some() {
                    findings.problems.push(only_a_file(module));
                }
                hosting.built_in.insert(module.name.clone(), built_in);
            }
        }
    }
    hosting.asked_for = hosts.iter().map(|host| (host.name.to_owned(), host.all())).collect();
    hosting
}

/// Whether the module is built, and how, before its hosts are asked.
/// `scope` is what its directory is at most.
fn built_as(module: &Module, scope: Tristate, known: &Known, findings: &mut Findings) -> Tristate {
    let base = match &module.when {
        None => Tristate::Module,
        Some(Cond(expr)) => {
            let subject = format!("module {:?} is switched by", module.name);
            let wrong = unanswerable(&subject, expr, known);
            // A mistake in it must not hide others.
            let value =
                if wrong.is_some() { Tristate::Module } else { answer(expr, known, Asker::Option) };
            findings.problems.extend(wrong);
            // What no tristate decides is on as a module.
            if is_tristate(expr, known) { value } else { value.and(Tristate::Module) }
        }
    };
    let base = base.and(scope);
    let wants = module.built_in && scope == Tristate::Yes;
    if base == Tristate::Module && (wants || !known.modules) { Tristate::Yes } else { base }
}

fn loaded_and_built_in(module: &Module, loader: &HostModules<'_>, builder: &HostModules<'_>) -> Problem {
    let text = format!(
        "module {:?}: executable {:?} loads it, but executable {:?} builds it in",
        module.name, loader.name, builder.name
    );
    Problem::new(text, "let both load it or both build it in, or declare the module with .built_in()")
}

fn only_a_file(module: &Module) -> Problem {
    let text =
        format!("module {:?} is a file that is there already, and cannot be built in", module.name);
    let help = format!(
        "let hosts load it, with .loads({:?}); where no modules are, .when(\"MODULES\") leaves it out",
        module.name
    );
    Problem::new(text, help)
}

fn without_host(module: &Module) -> Problem {
    let text = format!("module {:?}: no executable loads it or builds it in", module.name);
    Problem::new(text, format!("add .loads({:?}) to its host, or remove the module", module.name))
}

fn disabled(module: &Module, scope: Option<&str>, known: &Known) -> Disabled {
    let own = || module.when.as_ref().map(|condition| kept_off(known, &condition.0));
    let why = scope.map(str::to_owned).or_else(own).unwrap_or_default();
    Disabled { kind: "module", name: module.name.clone(), why }
}
