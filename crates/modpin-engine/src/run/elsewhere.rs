//! One command, run on another machine: with what it reads here, into where it would have written here. What came of it is believed if
//! all that it has read was given to it, or is the same there as here. Otherwise it runs here, whatever the reason is: so what it says of
//! mistakes is said here.

use crate::cache::{Order, Wait};
use crate::graph::step::{Discovered, How};
use crate::graph::{Action, Command, Elsewhere, Work};
use crate::run::arrived::Arrived;
use crate::run::command_line::partial_arg;
use crate::run::execute::Executor;
use crate::run::job::{Job, Made, Report};
use crate::run::restore::holds;
use crate::world::process::Status;
use crate::world::spelling::plain;

/// What a command would read besides what it declares, where that is known before it runs.
pub struct Needs {
    /// Files below the root, and those of the system.
    pub files: Vec<String>,
    /// It is what it has read the last time, and no more.
    pub guessed: bool,
}

impl Executor<'_> {
    /// What a command would read besides what it declares; `None` if that cannot be found out.
    pub(super) fn scan(&self, job: &Job) -> Option<Vec<String>> {
        let action = self.graph.action(job.action);
        let command = elsewhere(action)?;
        match &command.elsewhere {
            Elsewhere::No | Elsewhere::Here(_) => None,
            // Nobody says before it has run what a linker reads of the system.
            Elsewhere::Declared if self.shared?.gets_toolchain() => None,
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
        let read = read.files.iter().map(|found| self.spelling.of(&found.path).path);
        Some(read.filter(|path| self.is_file(path)).collect())
    }

    /// An action that another machine runs: its job, with what has arrived; `None` if it must run here.
    pub(super) fn run_elsewhere(&self, job: Job, needs: &Needs, wait: &Wait) -> Option<Job> {
        let action = self.graph.action(job.action);
        let arrived = self.arrived(action, needs, wait);
        if arrived.is_none() {
            self.forget_arrived(action);
        }
        Some(Job { arrived: Some(arrived?), ..job })
    }

    /// What another machine has made for an action is not needed.
    pub(super) fn forget_arrived(&self, action: &Action) {
        for (dir, _) in self.partial(action).arriving().dirs() {
            // What is left is removed at the next start, too.
            let _ = self.edges.disk.remove(&dir);
        }
    }

    fn arrived(&self, action: &Action, needs: &Needs, wait: &Wait) -> Option<Arrived> {
        let (command, shared) = (elsewhere(action)?, self.shared.filter(|_| !wait.is_over())?);
        let start = self.edges.processes.now();
        let arriving = self.partial(action).arriving();
        for (dir, _) in arriving.dirs() {
            self.edges.disk.create_dirs(&dir).ok()?;
        }
        if let Some(response) = &command.response {
            self.write_response(response, &arriving.response()).ok()?;
        }
        let order = self.order(action, command, needs)?;
        let given = [order.inputs.clone(), order.outside.clone()].concat();
        let outputs = order.outputs.clone();
        let ran = shared.run(order, wait).ok()?;
        if ran.code != 0 {
            // What was guessed may not have been all.
            if !needs.guessed {
                shared.failed(&ran.said);
            }
            return None;
        }
        for (_, path) in outputs.iter().filter(|(_, path)| path.ends_with(".d")) {
            self.put_root(path, &ran.dir)?;
        }
        let read = self.reading(&arriving).of(action, command).ok()?;
        let outputs = self.outputs(action).map(|path| arriving.path(path));
        let names_there = |path: String| {
            self.edges.disk.read(&path).map_or(true, |bytes| holds(&bytes, ran.dir.as_bytes()))
        };
        // What tells the clock may have been told it long ago.
        let is_lasting = read.fleeting.is_none();
        if !is_lasting
            || !self.was_given(action, &read.files, &given, wait)
            || outputs.into_iter().any(names_there)
        {
            return None;
        }
        let elapsed = self.edges.processes.now().saturating_duration_since(start);
        Some(Arrived { said: ran.said, elapsed, read })
    }

    /// Takes what has arrived: it goes where it would have been made here.
    pub(super) fn take(&self, action: &Action, job: &Job, arrived: Arrived) -> Option<Made> {
        let (partial, arriving) = (self.partial(action), self.partial(action).arriving());
        let moved = self.make_dirs(action, &partial).is_ok()
            && self
                .outputs(action)
                .all(|path| self.edges.disk.rename(&arriving.path(path), &partial.path(path)).is_ok());
        self.forget_arrived(action);
        let made = moved.then(|| {
            let Arrived { said, read, .. } = arrived;
            self.end(action, job, &partial, &said, Report { read, ..Report::default() }).ok()
        });
        if !matches!(made, Some(Some(_))) {
            self.discard(action);
        }
        made?
    }

    /// What the other machine must know.
    fn order(&self, action: &Action, command: &Command, needs: &Needs) -> Option<Order> {
        let (root, partial) = (&self.roots[0], self.partial(action));
        let args = command.args.iter().map(|arg| partial_arg(self.graph, action, &partial, arg));
        let words = std::iter::once(command.program.clone()).chain(args);
        let env = command.env.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
        let mut env: Vec<(String, String)> = env.collect();
        env.push(("PATH".to_owned(), self.programs(action)));
        env.sort();
        let declared = action.inputs.iter().map(|&input| self.graph.path(input).to_owned());
        let response = command.response.as_ref().map(|response| response.path.clone());
        let mut inputs: Vec<String> =
            declared.chain(needs.files.iter().cloned()).chain(response).collect();
        inputs.sort();
        inputs.dedup();
        let (mut outside, inputs): (Vec<String>, Vec<String>) =
            inputs.into_iter().partition(|path| path.starts_with('/'));
        if !self.shared?.gets_toolchain() {
            outside.clear();
        }
        if !inputs.iter().all(|path| is_below(path) && self.is_file(path)) {
            return None;
        }
        let depfiles = [action.told_depfile().map(str::to_owned), action.further_depfile()];
        let outputs = self.outputs(action).map(str::to_owned).chain(depfiles.into_iter().flatten());
        let arriving = self.partial(action).arriving();
        let outputs = outputs.map(|path| (plain(partial.path(&path)), plain(arriving.path(&path))));
        let (words, outputs, root) = (words.collect(), outputs.collect(), root.clone());
        Some(Order { words, env, root, inputs, outside, outputs })
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
    fn was_given(&self, action: &Action, found: &[Discovered], given: &[String], wait: &Wait) -> bool {
        let Some(shared) = self.shared else { return false };
        let is_given = |path: &String| given.contains(path);
        let mut others = Vec::new();
        let declared = action.inputs.iter().map(|&input| (self.graph.path(input).to_owned(), How::Read));
        let found = found.iter().map(|found| (self.spelling.of(&found.path).path, found.how));
        for (path, how) in declared.chain(found) {
            if path.starts_with('/') && !shared.gets_toolchain() {
                others.push(path);
            } else if !is_given(&path) && (how == How::Read || self.is_file(&path)) {
                return false;
            }
        }
        others.sort();
        others.dedup();
        shared.gets_toolchain() || shared.has_same(others, wait)
    }

    fn is_file(&self, path: &str) -> bool {
        self.edges.disk.stat(path).ok().flatten().is_some_and(|stat| stat.regular)
    }
}

/// The command of an action that may run elsewhere.
pub fn elsewhere(action: &Action) -> Option<&Command> {
    match &action.work {
        Work::Command(command) => match command.elsewhere {
            Elsewhere::No | Elsewhere::Here(_) => None,
            Elsewhere::Declared | Elsewhere::Scanned(_) => Some(command),
        },
        Work::Step(_) => None,
    }
}

/// Why an action runs here whatever server there is, if there is something to say of it.
pub fn why_here(action: &Action) -> Option<&str> {
    match &action.work {
        Work::Command(Command { elsewhere: Elsewhere::Here(why), .. }) => Some(why),
        _ => None,
    }
}

fn is_below(path: &str) -> bool {
    !path.starts_with('/') && path != ".." && !path.starts_with("../")
}
