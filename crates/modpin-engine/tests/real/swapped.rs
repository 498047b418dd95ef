//! Directories of the build directory in whose place somebody puts others while we write there: what lies in those stays as it is, and
//! the next build is right.

use std::cell::Cell;
use std::fs;

use modpin_engine::{
    Action, Arg, Command, Disk, Graph, Interrupt, Processes, RealDisk, RealProcesses, Spawn, Store,
    Work, remove_recorded,
};
use modpin_test::World;

use crate::world::build;

/// How a directory at `$1` comes to be another one.
const SWAPS: [&str; 5] = [
    "mv $1 moved; ln -s $PWD/elsewhere $1",
    "rm -r $1; ln -s $PWD/elsewhere $1",
    "mv $1 moved; mv elsewhere $1",
    "rm -r $1; mv elsewhere $1",
    "mv $1 moved; cp -a moved $1",
];

/// Names that we write, in a directory that is somebody else's.
const PRECIOUS: [&str; 6] = ["a.o", "deep/b.o", "app", "obj/a.o", "state", "partial/a.o"];

fn world() -> World {
    let world = World::new(&[("a", "A\n"), ("b", "B\n")]);
    fs::create_dir_all(world.path("out/.state")).unwrap();
    PRECIOUS.iter().for_each(|name| world.write(&format!("elsewhere/{name}"), "precious"));
    world
}

/// What was in the directory that is somebody else's, wherever it is now.
fn is_as_it_was(world: &World, dir: &str, what: &str) {
    let at = if world.path("elsewhere").exists() { "elsewhere" } else { dir };
    for name in PRECIOUS {
        assert_eq!(world.read(&format!("{at}/{name}")), "precious", "{what}: {name}");
    }
    let all = RealDisk::new(world.root()).files_below(at).unwrap();
    assert_eq!(all.len(), PRECIOUS.len(), "{what}: {all:?}");
}

/// Two objects and a program; each command runs what is in the file `swap`, once.
fn graph() -> Graph {
    let mut graph = Graph::new();
    let mut add = |inputs: &[&str], output: &str| {
        let script = "cat $2 $3 > $1; if [ -e swap ]; then mv swap now; . ./now; fi";
        let start = ["-ec", script, "sh"].map(Arg::from).into_iter();
        let args = start.chain([Arg::Output { prefix: String::new(), index: 0 }]);
        let args = args.chain(inputs.iter().map(|&input| input.into())).collect();
        let work = Work::Command(Command { program: "/bin/sh".into(), args, ..Command::default() });
        let inputs = inputs.iter().map(|&input| graph.file(input)).collect();
        let (label, outputs) = (output.to_owned(), vec![graph.file(output)]);
        graph.add(Action { verb: "Making", label, work, inputs, outputs, depfile: None }).unwrap();
    };
    add(&["a"], "out/obj/a.o");
    add(&["b"], "out/obj/deep/b.o");
    add(&["out/obj/a.o", "out/obj/deep/b.o"], "out/app");
    graph
}

/// Builds it; answers how many actions ran, and what was said of those that failed.
fn make(world: &World) -> (usize, Vec<String>) {
    let processes = RealProcesses::new();
    let outcome = build(&graph(), world.root(), 1, &processes, &Interrupt::new(), &mut |_| ()).unwrap();
    let said = outcome.failed.into_iter().map(|(_, failure)| failure.message).collect();
    (outcome.ran.len(), said)
}

#[test]
fn a_command_swaps_directories_while_it_runs() {
    for dir in ["out/obj", "out/obj/deep", "out/.state/partial", "out/.state", "out"] {
        for swap in SWAPS {
            let (world, what) = (world(), format!("{dir}: {swap}"));
            assert_eq!(make(&world), (3, vec![]), "{what}");
            world.write("b", "B2\n");
            world.write("swap", format!("set -- {dir}; {swap}\n"));
            let (_, said) = make(&world);
            // What is gone is made again where nothing stands.
            let is_told = said.iter().any(|said| said.contains("not the directory any more"));
            assert!(is_told || what.starts_with("out/obj") && what.contains("rm -r $1; ln"), "{said:?}");
            // What was looked at lies in the other directory.
            let is_first = !swap.contains("cp -a") || said[0].starts_with("out/obj/deep/b.o: ");
            assert!(is_first, "{what}: {said:?}");
            is_as_it_was(&world, dir, &what);
            if dir == "out" {
                continue;
            }
            // As a session does.
            if dir == "out/.state" && fs::remove_file(world.path(dir)).is_ok() {
                fs::create_dir(world.path(dir)).unwrap();
            }
            let (_, said) = make(&world);
            assert_eq!(said, [""; 0], "{what}");
            assert_eq!(world.read("out/app"), "A\nB2\n", "{what}");
            assert_eq!(make(&world), (0, vec![]), "{what}");
            if !swap.ends_with("elsewhere $1") || swap.contains("ln") {
                is_as_it_was(&world, dir, &what);
            }
        }
    }
}

