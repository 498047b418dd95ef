//! What leads clangd from a source to the compilation database, and what never does: a file of somebody else.

use std::fs;
use std::path::PathBuf;

use modpin_test::World;
use modpin_test::skip::is_missing;

use crate::demo;
use crate::program::Program;

const LINK: &str = "compile_commands.json";

fn leads_to(world: &World) -> PathBuf {
    fs::read_link(world.path(LINK)).unwrap()
}

/// The demo, whose project file says how clangd finds the database.
fn world_with(clangd: &str) -> World {
    let world = demo::world();
    let text = world.read("demo.json").replacen('{', &format!("{{ \"clangd\": {clangd:?},"), 1);
    world.write("demo.json", text);
    world
}

#[test]
fn a_link_leads_clangd_from_every_source_to_the_database() {
    let world = demo::world();
    let said = world.modpin("compile-commands --json");
    let found_by = &said.objects_of("compile-commands")[0]["found_by"];
    assert_eq!(*found_by, world.path(LINK).display().to_string());
    assert_eq!(leads_to(&world), PathBuf::from("target/modpin/debug").join(LINK));
    // It is ours, so it goes where the last database was written.
    world.modpin("compile-commands --release").has(0, "");
    assert_eq!(leads_to(&world), PathBuf::from("target/modpin/release").join(LINK));
    world.modpin("compile-commands").has(0, "");
    if is_missing("clangd", "a_link_leads_clangd_from_every_source_to_the_database") {
        return;
    }
    for source in ["base.c", "good.c"] {
        let checked = world.tool("clangd", &[&format!("--check={source}")]);
        assert!(checked.err.contains("All checks completed, 0 errors"), "{}", checked.err);
        assert!(checked.err.contains("Compile command from CDB"), "{}", checked.err);
    }
}

#[test]
fn a_database_of_somebody_else_stays() {
    let world = demo::world();
    world.write("theirs/compile_commands.json", "[]");
    world.write(LINK, "[]");
    world.modpin("compile-commands").has(0, "is not ours: it stays");
    assert_eq!(world.read(LINK), "[]");
    fs::remove_file(world.path(LINK)).unwrap();
    for theirs in ["theirs/compile_commands.json", "debug/compile_commands.json", "nowhere"] {
        std::os::unix::fs::symlink(theirs, world.path(LINK)).unwrap();
        world.modpin("compile-commands").has(0, "is not ours: it stays");
        assert_eq!(leads_to(&world), PathBuf::from(theirs));
        fs::remove_file(world.path(LINK)).unwrap();
    }
    let nothing = world_with("nothing");
    let said = nothing.modpin("compile-commands -q");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert!(!nothing.path(LINK).is_symlink() && !nothing.path(".clangd").exists());
}

#[test]
fn a_file_leads_clangd_where_the_project_says_so() {
    let world = world_with("file");
    world.modpin("compile-commands --release").has(0, "");
    world.modpin("compile-commands").has(0, "");
    let text = world.read(".clangd");
    assert!(text.ends_with("CompileFlags:\n  CompilationDatabase: \"target/modpin/debug\"\n"), "{text}");
    assert!(!world.path(LINK).is_symlink());
    world.write(".clangd", format!("{text}Index:\n  Background: Skip\n"));
    world.modpin("compile-commands --release").has(0, "is not ours: it stays");
    assert!(world.read(".clangd").contains("Skip"));
    world.write(".clangd", text);
    if is_missing("clangd", "a_file_leads_clangd_where_the_project_says_so") {
        return;
    }
    let checked = world.tool("clangd", &["--check=base.c"]);
    assert!(checked.err.contains("Compile command from CDB"), "{}", checked.err);
}

#[test]
fn the_database_goes_where_the_user_says() {
    let world = demo::world();
    let standard = world.modpin("compile-commands -q -o -").out;
    world.modpin("compile-commands -o database.json").has(0, "");
    assert_eq!(world.read("database.json"), standard);
    assert_eq!(standard, world.read("target/modpin/debug/compile_commands.json"));
    assert!(!world.path(LINK).is_symlink());
    world.modpin("compile-commands -o nowhere/x.json").has(101, "nowhere/x.json: cannot write");
}
