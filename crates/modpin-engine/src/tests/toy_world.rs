//! A disk in memory, toy tools, and a build told as text.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::toy::{Log, Toy, Toys};
use super::toy_cache::KeepsOnly;
use super::toy_recall::{key, outcome_in};
use super::toy_texts::{ToyUntold, read_on, untold};
use super::toy_then::mark;
use crate::cache::{Cache, LocalCache, SharedCache};
use crate::check::selection::Selection;
use crate::error::Error;
use crate::fake::{FakeDisk, FakeProcesses};
use crate::graph::{FileId, Graph};
use crate::recall::Recall;
use crate::run::event::{Event, Origin};
use crate::run::partial::partial_dir;
use crate::run::schedule::Pool;
use crate::run::{Config, Outcome, run};
use crate::state::Store;
use crate::world::Edges;
use crate::world::disk::Disk;
use crate::world::jobserver::Jobserver;
use crate::world::process::{Ended, Processes, Spawn, Status};
use crate::world::signals::Interrupt;
use expect_test::Expect;

/// Where the store lies.
pub const STATE: &str = "out/.state/state";

/// What happens while a toy command runs: it is told the output's path, after the inputs were read.
pub type Hook = Box<dyn Fn(&ToyWorld, &str) + Send + Sync>;

/// Hears every event of a build.
pub type Ear = Box<dyn Fn(&Event<'_>) + Send + Sync>;

/// The world around toy builds.
pub struct ToyWorld {
    /// The disk.
    pub disk: FakeDisk,
    /// How many at once.
    pub jobs: usize,
    /// See [`Config`].
    pub pools: Vec<Pool>,
    /// See [`Config`].
    pub keep_going: bool,
    /// See [`Config`].
    pub dry_run: bool,
    /// Whether the last build may be recalled.
    pub recall: bool,
    /// Outputs whose command fails, whatever it reads.
    pub failing: Mutex<BTreeSet<String>>,
    /// Commands end well even when they cannot write.
    pub careless: bool,
    /// Called in the middle of each command.
    pub hook: Option<Hook>,
    /// Whether the build is to stop.
    pub interrupt: Interrupt,
    /// How many commands were started.
    pub started: AtomicUsize,
    /// How long all commands took: nothing, but for what hooks add.
    pub millis: Arc<AtomicU64>,
    /// Hears every event of a build.
    pub hear: Option<Ear>,
    /// Who gives places.
    pub jobserver: Option<Jobserver>,
    /// Where results are kept.
    pub cache: Option<Arc<LocalCache>>,
    /// A server with more of them.
    pub shared: Option<Arc<dyn SharedCache>>,
    /// Results are kept there, and none is taken from there.
    pub keeps_only: bool,
    /// What commands have read, and steps that were told to write there.
    pub reads: Log,
    /// First outputs by where they lie until they are whole.
    pub finals: Mutex<HashMap<String, String>>,
}

/// What a build said.
pub struct Told {
    /// A line for each thing that happened.
    pub text: String,
    /// Outputs of actions that were started, first ones only.
    pub started: Vec<String>,
    /// Those of them whose result was in the cache.
    pub taken: Vec<String>,
    /// Those that ended well, in order.
    pub ended: Vec<String>,
    /// What failed, and what was printed on that occasion.
    pub failures: Vec<(String, String)>,
    /// Builds of a part only.
    pub parts: usize,
    /// Warnings of the store and of the run.
    pub warnings: Vec<String>,
    /// The result.
    pub outcome: Result<Outcome, Error>,
}

impl ToyWorld {
    /// Files with their content, written well before anything else.
    pub fn new(sources: &[(&str, &str)]) -> ToyWorld {
        let disk = FakeDisk::new();
        sources.iter().for_each(|(path, content)| disk.edit(path, content.as_bytes()));
        disk.tick();
        ToyWorld::on(disk)
    }

    /// The world around a disk.
    pub fn on(disk: FakeDisk) -> ToyWorld {
        ToyWorld {
            disk,
            jobs: 1,
            pools: Vec::new(),
            keep_going: false,
            dry_run: false,
            recall: false,
            failing: Mutex::default(),
            careless: false,
            hook: None,
            interrupt: Interrupt::new(),
            started: AtomicUsize::new(0),
            millis: Arc::default(),
            hear: None,
            jobserver: None,
            cache: None,
            shared: None,
            keeps_only: false,
            reads: Log::default(),
            finals: Mutex::default(),
        }
    }

    /// Writes a file; the clock goes on.
    pub fn edit(&self, path: &str, content: &str) {
        self.disk.edit(path, content.as_bytes());
        self.disk.tick();
    }

    /// Builds and compares what was told.
    pub fn check(&self, actions: &str, wanted: &str, expect: Expect) {
        expect.assert_eq(&self.build(actions, wanted));
    }

    /// Builds `wanted`, or everything for `*`; tells a line for each action that runs.
    pub fn build(&self, actions: &str, wanted: &str) -> String {
        if wanted == "*" {
            return self.run_all(actions).text;
        }
        let graph = graph(actions).unwrap();
        let ids = wanted.split_whitespace().map(|path| graph.find(path).unwrap());
        self.run(&graph, &ids.collect::<Vec<_>>()).text
    }

    /// Builds everything.
    pub fn run_all(&self, actions: &str) -> Told {
        let graph = graph(actions).unwrap();
        let all: Vec<_> = graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
        self.run(&graph, &all)
    }

    /// Builds files of a graph with the toy tools.
    pub fn run(&self, graph: &Graph, wanted: &[FileId]) -> Told {
        let spawn = |spawn: &Spawn| mark(&self.disk, spawn).unwrap_or_else(|| self.spawn(spawn));
        self.run_with(graph, wanted, &FakeProcesses(spawn, &self.millis))
    }

    /// Builds files of a graph.
    pub fn run_with(&self, graph: &Graph, wanted: &[FileId], processes: &dyn Processes) -> Told {
        let mut told = Told {
            text: String::new(),
            started: Vec::new(),
            taken: Vec::new(),
            ended: Vec::new(),
            failures: Vec::new(),
            parts: 0,
            warnings: Vec::new(),
            outcome: Ok(Outcome::default()),
        };
        let first = graph.actions().map(|(_, action)| graph.path(action.outputs[0]).to_owned());
        *self.finals.lock().unwrap() = first.map(|path| (partial(&path), path)).collect();
        let outcome = self.run_telling(graph, wanted, processes, &mut told);
        match &outcome {
            Err(error) => _ = writeln!(told.text, "error: {error}"),
            Ok(outcome) => {
                if outcome.not_reached > 0 {
                    _ = writeln!(told.text, "{} not reached", outcome.not_reached);
                }
                if let Some(signal) = outcome.interrupted {
                    _ = writeln!(told.text, "interrupted by {signal}");
                }
            }
        }
        told.outcome = outcome;
        told
    }

    fn run_telling(
        &self,
        graph: &Graph,
        wanted: &[FileId],
        processes: &dyn Processes,
        told: &mut Told,
    ) -> Result<Outcome, Error> {
        self.disk.create_dirs("out/.state").map_err(Error::io("make", "out/.state"))?;
        let all = graph.actions().map(|(_, action)| action.outputs.len()).sum::<usize>();
        let goal = if wanted.len() == all { "all" } else { "some" };
        let recall = Recall::new(&self.disk, "out/.state", goal, key(graph, wanted));
        let difference = if self.recall { recall.compare() } else { None };
        if difference.as_ref().is_some_and(|difference| difference.is_empty()) {
            told.text.push_str("all as it was\n");
            return Ok(Outcome::default());
        }
        let (mut store, warning) = Store::open(&self.disk, STATE)?;
        if let Some(warning) = warning {
            _ = writeln!(told.text, "warning: {warning}");
            told.warnings.push(warning);
        }
        let toys = Toys(self.reads.clone());
        let part = difference.and_then(|difference| {
            let part = recall.part(&store, &difference, &toys)?;
            Some((difference, part))
        });
        let edges = Edges {
            disk: &self.disk,
            processes,
            interrupt: &self.interrupt,
            jobserver: self.jobserver.as_ref(),
        };
        let config = Config {
            jobs: self.jobs,
            pools: self.pools.clone(),
            keep_going: self.keep_going,
            dry_run: self.dry_run,
            build_dir: "out".into(),
            state_dir: "out/.state".into(),
            untold: Some(Arc::new(ToyUntold)),
            cache: self.cache.clone().map(|cache| match self.keeps_only {
                true => Arc::new(KeepsOnly(cache)) as Arc<dyn Cache>,
                false => cache,
            }),
            shared: self.shared.clone(),
            since: self.disk.last_stamp(),
        };
        if let Some((difference, (part, selection))) = part {
            told.parts += 1;
            _ = writeln!(told.text, "part of {}", part.actions().len());
            let mut hear = |event: Event<'_>| self.tell(&part, event, told);
            let outcome = run(&part, &selection, &mut store, &config, edges, &mut hear)?;
            if !self.dry_run {
                recall.renew(&difference, &part, &outcome)?;
            }
            return Ok(outcome_in(graph, &part, outcome));
        }
        let mut hear = |event: Event<'_>| self.tell(graph, event, told);
        let selection = Selection::from_wanted(graph, wanted, &store)?;
        let outcome = run(graph, &selection, &mut store, &config, edges, &mut hear)?;
        if self.recall {
            recall.remember("", graph, (&store, &[]), &outcome, Vec::new())?;
        }
        Ok(outcome)
    }

    fn tell(&self, graph: &Graph, event: Event<'_>, told: &mut Told) {
        if let Some(hear) = &self.hear {
            hear(&event);
        }
        tell(graph, event, told);
    }

    fn spawn(&self, spawn: &Spawn) -> io::Result<Ended> {
        self.started.fetch_add(1, Ordering::SeqCst);
        let (toy, depfile) = Toy::parse(spawn);
        let known = self.finals.lock().unwrap().get(&toy.outputs[0]).cloned();
        let output = known.unwrap_or_else(|| toy.outputs[0].clone());
        let mut found: Vec<String> = Vec::new();
        let made = toy.make(&mut |path| {
            let (file, content) = read_on(&self.disk, path);
            self.reads.lock().unwrap().push((output.clone(), path.to_owned(), content.clone()));
            found.extend((content.is_some() || file != path).then(|| file.to_owned()));
            content
        });
        self.hide_untold(&toy, &mut found);
        if toy.staging.own.is_some() {
            // A tool that runs elsewhere names what it reads from there, or by absolute paths.
            found.iter_mut().for_each(|path| *path = format!("/w/{path}"));
        }
        if let Some(hook) = &self.hook {
            hook(self, &output);
        }
        let ended =
            |code, said: String| Ok(Ended { status: Status::Exited(code), output: said.into_bytes() });
        let made = match made {
            _ if self.failing.lock().unwrap().contains(&output) => {
                self.disk.write(&toy.outputs[0], b"half of it")?;
                return ended(1, "injected".to_owned());
            }
            Err(why) => return ended(1, why),
            Ok(made) => made,
        };
        match self.write_all(&toy, &made, &depfile, &found) {
            Ok(()) => ended(0, String::new()),
            Err(_) if self.careless => ended(0, String::new()),
            Err(error) => ended(1, format!("{output}: {error}")),
        }
    }

    /// What is read by lines of which no depfile tells, and in no other way.
    fn hide_untold(&self, toy: &Toy, found: &mut Vec<String>) {
        let texts: Vec<_> = found.iter().filter_map(|path| self.disk.read(path).ok()).collect();
        let texts: Vec<_> = texts.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect();
        let lines = || texts.iter().flat_map(|text| text.lines());
        let hidden: BTreeSet<&str> = lines().filter_map(|line| Some(untold(line)?.1)).collect();
        let told: BTreeSet<&str> = lines().filter_map(|line| line.strip_prefix("#include ")).collect();
        let is_told = |path: &String| told.contains(&path[..]) || toy.inputs.contains(path);
        found.retain(|path| !hidden.contains(&path[..]) || is_told(path));
    }

    /// Writes outputs in two steps, so that half of one can be left behind.
    fn write_all(&self, toy: &Toy, made: &[String], depfile: &str, found: &[String]) -> io::Result<()> {
        let names: Vec<String> = found.iter().map(|path| path.replace(' ', "\\ ")).collect();
        self.disk.write(depfile, format!("x: {}\n", names.join(" \\\n ")).as_bytes())?;
        for (path, content) in toy.outputs.iter().zip(made) {
            self.disk.write(path, &content.as_bytes()[..content.len() / 2])?;
            self.disk.write(path, content.as_bytes())?;
        }
        if let Some(path) = toy.beside() {
            self.disk.write(&path, format!("beside {}", made[0]).as_bytes())?;
        }
        Ok(())
    }

    /// The content of a file, as text.
    pub fn read(&self, path: &str) -> String {
        self.disk
            .peek(path)
            .map_or("(none)".into(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Where the first output of an action lies until it is whole.
pub fn partial(output: &str) -> String {
    let name = output.rsplit_once('/').map_or(output, |(_, name)| name);
    format!("{}/{name}", partial_dir("out/.state", output))
}

fn tell(graph: &Graph, event: Event<'_>, told: &mut Told) {
    let name = |action| graph.path(graph.action(action).outputs[0]).to_owned();
    match event {
        Event::Removed(path) => _ = writeln!(told.text, "removed {path}"),
        Event::Started(action, reason) => {
            _ = writeln!(told.text, "{}: {reason}", name(action));
            told.started.push(name(action));
        }
        Event::Taken(action, reason, origin) => {
            let from = if origin == Origin::Server { "brought" } else { "cached" };
            _ = writeln!(told.text, "{}: {reason} ({from})", name(action));
            told.started.push(name(action));
            told.taken.push(name(action));
        }
        Event::Finished { action, failure: Some(failure), output, .. } => {
            let said = format!("{}\n{}", failure.message, String::from_utf8_lossy(output));
            told.failures.push((name(action), said));
            let how = if failure.refused() { "refused" } else { "failed" };
            _ = writeln!(told.text, "{} {how}: {}", name(action), failure.message);
        }
        Event::Finished { action, failure: None, .. } => told.ended.push(name(action)),
        Event::Warning(text) => told.warnings.push(text.to_owned()),
        Event::Waiting { .. } | Event::Planned { .. } | Event::Fresh(_) | Event::Left(_) => {}
    }
}

/// A graph as text, a line for each action: `OUT... : [!]TOOL[FLAGS][$ENV] IN... [| BEFORE...]`; `!` for a step.
pub fn graph(actions: &str) -> Result<Graph, crate::GraphError> {
    let mut graph = Graph::new();
    let lines = actions.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(toy).try_for_each(|toy| toy.add_to(&mut graph, &Log::default()))?;
    Ok(graph)
}

fn toy(line: &str) -> Toy {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (outputs, rest) = line.split_once(" : ").unwrap();
    let (rest, before) = rest.split_once(" | ").unwrap_or((rest, ""));
    let mut inputs = words(rest);
    let tool = inputs.remove(0);
    let (tool, env) = match tool.split_once('$') {
        Some((tool, env)) => (tool, Some(env.to_owned())),
        None => (tool.as_str(), None),
    };
    let (tool, step) = (tool.trim_start_matches('!'), tool.starts_with('!'));
    let at = tool.find('-').unwrap_or(tool.len());
    let (tool, flags) = (tool[..at].to_owned(), tool[at..].to_owned());
    let (outputs, before) = (words(outputs), words(before));
    Toy { tool, flags, env, step, outputs, inputs, before, ..Toy::default() }
}
