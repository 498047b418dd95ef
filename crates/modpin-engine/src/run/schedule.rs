//! Which action comes next: the graph's edges and each action's state.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use crate::check::selection::Selection;
use crate::graph::{ActionId, FileId, Graph};

/// Actions with one verb, of which only so many may run at once.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// Their verb.
    pub verb: &'static str,
    /// How many may run.
    pub limit: usize,
}

/// Where an action stands. The only way through is downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionState {
    /// Nobody needs it.
    Unwanted,
    /// This many producers of its inputs are not done.
    Waiting(u32),
    /// All inputs are there; whether it must run was not looked at.
    Ready,
    /// It must run once others have ended, well or not: it may come to read what they make.
    Held,
    /// It must run, unless somebody else has its result: that is being found out.
    Away,
    /// It must run and waits for a free slot.
    Queued,
    /// It runs.
    Running,
    /// It runs here, and what it is to make may come from elsewhere as well.
    Racing,
    /// Its outputs are as they should be.
    Done,
    /// It failed, or an input could not be made.
    Failed,
}

/// The actions of one run.
pub struct Schedule {
    states: Vec<ActionState>,
    readers: Vec<Vec<ActionId>>,
    holds: Holds,
    ready: VecDeque<ActionId>,
    /// Those that must run and of which nobody was asked whether he has the result, if there is somebody to ask.
    errands: Option<VecDeque<ActionId>>,
    /// How many are being asked about.
    away: usize,
    /// One for each pool, in their order; the last is for all others.
    queues: Vec<Queue>,
    /// The queue of each action.
    queue_of: Vec<usize>,
    unfinished: usize,
}

/// Who waits for the end of others, if it must run.
#[derive(Default)]
struct Holds {
    /// Those who wait for this one.
    held: HashMap<ActionId, Vec<ActionId>>,
    /// For how many each of them waits, and how long it takes, once it must run.
    counts: HashMap<ActionId, (u32, u32)>,
}

impl Holds {
    fn of(loose: &[(ActionId, ActionId)]) -> Holds {
        let mut holds = Holds::default();
        for &(action, before) in loose {
            holds.held.entry(before).or_default().push(action);
            holds.counts.entry(action).or_default().0 += 1;
        }
        holds
    }

    /// Whether an action waits; how long it takes is kept then.
    fn keep(&mut self, action: ActionId, millis: u32) -> bool {
        let Some((count, kept)) = self.counts.get_mut(&action) else { return false };
        *kept = millis;
        *count > 0
    }

    /// An action has ended: those that wait for nobody any more, with the time that they take.
    fn ended(&mut self, action: ActionId) -> Vec<(ActionId, u32)> {
        let mut free = Vec::new();
        for held in self.held.remove(&action).unwrap_or_default() {
            if let Some((count, millis)) = self.counts.get_mut(&held) {
                *count -= 1;
                free.extend((*count == 0).then_some((held, *millis)));
            }
        }
        free
    }
}

/// Actions that must run.
#[derive(Default)]
struct Queue {
    /// How many of them may run at once.
    limit: usize,
    running: usize,
    /// Those that wait, the longest on top; of those that take as long, the first one.
    waiting: BinaryHeap<(u32, Reverse<ActionId>)>,
}

impl Queue {
    /// The next one that may run now.
    fn next(&self) -> Option<&(u32, Reverse<ActionId>)> {
        self.waiting.peek().filter(|_| self.running < self.limit)
    }
}

impl Schedule {
    /// All selected actions, none looked at. Each comes after the producers of its inputs, and after those that the
    /// selection names besides.
    pub fn new(graph: &Graph, selection: &Selection, pools: &[Pool]) -> Schedule {
        let Selection { actions: wanted, discovered, firm, loose, .. } = selection;
        let count = graph.actions().len();
        let limits = pools.iter().map(|pool| pool.limit).chain([usize::MAX]);
        let pool_of = |verb| pools.iter().position(|pool| pool.verb == verb).unwrap_or(pools.len());
        let mut schedule = Schedule {
            states: vec![ActionState::Unwanted; count],
            readers: vec![Vec::new(); count],
            holds: Holds::of(loose),
            ready: VecDeque::new(),
            errands: None,
            away: 0,
            queues: limits.map(|limit| Queue { limit, ..Queue::default() }).collect(),
            queue_of: graph.actions().map(|(_, action)| pool_of(action.verb)).collect(),
            unfinished: wanted.len(),
        };
        for &action in wanted {
            let producers = producers(graph, &graph.action(action).inputs);
            for &producer in &producers {
                schedule.readers[producer.at()].push(action);
            }
            schedule.states[action.at()] = ActionState::Waiting(producers.len() as u32);
        }
        for &(action, before) in discovered.iter().chain(firm) {
            if let ActionState::Waiting(count) = &mut schedule.states[action.at()] {
                *count += 1;
                schedule.readers[before.at()].push(action);
            }
        }
        for &action in wanted {
            if schedule.states[action.at()] == ActionState::Waiting(0) {
                schedule.make_ready(action);
            }
        }
        schedule
    }

