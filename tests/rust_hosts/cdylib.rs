//! Modules that somebody else has made: a `cdylib` of Rust in a program in C, and in one that cargo links.

use modpin::{Executable, Library, Module, Project};
use modpin_test::World;
use serde_json::json;

use crate::workspace::{Workspace, project};

const HOST: &str = "#include <dlfcn.h>\n#include <stdio.h>\nint main(int count, char **args)\n{\n\
    \tvoid *module = dlopen(args[1], RTLD_NOW);\n\tint (*run)(int) = module ? (int (*)(int))dlsym(module, \"run\") : 0;\n\
    \tif (!run) { puts(dlerror()); return 1; }\n\tprintf(\"%d\\n\", run(5));\n\treturn count != 2;\n}\n";

/// A module in Rust that calls `function` of its host.
fn plugin(world: &World, file: &str, function: &str) {
    let text = format!(
        "#![no_std]\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! {{\n    loop {{}}\n}}\n\
         unsafe extern \"C\" {{\n    fn {function}(of: i32) -> i32;\n}}\n\
         #[unsafe(no_mangle)]\npub extern \"C\" fn run(of: i32) -> i32 {{\n    unsafe {{ {function}(of) }}\n}}\n"
    );
    world.write("plugin.rs", text);
    // A build replaces its outputs, and does not write into a file that somebody has mapped.
    let args =
        ["--edition=2024", "--crate-type=cdylib", "-Cpanic=abort", "-O", "plugin.rs", "-o", "new.so"];
    world.tool("rustc", &args);
    std::fs::rename(world.path("new.so"), world.path(file)).expect("the module");
}

fn declare(p: &mut Project) {
    let core = p.add(Library::new("core").sources("core/*.c"));
    p.add(Module::prebuilt("plugins/rusty", "libplugin.so"));
    p.add(Executable::new("host").sources("host.c").link(core).system_library("dl").loads("**"));
}

#[test]
fn a_program_in_c_keeps_what_it_needs() {
    let world = World::new(&[
        ("host.c", HOST),
        ("core/twice.c", "int core_twice(int of) { return 2 * of; }\n"),
        ("core/thrice.c", "int core_thrice(int of) { return 3 * of; }\n"),
    ]);
    plugin(&world, "libplugin.so", "core_twice");
    let (reports, _) = world.check_load(declare);
    assert!(
        reports.len() == 1 && reports[0].verdict == modpin::load_check::Verdict::Loads,
        "{reports:?}"
    );
    assert_eq!(world.printed("host", &["./plugins/rusty.so"]), "10");
    world.build(declare).expect_success();
    assert_eq!(world.printed("host", &["./plugins-rusty.so"]), "10");
    assert_eq!(world.build(declare).expect_success().ran, [""; 0]);

    plugin(&world, "libplugin.so", "core_thrice");
    world.build(declare).expect_success();
    assert_eq!(world.printed("host", &["./plugins/rusty.so"]), "15");
    // What it no longer needs is gone.
    let symbols = world.tool("nm", &["target/modpin/debug/host"]).out;
    assert!(symbols.contains("core_thrice") && !symbols.contains("core_twice"), "{symbols}");

    plugin(&world, "libplugin.so", "core_nobody");
    let said = world.build(declare).said;
    assert!(said.contains("core_nobody") && said.contains("plugins/rusty"), "{said}");

    std::fs::remove_file(world.path("libplugin.so")).expect("the module");
    let said = world.plan(declare).expect_err("no module").to_string();
    assert!(said.contains("module \"plugins/rusty\": there is no file libplugin.so"), "{said}");
}

#[test]
fn a_program_that_cargo_links_keeps_what_it_needs() {
    let mut project = project();
    project["format"] = json!(2);
    let targets = project["targets"].as_array_mut().expect("targets");
    targets.push(json!({ "kind": "module", "name": "rusty", "file": "c/plugins/rusty.so" }));
    let workspace = Workspace::declaring(&project);
    std::fs::create_dir_all(workspace.world.path("app/c/plugins")).expect("a directory");
    // Of an archive, and of Rust.
    plugin(&workspace.world, "app/c/plugins/rusty.so", "core_extra");
    workspace.cargo(&["run", "--", "rusty"]).has_both(0, "rusty 112\n", "");
    assert!(!workspace.builds(&[]));
    plugin(&workspace.world, "app/c/plugins/rusty.so", "rust_log");
    workspace.cargo(&["run", "--", "rusty"]).has_both(0, "log 5\nrusty 5\n", "");
    assert!(!workspace.builds(&[]));
    plugin(&workspace.world, "app/c/plugins/rusty.so", "rust_nobody");
    workspace.cargo(&["build"]).has(101, "rust_nobody");
}
