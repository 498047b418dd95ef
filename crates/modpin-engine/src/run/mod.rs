//! One build: looks at what is needed, runs what differs, remembers what ran. Knows files, actions and
//! their states; not what they mean.

pub mod event;
pub mod depfile;
mod schedule;
mod eta;
mod output;
mod execute;
mod workers;
mod run_state;

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Instant;

use crate::check::orphans;
use crate::check::reason::Reason;
use crate::check::selection::needed;
use crate::error::{Error, Result};
use crate::graph::{ActionId, FileId, Graph, Work};
use crate::run::eta::Estimate;
use crate::run::event::{Event, Failure};
use crate::run::execute::{Done, Job, Workshop};
use crate::run::run_state::Memory;
use crate::run::schedule::Schedule;
use crate::run::workers::{Crew, News, serve};
use crate::state::Store;
use crate::state::snapshot::Looks;
use crate::world::Edges;
use crate::world::jobserver::Places;

/// How to build.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many actions may run at once; at least one.
    pub jobs: usize,
    /// Actions of which not so many may run at once, by their verb, and how many may.
    pub pool: Option<(&'static str, usize)>,
    /// Go on with what does not need a failed action.
    pub keep_going: bool,
    /// Tell what would run, and run nothing.
    pub dry_run: bool,
    /// The build directory: outputs that nobody makes any more are removed below it.
    pub build_dir: String,
    /// Where the engine keeps its own files, below the build directory.
    pub state_dir: String,
    /// The graph is not all that there is: what it does not know is left alone.
    pub part: bool,
}

/// What a build did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The actions that ran and succeeded, in order of their end.
    pub ran: Vec<ActionId>,
    /// How many of those were commands.
    pub commands: usize,
    /// The actions that failed.
    pub failed: Vec<(ActionId, Failure)>,
    /// How many actions were not reached because of that.
    pub not_reached: usize,
    /// The signal that ended the build.
    pub interrupted: Option<i32>,
    /// The actions that were looked at, or were to be.
    pub needed: Vec<ActionId>,
    /// When everything is as it should be now, and the next run would do nothing: what was looked at.
    pub looks: Option<Looks>,
}

impl Outcome {
    /// Everything that was wanted is there.
    pub fn success(&self) -> bool {
        self.failed.is_empty() && self.interrupted.is_none()
    }
}

/// Brings `wanted` up to date. `hear` is told what happens, in this thread.
pub fn run(
    graph: &Graph,
    wanted: &[FileId],
    store: &mut Store,
    config: &Config,
    edges: Edges<'_>,
    hear: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome> {
    let needed = needed(graph, wanted, store)?;
    if !config.dry_run && !config.part {
        for path in orphans::remove_stale(graph, &config.build_dir, edges.disk, store)? {
            hear(Event::Removed(&path));
        }
    }
    let total = needed.actions.len();
    hear(Event::Planned { total });
    let mut run = Run {
        graph,
        config,
        edges,
        started: edges.disk.last_stamp(),
        memory: Memory::new(graph, edges.disk, store),
        schedule: Schedule::new(graph, &needed.actions, &needed.later),
        outcome: Outcome::default(),
        assumed: HashSet::new(),
        later: needed.later,
        reasons: HashMap::new(),
        estimate: None,
        running: 0,
        pooled: 0,
        fresh: 0,
    };
    run.all(hear)?;
    run.outcome.not_reached = total - run.fresh - run.outcome.ran.len() - run.outcome.failed.len();
    run.outcome.interrupted = edges.interrupt.signal();
    if !config.dry_run {
        run.settle(needed.against)?;
    }
    let mut outcome = run.outcome;
    let ran = !outcome.ran.is_empty() && !config.part;
    if let Some(looks) = outcome.looks.take_if(|_| ran) {
        // What was found out may need more than was looked at.
        let again = self::needed(graph, wanted, store)?;
        outcome.looks = (again.actions.len() == total).then_some(looks);
    }
    outcome.needed = needed.actions;
    Ok(outcome)
}

struct Run<'a> {
    graph: &'a Graph,
    config: &'a Config,
    edges: Edges<'a>,
    started: i64,
    memory: Memory<'a>,
    schedule: Schedule,
    outcome: Outcome,
    /// In a dry run: files that an action would write.
    assumed: HashSet<FileId>,
    /// Pairs of actions that only an earlier run knows of.
    later: Vec<(ActionId, ActionId)>,
    /// Why queued actions must run.
    reasons: HashMap<ActionId, Reason>,
    /// How much time is left, if that can be known.
    estimate: Option<Estimate>,
    running: usize,
    /// Those among them that are in the pool.
    pooled: usize,
    /// Actions that had nothing to do, or would have run in a dry run.
    fresh: usize,
}

