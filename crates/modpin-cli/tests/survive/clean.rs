//! `clean`: what goes and, above all, what stays. Random trees are judged by a second opinion: what a tree held
//! before, and which paths were recorded, say what may be missing after it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;

use modpin_engine::{ActionRecord, Hash, RealDisk, Store};
use modpin_test::skip::is_long;
use modpin_test::{Random, Said, reliability::count};

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process};

use super::signals::hold;
use super::world;
use crate::hostile::until;
use crate::outputs::MEMORY;
use crate::program::{Program, program_in};
use crate::tree::{self, Node, Tree};

const DIR: &str = "target/modpin/debug";
const STATE: &str = "target/modpin/debug/.modpin/state";
const LEDGER: &str = "target/modpin/debug/.modpin/state.outputs";

#[test]
fn all_that_a_build_made_goes() {
    let world = world();
    let before = tree::read(world.root());
    world.modpin("clean").has(0, "     Removed nothing: target/modpin/debug is clean\n");
    world.modpin("build").has(0, "");
    world.modpin("graph -q").has(0, "");
    world.modpin("build --timings").has(0, "timings.html");
    world.is_idle();
    // Somebody was killed who wrote a file of ours.
    fs::write(world.built(".modpin/.begun-x"), "half").unwrap();
    world.modpin("clean").has(0, " files of target/modpin/debug\n");
    let mut after = tree::read(world.root());
    after.retain(|path, _| !["target", "target/modpin"].contains(&path.as_str()));
    assert_eq!(after, before);
    world.modpin("build").has(0, "");
    world.is_idle();
}

#[test]
fn a_broken_declaration_can_be_cleaned_after() {
    let world = world();
    world.modpin("build").has(0, "");
    world.write("demo.json", "{");
    world.modpin("build").has(1, "not a project file");
    world.modpin("clean").has(0, "Removed");
    assert!(!world.built("").exists());
    fs::remove_file(world.path("demo.json")).unwrap();
    world.modpin("clean").has(1, "demo.json: cannot look at the project file");
}

#[test]
fn other_profiles_and_foreign_files_stay() {
    let world = world();
    world.modpin("build").has(0, "");
    world.modpin("build --release").has(0, "");
    let release = tree::read(&world.path("target/modpin/release"));
    world.write("target/modpin/debug/block/mine.txt", "precious");
    let said = world.modpin("clean --message-format json");
    said.has(0, "warning: target/modpin/debug: 1 file stays that no build made: block/mine.txt\n");
    assert!(said.out.contains("\"kept\":[\"block/mine.txt\"]"), "{}", said.out);
    let left: Vec<String> = tree::read(&world.built("")).into_keys().collect();
    assert_eq!(left, ["CACHEDIR.TAG", "block", "block/mine.txt"]);
    assert_eq!(tree::read(&world.path("target/modpin/release")), release);
    // The mark is still there, so it can be done again.
    fs::remove_file(world.built("block/mine.txt")).unwrap();
    fs::remove_dir(world.built("block")).unwrap();
    world.modpin("clean").has(0, "Removed");
    assert!(!world.built("").exists());
    world.modpin("clean --release").has(0, "Removed");
    assert!(!world.path("target/modpin/release").exists());
}

/// A link or a directory of somebody else's in the place of something of ours: what it leads to and what is in it stays.
#[test]
fn what_stands_in_the_place_of_ours_is_not_ours() {
    let built = || {
        let world = world();
        world.modpin("build -q --timings").has(0, "");
        world
    };
    for (dir, word) in
        [(DIR, "it is a link"), ("target/modpin/debug/.modpin", "its .modpin is no directory")]
    {
        let world = built();
        fs::rename(world.path(dir), world.path("elsewhere")).unwrap();
        symlink(world.path("elsewhere"), world.path(dir)).unwrap();
        let before = tree::read(&world.path("elsewhere"));
        world.modpin("clean").has(1, word);
        assert_eq!(tree::read(&world.path("elsewhere")), before, "{dir}");
    }
    let world = built();
    let state = |name: &str| world.built(".modpin").join(name);
    fs::rename(state("timings"), world.path("elsewhere")).unwrap();
    symlink(world.path("elsewhere"), state("timings")).unwrap();
    fs::remove_file(state("toolchain")).unwrap();
    fs::create_dir(state("toolchain")).unwrap();
    fs::write(state(".begun-x"), "half").unwrap();
    world.modpin("clean").has(0, "2 files stay that no build made: .modpin/timings, .modpin/toolchain/");
    assert!(world.path("elsewhere/timings.html").is_file());
}

