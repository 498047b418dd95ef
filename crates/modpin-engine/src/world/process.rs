//! The edge to other processes: starts one, gathers what it prints, waits, kills.

use std::collections::BTreeSet;
use std::io::{self, PipeReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::world::child_guard::Guard;
use crate::world::jobserver::Jobserver;

/// What one process may print before the rest is dropped: enough for any compiler, and no reason to
/// run out of memory.
const OUTPUT_LIMIT: usize = 8 << 20;

/// No pipe holds more.
const PIPE_LIMIT: usize = 1 << 20;
const NO_TIME: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// A process to run.
#[derive(Clone, Debug, Default)]
pub struct Spawn {
    /// The program, by absolute path.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables to set, or to remove (`None`); the others are inherited.
    pub env: Vec<(String, Option<String>)>,
    /// The directory in which it runs.
    pub dir: String,
    /// After this time it is killed, with all that it started. A process with a limit has a process
    /// group to itself, and nothing of that group outlives it.
    pub limit: Option<Duration>,
}

/// How a process ended, and what it printed on both streams.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How it ended.
    pub status: Status,
    /// Standard output and standard error, as they came.
    pub output: Vec<u8>,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// By us, because its time was over.
    TimedOut,
}

/// How processes are run. Real ones, or a test's.
pub trait Processes: Sync {
    /// Runs one to its end.
    fn run(&self, spawn: &Spawn) -> io::Result<Ended>;
    /// Ends all that run, and from now on lets none start.
    fn end_all(&self);
    /// The clock that says how long they take. What took longest starts first the next time.
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// Real processes.
#[derive(Default)]
pub struct RealProcesses {
    guard: Option<Guard>,
    /// The process groups of those that have a time limit.
    groups: Mutex<BTreeSet<u32>>,
    ended: AtomicBool,
    /// Variables that every one of them gets.
    env: Vec<(String, String)>,
}

impl RealProcesses {
    /// Processes in our own process group, as any child: for a program that is somebody else's. When all
    /// are to end, only those with a time limit are killed.
    pub fn new() -> RealProcesses {
        RealProcesses::default()
    }

    /// Processes that die when we do, even by `kill -9`.
    pub fn guarded() -> io::Result<RealProcesses> {
        Ok(RealProcesses { guard: Some(Guard::start(None)?), ..RealProcesses::default() })
    }

    /// The same, and they are told of a jobserver. It gets its tokens back whatever happens to us.
    pub fn guarded_with(jobserver: &Jobserver) -> io::Result<RealProcesses> {
        let guard = Guard::start(jobserver.way_back())?;
        jobserver.watched_by(guard.line()?);
        let env = jobserver.environment();
        Ok(RealProcesses { guard: Some(guard), env, ..RealProcesses::default() })
    }

    /// `group`: the process group for it, 0 for one of its own.
    fn expression(&self, spawn: &Spawn, group: Option<i32>) -> duct::Expression {
        let mut expression = duct::cmd(&spawn.program, &spawn.args)
            .dir(&spawn.dir)
            .stdin_null()
            .stderr_to_stdout()
            .unchecked();
        for (name, value) in &self.env {
            expression = expression.env(name, value);
        }
        for (name, value) in &spawn.env {
            expression = match value {
                Some(value) => expression.env(name, value),
                None => expression.env_remove(name),
            };
        }
        let Some(group) = group else { return expression };
        expression.before_spawn(move |command| {
            command.process_group(group);
            Ok(())
        })
    }

    fn run_unlimited(&self, spawn: &Spawn) -> io::Result<Ended> {
        let group = self.guard.as_ref().map(Guard::group);
        let reader = self.expression(spawn, group).reader()?;
        self.end_late_comers();
        let output = gather(&reader)?;
        let status = match reader.try_wait()? {
            Some(ended) => ended.status.into(),
            None => return Err(io::Error::other("its end was not seen")),
        };
        Ok(Ended { status, output })
    }

