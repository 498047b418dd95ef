//! docs/arguments.md against what builds really pass: whatever modpin adds by itself stands there, and whatever stands there is added.

use std::collections::BTreeSet;

use modpin_test::skip::is_long;
use modpin_test::{Said, World};
use serde_json::Value;

use crate::program::Program;

const PAGE: &str = include_str!("../../../docs/arguments.md");

/// One of everything to which modpin adds something.
const PROJECT: &str = r#"{
  "format": 2, "name": "demo",
  "autoconf": { "force_include": true }, "options": [{ "name": "X", "kind": "bool" }],
  "targets": [
    { "kind": "library", "name": "one", "sources": ["one.c", "three.c"], "link": ["two"] },
    { "kind": "library", "name": "two", "sources": ["two.c", "four.c"], "link": ["one"] },
    { "kind": "shared-library", "name": "sh", "version": "1.2", "sources": ["sh.c"], "exports": ["sh"] },
    { "kind": "module", "name": "now", "sources": ["now.c"], "keep_system_libraries": ["m"] },
    { "kind": "module", "name": "lazy", "sources": ["lazy.c"], "binding": "lazy" },
    { "kind": "host-program", "name": "gen", "sources": ["gen.c"] },
    { "kind": "rule", "name": "made", "run": [{ "target": "gen" }, { "output": "made.h" }] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["one", "sh"], "loads": ["*"], "cycles": "group",
      "generated_headers": ["made"] },
    { "kind": "executable", "name": "all", "sources": ["all.c"], "exports": ["all"] }
  ]
}
"#;

const SOURCES: [(&str, &str); 10] = [
    ("one.c", "int two(void); int one(void) { return two(); }\n"),
    ("two.c", "int three(void); int two(void) { return three(); }\n"),
    ("three.c", "int four(void); int three(void) { return four(); }\n"),
    ("sh.c", "int sh(void) { return 1; }\n"),
    ("now.c", "int one(void); int now(void) { return one(); }\n"),
    ("lazy.c", "int two(void); int lazy(void) { return two(); }\n"),
    (
        "gen.c",
        "#include <stdio.h>\nint main(int n, char **to) { FILE *f = fopen(to[n - 1], \"w\"); return !f || fclose(f); }\n",
    ),
    ("four.c", "int four(void) { return 4; }\n"),
    ("main.c", "#include \"made.h\"\nint sh(void); int main(void) { return sh(); }\n"),
    ("all.c", "int main(void) { return 0; }\n"),
];

/// Every word of which modpin says that it is its own, or the compiler's for machine and profile.
fn words(world: &World, args: &str, words: &mut BTreeSet<String>) {
    for file in [
        "one.c",
        "sh.c",
        "now.c",
        "gen.c",
        "main.c",
        "tool",
        "all",
        "now",
        "lazy",
        "sh",
        "target/modpin/DIR/.modpin/link/now.mo",
    ] {
        let dir = if args.is_empty() { "debug" } else { "release" };
        let file = file.replace("DIR", dir);
        let said = world.modpin(&format!("explain {file} --message-format json {args}"));
        let answer = said.objects_of("explain").pop().expect("an answer");
        own_words(&answer, words);
    }
}

fn own_words(value: &Value, words: &mut BTreeSet<String>) {
    const OWN: [&str; 10] = [
        "toolchain",
        "path-map",
        "module-file",
        "module-name",
        "headers",
        "files",
        "link-mode",
        "exports",
        "library-order",
        "shared-libraries",
    ];
    if let Some(said) = value["words"].as_array()
        && OWN.iter().any(|own| value["from"] == **own)
    {
        let said = said.iter().filter_map(Value::as_str).filter(|word| word.starts_with(['-', '@']));
        words.extend(said.map(str::to_owned));
    }
    let of_list = value.as_array().into_iter().flatten();
    let of_object = value.as_object().into_iter().flat_map(|object| object.values());
    of_list.chain(of_object).for_each(|value| own_words(value, words));
}

/// The arguments in the first column of the page's tables, but for the last one, which has variables.
fn listed() -> Vec<&'static str> {
    let (tables, _) = PAGE.split_once("## Variables").expect("the last table");
    let rows = tables.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.flat_map(|(first, _)| first.split("`, `")).collect()
}

/// `…` stands for any text.
fn fits(pattern: &str, word: &str) -> bool {
    match pattern.split_once('…') {
        None => pattern == word,
        Some((start, end)) => word.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
    }
}

#[test]
fn what_modpin_passes_by_itself_stands_on_one_page() {
    if is_long("own_arguments::what_modpin_passes_by_itself_stands_on_one_page") {
        return;
    }
    let world = World::new(&SOURCES);
    world.write("demo.json", PROJECT);
    let mut passed = BTreeSet::new();
    for args in ["", "--release"] {
        world.modpin(&format!("build {args}")).has(0, "Finished");
        words(&world, args, &mut passed);
    }
    let listed = listed();
    let unlisted = passed.iter().filter(|word| !listed.iter().any(|pattern| fits(pattern, word)));
    let unlisted: Vec<_> = unlisted.collect();
    assert!(unlisted.is_empty(), "docs/arguments.md lacks {unlisted:?}");
    // What only some compilers are told.
    let of_some = [
        "-m64",
        "--target=…",
        "-march=…",
        "-Xassembler",
        "--MD",
        "-mno-omit-leaf-frame-pointer",
        "-r",
        "-no-pie",
        "-Wl,-r",
        "-Wl,--no-relax",
        "-flinker-output=nolto-rel",
    ];
    let idle = listed
        .iter()
        .filter(|pattern| !of_some.contains(pattern) && !passed.iter().any(|word| fits(pattern, word)));
    let idle: Vec<_> = idle.collect();
    assert!(idle.is_empty(), "docs/arguments.md has what nobody passes: {idle:?}");
}

#[test]
fn without_the_defaults_of_the_cc_crate_only_ours_are_left() {
    let world = World::new(&SOURCES);
    world.write("demo.json", PROJECT);
    let mut command = world.project("explain one.c");
    let said = Said::of(command.env("CRATE_CC_NO_DEFAULTS", "1"));
    said.has_both(0, "modpin, which keeps the checkout's path out", "");
    assert!(!said.out.contains("the compiler for this machine"), "{}", said.out);
}
