//! Which action comes next: the graph's edges and each action's state.

use std::collections::{BinaryHeap, VecDeque};

use crate::graph::{ActionId, FileId, Graph};

/// Where an action stands. The only way through is downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody needs it.
    Unwanted,
    /// This many producers of its inputs are not done.
    Waiting(u32),
    /// All inputs are there; whether it must run was not looked at.
    Ready,
    /// It must run and waits for a free slot.
    Queued,
    /// It runs.
    Running,
    /// Its outputs are as they should be.
    Done,
    /// It failed, or an input could not be made.
    Failed,
}

/// The actions of one run.
pub struct Schedule {
    states: Vec<State>,
    readers: Vec<Vec<ActionId>>,
    ready: VecDeque<ActionId>,
    queue: BinaryHeap<(u32, std::cmp::Reverse<ActionId>)>,
    unfinished: usize,
}

impl Schedule {
    /// All `wanted` actions, none looked at. Each comes after the producers of its inputs, and `later`
    /// names further pairs: an action, and one that has to come before it. All of them are wanted.
    pub fn new(graph: &Graph, wanted: &[ActionId], later: &[(ActionId, ActionId)]) -> Schedule {
        let count = graph.actions().len();
        let mut schedule = Schedule {
            states: vec![State::Unwanted; count],
            readers: vec![Vec::new(); count],
            ready: VecDeque::new(),
            queue: BinaryHeap::new(),
            unfinished: wanted.len(),
        };
        for &action in wanted {
            let producers = producers(graph, &graph.action(action).inputs);
            for &producer in &producers {
                schedule.readers[producer.at()].push(action);
            }
            schedule.states[action.at()] = State::Waiting(producers.len() as u32);
        }
        for &(action, before) in later {
            if let State::Waiting(count) = &mut schedule.states[action.at()] {
                *count += 1;
                schedule.readers[before.at()].push(action);
            }
        }
        for &action in wanted {
            if schedule.states[action.at()] == State::Waiting(0) {
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
        debug_assert_eq!(self.states[action.at()], State::Ready);
        self.states[action.at()] = State::Queued;
        self.queue.push((millis, std::cmp::Reverse(action)));
    }

    /// Takes an action that must run, of those that `may`.
    pub fn next_queued(&mut self, may: impl Fn(ActionId) -> bool) -> Option<ActionId> {
        let mut held = Vec::new();
        let mut next = None;
        while let Some(queued) = self.queue.pop() {
            if may(queued.1.0) {
                next = Some(queued.1.0);
                break;
            }
            held.push(queued);
        }
        self.queue.extend(held);
        next.inspect(|action| self.states[action.at()] = State::Running)
    }

    /// Whether an action must run, waits for a free slot, and `may` have it.
    pub fn has_queued(&self, may: impl Fn(ActionId) -> bool) -> bool {
        self.queue.iter().any(|queued| may(queued.1.0))
    }

    /// The action's outputs are as they should be: its readers have one producer less to wait for.
    pub fn done(&mut self, action: ActionId) {
        self.states[action.at()] = State::Done;
        self.unfinished -= 1;
        for reader in std::mem::take(&mut self.readers[action.at()]) {
            if let State::Waiting(count) = self.states[reader.at()] {
                self.states[reader.at()] = State::Waiting(count - 1);
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
            if self.states[action.at()] != State::Failed {
                self.states[action.at()] = State::Failed;
                self.unfinished -= 1;
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
        !matches!(self.states[action.at()], State::Unwanted | State::Done | State::Failed)
    }

    /// Every unfinished action with those that wait for it; they come behind it.
    pub fn in_order(&self) -> Vec<(ActionId, &[ActionId])> {
        let mut waiting: Vec<u32> = Vec::with_capacity(self.states.len());
        let mut order = Vec::with_capacity(self.unfinished);
        for (at, state) in self.states.iter().enumerate() {
            waiting.push(if let State::Waiting(count) = state { *count } else { 0 });
            if matches!(state, State::Ready | State::Queued | State::Running) {
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

    fn make_ready(&mut self, action: ActionId) {
        self.states[action.at()] = State::Ready;
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

    fn all(graph: &Graph, wanted: &str) -> Vec<ActionId> {
        graph.needed_for(&[graph.find(wanted).unwrap()]).unwrap()
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
        let queued: Vec<_> = std::iter::from_fn(|| schedule.next_queued(|_| true)).collect();
        assert_eq!(queued, [ready[1], ready[0], ready[2]]);
    }

    #[test]
    fn what_may_not_run_now_is_passed_over_and_not_lost() {
        let graph = graph(&[(&["s"], "a"), (&["s"], "b"), (&["a", "b"], "c")]);
        let mut schedule = Schedule::new(&graph, &all(&graph, "c"), &[]);
        let ready: Vec<_> = std::iter::from_fn(|| schedule.next_ready()).collect();
        schedule.enqueue(ready[0], 9);
        schedule.enqueue(ready[1], 5);
        assert_eq!(schedule.next_queued(|action| action != ready[0]), Some(ready[1]));
        assert!(!schedule.has_queued(|action| action != ready[0]));
        assert_eq!(schedule.next_queued(|_| true), Some(ready[0]));
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
}
