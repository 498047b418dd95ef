//! Why no child outlives us, even when we are killed with `kill -9`: a small process holds the
//! children's process group and the far end of a pipe. When we die the kernel closes our end, and the
//! guard kills its group. Processes with a time limit have a supervisor each instead.
//!
//! `PR_SET_PDEATHSIG` would do the same, but must be called in the child after `fork`: that costs
//! `posix_spawn`, a third of the price of a short command.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// How long a child may take to end when it is asked to; then it is killed.
const GRACE: Duration = Duration::from_millis(400);

/// The guard, alive as long as this value is.
#[derive(Debug)]
pub struct Guard {
    group: i32,
    /// Our end of the pipe.
    line: File,
    /// Until the guard was reaped. After that its number may be somebody else's.
    alive: Arc<Mutex<bool>>,
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
                let alive = Arc::new(Mutex::new(true));
                Ok(Guard { group: pid, line, alive })
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

    /// Ends the children, those that do not listen by force. The guard itself ignores the first signal.
    pub fn end_children(&self) {
        let Some(group) = Pid::from_raw(self.group) else { return };
        let _ = kill_process_group(group, Signal::TERM);
        let alive = Arc::clone(&self.alive);
        let force = move || {
            thread::sleep(GRACE);
            if *locked(&alive) {
                let _ = kill_process_group(group, Signal::KILL);
            }
        };
        // Without room for a thread they still have the signal, and die when we do.
        let _ = thread::Builder::new().spawn(force);
    }
}

/// How a number of tokens that are held is told.
pub fn held(tokens: usize) -> [u8; 4] {
    u32::try_from(tokens).unwrap_or(u32::MAX).to_ne_bytes()
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut alive = locked(&self.alive);
        *alive = false;
        // SAFETY: plain system calls on our own children, which have no other parent to reap them.
        unsafe {
            libc::kill(-self.group, libc::SIGKILL);
            libc::waitpid(self.group, std::ptr::null_mut(), 0);
        }
    }
}

/// The guard's whole life. Nothing here may allocate, lock or return: it runs between `fork` and exit.
fn watch(read_end: i32, tokens: i32) -> ! {
    let mut held = 0_u32;
    // SAFETY: async-signal-safe calls only, on descriptors and memory of our own.
    unsafe {
        libc::setpgid(0, 0);
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT, libc::SIGPIPE] {
            libc::signal(signal, libc::SIG_IGN);
        }
        close_all_but(read_end, tokens);
        let mut number = 0_u32;
        loop {
            match libc::read(read_end, (&raw mut number).cast(), size_of::<u32>()) {
                0 => break,
                4 => held = number,
                _ => {}
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

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}
