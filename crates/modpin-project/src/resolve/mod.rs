//! From a declaration and a configuration to [`Resolved`]: files for globs, indexes for names. Calls the rules and collects what
//! they find, so that a user reads every problem at once.

pub(crate) mod files;
pub(crate) mod package_paths;
pub(crate) mod argument_files;
pub(crate) mod outside;
pub(crate) mod off;
pub(crate) mod resolved;
pub(crate) mod needed;
pub(crate) mod findings;
pub(crate) mod packages;
pub(crate) mod scopes;
pub(crate) mod name_glob;
pub(crate) mod outputs;
pub(crate) mod clashes;
pub(crate) mod choose;
pub(crate) mod flags;
pub(crate) mod rules;
pub(crate) mod seen;
pub(crate) mod doubts;
pub(crate) mod hosts;
pub(crate) mod groups;
pub(crate) mod made;
pub(crate) mod components;
pub(crate) mod code;
pub(crate) mod libraries;
pub(crate) mod shared_libraries;
pub(crate) mod load_first;
pub(crate) mod identity;
pub(crate) mod resolved_install;
pub(crate) mod install;
pub(crate) mod subtract;
pub(crate) mod build_machine;
pub(crate) mod link_record;
pub(crate) mod follow_records;
#[cfg(test)]
mod tree;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::configure::build_machine::known_there;
use crate::configure::config::Config;
use crate::configure::configured;
use crate::configure::known::Known;
use crate::declare::executable::Executable;
use crate::declare::host_program::HostProgram;
use crate::declare::library::Library;
use crate::declare::link_order::Cycles;
use crate::declare::link_places::LinkPlaces;
use crate::declare::module::Module;
use crate::declare::project::Project;
use crate::declare::shared_library::SharedLibrary;
use crate::declare::target::Target;
use crate::error::{Error, Result};
use crate::problem::Problem;
use crate::resolve::argument_files::ArgumentFiles;
use crate::resolve::choose::Chooser;
use crate::resolve::components::ProgramParts;
use crate::resolve::files::looked_up::LookedUp;
use crate::resolve::findings::Findings;
use crate::resolve::flags::levels::{Levels, ScopeLevels, Speaker};
use crate::resolve::flags::public::PublicFlags;
use crate::resolve::flags::resolved_flag::CodeFlags;
use crate::resolve::flags::said_by::SaidBy;
use crate::resolve::hosts::Hosting;
use crate::resolve::identity::identity_of;
use crate::resolve::libraries::{LibraryNames, Linked};
use crate::resolve::made::command;
use crate::resolve::made::hooks;
use crate::resolve::made::made_files::MadeFiles;
use crate::resolve::made::nameable::Nameable;
use crate::resolve::made::of_objects;
use crate::resolve::made::resolved_rule::ResolvedRule;
use crate::resolve::off::{Disabled, LeftOut};
use crate::resolve::resolved::{
    Resolved, ResolvedCode, ResolvedExecutable, ResolvedLibrary, ResolvedModule, ResolvedPlaces,
    ResolvedSharedLibrary, ResolvedTest,
};
use crate::resolve::resolved_install::ResolvedInstall;
use crate::resolve::scopes::Scopes;

/// Looks everything up. Lists directories below `root`, an absolute path (usually
/// [`Project::root`]), and those that the declaration names by absolute paths; opens no file.
///
/// # Errors
/// [`Error::Declaration`] with every problem of the declaration, the configuration and the files.
pub fn resolve(project: &Project, config: &Config, root: &Path) -> Result<Resolved> {
    let mut findings = Findings::default();
    let placed = package_paths::placed(project, &mut findings.looked_up)?;
    let project = placed.as_ref().unwrap_or(project);
    findings.problems = rules::broken(project);
    let (known, problems) = configured(&project.options, config);
    findings.problems.extend(problems);
    if findings.problems.is_empty() {
        findings.problems.extend(config.probes.unanswered(&project.probes));
    }
    findings.problems.extend(choose::unanswerable_lists(project, &known));
    let made = made::of_project(project, &known, root, &mut findings);
    let (mut resolved, with_objects) = look_up(project, &known, (root, &made), &mut findings);
    let made = with_objects.unwrap_or(made);
    if let Some(programs) = build_machine::host_programs(project) {
        let (known, mut of_there) = (known_there(&config.build_machine, &known), Findings::default());
        let (there, _) = look_up(&programs, &known, (root, &made), &mut of_there);
        build_machine::join(there, of_there, &mut resolved, &mut findings);
    }
    made::in_arguments::place(&mut resolved, &made, &mut findings);
    if !findings.problems.is_empty() {
        return Err(Error::Declaration(findings.problems));
    }
    let notes = known.notes.iter().map(|note| Problem::new(note, ""));
    let doubts = doubts::doubts(project, &known);
    resolved.warnings = notes.chain(doubts).chain(findings.warnings).collect();
    resolved.left_out = findings.left_out;
    resolved.options = known;
    resolved.looked_up = findings.looked_up;
    Ok(resolved)
}

