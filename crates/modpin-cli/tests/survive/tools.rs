//! Other tools, another environment (row R17): what can give another result is built again, and nothing else. The
//! tools are scripts around the real ones, of one length each, swapped in place with their old times.

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use modpin_test::skip::is_long;
use modpin_test::{Said, World, next_tick};

use super::with;
use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 1, "name": "demo", "cflags": ["-g0"],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"] }
  ]
}"#;

const FILES: [(&str, &str); 5] = [
    (
        "util.c",
        "#include <found.h>\n#ifndef LAUNCHED\n#define LAUNCHED 0\n#endif\nint util(void) { return FOUND + 10 * TOOL + LAUNCHED; }\n",
    ),
    ("main.c", "int util(void); int main(void) { return util(); }\n"),
    ("one/found.h", "#define FOUND 1\n"),
    ("two/found.h", "#define FOUND 2\n"),
    ("none/readme", "nothing\n"),
];

/// The project, and the directory in which the compiler finds its assembler and linker.
struct Tools(World, Cell<&'static str>);

impl Tools {
    fn new() -> Tools {
        let tools = Tools(with(PROJECT, &FILES), Cell::new("bin"));
        for (name, flags) in [("gcc", "-DTOOL=1"), ("as", "--defsym tool=1"), ("ld", "--defsym=tool=1")]
        {
            tools.put(name, flags);
        }
        tools.put("launcher", "-DLAUNCHED=1");
        tools.build(&[]).has(0, "");
        tools.runs(&[], "");
        tools
    }

    fn bin(&self, name: &str) -> PathBuf {
        self.0.path("bin").join(name)
    }

    fn put(&self, name: &str, flags: &str) {
        let real = match name {
            "gcc" => format!("/usr/bin/gcc -B{}/", self.0.path(self.1.get()).display()),
            "launcher" => String::new(),
            CROSS => "/usr/bin/gcc".to_owned(),
            name => format!("/usr/bin/{name}"),
        };
        let text = match name {
            // The compiler comes as its first argument.
            "launcher" => format!("#!/bin/sh\nexec \"$@\" {flags}\n"),
            _ => format!("#!/bin/sh\nexec {real} {flags} \"$@\"\n"),
        };
        self.0.script(&format!("bin/{name}"), &text);
    }

    /// Another tool of the same name, size, inode and modification time.
    fn swap(&self, name: &str, flags: &str) {
        let before = fs::metadata(self.bin(name)).unwrap();
        next_tick();
        self.put(name, flags);
        let file = fs::File::options().write(true).open(self.bin(name)).unwrap();
        file.set_modified(before.modified().unwrap()).unwrap();
        let after = fs::metadata(self.bin(name)).unwrap();
        assert_eq!((before.len(), before.modified().unwrap()), (after.len(), after.modified().unwrap()));
    }

    fn command(&self, variables: &[(&str, &str)]) -> Command {
        let mut command = self.0.project("build --message-format json");
        command
            .env("CC", self.bin("gcc"))
            .env("C_INCLUDE_PATH", self.0.path("one"))
            .envs(variables.iter().copied());
        command
    }

    fn build(&self, variables: &[(&str, &str)]) -> Said {
        Said::of(&mut self.command(variables))
    }

    /// Builds; which commands ran, as `Compiling main.c`, and that the next build has nothing to do.
    fn runs(&self, variables: &[(&str, &str)], expected: &str) {
        let said = self.build(variables);
        said.has(0, "");
        let ended = said.objects_of("action-finished");
        let commands = ended
            .iter()
            .filter(|line| ["Compiling", "Linking"].iter().any(|verb| line["verb"] == *verb));
        let word = |line: &serde_json::Value| {
            let label = line["label"].as_str().unwrap();
            label.rsplit('/').next().unwrap().to_owned()
        };
        let mut ran: Vec<String> = commands.map(word).collect();
        ran.sort();
        assert_eq!(ran.join(" "), expected, "{variables:?}\n{}", said.err);
        let again = self.build(variables);
        again.has(0, "nothing to do");
        assert!(!again.out.contains("action-finished"), "{variables:?}: {}", again.out);
    }

    /// How a program of the build directory ends: see [`FILES`].
    fn answer(&self, program: &str) -> i32 {
        Command::new(self.0.built(program)).status().unwrap().code().unwrap()
    }

    /// What a build with this environment gives is what it gives in a fresh directory.
    fn is_as_clean(&self, variables: &[(&str, &str)]) {
        let mut command = self.command(variables);
        Said::of(command.args(["--target-dir", "clean"])).has(0, "");
        let bytes =
            |dir: &str, name: &str| fs::read(self.0.path(dir).join("modpin/debug").join(name)).unwrap();
        for name in [".modpin/obj/tool/main.c.o", ".modpin/obj/libutil.a/util.c.o", "libutil.a", "tool"]
        {
            assert_eq!(bytes("target", name), bytes("clean", name), "{name}");
        }
        fs::remove_dir_all(self.0.path("clean")).unwrap();
    }
}

const ALL: &str = "main.c tool util.c";

/// A target that is nobody's own machine, and how its compiler is called.
const TARGET: &str = "m68k-unknown-linux-gnu";
const CROSS: &str = "m68k-linux-gnu-gcc";

#[test]
fn a_tool_that_was_swapped_in_place_is_another_tool() {
    let tools = Tools::new();
    // Every object differs then, and so does what is linked from them.
    tools.swap("as", "--defsym tool=2");
    tools.runs(&[], ALL);
    tools.is_as_clean(&[]);
    tools.swap("ld", "--defsym=tool=2");
    tools.runs(&[], "tool");
    tools.is_as_clean(&[]);
    tools.swap("gcc", "-DTOOL=2");
    tools.runs(&[], ALL);
    tools.is_as_clean(&[]);
}

#[test]
fn a_tool_of_another_time_with_the_same_content_is_the_same() {
    let tools = Tools::new();
    for (name, flags) in [("gcc", "-DTOOL=1"), ("as", "--defsym tool=1"), ("ld", "--defsym=tool=1")] {
        next_tick();
        tools.put(name, flags);
        tools.runs(&[], "");
    }
}

/// The driver answers otherwise when it is asked for its programs: an answer that was remembered is of no use.
#[test]
fn a_compiler_that_was_swapped_is_asked_again() {
    let tools = Tools::new();
    tools.put("as", "--defsym tool=3");
    fs::rename(tools.bin("as"), tools.0.path("as")).unwrap();
    tools.put("as", "--defsym tool=1");
    tools.runs(&[], "");
    fs::create_dir(tools.0.path("bix")).unwrap();
    fs::copy(tools.0.path("as"), tools.0.path("bix/as")).unwrap();
    tools.1.set("bix");
    tools.swap("gcc", "-DTOOL=1");
    tools.runs(&[], ALL);
    fs::copy(tools.bin("as"), tools.0.path("bix/as")).unwrap();
    tools.runs(&[], ALL);
    tools.is_as_clean(&[]);
}

#[test]
fn a_launcher_is_a_tool() {
    let tools = Tools::new();
    let cc = format!("{} {}", tools.bin("launcher").display(), tools.bin("gcc").display());
    let with: &[(&str, &str)] = &[("CC", &cc), ("CC_KNOWN_WRAPPER_CUSTOM", "launcher")];
    assert_eq!(tools.answer("tool"), 11);
    tools.runs(with, ALL);
    assert_eq!(tools.answer("tool"), 12, "the compiler ran without its launcher");
    tools.swap("launcher", "-DLAUNCHED=2");
    tools.runs(with, ALL);
    assert_eq!(tools.answer("tool"), 13);
    tools.is_as_clean(with);
    tools.runs(&[], ALL);
}

/// The compiler of the target is a script around this machine's, so its program can be started.
#[test]
fn a_target_is_built_with_its_own_compiler() {
    let tools = Tools::new();
    tools.put(CROSS, "-DTOOL=7");
    let path = format!("{}:{}", tools.0.path("bin").display(), std::env::var("PATH").unwrap());
    let mut command = tools.command(&[("PATH", &path)]);
    for name in ["CC", "TARGET_CC", "CROSS_COMPILE", "RUSTC_LINKER"] {
        command.env_remove(name);
    }
    let ended: Said = command.args(["--target", TARGET]).output().unwrap().into();
    ended.has(0, "");
    assert_eq!(tools.answer(&format!("../{TARGET}/debug/tool")), 71);
}

#[test]
fn variables_build_again_what_they_can_change() {
    if is_long("tools::variables_build_again_what_they_can_change") {
        return;
    }
    let tools = Tools::new();
    let path = |name: &str| tools.0.path(name).display().to_string();
    let (one, two, none) = (path("one"), path("two"), path("none"));
    let search = std::env::var("PATH").unwrap();

    tools.runs(&[("CPATH", &two)], "main.c tool util.c");
    tools.is_as_clean(&[("CPATH", &two)]);
    tools.runs(&[], "main.c tool util.c");
    tools.runs(&[("C_INCLUDE_PATH", &two)], "main.c tool util.c");
    tools.is_as_clean(&[("C_INCLUDE_PATH", &two)]);
    tools.runs(&[("C_INCLUDE_PATH", &one)], "main.c tool util.c");

    // A compilation looks for no library.
    tools.runs(&[("LIBRARY_PATH", &none)], "tool");
    tools.is_as_clean(&[("LIBRARY_PATH", &none)]);
    tools.runs(&[("LDFLAGS", "-Wl,--defsym=more=1"), ("LIBRARY_PATH", &none)], "tool");
    tools.runs(&[], "tool");
    tools.runs(&[("CFLAGS", "-O2")], ALL);
    tools.is_as_clean(&[("CFLAGS", "-O2")]);
    tools.runs(&[], ALL);

    // The compiler is named by its path; another place to look for programs finds the same.
    tools.runs(&[("PATH", &format!("{none}:{search}"))], "");
    for (name, value) in
        [("HOME", "/nowhere"), ("TZ", "Asia/Tokyo"), ("LANG", "de_DE.UTF-8"), ("EDITOR", "vi")]
    {
        tools.runs(&[(name, value)], "");
    }
    // Another compiler of that name is found first.
    tools.put("cc", "-DTOOL=3");
    fs::rename(tools.bin("gcc"), tools.bin("xgcc")).unwrap();
    fs::copy(tools.bin("xgcc"), tools.bin("cc")).unwrap();
    tools.runs(&[("CC", "cc"), ("PATH", &format!("{}:{search}", path("bin")))], ALL);
}
