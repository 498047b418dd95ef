//! `explain` and `graph` as users call them: exit codes, streams, what is built on the way and what is not.

use std::fs;

use modpin_test::{Said, World};
use serde_json::Value;

use crate::demo;
use crate::program::Program;

/// The demo, with a symbol that is called as the program is.
fn world() -> World {
    let world = demo::world();
    world.write("extra.c", "int extra(int x) { return x * 2; }\nint tool(void) { return 1; }\n");
    world
}

#[test]
fn a_symbol_is_explained_in_a_fresh_checkout() {
    let world = world();
    let said = world.modpin("explain extra");
    said.has_both(0, "extra\n  tool: pinned: ", "Linking target/modpin/debug/tool");
    said.has_both(0, "needed     module good: good.c:1\n", "");
    world.modpin("explain extra").has_both(0, "pinned", "nothing to do");
    world.modpin("explain base -q").has_both(0, "  tool: trimmed: ", "");
    world.modpin("explain --why-linked extra.o").has_both(0, "  tool: linked for module good only", "");
}

#[test]
fn a_name_that_nobody_knows_is_answered_with_one_that_is_near() {
    let world = world();
    world.modpin("explain extrra").has_both(1, "", "error: no symbol, target or file of this project is named \"extrra\"\n  help: did you mean \"extra\"?");
    world.modpin("explain god").has_both(1, "", "did you mean \"good\"?");
    world.modpin("explain bse.c").has_both(1, "", "did you mean \"base.c\"?");
    world.modpin("explain --why-linked extr.o").has_both(1, "", "did you mean \"extra.c.o\"?");
    world.modpin("explain").has_both(1, "", "required arguments were not provided");
}

#[test]
fn files_and_targets_are_looked_at_and_not_built() {
    let world = world();
    world.modpin("explain base.c").has_both(0, "needed for library util", "");
    world.modpin("explain good").has_both(0, "module good: loaded by executable tool\n", "");
    world.modpin("explain good").has_both(0, "  state      not built yet\n", "");
    world.modpin("explain net").has_both(0, "module net: not built, because NET=n\n", "");
    assert!(!world.path("target/modpin/debug/tool").exists(), "nothing was built");
    world.modpin("build").has_both(0, "", "");
    let object = "target/modpin/debug/.modpin/obj/libutil.a/base.c.o";
    world.modpin(&format!("explain {object}")).has_both(0, "  state      up to date\n", "");
    world.write("base.c", "int base(int x) { return x + 2; }\n");
    world.modpin(&format!("explain {object}")).has_both(
        0,
        "would run  Compiling base.c, because base.c changed\n",
        "",
    );
    world.modpin("build").has_both(0, "", "");
    world.modpin(&format!("explain {object}")).has_both(
        0,
        "last made  because base.c changed; it took ",
        "",
    );
}

#[test]
fn a_name_may_be_a_target_and_a_symbol() {
    let world = world();
    world.modpin("build").has_both(0, "", "");
    let said = world.modpin("explain tool --message-format json");
    let kinds: Vec<Value> = said.objects_of("explain")[0]["answers"]
        .as_array()
        .expect("answers")
        .iter()
        .map(|answer| answer["kind"].clone())
        .collect();
    assert_eq!(kinds, ["target", "symbol"]);
    assert_eq!(said.objects_of("finished").len(), 1);
}

#[test]
fn what_does_not_compile_is_told_and_the_rest_is_explained() {
    let world = world();
    world.modpin("build").has_both(0, "", "");
    world.write("good.c", "int extra(int); int good(void) { return extra(3) }\n");
    world.modpin("explain base").has_both(101, "  tool: trimmed: ", "good.c");
}

#[test]
fn a_name_may_be_typed_from_anywhere() {
    let world = world();
    world.write("sub/inner.h", "#define INNER 1\n");
    world.write("base.c", "#include \"sub/inner.h\"\nint base(int x) { return x + INNER; }\n");
    world.modpin("build").has_both(0, "", "");
    let from = |project: &str, name: &str| {
        let mut command = world.program("modpin -q --project");
        Said::of(command.args([project, "explain", name]).current_dir(world.path("sub"))).out
    };
    let absolute = world.path("demo.json");
    for project in ["../demo.json", "../sub/../demo.json", absolute.to_str().expect("text")] {
        assert!(from(project, "../base.c").starts_with("base.c\n"), "{project}");
        assert!(from(project, "inner.h").starts_with("sub/inner.h\n"), "{project}");
        assert!(from(project, world.path("base.c").to_str().expect("text")).starts_with("base.c\n"));
    }
    let link = world.path("link");
    std::os::unix::fs::symlink(world.root(), &link).expect("a link");
    assert!(from(link.join("demo.json").to_str().expect("text"), "../base.c").starts_with("base.c\n"));
}

