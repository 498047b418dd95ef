//! `compile_commands.json` (row A11): written from the graph, and true.

use std::process::Command;

use modpin::{Executable, Library, Module, Project};
use modpin_test::World;
use modpin_test::skip::is_missing;
use serde_json::Value;

use crate::lua;

fn declare(p: &mut Project) {
    p.include("include");
    let util = p.add(Library::new("util").sources("util.c"));
    p.add(Module::new("block/m").sources("m.c").define("ROUNDS", 3).flags_for("m.c", ["-Wall"]));
    p.add(Executable::new("host").sources("host.c").link(util).loads("**"));
}

#[test]
fn the_database_is_written_without_a_compiler_and_its_commands_compile() {
    let world = World::new(&[
        ("include/api.h", "int util(void);\n"),
        ("util.c", "#include \"api.h\"\nint util(void) { return 1; }\n"),
        ("m.c", "#include \"api.h\"\nint run(void) { return util() + ROUNDS + BUILD_DSO; }\n"),
        ("host.c", "int main(void) { return 0; }\n"),
    ]);
    let plan = world.plan(declare).expect("a plan");
    let wanted = [plan.compile_commands];
    let build = world.run(plan, &wanted).expect_success();
    assert_eq!(
        (build.outcome.commands, build.short().join(", ").as_str()),
        (0, "Writing compile_commands.json")
    );

    let database: Vec<Value> = serde_json::from_str(&world.text("compile_commands.json")).expect("JSON");
    let field = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let files: Vec<String> = database.iter().map(|entry| field(entry, "file")).collect();
    assert_eq!(files, ["util.c", "m.c", "host.c"]);
    for entry in &database {
        assert_eq!(field(entry, "directory"), world.root().to_string_lossy());
        let output = field(entry, "output");
        let args: Vec<&str> =
            entry["arguments"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert_eq!(args.iter().filter(|arg| **arg == output).count(), 1, "{args:?}");
        assert!(
            !args.iter().any(|arg| arg.starts_with("-M")),
            "depfiles are the build's own business: {args:?}"
        );
        std::fs::create_dir_all(world.root().join(&output).parent().expect("a directory"))
            .expect("a directory");
        let compiled = Command::new(args[0])
            .args(&args[1..])
            .current_dir(world.root())
            .status()
            .expect("a compiler");
        assert!(compiled.success() && world.root().join(&output).is_file(), "{args:?}");
    }
    let of_module = database[1]["arguments"].to_string();
    for flag in ["-fPIC", "-DBUILD_DSO", "-DROUNDS=3", "-Iinclude", "-Wall"] {
        assert!(of_module.contains(&format!("{flag}\"")), "{flag} is not in {of_module}");
    }
    // A module's flags are no program's.
    assert!(!database[2]["arguments"].to_string().contains("-fPIC"));
}

#[test]
fn clangd_has_nothing_to_say_of_lua() {
    if is_missing("clangd", "clangd_has_nothing_to_say_of_lua") {
        return;
    }
    let world = lua::world();
    let plan = world.plan(|p| lua::declare(p, &lua::sources(), &["more"])).expect("a plan");
    let wanted = [plan.compile_commands];
    world.run(plan, &wanted).expect_success();
    let database: Vec<Value> = serde_json::from_str(&world.text("compile_commands.json")).expect("JSON");
    assert!(database.len() > 30, "{}", database.len());
    let is_tried =
        |file: &&str| ["more.c", "/lvm.c", "/loadlib.c"].iter().any(|end| file.ends_with(end));
    let files: Vec<&str> =
        database.iter().filter_map(|entry| entry["file"].as_str()).filter(is_tried).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        // Lua lies in a package: no link in the project's root leads from there.
        let dir = format!("--compile-commands-dir={}", world.built("").display());
        let said = world.tool("clangd", &[&dir, &format!("--check={file}"), "--check-lines=1"]);
        assert!(said.err.contains("All checks completed, 0 errors"), "{}", said.err);
        assert!(said.err.contains("-Wall") || said.err.contains("LUA_USE_LINUX"), "{}", said.err);
    }
}
