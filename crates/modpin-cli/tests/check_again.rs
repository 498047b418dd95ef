//! `modules --check-load` beside `build`: each is recalled, whichever ran before, and neither believes what the other has
//! changed. The module counts how often it is loaded; who opened the build directory is seen in its lock.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use modpin_test::clock::next_tick;
use modpin_test::{Said, World};

use crate::demo;
use crate::program::{Program, program_in};

const PROJECT: &str = r#"{
  "format": 1,
  "name": "demo",
  "targets": [
    { "kind": "library", "name": "util", "sources": ["base.c"] },
    { "kind": "module", "name": "good", "sources": ["good.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["*"] }
  ]
}
"#;

const CHECK: &str = "modules --check-load";

/// A project, and beside it what is none of its files: a new file in its directory would be for a plan.
struct Checked(World);

impl Checked {
    fn new() -> Checked {
        let world = Checked(World::new(&[]));
        world.write("demo.json", PROJECT);
        world.write("base.c", "int base(int x) { return x + 1; }\n");
        world.write("main.c", "int base(int);\nint main(void) { return base(-1); }\n");
        world.module("");
        world
    }

    /// The module, with more to do when it is loaded.
    fn module(&self, more: &str) {
        let loads = self.0.path("loads");
        let text = format!(
            "#include <stdio.h>\n#include <unistd.h>\nint base(int);\nint good(void) {{ return base(1); }}\n\
             __attribute__((constructor)) static void loaded(void) {{\n\
             FILE *file = fopen({loads:?}, \"a\");\n\
             if (file) {{ fputc('x', file); fclose(file); }}\n{more}\n}}\n"
        );
        self.write("good.c", &text);
    }

    /// How often it was loaded.
    fn loads(&self) -> usize {
        fs::read(self.0.path("loads")).map_or(0, |bytes| bytes.len())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path("project").join(name)
    }

    fn state(&self, name: &str) -> PathBuf {
        self.path("target/modpin/debug/.modpin").join(name)
    }

    /// Writes a file well before the next build.
    fn write(&self, name: &str, text: &str) {
        self.0.write(&format!("project/{name}"), text);
        next_tick();
    }

    fn run(&self, args: &str) -> Said {
        Said::of(&mut program_in(&self.path(""), &format!("modpin --project demo.json {args}")))
    }

    /// Runs a verb that does all it should; what it says, both streams.
    fn say(&self, args: &str) -> String {
        let said = self.run(args);
        assert!(said.success(), "{}", said.text());
        said.err + &said.out
    }

    /// Runs a verb that has nothing to do, and does not even open the build directory.
    fn idle(&self, args: &str) -> String {
        fs::write(self.state("lock"), "nobody\n").unwrap();
        let said = self.say(args);
        assert_eq!(fs::read_to_string(self.state("lock")).unwrap(), "nobody\n", "{args}: {said}");
        assert!(said.contains("nothing to do"), "{args}: {said}");
        said
    }

    /// Runs a verb that opens the build directory and plans nothing: what it remembers of the plan stays.
    fn part(&self, args: &str, goal: &str) -> String {
        let before = self.graph(goal);
        let said = self.say(args);
        assert_eq!(self.graph(goal), before, "{args} has planned: {said}");
        said
    }

    /// Which file the graph of the last plan is.
    fn graph(&self, goal: &str) -> u64 {
        fs::metadata(self.state(&format!("{goal}.graph"))).unwrap().ino()
    }
}

/// Everything that is said but about time.
fn without_time(said: &str) -> String {
    let is_time =
        |line: &str| ["Finished", "Timing"].iter().any(|word| line.trim_start().starts_with(word));
    let lines = said.lines().filter(|line| !is_time(line));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn modules_that_a_failed_build_did_not_come_to_are_named() {
    let world = demo::world();
    world.write("good.c", "int good(void) { return 1 }\n");
    // Who else fails: one module waits for one thing, the other for another.
    let said = world.modpin("modules --check-load -D NET=m");
    said.has_both(
        101,
        "good in tool: not checked, could not compile good.c\n",
        "could not compile good.c",
    );
    world.write("good.c", demo::SOURCES[2].1);
    world.write("base.c", "int base(int x) { return y; }\n");
    let said = world.modpin("modules --check-load --keep-going -D NET=m");
    assert_eq!(
        said.out,
        "good in tool: not checked, could not compile base.c\nnet in tool: not checked, could not compile base.c\n"
    );
    let said = world.modpin("modules --check-load -D NET=m --message-format json");
    assert!(!said.out.contains("load-check"), "{}", said.out);
}

#[test]
fn what_was_proved_is_not_loaded_again_and_said_again() {
    let world = Checked::new();
    let first = world.say(CHECK);
    assert!(first.contains("good in tool: ok\n1 module loads\n"), "{first}");
    assert_eq!(world.loads(), 1);
    let again = world.idle(CHECK);
    assert!(again.ends_with("good in tool: ok\n1 module loads\n"), "{again}");
    let listed = world.idle(&format!("{CHECK} -v"));
    let planned = world.say(&format!("{CHECK} -v --timings"));
    let planned: String = planned
        .lines()
        .filter(|line| !line.contains("Timing "))
        .fold(String::new(), |text, line| text + line + "\n");
    assert_eq!(without_time(&listed), without_time(&planned));
    assert!(listed.contains("good, loaded by tool\n"), "{listed}");
    let told = world.idle(&format!("{CHECK} --message-format json"));
    assert!(told.contains(r#"{"reason":"load-check","host":"tool","module":"good""#), "{told}");
    assert_eq!(world.loads(), 1);
}

#[test]
fn a_check_leaves_nothing_to_do_for_a_build() {
    let world = Checked::new();
    let said = world.say(CHECK);
    assert_eq!(said.matches("Finished").count(), 1, "{said}");
    world.idle("build");
    world.module("fputs(\"\", stdout);");
    world.say(CHECK);
    world.idle("build");
    world.idle(CHECK);
}

#[test]
fn builds_and_checks_take_turns() {
    let world = Checked::new();
    world.say("build");
    world.say(CHECK);
    for _ in 0..2 {
        world.idle("build");
        world.idle(CHECK);
    }
    assert_eq!(world.loads(), 1);
    world.write("main.c", "int base(int);\nint main(void) { return base(-2) + 1; }\n");
    assert!(world.part("build", "build").contains("Linking target/modpin/debug/tool\n"));
    assert_eq!(world.loads(), 1, "nobody asked");
    assert!(world.part(CHECK, "check-load").contains("Checking good in tool"));
    assert_eq!(world.loads(), 2, "the host is another one");
    world.idle("build");
    world.idle(CHECK);
    world.module("fputs(\"\", stdout);");
    assert!(world.part(CHECK, "check-load").contains("Linking target/modpin/debug/good.so\n"));
    assert_eq!(world.loads(), 3);
    world.idle(CHECK);
    world.idle("build");
    assert_eq!(world.loads(), 3);
}

#[test]
fn a_report_that_is_gone_is_made_again_and_is_no_matter_of_a_build() {
    let world = Checked::new();
    world.say("build");
    world.say(CHECK);
    fs::remove_file(world.state("check/tool/good.loads.json")).unwrap();
    world.idle("build");
    assert!(world.part(CHECK, "check-load").contains("good in tool: ok"));
    assert_eq!(world.loads(), 2);
    world.idle(CHECK);
}

#[test]
fn a_module_that_does_not_load_is_asked_again_and_builds_stay_idle() {
    let world = Checked::new();
    world.say("build");
    world.say(CHECK);
    let graph = world.graph("check-load");
    world.module("_exit(0);");
    for loads in 2..4 {
        let output = world.run(CHECK);
        let said = output.out.clone();
        assert!(said.contains("good in tool: ends the program while it loads"), "{said}");
        assert_eq!(output.code, Some(100), "{said}");
        assert_eq!((world.loads(), world.graph("check-load")), (loads, graph), "nothing is planned");
        if loads == 2 {
            world.part("build", "build");
        }
        world.idle("build");
    }
    world.module("");
    assert!(world.part(CHECK, "check-load").contains("good in tool: ok"));
    world.idle(CHECK);
}

#[test]
fn what_the_loader_is_told_otherwise_is_another_question() {
    let world = Checked::new();
    world.write("ext.c", "int ext(void) { return 7; }\n");
    world.0.call("mkdir elsewhere");
    world.0.call("cc -shared -fPIC project/ext.c -o elsewhere/libext.so");
    let linked = r#""sources": ["good.c"], "ldflags": ["-L../elsewhere"], "system_libraries": ["ext"]"#;
    world.write("demo.json", &PROJECT.replace(r#""sources": ["good.c"]"#, linked));
    world.module("extern int ext(void);\next();");
    let check = |path: &str| {
        let mut program = program_in(&world.path(""), &format!("modpin --project demo.json {CHECK}"));
        Said::of(program.env("LD_LIBRARY_PATH", path))
    };
    let there = world.0.path("elsewhere").display().to_string();
    for _ in 0..2 {
        check(&there).has(0, "");
        check("/nowhere").has_both(100, "libext.so", "");
    }
    check(&there).has(0, "");
    check(&there).has(0, "nothing to do");
}

#[test]
fn another_limit_of_time_is_for_a_plan() {
    let world = Checked::new();
    world.say(CHECK);
    fs::write(world.state("lock"), "nobody\n").unwrap();
    world.say(&format!("{CHECK} --timeout 7"));
    assert_ne!(fs::read_to_string(world.state("lock")).unwrap(), "nobody\n");
    assert_eq!(world.loads(), 1, "it loads, however long it may take");
    world.idle(&format!("{CHECK} --timeout 7"));
}
