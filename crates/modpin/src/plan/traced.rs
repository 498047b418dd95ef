//! The tools of rules once more, traced: a graph in which each runs under strace and writes what it writes into a build directory of
//! its own. What the build has made is only read.

use modpin_engine::{Action, Arg, Command, FileId, Graph, Stage, Then, Work};

use super::planned::Plan;
use crate::error::Result;
use crate::layout::Layout;
use crate::steps::Verb;
use crate::toolchain::find_program;

/// What one tool has read, once it ran.
pub struct Traced {
    /// What messages call it: `rule "table for a.def"`.
    pub title: String,
    /// What strace has written.
    pub trace: FileId,
    /// The first file that it makes, by which the engine knows it.
    pub key: FileId,
    /// Where it runs, relative to the root.
    pub dir: String,
}

/// A graph of all rules that run a tool. `traces` is where it lies.
///
/// # Errors
/// [`Error::Graph`](crate::Error::Graph) when two rules make one file.
pub fn traced_graph(
    plan: &Plan,
    build: &Layout,
    traces: &Layout,
    strace: &str,
) -> Result<(Graph, Vec<Traced>)> {
    let (mut graph, mut all) = (Graph::new(), Vec::new());
    let moved = |path: &str| match path.strip_prefix(build.gen_dir().as_str()) {
        Some(rest) => format!("{}{rest}", traces.gen_dir()),
        None => path.to_owned(),
    };
    let rules = plan.graph.actions().map(|(_, action)| action);
    for action in rules.filter(|action| action.verb == Verb::Generating.word()) {
        let Work::Command(command) = &action.work else { continue };
        let path = |file: &FileId| plan.graph.path(*file).to_owned();
        let mut outputs: Vec<FileId> =
            action.outputs.iter().map(|file| graph.file(moved(&path(file)))).collect();
        let trace =
            graph.file(format!("{}.trace", graph.path(outputs[0]).replacen("/gen/", "/traces/", 1)));
        let index = outputs.len();
        outputs.push(trace);
        let mut inputs: Vec<FileId> = action.inputs.iter().map(|file| graph.file(path(file))).collect();
        inputs.push(graph.file(strace));
        let mut args = words_of_strace(build, index, &command.program);
        args.extend(command.args.iter().map(|arg| moved_arg(arg, &moved)));
        let stage = command.stage.as_deref().map(|stage| moved_stage(stage, &moved));
        let dir = stage.as_ref().and_then(|stage| stage.dir.clone()).unwrap_or_default();
        let env = command.env.clone();
        // Its response file is there: the build has written it.
        let traced = Command {
            program: strace.to_owned(),
            args,
            env,
            stage: stage.map(Box::new),
            ..Command::default()
        };
        let label = action.label.clone();
        all.push(Traced { title: format!("rule {label:?}"), trace, key: outputs[0], dir });
        let depfile = action.depfile.as_deref().map(moved);
        let (verb, work) = (Verb::Checking.word(), Work::Command(traced));
        graph.add(Action { verb, label, work, inputs, outputs, depfile })?;
    }
    for (_, action) in plan.graph.actions() {
        let Work::Command(command) = &action.work else { continue };
        for (at, then) in command.then.iter().enumerate() {
            all.push(hooked(&mut graph, plan, (build, traces), (action, at, then), strace)?);
        }
    }
    Ok((graph, all))
}

/// A rule that is a part of a compilation, on a copy of the object.
fn hooked(
    graph: &mut Graph,
    plan: &Plan,
    (build, traces): (&Layout, &Layout),
    (action, at, then): (&Action, usize, &Then),
    strace: &str,
) -> Result<Traced> {
    let object = plan.graph.path(action.outputs[0]);
    let copy = format!("{}{}.{at}", traces.dir, object.strip_prefix(&build.dir).unwrap_or(object));
    let outputs = vec![graph.file(&copy), graph.file(format!("{copy}.trace"))];
    let (key, trace) = (outputs[0], outputs[1]);
    let program = find_program("cp").unwrap_or_else(|| "cp".to_owned());
    let inputs = action.inputs.iter().map(|&input| plan.graph.path(input));
    let inputs = inputs.chain([object, strace, program.as_str()]).map(|path| graph.file(path)).collect();
    let mut args = words_of_strace(build, 1, &then.program);
    args.extend(then.args.iter().cloned());
    let traced = Then { program: strace.to_owned(), args, ..then.clone() };
    let copied = vec![Arg::from(object), Arg::Output { prefix: String::new(), index: 0 }];
    let work =
        Work::Command(Command { program, args: copied, then: vec![traced], ..Command::default() });
    let (verb, label) = (Verb::Checking.word(), action.label.clone());
    graph.add(Action { verb, label, work, inputs, outputs, depfile: None })?;
    Ok(Traced { title: then.name.clone(), trace, key, dir: String::new() })
}

/// What strace is told, up to the program that it starts. What it writes is an output by its place.
fn words_of_strace(build: &Layout, index: usize, program: &str) -> Vec<Arg> {
    let words = ["-f", "-qq", "-y", "-e", "trace=open,openat,execve", "-e", "signal=none", "-o"];
    let prefix = format!("{}/", build.root.display());
    words.map(Arg::from).into_iter().chain([Arg::Output { prefix, index }, Arg::from(program)]).collect()
}

fn moved_arg(arg: &Arg, moved: &dyn Fn(&str) -> String) -> Arg {
    match arg {
        Arg::OwnDir(dir) => Arg::OwnDir(moved(dir)),
        Arg::Joined(parts) => Arg::Joined(parts.iter().map(|part| moved_arg(part, moved)).collect()),
        other => other.clone(),
    }
}

fn moved_stage(stage: &Stage, moved: &dyn Fn(&str) -> String) -> Stage {
    Stage {
        dir: stage.dir.as_deref().map(moved),
        own_dirs: stage.own_dirs.iter().map(|dir| moved(dir)).collect(),
        ..stage.clone()
    }
}
