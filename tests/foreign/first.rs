//! Modules that need modules: which are to be loaded first, in which order, and that this helps.

use expect_test::expect;
use modpin::load_check::Report;
use modpin_test::World;
use modpin_test::look::word;

use super::{agreed, agreed_after};

/// `a` needs `b`, which needs `c`; `x` and `y` need each other.
fn world() -> World {
    let world = World::new(&[
        ("host.c", "int host(void) { return 1; }\nint main(void) { return 0; }\n"),
        ("a.c", "int b(void), host(void); int a(void) { return b() + host(); }\n"),
        ("b.c", "int c(void), host(void); int b(void) { return c() + host(); }\n"),
        ("c.c", "int host(void); int c(void) { return host(); }\n"),
        ("x.c", "int y(void); int x(void) { return y(); }\n"),
        ("y.c", "int x(void); int y(void) { return x(); }\n"),
        ("z.c", "int x(void), c(void), nobody(void); int z(void) { return x() + c() + nobody(); }\n"),
    ]);
    world.tool("cc", &["-rdynamic", "host.c", "-o", "host"]);
    world.tool("mkdir", &["modules", "circle"]);
    for (name, dir) in [("a", "modules"), ("b", "modules"), ("c", "modules")] {
        module(&world, name, dir);
    }
    for name in ["x", "y"] {
        module(&world, name, "circle");
    }
    world
}

fn module(world: &World, name: &str, dir: &str) {
    let (source, output) = (format!("{name}.c"), format!("{dir}/{name}.so"));
    world.tool("cc", &["-shared", "-fPIC", &source, "-o", &output]);
}

/// What is told of a module, without the directory of the world.
fn told(world: &World, report: &Report) -> String {
    let missing = report.missing.iter().map(|lost| format!("{} {:?} ", lost.symbol, lost.found_in));
    let missing: String = missing.collect();
    let text = format!("{} {missing}after {:?}", word(report.verdict), report.needs_modules);
    text.replace(&format!("{}/", world.root().display()), "")
}

#[test]
fn modules_that_were_named_come_in_the_order_of_a_loader() {
    let world = world();
    let reports = agreed(&world, "host", &["modules/a.so", "modules/b.so", "modules/c.so"]);
    let told: String = reports.iter().map(|report| told(&world, report) + "\n").collect();
    expect![[r#"
        missing-symbols b ["module modules/b.so"] after ["modules/c.so", "modules/b.so"]
        missing-symbols c ["module modules/c.so"] after ["modules/c.so"]
        loads after []
    "#]]
    .assert_eq(&told);
}

#[test]
fn who_names_one_is_told_what_lies_beside_it() {
    let world = world();
    // A second name of a file is no second file.
    world.tool("ln", &["-s", "b.so", "modules/0.so"]);
    world.tool("ln", &["-s", "c.so", "modules/c.so.1"]);
    world.write("modules/text.so", "no library\n");
    let reports = agreed(&world, "host", &["modules/a.so"]);
    expect![[
        r#"missing-symbols b ["modules/0.so, which lies beside it"] after ["modules/c.so", "modules/0.so"]"#
    ]]
    .assert_eq(&told(&world, &reports[0]));
    // What the user named is not looked for beside it.
    let reports = agreed(&world, "host", &["modules/a.so", "modules/b.so"]);
    expect![[r#"missing-symbols b ["module modules/b.so"] after ["modules/c.so", "modules/b.so"]"#]]
        .assert_eq(&told(&world, &reports[0]));
}

#[test]
fn a_host_by_another_name_changes_no_name_of_a_module() {
    let world = world();
    world.tool("ln", &["-s", "host", "link"]);
    world.tool("mkdir", &["hostile"]);
    module(&world, "a", "hostile");
    module(&world, "b", "hostile");
    module(&world, "c", "hostile");
    let reports = agreed(&world, "link", &["hostile/a.so", "hostile/b.so"]);
    expect![[r#"missing-symbols b ["module hostile/b.so"] after ["hostile/c.so", "hostile/b.so"]"#]]
        .assert_eq(&told(&world, &reports[0]));
}

#[test]
fn one_of_several_is_enough() {
    let world = world();
    world.write("two.c", "int b(void) { return 1; } int c(void) { return 2; }\n");
    world.write("both.c", "int b(void), c(void); int both(void) { return b() + c(); }\n");
    module(&world, "two", "modules");
    module(&world, "both", "modules");
    let names = ["modules/both.so", "modules/c.so", "modules/b.so", "modules/two.so"];
    let reports = agreed(&world, "host", &names);
    expect![[
        r#"missing-symbols b ["module modules/b.so", "module modules/two.so"] c ["module modules/c.so", "module modules/two.so"] after ["modules/two.so"]"#
    ]]
    .assert_eq(&told(&world, &reports[0]));
}

#[test]
fn modules_in_a_circle_are_no_advice() {
    let world = world();
    module(&world, "z", "circle");
    let reports = agreed(&world, "host", &["circle/x.so", "circle/z.so", "modules/c.so"]);
    let told: String = reports.iter().map(|report| told(&world, report) + "\n").collect();
    expect![[r#"
        missing-symbols y ["circle/y.so, which lies beside it"] after []
        missing-symbols c ["module modules/c.so"] nobody [] x ["module circle/x.so"] after []
        loads after []
    "#]]
    .assert_eq(&told);
}

#[test]
fn what_is_loaded_first_helps() {
    let world = world();
    let reports = agreed_after(&world, "host", &["modules/c.so", "modules/b.so"], &["modules/a.so"]);
    assert_eq!(told(&world, &reports[0]), "loads after []");
    // In the wrong order, and not at all: the first one that does not load is the trouble.
    let reports = agreed_after(&world, "host", &["modules/b.so"], &["modules/a.so", "modules/c.so"]);
    assert_eq!(
        told(&world, &reports[0]),
        r#"missing-symbols c ["module modules/c.so"] after ["modules/c.so"]"#
    );
    assert!(
        reports[1].detail.contains("b.so, which is loaded first, does not load"),
        "{}",
        reports[1].detail
    );
}
