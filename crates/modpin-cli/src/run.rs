//! A graph at work: runs it in its build directory, and says what happens and how it ended.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use modpin::layout::Layout;
use modpin::session::{KnownOptions, RunConfig, Session};
use modpin_engine::{ActionId, Event, FileId, Graph, Jobserver, Outcome, Selection};

use crate::command::args::Running;
use crate::command::exit::{Ended, Exit, Stop};
use crate::context::{Context, Planned, TimedBuild};
use crate::say::display::{Display, Telling, hear_opening};
use crate::say::failure;
use crate::say::message::Message;
use crate::say::parts;
use crate::say::recorder::{self, Recorder, Written, micros};
use crate::say::summary::{self, Summary};
use crate::source::Source;

/// How a graph is to be run.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// Where its files lie.
    pub layout: &'a Layout,
    /// `debug` or `release`.
    pub profile: &'static str,
    /// What the user said about running.
    pub running: &'a Running,
    /// How many actions may run at once.
    pub jobs: usize,
    /// The project's name, when times are to be written down.
    pub timings: Option<&'a str>,
}

/// What a build came to.
pub struct Ran {
    /// How the verb ends, unless it finds something else.
    pub ended: Ended,
    /// What the engine answers.
    pub outcome: Outcome,
    /// Files that are not as they should be, or that nobody looked at.
    unmade: HashSet<String>,
    /// Of those of them that could not be made, what failed before.
    blocked: HashMap<String, String>,
}

impl Ran {
    /// Of a build that had nothing to do.
    pub fn nothing() -> Ran {
        Ran {
            ended: Ended::DONE,
            outcome: Outcome::default(),
            unmade: HashSet::new(),
            blocked: HashMap::new(),
        }
    }

    /// What failed, so that a file was not made: `could not compile a.c`.
    pub fn why_not(&self, path: &str) -> Option<&str> {
        self.blocked.get(path).map(String::as_str)
    }

    /// Whether a file that was asked for is as it should be.
    pub fn has(&self, path: &str) -> bool {
        !self.unmade.contains(path)
    }
}

