//! Workspaces that share a target directory, were moved or copied: `cargo xtask` is always the declaration of the one that it is typed in.

use modpin_test::{Said, World};
use serde_json::json;

use crate::workspace::Workspace;

/// An `xtask` that tells our program where it was compiled, and becomes it with a project of its own.
fn xtask(world: &World, workspace: &str) {
    let write = |path: &str, text: &str| world.write(&format!("{workspace}/{path}"), text);
    write("Cargo.toml", "[workspace]\nmembers = [\"xtask\"]\nresolver = \"3\"\n");
    write(".cargo/config.toml", "[alias]\nxtask = \"run --quiet --package xtask --\"\n");
    let package = "[package]\nname = \"xtask\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    write("xtask/Cargo.toml", package);
    let program = env!("CARGO_BIN_EXE_xtask-program");
    let project = json!({ "format": 1, "name": workspace, "targets": [] }).to_string();
    write(
        "xtask/src/main.rs",
        &format!(
            "use std::os::unix::process::CommandExt;\n\n\
             fn main() {{\n    std::fs::write(\"xtask.json\", {project:?}).unwrap();\n    \
             let mut program = std::process::Command::new({program:?});\n    \
             program.env(\"XTASK_COMPILED_IN\", env!(\"CARGO_MANIFEST_DIR\")).args(std::env::args_os().skip(1));\n    \
             panic!(\"{{}}\", program.exec());\n}}\n"
        ),
    );
}

/// `cargo xtask project` in a workspace.
fn declared(workspaces: &Workspace, dir: &str, env: &[(&str, &str)]) -> Said {
    let mut command = workspaces.command(&["xtask", "project"]);
    Said::of(command.current_dir(workspaces.world.path(dir)).envs(env.iter().copied()))
}

fn name_is(name: &str) -> String {
    format!("\"name\": \"{name}\"")
}

#[test]
fn each_workspace_runs_its_own_declaration_in_a_target_directory_of_all() {
    let workspaces = Workspace::of(World::new(&[]));
    let world = &workspaces.world;
    for workspace in ["one", "two"] {
        xtask(world, workspace);
    }
    let shared = world.path("shared");
    let shared = [("CARGO_TARGET_DIR", shared.to_str().expect("a path"))];
    let mut compiled = Vec::new();
    for workspace in ["one", "two", "two", "one"] {
        let said = declared(&workspaces, workspace, &shared);
        said.has_both(0, &name_is(workspace), "");
        compiled.push(said.err.contains("Compiling xtask in "));
    }
    assert_eq!(compiled, [false, true, false, true]);

    // Nothing but the wrong one comes: its words, and nothing of it.
    let two = world.path("two/xtask");
    let again = [shared[0], ("MODPIN_COMPILED_FOR", two.to_str().expect("a path"))];
    let said = declared(&workspaces, "two", &again);
    said.has(1, "two/xtask, and started that of ");
    said.has(1, "help: give each workspace one of its own: take CARGO_TARGET_DIR away, ");
    assert_eq!(said.out, "");
    let own = world.path("own");
    declared(&workspaces, "two", &[("CARGO_TARGET_DIR", own.to_str().expect("a path")), again[1]])
        .has_both(0, &name_is("two"), "");
}

#[test]
fn a_workspace_that_was_moved_or_copied_is_itself() {
    let workspaces = Workspace::of(World::new(&[]));
    let world = &workspaces.world;
    xtask(world, "first");
    declared(&workspaces, "first", &[]).has_both(0, &name_is("first"), "");
    world.call("cp -a first copy");
    declared(&workspaces, "copy", &[]).has_both(0, &name_is("first"), "");
    xtask(world, "copy");
    declared(&workspaces, "copy", &[]).has_both(0, &name_is("copy"), "");
    declared(&workspaces, "first", &[]).has_both(0, &name_is("first"), "");
    std::fs::rename(world.path("copy"), world.path("moved")).expect("moved");
    let said = declared(&workspaces, "moved", &[]);
    said.has_both(0, &name_is("copy"), "");
    assert_eq!(declared(&workspaces, "moved", &[]).err, "");
}
