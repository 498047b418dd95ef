//! Which files globs and paths mean in a tree of files.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use expect_test::{Expect, expect};

use crate::problem::Problem;
use crate::resolve::files::pattern::Pattern;
use crate::resolve::files::sources::{files, source};
use crate::resolve::findings::Findings;
use crate::resolve::tests::tree::tree;

fn lookup(root: &Path, patterns: &[&str]) -> String {
    let mut findings = Findings::default();
    let subject = "library \"x\"";
    let read = findings.keep_all(patterns.iter().map(|text| Pattern::new(root, text, subject)));
    let found = files(root, subject, &read, &mut findings);
    let found = findings.keep_all(found.iter().map(|path| source(subject, path)));
    let problems = findings.problems.iter().map(Problem::to_string);
    let found = found.into_iter().map(|(path, _)| path);
    let said: String = found.chain(problems).map(|line| line + "\n").collect();
    said.replace(&root.display().to_string(), "ROOT")
}

fn check(files: &[&str], patterns: &[&str], expected: Expect) {
    expected.assert_eq(&lookup(tree(files).path(), patterns));
}

const TREE: [&str; 9] = [
    "main.c",
    "util/b.c",
    "util/a.c",
    "util/io/trace.c",
    "util/io/trace.h",
    "util/start.S",
    "util/.hidden.c",
    "util/.git/x.c",
    "CMake.txt",
];

