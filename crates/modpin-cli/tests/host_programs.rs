//! Programs for the build machine (rows B7 and F7) as users meet them: built for whoever asks, by a compiler of their own, out of
//! libraries that are compiled once more.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use modpin_test::skip::{is_long, is_missing};
use modpin_test::{Said, World};

use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "includes": ["include"],
  "defines": [{ "when": "FLAVOUR = 'host-program'", "then": ["ON_BUILD_MACHINE"] }],
  "targets": [
    { "kind": "library", "name": "core", "sources": ["core.c", { "when": "TARGET_ARCH = 'aarch64'", "then": ["arm.c"] }] },
    { "kind": "library", "name": "inner", "sources": ["inner.c"] },
    { "kind": "shared-library", "name": "lib/names", "sources": ["names.c"], "link": ["inner"], "version": "2.1" },
    { "kind": "dir", "dir": "tools", "flags": { "cflags": ["-Wall"] }, "targets": [
      { "kind": "host-program", "name": "mktable", "sources": ["mktable.c", "print.cc"],
        "defines": ["STEP=3"], "link": ["core", "lib/names"], "system_libraries": ["m"] }
    ] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["core"] }
  ]
}
"#;

fn world() -> World {
    let world = World::new(&[
        ("include/core.h", "int core(void); int inner(void); const char *name(void);\n"),
        (
            "core.c",
            "#include <core.h>\n#ifdef ON_BUILD_MACHINE\nint core(void) { return 10; }\n#else\nint core(void) { return 0; }\n#endif\n",
        ),
        ("arm.c", "int arm(void) { return 1; }\n"),
        ("inner.c", "int inner(void) { return 5; }\n"),
        (
            "names.c",
            "#include <core.h>\nconst char *name(void) { return inner() == 5 ? \"five\" : \"?\"; }\n",
        ),
        (
            "tools/mktable.c",
            "#include <core.h>\n#include <math.h>\nvoid print(const char *, int);\nint main(void) { volatile double x = 4; print(name(), core() + STEP + (int)sqrt(x)); }\n",
        ),
        (
            "tools/print.cc",
            "#include <iostream>\nextern \"C\" void print(const char *name, int n) { std::cout << name << n << std::endl; }\n",
        ),
        ("main.c", "#include <core.h>\nint main(void) { return core(); }\n"),
    ]);
    world.write("demo.json", PROJECT);
    world
}

/// Where it lies in a build for this machine.
const MKTABLE: &str = "target/modpin/debug/.modpin/build-machine/mktable";

/// What a finished program prints.
fn printed(world: &World, program: &str) -> String {
    Said::of(&mut Command::new(world.path(program))).out
}

#[test]
fn one_is_built_for_whoever_asks() {
    if is_missing("c++", "host_programs::one_is_built_for_whoever_asks") {
        return;
    }
    let world = world();
    let built = world.modpin("build");
    built.has(0, "Compiling core.c\n");
    assert!(!built.err.contains("build machine") && !world.path(MKTABLE).exists(), "{}", built.err);
    world.is_idle();
    let list = world.modpin("list");
    list.has_both(0, &format!("host program    mktable    {MKTABLE}\n"), "");
    // What it links is compiled once more, and it finds its shared library.
    let built = world.modpin("build mktable");
    built.has(0, "Compiling core.c (build machine)\n");
    assert!(!built.err.contains("arm.c") && !built.err.contains("Compiling core.c\n"), "{}", built.err);
    assert_eq!(printed(&world, MKTABLE), "five15\n");
    world.modpin("build mktable").has(0, "nothing to do");
    // Nobody takes it away who did not ask for it.
    world.is_idle();
    assert!(world.path(MKTABLE).exists());
    world.write("core.c", "int core(void) { return 0; }\n");
    let built = world.modpin("build");
    built.has(0, "Compiling core.c\n");
    assert!(!built.err.contains("build machine"), "{}", built.err);
    assert_eq!(printed(&world, MKTABLE), "five15\n");
    world.modpin("build mktable").has(0, "Compiling core.c (build machine)\n");
    assert_eq!(printed(&world, MKTABLE), "five5\n");
    // A directory of sources means what the target has of them; what only host programs have is meant, too.
    world.write("core.c", "int core(void) { return 0 * 1; }\n");
    let built = world.modpin("build core.c tools/");
    built.has(0, "Compiling core.c\n");
    assert!(!built.err.contains("core.c (build machine)"), "{}", built.err);
    told(&world);
    world.modpin("clean").has(0, "");
    assert!(!world.path(MKTABLE).exists());
}

