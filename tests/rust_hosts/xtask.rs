//! `cargo xtask` in a workspace with programs that cargo links: it builds them by cargo, and knows of them what it knows of its own.

use modpin_test::Said;
use serde_json::{Value, json};

use crate::workspace::{FUNCTIONS, PRINTED, Workspace, project};

/// A workspace whose build script has a dependency of modpin's name.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let world = &workspace.world;
    world.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"functions\", \"modpin\"]\nresolver = \"3\"\n",
    );
    world.write(
        "modpin/Cargo.toml",
        "[package]\nname = \"modpin\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    world.write("modpin/src/lib.rs", "");
    let manifest = world.read("app/Cargo.toml");
    world.write(
        "app/Cargo.toml",
        manifest + "\n[build-dependencies]\nmodpin = { path = \"../modpin\" }\n",
    );
    workspace
}

/// The program and a module call a shared library of the project, which calls Rust.
fn with_shared_library(workspace: &Workspace) {
    let world = &workspace.world;
    let mut project = project();
    let library = json!({
        "kind": "shared-library", "name": "lib/more", "version": "1.2", "sources": ["c/more/*.c"],
        "undefined": ["rust_base"],
    });
    project["format"] = json!(2);
    project["targets"].as_array_mut().expect("targets").push(library);
    project["targets"][4]["link"] = json!(["core", "lib/more"]);
    world.write("app/project.json", project.to_string());
    let text = "int rust_base(void);\nint more(int of) { return of + rust_base() - 1000; }\n";
    world.write("app/c/more/more.c", text);
    world.write("app/c/modules/plain.c", "int more(int);\nint run(int of) { return more(of); }\n");
    let functions = FUNCTIONS.replace("core_used(of) }", "core_used(more(of)) }");
    let functions = functions.replace("fn core_used", "fn more(of: c_int) -> c_int;\n    fn core_used");
    world.write("functions/src/lib.rs", functions);
}

fn xtask(workspace: &Workspace, args: &[&str]) -> Said {
    let mut command = workspace.program(env!("CARGO_BIN_EXE_xtask-program"));
    Said::of(command.args(args).env("CARGO_MANIFEST_DIR", workspace.world.root()))
}

#[test]
fn what_cargo_links_is_built_listed_loaded_and_explained() {
    let workspace = workspace();
    with_shared_library(&workspace);
    xtask(&workspace, &["build"]).has(0, "Finished");
    workspace.run("debug", &["hello", "plain"]).has_both(0, PRINTED, "");
    assert_eq!(workspace.exports(), ["core_extra", "rust_base", "rust_log"]);
    // The program finds its library wherever cargo's directory lies.
    let (target, moved) = (workspace.world.path("target"), workspace.world.path("moved"));
    std::fs::rename(&target, &moved).expect("moved");
    Said::of(&mut workspace.world.command(moved.join("debug/app"))).has_both(0, "1004\n", "");
    std::fs::rename(&moved, &target).expect("moved back");
    xtask(&workspace, &["modules", "--check-load"]).has_both(
        0,
        "hello in app: ok\nplain in app: ok\n2 modules load\n",
        "",
    );
    xtask(&workspace, &["list"]).has_both(0, "executable      app ", "");
    let said = xtask(&workspace, &["modules"]);
    said.has_both(0, "core_extra", "");
    let said = xtask(&workspace, &["explain", "core_extra"]);
    said.has_both(0, "hello", "");
    assert!(said.out.contains("pinned") && said.out.contains("extra.c"), "{}", said.out);
    let said = xtask(&workspace, &["explain", "rust_log"]);
    said.has_both(0, "app: exported: Rust defines it", "");
    assert!(said.out.contains("module hello: c/modules/hello.c"), "{}", said.out);
    xtask(&workspace, &["explain", "more"]).has_both(0, "libmore.so.1", "");
    xtask(&workspace, &["explain", "nothing_of_this_name"]).has(1, "nothing_of_this_name");
    xtask(&workspace, &["graph", "--format", "dot"]).has_both(0, "hello", "");
    // A source of the package has its database above it.
    xtask(&workspace, &["compile-commands"]).has_both(0, "compile_commands.json\n", "");
    let database = workspace.world.read("app/compile_commands.json");
    assert!(database.contains("\"c/modules/hello.c\""), "{database}");
    let link = workspace.world.path("app/compile_commands.json");
    let led = || std::fs::read_link(&link).expect("a link");
    let debug = led();
    xtask(&workspace, &["compile-commands", "--release"]).has(0, "");
    assert_ne!(led(), debug);
    xtask(&workspace, &["build", "hallo"]).has(1, "did you mean \"hello\"?");
    xtask(&workspace, &["build", "hello"]).has(0, "nothing to do");

    // Installed, its modules load into it there; and it goes by the name of its package.
    let dir = workspace.world.path("installed");
    let places = ["--destdir", dir.to_str().expect("a path"), "--prefix", "/usr"];
    let args = |verb| [&[verb][..], &places].concat();
    xtask(&workspace, &args("install")).has(0, "Installing /usr/bin/app\n");
    assert!(dir.join("usr/lib/app/hello.so").is_file());
    Said::of(&mut workspace.world.command(dir.join("usr/bin/app"))).has_both(0, "1004\n", "");
    let manifest = dir.join("usr/lib/app/modules.json");
    let said = xtask(&workspace, &["check-load", "--manifest", manifest.to_str().expect("a path")]);
    said.has_both(0, "2 modules load\n", "");
    xtask(&workspace, &args("uninstall")).has(0, "Removing /usr/bin/app\n");
    assert!(!dir.join("usr").exists());
    xtask(&workspace, &args("uninstall")).has(1, "there is no installation");
}