    /// Takes an action that is ready to be looked at.
    pub fn next_ready(&mut self) -> Option<ActionId> {
        self.ready.pop_front()
    }

    /// The action must run; the longest runs first. `millis` is how long it took last time.
    pub fn enqueue(&mut self, action: ActionId, millis: u32) {
        debug_assert_eq!(self.states[action.at()], ActionState::Ready);
        match self.holds.keep(action, millis) {
            true => self.states[action.at()] = ActionState::Held,
            false => self.queue(action, millis),
        }
    }

    /// From now on somebody is asked about each action that must run, before it queues.
    pub fn ask(&mut self) {
        self.errands = Some(VecDeque::new());
    }

    /// Takes an action of which somebody is to be asked whether he has the result. [`Schedule::back`] ends that.
    pub fn next_errand(&mut self) -> Option<ActionId> {
        let action = self.errands.as_mut()?.pop_front()?;
        self.away += 1;
        Some(action)
    }

    /// How many are being asked about.
    pub fn away(&self) -> usize {
        self.away
    }

    /// It is known whether somebody has its result: it queues.
    pub fn back(&mut self, action: ActionId, millis: u32) {
        debug_assert_eq!(self.states[action.at()], ActionState::Away);
        self.away -= 1;
        self.queue_here(action, millis);
    }

    /// What it needs is known: it goes on elsewhere, and its place here is free.
    pub fn leave(&mut self, action: ActionId) {
        debug_assert_eq!(self.states[action.at()], ActionState::Running);
        self.queues[self.queue_of[action.at()]].running -= 1;
        self.states[action.at()] = ActionState::Away;
        self.away += 1;
    }

    /// Whether it is away, and nothing but that keeps it from running here.
    pub fn may_race(&self, action: ActionId) -> bool {
        let queue = &self.queues[self.queue_of[action.at()]];
        self.is_away(action) && queue.running < queue.limit
    }

    /// Whether somebody is asked about it, and it does not run here.
    pub fn is_away(&self, action: ActionId) -> bool {
        self.states[action.at()] == ActionState::Away
    }

    /// Whether it runs here as well.
    pub fn is_racing(&self, action: ActionId) -> bool {
        self.states[action.at()] == ActionState::Racing
    }

    /// Somebody takes long to answer: it runs here as well.
    pub fn race(&mut self, action: ActionId) {
        debug_assert!(self.may_race(action));
        self.queues[self.queue_of[action.at()]].running += 1;
        self.states[action.at()] = ActionState::Racing;
        self.away -= 1;
    }

    /// Nobody else makes it any more.
    pub fn alone(&mut self, action: ActionId) {
        debug_assert!(self.is_racing(action));
        self.states[action.at()] = ActionState::Running;
    }

    fn queue(&mut self, action: ActionId, millis: u32) {
        match &mut self.errands {
            Some(errands) => {
                errands.push_back(action);
                self.states[action.at()] = ActionState::Away;
            }
            None => self.queue_here(action, millis),
        }
    }

    fn queue_here(&mut self, action: ActionId, millis: u32) {
        self.states[action.at()] = ActionState::Queued;
        self.queues[self.queue_of[action.at()]].waiting.push((millis, Reverse(action)));
    }

    /// Takes an action that must run, and whose pool is not full.
    pub fn next_queued(&mut self) -> Option<ActionId> {
        let queues = self.queues.iter_mut().filter(|queue| queue.next().is_some());
        let queue = queues.max_by(|a, b| a.next().cmp(&b.next()))?;
        let (_, Reverse(action)) = queue.waiting.pop()?;
        queue.running += 1;
        self.states[action.at()] = ActionState::Running;
        Some(action)
    }

