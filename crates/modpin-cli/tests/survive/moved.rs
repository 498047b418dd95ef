//! A tree that was moved or copied, a memory of another version (row R23), the same project in other places under other
//! circumstances (row N8), and actions in any order (row R16).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use modpin_engine::{ActionRecord, Hash, RealDisk, Store};
use modpin_test::skip::is_long;
use modpin_test::{Random, Said, reliability::count};

use super::world;
use crate::outputs::{outputs, outputs_of};
use crate::program::{PROGRAM, Program, program_in};
use crate::tree;

fn build_at(dir: &Path, args: &str) -> Said {
    Said::of(&mut program_in(dir, &format!("--project demo.json build --message-format json {args}")))
}

fn commands(said: &Said) -> usize {
    said.objects_of("started").iter().filter(|line| line["command"].is_string()).count()
}

fn built(dir: &Path) -> BTreeMap<String, Hash> {
    outputs_of(&dir.join("target/modpin/debug"))
}

/// All of a build at `dir` is what a clean one gives there, its memory of where it lies as well.
fn is_at_home(dir: &Path, what: &str) {
    let database = || fs::read_to_string(dir.join("target/modpin/debug/compile_commands.json")).unwrap();
    let (outputs, said) = (built(dir), database());
    fs::rename(dir.join("target"), dir.join("old")).unwrap();
    build_at(dir, "").has(0, "");
    assert_eq!(outputs, built(dir), "{what}");
    assert_eq!(said, database(), "{what}");
    fs::remove_dir_all(dir.join("target")).unwrap();
    fs::rename(dir.join("old"), dir.join("target")).unwrap();
}

#[test]
fn a_tree_that_was_moved_or_copied_is_not_built_again() {
    let (world, elsewhere) = (world(), modpin_test::room::directory());
    build_at(world.root(), "").has(0, "");
    world.is_idle();
    let copy = elsewhere.path().join("a/copy");
    fs::create_dir_all(&copy).unwrap();
    tree::write(&tree::read(world.root()), &copy);
    // Files that were written by somebody else have no right to be executed.
    let moved = elsewhere.path().join("moved tree");
    fs::rename(world.root(), &moved).unwrap();
    for (dir, what) in [(moved, "moved"), (copy, "copied")] {
        let said = build_at(&dir, "");
        said.has(0, "");
        assert_eq!(commands(&said), 0, "{what}: {}", said.err);
        assert!(!said.err.contains("warning"), "{what}: {}", said.err);
        is_at_home(&dir, what);
        build_at(&dir, "").has(0, "nothing to do");
        // And it goes on from there.
        fs::write(dir.join("util/extra.c"), "int extra(int x) { return x * 7; }\n").unwrap();
        let said = build_at(&dir, "");
        said.has(0, "Compiling util/extra.c\n");
        assert!(!said.err.contains("Compiling util/base.c"), "{what}: {}", said.err);
        is_at_home(&dir, what);
    }
}

#[test]
fn a_memory_of_another_version_is_one_line_and_a_build() {
    let world = world();
    build_at(world.root(), "").has(0, "");
    let expected = outputs(&world);
    let state = world.built(".modpin/state");
    let good = fs::read(&state).unwrap();
    let line = good.iter().position(|&byte| byte == b'\n').unwrap();
    let head = String::from_utf8_lossy(&good[..line]);
    let now: u32 = head.rsplit_once(' ').unwrap().1.parse().unwrap();
    for version in [0, now - 1, now + 1, 99999] {
        let other = [format!("modpin state {version}").as_bytes(), &good[line..]].concat();
        fs::write(&state, other).unwrap();
        let said = build_at(world.root(), "");
        said.has(0, "it was written by another version; everything is built again\n");
        assert_eq!(said.err.matches("warning").count(), 1, "{}", said.err);
        assert_eq!(outputs(&world), expected);
        world.is_idle();
    }
    // A snapshot and an answer about tools of another version are as good as none.
    for name in ["build.snapshot", "toolchain"] {
        let path = world.built(".modpin").join(name);
        let text = fs::read(&path).unwrap();
        fs::write(&path, [b"0 ", text.as_slice()].concat()).unwrap();
        let said = build_at(world.root(), "");
        said.has(0, "nothing to do");
        assert!(!said.err.contains("warning"), "{}", said.err);
    }
}

#[test]
fn two_builds_under_different_circumstances_give_the_same_bytes() {
    let places = modpin_test::room::directory();
    let (plain, link) = (world(), places.path().join("link"));
    let args = "build --release -q -j1";
    plain.modpin("build -q").has(0, "");
    plain.modpin(args).has(0, "");
    let expected = (outputs(&plain), outputs_of(&plain.path("target/modpin/release")));
    for round in 0..count(1, 10) {
        let dir = places.path().join(format!("{round}/a much longer way/to it"));
        fs::create_dir_all(&dir).unwrap();
        let sources = world();
        tree::write(&tree::read(sources.root()), &dir);
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(&dir, &link).unwrap();
        for profile in ["", "--release"] {
            // By a link, as a shell goes: the working directory is what PWD says.
            let script =
                "umask 077; cd \"$LINK\" && exec \"$MODPIN\" --project demo.json build -q -j8 $PROFILE";
            let mut command = plain.command("sh");
            command
                .args(["-c", script])
                .env("LINK", &link)
                .env("PROFILE", profile)
                .env("MODPIN", PROGRAM);
            let other = [("HOME", "/nowhere"), ("TZ", "Asia/Kathmandu"), ("LANG", "de_DE.UTF-8")];
            command.envs(other).env("LC_ALL", "C.UTF-8").env("USER", "other").env("COLUMNS", "40");
            Said::of(&mut command).has(0, "");
        }
        assert_eq!(built(&dir), expected.0, "round {round}");
        assert_eq!(outputs_of(&dir.join("target/modpin/release")), expected.1, "round {round}");
    }
}

/// What takes longest goes first; so a memory of random times is a random order.
#[test]
fn whatever_the_order_of_actions_the_outputs_are_the_same() {
    if is_long("moved::whatever_the_order_of_actions_the_outputs_are_the_same") {
        return;
    }
    let world = world();
    build_at(world.root(), "").has(0, "");
    let expected = outputs(&world);
    let keys: Vec<String> = {
        let (store, _) =
            Store::read(&RealDisk::new(world.root()), "target/modpin/debug/.modpin/state").unwrap();
        let mut keys: Vec<String> = store.actions().map(|(id, _)| store.path(id).to_owned()).collect();
        keys.sort();
        keys
    };
    assert!(keys.len() > 15, "{keys:?}");
    let mut orders = BTreeSet::new();
    let rounds = count(4, 100);
    for round in 0..rounds {
        let mut random = Random::new(round as u64);
        world.modpin("clean -q").has(0, "");
        fs::create_dir_all(world.built(".modpin")).unwrap();
        let disk = RealDisk::new(world.root());
        let (mut store, _) = Store::open(&disk, "target/modpin/debug/.modpin/state").unwrap();
        for key in &keys {
            let id = store.id(key);
            store.set_action(id, ActionRecord::without_result(random.below(1000) as u32)).unwrap();
        }
        drop(store);
        let said = build_at(world.root(), &format!("-j{}", 1 + random.below(4)));
        said.has(0, "");
        assert_eq!(outputs(&world), expected, "round {round}");
        let started = said.objects_of("started");
        orders.insert(started.iter().map(|line| line["label"].to_string()).collect::<Vec<_>>());
        world.is_idle();
    }
    assert!(orders.len() > rounds / 2, "only {} orders in {rounds} builds", orders.len());
}
