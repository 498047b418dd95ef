//! A disk that is full after so many bytes: the error names the path, and once there is space the build is right.
//! A real file system in memory, in a mount namespace of our own.

use std::process::Command;

use crate::world::{World, outputs_of};
use crate::{count, skip};

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
    let mut command = Command::new("unshare");
    command.args(way).args(["sh", "-c", script]).current_dir(world.dir());
    command.env("MODPIN", env!("CARGO_BIN_EXE_cargo-modpin")).env("SIZE", size.to_string());
    command.output().ok()?.status.code()
}

fn way(world: &World) -> Option<&'static [&'static str]> {
    let works = |way: &&&[&str]| {
        let script = "mount -t tmpfs -o size=4096 tmpfs out && mount -o remount,size=8192 out";
        unshare(way, world, script, 0) == Some(0)
    };
    WAYS.iter().find(works).copied()
}

fn world() -> World {
    let world = World::new();
    std::fs::create_dir(world.path("out")).unwrap();
    world
}

#[test]
fn a_full_disk_is_named_and_forgotten_when_there_is_room() {
    let clean = world();
    let Some(way) = way(&clean) else {
        return skip("unshare", "nobody may mount a file system here");
    };
    clean.modpin("build --target-dir out").has(0, "");
    let expected = outputs_of(&clean.path("out/modpin/debug"));
    // What a file system in memory needs: whole pages.
    let all = crate::tree::read(&clean.path("out"));
    let bytes = |node: &crate::tree::Node| match node {
        crate::tree::Node::File(bytes) => bytes.len() as u64,
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
        let read = |name: &str| std::fs::read_to_string(world.path(name)).unwrap();
        let (code, said) = (read("full.code"), read("full.said"));
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
        assert_eq!(read("roomy.code"), "0\n", "{what}{}", read("roomy.said"));
        assert_eq!(outputs_of(&world.path("kept/debug")), expected, "{what}");
        assert!(read("idle.said").contains("nothing to do"), "{what}{}", read("idle.said"));
    }
    assert!(failed >= steps / 2, "most of these disks are too small");
}
