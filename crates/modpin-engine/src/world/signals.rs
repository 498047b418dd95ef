//! Whether somebody wants us to stop, and with which signal.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The wish to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicI32>);

impl Interrupt {
    /// Nobody wants anything, and nobody listens.
    pub fn new() -> Interrupt {
        Interrupt::default()
    }

    /// Listens for SIGINT, SIGTERM and SIGHUP. `first` is called at the first one, in another thread;
    /// a second one ends the program at once, after `last` was called.
    pub fn listen(
        first: impl Fn() + Send + 'static,
        last: impl Fn() + Send + 'static,
    ) -> io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let flag = interrupt.clone();
        std::thread::Builder::new().spawn(move || {
            for signal in signals.forever() {
                if flag.0.swap(signal, Ordering::SeqCst) != 0 {
                    last();
                    std::process::exit(128 + signal);
                }
                first();
            }
        })?;
        Ok(interrupt)
    }

    /// The signal that came, if one did.
    pub fn signal(&self) -> Option<i32> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            signal => Some(signal),
        }
    }
}

#[cfg(test)]
impl Interrupt {
    /// As if this signal had come.
    pub fn raise(&self, signal: i32) {
        self.0.store(signal, Ordering::SeqCst);
    }
}
