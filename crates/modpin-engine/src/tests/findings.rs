//! What the steps of one run have found out of files: once for all of them, and again when one of the files changes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::flow::Doing;
use super::toy_world::ToyWorld;
use crate::graph::step::{StepError, StepIo};
use crate::graph::{Action, Graph, Work};

/// What happens before the step with that number.
type Before = dyn Fn(&ToyWorld, usize) + Send + Sync;

/// A world with `lib` and without `other`, in which five steps want to know what is in both.
struct Five {
    world: Arc<ToyWorld>,
    found_out: Arc<AtomicUsize>,
    before: Arc<Mutex<Box<Before>>>,
    graph: Graph,
}

impl Five {
    fn new() -> Five {
        let world = Arc::new(ToyWorld::new(&[("lib", "1")]));
        let found_out = Arc::new(AtomicUsize::new(0));
        let before: Arc<Mutex<Box<Before>>> = Arc::new(Mutex::new(Box::new(|_, _| {})));
        let mut graph = Graph::new();
        for number in 0..5 {
            let (world, found_out, before) = (world.clone(), found_out.clone(), before.clone());
            let step = Doing(move |io: &mut StepIo<'_>| {
                before.lock().unwrap()(&world, number);
                let known = find_out(io, &found_out)?;
                io.write(0, known.as_bytes())
            });
            let outputs = vec![graph.file(format!("out/{number}"))];
            let (label, work) = (String::new(), Work::Step(Arc::new(step)));
            graph
                .add(Action { verb: "Doing", label, work, inputs: vec![], outputs, depfile: None })
                .unwrap();
        }
        Five { world, found_out, before, graph }
    }

    /// What the five have found, and how often it was worked out.
    fn build(&self, before: impl Fn(&ToyWorld, usize) + Send + Sync + 'static) -> (String, usize) {
        *self.before.lock().unwrap() = Box::new(before);
        self.found_out.store(0, Ordering::SeqCst);
        let wanted: Vec<_> =
            self.graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
        self.world.run(&self.graph, &wanted).outcome.unwrap();
        let texts = (0..5).map(|number| self.world.read(&format!("out/{number}")));
        (texts.collect::<Vec<_>>().join(" "), self.found_out.load(Ordering::SeqCst))
    }
}

fn find_out(io: &mut StepIo<'_>, found_out: &AtomicUsize) -> Result<Arc<String>, StepError> {
    io.finder().once("both", |finder| {
        found_out.fetch_add(1, Ordering::SeqCst);
        // One finding may rest on another.
        let lib = finder.once("lib", |finder| finder.read("lib"))?;
        let other = finder.read("other")?;
        let text = |bytes: &Option<Vec<u8>>| {
            bytes.as_ref().map_or("-".into(), |bytes| String::from_utf8_lossy(bytes).into_owned())
        };
        Ok(text(&lib) + &text(&other))
    })
}

#[test]
fn what_one_has_found_out_the_others_know() {
    let five = Five::new();
    assert_eq!(five.build(|_, _| {}), ("1- 1- 1- 1- 1-".to_owned(), 1));
    assert_eq!(five.build(|_, _| {}).1, 0, "nothing to do");
}

#[test]
fn whoever_knows_has_read_it() {
    let five = Five::new();
    five.build(|_, _| {});
    five.world.edit("lib", "2");
    assert_eq!(five.build(|_, _| {}), ("2- 2- 2- 2- 2-".to_owned(), 1), "a file that was there");
    five.world.edit("other", "x");
    assert_eq!(five.build(|_, _| {}), ("2x 2x 2x 2x 2x".to_owned(), 1), "one that was not");
    assert_eq!(five.build(|_, _| {}).1, 0);
}

#[test]
fn a_file_that_changes_between_two_steps_is_read_again() {
    let changes: [fn(&ToyWorld); 3] = [
        |world| world.edit("lib", "2"),
        |world| world.edit("other", "x"),
        |world| world.disk.delete("lib"),
    ];
    for (change, expected) in
        changes.into_iter().zip(["1- 1- 2- 2- 2-", "1- 1- 1x 1x 1x", "1- 1- -- -- --"])
    {
        let five = Five::new();
        let at_two = move |world: &ToyWorld, number| _ = (number == 2).then(|| change(world));
        assert_eq!(five.build(at_two), (expected.to_owned(), 2));
        // Those that knew it before are asked again, because they have read something else.
        let last = expected.split(' ').next_back().unwrap();
        assert_eq!(five.build(|_, _| {}).0, [last; 5].join(" "));
    }
}

#[test]
fn a_change_that_no_stat_shows_is_seen() {
    let five = Five::new();
    // The same size, inode and time.
    let edit = |world: &ToyWorld, number: usize| world.disk.edit("lib", number.to_string().as_bytes());
    assert_eq!(five.build(edit), ("0- 1- 2- 3- 4-".to_owned(), 5));
}
