//! One action, done: outputs are written below a directory of their own first and are moved when all is well, so
//! that nobody ever sees half of one. Runs on any thread.

use std::sync::Arc;

use crate::cache::{Cache, SharedCache};
use crate::error::Error;
use crate::graph::findings::Findings;
use crate::graph::step::{StepError, StepIo};
use crate::graph::untold::Untold;
use crate::graph::{Action, Command, Graph, Response, Work};
use crate::run::caching::Caching;
use crate::run::config::Config;
use crate::run::event::{Cause, Failure};
use crate::run::job::{Beside, Done, Job, Made, Placed, Report};
use crate::run::output::OutputDir;
use crate::run::partial::{self, Partial};
use crate::run::reading::{Read, Reading};
use crate::run::spare::Spare;
use crate::run::tool_mistake::{self, Before};
use crate::world::Edges;
use crate::world::disk::nothing_there;
use crate::world::process::{Spawn, Status};
use crate::world::race::Race;
use crate::world::spelling::Spelling;

/// What every action of a run has in common.
pub struct Executor<'a> {
    pub(super) graph: &'a Graph,
    pub(super) edges: Edges<'a>,
    pub(super) spelling: &'a Spelling<'a>,
    untold: Option<&'a dyn Untold>,
    pub(super) output_dir: OutputDir<'a>,
    pub(super) cache: Option<&'a dyn Cache>,
    pub(super) shared: Option<&'a dyn SharedCache>,
    /// The checkout as we were told it, and as it is without links.
    pub(super) roots: &'a [String; 2],
    /// What steps have found out of files.
    findings: Findings,
    /// Outputs lie below it until they are whole; it is on the same file system as the output directory.
    pub(super) state_dir: &'a str,
    pub(super) spare: Spare<'a>,
}