    /// Whether an action must run, and its pool is not full.
    pub fn has_queued(&self) -> bool {
        self.queues.iter().any(|queue| queue.next().is_some())
    }

    /// How many actions run.
    pub fn running(&self) -> usize {
        self.queues.iter().map(|queue| queue.running).sum()
    }

    /// The action's outputs are as they should be: its readers have one producer less to wait for.
    pub fn done(&mut self, action: ActionId) {
        self.finish(action, ActionState::Done);
        for reader in std::mem::take(&mut self.readers[action.at()]) {
            if let ActionState::Waiting(count) = self.states[reader.at()] {
                self.states[reader.at()] = ActionState::Waiting(count - 1);
                if count == 1 {
                    self.make_ready(reader);
                }
            }
        }
    }

    /// The action has no result; nor have those that need it.
    pub fn failed(&mut self, action: ActionId) {
        let mut lost = vec![action];
        while let Some(action) = lost.pop() {
            if self.states[action.at()] != ActionState::Failed {
                self.finish(action, ActionState::Failed);
                lost.append(&mut self.readers[action.at()]);
            }
        }
    }

    /// Actions that are neither done nor failed.
    pub fn unfinished(&self) -> usize {
        self.unfinished
    }

    /// Whether an action is neither done nor failed, and wanted.
    pub fn is_unfinished(&self, action: ActionId) -> bool {
        !matches!(
            self.states[action.at()],
            ActionState::Unwanted | ActionState::Done | ActionState::Failed
        )
    }

    /// Every unfinished action with those that wait for it; they come behind it.
    pub fn in_order(&self) -> Vec<(ActionId, &[ActionId])> {
        let mut waiting: Vec<u32> = Vec::with_capacity(self.states.len());
        let mut order = Vec::with_capacity(self.unfinished);
        for (at, state) in self.states.iter().enumerate() {
            waiting.push(if let ActionState::Waiting(count) = state { *count } else { 0 });
            let waits = matches!(state, ActionState::Waiting(_));
            if !waits && self.is_unfinished(ActionId(at as u32)) {
                order.push(ActionId(at as u32));
            }
        }
        let mut next = 0;
        while let Some(&action) = order.get(next) {
            next += 1;
            for reader in &self.readers[action.at()] {
                waiting[reader.at()] = waiting[reader.at()].saturating_sub(1);
                if waiting[reader.at()] == 0 && self.is_unfinished(*reader) {
                    order.push(*reader);
                }
            }
        }
        order.into_iter().map(|action| (action, self.readers[action.at()].as_slice())).collect()
    }

    fn finish(&mut self, action: ActionId, end: ActionState) {
        let before = std::mem::replace(&mut self.states[action.at()], end);
        self.queues[self.queue_of[action.at()]].running -= usize::from(before == ActionState::Running);
        // What was not asked about yet is not away.
        self.away -= usize::from(before == ActionState::Away && end == ActionState::Done);
        self.unfinished -= 1;
        for (held, millis) in self.holds.ended(action) {
            if self.states[held.at()] == ActionState::Held {
                self.queue(held, millis);
            }
        }
    }

    fn make_ready(&mut self, action: ActionId) {
        self.states[action.at()] = ActionState::Ready;
        self.ready.push_back(action);
    }
}

