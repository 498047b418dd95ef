//! What is wrong with a symbol is told alike by `build`, `modules --check-load`, `explain` and `resolve`, with the way out.

use modpin_test::World;

use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2, "name": "shop",
  "targets": [
    { "kind": "library", "name": "store", "sources": ["store.c"] },
    { "kind": "library", "name": "extra", "sources": ["extra.c"] },
    { "kind": "module", "name": "html", "sources": ["html.c"] },
    { "kind": "module", "name": "other", "sources": ["other.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["store", "extra"], "loads": ["*"] }
  ]
}
"#;

/// With these sources in the place of those that are right.
fn world(wrong: &[(&str, &str)]) -> World {
    let world = World::new(&[
        ("demo.json", PROJECT),
        ("store.c", "int store_get(int key) { return key; }\nint store_put(int key) { return key; }\n"),
        ("extra.c", "int extra(void) { return 1; }\n"),
        ("html.c", "int store_get(int);\nint html(void) { return store_get(1); }\n"),
        ("other.c", "int other(void) { return 2; }\n"),
        ("main.c", "static int usage(void) { return 0; }\nint main(void) { return usage(); }\n"),
    ]);
    wrong.iter().for_each(|(path, text)| world.write(path, text));
    world
}

/// What each verb says of a symbol, both streams, and how it ends.
fn say(world: &World, symbol: &str) -> [(Option<i32>, String); 4] {
    let resolve = "resolve --host target/modpin/debug/tool target/modpin/debug/html.so";
    [
        "modpin --project demo.json build".to_owned(),
        "modpin --project demo.json modules --check-load".to_owned(),
        format!("modpin --project demo.json explain {symbol}"),
        format!("modpin {resolve}"),
    ]
    .map(|args| {
        let said = modpin_test::Said::of(&mut world.program(&args));
        (said.code, said.err + &said.out)
    })
}

/// `build` and `modules --check-load` say it in these words, `explain` and `resolve` in those.
#[track_caller]
fn check(wrong: &[(&str, &str)], symbol: &str, (refused, way_out): (&str, &str), others: [&str; 2]) {
    let world = world(wrong);
    let [build, load, explain, resolve] = say(&world, symbol);
    assert!(build.0 == Some(100) && build.1.contains(refused), "{}", build.1);
    for (code, text) in [build, load] {
        assert!(code == Some(100) && text.contains(way_out), "{text}");
        assert!(text.contains("html.c:3"), "the line: {text}");
    }
    for ((_, text), words) in [explain, resolve].into_iter().zip(others) {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn a_static_function_of_the_host() {
    check(
        &[("html.c", "int usage(void);\nint html(void) {\n  return usage();\n}\n")],
        "usage",
        (
            "usage is out of reach (needed by html.c:3): it is in target/modpin/debug/tool (main.c, static)",
            "  help: take `static` away from usage, or let a public function of the host call it\n",
        ),
        [
            "help: take `static` away, or let a public function call it",
            "usage; out of reach in target/modpin/debug/tool (main.c, static)",
        ],
    );
}

#[test]
fn a_library_of_the_system_that_was_forgotten() {
    check(
        &[("html.c", "double cbrt(double);\nint html(double x) {\n  return cbrt(x);\n}\n")],
        "cbrt",
        ("nothing defines cbrt (needed by html.c:3)", "link with it, .system_library(\"m\")\n"),
        ["link with it, .system_library(\"m\")", "cbrt; out of reach in /"],
    );
}

#[test]
fn a_misspelt_function() {
    check(
        &[("html.c", "int store_gte(int);\nint html(void) {\n  return store_gte(1);\n}\n")],
        "store_gte",
        (
            "nothing defines store_gte (needed by html.c:3)",
            "  help: store_gte: did you mean \"store_get\", which libstore.a(store.c.o) has?\n",
        ),
        ["did you mean \"store_get\"?", "store_gte; nobody defines it"],
    );
}

#[test]
fn what_the_program_itself_lacks() {
    let told = |main: &str, words: &str| {
        let world = world(&[("main.c", main)]);
        let said = world.modpin("build tool");
        assert!(said.code == Some(101) && said.err.contains(words), "{}", said.text());
    };
    told(
        "double cbrt(double);\nint main(int n, char **v) { return (int)cbrt(n + (v == 0)); }\n",
        "has cbrt: link with it, .system_library(\"m\")\n",
    );
    told(
        "int store_gte(int);\nint main(void) { return store_gte(1); }\n",
        "  help: did you mean \"store_get\", which libstore.a(store.c.o) has?\n",
    );
    told(
        "int program(void) { return 0; }\n",
        "  help: no source of this program defines `main`, at which it begins: ",
    );
    told(
        "int nowhere_at_all(void);\nint main(void) { return nowhere_at_all(); }\n",
        "  help: `explain nowhere_at_all` tells",
    );

    // Defined twice among its own sources, or by a header.
    let world =
        world(&[("other_main.c", "int main(void) { return 1; }\n"), ("one.h", "int one = 1;\n")]);
    world.write("demo.json", PROJECT.replace("[\"main.c\"]", "[\"*main.c\"]"));
    world
        .modpin("build tool")
        .has(101, "define \"main\"\n  help: a program has one: name its own sources only");
    for file in ["main.c", "other_main.c"] {
        world.write(file, format!("#include \"one.h\"\nint {}(void) {{ return one; }}\n", &file[..4]));
    }
    world
        .modpin("build tool")
        .has(101, "define \"one\"\n  help: a header declares it `extern`, and one source defines it\n");
    // A library that the host does not link.
    world.write("demo.json", PROJECT.replace("[\"store\", \"extra\"]", "[\"extra\"]"));
    world.write("main.c", "int main(void) { return 0; }\n");
    let said = world.modpin("build");
    said.has(
        100,
        "  help: link library \"store\" into the host, .link(\"store\"), or into the module\n",
    );
}

#[test]
fn two_archives_of_a_link_define_a_symbol() {
    let world = world(&[
        ("extra.c", "int extra(void) { return 1; }\nint store_get(int key) { return key; }\n"),
        (
            "main.c",
            "int store_put(int), extra(void);\nint main(void) { return store_put(0) - extra(); }\n",
        ),
    ]);
    // One library says that it links the other: that it takes nothing of it is not what is wrong.
    world.write("demo.json", PROJECT.replace("[\"extra.c\"]", "[\"extra.c\"], \"link\": [\"store\"]"));
    let words = "warning: executable \"tool\": the link takes libextra.a(extra.c.o) and libstore.a(store.c.o), which each define \
                 \"store_get\"\n  help: rename it in all but one, or make it static where only its own file uses it\n";
    let again = "  two files of this link define \"store_get\"\n  help: rename it in all but one, or make it static";
    let [build, load, explain, _] = say(&world, "store_get");
    assert!(
        build.0 == Some(101) && build.1.contains(words) && !build.1.contains("remove it"),
        "{}",
        build.1
    );
    for (_, text) in [&build, &load, &explain] {
        let (told, by_linker) = (text.find(again), text.find("efinition of"));
        assert!(
            told.is_some() && (by_linker.is_none() || told < by_linker),
            "before the linker's words: {text}"
        );
    }
    assert!(explain.1.contains("(linked as well)"), "{}", explain.1);
}

#[test]
fn a_module_that_gets_the_hosts_definition_in_the_place_of_its_own() {
    let world = world(&[
        ("html.c", "int store_get(int key) { return -key; }\nint html(void) { return store_get(1); }\n"),
        ("other.c", "int store_get(int);\nint other(void) { return store_get(1); }\n"),
    ]);
    let [build, load, explain, resolve] = say(&world, "store_get");
    let help = "help: rename one of them, or give the module's definition hidden visibility; where both have it of one library, the module need not link that";
    let words = "warning: module \"html\" defines \"store_get\", and gets that of host \"tool\"";
    assert!(build.1.contains(&format!("{words}\n  {help}\n")), "{}", build.1);
    let words = "  warning: it defines \"store_get\", and gets that of host \"tool\"\n";
    assert!(load.1.contains(&format!("html in tool: ok\n{words}")), "{}", load.1);
    let words =
        "module html: linked: the module has it itself, and gets that of host \"tool\" all the same\n";
    assert!(explain.1.contains(&format!("{words}    {help}\n")), "{}", explain.1);
    let words =
        "  warning: it defines \"store_get\", and gets that of host \"target/modpin/debug/tool\"\n";
    assert!(resolve.1.contains(words), "{}", resolve.1);
}

#[test]
fn what_a_module_prints_is_cut_between_lines_and_with_a_sign() {
    let print = "#include <stdio.h>\n#include <stdlib.h>\n__attribute__((constructor)) static void first(void) {\n\
                 for (int at = 0; at < 100; at++) fprintf(stderr, FORM, at);\nabort();\n}\n";
    let lines = format!("#define FORM \"%3d of what this module prints on its way\\n\"\n{print}");
    let world = world(&[("html.c", &lines)]);
    let said = world.modpin("modules --check-load").out;
    let last = said.lines().rfind(|line| line.ends_with("on its way")).expect("lines");
    let shown = said.matches("on its way\n").count();
    assert!(last.contains(&format!("{:3} of what", shown - 1)), "{said}");
    assert!(said.contains(&format!("  | … and {} more lines\n", 100 - shown)), "{said}");
    world.write("html.c", format!("#define FORM \"%100d\"\n{print}"));
    let said = world.modpin("modules --check-load").out;
    assert!(said.contains(" …\n") && !said.contains("99\n"), "{said}");
}

#[test]
fn names_that_are_nearly_right() {
    let world = world(&[]);
    let help = |args: &str, words: &str| {
        let said = world.modpin(args);
        assert!(said.code == Some(1) && said.err.contains(words), "{}", said.text());
    };
    help("explain htlm", "did you mean \"html\"?");
    help("build libstroe.a", "did you mean \"libstore.a\"?");
    help("build tol", "did you mean \"tool\"?");
    help("help explian", "similar subcommand");
    help("explian html", "similar subcommand");
    help(
        "-D X=y build",
        "an option of a verb stands in front of it\n\n  tip: cargo modpin --project demo.json build -D X=y\n",
    );
    help("build --target x86_64-unkown-linux-gnu", "did you mean \"x86_64-unknown-linux-gnu\"?");
    // What is right is done.
    world.modpin("explain html").has_both(0, "module html: loaded by executable tool", "");
    world.modpin("build libstore.a").has(0, "Finished");
    world.modpin("help explain").has_both(0, "Usage: cargo modpin explain", "");
    // A module is nothing to link.
    world.write("demo.json", PROJECT.replace("[\"store\", \"extra\"]", "[\"store\", \"html\"]"));
    help("build", "executable \"tool\" links \"html\", which is a module");
}
