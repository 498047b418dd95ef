//! Project files: what is written, what is read, what is refused.

use expect_test::{Expect, expect, expect_file};

use crate::declare::handle::Position;
use crate::{
    Autoconf, Clangd, ConfigHeader, Cycles, Executable, Flags, Library, Module, Opt, Project, Tristate,
};

/// Every field of the format once.
fn everything() -> Project {
    let mut p = Project::new("imgtool", "/nowhere");
    let crypt = p.option(Opt::tristate("CRYPT").default(Tristate::Module).help("encrypted images"));
    p.option(Opt::bool("DEBUG_IO"));
    p.cycles(Cycles::Deny).before_layer(1, "-Wl,-Bdynamic").clangd(Clangd::File);
    let autoconf = Autoconf::new().zero_or_one("ENABLE_{}").if_on("IF_{}").if_off("IF_NOT_{}");
    p.autoconf(autoconf.force_include().config_deps("c-src/table.h", "CRYPT"));
    let header = ConfigHeader::new("config.h").template("config.h.in").define("CRYPT", crypt);
    p.config_header(header.text("NAME", "imgtool").code("LEVEL", "3").others_off());
    p.include("c-src/include")
        .define("_GNU_SOURCE", 1)
        .define_flag("NDEBUG")
        .cflags(["-Wall", "-Wextra"]);
    p.flags(
        Flags::new()
            .system_include("vendor")
            .cppflags("-DP")
            .cxxflags("-fno-rtti")
            .asflags("-g")
            .ldflags("-Wl,-O1"),
    );
    let util = Library::new("imgutil").sources("c-src/util/**/*.c").exclude("c-src/util/old/*");
    let util = util.whole().public(Flags::new().include("c-src/util").define("UTIL", 1));
    let util = util.flags_for("c-src/util/io.c", Flags::new().cflags("-O3").without("-Wextra"));
    let util = p.add(util.flags_for("c-src/util/crc.c", ["-O3"]).system_library("m").link("imgstub"));
    let stubs = p.add(
        Library::new("imgstub")
            .sources(["a.c", "b.c"])
            .include("stubs")
            .cflags("-g")
            .link_args(["{archive}", "-Wl,-O1"])
            .layer(2),
    );
    let module = Module::new("block/crypt").when(crypt).sources("crypt.c").link([util]);
    let module = module.sources_as("simd", "crypt.c", "-mavx2").keep_system_library("idn2");
    let module = p.add(
        module
            .ldflags_before_objects("-Wl,--no-as-needed")
            .ldflags_before_libraries("-Wl,--as-needed")
            .system_library("crypto")
            .ldflags("-Wl,-O1")
            .define("ROUNDS", 12)
            .cycles(Cycles::Group),
    );
    p.add(Module::new("block/raw").sources("raw.c").built_in());
    let declared = p.dir("net", |d| {
        d.flags(Flags::new().cflags("-g0")).below(Flags::new().define_flag("NET"));
        d.config_header("net.h");
        d.add(Module::new("net/nbd").sources("nbd.c"));
    });
    declared.unwrap().when("DEBUG_IO");
    let host = Executable::new("imgtool").sources("main.c").link([util, stubs]).loads(module);
    p.add(
        host.builds_in("block/r*")
            .components(["main.c", "..."])
            .exports(["img_open"])
            .system_library("dl")
            .ldflags(["-static"])
            .cycles(Cycles::Group),
    );
    p.group("some", ["imgutil", "block/*"]);
    p
}

fn check_refused(text: &str, expected: Expect) {
    let said = match Project::from_json(text, "demo.json", "/nowhere") {
        Ok(project) => format!("{project:?}"),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&said);
}

#[test]
fn a_project_reads_back_as_it_was_written() {
    let project = everything();
    let text = project.to_json().unwrap();
    let read = Project::from_json(&text, "demo.json", "/nowhere").unwrap();
    assert_eq!(read, project);
    assert_eq!(read.to_json().unwrap(), text);
}

#[test]
fn the_format_is_as_documented() {
    expect_file!["everything.json"].assert_eq(&everything().to_json().unwrap());
}

