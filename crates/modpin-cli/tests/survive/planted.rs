//! Links and second names planted in the build directory (row R30): what they name is never touched, and the next build
//! makes what a clean build makes.

use std::fs;
use std::os::unix::fs::symlink;

use modpin_test::skip::is_long;
use modpin_test::{Random, Said, World, reliability::count};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::world;
use crate::outputs::outputs;
use crate::program::Program;
use crate::tree;

const DIR: &str = "target/modpin/debug";

/// All verbs that write files of their own.
fn build(world: &World, what: &str) {
    for verb in ["build -q", "build -q --timings", "graph -q", "modules -q --check-load"] {
        let said = world.modpin(verb);
        assert!(said.success(), "{what}: {verb}: {}", said.text());
    }
}

/// Plants one name, in the place of what is there.
fn plant(world: &World, path: &str, what: usize) {
    let at = world.path(path);
    let _ = fs::remove_dir_all(&at).or_else(|_| fs::remove_file(&at));
    match what {
        0 => symlink(world.path("precious/file"), at).unwrap(),
        1 => fs::hard_link(world.path("precious/file"), at).unwrap(),
        2 => symlink(world.path("precious"), at).unwrap(),
        3 => mknodat(CWD, at, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap(),
        4 => fs::create_dir(at).unwrap(),
        _ => symlink("nowhere", at).unwrap(),
    }
}

/// One in the place of what is remembered, or of the new file that takes its place: either would keep builds from being remembered.
#[test]
fn directories_in_the_place_of_what_is_remembered_make_way() {
    let world = world();
    world.write("precious/file", "precious");
    world.modpin("build -q").has(0, "");
    for name in ["build.graph", "build.snapshot", "state.seal"] {
        let path = format!("{DIR}/.modpin/{name}");
        for (what, new) in [(4, false), (0, true)] {
            plant(&world, &path, what);
            if new {
                plant(&world, &format!("{path}.new"), 4);
            }
            world.modpin("build -q").has(0, "");
            let there = fs::symlink_metadata(world.path(&path)).unwrap();
            assert!(there.is_file(), "{path}: {there:?}");
        }
    }
}

#[test]
fn what_planted_names_lead_to_is_never_touched() {
    if is_long("planted::what_planted_names_lead_to_is_never_touched") {
        return;
    }
    let world = world();
    world.write("precious/file", "precious");
    build(&world, "at first");
    let precious = tree::read(&world.path("precious"));
    let mut random = Random::new(1);
    let (rounds, mut number) = (count(6, 400), 0);
    for round in 0..rounds {
        let paths: Vec<String> = tree::read(&world.path(DIR)).into_keys().collect();
        let mut planted = Vec::new();
        for _ in 0..3 {
            let mut path = format!("{DIR}/{}", random.pick(&paths).unwrap());
            if random.once_in(4) {
                path.push_str(".new");
            }
            let what = random.below(6);
            // One of the others may lie below it, or above it.
            if world.path(&path).parent().is_some_and(|dir| dir.is_dir() && !dir.is_symlink()) {
                plant(&world, &path, what);
                planted.push((path, what));
            }
        }
        let what = format!("round {round}: {planted:?}");
        number += 1;
        world.write(
            "util/base.c",
            format!("#include \"base.h\"\nint base(int x) {{ return x + {number}; }}\n"),
        );
        build(&world, &what);
        assert_eq!(tree::read(&world.path("precious")), precious, "{what}");
        world.is_idle();
        let there = outputs(&world);
        // Nobody else's links are left in the place of ours.
        for (path, _) in &planted {
            let is_ours = there.contains_key(path.trim_start_matches(DIR).trim_start_matches('/'));
            // A response file is looked at by nobody before its action writes it anew.
            let is_looked_at = is_ours && ![".new", ".rsp"].iter().any(|end| path.ends_with(end));
            assert!(!is_looked_at || !world.path(path).is_symlink(), "{what}: {path}");
        }
        if round + 1 == rounds || round % 20 == 0 {
            let clean = self::world();
            clean.write("util/base.c", world.read("util/base.c"));
            build(&clean, "a clean build");
            let made = outputs(&clean);
            let others = ["timings", "/check-load.", ".rsp"];
            let is_output = |path: &str| !others.iter().any(|other| path.contains(other));
            let same =
                made.iter().filter(|(path, hash)| is_output(path) && there.get(*path) != Some(hash));
            assert_eq!(same.collect::<Vec<_>>(), [], "{what}");
        }
    }
}

/// A compiler puts another directory in the place of the one in which its object is to lie. `real::swapped` of the engine does so everywhere.
#[test]
fn a_directory_that_is_swapped_while_a_command_runs_gets_nothing() {
    let swaps =
        ["mv $1 away; ln -s $PWD/precious $1", "mv $1 away; cp -a away $1", "rm -r $1; mv precious $1"];
    for swap in swaps {
        let world = world();
        world.script(
            "bin/gcc",
            "#!/bin/sh\ngcc \"$@\" || exit\n[ ! -e swap ] || { mv swap now; . ./now; }\n",
        );
        let build = || Said::of(world.project("build").env("CC", world.path("bin/gcc")));
        build().has(0, "");
        let made = outputs(&world);
        let object = made.keys().find(|path| path.ends_with("base.c.o")).unwrap();
        let (dir, _) = object.rsplit_once('/').unwrap();
        world.write("precious/base.c.o", "precious");
        world.write("util/base.c", "int base(int x) { return x + 5; }\n");
        world.write("swap", format!("set -- {DIR}/{dir}; {swap}\n"));
        let said = build();
        said.has(
            101,
            "is not the directory any more that it was when the build began\n  help: build again",
        );
        let precious = if swap.ends_with("precious $1") && swap.contains("mv precious") {
            format!("{DIR}/{object}")
        } else {
            "precious/base.c.o".to_owned()
        };
        assert_eq!(world.read(&precious), "precious", "{swap}");
        build().has(0, "");
        build().has(0, "nothing to do");
        let clean = self::world();
        clean.script("bin/gcc", &world.read("bin/gcc"));
        clean.write("util/base.c", world.read("util/base.c"));
        Said::of(clean.project("build").env("CC", clean.path("bin/gcc"))).has(0, "");
        assert_eq!(outputs(&world), outputs(&clean), "{swap}");
    }
}

/// `cp -al` of a tree that was built: each of the two is built by itself, and never changes the other.
#[test]
fn a_tree_that_was_copied_with_links_and_its_copy_live_apart() {
    let world = world();
    build(&world, "at first");
    for changed in ["original", "copy"] {
        let copy = world
            .path("..")
            .join(format!("{}-{changed}", world.root().file_name().unwrap().to_string_lossy()));
        let root = world.root().to_string_lossy().into_owned();
        world.call(&format!("cp -al {root} {}", copy.display()));
        let dirs = [world.root().to_owned(), copy.clone()];
        let [ours, other] = if changed == "copy" { [&dirs[1], &dirs[0]] } else { [&dirs[0], &dirs[1]] };
        let before = tree::read(other);
        // As an editor does that writes a new file.
        fs::remove_file(ours.join("util/base.c")).unwrap();
        fs::write(ours.join("util/base.c"), "int base(int x) { return x + 77; }\n").unwrap();
        for verb in ["build -q", "build -q --timings", "graph -q"] {
            let said =
                Said::of(&mut crate::program::program_in(ours, &format!("--project demo.json {verb}")));
            assert!(said.success(), "{}", said.text());
        }
        assert_eq!(tree::read(other), before, "{changed}");
        fs::remove_dir_all(copy).unwrap();
    }
}