#[test]
fn members_and_headers_are_found_by_less_than_their_names() {
    let world = world();
    world.write("sub/inner.h", "#define INNER 1\n");
    world.write("base.c", "#include \"sub/inner.h\"\nint base(int x) { return x + INNER; }\n");
    world.modpin("explain extra.c.o").has_both(
        0,
        "libutil.a(extra.c.o)\n  tool: linked for module good only",
        "",
    );
    world.modpin("explain libutil.a(extra.o)").has_both(0, "libutil.a(extra.c.o)\n", "");
    world.modpin("explain inner.h").has_both(1, "", "help: did you mean \"sub/inner.h\"?");
    world.modpin("explain sub/iner.h").has_both(1, "", "help: did you mean \"sub/inner.h\"?");
    world.modpin("explain --why-linked extra").has_both(
        1,
        "",
        "help: that is a symbol: `explain extra` tells of it",
    );
    world.modpin("explain /usr/bin/as").has_both(
        0,
        "  state      not made here: it lies outside of the project\n",
        "",
    );
}

#[test]
fn an_answer_says_what_it_does_not_know() {
    let world = world();
    world.write("good.c", "int extra(int); int good(void) { return extra(3) }\n");
    let said = world.modpin("explain extra");
    said.has_both(
        101,
        "extra\n",
        "warning: this was never built, so nothing that follows knows of it: ",
    );
    world.write("good.c", "int extra(int); int good(void) { return extra(3); }\n");
    world.modpin("build").has_both(0, "", "");
    assert!(!world.modpin("explain tool").err.contains("warning"));
    world.write("extra.c", "int extra(int x) { return x * 3; }\nint tool(void) { return 1; }\n");
    let old = "warning: what is said of the symbol tool is as of the last build, and something has changed since";
    world.modpin("explain tool").has_both(0, "tool\n", old);
    world.write("extra.c", "int extra(int x) { return x * 3 }\n");
    world.modpin("explain extra").has_both(
        101,
        "extra\n",
        "warning: what could not be built is told here as it was built last",
    );
    let said = world.modpin("explain extra --message-format json");
    assert!(
        said.objects_of("warning")[0]["message"]
            .as_str()
            .is_some_and(|text| text.contains("as it was built last"))
    );
}

#[test]
fn a_picture_is_a_file_or_a_text() {
    let world = world();
    let said = world.modpin("graph");
    said.has_both(0, "/target/modpin/debug/.modpin/graph.html\n", "");
    let page = fs::read_to_string(said.out.trim()).expect("a page");
    assert!(page.starts_with("<!doctype html>") && page.contains("extra"));
    world.modpin("graph -q -o page.html").has_both(0, "/page.html\n", "");
    assert_eq!(fs::read_to_string(world.path("page.html")).expect("a page"), page);
    assert_eq!(world.modpin("graph -q -o -").out, page);
    let dot = world.modpin("graph --format dot -q").out;
    assert!(dot.starts_with("digraph modpin {") && dot.ends_with("}\n"));
    let json: Value = serde_json::from_str(&world.modpin("graph --format json -q").out).expect("JSON");
    assert_eq!(json["project"], "demo");
    let said = world.modpin("graph --format dot --message-format json");
    assert_eq!(said.objects_of("graph")[0]["text"], dot.as_str());
    let said = world.modpin("graph --message-format json -o page.html");
    assert!(
        said.objects_of("graph")[0]["file"].as_str().is_some_and(|file| file.ends_with("/page.html"))
    );
    world.modpin("graph -o no/such/page.html").has_both(101, "", "cannot write the picture");
}

/// What an action is told to have changed for is what people have changed: symbols, modules, options.
#[test]
fn reasons_are_told_in_the_words_of_people() {
    let world = World::new(&[
        ("u1.c", "int f(void) { return 1; }\n"),
        ("u2.c", "int g(void) { return 1; }\n"),
        ("u3.c", "int h(void) { return 1; }\n"),
        ("m.c", "int f(void); int m(void) { return f(); }\n"),
        ("n.c", "int n(void) { return 1; }\n"),
        ("t.c", "int main(void) { return 0; }\n"),
    ]);
    let project = |more: &str| {
        format!(
            r#"{{"format":1,"name":"p","options":[{{"name":"NET","kind":"tristate","default":"m"}}],"targets":[
            {{"kind":"library","name":"u","sources":["u*.c"]}},{{"kind":"module","name":"m","sources":["m.c"]}},
            {{"kind":"module","name":"n","sources":["n.c"],"when":"NET"}},
            {{"kind":"executable","name":"t","sources":["t.c"],"link":["u"],"loads":["*"]{more}}}]}}"#
        )
    };
    world.write("demo.json", project(""));
    world.modpin("build").has(0, "Finished");
    world.write("m.c", "int f(void), g(void), h(void); int m(void) { return f() + g() + h(); }\n");
    let said = world.modpin("build --explain").err;
    for words in [
        "m.mo.syms changed: it needs 2 more symbols: g, h\n",
        "t.pins changed: module \"m\" needs 2 more symbols: g, h\n",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let other = world.modpin("build --explain -D NET=n").err;
    assert!(other.contains("Explaining the option NET is n, was m\n"), "{other}");
    assert!(other.contains("its work changed: without module n now\n"), "{other}");
    world.write("demo.json", project(r#","exports":["f"]"#));
    let exported = world.modpin("build --explain -D NET=n").err;
    assert!(exported.contains("its work changed: now with export f\n"), "{exported}");
    for said in [said, other, exported] {
        assert!(!said.contains(" { ") && !said.contains("Some("), "{said}");
    }
}
