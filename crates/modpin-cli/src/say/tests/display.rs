//! What is told of a build while it goes on.

use std::time::Duration;

use expect_test::{Expect, expect};
use modpin_engine::{
    Action, ActionId, Cause, Command, Event, Failure, Graph, Origin, Reason, Step, StepError, StepIo,
    Work,
};

use crate::say::display::{Display, Telling};
use crate::say::summary::Counts;
use crate::say::terminal::tests::{plain, voice, with_margin};
use crate::say::voice::Verbosity;

struct Nothing;

impl Step for Nothing {
    fn key(&self) -> String {
        String::new()
    }

    fn run(&self, _: &mut StepIo<'_>) -> Result<(), StepError> {
        Ok(())
    }
}

/// Actions: 0 compiles a.c, 1 compiles b.c, 2 pins tool, 3 links tool.
fn graph() -> (Graph, Vec<ActionId>) {
    let mut graph = Graph::new();
    let command = |arg: &str| {
        let (program, args) = ("/usr/bin/cc".to_owned(), vec![arg.into()]);
        Work::Command(Command { program, args, ..Command::default() })
    };
    let actions = [
        ("Compiling", "src/a.c", command("src/a.c")),
        ("Compiling", "src/b.c", command("src/b.c")),
        ("Pinning", "tool", Work::Step(std::sync::Arc::new(Nothing))),
        ("Linking", "tool", command("two words")),
    ];
    let ids = actions.map(|(verb, label, work)| {
        let outputs = vec![graph.file(format!("out/{verb}/{label}"))];
        let action = Action { verb, label: label.into(), work, inputs: vec![], outputs, depfile: None };
        graph.add(action).unwrap()
    });
    (graph, ids.to_vec())
}

