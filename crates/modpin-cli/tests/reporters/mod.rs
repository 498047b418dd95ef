//! What a CI shows beside a change: annotations of GitHub, and JUnit's XML of load checks and tests.

use modpin_test::skip::is_missing;
use modpin_test::{Said, World};

use crate::demo;
use crate::program::Program;

/// Whether reporters take a file.
fn is_valid(world: &World, file: &str) {
    if is_missing("xmllint", "reporters::is_valid") {
        return;
    }
    world.write("junit.xsd", include_str!("junit.xsd"));
    world.tool("xmllint", &["--noout", "--schema", "junit.xsd", file]);
}

#[test]
fn what_a_compiler_says_is_shown_at_its_line() {
    let world = demo::world();
    world
        .write("base.c", "int base(int x) { return x + 1; }\nint odd(void) { return 100 % nothing; }\n");
    let mut command = world.project("build --message-format github");
    let above = world.root().parent().unwrap().to_owned();
    let said = Said::of(command.env("GITHUB_WORKSPACE", above));
    said.has(101, "could not compile base.c");
    let dir = world.root().file_name().unwrap().to_string_lossy().into_owned();
    let annotated = said.out.lines().any(|line| {
        line.starts_with(&format!("::error file={dir}/base.c,line=2,col=")) && line.contains("nothing")
    });
    assert!(annotated, "{}", said.out);
    world.write("base.c", demo::SOURCES[0].1);
    world.write("good.c", "int nobody(void); int good(void) { return nobody(); }\n");
    let said = world.modpin("build --message-format github");
    assert!(said.out.contains("nobody"), "{}", said.text());
    assert!(said.out.lines().all(|line| line.starts_with("::error ")), "{}", said.out);
    let said = world.modpin("buidl --message-format github");
    assert!(said.out.starts_with("::error::unrecognized subcommand"), "{}", said.out);
}

#[test]
fn load_checks_are_told_to_reporters() {
    let world = demo::world();
    let check = "modules --check-load -k --junit report.xml";
    world.modpin(check).has(0, "");
    let text = world.read("report.xml");
    assert!(
        text.contains("<testcase classname=\"tool\" name=\"good\"><system-out>good in tool: ok"),
        "{text}"
    );
    is_valid(&world, "report.xml");

    world.write("good.c", "__attribute__((constructor)) static void c(void) { __builtin_trap(); }\n");
    let said = world.modpin(&format!("{check} --message-format github"));
    assert_eq!(said.code, Some(100), "{}", said.err);
    assert!(said.out.contains("::error title=good in tool::crashed: "), "{}", said.out);
    let text = world.read("report.xml");
    assert!(text.contains("failures=\"1\""), "{text}");
    assert!(text.contains("<failure type=\"crashed\" message=\"crashes while it loads\">"), "{text}");
    is_valid(&world, "report.xml");

    world.write("good.c", "no C\n");
    world.modpin(check).has(101, "");
    let text = world.read("report.xml");
    let not_run = "<error type=\"not-checked\" message=\"could not compile good.c\"/>";
    assert!(text.contains(not_run) && text.contains("errors=\"1\""), "{text}");
    is_valid(&world, "report.xml");
}

#[test]
fn loads_of_files_and_tests_are_told_to_reporters() {
    let world = demo::world();
    world.modpin("build").has(0, "");
    let (host, module) = ("target/modpin/debug/tool", "target/modpin/debug/good.so");
    let check = world.program(&format!("check-load --host {host} {module} --junit loads.xml"));
    Said::of(&mut { check }).has(0, "");
    assert!(world.read("loads.xml").contains("tests=\"1\" failures=\"0\""));
    is_valid(&world, "loads.xml");

    world.write("t.c", "#include <stdio.h>\nint main(void) { puts(\"<&>\"); return 3; }\n");
    world.write("s.c", "int main(void) { return 77; }\n");
    world.write(
        "tests.json",
        r#"{ "format": 2, "name": "p", "targets": [
            { "kind": "executable", "name": "t", "sources": ["t.c"], "test": {} },
            { "kind": "executable", "name": "s", "sources": ["s.c"], "test": {} }] }"#,
    );
    let test = world.program("--project tests.json test --junit tests.xml --message-format github");
    let said = Said::of(&mut { test });
    assert!(said.out.contains("::error title=test t::exit code 3%0A<&>"), "{}", said.out);
    let text = world.read("tests.xml");
    assert!(text.contains("message=\"exit code 3\">&lt;&amp;&gt;&#10;</failure>"), "{text}");
    assert!(text.contains("<skipped ") && text.contains("tests=\"2\" failures=\"1\""), "{text}");
    is_valid(&world, "tests.xml");
}
