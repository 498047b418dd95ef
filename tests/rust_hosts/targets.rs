//! The other targets of the package, and cargo's other commands: nothing of a host's link reaches them, and all work.

use modpin_test::Said;
use serde_json::json;

use crate::workspace::{PRINTED, Workspace, project};

/// A library, a second program, an example, a benchmark and a test beside the host.
fn with_everything() -> Workspace {
    let workspace = Workspace::new();
    let none = "fn main() {}\n";
    workspace.world.write("app/src/bin/other.rs", none);
    workspace.world.write("app/examples/example.rs", none);
    workspace.world.write("app/benches/bench.rs", "#[test]\nfn bench() {}\n");
    let test = "#[test]\nfn modules_are_there() {\n    let dir = std::env::var(\"MODPIN_MODULES\").unwrap();\n    \
                assert!(std::path::Path::new(&dir).join(\"hello.so\").is_file());\n    \
                let host = std::process::Command::new(env!(\"CARGO_BIN_EXE_app\")).arg(\"hello\").output().unwrap();\n    \
                assert!(host.status.success());\n}\n";
    workspace.world.write("app/tests/modules.rs", test);
    workspace.world.write("app/src/lib.rs", "//! ```\n//! assert_eq!(app::one(), 1);\n//! ```\n\npub fn one() -> i32 {\n    1\n}\n\n#[test]\nfn is_one() {\n    assert_eq!(one(), 1);\n}\n");
    workspace
}

#[test]
fn every_kind_of_target_and_command() {
    let workspace = with_everything();
    workspace.cargo(&["test", "--all-targets"]).has_both(0, "test modules_are_there ... ok", "");
    workspace.cargo(&["test", "--doc"]).has_both(0, "1 passed", "");
    workspace.cargo(&["run", "-q", "--bin", "app", "hello", "plain"]).has_both(0, PRINTED, "");
    workspace.cargo(&["check", "--all-targets"]).has(0, "");
    let installed = workspace.world.path("installed");
    let installed = installed.to_str().expect("a path");
    workspace.cargo(&["install", "--debug", "--path", "app", "--root", installed]).has(0, "");
    let program = workspace.world.path("installed/bin/app");
    let dir = workspace.built("debug");
    Said::of(workspace.world.command(program).arg("hello").env("MODPIN_MODULES", dir)).has_both(
        0,
        "hello 112",
        "",
    );
}

#[test]
fn a_program_that_the_package_lacks_is_an_error_of_cargo_in_its_words() {
    let mut project = project();
    project["targets"][4]["name"] = json!("ap");
    let said = Workspace::declaring(&project).cargo(&["build"]);
    said.has(101, "does not have a bin target with the name `ap`");
}

#[test]
fn modules_that_are_built_in_are_linked_into_the_program() {
    let mut project = project();
    project["targets"][2]["built_in"] = json!(true);
    let workspace = Workspace::declaring(&project);
    let main = "use std::ffi::c_int;\n\nunsafe extern \"C\" {\n    fn run(of: c_int) -> c_int;\n}\n\nfn main() {\n    \
                println!(\"{} {}\", functions::called(1), unsafe { run(5) });\n}\n";
    workspace.world.write("app/src/main.rs", main);
    workspace.cargo(&["build"]).has(0, "");
    let dir = workspace.built("debug");
    assert!(!dir.join("hello.so").exists() && dir.join("plain.so").is_file());
    workspace.run("debug", &[]).has_both(0, "log 112\n1004 112\n", "");
}

#[test]
fn two_feature_sets_and_another_directory_for_what_is_built() {
    let workspace = Workspace::new();
    let features: [&[&str]; 2] = [&["build"], &["build", "--features", "more"]];
    for args in features.into_iter().chain(features) {
        workspace.cargo(args).has(0, "");
        workspace.run("debug", &["hello", "plain"]).has_both(0, PRINTED, "");
    }
    let elsewhere = workspace.world.path("elsewhere");
    let env = [("CARGO_BUILD_BUILD_DIR", elsewhere.to_str().expect("a path"))];
    std::fs::remove_dir_all(workspace.world.path("target")).expect("nothing is left");
    workspace.cargo_with(&env, &["build"]).has(0, "");
    workspace.run("debug", &["hello"]).has_both(0, "hello 112", "");
}