/// The targets and headers of a project for one machine, where conditions know this; and all that rules make, if more of it is known now.
fn look_up(
    project: &Project,
    known: &Known,
    (root, made): (&Path, &MadeFiles),
    findings: &mut Findings,
) -> (Resolved, Option<MadeFiles>) {
    let scopes = Scopes::of(project, known, findings);
    let hosting = hosts::assign_modules(project, known, &scopes, findings);
    let targets: Vec<Cow<'_, Target>> =
        project.targets.iter().enumerate().map(|(at, target)| scopes.placed(at, target)).collect();
    let (chooser, libraries) = (Chooser::new(known, false), LibraryNames::of(&targets, &scopes));
    let title = format!("project {:?}", project.name);
    let mut shared = Levels::default();
    let speaker = Speaker { root, title: &title, chooser, made };
    shared.add(&project.flags, SaidBy::Project, speaker, findings);
    let public = PublicFlags::of(&targets, &libraries, chooser);
    let levels = ScopeLevels::of(&scopes, shared, (root, chooser, made), findings);
    let targets = &targets;
    let lookup =
        Lookup { project, targets, scopes, root, known, libraries, levels, public, hosting, made };
    let mut resolved = lookup.targets(findings);
    resolved.identity = identity_of(project, known, lookup.levels.of_target(None));
    seen::headers(root, project, &lookup.scopes, known, &mut resolved, findings);
    let is_target = known.flavour.is_none();
    let with_objects = match is_target {
        true => of_objects::with_objects((root, known), targets, made, &mut resolved, findings),
        false => None,
    };
    let lookup = Lookup { made: with_objects.as_ref().unwrap_or(made), ..lookup };
    // Rules are there once, whichever machine their tools are for.
    if is_target {
        resolved.rules = lookup.rules(&mut resolved, findings);
    }
    made::waiting::wait_for_linked(&mut resolved, made);
    resolved.install = lookup.install(&resolved, findings);
    load_first::set_needs(project, known, &lookup.hosting, &mut resolved, findings);
    if findings.problems.is_empty() {
        subtract::subtract(&mut resolved);
    }
    (resolved, with_objects)
}

fn module_name(target: &Target) -> Option<&str> {
    if let Target::Module(module) = target { Some(&module.name) } else { None }
}

fn places(declared: &LinkPlaces, chooser: Chooser<'_>) -> ResolvedPlaces {
    let [before_objects, before_libraries] = declared.lists().map(|list| chooser.texts(list));
    ResolvedPlaces { before_objects, before_libraries }
}

/// What the look-up of each target needs.
struct Lookup<'a> {
    project: &'a Project,
    root: &'a Path,
    known: &'a Known,
    /// The targets of the project with their paths from the root.
    targets: &'a [Cow<'a, Target>],
    scopes: Scopes<'a>,
    libraries: LibraryNames<'a>,
    /// What the project and its scopes give to their targets.
    levels: ScopeLevels,
    public: PublicFlags<'a>,
    hosting: Hosting,
    made: &'a MadeFiles,
}

