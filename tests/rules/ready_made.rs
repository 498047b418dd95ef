//! Rules that are there ready-made, files of rules in links, and rules on objects.

use modpin::{Autoconf, Executable, Library, Opt, Project, Rule, SharedLibrary, input, objects, output};
use modpin::{each, header, response_file, tool};
use modpin_test::World;

const MAIN: &str = "int main(void) { return 0; }\n";

/// Version scripts and lists of symbols that the preprocessor has gone through, in links.
#[test]
fn links_take_what_rules_make() {
    let world = World::new(&[
        ("z.c", "int a(void) { return 1; }\nint b(void) { return 2; }\nint c(void) { return 3; }\n"),
        (
            "main.c",
            "int shown(void) { return 0; }\nint hidden(void) { return 0; }\nint main(void) { return 0; }\n",
        ),
        ("inc/names.h", "#define FIRST a\n"),
        (
            "z.map.S",
            "#include \"names.h\"\n#include \"autoconf.h\"\nZ {\nglobal: FIRST;\n#ifdef CONFIG_EXTRA\nb;\n#endif\nlocal: *;\n};\n",
        ),
    ]);
    let declare = |extra: bool| {
        move |p: &mut Project| {
            p.option(Opt::bool("EXTRA").default(extra));
            p.autoconf(Autoconf::new());
            let map = p.add(Rule::preprocess("map", "z.map.S", "z.map").run("-Iinc"));
            p.add(SharedLibrary::new("z").sources("z.c").version_script(map.output("z.map")));
            let list = p.add(Rule::new("list").run(["echo", "{ shown; };"]).stdout(output("host.list")));
            let host = Executable::new("host").sources("main.c");
            p.add(host.ldflags(format!("-Wl,--dynamic-list={}", list.output("host.list"))));
            p.add(Rule::new("options").run("cat").stdin(header(".config")).stdout(output("options")));
        }
    };
    let offered = |file: &str| {
        let path = world.built(file).to_string_lossy().into_owned();
        let said = world.tool("nm", &["-D", "--defined-only", "--format=posix", &path]).out;
        let names = said.lines().filter(|line| line.contains(" T "));
        names.filter_map(|line| line.split(['@', ' ']).next()).collect::<Vec<_>>().join(" ")
    };
    world.build(declare(true)).expect_success();
    assert_eq!(offered("libz.so"), "a b");
    assert!(offered("host").contains("shown") && !offered("host").contains("hidden"));
    assert_eq!(world.text(".modpin/gen/options"), "CONFIG_EXTRA=y\n");
    assert!(world.build(declare(true)).expect_success().ran.is_empty());

    let less = world.build(declare(false)).expect_success();
    assert!(
        less.did("Generating map") && less.short().contains(&"Linking libz.so".to_owned()),
        "{:?}",
        less.ran
    );
    assert!(!less.did("Linking host") && !less.did("Compiling z.c"), "{:?}", less.ran);
    assert_eq!(offered("libz.so"), "a");
    assert_eq!(world.text(".modpin/gen/options"), "# CONFIG_EXTRA is not set\n");
    // A header that the preprocessor alone has read.
    world.write("inc/names.h", "#define FIRST c\n");
    world.build(declare(false)).expect_success();
    assert_eq!(offered("libz.so"), "c");
}