#[test]
fn a_memory_that_is_damaged_is_known_from_its_ledger() {
    let world = world();
    let before = tree::read(world.root());
    world.modpin("build").has(0, "");
    fs::write(world.path(STATE), "modpin state 0\n").unwrap();
    let said = world.modpin("clean");
    said.has(0, "it was written by another version; what was built goes all the same");
    let mut after = tree::read(world.root());
    after.retain(|path, _| !["target", "target/modpin"].contains(&path.as_str()));
    assert_eq!(after, before);
}

#[test]
fn a_memory_that_is_damaged_with_its_ledger_removes_nothing_that_was_built() {
    let world = world();
    world.modpin("build").has(0, "");
    fs::write(world.path(STATE), "modpin state 0\n").unwrap();
    fs::write(world.path(LEDGER), "").unwrap();
    let said = world.modpin("clean");
    said.has(0, "it was written by another version; what was built is not known any more and stays");
    said.has(0, " stay that no build made: .modpin/check/");
    assert!(world.built("tool").exists() && !world.path(STATE).exists());
}

/// Another process may just be making a build directory of it.
#[test]
fn what_has_only_begun_is_left_to_who_has_begun_it() {
    let world = world();
    for name in ["lock", "toolchain", ".begun-x"] {
        world.write(&format!("{DIR}/.modpin/{name}"), "");
        let before = tree::read(world.root());
        let said = world.modpin("clean");
        assert_eq!(said.err, "     Removed nothing: target/modpin/debug is clean\n", "{name}");
        assert_eq!((said.code, tree::read(world.root())), (Some(0), before));
    }
    world.write(&format!("{DIR}/.modpin/mine"), "precious");
    world.modpin("clean").has(1, "it has no CACHEDIR.TAG of modpin, so nothing in it is removed");
}

/// Somebody else was faster, and what lies there now is no build's.
#[test]
fn what_is_not_ours_any_more_when_its_turn_comes_stays() {
    let world = world();
    world.modpin("build").has(0, "");
    let lock = hold(&world);
    let mut clean = world.project("clean").stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(clean.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("Blocking")), "it waits");
    fs::remove_file(world.built("CACHEDIR.TAG")).unwrap();
    let mut before = tree::read(&world.built(""));
    drop(lock);
    assert!(said.any(|line| line.contains(" files stay that no build made: ")));
    assert_eq!(clean.wait().unwrap().code(), Some(0));
    before.remove(".modpin/lock");
    assert_eq!(tree::read(&world.built("")), before);
}

/// Nobody reads its warning until it was told to stop.
#[test]
fn a_signal_stops_it_and_the_next_time_it_goes_on() {
    let world = world();
    world.modpin("build").has(0, "");
    fs::write(world.path(STATE), "modpin state 0\n").unwrap();
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    fcntl_setfl(&writer, OFlags::NONBLOCK).unwrap();
    while writer.write(b".").is_ok() {}
    fcntl_setfl(&writer, OFlags::empty()).unwrap();
    let mut clean = world.project("clean").stderr(writer).spawn().unwrap();
    let holder = || fs::read_to_string(world.built(".modpin/lock")).unwrap();
    until("it has the lock", || holder().trim() == clean.id().to_string());
    kill_process(Pid::from_child(&clean), Signal::TERM).unwrap();
    // Whoever has been woken by the signal sleeps again at the second look.
    until("it has heard it", || [(); 2].iter().all(|()| sleeps(clean.id())));
    let mut said = String::new();
    reader.read_to_string(&mut said).unwrap();
    assert!(said.contains("what was built goes all the same\nerror: interrupted by SIGTERM"), "{said}");
    assert_eq!(clean.wait().unwrap().code(), Some(143));
    assert!(world.built("tool").exists());
    world.modpin("clean").has(0, "what was built goes all the same");
    assert!(!world.built("").exists());
}

