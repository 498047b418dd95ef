//! Why no child outlives us, even when we are killed with `kill -9`: a small process holds the
//! children's process group and the far end of a pipe. When we die the kernel closes our end, and the
//! guard kills its group, and the further groups that it was told of. A child that leads a group of its
//! own tells of it itself, before it runs any program: whatever happens to us in that moment, the guard
//! knows. Knows nothing of what the children do.
//!
//! `PR_SET_PDEATHSIG` would do the same, but must be called in the child after `fork`: that costs
//! `posix_spawn`, a third of the price of a short command.
#![allow(unsafe_code)]

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// How long a child may take to end when it is asked to; then it is killed.
const GRACE: Duration = Duration::from_millis(400);

/// How many further groups the guard remembers.
const FURTHER: usize = 1024;

/// What the guard hears besides the numbers of groups (and their negatives, when they are no more): the
/// group that it heard of last has started, or it has not.
const STARTED: i32 = i32::MAX;
const FAILED: i32 = 0;

/// From here on upwards, a number tells how many tokens of a jobserver we hold. No process has such a number.
const NO_TOKENS: i32 = i32::MIN;
const MANY_TOKENS: i32 = NO_TOKENS / 2;

/// The guard, alive as long as this value is.
#[derive(Debug)]
pub struct Guard {
    group: i32,
    /// Our end of the pipe.
    line: File,
    /// Until the guard was reaped. After that its number may be somebody else's.
    alive: Arc<Mutex<bool>>,
    starting: Mutex<()>,
}

impl Guard {
    /// Starts the guard. Tokens of a jobserver are given back into `tokens`, should we not do so ourselves.
    pub fn start(tokens: Option<&File>) -> io::Result<Guard> {
        let (reader, writer) = io::pipe()?;
        let read_end = reader.as_raw_fd();
        let tokens = tokens.map_or(-1, File::as_raw_fd);
        // SAFETY: the child calls only async-signal-safe functions, and never returns from `watch`.
        let pid = unsafe { libc::fork() };
        match pid {
            -1 => Err(io::Error::last_os_error()),
            0 => watch(read_end, tokens),
            _ => {
                // Both sides set the group, so that it stands whoever comes first.
                // SAFETY: plain system call on our own child.
                unsafe { libc::setpgid(pid, pid) };
                let line = File::from(OwnedFd::from(writer));
                let (alive, starting) = (Arc::new(Mutex::new(true)), Mutex::new(()));
                Ok(Guard { group: pid, line, alive, starting })
            }
        }
    }

    /// Whoever holds tokens says so on this line, with [`held`].
    pub fn line(&self) -> io::Result<File> {
        self.line.try_clone()
    }

    /// The process group in which children belong.
    pub fn group(&self) -> i32 {
        self.group
    }

    /// Starts a child that leads a process group of its own; [`Guard::introduce`] must be called on its
    /// command. One at a time: the guard has to know whose start has failed.
    pub fn start_leader<T>(&self, start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let _alone = self.starting.lock().unwrap_or_else(|broken| broken.into_inner());
        let started = start();
        self.tell(if started.is_ok() { STARTED } else { FAILED });
        started
    }

    /// Makes a command tell the guard of its process group when it starts, before it is anything else.
    pub fn introduce(&self) -> impl Fn(&mut Command) + Send + Sync + 'static {
        let line = self.line.as_raw_fd();
        move |command| {
            // SAFETY: two async-signal-safe calls, on a descriptor that is open while we start children.
            let tell = move || unsafe {
                let group = libc::getpid();
                libc::write(line, (&raw const group).cast(), size_of::<i32>());
                Ok(())
            };
            // SAFETY: the closure allocates nothing and takes no lock.
            unsafe { command.pre_exec(tell) };
        }
    }

    /// The group of this leader is no more.
    pub fn forget(&self, leader: u32) {
        self.tell(-(leader as i32));
    }

    fn tell(&self, number: i32) {
        // A guard that was killed hears nothing; the build goes on without it.
        let _ = (&self.line).write_all(&number.to_ne_bytes());
    }

    /// Ends the children, those that do not listen by force. The guard itself ignores the first signal.
    pub fn end_children(&self) {
        let Some(group) = Pid::from_raw(self.group) else { return };
        let _ = kill_process_group(group, Signal::TERM);
        let alive = Arc::clone(&self.alive);
        let force = move || {
            thread::sleep(GRACE);
            if *alive.lock().unwrap_or_else(|broken| broken.into_inner()) {
                let _ = kill_process_group(group, Signal::KILL);
            }
        };
        // Without room for a thread they still have the signal, and die when we do.
        let _ = thread::Builder::new().spawn(force);
    }
}

