//! Mapped files that somebody cuts short while they are read. The kernel sends SIGBUS then, which ends a process. Here, what is
//! missing is read as zeros, and whoever reads the file asks at the end whether it was whole.
//!
//! A signal handler may do next to nothing: this one looks through a table of fixed size and makes one system call. A signal
//! that is about something else goes to whoever had it before.

use std::ffi::{c_int, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A place in memory where a file is mapped, as long as this value lives.
#[derive(Debug)]
pub struct Watched(&'static Place);

#[derive(Debug)]
struct Place {
    /// 0 for one that is free.
    start: AtomicUsize,
    /// 0 until all is said about it: no address lies before that.
    end: AtomicUsize,
    torn: AtomicBool,
}

/// More files than anybody maps at once; what does not fit in is read.
static PLACES: [Place; 1024] = [const {
    Place { start: AtomicUsize::new(0), end: AtomicUsize::new(0), torn: AtomicBool::new(false) }
}; 1024];

/// What the handler must know.
struct Setting {
    /// Who had the signal before.
    before: libc::sigaction,
    page: usize,
}

static SETTING: OnceLock<Setting> = OnceLock::new();

/// Watches a mapping; `None` when there are too many, or the system does not allow it. It must be over before the mapping
/// is.
pub fn watch(mapping: &[u8]) -> Option<Watched> {
    let page = listen()?;
    let start = mapping.as_ptr() as usize;
    let take = |place: &&Place| {
        place.start.compare_exchange(0, start, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    };
    let place = PLACES.iter().find(take)?;
    place.torn.store(false, Ordering::SeqCst);
    place.end.store(start + mapping.len().next_multiple_of(page), Ordering::SeqCst);
    Some(Watched(place))
}

impl Watched {
    /// Whether the file was cut short, and a part that is missing was read.
    pub fn is_torn(&self) -> bool {
        self.0.torn.load(Ordering::SeqCst)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.end.store(0, Ordering::SeqCst);
        self.0.start.store(0, Ordering::SeqCst);
    }
}

/// Takes the signal; answers how large a page is.
#[expect(unsafe_code, reason = "a signal handler has no safe interface")]
fn listen() -> Option<usize> {
    if let Some(setting) = SETTING.get() {
        return Some(setting.page);
    }
    // SAFETY: the structures are plain data, and the handler keeps to what a handler may do.
    let (before, page) = unsafe {
        let mut before = std::mem::zeroed::<libc::sigaction>();
        let asked = libc::sigaction(libc::SIGBUS, std::ptr::null(), &raw mut before) == 0;
        (asked.then_some(before)?, libc::sysconf(libc::_SC_PAGESIZE))
    };
    // Of those who come at once, the first one's answer counts; the handler is the same.
    let setting = SETTING.get_or_init(|| Setting { before, page: page.max(1) as usize });
    // SAFETY: as above.
    unsafe {
        let mut ours = std::mem::zeroed::<libc::sigaction>();
        ours.sa_sigaction = on_signal as *const () as usize;
        ours.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        let taken = libc::sigaction(libc::SIGBUS, &raw const ours, std::ptr::null_mut()) == 0;
        taken.then_some(setting.page)
    }
}

#[expect(unsafe_code, reason = "a signal handler has no safe interface")]
extern "C" fn on_signal(_: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    let Some(Setting { before, page }) = SETTING.get() else { return };
    // SAFETY: the kernel gives the address that was read. What is mapped anew is the rest of a mapping that is read by us
    // alone, and behind the end of its file.
    unsafe {
        let at = (*info).si_addr() as usize;
        for place in &PLACES {
            let (start, end) = (place.start.load(Ordering::SeqCst), place.end.load(Ordering::SeqCst));
            if start == 0 || !(start..end).contains(&at) {
                continue;
            }
            place.torn.store(true, Ordering::SeqCst);
            let from = at - at % page;
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
            let zeros = libc::mmap(from as *mut c_void, end - from, libc::PROT_READ, flags, -1, 0);
            if zeros != libc::MAP_FAILED {
                return;
            }
        }
        // The instruction is tried again, and the signal comes again.
        libc::sigaction(libc::SIGBUS, before, std::ptr::null_mut());
    }
}
