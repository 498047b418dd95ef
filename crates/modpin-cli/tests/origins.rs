//! `explain FILE` says where each argument of a compilation or of a link comes from: every level and list, what somebody took away,
//! what modpin adds by itself; and it is the command that runs.

use expect_test::{Expect, expect};
use modpin_test::{Said, World};
use serde_json::Value;

use crate::program::Program;

/// Flags at every level, for every language.
const PROJECT: &str = r#"{
  "format": 2,
  "name": "levels",
  "options": [{ "name": "HZ", "kind": "int", "default": 100 }],
  "autoconf": { "force_include": true },
  "includes": ["inc"],
  "cflags": ["-Wall", "-Wshadow"],
  "cppflags": ["-DCPP"],
  "asflags": ["-DAS"],
  "defines": ["A=1", "B"],
  "ldflags": ["-Wl,-O1", "-Wl,--as-needed"],
  "layers": [{ "layer": 0, "args": ["-Wl,-Bstatic"] }],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util.c"], "system_libraries": ["m"],
      "public": { "defines": [{ "when": "FLAVOUR = 'module'", "then": ["U"] }], "ldflags": ["-Wl,-z,relro"] } },
    { "kind": "dir", "dir": "fs",
      "below": { "cflags": ["-DFS"], "ldflags": ["-Wl,-z,now"] },
      "flags": { "cflags": ["-Wundef"], "without": ["-Wshadow"] },
      "targets": [{
        "kind": "module", "name": "m", "sources": ["m.c", "s.S"], "link": ["util"],
        "defines": ["OWN"], "without": ["-DA", "-Wl,--as-needed"], "ldflags_before_libraries": ["-Wl,--no-as-needed"],
        "flags_for": [{ "sources": "m.c", "flags": { "cflags": ["-Wextra"], "without": ["-DFS", "-Wall"] } }],
        "sources_as": [{ "as": "fast", "sources": ["m.c"], "flags": { "cflags": ["-O3"] } }]
      }] },
    { "kind": "library", "name": "base", "sources": ["base.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["*"],
      "system_libraries": ["dl"], "keep_system_libraries": ["c"], "ldflags_before_objects": ["-Wl,--gc-sections"] },
    { "kind": "executable", "name": "two", "sources": ["main.c"], "link": ["util", "base"] }
  ]
}
"#;

fn world() -> World {
    let world = World::new(&[
        ("base.c", "int base(void) { return 3; }\n"),
        ("util.c", "int util(void) { return 1; }\n"),
        ("fs/m.c", "int m(void) { return 2; }\n"),
        ("fs/s.S", "\n"),
        ("main.c", "int util(void); int main(void) { return util(); }\n"),
        ("inc/x.h", ""),
    ]);
    world.write("p.json", PROJECT);
    world
}

fn explain(world: &World, file: &str, more: &[&str]) -> Said {
    let mut command = world.program(&format!("modpin --project p.json explain {file}"));
    Said::of(
        command.args(more).env("CFLAGS", "-O1").env("CPPFLAGS", "-DSEEN").env("LDFLAGS", "-Wl,-z,lazy"),
    )
}

