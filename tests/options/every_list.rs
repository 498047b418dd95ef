//! Every list of every target, of the project and of directories takes entries under a condition (row G12): where it holds, the project is
//! the same as one that says the entry plainly, and where it does not, the same as one without it.

use modpin::{Config, Project, Resolved, resolve};
use modpin_test::World;
use serde_json::{Value, json};

/// A list, what it has in any case, and what it has under a condition.
type List = (&'static str, &'static [&'static str], &'static str);

/// How something is compiled and linked.
const FLAGS: [List; 10] = [
    ("includes", &[], "inc"),
    ("system_includes", &[], "inc"),
    ("defines", &[], "A"),
    ("cppflags", &[], "-DB"),
    ("cflags", &[], "-DC"),
    ("cxxflags", &[], "-DD"),
    ("asflags", &[], "-DE"),
    ("ldflags", &[], "-Wl,-z,now"),
    ("without", &[], "-DQ"),
    ("generated_headers", &[], "table"),
];
/// What all that is compiled has.
const CODE: [List; 5] = [
    ("sources", &["x.c", "a.S"], "b.cc"),
    ("exclude", &[], "a.S"),
    ("link", &["one"], "other"),
    ("system_libraries", &["m"], "dl"),
    ("keep_system_libraries", &["m"], "dl"),
];
const PLACES: [List; 2] =
    [("ldflags_before_objects", &[], "-Wl,-z,now"), ("ldflags_before_libraries", &["-g"], "-Wl,-z,now")];
const LIBRARY: [List; 1] = [("link_args", &["{archive}"], "-Wl,-z,now")];
const MODULE: [List; 2] = [("needs", &[], "aside"), ("needs_later", &[], "aside")];
const EXECUTABLE: [List; 4] = [
    ("loads", &["aside"], "within"),
    ("builds_in", &["within"], "aside"),
    ("components", &["b.cc"], "a.S"),
    ("exports", &["x"], "b"),
];
const SHARED: [List; 2] = [("exports", &["x"], "b"), ("undefined", &["x"], "b")];
const GROUP: [List; 1] = [("targets", &["one"], "other")];

/// The same list four times: with its entry, with the entry under a condition, under one that is misspelt, without it.
fn versions((_, always, entry): List) -> [Value; 4] {
    let under = |when: &str| vec![json!({ "when": when, "then": [entry] })];
    let entries = [vec![json!(entry)], under("ON"), under("OM"), vec![]];
    entries.map(|entries| always.iter().map(|text| json!(text)).chain(entries).collect())
}

/// A project with a target, a list of which is to be looked at, and with all that it may name.
fn project(mut all: Value, target: Value) -> Value {
    let file = |name: &str| json!({ "kind": "library", "name": name, "sources": ["l.c"] });
    let module =
        |name: &str| json!({ "kind": "module", "name": name, "sources": ["l.c"], "built_in": true });
    let run = json!(["true", { "output": "table.h" }]);
    // A host loads the module, or links the library.
    let mut host = json!({ "kind": "executable", "name": "host", "sources": ["l.c"] });
    let kind = target["kind"].as_str().unwrap_or_default();
    let linked = matches!(kind, "library" | "shared-library");
    host["link"] = if linked { json!(["x"]) } else { json!([]) };
    host["loads"] = if kind == "module" { json!(["x", "aside"]) } else { json!([]) };
    all["format"] = json!(2);
    all["name"] = json!("demo");
    all["options"] = json!([{ "name": "ON", "kind": "bool" }]);
    let rule = json!({ "kind": "rule", "name": "table", "run": run });
    // All that a host program may link is looked up for the build machine.
    let maker =
        json!({ "kind": "host-program", "name": "maker", "sources": ["l.c"], "link": ["one", "other"] });
    let named = [file("one"), file("other"), module("aside"), module("within"), rule, maker];
    all["targets"] = named.into_iter().chain([target, host]).collect();
    all
}

fn resolved(world: &World, project: &Value, setting: &str) -> modpin::Result<Resolved> {
    let project = Project::from_json(&project.to_string(), "p.json", world.root())?;
    let mut config = Config::default();
    config.set_from_text(&project.options, setting)?;
    let resolved = resolve(&project, &config, world.root())?;
    // What is said of the option that is asked about or not, and of what is left out, is another matter.
    Ok(Resolved { warnings: vec![], left_out: vec![], looked_up: Default::default(), ..resolved })
}

/// Says the list in a project, in each version, and compares what becomes of them.
fn check(world: &World, what: &str, list: List, say: impl Fn(Value) -> Value) {
    let [plain, under, misspelt, without] = versions(list).map(say);
    let what = format!("{what}, {}", list.0);
    let said = resolved(world, &misspelt, "ON=y").expect_err(&what).to_string();
    assert!(said.contains("\"OM\"") && said.contains("did you mean \"ON\"?"), "{what}: {said}");
    let resolved = |project: &Value, setting: &str| {
        let resolved = resolved(world, project, setting);
        resolved.unwrap_or_else(|error| panic!("{what}, {setting}: {error}\n{project:#}"))
    };
    let [plain, without] = [(&plain, "ON=y"), (&without, "ON=n")].map(|(project, setting)| {
        let (expected, found) = (resolved(project, setting), resolved(&under, setting));
        assert!(found == expected, "{what}, {setting}:\n{found:#?}\nis not\n{expected:#?}");
        expected
    });
    let Resolved { options, .. } = plain.clone();
    assert!(plain != Resolved { options, ..without }, "{what}: the entry says nothing");
}

#[test]
fn every_list_takes_entries_under_a_condition() {
    let world = World::new(&[("x.c", ""), ("a.S", ""), ("b.cc", ""), ("l.c", ""), ("inc/x.h", "")]);
    world.write("sub/x.c", "");
    std::fs::create_dir_all(world.path("sub/inc")).expect("a directory");
    let compiled: [(&str, &[List]); 5] = [
        ("library", &LIBRARY),
        ("module", &MODULE),
        ("executable", &EXECUTABLE),
        ("shared-library", &SHARED),
        ("host-program", &[]),
    ];
    let mut count = 0;
    for (kind, own) in compiled {
        let places = if kind == "library" { &[][..] } else { &PLACES };
        for &list in CODE.iter().chain(places).chain(own).chain(&FLAGS) {
            // Nothing links a library by itself.
            if (kind, list.0) == ("library", "ldflags") {
                continue;
            }
            check(&world, kind, list, |entries| {
                let mut target = json!({ "kind": kind, "name": "x", "sources": ["x.c", "a.S", "b.cc"] });
                if list.0 == "needs_later" {
                    target["binding"] = json!("lazy");
                }
                target[list.0] = entries;
                project(json!({ "defines": ["Q"] }), target)
            });
            count += 1;
        }
    }
    let group = json!({ "kind": "group", "name": "x" });
    check(&world, "group", GROUP[0], |entries| {
        let mut target = group.clone();
        target["targets"] = entries;
        project(json!({}), target)
    });
    let sources = json!(["x.c", "a.S", "b.cc"]);
    for list in FLAGS {
        let code = json!({ "kind": "executable", "name": "x", "sources": sources });
        if list.0 != "without" {
            check(&world, "project", list, |entries| project(json!({ list.0: entries }), code.clone()));
        }
        for level in ["flags", "below"] {
            check(&world, level, list, |entries| {
                let inside = json!({ "kind": "executable", "name": "x", "sources": ["x.c"] });
                let flags = json!({ list.0: entries });
                let dir = json!({ "kind": "dir", "dir": "sub", level: flags, "targets": [inside] });
                project(json!({ "defines": ["Q"], "cxxflags": ["-DZ"] }), dir)
            });
        }
        check(&world, "public", list, |entries| {
            let public = json!({ list.0: entries });
            let library =
                json!({ "kind": "library", "name": "x", "sources": sources, "public": public });
            project(json!({ "defines": ["Q"] }), library)
        });
        if !matches!(list.0, "ldflags" | "generated_headers") {
            for field in ["flags_for", "sources_as"] {
                check(&world, field, list, |entries| {
                    let flags = json!({ list.0: entries });
                    let of = json!([{ "sources": "*", "flags": flags }]);
                    let again = json!([{ "as": "again", "sources": sources, "flags": flags }]);
                    let said = if field == "flags_for" { of } else { again };
                    let mut target = code.clone();
                    target[field] = said;
                    project(json!({ "defines": ["Q"] }), target)
                });
                count += 1;
            }
        }
        count += 4;
    }
    check(&world, "sources_as", CODE[0], |entries| {
        let again = json!([{ "as": "again", "sources": entries }]);
        let target =
            json!({ "kind": "executable", "name": "x", "sources": sources, "sources_as": again });
        project(json!({}), target)
    });
    assert!(count > 130, "{count} lists");
}
