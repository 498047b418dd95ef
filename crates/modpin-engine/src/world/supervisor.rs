//! Why nothing stays of a process that has a time limit: between it and us stands a small process of its own. That one takes
//! in whatever the process leaves behind (`PR_SET_CHILD_SUBREAPER`), also what has left its process group and its session,
//! ends it, and only then tells how the process ended. It has one process at a time, and gets the next one only when nothing is
//! left of the last: so nobody's orphans are taken for another's, and who signals its parent hits nobody else.
//!
//! The process inherits three descriptors and no more. When we die, however that happens, the kernel closes our end of the
//! line, and the supervisor ends them all. It is forked from us and runs no program: nothing has to be found or compiled. That
//! copies all that we have in memory, as we write to it, so it is not done for each process.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::ptr;

use crate::world::attributes::{Attributes, check};
use crate::world::orders::{OrderRoom, Orders, Parts};
use crate::world::spawn::Status;

/// What a supervisor says, with a number: the process did not start (the error), ended (waitpid's word) and nothing is left of
/// it, or ended and something is.
const NOT_STARTED: i32 = 1;
const ENDED: i32 = 2;
const LEFT: i32 = 3;

/// Where a supervisor keeps its two ends.
const LINE: i32 = 3;
const ANSWERS: i32 = 4;

/// How often it looks where nobody tells it that a child has ended, in milliseconds.
const LOOK: i32 = 10;

/// How often it ends what is left: who forks faster than that is left alone some time.
const ROUNDS: usize = 1000;

/// A supervisor.
#[derive(Debug)]
pub struct Supervisor {
    /// Its number is that of the process group, too: the supervisor makes the group and leaves it.
    pid: i32,
    orders: OrderRoom,
    /// Our end of the line, while nothing runs.
    line: Option<PipeWriter>,
    answers: PipeReader,
    /// What its processes print.
    pub output: PipeReader,
    /// Nothing runs, and nothing is left of what has run.
    free: bool,
}

impl Supervisor {
    /// Starts one that has room for these orders.
    pub fn start(orders: &Orders) -> io::Result<Supervisor> {
        let (orders, attributes) = (OrderRoom::large_enough(orders)?, Attributes::new()?);
        let nothing = File::open("/dev/null")?;
        let (output, their_output) = io::pipe()?;
        let (their_line, line) = io::pipe()?;
        let (answers, their_answers) = io::pipe()?;
        let ends = [nothing.as_fd(), their_output.as_fd(), their_line.as_fd(), their_answers.as_fd()];
        let ends = ends.map(|end| end.as_raw_fd());
        let parts = orders.parts();
        let pid = fork_quietly(move || supervise(parts, attributes, ends))?;
        let line = Some(line);
        Ok(Supervisor { pid, orders, line, answers, output, free: true })
    }

    /// Starts a process, if there is room for its orders. With the answer comes the line: whoever closes it ends the process.
    pub fn begin(&mut self, orders: &Orders) -> io::Result<PipeWriter> {
        let mut line = self.line.take().ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
        self.orders.write(orders)?;
        line.write_all(b"+")?;
        self.free = false;
        Ok(line)
    }

    /// Whether nothing runs, and nothing is left of what has run.
    pub fn is_free(&self) -> bool {
        self.free
    }

    /// One that is free may begin again.
    pub fn give_back(&mut self, line: PipeWriter) {
        self.line = Some(line);
    }

    /// Where an answer comes; then [`Supervisor::answer`] does not wait.
    pub fn answers(&self) -> BorrowedFd<'_> {
        self.answers.as_fd()
    }

    /// What the supervisor says: how the process ended.
    pub fn answer(&mut self) -> io::Result<Status> {
        let mut words = [0; 8];
        if let Err(error) = self.answers.read_exact(&mut words) {
            return match error.kind() {
                // Somebody has ended the supervisor itself.
                io::ErrorKind::UnexpectedEof => Ok(Status::Signalled(libc::SIGKILL)),
                _ => Err(error),
            };
        }
        let [kind, number] =
            [0, 4].map(|at| i32::from_ne_bytes([0, 1, 2, 3].map(|byte| words[at + byte])));
        self.free = kind != LEFT;
        match kind {
            NOT_STARTED => Err(io::Error::from_raw_os_error(number)),
            _ if libc::WIFSIGNALED(number) => Ok(Status::Signalled(libc::WTERMSIG(number))),
            _ => Ok(Status::Exited(libc::WEXITSTATUS(number))),
        }
    }

    /// A supervisor that was stopped goes on: it was told that it is over.
    pub fn wake(&self) {
        // SAFETY: plain system call on our own child, which was not waited for.
        unsafe { libc::kill(self.pid, libc::SIGCONT) };
    }
}

