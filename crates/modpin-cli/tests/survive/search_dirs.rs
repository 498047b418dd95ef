//! Directories that arguments and the environment name, in all the ways there are to name them (rows R14, R17 and R37): a file, a
//! library or a program that comes there in front of another one takes its place.

use std::collections::BTreeSet;
use std::process::Command;

use modpin_test::Said;
use modpin_test::skip::is_missing;

use super::with;
use crate::program::Program;

/// What a build compiled or linked.
fn ran(command: &mut Command) -> BTreeSet<String> {
    let said = Said::of(command.arg("--message-format").arg("json"));
    assert!(said.success(), "{}", said.text());
    let started = said.objects_of("started").into_iter().filter(|line| line["command"].is_string());
    started.map(|line| line["label"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
}

fn set(names: impl Iterator<Item = String>) -> BTreeSet<String> {
    names.collect()
}

/// Arguments, separated by blanks; in which directory the header lies, and in which one it comes later. `%` is a directory of the case.
const HEADERS: [(&str, &str, &str, &str); 15] = [
    ("gcc clang", "--include-directory=%/a --include-directory %/b", "%/b", "%/a"),
    ("gcc clang", "--include-directory-after=%/a --include-directory-after=%/b", "%/b", "%/a"),
    ("gcc clang", "-iprefix %/ -iwithprefixbefore a -iwithprefix b", "%/b", "%/a"),
    ("gcc clang", "--sysroot=%", "%/usr/include", "%/usr/local/include"),
    ("gcc clang", "-Wp,-I%/b -I%/a", "%/b", "%/a"),
    ("gcc", "-isysroot % -isystem =/a -isystem =/b", "%/b", "%/a"),
    ("gcc", "--sysroot=% -I$SYSROOT/a -I $SYSROOT/b", "%/b", "%/a"),
    ("gcc", "-Wp,-isystem,%/a -Xpreprocessor -isystem -Xpreprocessor %/b", "%/b", "%/a"),
    ("gcc", "-B%/a -idirafter %/b", "%/b", "%/a/include"),
    ("gcc clang", "-idirafter %/b", "%/b", "env"),
    // It tells nothing of headers of the system, if it is obeyed.
    ("gcc clang", "-MMD -isystem %/b", "%/b", "%/b"),
    ("gcc", "-Wp,-MMD,nowhere.d -isystem %/b", "%/b", "%/b"),
    ("gcc", "-Wp,-MD,nowhere.d -isystem %/b", "%/b", "%/b"),
    ("clang", "--sysroot=% -iwithsysroot /a -iwithsysroot /b", "%/b", "%/a"),
    ("clang", "-Xclang -internal-isystem -Xclang %/a -idirafter %/b", "%/b", "%/a"),
];

#[test]
fn a_header_in_front_of_another() {
    for compiler in ["gcc", "clang"] {
        if is_missing(compiler, "directories that its arguments name") {
            continue;
        }
        let cases = || HEADERS.iter().enumerate().filter(|(_, (whose, ..))| whose.contains(compiler));
        let own = cases().map(|(at, (_, flags, ..))| {
            let words =
                flags.split(' ').map(|word| format!("{:?}", word.replace('%', &format!("d{at}"))));
            let words = words.collect::<Vec<_>>().join(", ");
            format!("{{ \"sources\": \"src/c{at}.c\", \"cflags\": [{words}] }}")
        });
        let project = format!(
            "{{ \"format\": 2, \"name\": \"demo\", \"cflags\": [\"-g0\"], \"targets\": [ {{ \"kind\": \"library\", \"name\": \"u\", \"sources\": [\"src/*.c\"], \"flags_for\": [{}] }} ] }}",
            own.collect::<Vec<_>>().join(", ")
        );
        let world = with(&project, &[]);
        let place = |at: usize, dir: &str| dir.replace('%', &format!("d{at}")) + &format!("/h{at}.h");
        for (at, (_, _, found, _)) in cases() {
            world.write(&format!("src/c{at}.c"), format!("#include <h{at}.h>\nint c{at} = X;\n"));
            world.write(&place(at, found), "#define X 1\n");
        }
        world.write("env/none", "");
        let build = || ran(world.project("build").env("CC", compiler).env("C_INCLUDE_PATH", "env"));
        let all = set(cases().map(|(at, _)| format!("c{at}.c")));
        assert_eq!(build(), all, "{compiler}");
        assert_eq!(build(), BTreeSet::new(), "{compiler}, before");
        cases().for_each(|(at, (.., front))| world.write(&place(at, front), "#define X 2\n"));
        assert_eq!(build(), all, "{compiler}");
        assert_eq!(build(), BTreeSet::new(), "{compiler}, after");
    }
}

/// Arguments of a link, and in which directory its library comes later.
const LIBRARIES: [(&str, &str); 5] = [
    ("--library-directory=%/a --library-directory %/b", "%/a"),
    ("-Wl,--library-path,%/a -Wl,--library-path=%/b", "%/a"),
    ("-B%/a -B%/b", "%/a"),
    ("-Wl,--sysroot=% -L=/a -L=/b", "%/a"),
    ("-O1", "env"),
];

#[test]
fn a_library_in_front_of_another() {
    let programs = LIBRARIES.iter().enumerate().map(|(at, (flags, _))| {
        let words = flags.split(' ').map(|word| format!("{:?}", word.replace('%', &format!("d{at}"))));
        let words: Vec<String> = words.collect();
        format!("{{ \"kind\": \"executable\", \"name\": \"p{at}\", \"sources\": [\"main.c\"], \"ldflags\": [{}, \"-lext{at}\"] }}", words.join(", "))
    });
    let programs: Vec<String> = programs.collect();
    let project =
        format!("{{ \"format\": 2, \"name\": \"demo\", \"targets\": [ {} ] }}", programs.join(", "));
    let main = ("main.c", "int ext(void); int main(void) { return ext(); }\n");
    let world = with(&project, &[main, ("ext.c", "int ext(void) { return X; }\n")]);
    let library = |at: usize, dir: &str, value: usize| {
        let dir = dir.replace('%', &format!("d{at}"));
        world.write(&format!("{dir}/none"), "");
        world.call(&format!("gcc -c -DX={value} ext.c -o ext.o"));
        world.call(&format!("ar rcsD {dir}/libext{at}.a ext.o"));
    };
    let cases = || LIBRARIES.iter().enumerate();
    cases().for_each(|(at, (_, front))| library(at, if *front == "env" { "last" } else { "%/b" }, 1));
    let build = || ran(world.project("build").env("CC", "gcc").env("LIBRARY_PATH", "env:last"));
    build();
    assert_eq!(build(), BTreeSet::new());
    cases().for_each(|(at, (_, front))| library(at, front, 2));
    let linked = build();
    let expected = set(cases().map(|(at, _)| format!("p{at}")));
    assert_eq!(linked, expected);
    assert_eq!(build(), BTreeSet::new());
}

/// A program on the search path, or where a variable or an argument says, before the one that ran so far.
#[test]
fn a_program_in_front_of_another() {
    let all = ["main.c", "util.c", "tool"];
    let project = |flag: &str| {
        format!(
            r#"{{ "format": 2, "name": "demo", "cflags": ["-g0", "{flag}"], "ldflags": ["{flag}"], "targets": [
            {{ "kind": "library", "name": "util", "sources": ["util.c"] }},
            {{ "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"] }} ] }}"#
        )
    };
    for (variable, flag) in [("PATH", "-O1"), ("COMPILER_PATH", "-O1"), ("", "-Bbin"), ("", "-Bbin/")] {
        let main = ("main.c", "int util(void); int main(void) { return util(); }\n");
        let files = [("util.c", "int util(void) { return 0; }\n"), main, ("bin/none", "")];
        let world = with(&project(flag), &files);
        let build = || {
            let mut command = world.project("build");
            let path = std::env::var("PATH").unwrap_or_default();
            match variable {
                "PATH" => command.env(variable, format!("{}:{path}", world.path("bin").display())),
                "" => &mut command,
                // From where the compiler runs.
                _ => command.env(variable, "bin"),
            };
            command.env_remove("CC");
            ran(&mut command)
        };
        build();
        for (program, argument) in
            [("as", "--defsym q=1"), ("ld", "--defsym=q=1"), ("as", "--defsym q=2")]
        {
            assert_eq!(build(), BTreeSet::new(), "{variable} {flag}, before {program}");
            world.script(
                &format!("bin/{program}"),
                &format!("#!/bin/sh\nexec /usr/bin/{program} {argument} \"$@\"\n"),
            );
            let ran = build();
            let expected = if program == "as" { &all[..] } else { &all[2..] };
            let expected = set(expected.iter().map(|&name| name.to_owned()));
            assert!(ran.is_superset(&expected), "{variable} {flag}, {program}: {ran:?}");
        }
        assert_eq!(build(), BTreeSet::new(), "{variable} {flag}, after");
    }
}

