//! Places: how many actions run at once when a jobserver decides, and that it gets back what it gave. And how much time is
//! left, as far as earlier runs tell.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::meeting::Meeting;
use super::toy_world::ToyWorld;
use crate::graph::step::{Step, StepError, StepIo};
use crate::graph::{Action, Graph, Work};
use crate::run::event::Event;
use crate::world::jobserver::Jobserver;

const MANY: &str = "a : cc d\nb : cc d\nc : cc d\ne : cc d\nf : cc d\ng : cc d\nh : cc d\ni : cc d\nall : ld a b c e f g h i";

/// A world in which a jobserver of `places` decides, and where so many of them meet.
fn shared(places: usize, meet: usize) -> (ToyWorld, Arc<Meeting>) {
    let meeting = Meeting::of(meet);
    let inner = meeting.clone();
    let mut world = ToyWorld::new(&[("d", "1")]);
    world.jobs = 8;
    world.jobserver = Some(Jobserver::serve(places).unwrap());
    world.hook = Some(Box::new(move |_, _| inner.meet()));
    (world, meeting)
}

fn available(world: &ToyWorld) -> usize {
    world.jobserver.as_ref().unwrap().available().unwrap()
}

#[test]
fn no_more_run_at_once_than_there_are_places() {
    for places in [1, 3, 8] {
        let (world, meeting) = shared(places, places);
        world.build(MANY, "all");
        assert_eq!((world.started.load(Ordering::SeqCst), meeting.most()), (9, places));
        assert_eq!(available(&world), places - 1);
    }
}

/// There is never work for a second one.
#[test]
fn one_thread_does_a_chain() {
    let threads = Arc::new(Mutex::new(HashSet::new()));
    let inner = Arc::clone(&threads);
    let mut world = ToyWorld::new(&[("d", "1")]);
    world.jobs = 8;
    world.hook = Some(Box::new(move |_, _| _ = inner.lock().unwrap().insert(thread::current().id())));
    // A second one had the time to come.
    let chain: Vec<String> = (1..300).map(|at| format!("{at} : cc {}", at - 1)).collect();
    world.build(&format!("0 : cc d\n{}", chain.join("\n")), "299");
    assert_eq!((world.started.load(Ordering::SeqCst), threads.lock().unwrap().len()), (300, 1));
}

#[test]
fn what_others_hold_is_theirs() {
    let (world, meeting) = shared(4, 2);
    let environment = world.jobserver.as_ref().unwrap().environment();
    assert!(environment[0].1.starts_with("-j4 --jobserver-fds="), "{environment:?}");
    // Somebody else, a child that compiles in parallel, say.
    let taken = [(); 2].map(|()| world.jobserver.as_ref().unwrap().lend());
    world.build(MANY, "all");
    assert_eq!((meeting.most(), available(&world)), (2, 1));
    drop(taken);
    assert_eq!(available(&world), 3);
}

#[test]
fn tokens_come_back_when_something_fails() {
    for keep_going in [false, true] {
        let (mut world, _) = shared(3, 1);
        world.keep_going = keep_going;
        world.failing.lock().unwrap().extend(["b".to_owned(), "e".to_owned()]);
        assert!(world.build(MANY, "all").contains("b failed"));
        assert_eq!(available(&world), 2);
    }
}

#[test]
fn tokens_come_back_when_a_signal_ends_the_build() {
    let (mut world, _) = shared(3, 1);
    world.hook = Some(Box::new(|world, _| world.interrupt.raise(15)));
    assert!(world.build(MANY, "all").ends_with("interrupted by 15\n"));
    assert_eq!(available(&world), 2);
}

struct Panics(Arc<Meeting>);

impl Step for Panics {
    fn key(&self) -> String {
        String::new()
    }

    fn run(&self, _: &mut StepIo<'_>) -> Result<(), StepError> {
        self.0.meet();
        panic!("our own bug")
    }
}

#[test]
fn tokens_come_back_when_a_step_of_ours_panics() {
    let (world, meeting) = shared(3, 3);
    let mut graph = Graph::new();
    for at in 0..4 {
        let outputs = vec![graph.file(format!("{at}"))];
        let (label, work) = (String::new(), Work::Step(Arc::new(Panics(meeting.clone()))));
        let action = Action { verb: "Doing", label, work, inputs: vec![], outputs, depfile: None };
        graph.add(action).unwrap();
    }
    let wanted: Vec<_> = graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
    let run = std::panic::AssertUnwindSafe(|| world.run(&graph, &wanted));
    assert!(std::panic::catch_unwind(run).is_err());
    assert_eq!((meeting.most(), available(&world)), (3, 2));
}

#[test]
fn the_time_that_is_left_is_told_when_something_is_recorded() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let keep = |told: &Arc<Mutex<Vec<Duration>>>| {
        let told = told.clone();
        move |event: &Event<'_>| {
            if let Event::Left(left) = event {
                told.lock().unwrap().push(*left);
            }
        }
    };
    let mut world = ToyWorld::new(&[("d", "1")]);
    world.hook = Some(Box::new(|world, _| _ = world.millis.fetch_add(4, Ordering::SeqCst)));
    world.hear = Some(Box::new(keep(&told)));
    world.build(MANY, "all");
    assert_eq!(*told.lock().unwrap(), [], "nothing is recorded");
    world.edit("d", "2");
    world.build(MANY, "all");
    let told = std::mem::take(&mut *told.lock().unwrap());
    assert_eq!(told.len(), 9, "{told:?}");
    // The action that has just begun may be over when it is told, on a busy machine: it does not count.
    let (first, last) = (told[0], told[8]);
    assert!(first >= Duration::from_millis(8 * 4) && last < first, "{told:?}");
    assert!(told.windows(2).all(|pair| pair[1] <= pair[0]), "{told:?}");
}
