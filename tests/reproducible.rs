//! The same project gives the same plan and the same bytes, wherever it lies (row G2, N8; lesson "no
//! fingerprint holds a path of the checkout").

use modpin::{Executable, Library, Module, Project};
use modpin_engine::graph::fingerprint;
use modpin_test::World;
use modpin_test::skip::is_long;

fn world() -> World {
    let place = "const char *place(void) { return __FILE__; }\n";
    World::new(&[
        ("load.h", include_str!("cases/load.h")),
        ("host.c", "#include \"load.h\"\n"),
        ("util/b.c", place),
        ("util/a.c", "#include <assert.h>\nint util(int of) { assert(of > 0); return of; }\n"),
        ("own/own.c", "int own(void) { return 1; }\n"),
        (
            "crypt/one.c",
            "int util(int), own(void), two(void); int run(void) { return util(two()) + own(); }\n",
        ),
        (
            "crypt/two.c",
            "const char *place(void); int two(void) { return place()[0] == 'u' ? 41 : 1; }\n",
        ),
        ("net.c", "int run(void) { return 3; }\n"),
    ])
}

fn declare(p: &mut Project) {
    // With debug information, which names directories.
    p.cflags("-g");
    let util = p.add(Library::new("util").sources("util/*.c"));
    let own = p.add(Library::new("own").sources("own/*.c"));
    p.add(Module::new("block/crypt").sources("crypt/*.c").link(own).include("."));
    p.add(Module::new("net").sources("net.c"));
    p.add(Executable::new("host").sources("host.c").link(util).loads("**").system_library("dl"));
}

fn plan_text(world: &World) -> String {
    let plan = world.plan(declare).expect("a plan");
    let root = world.root().to_string_lossy().into_owned();
    // The database is about directories.
    let actions =
        plan.graph.actions().filter(|(_, action)| !action.label.ends_with("compile_commands.json"));
    actions.map(|(_, action)| fingerprint::text(&plan.graph, action, &root)).collect()
}

#[test]
fn a_plan_is_the_same_each_time_and_in_each_place() {
    let (one, other) = (world(), world());
    let text = plan_text(&one);
    assert!(text.contains("crypt/one.c") && text.contains("host.pins"), "{text}");
    assert_eq!(text, plan_text(&one));
    assert_eq!(text, plan_text(&other));
    assert!(!text.contains("modpin-world-"), "a fingerprint knows where the checkout lies:\n{text}");
}

#[test]
fn two_builds_in_two_directories_give_the_same_bytes() {
    if is_long("reproducible::two_builds_in_two_directories_give_the_same_bytes") {
        return;
    }
    let (one, other) = (world(), world());
    for world in [&one, &other] {
        world.build(declare).expect_success();
        let (reports, _) = world.check_load(declare);
        assert_eq!(reports.len(), 2);
        assert_eq!(world.printed("host", &["./block/crypt.so"]), "42");
    }
    let files = one.files("");
    assert_eq!(files, other.files(""));
    // Times and directories belong into these.
    let own = [
        ".modpin/state",
        ".modpin/state.seal",
        ".modpin/state.recipes",
        ".modpin/lock",
        ".modpin/toolchain",
        "compile_commands.json",
    ];
    let differ = |path: &&String| !own.contains(&path.as_str()) && one.bytes(path) != other.bytes(path);
    let differ: Vec<&String> = files.iter().filter(differ).collect();
    assert!(files.len() > 25 && differ.is_empty(), "these differ: {differ:?}");
    let names_it = |path: &&String| {
        let (bytes, place) = (one.bytes(path), one.root().to_string_lossy().into_owned());
        !own.contains(&path.as_str())
            && bytes.windows(place.len()).any(|found| found == place.as_bytes())
    };
    let tell: Vec<&String> = files.iter().filter(names_it).collect();
    assert!(tell.is_empty(), "these tell where they were built: {tell:?}");
}
