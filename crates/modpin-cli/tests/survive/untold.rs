//! What compilers and assemblers read and write into no depfile (rows R37 and B12): files that an assembler includes, headers
//! that `__has_include` asked for in vain.

use std::fs;

use modpin_engine::{RealDisk, Store};
use modpin_test::skip::{is_long, is_missing};
use modpin_test::{Said, World};

use super::with;
use crate::program::Program;

fn compiled(world: &World, compiler: &str) -> Vec<String> {
    let said = Said::of(world.project("build --message-format json").env("CC", compiler));
    assert!(said.success(), "{}", said.text());
    let started = said.objects_of("started").into_iter().filter(|line| line["verb"] == "Compiling");
    let mut labels: Vec<String> =
        started.map(|line| line["label"].as_str().unwrap().to_owned()).collect();
    labels.sort();
    labels
}

/// After each change these are compiled, and then nothing.
fn check(world: &World, compiler: &str, path: &str, text: Option<&str>, expected: &[&str]) {
    assert_eq!(compiled(world, compiler), [""; 0], "{compiler}, before {path}");
    match text {
        Some(text) => world.write(path, text),
        None => fs::remove_file(world.path(path)).unwrap(),
    }
    assert_eq!(compiled(world, compiler), expected, "{compiler}, {path}");
    assert_eq!(compiled(world, compiler), [""; 0], "{compiler}, after {path}");
}

const ASSEMBLED: [(&str, &str); 14] = [
    ("src/plain.s", ".include \"k.inc\"\n.data\n.globl k\nk: .long K\n.file \"elsewhere.c\"\n"),
    ("src/pre.S", "#include \"name.h\"\n.data\n.globl b\nb: .incbin BLOB\n"),
    ("src/name.h", "#define BLOB \"blob.bin\"\n"),
    ("src/inline.c", "__asm__(\".data\\n.globl i\\ni: .incbin \\\"data.bin\\\"\\n\");\n"),
    (
        "src/macro.c",
        "#define IN(f) \".incbin \\\"\" f \"\\\"\\n\"\n__asm__(\".data\\n.globl m\\nm: \" IN(\"macro.bin\"));\nint bare;\n",
    ),
    ("src/word.c", "__asm__(\".data\\n.globl w\\nw: .incbin \\\"\" WORD \"\\\"\\n\");\n"),
    ("src/arg.s", ".macro in f\n.incbin \"\\f\"\n.endm\n.data\n.globl a\na: in bare\n"),
    ("src/upper.s", ".data\n.globl u\nu: .INCBIN \"upper.bin\"\n.INCLUDE \"plain\"\n"),
    ("src/none.c", "int none; /* .incbin for nobody */\n"),
    ("plain", ".include \"deep/m\"\n"),
    ("k.inc", ".include \"deep/l.inc\"\n"),
    ("deep/l.inc", ".set K, 1\n"),
    ("blob.bin", "one"),
    ("inc/data.bin", "one"),
];

fn assembled(project: &str) -> World {
    let world = with(project, &ASSEMBLED);
    ["macro.bin", "word.bin", "upper.bin", "bare"].iter().for_each(|path| world.write(path, "one"));
    world.write("deep/m", ".set M, 1\n");
    world
}

#[test]
fn what_an_assembler_includes() {
    let project = r#"{ "format": 1, "name": "demo", "targets": [ { "kind": "library", "name": "u",
        "sources": ["src/*.c", "src/*.S", "src/*.s"], "includes": ["first", "inc"],
        "flags_for": [ { "sources": "src/word.c", "cflags": ["-DWORD=\"word.bin\""] } ] } ] }"#;
    for compiler in ["gcc", "clang"] {
        if is_missing(compiler, "what its assembler includes") {
            continue;
        }
        let world = assembled(project);
        fs::create_dir(world.path("first")).unwrap();
        assert_eq!(compiled(&world, compiler).len(), 8, "{compiler}");
        check(&world, compiler, "word.bin", Some("two"), &["src/word.c"]);
        check(&world, compiler, "bare", Some("two"), &["src/arg.s"]);
        check(&world, compiler, "upper.bin", Some("two"), &["src/upper.s"]);
        check(&world, compiler, "deep/m", Some(".set M, 2\n"), &["src/upper.s"]);
        check(&world, compiler, "blob.bin", Some("two"), &["src/pre.S"]);
        check(&world, compiler, "k.inc", Some(".include \"deep/l.inc\"\n.set L, 1\n"), &["src/plain.s"]);
        check(&world, compiler, "deep/l.inc", Some(".set K, 2\n"), &["src/plain.s"]);
        check(&world, compiler, "inc/data.bin", Some("two"), &["src/inline.c"]);
        check(&world, compiler, "macro.bin", Some("two"), &["src/macro.c"]);
        // An assembler looks where it runs first.
        check(&world, compiler, "first/data.bin", Some("three"), &["src/inline.c"]);
        check(&world, compiler, "data.bin", Some("four"), &["src/inline.c"]);
        check(&world, compiler, "first/data.bin", Some("five"), &[]);
        check(&world, compiler, "other.bin", Some("new"), &[]);
    }
}

