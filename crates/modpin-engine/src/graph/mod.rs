//! What there is to do: files, and the actions between them. The same calls in the same order give the same graph.

pub mod command;
pub mod id;
pub mod stage;
pub mod step;
pub mod untold;
pub(crate) mod findings;
pub mod fingerprint;

pub use self::command::{Arg, Command, Elsewhere, Response, Scan, Search, Then};
pub use self::id::{ActionId, FileId};

use std::fmt;
use std::sync::Arc;

use foldhash::HashMap;

use crate::error::GraphError;
use crate::graph::stage::Stage;
use crate::graph::step::Step;
use crate::world::hash::{Hash, Hasher};
use crate::world::spelling::plain;

/// A file that an action reads or writes.
#[derive(Clone, Debug)]
pub struct File {
    /// Relative to the root, with `/`; absolute when it lies elsewhere.
    pub path: String,
    /// The one action that writes it; `None` for a source.
    pub producer: Option<ActionId>,
}

/// One piece of work: when its recipe or the content of an input differs from the last time, it runs.
#[derive(Clone, Debug)]
pub struct Action {
    /// What it does, for people: `Compiling`.
    pub verb: &'static str,
    /// What it does that to: `c-src/util/crc.c`.
    pub label: String,
    /// A process, or code in this one.
    pub work: Work,
    /// Files whose content matters, in a fixed order.
    pub inputs: Vec<FileId>,
    /// Files that it writes, all of them; at least one.
    pub outputs: Vec<FileId>,
    /// Where a command writes which further files it read, in make's syntax.
    pub depfile: Option<String>,
}

impl Action {
    /// The response file that is written for it, if there is one.
    pub fn response(&self) -> Option<&Response> {
        self.command()?.response.as_deref()
    }

    /// Files beside its outputs that what it made may write one day.
    pub fn later(&self) -> &[String] {
        self.command().map_or(&[], |command| &command.later)
    }

    /// Where it looks for the files that it finds itself, if that is known.
    pub fn search(&self) -> Option<&Arc<Search>> {
        self.command()?.search.as_ref()
    }

    /// The depfile that its command is told to write.
    pub fn told_depfile(&self) -> Option<&str> {
        let command = self.command()?;
        let is_told = command.args.iter().any(|arg| matches!(arg, Arg::Depfile { .. }));
        self.depfile.as_deref().filter(|_| is_told || command.stage.is_some())
    }

    /// Where a program behind its command writes what it read, if it does.
    pub fn further_depfile(&self) -> Option<String> {
        let further = self.command()?.args.contains(&Arg::Further);
        let depfile = self.depfile.as_ref().filter(|_| further)?;
        Some(format!("{}.further.d", depfile.trim_end_matches(".d")))
    }

    /// What surrounds its command, if that is a tool of the project's own.
    pub fn stage(&self) -> Option<&Stage> {
        self.command()?.stage.as_deref()
    }

    /// Files that others make and it may read, as long as nobody knows whether it does ([`Command::before`]).
    pub fn before(&self) -> &[FileId] {
        self.command().map_or(&[], |command| &command.before)
    }

    /// Its inputs, and what must be there before it.
    pub fn needs(&self) -> impl Iterator<Item = FileId> {
        self.inputs.iter().chain(self.before()).copied()
    }

    /// Whether the content of its inputs matters, and not only that they are there.
    pub fn reads_inputs(&self) -> bool {
        match &self.work {
            Work::Command(_) => true,
            Work::Step(step) => step.reads_inputs(),
        }
    }

    fn command(&self) -> Option<&Command> {
        match &self.work {
            Work::Command(command) => Some(command),
            Work::Step(_) => None,
        }
    }
}

/// How an action does its work.
#[derive(Clone)]
pub enum Work {
    /// A process: printable, and the print can be pasted into a shell.
    Command(Command),
    /// Code in this process.
    Step(Arc<dyn Step>),
}

impl<T: Into<String>> From<T> for Arg {
    fn from(text: T) -> Arg {
        Arg::Text(text.into())
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Work::Command(command) => command.fmt(f),
            Work::Step(step) => write!(f, "Step({})", step.key()),
        }
    }
}

