//! The examples of rules, run.

#[test]
#[rustfmt::skip]
fn files_that_a_tool_makes() {
    use modpin_project::{Library, Project, Rule, input, output};

    let mut p = Project::new("demo", "/nowhere");
    let table = p.add(
        Rule::new("table")
            .run(["python3".into(), input("tools/mktable.py"), input("table.def"), output("table.c"), output("table.h")])
            .reads("table/*.inc"),
    );
    p.add(Library::new("t").sources("a.c").sources(table.output("table.c")).generated_headers(&table));
    assert_eq!(Project::from_json(&p.to_json().unwrap(), "x", "/nowhere").unwrap(), p);
}

#[test]
#[rustfmt::skip]
fn a_tool_that_looks_at_objects() {
    use modpin_project::{Library, Project, Rule, input, object};

    let mut p = Project::new("demo", "/nowhere");
    let core = p.add(Library::new("core").sources("core/*.c"));
    p.add(Rule::new("objtool").run([input("tools/objtool"), "--check".into(), object()]).on_objects_of(core).except("core/entry.c"));
}

#[test]
#[rustfmt::skip]
fn a_rule_in_rust() {
    use modpin_project::{Project, Rule, input, output};

    let mut p = Project::new("demo", "/nowhere");
    let rule = Rule::new("names").run([input("names.txt"), output("names.h")]);
    p.add(rule.step("1", |files| {
        let names = String::from_utf8(files.read("names.txt")?)?;
        let lines: Vec<String> = names.lines().map(|name| format!("extern int {name};\n")).collect();
        files.write("names.h", lines.concat().as_bytes())
    }));
}

#[test]
#[rustfmt::skip]
fn numbers_of_structures() {
    use modpin_project::{Executable, Offsets, Project};

    let mut p = Project::new("demo", "/nowhere");
    let offsets = p.add(Offsets::new("offsets", "offsets.c", "offsets.h").run("-Iinclude"));
    p.add(Executable::new("demo").sources(["main.c", "entry.S"]).generated_headers(offsets));
}

#[test]
#[rustfmt::skip]
fn a_file_for_each_object() {
    use modpin_project::{Library, Project, Rule, each, input, output, tool};

    let mut p = Project::new("demo", "/nowhere");
    let core = p.add(Library::new("core").sources("core/*.c"));
    let sizes = Rule::new("sizes").each_object_of(core).run([tool("size"), each()]);
    let sizes = p.add(sizes.stdout(output("{dir}/{stem}.size")));
    p.add(Rule::new("largest").run([input("tools/largest"), input(sizes.outputs())]).stdout(output("largest.txt")));
    assert_eq!(Project::from_json(&p.to_json().unwrap(), "x", "/nowhere").unwrap(), p);
}
