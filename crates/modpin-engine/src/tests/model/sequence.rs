//! A sequence of edits and builds; each build is compared with what the model says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::counts::Counts;
use super::expectation::{Content, Expectation, Memory, Record, expect};
use super::loss::{Copy, Known, Lost, lose};
use super::project::{Project, VICTIM};
use crate::fake::Fault;
use crate::graph::{FileId, Graph};
use crate::tests::toy_cache::{local, meddle, share};
use crate::tests::toy_texts::VALUES;
use crate::tests::toy_world::{Told, ToyWorld};
use crate::world::signals::Interrupt;
use modpin_test::Random;

/// What a source becomes in the middle of a build.
const EDIT: &[u8] = b"edited meanwhile\n";

/// How a build goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// To its end.
    Whole,
    /// To its end, although this many commands fail.
    KeepGoing(usize),
    /// To the first of this many commands that fail.
    Failing(usize),
    /// To the call with this number.
    Killed(usize, bool),
    /// To the end of the command with this number.
    Interrupted(usize),
    /// A source is edited during the command with this number.
    Edited(usize),
}

/// A project between two builds.
pub struct Sequence {
    pub(super) world: ToyWorld,
    pub(super) project: Project,
    memory: Memory,
    /// Whether these run again cannot be known: they ran, and were perhaps not remembered.
    perhaps: BTreeSet<String>,
    /// What the engine knew earlier.
    copies: Vec<Copy>,
    lost: Option<Lost>,
    /// What was built last, and what before that.
    goals: Vec<Vec<String>>,
    /// What was seen so far.
    pub counts: Counts,
}

impl Sequence {
    /// Nothing is built yet.
    pub fn new(actions: &[(usize, u64)]) -> Sequence {
        let mut world = ToyWorld::new(&[]);
        world.cache = Some(local(100_000));
        let project = Project::new(&world.disk, actions);
        world.disk.tick();
        let (memory, perhaps, copies, lost, goals, counts) = Default::default();
        Sequence { world, project, memory, perhaps, copies, lost, goals, counts }
    }

    /// Some changes and a build; the story of both.
    pub fn step(&mut self, random: &mut Random) -> Result<String, String> {
        // Mostly people edit files and build the same again, or two things by turns.
        let calm = !self.goals.is_empty() && !random.once_in(3);
        let mut changes: Vec<String> =
            (0..1 + random.below(3)).map(|_| self.project.change(calm, random)).collect();
        changes.extend(self.delete_all(random));
        changes.extend(meddle(&self.world.disk, random));
        let Sequence { memory, perhaps, copies, lost, .. } = self;
        let lost = lose(&self.world.disk, Known { memory, perhaps, copies, lost }, random);
        self.counts.losses += u64::from(lost.is_some());
        changes.extend(lost);
        let again = random.pick(&self.goals).filter(|_| calm).cloned();
        let wanted = again.unwrap_or_else(|| self.wanted(random));
        self.goals.retain(|goal| *goal != wanted);
        self.goals.insert(0, wanted.clone());
        self.goals.truncate(2);
        let way = self.way(random);
        self.world.jobs = 1 + random.below(8);
        self.world.recall = !random.once_in(3);
        self.world.disk.changes_per_tick(1 + random.below(20));
        let story = format!("* {}\n  {way:?}, -j{}, {wanted:?}", changes.join("\n* "), self.world.jobs);
        self.build(way, &wanted, random).map_err(|error| format!("{story}\n  {error}"))?;
        Ok(story)
    }

    /// Now and then all that was built is gone, as in a new checkout.
    fn delete_all(&mut self, random: &mut Random) -> Option<String> {
        if !random.once_in(6) {
            return None;
        }
        self.world.disk.delete("/w/out");
        self.memory = Memory::default();
        self.perhaps.clear();
        self.copies.clear();
        self.lost = None;
        Some("all that was built is gone".to_owned())
    }

    /// Another checkout, which has the same cache.
    pub fn share_cache(&self, with: &Sequence) {
        share(&self.world.disk, &with.world.disk);
    }

