//! Goals of a build: which files a word on the command line stands for. A target, a kind of target, a glob over names, a
//! directory, a file that is made, or a source.

use std::collections::BTreeSet;
use std::path::Path;

use modpin::explain;
use modpin::plan::{Plan, PlannedTarget, TargetKind};
use modpin::steps::Verb;
use modpin::{NameGlob, Project, Resolved, Target, did_you_mean};
use modpin_engine::{Action, FileId};

use crate::command::exit::Stop;
use crate::context::Planned;
use crate::say::listing::hosts_with;

/// Words for all targets of a kind. A target of such a name comes first.
const KINDS: [&str; 3] = ["modules", "libraries", "hosts"];

/// The files that a goal stands for; `dir` is where the user stands.
pub fn files(planned: &Planned, goal: &str, dir: &Path) -> Result<Vec<FileId>, Stop> {
    let (plan, resolved) = (&planned.plan, &planned.resolved);
    let named: Vec<&PlannedTarget> = plan.targets.iter().filter(|target| target.name == goal).collect();
    if !named.is_empty() {
        return Ok(of_targets(plan, resolved, &named));
    }
    if resolved.disabled.iter().any(|disabled| disabled.name == goal) {
        return Err(switched_off(resolved, goal));
    }
    let found = match (KINDS.contains(&goal), glob(goal)) {
        (true, _) => {
            let of_kind = plan.targets.iter().filter(|target| is_of_kind(resolved, target, goal));
            of_targets(plan, resolved, &of_kind.collect::<Vec<_>>())
        }
        (false, Some(glob)) => {
            let fitting = plan.targets.iter().filter(|target| glob.matches(&target.name));
            of_targets(plan, resolved, &fitting.collect::<Vec<_>>())
        }
        (false, None) => by_path(planned, goal, dir),
    };
    if found.is_empty() { Err(unknown(planned, goal)) } else { Ok(found) }
}

/// Whether a project that nobody has planned yet knows a goal by name, kind or glob.
pub fn is_of(project: &Project, goal: &str) -> bool {
    let has = |is_it: &dyn Fn(&Target) -> bool| project.targets.iter().any(is_it);
    let glob = glob(goal);
    has(&|target| target.name() == goal)
        || glob.is_some_and(|glob| has(&|target| glob.matches(target.name())))
        || match goal {
            "modules" => has(&|target| matches!(target, Target::Module(_))),
            "libraries" => {
                has(&|target| matches!(target, Target::Library(_) | Target::SharedLibrary(_)))
            }
            "hosts" => has(&|target| matches!(target, Target::Executable(_))),
            _ => false,
        }
}

/// A glob over names; what is wrong with it shows when nothing is named so.
fn glob(goal: &str) -> Option<NameGlob> {
    NameGlob::read(goal).ok().flatten()
}

fn is_of_kind(resolved: &Resolved, target: &PlannedTarget, kind: &str) -> bool {
    match (kind, target.kind) {
        ("modules", TargetKind::Module)
        | ("libraries", TargetKind::Library | TargetKind::SharedLibrary) => true,
        ("hosts", TargetKind::Executable) => resolved.executables.iter().any(|program| {
            let is_host = !(program.modules.is_empty()
                && program.built_in.is_empty()
                && program.exports.is_empty());
            program.name == target.name && is_host
        }),
        _ => false,
    }
}

/// The files of these targets. A module that is built in has none of its own; its hosts have it.
fn of_targets(plan: &Plan, resolved: &Resolved, targets: &[&PlannedTarget]) -> Vec<FileId> {
    let mut files = Vec::new();
    let mut add = |target: &PlannedTarget| files.extend(target.files.iter().chain(&target.checks));
    for target in targets {
        add(target);
        if target.files.is_empty() && target.kind == TargetKind::Module {
            let hosts = hosts_with(resolved, &target.name);
            let is_host = |other: &&PlannedTarget| {
                other.kind == TargetKind::Executable && hosts.contains(&&*other.name)
            };
            plan.targets.iter().filter(is_host).for_each(&mut add);
        }
    }
    files
}

