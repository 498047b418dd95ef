//! `run` and `test`: programs of the project, started as users start them; how they end, what of them is told, how long they may take.

use std::process::Stdio;

use modpin_test::{Said, World};

use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "options": [{ "name": "SLOW", "kind": "bool" }],
  "targets": [
    { "kind": "module", "name": "plug", "sources": ["plug.c"] },
    { "kind": "executable", "name": "tool", "sources": ["tool.c"], "loads": ["plug"], "system_libraries": ["dl"] },
    { "kind": "executable", "name": "t/good", "sources": ["good.c"], "test": { "args": ["a b", { "when": "SLOW", "then": ["c"] }] } },
    { "kind": "executable", "name": "t/bad", "sources": ["bad.c"], "test": {} },
    { "kind": "executable", "name": "t/crash", "sources": ["crash.c"], "test": {} },
    { "kind": "executable", "name": "t/absent", "sources": ["absent.c"], "test": {} },
    { "kind": "executable", "name": "t/long", "sources": ["long.c"], "test": { "time_limit": 1 } }
  ]
}
"#;

const TOOL: &str = r#"#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/plug.so", getenv("MODPIN_MODULES"));
    void *plug = dlopen(path, RTLD_NOW);
    if (plug == NULL)
        return 99;
    int (*call)(void) = (int (*)(void))dlsym(plug, "plug");
    printf("%d", call());
    for (int at = 1; at < argc; at++)
        printf(" [%s]", argv[at]);
    puts("");
    return argc - 1;
}
"#;

fn world() -> World {
    World::new(&[
        ("demo.json", PROJECT),
        ("plug.c", "int plug(void) { return 7; }\n"),
        ("tool.c", TOOL),
        (
            "good.c",
            "#include <stdio.h>\n#include <string.h>\nint main(int argc, char **argv)\n{ puts(\"quiet\"); \
             return argc != 2 || strcmp(argv[1], \"a b\") != 0 || fopen(\"demo.json\", \"r\") == NULL; }\n",
        ),
        (
            "bad.c",
            "#include <stdio.h>\nint main(void) { puts(\"to out\"); fflush(stdout); fputs(\"to err\\n\", stderr); return 3; }\n",
        ),
        ("crash.c", "#include <stdlib.h>\nint main(void) { abort(); }\n"),
        ("absent.c", "int main(void) { return 77; }\n"),
        ("long.c", "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n"),
    ])
}

#[test]
fn a_program_runs_with_its_modules_and_ends_as_it_ends() {
    let world = world();
    let said = world.modpin("run tool");
    said.has_both(0, "7\n", "Running ");
    let said = world.modpin("run tool -- one --two");
    said.has_both(2, "7 [one] [--two]\n", "");
    // Only what it needs was built.
    assert!(!world.built("t/good").exists() && world.built("plug.so").exists());
    // For programs, the last word is ours.
    let said = world.modpin("run tool --message-format json -- x");
    let last = said.out.lines().last().unwrap_or_default();
    assert_eq!(
        (said.code, last.contains("\"reason\":\"finished\",\"success\":false")),
        (Some(1), true),
        "{}",
        said.out
    );
    world.modpin("run t/crash --message-format json").has(134, "");
    world.modpin("run tol").has(1, "no executable is named \"tol\"\n  help: did you mean \"tool\"?");
    world.modpin("run plug").has(
        1,
        "error: \"plug\" is a module, which programs load\n  help: run one that does: run tool\n",
    );
    // Where the user stands is where it runs.
    let mut command =
        crate::program::program_in(&world.path("target"), "modpin --project ../demo.json run tool");
    Said::of(&mut command).has_both(0, "7\n", "");
    world.write("plug.c", "int plug(void) { return 8; }\n");
    let said = world.modpin("run tool --dry-run");
    assert!(said.out.is_empty() && said.err.contains("Compiling plug.c"), "{}", said.text());
    world.modpin("run tool -q").has_both(0, "8\n", "");
}