impl Context<'_> {
    /// Brings files up to date, and says what happens and how it ended.
    pub fn run(&mut self, planned: &Planned, wanted: &[FileId], running: &Running) -> Result<Ran, Stop> {
        self.run_and_stay(planned, wanted, running).map(|(ran, _)| ran)
    }

    /// The same; the build directory is still ours then.
    pub fn run_and_stay(
        &mut self,
        planned: &Planned,
        wanted: &[FileId],
        running: &Running,
    ) -> Result<(Ran, Session), Stop> {
        self.begin("opening the build directory");
        let (jobs, jobserver) = self.parent.slots(running.jobs, self.terminal)?;
        let Planned { layout, profile, project, resolved, .. } = planned;
        let timings = running.timings.then_some(project.name.as_str());
        let mut session = self.open(layout, jobserver)?;
        self.begin("checking what is up to date");
        let options = KnownOptions::of(&resolved.options);
        if running.explain {
            let changed = options.since(&KnownOptions::read(layout));
            changed.iter().for_each(|text| self.terminal.status("Explaining", text));
        }
        let whole = Task { layout, profile, running, jobs, timings };
        let selection = session.select(&planned.plan.graph, wanted)?;
        let ran = self.run_graph(&whole, &planned.plan.graph, &selection, &mut session)?;
        if !running.dry_run {
            options.write(layout, &resolved.options);
        }
        Ok((ran, session))
    }

    /// Opens a build directory. Says when that takes a while, and when something is wrong with what is remembered there.
    pub fn open(&mut self, layout: &Layout, jobserver: Option<Arc<Jobserver>>) -> Result<Session, Stop> {
        let terminal = &mut *self.terminal;
        terminal.stand_in(&layout.root);
        let (parts, started) = (&mut self.parts, self.started);
        let mut session = Session::open(layout, jobserver, &mut |event| {
            if let Event::Waiting { .. } = event {
                parts.begin("waiting for another build", started.elapsed());
            }
            hear_opening(terminal, &event);
        })?;
        session.began(self.started);
        Ok(session)
    }

    /// The same as `run` for any graph.
    pub fn run_graph(
        &mut self,
        task: &Task<'_>,
        graph: &Graph,
        selection: &Selection,
        session: &mut Session,
    ) -> Result<Ran, Stop> {
        let Task { layout, profile, running, jobs, timings } = *task;
        let elsewhere = std::env::current_dir().is_ok_and(|dir| dir != layout.root);
        let dir = elsewhere.then(|| layout.root.to_string_lossy().into_owned());
        let telling = Telling { explain: running.explain, dir };
        if !running.dry_run && !running.caching.no_cache {
            session.use_server(&running.remote.server())?;
        }
        let mut display = Display::new(self.terminal, graph, telling);
        let Running { link_jobs: links, keep_going, dry_run, .. } = *running;
        let config = RunConfig { jobs, links, keep_going, dry_run };
        if !dry_run {
            match running.caching.place().open() {
                Ok(results) => session.keep_results(results),
                Err(error) => display.hear(Event::Warning(&error.to_string())),
            }
        }
        let mut recorder = timings.map(|_| Recorder::new(graph, self.started));
        let outcome = session.run(graph, selection, config, &mut |event| {
            recorder.iter_mut().for_each(|recorder| recorder.hear(&event));
            display.hear(event);
        });
        let counts = display.counts();
        let done = display.into_done();
        let commands = counts.commands;
        let outcome = outcome.map_err(|error| Stop { commands, ..Stop::from(error) })?;
        if let (Some(recorder), Some(project)) = (recorder, timings) {
            let trouble = summary::trouble(&outcome, counts);
            if let Some((first, last)) = recorder.busy() {
                self.parts.begin("running", first);
                self.parts.begin("writing the record", last);
            }
            let timings = recorder.into_timings(project, profile, jobs, trouble);
            let state_dir = layout.absolute(&layout.state_dir());
            self.timed = Some(TimedBuild { timings, state_dir });
        }
        self.begin("telling what was built");
        let (dry_run, elapsed) = (running.dry_run, self.started.elapsed());
        if !self.is_rest || !outcome.success() {
            let summary = Summary { outcome: &outcome, counts, elapsed, profile, dry_run };
            summary::say(self.terminal, &summary);
            // The first build in a directory has most to do, and is told once.
            let is_first = counts.fresh == 0 && counts.started > 3 && !dry_run;
            if is_first && outcome.success() && matches!(self.source, Source::Declared(..)) {
                summary::unoptimised(summary::time_to_hash())
                    .iter()
                    .for_each(|text| self.terminal.note(text));
            }
        }
        let ended = Ended { exit: Exit::of(&outcome), commands };
        let unmade = graph.actions().filter(|(action, _)| !done.contains(action));
        let unmade = unmade.flat_map(|(_, action)| &action.outputs);
        let unmade = unmade.map(|&output| graph.path(output).to_owned()).collect();
        let blocked = blocked(graph, &outcome);
        Ok(Ran { ended, outcome, unmade, blocked })
    }

    /// Writes down how long a build took that is over now, and says where.
    pub fn write_timings(&mut self) -> Result<(), Stop> {
        let Some(TimedBuild { mut timings, state_dir }) = self.timed.take() else { return Ok(()) };
        let end = self.started.elapsed();
        let is_cargos = !matches!(self.source, Source::File { program: "modpin" | "cargo-modpin", .. });
        timings.before = parts::age().filter(|_| is_cargos).map(|age| micros(age.saturating_sub(end)));
        timings.parts = self.parts.until(end);
        timings.end = micros(end);
        let Written { page, trace } = recorder::write(&timings, &state_dir)?;
        let (page, trace) = (page.display().to_string(), trace.display().to_string());
        self.terminal.status("Timing", format_args!("report saved to {page}"));
        self.terminal.message(&Message::Timings { page: &page, trace: &trace });
        Ok(())
    }
}

/// What failed before each file that could not be made.
fn blocked(graph: &Graph, outcome: &Outcome) -> HashMap<String, String> {
    let failed = outcome.failed.iter().map(|(id, _)| *id);
    let mut culprits: HashMap<ActionId, ActionId> = failed.map(|id| (id, id)).collect();
    let mut known = 0;
    // Actions stand in no order.
    while known < culprits.len() {
        known = culprits.len();
        for (id, action) in graph.actions() {
            let mut before = action.inputs.iter().filter_map(|&input| graph.file_at(input).producer);
            if !culprits.contains_key(&id)
                && let Some(culprit) = before.find_map(|producer| culprits.get(&producer).copied())
            {
                culprits.insert(id, culprit);
            }
        }
    }
    let outputs =
        |id: ActionId| graph.action(id).outputs.iter().map(|&output| graph.path(output).to_owned());
    let why = |id: ActionId| {
        let action = graph.action(id);
        format!("could not {} {}", failure::could_not(action.verb), action.label)
    };
    culprits
        .iter()
        .flat_map(|(&id, &culprit)| outputs(id).map(move |output| (output, why(culprit))))
        .collect()
}