/// Every verb knows it.
fn told(world: &World) {
    let explained = world.modpin("explain mktable");
    explained.has_both(0, "a program for the build machine", "");
    world.modpin("explain core").has_both(0, "linked into executable tool, host program mktable", "");
    let targets = world.modpin("list --message-format=json").objects_of("target");
    let kind = |name: &str| targets.iter().find(|target| target["name"] == name).map(|it| &it["kind"]);
    assert_eq!(kind("mktable").expect("a target"), "host-program");
    let database = world.read("target/modpin/debug/compile_commands.json");
    assert!(database.contains("tools/mktable.c") && database.contains("-DSTEP=3"), "{database}");
}

/// A stand-in for a tool that writes down how it was called.
fn recorder(world: &World, name: &str, real: &str) -> String {
    let path = world.path(name).to_string_lossy().into_owned();
    let text = format!("#!/bin/sh\necho \"$*\" >> {path}.log\n{real}\n");
    world.write(name, text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a program");
    path
}

#[test]
fn its_compiler_and_flags_are_its_own() {
    if is_long("host_programs::its_compiler_and_flags_are_its_own") {
        return;
    }
    if is_missing("c++", "host_programs::its_compiler_and_flags_are_its_own") {
        return;
    }
    let world = world();
    let [host, other, cxx] = ["host-cc", "other-cc", "host-cxx"].map(|name| {
        recorder(&world, name, if name == "host-cxx" { "exec c++ \"$@\"" } else { "exec cc \"$@\"" })
    });
    let launcher = recorder(&world, "launcher", "exec \"$@\"");
    let log = |name: &str| {
        let text = std::fs::read_to_string(world.path(&format!("{name}.log"))).unwrap_or_default();
        _ = std::fs::remove_file(world.path(&format!("{name}.log")));
        text
    };
    let build = |env: &[(&str, &str)], goal: &str| {
        let mut command = world.project(&format!("build {goal}"));
        let of_target = [("CFLAGS", "-DOF_TARGET"), ("LDFLAGS", "-Wl,--defsym=of_target=1")];
        Said::of(command.envs(of_target).envs(env.iter().copied())).has(0, "");
    };
    let all = [
        ("HOSTCC", host.as_str()),
        ("HOST_CC", other.as_str()),
        ("HOSTCXX", cxx.as_str()),
        ("HOST_CFLAGS", "-DSHARED=1"),
        ("HOSTCFLAGS", "-USHARED -DOWN"),
        ("HOSTCXXFLAGS", "-DOWN_CXX"),
        ("HOSTLDFLAGS", "-Wl,--defsym=own=1"),
    ];
    build(&all, "mktable");
    let (said, said_cxx) = (log("host-cc"), log("host-cxx"));
    let compiled = said.lines().find(|line| line.ends_with("tools/mktable.c")).expect("it compiled");
    assert!(compiled.contains("-DSHARED=1 -USHARED -DOWN"), "{compiled}");
    assert!(!said.contains("OF_TARGET") && !said.contains("of_target"), "{said}");
    let linked = said_cxx.lines().find(|line| line.contains("mktable.rsp")).expect("C++ links it");
    assert!(linked.contains("--defsym=own=1") && said_cxx.contains("-DOWN_CXX"), "{said_cxx}");
    // In a build for this machine, HOST_CC is the cc crate's word for all; host programs have a word of their own.
    assert!(!log("other-cc").contains("mktable"));
    build(&all, "tool");
    assert!(log("other-cc").contains("-DOF_TARGET") && !log("host-cc").contains("main.c"));
    // A launcher stands in front of it.
    let launched = format!("{launcher} {host} -DAS_WELL");
    build(&[("HOSTCC", &launched)], "mktable");
    let line = format!("{host} -DAS_WELL ");
    assert!(
        log("launcher").lines().any(|said| said.starts_with(&line) && said.ends_with("tools/mktable.c"))
    );
    // Without a word of its own, it is what all is compiled by.
    build(&[("CC", &other)], "mktable");
    assert!(log("other-cc").contains("tools/mktable.c"));
}

#[test]
fn in_a_cross_build_it_runs_here() {
    let test = "host_programs::in_a_cross_build_it_runs_here";
    if is_missing("aarch64-linux-gnu-gcc", test) || is_missing("c++", test) {
        return;
    }
    let world = world();
    let dir = "target/modpin/aarch64-unknown-linux-gnu/debug";
    let mktable = format!("{dir}/.modpin/build-machine/mktable");
    let mut command = world.project("build --target aarch64-unknown-linux-gnu tool mktable lib/names");
    // The target's compiler by the plain name: it compiles no host program.
    let said = Said::of(command.env("CC", "aarch64-linux-gnu-gcc").env("CFLAGS", "-mcpu=cortex-a53"));
    said.has(0, "Compiling arm.c\n");
    assert!(!said.err.contains("arm.c (build machine)"), "{}", said.err);
    assert_eq!(printed(&world, &mktable), "five15\n");
    let machine = |path: &str| world.content(path)[18];
    assert_eq!(
        [machine(&format!("{dir}/tool")), machine(&format!("{dir}/lib/libnames.so.2"))],
        [183; 2]
    );
    assert_ne!(machine(&mktable), 183);
}

#[test]
fn mistakes_are_told() {
    let world = world();
    let with = |from: &str, to: &str| {
        world.write("demo.json", PROJECT.replace(from, to));
        world.modpin("build")
    };
    with("\"name\": \"tool\"", "\"name\": \"mktable\"")
        .has(1, "executable \"mktable\" and host program \"mktable\" have one name");
    with("[\"core\", \"lib/names\"]", "[\"cor\", \"lib/names\"]")
        .has(1, "host program \"mktable\" links \"cor\", which is no library of the project\n  help: did you mean \"core\"?");
    with("\"print.cc\"", "\"prin.cc\"")
        .has(1, "host program \"mktable\": the source \"tools/prin.cc\" is missing\n  help: did you mean \"tools/print.cc\"?");
    with("\"names.c\"", "\"name.c\"")
        .has(1, "shared library \"lib/names\": the source \"name.c\" is missing");
    let twice = with("\"names.c\"", "\"name.c\"");
    assert_eq!(twice.err.matches("the source \"name.c\" is missing").count(), 1, "{}", twice.err);
    if !is_missing("c++", "a host program in C++") {
        with("\"loads\"", "").has(0, "Finished");
    }
    let said = Said::of(world.project("build mktable").env("HOSTCC", "/nowhere/cc"));
    said.has(1, "name one in the environment variable HOSTCC");
}

const PROBED: &str = r#"{
  "format": 2,
  "name": "demo",
  "options": [{ "name": "BIG", "kind": "bool", "default": "SIZEOF_LONG = 4" }],
  "autoconf": {},
  "config_headers": [{ "header": "config.h" }],
  "probes": [
    { "kind": "size_of", "of": "long" }, { "kind": "header", "of": "sys/epoll.h" }, { "kind": "pkg_config", "of": "mine" }
  ],
  "targets": [
    { "kind": "library", "name": "mine", "package": "HAVE_MINE" },
    { "kind": "library", "name": "width", "sources": [
      { "when": "SIZEOF_LONG = 8", "then": ["wide.c"] }, { "when": "SIZEOF_LONG = 4", "then": ["narrow.c"] }] },
    { "kind": "host-program", "name": "tell", "sources": ["main.c"], "link": ["width", "mine"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["width", "mine"] }
  ]
}
"#;

/// A header that says what the machine has answered is made for each machine, and lists are answered for each; options are the target's.
#[test]
fn each_machine_is_asked_for_itself() {
    let test = "host_programs::each_machine_is_asked_for_itself";
    let needed = ["arm-linux-gnueabihf-gcc", "qemu-arm", "pkg-config"];
    if needed.into_iter().any(|program| is_missing(program, test)) {
        return;
    }
    let world = World::new(&[
        ("there/mine.pc", "Name: mine\nDescription: theirs\nVersion: 1\nCflags: -DMINE=1\n"),
        ("here/mine.pc", "Name: mine\nDescription: ours\nVersion: 1\nCflags: -DMINE=2\n"),
        (
            "main.c",
            "#include <stdio.h>\n#include <autoconf.h>\n#include <config.h>\nconst char *width(void);\n#ifndef CONFIG_BIG\n#define CONFIG_BIG 0\n#endif\nint main(void) { printf(\"%d %s %d %d\\n\", SIZEOF_LONG, width(), CONFIG_BIG, MINE); return 0; }\n",
        ),
        ("wide.c", "const char *width(void) { return \"wide\"; }\n"),
        ("narrow.c", "const char *width(void) { return \"narrow\"; }\n"),
    ]);
    world.write("demo.json", PROBED);
    let build = |target: &str| {
        let mut command = world.project(&format!("build {target} tell tool"));
        // What is said of the target is not said of the build machine.
        command.env_remove("CC").env("PKG_CONFIG", "pkg-config");
        command.env("PKG_CONFIG_LIBDIR", world.path("there")).env("PKG_CONFIG_SYSROOT_DIR", "/nowhere");
        Said::of(command.env("HOST_PKG_CONFIG_PATH", world.path("here")))
    };
    let cross = "target/modpin/armv7-unknown-linux-gnueabihf/debug";
    build("--target armv7-unknown-linux-gnueabihf").has(0, "Probed 6 of 6 questions");
    assert_eq!(printed(&world, &format!("{cross}/.modpin/build-machine/tell")), "8 wide 1 2\n");
    let mut command = world.command("qemu-arm");
    command.args(["-L", "/usr/arm-linux-gnueabihf"]).arg(world.path(&format!("{cross}/tool")));
    assert_eq!(Said::of(&mut command).out, "4 narrow 1 1\n");
    // A hand's answer is for what is built for.
    build("--target armv7-unknown-linux-gnueabihf -D SIZEOF_LONG=8").has(0, "Linking");
    assert_eq!(printed(&world, &format!("{cross}/.modpin/build-machine/tell")), "8 wide 0 2\n");
    // Where one compiler is for both, nobody is asked twice and nothing is written twice.
    build("").has(0, "Probed 3 of 3 questions");
    assert_eq!(printed(&world, "target/modpin/debug/.modpin/build-machine/tell"), "8 wide 0 1\n");
    assert!(!world.path("target/modpin/debug/.modpin/build-machine/.modpin/include").exists());
    build("").has(0, "nothing to do");
}

const GENERATED: &str = r#"{
  "format": 2,
  "name": "demo",
  "options": [{ "name": "TABLE", "kind": "bool", "default": "y" }],
  "targets": [
    { "kind": "library", "name": "square", "sources": ["square.c"] },
    { "kind": "host-program", "name": "mkstep", "sources": ["mkstep.c"] },
    { "kind": "rule", "name": "step", "run": [{ "target": "mkstep" }], "stdout": { "output": "step.h" } },
    { "kind": "host-program", "name": "mktable", "sources": ["mktable.c"], "link": ["square"], "generated_headers": ["step"] },
    { "kind": "rule", "name": "table", "when": "TABLE",
      "run": [{ "target": "mktable" }, { "input": "table.def" }, { "output": "table.c" }, { "output": "table.h" }] },
    { "kind": "executable", "name": "tool", "sources": ["main.c", { "when": "TABLE", "then": ["{rule:table:table.c}"] }],
      "link": ["square"], "generated_headers": [{ "when": "TABLE", "then": ["table"] }], "defines": [{ "when": "TABLE", "then": ["TABLE"] }] }
  ]
}
"#;

