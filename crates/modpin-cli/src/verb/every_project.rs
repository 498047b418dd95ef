//! A verb for every project of a workspace: its own, and those of packages whose programs cargo links. cargo builds those first.

use modpin::Project;

use super::{build, goal, one_project};
use crate::cargo_build::{self, CargoHosts};
use crate::command::args::{Build, Jobs, Setup, Verb};
use crate::command::exit::{Ended, Exit, Stop, Why};
use crate::context::Context;
use crate::source::Source;

/// Does what was typed, to each project that it is about.
pub fn run(context: &mut Context<'_>, verb: &Verb) -> Result<Ended, Stop> {
    let Some((setup, jobs, dry_run)) = of_projects(verb) else { return one_project::run(context, verb) };
    let Some(workspace) = context.source.workspace_with_scripts()? else {
        return one_project::run(context, verb);
    };
    let (own, _) = context.source.project()?;
    if dry_run || is_own(verb, &own) {
        return one_project::run(context, verb);
    }
    context.begin("cargo's build of the programs");
    let Some(hosts) = cargo_build::build(context.terminal, &workspace, setup, jobs)? else {
        return Ok(Ended { exit: Exit::Failed, commands: 0 });
    };
    match verb {
        Verb::Build(args) => build_named(context, args, &own, &hosts),
        Verb::Explain(_) | Verb::Run(_) | Verb::Emit(_) => first_answer(context, verb, &own, hosts),
        _ => each(context, verb, &own, hosts),
    }
}

/// What decides about cargo's build, for verbs that are about projects.
fn of_projects(verb: &Verb) -> Option<(&Setup, Jobs, bool)> {
    match verb {
        Verb::Build(args) => Some((&args.setup, args.running.jobs, args.running.dry_run)),
        Verb::Modules(args) => Some((&args.setup, args.running.jobs, args.running.dry_run)),
        Verb::Emit(args) => Some((&args.setup, args.running.jobs, args.running.dry_run)),
        Verb::Check(args) => Some((&args.setup, args.running.jobs, args.running.dry_run)),
        Verb::Test(args) => Some((&args.setup, args.running.jobs, args.running.dry_run)),
        Verb::Run(args) => Some((&args.setup, args.running.jobs, args.running.dry_run)),
        Verb::Install(args) => Some((&args.setup, args.running.jobs, args.running.dry_run)),
        Verb::List(setup) => Some((setup, Jobs::default(), false)),
        Verb::Explain(args) if args.host.is_none() => Some((&args.setup, args.jobs, false)),
        Verb::Graph(args) => Some((&args.setup, args.jobs, false)),
        Verb::CompileCommands(args) => Some((&args.setup, Jobs::default(), false)),
        _ => None,
    }
}

/// Whether a verb names nothing but targets of the workspace's own project.
fn is_own(verb: &Verb, own: &Project) -> bool {
    let Verb::Build(Build { targets, .. }) = verb else { return false };
    let named = |goal: &String| own.targets.iter().any(|target| target.name() == goal);
    !targets.is_empty() && targets.iter().all(named)
}

fn each(
    context: &mut Context<'_>,
    verb: &Verb,
    own: &Project,
    hosts: Vec<CargoHosts>,
) -> Result<Ended, Stop> {
    let output = match verb {
        Verb::Graph(args) => args.output.as_ref(),
        Verb::CompileCommands(args) => args.output.as_ref(),
        _ => None,
    };
    if output.is_some() && hosts.len() + usize::from(!own.targets.is_empty()) > 1 {
        let text = "the workspace has several projects, and --output names one file";
        return Err(Stop::usage(text, "leave it out: each of them has a place of its own"));
    }
    let mut all = Ended::DONE;
    if !own.targets.is_empty() {
        all = one_project::run(context, verb)?;
    }
    for host in hosts {
        all = and(all, with(context, host, |context| one_project::run(context, verb))?);
    }
    Ok(all)
}

/// Builds each goal in the projects that know it by name, kind or glob, and a path where it leads; without goals, everything.
fn build_named(
    context: &mut Context<'_>,
    args: &Build,
    own: &Project,
    hosts: &[CargoHosts],
) -> Result<Ended, Stop> {
    let mut rest = args.targets.clone();
    let mut take = |project: &Project| {
        let known: Vec<String> =
            args.targets.iter().filter(|goal| goal::is_of(project, goal)).cloned().collect();
        rest.retain(|goal| !known.contains(goal));
        Build { targets: known, ..args.clone() }
    };
    let is_asked = |taken: &Build| args.targets.is_empty() || !taken.targets.is_empty();
    let of_own = take(own);
    let projects = hosts.iter().map(|host| Ok(host.embedded.project()?));
    let projects = projects.collect::<Result<Vec<Project>, Stop>>()?;
    let of_hosts: Vec<Build> = projects.iter().map(take).collect();
    let mut all = Ended::DONE;
    if !own.targets.is_empty() && is_asked(&of_own) {
        all = build::run(context, &of_own)?;
    }
    for (host, args) in hosts.iter().zip(&of_hosts).filter(|(_, args)| is_asked(args)) {
        let ended = with(context, host.clone(), |context| build::run(context, args))?;
        all = and(all, ended);
    }
    for goal in rest {
        let verb = Verb::Build(Build { targets: vec![goal], ..args.clone() });
        all = and(all, first_answer(context, &verb, own, hosts.to_vec())?);
    }
    Ok(all)
}

/// The first project that knows the name answers.
fn first_answer(
    context: &mut Context<'_>,
    verb: &Verb,
    own: &Project,
    hosts: Vec<CargoHosts>,
) -> Result<Ended, Stop> {
    let mut unknown = None;
    if !own.targets.is_empty() || hosts.is_empty() {
        match one_project::run(context, verb) {
            Err(stop @ Stop { why: Why::Usage(_), .. }) => unknown = Some(stop),
            known => return known,
        }
    }
    for host in hosts {
        match with(context, host, |context| one_project::run(context, verb)) {
            Err(stop @ Stop { why: Why::Usage(_), .. }) => unknown = Some(stop),
            known => return known,
        }
    }
    unknown.map_or(Ok(Ended::DONE), Err)
}

fn with<T>(
    context: &mut Context<'_>,
    host: CargoHosts,
    act: impl FnOnce(&mut Context<'_>) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let own = std::mem::replace(&mut context.source, Source::Cargo(Box::new(host)));
    let done = act(context);
    context.source = own;
    done
}

/// The first that went wrong says how it ended.
fn and(one: Ended, other: Ended) -> Ended {
    let exit = if one.exit == Exit::Done { other.exit } else { one.exit };
    Ended { exit, commands: one.commands + other.commands }
}
