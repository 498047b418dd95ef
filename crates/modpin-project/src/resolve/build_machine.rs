//! What is compiled for the build machine: host programs and the libraries that they link, as a project of its own, in which
//! conditions are answered for that machine. Nothing is looked up in a project without host programs.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::configure::known::Known;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::expr::Operand;
use crate::declare::conditional::{Conditions, conditions, whens_of};
use crate::declare::handle::Ref;
use crate::declare::options::item::Item;
use crate::declare::probes::probe::{Probe, path_word};
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::resolve::findings::Findings;
use crate::resolve::resolved::Resolved;

/// Whether a target is looked up where conditions know this: host programs only for the build machine.
pub(crate) fn is_for(target: &Target, known: &Known) -> bool {
    known.flavour.is_some() || !matches!(target, Target::HostProgram(_))
}

/// The host programs of a project with all that they link; `None` if there are none.
pub(crate) fn host_programs(project: &Project) -> Option<Project> {
    let reached = reached(&project.targets)?;
    let mut project = project.clone();
    project.targets = project.targets.only(|at| reached.contains(&at));
    Some(project)
}

/// The probes that decide something of host programs or of what they link, by name; of a project with headers that say what was
/// configured all, since any of them may.
pub fn probes_of_host_programs(project: &Project) -> BTreeSet<String> {
    let all = || project.probes.iter().map(Probe::word);
    let Some(there) = host_programs(project) else { return BTreeSet::new() };
    if !there.config_headers.is_empty() {
        return all().collect();
    }
    let mut words: HashSet<&str> = HashSet::new();
    let scopes = there.targets.scopes().iter();
    let of_scopes = scopes.flat_map(|scope| whens_of(&scope.flags).chain(whens_of(&scope.below)));
    let of_targets = there.targets.iter().flat_map(|target| {
        let Conditions { flags, others, .. } = conditions(target);
        flags.into_iter().chain(others)
    });
    for Cond(expr) in whens_of(&there.flags).chain(of_scopes).chain(of_targets) {
        expr.operands(&mut |operand| {
            if let Operand::Word(word) = operand {
                words.extend(word.name());
            }
        });
    }
    words.extend(there.targets.iter().filter_map(|target| match target {
        Target::Library(library) => library.package.as_deref(),
        _ => None,
    }));
    let has = |name: &String| words.contains(name.as_str()) || words.contains(path_word(name).as_str());
    all().filter(has).collect()
}

/// Puts what was found of them to what was found of the whole project. What is wrong with a library is wrong for both machines, and
/// told once.
pub(crate) fn join(
    mut there: Resolved,
    of_there: Findings,
    resolved: &mut Resolved,
    findings: &mut Findings,
) {
    const KIND: &str = "host program";
    let Findings { problems, warnings, left_out, looked_up } = of_there;
    add_new(&mut findings.problems, problems);
    add_new(&mut findings.warnings, warnings);
    findings.left_out.extend(left_out.into_iter().filter(|source| source.kind == KIND));
    findings.looked_up.extend(looked_up);
    let disabled = std::mem::take(&mut there.disabled);
    resolved.disabled.extend(disabled.into_iter().filter(|disabled| disabled.kind == KIND));
    there.groups.clear();
    there.rules.clone_from(&resolved.rules);
    resolved.build_machine = Some(Box::new(there));
}

/// The numbers of host programs and of all that they link, whatever the conditions. All targets, if one of them links what is not
/// there: then the nearest name is looked for.
fn reached(targets: &[Target]) -> Option<HashSet<usize>> {
    let is_program = |at: &usize| matches!(targets[*at], Target::HostProgram(_));
    let mut open: Vec<usize> = (0..targets.len()).filter(is_program).collect();
    if open.is_empty() {
        return None;
    }
    let libraries = targets.iter().enumerate().filter(|(_, target)| target.is_linked());
    let libraries: HashMap<&str, usize> = libraries.map(|(at, target)| (target.name(), at)).collect();
    let mut reached: HashSet<usize> = open.iter().copied().collect();
    while let Some(at) = open.pop() {
        for name in targets[at].libraries().iter().flat_map(Item::all).filter_map(Ref::name) {
            let Some(&library) = libraries.get(name) else {
                return Some(libraries.into_values().chain(reached).collect());
            };
            if reached.insert(library) {
                open.push(library);
            }
        }
    }
    Some(reached)
}

