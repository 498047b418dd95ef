//! Targets of a directory with odd letters in its name: each path starts there, and only patterns know the letters as odd.

use expect_test::{Expect, expect};

use crate::resolve::placed::place;
use crate::{
    Flags, InstallFiles, Library, Module, Rule, RuleArg, SharedLibrary, Target, each, input, output,
};

fn check(mut target: Target, expected: Expect) {
    place(&mut target, "d[1]");
    let text = serde_json::to_string(&target).expect("a target");
    // A line for each of its fields.
    expected.assert_eq(&text[1..text.len() - 1].replace(",\"", "\n\"").replace('"', ""));
}

#[test]
fn every_path_of_a_target_starts_in_its_directory() {
    let flags = || Flags::new().include("inc");
    let library = Library::new("l").sources("a.c").exclude("b.c").flags(flags()).public(flags());
    let library = library.flags_for("a.c", flags()).sources_as("again", "c.c", flags());
    let library = library.install_files(InstallFiles::new("share", "x.txt").from("x"));
    check(
        Target::Library(library),
        expect![[r#"
        kind:library
        name:l
        sources:[d[[]1[]]/a.c]
        exclude:[d[[]1[]]/b.c]
        flags_for:[{sources:d[[]1[]]/a.c
        flags:{includes:[d[1]/inc]}}]
        sources_as:[{as:again
        sources:[d[[]1[]]/c.c]
        flags:{includes:[d[1]/inc]}}]
        includes:[d[1]/inc]
        public:{includes:[d[1]/inc]}
        install:[{dir:share
        from:d[1]/x
        files:[d[[]1[]]/x.txt]}]"#]],
    );
}

#[test]
fn files_that_are_there_are_found_there_and_libraries_of_the_system_are_not() {
    check(
        Target::Library(Library::prebuilt("z", "libz.a")),
        expect![[r#"
        kind:library
        name:z
        archive:d[1]/libz.a"#]],
    );
    check(
        Target::Library(Library::prebuilt("z", "-lz")),
        expect![[r#"
        kind:library
        name:z
        archive:-lz"#]],
    );
    check(
        Target::Module(Module::prebuilt("m", "m.so")),
        expect![[r#"
        kind:module
        name:m
        file:d[1]/m.so"#]],
    );
    check(
        Target::SharedLibrary(SharedLibrary::new("s").version_script("s.map")),
        expect![[r#"
        kind:shared-library
        name:s
        version_script:d[1]/s.map"#]],
    );
}

#[test]
fn a_rule_runs_for_files_of_its_directory() {
    let rule =
        Rule::new("r").each("*.y").run([RuleArg::from("yacc"), each(), input("x.h"), output("out.c")]);
    let rule = rule.except("no.y").reads("more/*").outputs("own.c").depfile("r.d");
    check(
        Target::Rule(rule.stdin(each()).stdout("said")),
        expect![[r#"
        kind:rule
        name:r
        each:[d[[]1[]]/*.y]
        run:[yacc,{input:{each}},{input:d[[]1[]]/x.h},{output:d[1]/out.c}]
        stdin:{input:{each}}
        stdout:d[1]/said
        depfile:d[1]/r.d
        outputs:[d[1]/own.c]
        reads:[d[[]1[]]/more/*]
        except:[d[[]1[]]/no.y]"#]],
    );
}
