//! One action, done: outputs are written below a directory of their own first and are moved when all is well, so
//! that nobody ever sees half of one. Runs on any thread.

use std::borrow::Cow;
use std::time::Duration;

use crate::graph::findings::Findings;
use crate::graph::step::{Discovered, StepError, StepIo};
use crate::graph::untold::Untold;
use crate::graph::{Action, ActionId, Arg, Command, Graph, Work};
use crate::run::event::{Cause, Failure};
use crate::run::output::{OutputDir, partial_path};
use crate::run::reading::Reading;
use crate::world::Edges;
use crate::world::disk::Stat;
use crate::world::hash::Hash;
use crate::world::process::{Spawn, Status};
use crate::world::spelling::Spelling;

/// What every action of a run has in common.
pub struct Executor<'a> {
    graph: &'a Graph,
    edges: Edges<'a>,
    spelling: &'a Spelling<'a>,
    untold: Option<&'a dyn Untold>,
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
    pub fn new(
        graph: &'a Graph,
        edges: Edges<'a>,
        spelling: &'a Spelling<'a>,
        build_dir: &'a str,
        state_dir: &str,
        untold: Option<&'a dyn Untold>,
    ) -> Executor<'a> {
        let output_dir = OutputDir::new(edges.disk, build_dir);
        let (findings, partial) = (Findings::default(), format!("{state_dir}/partial"));
        Executor { graph, edges, spelling, untold, output_dir, findings, partial }
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
            self.output_dir.make_dir_for(&self.partial_path(&path))?;
            self.output_dir.make_dir_for(&path)?;
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
            Status::Exited(0) => self.reading().of(action, command),
            status => Err(failure_of_command(&command.program, status)),
        }
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

    fn reading(&self) -> Reading<'_> {
        let Executor { graph, edges, spelling, untold, partial, .. } = self;
        Reading { graph, disk: edges.disk, spelling, untold: *untold, partial }
    }

    fn discard(&self, action: &Action) {
        for path in self.paths(action) {
            // What is left of a failed action is removed at the next start, too.
            let _ = self.edges.disk.remove(&self.partial_path(&path));
        }
    }

    fn outputs<'b>(&'b self, action: &'b Action) -> impl Iterator<Item = &'b str> {
        action.outputs.iter().map(|&output| self.graph.path(output))
    }

    fn paths<'b>(&'b self, action: &'b Action) -> impl Iterator<Item = Cow<'b, str>> {
        let outputs = self.outputs(action).chain(action.depfile.as_deref());
        outputs.map(Cow::from).chain(action.further_depfile().map(Cow::from))
    }

    fn partial_path(&self, path: &str) -> String {
        partial_path(&self.partial, path)
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
            Arg::Further => self.partial_path(&action.further_depfile().unwrap_or_default()),
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