    fn wanted(&self, random: &mut Random) -> Vec<String> {
        let outputs = self.project.actions.values().flat_map(|toy| &toy.outputs).cloned();
        match random.below(2) {
            0 => outputs.collect(),
            _ => outputs.filter(|_| random.once_in(5)).collect(),
        }
    }

    fn way(&self, random: &mut Random) -> Way {
        if !self.perhaps.is_empty() {
            return Way::Whole;
        }
        match random.below(20) {
            0..=2 => Way::KeepGoing(random.below(4)),
            3 | 4 => Way::Failing(1 + random.below(3)),
            5..=7 => Way::Killed(self.at(12, random), random.once_in(2)),
            8 | 9 => Way::Interrupted(self.at(1, random)),
            10 | 11 => Way::Edited(self.at(1, random)),
            _ => Way::Whole,
        }
    }

    /// A moment of a build in which each action counts `times`: often an early one, for most builds are
    /// short.
    fn at(&self, times: usize, random: &mut Random) -> usize {
        let most = [2, 8, self.project.actions.len() / 4, self.project.actions.len()][random.below(4)];
        random.below(1 + times * most)
    }

    fn graph(&self) -> Result<Graph, String> {
        let mut graph = Graph::new();
        for toy in self.project.actions.values() {
            toy.add_to(&mut graph, &self.world.reads).map_err(|error| error.to_string())?;
        }
        Ok(graph)
    }

    fn build(&mut self, way: Way, wanted: &[String], random: &mut Random) -> Result<(), String> {
        let graph = self.graph()?;
        let ids: Vec<FileId> = wanted.iter().filter_map(|path| graph.find(path)).collect();
        let failing = self.failing(way, random);
        self.forget_stale(way);
        let expected = expect(&self.project, &self.world.disk, &self.memory, wanted, &failing);
        if random.once_in(8) {
            self.dry_run(&graph, &ids, &expected)?;
        }
        let edited = match random.pick(&self.project.sources) {
            // It comes, too, and hides another one.
            _ if random.once_in(4) => self.project.some_library(random),
            Some(source) if !random.once_in(6) => source.clone(),
            _ => VALUES.to_owned(),
        };
        self.prepare(way, failing, edited.clone());
        let victim = self.world.disk.peek(VICTIM);
        let told = self.world.run(&graph, &ids);
        if self.world.disk.peek(VICTIM) != victim {
            return Err(format!("{VICTIM} is not what it was\n{}", told.text));
        }
        self.world.hook = None;
        self.world.disk.set_fault(Fault::None);
        self.world.interrupt = Interrupt::new();
        self.count(&told, &expected);
        let compared = match way {
            Way::Edited(_) => self.after_an_edit(&graph, &told, &edited),
            _ => self.compare(way, &graph, &told, &expected),
        };
        compared.map_err(|error| format!("{error}\n{}", told.text))?;
        let whole = told.outcome.as_ref().is_ok_and(|outcome| outcome.success())
            && !matches!(way, Way::Edited(_));
        if whole {
            self.is_clean(&expected)?;
            self.again(&graph, &ids, wanted)?;
        }
        Ok(())
    }

    /// Commands that are to fail this time.
    fn failing(&self, way: Way, random: &mut Random) -> BTreeSet<String> {
        let (Way::KeepGoing(count) | Way::Failing(count)) = way else { return BTreeSet::new() };
        let keys: Vec<&String> = self.project.actions.values().map(|toy| &toy.outputs[0]).collect();
        (0..count).filter_map(|_| random.pick(&keys).map(|key| (*key).clone())).collect()
    }

    /// What the engine forgets before it looks at anything: actions that are gone. When it is killed
    /// meanwhile, it may remember some.
    fn forget_stale(&mut self, way: Way) {
        let is_made = |path: &String| self.project.producer(path).is_some();
        let known = self.memory.known.iter().filter(|(_, outputs)| !outputs.iter().any(is_made));
        let gone: Vec<String> = known.map(|(key, _)| key.clone()).collect();
        for key in gone {
            if matches!(way, Way::Killed(..)) {
                self.perhaps.insert(key);
            } else {
                self.memory.known.remove(&key);
                self.memory.records.remove(&key);
            }
        }
    }

