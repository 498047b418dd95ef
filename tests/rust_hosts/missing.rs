//! What Rust does not define fails cargo's own link, with the symbol's name, and a line that says more; and what cannot be
//! linked is refused before.

use modpin_test::reliability;
use modpin_test::skip;
use serde_json::json;

use crate::workspace::{FUNCTIONS, Workspace, project};

#[test]
fn a_function_that_rust_does_not_define_is_named_by_the_linker() {
    let mut linkers: Vec<Option<&str>> = vec![None];
    linkers.extend(skip::linkers("missing functions of Rust").into_iter().map(Some));
    let workspace = Workspace::new();
    let without = FUNCTIONS.replacen("#[unsafe(no_mangle)]\n", "", 1);
    workspace.world.write("functions/src/lib.rs", without);
    for linker in linkers.into_iter().take(reliability::count(2, usize::MAX)) {
        let flags = linker.map_or_else(String::new, |linker| format!("-Clink-arg=-fuse-ld={linker}"));
        let said = workspace.cargo_with(&[("RUSTFLAGS", &flags)], &["build"]);
        assert_eq!(said.code, Some(101), "{linker:?}");
        let lines = said.err.lines().filter(|line| line.contains("undefined"));
        assert!(lines.clone().any(|line| line.contains("rust_log")), "{linker:?}:\n{}", said.err);
        assert!(!lines.clone().any(|line| line.contains("rust_base")), "{linker:?}:\n{}", said.err);
        let told = workspace.built("debug").join(".modpin/link/app.rust.c");
        assert!(said.err.contains("app.rust.c"), "{linker:?}:\n{}", said.err);
        let told = std::fs::read_to_string(told).expect("the file that it names");
        let line = told.lines().find(|line| line.contains("rust_log")).expect("a line for it");
        assert!(line.ends_with("/* needed by module hello: c/modules/hello.c */"), "{line}");
        assert!(told.contains("`use that_crate as _;`"), "{told}");
    }
}

#[test]
fn a_crate_that_nothing_mentions_is_the_other_cause() {
    let workspace = Workspace::new();
    // Here it is a member of an archive that calls it, and not the module.
    let hello = "int core_extra(int);\nint run(int of) { return core_extra(of); }\n";
    workspace.world.write("app/c/modules/hello.c", hello);
    let extra = "int rust_log(int), util_twice(int);\nint core_extra(int of) { return rust_log(util_twice(of) + 100); }\n";
    workspace.world.write("app/c/core/extra.c", extra);
    let main = workspace.world.read("app/src/main.rs");
    let silent = main.replace("    println!(\"{}\", functions::called(1));\n", "");
    workspace.world.write("app/src/main.rs", &silent);
    let said = workspace.cargo(&["build"]);
    said.has(101, "rust_log");
    workspace.world.write("app/src/main.rs", format!("use functions as _;\n{silent}"));
    workspace.cargo(&["build"]).has(0, "");
    workspace.run("debug", &["hello"]).has_both(0, "log 112\nhello 112\n", "");
}

#[test]
fn what_is_declared_of_rust_is_required_or_left_alone() {
    let mut project = project();
    project["targets"][4]["cargo"] = json!({ "offers": ["rust_base"], "from_shared": ["rust_log"] });
    let workspace = Workspace::declaring(&project);
    workspace.cargo(&["build"]).has(0, "");
    let program = std::fs::read(workspace.world.path("target/debug/app")).expect("a program");
    let object = modpin_symbols::read_object(&program).expect("an ELF file");
    let exports = |name: &str| object.table.defined.iter().any(|symbol| symbol.name == name);
    assert!(exports("rust_base") && !exports("rust_log"));
    let embedded = modpin::Embedded::read(&workspace.built("debug")).expect("a record");
    let wrong =
        embedded.verify(&workspace.world.path("target/debug/app")).expect("a verdict").join("\n");
    assert!(wrong.contains("rust_log"), "{wrong}");
}

#[test]
fn a_program_without_a_loader_is_refused_before_anything_is_linked() {
    let workspace = Workspace::new();
    let said = workspace.cargo_with(&[("RUSTFLAGS", "-Ctarget-feature=+crt-static")], &["build"]);
    said.has(101, "executable \"app\" loads modules, and for x86_64-unknown-linux-gnu it would be linked statically");
    assert!(said.err.contains("-Ctarget-feature=-crt-static"), "{}", said.err);
    assert!(!said.err.contains("linking with"), "{}", said.err);
}