#[test]
fn what_is_there_ready_made() {
    let world = World::new(&[
        ("logo.txt", "hello, logo\n"),
        (
            "main.c",
            "#include <stdio.h>\nextern const char logo[], logo_end[];\nextern const unsigned long long logo_size;\n\
          int main(void) { fwrite(logo, 1, logo_size, stdout); return logo_end - logo != (long)logo_size; }\n",
        ),
    ]);
    let declare = |p: &mut Project| {
        let logo = p.add(Rule::embed("logo", "logo.txt", "logo"));
        let host = p.add(Executable::new("host").sources("main.c").sources(&logo));
        p.add(Rule::copy("copy", "logo.txt", "copied/logo.txt"));
        let bare = p.add(Rule::strip("bare", host.arg(), "bare"));
        p.add(Rule::gzip("packed", input(bare.output("bare")), "bare.gz"));
        p.add(Rule::objcopy("note", ["-O", "binary", "-j", ".rodata"], host.arg(), "rodata.bin"));
    };
    world.build(declare).expect_success();
    assert_eq!(world.printed("host", &[]), "hello, logo");
    assert_eq!(world.text(".modpin/gen/copied/logo.txt"), "hello, logo\n");
    let path = |file: &str| world.built(&format!(".modpin/gen/{file}")).to_string_lossy().into_owned();
    assert!(world.tool("nm", &[&path("bare")]).text().contains("no symbols"));
    let unpacked =
        std::process::Command::new("gzip").args(["-dc", &path("bare.gz")]).output().expect("gzip");
    assert_eq!(unpacked.stdout, std::fs::read(path("bare")).expect("a file"));
    let bytes = std::fs::read(path("rodata.bin")).expect("a file");
    assert!(bytes.windows(11).any(|part| part == b"hello, logo"));
    world.write("logo.txt", "another\n");
    let again = world.build(declare).expect_success();
    assert!(again.did("Compiling gen/logo.S"), "{:?}", again.ran);
    assert_eq!(world.printed("host", &[]), "another");
}

/// A check of all objects of a target: it runs again when one of them is another one.
#[test]
fn rules_read_objects() {
    let world = World::new(&[
        ("a.c", "int a(void) { return 1; }\n"),
        ("sub/b.c", "int b(void) { return 1; }\n"),
        ("skip.c", "int skip;\n"),
        ("main.c", MAIN),
    ]);
    world.script("list", "#!/bin/sh\nsed -e 's/\"//g' -e 's/.*modpin.obj/obj/' \"${1#@}\"\n");
    let declare = |p: &mut Project| {
        let l = p.add(Library::new("l").sources(["a.c", "sub/b.c", "skip.c"]));
        p.add(
            Rule::new("names")
                .run([tool("nm"), "--format=posix".into(), objects(l)])
                .stdout(output("names")),
        );
        let rule = Rule::new("listed").run([input("list"), response_file([objects(l), "x y".into()])]);
        p.add(rule.stdout(output("listed")));
        let of_one = Rule::new("of-one").each_object_of(l).except("skip.c").each_object_of("host");
        let of_one = of_one.run([tool("nm"), "--format=posix".into(), each()]);
        let of_one = p.add(of_one.stdout(output("{dir}/{stem}.nm")));
        p.add(Rule::new("all").run(["cat".into(), input(&of_one)]).stdout(output("all")));
        p.add(Executable::new("host").sources("main.c"));
    };
    world.build(declare).expect_success();
    let names = world.text(".modpin/gen/names");
    assert!(names.contains("a T ") && names.contains("b T "), "{names}");
    let objects = ["a.c", "sub/b.c", "skip.c"].map(|source| format!("obj/libl.a/{source}.o\n"));
    assert_eq!(world.text(".modpin/gen/listed"), objects.concat() + "x\\ y\n");
    // One file for each object, in the directory of its source.
    let all = world.text(".modpin/gen/all");
    let of_one = ["a.nm", "sub/b.nm", "main.nm"].map(|file| world.text(&format!(".modpin/gen/{file}")));
    assert_eq!(all, of_one.concat());
    assert!(of_one[1].contains("b T ") && !of_one[1].contains("a T "), "{}", of_one[1]);
    assert!(!world.path("target/modpin/debug/.modpin/gen/skip.nm").exists());
    world.write("sub/b.c", "int bb(void) { return 1; }\n");
    let again = world.build(declare).expect_success();
    assert!(again.did("Generating names") && !again.did("Compiling a.c"), "{:?}", again.ran);
    assert!(world.text(".modpin/gen/names").contains("bb T "));
    assert!(
        again.did("Generating of-one for sub/b.c") && again.did("Generating all"),
        "{:?}",
        again.ran
    );
    assert!(!again.did("Generating of-one for a.c") && world.text(".modpin/gen/all").contains("bb T "));
}
