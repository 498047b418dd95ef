//! What is published: packages that hold all that they need, and say what they are.

use std::collections::BTreeSet;
use std::path::Path;

use crate::workspace::Workspace;
use modpin_test::{World, reliability};

/// Their version.
const VERSION: &str = "0.1.0";

/// So many crates of others a build script compiles at most.
const MOST_CRATES: usize = 44;

/// Every crate that is published, with something that must not be missing.
const CRATES: [(&str, &str); 9] = [
    ("modpin-budget", "src/lib.rs"),
    ("modpin-engine", "src/world/mod.rs"),
    ("modpin-load", "c/modpin_load.c"),
    ("modpin-loader", "src/lib.rs"),
    ("modpin-project", "src/declare/project.rs"),
    ("modpin-symbols", "src/lib.rs"),
    ("modpin-steps", "src/load/load_probe.c"),
    ("modpin", "src/embed/mod.rs"),
    ("modpin-cli", "templates/rust/build.rs.in"),
];

#[test]
fn packages_hold_what_they_need() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let workspace = Workspace::of(World::new(&[]));
    let out = workspace.world.path("out");
    let out = out.to_str().expect("a path");
    let mut args = vec!["package", "--allow-dirty", "--target-dir", out];
    // To compile each from its package takes minutes.
    args.extend(reliability::count(Some("--no-verify"), None));
    args.extend(CRATES.iter().flat_map(|(krate, _)| ["--package", krate]));
    let mut command = workspace.command(&args);
    let said = modpin_test::Said::of(command.current_dir(repository));
    said.has(0, "");
    assert!(!said.err.contains("warning"), "{}", said.err);
    for (krate, file) in CRATES {
        let name = format!("{krate}-{}", VERSION);
        let listed = workspace.world.tool("tar", &["-tzf", &format!("out/package/{name}.crate")]).out;
        for wanted in [file, "README.md", "Cargo.toml"] {
            assert!(listed.lines().any(|line| line == format!("{name}/{wanted}")), "{krate}: {wanted}");
        }
        let manifest = format!("{name}/Cargo.toml");
        let text =
            workspace.world.tool("tar", &["-xzOf", &format!("out/package/{name}.crate"), &manifest]).out;
        for wanted in [
            "description =",
            "documentation =",
            "keywords =",
            "categories =",
            "license =",
            "rust-version =",
        ] {
            assert!(text.contains(wanted), "{krate}: {wanted}");
        }
    }
}

/// What a package with modpin among its build-dependencies compiles of others.
#[test]
fn a_build_script_compiles_no_command_line() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let workspace = Workspace::of(World::new(&[]));
    let args = ["tree", "--package", "modpin", "--edges", "normal,build", "--prefix", "none"];
    let mut command = workspace.command(&[&args[..], &["--format", "{p}"]].concat());
    let said = modpin_test::Said::of(command.current_dir(repository));
    said.has(0, "");
    let crates = said.out.lines().filter_map(|line| line.split(' ').next());
    let crates: BTreeSet<&str> = crates.filter(|krate| !krate.starts_with("modpin")).collect();
    let only_asked_for = ["cargo_metadata", "clap", "gimli", "indicatif", "memmap2", "notify"];
    for krate in only_asked_for {
        assert!(!crates.contains(krate), "{krate} is compiled by every build script: {crates:?}");
    }
    assert!(crates.len() <= MOST_CRATES, "{} crates: {crates:?}", crates.len());
}
