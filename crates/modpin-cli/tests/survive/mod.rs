//! What the real program survives, on a real disk with the real compiler. `MODPIN_RELIABILITY=full` runs the counts
//! of the reliability table; a few otherwise.

pub mod signals;
mod clean;
mod at_once;
mod full_disk;
mod headers;
mod search_dirs;
mod spellings;
mod named;
mod untold;
mod tools;
mod moved;
mod clashes;
mod reads;
mod planted;
mod damage;
mod side_outputs;
mod mounts;

use modpin_test::World;

const PROJECT: &str = r#"{
  "format": 1,
  "name": "demo",
  "includes": ["include"],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["util/*.c"] },
    { "kind": "module", "name": "block/good", "sources": ["good.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["block/*"] }
  ]
}
"#;

const SOURCES: [(&str, &str); 5] = [
    ("include/base.h", "int base(int), extra(int);\n"),
    ("util/base.c", "#include \"base.h\"\nint base(int x) { return x + 1; }\n"),
    ("util/extra.c", "#include \"base.h\"\nint extra(int x) { return x * 2; }\n"),
    ("good.c", "#include \"base.h\"\nint good(void) { return extra(3); }\n"),
    ("main.c", "#include \"base.h\"\nint main(void) { return base(-1); }\n"),
];

/// The project, not built.
fn world() -> World {
    with(PROJECT, &SOURCES)
}

/// A project that is built in a moment.
fn small() -> World {
    let project = r#"{ "format": 1, "name": "demo", "targets": [
        { "kind": "library", "name": "util", "sources": ["util.c"] },
        { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"] }
    ]}"#;
    let main = ("main.c", "int util(void); int main(void) { return util(); }\n");
    with(project, &[("util.c", "int util(void) { return 0; }\n"), main])
}

/// A library `u` and programs that link it, all of one source each. Flags are written as in JSON.
fn one_library([util, main]: [&str; 2], cflags: &str, ldflags: &str, programs: &[&str]) -> String {
    let program = |name: &&str| {
        format!(
            r#"{{ "kind": "executable", "name": "{name}", "sources": ["{main}"], "link": ["u"], "ldflags": [{ldflags}] }}"#
        )
    };
    let programs: Vec<String> = programs.iter().map(program).collect();
    let library =
        format!(r#"{{ "kind": "library", "name": "u", "sources": ["{util}"], "cflags": [{cflags}] }}"#);
    format!(r#"{{ "format": 1, "name": "demo", "targets": [{library}, {}] }}"#, programs.join(", "))
}

/// Another project.
fn with(project: &str, files: &[(&str, &str)]) -> World {
    let world = World::new(files);
    world.write("demo.json", project);
    world
}
