//! `test`: builds the programs that are declared as tests, runs them, several at once, and says which of them failed and what these
//! said.

use std::collections::VecDeque;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use modpin::session::BuiltPrograms;
use modpin::{NameGlob, ResolvedExecutable, did_you_mean, shown};
use modpin_engine::{Ended as Died, FileId, Spawn, Status};

use super::run::{MODULES, files_of_modules, modules_dir};
use crate::command::args::Limit;
use crate::command::exit::{Ended, Exit, Stop};
use crate::command::run_args::Test;
use crate::context::{Context, Planned};
use crate::say::junit::{Case, CaseOutcome};
use crate::say::message::Message;
use crate::say::terminal::Terminal;

/// So many tests are named where none has the name that is asked for.
const NAMED: usize = 8;

/// A test that ends so says that it cannot run here: automake's word, and Meson's.
const SKIPPED: i32 = 77;

/// Builds tests and runs them.
pub fn run(context: &mut Context<'_>, args: &Test) -> Result<Ended, Stop> {
    context.jobs = args.running.jobs;
    let planned = context.plan(&args.setup, Limit::default().timeout)?;
    let tests = chosen(&planned, &args.tests)?;
    if tests.is_empty() {
        context.terminal.warning(
            "the project has no tests\n  help: .test() makes an executable one, in a project file \"test\": {}; it passes if it ends with 0",
        );
    }
    let wanted = wanted(&planned, &tests);
    let (ran, session) = context.run_and_stay(&planned, &wanted, &args.running)?;
    if ran.ended.exit != Exit::Done || args.running.dry_run {
        return Ok(ran.ended);
    }
    context.begin("running the tests");
    let jobs = match context.parent.width(context.jobs) {
        (_, Some(jobserver)) => jobserver.jobs().unwrap_or(1),
        (jobs, None) => jobs,
    };
    let jobs = jobs.min(tests.len().max(1));
    let spawns = tests.iter().map(|test| (test.name.as_str(), spawn(&planned, test, args.timeout)));
    let started = Instant::now();
    let mut tally = Tally::default();
    let programs = session.into_programs();
    run_all(&programs, spawns.collect(), jobs, &mut |name, died, elapsed| {
        tally.hear(context.terminal, name, died, elapsed);
    });
    if let Some(signal) = programs.signal() {
        return Err(Stop { commands: ran.ended.commands, ..modpin::Error::Interrupted(signal).into() });
    }
    let exit = if tally.failed.is_empty() { Exit::Done } else { Exit::Failed };
    tally.say(context.terminal, started.elapsed());
    context
        .report(&args.junit, tally.cases)
        .map_err(|stop| Stop { commands: ran.ended.commands, ..stop })?;
    Ok(Ended { exit, commands: ran.ended.commands })
}

/// The tests that the words mean.
fn chosen<'a>(planned: &'a Planned, words: &[String]) -> Result<Vec<&'a ResolvedExecutable>, Stop> {
    let all = planned.resolved.executables.iter().filter(|it| it.test.is_some());
    if words.is_empty() {
        return Ok(all.collect());
    }
    let mut chosen: Vec<&ResolvedExecutable> = Vec::new();
    for word in words {
        let glob = NameGlob::read(word)
            .map_err(|why| Stop::usage(format!("{word:?} is no glob: {why}"), ""))?;
        let fits = |test: &&ResolvedExecutable| {
            test.name == *word || glob.as_ref().is_some_and(|glob| glob.matches(&test.name))
        };
        let found: Vec<_> = all.clone().filter(fits).collect();
        if found.is_empty() {
            return Err(Stop::usage(format!("no test is named {word:?}"), meant(word, all.clone())));
        }
        chosen.extend(found);
    }
    let mut seen = Vec::new();
    chosen.retain(|test| {
        !seen.contains(&test.name.as_str()) && {
            seen.push(&test.name);
            true
        }
    });
    Ok(chosen)
}

/// What to say instead of a name that no test has.
fn meant<'a>(word: &str, tests: impl Iterator<Item = &'a ResolvedExecutable> + Clone) -> String {
    let names = tests.map(|test| test.name.as_str());
    let last = |name: &str| name.rsplit('/').next() == Some(word);
    if let Some(name) = names.clone().find(|name| last(name)) {
        return format!("did you mean {name:?}?");
    }
    if names.clone().next().is_none() {
        return "the project declares none; `.test()` makes a program one".to_owned();
    }
    let mut all: Vec<String> = names.clone().take(NAMED).map(|name| format!("{name:?}")).collect();
    if names.clone().count() > NAMED {
        all.push("…".to_owned());
    }
    did_you_mean(word, names, format!("the tests are {}", all.join(", ")))
}

