//! What a declaration can say of links and objects: where arguments stand, which libraries stay, which
//! symbols are exported, and sources that become several objects.

use modpin::{Executable, Library, Module, Opt, Project, when};
use modpin_test::skip::is_missing;
use modpin_test::{World, child};

const MAIN: &str = "int main(void) { return 0; }\n";

#[test]
fn arguments_stand_in_three_places_of_a_link() {
    let world = World::new(&[("main.c", MAIN), ("a.c", "int a;\n"), ("m.c", "int m;\n")]);
    let declare = |p: &mut Project| {
        let on = p.option(Opt::bool("ON").default(true));
        let off = p.option(Opt::bool("OFF"));
        let library = p.add(Library::new("a").sources("a.c"));
        let host = Executable::new("host").sources("main.c").link(library).system_library("m");
        let host = host.ldflags_before_objects(["-Wl,-z,one", "-Wl,-z,two"]);
        let host = host.ldflags_before_libraries(when(on, "-Wl,-z,three")).ldflags("-Wl,-z,six");
        p.add(host.ldflags_before_libraries(when(off, "-Wl,-z,no")).loads("m"));
        let module = Module::new("m").sources("m.c").ldflags_before_objects("-Wl,-z,four");
        p.add(module.ldflags_before_libraries("-Wl,-z,five").link(library));
    };
    let build = world.build(declare);
    let words = |link: &str| {
        let text = world.text(&format!(".modpin/link/{link}.rsp"));
        let word = |line: &str| {
            let name = line.trim_matches('"').rsplit('/').next().unwrap_or_default();
            name.trim_start_matches("-Wl,-z,").to_owned()
        };
        text.lines().map(word).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(words("host"), "one two main.c.o three liba.a -lm", "{}", build.said);
    assert_eq!(words("m.so"), "four m.mo five liba.a");
}

/// Where the compiler itself says `--as-needed`, as some distributions have it, nothing of the program needs the library that a
/// module from elsewhere wants to find.
#[test]
fn a_library_that_nothing_here_needs_stays_if_it_is_to() {
    if !child::inside() {
        let tool = World::new(&[]);
        tool.script("as-needed", "#!/bin/sh\nexec gcc -Wl,--as-needed \"$@\"\n");
        let compiler = tool.path("as-needed").to_string_lossy().into_owned();
        return child::run_again(
            "link_words::a_library_that_nothing_here_needs_stays_if_it_is_to",
            &[("CC", &compiler)],
        );
    }
    let world = World::new(&[("main.c", MAIN), ("a.c", "int a;\n"), ("m.c", "int m;\n")]);
    let has_m = |path: &str| world.libraries(path).iter().any(|name| name.starts_with("libm."));
    let host = |change: fn(Executable) -> Executable| {
        let declare = |p: &mut Project| _ = p.add(change(Executable::new("host").sources("main.c")));
        world.build(declare).expect_success();
        has_m("host")
    };
    assert!(!host(|host| host.system_library("m")), "the compiler says --as-needed");
    assert!(!host(|host| host.system_library("m").ldflags("-Wl,--no-as-needed")), "too late");
    assert!(host(|host| host.system_library("m").ldflags_before_objects("-Wl,--no-as-needed")));
    assert!(host(|host| host.system_library("m").ldflags_before_libraries("-Wl,--no-as-needed")));
    assert!(host(|host| host.keep_system_library("m")));
    assert!(host(|host| host.keep_system_library("m").ldflags("-fuse-ld=gold")));
    if !is_missing("ld.lld", "a library that stays, with lld") {
        assert!(host(|host| host.keep_system_library("m").ldflags("-fuse-ld=lld")));
    }
    if !is_missing("ld.mold", "a library that stays, with mold") {
        assert!(host(|host| host.keep_system_library("m").ldflags("-fuse-ld=mold")));
    }
    // A library and a module say it as well; who says it of one library says nothing of others.
    let declare = |p: &mut Project| {
        let one = p.add(Library::new("one").sources("a.c").keep_system_library("m"));
        let two = p.add(Library::new("two").sources("m.c").link(one));
        p.add(Executable::new("host").sources("main.c").link(two).system_library("resolv"));
        p.add(Module::new("m").sources("m.c").keep_system_library("m"));
    };
    world.build(declare).expect_success();
    assert!(has_m("host") && has_m("m.so"));
    assert!(!world.libraries("host").iter().any(|name| name.starts_with("libresolv.")));
}

#[test]
fn a_glob_over_symbols_that_fits_nothing_is_told_with_the_nearest() {
    let world = World::new(&[("main.c", MAIN), ("api.c", "int bdrv_open(void) { return 0; }\n")]);
    let exporting = |glob: &'static str| {
        world.build(move |p: &mut Project| {
            let library = p.add(Library::new("api").sources("api.c"));
            p.add(Executable::new("host").sources("main.c").link(library).exports(glob));
        })
    };
    let said = exporting("bdrw_*").expect_success().said;
    assert!(said.contains("host \"host\" exports \"bdrw_*\", and has no such symbol"), "{said}");
    assert!(said.contains("help: did you mean \"bdrv_*\"?"), "{said}");
    let build = exporting("bdrv_*").expect_success();
    assert_eq!(build.said, "");
    assert!(world.exports("host").iter().any(|name| name == "bdrv_open"));
}