#[test]
fn a_module_that_does_not_load_is_found_in_the_finished_program() {
    let workspace = workspace();
    let path = "app/c/modules/plain.c";
    let text = "#include <stdlib.h>\nint run(int of) { return of; }\n__attribute__((constructor)) static void end(void) { exit(0); }\n";
    workspace.world.write(path, text);
    let said = xtask(&workspace, &["modules", "--check-load"]);
    said.has_both(100, "hello in app: ok\n", "");
    assert!(said.out.contains("1 of 2 modules do not load"), "{}", said.text());
}

#[test]
fn its_own_project_stays_its_own() {
    let workspace = workspace();
    workspace.world.write("tool.c", "int main(void) { return 0; }\n");
    let own = json!({ "format": 2, "name": "own", "targets": [{ "kind": "executable", "name": "tool", "sources": ["tool.c"], "test": {} }] });
    workspace.world.write("xtask.json", own.to_string());
    xtask(&workspace, &["build", "tool"]).has(0, "Finished");
    assert!(!workspace.world.path("target/debug/app").exists(), "cargo was not asked");
    let said = xtask(&workspace, &["build", "--message-format", "json"]);
    said.has(0, "");
    let is = |reason: &str| said.objects().iter().any(|object: &Value| object["reason"] == reason);
    assert!(is("compiler-artifact") && is("finished"), "{}", said.out);
    assert_eq!(said.objects_of("finished").len(), 1, "{}", said.out);
    // One file for test reporters tells of all projects: the last of them has no test.
    let report = workspace.world.path("tests.xml").display().to_string();
    xtask(&workspace, &["test", "--junit", &report]).has(0, "1 test in");
    assert!(workspace.world.read("tests.xml").contains("name=\"tool\""));

    // One that stands in the wrong place is told where it belongs.
    let wrong = json!({ "format": 1, "name": "own", "targets": [{ "kind": "executable", "name": "app", "cargo": {} }] });
    workspace.world.write("xtask.json", wrong.to_string());
    xtask(&workspace, &["build", "app"]).has(1, "help: move the declaration to build.rs");
    workspace.world.write("xtask.json", own.to_string());

    workspace.world.write("app/c/core/back.c", "int core_back(int of) { return wrong; }\n");
    xtask(&workspace, &["build"]).has(101, "c/core/back.c:1:32: error: ");
}
