//! Shared libraries (row S1): named, versioned, found from the build directory and wherever it is moved, and known to all that
//! knows symbols.

use modpin::{Executable, Library, Module, Project, SharedLibrary};
use modpin_test::look::{report, word};
use modpin_test::skip::{is_long, is_missing};
use modpin_test::{World, child};

const HOST: &str = "#define main load\n#include \"load.h\"\n#undef main\n";

fn load_h() -> (&'static str, &'static str) {
    ("load.h", include_str!("cases/load.h"))
}

/// A library of a version with an archive inside, one that needs it, a host and two modules of which one lies deeper.
fn world() -> World {
    World::new(&[
        load_h(),
        ("inner.c", "int inner(void) { return 40; }\nint never(void) { return 0; }\n"),
        (
            "core.c",
            "int inner(void); int count = 1; __thread int each;\nint core(void) { return inner() + count + each; }\n",
        ),
        ("top.c", "int core(void); int top(void) { return core() + 1; }\n"),
        (
            "host.c",
            &format!(
                "{HOST}int top(void); extern int count;\nint main(int c, char **v) {{ count++; printf(\"%d\\n\", top()); return load(c, v); }}\n"
            ),
        ),
        ("deep.c", "int core(void), inner(void); int run(void) { return core() + inner() - 40; }\n"),
        ("flat.c", "int top(void), only(void); int run(void) { return top() + only(); }\n"),
        ("only.c", "int only(void) { return 100; }\n"),
    ])
}

fn declare(linker: &'static str) -> impl Fn(&mut Project) {
    move |p: &mut Project| {
        let linker = [format!("-fuse-ld={linker}")];
        let inner = p.add(Library::new("inner").sources("inner.c"));
        let core = SharedLibrary::new("lib/core").sources("core.c").link(inner).version("2.1.3");
        let core = p.add(core.ldflags(linker.clone()));
        let top = SharedLibrary::new("top").sources("top.c").link(core).ldflags(linker.clone());
        let top = p.add(top);
        let only = SharedLibrary::new("only").sources("only.c").soname("libonly-x.so");
        let only = p.add(only.ldflags(linker.clone()));
        // The host has the same in an archive: nobody needs it of there.
        let host = Executable::new("host").sources("host.c").loads("**").link([top, core, inner]);
        p.add(host.ldflags(linker.clone()));
        p.add(Module::new("deep/down/deep").sources("deep.c").link(core).ldflags(linker.clone()));
        p.add(Module::new("flat").sources("flat.c").link([only]).ldflags(linker));
    }
}

#[test]
fn programs_modules_and_each_other_link_them_with_every_linker() {
    if is_long("shared_libraries::programs_modules_and_each_other_link_them_with_every_linker") {
        return;
    }
    for linker in modpin_test::linkers("shared libraries") {
        let world = world();
        let (reports, build) = world.check_load(declare(linker));
        assert!(build.outcome.success(), "{linker}: {}", build.said);
        for module in ["deep/down/deep", "flat"] {
            assert_eq!(word(report(&reports, module).verdict), "loads", "{linker} {module}");
        }
        let build = world.build(declare(linker)).expect_success();
        assert_eq!(build.said, "", "{linker}");
        let modules = ["./deep/down/deep.so", "./deep-down-deep.so", "./flat.so"];
        assert_eq!(world.printed("host", &modules), "43\n42\n42\n143", "{linker}");
        // What is named, and by which way it is found.
        let needed = |path: &str| world.libraries(path).join(" ");
        assert!(needed("host").starts_with("libtop.so libcore.so.2"), "{linker}: {}", needed("host"));
        assert!(needed("libtop.so").starts_with("libcore.so.2"), "{linker}");
        assert!(needed("flat.so").starts_with("libonly-x.so"), "{linker}");
        let runpath = |path: &str| {
            let dynamic = world.object(path).dynamic.expect("a dynamic section");
            dynamic.runpath.expect("a way").trim_end_matches('/').to_owned()
        };
        assert_eq!(runpath("host"), "$ORIGIN:$ORIGIN/lib", "{linker}");
        assert_eq!(runpath("deep/down/deep.so"), "$ORIGIN/../../lib:$ORIGIN/lib", "{linker}");
        assert_eq!(runpath("libtop.so"), "$ORIGIN/lib", "{linker}");
        // Of the archive there is in it what it needs, and nothing is pinned in the host that it gives.
        let offers = world.exports("lib/libcore.so.2");
        assert!(offers.contains(&"inner".to_owned()), "{linker}: {offers:?}");
        let report = world.pin_report("host");
        assert!(report.plan.pins.is_empty(), "{linker}: {:?}", report.plan.pins);
        for name in ["libcore.so", "libcore.so.2.1.3"] {
            let link = std::fs::read_link(world.built(&format!("lib/{name}"))).expect("a link");
            assert_eq!(link.to_str(), Some("libcore.so.2"), "{linker}");
        }
        moved(&world, linker);
    }
}