#[test]
fn the_document_is_true() {
    let document = include_str!("../../../../../docs/project-format.md");
    let example = document.split("```").find_map(|part| part.strip_prefix("json\n")).unwrap();
    assert_eq!(Project::from_json(example, "example", "/nowhere").unwrap().targets.len(), 3);

    let json = everything().to_json().unwrap();
    let fields = json.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\":"));
    let missing: Vec<&str> = fields
        .map(|(field, _)| field)
        .filter(|field| !document.contains(&format!("\n| `{field}` |")))
        .collect();
    assert_eq!(missing, [""; 0], "add these fields to a table of docs/project-format.md");
}

#[test]
fn the_least_project_is_a_format_and_a_name() {
    let project = Project::from_json(r#"{"format": 1, "name": "x"}"#, "demo.json", "/nowhere").unwrap();
    assert_eq!(project, Project::new("x", "/nowhere"));
}

#[test]
fn format_1_is_still_read() {
    let text = r#"{"format":1,"name":"x","options":[{"name":"A","kind":"boolean","default":"y"}],
        "targets":[{"kind":"module","name":"m","when":"A","sources":["m.c"]}]}"#;
    let read = Project::from_json(text, "demo.json", "/nowhere").unwrap();
    let mut same = Project::new("x", "/nowhere");
    let option = same.option(Opt::bool("A").default(true));
    same.add(Module::new("m").when(option).sources("m.c"));
    assert_eq!(read, same);
    assert!(read.to_json().unwrap().contains("\"format\": 2"));
}

#[test]
fn the_cflags_of_format_1_are_for_assembler_too() {
    let flags = |format: u32| {
        let text = format!(
            r#"{{"format":{format},"name":"x","cflags":["-g"],"targets":[
            {{"kind":"library","name":"a","sources":["a.c","b.S"],"cflags":["-DA"]}},
            {{"kind":"library","name":"c","sources":["c.c"],"cflags":["-DC"]}}]}}"#
        );
        let read = Project::from_json(&text, "demo.json", "/nowhere").unwrap();
        let of = |flags: &Flags| format!("{:?} {:?}", flags.cflags.len(), flags.asflags.len());
        let targets = read.targets.iter().map(|target| of(target.flags()));
        [of(&read.flags)].into_iter().chain(targets).collect::<Vec<_>>().join(", ")
    };
    assert_eq!((flags(1).as_str(), flags(2).as_str()), ("1 1, 1 1, 1 0", "1 0, 1 0, 1 0"));
}

