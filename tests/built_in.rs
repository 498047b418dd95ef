//! The same declarations with modules in the host, or not built (row M8; lessons 45db1ac1, ef709860).

use modpin::{Executable, Library, Module, Opt, Project, Tristate};
use modpin_test::World;

/// A host that lists the drivers that have registered.
fn world() -> World {
    let driver = "
        void add(const char *, int);
        double cbrt(double);
        int util(void);
        static volatile double in = 27;
        __attribute__((constructor)) static void start(void)
        {
        #ifdef BUILD_DSO
            add(MODPIN_MODNAME \"=m\", util());
        #else
            add(MODPIN_MODNAME \"=y\", util() + (int)(cbrt(in) + 0.5) - 3);
        #endif
        }
    ";
    let host = "
        #include <stdio.h>
        #define main load
        #include \"load.h\"
        #undef main
        void add(const char *name, int value) { printf(\"%s %d\\n\", name, value); }
        int main(int argc, char **argv) { return argc > 1 ? load(argc, argv) : 0; }
    ";
    World::new(&[
        ("load.h", include_str!("cases/load.h")),
        ("host.c", host),
        ("util.c", "int util(void) { return 42; }\n"),
        ("crypt.c", driver),
        ("raw.c", driver),
    ])
}

fn declare(p: &mut Project) {
    let crypt = p.option(Opt::tristate("CRYPT").default(Tristate::Module));
    let util = p.add(Library::new("util").sources("util.c"));
    p.add(Module::new("block/crypt").when(crypt).sources("crypt.c").system_library("m"));
    p.add(Module::new("raw").sources("raw.c").system_library("m"));
    p.add(Executable::new("host").sources("host.c").link(util).loads("**").system_library("dl"));
}

/// What the host has built in, which module files there are, and whether the host names libm.
fn check(world: &World, declare: impl Fn(&mut Project), built_in: &str, files: &[&str], libm: bool) {
    let build = world.build(declare).expect_success();
    assert_eq!(world.printed("host", &[]).replace('\n', " "), built_in);
    let modules: Vec<String> = world
        .files("")
        .into_iter()
        .filter(|path| path.ends_with(".so") && !path.starts_with('.'))
        .collect();
    assert_eq!(modules, files);
    assert_eq!(
        world.libraries("host").iter().any(|name| name.starts_with("libm.")),
        libm,
        "{:?}",
        build.short()
    );
}

#[test]
fn without_modules_everything_is_in_the_host() {
    let mut world = world();
    check(&world, declare, "", &["block-crypt.so", "block/crypt.so", "raw.so"], false);
    world.config.modules = false;
    check(&world, declare, "block-crypt=y 42 raw=y 42", &[], true);
    let (reports, build) = world.check_load(declare);
    assert!(reports.is_empty() && build.outcome.success(), "there is nothing to load");
    world.config.modules = true;
    check(&world, declare, "", &["block-crypt.so", "block/crypt.so", "raw.so"], false);
}

#[test]
fn an_option_puts_its_module_in_out_or_aside() {
    let mut world = world();
    world.config.set("CRYPT", "y");
    check(&world, declare, "block-crypt=y 42", &["raw.so"], true);
    world.config.set("CRYPT", "m");
    check(&world, declare, "", &["block-crypt.so", "block/crypt.so", "raw.so"], false);
    world.config.set("CRYPT", "n");
    check(&world, declare, "", &["raw.so"], false);
    // What is not built is not compiled, broken or not.
    world.write("crypt.c", "#error \"nobody wants this\"\n");
    assert_eq!(world.build(declare).expect_success().ran, [""; 0]);
}

#[test]
fn built_in_wins_over_loaded() {
    let declare = |p: &mut Project| {
        let util = p.add(Library::new("util").sources("util.c"));
        p.add(Module::new("block/crypt").sources("crypt.c").system_library("m").built_in());
        p.add(Module::new("raw").sources("raw.c").system_library("m"));
        p.add(
            Executable::new("host")
                .sources("host.c")
                .link(util)
                .loads("**")
                .builds_in("raw")
                .system_library("dl"),
        );
    };
    check(&world(), declare, "block-crypt=y 42 raw=y 42", &[], true);
}
