//! Which host loads which module, and which it has built in. One declaration of a module serves
//! `y`, `m` and `n`; here the configuration picks one. A module is the same for all of its hosts:
//! either there is a module file, or its objects are in every host.

use std::collections::{BTreeMap, HashSet};

use globset::GlobBuilder;

use crate::configure::answer::{Asker, answer, is_tristate};
use crate::configure::asked::unanswerable;
use crate::configure::known::Known;
use crate::configure::reason::kept_off;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::tristate::Tristate;
use crate::declare::executable::Executable;
use crate::declare::handle::{ModuleId, Ref};
use crate::declare::module::Module;
use crate::declare::options::item::Item;
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::off::Disabled;
use crate::resolve::scopes::Scopes;
use crate::suggest::did_you_mean;

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
        let name = as_module(target)?.name.as_str();
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
    let numbered = project.targets.iter().enumerate();
    let numbered = numbered.filter_map(|(at, target)| Some((at, as_module(target)?)));
    let (numbers, modules): (Vec<usize>, Vec<&Module>) = numbered.unzip();
    let hosts = project.targets.iter().enumerate();
    let hosts = hosts.filter_map(|(at, target)| Some((at, as_executable(target)?)));
    // A program is never a module.
    let chooser = Chooser::new(known, false);
    let mut asked = Asked { chooser, findings, elsewhere: HashSet::new() };
    let mut there = Vec::new();
    for (at, host) in hosts {
        let host = HostModules::of(host, &modules, &mut asked);
        match scopes.why_off(at) {
            None => there.push(host),
            Some(_) => asked.elsewhere.extend(host.loads.into_iter().chain(host.builds_in)),
        }
    }
    let hosts = there;
    let Asked { elsewhere, findings, .. } = asked;
    let mut hosting = Hosting::default();
    for (&at, module) in numbers.iter().zip(&modules) {
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

/// The modules that one host asks for, each name once.
struct HostModules<'a> {
    name: &'a str,
    loads: Vec<&'a str>,
    builds_in: Vec<&'a str>,
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
    fn all(&self) -> Vec<String> {
        let more = self.builds_in.iter().filter(|name| !self.loads.contains(name));
        self.loads.iter().chain(more).map(|name| (*name).to_owned()).collect()
    }

    /// Built in beats module when one host asks for both.
    fn only_loads(&self, module: &str) -> bool {
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

fn as_module(target: &Target) -> Option<&Module> {
    if let Target::Module(module) = target { Some(module) } else { None }
}

fn as_executable(target: &Target) -> Option<&Executable> {
    if let Target::Executable(executable) = target { Some(executable) } else { None }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::Opt;
    use crate::configure::config::Config;
    use crate::configure::configure;

    /// Options CRYPT (tristate, m) and NET (boolean, y); modules block/crypt behind CRYPT,
    /// block/raw built in, net behind NET, trace.
    fn project(hosts: impl IntoIterator<Item = Executable>) -> Project {
        let mut p = Project::new("demo", "/nowhere");
        let crypt = p.option(Opt::tristate("CRYPT").default(Tristate::Module));
        let net = p.option(Opt::bool("NET").default(true));
        p.add(Module::new("block/crypt").when(crypt));
        p.add(Module::new("block/raw").built_in());
        p.add(Module::new("net").when(net));
        p.add(Module::new("trace"));
        for host in hosts {
            p.add(host);
        }
        p
    }

    fn check(project: &Project, settings: &str, expected: Expect) {
        let mut config = Config::default();
        for setting in settings.split_whitespace() {
            match setting {
                "modules=off" => config.modules = false,
                setting => config.set_from_text(&project.options, setting).unwrap(),
            }
        }
        let mut findings = Findings::default();
        let known = configure(&project.options, &config).unwrap();
        let scopes = Scopes::of(project, &known, &mut findings);
        let hosting = assign_modules(project, &known, &scopes, &mut findings);
        let mut said = String::new();
        for host in project.targets.iter().filter_map(as_executable) {
            let list = |built_in| hosting.modules(&host.name, built_in).collect::<Vec<_>>().join(" ");
            said += &format!("{}: loads [{}], has [{}]\n", host.name, list(false), list(true));
        }
        said.extend(
            hosting.disabled.iter().map(|module| format!("off: {} ({})\n", module.name, module.why)),
        );
        said.extend(findings.problems.iter().map(|problem| format!("{problem}\n")));
        said.extend(findings.warnings.iter().map(|warning| format!("warning: {warning}\n")));
        expected.assert_eq(&said);
    }

    fn tool() -> Executable {
        Executable::new("tool").loads(["block/*", "*"])
    }

    #[test]
    fn by_default_only_the_built_in_module_is_built_in() {
        check(
            &project([tool()]),
            "",
            expect![[r#"
            tool: loads [block/crypt net trace], has [block/raw]
        "#]],
        );
    }

    #[test]
    fn options_switch_modules() {
        check(
            &project([tool()]),
            "CRYPT=y NET=n",
            expect![[r#"
            tool: loads [trace], has [block/crypt block/raw]
            off: net (NET=n)
        "#]],
        );
        check(
            &project([tool()]),
            "CRYPT=n",
            expect![[r#"
            tool: loads [net trace], has [block/raw]
            off: block/crypt (CRYPT=n)
        "#]],
        );
    }

    #[test]
    fn modules_off_builds_everything_in_that_is_on() {
        check(
            &project([tool()]),
            "modules=off NET=n",
            expect![[r#"
            tool: loads [], has [block/crypt block/raw trace]
            off: net (NET=n)
        "#]],
        );
    }

    #[test]
    fn built_in_beats_module_in_one_host() {
        check(
            &project([tool().builds_in("trace")]),
            "",
            expect![[r#"
            tool: loads [block/crypt net], has [block/raw trace]
        "#]],
        );
    }

    #[test]
    fn a_file_that_is_there_is_never_built_in() {
        let mut p = project([tool()]);
        p.add(Module::prebuilt("rusty", "librusty.so"));
        check(
            &p,
            "",
            expect![[r#"
            tool: loads [block/crypt net trace rusty], has [block/raw]
        "#]],
        );
        check(
            &p,
            "modules=off",
            expect![[r#"
            tool: loads [], has [block/crypt block/raw net trace rusty]
            module "rusty" is a file that is there already, and cannot be built in
              help: let hosts load it, with .loads("rusty"); where no modules are, .when("MODULES") leaves it out
        "#]],
        );
        // The way out.
        let mut p = project([tool()]);
        p.add(Module::prebuilt("rusty", "librusty.so").when("MODULES"));
        check(
            &p,
            "",
            expect![[r#"
            tool: loads [block/crypt net trace rusty], has [block/raw]
        "#]],
        );
        check(
            &p,
            "modules=off",
            expect![[r#"
                tool: loads [], has [block/crypt block/raw net trace]
                off: rusty (MODULES=n)
            "#]],
        );
    }

    #[test]
    fn order_is_that_of_the_patterns_then_of_the_declaration() {
        check(
            &project([Executable::new("tool").loads(["trace", "**"])]),
            "",
            expect![[r#"
            tool: loads [trace block/crypt net], has [block/raw]
        "#]],
        );
    }

    #[test]
    fn a_star_does_not_cross_a_slash() {
        check(
            &project([Executable::new("tool").loads(["*", "*/crypt"]).builds_in("block/raw")]),
            "",
            expect![[r#"
                tool: loads [net trace block/crypt], has [block/raw]
            "#]],
        );
    }

    #[test]
    fn two_hosts_share_a_module_either_way() {
        let hosts = || [tool(), Executable::new("daemon").loads("trace").builds_in("block/raw")];
        check(
            &project(hosts()),
            "",
            expect![[r#"
            tool: loads [block/crypt net trace], has [block/raw]
            daemon: loads [trace], has [block/raw]
        "#]],
        );
    }

    #[test]
    fn two_hosts_that_want_a_module_differently() {
        let hosts = [tool(), Executable::new("daemon").builds_in("trace")];
        check(
            &project(hosts),
            "",
            expect![[r#"
            tool: loads [block/crypt net], has [block/raw trace]
            daemon: loads [], has [trace]
            module "trace": executable "tool" loads it, but executable "daemon" builds it in
              help: let both load it or both build it in, or declare the module with .built_in()
        "#]],
        );
    }

    #[test]
    fn a_host_that_loads_what_is_not_there() {
        let host = tool().loads(["block/cript", "audio/*", "a["]).builds_in("zzz");
        check(
            &project([host]),
            "",
            expect![[r#"
            tool: loads [block/crypt net trace], has [block/raw]
            executable "tool" loads "block/cript", but no module has such a name
              help: did you mean "block/crypt"?
            executable "tool" loads "audio/*", but no module has such a name
              help: the project's modules are block/crypt, block/raw, net, trace
            executable "tool" loads "a[", which is not a glob: unclosed character class; missing ']'
              help: write a module's name, or a glob such as "block/*"
            executable "tool" builds in "zzz", but no module has such a name
              help: the project's modules are block/crypt, block/raw, net, trace
        "#]],
        );
        let mut none = Project::new("demo", "/nowhere");
        none.add(Executable::new("tool").loads("x"));
        check(
            &none,
            "",
            expect![[r#"
            tool: loads [], has []
            executable "tool" loads "x", but no module has such a name
              help: the project declares no modules
        "#]],
        );
    }

    #[test]
    fn an_option_that_is_not_there() {
        let mut p = project([tool()]);
        p.add(Module::new("audio").when("CRIPT"));
        p.add(Module::new("video").when("VIDEO"));
        p.add(Executable::new("player").loads(["audio", "video"]));
        check(
            &p,
            "",
            expect![[r#"
                tool: loads [block/crypt net trace audio video], has [block/raw]
                player: loads [audio video], has []
                module "audio" is switched by "CRIPT", which is no option of the project
                  help: did you mean "CRYPT"?
                module "video" is switched by "VIDEO", which is no option of the project
                  help: declare it: p.option(Opt::tristate("VIDEO")); a constant stands in quotes: 'VIDEO'
            "#]],
        );
    }

    #[test]
    fn handles_of_another_project() {
        let mut other = Project::new("other", "/nowhere");
        other.add(Executable::new("shift"));
        let module = other.add(Module::new("elsewhere"));
        let option = other.option(Opt::bool("ELSEWHERE"));
        let mut p = project([tool().loads(module)]);
        p.add(Module::new("late").when(option));
        p.add(Executable::new("late").loads("late"));
        check(
            &p,
            "",
            expect![[r#"
            tool: loads [block/crypt net trace late], has [block/raw]
            late: loads [late], has []
            executable "tool" loads a module by a handle of another project
              help: use the handle that this project's add() gave, or the name
            module "late" is switched by an option's handle of another project
              help: use the handle that this project's option() gave, or the name
        "#]],
        );
    }

    #[test]
    fn a_module_that_no_host_wants() {
        check(
            &project([Executable::new("tool").loads("block/*")]),
            "",
            expect![[r#"
            tool: loads [block/crypt], has [block/raw]
            warning: module "net": no executable loads it or builds it in
              help: add .loads("net") to its host, or remove the module
            warning: module "trace": no executable loads it or builds it in
              help: add .loads("trace") to its host, or remove the module
        "#]],
        );
    }
}