/// A file that is made; what is made of a source; or, for a directory, all that lies there and all objects of what lies there.
fn by_path(planned: &Planned, goal: &str, dir: &Path) -> Vec<FileId> {
    let (plan, resolved) = (&planned.plan, &planned.resolved);
    if let Some(inside) = goal.strip_suffix('/') {
        let below: Vec<String> = explain::names(&planned.layout, inside, dir)
            .into_iter()
            .map(|dir| if dir.is_empty() { dir } else { format!("{dir}/") })
            .collect();
        let is_below = |path: &str| below.iter().any(|dir| path.starts_with(dir.as_str()));
        let first = |target: &&PlannedTarget| {
            target.files.first().is_some_and(|&file| is_below(plan.graph.path(file)))
        };
        let targets: Vec<&PlannedTarget> = plan.targets.iter().filter(first).collect();
        let mut files = of_targets(plan, resolved, &targets);
        files.extend(objects(planned, is_below));
        return files;
    }
    let made = |file: &FileId| plan.graph.file_at(*file).producer.is_some();
    if let Some(file) = explain::find_file(plan, &planned.layout, goal, dir).filter(made) {
        return vec![file];
    }
    let names = explain::names(&planned.layout, goal, dir);
    let is_source = |path: &str| {
        // As for make: `dir/x.o` is what `dir/x.c` becomes.
        let stem = |name: &String| name.strip_suffix(".o").map(str::to_owned);
        let of_object = names.iter().filter_map(stem).any(|stem| {
            path.strip_prefix(&stem).is_some_and(|rest| rest.starts_with('.') && !rest.contains('/'))
        });
        of_object || names.iter().any(|name| name == path)
    };
    objects(planned, is_source)
}

/// The objects that are compiled of such sources. Those for the build machine are not meant where a source has others.
fn objects(planned: &Planned, is_it: impl Fn(&str) -> bool) -> Vec<FileId> {
    let plan = &planned.plan;
    let for_build_machine = format!("{}/", planned.layout.of_build_machine().dir);
    let source = |action: &Action| {
        let source = action.inputs.first().filter(|_| action.verb == Verb::Compiling.word())?;
        Some(plan.graph.path(*source).to_owned())
    };
    let compiling = plan
        .graph
        .actions()
        .map(|(_, action)| action)
        .filter(|action| source(action).is_some_and(|path| is_it(&path)));
    let made = compiling.filter_map(|action| Some((*action.inputs.first()?, *action.outputs.first()?)));
    let (there, here): (Vec<_>, Vec<(FileId, FileId)>) =
        made.partition(|(_, object)| plan.graph.path(*object).starts_with(for_build_machine.as_str()));
    let has_others: BTreeSet<FileId> = here.iter().map(|(source, _)| *source).collect();
    let only_there = there.into_iter().filter(|(source, _)| !has_others.contains(source));
    only_there.chain(here).map(|(_, object)| object).collect()
}

fn switched_off(resolved: &Resolved, name: &str) -> Stop {
    let found = resolved.disabled.iter().find(|disabled| disabled.name == name);
    let (kind, why) = found.map_or(("target", ""), |disabled| (disabled.kind, disabled.why.as_str()));
    let help = "give the option another value with -D";
    Stop::usage(format!("{kind} {name:?} is not built: {why}"), help)
}

fn unknown(planned: &Planned, goal: &str) -> Stop {
    let plan = &planned.plan;
    let names: Vec<&str> = plan.targets.iter().map(|target| target.name.as_str()).collect();
    let text = match (KINDS.contains(&goal), glob(goal), goal.strip_suffix('/')) {
        (true, ..) => format!("the project has no {goal}"),
        (_, Some(_), _) => format!("no target fits {goal:?}"),
        (_, _, Some(_)) => format!("nothing is built in {goal:?}"),
        _ => format!("no target is named {goal:?}"),
    };
    let dirs = plan
        .graph
        .actions()
        .map(|(_, action)| action)
        .filter(|action| action.verb == Verb::Compiling.word());
    let dirs = dirs.filter_map(|action| {
        let path = plan.graph.path(*action.inputs.first()?);
        path.rsplit_once('/').map(|(dir, _)| format!("{dir}/"))
    });
    let dirs: BTreeSet<String> = dirs.collect();
    if dirs.contains(&format!("{goal}/")) {
        return Stop::usage(text, format!("the directory is {goal:?} with a slash behind it"));
    }
    let files = plan.targets.iter().flat_map(|target| &target.files);
    let files = files.filter_map(|&file| plan.graph.path(file).rsplit('/').next());
    let all = names.iter().copied().chain(dirs.iter().map(String::as_str)).chain(files).chain(KINDS);
    let otherwise = format!("the targets are {}", names.join(", "));
    Stop::usage(text, did_you_mean(goal, all, otherwise))
}
