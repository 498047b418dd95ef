//! One command, run on another machine: with what it reads here, into where it would have written here. What came of it is believed if
//! all that it has read was given to it, or is the same there as here. Otherwise it runs here, whatever the reason is: so what it says of
//! mistakes is said here.

use crate::cache::Order;
use crate::graph::step::{Discovered, How};
use crate::graph::{Action, Command, Elsewhere, Work};
use crate::run::command_line::partial_arg;
use crate::run::execute::{Done, Executor, Job, Made};
use crate::run::partial::Partial;
use crate::run::restore::holds;
use crate::world::process::Status;
use crate::world::spelling::plain;

impl Executor<'_> {
    /// What a command would read below the root besides what it declares; `None` if that cannot be found out.
    pub(super) fn scan(&self, job: &Job) -> Option<Vec<String>> {
        let action = self.graph.action(job.action);
        let command = elsewhere(action)?;
        match &command.elsewhere {
            Elsewhere::No => None,
            Elsewhere::Declared => Some(Vec::new()),
            Elsewhere::Scanned(scan) => {
                let args = command.args.iter().take(scan.first).chain(&scan.behind).cloned().collect();
                let read = self.scanned(action, &Command { args, ..command.clone() });
                self.discard(action);
                read
            }
        }
    }

    fn scanned(&self, action: &Action, command: &Command) -> Option<Vec<String>> {
        let partial = self.partial(action);
        self.make_dirs(action, &partial).ok()?;
        let ended = self.edges.processes.run(&self.spawn(action, command, &partial)).ok()?;
        if ended.status != Status::Exited(0) {
            return None;
        }
        let read = self.reading(&partial).of(action, command).ok()?;
        let below = read.files.iter().map(|found| self.spelling.of(&found.path).path);
        let mut below: Vec<String> = below.filter(|path| is_below(path) && self.is_file(path)).collect();
        below.sort();
        below.dedup();
        Some(below)
    }

    /// An action that another machine runs; `None` if it must run here.
    pub(super) fn run_elsewhere(&self, job: Job, read: &[String]) -> Option<Done> {
        let action = self.graph.action(job.action);
        let start = self.edges.processes.now();
        let mut said = Vec::new();
        let made = self.made_elsewhere(action, &job, read, &mut said);
        if made.is_none() {
            self.discard(action);
        }
        let elapsed = self.edges.processes.now().saturating_duration_since(start);
        Some(Done { job, said, elapsed, result: Ok(made?) })
    }

    fn made_elsewhere(
        &self,
        action: &Action,
        job: &Job,
        read: &[String],
        said: &mut Vec<u8>,
    ) -> Option<Made> {
        let (command, shared) = (elsewhere(action)?, self.shared?);
        let partial = self.partial(action);
        self.make_dirs(action, &partial).ok()?;
        if let Some(response) = &command.response {
            self.write_response(response, &partial).ok()?;
        }
        let order = self.order(action, command, &partial, read)?;
        for path in &order.outputs {
            self.edges.disk.remove(path).ok()?;
        }
        let (given, outputs) = (order.inputs.clone(), order.outputs.clone());
        let ran = shared.run(order).ok().filter(|ran| ran.code == 0)?;
        said.extend(&ran.said);
        for path in outputs.iter().filter(|path| path.ends_with(".d")) {
            self.put_root(path, &ran.dir)?;
        }
        let read = self.reading(&partial).of(action, command).ok()?;
        let outputs = self.outputs(action).map(|path| partial.path(path));
        let names_there = |path: String| {
            self.edges.disk.read(&path).map_or(true, |bytes| holds(&bytes, ran.dir.as_bytes()))
        };
        // What tells the clock may have been told it long ago.
        let is_lasting = read.fleeting.is_none();
        if !is_lasting
            || !self.was_given(action, &read.files, &given)
            || outputs.into_iter().any(names_there)
        {
            return None;
        }
        self.end(action, job, &partial, said, (read, Vec::new(), false, false)).ok()
    }

    /// What the other machine must know.
    fn order(
        &self,
        action: &Action,
        command: &Command,
        partial: &Partial<'_>,
        read: &[String],
    ) -> Option<Order> {
        let root = &self.roots[0];
        let args = command.args.iter().map(|arg| partial_arg(self.graph, action, partial, arg));
        let words = std::iter::once(command.program.clone()).chain(args);
        let env = command.env.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
        let mut env: Vec<(String, String)> = env.collect();
        env.push(("PATH".to_owned(), self.programs(action)));
        env.sort();
        let declared = action.inputs.iter().map(|&input| self.graph.path(input).to_owned());
        let response = command.response.as_ref().map(|response| response.path.clone());
        let inputs = declared.chain(read.iter().cloned()).chain(response);
        let mut inputs: Vec<String> = inputs.filter(|path| !path.starts_with('/')).collect();
        inputs.sort();
        inputs.dedup();
        if !inputs.iter().all(|path| is_below(path) && self.is_file(path)) {
            return None;
        }
        let depfiles = [action.told_depfile().map(str::to_owned), action.further_depfile()];
        let outputs = self.outputs(action).map(str::to_owned).chain(depfiles.into_iter().flatten());
        let outputs = outputs.map(|path| plain(partial.path(&path))).collect();
        Some(Order { words: words.collect(), env, root: root.clone(), inputs, outputs })
    }

    /// Where the programs lie that an action declares to read: they are compared, and others are none of its own.
    fn programs(&self, action: &Action) -> String {
        let mut dirs: Vec<&str> = Vec::new();
        let outside = action.inputs.iter().map(|&input| self.graph.path(input));
        for (dir, _) in
            outside.filter(|path| path.starts_with('/')).filter_map(|path| path.rsplit_once('/'))
        {
            if !dirs.contains(&dir) {
                dirs.push(dir);
            }
        }
        dirs.join(":")
    }

    /// A depfile names files as they are called there.
    fn put_root(&self, path: &str, dir: &str) -> Option<()> {
        let disk = self.edges.disk;
        // Not every one of them is written.
        let Ok(bytes) = disk.read(path) else { return Some(()) };
        let text = String::from_utf8(bytes).ok()?;
        let text = text.replace(dir, &self.roots[0]);
        disk.write(path, text.as_bytes()).ok()
    }

    /// Whether all that a command may have read is the same there as here.
    fn was_given(&self, action: &Action, found: &[Discovered], given: &[String]) -> bool {
        let mut others = Vec::new();
        let declared = action.inputs.iter().map(|&input| (self.graph.path(input).to_owned(), How::Read));
        let found = found.iter().map(|found| (self.spelling.of(&found.path).path, found.how));
        for (path, how) in declared.chain(found) {
            if path.starts_with('/') {
                others.push(path);
            } else if given.binary_search(&path).is_err() && (how == How::Read || self.is_file(&path)) {
                return false;
            }
        }
        others.sort();
        others.dedup();
        self.shared.is_some_and(|shared| shared.has_same(others))
    }

    fn is_file(&self, path: &str) -> bool {
        self.edges.disk.stat(path).ok().flatten().is_some_and(|stat| stat.regular)
    }
}

/// The command of an action that may run elsewhere.
pub fn elsewhere(action: &Action) -> Option<&Command> {
    match &action.work {
        Work::Command(command) if command.elsewhere != Elsewhere::No => Some(command),
        _ => None,
    }
}

fn is_below(path: &str) -> bool {
    !path.starts_with('/') && path != ".." && !path.starts_with("../")
}
