//! How posix_spawn(3) is to start a process: deaf to nothing, but to what we are told to ignore.
#![allow(unsafe_code)]

use std::io;
use std::mem::MaybeUninit;
use std::ptr;

/// There are no more signals than that. One that is none changes nothing.
const SIGNALS: i32 = 64;

/// How posix_spawn(3) is to start it: in a process group that is named later, deaf to nothing.
pub struct Attributes(Box<MaybeUninit<libc::posix_spawnattr_t>>);

impl Attributes {
    /// Of a process that hears all that we do not ignore.
    pub fn new() -> io::Result<Attributes> {
        let mut attributes = Box::new(MaybeUninit::uninit());
        let flags =
            libc::POSIX_SPAWN_SETPGROUP | libc::POSIX_SPAWN_SETSIGMASK | libc::POSIX_SPAWN_SETSIGDEF;
        // SAFETY: each call gets what the one before has set up; `check` ends at the first that fails.
        unsafe {
            let it: *mut libc::posix_spawnattr_t = attributes.as_mut_ptr();
            check(libc::posix_spawnattr_init(it))?;
            let made = Attributes(attributes);
            let mut signals = MaybeUninit::uninit();
            libc::sigemptyset(signals.as_mut_ptr());
            check(libc::posix_spawnattr_setsigmask(it, signals.as_ptr()))?;
            // Of those that are not named here, posix_spawn asks each time whether they are ignored.
            for signal in (1..=SIGNALS).filter(|&signal| !is_ignored(signal)) {
                libc::sigaddset(signals.as_mut_ptr(), signal);
            }
            libc::sigaddset(signals.as_mut_ptr(), libc::SIGPIPE);
            check(libc::posix_spawnattr_setsigdefault(it, signals.as_ptr()))?;
            check(libc::posix_spawnattr_setflags(it, flags as libc::c_short))?;
            Ok(made)
        }
    }

    /// Names the process group.
    pub fn set_group(&mut self, group: i32) {
        // SAFETY: it was set up.
        unsafe { libc::posix_spawnattr_setpgroup(self.0.as_mut_ptr(), group) };
    }

    /// For posix_spawn(3).
    pub fn as_ptr(&self) -> *const libc::posix_spawnattr_t {
        self.0.as_ptr()
    }
}

/// Whether we ignore a signal, as `nohup` wants it of SIGHUP.
fn is_ignored(signal: i32) -> bool {
    let mut now = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: nothing is changed; what is all zero is a whole value.
    let now = unsafe {
        libc::sigaction(signal, ptr::null(), now.as_mut_ptr());
        now.assume_init()
    };
    now.sa_sigaction == libc::SIG_IGN
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: it was set up, and nobody uses it any more.
        unsafe { libc::posix_spawnattr_destroy(self.0.as_mut_ptr()) };
    }
}

/// What such calls answer: the number of an error, or none.
pub fn check(error: i32) -> io::Result<()> {
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error)) }
}
