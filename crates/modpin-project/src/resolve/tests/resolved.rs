//! Whole declarations, looked up: the targets with their files and flags.

use std::fmt::Write as _;
use std::path::Path;

use expect_test::{Expect, expect};

use crate::resolve::tests::tree::tree;
use crate::{
    Config, Cycles, Executable, Language, Library, LookedUp, Module, Opt, Project, Resolved,
    ResolvedCode, Tristate, resolve,
};

/// What resolving says, errors included, without this machine's paths.
fn said(files: &[&str], config: &Config, declare: impl FnOnce(&mut Project)) -> String {
    let root = tree(files);
    let mut project = Project::new("demo", root.path());
    declare(&mut project);
    let said = match resolve(&project, config, root.path()) {
        Ok(resolved) => show(&resolved),
        Err(error) => error.to_string() + "\n",
    };
    said.replace(&root.path().display().to_string(), "ROOT")
}

pub(super) fn check(
    files: &[&str],
    config: &Config,
    declare: impl FnOnce(&mut Project),
    expected: Expect,
) {
    expected.assert_eq(&said(files, config, declare));
}

fn show(resolved: &Resolved) -> String {
    let mut text = String::new();
    for t in &resolved.libraries {
        let _ =
            writeln!(text, "{} = {}: link {:?} -l{:?}", t.name, t.file_name, t.link, t.system_libraries);
        show_code(&mut text, &t.code);
    }
    for t in &resolved.modules {
        let how = if t.built_in { "built in" } else { t.file_name.as_str() };
        let _ = writeln!(text, "{} ({}) = {how}: link {:?}", t.name, t.flat_name, t.link);
        let _ = writeln!(text, "    -l{:?} {:?}", t.system_libraries, t.ldflags.texts());
        show_code(&mut text, &t.code);
    }
    for t in &resolved.executables {
        let _ =
            writeln!(text, "{}: link {:?} loads {:?} has {:?}", t.name, t.link, t.modules, t.built_in);
        let _ = writeln!(
            text,
            "    -l{:?} {:?} exports {:?}",
            t.system_libraries,
            t.ldflags.texts(),
            t.exports
        );
        show_code(&mut text, &t.code);
    }
    text.extend(
        resolved.disabled.iter().map(|module| format!("off: {} ({})\n", module.name, module.why)),
    );
    text.extend(resolved.warnings.iter().map(|warning| format!("warning: {warning}\n")));
    text
}

fn show_code(text: &mut String, code: &ResolvedCode) {
    let _ = writeln!(text, "    {:?}", code.flags_in(Language::C, false));
    for source in &code.sources {
        let _ = writeln!(text, "    {} {:?}", source.path, source.own.texts().collect::<Vec<_>>());
    }
}

const DEMO: [&str; 8] = [
    "c-src/include/img/util.h",
    "c-src/util/crc.c",
    "c-src/util/hex.c",
    "c-src/stubs/monitor.c",
    "c-src/block/crypt/key.c",
    "c-src/block/crypt/driver.c",
    "c-src/block/raw.c",
    "c-src/imgtool/main.c",
];

/// design/architecture.md, "What a user writes".
fn demo(p: &mut Project) {
    let crypt = p.option(Opt::tristate("CRYPT").default(Tristate::Module).help("encrypted images"));
    let util = p.add(Library::new("imgutil").sources("c-src/util/*.c").include("c-src/include"));
    let stubs = p.add(Library::new("imgstub").sources("c-src/stubs/*.c"));
    p.add(
        Module::new("block/crypt").when(crypt).sources("c-src/block/crypt/*.c").system_library("crypto"),
    );
    p.add(Module::new("block/raw").sources("c-src/block/raw.c"));
    p.add(Executable::new("imgtool").sources("c-src/imgtool/*.c").link([util, stubs]).loads("block/*"));
}

