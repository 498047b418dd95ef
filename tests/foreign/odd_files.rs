//! Files as some tool leaves them: without section headers, without symbols and a file of those beside, a script instead of an
//! archive. Each question has its answer all the same.

use expect_test::expect;
use modpin::foreign::{
    OfMachine, OpenedFiles, dynamic_list, exports_of_files, order_files, pins_of_files,
    resolve_files_opened, response_file,
};
use modpin_test::World;

use super::{agreed, lines, paths};

fn world() -> World {
    let world = World::new(&[
        (
            "host.c",
            "int api(int x) { return x; }\nint inside(void) { return api(1); }\nint main(void) { return 0; }\n",
        ),
        ("m.c", "int api(int), other(void); int mod(void) { return api(other()); }\n"),
        ("a.c", "int other(void) { return 1; }\n"),
        ("i.c", "int inside(void); int mod(void) { return inside(); }\n"),
    ]);
    world.tool("cc", &["-c", "a.c"]);
    world.tool("ar", &["rcsD", "liba.a", "a.o"]);
    for name in ["m", "i"] {
        let (source, output) = (format!("{name}.c"), format!("{name}.so"));
        world.tool("cc", &["-shared", "-fPIC", &source, "-o", &output]);
    }
    world
}

/// The file without section headers: nothing says where they were.
fn without_sections(world: &World, from: &str, to: &str) {
    let mut bytes = std::fs::read(world.path(from)).expect("a file");
    if bytes[4] == 2 {
        bytes[0x28..0x30].fill(0);
        bytes[0x3a..0x40].fill(0);
    }
    world.write(to, bytes);
}

#[test]
fn without_section_headers_pins_and_exports_are_the_same() {
    let world = world();
    world.tool("cc", &["-rdynamic", "host.c", "-o", "host"]);
    without_sections(&world, "host", "bare-host");
    without_sections(&world, "m.so", "bare-m.so");
    let file = |name: &str| world.path(name);
    let exports = |host: &str, module: &str| {
        let list = exports_of_files(&file(host), &[file(module)]);
        dynamic_list(&list.unwrap_or_else(|error| panic!("{host} {module}: {error}")))
    };
    let pins = |module: &str| {
        let plan = pins_of_files(&[file(module)], &[file("liba.a")]);
        response_file(&plan.unwrap_or_else(|error| panic!("{module}: {error}")))
    };
    let whole = (exports("host", "m.so"), pins("m.so"));
    assert!(whole.0.contains("api") && whole.1.contains("other"), "{whole:?}");
    for host in ["host", "bare-host"] {
        for module in ["m.so", "bare-m.so"] {
            assert_eq!(exports(host, module), whole.0, "{host} {module}");
        }
    }
    assert_eq!(pins("bare-m.so"), whole.1);
    expect![[r#"
        bare-m.so missing-symbols: other
    "#]]
    .assert_eq(&lines(&agreed(&world, "host", &["bare-m.so"])));
}

#[test]
fn what_a_stripped_host_has_inside_its_debug_file_tells() {
    let world = world();
    let missing = |host: &str| {
        let opened = OpenedFiles::default();
        let modules = paths(&world, &["i.so"]);
        let reports = resolve_files_opened(&world.path(host), &modules, &opened, &OfMachine::default());
        reports.map(|mut reports| reports.remove(0).missing.remove(0).found_in)
    };
    world.tool("cc", &["-g", "-Wl,--build-id", "host.c", "-o", "host"]);
    world.tool("objcopy", &["--only-keep-debug", "host", "host.debug"]);
    world.tool("strip", &["host"]);
    assert_eq!(missing("host").expect("an answer"), [""; 0], "nothing says where it is");
    world.tool("objcopy", &["--add-gnu-debuglink=host.debug", "host"]);
    let told = missing("host").expect("an answer");
    assert!(told.len() == 1 && told[0].ends_with("host (not exported)"), "{told:?}");
    // It must be that of this very file.
    world.tool("cc", &["-g", "-O2", "-Wl,--build-id", "host.c", "-o", "other"]);
    world.tool("objcopy", &["--only-keep-debug", "other", "host.debug"]);
    assert_eq!(missing("host").expect("an answer"), [""; 0]);
    // Without build ids, the link has a checksum of the other file.
    world.tool("cc", &["-g", "-Wl,--build-id=none", "host.c", "-o", "host"]);
    world.tool("objcopy", &["--only-keep-debug", "host", "host.debug"]);
    world.tool("strip", &["host"]);
    world.tool("objcopy", &["--add-gnu-debuglink=host.debug", "host"]);
    let told = missing("host").expect("an answer");
    assert!(told.len() == 1 && told[0].ends_with("host (not exported)"), "{told:?}");
    world.tool("objcopy", &["--only-keep-debug", "other", "host.debug"]);
    assert_eq!(missing("host").expect("an answer"), [""; 0]);
    let error = missing("host.debug").expect_err("it is no program").to_string();
    expect![[r#"
        it holds the debug information of a program
          help: name the program itself: what it does not tell is read here, if it leads here: one build id, or a debug link"#]]
    .assert_eq(error.split_once(": ").expect("a path").1);
}

#[test]
fn a_script_stands_for_the_archives_that_it_names() {
    let world = world();
    world.write("libs.a", "INPUT ( liba.a )\n");
    let plan = pins_of_files(&paths(&world, &["m.so"]), &paths(&world, &["libs.a"])).expect("pins");
    assert_eq!(response_file(&plan), "-Wl,-u,other\n");
    world.tool("cc", &["-c", "m.c"]);
    let ordered = order_files(&paths(&world, &["m.o", "libs.a"]), &[]).expect("an order");
    assert!(ordered.args()[0].ends_with("libs.a"), "{:?}", ordered.args());
    for (script, why) in [
        ("INPUT ( -lgone )", "it names -lgone, which cannot be read"),
        ("GROUP ( liba.a", "the list of GROUP has no end"),
        ("INPUT ( libs.a )", "it names libs.a, which is one, too"),
    ] {
        world.write("libs.a", script);
        let refused = pins_of_files(&paths(&world, &["m.so"]), &paths(&world, &["libs.a"]));
        let error = refused.expect_err(script).to_string();
        assert!(error.contains(why), "{error}");
    }
}