impl Drop for Supervisor {
    /// Without a line it is at its end. If it was killed, or did not answer, its process group at least ends here.
    fn drop(&mut self) {
        self.line = None;
        self.wake();
        // SAFETY: plain system calls on our own child and on the group that it made.
        unsafe {
            if !self.free {
                libc::kill(self.pid, libc::SIGKILL);
                libc::kill(-self.pid, libc::SIGKILL);
            }
            libc::waitpid(self.pid, ptr::null_mut(), 0);
        }
    }
}

/// Forks while no signal can come: a child must not run what we do at signals, on pipes that it shares with us.
fn fork_quietly(child: impl FnOnce()) -> io::Result<i32> {
    let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    // SAFETY: the child calls only async-signal-safe functions, and never returns.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        check(libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()))?;
        let pid = libc::fork();
        if pid == 0 {
            child();
            libc::_exit(125);
        }
        let forked = if pid < 0 { Err(io::Error::last_os_error()) } else { Ok(pid) };
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut());
        forked
    }
}

/// The supervisor's whole life. Nothing here may allocate, lock or return: it runs between `fork` and exit.
fn supervise(parts: *const Parts, mut attributes: Attributes, ends: [i32; 4]) -> ! {
    // SAFETY: async-signal-safe calls only, on descriptors and memory of our own. Parts stand where they are to be as soon as
    // somebody says so on the line.
    unsafe {
        let (ours, group) = (libc::getpgrp(), libc::getpid());
        attributes.set_group(group);
        libc::signal(libc::SIGCHLD, libc::SIG_DFL);
        #[cfg(target_os = "linux")]
        libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        keep(ends);
        let ended = told_of_children();
        while is_told() {
            libc::setpgid(0, 0);
            // Whatever the last process has made of it.
            libc::fcntl(1, libc::F_SETFL, 0);
            let started = start(&*parts, &attributes);
            // Who ends its own group does not end us.
            libc::setpgid(0, ours);
            match started {
                Ok(process) => {
                    let status = wait(process, group, ended);
                    let alone = end_the_rest(ended);
                    say(if alone { ENDED } else { LEFT }, status);
                    if !alone {
                        break;
                    }
                }
                Err(error) => say(NOT_STARTED, error),
            }
        }
        libc::_exit(0)
    }
}

/// Waits for a word on the line. No when nobody holds its other end any more.
fn is_told() -> bool {
    let mut word = 0_u8;
    loop {
        // SAFETY: plain system call with room of our own.
        match unsafe { libc::read(LINE, (&raw mut word).cast(), 1) } {
            1 => return true,
            -1 if io::Error::last_os_error().raw_os_error() == Some(libc::EINTR) => {}
            _ => return false,
        }
    }
}

/// Starts the process, or answers the error.
///
/// # Safety
/// Only between `fork` and exit; the pointers point to what they say.
unsafe fn start(parts: &Parts, attributes: &Attributes) -> Result<i32, i32> {
    let mut process = 0;
    // SAFETY: as the caller has promised.
    let error = unsafe {
        match libc::chdir(parts.dir) {
            0 => libc::posix_spawn(
                &raw mut process,
                parts.program,
                ptr::null(),
                attributes.as_ptr(),
                parts.args,
                parts.env,
            ),
            _ => io::Error::last_os_error().raw_os_error().unwrap_or(libc::ENOENT),
        }
    };
    if error == 0 { Ok(process) } else { Err(error) }
}

/// Standard input, output and error, the line and the answers; nothing else stays open, and only three are handed on.
///
/// # Safety
/// Only for a process that uses no descriptor but these.
unsafe fn keep(ends: [i32; 4]) {
    const HIGH: i32 = 64;
    // SAFETY: plain system calls. Copies lie above those that are to be replaced.
    unsafe {
        let [nothing, output, line, answers] = ends.map(|end| libc::fcntl(end, libc::F_DUPFD, HIGH));
        for (from, to) in [(nothing, 0), (output, 1), (output, 2), (line, LINE), (answers, ANSWERS)] {
            libc::dup2(from, to);
        }
        for end in [LINE, ANSWERS] {
            libc::fcntl(end, libc::F_SETFD, libc::FD_CLOEXEC);
        }
        close_from(ANSWERS + 1);
    }
}

