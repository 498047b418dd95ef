//! `config probes`, and when a build asks again: what the words are, and that a build with nothing to do asks nobody.

use modpin_test::{World, next_tick, skip};

use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "options": [{ "name": "EVENTS", "kind": "bool", "default": "HAVE_EVENTS_H", "help": "by events" }],
  "probes": [
    { "kind": "header", "of": "events.h" },
    { "kind": "function", "of": "atan2", "headers": ["math.h"], "system_libraries": ["m"], "name": "HAVE_ATAN2" },
    { "kind": "size_of", "of": "short" },
    { "kind": "function", "of": "poll_events", "when": "EVENTS" }
  ],
  "includes": ["inc"],
  "targets": [
    {
      "kind": "executable",
      "name": "tool",
      "sources": ["main.c", { "when": "EVENTS", "then": ["events.c"] }],
      "defines": [{ "when": "SIZEOF_SHORT = 2", "then": ["SHORT"] }]
    }
  ]
}
"#;

fn world() -> World {
    World::new(&[
        ("demo.json", PROJECT),
        ("inc/other.h", ""),
        ("main.c", "#ifndef SHORT\n#error\n#endif\nint main(void) { return 0; }\n"),
        ("events.c", "#include \"events.h\"\nint events(void) { return 1; }\n"),
    ])
}

#[test]
fn probes_are_listed_with_answers_and_what_was_said() {
    let world = world();
    let said = world.modpin("config probes");
    said.has(0, "Probed 3 of 4 questions to the machine");
    assert_eq!(
        said.out,
        "HAVE_EVENTS_H=n (probe)\n    header events.h\n\
         HAVE_ATAN2=y (probe)\n    function atan2; after math.h; -lm\n\
         SIZEOF_SHORT=2 (probe)\n    size_of short\n\
         HAVE_POLL_EVENTS=n (probe, asked when EVENTS; EVENTS=n)\n    function poll_events; asked when EVENTS\n"
    );
    let named = world.modpin("config probes HAVE_EVENTS_H");
    assert!(!named.err.contains("Probed"), "{}", named.err);
    named.has_both(0, "HAVE_EVENTS_H=n (probe)\n    header events.h\n  probe.c:\n    #include <events.h>\n    int main(void)", "");
    named.has_both(0, "events.h: No such file or directory", "");
    named.has_both(0, " -c -o probe.o probe.c\n", "");
    world.modpin("config probes --log").has_both(0, "-lm", "");
    world.modpin("config probes HAVE_ATAN").has(1, "help: did you mean \"HAVE_ATAN2\"?");
    world.modpin("config list").has_both(0, "EVENTS=n (default; HAVE_EVENTS_H=n)\n", "");
    world.modpin("config get SIZEOF_SHORT").has_both(0, "2\n", "");
    world.modpin("explain events.c").has_both(0, "EVENTS=n", "");

    let json = world.modpin("config probes HAVE_ATAN2 --message-format json").objects();
    let probe = &json[0];
    assert_eq!((probe["reason"].as_str(), probe["name"].as_str()), (Some("probe"), Some("HAVE_ATAN2")));
    assert_eq!((probe["kind"].as_str(), probe["of"].as_str()), (Some("function"), Some("atan2")));
    assert_eq!(
        (probe["value"].as_str(), probe["why"].as_str()),
        (Some("y"), Some("HAVE_ATAN2=y (probe)"))
    );
    assert!(probe["log"].as_str().is_some_and(|log| log.contains("-lm")));

    world.modpin("config probes --again -j1").has(0, "Probed 3 of 4");
}

#[test]
fn an_answer_by_hand_asks_nobody() {
    let world = world();
    world.modpin("config set HAVE_EVENTS_H=y").has(0, "Changed");
    assert_eq!(world.read(".config"), "CONFIG_HAVE_EVENTS_H=y\n");
    let said = world.modpin("config probes -D SIZEOF_SHORT=4");
    said.has_both(0, "HAVE_EVENTS_H=y (probe, answered in .config)\n    header events.h\n", "");
    said.has_both(0, "HAVE_POLL_EVENTS=n (probe)\n", "");
    world.modpin("config probes SIZEOF_SHORT -D SIZEOF_SHORT=4").has_both(
        0,
        "SIZEOF_SHORT=4 (probe, answered with -D)",
        "",
    );
    world
        .modpin("config probes -D SIZEOF_SHORT=y")
        .has(1, "probe \"SIZEOF_SHORT\" is set to \"y\", but it is an int");
    world.modpin("config unset HAVE_EVENTS_H").has(0, "Changed");
    world.modpin("config probes HAVE_EVENTS_H").has_both(0, "HAVE_EVENTS_H=n (probe)", "");
}