#[test]
fn the_sample_of_the_architecture() {
    check(
        &DEMO,
        &Config::default(),
        demo,
        expect![[r#"
            imgutil = libimgutil.a: link [] -l[]
                ["-Ic-src/include"]
                c-src/util/crc.c []
                c-src/util/hex.c []
            imgstub = libimgstub.a: link [] -l[]
                []
                c-src/stubs/monitor.c []
            block/crypt (block-crypt) = block/crypt.so: link []
                -l["crypto"] []
                []
                c-src/block/crypt/driver.c []
                c-src/block/crypt/key.c []
            block/raw (block-raw) = block/raw.so: link []
                -l[] []
                []
                c-src/block/raw.c []
            imgtool: link [0, 1] loads [0, 1] has []
                -l[] [] exports []
                []
                c-src/imgtool/main.c []
        "#]],
    );
}

#[test]
fn indexes_skip_what_is_switched_off() {
    let mut config = Config { modules: false, ..Config::default() };
    config.set("CRYPT", "n");
    let said = said(&DEMO, &config, demo);
    let targets = said.lines().filter(|line| !line.starts_with(' ')).collect::<Vec<_>>().join("\n");
    expect![[r#"
        imgutil = libimgutil.a: link [] -l[]
        imgstub = libimgstub.a: link [] -l[]
        block/raw (block-raw) = built in: link []
        imgtool: link [0, 1] loads [] has [0]
        off: block/crypt (CRYPT=n)"#]]
    .assert_eq(&targets);
}

#[test]
fn flags_come_from_the_project_then_the_target_then_the_source() {
    let declare = |p: &mut Project| {
        p.include("inc").define("_GNU_SOURCE", 1).cflags(["-Wall", "-g"]);
        let library =
            Library::new("x").sources("*.c").include("./inc/own").define_flag("OWN").cflags("-O2");
        p.add(library.flags_for("b*.c", ["-O3", "-g0"]).flags_for("b1.c", "-O0").link(["y", "y"]));
        p.add(Library::new("y").sources(["b1.c", "a.c"]).link("x").system_library("m"));
    };
    let files = ["inc/own/x.h", "a.c", "b1.c", "b2.c"];
    check(
        &files,
        &Config::default(),
        declare,
        expect![[r#"
            x = libx.a: link [1] -l[]
                ["-Iinc", "-D_GNU_SOURCE=1", "-Wall", "-g", "-Iinc/own", "-DOWN", "-O2"]
                a.c []
                b1.c ["-O3", "-g0", "-O0"]
                b2.c ["-O3", "-g0"]
            y = liby.a: link [0] -l["m"]
                ["-Iinc", "-D_GNU_SOURCE=1", "-Wall", "-g"]
                b1.c []
                a.c []
        "#]],
    );
}

#[test]
fn excluded_sources_are_left_out() {
    let declare = |p: &mut Project| {
        p.add(Library::new("x").sources("*").exclude(["*_test.c", "*.h"]));
    };
    check(
        &["a.c", "a_test.c", "a.h"],
        &Config::default(),
        declare,
        expect![[r#"
            x = libx.a: link [] -l[]
                []
                a.c []
        "#]],
    );
    let declare = |p: &mut Project| {
        p.add(Library::new("y").sources("a.c").exclude("a*"));
    };
    check(
        &["a.c", "a_test.c", "a.h"],
        &Config::default(),
        declare,
        expect![[r#"
        library "y" has no sources
          help: add .sources("DIRECTORY/*.c"), or remove the target
    "#]],
    );
    let declare = |p: &mut Project| {
        p.add(Library::new("x").sources("*.c").exclude("*.cc"));
    };
    check(
        &["a.c"],
        &Config::default(),
        declare,
        expect![[r#"
            x = libx.a: link [] -l[]
                []
                a.c []
            warning: library "x": .exclude("*.cc") leaves out nothing
              help: correct it or remove it
        "#]],
    );
}

/// What was listed, had to be there or was not there: as long as that stays, the answer does.
#[test]
fn what_the_answer_rests_on_is_remembered() {
    let root = tree(&["inc/x.h", "src/deep/a.c", "src/deep/er/b.c", "main.c", "real.c"]);
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, root.path().join(name)).unwrap();
    link("../main.c", "src/linked.c");
    link("nowhere.c", "src/dangling.c");
    let mut p = Project::new("demo", root.path());
    p.include("inc");
    p.add(Library::new("x").sources(["src/*/*.c", "src/*.c", "real.c"]));
    let LookedUp { mut there, dirs, missing, .. } =
        resolve(&p, &Config::default(), root.path()).unwrap().looked_up;
    there.sort();
    let there: Vec<&str> = there.iter().filter_map(|path| path.to_str()).collect();
    assert_eq!(there, ["real.c", "src", "src", "src/deep", "src/linked.c"]);
    assert_eq!(dirs, [Path::new("inc")]);
    assert_eq!(missing, [Path::new("src/dangling.c")]);
}

#[test]
fn what_to_do_about_cycles_is_said_by_the_target_or_else_by_the_project() {
    use Cycles::{Deny, Group};
    let cycles = |project: Option<Cycles>, own: Option<Cycles>| {
        let root = tree(&["a.c"]);
        let mut p = Project::new("demo", root.path());
        p.cycles = project;
        p.add(Module { cycles: own, ..Module::new("m").sources("a.c") });
        p.add(Executable { cycles: own, ..Executable::new("host").sources("a.c").loads("m") });
        let resolved = resolve(&p, &Config::default(), root.path()).unwrap();
        [resolved.modules[0].cycles, resolved.executables[0].cycles]
    };
    assert_eq!(cycles(None, None), [Deny; 2]);
    assert_eq!(cycles(Some(Group), None), [Group; 2]);
    assert_eq!(cycles(Some(Group), Some(Deny)), [Deny; 2]);
    assert_eq!(cycles(None, Some(Group)), [Group; 2]);
}

#[test]
fn layers_are_sorted_and_count_only_where_one_is_mentioned() {
    let resolved = |declare: &dyn Fn(&mut Project)| {
        let root = tree(&["a.c", "libold.a"]);
        let mut p = Project::new("demo", root.path());
        declare(&mut p);
        p.add(Library::new("new").sources("a.c"));
        p.add(Library::prebuilt("old", "libold.a"));
        let resolved = resolve(&p, &Config::default(), root.path()).unwrap();
        let libraries = resolved.libraries.iter();
        let libraries = libraries.map(|library| format!("{} {}", library.name, library.layer));
        let before = resolved.layers.iter().map(|layer| format!("{:?} {}", layer.args, layer.layer));
        libraries.chain(before).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(resolved(&|_| ()), "new 0, old 0");
    assert_eq!(
        resolved(&|p| _ = p.before_layer(3, "-third").before_layer(1, "-first").before_layer(1, "-next")),
        r#"new 0, old 1, ["-first"] 1, ["-next"] 1, ["-third"] 3"#
    );
    assert_eq!(
        resolved(&|p| _ = p.add(Library::new("high").sources("a.c").layer(7))),
        "high 7, new 0, old 1"
    );
}
