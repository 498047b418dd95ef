//! Which modules the hosts of a project ask for: by name, by glob, and under which conditions.

use std::collections::HashSet;

use globset::GlobBuilder;

use crate::configure::known::Known;
use crate::declare::executable::Executable;
use crate::declare::handle::{ModuleId, Ref};
use crate::declare::module::Module;
use crate::declare::options::item::Item;
use crate::declare::project::Project;
use crate::problem::Problem;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::scopes::Scopes;
use crate::suggest::did_you_mean;

/// What the hosts of a project ask for.
pub(super) struct AskedFor<'a> {
    /// By each host that is built.
    pub(super) hosts: Vec<HostModules<'a>>,
    /// Modules that are asked for under conditions that do not hold, or by hosts that are off.
    pub(super) elsewhere: HashSet<&'a str>,
}

impl<'a> AskedFor<'a> {
    /// Which of these modules they ask for.
    pub(super) fn of(
        project: &'a Project,
        modules: &[&'a Module],
        known: &Known,
        scopes: &Scopes<'_>,
        findings: &mut Findings,
    ) -> AskedFor<'a> {
        // A program is never a module.
        let chooser = Chooser::new(known, false);
        let mut asked = Asked { chooser, findings, elsewhere: HashSet::new() };
        let mut hosts = Vec::new();
        for (at, target) in project.targets.iter().enumerate() {
            let Some(host) = target.as_executable() else { continue };
            let host = HostModules::of(host, modules, &mut asked);
            match scopes.why_off(at) {
                None => hosts.push(host),
                Some(_) => asked.elsewhere.extend(host.loads.into_iter().chain(host.builds_in)),
            }
        }
        AskedFor { hosts, elsewhere: asked.elsewhere }
    }
}

/// The modules that one host asks for, each name once.
pub(super) struct HostModules<'a> {
    pub(super) name: &'a str,
    loads: Vec<&'a str>,
    pub(super) builds_in: Vec<&'a str>,
}

impl<'a> HostModules<'a> {
    fn of(host: &'a Executable, modules: &[&'a Module], asked: &mut Asked<'_, 'a>) -> HostModules<'a> {
        HostModules {
            name: &host.name,
            loads: matching(host, "loads", &host.loads, modules, asked),
            builds_in: matching(host, "builds in", &host.builds_in, modules, asked),
        }
    }

    /// What it loads, then what only `builds_in` names.
    pub(super) fn all(&self) -> Vec<String> {
        let more = self.builds_in.iter().filter(|name| !self.loads.contains(name));
        self.loads.iter().chain(more).map(|name| (*name).to_owned()).collect()
    }

    /// Built in beats module when one host asks for both.
    pub(super) fn only_loads(&self, module: &str) -> bool {
        self.loads.contains(&module) && !self.builds_in.contains(&module)
    }
}

/// The names of the modules that `patterns` mean, in the order of the patterns.
fn matching<'a>(
    host: &Executable,
    verb: &str,
    patterns: &[Item<Ref<ModuleId>>],
    modules: &[&'a Module],
    asked: &mut Asked<'_, 'a>,
) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for item in patterns {
        for pattern in item.all() {
            let found = matches(host, verb, pattern, modules);
            let found = asked.findings.keep(found).unwrap_or_default();
            match asked.chooser.has(item) {
                true => names.extend(found),
                false => asked.elsewhere.extend(found),
            }
        }
    }
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

/// Looking up which modules hosts ask for.
struct Asked<'a, 'b> {
    chooser: Chooser<'a>,
    findings: &'a mut Findings,
    /// Modules that are asked for under conditions that do not hold.
    elsewhere: HashSet<&'b str>,
}

fn matches<'a>(
    host: &Executable,
    verb: &str,
    pattern: &Ref<ModuleId>,
    modules: &[&'a Module],
) -> Result<Vec<&'a str>, Problem> {
    let host = &host.name;
    let Some(pattern) = pattern.name() else {
        let text = format!("executable {host:?} {verb} a module by a handle of another project");
        return Err(Problem::new(text, "use the handle that this project's add() gave, or the name"));
    };
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| {
        let text =
            format!("executable {host:?} {verb} {pattern:?}, which is not a glob: {}", error.kind());
        Problem::new(text, "write a module's name, or a glob such as \"block/*\"")
    })?;
    let glob = glob.compile_matcher();
    let names = || modules.iter().map(|module| module.name.as_str());
    let found: Vec<&str> = names().filter(|name| glob.is_match(name)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let known = match names().collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "the project declares no modules".to_owned(),
        list => format!("the project's modules are {list}"),
    };
    let text = format!("executable {host:?} {verb} {pattern:?}, but no module has such a name");
    Err(Problem::new(text, did_you_mean(pattern, names(), known)))
}