/// How a number of tokens that are held is told.
pub fn held(tokens: usize) -> [u8; 4] {
    (NO_TOKENS + (tokens as i32).min(MANY_TOKENS - NO_TOKENS)).to_ne_bytes()
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut alive = self.alive.lock().unwrap_or_else(|broken| broken.into_inner());
        *alive = false;
        // SAFETY: plain system calls on our own child, which has no other parent to reap it.
        unsafe {
            libc::kill(-self.group, libc::SIGKILL);
            libc::waitpid(self.group, std::ptr::null_mut(), 0);
        }
    }
}

/// The guard's whole life. Nothing here may allocate, lock or return: it runs between `fork` and exit.
fn watch(read_end: i32, tokens: i32) -> ! {
    let mut groups = [0; FURTHER];
    let mut held = 0;
    // SAFETY: async-signal-safe calls only, on descriptors and memory of our own.
    unsafe {
        libc::setpgid(0, 0);
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT, libc::SIGPIPE] {
            libc::signal(signal, libc::SIG_IGN);
        }
        close_all_but(read_end, tokens);
        let (mut number, mut last) = (0i32, 0);
        loop {
            match libc::read(read_end, (&raw mut number).cast(), size_of::<i32>()) {
                0 => break,
                4 if number == STARTED => last = 0,
                4 if number <= MANY_TOKENS => held = number - NO_TOKENS,
                4 if number == FAILED => forget(&mut groups, &mut last),
                4 if number > 0 => {
                    last = number;
                    replace(&mut groups, 0, number);
                }
                4 => replace(&mut groups, -number, 0),
                _ => {}
            }
        }
        for group in groups {
            if group > 0 {
                libc::kill(-group, libc::SIGKILL);
            }
        }
        for _ in 0..held {
            libc::write(tokens, b"+".as_ptr().cast(), 1);
        }
        libc::kill(0, libc::SIGKILL);
        libc::_exit(0)
    }
}

/// Our descriptors are copies of somebody's pipes and locks: those must end when the tool does, not when
/// the guard has noticed.
///
/// # Safety
/// Only for a process that uses no descriptor but these (a negative one is none).
unsafe fn close_all_but(kept: i32, other: i32) {
    let (first, second) = if other < 0 { (kept, kept) } else { (kept.min(other), kept.max(other)) };
    // SAFETY: closing a descriptor that is not open is an error without effect.
    unsafe {
        let most = libc::sysconf(libc::_SC_OPEN_MAX).clamp(64, 65536) as i32;
        #[cfg(target_os = "linux")]
        {
            // From, to; a range without a descriptor is none.
            let ranges = [(0, first - 1), (first + 1, second - 1), (second + 1, i32::MAX)];
            let closed = ranges
                .iter()
                .all(|&(from, to)| from > to || libc::syscall(libc::SYS_close_range, from, to, 0) == 0);
            if closed {
                return;
            }
        }
        for descriptor in (0..most).filter(|descriptor| ![first, second].contains(descriptor)) {
            libc::close(descriptor);
        }
    }
}

fn forget(groups: &mut [i32; FURTHER], last: &mut i32) {
    if *last > 0 {
        replace(groups, *last, 0);
        *last = 0;
    }
}

fn replace(groups: &mut [i32; FURTHER], old: i32, new: i32) {
    if let Some(place) = groups.iter_mut().find(|group| **group == old) {
        *place = new;
    }
}
