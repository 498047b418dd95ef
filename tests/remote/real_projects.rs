//! Real C on a real server: Lua and zlib as packages ship them, built by its workers, then again from another checkout.

use std::path::{Path, PathBuf};

use modpin::Project;
use modpin_test::server::real;
use modpin_test::skip::is_long;

use crate::machines::Machines;

const LUA: &str = r#"{ "format": 2, "name": "demo", "cflags": ["-O1"], "defines": ["LUA_USE_LINUX"],
  "targets": [
    { "kind": "library", "name": "lua", "sources": ["l*.c"] },
    { "kind": "executable", "name": "tool", "sources": ["tool.c"], "link": ["lua"], "system_libraries": ["m", "dl"] } ] }"#;

const TOOL: &str = "#include \"lua.h\"\n#include \"lauxlib.h\"\nint main(void) { lua_close(luaL_newstate()); return 0; }\n";

const ZLIB: &str = r#"{ "format": 2, "name": "demo", "cflags": ["-O1"], "defines": ["HAVE_UNISTD_H"],
  "targets": [
    { "kind": "library", "name": "z", "sources": ["*.c"], "exclude": ["tool.c"] },
    { "kind": "executable", "name": "tool", "sources": ["test/example.c"], "includes": ["."], "link": ["z"] } ] }"#;

/// Where cargo put the sources of a package.
fn in_package(package: &str, below: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let package = Project::new("real", root).package(package).expect("a package of the workspace");
    Path::new(&package.dir).join(below)
}

/// A directory with all sources of another one, and with its directory of tests.
fn bring(all: &Machines, machine: &str, from: &Path) {
    for entry in std::fs::read_dir(from).expect("sources").flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name == "test" {
            let text = std::fs::read_to_string(path.join("example.c")).expect("a test");
            all.write(machine, "test/example.c", &text);
        } else if name.ends_with(".c") || name.ends_with(".h") {
            all.write(machine, &name, &std::fs::read_to_string(path).expect("a source"));
        }
    }
}

#[test]
fn real_projects_are_built_by_the_workers_of_a_real_server() {
    if is_long("remote::real_projects") {
        return;
    }
    for (package, below, project) in [("lua-src", "lua-5.4.9", LUA), ("libz-sys", "src/zlib", ZLIB)] {
        let Some(mut server) = real::casd("real projects on a real server", true) else { return };
        let all = Machines::new(&[], &server.url());
        let from = in_package(package, below);
        for machine in ["one", "two", "three"] {
            bring(&all, machine, &from);
            all.write(machine, "tool.c", TOOL);
            all.write(machine, "demo.json", project);
        }
        let words = format!("--remote {} --remote-write", server.url());
        let (ran, said) = all.build("one", &words);
        // On a busy machine a worker may be too late for one or the other, and that one runs here.
        assert!(ran.elsewhere.len() > 10, "{package}: {ran:?}, {}", said.text());
        all.is_as_clean("one");
        // Another checkout, another cache: nothing runs, here or there.
        let (ran, _) = all.build("two", &words);
        assert!(ran.commands.is_empty() && ran.elsewhere.is_empty() && ran.brought > 10, "{ran:?}");
        all.is_as_clean("two");
        // Another one, of which it has nothing, and in the middle of it the server is killed.
        all.write("three", "demo.json", &project.replace("-O1", "-O0"));
        let mut command = all.command("three", &format!("build --json {words}"));
        let mut child = command.stdout(std::process::Stdio::piped()).spawn().expect("it");
        let mut out = std::io::BufReader::new(child.stdout.take().expect("its output"));
        let (mut line, mut rest) = (String::new(), String::new());
        while !line.contains("\"Compiling\"") {
            line.clear();
            let read = std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
            assert!(read > 0, "it has compiled nothing");
        }
        server.kill();
        std::io::Read::read_to_string(&mut out, &mut rest).expect("it ends");
        assert!(child.wait().expect("it ends").success(), "{rest}");
        all.is_as_clean("three");
    }
}
