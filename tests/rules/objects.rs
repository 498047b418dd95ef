//! Rules that are part of compilations, steps in Rust, and numbers that the compiler alone knows.

use modpin::{Executable, Library, Module, Offsets, Project, Rule, StepFiles, StepResult};
use modpin::{input, module_list, object, objects, output, when};
use modpin_test::World;

/// Refuses objects that mention `forbidden`; what it has let through it marks.
const LOOK: &str = "#!/bin/sh\necho looked >> $1.log\nrm $1.log\n\
    if grep -q forbidden $1; then echo 'forbidden is in it'; exit 3; fi\nprintf marked >> $1\n";

#[test]
fn a_rule_on_objects_is_part_of_their_compilation() {
    let world = World::new(&[
        ("a.c", "int a(void) { return 0; }\n"),
        ("b.c", "int b(void) { return 0; }\n"),
        ("free.c", "const char *forbidden = \"forbidden\";\n"),
        ("m.c", "int a(void);\nint m(void) { return a(); }\n"),
        ("main.c", "int a(void);\nint main(void) { return a(); }\n"),
    ]);
    world.script("look", LOOK);
    let declare = |p: &mut Project| {
        let on = p.option(modpin::Opt::bool("LOOK").default(true));
        let l = p.add(Library::new("l").sources(["a.c", "b.c", "free.c"]));
        p.add(Module::new("m").sources("m.c"));
        p.add(Executable::new("host").sources("main.c").link(l).loads("m"));
        let rule = Rule::new("look").run([input("look"), object()]).on_objects_of(l).on_objects_of("m");
        p.add(rule.on_objects_of(when(on, "host")).except("free.c"));
    };
    let marked = |object: &str| {
        world.content(&format!("target/modpin/debug/.modpin/obj/{object}")).ends_with(b"marked")
    };
    world.build(declare).expect_success();
    assert!(marked("libl.a/a.c.o") && marked("libl.a/b.c.o") && marked("host/main.c.o"));
    assert!(!marked("libl.a/free.c.o"));
    assert!(world.build(declare).expect_success().ran.is_empty());

    // One that it refuses is not there, and the old one stays as it was.
    let before = world.content("target/modpin/debug/.modpin/obj/libl.a/b.c.o");
    world.write("b.c", "const char *b = \"forbidden\";\n");
    let failed = world.build(declare);
    assert_eq!(failed.outcome.failed.len(), 1, "{:?}", failed.ran);
    let said = "rule \"look\": look ended with exit code 3";
    assert!(failed.said.contains(said) && failed.said.contains("forbidden is in it"), "{}", failed.said);
    assert_eq!(world.content("target/modpin/debug/.modpin/obj/libl.a/b.c.o"), before);
    world.write("b.c", "int b(void) { return 0; }\n");
    assert!(world.build(declare).expect_success().ran.is_empty());

    // It is an input: another one looks again, but not at what it leaves alone.
    world.script("look", &LOOK.replace("marked", "again"));
    let again = world.build(declare).expect_success();
    assert!(again.did("Compiling a.c") && again.did("Compiling m.c"), "{:?}", again.ran);
    assert!(!again.did("Compiling free.c"), "{:?}", again.ran);
}

/// Sorts words into a header; says `no` to one word and panics at another.
fn words(files: &mut dyn StepFiles) -> StepResult {
    let text = String::from_utf8(files.read("words.txt")?)?;
    if text.contains("no") {
        return Err("no is no word".into());
    }
    assert!(!text.contains("panic"), "a word too many");
    if text.contains("other") {
        files.read("other.txt")?;
    }
    let mut words: Vec<&str> = text.lines().collect();
    words.sort_unstable();
    files.say(&format!("{} words for {}", words.len(), files.args().join(" ")));
    files.write("words.h", format!("#define WORDS \"{}\"\n", words.join(" ")).as_bytes())
}

#[test]
fn a_step_is_code_with_a_key() {
    let main = "#include \"words.h\"\n#include <stdio.h>\nint main(void) { puts(WORDS); return 0; }\n";
    let world = World::new(&[("words.txt", "b\na\n"), ("main.c", main)]);
    let declare = |key: &'static str| {
        move |p: &mut Project| {
            let rule = Rule::new("words").run([input("words.txt"), "me".into(), output("words.h")]);
            let rule = p.add(rule.step(key, words));
            p.add(Executable::new("host").sources("main.c").generated_headers(rule));
        }
    };
    let first = world.build(declare("1")).expect_success();
    assert!(first.said.contains("2 words for me"), "{}", first.said);
    assert_eq!(world.printed("host", &[]), "a b");
    assert!(world.build(declare("1")).expect_success().ran.is_empty());
    assert_eq!(world.build(declare("2")).expect_success().short(), ["Generating words"]);
    world.write("words.txt", "c\n");
    let again = world.build(declare("2")).expect_success();
    assert!(again.did("Generating words") && again.did("Compiling main.c"), "{:?}", again.ran);
    for (text, said) in [
        ("no", "no is no word"),
        ("panic", "its code panicked: a word too many"),
        ("other", "other.txt: no input of the rule"),
    ] {
        world.write("words.txt", text);
        let failed = world.build(declare("2"));
        assert!(failed.said.contains(said), "{}", failed.said);
        assert_eq!(world.text(".modpin/gen/words.h"), "#define WORDS \"c\"\n");
    }
    let mut p = Project::new("demo", world.root());
    declare("2")(&mut p);
    let said = p.to_json().unwrap_err().to_string();
    assert!(
        said.contains("rule \"words\": its step \"2\" is Rust code, which a project file cannot hold"),
        "{said}"
    );
}

#[test]
fn numbers_of_structures_and_lists_of_modules() {
    let world = World::new(&[
        ("inc/task.h", "struct task { char name[13]; long state; };\n"),
        (
            "offsets.c",
            "#include \"task.h\"\nvoid numbers(void)\n{\n\tOFFSET(TASK_STATE, task, state);\n\tDEFINE(TASK_SIZE, sizeof(struct task));\n\tDEFINE(LESS, -3);\n}\n",
        ),
        ("main.c", "#include \"offsets.h\"\nint main(void) { return TASK_STATE + TASK_SIZE + LESS; }\n"),
        ("m.c", "int m;\n"),
    ]);
    let declare = |p: &mut Project| {
        let offsets = p.add(Offsets::new("offsets", "offsets.c", "offsets.h").run("-Iinc"));
        p.add(Module::new("m").sources("m.c"));
        let host =
            p.add(Executable::new("host").sources("main.c").generated_headers(offsets).loads("m"));
        let names = Rule::new("names").run(["grep", "-c", "\"module\": \"m\""]);
        p.add(names.stdin(module_list(host)).stdout(output("count")));
        p.add(Rule::new("list").run(["echo".into(), objects(host)]).stdout(output("list")));
    };
    world.build(declare).expect_success();
    assert_eq!(world.execute("host", &[]).status.code(), Some(16 + 24 - 3));
    assert_eq!(world.text(".modpin/gen/count"), "1\n");
    // The compiler has told which headers it has read.
    world.write("inc/task.h", "struct task { long state; char name[13]; };\n");
    let again = world.build(declare).expect_success();
    assert!(
        again.did("Generating offsets-assembly") && again.did("Compiling main.c"),
        "{:?}",
        again.ran
    );
    assert_eq!(world.execute("host", &[]).status.code(), Some(24 - 3));
}
