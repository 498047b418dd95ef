//! Results that were made once: taken where they hold, and nowhere else; whatever is wrong with them, as if they were not there.

use std::sync::atomic::Ordering;

use super::toy::{Staging, Toy};
use super::toy_cache::{CACHE, files, local, share};
use super::toy_world::{STATE, Told, ToyWorld, graph};
use crate::cache::{Cache, KeptResult};
use crate::fake::Fault;
use crate::state::Store;
use crate::world::hash::Hash;
use expect_test::expect;

pub const ACTIONS: &str = "
    out/a : cc a
    out/b : cc-beside b
    out/step : !cut out/a
    out/all : cc out/step out/b";

pub const SOURCES: [(&str, &str); 4] =
    [("a", "A\n#include h"), ("b", "B\n.maybe gone"), ("h", "H"), ("dir/h", "other")];

/// A checkout with a cache; the same files in each.
fn checkout() -> ToyWorld {
    ToyWorld { cache: Some(local(1 << 30)), ..ToyWorld::new(&SOURCES) }
}

/// Two checkouts, of which one has built all.
fn two() -> [ToyWorld; 2] {
    let worlds = [(); 2].map(|()| checkout());
    worlds[0].build(ACTIONS, "*");
    share(&worlds[0].disk, &worlds[1].disk);
    worlds
}

fn built(world: &ToyWorld) -> Vec<(String, String)> {
    let outputs = world.disk.list("out").into_iter().filter(|path| !path.contains(".state"));
    outputs.map(|path| (path.clone(), world.read(&path))).collect()
}

/// What a build says, and how many commands it has started.
fn counted(world: &ToyWorld) -> (Told, usize) {
    let before = world.started.load(Ordering::SeqCst);
    let told = world.run_all(ACTIONS);
    (told, world.started.load(Ordering::SeqCst) - before)
}

/// What is remembered of an action, in words.
fn remembered(world: &ToyWorld, output: &str) -> String {
    let (store, _) = Store::open(&world.disk, STATE).unwrap();
    store.action(store.find(output).unwrap()).unwrap().cache.clone()
}