/// A generator that is made with what another one has made: both run here, what they make is compiled for the target.
#[test]
fn generators_run_here_and_what_they_make_there() {
    let test = "host_programs::generators_run_here_and_what_they_make_there";
    if is_missing("aarch64-linux-gnu-gcc", test) || is_missing("qemu-aarch64", test) {
        return;
    }
    let world = World::new(&[
        ("square.c", "int square(int n) { return n * n; }\n"),
        ("mkstep.c", "#include <stdio.h>\nint main(void) { return puts(\"#define STEP 3\") < 0; }\n"),
        (
            "mktable.c",
            "#include <stdio.h>\n#include \"step.h\"\nint square(int);\nint main(int n, char **a) {\n  int last = 0;\n  FILE *in = fopen(a[1], \"r\"), *c = fopen(a[2], \"w\"), *h = fopen(a[3], \"w\");\n  if (fscanf(in, \"%d\", &last) != 1) return 1;\n  fprintf(h, \"extern const int table[%d];\\n\", last);\n  fprintf(c, \"const int table[] = {\");\n  for (int i = 0; i < last; i++) fprintf(c, \"%d,\", square(i * STEP));\n  fprintf(c, \"};\\n\");\n  return fclose(in) || fclose(c) || fclose(h);\n}\n",
        ),
        ("table.def", "4\n"),
        (
            "main.c",
            "#include <stdio.h>\nint square(int);\n#ifdef TABLE\n#include \"table.h\"\n#else\nstatic const int table[4];\n#endif\nint main(void) { printf(\"%d %d %d\\n\", table[3], square(2), (int)sizeof(table)); return 0; }\n",
        ),
    ]);
    world.write("demo.json", GENERATED);
    let build = |args: &str| {
        let args = format!("build --target aarch64-unknown-linux-gnu -j4 {args}");
        Said::of(world.project(&args).env_remove("CC"))
    };
    let run = || {
        let mut command = world.command("qemu-aarch64");
        let tool = world.path("target/modpin/aarch64-unknown-linux-gnu/debug/tool");
        Said::of(command.args(["-L", "/usr/aarch64-linux-gnu"]).arg(tool)).out
    };
    // What nobody asks for is not there: neither the rule nor the program that it would start.
    let without = build("-D TABLE=n tool");
    without.has(0, "Linking");
    assert!(!without.err.contains("build machine") && run() == "0 4 16\n", "{}", without.err);
    let all = build("");
    all.has(0, "Compiling square.c (build machine)\n");
    assert_eq!(run(), "81 4 16\n");
    build("").has(0, "nothing to do");
    // A generator that makes the same again makes nobody else run.
    world.write(
        "mkstep.c",
        "#include <stdio.h>\nint main(void) { return printf(\"#define STEP %d\\n\", 1 + 2) < 0; }\n",
    );
    let same = build("");
    same.has(0, "Compiling mkstep.c (build machine)\n");
    assert!(!same.err.contains("mktable.c") && !same.err.contains("main.c"), "{}", same.err);
    // What one makes decides how the other is compiled, and so what is compiled for the target.
    world.write(
        "mkstep.c",
        "#include <stdio.h>\nint main(void) { return puts(\"#define STEP 2\") < 0; }\n",
    );
    build("").has(0, "Compiling mktable.c (build machine)\n");
    assert_eq!(run(), "36 4 16\n");
    world.write("table.def", "5\n");
    build("").has(0, "Compiling main.c\n");
    assert_eq!(run(), "36 4 20\n");
    build("").has(0, "nothing to do");
}
