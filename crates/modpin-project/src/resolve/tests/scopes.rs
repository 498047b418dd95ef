//! Scopes: where their paths start, what switches them, what they give to their targets.

use expect_test::{Expect, expect};

use crate::resolve::tests::tree::told;
use crate::{Dir, Executable, Flags, Library, Module, Opt, Project, Result, Tristate, when};

const FILES: [&str; 10] = [
    "main.c",
    "fs/core.c",
    "fs/inc/x.h",
    "fs/ext2/a.c",
    "fs/ext2/b.c",
    "fs/ext2/util/u.c",
    "lib/l.c",
    "lib/inc/l.h",
    "tools/t.c",
    "we[i]rd/w.c",
];

fn fs(d: &mut Dir<'_>) -> Result<()> {
    let ext2 = d.option(Opt::tristate("EXT2").default(Tristate::Yes));
    d.flags(Flags::new().cflags("-Wshadow").include("inc"));
    d.below(Flags::new().define_flag("FS").defines(when(ext2, "EXT2")).without("-Wall"));
    d.add(Module::new("fs/core").sources("core.c").flags_for("core.c", "-O3"));
    d.add(Module::new("fs/always").sources("core.c").built_in());
    d.dir("./ext2/", |d| {
        d.below(Flags::new().cflags(when("FLAVOUR = 'module'", "-DMODULE")));
        let util = d.add(Library::new("util").sources("util/**/*.c").exclude("util/x*"));
        d.add(Module::new("fs/ext2").sources("?.c").when(ext2).link(util).define_flag("OWN"));
    })?
    .when("EXT2 != 'n'");
    Ok(())
}

fn declare(p: &mut Project) {
    p.cflags("-Wall");
    let fs_on = p.option(Opt::tristate("FS"));
    let tools = p.option(Opt::bool("TOOLS").default(true));
    p.dir("fs", fs).unwrap().when(fs_on);
    p.dir("lib", |d| {
        let api = Flags::new().include("inc");
        d.add(Library::new("l").sources("l.c").public(api.ldflags("-Wl,-l")));
    })
    .unwrap();
    p.dir("tools", |d| {
        d.add(Executable::new("t").sources("t.c").link("l").loads("fs/*"));
    })
    .unwrap()
    .when(tools);
    p.dir("we[i]rd", |d| {
        d.add(Library::new("w").sources("w.c"));
    })
    .unwrap();
    p.add(Executable::new("host").sources("main.c").loads("fs/*").link("l"));
}

fn check(settings: &str, expected: Expect) {
    expected.assert_eq(&told(&FILES, declare, settings));
}