/// Files and actions. Each file has at most one producer, and no output lies below another.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    files: Vec<File>,
    actions: Vec<Action>,
    by_path: HashMap<String, FileId>,
    /// Directories in which outputs lie, each with one of those.
    dirs: HashMap<String, FileId>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Graph {
        Graph::default()
    }

    /// The file with this path, made known if it was not. `./a//b` is `a/b`; a `..` stays, because what
    /// it means is for the disk to say.
    pub fn file(&mut self, path: impl Into<String>) -> FileId {
        let path = plain(path.into());
        if let Some(&id) = self.by_path.get(&path) {
            return id;
        }
        let id = FileId(self.files.len() as u32);
        self.by_path.insert(path.clone(), id);
        self.files.push(File { path, producer: None });
        id
    }

    /// The digest of the paths of all that its actions write.
    pub fn outputs(&self) -> Hash {
        let mut hasher = Hasher::new();
        for action in &self.actions {
            let outputs = action.outputs.iter().map(|&output| self.path(output));
            for path in outputs.chain(action.response().map(|response| response.path.as_str())) {
                hasher.update(path.as_bytes());
                hasher.update(b"\n");
            }
        }
        hasher.finish()
    }

    /// Adds an action. Its outputs may have no other producer.
    pub fn add(&mut self, action: Action) -> Result<ActionId, GraphError> {
        let id = ActionId(self.actions.len() as u32);
        if action.outputs.is_empty() {
            return Err(GraphError::NoOutput { action: format!("{} {}", action.verb, action.label) });
        }
        for (position, &output) in action.outputs.iter().enumerate() {
            self.check_producer(&action, position)?;
            self.check_path(output, &action.outputs)?;
        }
        for &output in &action.outputs {
            self.files[output.at()].producer = Some(id);
            for dir in parents(&self.files[output.at()].path) {
                if self.dirs.contains_key(dir) {
                    break;
                }
                self.dirs.insert(dir.to_owned(), output);
            }
        }
        self.actions.push(action);
        Ok(id)
    }

    fn check_producer(&self, action: &Action, position: usize) -> Result<(), GraphError> {
        let output = action.outputs[position];
        let other = self.files[output.at()].producer.map(|other| &self.actions[other.at()]);
        if other.is_none() && !action.outputs[..position].contains(&output) {
            return Ok(());
        }
        let other = other.unwrap_or(action);
        Err(GraphError::TwoProducers {
            path: self.path(output).to_owned(),
            first: format!("{} {}", other.verb, other.label),
            second: format!("{} {}", action.verb, action.label),
        })
    }

    /// No output can lie where another needs a directory.
    fn check_path(&self, output: FileId, siblings: &[FileId]) -> Result<(), GraphError> {
        let path = self.path(output);
        let below = self.dirs.get(path).map(|&below| (output, below));
        let clash = below.or_else(|| {
            let mut above = parents(path).filter_map(|dir| self.find(dir));
            let is_output = |id: &FileId| self.file_at(*id).producer.is_some() || siblings.contains(id);
            above.find(is_output).map(|above| (above, output))
        });
        match clash {
            None => Ok(()),
            Some((file, below)) => Err(GraphError::FileAndDirectory {
                file: self.path(file).to_owned(),
                below: self.path(below).to_owned(),
            }),
        }
    }

    /// The file with that path, if the graph knows it.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// What is known of a file.
    pub fn file_at(&self, id: FileId) -> &File {
        &self.files[id.at()]
    }

    /// A file's path.
    pub fn path(&self, id: FileId) -> &str {
        &self.files[id.at()].path
    }

    /// An action.
    pub fn action(&self, id: ActionId) -> &Action {
        &self.actions[id.at()]
    }

    /// All actions, in the order in which they were added.
    pub fn actions(&self) -> impl ExactSizeIterator<Item = (ActionId, &Action)> {
        self.actions.iter().enumerate().map(|(at, action)| (ActionId(at as u32), action))
    }

    /// The actions that `wanted` needs, each after those whose outputs it reads.
    pub fn needed_for(&self, wanted: &[FileId]) -> Result<Vec<ActionId>, GraphError> {
        let mut order = Vec::new();
        let mut seen = vec![Visit::No; self.actions.len()];
        let mut stack: Vec<(ActionId, usize)> = Vec::new();
        for &file in wanted {
            self.enter(file, &mut seen, &mut stack)?;
            while let Some((action, next)) = stack.pop() {
                match self.actions[action.at()].needs().nth(next) {
                    Some(input) => {
                        stack.push((action, next + 1));
                        self.enter(input, &mut seen, &mut stack)?;
                    }
                    None => {
                        seen[action.at()] = Visit::Done;
                        order.push(action);
                    }
                }
            }
        }
        Ok(order)
    }

    fn enter(
        &self,
        file: FileId,
        seen: &mut [Visit],
        stack: &mut Vec<(ActionId, usize)>,
    ) -> Result<(), GraphError> {
        let Some(producer) = self.files[file.at()].producer else { return Ok(()) };
        match seen[producer.at()] {
            Visit::Done => {}
            Visit::No => {
                seen[producer.at()] = Visit::Open;
                stack.push((producer, 0));
            }
            Visit::Open => {
                let from = stack.iter().position(|&(open, _)| open == producer).unwrap_or(0);
                let names = stack[from..].iter().map(|&(open, _)| {
                    let action = &self.actions[open.at()];
                    self.path(action.outputs[0]).to_owned()
                });
                return Err(GraphError::Cycle { files: names.collect() });
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    No,
    Open,
    Done,
}

/// The directories above a path, innermost first.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(dir, _)| dir.rsplit_once('/')).map(|(dir, _)| dir)
}