/// Below a directory of `-B`, gcc looks first where things of its own version are: headers, libraries and programs.
#[test]
fn what_is_below_a_directory_of_programs_for_one_version() {
    let text = Said::of(Command::new("gcc").arg("-print-search-dirs")).out;
    let own = text.lines().next().and_then(|line| line.trim_end_matches('/').rsplit_once("/gcc/"));
    let own = format!("b/{}", own.expect("gcc says where it is installed").1);
    let project = r#"{ "format": 1, "name": "demo", "targets": [
        { "kind": "executable", "name": "tool", "sources": ["main.c"], "cflags": ["-g0", "-Bb"], "ldflags": ["-Bb", "-lext"] } ] }"#;
    let main = "#include <x.h>\nint ext(void); int main(void) { return ext() + X; }\n";
    let header = |value| format!("#define X {value}\n");
    let world = with(project, &[("main.c", main), ("b/include/x.h", &header(1))]);
    let library = |dir: &str, value| {
        world.write("ext.c", format!("int ext(void) {{ return {value}; }}\n"));
        world.call("gcc -c ext.c -o ext.o");
        world.call(&format!("ar rcsD {dir}/libext.a ext.o"));
    };
    library("b", 1);
    let build = || ran(world.project("build").env("CC", "gcc"));
    let all = ["main.c", "tool"].map(str::to_owned);
    assert_eq!(build(), all.clone().into());
    let check = |what: &str, change: &dyn Fn(), expected: &[String]| {
        assert_eq!(build(), BTreeSet::new(), "before {what}");
        change();
        assert_eq!(build(), set(expected.iter().cloned()), "{what}");
    };
    check("header", &|| world.write(&format!("{own}/include/x.h"), header(2)), &all);
    check("library", &|| library(&own, 2), &all[1..]);
    let program = |name: &str, argument: &str| {
        let text = format!("#!/bin/sh\nexec /usr/bin/{name} {argument} \"$@\"\n");
        world.script(&format!("{own}/{name}"), &text);
    };
    // Which programs a compilation runs behind the driver is not asked.
    check("linker", &|| program("ld", "--defsym=q=1"), &all);
    check("assembler", &|| program("as", "--defsym q=1"), &all);
}
