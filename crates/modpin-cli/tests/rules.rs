//! A rule as users meet it: it is listed, built by its name, explained, and what it made goes when it goes.

use modpin_test::skip::is_missing;
use modpin_test::{Said, World};

use crate::demo;
use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "targets": [
    { "kind": "rule", "name": "table", "each": ["*.def"],
      "run": ["sed", "-e", "s/.*/int & = 0;/"], "stdin": { "input": "{each}" }, "stdout": { "output": "{stem}.c" } },
    { "kind": "executable", "name": "tool", "sources": ["main.c", "{rule:table:table.c}"] }
  ]
}
"#;

#[test]
fn verbs_know_what_rules_make() {
    let world = demo::world();
    world.write("demo.json", PROJECT);
    world.write("table.def", "table\n");
    world.write("main.c", "extern int table; int main(void) { return table; }\n");
    let list = world.modpin("list").out;
    assert!(list.contains("rule        table  target/modpin/debug/.modpin/gen/table.c\n"), "{list}");
    let listed = world.modpin("list --json").objects_of("target");
    assert!(listed.iter().any(|it| it["kind"] == "rule" && it["name"] == "table"), "{listed:?}");
    world.modpin("build table").has(0, "Generating");
    assert!(world.built(".modpin/gen/table.c").exists() && !world.built("tool").exists());
    world.modpin("explain table").has_both(0, "makes gen/table.c", "");
    world.modpin("build").has(0, "Finished");
    assert_eq!(world.printed("tool", &[]), "");
    world.modpin("explain target/modpin/debug/.modpin/gen/table.c").has_both(0, "table", "");
    world.modpin("build -vv table").has(0, "Finished");

    // The same file as a source: what the rule made is nobody's any more.
    let mut project: serde_json::Value = serde_json::from_str(PROJECT).expect("JSON");
    project["targets"].as_array_mut().expect("a list").remove(0);
    project["targets"][0]["sources"] = serde_json::json!(["main.c", "table.c"]);
    world.write("demo.json", project.to_string());
    world.write("table.c", "int table;\n");
    world.modpin("build").has(0, "Finished");
    assert!(!world.built(".modpin/gen").exists());

    world.write("demo.json", PROJECT);
    world.modpin("build").has(1, "its output \"table.c\" is there among the sources");
    std::fs::remove_file(world.path("table.c")).expect("it was there");
    world.modpin("build").has(0, "Finished");
    follows_tools_of_the_compiler(&world);
    if !is_missing("strace", "what rules read") {
        check_reads(&world);
    }
    world.modpin("clean").has(0, "Removed");
    assert!(!world.built("").exists());
}

/// What belongs to the compiler is an input of the rule that starts it.
fn follows_tools_of_the_compiler(world: &World) {
    let mut project: serde_json::Value = serde_json::from_str(PROJECT).expect("JSON");
    project["targets"].as_array_mut().expect("a list").push(serde_json::json!({
        "kind": "rule", "name": "sizes", "run": [{ "tool": "size" }, { "target": "tool" }], "stdout": "sizes.txt",
    }));
    world.write("demo.json", project.to_string());
    std::fs::create_dir(world.path("binutils")).expect("a directory");
    let sizes = |text: &str| {
        world.script("binutils/size", &format!("#!/bin/sh\necho {text}\n"));
        let mut build = world.project("build sizes");
        Said::of(build.env("COMPILER_PATH", world.path("binutils"))).has(0, "Finished");
        world.read("target/modpin/debug/.modpin/gen/sizes.txt")
    };
    assert_eq!((sizes("one").trim(), sizes("two").trim()), ("one", "two"));
    world.write("demo.json", PROJECT);
}

/// What a tool reads and no rule declares is named, until somebody declares it, or the tool itself tells.
fn check_reads(world: &World) {
    // It runs elsewhere than in the root, and names its files from there; so it does a program of the project.
    std::fs::copy("/bin/cat", world.path("helper")).expect("a program");
    let sum = "#!/bin/sh\n../helper ../table.def '../an extra.txt' ../told.txt > $1\necho x: ../told.txt > $2\n";
    world.script("sum", sum);
    world.write("sub/place", "");
    world.write("an extra.txt", "1\n");
    world.write("told.txt", "1\n");
    let with = |reads: &[&str]| {
        let mut project: serde_json::Value = serde_json::from_str(PROJECT).expect("JSON");
        let run = serde_json::json!([{ "input": "sum" }, { "output": "sum.txt" }, { "depfile": "sum.d" }, ">"]);
        let rule = serde_json::json!({ "kind": "rule", "name": "sum", "cwd": "sub", "run": run, "reads": reads });
        project["targets"].as_array_mut().expect("a list").push(rule);
        world.write("demo.json", project.to_string());
    };
    with(&["table.def"]);
    let said = world.modpin("build --check-reads");
    said.has(101, "rule \"sum\" reads an extra.txt, which it does not declare");
    said.has(101, "rule \"sum\" reads helper, which it does not declare");
    assert_eq!(said.err.matches("does not declare").count(), 2, "{}", said.err);
    said.has(101, "rule \"sum\" has the argument \">\", which its tool gets as it is");
    with(&["table.def", "an extra.txt", "helper"]);
    world.modpin("build --check-reads").has(0, "what 2 commands of rules read");
    assert!(world.path("target/modpin/debug-reads").exists());
    // A rule that is a part of compilations.
    world.script("look", "#!/bin/sh\ntest -s $1 && cat looked.txt\n");
    world.write("looked.txt", "1\n");
    let mut project: serde_json::Value = serde_json::from_str(PROJECT).expect("JSON");
    project["targets"].as_array_mut().expect("a list").push(serde_json::json!({
        "kind": "rule", "name": "look", "run": [{ "input": "look" }, "{object}"], "on_objects_of": ["tool"],
    }));
    world.write("demo.json", project.to_string());
    let said = world.modpin("build --check-reads");
    said.has(101, "error: rule \"look\" reads looked.txt, which it does not declare");
    assert_eq!(said.err.matches("does not declare").count(), 1, "{}", said.err);
    world.modpin("build").has(0, "Finished");
    world.write("demo.json", PROJECT);
}
