//! How much time is left (ETA), by how long the same actions took when they ran last. An action that waits may turn out to have
//! nothing to do, so the answer tends to be too long, never to jump up. Knows no clock but the one that ticks while it runs.

use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

use crate::graph::ActionId;
use crate::run::schedule::Schedule;

/// What is known of the times of one run.
pub struct Eta {
    /// How long each unfinished action takes.
    millis: HashMap<ActionId, u64>,
    /// All of them together.
    sum: u64,
    /// How long it takes from the start of an action to the end of the last one that waits for it.
    ways: BinaryHeap<(u64, ActionId)>,
    started: HashMap<ActionId, Instant>,
    jobs: u64,
}

impl Eta {
    /// For what is unfinished now. An action that never ran takes as long as others of its `kind`, or as all others;
    /// `None` when none ever ran.
    pub fn new<'k>(
        schedule: &Schedule,
        jobs: usize,
        mut recorded: impl FnMut(ActionId) -> Option<u32>,
        kind: impl Fn(ActionId) -> &'k str,
    ) -> Option<Eta> {
        let order = schedule.in_order();
        let known: Vec<_> = order.iter().map(|&(action, _)| (action, recorded(action))).collect();
        let mut means: HashMap<&str, Mean> = HashMap::new();
        let mut all = Mean::default();
        for &(action, millis) in &known {
            if let Some(millis) = millis {
                all.add(millis);
                means.entry(kind(action)).or_default().add(millis);
            }
        }
        all.value()?;
        let guess = |action| means.get(kind(action)).and_then(Mean::value).or(all.value()).unwrap_or(0);
        let millis = |&(action, millis): &(ActionId, Option<u32>)| {
            (action, millis.map_or_else(|| guess(action), u64::from))
        };
        let millis: HashMap<_, _> = known.iter().map(millis).collect();
        let mut ways: HashMap<ActionId, u64> = HashMap::new();
        for (action, readers) in order.iter().rev() {
            let further = readers.iter().filter_map(|reader| ways.get(reader)).max();
            ways.insert(*action, millis[action] + further.unwrap_or(&0));
        }
        let sum = millis.values().sum();
        let ways = ways.into_iter().map(|(action, way)| (way, action)).collect();
        Some(Eta { millis, sum, ways, started: HashMap::new(), jobs: jobs.max(1) as u64 })
    }

    /// An action runs now.
    pub fn started(&mut self, action: ActionId, now: Instant) {
        self.started.insert(action, now);
    }

    /// The time that is left: the work that is left, done by all, but not less than the longest way through it.
    pub fn left(&mut self, schedule: &Schedule, now: Instant) -> Duration {
        self.forget_finished(schedule);
        let spent = |action: &ActionId| {
            let since = self.started.get(action).map(|&start| now.saturating_duration_since(start));
            since.map_or(0, |since| since.as_millis() as u64).min(self.millis[action])
        };
        let work = self.sum - self.started.keys().map(spent).sum::<u64>();
        let way = self.ways.peek().map_or(0, |(way, action)| way - spent(action));
        Duration::from_millis(work.div_ceil(self.jobs).max(way))
    }

    fn forget_finished(&mut self, schedule: &Schedule) {
        while self.ways.peek().is_some_and(|&(_, action)| !schedule.is_unfinished(action)) {
            self.ways.pop();
        }
    }

    /// An action is done, or had nothing to do.
    pub fn done(&mut self, action: ActionId) {
        self.started.remove(&action);
        self.sum -= self.millis.remove(&action).unwrap_or(0);
    }

    /// An action failed, and will not run again; nor will those that need it.
    pub fn failed(&mut self, schedule: &Schedule) {
        self.millis.retain(|&action, _| schedule.is_unfinished(action));
        self.started.retain(|&action, _| schedule.is_unfinished(action));
        self.sum = self.millis.values().sum();
    }
}

#[derive(Clone, Copy, Default)]
struct Mean {
    sum: u64,
    count: u64,
}

impl Mean {
    fn add(&mut self, millis: u32) {
        self.sum += u64::from(millis);
        self.count += 1;
    }

