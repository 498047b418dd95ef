//! What is no answer: a question that fails for another reason than that the machine lacks what it asks for.

use modpin::{Probe, Project};
use modpin_test::World;
use modpin_test::skip::is_long;

use super::answers;

fn refused(world: &World, probe: Probe) -> String {
    match answers(world, &[probe]) {
        Ok(answers) => panic!("{answers:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn headers_that_are_included_first_have_to_be_there() {
    let world = World::new(&[]);
    let said = refused(&world, Probe::function("puts").with_header("nosuch.h"));
    assert!(said.starts_with("probe \"HAVE_PUTS\" (function puts): without the question"), "{said}");
    assert!(
        said.contains("nosuch.h: No such file") || said.contains("'nosuch.h' file not found"),
        "{said}"
    );
    assert!(said.contains("help: correct them, or ask only where they are there: .when("), "{said}");
    let said = refused(&world, Probe::size_of("long").flags("-fnosuch-flag"));
    assert!(said.contains("refuses its headers or flags as well"), "{said}");
}

#[test]
fn flags_of_the_project_that_no_compiler_takes_are_no_answer() {
    let world = World::new(&[]);
    let mut project = Project::new("p", world.root());
    project.cflags("-fnosuch-flag");
    project.probe(Probe::header("stdio.h"));
    let mut config = modpin::Config::default();
    let toolchain = world.toolchain().expect("a toolchain");
    let error =
        world.ask(&project, &mut config, &toolchain).expect_err("it cannot be asked").to_string();
    assert!(error.contains("the compiler cannot even compile a program that does nothing"), "{error}");
    assert!(error.contains("-fnosuch-flag"), "{error}");
}

/// A compiler that works, but for files that hold a word: then `script` runs.
fn with_compiler(script: &str, probe: Probe) -> Result<String, String> {
    let world = World::new(&[]);
    let mut toolchain = world.toolchain().expect("a toolchain");
    let real = toolchain.compiler.clone();
    world.script(
        "cc",
        &format!(
            "#!/bin/sh\nfor arg; do last=$arg; test -f \"$arg\" && file=$arg; done\n\
                  if grep -q epoll \"$file\"; then\n{script}\nfi\nexec {real} \"$@\"\n"
        ),
    );
    toolchain.compiler = world.path("cc").to_string_lossy().into_owned();
    let mut project = Project::new("p", world.root());
    let word = probe.word();
    project.probe(probe);
    let mut config = modpin::Config::default();
    match world.ask(&project, &mut config, &toolchain) {
        Ok(_) => Ok(config.probes.get(&word).expect("a probe").text().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn a_compiler_that_breaks_down_says_nothing() {
    if is_long("no_answer::a_compiler_that_breaks_down_says_nothing") {
        return;
    }
    let header = || Probe::header("sys/epoll.h");
    assert_eq!(with_compiler(":", header()).as_deref(), Ok("y"));
    assert_eq!(with_compiler("echo error: no >&2; exit 1", header()).as_deref(), Ok("n"));
    for (script, words) in [
        ("kill -9 $$", "was killed by signal 9"),
        ("echo internal compiler error: oops >&2; exit 4", "ended with code 4"),
        ("echo cc: fatal error: Killed signal terminated program cc1 >&2; exit 1", "could not work"),
        ("echo probe.s: fatal error: No space left on device >&2; exit 1", "could not work"),
        ("exit 127", "ended with code 127"),
        ("ulimit -f 0", "could not work"),
    ] {
        for probe in [
            header(),
            Probe::function("epoll_create1"),
            Probe::size_of("struct epoll_event"),
            Probe::as_instr("epoll"),
        ] {
            let question = probe.question();
            let error = with_compiler(script, probe).expect_err(script);
            let said = error.contains(words)
                || script.starts_with("ulimit") && error.contains("help: see that");
            assert!(said, "{question}, {script}: {error}");
        }
    }
}

#[test]
fn a_compiler_that_is_gone_is_no_answer() {
    let world = World::new(&[]);
    let mut toolchain = world.toolchain().expect("a toolchain");
    toolchain.compiler = world.path("gone").to_string_lossy().into_owned();
    let mut project = Project::new("p", world.root());
    project.probe(Probe::header("stdio.h"));
    project.probe(Probe::cc_option("-O2"));
    let error =
        world.ask(&project, &mut modpin::Config::default(), &toolchain).expect_err("no compiler");
    let error = error.to_string();
    assert!(error.starts_with("probes \"HAVE_STDIO_H\" and \"CC_HAS_O2\": "), "{error}");
    assert!(error.contains("cannot be started"), "{error}");
}

#[test]
fn programs_that_do_not_end_by_themselves_say_nothing() {
    let world = World::new(&[]);
    let said = refused(
        &world,
        Probe::runs("KILLED", "int main(void) { kill(getpid(), 9); }")
            .with_header(["signal.h", "unistd.h"])
            .define("_POSIX_C_SOURCE=200809L"),
    );
    assert!(said.contains("its program was killed by signal 9"), "{said}");
    assert!(said.contains("help: give the answer: -D KILLED=y or -D KILLED=n"), "{said}");
}