/// # Safety
/// Only for a process that uses none of these.
unsafe fn close_from(first: i32) {
    // SAFETY: closing a descriptor that is not open is an error without effect.
    unsafe {
        #[cfg(target_os = "linux")]
        if libc::syscall(libc::SYS_close_range, first, i32::MAX, 0) == 0 {
            return;
        }
        let most = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 65536) as i32;
        for descriptor in first..most {
            libc::close(descriptor);
        }
    }
}

/// A descriptor that is ready when a child has ended; -1 where there is no such thing.
fn told_of_children() -> i32 {
    #[cfg(target_os = "linux")]
    // SAFETY: plain system calls. The signal is blocked, as all are.
    unsafe {
        let mut signals = MaybeUninit::uninit();
        libc::sigemptyset(signals.as_mut_ptr());
        libc::sigaddset(signals.as_mut_ptr(), libc::SIGCHLD);
        libc::signalfd(-1, signals.as_ptr(), libc::SFD_CLOEXEC | libc::SFD_NONBLOCK)
    }
    #[cfg(not(target_os = "linux"))]
    -1
}

/// Waits until a child may have ended, or nobody holds the other end of the line any more: then no.
fn look(ended: i32, time: i32) -> bool {
    let ask = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut asked = [ask(LINE), ask(ended)];
    let mut told = [0_u8; 1024];
    // SAFETY: plain system calls with room of our own.
    unsafe {
        libc::poll(asked.as_mut_ptr(), 2, if ended < 0 { LOOK } else { time });
        while ended >= 0 && libc::read(ended, told.as_mut_ptr().cast(), told.len()) > 0 {}
    }
    asked[0].revents == 0
}

/// Waits for the process, or ends it when nobody wants it any more; with it goes its group.
///
/// # Safety
/// Only for a child that nobody else waits for.
unsafe fn wait(process: i32, group: i32, ended: i32) -> i32 {
    // SAFETY: the number is our child's until `waitpid` has taken it; that of the group is our own.
    unsafe {
        let mut status = 0;
        loop {
            let mut seen: libc::siginfo_t = std::mem::zeroed();
            let how = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
            let asked = libc::waitid(libc::P_PID, process as libc::id_t, &raw mut seen, how);
            if asked != 0 || seen.si_signo != 0 {
                break;
            }
            if !look(ended, -1) {
                libc::kill(process, libc::SIGKILL);
                break;
            }
        }
        libc::kill(-group, libc::SIGKILL);
        libc::waitpid(process, &raw mut status, 0);
        status
    }
}

/// Ends whatever was left to us, until we have no child; answers whether we have none.
fn end_the_rest(ended: i32) -> bool {
    let mut status = 0;
    for _ in 0..ROUNDS {
        // SAFETY: plain system calls on children of our own.
        unsafe {
            loop {
                match libc::waitpid(-1, &raw mut status, libc::WNOHANG) {
                    0 => break,
                    -1 => return true,
                    _ => {}
                }
            }
            if !kill_children() {
                return false;
            }
        }
        look(ended, LOOK);
    }
    false
}

/// Kills all children; answers whether the kernel told which there are.
///
/// # Safety
/// Only between `fork` and exit.
unsafe fn kill_children() -> bool {
    const CHILDREN: &CStr = c"/proc/thread-self/children";
    let mut text = [0_u8; 4096];
    // SAFETY: plain system calls with room of our own. A child that has ended and was not waited for keeps its number.
    unsafe {
        let file = libc::open(CHILDREN.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
        if file < 0 {
            return false;
        }
        let length = libc::read(file, text.as_mut_ptr().cast(), text.len());
        libc::close(file);
        let mut number = 0;
        // The last one may be cut off: it comes the next time.
        for &byte in text.get(..usize::try_from(length).unwrap_or(0)).unwrap_or_default() {
            match byte {
                b'0'..=b'9' => number = number * 10 + i32::from(byte - b'0'),
                _ => {
                    if number > 0 {
                        libc::kill(number, libc::SIGKILL);
                    }
                    number = 0;
                }
            }
        }
        length >= 0
    }
}

/// Tells us.
fn say(kind: i32, number: i32) {
    let words = [kind, number];
    // SAFETY: plain system call. Whoever does not listen any more needs no answer.
    unsafe { libc::write(ANSWERS, words.as_ptr().cast(), size_of_val(&words)) };
}
