//! Rules on objects that cannot be right, and code that is none of a rule: each is told before anything runs.

use expect_test::expect;
use modpin::{Library, Project, Rule, output};
use modpin_test::skip::is_long;

use super::wrong::check;

#[test]
fn rules_on_objects_that_cannot_be_a_part_of_compilations() {
    if is_long("wrong_objects::rules_on_objects_that_cannot_be_a_part_of_compilations") {
        return;
    }
    let rule = || Rule::new("r").run(["cat".into(), modpin::object()]);
    check(
        |p| _ = p.add(rule().stdout("o")),
        expect![[r#"
        rule "r" names the object of a compilation, and is part of none
          help: say whose: .on_objects_of(TARGET)
    "#]],
    );
    check(
        |p| _ = p.add(rule().on_objects_of("host").stdout("o")),
        expect![[r#"
        rule "r" is part of compilations, so it has no output, stream or directory of its own
          help: leave them out: it gets object(), may change it, and says by its exit code whether it is good
    "#]],
    );
    check(
        |p| _ = p.add(Rule::new("r").run("cat").on_objects_of("host")),
        expect![[r#"
        rule "r" runs on objects and does not name them
          help: write object() among its arguments
    "#]],
    );
    check(
        |p| _ = p.add(rule().on_objects_of("hos")),
        expect![[r#"
        rule "r" runs on the objects of "hos", which is no target with objects
          help: did you mean "host"?
    "#]],
    );
    let each = || Rule::new("r").run(["cat".into(), modpin::each()]).stdout("{stem}.x");
    check(
        |p| _ = p.add(each().each_object_of("hos")),
        expect![[r#"
        rule "r" runs on the objects of "hos", which is no target with objects
          help: did you mean "host"?
    "#]],
    );
    check(
        |p| _ = p.add(each().each_object_of("host").each("*.in")),
        expect![[r#"
        rule "r" is run for files and for objects
          help: make two rules of it
    "#]],
    );
    let twice = |p: &mut Project| {
        p.add(Library::new("l").sources("main.c"));
        p.add(each().each_object_of(["host", "l"]));
    };
    check(
        twice,
        expect![[r#"
        rule "r" makes "main.x" twice: for main.c of executable "host" and for main.c of library "l"
          help: make a rule for each of the targets, with a directory for each
    "#]],
    );
    let compiled = |p: &mut Project| {
        p.add(each().each_object_of("host"));
        p.add(Library::new("l").sources("{rule:r:main.x}"));
    };
    check(
        compiled,
        expect![[r#"
        library "l" wants files of rule "r", which runs for objects: nothing is compiled of what it makes
          help: let rules, links and installations use them
    "#]],
    );
    check(
        |p| _ = p.add(rule().run(modpin::module_list("hos")).on_objects_of("host")),
        expect![[r#"
        rule "r" wants the modules of "hos", which is no program
          help: did you mean "host"?
    "#]],
    );
    let step = |files: &mut dyn modpin::StepFiles| files.write("o", b"");
    let code = || Rule::new("r").run(output("o")).step("1", step);
    check(
        |p| _ = p.add(code().stdin("a.in")),
        expect![[r#"
        rule "r": its step "1" is code, which has no streams, directory, environment, depfile or tools
          help: give it inputs, outputs, texts and values, each an argument by itself
    "#]],
    );
    check(
        |p| _ = p.add(code().run(modpin::tool("nm"))),
        expect![[r#"
        rule "r": its step "1" is code, which has no streams, directory, environment, depfile or tools
          help: give it inputs, outputs, texts and values, each an argument by itself
    "#]],
    );
}
