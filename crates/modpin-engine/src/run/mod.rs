//! One build: looks at what is needed, runs what differs, remembers what ran.

mod outcome;
pub mod config;
pub mod event;
pub mod depfile;
pub mod schedule;
mod settling;
mod time_left;
mod eta;
mod output;
pub mod partial;
mod reading;
mod spare;
mod tool_mistake;
mod whole;
mod caching;
mod arrived;
mod job;
mod execute;
mod command_line;
mod restore;
mod unfinished;
mod then;
mod workers;
mod run_state;
mod cached;
mod elsewhere;
mod errand;
mod waits;
mod abroad;
mod racing;
mod shared;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::check::reason::Reason;
use crate::check::selection::Selection;
use crate::check::{names, orphans};
use crate::error::Result;
use crate::graph::step::ToldChange;
use crate::graph::{ActionId, FileId, Graph, Work};
use crate::run::abroad::Abroad;
use crate::run::caching::Caching;
pub use crate::run::config::Config;
use crate::run::eta::Eta;
use crate::run::event::{Event, Failure, Origin};
use crate::run::execute::Executor;
use crate::run::job::{Done, Made, Placed};
pub use crate::run::outcome::Outcome;
use crate::run::run_state::RunState;
use crate::run::schedule::Schedule;
use crate::run::waits::Waits;
use crate::run::workers::{Inboxes, Message, Workers};
use crate::state::Store;
use crate::world::Edges;
use crate::world::jobserver::Slots;
use crate::world::spelling::Spelling;
use crate::world::values::value_path;

/// Brings what is selected up to date. `hear` is told what happens, in this thread.
pub fn run(
    graph: &Graph,
    selection: &Selection,
    store: &mut Store,
    config: &Config,
    edges: Edges<'_>,
    hear: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome> {
    if !selection.part {
        names::check(graph, &selection.actions, edges.disk, &config.state_dir)?;
    }
    // What a part leaves alone stays known.
    let outputs = if selection.part { store.sealed(edges.disk) } else { Some(graph.outputs()) };
    if !config.dry_run && !selection.part {
        for path in orphans::remove_orphans(graph, &config.build_dir, edges.disk, store)? {
            hear(Event::Removed(&path));
        }
    }
    let total = selection.actions.len();
    hear(Event::Planned { total });
    let spelling = Spelling::new(edges.disk);
    let mut run = Run {
        graph,
        config,
        edges,
        spelling: &spelling,
        state: RunState::new(graph, config, edges.disk, &spelling, store, selection.vouched.as_ref()),
        schedule: Schedule::new(graph, selection, &config.pools),
        outcome: Outcome::default(),
        assumed: HashSet::new(),
        selected: &selection.actions,
        discovered: &selection.discovered,
        reasons: HashMap::new(),
        changes: HashMap::new(),
        abroad: Abroad::new(Waits::new(
            config.shared.as_ref().map_or(Duration::MAX, |shared| shared.patience()),
        )),
        eta: None,
        fresh: 0,
    };
    run.seek_server();
    run.all(hear)?;
    run.outcome.not_reached = total - run.fresh - run.outcome.ran.len() - run.outcome.failed.len();
    run.outcome.interrupted = edges.interrupt.signal();
    if !config.dry_run {
        run.settle(selection.reversed)?;
    }
    if let Some(cache) = config.cache.as_deref().filter(|_| !run.outcome.ran.is_empty()) {
        cache.settle(edges.disk);
    }
    run.leave_server(hear);
    let mut outcome = run.outcome;
    let ran = !outcome.ran.is_empty() && !selection.part;
    if let Some(seen) = outcome.seen.take_if(|_| ran) {
        // What was found out may need more than was looked at.
        outcome.seen = selection.holds(graph, store)?.then_some(seen);
    }
    if let Some(outputs) = outputs.filter(|_| !config.dry_run) {
        // Without it, the next run looks at everything; no more.
        let _ = store.seal(edges.disk, outputs);
    }
    outcome.selected = selection.actions.clone();
    Ok(outcome)
}

struct Run<'a> {
    graph: &'a Graph,
    config: &'a Config,
    edges: Edges<'a>,
    spelling: &'a Spelling<'a>,
    state: RunState<'a>,
    schedule: Schedule,
    outcome: Outcome,
    /// In a dry run: files that an action would write.
    assumed: HashSet<FileId>,
    /// The actions that are looked at.
    selected: &'a [ActionId],
    /// Pairs of actions that only an earlier run knows of.
    discovered: &'a [(ActionId, ActionId)],
    /// Why queued actions must run.
    reasons: HashMap<ActionId, Reason>,
    /// What is different in files that were written, in words.
    changes: HashMap<String, String>,
    /// Actions of which another machine has a part.
    abroad: Abroad,
    /// How much time is left, if that can be known.
    eta: Option<Eta>,
    /// Actions that had nothing to do, or would have run in a dry run.
    fresh: usize,
}

