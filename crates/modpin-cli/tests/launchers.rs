//! Launchers in front of compilers: each starts every compilation and every link, and none is a reason to compile again. Scripts of
//! their names write down what they start; those that are there work as well.

use modpin_test::skip::{installed, is_long, is_missing, skip_for_good};
use modpin_test::{Said, World};

use crate::program::{Program, finished};

const PROJECT: &str = r#"{
  "format": 2, "name": "demo",
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util.c", "blob.S"] },
    { "kind": "module", "name": "plug", "sources": ["plug.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["plug"],
      "system_libraries": ["dl"] }
  ]
}"#;

const LAUNCHERS: [&str; 4] = ["ccache", "sccache", "distcc", "icecc"];

/// What each launcher starts: compilations by their source, links by their response file.
const STARTED: [&str; 7] =
    [" blob.S", " main.c", " plug.c", " util.c", "/plug.mo.rsp", "/plug.so.rsp", "/tool.rsp"];

fn world() -> World {
    let blob = ".section .rodata\n.incbin \"blob.bin\"\n.section .note.GNU-stack,\"\",%progbits\n";
    World::new(&[
        ("demo.json", PROJECT),
        ("blob.S", blob),
        ("blob.bin", "blob"),
        ("util.c", "int util(void) { return 1; }\n"),
        ("plug.c", "int util(void);\nint plug(void) { return util(); }\n"),
        ("main.c", "int main(void) { return 0; }\n"),
    ])
}

/// A program of that name that writes down what it starts.
fn recorder(world: &World, name: &str) -> String {
    let log = world.path(&format!("{name}.log"));
    world.script(
        &format!("bin/{name}"),
        &format!("#!/bin/sh\necho \"$*\" >> {}\nexec \"$@\"\n", log.display()),
    );
    world.path(&format!("bin/{name}")).display().to_string()
}

/// Which of all was started by a launcher since this was asked last.
fn started(world: &World, name: &str) -> Vec<&'static str> {
    let log = world.path(&format!("{name}.log"));
    let text = std::fs::read_to_string(&log).unwrap_or_default();
    let _ = std::fs::remove_file(log);
    // One that keeps results knows nothing of a file that the assembler writes.
    assert!(!text.contains("--MD"), "{text}");
    let is_it = |what: &&&str| {
        text.lines()
            .filter(|line| line.split(' ').next().is_some_and(|word| word.starts_with('/')))
            .any(|line| line.contains(**what))
    };
    STARTED.iter().filter(is_it).copied().collect()
}

fn build(world: &World, args: &str, env: &[(&str, &str)]) -> Said {
    let said =
        Said::of(world.project(&format!("build --no-cache --json {args}")).envs(env.iter().copied()));
    assert!(said.success(), "{}", said.text());
    said
}

#[test]
fn each_stands_before_every_compiler_and_is_no_reason_to_compile_again() {
    if is_long("launchers::each_stands_before_every_compiler_and_is_no_reason_to_compile_again") {
        return;
    }
    let world = world();
    let launchers = LAUNCHERS.map(|name| (name, recorder(&world, name)));
    for (name, launcher) in &launchers {
        world.modpin("clean").has(0, "");
        build(&world, "", &[("CC", &format!("{launcher} cc"))]);
        assert_eq!(started(&world, name), STARTED, "CC={name}");
        // Another one, the same by an option, none at all.
        for (_, other) in &launchers {
            for said in [
                build(&world, "", &[("CC", &format!("{other} cc"))]),
                build(&world, &format!("--launcher {other}"), &[]),
            ] {
                assert_eq!(finished(&said), (true, 0), "{other} after {name}: {}", said.out);
            }
        }
        assert_eq!(finished(&build(&world, "", &[])), (true, 0), "none after {name}");
        world.modpin("clean").has(0, "");
        let said = build(&world, &format!("--launcher {launcher}"), &[]);
        assert_eq!(started(&world, name), STARTED, "--launcher {name}");
        let command = &said
            .objects_of("started")
            .into_iter()
            .find(|it| it["label"] == "util.c")
            .expect("it")["command"];
        assert!(command.as_str().expect("a text").contains(&format!("{launcher} /")), "{command}");
        // What the assembler reads is found in the source.
        world.write("blob.bin", format!("blob of {name}"));
        let said = build(&world, &format!("--launcher {launcher}"), &[]);
        assert_eq!(started(&world, name)[0], " blob.S", "{}", said.out);
    }
    let found = format!("{}:{}", world.path("bin").display(), std::env::var("PATH").expect("a path"));
    world.write("util.c", "int util(void) { return 2; }\n");
    build(&world, "--launcher sccache", &[("PATH", &found)]);
    assert!(started(&world, "sccache").contains(&" util.c"));
    let said = Said::of(&mut world.project("build --launcher nowhere-to-be-found"));
    said.has(1, "the launcher nowhere-to-be-found is not to be found\n  help: install it");
    // Of any other name, it is a tool: what it has started may be made by it.
    let other = recorder(&world, "wrapper");
    build(&world, &format!("--launcher {other}"), &[]);
    assert_eq!(started(&world, "wrapper"), STARTED);
}

/// The real ones: what they write down tells that they were asked.
#[test]
fn those_that_are_there_work() {
    let test = "launchers::those_that_are_there_work";
    let world = world();
    let path = |name: &str| world.path(name).display().to_string();
    let tells: [(&str, &[(&str, String)]); 4] = [
        ("ccache", &[("CCACHE_DIR", path("ccache")), ("CCACHE_LOGFILE", path("log"))]),
        (
            "sccache",
            &[
                ("SCCACHE_DIR", path("sccache")),
                ("SCCACHE_ERROR_LOG", path("log")),
                ("SCCACHE_LOG", "debug".into()),
            ],
        ),
        (
            "distcc",
            &[
                ("DISTCC_DIR", path("distcc")),
                ("DISTCC_LOG", path("log")),
                ("DISTCC_VERBOSE", "1".into()),
                ("DISTCC_HOSTS", "localhost".into()),
            ],
        ),
        ("icecc", &[("ICECC_LOGFILE", path("log")), ("ICECC_DEBUG", "debug".into())]),
    ];
    for (launcher, env) in tells {
        // No package of Debian has it.
        if launcher == "sccache" && !installed(launcher) {
            skip_for_good(test, "sccache is not there");
            continue;
        }
        if is_missing(launcher, test) {
            continue;
        }
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let log = || {
            let text = std::fs::read(world.path("log")).unwrap_or_default();
            let _ = std::fs::remove_file(world.path("log"));
            String::from_utf8_lossy(&text).into_owned()
        };
        world.modpin("clean").has(0, "");
        build(&world, &format!("--launcher {launcher}"), &env);
        let first = log();
        assert!(first.contains("util.c"), "{launcher} was not asked: {first}");
        if launcher == "ccache" {
            world.modpin("clean").has(0, "");
            build(&world, "--launcher ccache", &env);
            assert!(log().contains("Succeeded getting cached result"));
        }
        assert_eq!(world.printed("tool", &[]), "");
        assert_eq!(finished(&build(&world, "", &[])), (true, 0));
    }
}
