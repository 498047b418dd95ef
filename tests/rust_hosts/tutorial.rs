//! The tutorial with which the documentation of `modpin` opens: its files, in a package where it says, do what it says.

use modpin::Embedded;
use modpin_test::World;

use crate::workspace::{Workspace, becomes};

macro_rules! tutorial {
    ($file:literal) => {
        include_str!(concat!("../../crates/modpin/tutorial/", $file))
    };
}

#[test]
fn it_does_what_it_says() {
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                    [dependencies]\nmodpin-load = { path = \"../load\" }\n";
    let world = World::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"app\", \"load\"]\nresolver = \"3\"\n"),
        ("app/Cargo.toml", manifest),
        ("app/c/core/greeting.c", tutorial!("greeting.c")),
        ("app/c/hello.c", tutorial!("hello.c")),
        ("app/src/main.rs", tutorial!("main.rs")),
    ]);
    world.write("app/build.rs", becomes(env!("CARGO_BIN_EXE_tutorial-script")));
    let workspace = Workspace::of(world);
    workspace.bring_loader();
    let said = workspace.cargo(&["run"]);
    said.has(0, "");
    let text = include_str!("../../crates/modpin/src/lib.rs");
    let promised: String = said.out.lines().map(|line| format!("//! {line}\n")).collect();
    assert!(said.out.lines().count() == 2 && text.contains(&promised), "{}", said.out);
    // What its `tests/modules.rs` does.
    let embedded = Embedded::read(&workspace.built("debug")).expect("a record");
    let wrong = embedded.verify(&workspace.world.path("target/debug/app")).expect("an answer");
    assert!(wrong.is_empty() && tutorial!("modules.rs").contains("modpin::verify_host("), "{wrong:?}");

    // A function that nobody defines.
    let other = tutorial!("main.rs").replace("app_version", "app_release");
    workspace.world.write("app/src/main.rs", other);
    workspace.cargo(&["build"]).has(101, "app_version");
}
