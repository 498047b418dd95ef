//! The commands of the pages on tools around a build, run as they stand there on one project: debuggers, sanitizers, coverage, perf,
//! editors, CI, packages.

use std::path::Path;
use std::process::{Command, Stdio};

use modpin_test::skip::{is_long, is_missing, skip_for_good};
use modpin_test::{Said, World};

const MODPIN: &str = env!("CARGO_BIN_EXE_modpin");

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "targets": [
    { "kind": "library", "name": "imgutil", "sources": ["c-src/util/crc.c"] },
    { "kind": "module", "name": "block/raw", "sources": ["c-src/raw.c"] },
    { "kind": "executable", "name": "imgtool", "sources": ["c-src/main.c"], "link": ["imgutil"], "loads": ["**"],
      "system_libraries": ["dl"] },
    { "kind": "executable", "name": "t/crc", "sources": ["t/crc.c"], "link": ["imgutil"], "test": {} }
  ]
}
"#;

/// Loads its module, and takes long enough for a profile.
const MAIN: &str = r#"#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/block/raw.so", getenv("MODPIN_MODULES"));
    void *module = dlopen(path, RTLD_NOW);
    int (*raw)(int) = module ? (int (*)(int))dlsym(module, "raw") : NULL;
    if (raw == NULL)
        return 9;
    volatile int sum = 0;
    for (int round = 0; round < 20000; round++)
        sum += raw(round);
    return 0;
}
"#;

const CRC: &str = "int crc(int x) { for (volatile int i = 0; i < 5000; i++) x ^= i; return x; }\nint size(int x) { return x + 1; }\n";
const RAW: &str = "int crc(int);\nint raw(int x)\n{\n    return crc(x) + 1;\n}\n";