/// What is said of the arguments of a file, but for the compiler's own and for paths.
fn check(world: &World, file: &str, expected: Expect) {
    let said = explain(world, file, &[]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let begins = |line: &str, titles: &[&str]| titles.iter().any(|title| line[2..].starts_with(title));
    let lines = said.out.lines().skip(1).skip_while(|line| !begins(line, &["compiled", "linked"]));
    let lines = lines.take_while(|line| !begins(line, &["made of", "read by"]));
    let ours = lines.filter(|line| !line.contains("the compiler for") && !line.contains("the files:"));
    let text: String = ours.map(|line| format!("{}\n", &line[2..])).collect();
    expected.assert_eq(&text.replace(&world.root().display().to_string(), "ROOT"));
}

#[test]
fn each_argument_and_who_says_it() {
    let world = world();
    check(
        &world,
        "target/modpin/debug/.modpin/pic/m.so/fs/m.c.o",
        expect![[r#"
            compiled   for module m, into target/modpin/debug/.modpin/pic/m.so/fs/m.c.o
                       modpin, which keeps the checkout's path out: -ffile-prefix-map=ROOT=.
                       modpin, for a file that is loaded: -fPIC -DBUILD_DSO
                       modpin, the module's name: '-DMODPIN_MODNAME="m"'
                       modpin, for headers that the build writes: -Itarget/modpin/debug/.modpin/include
                       the project (includes): -Iinc
                       the project (defines): -DB
                       the project (cppflags): -DCPP
                       directory "fs" (cflags): -Wundef
                       public flags of library util (defines): -DU
                       module m (defines): -DOWN
                       CPPFLAGS of the environment: -DSEEN
                       CFLAGS of the environment: -O1
                       module m for "fs/m.c" (cflags): -Wextra
                       modpin, for headers that the build writes: -include target/modpin/debug/.modpin/include/autoconf.h
            without    -Wshadow, of the project (cflags), by directory "fs"
                       -DA=1, of the project (defines), by module m
                       -Wall, of the project (cflags), by module m for "fs/m.c"
                       -DFS, of directory "fs" and all below (cflags), by module m for "fs/m.c"
        "#]],
    );
    check(
        &world,
        "fs/s.S",
        expect![[r#"
          compiled   for module m, into target/modpin/debug/.modpin/pic/m.so/fs/s.S.o
                     modpin, which keeps the checkout's path out: -ffile-prefix-map=ROOT=.
                     modpin, for a file that is loaded: -fPIC -DBUILD_DSO
                     modpin, the module's name: '-DMODPIN_MODNAME="m"'
                     modpin, for headers that the build writes: -Itarget/modpin/debug/.modpin/include
                     the project (includes): -Iinc
                     the project (defines): -DB
                     the project (cppflags): -DCPP
                     the project (asflags): -DAS
                     public flags of library util (defines): -DU
                     module m (defines): -DOWN
                     CPPFLAGS of the environment: -DSEEN
                     CFLAGS of the environment: -O1
                     modpin, for headers that the build writes: -include target/modpin/debug/.modpin/include/autoconf.h
          without    -DA=1, of the project (defines), by module m
    "#]],
    );
    check(
        &world,
        "target/modpin/debug/.modpin/link/m.mo",
        expect![[r#"
        linked     as module m
                   modpin, which keeps the checkout's path out: -ffile-prefix-map=ROOT=.
                   CPPFLAGS of the environment: -DSEEN
                   CFLAGS of the environment: -O1
                   modpin, for a file of this kind: -nostdlib -r
    "#]],
    );
    let twice = explain(&world, "fs/m.c", &[]).out;
    assert_eq!(twice.matches("  compiled   for module m, into ").count(), 2, "{twice}");
    assert!(twice.contains("module m as fast (cflags): -O3"), "{twice}");
}

#[test]
fn each_argument_of_a_link_and_who_says_it() {
    let world = world();
    let told = |file: &str| explain(&world, &format!("target/modpin/debug/{file}"), &[]).out;
    let has = |said: &str, lines: &[&str]| {
        let said: Vec<&str> = said.lines().map(|line| line.get(13..).unwrap_or("")).collect();
        for line in lines {
            assert!(said.contains(line), "{line:?} is not in {said:#?}");
        }
    };
    has(
        &told("m.so"),
        &[
            "as module m",
            "module m (ldflags_before_libraries): -Wl,--no-as-needed",
            "library util (system_libraries): -lm",
            "the project (layers): -Wl,-Bstatic",
            "the project (ldflags): -Wl,-O1",
            "directory \"fs\" and all below (ldflags): -Wl,-z,now",
            "public flags of library util (ldflags): -Wl,-z,relro",
            "LDFLAGS of the environment: -Wl,-z,lazy",
            "-Wl,--as-needed, of the project (ldflags), by module m",
        ],
    );
    has(
        &told("tool"),
        &[
            "as executable tool",
            "executable tool (ldflags_before_objects): -Wl,--gc-sections",
            "executable tool (system_libraries): -ldl",
            "executable tool (keep_system_libraries): -lc",
            "the project (ldflags): -Wl,-O1 -Wl,--as-needed",
        ],
    );
    // Which of them comes first is known when it was built.
    has(&told("two"), &["modpin, the order of libraries: @target/modpin/debug/.modpin/link/two.libs"]);
}

#[test]
fn what_is_explained_is_the_link_that_runs() {
    let world = world();
    for file in ["m.so", "tool", "two"] {
        let path = format!("target/modpin/debug/{file}");
        let said = explain(&world, &path, &["--message-format", "json"]);
        let answer = &said.objects_of("explain")[0]["answers"][0];
        let arguments = answer["linked"]["arguments"].as_array().expect("arguments");
        let words = arguments.iter().flat_map(|said| said["words"].as_array().expect("words"));
        let words: Vec<&str> = words.filter_map(Value::as_str).collect();
        let command = answer["made_by"]["command"].as_str().expect("a command");
        // What stands in the response file is told in its place.
        let (before, behind) = command
            .split_once(&format!(" @target/modpin/debug/.modpin/link/{file}.rsp"))
            .expect("a response file");
        let before: Vec<&str> = before.split(' ').collect();
        let behind: Vec<&str> = behind.split(' ').filter(|word| !word.is_empty()).collect();
        let first = before.iter().position(|word| *word == words[0]).expect("the first word");
        let before = &before[first..];
        assert_eq!(&words[..before.len()], before, "{file}");
        assert_eq!(&words[words.len() - behind.len()..], behind, "{file}");
        assert!(words.len() > before.len() + behind.len(), "{file}: {words:?}");
    }
}

fn quoted(word: &str) -> String {
    if word.contains('"') { format!("'{word}'") } else { word.to_owned() }
}

#[test]
fn what_is_explained_is_the_command_that_runs() {
    let world = world();
    let objects = [
        "obj/libutil.a/util.c.o",
        "pic/libutil.a/util.c.o",
        "pic/m.so/fs/m.c.o",
        "pic/m.so/fs/m.c-fast.o",
        "pic/m.so/fs/s.S.o",
        "obj/tool/main.c.o",
    ];
    for object in objects {
        let path = format!("target/modpin/debug/.modpin/{object}");
        let said = explain(&world, &path, &["--message-format", "json"]);
        let answer = &said.objects_of("explain")[0]["answers"][0];
        let compiled = answer["compiled"].as_array().expect("compilations");
        assert_eq!(compiled.len(), 1, "{object}: {answer}");
        assert_eq!(compiled[0]["object"], path.as_str());
        let arguments = compiled[0]["arguments"].as_array().expect("arguments");
        let words = arguments.iter().flat_map(|said| said["words"].as_array().expect("words"));
        let words: Vec<String> = words.filter_map(Value::as_str).map(quoted).collect();
        // Whatever was not said before stands with the files.
        let last = arguments.last().expect("the files");
        assert_eq!((&last["from"], &last["words"][0]), (&"files".into(), &"-MD".into()), "{object}");
        let command = answer["made_by"]["command"].as_str().expect("a command");
        let (_, behind) = command.split_once(&words[0]).expect("the first word");
        assert_eq!(format!("{}{behind}", words[0]), words.join(" "), "{object}");
    }
}
