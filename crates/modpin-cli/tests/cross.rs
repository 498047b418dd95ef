//! Builds for other machines (row F6) as users call them: by the compiler for the target, through a launcher, loaded by an
//! emulator that cargo's variable names.

use std::os::unix::fs::PermissionsExt;

use modpin_test::skip::is_missing;
use modpin_test::{Said, World};

use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util.c", "pinned.c"] },
    { "kind": "shared-library", "name": "lib/shared", "sources": ["shared.c"] },
    { "kind": "module", "name": "plugin", "sources": ["plugin.c"], "link": ["lib/shared"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["plugin"],
      "system_libraries": ["dl"] }
  ]
}
"#;

const MAIN: &str = r#"
#include <dlfcn.h>
#include <stdio.h>
int util(void);
int main(int count, char **args)
{
    void *plugin = count > 1 ? dlopen(args[1], RTLD_NOW) : 0;
    int (*run)(void) = plugin ? (int (*)(void))dlsym(plugin, "run") : util;
    printf("%d\n", run());
    return 0;
}
"#;

fn world() -> World {
    let world = World::new(&[
        ("util.c", "int util(void) { return 1; }\n"),
        ("pinned.c", "int pinned(void) { return sizeof(void *) * 10; }\n"),
        ("shared.c", "int shared(void) { return 2; }\n"),
        ("plugin.c", "int pinned(void), shared(void); int run(void) { return pinned() + shared(); }\n"),
        ("main.c", MAIN),
    ]);
    world.write("demo.json", PROJECT);
    world
}

/// A machine that is built for.
struct Machine {
    triple: &'static str,
    compiler: &'static str,
    /// What starts its programs; empty where they start by themselves.
    emulator: &'static str,
    /// Where its libraries are.
    sysroot: &'static str,
    /// `e_machine` of its files (the gABI).
    number: u8,
    /// What the plugin answers.
    answer: &'static str,
}

const MACHINES: [Machine; 3] = [
    Machine {
        triple: "aarch64-unknown-linux-gnu",
        compiler: "aarch64-linux-gnu-gcc",
        emulator: "qemu-aarch64",
        sysroot: "/usr/aarch64-linux-gnu",
        number: 183,
        answer: "82\n",
    },
    Machine {
        triple: "armv7-unknown-linux-gnueabihf",
        compiler: "arm-linux-gnueabihf-gcc",
        emulator: "qemu-arm",
        sysroot: "/usr/arm-linux-gnueabihf",
        number: 40,
        answer: "42\n",
    },
    Machine {
        triple: "x86_64-unknown-linux-musl",
        compiler: "musl-gcc",
        emulator: "",
        sysroot: "",
        number: 62,
        answer: "82\n",
    },
];

impl Machine {
    /// The program, told what starts programs of this machine.
    fn modpin(&self, world: &World, args: &str, env: &[(&str, &str)]) -> Said {
        let (verb, rest) = args.split_once(' ').unwrap_or((args, ""));
        let mut command = world.project(&format!("{verb} --target {} {rest}", self.triple));
        command.env_remove("CC").env_remove("CXX").env("QEMU_LD_PREFIX", "");
        let variable = format!("CARGO_TARGET_{}_RUNNER", self.triple.to_uppercase().replace('-', "_"));
        let runner = format!("{} -L {}", self.emulator, self.sysroot);
        command.env(variable, if self.emulator.is_empty() { "" } else { &runner });
        Said::of(command.envs(env.iter().copied()))
    }

    fn built(&self, path: &str) -> String {
        format!("target/modpin/{}/debug/{path}", self.triple)
    }

    /// What its program prints, started by hand.
    fn printed(&self, world: &World) -> String {
        let [tool, plugin] = ["tool", "plugin.so"].map(|path| world.path(&self.built(path)));
        let mut command = match self.emulator {
            "" => world.command(tool),
            emulator => {
                let mut command = world.command(emulator);
                command.args(["-L", self.sysroot]).arg(tool);
                command
            }
        };
        Said::of(command.arg(plugin)).out
    }