#[test]
fn a_name_does_not_end_the_line() {
    check_refused(
        r#"{"format": 2, "name": "x", "a\n\rwarning: forged": 1}"#,
        expect![[r#"
            demo.json: not a project file: unknown field `a\n\rwarning: forged` at line 1 column 53
              help: docs/project-format.md lists every field"#]],
    );
}

#[test]
fn unknown_fields_are_named() {
    let target = |fields: &str| format!(r#"{{"format":1,"name":"x","targets":[{{{fields}}}]}}"#);
    check_refused(
        r#"{"format": 1, "name": "x", "target": []}"#,
        expect![[r#"
            demo.json: not a project file: unknown field `target` at line 1 column 40
              help: did you mean "targets"? docs/project-format.md lists every field"#]],
    );
    check_refused(
        &target(r#""kind":"library","name":"a","sorces":["a.c"]"#),
        expect![[r#"
            demo.json: not a project file: unknown field `sorces` at line 1 column 81
              help: did you mean "sources"? docs/project-format.md lists every field"#]],
    );
    check_refused(
        &target(r#""kind":"module","name":"a","loads":["b"]"#),
        expect![[r#"
            demo.json: not a project file: unknown field `loads` at line 1 column 77
              help: docs/project-format.md lists every field and what it stands in: "loads" is for something else"#]],
    );
    check_refused(
        &target(r#""kind":"executable","name":"a","when":"X""#),
        expect![[r#"
            demo.json: not a project file: unknown field `when` at line 1 column 78
              help: docs/project-format.md lists every field and what it stands in: "when" is for something else"#]],
    );
    check_refused(
        &target(r#""kind":"program","name":"a""#),
        expect![[r#"
            demo.json: not a project file: unknown variant `program`, expected one of `library`, `module`, `executable`, `shared-library`, `host-program`, `group`, `rule`, `dir` at line 1 column 51
              help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        &target(r#""kind":"library","name":"a","flags_for":[{"sources":"a.c","flag":[]}]"#),
        expect![[r#"
            demo.json: not a project file: unknown field `flag`, expected one of `sources`, `cflags`, `flags` at line 1 column 106
              help: did you mean "flags"? docs/project-format.md lists every field"#]],
    );
    check_refused(
        r#"{"format":1,"name":"x","options":[{"name":"A","kind":"flag"}]}"#,
        expect![[r#"
            demo.json: not a project file: unknown variant `flag`, expected one of `bool`, `boolean`, `tristate`, `string`, `int`, `hex`, `choice` at line 1 column 59
              help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        r#"{"format":2,"name":"x","options":[{"name":"A","kind":"bool","default":[]}]}"#,
        expect![[r#"
            demo.json: not a project file: a text, a number, true or false at line 1 column 73
              help: docs/project-format.md lists every field"#]],
    );
}

#[test]
fn what_is_missing_or_of_another_type_is_named() {
    check_refused(
        r#"{"format":1,"targets":[]}"#,
        expect![[r#"
        demo.json: not a project file: missing field `name` at line 1 column 25
          help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        r#"{"name":"x"}"#,
        expect![[r#"
            demo.json: not a project file: missing field `format` at line 1 column 12
              help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        r#"{"format":1,"name":"x","targets":[{"name":"a"}]}"#,
        expect![[r#"
        demo.json: not a project file: missing field `kind` at line 1 column 46
          help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        r#"{"format":1,"name":"x","cflags":"-O2"}"#,
        expect![[r#"
            demo.json: not a project file: invalid type: string "-O2", expected a sequence at line 1 column 38
              help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        "",
        expect![[r#"
        demo.json: not a project file: EOF while parsing a value at line 1 column 0
          help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        r#"[1, "x"]"#,
        expect![[r#"
        demo.json: not a project file: invalid type: sequence, expected a map at line 1 column 0
          help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        r#"{"format": "1", "name": "x"}"#,
        expect![[r#"
            demo.json: not a project file: invalid type: string "1", expected u32 at line 1 column 14
              help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        r#"{"format": 1, "name": "x", "name": "y"}"#,
        expect![[r#"
        demo.json: not a project file: duplicate field `name` at line 1 column 33
          help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        r#"{"format":1,"name":"x","targets":[{"kind":"library","name":"a","sources":[],"sources":[]}]}"#,
        expect![[r#"
            demo.json: not a project file: duplicate field `sources` at line 1 column 90
              help: docs/project-format.md lists every field"#]],
    );
    check_refused(
        "[]",
        expect![[r#"
            demo.json: not a project file: invalid type: sequence, expected a map at line 1 column 0
              help: docs/project-format.md lists every field"#]],
    );
}

#[test]
fn another_format_is_refused_whatever_else_it_holds() {
    check_refused(
        r#"{"format": 3, "name": "x", "news": true}"#,
        expect![[r#"
            demo.json: project format 3 is not one that this modpin reads
              help: it is newer: update modpin, or write format 2"#]],
    );
    check_refused(
        r#"{"format": 0, "name": "x"}"#,
        expect![[r#"
            demo.json: project format 0 is not one that this modpin reads
              help: write "format": 2"#]],
    );
}

#[test]
fn a_file_gives_its_directory_as_root() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("demo.json");
    std::fs::write(&file, everything().to_json().unwrap()).unwrap();
    assert_eq!(Project::from_file(&file).unwrap().root(), directory.path());
    let absent = Project::from_file(&directory.path().join("absent.json")).unwrap_err().to_string();
    let said = absent.replace(&directory.path().display().to_string(), "DIR");
    expect!["DIR/absent.json: cannot read the project file: No such file or directory (os error 2)"]
        .assert_eq(&said);
}

#[test]
fn a_handle_of_another_project_does_not_become_a_name() {
    let mut other = Project::new("other", "/nowhere");
    let util = other.add(Library::new("util"));
    let mut p = Project::new("demo", "/nowhere");
    p.add(Library::new("lib").link(util));
    p.add(Executable::new("tool"));
    expect![[r#"
        project "demo": a handle belongs to another project
          help: use the handles that this project's add() and option() gave, or names"#]]
    .assert_eq(&p.to_json().unwrap_err().to_string());
    assert_eq!(other.add(Executable::new("tool").link(util)).0, Position::new(1, "tool"));
    assert!(other.to_json().is_ok());
}
