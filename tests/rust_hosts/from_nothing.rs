//! `cargo modpin new`: what it writes builds, loads its module, passes its tests, and is formatted.

use std::path::Path;

use modpin_test::{Said, World, reliability};

use crate::workspace::Workspace;

fn new(world: &World, args: &[&str]) -> Said {
    let program = Path::new(env!("CARGO_BIN_EXE_xtask-program"));
    Said::of(world.command(program).arg("new").args(args))
}

#[test]
fn what_is_written_is_formatted_and_whole() {
    let world = World::new(&[]);
    for (name, host, bins) in [("my-app", "rust", 2), ("tool", "c", 1)] {
        new(&world, &[name, "--host", host]).has(0, "next: cd ");
        new(&world, &[name]).has(1, "is there already");
        let said = world.call("find . -name *.rs");
        let sources: Vec<&str> = said.out.lines().collect();
        world.tool("rustfmt", &[&["--check", "--edition", "2024"], &sources[..]].concat());
        let left = world.try_call("grep -rnE NAME|IDENT|MODPIN$ .");
        assert_eq!((left.code, left.out.as_str()), (Some(1), ""), "{name}");
        let metadata = Workspace::of(World::new(&[])).cargo(&[
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--manifest-path",
            world.path(name).join("Cargo.toml").to_str().expect("a path"),
        ]);
        metadata.has(0, "");
        assert_eq!(metadata.out.matches(r#""kind":["bin"]"#).count(), bins, "{}", metadata.out);
    }
    new(&world, &["a/b"]).has(1, "is no name for a package");
    new(&world, &["other", "--modpin", "nowhere"]).has(101, "nowhere/crates/modpin");
    assert!(!world.path("other").exists());
}

/// It compiles modpin, which takes a minute or two.
#[test]
fn what_is_written_works() {
    if reliability::count(true, false) {
        return;
    }
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let world = World::new(&[]);
    new(&world, &["my-app", "--modpin", checkout.to_str().expect("a path")]).has(0, "");
    // The versions that this workspace has are here.
    let lock = std::fs::read(checkout.join("Cargo.lock")).expect("a lock file");
    world.write("my-app/Cargo.lock", lock);
    let workspace = Workspace::of(world);
    let cargo = |args: &[&str]| {
        let mut command = workspace.command(args);
        Said::of(command.current_dir(workspace.world.path("my-app")))
    };
    cargo(&["run"]).has_both(0, "this is my-app\nhello, module\nhello ended with 0\n", "");
    cargo(&["test"]).has_both(0, "test the_modules_load ... ok", "");
    cargo(&["clippy", "--all-targets", "--", "-D", "warnings"]).has(0, "");
    cargo(&["xtask", "modules", "--check-load"]).has_both(0, "hello in my-app: ok", "");
}
