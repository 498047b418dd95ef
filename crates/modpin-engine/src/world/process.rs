//! The edge to other processes: starts one, gathers what it prints, waits, kills.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::world::child_guard::Guard;
use crate::world::jobserver::Jobserver;
use crate::world::orders::Orders;
use crate::world::race::Race;
use crate::world::spot::Spot;
use crate::world::supervisor::Supervisor;

pub use crate::world::spawn::{Ended, Spawn, Status};

/// What one process may print before the rest is dropped: enough for any compiler, and no reason to
/// run out of memory.
const OUTPUT_LIMIT: usize = 8 << 20;

/// No pipe holds more.
const PIPE_LIMIT: usize = 1 << 20;

/// How long a supervisor may take to end what has no more time.
const GRACE: Duration = Duration::from_secs(10);

/// How long a program may be busy: a child of another thread holds what we had open for writing, until it runs its own
/// program.
const BUSY: Duration = Duration::from_secs(2);

/// The time that a process has which only its race may end.
const NEVER: Duration = Duration::from_secs(u32::MAX as u64);

/// The lines of those that are in a race are numbered by it, from here on.
const RACING: u64 = 1 << 63;

/// Between two attempts to start a program that is busy.
const PAUSE: Duration = Duration::from_millis(5);

/// How processes are run. Real ones, or a test's.
pub trait Processes: Sync {
    /// Runs one to its end.
    fn run(&self, spawn: &Spawn) -> io::Result<Ended>;
    /// Ends all that run, and from now on lets none start.
    fn end_all(&self);
    /// Somebody else was first: ends the process that runs for it, if it has begun.
    fn end(&self, race: &Race) {
        race.lose();
    }
    /// The clock that says how long they take. What took longest starts first the next time.
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// Real processes.
#[derive(Default)]
pub struct RealProcesses {
    guard: Option<Guard>,
    /// The lines to the supervisors of those that have a time limit: one that is closed ends its process.
    lines: Mutex<BTreeMap<u64, PipeWriter>>,
    /// Supervisors that have nothing to do.
    idle: Mutex<Vec<Supervisor>>,
    started: AtomicU64,
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

    /// Starts a program that goes on beside the others, and ends with them.
    ///
    /// # Errors
    /// It cannot be started, or all are being ended.
    pub fn start_beside(&self, command: &mut Command) -> io::Result<Child> {
        if let Some(guard) = &self.guard {
            command.process_group(guard.group());
        }
        let child = command.spawn()?;
        self.end_late_comers();
        Ok(child)
    }

    /// A command, and the pipe through which comes what it prints. `group` is the process group for it.
    fn prepare(&self, spawn: &Spawn, group: Option<i32>) -> io::Result<(Command, PipeReader)> {
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(&spawn.program);
        command.args(&spawn.args).current_dir(&spawn.dir);
        match &spawn.stdin {
            Some(path) => command.stdin(File::open(path)?),
            None => command.stdin(Stdio::null()),
        };
        match &spawn.stdout {
            Some(path) => command.stdout(Spot::at(path.into()).new_file(0o666)?),
            None => command.stdout(writer.try_clone()?),
        };
        command.stderr(writer);
        for (name, value) in &self.env {
            command.env(name, value);
        }
        for (name, value) in &spawn.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(group) = group {
            command.process_group(group);
        }
        Ok((command, reader))
    }

    fn run_unlimited(&self, spawn: &Spawn) -> io::Result<Ended> {
        let (mut command, reader) = self.prepare(spawn, self.guard.as_ref().map(Guard::group))?;
        let mut child = command.spawn()?;
        // It holds our ends of the pipe.
        drop(command);
        self.end_late_comers();
        let output = gather(reader);
        if output.is_err() {
            let _ = child.kill();
        }
        let status = child.wait()?.into();
        Ok(Ended { status, output: output? })
    }