    fn prepare(&mut self, way: Way, failing: BTreeSet<String>, edited: String) {
        *self.world.failing.lock().unwrap() = failing;
        self.world.reads.lock().unwrap().clear();
        self.world.keep_going = matches!(way, Way::KeepGoing(_));
        // A result that was made once neither fails nor reads what is edited meanwhile.
        self.world.keeps_only = matches!(way, Way::Edited(_) | Way::KeepGoing(_) | Way::Failing(_));
        let count = AtomicUsize::new(0);
        let turn = move |at: usize| count.fetch_add(1, Ordering::SeqCst) == at;
        match way {
            Way::Killed(after, torn) => self.world.disk.set_fault(Fault::Death { after, torn }),
            Way::Interrupted(at) => {
                self.world.hook = Some(Box::new(move |world, _| {
                    if turn(at) {
                        world.interrupt.raise(2);
                    }
                }));
            }
            Way::Edited(at) => {
                self.world.hook = Some(Box::new(move |world, _| {
                    if turn(at) && (edited.contains('/') || world.disk.peek(&edited).is_some()) {
                        world.disk.edit(&edited, EDIT);
                    }
                }));
            }
            _ => {}
        }
    }

    fn count(&mut self, told: &Told, expected: &Expectation) {
        self.counts.builds += 1;
        self.counts.ran += told.ended.len() as u64;
        self.counts.taken += told.taken.len() as u64;
        self.counts.failed += told.failures.len() as u64;
        self.counts.fresh += expected.needed.len().saturating_sub(told.started.len()) as u64;
        self.counts.parts += told.parts as u64;
        self.counts.kills += u64::from(told.outcome.is_err());
        let interrupted = told.outcome.as_ref().is_ok_and(|outcome| outcome.interrupted.is_some());
        self.counts.interrupts += u64::from(interrupted);
    }

    /// What ran is what had to run.
    fn compare(
        &mut self,
        way: Way,
        graph: &Graph,
        told: &Told,
        expected: &Expectation,
    ) -> Result<(), String> {
        let expected_ran: BTreeSet<String> = expected.ran.keys().cloned().collect();
        let (ran, whole) = match &told.outcome {
            Err(_) if matches!(way, Way::Killed(..)) => (told.ended.iter().cloned().collect(), false),
            Err(error) => return Err(error.to_string()),
            Ok(outcome) => {
                let name = |action| graph.path(graph.action(action).outputs[0]).to_owned();
                let failed: BTreeSet<String> =
                    outcome.failed.iter().map(|&(action, _)| name(action)).collect();
                // Who is dead sees commands fail.
                let died = matches!(way, Way::Killed(..)) && failed != expected.failed;
                let cut = died
                    || outcome.interrupted.is_some()
                    || (!self.world.keep_going && !expected.failed.is_empty());
                if !(died || failed.is_subset(&expected.failed)) || (!cut && failed != expected.failed) {
                    return Err(format!("failed {failed:?}, but {:?} had to", expected.failed));
                }
                if !cut && outcome.not_reached != expected.unreached {
                    return Err(format!(
                        "{} not reached, not {}",
                        outcome.not_reached, expected.unreached
                    ));
                }
                (outcome.ran.iter().map(|&action| name(action)).collect::<BTreeSet<_>>(), !cut)
            }
        };
        let wrong = |wrong: &&String| !self.perhaps.contains(*wrong);
        let over: Vec<&String> = ran.difference(&expected_ran).filter(wrong).collect();
        let under: Vec<&String> = expected_ran.difference(&ran).filter(wrong).collect();
        if !over.is_empty() || (whole && !under.is_empty()) {
            return Err(format!("ran for nothing: {over:?}; did not run: {under:?}"));
        }
        self.remember(told, &ran, expected, whole);
        Ok(())
    }