fn add_new<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for entry in more {
        if !list.contains(&entry) {
            list.push(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use crate::configure::build_machine::BuildMachine;
    use crate::resolve::tests::tree::tree;
    use crate::{Config, Executable, Flags, HostProgram, Language, Library, Opt, Project};
    use crate::{Resolved, SharedLibrary, resolve, when};

    const FILES: [&str; 9] =
        ["a.c", "x86.c", "arm.c", "b.c", "main.c", "tools/gen.c", "tools/opt.c", "other.c", "inc/x.h"];

    fn config() -> Config {
        let words = [("TARGET_ARCH", "aarch64"), ("HOST_ARCH", "x86_64"), ("CC_KIND", "gcc")];
        let words = words.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let there = [("CC_KIND".to_owned(), "clang".to_owned())].into();
        let build_machine = BuildMachine { words: there, ..BuildMachine::default() };
        Config { words, build_machine, ..Config::default() }
    }

    fn show(text: &mut String, resolved: &Resolved) {
        let libraries = resolved.libraries.iter().map(|t| (&t.name, &t.code, &t.link));
        let shared = resolved.shared_libraries.iter().map(|t| (&t.name, &t.code, &t.link));
        let programs = resolved.executables.iter().map(|t| (&t.name, &t.code, &t.link));
        for (name, code, link) in libraries.chain(shared).chain(programs) {
            let sources: Vec<&str> = code.sources.iter().map(|source| source.path.as_str()).collect();
            let (flags, of_module) =
                (code.flags_in(Language::C, false), code.flags_in(Language::C, true));
            let _ =
                writeln!(text, "{name}: {} {flags:?} {of_module:?} link {link:?}", sources.join(" "));
        }
    }

    fn check(declare: impl Fn(&mut Project), expected: Expect) {
        let root = tree(&FILES);
        let mut project = Project::new("demo", root.path());
        declare(&mut project);
        // The same through a file.
        let project = Project::from_json(&project.to_json().unwrap(), "p.json", root.path()).unwrap();
        let mut text = String::new();
        match resolve(&project, &config(), root.path()) {
            Ok(resolved) => {
                show(&mut text, &resolved);
                text += "there:\n";
                show(&mut text, resolved.build_machine.as_ref().expect("host programs"));
                text.extend(
                    resolved.disabled.iter().map(|off| format!("off: {}, {}\n", off.name, off.why)),
                );
                text.extend(resolved.left_out.iter().map(|out| {
                    format!("left out: {} of {} {}, {}\n", out.path, out.kind, out.target, out.why)
                }));
                text.extend(resolved.warnings.iter().map(|warning| format!("warning: {warning}\n")));
            }
            Err(error) => {
                text += &format!("{error}\n").replace(&root.path().display().to_string(), "ROOT");
            }
        }
        expected.assert_eq(&text);
    }

    /// What is built for is the build machine there, the flavour is one for all, and nothing else is looked up.
    #[test]
    fn libraries_are_looked_up_once_more_for_the_build_machine() {
        let declare = |p: &mut Project| {
            let big = p.option(Opt::bool("BIG").default("TARGET_ARCH = 'aarch64'"));
            p.include("inc").cflags(when("FLAVOUR != 'host-program'", "-ffreestanding"));
            p.cflags(when("CC_KIND = 'clang'", "-Weverything")).defines(when(big, "BIG"));
            p.add(Library::new("other").sources("other.c"));
            let core =
                Library::new("core").sources("a.c").sources(when("TARGET_ARCH = 'x86_64'", "x86.c"));
            let core = core.sources(when("TARGET_ARCH = 'aarch64'", "arm.c"));
            let core = p.add(core.public(Flags::new().cflags(when("FLAVOUR = 'module'", "-DM"))));
            let names = p.add(SharedLibrary::new("names").sources("b.c").link(core));
            p.dir("tools", |d| {
                let program = HostProgram::new("gen").sources("gen.c").link(names).define("STEP", 3);
                d.add(program.sources(when(!big, "opt.c")));
            })
            .unwrap();
            p.dir("tools", |d| {
                d.add(HostProgram::new("opt").sources("opt.c"));
            })
            .unwrap()
            .when(!big);
            p.add(Executable::new("tool").sources("main.c").link(core));
        };
        check(
            declare,
            expect![[r#"
            other: other.c ["-Iinc", "-DBIG", "-ffreestanding"] ["-Iinc", "-DBIG", "-ffreestanding"] link []
            core: a.c arm.c ["-Iinc", "-DBIG", "-ffreestanding"] ["-Iinc", "-DBIG", "-ffreestanding", "-DM"] link []
            names: b.c ["-Iinc", "-DBIG", "-ffreestanding"] ["-Iinc", "-DBIG", "-ffreestanding", "-DM"] link [1]
            tool: main.c ["-Iinc", "-DBIG", "-ffreestanding"] ["-Iinc", "-DBIG", "-ffreestanding", "-DM"] link [1]
            there:
            core: a.c x86.c ["-Iinc", "-DBIG", "-Weverything"] ["-Iinc", "-DBIG", "-Weverything"] link []
            names: b.c ["-Iinc", "-DBIG", "-Weverything"] ["-Iinc", "-DBIG", "-Weverything"] link [0]
            gen: tools/gen.c ["-Iinc", "-DBIG", "-Weverything", "-DSTEP=3"] ["-Iinc", "-DBIG", "-Weverything", "-DSTEP=3"] link []
            off: opt, BIG=y
            left out: x86.c of library core, TARGET_ARCH=aarch64
            left out: tools/opt.c of host program gen, BIG=y
            left out: tools/opt.c of host program opt, BIG=y
        "#]],
        );
    }

    #[test]
    fn what_is_wrong_is_told_once() {
        let declare = |p: &mut Project| {
            let core = p.add(Library::new("core").sources("gone.c"));
            p.add(HostProgram::new("gen").sources("tools/gen.c").link(core).system_library("-lm"));
            p.add(HostProgram::new("gen/more").sources("tools/gen.c").flags_for("b.c", "-O2"));
            p.add(HostProgram::new("opt").link("cor"));
            p.add(Executable::new("opt").sources("main.c"));
        };
        check(
            declare,
            expect![[r#"
            host program "gen": "-lm" is no name of a system library
              help: write it without -l: .system_library("m")

            executable "opt" and host program "opt" have one name
              help: give the program for the build machine another name

            host program "gen" would become the file .modpin/gen, where host program "gen/more" needs a directory
              help: rename one of them

            library "core": the source "gone.c" is missing
              help: paths start at the project's root, ROOT

            host program "gen/more": .flags_for("b.c") matches none of its sources
              help: paths start at the project's root

            host program "opt" has no sources
              help: add .sources("DIRECTORY/*.c"), or remove the target

            host program "opt" links "cor", which is no library of the project
              help: did you mean "core"?
        "#]],
        );
    }
}
