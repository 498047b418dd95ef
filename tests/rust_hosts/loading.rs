//! A program that cargo links loads its modules by modpin-load: it finds them, and refuses those of another build.

use serde_json::json;

use crate::workspace::{Workspace, project};

/// Loads what it is told.
const MAIN: &str = r#"use std::ffi::c_int;

#[unsafe(no_mangle)]
pub extern "C" fn rust_base() -> c_int {
    1000
}

fn main() -> Result<(), modpin_load::Error> {
    println!("{}", functions::called(1));
    let mut modules = modpin_load::Search::new().installed(env!("MODPIN_MODULES")).find("app")?;
    for module in std::env::args().skip(1) {
        let run = unsafe {
            modules.load(&module)?;
            modules.symbol::<extern "C" fn(c_int) -> c_int>(&module, "run")?
        };
        println!("{module} {}", run(5));
    }
    Ok(())
}
"#;

fn identified(text: &str) -> String {
    let mut project = project();
    project["format"] = json!(2);
    project["identity"] = json!(text);
    project.to_string()
}

#[test]
fn a_program_knows_the_modules_of_its_build() {
    let workspace = Workspace::new();
    let world = &workspace.world;
    let manifest = world.read("app/Cargo.toml");
    workspace.bring_loader();
    world.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"functions\", \"load\"]\nresolver = \"3\"\n",
    );
    world.write("app/Cargo.toml", manifest + "modpin-load = { path = \"../load\" }\n");
    world.write("app/src/main.rs", MAIN);
    world.write("app/project.json", identified("app 1"));
    workspace.cargo(&["run", "--", "hello", "plain"]).has_both(0, "log 112\nhello 112\nplain 5\n", "");
    let program = world.path("target/debug/app");
    let ours = modpin_load::recorded(&program).expect("a program").expect("an identity");
    assert!(ours.starts_with("app 1 "), "{ours}");
    let built = workspace.built("debug");
    let old = std::fs::read(built.join("plain.so")).expect("a module");

    world.write("app/project.json", identified("app 2"));
    workspace.cargo(&["build"]).has(0, "");
    let now = modpin_load::recorded(&program).expect("a program").expect("an identity");
    workspace.run("debug", &["hello", "plain"]).has_both(0, "plain 5\n", "");
    std::fs::write(built.join("plain.so"), old).expect("a module");
    let said = workspace.run("debug", &["hello", "plain"]);
    said.has_both(1, "hello 112\n", "");
    assert!(
        said.err.contains(&ours) && said.err.contains(&now) && !said.out.contains("plain"),
        "{}",
        said.text()
    );
    // cargo makes it again.
    workspace.cargo(&["run", "--", "plain"]).has_both(0, "plain 5\n", "");
}
