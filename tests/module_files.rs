//! What a module is made of and where it lies (rows M1, M5, M7, M9; lessons c88f68ec, 5b1b6dbd, 546323bd).

use modpin::{Executable, Library, Module, Project};
use modpin_symbols::Form;
use modpin_test::World;

fn world() -> World {
    World::new(&[
        ("load.h", include_str!("cases/load.h")),
        ("host.c", "#include \"load.h\"\n"),
        ("util.c", "int util(void) { return 40; }\n"),
        ("crypt/inner.c", "int only_in_crypt(void) { return 2; }\n"),
        (
            "crypt/run.c",
            "int only_in_crypt(void), util(void); int run(void) { return util() + only_in_crypt(); }\n",
        ),
        (
            "root.c",
            "double cbrt(double); volatile double in = 27; int run(void) { return (int)(cbrt(in) + 0.5); }\n",
        ),
    ])
}

fn declare(p: &mut Project) {
    let util = p.add(Library::new("util").sources("util.c"));
    p.add(Module::new("block/crypt").sources("crypt/*.c"));
    p.add(Module::new("root").sources("root.c").system_library("m"));
    p.add(Executable::new("host").sources("host.c").link(util).loads("**").system_library("dl"));
}

#[test]
fn a_module_is_linked_in_two_steps_and_bound_at_once() {
    let world = world();
    world.build(declare).expect_success();
    let relocatable = world.object(".modpin/link/block/crypt.mo");
    assert_eq!(relocatable.form, Form::Relocatable);
    // Its objects have resolved each other there; what is left is what it needs.
    let needed: Vec<&str> = relocatable.table.needed.iter().map(|need| &*need.name).collect();
    let needed: Vec<&str> =
        needed.into_iter().filter(|name| !modpin_symbols::linker_provides(name)).collect();
    assert_eq!(needed, ["util"]);
    for module in ["block/crypt.so", "root.so"] {
        let object = world.object(module);
        assert_eq!(object.form, Form::Shared);
        assert!(
            object.dynamic.expect("a shared object").bind_now,
            "{module} is bound lazily: a missing symbol kills a running host"
        );
    }
}

#[test]
fn a_module_in_a_directory_is_found_beside_the_host_as_well() {
    let world = world();
    let build = world.build(declare).expect_success();
    assert_eq!(world.bytes("block-crypt.so"), world.bytes("block/crypt.so"));
    assert_eq!(world.printed("host", &["./block-crypt.so", "./block/crypt.so"]), "42\n42");
    let module =
        build.plan.targets.iter().find(|target| target.name == "block/crypt").expect("the module");
    let files: Vec<&str> = module.files.iter().map(|&file| build.plan.graph.path(file)).collect();
    assert_eq!(files, ["target/modpin/debug/block/crypt.so", "target/modpin/debug/block-crypt.so"]);
    // A module at the top is there already.
    let shared: Vec<String> = world
        .files("")
        .into_iter()
        .filter(|path| path.ends_with(".so") && !path.starts_with('.'))
        .collect();
    assert_eq!(shared, ["block-crypt.so", "block/crypt.so", "root.so"]);
}

#[test]
fn nothing_of_a_module_is_in_its_host() {
    let world = world();
    world.build(declare).expect_success();
    let holds = |file: &str, name: &str| {
        world.bytes(file).windows(name.len()).any(|bytes| bytes == name.as_bytes())
    };
    assert!(holds("block/crypt.so", "only_in_crypt"));
    assert!(!holds("host", "only_in_crypt"), "a module's objects are linked into the host");
    assert!(world.libraries("root.so").iter().any(|name| name.starts_with("libm.")));
    let libraries = world.libraries("host");
    assert!(
        !libraries.iter().any(|name| name.starts_with("libm.")),
        "a module's libraries leak: {libraries:?}"
    );
    // A linker that drops what is not needed would hide a leak.
    let asks =
        |link: &str| world.text(&format!(".modpin/link/{link}.rsp")).lines().any(|line| line == "-lm");
    assert!(asks("root.so") && !asks("host"), "a module's libraries are in its host's link");
}