#[test]
fn tests_pass_fail_skip_and_end() {
    let world = world();
    let said = world.modpin("test -j2");
    said.has(101, "Tested 5 tests in ");
    said.has(101, "1 passed, 3 failed, 1 skipped");
    said.has(101, "error: test t/bad: exit code 3\nto out\nto err\n");
    said.has(101, "test t/crash: ended by signal 6");
    said.has(101, "Skipped t/absent: it says that it cannot run here");
    said.has(101, "test t/long: killed after 1.");
    assert!(!said.err.contains("quiet"), "{}", said.err);
    let objects = world.modpin("test t/g* t/bad --message-format json").objects_of("test");
    let told: Vec<String> =
        objects.iter().map(|it| format!("{} {} {}", it["name"], it["outcome"], it["output"])).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.contains(&"\"t/bad\" \"failed\" \"to out\\nto err\\n\"".to_owned()), "{told:?}");
    assert!(told.contains(&"\"t/good\" \"passed\" \"quiet\\n\"".to_owned()), "{told:?}");
    world.modpin("test t/good").has(0, "1 passed, 0 failed, 0 skipped");
    // An argument under a condition.
    world.modpin("test t/good -D SLOW=y").has(101, "error: failed: t/good");
    world.modpin("test t/god").has(1, "no test is named \"t/god\"\n  help: did you mean \"t/good\"?");
    world.modpin("test good").has(1, "no test is named \"good\"\n  help: did you mean \"t/good\"?");
    world
        .modpin("test tool")
        .has(1, "no test is named \"tool\"\n  help: the tests are \"t/good\", \"t/bad\", ");
    // What cannot be built is not run.
    world.write("good.c", "int main(void) { return }\n");
    let said = world.modpin("test t/good t/bad");
    assert!(said.code == Some(101) && !said.err.contains("Tested"), "{}", said.err);
}

#[test]
fn a_signal_ends_the_tests() {
    let world = world();
    let text =
        PROJECT.replace("\"time_limit\": 1", "\"time_limit\": 1000").replace("[\"a b\"", "[\"a\"");
    world.write("demo.json", text);
    world.write("long.c", "#include <stdio.h>\n#include <unistd.h>\nint main(void) { fclose(fopen(\"up\", \"w\")); for (;;) pause(); }\n");
    let mut child = world
        .project("test t/long")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    while !world.path("up").exists() {
        assert!(child.try_wait().expect("a child").is_none());
        std::thread::yield_now();
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
    assert_eq!(world.processes(), []);
}

#[test]
fn a_list_says_what_is_there_and_clean_forgets_what_was_set() {
    let world = crate::demo::world();
    let states = || {
        let targets = world.modpin("list --message-format json").objects_of("target");
        let state = |it: &serde_json::Value| {
            format!("{} {} {}", it["kind"], it["name"], it["state"]).replace('"', "")
        };
        targets.iter().map(state).collect::<Vec<_>>().join("\n")
    };
    let off = "\nmodule net off";
    let missing = "library util missing\nmodule good missing\nexecutable tool missing";
    assert_eq!(states(), format!("{missing}{off}"));
    world.modpin("build util good").has(0, "Finished");
    assert_eq!(states(), format!("{}{off}", missing.replacen("missing", "there", 2)));
    world.modpin("config set NET=m").has(0, "");
    assert!(states().contains("module net missing"), "{}", states());
    let built_in = world.modpin("list --modules=off --message-format json").out;
    assert!(
        built_in.contains("\"name\":\"net\",\"kind\":\"module\",\"files\":[],\"state\":\"built-in\""),
        "{built_in}"
    );
    world.modpin("clean").has(0, "Removed");
    assert!(world.path(".config").exists());
    world.modpin("clean --config").has(0, "Removed .config, and with it what was set by hand");
    assert!(!world.path(".config").exists());
    world.modpin("clean --config").has(0, "is clean");
}

#[test]
fn without_tests_it_is_told_how_to_declare_one() {
    let project = r#"{ "format": 2, "name": "p", "targets": [] }"#;
    let world = World::new(&[("demo.json", project)]);
    world
        .modpin("test")
        .has(0, "warning: the project has no tests\n  help: .test() makes an executable one");
}
