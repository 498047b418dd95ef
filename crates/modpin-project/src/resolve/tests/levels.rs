//! Flags of levels: what is added, what is taken away, for modules and for the rest.

use expect_test::{Expect, expect};

use crate::resolve::tests::tree::told;
use crate::{Executable, Flags, Library, Module, Project, when};

fn check(declare: impl Fn(&mut Project), expected: Expect) {
    expected.assert_eq(&told(
        &["a.c", "b.c", "s.S", "plain.s", "main.c", "inc/x.h", "sys/x.h"],
        declare,
        "",
    ));
}

fn every_kind(name: &str) -> Flags {
    let flags = Flags::new().define_flag(name).cppflags(format!("-DP{name}"));
    let flags = flags.cflags(format!("-DC{name}")).cxxflags(format!("-DX{name}"));
    flags.asflags(format!("-DS{name}")).ldflags(format!("-L{name}"))
}

#[test]
fn each_language_gets_its_own() {
    let declare = |p: &mut Project| {
        p.flags(Flags::new().include("inc").system_include("sys")).flags(every_kind("PRJ"));
        let sources = ["main.c", "s.S", "plain.s"];
        p.add(Executable::new("host").sources(sources).cflags("-O2").flags_for("*", "-g"));
    };
    check(
        declare,
        expect![[r#"
            host main.c: -Iinc -isystemsys -DPRJ -DPPRJ -DCPRJ -O2 -g
            host s.S: -Iinc -isystemsys -DPRJ -DPPRJ -DSPRJ -g
            host plain.s: -Iinc -isystemsys -DPRJ -DSPRJ -g
            host: -LPRJ
        "#]],
    );
}

#[test]
fn project_then_libraries_then_target_then_source() {
    let declare = |p: &mut Project| {
        p.flags(every_kind("PRJ"));
        p.add(
            Executable::new("host")
                .sources("main.c")
                .flags(every_kind("TGT"))
                .link("util")
                .flags_for("main.c", Flags::new().define_flag("SRC").cflags("-DCSRC")),
        );
        p.add(Library::new("base").sources("a.c").public(every_kind("base")));
        p.add(Library::new("util").sources("b.c").public(every_kind("LIB")).link("base"));
    };
    check(
        declare,
        expect![[r#"
            base a.c: -DPRJ -DPPRJ -DCPRJ -Dbase -DPbase -DCbase
            util b.c: -DPRJ -DPPRJ -DCPRJ -DLIB -DPLIB -DCLIB -Dbase -DPbase -DCbase
            host main.c: -DPRJ -DPPRJ -DCPRJ -DLIB -DPLIB -DCLIB -Dbase -DPbase -DCbase -DTGT -DPTGT -DCTGT -DSRC -DCSRC
            host: -LPRJ -LLIB -Lbase -LTGT
        "#]],
    );
}

#[test]
fn what_is_taken_away() {
    let declare = |p: &mut Project| {
        p.include("inc").cflags(["-Wall", "-Wextra", "-O2"]).define("A", 1).define_flag("B");
        p.flags(Flags::new().ldflags(["-Wl,-a", "-Wl,-b"]));
        let host = Executable::new("host").sources(["main.c", "a.c", "b.c"]).cflags("-g");
        let host = host.flags(Flags::new().without(["-Wextra", "-DA", "-Wl,-a"]).define("A", 2));
        let host = host.flags_for("a.c", Flags::new().without("*").cflags("-Os"));
        p.add(host.flags_for("b.c", Flags::new().without(["-O2", "-DB", "-Iinc"])));
    };
    check(
        declare,
        expect![[r#"
        host main.c: -Iinc -DB -Wall -O2 -DA=2 -g
        host a.c: -Os
        host b.c: -Wall -DA=2 -g
        host: -Wl,-b
    "#]],
    );
}

#[test]
fn what_a_module_file_gets_is_not_what_a_program_gets() {
    let declare = |p: &mut Project| {
        let module = |values: Flags| values.without(when("FLAVOUR = 'module'", "-DB"));
        p.flags(Flags::new().defines(when("FLAVOUR = 'builtin'", "B")).defines(["X"]));
        p.flags(
            Flags::new()
                .ldflags(when("FLAVOUR = 'module'", "-Wl,-m"))
                .include(when("FLAVOUR = 'module'", "inc")),
        );
        let util = Library::new("util").public(Flags::new().defines(when("FLAVOUR = 'module'", "U")));
        let util = p.add(util.sources("b.c"));
        let m = Module::new("m")
            .sources("a.c")
            .link(util)
            .define_flag("B")
            .flags_for("a.c", module(Flags::new()));
        p.add(m);
        p.add(Executable::new("host").sources("main.c").loads("m").link(util));
    };
    check(
        declare,
        expect![[r#"
        util b.c: -DB -DX
        m a.c: -Iinc -DX -DU
        m: -Wl,-m
        host main.c: -DB -DX
    "#]],
    );
}

#[test]
fn a_module_that_is_built_in_brings_what_its_libraries_say_to_links() {
    let declare = |p: &mut Project| {
        let deep = p.add(Library::new("deep").sources("b.c").public(every_kind("deep")));
        let util = p.add(Library::new("util").sources("b.c").link(deep));
        p.add(Module::new("m").sources("a.c").link(util).built_in());
        p.add(Executable::new("host").sources("main.c").loads("m"));
    };
    check(
        declare,
        expect![[r#"
            deep b.c: -Ddeep -DPdeep -DCdeep
            util b.c: -Ddeep -DPdeep -DCdeep
            m (built in) a.c: -Ddeep -DPdeep -DCdeep
            m: -Ldeep
            host main.c:
            host: -Ldeep
        "#]],
    );
}

#[test]
fn what_is_taken_away_and_nobody_has_is_told() {
    let declare = |p: &mut Project| {
        p.flags(Flags::new().cflags(["-Wall"]).cflags(when("MODULES", "-Wshadow")).without("-O2"));
        p.include("./inc");
        let util = Library::new("util").sources("b.c").public(Flags::new().define("U", 1));
        p.add(util);
        let host = Executable::new("host").sources("main.c").cflags("-g").flags_for(
            "main.c",
            Flags::new().without(["-g", "-Iinc", "-Wall", "*", "-DU", "-Wshadow", "-Wshado"]),
        );
        p.add(host.flags(Flags::new().without(["-g", "-Wshadow"])));
    };
    check(
        declare,
        expect![[r#"
            util b.c: -Iinc -Wall -Wshadow -DU=1
            host main.c:
            warning: project "demo": nothing has the flag "-O2" that .without() takes away
              help: remove it: only flags of the levels outside can be taken away
            warning: executable "host": nothing has the flag "-g" that .without() takes away
              help: remove it: only flags of the levels outside can be taken away
            warning: executable "host", for "main.c": nothing has the flag "-Wshado" that .without() takes away
              help: did you mean "-Wshadow"?
        "#]],
    );
}

#[test]
fn where_nothing_obeys_flags() {
    let declare = |p: &mut Project| {
        p.add(Library::new("util").sources("b.c").flags(Flags::new().ldflags("-g")));
        let host = Executable::new("host").sources("main.c");
        p.add(host.flags_for("main.c", Flags::new().ldflags("-g").define("A B", 1)));
    };
    check(
        declare,
        expect![[r#"
        library "util": it has ldflags, and nothing links a library by itself
          help: give them to those who link it: .public(Flags::new().ldflags(…))

        executable "host": "A B" is no name for a macro
          help: write .define("NAME", VALUE); other arguments go to .cflags()

        executable "host": .flags_for("main.c") has ldflags, and nothing links a source by itself
          help: give them to the target
    "#]],
    );
}