enum Say {
    Start(usize),
    Done(usize, &'static str),
    Fail(usize, &'static str, &'static str),
    Refuse(usize, &'static str),
    Fresh(usize),
    Take(usize, &'static str),
    Bring(usize, &'static str),
}
use Say::{Bring, Done, Fail, Fresh, Refuse, Start, Take};

fn tell(display: &mut Display<'_>, ids: &[ActionId], said: &Say) {
    let elapsed = Duration::from_millis(42);
    let failure = |message: &str, cause| Failure { message: message.into(), cause };
    let why = Reason::InputChanged("src/a.h".into());
    let origin = match said {
        Take(..) => Origin::Cache,
        Bring(..) => Origin::Server,
        _ => Origin::Made,
    };
    if let Take(at, _) | Bring(at, _) = *said {
        display.hear(Event::Taken(ids[at], &why, origin));
    }
    let mut finished = |at: usize, output: &str, failure: Option<&Failure>| {
        let output = output.as_bytes();
        display.hear(Event::Finished { action: ids[at], output, elapsed, failure, origin });
    };
    match *said {
        Done(at, output) | Take(at, output) | Bring(at, output) => finished(at, output, None),
        Fail(at, output, why) => finished(at, output, Some(&failure(why, Cause::ExitCode(1)))),
        Refuse(at, why) => finished(at, "", Some(&failure(why, Cause::Refused))),
        Fresh(at) => display.hear(Event::Fresh(ids[at])),
        Start(at) => display.hear(Event::Started(ids[at], &why)),
    }
}

fn heard(verbosity: Verbosity, json: bool, telling: Telling, says: &[Say]) -> (String, String, Counts) {
    let (graph, ids) = graph();
    let (mut terminal, out, err) = plain(voice(verbosity, json));
    let mut display = Display::new(&mut terminal, &graph, telling);
    display.hear(Event::Planned { total: ids.len() });
    for said in says {
        tell(&mut display, &ids, said);
    }
    let counts = display.counts();
    (out.text(), err.text(), counts)
}

fn check(verbosity: Verbosity, says: &[Say], expected: Expect) {
    let (out, err, _) = heard(verbosity, false, Telling::default(), says);
    assert_eq!(out, "");
    expected.assert_eq(&with_margin(&err));
}

const BUILD: &[Say] = &[
    Start(0),
    Start(1),
    Done(1, ""),
    Done(0, "src/a.c:1: warning: odd\n  1 | x"),
    Start(2),
    Done(2, ""),
    Start(3),
    Done(3, ""),
];

#[test]
fn a_build_as_people_like_it() {
    check(
        Verbosity::Normal,
        BUILD,
        expect![[r#"
        |   Compiling src/a.c
        |   Compiling src/b.c
        |src/a.c:1: warning: odd
        |  1 | x
        |     Linking tool
    "#]],
    );
}

#[test]
fn what_was_in_the_cache_is_told_to_who_asks_and_warns_again() {
    let says = [Take(0, "src/a.c:1: warning: odd"), Bring(1, ""), Take(2, ""), Start(3), Done(3, "")];
    check(
        Verbosity::Normal,
        &says,
        expect![[r#"
        |   Compiling src/a.c
        |src/a.c:1: warning: odd
        |     Linking tool
    "#]],
    );
    check(
        Verbosity::Verbose,
        &says[..2],
        expect![[r#"
        |   Compiling src/a.c (from the cache)
        |src/a.c:1: warning: odd
        |   Compiling src/b.c (from the server)
    "#]],
    );
    let (out, _, counts) = heard(Verbosity::Quiet, true, Telling::default(), &says[1..2]);
    assert!(out.ends_with(
        "{\"reason\":\"action-finished\",\"verb\":\"Compiling\",\"label\":\"src/b.c\",\"success\":true,\"cached\":true,\
         \"from_server\":true,\"elapsed_ms\":42,\"output\":\"\"}\n"
    ));
    assert_eq!(counts, Counts { planned: 4, started: 1, cached: 1, brought: 1, ..Counts::default() });
}

#[test]
fn a_quiet_build_passes_on_what_compilers_say() {
    check(
        Verbosity::Quiet,
        BUILD,
        expect![[r#"
        |src/a.c:1: warning: odd
        |  1 | x
    "#]],
    );
}

#[test]
fn a_verbose_build_shows_commands_and_small_steps() {
    check(
        Verbosity::Verbose,
        BUILD,
        expect![[r#"
        |   Compiling src/a.c
        |     Running `/usr/bin/cc src/a.c`
        |   Compiling src/b.c
        |     Running `/usr/bin/cc src/b.c`
        |src/a.c:1: warning: odd
        |  1 | x
        |     Pinning tool
        |     Linking tool
        |     Running `/usr/bin/cc 'two words'`
    "#]],
    );
}

#[test]
fn a_small_step_that_has_something_to_say_is_named() {
    check(
        Verbosity::Normal,
        &[Start(2), Done(2, "look here")],
        expect![[r#"
        |     Pinning tool
        |look here
    "#]],
    );
}

#[test]
fn explaining_names_the_reason_of_every_action() {
    let telling = Telling { explain: true, dir: None };
    let (_, err, _) = heard(Verbosity::Normal, false, telling, BUILD);
    expect![[r#"
        |   Compiling src/a.c: src/a.h changed
        |   Compiling src/b.c: src/a.h changed
        |src/a.c:1: warning: odd
        |  1 | x
        |     Pinning tool: src/a.h changed
        |     Linking tool: src/a.h changed
    "#]]
    .assert_eq(&with_margin(&err));
}

#[test]
fn command_lines_start_where_their_paths_do() {
    let telling = Telling { explain: false, dir: Some("/my tree".into()) };
    let (_, err, _) = heard(Verbosity::Verbose, false, telling, &[Start(3)]);
    expect![[r#"
        |     Linking tool
        |     Running `cd '/my tree' && /usr/bin/cc 'two words'`
    "#]]
    .assert_eq(&with_margin(&err));
}

#[test]
fn waiting_and_warnings() {
    let (graph, _) = graph();
    let (mut terminal, out, err) = plain(voice(Verbosity::Normal, true));
    let mut display = Display::new(&mut terminal, &graph, Telling::default());
    display.hear(Event::Waiting { holder: Some(7) });
    display.hear(Event::Waiting { holder: None });
    display.hear(Event::Warning("the memory is gone"));
    display.hear(Event::Removed("target/old.so"));
    expect![[r#"
            Blocking waiting for PID 7, which works in the same build directory
            Blocking waiting for another build in the same directory
        warning: the memory is gone
        {"reason":"warning","message":"the memory is gone"}
    "#]]
    .assert_eq(&(err.text() + &out.text()));
}

#[test]
fn programs_get_every_action() {
    let says = [Start(0), Done(0, "hm"), Start(2), Refuse(2, "no")];
    let (out, _, _) = heard(Verbosity::Quiet, true, Telling::default(), &says);
    expect![[r#"
        {"reason":"started","verb":"Compiling","label":"src/a.c","why":"src/a.h changed","command":"/usr/bin/cc src/a.c"}
        {"reason":"action-finished","verb":"Compiling","label":"src/a.c","success":true,"elapsed_ms":42,"output":"hm"}
        {"reason":"started","verb":"Pinning","label":"tool","why":"src/a.h changed"}
        {"reason":"action-finished","verb":"Pinning","label":"tool","success":false,"elapsed_ms":42,"output":"","failure":"no","cause":"refused"}
    "#]].assert_eq(&out);
}

#[test]
fn counts() {
    let (_, _, counts) = heard(
        Verbosity::Quiet,
        false,
        Telling::default(),
        &[Fresh(0), Start(1), Done(1, ""), Start(2), Done(2, ""), Start(3), Fail(3, "", "no")],
    );
    assert_eq!(
        counts,
        Counts {
            planned: 4,
            fresh: 1,
            started: 3,
            cached: 0,
            brought: 0,
            elsewhere: 0,
            commands: 1,
            failed: 1
        }
    );
}

#[test]
fn what_is_done_was_fresh_or_succeeded() {
    let (graph, ids) = graph();
    let (mut terminal, _, _) = plain(voice(Verbosity::Quiet, false));
    let mut display = Display::new(&mut terminal, &graph, Telling::default());
    for said in [Fresh(0), Start(1), Done(1, ""), Start(2), Fail(2, "", "no")] {
        tell(&mut display, &ids, &said);
    }
    let done = display.into_done();
    assert_eq!([0, 1, 2, 3].map(|at: usize| done.contains(&ids[at])), [true, true, false, false]);
}
