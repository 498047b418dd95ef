//! What a build keeps for itself: its log, the snapshot, the graph, depfiles. Checksums are right here, what they vouch for
//! is odd.

use std::sync::Arc;

use modpin_engine::run::depfile::prerequisites;
use modpin_engine::state::graph_file::{self, GraphFile};
use modpin_engine::state::snapshot::{self, Entry, Preface, Role};

use modpin_engine::{
    Action, ActionRecord, Arg, Command, Disk, FileRecord, Graph, Hash, RealDisk, Stat, Step,
    StepDecoder, Store, Work,
};

use crate::{check, measured};

#[test]
fn depfiles_of_short_names() {
    if crate::ran_alone() {
        return;
    }
    let names = || (0..2 << 20).flat_map(|n| format!("{n:x} ").into_bytes());
    let read = |bytes: &[u8]| drop(prerequisites(std::str::from_utf8(bytes).expect("text"), &|_| false));
    check(
        "two million prerequisites in a line",
        || b"a: ".iter().copied().chain(names()).collect(),
        read,
    );
    check(
        "the same name again and again",
        || b"a: ".iter().copied().chain(b"b ".repeat(4 << 20)).collect(),
        read,
    );
    check("a name without end", || b"a: ".iter().copied().chain(vec![b'b'; 24 << 20]).collect(), read);
    check("continued without end", || b"a: b\\\n".repeat(2 << 20), read);
    check("backslashes without end", || [&b"a: "[..], &vec![b'\\'; 24 << 20]].concat(), read);
    check("rules without end", || b"a: b\n".repeat(2 << 20), read);
    check("targets without end", || b"a ".repeat(12 << 20), read);
}

fn disk() -> (tempfile::TempDir, RealDisk) {
    let dir = tempfile::tempdir().expect("a directory");
    let disk = RealDisk::new(dir.path());
    (dir, disk)
}

fn size(disk: &RealDisk, path: &str) -> usize {
    disk.read(path).expect("a file").len()
}

/// Writes a log of these paths, and of the last one's content.
fn log(disk: &RealDisk, paths: impl Iterator<Item = String>) {
    let (mut store, _) = Store::open(disk, "state").expect("a store");
    let last = paths.map(|path| store.id(&path)).last().expect("a path");
    let stat = Stat { regular: true, size: 1, mtime: 1, ctime: 1, inode: 1 };
    store.set_files(vec![(last, FileRecord { stat, hash: Hash::of(b"") })]).expect("room");
    store.set_action(last, ActionRecord::without_result(1)).expect("room");
}

#[test]
fn logs_of_many_paths() {
    if crate::ran_alone() {
        return;
    }
    for (what, path) in [("short", ""), ("usual", "crates/with/a/name/of/usual/length/")] {
        let (_dir, disk) = disk();
        log(&disk, (0..1 << 19).map(|n| format!("{path}{n:x}")));
        let size = size(&disk, "state");
        let (store, warning) =
            measured(&format!("a log of half a million {what} paths"), size, 0, || {
                Store::read(&disk, "state").expect("a disk")
            });
        assert_eq!((warning, store.paths()), (None, 1 << 19));
    }
}

/// A snapshot of files that are not there.
fn snapshot_of(disk: &RealDisk, files: impl Iterator<Item = String>, stat: Option<Stat>) {
    let looked = |path| Entry { path, itself: false, role: Role::Read, stat, listing: None };
    let preface = Preface { key: Hash::of(b""), note: "", store: None, endings: Vec::new() };
    snapshot::write(disk, "snapshot", &preface, &files.map(looked).collect::<Vec<_>>()).expect("room");
}

#[test]
fn snapshots_of_many_files() {
    if crate::ran_alone() {
        return;
    }
    let gone = Some(Stat { regular: false, size: 1, mtime: 1, ctime: 1, inode: 1 });
    let long = format!("{}/", "d".repeat(3000));
    let there = |disk: &RealDisk| {
        let size = size(disk, "snapshot");
        measured("a snapshot of many files", size, 0, || {
            snapshot::compare(disk, "snapshot", Hash::of(b""), [None; 2])
        })
    };
    let (_dir, disk) = disk();
    snapshot_of(&disk, (0..1 << 20).map(|n| format!("{n:x}")), None);
    there(&disk);
    snapshot_of(&disk, (0..1 << 18).map(|n| format!("source-{n}.c")), gone);
    assert!(there(&disk).is_some_and(|difference| !difference.is_empty()));
    snapshot_of(&disk, (0..1 << 16).map(|n| format!("{long}{n:x}")), gone);
    there(&disk);
}

struct NoSteps;

impl StepDecoder for NoSteps {
    fn step(&self, _: &[u8], _: Option<Arc<[u8]>>) -> Option<Arc<dyn Step>> {
        None
    }

    fn verb(&self, text: &str) -> Option<&'static str> {
        (text == "Linking").then_some("Linking")
    }
}

/// One command with as many arguments.
fn graph_of(disk: &RealDisk, args: impl Iterator<Item = String>) {
    let mut graph = Graph::new();
    let output = graph.file("out".to_owned());
    let args = args.map(Arg::Text).collect();
    let command = Command { program: "ld".to_owned(), args, ..Command::default() };
    let work = Work::Command(command);
    let action = Action {
        verb: "Linking",
        label: String::new(),
        work,
        inputs: vec![],
        outputs: vec![output],
        depfile: None,
    };
    let action = graph.add(action).expect("a graph");
    graph_file::write(disk, "graph", &graph, &[action], |_| Hash::UNKNOWN).expect("room");
}

#[test]
fn graphs_of_many_arguments() {
    if crate::ran_alone() {
        return;
    }
    let (_dir, disk) = disk();
    let thaw = |what: &str| {
        let size = size(&disk, "graph");
        measured(what, size, 0, || GraphFile::open(&disk, "graph")?.read(&["out"], &NoSteps))
    };
    graph_of(&disk, (0..4 << 20).map(|_| String::new()));
    assert!(thaw("a graph of four million empty arguments").is_none());
    graph_of(&disk, (0..200_000).map(|n| format!("objects/of/a/large/program/{n}.o")));
    assert!(thaw("a graph of 200,000 objects").is_some());
}