/// Whether all threads of a process sleep, and no signal is on its way.
fn sleeps(process: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap().flatten();
    let mut states = threads.map(|thread| fs::read_to_string(thread.path().join("status")).unwrap());
    states.all(|state| {
        let pending = state.lines().filter(|line| line.contains("Pnd:"));
        state.contains("State:\tS") && pending.into_iter().all(|line| line.ends_with(&"0".repeat(16)))
    })
}

/// A world that was built, as a tree that can be had again and again.
struct Template(Tree);

impl Template {
    fn new() -> Template {
        let world = world();
        world.modpin("build").has(0, "");
        world.modpin("build --release").has(0, "");
        Template(tree::read(world.root()))
    }
}

/// Paths that no build records, but a damaged or hostile memory could.
const ODD: [&str; 9] = [
    "target/modpin/debug/../release/tool",
    "target/modpin/debug/../../../main.c",
    "target/modpin/debug/block/../../../../main.c",
    "target/modpin/debugger/file",
    "target/modpin/debug",
    "target/modpin/release/tool",
    "main.c",
    "../canary",
    "target/modpin/debug//tool",
];

fn record(world: &Path, paths: &[String]) -> BTreeSet<String> {
    let (mut store, warning) = Store::open(&RealDisk::new(world), STATE).unwrap();
    assert_eq!(warning, None);
    for path in paths {
        let id = store.id(path);
        let outputs = vec![(id, Hash::of(b"x"))];
        store.set_action(id, ActionRecord { outputs, ..ActionRecord::without_result(0) }).unwrap();
    }
    let ids = store.actions().flat_map(|(_, record)| &record.outputs).map(|&(id, _)| id);
    ids.map(|id| store.path(id).to_owned()).collect()
}

/// Does something to a tree that a build would not.
fn vandalise(root: &Path, before: &Tree, random: &mut Random) {
    let below: Vec<&String> = before.keys().filter(|path| path.starts_with(DIR)).collect();
    let victim = root.join(random.pick(&below).unwrap());
    let outside = root.join("elsewhere");
    match random.below(9) {
        0 | 1 => _ = fs::write(victim.with_file_name("mine.txt"), "precious"),
        2 if victim.is_dir() => _ = fs::write(victim.join("mine too"), "precious"),
        // Somewhere else are files of the same names.
        3 | 4 if victim.is_dir() => {
            fs::remove_dir_all(&outside).unwrap();
            fs::rename(&victim, &outside).unwrap();
            symlink(&outside, &victim).unwrap();
        }
        5 => {
            remove(&victim);
            symlink(root.join("main.c"), &victim).unwrap();
        }
        6 => {
            remove(&victim);
            fs::create_dir(&victim).unwrap();
            fs::write(victim.join("precious"), "precious").unwrap();
        }
        7 => remove(&victim),
        _ => {
            remove(&victim);
            symlink("nowhere", &victim).unwrap();
        }
    }
}

fn remove(path: &Path) {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path).unwrap(),
        _ => _ = fs::remove_file(path),
    }
}

/// Which nodes may be missing, and must: those recorded that are reached by directories alone, and our own files.
fn ours(path: &str, before: &Tree, recorded: &BTreeSet<String>) -> bool {
    let Some(below) = path.strip_prefix(DIR).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    let mut above = path;
    while let Some((dir, _)) = above.rsplit_once('/') {
        if dir.len() > DIR.len() && before.get(dir) != Some(&Node::Dir) {
            return false;
        }
        above = dir;
    }
    let partial = below == ".modpin/partial" || below.starts_with(".modpin/partial/");
    let is_file = before[path] != Node::Dir;
    partial || (is_file && (recorded.contains(path) || MEMORY.contains(&below)))
}