impl Run<'_> {
    /// Writes down what was seen. `against`: not every edge that was known was kept to.
    fn settle(&mut self, against: bool) -> Result<()> {
        let idle = self.outcome.ran.is_empty();
        if !idle {
            // What was written in this very tick could be changed in it, unseen.
            self.edges.disk.wait_past(self.edges.disk.last_stamp());
        }
        self.memory.settle()?;
        let sure = self.outcome.success() && (idle || !against) && self.all_fresh()?;
        self.outcome.looks = sure.then(|| self.memory.looked());
        Ok(())
    }

    /// Whether what ran would not run again: its inputs were not written since, and its result was kept.
    fn all_fresh(&mut self) -> Result<bool> {
        for &action in &self.outcome.ran {
            if self.memory.reason(self.graph.action(action))?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn all(&mut self, hear: &mut dyn FnMut(Event<'_>)) -> Result<()> {
        // Most builds have nothing to do: the first job starts the threads.
        self.look_at_ready(hear)?;
        match self.schedule.unfinished() {
            0 => Ok(()),
            unfinished => self.with_workers(unfinished, hear),
        }
    }

    fn with_workers(&mut self, unfinished: usize, hear: &mut dyn FnMut(Event<'_>)) -> Result<()> {
        let disk = self.edges.disk;
        let workshop =
            Workshop::new(self.graph, self.edges, &self.config.build_dir, &self.config.state_dir);
        // What is left of a build that was killed.
        disk.remove(&workshop.partial).map_err(Error::io("remove", workshop.partial.as_str()))?;
        // From here on, a file with a change time of `started` or before was there when we came.
        disk.wait_past(self.started);
        self.estimate = self.estimate();
        let (jobs, inbox) = mpsc::channel::<Job>();
        let (outbox, news) = mpsc::channel::<News>();
        let (workshop, inbox) = (&workshop, &Mutex::new(inbox));
        let come = outbox.clone();
        // Tokens go back when nothing runs any more, so this is older than the threads.
        let mut places =
            Places::new(self.edges.jobserver, move |token| _ = come.send(News::Place(token)));
        thread::scope(|scope| {
            let mut workers = 0;
            while workers < self.config.jobs.clamp(1, unfinished) {
                let outbox = outbox.clone();
                let work = move || serve(workshop, inbox, &outbox);
                match thread::Builder::new().spawn_scoped(scope, work) {
                    Ok(_) => workers += 1,
                    // The system has no room for more: fewer at once do it, too.
                    Err(_) if workers > 0 => break,
                    Err(error) => return Err(Error::io("start", "a worker thread")(error)),
                }
            }
            drop(outbox);
            let crew = Crew { workers, jobs, news: &news };
            let result = self.drive(&crew, &mut places, hear);
            if result.is_err() {
                self.edges.processes.end_all();
            }
            result
        })
    }

    fn drive(
        &mut self,
        crew: &Crew<'_>,
        places: &mut Places<'_>,
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<()> {
        loop {
            while self.running < crew.workers
                && self.may_start()
                && self.schedule.has_queued(|action| self.has_room(action))
                && places.free(self.running)
            {
                let (graph, full) = (self.graph, self.full_pool());
                let may = |action| full != Some(graph.action(action).verb);
                let Some(action) = self.schedule.next_queued(may) else { break };
                self.start(action, crew, hear)?;
            }
            places.keep(self.running);
            if self.running == 0 {
                return Ok(());
            }
            self.tell_time_left(hear);
            // Never waits for a place alone: what runs may end first.
            match crew.news.recv() {
                Ok(News::Place(token)) => {
                    places.came(token);
                    continue;
                }
                Ok(News::Done(Ok(done))) => {
                    self.running -= 1;
                    self.pooled -= usize::from(self.in_pool(done.job.action));
                    self.finish(done, hear)?;
                }
                Ok(News::Done(Err(panic))) => {
                    self.edges.processes.end_all();
                    std::panic::resume_unwind(panic);
                }
                Err(_) => return Ok(()),
            }
            self.look_at_ready(hear)?;
        }
    }

    /// The verb of which no more may run now.
    fn full_pool(&self) -> Option<&'static str> {
        self.config.pool.filter(|(_, most)| self.pooled >= *most).map(|(verb, _)| verb)
    }

    fn has_room(&self, action: ActionId) -> bool {
        self.full_pool() != Some(self.graph.action(action).verb)
    }

    fn in_pool(&self, action: ActionId) -> bool {
        self.config.pool.is_some_and(|(verb, _)| verb == self.graph.action(action).verb)
    }

    fn start(
        &mut self,
        action: ActionId,
        crew: &Crew<'_>,
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<()> {
        let reason = self.reasons.remove(&action);
        let why = reason.as_ref().map(Reason::brief).unwrap_or_default();
        let job = self.memory.job(action, why)?;
        if let Some(reason) = reason {
            hear(Event::Started(action, &reason));
        }
        self.running += 1;
        self.pooled += usize::from(self.in_pool(action));
        if let Some(estimate) = &mut self.estimate {
            estimate.started(action, Instant::now());
        }
        // The threads end after us.
        let _ = crew.jobs.send(job);
        Ok(())
    }

    fn estimate(&mut self) -> Option<Estimate> {
        let (graph, memory) = (self.graph, &mut self.memory);
        let recorded = |action| memory.recorded_millis(graph.action(action));
        Estimate::new(&self.schedule, self.config.jobs, recorded, |action| graph.action(action).verb)
    }

    fn tell_time_left(&mut self, hear: &mut dyn FnMut(Event<'_>)) {
        let going_on = self.may_start();
        if let Some(estimate) = self.estimate.as_mut().filter(|_| going_on) {
            hear(Event::Left(estimate.left(&self.schedule, Instant::now())));
        }
    }

    fn may_start(&self) -> bool {
        self.edges.interrupt.signal().is_none()
            && (self.outcome.failed.is_empty() || self.config.keep_going)
    }

    /// Decides for every action whose inputs are there.
    fn look_at_ready(&mut self, hear: &mut dyn FnMut(Event<'_>)) -> Result<()> {
        while let Some(action) = self.schedule.next_ready() {
            match self.reason(action)? {
                Some(reason) if !self.config.dry_run => {
                    self.reasons.insert(action, reason);
                    let millis = self.memory.millis(self.graph.action(action));
                    self.schedule.enqueue(action, millis);
                    continue;
                }
                Some(reason) => {
                    hear(Event::Started(action, &reason));
                    self.assumed.extend(&self.graph.action(action).outputs);
                }
                None => hear(Event::Fresh(action)),
            }
            self.fresh += 1;
            self.done(action);
        }
        Ok(())
    }

    fn reason(&mut self, id: ActionId) -> Result<Option<Reason>> {
        let action = self.graph.action(id);
        let reason = self.memory.reason(action)?;
        let later = self.later.iter().filter(|(reader, _)| *reader == id);
        let found = later.flat_map(|&(_, before)| &self.graph.action(before).outputs);
        let assumed = action.inputs.iter().chain(found).find(|input| self.assumed.contains(input));
        match (reason, assumed) {
            (None, Some(&input)) => Ok(Some(Reason::InputChanged(self.graph.path(input).to_owned()))),
            (reason, _) => Ok(reason),
        }
    }

    fn finish(&mut self, done: Done, hear: &mut dyn FnMut(Event<'_>)) -> Result<()> {
        let Done { job, said, elapsed, result } = done;
        let failure = result.as_ref().err();
        let interrupted = self.edges.interrupt.signal().is_some();
        if failure.is_none() || !interrupted {
            hear(Event::Finished { action: job.action, output: &said, elapsed, failure });
        }
        match result {
            Ok(made) => {
                let millis = elapsed.as_millis().min(u32::MAX.into()) as u32;
                self.memory.remember(&job, made, millis)?;
                self.outcome.ran.push(job.action);
                let work = &self.graph.action(job.action).work;
                self.outcome.commands += usize::from(matches!(work, Work::Command(_)));
                self.done(job.action);
            }
            Err(failure) => {
                if !interrupted {
                    self.outcome.failed.push((job.action, failure));
                }
                self.schedule.failed(job.action);
                if let Some(estimate) = &mut self.estimate {
                    estimate.failed(&self.schedule);
                }
            }
        }
        Ok(())
    }

    fn done(&mut self, action: ActionId) {
        self.schedule.done(action);
        if let Some(estimate) = &mut self.estimate {
            estimate.done(action);
        }
    }
}