#[test]
fn a_build_asks_once_and_again_when_what_an_answer_rests_on_changed() {
    let world = world();
    next_tick();
    world.modpin("build").has(0, "Probed 3 of 4");
    let idle = world.modpin("build");
    idle.has(0, "nothing to do");
    assert!(!idle.err.contains("Probed"), "{}", idle.err);

    // A header appears where it was looked for.
    world.write("inc/events.h", "int poll_events(void);\n");
    next_tick();
    let built = world.modpin("build -v");
    built.has(0, "Probed 2 of 4");
    built.has(0, "Compiling events.c");
    let probes = world.modpin("config probes");
    probes.has_both(0, "HAVE_EVENTS_H=y (probe)", "");
    probes.has_both(0, "HAVE_POLL_EVENTS=n (probe)", "");
    let explained = world.modpin("build --explain");
    explained.has(0, "nothing to do");

    // It breaks.
    world.write("inc/events.h", "#error broken\n");
    next_tick();
    let said = world.modpin("build --explain");
    said.has(0, "Probed 1 of 4");
    said.has(0, "the probe HAVE_EVENTS_H is n, was y");
    world.is_idle();

    std::fs::remove_file(world.path("inc/events.h")).expect("removed");
    next_tick();
    world.modpin("build").has(0, "Probed 1 of 4");

    // Another compiler.
    if skip::is_missing("clang", "probes with another compiler") {
        return;
    }
    let by_clang = |verb: &str| {
        let mut command = world.project(verb);
        command.env("CC", "clang");
        modpin_test::Said::of(&mut command)
    };
    by_clang("build").has(0, "Probed 3 of 4");
    by_clang("build").has(0, "nothing to do");
    let back = world.modpin("config probes");
    assert!(!back.err.contains("Probed"), "the answers of both are kept: {}", back.err);
}

#[test]
fn a_circle_is_told_before_anything_is_asked() {
    let world = world();
    world.write(
        "demo.json",
        PROJECT.replace("\"of\": \"events.h\"", "\"of\": \"events.h\", \"when\": \"HAVE_POLL_EVENTS\""),
    );
    let said = world.modpin("build");
    said.has(
        1,
        "options and probes ask each other in a circle: EVENTS asks HAVE_EVENTS_H asks HAVE_POLL_EVENTS asks EVENTS",
    );
    assert!(!said.err.contains("Probed"), "{}", said.err);
    world.write("demo.json", PROJECT.replace("\"when\": \"EVENTS\"", "\"when\": \"EVENTZ\""));
    world
        .modpin("build")
        .has(1, "probe \"HAVE_POLL_EVENTS\" is asked when \"EVENTZ\", which is no option");
    world.write("demo.json", PROJECT.replace("SIZEOF_SHORT = 2", "SIZEOF_SHROT = 2"));
    world.modpin("build").has(1, "help: did you mean \"SIZEOF_SHORT\"?");
    world.write("demo.json", PROJECT.replace("SIZEOF_SHORT = 2", "SIZEOF_SHORT"));
    world.modpin("build").has(1, "\"SIZEOF_SHORT\", which has a value and neither holds nor does not");
}

#[test]
fn a_full_disk_is_no_answer() {
    let what = "probes on a full disk";
    if skip::is_missing("unshare", what) {
        return;
    }
    let world = world();
    std::fs::create_dir(world.path("small")).expect("a directory");
    // The compiler itself is known before the disk is full.
    world.modpin("config probes").has(0, "Probed");
    let script = "mount -t tmpfs -o size=16384 tmpfs small || exit 90\n\
                  TMPDIR=$PWD/small \"$MODPIN\" modpin --project demo.json config probes --again -j1 >said 2>&1; echo $? >code";
    let run = |way: &[&str]| {
        let mut command = world.command("unshare");
        command.args(way).args(["sh", "-c", script]).env("MODPIN", crate::program::PROGRAM);
        modpin_test::Said::of(&mut command).code == Some(0)
    };
    if !run(&["-m"]) && !run(&["-U", "-r", "-m"]) {
        return skip::skip_for_good(what, "nobody may mount a file system here");
    }
    let said = world.read("said");
    assert_eq!(world.read("code").trim(), "101", "{said}");
    assert!(said.contains("error: probe \"HAVE_ATAN2\""), "{said}");
    assert!(said.contains("No space left on device"), "{said}");
    world.modpin("config probes").has_both(0, "HAVE_ATAN2=y (probe)", "");
}