/// A call of the disk.
type Change = fn(&RealDisk);

/// Each call that changes something.
#[test]
fn nothing_is_changed_where_a_path_leads_meanwhile() {
    let calls: [(&str, Change); 13] = [
        ("write", |disk| _ = disk.write("out/obj/a.o", b"ours")),
        ("write anew", |disk| _ = disk.write("out/obj/new", b"ours")),
        ("copy", |disk| _ = disk.copy("a", "out/obj/a.o", true)),
        ("touch", |disk| _ = disk.touch("out/obj/a.o")),
        ("make_link", |disk| _ = disk.make_link("out/obj/link", "a.o")),
        ("empty", |disk| _ = disk.empty("out/obj/a.o")),
        ("overwrite", |disk| _ = disk.overwrite("out/obj/a.o", b"", b"surprise")),
        ("append", |disk| _ = disk.append("out/obj/a.o").map(|mut file| file.write_all(b"ours"))),
        ("rename to", |disk| _ = disk.rename("out/mine", "out/obj/a.o")),
        ("rename from", |disk| _ = disk.rename("out/obj/a.o", "out/stolen")),
        ("remove", |disk| _ = disk.remove("out/obj/a.o")),
        ("remove a tree", |disk| _ = disk.remove("out/obj/obj")),
        ("remove_empty_dir", |disk| _ = disk.remove_empty_dir("out/obj/empty")),
    ];
    for (call, change) in calls {
        for swap in SWAPS {
            let world = world();
            fs::create_dir(world.path("elsewhere/empty")).unwrap();
            world.write("out/mine", "ours");
            let disk = RealDisk::new(world.root()).holding("out");
            disk.create_dirs("out/obj/deep").unwrap();
            let before = RealDisk::new("/").stat(world.path("elsewhere/a.o").to_str().unwrap()).unwrap();
            world.write("swap.sh", format!("set -- out/obj; {swap}\n"));
            world.call("sh -e swap.sh");
            change(&disk);
            let what = format!("{call}, {swap}");
            is_as_it_was(&world, "out/obj", &what);
            let at = if world.path("elsewhere").exists() { "elsewhere" } else { "out/obj" };
            assert!(world.path(&format!("{at}/empty")).exists(), "{what}");
            let now = RealDisk::new(world.root()).stat(&format!("{at}/a.o")).unwrap();
            assert_eq!(now.map(|it| it.mtime), before.map(|it| it.mtime), "{what}");
        }
    }
}

/// While all that was made is removed, one file after the other.
#[test]
fn nothing_is_removed_where_a_path_leads_meanwhile() {
    for swap in SWAPS {
        let world = world();
        assert_eq!(make(&world), (3, vec![]), "{swap}");
        world.write("swap.sh", format!("set -- out/obj; {swap}\n"));
        let disk = RealDisk::new(world.root()).holding("out");
        let (store, _) = Store::read(&disk, "out/.state/state").unwrap();
        let asked = Cell::new(0);
        let between = || {
            asked.set(asked.get() + 1);
            // The program and one object are gone.
            if asked.get() == 3 {
                world.call("sh -e swap.sh");
            }
            false
        };
        remove_recorded("out", &disk, &store, between).unwrap();
        assert_eq!(asked.get(), 3, "{swap}");
        is_as_it_was(&world, "out/obj", swap);
    }
}

