//! What has come from the helper program, and who waits for it: any number of threads, each for its own answer.

use std::collections::HashMap;
use std::io::Read;
use std::sync::mpsc::Sender;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::remote::wire::{self, Reply};

/// What has come from it.
#[derive(Default)]
pub(super) struct News {
    state: Mutex<Heard>,
    /// Something has changed in what was asked for.
    changed: Condvar,
}

#[derive(Default)]
struct Heard {
    /// Who waits for the answer to which question; nobody, where it is only to be kept.
    asked: HashMap<u64, Option<Sender<Reply>>>,
    /// Nothing comes any more.
    is_down: bool,
    /// What nobody was told so far.
    warning: Option<String>,
    /// Something went wrong, and that was said.
    warned: bool,
}

impl Heard {
    fn warn(&mut self, why: String) {
        if !std::mem::replace(&mut self.warned, true) {
            self.warning = Some(why);
        }
    }
}

impl News {
    fn state(&self) -> MutexGuard<'_, Heard> {
        locked(&self.state)
    }

    /// A question is sent, and its answer goes there; false if none will come.
    pub(super) fn expect(&self, number: u64, waiting: Option<Sender<Reply>>) -> bool {
        let mut state = self.state();
        if !state.is_down {
            state.asked.insert(number, waiting);
        }
        !state.is_down
    }

    /// Nobody waits for this answer any more; false if nobody did.
    pub(super) fn forget(&self, number: u64) -> bool {
        let was_asked = self.state().asked.remove(&number).is_some();
        self.changed.notify_all();
        was_asked
    }

    /// Waits until every question has its answer, for each no longer than this; false if one has none then.
    pub(super) fn settle(&self, limit: Duration) -> bool {
        let mut state = self.state();
        while !state.asked.is_empty() {
            let before = state.asked.len();
            let is_waiting = |state: &mut Heard| state.asked.len() >= before && !state.is_down;
            let waited = self.changed.wait_timeout_while(state, limit, is_waiting);
            let (now, time) = waited.unwrap_or_else(|broken| broken.into_inner());
            if time.timed_out() {
                return false;
            }
            state = now;
        }
        true
    }

    /// Something went wrong. Only the first is told.
    pub(super) fn warn(&self, why: String) {
        self.state().warn(why);
    }

    /// What is to be told, once.
    pub(super) fn warning(&self) -> Option<String> {
        self.state().warning.take()
    }

    /// There is no server of this name from now on. Nobody waits for it any more.
    pub(super) fn down(&self, name: &str, why: &str) {
        let mut state = self.state();
        if !std::mem::replace(&mut state.is_down, true) {
            state.warned = false;
            state.warn(format!("{name}: {why}\n  the build goes on without this server"));
        }
        state.asked.clear();
        self.changed.notify_all();
    }

    /// Hears what the helper says, until it says no more.
    pub(super) fn hear(&self, mut answers: impl Read, name: &str) {
        let why = loop {
            let (number, reply) = match wire::receive(&mut answers) {
                Ok(Some((number, message))) => (number, Reply::read(&message)),
                Ok(None) => break "its helper program has ended".to_owned(),
                Err(error) => break format!("its helper program cannot be understood: {error}"),
            };
            match reply {
                Err(why) => break format!("its helper program cannot be understood: {why}"),
                Ok(Reply::Down(why)) => break why,
                Ok(reply) => self.answered(number, reply, name),
            }
        };
        self.down(name, &why);
    }

    fn answered(&self, number: u64, reply: Reply, name: &str) {
        let mut state = self.state();
        let Some(waiting) = state.asked.remove(&number) else { return };
        if let Reply::Failed(why) = &reply
            && !why.is_empty()
        {
            state.warn(format!("{name}: {why}"));
        }
        // Whoever has waited may have given up.
        _ = waiting.map(|waiting| waiting.send(reply));
        self.changed.notify_all();
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}