#[test]
fn one_source_becomes_several_objects_of_a_target() {
    let world = World::new(&[
        (
            "main.c",
            "#include <stdio.h>\nint sum_a(void), sum_b(void), sum(void);\nint main(void) { printf(\"%d %d %d\\n\", sum(), sum_a(), sum_b()); }\n",
        ),
        ("sum.c", "#ifndef SUM\n#define SUM sum\n#endif\nint SUM(void) { return N; }\n"),
    ]);
    let declare = |flag: &'static str| {
        move |p: &mut Project| {
            let on = p.option(Opt::bool("ON").default(true));
            let library = Library::new("sum").sources("sum.c").cflags("-DN=1");
            let library = library.flags_for("sum.c", ["-UN", "-DN=2"]);
            let library = library.sources_as("a", "sum.c", ["-DSUM=sum_a", "-UN", "-DN=3"]);
            let library = p.add(library.sources_as("b", when(on, "sum.c"), ["-DSUM=sum_b", flag]));
            p.add(Executable::new("host").sources("main.c").link(library));
            // What it has itself leaves the archive, and what is compiled under another name does not.
            p.add(Executable::new("other").sources(["main.c", "sum.c"]).cflags("-DN=7").link(library));
        }
    };
    world.build(declare("-g0")).expect_success();
    assert_eq!(world.printed("host", &[]), "2 3 2");
    assert_eq!(world.printed("other", &[]), "7 3 2");
    let build = world.build(declare("-g1")).expect_success();
    let compiled: Vec<_> = build.ran.iter().filter(|ran| ran.starts_with("Compiling")).collect();
    assert_eq!(compiled, ["Compiling sum.c as b"]);
    let database = world.text("compile_commands.json");
    assert_eq!(database.matches("sum.c-a.o").count(), 2, "an output, and an argument: {database}");
}

/// Constructors run in the order in which their objects are linked.
#[test]
fn components_are_linked_in_their_order() {
    let says = |name: &str| {
        format!(
            "#include <stdio.h>\n__attribute__((constructor)) static void say(void) {{ printf(\"{name} \"); }}\n"
        )
    };
    let world = World::new(&[]);
    for name in ["core", "head", "net", "fs", "last", "lib"] {
        world.write(&format!("{name}.c"), says(name));
    }
    world.write(
        "main.c",
        format!("{}int in_lib(void);\nint main(void) {{ return in_lib(); }}\n", says("main")),
    );
    world.write("lib.c", format!("{}int in_lib(void) {{ return 0; }}\n", says("lib")));
    let order = |components: &'static [&'static str]| {
        let declare = |p: &mut Project| {
            let library = p.add(Library::new("own").sources("lib.c"));
            let sources = ["main.c", "core.c", "last.c", "head.c"];
            let host = Executable::new("vm").sources(sources).builds_in(["m-fs", "m-net"]);
            p.add(host.link(library).components(components.iter().copied()));
            p.add(Module::new("m-net").sources("net.c"));
            p.add(Module::new("m-fs").sources("fs.c"));
        };
        world.build(declare).expect_success();
        world.printed("vm", &[]).trim().to_owned()
    };
    assert_eq!(order(&[]), "main core last head fs net lib");
    assert_eq!(order(&["head.c", "...", "m-net", "last.c"]), "head main core fs net last lib");
    assert_eq!(order(&["head.c", "m-*", "core.c"]), "head fs net core main last lib");
}