#[test]
fn a_directory_that_is_off_has_nothing() {
    check(
        "",
        expect![[r#"
            l lib/l.c: -Wall -Ilib/inc
            w we[i]rd/w.c: -Wall
            t tools/t.c: -Wall -Ilib/inc
            t: -Wl,-l
            host main.c: -Wall -Ilib/inc
            host: -Wl,-l
            off: module fs/core (FS=n)
            off: module fs/always (FS=n)
            off: library util (FS=n)
            off: module fs/ext2 (FS=n)
            warning: library "util": .exclude("fs/ext2/util/x*") leaves out nothing
              help: correct it or remove it
        "#]],
    );
    check(
        "TOOLS=n FS=m EXT2=n",
        expect![[r#"
            l lib/l.c: -Wall -Ilib/inc
            w we[i]rd/w.c: -Wall
            fs/core fs/core.c: -DFS -Ifs/inc -Wshadow -O3
            fs/always fs/core.c: -DFS -Ifs/inc -Wshadow
            host main.c: -Wall -Ilib/inc
            host: -Wl,-l
            off: library util (EXT2=n)
            off: module fs/ext2 (EXT2=n)
            off: executable t (TOOLS=n)
            warning: library "util": .exclude("fs/ext2/util/x*") leaves out nothing
              help: correct it or remove it
        "#]],
    );
}

#[test]
fn a_module_is_at_most_what_its_directory_is() {
    check(
        "FS=m",
        expect![[r#"
            util fs/ext2/util/u.c: -DFS -DEXT2
            l lib/l.c: -Wall -Ilib/inc
            w we[i]rd/w.c: -Wall
            fs/core fs/core.c: -DFS -DEXT2 -Ifs/inc -Wshadow -O3
            fs/always fs/core.c: -DFS -DEXT2 -Ifs/inc -Wshadow
            fs/ext2 fs/ext2/a.c: -DFS -DEXT2 -DMODULE -DOWN
            fs/ext2 fs/ext2/b.c: -DFS -DEXT2 -DMODULE -DOWN
            t tools/t.c: -Wall -Ilib/inc
            t: -Wl,-l
            host main.c: -Wall -Ilib/inc
            host: -Wl,-l
            warning: library "util": .exclude("fs/ext2/util/x*") leaves out nothing
              help: correct it or remove it
        "#]],
    );
    check(
        "FS=y",
        expect![[r#"
            util fs/ext2/util/u.c: -DFS -DEXT2
            l lib/l.c: -Wall -Ilib/inc
            w we[i]rd/w.c: -Wall
            fs/core fs/core.c: -DFS -DEXT2 -Ifs/inc -Wshadow -O3
            fs/always (built in) fs/core.c: -DFS -DEXT2 -Ifs/inc -Wshadow
            fs/ext2 (built in) fs/ext2/a.c: -DFS -DEXT2 -DOWN
            fs/ext2 (built in) fs/ext2/b.c: -DFS -DEXT2 -DOWN
            t tools/t.c: -Wall -Ilib/inc
            t: -Wl,-l
            host main.c: -Wall -Ilib/inc
            host: -Wl,-l
            warning: library "util": .exclude("fs/ext2/util/x*") leaves out nothing
              help: correct it or remove it
        "#]],
    );
}

fn check_wrong(files: &[&str], declare: impl Fn(&mut Project), expected: Expect) {
    expected.assert_eq(&told(files, declare, ""));
}

#[test]
fn who_links_what_is_off() {
    let declare = |p: &mut Project| {
        let x = p.option(Opt::bool("X"));
        p.dir("lib", |d| {
            d.add(Library::new("l").sources("l.c").link("also"));
            d.add(Library::new("also").sources("l.c").link("l"));
        })
        .unwrap()
        .when(x);
        p.add(Executable::new("a").sources("main.c").link(when(x, "l")));
        p.add(Executable::new("b").sources("main.c").link("l"));
        p.add(Executable::new("c").sources("main.c").link("lx"));
    };
    check_wrong(
        &FILES,
        declare,
        expect![[r#"
        executable "b" links library "l", which is not built: X=n
          help: link it where it is there: .link(when(CONDITION, "l"))

        executable "c" links "lx", which is no library of the project
          help: did you mean "l"?
    "#]],
    );
}

#[test]
fn what_is_wrong_with_a_directory() {
    let declare = |p: &mut Project| {
        p.option(Opt::bool("X"));
        p.dir("fz", |d| {
            d.below(Flags::new().define("A B", 1).cflags(when("XX", "-g")));
            d.add(Library::new("l").sources("core.c").include("inc"));
        })
        .unwrap();
        p.dir("gone", |d| {
            d.flags(Flags::new().include("inc"));
        })
        .unwrap()
        .when("X");
        p.dir("lib", |_| {}).unwrap().when("Y");
    };
    check_wrong(
        &FILES,
        declare,
        expect![[r#"
        directory "fz": "A B" is no name for a macro
          help: write .define("NAME", VALUE); other arguments go to .cflags()

        directory "fz" asks in a list for "XX", which is no option of the project
          help: did you mean "X"?

        directory "lib" is switched by "Y", which is no option of the project
          help: declare it: p.option(Opt::tristate("Y")); a constant stands in quotes: 'Y'

        directory "fz" is not there
          help: did you mean "fs"?

        library "l": .include("fz/inc") names no directory
          help: did you mean "fs/inc"?

        library "l": the source "fz/core.c" is missing
          help: did you mean "fs/core.c"?
    "#]],
    );
}

#[test]
fn flags_that_are_taken_away_in_directories() {
    let declare = |p: &mut Project| {
        p.cflags("-Wall");
        p.dir("fs", |d| {
            d.flags(Flags::new().include("inc").cflags("-g").without(["-Wall", "-O2"]));
            d.below(Flags::new().cflags(["-O2", "-O3"]).without("-g"));
            d.dir("ext2", |d| {
                let taken = Flags::new().without(["-Wall", "-Ifs/inc", "-O2", "-DNOT"]);
                d.add(Library::new("l").sources("a.c").flags(taken));
            })
            .map(|_| ())
        })
        .unwrap();
    };
    check_wrong(
        &FILES,
        declare,
        expect![[r#"
        l fs/ext2/a.c: -O3
        warning: directory "fs": its cflags hold "-O2" and "-O3"
          help: the last one counts: remove the other, or put each under a condition
        warning: directory "fs": nothing has the flag "-g" that .without() takes away
          help: remove it: only flags of the levels outside can be taken away
        warning: library "l": nothing has the flag "-Ifs/inc" that .without() takes away
          help: remove it: only flags of the levels outside can be taken away
        warning: library "l": nothing has the flag "-DNOT" that .without() takes away
          help: remove it: only flags of the levels outside can be taken away
    "#]],
    );
}
