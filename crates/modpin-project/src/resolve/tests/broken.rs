//! What is said of declarations that no files could save.

use expect_test::{Expect, expect};

use crate::problem::Problem;
use crate::resolve::broken::{broken, names};
use crate::{Binding, Executable, Library, Module, Project, RustHost, Target};

fn check(declare: impl FnOnce(&mut Project), expected: Expect) {
    let mut project = Project::new("demo", "/nowhere");
    declare(&mut project);
    let said: Vec<String> = broken(&project).iter().map(Problem::to_string).collect();
    expected.assert_eq(&said.join("\n"));
}

/// The causes only, for lists of like names.
fn check_names(names: &[&str], expected: Expect) {
    let problems = names.iter().filter_map(|text| names::wrong(&Target::Module(Module::new(*text))));
    let said: Vec<String> = problems.map(|problem| problem.text).collect();
    expected.assert_eq(&said.join("\n"));
}

#[test]
fn names_that_are_fine() {
    check_names(&["a", "block/crypt", "libstdc++", "tool-1.2", "größe", "a..b"], expect![""]);
}

#[test]
fn names_that_no_file_or_argument_can_have() {
    let names =
        ["", "/abs", "dir/", "-x", "../up", "a/./b", "a/.b", "a//b", "a b", "a\nb", "a*", "a,b", "a\\b"];
    check_names(
        &names,
        expect![[r#"
            module "": the name is empty
            module "/abs": the name is an absolute path
            module "dir/": the name ends with a slash
            module "-x": the name begins like an option
            module "../up": the name has the part ".."
            module "a/./b": the name has the part "."
            module "a/.b": the name has the part ".b"
            module "a//b": the name has the part ""
            module "a b": the name holds ' '
            module "a\nb": the name holds '\n'
            module "a*": the name holds '*'
            module "a,b": the name holds ','
            module "a\\b": the name holds '\\'"#]],
    );
}

#[test]
fn a_bad_name_comes_with_the_way_out() {
    check(
        |p| {
            p.add(Library::new("img util"));
        },
        expect![[r#"
            library "img util": the name holds ' '
              help: write letters, digits, `_`, `-`, `+`, and `.` inside a name; `/` stands between directories"#]],
    );
}

#[test]
fn one_name_twice() {
    let declare = |p: &mut Project| {
        p.add(Library::new("imgutil"));
        p.add(Executable::new("imgutil"));
        p.add(Library::new("imgutil"));
    };
    check(
        declare,
        expect![[r#"
        library "imgutil" is declared twice
          help: give one of them another name"#]],
    );
}

#[test]
fn one_output_twice() {
    let declare = |p: &mut Project| {
        p.add(Module::new("block/crypt"));
        p.add(Executable::new("block/crypt.so"));
        p.add(Library::new("util"));
        p.add(Executable::new("libutil.a"));
    };
    check(
        declare,
        expect![[r#"
        module "block/crypt" and executable "block/crypt.so" would both become block/crypt.so
          help: rename one of them
        library "util" and executable "libutil.a" would both become libutil.a
          help: rename one of them"#]],
    );
}

#[test]
fn a_slash_that_becomes_a_dash_meets_another_module() {
    let declare = |p: &mut Project| {
        p.add(Module::new("block/crypt"));
        p.add(Module::new("block-crypt"));
        p.add(Module::new("net/a-b"));
        p.add(Module::new("net-a/b"));
    };
    check(
        declare,
        expect![[r#"
        module "block/crypt" and module "block-crypt" would both become block-crypt.so: a module's `/` becomes `-` there
          help: rename one of them
        module "net/a-b" and module "net-a/b" would both become net-a-b.so: a module's `/` becomes `-` there
          help: rename one of them"#]],
    );
}

#[test]
fn names_that_differ_in_case_only() {
    let declare = |p: &mut Project| {
        p.add(Module::new("Block/crypt"));
        p.add(Module::new("block/crypt"));
    };
    check(
        declare,
        expect![[r#"
        module "Block/crypt" and module "block/crypt" would become Block/crypt.so and block/crypt.so, which differ only in case
          help: rename one of them"#]],
    );
}

#[test]
fn a_file_where_another_needs_a_directory() {
    let declare = |p: &mut Project| {
        p.add(Executable::new("block"));
        p.add(Module::new("block/crypt"));
        p.add(Executable::new("tools/deep/run"));
        p.add(Executable::new("tools/deep"));
    };
    check(
        declare,
        expect![[r#"
        executable "block" would become the file block, where module "block/crypt" needs a directory
          help: rename one of them
        executable "tools/deep" would become the file tools/deep, where executable "tools/deep/run" needs a directory
          help: rename one of them"#]],
    );
}

#[test]
fn words_that_no_command_line_carries() {
    let declare = |p: &mut Project| {
        p.cflags(["-O2", ""]);
        p.define("A B", 1);
        p.add(Library::new("a").define_flag("1X").define("OK", "x y").cflags("-DX=\n"));
        p.add(Module::new("b").system_library("-lm").system_library("").ldflags("\0"));
        p.add(Module::new("d").system_library("a b").system_library("a\u{7}"));
        p.add(
            Executable::new("c")
                .exports(["fine", "foo@V1", "img_*", "all", "a["])
                .system_library("/lib/libx.a"),
        );
    };
    check(
        declare,
        expect![[r#"
        project "demo": "A B" is no name for a macro
          help: write .define("NAME", VALUE); other arguments go to .cflags()
        project "demo": cflags holds the argument ""
          help: an argument must not be empty or hold a newline or NUL
        library "a": "1X" is no name for a macro
          help: write .define("NAME", VALUE); other arguments go to .cflags()
        library "a": cflags holds the argument "-DX=\n"
          help: an argument must not be empty or hold a newline or NUL
        module "b": ldflags holds the argument "\0"
          help: an argument must not be empty or hold a newline or NUL
        module "b": "-lm" is no name of a system library
          help: write it without -l: .system_library("m")
        module "b": "" is no name of a system library
          help: write what stands after -l, such as "m"; other arguments of the link go to .ldflags()
        module "d": "a b" is no name of a system library
          help: write what stands after -l, such as "m"; other arguments of the link go to .ldflags()
        module "d": "a\u{7}" is no name of a system library
          help: write what stands after -l, such as "m"; other arguments of the link go to .ldflags()
        executable "c": it cannot export "foo@V1"
          help: name one symbol without version, a glob such as "bdrv_*", or "all"
        executable "c": "a[" is no glob over symbols: unclosed character class; missing ']'
          help: close what [ or { opens
        executable "c": "/lib/libx.a" is no name of a system library
          help: write what stands after -l, such as "m"; other arguments of the link go to .ldflags()"#]],
    );
}

#[test]
fn a_host_that_cargo_links() {
    let declare = |p: &mut Project| {
        let host = RustHost::new("app").offers(["app_log", "app_*"]).from_shared("app_log");
        p.host(host.exports(["img_*", "all"]));
        let json = r#"{"kind":"executable","name":"b","cargo":{},"sources":["main.c"]}"#;
        p.targets.push(serde_json::from_str(json).expect("a target"));
    };
    check(
        declare,
        expect![[r#"
        executable "app": it cannot export "app_*"
          help: name one symbol, without version and without wildcards
        executable "app": app_log is offered by Rust and comes from a shared library
          help: name it in .offers() or in .from_shared(), where it really is
        executable "app": it cannot export "all", which would be all of Rust's own symbols
          help: export what its C has, with .exports("*"), and name Rust's in .offers()
        executable "b": cargo links it, so nothing is compiled into it here
          help: put its C sources into a library, and .link() that"#]],
    );
}

#[test]
fn what_is_there_already_is_not_made() {
    let declare = |p: &mut Project| {
        p.add(Library::prebuilt("old", "libold.a").sources("more.c"));
        p.add(Module::prebuilt("m", "m.so").sources("more.c"));
        p.add(Module::prebuilt("n", "n.so").system_library("m"));
        let whole = Module::prebuilt("whole", "whole.so").needs("m").binding(Binding::Lazy);
        p.add(whole.when("X"));
    };
    check(
        declare,
        expect![[r#"
        library "old" is an archive that is there already, so nothing is compiled into it
          help: leave its sources out, or declare a library of its own for them
        module "m" is a file that is there already, so nothing is compiled or linked into it
          help: say no more of it than when it is built and how it is opened, or declare it with its sources
        module "n" is a file that is there already, so nothing is compiled or linked into it
          help: say no more of it than when it is built and how it is opened, or declare it with its sources"#]],
    );
}

#[test]
fn names_of_sources_that_are_compiled_again() {
    let declare = |p: &mut Project| {
        let library = Library::new("sum").sources_as("avx.2", "sum.c", "-mavx2");
        p.add(library.sources_as("sse", "sum.c", "").sources_as("sse", "more.c", "-msse"));
    };
    check(
        declare,
        expect![[r#"
            library "sum": it cannot compile sources as "avx.2"
              help: name them with ASCII letters, digits and `_`
            library "sum": sources_as holds the argument ""
              help: an argument must not be empty or hold a newline or NUL
            library "sum": sources are compiled as "sse" twice
              help: give one of them another name, or name all sources in one .sources_as()"#]],
    );
}

#[test]
fn one_source_with_two_sets_of_flags() {
    let declare = |p: &mut Project| {
        let library = Library::new("util").flags_for("crc.c", ["-O3"]).flags_for("crc.c", "-O0");
        p.add(library.flags_for("sha.c", "-O1").flags_for("sha.c", ["-O1"]));
    };
    check(
        declare,
        expect![[r#"
        library "util": "crc.c" is there twice with different flags
          help: give all of its flags in one .flags_for()"#]],
    );
}

#[test]
fn a_project_without_fault_is_silent() {
    let declare = |p: &mut Project| {
        let util = p.add(Library::new("util").define("BITS", 12).system_library("m"));
        p.add(Module::new("block/crypt").ldflags("-Wl,-z,now"));
        p.add(Module::new("trace"));
        p.add(Executable::new("util").link(util).exports("img_open"));
    };
    check(declare, expect![""]);
}
