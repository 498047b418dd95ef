//! Listens to a build and tells what happens: status lines, reasons, command lines, what compilers say,
//! failures. Keeps its own counts. Knows nothing of targets or symbols.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use modpin_engine::{Action, ActionId, Event, Failure, Graph, Origin, Reason, Work};

use crate::command::shell;
use crate::say::failure;
use crate::say::message::Message;
use crate::say::progress::{self, Way};
use crate::say::summary::Counts;
use crate::say::terminal::Terminal;
use crate::say::voice::Verbosity;
use crate::say::way_out::way_out;

/// Actions of these verbs take time and are worth a line; the others are small steps between them.
const SHOWN: [&str; 5] = ["Generating", "Compiling", "Archiving", "Linking", "Checking"];

/// What to tell, besides what the terminal's verbosity says.
#[derive(Clone, Debug, Default)]
pub struct Telling {
    /// Why each action runs.
    pub explain: bool,
    /// Where command lines start, when the user stands elsewhere.
    pub dir: Option<String>,
}

/// The listener.
pub struct Display<'a> {
    terminal: &'a mut Terminal,
    graph: &'a Graph,
    telling: Telling,
    counts: Counts,
    left: Option<Duration>,
    running: Vec<ActionId>,
    announced: HashSet<ActionId>,
    done: HashSet<ActionId>,
}

