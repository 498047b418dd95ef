//! Whole declarations with mistakes in them: what is said, all at once.

use expect_test::expect;

use crate::resolve::tests::resolved::check;
use crate::{Config, Executable, Library, Module, Opt, Project};

#[test]
fn every_kind_of_target_needs_sources() {
    let declare = |p: &mut Project| {
        p.add(Library::new("x"));
        p.add(Module::new("y"));
        p.add(Executable::new("z").loads("y"));
    };
    check(
        &[],
        &Config::default(),
        declare,
        expect![[r#"
        library "x" has no sources
          help: add .sources("DIRECTORY/*.c"), or remove the target

        module "y" has no sources
          help: add .sources("DIRECTORY/*.c"), or remove the target

        executable "z" has no sources
          help: add .sources("DIRECTORY/*.c"), or remove the target; a program that cargo links is declared by p.host(RustHost::new(NAME))
    "#]],
    );
}

#[test]
fn libraries_that_are_not_there() {
    let declare = |p: &mut Project| {
        let mut other = Project::new("other", "/nowhere");
        let stray = other.add(Library::new("stray"));
        p.add(Library::new("util").sources("a.c").link("util"));
        p.add(Module::new("m").sources("a.c").link(stray));
        p.add(Executable::new("tool").sources("a.c").link(["utill", "crypto", "m"]).loads("m"));
    };
    check(
        &["a.c"],
        &Config::default(),
        declare,
        expect![[r#"
        library "util" links itself
          help: remove it from its own .link()

        module "m" links a library by a handle of another project
          help: use the handle that this project's add() gave, or the name

        executable "tool" links "utill", which is no library of the project
          help: did you mean "util"?

        executable "tool" links "crypto", which is no library of the project
          help: declare it, or write .system_library("crypto") if the system has it

        executable "tool" links "m", which is a module
          help: a host loads a module, .loads(NAME); a module that needs another one says .needs(NAME); what both use belongs into a library
    "#]],
    );
}

#[test]
fn flags_for_no_source() {
    let declare = |p: &mut Project| {
        p.add(
            Library::new("x").sources("util/*.c").flags_for("util/crx.c", "-O3").flags_for("*.c", "-O3"),
        );
    };
    check(
        &["util/crc.c"],
        &Config::default(),
        declare,
        expect![[r#"
        library "x": .flags_for("util/crx.c") matches none of its sources
          help: did you mean "util/crc.c"?

        library "x": .flags_for("*.c") matches none of its sources
          help: paths start at the project's root
    "#]],
    );
}

#[test]
fn all_problems_come_at_once() {
    let declare = |p: &mut Project| {
        p.include("inclde");
        p.add(Library::new("x y").sources(["utl/*.c", "util/crx.c", "README"]).include("nope"));
        p.add(Module::new("m").when("X").sources("gone/*.c"));
        p.add(Executable::new("tool").sources("main.c").loads(["m", "n"]));
    };
    let mut config = Config::default();
    config.set("CRYPT", "y");
    check(
        &["util/crc.c", "include/a.h", "README"],
        &config,
        declare,
        expect![[r#"
            library "x y": the name holds ' '
              help: write letters, digits, `_`, `-`, `+`, and `.` inside a name; `/` stands between directories

            option "CRYPT" is set, but the project does not declare it
              help: the project declares no options

            executable "tool" loads "n", but no module has such a name
              help: the project's modules are m

            module "m" is switched by "X", which is no option of the project
              help: declare it: p.option(Opt::tristate("X")); a constant stands in quotes: 'X'

            project "demo": .include("inclde") names no directory
              help: did you mean "include"?

            library "x y": .include("nope") names no directory
              help: paths start at the project's root, ROOT

            library "x y": no file matches "utl/*.c"
              help: did you mean "util/*.c"?

            library "x y": the source "util/crx.c" is missing
              help: did you mean "util/crc.c"?

            library "x y": "README" is not a source
              help: sources are .c, .cc .cpp .cxx .c++ .C, .S and .s; narrow the glob, or leave the file out with .exclude()

            module "m": no file matches "gone/*.c"
              help: paths start at the project's root, ROOT

            executable "tool": the source "main.c" is missing
              help: paths start at the project's root, ROOT
        "#]],
    );
}

#[test]
fn a_mistake_in_a_module_that_is_switched_off_is_one_still() {
    let declare = |p: &mut Project| {
        let net = p.option(Opt::bool("NET"));
        p.add(Module::new("net").when(net).sources("net/*.c"));
        p.add(Executable::new("tool").sources("main.c").loads("*"));
    };
    check(
        &["main.c"],
        &Config::default(),
        declare,
        expect![[r#"
            module "net": no file matches "net/*.c"
              help: paths start at the project's root, ROOT
        "#]],
    );
}