fn random_tree(template: &Template, round: usize) {
    let mut random = Random::new(round as u64);
    let dir = modpin_test::room::directory();
    let root = dir.path().join("root");
    fs::create_dir(&root).unwrap();
    fs::write(dir.path().join("canary"), "precious").unwrap();
    tree::write(&template.0, &root);
    fs::create_dir(root.join("elsewhere")).unwrap();
    fs::create_dir(root.join("target/modpin/debugger")).unwrap();
    fs::write(root.join("target/modpin/debugger/file"), "precious").unwrap();
    let odd: Vec<String> = (0..random.below(4))
        .map(|_| (*random.pick(&ODD).unwrap()).to_owned())
        .chain([root_path(&root)])
        .collect();
    let recorded = record(&root, &odd);
    for _ in 0..random.below(6) {
        vandalise(&root, &tree::read(&root), &mut random);
    }
    if random.below(8) == 0 {
        remove(&root.join(DIR).join("CACHEDIR.TAG"));
    }
    let before = tree::read(dir.path());
    let Said { code, err: said, .. } = Said::of(&mut program_in(&root, "--project demo.json clean"));
    let after = tree::read(dir.path());
    let within = |tree: &Tree| -> Tree {
        let below =
            |(path, node): (&String, &Node)| Some((path.strip_prefix("root/")?.into(), node.clone()));
        tree.iter().filter_map(below).collect()
    };
    let what = format!("round {round}, exit {:?}: {said}", code);
    if code != Some(0) {
        let refused = said.contains("so nothing in it is removed") && code == Some(1);
        let no_lock = said.contains("/lock: cannot open: ") && code == Some(101);
        assert!(refused || no_lock, "{what}");
        assert_eq!(after, before, "{what}");
        return;
    }
    assert_eq!(after.get("canary"), before.get("canary"), "{what}");
    judge(&within(&before), &within(&after), (&recorded, &odd), &what);
}

/// An absolute path of a file that is nobody's output.
fn root_path(root: &Path) -> String {
    root.join("main.c").to_string_lossy().into_owned()
}

fn judge(before: &Tree, after: &Tree, (recorded, odd): (&BTreeSet<String>, &[String]), what: &str) {
    // Two files know what was built. The odd paths are in one of them only.
    let has = |path| matches!(before.get(path), Some(Node::File(_)));
    let recorded = match (has(STATE), has(LEDGER)) {
        (true, _) => recorded.clone(),
        (false, true) => recorded.iter().filter(|path| !odd.contains(path)).cloned().collect(),
        (false, false) => BTreeSet::new(),
    };
    let stays = |path: &str| !ours(path, before, &recorded) && path != format!("{DIR}/CACHEDIR.TAG");
    for (path, node) in before {
        match after.get(path) {
            Some(there) => {
                assert_eq!(there, node, "{what}{path} changed");
                let may = stays(path) || path.ends_with("CACHEDIR.TAG") || *node == Node::Dir;
                assert!(may, "{what}{path} is still there");
            }
            // A directory goes when nothing is left in it.
            None if *node == Node::Dir => {
                let below = format!("{path}/");
                assert!(path.starts_with(DIR), "{what}{path} is gone");
                assert!(
                    !before.keys().any(|path| path.starts_with(&below)
                        && stays(path)
                        && before[path] != Node::Dir),
                    "{what}{path} is gone"
                );
            }
            None => assert!(!stays(path), "{what}{path} is gone"),
        }
    }
    let new: Vec<_> = after.keys().filter(|path| !before.contains_key(*path)).collect();
    assert!(new.is_empty(), "{what}{new:?}");
}

#[test]
fn random_trees_lose_nothing_else() {
    if is_long("clean::random_trees_lose_nothing_else") {
        return;
    }
    let template = Template::new();
    for round in 0..count(20, 1000) {
        random_tree(&template, round);
    }
}
