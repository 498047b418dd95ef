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

/// What some lists say: each its entry, under this condition if there is one, or none.
fn said(lists: &[List], entry: impl Fn(&List) -> Option<Value>) -> Value {
    let of = |list: &List| {
        let always = list.1.iter().map(|text| json!(text));
        (list.0.to_owned(), always.chain(entry(list)).collect())
    };
    Value::Object(lists.iter().map(of).collect())
}

fn under(condition: &str, list: &List) -> Option<Value> {
    Some(json!({ "when": condition, "then": [list.2] }))
}

/// An object with more fields.
fn with(mut object: Value, more: &Value) -> Value {
    let fields = more.as_object().expect("an object").clone();
    object.as_object_mut().expect("an object").extend(fields);
    object
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

/// Has a project say the lists plainly, under a condition, under misspelt ones and without the entries, and compares what becomes of it.
fn check(world: &World, what: &str, lists: &[List], say: impl Fn(&Value) -> Value) {
    let what = format!("{what}, {:?}", lists.iter().map(|list| list.0).collect::<Vec<_>>());
    let no_option = |list: &List| format!("NOT_{}", list.0.to_uppercase());
    let misspelt = say(&said(lists, |list| under(&no_option(list), list)));
    let error = resolved(world, &misspelt, "ON=y").expect_err(&what).to_string();
    let is_told = |list: &&List| error.contains(&format!("{:?}, which is no option", no_option(list)));
    assert_eq!(lists.iter().find(|list| !is_told(list)), None, "{what}: {error}");
    let resolved = |project: &Value, setting: &str| {
        let resolved = resolved(world, project, setting);
        resolved.unwrap_or_else(|error| panic!("{what}, {setting}: {error}\n{project:#}"))
    };
    let conditional = say(&said(lists, |list| under("ON", list)));
    let plain = say(&said(lists, |list| Some(json!(list.2))));
    let without = say(&said(lists, |_| None));
    for (project, setting) in [(plain, "ON=y"), (without, "ON=n")] {
        let (expected, found) = (resolved(&project, setting), resolved(&conditional, setting));
        assert!(found == expected, "{what}, {setting}:\n{found:#?}\nis not\n{expected:#?}");
    }
    let Resolved { options, .. } = resolved(&conditional, "ON=n");
    let on = resolved(&conditional, "ON=y");
    assert!(Resolved { options, ..on } != resolved(&conditional, "ON=n"), "{what}: they say nothing");
}

#[test]
fn every_list_takes_entries_under_a_condition() {
    let world = World::new(&[("x.c", ""), ("a.S", ""), ("b.cc", ""), ("l.c", ""), ("inc/x.h", "")]);
    world.write("sub/x.c", "");
    world.write("sub/inc/x.h", "");
    let check = |what: &str, lists: &[List], say: &dyn Fn(&Value) -> Value| {
        check(&world, what, lists, say);
        lists.len()
    };
    let quiet = || json!({ "defines": ["Q"] });
    let sources = json!(["x.c", "a.S", "b.cc"]);
    let code = |kind: &str| json!({ "kind": kind, "name": "x", "sources": sources });
    // Nothing links a library by itself.
    let compiled = FLAGS.map(|list| if list.0 == "ldflags" { FLAGS[0] } else { list });
    let kinds: [(&str, &[List], &[List]); 5] = [
        ("library", &LIBRARY, &compiled),
        ("module", &MODULE, &FLAGS),
        ("executable", &EXECUTABLE, &FLAGS),
        ("shared-library", &SHARED, &FLAGS),
        ("host-program", &[], &FLAGS),
    ];
    let mut count = 0;
    for (kind, own, flags) in kinds {
        count += check(kind, flags, &|said| project(quiet(), with(code(kind), said)));
        let places = if kind == "library" { &[][..] } else { &PLACES };
        for list in CODE.iter().chain(places).chain(own) {
            count += check(kind, &[*list], &|said| {
                let late = json!({ "binding": "lazy" });
                let more = if list.0 == "needs_later" { late } else { json!({}) };
                project(json!({}), with(with(code(kind), &more), said))
            });
        }
    }
    count += check("group", &GROUP, &|said| {
        project(json!({}), with(json!({ "kind": "group", "name": "x" }), said))
    });
    // The project has nothing outside of it.
    let (outside, _): (Vec<List>, Vec<List>) = FLAGS.iter().partition(|list| list.0 != "without");
    count += check("project", &outside, &|said| project(said.clone(), code("executable")));
    for level in ["flags", "below"] {
        count += check(level, &FLAGS, &|said| {
            let inside = json!({ "kind": "executable", "name": "x", "sources": ["x.c"] });
            let dir = json!({ "kind": "dir", "dir": "sub", level: said, "targets": [inside] });
            project(quiet(), dir)
        });
    }
    count += check("public", &FLAGS, &|said| {
        project(quiet(), with(code("library"), &json!({ "public": said })))
    });
    // Nothing links a source, or waits for headers of one.
    let (of_files, _): (Vec<List>, Vec<List>) =
        FLAGS.iter().partition(|list| !["ldflags", "generated_headers"].contains(&list.0));
    count += check("flags_for", &of_files, &|said| {
        let flags = json!({ "flags_for": [{ "sources": "*", "flags": said }] });
        project(quiet(), with(code("executable"), &flags))
    });
    count += check("sources_as", &of_files, &|said| {
        let again = json!([{ "as": "again", "sources": sources, "flags": said }]);
        project(quiet(), with(code("executable"), &json!({ "sources_as": again })))
    });
    count += check("sources_as", &CODE[..1], &|said| {
        let again = json!([with(json!({ "as": "again" }), said)]);
        project(json!({}), with(code("executable"), &json!({ "sources_as": again })))
    });
    println!("{count} lists");
    assert!(count > 140, "{count} lists");
}