/// Through clang's driver, with its assembler.
#[test]
fn they_are_linked_with_clang() {
    if is_missing("clang", "shared libraries with clang") {
        return;
    }
    let test = "shared_libraries::programs_modules_and_each_other_link_them_with_every_linker";
    child::run_again(test, &[("CC", "clang")]);
}

/// It runs wherever the build directory lies.
fn moved(world: &World, linker: &str) {
    let other = modpin_test::room::directory();
    let to = other.path().join("somewhere");
    std::fs::rename(world.built(""), &to).expect("moved");
    let output = std::process::Command::new(to.join("host"))
        .args(["./flat.so", "./deep/down/deep.so"])
        .current_dir(&to)
        .output();
    let output = output.expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "43\n143\n42\n", "{linker}");
}

#[test]
fn whoever_links_one_is_not_linked_again_for_its_code() {
    let world = world();
    world.build(declare("bfd")).expect_success();
    world.write("core.c", world.read("core.c").replace("each; }", "each + 2; }"));
    let build = world.build(declare("bfd")).expect_success();
    let linked: Vec<String> =
        build.short().into_iter().filter(|ran| ran.starts_with("Linking")).collect();
    assert_eq!(linked, ["Linking lib/libcore.so.2"]);
    assert_eq!(world.printed("host", &[]), "45");
    // A variable that grows is another one for who takes a copy of it; a new name is another interface.
    for (from, to) in [("int count = 1;", "int count = 1, more;"), ("__thread int", "__thread long")] {
        world.write("core.c", world.read("core.c").replace(from, to));
        let build = world.build(declare("bfd")).expect_success();
        assert!(build.did("Linking target/modpin/debug/host") || build.did("/host"), "{:?}", build.ran);
    }
    world.build(declare("bfd")).expect_success();
    assert!(world.build(declare("bfd")).ran.is_empty());
}

#[test]
fn a_list_of_exports_takes_members_of_archives_and_hides_the_rest() {
    let world = World::new(&[
        (
            "api.c",
            "int helper(void); int api_open(void) { return helper(); }\nint inner(void) { return 2; }\n",
        ),
        ("helper.c", "int helper(void) { return 1; }\n"),
        ("close.c", "int api_close(void) { return 3; }\nint with_close(void) { return 4; }\n"),
        (
            "main.c",
            "int api_open(void), api_close(void); int main(void) { return api_open() + api_close() - 4; }\n",
        ),
    ]);
    let declare = |exports: &'static [&'static str]| {
        move |p: &mut Project| {
            let more = p.add(Library::new("more").sources(["helper.c", "close.c"]));
            let api = SharedLibrary::new("api").sources("api.c").link(more);
            let api = p.add(api.exports(exports.iter().copied()));
            p.add(Executable::new("main").sources("main.c").link(api));
        }
    };
    world.build(declare(&["api_*"])).expect_success();
    assert_eq!(world.exports("libapi.so"), ["api_close", "api_open"]);
    world.printed("main", &[]);
    let said = world.build(declare(&["api_*", "apii_open"])).said;
    assert!(said.contains("shared library \"api\" cannot offer what it lists"), "{said}");
    assert!(said.contains("apii_open: none of its objects and archives defines it"), "{said}");
    let said = world.build(declare(&["api_*", "bpi_*"])).said;
    assert!(said.contains("shared library \"api\" exports \"bpi_*\", and has no such symbol"), "{said}");
    // Who needs what it does not offer any more is told so by the linker.
    let build = world.build(declare(&["api_open"]));
    assert!(!build.outcome.success() && build.said.contains("api_close"), "{}", build.said);
}

#[test]
fn a_version_script_says_which_versions_there_are() {
    for linker in modpin_test::linkers("version scripts") {
        let world = World::new(&[
            ("v.map", "V1 { global: old; new; local: *; };\nV2 { global: new; } V1;\n"),
            (
                "v.c",
                "int old(void) { return 1; }\nint hidden(void) { return 3; }\nint new_1(void) { return 9; }\nint new_2(void) { return 2; }\n__asm__(\".symver new_1, new@V1\\n.symver new_2, new@@V2\");\n",
            ),
            ("main.c", "int old(void), new(void); int main(void) { return old() + new() - 3; }\n"),
        ]);
        let declare = |p: &mut Project| {
            let library = SharedLibrary::new("v").sources("v.c").version("2.0");
            let library = library.version_script("v.map").ldflags([format!("-fuse-ld={linker}")]);
            let library = p.add(library);
            let main = Executable::new("main").sources("main.c").link(library);
            p.add(main.ldflags([format!("-fuse-ld={linker}")]));
        };
        let build = world.build(declare).expect_success();
        assert_eq!(build.said, "", "{linker}");
        let object = world.object("libv.so.2");
        let of = |name: &str| {
            let found = object.table.definitions(name).iter();
            let found = found.map(|it| (it.version.as_deref().unwrap_or(""), it.default_version));
            found.collect::<Vec<_>>()
        };
        assert_eq!(of("new"), [("V1", false), ("V2", true)], "{linker}");
        assert_eq!(of("old"), [("V1", true)], "{linker}");
        assert!(of("hidden").is_empty(), "{linker}");
        let main = world.object("main");
        let version = |name: &str| {
            let need = main.table.needs(name).first().expect("a need");
            need.version.as_deref().unwrap_or("none").to_owned()
        };
        assert_eq!([version("old"), version("new")], ["V1", "V2"], "{linker}");
        world.printed("main", &[]);
        world.write("v.map", "V1 { global: old; new; local: *; };\nV2 { global: new; hidden; } V1;\n");
        let build = world.build(declare).expect_success();
        assert!(build.did("libv.so.2") && build.did("/main"), "{linker}: {:?}", build.ran);
    }
}

