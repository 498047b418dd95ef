//! A build that has nothing to do and knows it from the last one: each change that must wake it does, and its
//! words are the same. The real compiler; which store or snapshot answers is seen by what lies beside it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use modpin_test::next_tick;
use tempfile::TempDir;

const PROJECT: &str = r#"{
  "format": 1,
  "name": "demo",
  "includes": ["include"],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util/*.c"], "exclude": ["util/*.x"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"] }
  ]
}
"#;

struct World(TempDir);

impl World {
    /// Built, and found to have nothing to do: a snapshot is there.
    fn idle() -> World {
        let world = World(tempfile::tempdir().unwrap());
        world.write("demo.json", PROJECT);
        world.write("include/base.h", "int base(int);\n");
        world.write("util/base.c", "#include \"base.h\"\nint base(int x) { return x + 1; }\n");
        world.write("main.c", "#include \"base.h\"\nint main(void) { return base(-1); }\n");
        assert!(world.build(&[]).contains("actions ran"));
        assert!(world.build(&[]).contains("nothing to do"));
        assert!(world.snapshot().is_file(), "a build that found nothing to do is remembered");
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn snapshot(&self) -> PathBuf {
        self.path("target/modpin/debug/.modpin/build.snapshot")
    }

    /// Builds; what it says, and whether it knew from the last build what there is to do, without a plan: who plans takes
    /// the lock and writes its number into it.
    fn recalls(&self) -> (String, bool) {
        let lock = self.path("target/modpin/debug/.modpin/lock");
        fs::write(&lock, "untouched").unwrap();
        let said = self.build(&[]);
        (said, fs::read_to_string(lock).unwrap() == "untouched")
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
        next_tick();
    }

    fn build(&self, variables: &[(&str, &str)]) -> String {
        self.say("build", variables)
    }

    fn say(&self, args: &str, variables: &[(&str, &str)]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-modpin"));
        command.args(["modpin", "--project", "demo.json"]).args(args.split_whitespace());
        command.current_dir(self.0.path()).env_remove("CFLAGS").envs(variables.iter().copied());
        let output = command.output().unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

/// After `change`, a build does something; the one after that has nothing to do.
fn wakes(change: impl FnOnce(&World)) {
    let world = World::idle();
    change(&world);
    let said = world.build(&[]);
    assert!(!said.contains("nothing to do"), "{said}");
    let said = world.build(&[]);
    assert!(said.contains("nothing to do"), "{said}");
}

#[test]
fn the_store_is_not_read_when_nothing_changed() {
    let world = World::idle();
    let (said, recalled) = world.recalls();
    assert!(
        said.contains("warning: library \"util\": .exclude(\"util/*.x\") leaves out nothing"),
        "{said}"
    );
    assert!(said.contains("nothing to do") && recalled, "{said}");
}

#[test]
fn sources_headers_and_outputs_wake_it() {
    wakes(|world| {
        world.write("main.c", "#include \"base.h\"\nint main(void) { return base(-1) + 0; }\n")
    });
    wakes(|world| world.write("include/base.h", "int base(int x);\n"));
    wakes(|world| fs::remove_file(world.path("target/modpin/debug/tool")).unwrap());
    wakes(|world| world.write("target/modpin/debug/libutil.a", "!<arch>\n"));
}

#[test]
fn a_new_file_of_a_glob_wakes_it() {
    wakes(|world| world.write("util/more.c", "int more(void) { return 2; }\n"));
}

#[test]
fn a_file_that_is_gone_from_a_glob_wakes_it() {
    wakes(|world| {
        world.write("util/more.c", "int more(void) { return 2; }\n");
        world.build(&[]);
        world.build(&[]);
        fs::remove_file(world.path("util/more.c")).unwrap();
    });
}

#[test]
fn a_link_of_a_glob_that_names_something_now_wakes_it() {
    let world = World::idle();
    std::os::unix::fs::symlink("../late.c", world.path("util/late.c")).unwrap();
    next_tick();
    world.build(&[]);
    world.build(&[]);
    world.write("late.c", "int late(void) { return 2; }\n");
    let said = world.build(&[]);
    assert!(said.contains("Compiling util/late.c"), "{said}");
}

#[test]
fn the_project_and_the_environment_wake_it() {
    wakes(|world| world.write("demo.json", &PROJECT.replace("\"tool\"", "\"tool2\"")));
    let world = World::idle();
    let said = world.build(&[("CFLAGS", "-O1")]);
    assert!(said.contains("Compiling main.c"), "{said}");
    assert!(
        world.say("build -n", &[]).contains("would run"),
        "other flags than those of the last build"
    );
}

#[test]
fn a_broken_store_is_told_all_the_same() {
    let world = World::idle();
    let state = world.path("target/modpin/debug/.modpin/state");
    let mut bytes = fs::read(&state).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&state, bytes).unwrap();
    let said = world.build(&[]);
    assert!(said.contains("everything is built again"), "{said}");
}

#[test]
fn a_broken_snapshot_is_none() {
    let world = World::idle();
    let mut bytes = fs::read(world.snapshot()).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(world.snapshot(), bytes).unwrap();
    let said = world.build(&[]);
    assert!(said.contains("nothing to do"), "{said}");
}

#[test]
fn archives_that_were_there_already_wake_it() {
    let world = World::idle();
    let archive = |name: &str, text: &str| {
        world.write(&format!("{name}.c"), text);
        let at = |end: &str| world.path(&format!("{name}.{end}"));
        let run = |program: &str, args: &[&std::ffi::OsStr]| {
            assert!(Command::new(program).args(args).status().unwrap().success());
        };
        run("cc", &["-c".as_ref(), "-o".as_ref(), at("o").as_ref(), at("c").as_ref()]);
        run("ar", &["rcs".as_ref(), at("a").as_ref(), at("o").as_ref()]);
        next_tick();
    };
    archive("lib/given", "int given(void) { return 1; }\n");
    let with = r#"{ "kind": "library", "name": "given", "archive": "lib/given.a" },
    { "kind": "library", "name": "util""#;
    let project = PROJECT.replace(r#"{ "kind": "library", "name": "util""#, with);
    world.write("demo.json", &project.replace(r#""link": ["util"]"#, r#""link": ["util", "given"]"#));
    world.write("main.c", "int given(void);\nint main(void) { return given(); }\n");
    assert!(world.build(&[]).contains("actions ran"));
    let (said, recalled) = world.recalls();
    assert!(said.contains("nothing to do") && recalled, "such a project is remembered: {said}");
    archive("lib/given", "int given(void) { return 2; }\n");
    assert!(world.build(&[]).contains("Linking"), "another archive");
    assert!(world.build(&[]).contains("nothing to do"));
    // A record that appears beside it may add a library or an argument.
    world.write("lib/given.link.json", r#"{ "format": 1, "name": "given", "system_libraries": ["m"] }"#);
    assert!(world.build(&[]).contains("Linking"), "a record beside it");
    fs::remove_file(world.path("lib/given.a")).unwrap();
    assert!(world.build(&[]).contains("there is no archive lib/given.a"));
}