fn world() -> World {
    World::new(&[
        ("demo.json", PROJECT),
        ("c-src/util/crc.c", CRC),
        ("c-src/raw.c", RAW),
        ("c-src/main.c", MAIN),
        ("t/crc.c", "int size(int); int main(void) { return size(0) - 1; }\n"),
    ])
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The commands of a page, in order.
fn commands(name: &str) -> Vec<String> {
    blocks(name, "bash").concat().lines().map(str::to_owned).collect()
}

/// The blocks of a page in a language.
fn blocks(name: &str, language: &str) -> Vec<String> {
    let text = page(name);
    let all = text.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    let found: Vec<String> =
        all.filter(|(of, _)| *of == language).map(|(_, block)| block.to_owned()).collect();
    assert!(!found.is_empty(), "{name}");
    found
}

/// A shell in the world, in which `cargo xtask` stands for the program and the project.
fn typed(world: &World, lines: &[String]) -> Command {
    let dir = Path::new(MODPIN).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let project = world.path("demo.json");
    let mut command = world.command("bash");
    let script = format!(
        "set -e\ncargo() {{ shift; modpin --project '{}' \"$@\"; }}\n{}\n",
        project.display(),
        lines.join("\n")
    );
    command.args(["-c", &script]).env("PATH", format!("{dir}:{path}")).env("DEBUGINFOD_URLS", "");
    command
}

#[track_caller]
fn pasted(world: &World, lines: &[String]) -> Said {
    let said = Said::of(&mut typed(world, lines));
    assert!(said.success(), "{lines:?}: {}", said.text());
    said
}

fn of_tool(commands: &[String], word: &str) -> Vec<String> {
    commands.iter().filter(|line| line.contains(word)).cloned().collect()
}

#[test]
fn debuggers_find_sources_from_any_directory() {
    let (world, commands) = (world(), commands("debugging.md"));
    let elsewhere = modpin_test::room::directory();
    let shows_module = |said: &Said| {
        assert!(said.out.contains("return crc(x) + 1;"), "no line of the module: {}", said.text());
    };
    // What a debugger is told when it starts, in front of its arguments.
    for (tool, told) in [
        ("gdb", "-batch -ex 'set breakpoint pending on' -ex 'break raw' -ex run -ex 'list raw'"),
        ("lldb", "-b -o 'breakpoint set --name raw' -o run"),
    ] {
        if is_missing(tool, "debuggers_find_sources_from_any_directory") {
            continue;
        }
        let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output().unwrap();
        let real = String::from_utf8(found.stdout).unwrap();
        world.script(
            &format!("tools/{tool}"),
            &format!("#!/bin/sh\nexec {} {told} \"$@\"\n", real.trim()),
        );
        let run = of_tool(&commands, &format!("--debugger {tool}"));
        let from = |dir: &Path, lines: Vec<String>| {
            let mut command = typed(&world, &lines);
            let path = format!("{}:{}", world.path("tools").display(), path_of(&command));
            command.current_dir(dir).env("PATH", path).stdin(Stdio::null());
            Said::of(&mut command)
        };
        shows_module(&from(elsewhere.path(), run));
        // The same by hand: the program and its modules where the page has them, the debugger's own directory elsewhere.
        let by_hand = commands.iter().find(|line| line.starts_with(&format!("{tool} "))).unwrap();
        let by_hand = by_hand.replace("target/modpin", "\"$PWD\"/target/modpin");
        let modules = "export MODPIN_MODULES=\"$PWD/target/modpin/debug\"".to_owned();
        shows_module(&from(world.root(), vec![modules.clone(), by_hand]));
        if tool == "gdb" {
            world.write("home/.gdbinit", blocks("debugging.md", "python").concat());
            let program = world.built("imgtool").display().to_string();
            let home = format!("export HOME='{}'", world.path("home").display());
            let modules = format!("export MODPIN_MODULES='{}'", world.built("").display());
            shows_module(&from(elsewhere.path(), vec![home, modules, format!("gdb {program}")]));
        }
    }
}

/// The search path that a command is given.
fn path_of(command: &Command) -> String {
    let path = command.get_envs().find(|(name, _)| *name == "PATH");
    path.and_then(|(_, value)| value).unwrap_or_default().to_string_lossy().into_owned()
}

#[test]
fn sanitizers_see_host_and_modules_in_one_line() {
    if is_long("pages::sanitizers_see_host_and_modules_in_one_line") {
        return;
    }
    let (world, commands) = (world(), commands("sanitizers.md"));
    let checks = of_tool(&commands, "--check-load");
    let [address, undefined, thread] = [0, 1, 2].map(|at| &checks[at..=at]);
    pasted(&world, address);
    pasted(&world, &of_tool(&commands, " test "));
    pasted(&world, &of_tool(&commands, " run "));
    let odd = |constructor: &str| {
        let text = format!(
            "#include <stdlib.h>\n{RAW}__attribute__((constructor)) static void c(void) {{ {constructor} }}\n"
        );
        world.write("c-src/raw.c", text);
    };
    odd("volatile char *p = malloc(4); p[4] = 1; free((char *)p);");
    let said = Said::of(&mut typed(&world, address));
    assert!(said.code == Some(100) && said.out.contains("heap-buffer-overflow"), "{}", said.text());
    odd("volatile int i = 0x7fffffff; i = i + 1;");
    let said = Said::of(&mut typed(&world, undefined));
    assert!(said.code == Some(100) && said.out.contains("signed integer overflow"), "{}", said.text());
    odd("");
    let said = Said::of(&mut typed(&world, thread));
    if said.text().contains("unexpected memory mapping") {
        return skip_for_good("TSan", "the kernel puts memory where this runtime does not expect it");
    }
    assert!(said.success(), "{}", said.text());
}

#[test]
fn coverage_is_told_by_lcov_and_llvm() {
    let (world, commands) = (world(), commands("coverage.md"));
    if !is_missing("lcov", "coverage_is_told_by_lcov_and_llvm") {
        let said = pasted(&world, &commands[..3]);
        assert!(said.out.contains("crc.c") && said.out.contains("50.0%"), "{}", said.out);
    }
    if is_missing("clang", "coverage") || is_missing("llvm-cov", "coverage") {
        return;
    }
    let said = pasted(&world, &commands[3..]);
    assert!(said.out.contains("raw.c") && said.out.contains("TOTAL"), "{}", said.out);
}

#[test]
fn perf_walks_from_a_module_into_its_host() {
    let (world, commands) = (world(), commands("profiling.md"));
    if is_missing("perf", "perf_walks_from_a_module_into_its_host") {
        return;
    }
    pasted(&world, &commands[..1]);
    let recorded = Said::of(&mut typed(&world, &commands[1..2]));
    if !recorded.success() {
        return skip_for_good("perf", &format!("it may not record here: {}", recorded.err));
    }
    let said = pasted(&world, &commands[2..]);
    // Below the function of the host's archive stands the module's that called it, and main.
    let (_, below) = said.out.split_once("crc").unwrap_or_else(|| panic!("{}", said.out));
    assert!(below.contains("raw") && below.contains("main"), "{}", said.out);
}

#[test]
fn editors_and_ci_are_told_as_their_pages_say() {
    let world = world();
    world.write("c-src/util/crc.c", CRC);
    let mut lines = commands("editors.md");
    if is_missing("clangd", "editors_and_ci_are_told_as_their_pages_say") {
        lines.truncate(1);
    }
    pasted(&world, &lines);
    assert!(world.path("compile_commands.json").is_symlink());
    pasted(&world, &commands("ci.md"));
    assert!(world.read("loads.xml").contains("block/raw") && world.read("tests.xml").contains("t/crc"));
}

#[test]
fn packages_are_the_same_bytes_in_two_directories() {
    if is_missing("dpkg-buildflags", "packages_are_the_same_bytes_in_two_directories")
        || is_missing("make", "packages_are_the_same_bytes_in_two_directories")
    {
        return;
    }
    let (one, other) = (world(), world());
    for world in [&one, &other] {
        world.write("rules", blocks("packaging.md", "make").concat());
        let line = |target: &str| format!("DEB_HOST_MULTIARCH=x86_64-linux-gnu make -f rules {target}");
        let said = pasted(world, &[line("install")]);
        assert!(said.text().contains("-fstack-protector-strong"), "{}", said.text());
    }
    for file in ["bin/imgtool", "lib/x86_64-linux-gnu/demo/block/raw.so"] {
        let file = format!("debian/tmp/usr/{file}");
        assert!(one.content(&file) == other.content(&file), "{file}");
    }
    pasted(&one, &commands("packaging.md"));
    assert!(one.path("debian/man1/modpin-build.1").is_file());
    pasted(&one, &["make -f rules clean".to_owned()]);
    assert!(!one.path("target/modpin/release/imgtool").exists());
}