    fn lacks(&self, test: &str) -> bool {
        is_missing(self.compiler, test) || (!self.emulator.is_empty() && is_missing(self.emulator, test))
    }

    /// Built, checked and run with these variables; what is missing is found.
    fn check(&self, env: &[(&str, &str)]) {
        let world = world();
        self.modpin(&world, "build", env).has(0, "Finished");
        for file in ["tool", "plugin.so", "lib/libshared.so"] {
            assert_eq!(world.content(&self.built(file))[18], self.number, "{} {file}", self.triple);
        }
        assert!(!world.path("target/modpin/debug").exists());
        let loads = self.modpin(&world, "modules --check-load", env);
        loads.has_both(0, "plugin", "");
        assert!(!loads.text().contains("ld.so"), "{}", loads.text());
        assert_eq!(self.printed(&world), self.answer, "{}", self.triple);
        self.modpin(&world, "build", env).has(0, "nothing to do");
        self.modpin(&world, "modules --check-load", env).has(0, "nothing to do");
        // A constructor that ends the program is no success, whoever starts it.
        world.write("shared.c", "#include <stdlib.h>\n__attribute__((constructor)) static void end(void) { exit(0); }\nint shared(void) { return 2; }\n");
        self.modpin(&world, "modules --check-load", env).has(100, "plugin in tool");
    }
}

#[test]
fn programs_are_built_checked_and_run_for_each_machine() {
    for machine in MACHINES {
        if !machine.lacks(&format!("cross::programs_are_built_checked_and_run for {}", machine.triple)) {
            machine.check(&[]);
        }
    }
}

#[test]
fn clang_is_told_the_target() {
    let test = "cross::clang_is_told_the_target";
    let [machine, ..] = MACHINES;
    if machine.lacks(test) || is_missing("clang", test) || is_missing("ld.lld", test) {
        return;
    }
    machine.check(&[("CC", "clang -fuse-ld=lld")]);
}

#[test]
fn a_mistyped_target_is_no_build_for_this_machine() {
    let world = world();
    let said = world.modpin("build --target aarch46-unknown-linux-gnu");
    said.has(1, "help: did you mean \"aarch64-unknown-linux-gnu\"?");
    assert!(!world.path("target").exists());
}

/// A compiler that finds nothing by itself, and a sysroot that holds all.
#[test]
fn a_sysroot_is_the_compilers_and_the_linkers() {
    let test = "cross::a_sysroot_is_the_compilers_and_the_linkers";
    let [machine, ..] = MACHINES;
    if machine.lacks(test) {
        return;
    }
    let world = world();
    world.write("sysroot/usr/include/only_there.h", "#define THERE 7\n");
    world.write("util.c", "#include <only_there.h>\nint util(void) { return THERE; }\n");
    let tool = "\"system_libraries\": [\"only\"], \"ldflags\": [\"-nostdlib\", \"-Wl,-e,plain\"]";
    world.write(
        "demo.json",
        PROJECT
            .replace("\"main.c\"]", "\"plain.c\"]")
            .replace("\"loads\": [\"plugin\"],", "")
            .replace("\"system_libraries\": [\"dl\"]", tool),
    );
    world.write("plain.c", "int util(void), only(void); int plain(void) { return util() + only(); }\n");
    let library = |body: &str| {
        world.write("only.c", format!("int only(void) {{ return {body}; }}\n"));
        let compiler = "aarch64-linux-gnu-gcc -shared -nostdlib -fPIC";
        world.call(&format!("{compiler} -o sysroot/usr/lib/libonly.so only.c")).has(0, "");
    };
    std::fs::create_dir(world.path("sysroot/usr/lib")).expect("a directory");
    library("4");
    let sysroot = world.path("sysroot");
    let compiler = format!("aarch64-linux-gnu-gcc --sysroot={}", sysroot.display());
    let build = || machine.modpin(&world, "build util tool", &[("CC", &compiler)]);
    build().has(0, "Compiling util.c");
    let tool = world.path(&machine.built("tool"));
    let needed = || Said::of(world.command("readelf").arg("-d").arg(&tool)).out;
    assert!(needed().contains("[libonly.so]"), "{}", needed());
    build().has(0, "nothing to do");
    world.write("sysroot/usr/include/only_there.h", "#define THERE 8\n");
    build().has(0, "Compiling util.c");
    // Another library there is another link.
    library("5 + only()");
    build().has(0, "Linking");
}