fn wanted(planned: &Planned, tests: &[&ResolvedExecutable]) -> Vec<FileId> {
    let mut files = Vec::new();
    for test in tests {
        let targets = planned.plan.targets.iter();
        let target =
            targets.filter(|it| it.kind == modpin::plan::TargetKind::Executable && it.name == test.name);
        files.extend(target.flat_map(|it| it.files.iter().chain(&it.checks).copied()));
        files.extend(files_of_modules(planned, &test.name));
    }
    files
}

/// A test runs at the root of the project.
fn spawn(planned: &Planned, test: &ResolvedExecutable, usual: Duration) -> Spawn {
    let run = test.test.clone().unwrap_or_default();
    let program = planned.layout.absolute(&planned.layout.executable(&test.name));
    let modules = modules_dir(planned).to_string_lossy().into_owned();
    Spawn {
        program: program.to_string_lossy().into_owned(),
        args: run.args,
        env: vec![(MODULES.to_owned(), Some(modules))],
        dir: planned.layout.root.to_string_lossy().into_owned(),
        limit: Some(run.time_limit.unwrap_or(usual)),
        ..Spawn::default()
    }
}

/// Runs them, so many at once; tells each when it has ended.
fn run_all<'a>(
    programs: &BuiltPrograms,
    tests: VecDeque<(&'a str, Spawn)>,
    jobs: usize,
    hear: &mut dyn FnMut(&str, std::io::Result<Died>, Duration),
) {
    let queue = Mutex::new(tests);
    let work = |to: Sender<(&'a str, std::io::Result<Died>, Duration)>| {
        while programs.signal().is_none() {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some((name, spawn)) = next else { return };
            let started = Instant::now();
            let died = programs.run(&spawn);
            if to.send((name, died, started.elapsed())).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        let (to, from) = channel();
        for _ in 0..jobs {
            let to = to.clone();
            scope.spawn(|| work(to));
        }
        drop(to);
        from.into_iter().for_each(|(name, died, elapsed)| hear(name, died, elapsed));
    });
}

/// How the tests ended.
#[derive(Default)]
struct Tally {
    passed: usize,
    skipped: usize,
    failed: Vec<String>,
    cases: Vec<Case>,
}

impl Tally {
    fn hear(
        &mut self,
        terminal: &mut Terminal,
        name: &str,
        died: std::io::Result<Died>,
        elapsed: Duration,
    ) {
        let (outcome, why, output) = match died {
            Err(error) => ("failed", format!("it could not be started: {error}"), Vec::new()),
            Ok(Died { status, output }) => {
                let (outcome, why) = match status {
                    Status::Exited(0) => ("passed", String::new()),
                    Status::Exited(SKIPPED) => ("skipped", "it says that it cannot run here".to_owned()),
                    Status::Exited(code) => ("failed", format!("exit code {code}")),
                    Status::Signalled(signal) => ("failed", format!("ended by signal {signal}")),
                    Status::TimedOut => {
                        ("timed-out", format!("killed after {:.1} s", elapsed.as_secs_f64()))
                    }
                };
                (outcome, why, output)
            }
        };
        let output = String::from_utf8_lossy(&output).into_owned();
        match outcome {
            "passed" => self.passed += 1,
            "skipped" => self.skipped += 1,
            _ => self.failed.push(name.to_owned()),
        }
        let (kind, words) = (outcome.to_owned(), why.clone());
        let of_case = match outcome {
            "passed" => CaseOutcome::Passed,
            "skipped" => CaseOutcome::Skipped { why: words },
            _ => CaseOutcome::Failed { kind, why: words },
        };
        let (seconds, text) = (Some(elapsed.as_secs_f64()), output.clone());
        let (suite, name_of_case) = ("tests".to_owned(), name.to_owned());
        self.cases.push(Case { suite, name: name_of_case, seconds, outcome: of_case, text });
        match outcome {
            "passed" => {
                terminal.status("Passed", format_args!("{name} in {:.2}s", elapsed.as_secs_f64()))
            }
            "skipped" => terminal.status("Skipped", format_args!("{name}: {why}")),
            _ => {
                terminal.error(format_args!("test {}: {why}", shown::line(name)));
                terminal.foreign(output.as_bytes());
            }
        }
        let elapsed_ms = elapsed.as_millis() as u64;
        terminal.message(&Message::Test { name, outcome, why: &why, elapsed_ms, output: &output });
    }

    fn say(&self, terminal: &mut Terminal, elapsed: Duration) {
        let Tally { passed, skipped, failed, .. } = self;
        let all = passed + skipped + failed.len();
        let tests = if all == 1 { "1 test".to_owned() } else { format!("{all} tests") };
        let seconds = elapsed.as_secs_f64();
        terminal.status(
            "Tested",
            format_args!(
                "{tests} in {seconds:.2}s: {passed} passed, {} failed, {skipped} skipped",
                failed.len()
            ),
        );
        if !failed.is_empty() {
            let names: Vec<_> = failed.iter().map(|name| shown::line(name)).collect();
            terminal.error(format_args!("failed: {}", names.join(", ")));
        }
    }
}