#[test]
fn a_star_stays_in_its_directory_and_results_are_sorted() {
    check(
        &TREE,
        &["util/*.c"],
        expect![[r#"
        util/a.c
        util/b.c
    "#]],
    );
    check(
        &TREE,
        &["*.c"],
        expect![[r#"
        main.c
    "#]],
    );
    check(
        &TREE,
        &["*/*/*.c"],
        expect![[r#"
        util/io/trace.c
    "#]],
    );
}

#[test]
fn two_stars_cross_directories_but_not_into_dot_directories() {
    check(
        &TREE,
        &["util/**/*.c"],
        expect![[r#"
        util/a.c
        util/b.c
        util/io/trace.c
    "#]],
    );
    check(
        &TREE,
        &["**/trace.c", "util/{io,none}/*.c", "{main,util/a}.c"],
        expect![[r#"
        util/io/trace.c
        main.c
        util/a.c
    "#]],
    );
    check(
        &TREE,
        &["util/{*,x}.c", "**/{.hid,x}*.c"],
        expect![[r#"
            util/a.c
            util/b.c
            util/.hidden.c
        "#]],
    );
    check(
        &TREE,
        &["util/.*.c", "util/.git/*.c", "util/.g*/*.c"],
        expect![[r#"
        util/.hidden.c
        util/.git/x.c
    "#]],
    );
}

#[test]
fn the_first_mention_wins() {
    check(
        &TREE,
        &["util/b.c", "util/*.c", "./util/../main.c", "main.c"],
        expect![[r#"
        util/b.c
        util/a.c
        main.c
    "#]],
    );
}

#[test]
fn assembler_is_a_source_and_case_counts() {
    check(
        &TREE,
        &["util/*.S", "util/*.C"],
        expect![[r#"
        util/start.S
        library "x": no file matches "util/*.C"
          help: the directory "util" exists, but holds no such file
    "#]],
    );
}

#[test]
fn globs_that_match_nothing() {
    check(
        &TREE,
        &["utl/*.c"],
        expect![[r#"
            library "x": no file matches "utl/*.c"
              help: did you mean "util/*.c"?
        "#]],
    );
    check(
        &TREE,
        &["util/oi/*.c"],
        expect![[r#"
            library "x": no file matches "util/oi/*.c"
              help: did you mean "util/io/*.c"?
        "#]],
    );
    check(
        &TREE,
        &["util/*.s"],
        expect![[r#"
        library "x": no file matches "util/*.s"
          help: the directory "util" exists, but holds no such file
    "#]],
    );
    check(
        &TREE,
        &["zzz/deep/*.c"],
        expect![[r#"
            library "x": no file matches "zzz/deep/*.c"
              help: paths start at the project's root, ROOT
        "#]],
    );
    check(
        &TREE,
        &["*.s"],
        expect![[r#"
        library "x": no file matches "*.s"
          help: the directory "." exists, but holds no such file
    "#]],
    );
    check(
        &["a[1].c"],
        &["a[1].c"],
        expect![[r#"
        library "x": no file matches "a[1].c"
          help: a file has that very name: write its wildcard characters as "a[[]1[]].c"
    "#]],
    );
}

#[test]
fn literal_paths_that_are_missing() {
    check(
        &TREE,
        &["util/aa.c"],
        expect![[r#"
        library "x": the source "util/aa.c" is missing
          help: did you mean "util/a.c"?
    "#]],
    );
    check(
        &TREE,
        &["utl/a.c"],
        expect![[r#"
            library "x": the source "utl/a.c" is missing
              help: did you mean "util/a.c"?
        "#]],
    );
    check(
        &TREE,
        &["util/io/zebra.c"],
        expect![[r#"
        library "x": the source "util/io/zebra.c" is missing
          help: the directory "util/io" exists
    "#]],
    );
    check(
        &TREE,
        &["zebra.c"],
        expect![[r#"
            library "x": the source "zebra.c" is missing
              help: paths start at the project's root, ROOT
        "#]],
    );
    check(
        &TREE,
        &["util"],
        expect![[r#"
            library "x": the source "util" is a directory
              help: name its sources: "util/*.c", or "util/**/*.c" with all below
        "#]],
    );
}

#[test]
fn files_that_are_no_sources() {
    check(
        &TREE,
        &["util/io/*"],
        expect![[r#"
        util/io/trace.c
        library "x": "util/io/trace.h" is not a source
          help: headers are found by the compiler: name their directory with .include()
    "#]],
    );
    check(
        &["-x.c", "@y.c", "ok/-x.c"],
        &["**/*.c"],
        expect![[r#"
        ok/-x.c
        library "x": the file name "-x.c" would be read as an option
          help: rename the file, or move it into a directory
        library "x": the file name "@y.c" would be read as an option
          help: rename the file, or move it into a directory
    "#]],
    );
    check(
        &["a.cpp", "b.txt", "Makefile"],
        &["*"],
        expect![[r#"
            a.cpp
            library "x": "Makefile" is not a source
              help: sources are .c, .cc .cpp .cxx .c++ .C, .S and .s; narrow the glob, or leave the file out with .exclude()
            library "x": "b.txt" is not a source
              help: sources are .c, .cc .cpp .cxx .c++ .C, .S and .s; narrow the glob, or leave the file out with .exclude()
        "#]],
    );
}

#[test]
fn patterns_that_are_none() {
    check(
        &TREE,
        &["", "a\nb.c", "a\0.c", "a[.c", "{a"],
        expect![[r#"
        library "x": "" is not a path that a build can carry
          help: paths must not be empty or hold a newline or NUL; rename the file
        library "x": "a\nb.c" is not a path that a build can carry
          help: paths must not be empty or hold a newline or NUL; rename the file
        library "x": "a\0.c" is not a path that a build can carry
          help: paths must not be empty or hold a newline or NUL; rename the file
        library "x": "a[.c" is not a glob: unclosed character class; missing ']'
          help: write a wildcard character that is meant literally as [?], [*] or [[]
        library "x": "{a" is not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
          help: write a wildcard character that is meant literally as [?], [*] or [[]
    "#]],
    );
}

#[test]
fn odd_characters_are_found_and_can_be_written_literally() {
    let odd = ["a b.c", "a[1].c", "a*.c", "q\".c", "$x.c", "ü.c", "#.c", "a:b.c", "tab\t.c"];
    check(
        &odd,
        &["*.c"],
        expect![[r##"
        #.c
        $x.c
        a b.c
        a*.c
        a:b.c
        a[1].c
        q".c
        tab	.c
        ü.c
    "##]],
    );
    check(
        &odd,
        &["a[[]1].c", "a\\*.c", "a b.c"],
        expect![[r#"
        a[1].c
        a*.c
        a b.c
    "#]],
    );
}

#[test]
fn absolute_paths_below_the_root_become_relative() {
    let root = tree(&TREE);
    let glob = format!("{}/util/../util/*.c", root.path().display());
    expect![[r#"
        util/a.c
        util/b.c
    "#]]
    .assert_eq(&lookup(root.path(), &[&glob]));
}

#[test]
fn files_outside_the_root_stay_as_they_were_declared() {
    let (root, package) = (tree(&["main.c"]), tree(&["lua-5.4/src/lapi.c", "lua-5.4/src/lauxlib.c"]));
    let outside = package.path().display().to_string();
    let found = lookup(root.path(), &[&format!("{outside}/lua-*/src/*.c")]);
    expect![[r#"
        PACKAGE/lua-5.4/src/lapi.c
        PACKAGE/lua-5.4/src/lauxlib.c
    "#]]
    .assert_eq(&found.replace(&outside, "PACKAGE"));
    let above = format!("../{}", package.path().file_name().unwrap().to_string_lossy());
    let relative = lookup(root.path(), &[&format!("{above}/lua-5.4/**")]);
    assert_eq!(relative, found.replace(&outside, &above));
    // However they are spelled, they are the same files.
    let both = [format!("{outside}/lua-5.4/**"), format!("{above}/lua-5.4/**")];
    assert_eq!(lookup(root.path(), &both.each_ref().map(String::as_str)), found);
}

#[test]
fn links_to_files_are_followed_and_links_to_directories_are_not() {
    let root = tree(&["real/a.c", "main.c"]);
    let link = |to: &str, name: &str| symlink(to, root.path().join(name)).unwrap();
    link("..", "real/loop");
    link("../main.c", "real/linked.c");
    link("nowhere.c", "real/dangling.c");
    link("real", "alias");
    expect![[r#"
        main.c
        real/a.c
        real/linked.c
    "#]]
    .assert_eq(&lookup(root.path(), &["**/*.c"]));
    expect![[r#"
        alias/a.c
        alias/linked.c
    "#]]
    .assert_eq(&lookup(root.path(), &["alias/a*.c", "alias/**/l*.c"]));
}

#[test]
fn names_that_no_build_can_carry_are_shown() {
    let root = tree(&["good.c", "new\nline.c"]);
    fs::write(root.path().join(OsStr::from_bytes(b"bad\xff.c")), "").unwrap();
    expect![[r#"
        good.c
        library "x": the file name "bad�.c" is not UTF-8
          help: rename the file, or leave it out with .exclude() and a glob
        library "x": the file name "new\nline.c" holds a newline
          help: rename the file, or leave it out with .exclude() and a glob
    "#]]
    .assert_eq(&lookup(root.path(), &["*.c"]));
    let pattern = Pattern::new(root.path(), "bad*.c", "").unwrap();
    assert!(pattern.matches(Path::new(OsStr::from_bytes(b"bad\xff.c"))));
}