    fn remember(&mut self, told: &Told, ran: &BTreeSet<String>, expected: &Expectation, whole: bool) {
        let toys: Vec<_> = self.project.actions.values().cloned().collect();
        for toy in &toys {
            let key = &toy.outputs[0];
            if told.started.contains(key) {
                self.memory.known.entry(key.clone()).or_default().extend(toy.outputs.iter().cloned());
            }
            let skipped = whole && self.perhaps.contains(key) && expected.ran.contains_key(key);
            if !ran.contains(key) && !skipped {
                continue;
            }
            match expected.ran.get(key) {
                Some(record) if record.is_for_once() => _ = self.memory.records.remove(key),
                Some(record) => _ = self.memory.records.insert(key.clone(), record.clone()),
                None => {}
            }
        }
        if whole {
            self.perhaps.retain(|key| {
                let rank = self.project.producer(key);
                rank.is_some_and(|rank| !expected.needed.contains(&rank))
            });
        }
        if told.outcome.is_err() {
            // Its end was heard; whether it was written down before the end of all, nobody knows.
            self.perhaps.extend(told.ended.last().cloned());
        }
    }

    /// A source was edited in the middle: what was really read is what counts.
    fn after_an_edit(&mut self, graph: &Graph, told: &Told, edited: &str) -> Result<(), String> {
        let outcome = told.outcome.as_ref().map_err(ToString::to_string)?;
        self.counts.edits += u64::from(self.project.read(edited).is_some_and(|text| text == EDIT));
        let mut reads: BTreeMap<String, BTreeMap<String, Content>> = BTreeMap::new();
        for (key, path, content) in self.world.reads.lock().unwrap().drain(..) {
            reads.entry(key).or_default().entry(path).or_insert(content);
        }
        let toys: Vec<_> = self.project.actions.values().cloned().collect();
        for toy in &toys {
            let key = &toy.outputs[0];
            if told.started.contains(key) {
                self.memory.known.entry(key.clone()).or_default().extend(toy.outputs.iter().cloned());
            }
            let ran =
                outcome.ran.iter().any(|&action| graph.path(graph.action(action).outputs[0]) == key);
            if !ran {
                continue;
            }
            let record = Record::new(toy, reads.remove(key).unwrap_or_default(), &self.world.disk);
            if record.is_for_once() {
                self.memory.records.remove(key);
                continue;
            }
            if record.has_read(edited) {
                self.perhaps.insert(key.clone());
            }
            self.memory.records.insert(key.clone(), record);
        }
        Ok(())
    }

    /// The same once more has nothing to do but what holds for one build only.
    fn again(&mut self, graph: &Graph, ids: &[FileId], wanted: &[String]) -> Result<(), String> {
        let none = BTreeSet::new();
        let expected = expect(&self.project, &self.world.disk, &self.memory, wanted, &none);
        if let Some(key) = expected.ran.iter().find(|(_, record)| !record.is_for_once()) {
            return Err(format!("the model itself would run {} again", key.0));
        }
        let told = self.world.run(graph, ids);
        self.count(&told, &expected);
        let compared = self.compare(Way::Whole, graph, &told, &expected);
        compared.map_err(|error| format!("again: {error}\n{}", told.text))
    }

    /// A dry run tells at least what will run, and changes nothing.
    fn dry_run(&mut self, graph: &Graph, ids: &[FileId], expected: &Expectation) -> Result<(), String> {
        let before = self.world.disk.snapshot();
        self.world.dry_run = true;
        let told = self.world.run(graph, ids);
        self.world.dry_run = false;
        let state = |path: &str| path == "/w/out" || path.starts_with("/w/out/.state");
        let changed = self
            .world
            .disk
            .snapshot()
            .into_iter()
            .filter(|(path, _)| !state(path))
            .ne(before.into_iter().filter(|(path, _)| !state(path)));
        let missing =
            expected.ran.keys().find(|key| !told.started.contains(key) && !self.perhaps.contains(*key));
        match (changed, missing) {
            (true, _) => Err("a dry run changed something".to_owned()),
            (_, Some(key)) => Err(format!("a dry run does not tell of {key}\n{}", told.text)),
            _ => Ok(()),
        }
    }
}