/// Names that stand in no text: only the assembler itself can tell.
#[test]
fn what_an_assembler_puts_together() {
    if is_missing("gcc", "what its assembler includes") {
        return;
    }
    let project = r#"{ "format": 1, "name": "demo", "targets": [ { "kind": "library", "name": "u", "sources": ["src/*"],
        "includes": ["inc", "parts", "src"] } ] }"#;
    let files = [
        ("src/each.s", ".data\n.irp n,1,2\n.incbin \"part\\n\"\n.endr\n"),
        (
            "src/inline.c",
            "#include <i.h>\n__asm__(\".data\\n.irp n,3\\n.incbin \\\"part\\\\n\\\"\\n.endr\\n\");\n",
        ),
        ("inc/i.h", "\n"),
        ("part1", "one"),
        ("part2", "two"),
        ("parts/part3", "three"),
    ];
    let world = with(project, &files);
    assert_eq!(compiled(&world, "gcc").len(), 2);
    check(&world, "gcc", "part2", Some("other"), &["src/each.s"]);
    check(&world, "gcc", "parts/part3", Some("other"), &["src/inline.c"]);
    // An assembler looks where it runs first, but not for the source, of which it is told.
    check(&world, "gcc", "i.h", Some("\n"), &[]);
    check(&world, "gcc", "inline.c", Some("\n"), &[]);
    check(&world, "gcc", "part3", Some("other"), &["src/inline.c"]);
    // What it was given by the compiler, in a directory of theirs, is no file of anybody's.
    let (store, _) =
        Store::read(&RealDisk::new(world.root()), "target/modpin/debug/.modpin/state").unwrap();
    let object = "target/modpin/debug/.modpin/obj/libu.a/src/inline.c.o";
    let record = store.action(store.find(object).unwrap()).unwrap();
    let read: Vec<&str> = record.discovered.iter().map(|&(id, _)| store.path(id)).collect();
    assert!(read.contains(&"part3") && read.iter().all(|path| !path.ends_with(".s")), "{read:?}");
}

/// The options of a compilation are those of the link, where the linker compiles.
#[test]
fn an_object_to_be_compiled_later_does_not_know_what_the_assembler_is_told() {
    if is_missing("gcc", "what an object says of its options") {
        return;
    }
    let project = r#"{ "format": 1, "name": "demo", "targets": [ { "kind": "library", "name": "u", "sources": ["src/a.c"],
        "cflags": ["-flto", "-ffat-lto-objects"] } ] }"#;
    let world = with(project, &[("src/a.c", "int a;\n")]);
    assert_eq!(compiled(&world, "gcc").len(), 1);
    let object = fs::read(world.built(".modpin/obj/libu.a/src/a.c.o")).unwrap();
    let says = |word: &[u8]| object.windows(word.len()).any(|part| part == word);
    assert!(says(b"-flto") && !says(b"--MD"));
}

#[test]
fn the_database_does_not_know_what_the_assembler_is_told() {
    let project = r#"{ "format": 1, "name": "demo", "targets": [ { "kind": "library", "name": "u",
        "sources": ["src/*.c", "src/*.S", "src/*.s"], "includes": ["inc"], "cppflags": ["-DWORD=\"word.bin\""],
        "cflags": ["-Xassembler", "-n"] } ] }"#;
    let world = assembled(project);
    compiled(&world, "gcc");
    let database = fs::read_to_string(world.built("compile_commands.json")).unwrap();
    assert!(!database.contains("MD"), "{database}");
    assert_eq!(database.matches("-Xassembler").count(), 8, "{database}");
}

