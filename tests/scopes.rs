//! Directories with declarations of their own, built for real (row F2): their paths, their flags, and what is left of them
//! when they are off.

use modpin::{Dir, Executable, Flags, Library, Module, Opt, Project, Tristate};
use modpin_test::World;

fn world() -> World {
    World::new(&[
        ("load.h", include_str!("cases/load.h")),
        ("main.c", "#include \"load.h\"\n"),
        ("fs/api.h", "#define BLOCK 40\n"),
        ("fs/core.c", "#ifndef FS\n#error \"it is below fs\"\n#endif\nint core(void) { return 1; }\n"),
        (
            "fs/ext2/ext2.c",
            "#include \"api.h\"\n#if !defined(FS) || defined(LOUD)\n#error \"flags\"\n#endif\nint core(void), loud(void); int run(void) { return BLOCK + core() + loud(); }\n",
        ),
        (
            "fs/ext2/loud.c",
            "#ifndef LOUD\n#error \"what fs says\"\n#endif\nint loud(void) { return 1; }\n",
        ),
    ])
}

fn fs(d: &mut Dir) -> modpin::Result<()> {
    d.below(Flags::new().include(".").define_flag("FS").cflags(["-DLOUD", "-Wall", "-Werror"]));
    d.add(Library::new("core").sources("core.c"));
    d.dir("ext2", |d| {
        let quiet = Flags::new().without("-DLOUD");
        d.add(Module::new("fs/ext2").sources("*.c").flags_for("ext2.c", quiet));
    })?;
    Ok(())
}

fn declare(p: &mut Project) {
    let on = p.option(Opt::tristate("FS").default(Tristate::Module));
    p.dir("fs", fs).expect("nothing goes wrong").when(on);
    let host = Executable::new("host").sources("main.c").loads("fs/*").system_library("dl");
    p.add(host.link(modpin::when("FS != 'n'", "core")));
}

#[test]
fn a_directory_has_its_own_paths_and_flags_and_goes_when_it_is_off() {
    let mut world = world();
    world.build(declare).expect_success();
    assert_eq!(world.printed("host", &["./fs/ext2.so"]), "42");
    assert!(world.build(declare).ran.is_empty());

    world.config.set("FS", "n");
    let off = world.build(declare).expect_success();
    let removed = |name: &str| off.removed.iter().any(|path| path.ends_with(name));
    assert!(removed("libcore.a") && removed("core.c.o") && removed("fs/ext2.so"), "{:?}", off.removed);
    assert!(!off.ran.iter().any(|ran| ran.starts_with("Compiling")), "{:?}", off.ran);

    world.config.set("FS", "y");
    let built_in = world.build(declare).expect_success();
    let compiled = built_in.ran.iter().filter(|ran| ran.starts_with("Compiling")).count();
    assert_eq!(compiled, 3, "a module is at most m, and says nothing: {:?}", built_in.ran);
    assert!(world.built("fs/ext2.so").exists());
}