fn producers(graph: &Graph, inputs: &[FileId]) -> Vec<ActionId> {
    let mut producers: Vec<_> =
        inputs.iter().filter_map(|&input| graph.file_at(input).producer).collect();
    producers.sort();
    producers.dedup();
    producers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Action, Command, Work};

    fn graph(edges: &[(&[&str], &str)]) -> Graph {
        let mut graph = Graph::new();
        for (inputs, output) in edges {
            let inputs = inputs.iter().map(|&path| graph.file(path)).collect();
            let outputs = vec![graph.file(*output)];
            let work = Work::Command(Command::default());
            let label = (*output).into();
            graph.add(Action { verb: "Making", label, work, inputs, outputs, depfile: None }).unwrap();
        }
        graph
    }

    fn all(graph: &Graph, wanted: &str) -> Selection {
        let actions = graph.needed_for(&[graph.find(wanted).unwrap()]).unwrap();
        Selection::of(actions)
    }

    #[test]
    fn a_reader_is_ready_when_all_its_producers_are_done() {
        let graph = graph(&[(&["s"], "a"), (&["s"], "b"), (&["a", "b"], "c")]);
        let mut schedule = Schedule::new(&graph, &all(&graph, "c"), &[]);
        let (a, b) = (schedule.next_ready().unwrap(), schedule.next_ready().unwrap());
        assert_eq!(schedule.next_ready(), None);
        schedule.done(a);
        assert_eq!(schedule.next_ready(), None);
        schedule.done(b);
        let c = schedule.next_ready().unwrap();
        schedule.done(c);
        assert_eq!(schedule.unfinished(), 0);
    }

    #[test]
    fn the_longest_comes_first_then_the_first_declared() {
        let graph = graph(&[(&["s"], "a"), (&["s"], "b"), (&["s"], "c"), (&["a", "b", "c"], "d")]);
        let mut schedule = Schedule::new(&graph, &all(&graph, "d"), &[]);
        let ready: Vec<_> = std::iter::from_fn(|| schedule.next_ready()).collect();
        for (&action, millis) in ready.iter().zip([5, 9, 5]) {
            schedule.enqueue(action, millis);
        }
        let queued: Vec<_> = std::iter::from_fn(|| schedule.next_queued()).collect();
        assert_eq!(queued, [ready[1], ready[0], ready[2]]);
    }

    #[test]
    fn what_is_in_a_full_pool_is_passed_over_and_not_lost() {
        let mut graph = graph(&[(&["s"], "a"), (&["s"], "b"), (&["s"], "c")]);
        let outputs = vec![graph.file("d")];
        let (label, work) = ("d".into(), Work::Command(Command::default()));
        let other = Action { verb: "Linking", label, work, inputs: vec![], outputs, depfile: None };
        graph.add(other).unwrap();
        let all: Vec<ActionId> = graph.actions().map(|(id, _)| id).collect();
        let selection = Selection::of(all.clone());
        let mut schedule = Schedule::new(&graph, &selection, &[Pool { verb: "Making", limit: 2 }]);
        while let Some(action) = schedule.next_ready() {
            schedule.enqueue(action, 9 - action.0);
        }
        let [a, b, c, d] = all[..] else { panic!("four") };
        assert_eq!([schedule.next_queued(), schedule.next_queued()], [Some(a), Some(b)]);
        assert_eq!([schedule.next_queued(), schedule.next_queued()], [Some(d), None]);
        assert!(!schedule.has_queued());
        schedule.failed(b);
        assert_eq!((schedule.has_queued(), schedule.running()), (true, 2));
        assert_eq!(schedule.next_queued(), Some(c));
        [a, c, d].into_iter().for_each(|action| schedule.done(action));
        assert_eq!((schedule.running(), schedule.unfinished()), (0, 0));
    }

    #[test]
    fn a_failure_takes_its_readers_along_and_nobody_else() {
        let graph = graph(&[(&["s"], "a"), (&["a"], "b"), (&["s"], "c"), (&["b", "c"], "d")]);
        let mut schedule = Schedule::new(&graph, &all(&graph, "d"), &[]);
        let a = schedule.next_ready().unwrap();
        schedule.failed(a);
        assert_eq!(schedule.unfinished(), 1);
        assert!(schedule.next_ready().is_some());
    }

    #[test]
    fn who_must_run_waits_for_the_end_of_what_it_may_read_and_who_is_fresh_does_not() {
        let graph = graph(&[(&["s"], "a"), (&["s"], "b"), (&["s"], "c"), (&["b", "c"], "d")]);
        let mut selection = all(&graph, "d");
        selection.actions.push(ActionId(0));
        selection.loose = vec![(ActionId(1), ActionId(0)), (ActionId(2), ActionId(0))];
        let mut schedule = Schedule::new(&graph, &selection, &[]);
        let ready: Vec<_> = std::iter::from_fn(|| schedule.next_ready()).collect();
        assert_eq!(ready, [ActionId(1), ActionId(2), ActionId(0)]);
        schedule.enqueue(ActionId(0), 0);
        schedule.enqueue(ActionId(1), 9);
        schedule.done(ActionId(2));
        assert_eq!(schedule.next_queued(), Some(ActionId(0)));
        assert!(!schedule.has_queued());
        // It fails, and takes nobody along.
        schedule.failed(ActionId(0));
        assert_eq!(schedule.next_queued(), Some(ActionId(1)));
        schedule.done(ActionId(1));
        assert_eq!(schedule.next_ready(), Some(ActionId(3)));
        assert_eq!(schedule.unfinished(), 1);
    }
}