#[test]
fn headers_that_were_asked_for_in_other_words() {
    let project = r#"{ "format": 1, "name": "demo", "targets": [ { "kind": "library", "name": "u",
        "sources": ["src/*.c"], "includes": ["first", "second"] } ] }"#;
    let asked = |text: &str| format!("#if {text}\n#define FOUND 1\n#else\n#define FOUND 0\n#endif\n");
    let has = |text: &str| asked(text) + "int found = FOUND;\n";
    let files = [
        ("src/next.c", "#include <n.h>\nint next = FOUND;\n".to_owned()),
        ("first/n.h", asked("__has_include_next(<n.h>)")),
        ("src/spliced.c", has("__has_inc\\\nlude \\\n (<s.h>)")),
        ("src/plain.c", "#include <plain>\nint plain = FOUND;\n".to_owned()),
        ("first/plain", asked("__has_include(<p.h>)")),
        ("src/given.c", format!("#define HAS(x) __has_include(x)\n{}", has("HAS(<g.h>)"))),
        ("src/chain.c", format!("#define A B\n#define B <c.h>\n{}", has("__has_include(A)"))),
        ("second/none", String::new()),
    ];
    for compiler in ["gcc", "clang"] {
        if is_missing(compiler, "headers that it was asked for") {
            continue;
        }
        let world = with(project, &files.each_ref().map(|(path, text)| (*path, text.as_str())));
        assert_eq!(compiled(&world, compiler).len(), 5, "{compiler}");
        for (header, source) in [
            ("second/n.h", "src/next.c"),
            ("second/s.h", "src/spliced.c"),
            ("second/p.h", "src/plain.c"),
            ("second/g.h", "src/given.c"),
            ("second/c.h", "src/chain.c"),
        ] {
            check(&world, compiler, header, Some("\n"), &[source]);
            check(&world, compiler, header, None, &[source]);
        }
    }
}

#[test]
fn headers_that_become_a_module() {
    if is_missing("clang", "module maps") {
        return;
    }
    let project = r#"{ "format": 1, "name": "demo", "targets": [ { "kind": "library", "name": "u",
        "sources": ["src/*.c"], "includes": ["inc"], "cflags": ["-fmodules", "-fmodules-cache-path=modules"] } ] }"#;
    let header = "#ifdef Y\n#define X 2\n#else\n#define X 1\n#endif\n";
    let world =
        with(project, &[("inc/h.h", header), ("src/a.c", "#define Y\n#include <h.h>\nint a = X;\n")]);
    assert_eq!(compiled(&world, "clang").len(), 1);
    check(&world, "clang", "inc/module.modulemap", Some("module H { header \"h.h\" }\n"), &["src/a.c"]);
    for name in ["module.private.modulemap", "module_private.map", "module.map"] {
        check(&world, "clang", &format!("inc/{name}"), Some("\n"), &["src/a.c"]);
        check(&world, "clang", &format!("inc/{name}"), None, &["src/a.c"]);
    }
    check(&world, "clang", "module.modulemap", Some("module R { header \"r.h\" }\n"), &["src/a.c"]);
}

#[test]
fn headers_that_were_asked_for() {
    if is_long("untold::headers_that_were_asked_for") {
        return;
    }
    let project = r#"{ "format": 1, "name": "demo", "targets": [ { "kind": "library", "name": "u",
        "sources": ["src/*.c"], "includes": ["first", "include"], "cflags": ["-DBY_FLAG=\"flag.h\""] } ] }"#;
    let files = [
        ("src/angle.c", "#if __has_include(<opt.h>)\n#include <opt.h>\n#endif\nint angle;\n"),
        (
            "src/quoted.c",
            "#if defined(__has_include) && __has_include(\"near.h\")\nint near;\n#endif\nint quoted;\n",
        ),
        ("src/by.c", "#include <by.h>\nint by = FOUND;\n"),
        ("src/none.c", "int none;\n"),
        (
            "include/by.h",
            "#include <names.h>\n#if __has_include(CONFIG) || __has_include(BY_FLAG)\n#define FOUND 1\n#else\n#define FOUND 0\n#endif\n",
        ),
        ("include/names.h", "#define CONFIG <config.h>\n"),
    ];
    for compiler in ["gcc", "clang"] {
        if is_missing(compiler, "headers that it was asked for") {
            continue;
        }
        let world = with(project, &files);
        fs::create_dir(world.path("first")).unwrap();
        assert_eq!(compiled(&world, compiler).len(), 4, "{compiler}");
        check(&world, compiler, "include/opt.h", Some("#define OPT 1\n"), &["src/angle.c"]);
        check(&world, compiler, "first/opt.h", Some("#define OPT 2\n"), &["src/angle.c"]);
        check(&world, compiler, "first/opt.h", None, &["src/angle.c"]);
        check(&world, compiler, "include/opt.h", None, &["src/angle.c"]);
        check(&world, compiler, "src/near.h", Some("\n"), &["src/quoted.c"]);
        check(&world, compiler, "src/near.h", None, &["src/quoted.c"]);
        check(&world, compiler, "first/near.h", Some("\n"), &["src/quoted.c"]);
        check(&world, compiler, "include/config.h", Some("\n"), &["src/by.c"]);
        check(&world, compiler, "include/config.h", None, &["src/by.c"]);
        check(&world, compiler, "first/flag.h", Some("\n"), &["src/by.c"]);
        check(&world, compiler, "near.h", Some("\n"), &[]);
    }
}