    fn run_limited(&self, spawn: &Spawn, limit: Duration) -> io::Result<Ended> {
        let (reader, writer) = io::pipe()?;
        let (over, running) = io::pipe()?;
        let gathered = thread::Builder::new().spawn(move || gather_until(reader, &over))?;
        let lent = self.guard.as_ref().map(Guard::lend).transpose()?;
        let group = lent.as_ref().map_or(0, |lent| lent.group);
        let expression = self.expression(spawn, Some(group)).stdout_file(writer);
        let handle = expression.start()?;
        // It holds the writing end of the pipe, which would never be at its end.
        drop(expression);
        let group = if group == 0 { handle.pids()[0] } else { group as u32 };
        locked(&self.groups).insert(group);
        self.end_late_comers();
        let ended = handle.wait_timeout(limit).map(|output| output.map(|output| output.status));
        kill_group(group);
        locked(&self.groups).remove(&group);
        let status = match ended? {
            Some(status) => status.into(),
            None => {
                handle.wait()?;
                Status::TimedOut
            }
        };
        drop(running);
        let output = gathered.join().unwrap_or_else(|bug| std::panic::resume_unwind(bug))?;
        Ok(Ended { status, output })
    }

    /// A process that started while all were ended is ended as well.
    fn end_late_comers(&self) {
        if self.ended.load(Ordering::SeqCst) {
            self.end_all();
        }
    }
}

impl Processes for RealProcesses {
    fn run(&self, spawn: &Spawn) -> io::Result<Ended> {
        if self.ended.load(Ordering::SeqCst) {
            return Err(io::Error::other("the build is being ended"));
        }
        match spawn.limit {
            Some(limit) => self.run_limited(spawn, limit),
            None => self.run_unlimited(spawn),
        }
    }

    fn end_all(&self) {
        self.ended.store(true, Ordering::SeqCst);
        if let Some(guard) = &self.guard {
            guard.end_children();
        }
        for &group in locked(&self.groups).iter() {
            kill_group(group);
        }
    }
}

impl From<ExitStatus> for Status {
    fn from(status: ExitStatus) -> Status {
        match status.signal() {
            Some(signal) => Status::Signalled(signal),
            None => Status::Exited(status.code().unwrap_or(-1)),
        }
    }
}

fn kill_group(group: u32) {
    if let Some(group) = Pid::from_raw(group as i32) {
        // Nothing left to kill is what we want.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Reads to the end, keeps what fits.
fn gather(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut printed = Printed::default();
    while printed.read(&mut from)? > 0 {}
    Ok(printed.all())
}

/// Reads to the end, or until nobody holds the other end of `over` and all is read that was printed before that. A process
/// that left its group may hold the pipe open for ever, and print for ever.
fn gather_until(mut from: PipeReader, over: &PipeReader) -> io::Result<Vec<u8>> {
    let mut printed = Printed::default();
    while !is_ready(&[over, &from], None)?[0] {
        if printed.read(&mut from)? == 0 {
            return Ok(printed.all());
        }
    }
    let mut left = PIPE_LIMIT;
    while left > 0 && is_ready(&[&from], Some(&NO_TIME))?[0] {
        match printed.read(&mut from)? {
            0 => break,
            count => left = left.saturating_sub(count),
        }
    }
    Ok(printed.all())
}

/// Waits until one of them has something to read, or is at its end; answers which have.
fn is_ready<const N: usize>(pipes: &[&PipeReader; N], time: Option<&Timespec>) -> io::Result<[bool; N]> {
    let mut asked = pipes.map(|pipe| PollFd::new(pipe, PollFlags::IN));
    rustix::io::retry_on_intr(|| poll(&mut asked, time))?;
    Ok(asked.map(|pipe| !pipe.revents().is_empty()))
}

/// What was printed so far.
#[derive(Default)]
struct Printed {
    kept: Vec<u8>,
    dropped: usize,
}

impl Printed {
    /// Reads a part; answers how many bytes that were, none at the end.
    fn read(&mut self, from: &mut impl Read) -> io::Result<usize> {
        let mut buffer = [0; 64 * 1024];
        let count = loop {
            match from.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        let fits = count.min(OUTPUT_LIMIT - self.kept.len());
        self.kept.extend_from_slice(&buffer[..fits]);
        self.dropped += count - fits;
        Ok(count)
    }

    fn all(mut self) -> Vec<u8> {
        if self.dropped > 0 {
            let note = format!("\n[{} more bytes dropped]\n", self.dropped);
            self.kept.extend_from_slice(note.as_bytes());
        }
        self.kept
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}
