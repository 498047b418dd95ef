//! Listens to a build and notes when each action started and ended, and writes that down where people and programs find it.
//! Prints nothing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use modpin::own_file;
use modpin::timings::{self, Timed, Timings};
use modpin::{Error, Problem};
use modpin_engine::{ActionId, Event, Graph, Origin};

use crate::command::exit::Stop;

/// The listener.
pub struct Recorder<'a> {
    graph: &'a Graph,
    origin: Instant,
    planned: Duration,
    fresh: usize,
    actions: Vec<Timed>,
    /// When something ended last.
    last: Duration,
    /// Where an action that runs stands in that list.
    running: HashMap<ActionId, usize>,
    /// When an action's outputs were there.
    there: HashMap<ActionId, Duration>,
}

/// Where timings were written.
pub struct Written {
    /// The page.
    pub page: PathBuf,
    /// The trace.
    pub trace: PathBuf,
}

impl<'a> Recorder<'a> {
    /// Listens to a build of `graph` by a program that started at `origin`.
    pub fn new(graph: &'a Graph, origin: Instant) -> Recorder<'a> {
        let (planned, last, fresh, actions) = (Duration::ZERO, Duration::ZERO, 0, Vec::new());
        Recorder {
            graph,
            origin,
            planned,
            fresh,
            actions,
            last,
            running: HashMap::new(),
            there: HashMap::new(),
        }
    }

    /// Takes in one event.
    pub fn hear(&mut self, event: &Event<'_>) {
        self.hear_at(event, self.origin.elapsed());
    }

    fn hear_at(&mut self, event: &Event<'_>, now: Duration) {
        match *event {
            Event::Planned { .. } => self.planned = now,
            Event::Fresh(action) => {
                self.fresh += 1;
                self.there.insert(action, now);
            }
            Event::Started(id, reason) | Event::Taken(id, reason, _) => {
                let action = self.graph.action(id);
                let timed = Timed {
                    verb: action.verb.to_owned(),
                    label: action.label.clone(),
                    reason: reason.to_string(),
                    ready: micros(self.ready(id)),
                    start: micros(now),
                    end: micros(now),
                    lane: self.free_lane(),
                    cached: matches!(event, Event::Taken(..)),
                    from_server: matches!(event, Event::Taken(.., Origin::Server)),
                    elsewhere: false,
                    failure: None,
                };
                self.running.insert(id, self.actions.len());
                self.actions.push(timed);
            }
            Event::Finished { action, elapsed, failure, origin, .. } => {
                let Some(timed) = self.running.remove(&action).map(|at| &mut self.actions[at]) else {
                    return;
                };
                timed.elsewhere = origin == Origin::Elsewhere;
                (timed.cached, timed.from_server) = (origin.is_cached(), origin == Origin::Server);
                if timed.elsewhere {
                    // It is told when it has come.
                    timed.start = micros(now).saturating_sub(micros(elapsed));
                }
                timed.end = (timed.start + micros(elapsed)).min(micros(now));
                self.last = now;
                timed.failure = failure.map(|failure| failure.message.clone());
                self.there.insert(action, now);
            }
            Event::Waiting { .. } | Event::Warning(_) | Event::Removed(_) | Event::Left(_) => {}
        }
    }

    /// When the last input was there.
    fn ready(&self, id: ActionId) -> Duration {
        let needs = self.graph.action(id).needs();
        let producers = needs.filter_map(|file| self.graph.file_at(file).producer);
        producers.filter_map(|producer| self.there.get(&producer)).max().copied().unwrap_or(self.planned)
    }

    fn free_lane(&self) -> usize {
        let taken: Vec<usize> = self.running.values().map(|&at| self.actions[at].lane).collect();
        (0..).find(|lane| !taken.contains(lane)).unwrap_or(0)
    }

    /// All that was noted. What still runs was ended from outside.
    pub fn into_timings(
        self,
        project: &str,
        profile: &str,
        jobs: usize,
        trouble: Option<String>,
    ) -> Timings {
        let end = self.origin.elapsed();
        let mut actions = self.actions;
        for at in self.running.into_values() {
            actions[at].end = micros(end);
            actions[at].failure = Some("it was interrupted".to_owned());
        }
        let (project, profile) = (project.to_owned(), profile.to_owned());
        let (planned, end) = (micros(self.planned), micros(end));
        let (before, parts) = (None, Vec::new());
        Timings {
            project,
            profile,
            jobs,
            planned,
            end,
            before,
            parts,
            fresh: self.fresh,
            trouble,
            actions,
        }
    }

    /// When the first action began and the last one ended, if any ran.
    pub fn busy(&self) -> Option<(Duration, Duration)> {
        let first = self.actions.first()?;
        let last = if self.running.is_empty() { self.last } else { self.origin.elapsed() };
        Some((Duration::from_micros(first.start), last))
    }
}

/// Writes a page and a trace into the directory of timings in the state directory.
pub fn write(timings: &Timings, state_dir: &Path) -> Result<Written, Stop> {
    let dir = state_dir.join("timings");
    let odd = |error: serde_json::Error| {
        Stop::from(Error::Declaration(vec![Problem::new(format!("the timings: {error}"), "")]))
    };
    let save = |name: &str, text: String| {
        let path = dir.join(name);
        match own_file::replace_in_state(state_dir, &path, text.as_bytes()) {
            Ok(()) => Ok(path),
            Err(error) => Err(Error::io(&path, "write the timings", error)),
        }
    };
    let page = save("timings.html", timings::page(timings).map_err(odd)?)?;
    let trace = save("trace.json", timings::trace(timings).map_err(odd)?)?;
    Ok(Written { page, trace })
}

/// A time as timings have it.
pub fn micros(time: Duration) -> u64 {
    time.as_micros().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use modpin_engine::{Action, Cause, Failure, Reason, Work};

    use super::*;

    /// Compiles a and b, links both.
    fn graph() -> (Graph, Vec<ActionId>) {
        let mut graph = Graph::new();
        let actions: [(&str, &[&str]); 3] = [("a", &[]), ("b", &[]), ("tool", &["a", "b"])];
        let add = |(label, inputs): (&str, &[&str])| {
            let inputs = inputs.iter().map(|&input| graph.file(input)).collect();
            let outputs = vec![graph.file(label)];
            let work = Work::Command(Default::default());
            let action =
                Action { verb: "Making", label: label.into(), work, inputs, outputs, depfile: None };
            graph.add(action).unwrap()
        };
        let ids = actions.map(add).to_vec();
        (graph, ids)
    }

    fn recorded(events: &[(u64, Event<'_>)], graph: &Graph) -> Timings {
        let mut recorder = Recorder::new(graph, Instant::now());
        for (at, event) in events {
            recorder.hear_at(event, Duration::from_micros(*at));
        }
        recorder.into_timings("p", "debug", 2, None)
    }

    fn ended(action: ActionId, micros: u64, failure: Option<&Failure>) -> Event<'_> {
        let elapsed = Duration::from_micros(micros);
        Event::Finished { action, output: b"", elapsed, failure, origin: Origin::Made }
    }

    #[test]
    fn an_action_waits_for_its_inputs_then_for_a_slot() {
        let (graph, ids) = graph();
        let why = Reason::NeverRun;
        let events = [
            (5, Event::Planned { total: 3 }),
            (10, Event::Started(ids[0], &why)),
            (11, Event::Started(ids[1], &why)),
            (40, ended(ids[1], 20, None)),
            (60, ended(ids[0], 50, None)),
            (70, Event::Started(ids[2], &why)),
            (95, ended(ids[2], 20, None)),
        ];
        let timings = recorded(&events, &graph);
        let told: Vec<_> = timings.actions.iter().map(|a| (a.ready, a.start, a.end, a.lane)).collect();
        assert_eq!(told, [(5, 10, 60, 0), (5, 11, 31, 1), (60, 70, 90, 0)]);
        assert_eq!((timings.planned, timings.fresh), (5, 0));
        assert_eq!(timings.actions[2].reason, why.to_string());
    }

    #[test]
    fn what_failed_and_what_was_ended_is_told() {
        let (graph, ids) = graph();
        let why = Reason::NeverRun;
        let failure = Failure { message: "no".into(), cause: Cause::ExitCode(1) };
        let events = [
            (5, Event::Fresh(ids[0])),
            (10, Event::Started(ids[1], &why)),
            (12, Event::Started(ids[2], &why)),
            (40, ended(ids[1], 20, Some(&failure))),
        ];
        let timings = recorded(&events, &graph);
        let told: Vec<_> = timings.actions.iter().map(|a| a.failure.as_deref().unwrap()).collect();
        assert_eq!(told, ["no", "it was interrupted"]);
        assert_eq!((timings.fresh, timings.actions[1].ready), (1, 5));
    }
}
