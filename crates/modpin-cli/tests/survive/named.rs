//! Files that arguments name are inputs (rows R37 and B12): an edit builds what reads them, and nothing else; one that was not
//! there yet is seen when it comes.

use std::collections::BTreeSet;
use std::process::Command;

use modpin_test::skip::{is_long, is_missing, linkers};
use modpin_test::{Said, World};

use super::with;
use crate::program::Program;

/// What a build ran, but what is read of symbols afterwards.
fn ran(world: &World, compiler: &str) -> BTreeSet<String> {
    let mut command = world.project("build --message-format json");
    let said = Said::of(command.env("CC", compiler));
    assert!(said.success(), "{}", said.text());
    let started = said.objects_of("started").into_iter().filter(|line| line["command"].is_string());
    started.map(|line| line["label"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
}

/// One case: what is named, by whom, and who reads it. `{a}` before and after an edit of the file.
struct Case {
    /// `cflags` of the library, `ldflags` of the program.
    flags: (&'static str, &'static str),
    /// The files that are there from the start.
    files: &'static [(&'static str, &'static str)],
    /// What is written, and what must run then.
    edits: &'static [(&'static str, &'static str, &'static [&'static str])],
}

const UTIL: &[&str] = &["util.c", "tool"];
const COMPILED: &[&str] = &["util.c"];
const LINKED: &[&str] = &["tool"];

/// The library holds `int util = Z`, which decides what is compiled; no case may change `main.c`.
fn check(compiler: &str, case: &Case) {
    let (cflags, ldflags) = case.flags;
    let list = |flags: &str| {
        flags.split_whitespace().map(|flag| format!("\"{flag}\"")).collect::<Vec<_>>().join(", ")
    };
    let project = format!(
        r#"{{ "format": 1, "name": "demo", "targets": [
            {{ "kind": "library", "name": "u", "sources": ["util.c"], "cflags": ["-g0", {}] }},
            {{ "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["u"], "ldflags": [{}] }} ] }}"#,
        if cflags.is_empty() { "\"-DZ=0\"".to_owned() } else { list(cflags) },
        list(ldflags),
    );
    let files = [
        ("util.c", "#ifndef Z\n#define Z 0\n#endif\nint util(void) { return Z; }\n"),
        ("main.c", "int util(void); int main(void) { return util(); }\n"),
    ];
    let world = with(&project, &[&files[..], case.files].concat());
    ran(&world, compiler);
    for (path, text, expected) in case.edits {
        assert_eq!(ran(&world, compiler), BTreeSet::new(), "{:?}, before {path}", case.flags);
        world.write(path, text);
        let expected: BTreeSet<String> = expected.iter().map(|&label| label.to_owned()).collect();
        assert_eq!(ran(&world, compiler), expected, "{:?}, {path}", case.flags);
    }
    assert_eq!(ran(&world, compiler), BTreeSet::new(), "{:?}, after", case.flags);
}

#[test]
fn response_files_in_all_their_forms() {
    check(
        "gcc",
        &Case {
            flags: ("@o.rsp", "-Wl,@l.rsp"),
            files: &[("o.rsp", "-DZ=1\n"), ("l.rsp", "--defsym=rs=1\n")],
            edits: &[("o.rsp", "-DZ=2\n", UTIL), ("l.rsp", "--defsym=rs=2\n", LINKED)],
        },
    );
    check(
        "gcc",
        &Case {
            flags: ("@o.rsp -Wa,@a.rsp", "@l.rsp -Xlinker @m.rsp"),
            files: &[
                ("o.rsp", "'@deep/p.rsp'"),
                ("deep/p.rsp", "-I inc\n-DZ=1"),
                ("a.rsp", "--defsym as=1"),
                ("l.rsp", "-Wl,--version-script,v.map"),
                ("v.map", "{ global: main; local: *; };"),
                ("m.rsp", "@n.rsp"),
                ("n.rsp", "--defsym=n=1"),
            ],
            edits: &[
                ("deep/p.rsp", "-I inc -DZ=3", UTIL),
                ("a.rsp", "--defsym as=2", UTIL),
                ("v.map", "{ global: main; util; local: *; };", LINKED),
                ("n.rsp", "--defsym=n=2", LINKED),
                ("m.rsp", "--defsym=m=3", LINKED),
                ("n.rsp", "--defsym=n=4", &[]),
            ],
        },
    );
}

/// The driver hands them on, and knows nothing of them; a name may be a word like any other.
#[test]
fn what_is_said_to_the_preprocessor_alone() {
    check(
        "gcc",
        &Case {
            flags: ("-Wp,@words -Xpreprocessor @more", ""),
            files: &[("words", "-DZ=1\n"), ("more", "-DY\n")],
            edits: &[("words", "-DZ=2\n", UTIL), ("more", "-DY=2\n", COMPILED)],
        },
    );
}

#[test]
fn headers_that_a_response_file_makes_found() {
    check(
        "gcc",
        &Case {
            flags: ("@o.rsp", ""),
            files: &[
                ("o.rsp", "-Ifirst -Isecond -include z.h"),
                ("second/z.h", "#define Z 1\n"),
                ("first/none", ""),
            ],
            edits: &[
                ("second/z.h", "#define Z 2\n", UTIL),
                ("first/z.h", "#define Z 3\n", UTIL),
                ("o.rsp", "-Isecond -include z.h", UTIL),
            ],
        },
    );
}

#[test]
fn scripts_lists_and_specs() {
    check(
        "gcc",
        &Case {
            flags: (
                "-specs=my.specs",
                "-Wl,--retain-symbols-file=keep -Wl,--dynamic-list,d.list -Wl,-T,more.ld -Wl,--version-script=v",
            ),
            files: &[
                ("my.specs", "%include <deep.specs>\n"),
                ("deep.specs", "*cpp:\n+ -DZ=1\n"),
                ("keep", "main\n"),
                ("d.list", "{ main; };"),
                ("more.ld", "a_symbol = 1;\nINSERT AFTER .data;\n"),
                ("v", "{ global: main; local: *; };"),
            ],
            edits: &[
                ("deep.specs", "*cpp:\n+ -DZ=2\n", UTIL),
                ("my.specs", "*cpp:\n+ -DZ=3\n", UTIL),
                ("keep", "main\nutil\n", LINKED),
                ("d.list", "{ main; util; };", LINKED),
                ("more.ld", "b_symbol = 1;\nINSERT AFTER .data;\n", LINKED),
                ("v", "{ global: main; util; local: *; };", LINKED),
            ],
        },
    );
}

/// What stands in a link for a library that is there already.
#[test]
fn arguments_of_a_library() {
    let project = r#"{ "format": 1, "name": "demo", "targets": [
        { "kind": "library", "name": "own", "archive": "libown.a", "link_args": ["{archive}", "-Wl,@words", "-Lfirst", "-Lthen", "-lext"] },
        { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["own"] } ] }"#;
    let main = ("main.c", "int own(void); int main(void) { return own(); }\n");
    let world =
        with(project, &[("words", "--defsym=w=1\n"), main, ("first/none", ""), ("then/none", "")]);
    world.write("own.c", "int ext(void); int own(void) { return ext(); }\n");
    world.write("ext.c", "int ext(void) { return X; }\n");
    let archive = |path: &str, compile: &str| {
        world.call(&format!("gcc -c {compile} -o it.o"));
        world.call(&format!("ar rcsD {path} it.o"));
    };
    archive("libown.a", "own.c");
    archive("then/libext.a", "-DX=1 ext.c");
    assert_eq!(ran(&world, "gcc").len(), 2);
    let links = |what: &str, change: &dyn Fn()| {
        assert_eq!(ran(&world, "gcc"), BTreeSet::new(), "before {what}");
        change();
        assert_eq!(ran(&world, "gcc"), BTreeSet::from(["tool".to_owned()]), "{what}");
    };
    links("words", &|| world.write("words", "--defsym=w=2\n"));
    links("first", &|| archive("first/libext.a", "-DX=2 ext.c"));
}

#[test]
fn files_that_are_not_there_yet() {
    check(
        "gcc",
        &Case {
            flags: ("-fprofile-use=prof -Wno-missing-profile", ""),
            files: &[],
            edits: &[
                ("prof/other.gcda", "new", COMPILED),
                ("prof/deep/more.gcda", "new", COMPILED),
                ("prof/other.gcda", "edited", COMPILED),
            ],
        },
    );
}

/// Nothing of what options write, and no directory, makes a build run again.
#[test]
fn what_arguments_write_is_no_input() {
    check(
        "gcc",
        &Case {
            flags: (
                "-DCONFIG=conf.h -Wa,-adhln=list.s -Iinc/x -ftest-coverage -fprofile-note=note.gcno",
                "-Wl,-Map=out.map -Wl,-rpath,dir.d -Lx.d -Wl,-R,dir.d",
            ),
            files: &[("conf.h", ""), ("inc/x", ""), ("dir.d/x", ""), ("x.d/y", "")],
            edits: &[("conf.h", "edited", &[])],
        },
    );
}

#[test]
fn what_clang_reads() {
    if is_missing("clang", "configuration files and lists for sanitizers") {
        return;
    }
    check(
        "clang",
        &Case {
            flags: ("-DZ=1 -fbasic-block-sections=list=blocks", ""),
            files: &[("blocks", "!util\n")],
            edits: &[("blocks", "!other\n", COMPILED)],
        },
    );
    check(
        "clang",
        &Case {
            flags: ("--config ./my.cfg", ""),
            files: &[("my.cfg", "# -DZ=9\n-DZ=1 @deep/more.cfg\n"), ("deep/more.cfg", "-DY\n")],
            edits: &[("my.cfg", "-DZ=2 @deep/more.cfg\n", UTIL), ("deep/more.cfg", "-DY=2\n", COMPILED)],
        },
    );
    check(
        "clang",
        &Case {
            flags: (
                "-fsanitize-blacklist=list -fsanitize-coverage=trace-pc-guard -fsanitize-coverage-allowlist=allow -DZ=1",
                "",
            ),
            files: &[("list", "fun:none\n"), ("allow", "src:none\n")],
            edits: &[("list", "fun:other\n", COMPILED), ("allow", "src:nothing\n", COMPILED)],
        },
    );
}

/// A library that lies in front of the one that was linked.
#[test]
fn a_library_earlier_on_the_path_or_shared_beside_an_archive() {
    if is_long("named::a_library_earlier_on_the_path_or_shared_beside_an_archive") {
        return;
    }
    let project = r#"{ "format": 1, "name": "demo", "targets": [
        { "kind": "executable", "name": "tool", "sources": ["main.c"], "system_libraries": ["ext"],
          "ldflags": ["-Lla", "-Lsub/../lb", "-Llc"] } ] }"#;
    for linker in linkers("libraries that come earlier") {
        let project = project.replace("-Lla", &format!("-fuse-ld={linker}\", \"-Lla"));
        let world = with(
            &project,
            &[
                ("main.c", "int ext(void); int main(void) { return ext(); }\n"),
                ("sub/none", ""),
                ("la/none", ""),
                ("lb/none", ""),
            ],
        );
        let library = |path: &str, value: usize| {
            world.write("ext.c", format!("int ext(void) {{ return {value}; }}\n"));
            let run = |program: &str, args: &[&str]| {
                assert!(world.command(program).args(args).status().unwrap().success())
            };
            if path.ends_with(".so") {
                run("gcc", &["-shared", "-fPIC", "-o", path, "ext.c"]);
            } else {
                run("gcc", &["-c", "-o", "ext.o", "ext.c"]);
                run("ar", &["rc", path, "ext.o"]);
            }
        };
        let answer = || {
            let path =
                world.path("la").display().to_string() + ":" + &world.path("lb").display().to_string();
            Command::new(world.built("tool")).env("LD_LIBRARY_PATH", path).status().unwrap().code()
        };
        std::fs::create_dir(world.path("lc")).unwrap();
        library("lc/libext.a", 1);
        assert_eq!(ran(&world, "gcc").len(), 2, "{linker}");
        for (path, value, runs) in [
            ("lb/libext.a", 2, true),
            ("lc/libext.so", 3, false),
            ("lb/libext.so", 4, true),
            ("la/libext.a", 5, true),
            ("lb/libext.a", 6, false),
            ("la/libother.a", 7, false),
            ("la/libext.so", 8, true),
        ] {
            assert_eq!(ran(&world, "gcc"), BTreeSet::new(), "{linker}, before {path}");
            library(path, value);
            assert_eq!(ran(&world, "gcc").contains("tool"), runs, "{linker}, {path}");
            if runs {
                assert_eq!(answer(), Some(value as i32), "{linker}, {path}");
            }
        }
    }
}