    fn run_limited(&self, spawn: &Spawn, limit: Duration) -> io::Result<Ended> {
        let orders = Orders::of(spawn)?;
        let (mut supervisor, line) = self.supervisor(&orders)?;
        let number = match &spawn.race {
            Some(race) => RACING | u64::from(race.number),
            None => self.started.fetch_add(1, Ordering::Relaxed),
        };
        locked(&self.lines).insert(number, line);
        self.end_late_comers();
        if spawn.race.as_ref().is_some_and(|race| race.is_lost()) {
            locked(&self.lines).remove(&number);
        }
        let mut printed = Printed::default();
        let in_time = supervise(&mut supervisor, &mut printed, limit);
        let line = locked(&self.lines).remove(&number);
        let (status, line) = match in_time? {
            Some(status) => (status, line),
            None => {
                drop(line);
                supervisor.wake();
                supervise(&mut supervisor, &mut printed, GRACE)?;
                (Status::TimedOut, None)
            }
        };
        // Whoever cannot be killed may hold the pipe open.
        let mut left = PIPE_LIMIT;
        while left > 0 && is_ready([supervisor.output.as_fd()], Duration::ZERO)?[0] {
            match printed.read(&mut supervisor.output)? {
                0 => break,
                count => left = left.saturating_sub(count),
            }
        }
        if let Some(line) = line.filter(|_| left > 0 && supervisor.is_free()) {
            supervisor.give_back(line);
            locked(&self.idle).push(supervisor);
        }
        Ok(Ended { status, output: printed.all() })
    }

    /// A supervisor that has begun with these orders, and the line to it.
    fn supervisor(&self, orders: &Orders) -> io::Result<(Supervisor, PipeWriter)> {
        let idle = locked(&self.idle).pop();
        if let Some(mut idle) = idle
            && let Ok(line) = idle.begin(orders)
        {
            return Ok((idle, line));
        }
        let mut new = Supervisor::start(orders)?;
        let line = new.begin(orders)?;
        Ok((new, line))
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
        let start = || match spawn.limit.or(spawn.race.as_ref().map(|_| NEVER)) {
            Some(limit) => self.run_limited(spawn, limit),
            None => self.run_unlimited(spawn),
        };
        while_busy(start)
    }

    fn end(&self, race: &Race) {
        race.lose();
        // Its supervisor hears that nobody holds the line.
        locked(&self.lines).remove(&(RACING | u64::from(race.number)));
    }

    fn end_all(&self) {
        self.ended.store(true, Ordering::SeqCst);
        if let Some(guard) = &self.guard {
            guard.end_children();
        }
        locked(&self.lines).clear();
    }
}

/// Tries again while a program that was just written cannot be started.
fn while_busy<T>(mut start: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let until = Instant::now() + BUSY;
    loop {
        match start() {
            Err(error)
                if error.kind() == io::ErrorKind::ExecutableFileBusy && Instant::now() < until =>
            {
                std::thread::sleep(PAUSE);
            }
            ended => return ended,
        }
    }
}

/// Reads what a process prints until its supervisor says how it ended, or the time is over.
fn supervise(
    supervisor: &mut Supervisor,
    printed: &mut Printed,
    limit: Duration,
) -> io::Result<Option<Status>> {
    let end = Instant::now().checked_add(limit);
    let mut prints = true;
    loop {
        let left = end.map_or(AT_ONCE, |end| end.saturating_duration_since(Instant::now()));
        let (answers, time) = (supervisor.answers(), left.min(AT_ONCE));
        let [answered, has_printed] = match prints {
            true => is_ready([answers, supervisor.output.as_fd()], time)?,
            false => [is_ready([answers], time)?[0], false],
        };
        if answered {
            return supervisor.answer().map(Some);
        } else if has_printed {
            prints = printed.read(&mut supervisor.output)? > 0;
        } else if left.is_zero() {
            return Ok(None);
        }
    }
}

/// As long may be waited at once.
const AT_ONCE: Duration = Duration::from_secs(3600);

/// Reads to the end, keeps what fits.
fn gather(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut printed = Printed::default();
    while printed.read(&mut from)? > 0 {}
    Ok(printed.all())
}

/// Waits until one of them has something to read, or is at its end; answers which have. None has when the time is over.
fn is_ready<const N: usize>(pipes: [BorrowedFd<'_>; N], time: Duration) -> io::Result<[bool; N]> {
    let mut asked = pipes.map(|pipe| PollFd::from_borrowed_fd(pipe, PollFlags::IN));
    let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: i64::from(time.subsec_nanos()) };
    rustix::io::retry_on_intr(|| poll(&mut asked, Some(&time)))?;
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
        // Most print nothing.
        let mut buffer = [0; 8 * 1024];
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
