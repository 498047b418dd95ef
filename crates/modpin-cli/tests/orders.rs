//! The order of archives is the same at every run: in fresh processes, whatever `-j` says, built at once or bit by bit.

use std::collections::BTreeSet;
use std::fs;

use modpin_test::skip::is_long;
use modpin_test::{Said, World, reliability::count};

use crate::program::Program;

/// How often: each process hashes names with other keys. Six see every way of building once.
fn runs() -> usize {
    count(6, 60)
}

/// Libraries that need each other here and there, with symbols that several define, and a program that links all.
fn world() -> World {
    let world = World::new(&[]);
    let mut targets = Vec::new();
    let mut main = String::new();
    for at in 0..9 {
        let (next, other) = ((at * 4 + 5) % 9, (at * 2 + 3) % 9);
        let text = format!(
            "int f{next}(void); int g{other}(void);\n\
             int f{at}(void) {{ return {at} ? f{next}() : 0; }}\nint h{at}(void) {{ return g{other}(); }}\n"
        );
        world.write(&format!("a{at}.c"), &text);
        world.write(&format!("b{at}.c"), format!("int g{at}(void) {{ return {at}; }}\n"));
        world.write(&format!("c{at}.c"), "int both(void) { return 1; }\n");
        targets.push(format!(
            r#"{{ "kind": "library", "name": "l{at}", "sources": ["a{at}.c", "b{at}.c", "c{at}.c"] }}"#
        ));
        main += &format!("int h{at}(void);\n");
    }
    let calls: Vec<String> = (0..9).map(|at| format!("h{at}()")).collect();
    world.write(
        "main.c",
        format!(
            "{main}int both(void);\nint main(void) {{ return ({}) == both(); }}\n",
            calls.join(" + ")
        ),
    );
    let names: Vec<String> = (0..9).map(|at| format!("\"l{at}\"")).collect();
    targets.push(format!(
        r#"{{ "kind": "executable", "name": "tool", "sources": ["main.c"], "link": [{}], "cycles": "group" }}"#,
        names.join(", ")
    ));
    world.write(
        "p.json",
        format!(r#"{{ "format": 1, "name": "p", "targets": [{}] }}"#, targets.join(", ")),
    );
    world
}

fn modpin(world: &World, args: &str) -> Said {
    Said::of(&mut world.program(&format!("modpin {args}")))
}

/// What is printed, of what ends well.
fn printed(world: &World, args: &str) -> String {
    let said = modpin(world, args);
    said.has(0, "");
    said.out
}

#[test]
fn an_order_is_the_same_at_every_run() {
    if is_long("orders::an_order_is_the_same_at_every_run") {
        return;
    }
    let world = world();
    let link = world.built(".modpin/link");
    let mut seen = BTreeSet::new();
    for run in 0..runs() {
        if run % 3 == 0 {
            let _ = fs::remove_dir_all(world.path("target"));
        }
        // Otherwise the order alone is worked out again.
        let _ = fs::remove_file(link.join("tool.libs"));
        let jobs = ["-j1", "-j2", "-j8"][run % 3];
        if run % 2 == 1 {
            printed(&world, &format!("--project p.json build -q {jobs} l3 l7"));
        }
        printed(&world, &format!("--project p.json build -q {jobs}"));
        let text = |name: &str| fs::read_to_string(link.join(name)).expect("a file of the build");
        seen.insert((text("tool.libs"), text("tool.order.json")));
    }
    assert_eq!(seen.len(), 1, "{seen:#?}");
    let archives: Vec<String> = (0..9).map(|at| format!("target/modpin/debug/libl{at}.a")).collect();
    let order = format!("order {}", archives.join(" "));
    let orders: BTreeSet<String> = (0..runs()).map(|_| printed(&world, &order)).collect();
    assert_eq!(orders.len(), 1, "{orders:#?}");
}

/// A need of a library that the program does not link is the linker's to tell, and `explain`'s to follow.
#[test]
fn what_no_library_of_a_link_has_is_found_in_others() {
    let world = World::new(&[]);
    world.write("a.c", "int g_needed(void);\nint f(void) { return g_needed(); }\n");
    world.write("b.c", "int g_needed(void) { return 1; }\n");
    world.write("main.c", "int f(void); int main(void) { return f(); }\n");
    let library =
        |name: &str| format!(r#"{{ "kind": "library", "name": "{name}", "sources": ["{name}.c"] }}"#);
    let tool = r#"{ "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["a"] }"#;
    let project = format!(
        r#"{{ "format": 1, "name": "p", "targets": [{}, {}, {tool}] }}"#,
        library("a"),
        library("b")
    );
    world.write("p.json", &project);
    let said = modpin(&world, "--project p.json build");
    assert!(
        !said.success() && said.err.contains("  help: libb.a has g_needed: link it, .link(\"b\")\n"),
        "{}",
        said.err
    );
    let told = modpin(&world, "--project p.json explain g_needed").out;
    assert!(told.contains("needed     liba.a(a.c.o), a.c:2\n"), "{told}");
    assert!(
        told.contains("elsewhere  libb.a(b.c.o), out of reach\n") && !told.contains("did you mean"),
        "{told}"
    );
}
