//! What a newcomer gets wrong, each mistake with the words that he reads before anything runs. Whether a mistake is found in all of
//! its forms is tested where it is found.

use expect_test::{Expect, expect};
use modpin::{
    Config, Executable, Library, Module, Opt, Probe, Probed, Project, Rule, configure, input, output,
    resolve, when,
};
use modpin_test::World;

/// What is said of a declaration: its errors, or its warnings if it has none.
fn check(declare: impl Fn(&mut Project), expected: Expect) {
    let world = World::new(&[("main.c", ""), ("util/a.c", ""), ("net/n.c", "")]);
    let mut project = Project::new("demo", world.root());
    declare(&mut project);
    let mut config = Config { probes: Probed::of(&project.probes), ..Config::default() };
    for probe in &project.probes {
        config.set_from_text(&project.options, &format!("{}=y", probe.word())).expect("an answer");
    }
    let said = match configure(&project.options, &config)
        .and_then(|_| resolve(&project, &config, world.root()))
    {
        Ok(resolved) => {
            resolved.warnings.iter().map(|warning| format!("warning: {warning}\n")).collect()
        }
        Err(error) => format!("error: {error}\n"),
    };
    expected.assert_eq(&said);
}

#[test]
fn a_misspelt_option_probe_or_word() {
    check(
        |p| {
            p.option(Opt::bool("CRYPT"));
            p.probe(Probe::header("sys/epoll.h"));
            p.add(Library::new("util").sources("util/*.c").defines(when("CRIPT", "A")));
            p.add(Library::new("more").sources("util/*.c").defines(when("HAVE_SYS_EPOL_H", "A")));
            p.add(Library::new("last").sources("util/*.c").defines(when("TARGET_ARC = 'x86_64'", "A")));
        },
        expect![[r#"
            error: library "util" asks in a list for "CRIPT", which is no option of the project
              help: did you mean "CRYPT"?

            library "more" asks in a list for "HAVE_SYS_EPOL_H", which is no option of the project
              help: did you mean "HAVE_SYS_EPOLL_H"?

            library "last" asks in a list for "TARGET_ARC", which is no option of the project
              help: did you mean "TARGET_ARCH"?
        "#]],
    );
}

#[test]
fn options_that_ask_each_other_in_a_circle() {
    check(
        |p| {
            p.option(Opt::bool("A").depends_on("B"));
            p.option(Opt::bool("B").depends_on("A"));
        },
        expect![[r#"
            error: options ask each other in a circle: A asks B asks A
              help: an option asks those in its conditions, defaults and range, and those that select or imply it; take one of these away
        "#]],
    );
}

#[test]
fn a_select_whose_target_cannot_be() {
    check(
        |p| {
            p.option(Opt::bool("NET"));
            p.option(Opt::bool("TLS").depends_on("NET"));
            p.option(Opt::bool("HTTPS").select("TLS").default(true));
        },
        expect![[r#"
            error: option "HTTPS" selects "TLS", which depends on NET; NET=n (default)
              help: let HTTPS depend on it too, or use imply; HTTPS=y (default)
        "#]],
    );
}

#[test]
fn a_condition_that_can_never_hold() {
    check(
        |p| {
            p.option(Opt::tristate("CRYPT").default("m"));
            p.add(
                Executable::new("tool")
                    .sources("main.c")
                    .sources(when("CRYPT = 'm' && CRYPT", "util/a.c")),
            );
        },
        expect![[r#"
            warning: executable "tool": "CRYPT = 'm' && CRYPT" never holds
              help: in a list, an option that is m counts as on only for a module that hosts load; X != 'n' is X in any form
        "#]],
    );
}

#[test]
fn a_link_to_what_is_off_or_is_not() {
    check(
        |p| {
            let net = p.option(Opt::bool("NET"));
            p.dir("net", |d| _ = d.add(Library::new("net").sources("n.c"))).unwrap().when(net);
            p.add(Executable::new("tool").sources("main.c").link(["net", "nett"]));
        },
        expect![[r#"
            error: executable "tool" links library "net", which is not built: NET=n
              help: link it where it is there: .link(when(CONDITION, "net"))

            executable "tool" links "nett", which is no library of the project
              help: did you mean "net"?
        "#]],
    );
}

#[test]
fn a_glob_that_matches_nothing_where_its_condition_holds() {
    check(
        |p| {
            let on = p.option(Opt::bool("ON").default(true));
            let off = p.option(Opt::bool("OFF"));
            let util = Library::new("util").sources("util/a.c").sources(when(on, "utill/*.c"));
            p.add(util.sources(when(off, "nowhere/*.c")));
        },
        expect![[r#"
            error: library "util": no file matches "utill/*.c"
              help: did you mean "util/*.c"?
        "#]],
    );
}

#[test]
fn two_targets_with_one_output() {
    check(
        |p| {
            p.add(Library::new("util").sources("util/a.c"));
            p.add(Executable::new("libutil.a").sources("main.c"));
        },
        expect![[r#"
            error: library "util" and executable "libutil.a" would both become libutil.a
              help: rename one of them
        "#]],
    );
}

#[test]
fn a_flag_twice_with_different_values() {
    check(
        |p| {
            p.cflags(["-O2", "-O3"]);
            p.add(Library::new("util").sources("util/a.c").define("SIZE", 1).define("SIZE", 2));
        },
        expect![[r#"
            warning: project "demo": its cflags hold "-O2" and "-O3"
              help: the last one counts: remove the other, or put each under a condition
            warning: library "util": its defines hold "SIZE=1" and "SIZE=2"
              help: the last one counts: remove the other, or put each under a condition
        "#]],
    );
}

#[test]
fn an_option_that_nobody_asks_about_and_a_module_that_nobody_loads() {
    check(
        |p| {
            p.option(Opt::bool("IDLE"));
            p.add(Module::new("net").sources("net/n.c"));
            p.add(Executable::new("tool").sources("main.c"));
        },
        expect![[r#"
            warning: option "IDLE": nothing asks about it
              help: put something under it: .when(), when(), depends_on; or let C see it: .autoconf()
            warning: module "net": no executable loads it or builds it in
              help: add .loads("net") to its host, or remove the module
        "#]],
    );
}

#[test]
fn names_and_arguments_as_a_command_line_has_them() {
    check(
        |p| {
            p.cflags("-O2 -Wall");
            p.add(Module::new("net.so").sources("net/n.c").ldflags("-Wl,-O1 -Wl,-z,relro"));
            p.add(Executable::new("tool").sources("main.c").loads("*"));
        },
        expect![[r#"
            warning: project "demo": its cflags hold "-O2 -Wall", which is one argument
              help: write each by itself: ["-O2", "-Wall"]
            warning: module "net.so": its ldflags hold "-Wl,-O1 -Wl,-z,relro", which is one argument
              help: write each by itself: ["-Wl,-O1", "-Wl,-z,relro"]
            warning: module "net.so": its file will be net.so.so
              help: leave .so out of the name
        "#]],
    );
    check(
        |p| {
            p.add(Executable::new("tool").sources("main.c").system_library([
                "libm.so",
                "libz.so.1",
                "m",
            ]));
            p.add(Library::new("util").sources("util/a.c").system_library("libcrypto.a"));
        },
        expect![[r#"
            error: executable "tool": "libm.so" is no name of a system library
              help: write what stands after -l: .system_library("m")

            executable "tool": "libz.so.1" is no name of a system library
              help: write what stands after -l: .system_library("z")

            library "util": "libcrypto.a" is no name of a system library
              help: write what stands after -l: .system_library("crypto")
        "#]],
    );
}

#[test]
fn a_source_that_a_rule_makes_or_that_lacks_its_ending() {
    check(
        |p| {
            p.add(Rule::new("gen").run(["cp".into(), input("util/a.c"), output("gen.c")]));
            p.add(Executable::new("tool").sources(["main.c", "gen.c", "util/a"]));
            let odd = r#"{ "format": 2, "name": "d", "targets": [{ "kind": "rule", "name": "odd", "run": [{ "program": "cp" }, { "output": "x" }] }] }"#;
            let odd = Project::from_json(odd, "odd", "/nowhere").expect("a project");
            odd.targets.iter().for_each(|target| p.targets.push(target.clone()));
        },
        expect![[r#"
            error: executable "tool": the source "gen.c" is missing
              help: rule "gen" makes it: name it by that rule's .output()

            executable "tool": the source "util/a" is missing
              help: did you mean "util/a.c"?

            rule "odd" starts the program of "cp", which is no probe for a program
              help: a program's own name is a text, "cp"; what a probe has found is named by p.probe(Probe::program("cp"))
        "#]],
    );
}
