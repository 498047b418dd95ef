//! One action, done: outputs are written below a directory of their own first and are moved when all is well, so
//! that nobody ever sees half of one. Runs on any thread.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use crate::check::shadowing::SearchPath;
use crate::graph::findings::Findings;
use crate::graph::step::{Discovered, How, StepError, StepIo};
use crate::graph::{Action, ActionId, Arg, Command, Graph, Search, Work, from_root};
use crate::run::depfile;
use crate::run::event::{Cause, Failure};
use crate::run::output::OutputDir;
use crate::world::Edges;
use crate::world::disk::Stat;
use crate::world::hash::Hash;
use crate::world::process::{Spawn, Status};

/// What every action of a run has in common.
pub struct Executor<'a> {
    graph: &'a Graph,
    edges: Edges<'a>,
    output_dir: OutputDir<'a>,
    /// What steps have found out of files.
    findings: Findings,
    /// Where outputs lie until they are whole; on the same file system as the output directory.
    pub partial: String,
}

/// An action to do.
pub struct Job {
    /// Which one.
    pub action: ActionId,
    /// Why it runs, in words.
    pub reason: String,
    /// The clock when it was handed out.
    pub started: i64,
    /// How many were handed out before.
    pub turn: u64,
    /// What lies at the path of each output now; the same content is not written again.
    pub present: Vec<Option<(Stat, Hash)>>,
}

/// An action that was done.
pub struct Done {
    /// The job it was.
    pub job: Job,
    /// What was printed.
    pub said: Vec<u8>,
    /// How long it took.
    pub elapsed: Duration,
    /// Its result.
    pub result: Result<Made, Failure>,
}

/// What a successful action made.
pub struct Made {
    /// Stat and content of each output.
    pub outputs: Vec<(Stat, Hash)>,
    /// Files that it says it read.
    pub discovered: Vec<Discovered>,
    /// The result is not to be remembered.
    pub forget: bool,
}