impl<'a> Display<'a> {
    /// Listens to a build of `graph`.
    pub fn new(terminal: &'a mut Terminal, graph: &'a Graph, telling: Telling) -> Display<'a> {
        Display {
            terminal,
            graph,
            telling,
            counts: Counts::default(),
            left: None,
            running: Vec::new(),
            announced: HashSet::new(),
            done: HashSet::new(),
        }
    }

    /// Takes in one event.
    pub fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Waiting { .. } | Event::Warning(_) => hear_opening(self.terminal, &event),
            Event::Planned { total } => self.counts.planned = total,
            Event::Removed(path) if self.terminal.verbosity() == Verbosity::Verbose => {
                self.terminal.status("Removing", path);
            }
            Event::Removed(_) => {}
            Event::Left(left) => {
                self.left = Some(left);
                self.draw();
            }
            Event::Fresh(action) => {
                self.counts.fresh += 1;
                self.done.insert(action);
            }
            Event::Started(action, reason) => self.started(action, reason, Origin::Made),
            Event::Taken(action, reason, origin) => self.started(action, reason, origin),
            Event::Finished { action, output, elapsed, failure, origin } => {
                self.finished(action, output, (elapsed, origin), failure);
            }
        }
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The actions whose outputs are as they should be.
    pub fn into_done(self) -> HashSet<ActionId> {
        self.terminal.end_progress();
        self.done
    }

    /// Nobody waits for a result that was there.
    fn started(&mut self, id: ActionId, reason: &Reason, origin: Origin) {
        let cached = origin.is_cached();
        let action = self.graph.action(id);
        self.counts.started += 1;
        self.running.push(id);
        let verbose = self.terminal.verbosity() == Verbosity::Verbose;
        if verbose || self.telling.explain || (SHOWN.contains(&action.verb) && !cached) {
            let from = match origin {
                Origin::Made | Origin::Elsewhere => "",
                Origin::Cache => " (from the cache)",
                Origin::Server => " (from the server)",
            };
            match self.telling.explain {
                true => {
                    self.terminal.status(action.verb, format_args!("{}: {reason}{from}", action.label));
                }
                false => self.terminal.status(action.verb, format_args!("{}{from}", action.label)),
            }
            self.announced.insert(id);
        }
        let wanted = verbose || self.terminal.json();
        let command = if wanted { self.command_line(action) } else { None };
        if let Some(line) = command.as_ref().filter(|_| verbose && !cached) {
            self.terminal.status("Running", format_args!("`{line}`"));
        }
        self.terminal.message(&Message::Started {
            verb: action.verb,
            label: &action.label,
            why: reason.to_string(),
            command,
        });
        self.draw();
    }

    fn finished(
        &mut self,
        id: ActionId,
        output: &[u8],
        (elapsed, origin): (Duration, Origin),
        failure: Option<&Failure>,
    ) {
        let action = self.graph.action(id);
        self.running.retain(|&running| running != id);
        match failure {
            None => {
                let is_command = matches!(action.work, Work::Command(_));
                self.counts.commands += usize::from(is_command && origin == Origin::Made);
                self.counts.cached += usize::from(origin.is_cached());
                self.counts.brought += usize::from(origin == Origin::Server);
                self.counts.elsewhere += usize::from(origin == Origin::Elsewhere);
                self.done.insert(id);
                if !output.is_empty() && self.announced.insert(id) {
                    self.terminal.status(action.verb, &action.label);
                }
                match action.work {
                    Work::Step(_) => self.terminal.of_step(output),
                    Work::Command(_) => self.terminal.foreign(output),
                }
            }
            Some(failure) => {
                self.counts.failed += 1;
                let command = self.command_line(action);
                failure::say(self.terminal, action, output, failure, command.as_deref());
                let root = Path::new(self.telling.dir.as_deref().unwrap_or("."));
                if let Some(help) = way_out(self.graph, action, output, root) {
                    self.terminal.note(format_args!("  help: {help}"));
                }
            }
        }
        self.terminal.message(&Message::ActionFinished {
            verb: action.verb,
            label: &action.label,
            success: failure.is_none(),
            cached: origin.is_cached(),
            from_server: origin == Origin::Server,
            elsewhere: origin == Origin::Elsewhere,
            elapsed_ms: elapsed.as_millis().try_into().unwrap_or(u64::MAX),
            output: String::from_utf8_lossy(output),
            failure: failure.map(|failure| failure.message.as_str()),
            cause: failure.map(|failure| failure.cause.into()),
        });
        self.draw();
    }

    fn command_line(&self, action: &Action) -> Option<String> {
        match &action.work {
            Work::Command(command) => {
                Some(shell::line(self.graph, action, command, self.telling.dir.as_deref()))
            }
            Work::Step(_) => None,
        }
    }

    fn draw(&mut self) {
        let (graph, running) = (self.graph, &self.running);
        let done = self.counts.fresh + finished(self.counts, running);
        let Counts { planned: total, cached, brought, elsewhere, .. } = self.counts;
        let (cached, there) = (cached - brought, brought + elsewhere);
        let way = Way { done, total, cached, there, left: self.left };
        let labels = || progress::names(running.iter().map(|&id| graph.action(id).label.as_str()));
        self.terminal.progress(way, labels);
    }
}

/// Takes in what may happen before anything is looked at, while a build directory is opened.
pub fn hear_opening(terminal: &mut Terminal, event: &Event<'_>) {
    match event {
        Event::Waiting { holder } => terminal.blocked(*holder),
        Event::Warning(text) => terminal.warn(text),
        _ => {}
    }
}

fn finished(counts: Counts, running: &[ActionId]) -> usize {
    counts.started - running.len()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use modpin_engine::{Cause, Command, Step, StepError, StepIo};

    use super::*;
    use crate::say::terminal::tests::{plain, voice, with_margin};

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
            let action =
                Action { verb, label: label.into(), work, inputs: vec![], outputs, depfile: None };
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

    fn heard(
        verbosity: Verbosity,
        json: bool,
        telling: Telling,
        says: &[Say],
    ) -> (String, String, Counts) {
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
        let says =
            [Take(0, "src/a.c:1: warning: odd"), Bring(1, ""), Take(2, ""), Start(3), Done(3, "")];
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
        assert_eq!(
            counts,
            Counts { planned: 4, started: 1, cached: 1, brought: 1, ..Counts::default() }
        );
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
}
