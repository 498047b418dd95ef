//! A build tool that can be killed: this test binary, started again with `MODPIN_CHILD` set.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use modpin_engine::{
    Action, Event, Interrupt, Lock, Processes, RealProcesses, Spawn, Step, StepError, StepIo, Work,
};
use modpin_test::World;

use crate::world::{build, graph};

/// Not a test: what the started tool does.
#[test]
fn tool() {
    let Some(dir) = std::env::var_os("MODPIN_CHILD").map(PathBuf::from) else { return };
    let code = match work(&dir) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("error: {error}"));
            101
        }
    };
    std::process::exit(code);
}

fn work(dir: &std::path::Path) -> Result<i32, Box<dyn std::error::Error>> {
    let processes = Arc::new(RealProcesses::guarded()?);
    // The listener must not keep the guard alive: whoever drops the processes waits for its end.
    let ending = Arc::downgrade(&processes);
    let end_all = move || {
        say("ending");
        _ = ending.upgrade().map(|processes| processes.end_all());
    };
    let interrupt = Interrupt::listen(end_all, || ())?;
    let lock = dir.join("out/.state/lock");
    let waiting = |holder: Option<u32>| say(&format!("waiting for {}", holder.unwrap_or(0)));
    let Some(_lock) = Lock::take_unless(&lock, &interrupt, waiting)? else {
        return Ok(128 + interrupt.signal().unwrap_or(0));
    };
    say("building");
    let pause = std::env::var("MODPIN_PAUSE").unwrap_or_else(|_| "0.02".into());
    let mut graph = graph(&pause);
    let mut jobs = 4;
    for (name, step) in [("MODPIN_HANG", Hang::InAnother), ("MODPIN_DEAF", Hang::Here)] {
        if std::env::var_os(name).is_some() {
            let outputs = vec![graph.file("out/hang")];
            let (label, work) = ("hang".into(), Work::Step(Arc::new(step)));
            graph.add(Action {
                verb: "Hanging",
                label,
                work,
                inputs: vec![],
                outputs,
                depfile: None,
            })?;
            // All of them at once, so that it is among those that run.
            jobs = graph.actions().len();
        }
    }
    let processes: &dyn Processes = &*processes;
    let outcome = build(&graph, dir, jobs, processes, &interrupt, &mut |event| match event {
        Event::Started(..) => say("started"),
        Event::Warning(text) => say(&format!("warning: {text}")),
        Event::Finished { failure: Some(failure), .. } => say(&format!("failed: {}", failure.message)),
        _ => {}
    })?;
    say(&format!("ran {}", outcome.ran.len()));
    Ok(match outcome.interrupted {
        Some(signal) => 128 + signal,
        None => i32::from(!outcome.success()) * 101,
    })
}

fn say(line: &str) {
    // Whoever listened may be gone.
    let _ = writeln!(std::io::stdout(), "tool: {line}");
}

/// A step that takes very long.
enum Hang {
    /// It waits for a process with a time limit, which is far away.
    InAnother,
    /// It works by itself, and listens to nobody.
    Here,
}

impl Step for Hang {
    fn key(&self) -> String {
        "hang".into()
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        match self {
            Hang::Here => std::thread::sleep(Duration::from_secs(600)),
            Hang::InAnother => {
                let spawn = Spawn {
                    program: "/bin/sh".into(),
                    args: ["-c", "sleep 600 & sleep 600"].map(str::to_owned).to_vec(),
                    dir: io.absolute(""),
                    limit: Some(Duration::from_secs(600)),
                    ..Spawn::default()
                };
                io.spawn(&spawn)?;
            }
        }
        io.write(0, b"an end that nobody should see")
    }
}

/// A tool that was started.
pub struct Tool {
    /// The process.
    pub child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Tool {
    /// Starts the tool in a directory.
    pub fn start(world: &World, env: &[(&str, &str)]) -> Tool {
        Tool::start_under(world, env, &[])
    }

    /// Starts the tool by another program, such as `prlimit`.
    pub fn start_under(world: &World, env: &[(&str, &str)], wrapper: &[&str]) -> Tool {
        let itself = std::env::current_exe().unwrap();
        let mut command = match wrapper {
            [] => Command::new(itself),
            [program, args @ ..] => {
                let mut command = Command::new(program);
                command.args(args).arg(itself);
                command
            }
        };
        command.args(["tool::tool", "--exact", "--nocapture", "--test-threads=1"]);
        command.env("MODPIN_CHILD", world.root()).envs(env.iter().copied()).current_dir(world.root());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Tool { child, lines }
    }

    /// Reads what it says up to the first line that begins with `start`; answers the rest of that line.
    pub fn says(&mut self, start: &str) -> Option<String> {
        for line in self.lines.by_ref() {
            // The test harness of the tool writes its own words before the first line.
            let line = line.unwrap();
            if let Some((_, said)) = line.split_once("tool: ")
                && let Some(rest) = said.strip_prefix(start)
            {
                return Some(rest.trim().to_owned());
            }
        }
        None
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Kills it without a warning.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Whether it is over.
    pub fn child_has_ended(&self) -> bool {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    }

    /// Its exit code.
    pub fn code(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

/// A test that fails leaves no tool behind.
impl Drop for Tool {
    fn drop(&mut self) {
        // It is over already when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something holds.
pub fn until(what: &str, limit: Duration, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