impl<'a> Executor<'a> {
    /// An executor for the actions of a graph.
    pub fn new(graph: &'a Graph, edges: Edges<'a>, build_dir: &'a str, state_dir: &str) -> Executor<'a> {
        let output_dir = OutputDir::new(edges.disk, build_dir);
        let (findings, partial) = (Findings::default(), format!("{state_dir}/partial"));
        Executor { graph, edges, output_dir, findings, partial }
    }

    /// Does one action.
    pub fn execute(&self, job: Job) -> Done {
        let start = self.edges.processes.now();
        let action = self.graph.action(job.action);
        let mut said = Vec::new();
        let result = self.make(action, &job, &mut said);
        if result.is_err() {
            self.discard(action);
        }
        let elapsed = self.edges.processes.now().saturating_duration_since(start);
        Done { job, said, elapsed, result }
    }

    fn make(&self, action: &Action, job: &Job, said: &mut Vec<u8>) -> Result<Made, Failure> {
        for path in self.paths(action) {
            self.output_dir.make_dir_for(&self.partial_path(path))?;
            self.output_dir.make_dir_for(path)?;
        }
        let (discovered, forget) = match &action.work {
            Work::Command(command) => (self.command(action, command, said)?, false),
            Work::Step(step) => {
                let inputs = action.inputs.iter().map(|&input| self.graph.path(input)).collect();
                let outputs = self.outputs(action).map(|path| self.partial_path(path)).collect();
                let mut io = StepIo::new(self.edges, &self.findings, inputs, outputs);
                let result = step.run(&mut io);
                said.extend_from_slice(io.said.as_bytes());
                result.map_err(failure_of_step)?;
                let forget = io.forget;
                (io.discovered(), forget)
            }
        };
        if self.edges.interrupt.signal().is_some() {
            // Its processes may have been told to end: what it made then is not believed.
            return Err(Failure::unfinished("the build was interrupted"));
        }
        let outputs = self.outputs(action).zip(&job.present);
        let outputs =
            outputs.map(|(path, present)| self.keep(path, *present)).collect::<Result<_, _>>()?;
        Ok(Made { outputs, discovered, forget })
    }

    fn command(
        &self,
        action: &Action,
        command: &Command,
        said: &mut Vec<u8>,
    ) -> Result<Vec<Discovered>, Failure> {
        if let Some(response) = &command.response {
            self.output_dir.make_dir_for(&response.path)?;
            let written = self.edges.disk.write(&response.path, response.text.as_bytes());
            written.map_err(Failure::io("write", &response.path))?;
        }
        let dir = self.edges.disk.absolute("").to_string_lossy().into_owned();
        let spawn = Spawn {
            program: command.program.clone(),
            args: command.args.iter().map(|arg| self.partial_arg(action, arg)).collect(),
            // Where it runs, as we spell it: compilers write it down, and the user may have come by a link.
            env: command.env.iter().cloned().chain([("PWD".to_owned(), Some(dir.clone()))]).collect(),
            dir,
            limit: None,
        };
        let not_started = |error| Failure {
            cause: Cause::NotStarted,
            ..Failure::io("start", &command.program)(error)
        };
        let ended = self.edges.processes.run(&spawn).map_err(not_started)?;
        said.extend(ended.output);
        match ended.status {
            Status::Exited(0) if self.edges.disk.is_full(&self.partial) => {
                let path = self.graph.path(action.outputs[0]);
                let message =
                    format!("{path}: no space left on the disk: what was written may be cut off");
                Err(Failure::unfinished(message))
            }
            Status::Exited(0) => self.depfile(action),
            status => Err(failure_of_command(&command.program, status)),
        }
    }

    fn depfile(&self, action: &Action) -> Result<Vec<Discovered>, Failure> {
        let Some(path) = &action.depfile else { return Ok(Vec::new()) };
        let (disk, partial) = (self.edges.disk, self.partial_path(path));
        let bytes = disk.read(&partial).map_err(Failure::io("read the depfile", path))?;
        disk.remove(&partial).map_err(Failure::io("remove", path))?;
        let Ok(text) = std::str::from_utf8(&bytes) else {
            let shown = String::from_utf8_lossy(&bytes);
            let name = shown.split_whitespace().find(|word| word.contains('\u{fffd}')).unwrap_or("");
            let message =
                format!("{name}: it reads this file, whose name is not UTF-8\n  help: rename it");
            return Err(Failure::unfinished(message));
        };
        let root = disk.absolute("");
        let discovered = |path: String| {
            // A file elsewhere that is gone now may have been the tool's own, in a temporary directory.
            let there = Path::new(&path).is_relative() || Path::new(&path).starts_with(&root);
            Discovered { path, how: if there { How::Read } else { How::LookedFor } }
        };
        let paths = depfile::prerequisites(text);
        let paths = paths.map_err(|why| Failure::unfinished(format!("{path}: {why}")))?;
        let mut found: Vec<Discovered> = paths.into_iter().map(discovered).collect();
        if let Some(search) = action.search() {
            let passed = self.passed(action, search, &found, &root.to_string_lossy());
            found.extend(passed);
        }
        Ok(found)
    }

    /// Files in front of those that were read: there already, so they were not what was looked for.
    fn passed(
        &self,
        action: &Action,
        search: &Search,
        found: &[Discovered],
        root: &str,
    ) -> Vec<Discovered> {
        let root = root.trim_end_matches('/');
        let paths: Vec<String> = found.iter().map(|found| from_root(root, &found.path)).collect();
        let declared = action.inputs.iter().map(|&input| self.graph.path(input));
        let search_path = SearchPath::new(search, declared.chain(paths.iter().map(String::as_str)));
        let mut asked = HashMap::new();
        let mut is_there = |path: &String| {
            *asked.entry(path.clone()).or_insert_with(|| {
                // What cannot be looked at now is looked at before the next run, and then it is an error.
                self.edges.disk.stat(path).ok().flatten().is_some_and(|stat| stat.regular)
            })
        };
        let candidates = paths.iter().flat_map(|path| search_path.in_front(path));
        let there = candidates.filter(|candidate| is_there(candidate));
        there.map(|path| Discovered { path, how: How::Passed }).collect()
    }

    /// Moves an output to its final path, unless the same content lies there already.
    fn keep(&self, path: &str, present: Option<(Stat, Hash)>) -> Result<(Stat, Hash), Failure> {
        let (disk, partial) = (self.edges.disk, self.partial_path(path));
        let refuse = |message| Err(Failure::unfinished(message));
        let Some(made) = disk.lstat(&partial).map_err(Failure::io("look at", path))? else {
            return refuse(format!("it succeeded but did not write {path}"));
        };
        if !made.regular {
            return refuse(format!("{path}: it wrote a link or a directory instead of a file"));
        }
        let hash = disk.hash(&partial).map_err(Failure::io("read", path))?;
        if let Some((stat, _)) = present.filter(|(_, present)| *present == hash)
            && disk.lstat(path).map_err(Failure::io("look at", path))? == Some(stat)
        {
            disk.remove(&partial).map_err(Failure::io("remove", &partial))?;
            return Ok((stat, hash));
        }
        self.output_dir.replace(&partial, path)?;
        match disk.lstat(path).map_err(Failure::io("look at", path))? {
            Some(stat) if (stat.size, stat.mtime) == (made.size, made.mtime) => Ok((stat, hash)),
            Some(_) => refuse(format!("{path}: somebody else writes it at the same time")),
            None => refuse(format!("{path} is gone again")),
        }
    }

    fn discard(&self, action: &Action) {
        for path in self.paths(action) {
            // What is left of a failed action is removed at the next start, too.
            let _ = self.edges.disk.remove(&self.partial_path(path));
        }
    }

    fn outputs<'b>(&'b self, action: &'b Action) -> impl Iterator<Item = &'b str> {
        action.outputs.iter().map(|&output| self.graph.path(output))
    }

    fn paths<'b>(&'b self, action: &'b Action) -> impl Iterator<Item = &'b str> {
        self.outputs(action).chain(action.depfile.as_deref())
    }

    /// Where a file lies until it is whole: a path of its own for each file, below one directory.
    fn partial_path(&self, path: &str) -> String {
        let mut partial = self.partial.clone();
        for part in path.split('/') {
            partial.push('/');
            match part {
                "" => partial.push_str("@root"),
                ".." => partial.push_str("@up"),
                part => {
                    partial.push_str(if part.starts_with('@') { "@" } else { "" });
                    partial.push_str(part);
                }
            }
        }
        partial
    }

    fn partial_arg(&self, action: &Action, arg: &Arg) -> String {
        match arg {
            Arg::Text(text) => text.clone(),
            Arg::Output { prefix, index } => {
                let path = self.graph.path(action.outputs[*index]);
                format!("{prefix}{}", self.partial_path(path))
            }
            Arg::Depfile { prefix } => {
                format!("{prefix}{}", self.partial_path(action.depfile.as_deref().unwrap_or("")))
            }
        }
    }
}

fn failure_of_step(error: StepError) -> Failure {
    match error {
        StepError::Refused(message) => Failure { message, cause: Cause::Refused },
        StepError::Failed(message) => Failure::unfinished(message),
    }
}

fn failure_of_command(program: &str, status: Status) -> Failure {
    let name = program.rsplit('/').next().unwrap_or(program);
    let (message, cause) = match status {
        Status::Exited(code) => (format!("{name} ended with exit code {code}"), Cause::ExitCode(code)),
        Status::Signalled(signal) => {
            (format!("{name} was killed by signal {signal}"), Cause::Signal(signal))
        }
        Status::TimedOut => (format!("{name} took too long and was killed"), Cause::TimeLimit),
    };
    Failure { message, cause }
}