#[test]
fn nothing_is_changed_behind_a_link_that_was_there() {
    let world = world();
    std::os::unix::fs::symlink("../elsewhere", world.path("out/obj")).unwrap();
    let disk = RealDisk::new(world.root()).holding("out");
    assert!(disk.write("out/obj/a.o", b"ours").is_err());
    assert!(disk.create_dirs("out/obj/new").is_err() && !disk.remove_empty_dir("out/obj/deep"));
    disk.remove("out/obj/a.o").unwrap();
    disk.remove("out/obj/deep").unwrap();
    is_as_it_was(&world, "elsewhere", "a link");
    disk.remove("out/obj").unwrap();
    disk.create_dirs("out/obj").unwrap();
    disk.write("out/obj/a.o", b"ours").unwrap();
    assert_eq!(world.read("out/obj/a.o"), "ours");
}

/// Not all can be held open. Which one it was is known all the same.
#[test]
fn more_directories_than_are_open_at_once() {
    let world = world();
    let disk = RealDisk::new(world.root()).holding("out");
    let dirs: Vec<String> = (0..100).map(|at| format!("out/dir{at}/deep")).collect();
    let write = || {
        let failed = dirs.iter().filter(|dir| disk.write(&format!("{dir}/a.o"), b"ours").is_err());
        failed.cloned().collect::<Vec<_>>()
    };
    dirs.iter().for_each(|dir| disk.create_dirs(dir).unwrap());
    assert_eq!(write(), [""; 0]);
    let open = fs::read_dir("/proc/self/fd").unwrap().flatten();
    let ours = open.filter(|fd| fs::read_link(fd.path()).is_ok_and(|to| to.starts_with(world.root())));
    assert!((3..=17).contains(&ours.count()));
    fs::rename(world.path("out/dir1/deep"), world.path("moved")).unwrap();
    fs::create_dir(world.path("out/dir1/deep")).unwrap();
    fs::remove_dir_all(world.path("out/dir3")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", world.path("out/dir3")).unwrap();
    fs::create_dir(world.path("elsewhere/deep/deep")).unwrap_or_default();
    assert_eq!(write(), ["out/dir1/deep", "out/dir3/deep"]);
    for (path, other) in [("out/dir1/deep/a.o", "out/dir1/deep"), ("out/dir3/deep/a.o", "out/dir3")] {
        let told = disk.write(path, b"");
        let why = "is not the directory any more that it was when the build began\n  help: build again";
        assert_eq!(told.unwrap_err().to_string(), format!("{other} {why}"));
    }
    is_as_it_was(&world, "elsewhere", "a link");
    assert!(disk.create_dirs("out/dir1/deep").is_err());
    fs::remove_dir(world.path("out/dir1/deep")).unwrap();
    disk.create_dirs("out/dir1/deep").unwrap();
    disk.write("out/dir1/deep/a.o", b"ours").unwrap();
    assert_eq!(world.read("out/dir1/deep/a.o"), "ours");
}

#[test]
fn a_directory_that_we_rename_is_the_same_one() {
    let world = world();
    let disk = RealDisk::new(world.root()).holding("out");
    disk.create_dirs("out/p/one/in").unwrap();
    disk.write("out/p//one/in/a", b"first").unwrap();
    disk.rename("out/p/one", "out/p///two").unwrap();
    disk.create_dirs("out/p/one/in").unwrap();
    disk.write("out/p/one/in/a", b"second").unwrap();
    disk.write("out/p/two/in/b", b"third").unwrap();
    let read = |path: &str| world.read(&format!("out/p/{path}"));
    assert_eq!([read("two/in/a"), read("one/in/a"), read("two/in/b")], ["first", "second", "third"]);
    disk.remove("out/p/two").unwrap();
    disk.create_dirs("out/p/two").unwrap();
    disk.rename("out/p/one/in", "out/p/two").unwrap();
    disk.write("out/p/two/c", b"fourth").unwrap();
    assert_eq!([read("two/a"), read("two/c")], ["second", "fourth"]);
}

#[test]
fn what_a_command_prints_into_a_file_goes_through_no_link() {
    let world = world();
    std::os::unix::fs::symlink("elsewhere/app", world.path("printed")).unwrap();
    let path = |path: &str| world.path(path).to_str().unwrap().to_owned();
    let (args, stdout) = (vec!["-c".to_owned(), "echo said".to_owned()], Some(path("printed")));
    let spawn = Spawn { program: "/bin/sh".into(), args, dir: path(""), stdout, ..Spawn::default() };
    RealProcesses::new().run(&spawn).unwrap();
    assert_eq!(world.read("printed"), "said\n");
    is_as_it_was(&world, "elsewhere", "printed");
}