impl Lookup<'_> {
    fn targets(&self, findings: &mut Findings) -> Resolved {
        let mut resolved = Resolved {
            name: self.project.name.clone(),
            identity: None,
            options: Known::default(),
            autoconf: None,
            config_headers: Vec::new(),
            dir_headers: Vec::new(),
            root: self.root.to_path_buf(),
            libraries: Vec::new(),
            shared_libraries: Vec::new(),
            modules: Vec::new(),
            executables: Vec::new(),
            groups: groups::groups(self.project, self.known, findings),
            layers: libraries::layers(self.project),
            rules: Vec::new(),
            tools: BTreeMap::new(),
            disabled: Vec::new(),
            left_out: Vec::new(),
            warnings: Vec::new(),
            argument_files: ArgumentFiles::default(),
            looked_up: LookedUp::default(),
            build_machine: None,
            install: ResolvedInstall::default(),
        };
        for (at, target) in self.targets.iter().enumerate() {
            let target = target.as_ref();
            if !build_machine::is_for(target, self.known) {
                continue;
            }
            // What is switched off is looked up as well: a mistake in it should not wait for the day it is switched
            // on.
            let chooser = self.chooser(target);
            let title = target.title();
            let speaker = Speaker { root: self.root, title: &title, chooser, made: self.made };
            let levels = self.levels(at, target, speaker, findings);
            let mut code = code::of_target(target, &levels, speaker, findings);
            code.header_dirs = self.scopes.header_dirs(self.root, at);
            let link = self.linked(at, target, findings);
            if let Some(disabled) = self.disabled(at, target) {
                let left_out = code.sources.iter().map(|source| LeftOut {
                    path: source.path.clone(),
                    kind: target.kind(),
                    target: target.name().to_owned(),
                    why: disabled.why.clone(),
                });
                findings.left_out.extend(left_out);
                resolved.disabled.push(disabled);
                continue;
            }
            match target.clone() {
                Target::Library(library) => resolved.libraries.push(self.library(library, code, link)),
                Target::Module(module) => {
                    let ldflags = levels.of(true).link.clone();
                    resolved.modules.extend(self.module(module, code, link, ldflags));
                }
                Target::Executable(host) => {
                    let ldflags = levels.of(false).link.clone();
                    resolved.executables.push(self.executable(host, code, link, ldflags));
                }
                Target::SharedLibrary(library) => {
                    let script = shared_libraries::version_script(self.root, &library, findings);
                    let link = (link, levels.of(true).link.clone());
                    resolved.shared_libraries.push(self.shared_library(library, code, link, script));
                }
                Target::HostProgram(program) => {
                    let ldflags = levels.of(false).link.clone();
                    resolved.executables.push(self.host_program(program, code, link, ldflags));
                }
                Target::Group(_) | Target::Rule(_) => {}
            }
        }
        self.give_modules(&mut resolved);
        self.give_components(&mut resolved, findings);
        findings.problems.extend(clashes::of_names(&resolved));
        findings.problems.extend(shared_libraries::circle(&resolved));
        resolved
    }

    /// The flags of a target and of all outside of it.
    fn levels(
        &self,
        at: usize,
        target: &Target,
        speaker: Speaker<'_>,
        findings: &mut Findings,
    ) -> Levels {
        let mut levels = self.levels.of_target(self.scopes.position(at)).clone();
        if !self.public.is_empty() {
            self.add_public(&mut levels, target, speaker, findings);
        }
        levels.add(target.flags(), SaidBy::Target, speaker, findings);
        levels
    }

    /// What the libraries say that a target links; a library hears itself first.
    fn add_public(
        &self,
        levels: &mut Levels,
        target: &Target,
        speaker: Speaker<'_>,
        findings: &mut Findings,
    ) {
        // The problems of these lists are told where the links are looked up.
        let linked = |target, chooser| {
            libraries::linked(&self.libraries, target, chooser, &mut Findings::default()).libraries
        };
        let itself = matches!(target, Target::Library(_)).then(|| target.name());
        let itself = itself.and_then(|own| self.libraries.position(own));
        let own: Vec<usize> = itself.into_iter().chain(linked(target, speaker.chooser)).collect();
        let reached = self.public.reached_from(own.iter().copied());
        for (library, flags) in &reached {
            let name = self.libraries.name(*library);
            let (title, by) = (format!("library {name:?}"), SaidBy::Library(name.to_owned()));
            levels.add(flags, by, Speaker { title: &title, ..speaker }, findings);
        }
        if let Target::Executable(host) = target {
            // What is built in is linked here, with its libraries.
            let is_built_in = |module: &&Target| {
                let mut built_in = self.hosting.modules(&host.name, true);
                matches!(module, Target::Module(_)) && built_in.any(|name| name == module.name())
            };
            let modules = self.targets.iter().map(AsRef::as_ref).filter(is_built_in);
            let theirs = modules.flat_map(|module| linked(module, self.chooser(module)));
            let all = self.public.reached_from(own.into_iter().chain(theirs));
            let is_new = |(library, _): &&(usize, _)| !reached.iter().any(|(other, _)| other == library);
            for (library, flags) in all.iter().filter(is_new) {
                let by = SaidBy::Library(self.libraries.name(*library).to_owned());
                levels.add_link(flags, by, speaker.chooser);
            }
        }
    }

    /// The libraries that a target links. What is off itself may link what is off.
    fn linked(&self, at: usize, target: &Target, findings: &mut Findings) -> Linked {
        let chooser = self.chooser(target);
        if self.disabled(at, target).is_none() {
            findings.problems.extend(libraries::off(&self.libraries, target, chooser));
        }
        libraries::linked(&self.libraries, target, chooser, findings)
    }

    /// That a target is not built, and why.
    fn disabled(&self, at: usize, target: &Target) -> Option<Disabled> {
        let off = || {
            let why = self.scopes.why_off(at)?.to_owned();
            Some(Disabled { kind: target.kind(), name: target.name().to_owned(), why })
        };
        let rule = || {
            let (_, why) = self.made.off.iter().find(|(name, _)| name == target.name())?;
            let is_rule = matches!(target, Target::Rule(_));
            is_rule.then(|| Disabled { kind: "rule", name: target.name().to_owned(), why: why.clone() })
        };
        self.hosting.disabled(target).cloned().or_else(off).or_else(rule)
    }

    /// What answers the conditions of a target's lists.
    fn chooser(&self, target: &Target) -> Chooser<'_> {
        match target {
            Target::Module(module) => self.hosting.chooser(self.known, &module.name),
            _ => Chooser::new(self.known, false),
        }
    }

    fn library(&self, library: Library, code: ResolvedCode, linked: Linked) -> ResolvedLibrary {
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

    fn shared_library(
        &self,
        library: SharedLibrary,
        code: ResolvedCode,
        (linked, ldflags): (Linked, CodeFlags),
        version_script: Option<String>,
    ) -> ResolvedSharedLibrary {
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
    fn module(
        &self,
        module: Module,
        code: ResolvedCode,
        linked: Linked,
        ldflags: CodeFlags,
    ) -> Option<ResolvedModule> {
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

    fn executable(
        &self,
        host: Executable,
        code: ResolvedCode,
        linked: Linked,
        ldflags: CodeFlags,
    ) -> ResolvedExecutable {
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

    /// The commands of every rule that is there.
    fn rules(&self, resolved: &mut Resolved, findings: &mut Findings) -> Vec<ResolvedRule> {
        let config_headers = self.project.config_headers.iter().map(|header| header.header.as_str());
        let autoconf = self.project.autoconf.iter().map(|autoconf| autoconf.header.as_str());
        let headers: Vec<&str> = autoconf.chain(config_headers).collect();
        let no_file = |at: usize| self.no_file(at, &self.targets[at]);
        let nameable = Nameable { targets: self.targets, headers: &headers, no_file: &no_file };
        let mut rules = Vec::new();
        for made in &self.made.rules {
            let target = self.targets[made.target].as_ref();
            let Target::Rule(rule) = target else { continue };
            let (title, chooser) = (target.title(), self.chooser(target));
            let speaker = Speaker { root: self.root, title: &title, chooser, made: self.made };
            hooks::give(resolved, (rules.len(), rule), speaker, self.targets, findings);
            rules.push(command::resolved(rule, made, (nameable, speaker), findings));
        }
        rules
    }

    /// Why a target has no file that a rule could use.
    fn no_file(&self, at: usize, target: &Target) -> Option<String> {
        let because = |why: &str| Some(why.to_owned());
        match target {
            _ if self.disabled(at, target).is_some() => self.disabled(at, target).map(|off| off.why),
            Target::Module(module) if self.hosting.built_in(&module.name) == Some(true) => {
                because("it is built into its hosts")
            }
            Target::Executable(Executable { cargo: Some(_), .. }) => because("cargo links it"),
            Target::Library(Library { package: Some(_), .. }) => because("pkg-config knows it"),
            _ => None,
        }
    }

    /// On the build machine it is a program as any other; it loads no modules.
    fn host_program(
        &self,
        program: HostProgram,
        code: ResolvedCode,
        linked: Linked,
        ldflags: CodeFlags,
    ) -> ResolvedExecutable {
        let HostProgram { name, links, places, cycles, .. } = program;
        let executable = Executable { name, links, places, cycles, ..Executable::default() };
        self.executable(executable, code, linked, ldflags)
    }

    fn cycles(&self, own: Option<Cycles>) -> Cycles {
        own.or(self.project.cycles).unwrap_or_default()
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
        let all: Vec<&str> = self.project.targets.iter().filter_map(module_name).collect();
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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::tree::tree;
    use super::*;
    use crate::declare::condition::tristate::Tristate;
    use crate::declare::executable::Executable;
    use crate::declare::library::Library;
    use crate::declare::module::Module;
    use crate::{Language, Opt};

    /// What resolving says, errors included, without this machine's paths.
    fn said(files: &[&str], config: &Config, declare: impl FnOnce(&mut Project)) -> String {
        let root = tree(files);
        let mut project = Project::new("demo", root.path());
        declare(&mut project);
        let said = match resolve(&project, config, root.path()) {
            Ok(resolved) => show(&resolved),
            Err(error) => error.to_string() + "\n",
        };
        said.replace(&root.path().display().to_string(), "ROOT")
    }

    fn check(files: &[&str], config: &Config, declare: impl FnOnce(&mut Project), expected: Expect) {
        expected.assert_eq(&said(files, config, declare));
    }

    fn show(resolved: &Resolved) -> String {
        let mut text = String::new();
        for t in &resolved.libraries {
            let _ = writeln!(
                text,
                "{} = {}: link {:?} -l{:?}",
                t.name, t.file_name, t.link, t.system_libraries
            );
            show_code(&mut text, &t.code);
        }
        for t in &resolved.modules {
            let how = if t.built_in { "built in" } else { t.file_name.as_str() };
            let _ = writeln!(text, "{} ({}) = {how}: link {:?}", t.name, t.flat_name, t.link);
            let _ = writeln!(text, "    -l{:?} {:?}", t.system_libraries, t.ldflags.texts());
            show_code(&mut text, &t.code);
        }
        for t in &resolved.executables {
            let _ = writeln!(
                text,
                "{}: link {:?} loads {:?} has {:?}",
                t.name, t.link, t.modules, t.built_in
            );
            let _ = writeln!(
                text,
                "    -l{:?} {:?} exports {:?}",
                t.system_libraries,
                t.ldflags.texts(),
                t.exports
            );
            show_code(&mut text, &t.code);
        }
        text.extend(
            resolved.disabled.iter().map(|module| format!("off: {} ({})\n", module.name, module.why)),
        );
        text.extend(resolved.warnings.iter().map(|warning| format!("warning: {warning}\n")));
        text
    }

    fn show_code(text: &mut String, code: &ResolvedCode) {
        let _ = writeln!(text, "    {:?}", code.flags_in(Language::C, false));
        for source in &code.sources {
            let _ = writeln!(text, "    {} {:?}", source.path, source.own.texts().collect::<Vec<_>>());
        }
    }

    const DEMO: [&str; 8] = [
        "c-src/include/img/util.h",
        "c-src/util/crc.c",
        "c-src/util/hex.c",
        "c-src/stubs/monitor.c",
        "c-src/block/crypt/key.c",
        "c-src/block/crypt/driver.c",
        "c-src/block/raw.c",
        "c-src/imgtool/main.c",
    ];

    /// design/architecture.md, "What a user writes".
    fn demo(p: &mut Project) {
        let crypt = p.option(Opt::tristate("CRYPT").default(Tristate::Module).help("encrypted images"));
        let util = p.add(Library::new("imgutil").sources("c-src/util/*.c").include("c-src/include"));
        let stubs = p.add(Library::new("imgstub").sources("c-src/stubs/*.c"));
        p.add(
            Module::new("block/crypt")
                .when(crypt)
                .sources("c-src/block/crypt/*.c")
                .system_library("crypto"),
        );
        p.add(Module::new("block/raw").sources("c-src/block/raw.c"));
        p.add(
            Executable::new("imgtool").sources("c-src/imgtool/*.c").link([util, stubs]).loads("block/*"),
        );
    }

    #[test]
    fn the_sample_of_the_architecture() {
        check(
            &DEMO,
            &Config::default(),
            demo,
            expect![[r#"
                imgutil = libimgutil.a: link [] -l[]
                    ["-Ic-src/include"]
                    c-src/util/crc.c []
                    c-src/util/hex.c []
                imgstub = libimgstub.a: link [] -l[]
                    []
                    c-src/stubs/monitor.c []
                block/crypt (block-crypt) = block/crypt.so: link []
                    -l["crypto"] []
                    []
                    c-src/block/crypt/driver.c []
                    c-src/block/crypt/key.c []
                block/raw (block-raw) = block/raw.so: link []
                    -l[] []
                    []
                    c-src/block/raw.c []
                imgtool: link [0, 1] loads [0, 1] has []
                    -l[] [] exports []
                    []
                    c-src/imgtool/main.c []
            "#]],
        );
    }

    #[test]
    fn indexes_skip_what_is_switched_off() {
        let mut config = Config { modules: false, ..Config::default() };
        config.set("CRYPT", "n");
        let said = said(&DEMO, &config, demo);
        let targets = said.lines().filter(|line| !line.starts_with(' ')).collect::<Vec<_>>().join("\n");
        expect![[r#"
            imgutil = libimgutil.a: link [] -l[]
            imgstub = libimgstub.a: link [] -l[]
            block/raw (block-raw) = built in: link []
            imgtool: link [0, 1] loads [] has [0]
            off: block/crypt (CRYPT=n)"#]]
        .assert_eq(&targets);
    }

    #[test]
    fn flags_come_from_the_project_then_the_target_then_the_source() {
        let declare = |p: &mut Project| {
            p.include("inc").define("_GNU_SOURCE", 1).cflags(["-Wall", "-g"]);
            let library =
                Library::new("x").sources("*.c").include("./inc/own").define_flag("OWN").cflags("-O2");
            p.add(library.flags_for("b*.c", ["-O3", "-g0"]).flags_for("b1.c", "-O0").link(["y", "y"]));
            p.add(Library::new("y").sources(["b1.c", "a.c"]).link("x").system_library("m"));
        };
        let files = ["inc/own/x.h", "a.c", "b1.c", "b2.c"];
        check(
            &files,
            &Config::default(),
            declare,
            expect![[r#"
                x = libx.a: link [1] -l[]
                    ["-Iinc", "-D_GNU_SOURCE=1", "-Wall", "-g", "-Iinc/own", "-DOWN", "-O2"]
                    a.c []
                    b1.c ["-O3", "-g0", "-O0"]
                    b2.c ["-O3", "-g0"]
                y = liby.a: link [0] -l["m"]
                    ["-Iinc", "-D_GNU_SOURCE=1", "-Wall", "-g"]
                    b1.c []
                    a.c []
            "#]],
        );
    }

    #[test]
    fn excluded_sources_are_left_out() {
        let declare = |p: &mut Project| {
            p.add(Library::new("x").sources("*").exclude(["*_test.c", "*.h"]));
        };
        check(
            &["a.c", "a_test.c", "a.h"],
            &Config::default(),
            declare,
            expect![[r#"
                x = libx.a: link [] -l[]
                    []
                    a.c []
            "#]],
        );
        let declare = |p: &mut Project| {
            p.add(Library::new("y").sources("a.c").exclude("a*"));
        };
        check(
            &["a.c", "a_test.c", "a.h"],
            &Config::default(),
            declare,
            expect![[r#"
            library "y" has no sources
              help: add .sources("DIRECTORY/*.c"), or remove the target
        "#]],
        );
        let declare = |p: &mut Project| {
            p.add(Library::new("x").sources("*.c").exclude("*.cc"));
        };
        check(
            &["a.c"],
            &Config::default(),
            declare,
            expect![[r#"
                x = libx.a: link [] -l[]
                    []
                    a.c []
                warning: library "x": .exclude("*.cc") leaves out nothing
                  help: correct it or remove it
            "#]],
        );
    }

    /// What was listed, had to be there or was not there: as long as that stays, the answer does.
    #[test]
    fn what_the_answer_rests_on_is_remembered() {
        let root = tree(&["inc/x.h", "src/deep/a.c", "src/deep/er/b.c", "main.c", "real.c"]);
        let link =
            |to: &str, name: &str| std::os::unix::fs::symlink(to, root.path().join(name)).unwrap();
        link("../main.c", "src/linked.c");
        link("nowhere.c", "src/dangling.c");
        let mut p = Project::new("demo", root.path());
        p.include("inc");
        p.add(Library::new("x").sources(["src/*/*.c", "src/*.c", "real.c"]));
        let LookedUp { mut there, dirs, missing, .. } =
            resolve(&p, &Config::default(), root.path()).unwrap().looked_up;
        there.sort();
        let there: Vec<&str> = there.iter().filter_map(|path| path.to_str()).collect();
        assert_eq!(there, ["real.c", "src", "src", "src/deep", "src/linked.c"]);
        assert_eq!(dirs, [Path::new("inc")]);
        assert_eq!(missing, [Path::new("src/dangling.c")]);
    }

    #[test]
    fn every_kind_of_target_needs_sources() {
        let declare = |p: &mut Project| {
            p.add(Library::new("x"));
            p.add(Module::new("y"));
            p.add(Executable::new("z").loads("y"));
        };
        check(
            &[],
            &Config::default(),
            declare,
            expect![[r#"
            library "x" has no sources
              help: add .sources("DIRECTORY/*.c"), or remove the target

            module "y" has no sources
              help: add .sources("DIRECTORY/*.c"), or remove the target

            executable "z" has no sources
              help: add .sources("DIRECTORY/*.c"), or remove the target; a program that cargo links is declared by p.host(RustHost::new(NAME))
        "#]],
        );
    }

    #[test]
    fn libraries_that_are_not_there() {
        let declare = |p: &mut Project| {
            let mut other = Project::new("other", "/nowhere");
            let stray = other.add(Library::new("stray"));
            p.add(Library::new("util").sources("a.c").link("util"));
            p.add(Module::new("m").sources("a.c").link(stray));
            p.add(Executable::new("tool").sources("a.c").link(["utill", "crypto", "m"]).loads("m"));
        };
        check(
            &["a.c"],
            &Config::default(),
            declare,
            expect![[r#"
            library "util" links itself
              help: remove it from its own .link()

            module "m" links a library by a handle of another project
              help: use the handle that this project's add() gave, or the name

            executable "tool" links "utill", which is no library of the project
              help: did you mean "util"?

            executable "tool" links "crypto", which is no library of the project
              help: declare it, or write .system_library("crypto") if the system has it

            executable "tool" links "m", which is a module
              help: a host loads a module, .loads(NAME); a module that needs another one says .needs(NAME); what both use belongs into a library
        "#]],
        );
    }

    #[test]
    fn flags_for_no_source() {
        let declare = |p: &mut Project| {
            p.add(
                Library::new("x")
                    .sources("util/*.c")
                    .flags_for("util/crx.c", "-O3")
                    .flags_for("*.c", "-O3"),
            );
        };
        check(
            &["util/crc.c"],
            &Config::default(),
            declare,
            expect![[r#"
            library "x": .flags_for("util/crx.c") matches none of its sources
              help: did you mean "util/crc.c"?

            library "x": .flags_for("*.c") matches none of its sources
              help: paths start at the project's root
        "#]],
        );
    }

    #[test]
    fn all_problems_come_at_once() {
        let declare = |p: &mut Project| {
            p.include("inclde");
            p.add(Library::new("x y").sources(["utl/*.c", "util/crx.c", "README"]).include("nope"));
            p.add(Module::new("m").when("X").sources("gone/*.c"));
            p.add(Executable::new("tool").sources("main.c").loads(["m", "n"]));
        };
        let mut config = Config::default();
        config.set("CRYPT", "y");
        check(
            &["util/crc.c", "include/a.h", "README"],
            &config,
            declare,
            expect![[r#"
                library "x y": the name holds ' '
                  help: write letters, digits, `_`, `-`, `+`, and `.` inside a name; `/` stands between directories

                option "CRYPT" is set, but the project does not declare it
                  help: the project declares no options

                executable "tool" loads "n", but no module has such a name
                  help: the project's modules are m

                module "m" is switched by "X", which is no option of the project
                  help: declare it: p.option(Opt::tristate("X")); a constant stands in quotes: 'X'

                project "demo": .include("inclde") names no directory
                  help: did you mean "include"?

                library "x y": .include("nope") names no directory
                  help: paths start at the project's root, ROOT

                library "x y": no file matches "utl/*.c"
                  help: did you mean "util/*.c"?

                library "x y": the source "util/crx.c" is missing
                  help: did you mean "util/crc.c"?

                library "x y": "README" is not a source
                  help: sources are .c, .cc .cpp .cxx .c++ .C, .S and .s; narrow the glob, or leave the file out with .exclude()

                module "m": no file matches "gone/*.c"
                  help: paths start at the project's root, ROOT

                executable "tool": the source "main.c" is missing
                  help: paths start at the project's root, ROOT
            "#]],
        );
    }

    #[test]
    fn a_mistake_in_a_module_that_is_switched_off_is_one_still() {
        let declare = |p: &mut Project| {
            let net = p.option(Opt::bool("NET"));
            p.add(Module::new("net").when(net).sources("net/*.c"));
            p.add(Executable::new("tool").sources("main.c").loads("*"));
        };
        check(
            &["main.c"],
            &Config::default(),
            declare,
            expect![[r#"
                module "net": no file matches "net/*.c"
                  help: paths start at the project's root, ROOT
            "#]],
        );
    }

    #[test]
    fn what_to_do_about_cycles_is_said_by_the_target_or_else_by_the_project() {
        use Cycles::{Deny, Group};
        let cycles = |project: Option<Cycles>, own: Option<Cycles>| {
            let root = tree(&["a.c"]);
            let mut p = Project::new("demo", root.path());
            p.cycles = project;
            p.add(Module { cycles: own, ..Module::new("m").sources("a.c") });
            p.add(Executable { cycles: own, ..Executable::new("host").sources("a.c").loads("m") });
            let resolved = resolve(&p, &Config::default(), root.path()).unwrap();
            [resolved.modules[0].cycles, resolved.executables[0].cycles]
        };
        assert_eq!(cycles(None, None), [Deny; 2]);
        assert_eq!(cycles(Some(Group), None), [Group; 2]);
        assert_eq!(cycles(Some(Group), Some(Deny)), [Deny; 2]);
        assert_eq!(cycles(None, Some(Group)), [Group; 2]);
    }

    #[test]
    fn layers_are_sorted_and_count_only_where_one_is_mentioned() {
        let resolved = |declare: &dyn Fn(&mut Project)| {
            let root = tree(&["a.c", "libold.a"]);
            let mut p = Project::new("demo", root.path());
            declare(&mut p);
            p.add(Library::new("new").sources("a.c"));
            p.add(Library::prebuilt("old", "libold.a"));
            let resolved = resolve(&p, &Config::default(), root.path()).unwrap();
            let libraries = resolved.libraries.iter();
            let libraries = libraries.map(|library| format!("{} {}", library.name, library.layer));
            let before = resolved.layers.iter().map(|layer| format!("{:?} {}", layer.args, layer.layer));
            libraries.chain(before).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(resolved(&|_| ()), "new 0, old 0");
        assert_eq!(
            resolved(
                &|p| _ = p.before_layer(3, "-third").before_layer(1, "-first").before_layer(1, "-next")
            ),
            r#"new 0, old 1, ["-first"] 1, ["-next"] 1, ["-third"] 3"#
        );
        assert_eq!(
            resolved(&|p| _ = p.add(Library::new("high").sources("a.c").layer(7))),
            "high 7, new 0, old 1"
        );
    }
}