/// `CC="ccache gcc"`: in front of every command.
#[test]
fn a_launcher_stands_before_every_compiler() {
    let test = "cross::a_launcher_stands_before_every_compiler";
    let [machine, ..] = MACHINES;
    if machine.lacks(test) {
        return;
    }
    let world = world();
    let launcher = world.path("ccache");
    let script = |more: &str| {
        let text = format!("#!/bin/sh\n{more}echo \"$*\" >> {}.log\nexec \"$@\"\n", launcher.display());
        world.write("ccache", text);
        std::fs::set_permissions(&launcher, std::fs::Permissions::from_mode(0o755)).expect("a program");
    };
    script("");
    let plain = format!("{} cc", launcher.display());
    let cross = format!("{} {}", launcher.display(), machine.compiler);
    let log = || {
        let text = world.read("ccache.log");
        _ = std::fs::remove_file(world.path("ccache.log"));
        text
    };
    let ran = |log: &str, compiler: &str, what: &str| {
        let is_it = |line: &&str| line.split(' ').next().is_some_and(|word| word.ends_with(compiler));
        log.lines().filter(is_it).filter(|line| line.contains(what)).count()
    };
    Said::of(world.project("build").env("CC", &plain)).has(0, "Finished");
    let native = log();
    let compiled = |log: &str, by: &str| {
        ["main.c", "util.c", "plugin.c", "tool.rsp", "plugin.so.rsp"].map(|what| ran(log, by, what))
    };
    assert_eq!(compiled(&native, "/cc"), [1; 5], "{native}");
    // It has no part in what is made.
    script("# another\n");
    Said::of(world.project("build").env("CC", &plain)).has(0, "nothing to do");
    let variable = "CC_aarch64-unknown-linux-gnu";
    machine.modpin(&world, "build", &[(variable, &cross), ("CC", "/nowhere/cc")]).has(0, "Finished");
    let log = log();
    assert_eq!(compiled(&log, machine.compiler), [1; 5], "{log}");
}

#[test]
fn without_an_emulator_it_is_told_how_to_name_one() {
    let test = "cross::without_an_emulator_it_is_told_how_to_name_one";
    let [machine, ..] = MACHINES;
    if machine.lacks(test) {
        return;
    }
    let world = world();
    let variable = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER";
    let check = |runner: &str| machine.modpin(&world, "modules --check-load", &[(variable, runner)]);
    let said = check("");
    if said.code == Some(0) {
        modpin_test::skip::skip_for_good(test, "this kernel knows an emulator");
        return;
    }
    let way_out = format!("{variable}=\"qemu-aarch64 -L /usr/aarch64-linux-gnu\"");
    said.has(
        101,
        &format!("it is for aarch64, and this machine starts no such programs\n  help: set {way_out}"),
    );
    let gone = check("qemu-nothing");
    assert!(gone.code != Some(0) && gone.err.contains("qemu-nothing"), "{}", gone.err);
    check("qemu-aarch64 -L /usr/aarch64-linux-gnu").has(0, "");

    // A rule that starts such a program is refused before anything runs, or does it as checks do.
    let rule = r#"{ "kind": "rule", "name": "asked", "run": [{ "target": "tool" }], "stdout": { "output": "asked.txt" } },"#;
    let targets = "\"targets\": [";
    world.write("demo.json", PROJECT.replacen(targets, &format!("{targets}{rule}"), 1));
    let build = |runner: &str| machine.modpin(&world, "build asked", &[(variable, runner)]);
    let refused =
        "rule \"asked\" starts \"tool\", which is for aarch64, and this machine starts no such programs";
    build("").has(1, refused);
    build("qemu-aarch64 -L /usr/aarch64-linux-gnu").has(0, "Generating");
    assert_eq!(world.read(&machine.built(".modpin/gen/asked.txt")).trim(), "1");
}
