//! A disk that is full after so many bytes: the error names the path, and once there is space the build is right.
//! A real file system in memory, in a mount namespace of our own.

use modpin_test::skip::is_long;
use modpin_test::{Said, World, reliability::count, skip};

use crate::outputs::outputs_of;
use crate::program::{PROGRAM, Program};
use crate::tree;

const SCRIPT: &str = r#"
mount -t tmpfs -o size=$SIZE tmpfs out || exit 90
build() { "$MODPIN" modpin --project demo.json build --target-dir out >$1.said 2>&1; echo $? >$1.code; }
build full
mount -o remount,size=256m out || exit 91
build roomy
build idle
cp -r out/modpin kept
"#;

/// As root, or as anybody where the kernel lets anybody be root of a namespace.
const WAYS: [&[&str]; 2] = [&["-m"], &["-U", "-r", "-m"]];

fn unshare(way: &[&str], world: &World, script: &str, size: u64) -> Option<i32> {
    let mut command = world.command("unshare");
    command.args(way).args(["sh", "-c", script]);
    command.env("MODPIN", PROGRAM).env("SIZE", size.to_string());
    Said::of(&mut command).code
}

fn way(world: &World) -> Option<&'static [&'static str]> {
    let works = |way: &&&[&str]| {
        let script = "mount -t tmpfs -o size=4096 tmpfs out && mount -o remount,size=8192 out";
        unshare(way, world, script, 0) == Some(0)
    };
    WAYS.iter().find(works).copied()
}

/// With a directory for the small disk.
fn world() -> World {
    let world = super::world();
    std::fs::create_dir(world.path("out")).unwrap();
    world
}

#[test]
fn a_full_disk_is_named_and_forgotten_when_there_is_room() {
    if is_long("full_disk::a_full_disk_is_named_and_forgotten_when_there_is_room") {
        return;
    }
    let clean = world();
    let what = "a full disk";
    if skip::is_missing("unshare", what) {
        return;
    }
    let Some(way) = way(&clean) else {
        return skip::skip_for_good(what, "nobody may mount a file system here");
    };
    clean.modpin("build --target-dir out").has(0, "");
    let expected = outputs_of(&clean.path("out/modpin/debug"));
    // What a file system in memory needs: whole pages.
    let all = tree::read(&clean.path("out"));
    let bytes = |node: &tree::Node| match node {
        tree::Node::File(bytes) => bytes.len() as u64,
        _ => 0,
    };
    let need: u64 = all.values().map(|node| bytes(node).div_ceil(4096) * 4096).sum();
    let steps = count(6, 60) as u64;
    let mut failed = 0;
    for step in 0..=steps {
        // No page at all would be no limit at all.
        let size = (need * step / steps).max(4096);
        let world = world();
        assert_eq!(unshare(way, &world, SCRIPT, size), Some(0), "{size}");
        let (code, said) = (world.read("full.code"), world.read("full.said"));
        let what = format!("{size} of {need}: {code}{said}");
        match code.trim() {
            "0" => {}
            "101" => {
                failed += 1;
                assert!(said.contains("out/modpin/debug"), "no path is named: {what}");
                assert!(said.contains("o space left"), "no reason is named: {what}");
            }
            _ => panic!("{what}"),
        }
        assert_eq!(world.read("roomy.code"), "0\n", "{what}{}", world.read("roomy.said"));
        assert_eq!(outputs_of(&world.path("kept/debug")), expected, "{what}");
        assert!(world.read("idle.said").contains("nothing to do"), "{what}{}", world.read("idle.said"));
    }
    assert!(failed >= steps / 2, "most of these disks are too small");
}