impl<'a> Executor<'a> {
    /// An executor for the actions of a graph.
    pub fn new(
        graph: &'a Graph,
        edges: Edges<'a>,
        spelling: &'a Spelling<'a>,
        config: &'a Config,
    ) -> Executor<'a> {
        let Config { build_dir, state_dir, untold, cache, shared, .. } = config;
        let (untold, cache, shared) = (untold.as_deref(), cache.as_deref(), shared.as_deref());
        let output_dir = OutputDir::new(edges.disk, build_dir);
        let (findings, roots) = (Findings::default(), spelling.roots());
        let spare = Spare::new(edges.disk);
        Executor {
            graph,
            edges,
            spelling,
            untold,
            output_dir,
            cache,
            shared,
            roots,
            findings,
            state_dir,
            spare,
        }
    }

    /// Makes the place for unfinished files, without what is left of a build that was killed. Mostly nothing is, and it stays.
    pub fn prepare(&self) -> Result<(), Error> {
        let root = partial::root(self.state_dir);
        if !self.spare.find(&root) {
            self.edges.disk.remove(&root).map_err(Error::io("remove", root.as_str()))?;
        }
        self.output_dir.make_dir(&root).map_err(Error::io("make the directory", root.as_str()))
    }

    /// Does one action.
    pub fn execute(&self, mut job: Job) -> Done {
        let start = self.edges.processes.now();
        let action = self.graph.action(job.action);
        if let Some(arrived) = job.arrived.take() {
            let (said, elapsed) = (arrived.said.clone(), arrived.elapsed);
            if let Some(made) = self.take(action, &job, arrived) {
                return Done { job, said, elapsed, elsewhere: true, result: Ok(made) };
            }
        }
        let mut said = Vec::new();
        let result = match self.restored(action, &mut job) {
            Some(made) => Ok(made),
            None => self.make(action, &job, &mut said),
        };
        if let Ok(Made { caching: Caching::Taken(entry), .. }) = &result {
            said.clone_from(&entry.said);
        }
        if result.is_err() {
            self.discard(action);
        }
        let elapsed = self.edges.processes.now().saturating_duration_since(start);
        Done { job, said, elapsed, elsewhere: false, result }
    }

    fn make(&self, action: &Action, job: &Job, said: &mut Vec<u8>) -> Result<Made, Failure> {
        let partial = self.partial(action);
        self.make_dirs(action, &partial)?;
        let report = match &action.work {
            Work::Command(command) => {
                let read = self.command(action, command, &partial, (said, &job.race))?;
                Report { read, ..Report::default() }
            }
            Work::Step(step) => {
                let inputs = action.inputs.iter().map(|&input| self.graph.path(input)).collect();
                let outputs = self.outputs(action).map(|path| partial.path(path)).collect();
                let finals = self.outputs(action).collect();
                let places = (finals, job.present.as_slice());
                let mut io = StepIo::new(self.edges, &self.findings, inputs, outputs, places);
                let result = step.run(&mut io);
                said.extend_from_slice(io.said.as_bytes());
                result.map_err(failure_of_step)?;
                let (changes, there) = (std::mem::take(&mut io.changes), std::mem::take(&mut io.there));
                let (forget, linked) = (io.forget, io.linked);
                let read = Read { files: io.discovered(), fleeting: None };
                Report { read, changes, forget, linked, there }
            }
        };
        self.end(action, job, &partial, said, report)
    }

    /// The end of an action that went well: its outputs go where they belong.
    pub(super) fn end(
        &self,
        action: &Action,
        job: &Job,
        partial: &Partial<'_>,
        said: &[u8],
        report: Report,
    ) -> Result<Made, Failure> {
        let Report { read: Read { files: discovered, fleeting }, changes, forget, linked, there } =
            report;
        if self.edges.interrupt.signal().is_some() {
            // Its processes may have been told to end: what it made then is not believed.
            return Err(Failure::unfinished("the build was interrupted"));
        }
        let beside = self.beside(action, partial)?;
        if !beside.is_empty() && action.stage().is_some() {
            return Err(tool_mistake::stray(beside.iter().map(|file| file.path.as_str()).collect()));
        }
        if !(beside.is_empty() && action.later().is_empty() && action.stage().is_none()) {
            self.put_final_names(action, partial, &beside)?;
        }
        let made = self.look_at_all(action, partial, linked, &there)?;
        let caching = match fleeting {
            Some(why) => Caching::Fleeting(why),
            None if job.known.is_none() || forget || linked => Caching::None,
            None => self.kept(action, partial, (&made, &beside, &there), said),
        };
        let outputs = self.put(action, partial, made, (&job.present, &there))?;
        if beside.is_empty() {
            self.discard(action);
        }
        Ok(Made { outputs, beside, discovered, changes, forget, caching })
    }

    /// Writes a response file, by way of a new one, unless it is there.
    pub(super) fn write_response(&self, response: &Response, new: &str) -> Result<(), Failure> {
        let disk = self.edges.disk;
        let is_file = disk.lstat(&response.path).is_ok_and(|found| found.is_some_and(|it| it.regular));
        if is_file && disk.read(&response.path).is_ok_and(|text| text == response.text.as_bytes()) {
            return Ok(());
        }
        let written = disk.write(new, response.text.as_bytes());
        written.map_err(Failure::io("write", &response.path))?;
        self.output_dir.make_dir_for(&response.path)?;
        self.output_dir.replace(new, &response.path)
    }

    /// What a command has left besides its outputs.
    fn beside(&self, action: &Action, partial: &Partial<'_>) -> Result<Vec<Beside>, Failure> {
        let outputs: Vec<&str> = self.outputs(action).collect();
        let mut beside = Vec::new();
        for (dir, end) in partial.dirs() {
            let files = self.edges.disk.files_below(&dir);
            let files = files.map_err(|error| self.lost(partial, Failure::io("list", &dir)(error)))?;
            for name in files {
                let (path, partial) = (format!("{end}{name}"), format!("{dir}/{name}"));
                let is_known = outputs.contains(&path.as_str()) || action.later().contains(&path);
                if is_known || action.told_depfile() == Some(&path) {
                    continue;
                }
                let file = self.graph.find(&path).map(|id| self.graph.file_at(id));
                if let Some(producer) = file.and_then(|file| file.producer) {
                    let Action { verb, label, .. } = self.graph.action(producer);
                    let message = format!("it also writes {path}, which \"{verb} {label}\" makes");
                    return Err(Failure::unfinished(message));
                }
                beside.push(Beside { path, partial });
            }
        }
        Ok(beside)
    }

    /// A tool may have written down where its outputs are (`.dwo` and `.gcda` files stand in objects by their paths).
    fn put_final_names(
        &self,
        action: &Action,
        partial: &Partial<'_>,
        beside: &[Beside],
    ) -> Result<(), Failure> {
        let disk = self.edges.disk;
        let outputs = self.outputs(action).map(|path| partial.path(path));
        let outputs =
            outputs.filter(|path| disk.lstat(path).ok().flatten().is_some_and(|it| it.regular));
        for path in outputs.chain(beside.iter().map(|beside| beside.partial.clone())) {
            let mut bytes = disk.read(&path).map_err(Failure::io("read", &path))?;
            if partial.put_final_names(&mut bytes) {
                disk.write(&path, &bytes).map_err(Failure::io("write", &path))?;
            }
        }
        Ok(())
    }

    /// What programs have left beside the outputs of earlier runs is there for a tool that looks for it beside the new ones
    /// (`-fprofile-use`).
    fn lay_out(&self, action: &Action, partial: &Partial<'_>) -> Result<(), Failure> {
        for path in action.later() {
            match self.edges.disk.read(path) {
                Ok(bytes) => {
                    let copy = partial.path(path);
                    self.edges.disk.write(&copy, &bytes).map_err(Failure::io("write", &copy))?;
                }
                Err(error) if nothing_there(&error) => {}
                Err(error) => return Err(Failure::io("read", path)(error)),
            }
        }
        Ok(())
    }

    /// Moves files to where they belong that a command has left beside its outputs.
    pub fn place(&self, job: &Job, beside: &[Beside]) -> Result<Placed, Failure> {
        let disk = self.edges.disk;
        let placed = beside.iter().map(|Beside { path, partial }| {
            let made = disk.lstat(partial).map_err(Failure::io("look at", path))?;
            let made = made.ok_or_else(|| Failure::unfinished(format!("{path} is gone again")))?;
            let hash = disk.hash(partial).map_err(Failure::io("read", path))?;
            self.output_dir.make_dir_for(path)?;
            Ok((self.moved(partial, path, made)?, hash))
        });
        let placed = placed.collect();
        self.discard(self.graph.action(job.action));
        placed
    }

    fn command(
        &self,
        action: &Action,
        command: &Command,
        partial: &Partial<'_>,
        (said, race): (&mut Vec<u8>, &Option<Arc<Race>>),
    ) -> Result<Read, Failure> {
        if let Some(response) = &command.response {
            self.write_response(response, &partial.response())?;
        }
        self.lay_out(action, partial)?;
        let spawn = Spawn { race: race.clone(), ..self.spawn(action, command, partial) };
        let before = Before::of(self.graph, action, self.edges.disk);
        let not_started =
            |error| Failure { cause: Cause::NotStarted, ..Failure::io("start", &spawn.program)(error) };
        let ended = self.edges.processes.run(&spawn).map_err(not_started)?;
        said.extend(ended.output);
        match ended.status {
            Status::Exited(0) if self.edges.disk.is_full(self.state_dir) => {
                let path = self.graph.path(action.outputs[0]);
                let message =
                    format!("{path}: no space left on the disk: what was written may be cut off");
                Err(Failure::unfinished(message))
            }
            Status::Exited(0) => {
                for then in &command.then {
                    self.then(action, then, partial, said)?;
                }
                before.check(self.edges.disk)?;
                self.reading(partial).of(action, command)
            }
            status => Err(self.lost(partial, failure_of_command(&command.program, status))),
        }
    }

    /// What has failed may have done so because its directory is not where it was any more.
    fn lost(&self, partial: &Partial<'_>, failure: Failure) -> Failure {
        let mut dirs = partial.dirs();
        let lost = dirs.find_map(|(dir, _)| Some((self.edges.disk.leads_to_ours(&dir).err()?, dir)));
        lost.map_or(failure, |(error, dir)| Failure::io("use", &dir)(error))
    }

    pub(super) fn reading<'b>(&'b self, partial: &'b Partial<'b>) -> Reading<'b> {
        let Executor { graph, edges, spelling, untold, .. } = self;
        let for_cache = self.cache.is_some();
        Reading { graph, disk: edges.disk, spelling, untold: *untold, partial, for_cache }
    }

    pub(super) fn partial<'b>(&'b self, action: &'b Action) -> Partial<'b> {
        Partial::of(self.state_dir, self.graph, action)
    }

    pub(super) fn outputs<'b>(&'b self, action: &'b Action) -> impl Iterator<Item = &'b str> {
        action.outputs.iter().map(|&output| self.graph.path(output))
    }
}

fn failure_of_step(error: StepError) -> Failure {
    match error {
        StepError::Refused(message) => Failure { message, cause: Cause::Refused },
        StepError::Failed(message) => Failure::unfinished(message),
    }
}

pub(super) fn failure_of_command(program: &str, status: Status) -> Failure {
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