#[test]
fn what_was_made_in_one_checkout_is_there_in_another() {
    let [here, there] = two();
    let (told, commands) = counted(&there);
    expect![[r#"
        out/a: there is no result of an earlier run (cached)
        out/b: there is no result of an earlier run (cached)
        out/step: there is no result of an earlier run (cached)
        out/all: there is no result of an earlier run (cached)
    "#]]
    .assert_eq(&told.text);
    assert_eq!((commands, built(&there)), (0, built(&here)));
    let outcome = told.outcome.unwrap();
    assert_eq!((outcome.ran.len(), outcome.commands, outcome.cached), (4, 0, 4));
    assert_eq!(there.read("out/b.side"), "beside cc-beside(B;none)");
    there.check(ACTIONS, "*", expect![""]);
    expect!["from the cache, made in this checkout on 2023-11-14"]
        .assert_eq(&remembered(&there, "out/a"));
    // It is remembered as if it had run: an edit is seen, and so is what is found later.
    there.edit("gone", "there");
    assert_eq!(counted(&there).0.taken, Vec::<String>::new());
    assert_eq!(there.read("out/all"), here.read("out/all").replace("B;none", "B;there"));
}

#[test]
fn after_an_edit_and_back_nothing_runs() {
    let world = checkout();
    world.build(ACTIONS, "*");
    world.edit("h", "H2");
    assert_eq!(counted(&world).1, 2);
    world.edit("h", "H");
    let (told, commands) = counted(&world);
    assert_eq!(
        (commands, told.taken),
        (0, vec!["out/a".to_owned(), "out/step".into(), "out/all".into()])
    );
    world.disk.delete("/w/out");
    assert_eq!(counted(&world).1, 0);
}

/// The rule of the dirty check: a header that was read, one in front of it, one that was missed, a value of a file.
#[test]
fn what_it_rests_on_decides() {
    const VALUES: &str = "out/v : cc v";
    let sources = [("v", "%A\n#include x\n.maybe m"), ("x", "X"), ("values", "A=1\nB=1\n")];
    let world = || ToyWorld { cache: Some(local(1 << 30)), ..ToyWorld::new(&sources) };
    let changes: [(&str, &str, usize); 5] = [
        ("x", "Y", 1),
        ("m", "M", 1),
        ("values", "A=2\nB=1\n", 1),
        ("values", "A=1\nB=2\n", 0),
        ("y", "", 0),
    ];
    for (path, text, commands) in changes {
        let [here, there] = [world(), world()];
        here.build(VALUES, "*");
        share(&here.disk, &there.disk);
        there.edit(path, text);
        there.build(VALUES, "*");
        assert_eq!(there.started.load(Ordering::SeqCst), commands, "{path}: {text}");
        let clean = ToyWorld { cache: None, ..world() };
        clean.edit(path, text);
        clean.build(VALUES, "*");
        assert_eq!(there.read("out/v"), clean.read("out/v"), "{path}: {text}");
    }
    // A library in front of the one that was linked.
    const LINK: &str = "out/l : cc-Ll0:l1 l";
    let world =
        || ToyWorld { cache: Some(local(1 << 30)), ..ToyWorld::new(&[("l", "-l x"), ("l1/x.a", "1")]) };
    let [here, there, other] = [world(), world(), world()];
    here.build(LINK, "*");
    share(&here.disk, &there.disk);
    share(&here.disk, &other.disk);
    there.build(LINK, "*");
    other.edit("l0/x.a", "0");
    other.build(LINK, "*");
    assert_eq!([&there, &other].map(|world| world.started.load(Ordering::SeqCst)), [0, 1]);
    assert_eq!([here.read("out/l"), other.read("out/l")], ["cc-Ll0:l1(1)", "cc-Ll0:l1(0)"]);
}

#[test]
fn what_was_damaged_is_made_again_and_kept_again() {
    let [here, there] = two();
    let all = files(&there.disk);
    assert_eq!(all.len(), 4 + 5 + 1, "results, contents, the size");
    for (path, content) in &all {
        for damaged in [&content[..content.len() / 2], b"", &[&content[1..], b"x"].concat(), &all[0].1] {
            if damaged == content {
                continue;
            }
            let world = checkout();
            share(&here.disk, &world.disk);
            world.disk.edit(path, damaged);
            let (_, commands) = counted(&world);
            assert!(commands <= 1, "{path}: {commands}");
            assert_eq!(built(&world), built(&here), "{path}");
            let again = checkout();
            share(&world.disk, &again.disk);
            assert_eq!(counted(&again).1, 0, "{path} is not kept again");
        }
    }
    // A list that stands under the name of another one.
    let lists: Vec<_> = all.iter().filter(|(path, _)| path.ends_with(".results")).collect();
    for ((path, _), (_, other)) in lists.iter().zip(lists.iter().skip(1)) {
        there.disk.edit(path, other);
    }
    assert_eq!(counted(&there).0.outcome.unwrap().failed.len(), 0);
    assert_eq!(built(&there), built(&here));
}

#[test]
fn whatever_the_disk_says_the_build_is_the_same() {
    let [here, _] = two();
    let (mut at, mut taken) = (0, 0);
    loop {
        at += 1;
        let world = checkout();
        share(&here.disk, &world.disk);
        // What is removed while it is looked at.
        let path = &files(&world.disk)[at % 10].0.clone();
        world.disk.delete(path);
        world.disk.set_fault(Fault::Read(at));
        let told = world.run_all(ACTIONS);
        let came = world.disk.fault_came();
        world.disk.set_fault(Fault::None);
        taken += told.taken.len();
        world.run_all(ACTIONS);
        assert_eq!(built(&world), built(&here), "read {at}");
        if !came {
            break;
        }
    }
    assert!(at > 10 && taken > 10, "{at} {taken}");
    // A cache that cannot be written.
    let world = checkout();
    world.disk.edit(CACHE, b"a file");
    assert!(world.run_all(ACTIONS).outcome.unwrap().success());
    assert_eq!(built(&world), built(&here));
}

#[test]
fn what_nobody_vouches_for_is_not_kept() {
    let world =
        ToyWorld { cache: Some(local(1 << 30)), ..ToyWorld::new(&[("a", "A"), ("c", "#clock")]) };
    let mut graph = graph("out/now : !now a\nout/clock : cc c").unwrap();
    let toy = |name: &str| Toy {
        tool: "cc".to_owned(),
        outputs: vec![format!("out/{name}")],
        inputs: vec!["a".to_owned()],
        ..Toy::default()
    };
    let then = Toy { then: Some("+".to_owned()), ..toy("then") };
    let rule = Toy { staging: Staging { stdin: true, ..Staging::default() }, ..toy("rule") };
    for toy in [then, rule] {
        toy.add_to(&mut graph, &world.reads).unwrap();
    }
    let all: Vec<_> = graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
    assert!(world.run(&graph, &all).outcome.unwrap().success());
    assert_eq!(files(&world.disk), []);
    expect![[r#"
        out/clock not in the cache: c tells the clock
        out/then not in the cache: a tool of the project makes it, and nobody vouches for what that reads
        out/rule not in the cache: a tool of the project makes it, and nobody vouches for what that reads"#]]
    .assert_eq(
        &["out/clock", "out/then", "out/rule"]
            .map(|path| format!("{path} {}", remembered(&world, path)))
            .join("\n"),
    );
}

#[test]
fn what_is_written_while_it_is_read_is_not_kept() {
    let mut world = checkout();
    world.hook = Some(Box::new(|world, output| {
        if output == "out/a" {
            world.disk.edit("h", b"meanwhile");
        }
    }));
    world.build(ACTIONS, "*");
    world.hook = None;
    expect!["not in the cache: what it reads was written meanwhile"]
        .assert_eq(&remembered(&world, "out/a"));
    let other = checkout();
    share(&world.disk, &other.disk);
    let (told, _) = counted(&other);
    assert!(!told.taken.contains(&"out/a".to_owned()), "{:?}", told.taken);
    let clean = ToyWorld { cache: None, ..checkout() };
    clean.build(ACTIONS, "*");
    assert_eq!(built(&other), built(&clean));
}

/// A result that names its checkout, and one that lies where no output of the action does.
#[test]
fn what_is_no_good_here_is_not_taken() {
    let world = checkout();
    world.edit("a", "/w/a");
    world.build("out/a : cc a", "*");
    let (path, list) =
        files(&world.disk).into_iter().find(|(path, _)| path.ends_with(".results")).unwrap();
    assert!(remembered(&world, "out/a").starts_with("in the cache for this checkout only"));
    let name = path.rsplit('/').next().unwrap().trim_end_matches(".results");
    let key = Hash::from_bits(u128::from_str_radix(name, 16).unwrap());
    let cache = local(1 << 30);
    let entry = cache.results(&world.disk, key).remove(0);
    assert!(entry.names_root && entry.root == "/w", "{entry:?}");
    let content = entry.outputs[0];
    let outside = |path: &str| KeptResult { beside: vec![(path.to_owned(), content)], ..entry.clone() };
    let bad = [
        KeptResult { root: "/x".to_owned(), ..entry.clone() },
        KeptResult { outputs: vec![], ..entry.clone() },
        outside("../victim"),
        outside("/w/victim"),
        outside("out/../a"),
        outside("victim"),
    ];
    for bad in bad {
        world.disk.edit(&path, b"");
        cache.keep(&world.disk, key, bad.clone()).unwrap();
        world.disk.delete("/w/out");
        let told = world.run_all("out/a : cc a");
        assert_eq!((told.taken.len(), world.read("a").as_str()), (0, "/w/a"), "{bad:?}");
        assert!(!world.disk.snapshot().iter().any(|(path, _)| path.ends_with("victim")));
    }
    world.disk.edit(&path, &list);
    world.disk.delete("/w/out");
    assert_eq!(world.run_all("out/a : cc a").taken.len(), 1);
}

#[test]
fn the_oldest_go_when_there_is_too_much() {
    let world = checkout();
    let one = |name: &str| format!("out/{name} : cc {name}");
    for name in ["s1", "s2", "s3"] {
        world.edit(name, &name.repeat(50));
        world.build(&one(name), "*");
        world.disk.tick();
    }
    let taken = |name: &str| {
        world.disk.delete("/w/out");
        world.disk.tick();
        world.run_all(&one(name)).taken.len()
    };
    let cache = local(1 << 30);
    let before = cache.kept(&world.disk).unwrap();
    assert_eq!((before.keys, before.contents), (3, 3));
    assert_eq!(taken("s1"), 1);
    // s2 was not used for longest now.
    let (removed, left) = cache.trim(&world.disk, before.bytes * 2 / 3).unwrap();
    assert_eq!(before.bytes, removed + left);
    assert_eq!(cache.kept(&world.disk).unwrap().bytes, left);
    assert_eq!(["s1", "s3", "s2"].map(taken), [1, 1, 0]);
    // A build that has kept something looks whether there is too much, now and then.
    let small =
        ToyWorld { cache: Some(local(3 * before.bytes / 3)), ..ToyWorld::on(world.disk.clone()) };
    for at in 0..20 {
        let name = format!("t{at}");
        small.edit(&name, &name.repeat(50));
        small.build(&one(&name), "*");
        let kept = cache.kept(&world.disk).unwrap();
        assert!(kept.bytes <= before.bytes, "{kept:?}");
    }
    assert!(cache.kept(&world.disk).unwrap().bytes > before.bytes / 3);
    cache.trim(&world.disk, 0).unwrap();
    assert_eq!(cache.kept(&world.disk).unwrap(), crate::cache::Kept::default());
}

#[test]
fn a_header_that_takes_turns_leaves_its_results_side_by_side() {
    let world = checkout();
    let header = |at: usize| format!("turn {at}");
    for at in 0..16 {
        world.edit("h", &header(at));
        world.build(ACTIONS, "*");
    }
    for at in 0..16 {
        world.edit("h", &header(at));
        assert_eq!(counted(&world).1, 0, "{at}");
    }
}