#[test]
fn what_nothing_defines_is_an_error_unless_programs_are_to_have_it() {
    let world = World::new(&[
        load_h(),
        ("lib.c", "int host_log(void), lost(void); int lib(void) { return host_log() + LOST; }\n"),
        ("host.c", &format!("{HOST}int main(int c, char **v) {{ return load(c, v); }}\n")),
        ("log.c", "int host_log(void) { return 5; }\n"),
        ("m.c", "int lib(void); int run(void) { return lib(); }\n"),
    ]);
    let declare = |lost: &'static str, undefined: &'static [&'static str]| {
        move |p: &mut Project| {
            let log = p.add(Library::new("log").sources("log.c"));
            let lib = SharedLibrary::new("lib").sources("lib.c").define("LOST", lost);
            let lib = p.add(lib.undefined(undefined.iter().copied()));
            p.add(Module::new("m").sources("m.c").link(lib));
            p.add(Executable::new("host").sources("host.c").link(log).loads("m"));
        }
    };
    let said = world.build(declare("0", &[])).said;
    assert!(said.contains("host_log") && !world.built("liblib.so").exists(), "{said}");
    let build = world.build(declare("lost()", &["host_log"]));
    assert!(build.said.contains("lost"), "{}", build.said);
    assert!(!world.built(".modpin/link/liblib.so.proof").exists());
    // The program keeps and exports it, though no module needs it.
    let build = world.build(declare("0", &["host_log"])).expect_success();
    assert_eq!(build.said, "");
    let pins = world.pin_report("host").plan.pins;
    assert_eq!(pins.iter().map(|pin| pin.symbol.as_str()).collect::<Vec<_>>(), ["host_log"]);
    assert_eq!(world.printed("host", &["./m.so"]), "5");
}

#[test]
fn what_a_program_and_its_library_both_define_is_told() {
    let world = World::new(&[
        ("lib.c", "int same(void) { return 1; }\nint lib(void) { return same(); }\nint count = 1;\n"),
        ("main.c", "int lib(void); extern int count; int main(void) { return lib() + SAME - count; }\n"),
        ("more.c", "int same(void) { return 2; }\nint need(void) { return same(); }\n"),
        ("left.c", "int lib_left(void) { return 2; }\nint count(void);\n"),
    ]);
    let declare = |same: &'static str| {
        move |p: &mut Project| {
            let lib = p.add(SharedLibrary::new("lib").sources("lib.c"));
            let more = p.add(Library::new("more").sources(["more.c", "left.c"]));
            let main = Executable::new("main").sources("main.c").define("SAME", same);
            // The program takes a copy of `count`, which is no second definition.
            p.add(
                main.cflags(["-fno-pic", "-Dneed(x)=need()", "-Wno-implicit-function-declaration"])
                    .ldflags("-no-pie")
                    .link([lib, more]),
            );
        }
    };
    let build = world.build(declare("0")).expect_success();
    assert_eq!(build.said, "");
    let build = world.build(declare("need(0)")).expect_success();
    let told = "executable \"main\" and its shared libraries define the same, and the program's wins for all:\n  same: in libmore.a(more.c.o) and in liblib.so";
    assert!(build.said.contains(told), "{}", build.said);
}

#[test]
fn built_in_modules_give_their_shared_libraries_to_the_program() {
    let mut world = world();
    let declare = |p: &mut Project| {
        let only = p.add(SharedLibrary::new("only").sources("only.c").soname("libonly-x.so"));
        let top = Library::new("top").sources(["top.c", "core.c", "inner.c"]);
        let top = p.add(top);
        p.add(Module::new("flat").sources("flat.c").link(only));
        p.add(Executable::new("host").sources("host.c").loads("flat").link(top));
    };
    world.build(declare).expect_success();
    assert!(!world.libraries("host").contains(&"libonly-x.so".to_owned()));
    assert_eq!(world.printed("host", &["./flat.so"]), "43\n143");
    world.config.modules = false;
    world.build(declare).expect_success();
    assert!(world.libraries("host").contains(&"libonly-x.so".to_owned()));
    assert_eq!(world.printed("host", &[]), "43");
}
