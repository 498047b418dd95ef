//! Real C: busybox as Debian ships its sources, some 650 files. Its Kconfig and Kbuild files, and the lines of its sources that belong
//! there, are read and become a project file: a thousand options, 27 archives that need each other, two host programs, scripts that
//! make headers. What is built runs busybox's own tests with the result that its own build has. It takes compilers long, so on
//! demand only; that the files are read is looked at always.

mod declared;
mod kbuild;
mod kconfig;
mod marked;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use expect_test::expect;
use modpin::Project;
use modpin_test::{Said, World, reliability, skip};

/// Names the unpacked sources: what `apt-get source busybox` leaves.
const SOURCES: &str = "MODPIN_BUSYBOX";

#[test]
fn what_sources_say_of_themselves_is_read() {
    let cat = "//config:config CAT\n//config:\tbool \"cat (5.6 kb)\"\n//config:\tdefault y  # small\n//config:\thelp\n\
               //config:\tif this is read\n//kbuild:lib-$(CONFIG_CAT) += cat.o\n//kbuild:lib-$(CONFIG_GONE) += gone.o\n";
    let world = World::new(&[
        ("core/cat.c", cat),
        (
            "core/Config.src",
            "menu \"Core\"\n\tdepends on LINUX\nINSERT\nconfig WIDTH\n\tint\n\tdefault 80 if CAT\nendmenu\n",
        ),
        (
            "core/Kbuild.src",
            "lib-y:=\nBOTH:= \\\n\ta.o \\\n\tb.o\nINSERT\nifneq ($(CONFIG_TAC),y)\nlib-y += $(BOTH)\nendif\n",
        ),
    ]);
    let options = kconfig::options(&marked::description(&world.path("core"), "Config", "//config:"));
    let known = BTreeSet::from(["CAT".to_owned()]);
    let kbuild = marked::description(&world.path("core"), "Kbuild", "//kbuild:");
    let read = [options, kbuild::sources(&kbuild, &known)].concat();
    let read: Vec<String> = read.iter().map(|one| format!("{one}\n")).collect();
    expect![[r#"
        {"default":"y","depends_on":"(y) && (LINUX)","kind":"bool","name":"CAT"}
        {"default_when":[{"then":"80","when":"CAT"}],"depends_on":"(y) && (LINUX)","internal":true,"kind":"int","name":"WIDTH"}
        {"then":["cat.c"],"when":"CAT"}
        {"then":["a.c","b.c"],"when":"TAC != 'y'"}
    "#]]
    .assert_eq(&read.concat());
}

#[test]
fn busybox_runs_its_own_tests_as_its_own_build_does() {
    if !reliability::count(false, true) {
        return;
    }
    let Some(sources) = std::env::var_os(SOURCES).map(PathBuf::from) else {
        return skip::skip("busybox", &format!("{SOURCES} names no sources: apt-get source busybox"));
    };
    let mut world = unpacked(&sources);
    let project = declared::project(world.root()).to_string();
    let root = world.root().to_owned();
    let declare = |p: &mut Project| {
        *p = Project::from_json(&project, "busybox.json", &root).expect("a project file")
    };
    world.build(declare).expect_success();
    let again = world.build(declare);
    assert!(again.ran.is_empty() && again.outcome.commands == 0, "{:?}", again.ran);

    let theirs = unpacked(&sources);
    theirs.call("make defconfig");
    theirs.call("make -j2 busybox busybox.links");
    let (ours, theirs) = (tested(&ready(&world)), tested(&theirs));
    assert!(theirs.iter().filter(|line| line.starts_with("PASS")).count() > 400, "{theirs:?}");
    let differ: Vec<&String> = ours.symmetric_difference(&theirs).collect();
    assert!(differ.is_empty(), "{differ:?}");

    // What a source says of itself is looked at in all of them, twice; it is the same.
    world.write("coreutils/cat.c", world.read("coreutils/cat.c") + "\nint touched;\n");
    let touched = world.build(declare).expect_success();
    let commands = [
        "Archiving",
        "Compiling coreutils/cat.c",
        "Generating applets.h",
        "Generating usage.h",
        "Linking",
    ];
    assert_eq!(touched.outcome.commands, commands.len() - 1, "{:?}", touched.ran);
    assert!(
        commands.iter().all(|name| touched.ran.iter().any(|ran| ran.starts_with(name))),
        "{:?}",
        touched.ran
    );

    world.config.set("FEATURE_CATN", "n");
    let changed = world.build(declare).expect_success();
    let compiled: Vec<&String> = changed.ran.iter().filter(|ran| ran.starts_with("Compiling")).collect();
    let usage = "Compiling applets/usage.c (build machine)";
    assert_eq!(compiled, [usage, "Compiling coreutils/cat.c", "Compiling libbb/appletlib.c"]);
}

/// A copy of the sources, in which something may be made.
pub fn unpacked(sources: &Path) -> World {
    let world = World::new(&[]);
    let mut copy = world.command("cp");
    let said = Said::of(copy.arg("-a").arg(sources.join(".")).arg(world.root()));
    assert!(said.success(), "{}", said.text());
    world
}

/// What is built, with all that its tests want to see, elsewhere: the project's globs would find it.
fn ready(world: &World) -> World {
    let ready = World::new(&[]);
    let [program, config] = ["busybox", ".modpin/seen/.config"].map(|path| world.built(path));
    let from = [world.path("testsuite"), world.path("scripts"), program];
    let said = Said::of(world.command("cp").arg("-r").args(from).arg(ready.root()));
    assert!(said.success(), "{}", said.text());
    ready.write(".config", std::fs::read(config).expect("the options"));
    ready
}

/// What its tests say of the program in a world.
fn tested(world: &World) -> BTreeSet<String> {
    let mut tests = world.command("sh");
    tests.current_dir(world.path("testsuite")).arg("./runtest").env("bindir", world.root());
    let said = Said::of(tests.env("SKIP_INTERNET_TESTS", "1").env("LC_ALL", "C")).text();
    let results = ["PASS: ", "FAIL: ", "SKIPPED: ", "UNTESTED: "];
    let lines = said.lines().filter(|line| results.iter().any(|result| line.starts_with(result)));
    lines.map(str::to_owned).collect()
}