impl Run<'_> {
    fn all(&mut self, hear: &mut dyn FnMut(Event<'_>)) -> Result<()> {
        // Most builds have nothing to do, and need no thread.
        self.look_at_ready(hear)?;
        match self.schedule.unfinished() {
            0 => Ok(()),
            unfinished => self.with_workers(unfinished, hear),
        }
    }

    fn with_workers(&mut self, unfinished: usize, hear: &mut dyn FnMut(Event<'_>)) -> Result<()> {
        let disk = self.edges.disk;
        let executor = Executor::new(self.graph, self.edges, self.spelling, self.config);
        executor.prepare()?;
        self.state.claim_all(self.selected)?;
        // From here on, a file that was there when we came has a change time that has passed.
        disk.wait_past(self.config.since);
        self.eta = self.eta();
        let (jobs, inbox) = mpsc::channel();
        let (errands, errand_inbox) = mpsc::channel();
        let (orders, order_inbox) = mpsc::channel();
        let (outbox, messages) = mpsc::channel();
        let inboxes = &Inboxes {
            executor: &executor,
            jobs: inbox.into(),
            errands: errand_inbox.into(),
            orders: order_inbox.into(),
        };
        let come = outbox.clone();
        // Tokens go back when nothing runs any more, so this is older than the threads.
        let mut slots =
            Slots::new(self.edges.jobserver, move |token| _ = come.send(Message::Token(token)));
        thread::scope(|scope| {
            let most = Cell::new(self.config.jobs.clamp(1, unfinished));
            let start = || inboxes.start_worker(scope, &outbox);
            inboxes.start_messengers(scope, &outbox, unfinished)?;
            let count = Cell::new(0);
            let messages = &messages;
            let workers = Workers { count, most, start: &start, jobs, errands, orders, messages };
            let result = self.drive(&executor, &workers, &mut slots, hear);
            if result.is_err() {
                self.edges.processes.end_all();
            }
            result
        })
        .inspect(|()| executor.tidy())
    }

    fn drive(
        &mut self,
        executor: &Executor<'_>,
        workers: &Workers<'_>,
        slots: &mut Slots<'_>,
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<()> {
        loop {
            self.send_errands(workers)?;
            while self.may_start()
                && self.schedule.has_queued()
                && workers.free(self.schedule.running())?
                && slots.free(self.schedule.running())
            {
                let Some(action) = self.schedule.next_queued() else { break };
                self.start(action, workers, hear)?;
            }
            let next = self.race(workers, slots, hear)?;
            slots.keep(self.schedule.running());
            if self.schedule.running() + self.schedule.away() == 0 {
                return Ok(());
            }
            if !self.may_start() {
                self.wait_no_more();
            }
            self.tell_time_left(hear);
            // Never waits for a slot alone: what runs may end first.
            match workers.next_message(next) {
                Some(Message::Token(token)) => {
                    slots.came(token);
                    continue;
                }
                Some(Message::Back(action, back)) => self.back(executor, (action, back), workers)?,
                Some(Message::Scanned(job, read)) => self.scanned(*job, read, workers),
                Some(Message::Done(Ok(done))) => self.ended(executor, *done, hear)?,
                Some(Message::Done(Err(panic))) => {
                    self.edges.processes.end_all();
                    std::panic::resume_unwind(panic);
                }
                None => continue,
            }
            self.hear_server(hear);
            self.look_at_ready(hear)?;
        }
    }

    fn start(
        &mut self,
        action: ActionId,
        workers: &Workers<'_>,
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<()> {
        let job = self.next_job(action)?;
        let is_here = job.known.as_ref().is_some_and(|known| known.0.is_some()) || job.arrived.is_some();
        // Whether it comes from elsewhere shows at its end.
        if !job.scan
            && !is_here
            && let Some(reason) = self.reasons.remove(&action)
        {
            hear(Event::Started(action, &reason));
        }
        if let Some(eta) = &mut self.eta {
            eta.started(action, self.edges.processes.now());
        }
        // The threads end after us.
        let _ = workers.jobs.send(job);
        Ok(())
    }

    /// A refusal ends nothing: others may have an answer, too, and which of them came first must make no difference. What
    /// failed otherwise does, unless the build is to go on.
    fn may_start(&self) -> bool {
        let mut failures = self.outcome.failed.iter().map(|(_, failure)| failure);
        self.edges.interrupt.signal().is_none()
            && (self.config.keep_going || failures.all(Failure::refused))
    }

    /// Decides for every action whose inputs are there.
    fn look_at_ready(&mut self, hear: &mut dyn FnMut(Event<'_>)) -> Result<()> {
        while let Some(action) = self.schedule.next_ready() {
            match self.reason(action)? {
                Some(reason) if !self.config.dry_run => {
                    self.reasons.insert(action, reason);
                    let millis = self.state.millis(self.graph.action(action));
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
        let reason = self.state.reason(action)?;
        let discovered = self.discovered.iter().filter(|(reader, _)| *reader == id);
        let found = discovered.flat_map(|&(_, before)| &self.graph.action(before).outputs);
        let assumed = action.inputs.iter().chain(found).find(|input| self.assumed.contains(input));
        match (reason, assumed) {
            (None, Some(&input)) => Ok(Some(Reason::InputChanged(self.graph.path(input).to_owned()))),
            (Some(Reason::ValueChanged { file, name, .. }), _) => {
                let words = self.changes.get(&value_path(&file, &name)).cloned();
                Ok(Some(Reason::ValueChanged { file, name, words }))
            }
            (Some(Reason::InputChanged(path)), _) => Ok(Some(match self.changes.get(&path) {
                Some(words) => Reason::ContentChanged { path, words: words.clone() },
                None => Reason::InputChanged(path),
            })),
            (reason, _) => Ok(reason),
        }
    }

    pub(super) fn finish(
        &mut self,
        executor: &Executor<'_>,
        done: Done,
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<()> {
        let Done { job, said, elapsed, elsewhere, result } = done;
        if elsewhere {
            self.state.ran_elsewhere.insert(job.action);
        }
        let result = match result {
            Ok(made) => self.state.place(executor, &job, made)?,
            Err(failure) => Err(failure),
        };
        self.state.grow_old();
        let taken = |(made, _): &(Made, Placed)| matches!(made.caching, Caching::Taken(_));
        let origin = match result.as_ref().is_ok_and(taken) {
            true => self.state.origin(job.action),
            false => self.state.maker(job.action),
        };
        let cached = origin.is_cached();
        if let Some(reason) = self.reasons.remove(&job.action) {
            hear(match cached {
                true => Event::Taken(job.action, &reason, origin),
                false => Event::Started(job.action, &reason),
            });
        }
        let failure = result.as_ref().err();
        let interrupted = self.edges.interrupt.signal().is_some();
        if failure.is_none() || !interrupted {
            hear(Event::Finished { action: job.action, output: &said, elapsed, failure, origin });
        }
        match result {
            Ok((mut made, beside)) => {
                let outputs = &self.graph.action(job.action).outputs;
                for ToldChange { index, value, words } in std::mem::take(&mut made.changes) {
                    let Some(&output) = outputs.get(index) else { continue };
                    let path = self.graph.path(output);
                    let path = value.map_or(path.to_owned(), |name| value_path(path, &name));
                    self.changes.insert(path, words);
                }
                let millis = elapsed.as_millis().min(u32::MAX.into()) as u32;
                for path in self.state.remember(&job, made, &beside, millis)? {
                    hear(Event::Removed(&path));
                }
                self.outcome.ran.push(job.action);
                let work = &self.graph.action(job.action).work;
                self.outcome.commands +=
                    usize::from(matches!(work, Work::Command(_)) && origin == Origin::Made);
                self.outcome.elsewhere += usize::from(origin == Origin::Elsewhere);
                self.outcome.cached += usize::from(cached);
                self.outcome.brought += usize::from(origin == Origin::Server);
                self.done(job.action);
            }
            Err(failure) => {
                if !interrupted {
                    self.outcome.failed.push((job.action, failure));
                }
                self.schedule.failed(job.action);
                if let Some(eta) = &mut self.eta {
                    eta.failed(&self.schedule);
                }
            }
        }
        Ok(())
    }

    fn done(&mut self, action: ActionId) {
        self.schedule.done(action);
        if let Some(eta) = &mut self.eta {
            eta.done(action);
        }
    }
}