    fn value(&self) -> Option<u64> {
        self.sum.checked_div(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::selection::Selection;
    use crate::graph::{Action, Graph, Work};

    /// Actions a, b, c, d: the verb, how long it took, what it waits for.
    fn schedule(actions: &[(&'static str, Option<u32>, &[usize])]) -> (Graph, Schedule, Vec<ActionId>) {
        let mut graph = Graph::new();
        let mut ids = Vec::new();
        for (at, (verb, _, before)) in actions.iter().enumerate() {
            let inputs = before.iter().map(|at| graph.file(at.to_string())).collect();
            let outputs = vec![graph.file(at.to_string())];
            let (label, work) = (String::new(), Work::Command(Default::default()));
            ids.push(graph.add(Action { verb, label, work, inputs, outputs, depfile: None }).unwrap());
        }
        let selection = Selection::of(ids.clone());
        let schedule = Schedule::new(&graph, &selection, &[]);
        (graph, schedule, ids)
    }

    fn left(jobs: usize, actions: &[(&'static str, Option<u32>, &[usize])]) -> Option<u128> {
        let (_, schedule, ids) = schedule(actions);
        let at = |id| ids.iter().position(|known| *known == id).unwrap();
        let mut eta = Eta::new(&schedule, jobs, |id| actions[at(id)].1, |id| actions[at(id)].0)?;
        Some(eta.left(&schedule, Instant::now()).as_millis())
    }

    #[test]
    fn work_is_shared_and_no_way_is_shorter_than_it_is() {
        let wide: &[(_, _, &[usize])] =
            &[("C", Some(10), &[]), ("C", Some(10), &[]), ("C", Some(20), &[]), ("L", Some(1), &[0])];
        assert_eq!(left(1, wide), Some(41));
        assert_eq!(left(2, wide), Some(21));
        let long: &[(_, _, &[usize])] =
            &[("C", Some(10), &[]), ("C", Some(10), &[0]), ("C", Some(2), &[]), ("L", Some(5), &[1, 2])];
        assert_eq!(left(8, long), Some(25));
    }

    #[test]
    fn what_never_ran_takes_as_long_as_others_of_its_kind() {
        let some: &[(_, _, &[usize])] =
            &[("C", Some(10), &[]), ("C", Some(20), &[]), ("C", None, &[]), ("L", Some(6), &[])];
        assert_eq!(left(1, some), Some(10 + 20 + 15 + 6));
        let other: &[(_, _, &[usize])] = &[("C", Some(10), &[]), ("C", Some(20), &[]), ("L", None, &[])];
        assert_eq!(left(1, other), Some(10 + 20 + 15));
        assert_eq!(left(1, &[("C", None, &[]), ("L", None, &[0])]), None);
    }

    #[test]
    fn time_goes_by() {
        let actions: &[(_, _, &[usize])] =
            &[("C", Some(100), &[]), ("C", Some(50), &[]), ("L", Some(10), &[0, 1])];
        let (_, mut schedule, ids) = schedule(actions);
        let millis = |id| actions[ids.iter().position(|known| *known == id).unwrap()].1;
        let mut eta = Eta::new(&schedule, 1, millis, |_| "").unwrap();
        let (start, later) = (Instant::now(), Duration::from_millis);
        let left = |eta: &mut Eta, schedule: &Schedule, after| {
            eta.left(schedule, start + later(after)).as_millis()
        };
        assert_eq!(left(&mut eta, &schedule, 0), 160);
        eta.started(ids[0], start);
        assert_eq!(left(&mut eta, &schedule, 30), 130);
        // It takes longer than last time.
        assert_eq!(left(&mut eta, &schedule, 300), 60);
        schedule.next_ready();
        schedule.done(ids[0]);
        eta.done(ids[0]);
        assert_eq!(left(&mut eta, &schedule, 300), 60);
        schedule.next_ready();
        schedule.failed(ids[1]);
        eta.failed(&schedule);
        assert_eq!(left(&mut eta, &schedule, 300), 0);
    }
}
