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
    // One module takes a symbol of the other, and nobody has declared that.
    world.write(
        "app/c/modules/plain.c",
        "int plain_base(void) { return 0; }\nint run(int of) { return of; }\n",
    );
    let hello = world
        .read("app/c/modules/hello.c")
        .replace("rust_log(core_extra(of))", "rust_log(core_extra(of) + plain_base())");
    world.write("app/c/modules/hello.c", format!("int plain_base(void);\n{hello}"));
    workspace.cargo(&["run", "--", "hello"]).has_both(0, "log 112\nhello 112\n", "");
    workspace.cargo(&["run", "--", "hello", "plain"]).has_both(0, "log 112\nhello 112\nplain 5\n", "");
    let program = world.path("target/debug/app");
    let ours = modpin_load::recorded(&program).expect("a program").expect("an identity");
    assert!(ours.starts_with("app 1 "), "{ours}");
    let built = workspace.built("debug");
    let old = std::fs::read(built.join("hello.so")).expect("a module");

    world.write("app/project.json", identified("app 2"));
    workspace.cargo(&["build"]).has(0, "");
    let now = modpin_load::recorded(&program).expect("a program").expect("an identity");
    workspace.run("debug", &["hello", "plain"]).has_both(0, "plain 5\n", "");
    std::fs::write(built.join("hello.so"), old).expect("a module");
    let said = workspace.run("debug", &["plain", "hello"]);
    said.has_both(1, "plain 5\n", "");
    assert!(
        said.err.contains(&ours) && said.err.contains(&now) && !said.out.contains("hello"),
        "{}",
        said.text()
    );
    // cargo makes it again.
    workspace.cargo(&["run", "--", "hello"]).has_both(0, "hello 112\n", "");

    // Where several modules have it, only the project can say which is meant.
    world.write("app/c/more/more.c", "int plain_base(void) { return 1; }\n");
    let mut project: serde_json::Value = serde_json::from_str(&identified("app 2")).expect("a project");
    let more = json!({ "kind": "module", "name": "more", "sources": ["c/more/*.c"] });
    project["targets"].as_array_mut().expect("targets").push(more);
    world.write("app/project.json", project.to_string());
    let said = workspace.cargo(&["build"]);
    said.has(101, "plain_base is out of reach: it is in module plain, module more\n");
    said.has(101, "help: declare which of them \"hello\" needs: \"plain\" or \"more\"");
}
