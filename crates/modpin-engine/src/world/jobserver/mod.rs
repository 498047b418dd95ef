//! How many commands may run at once, all builds on this machine that share a jobserver together: GNU make's protocol,
//! as its client when somebody started us with one, and as its server for our children otherwise. One slot is ours
//! without asking; every further one is a token, and each token is given back.
//!
//! Descriptors of a jobserver of ours are inherited by every child, without work between `fork` and `exec`: that would
//! cost `posix_spawn`.
#![allow(unsafe_code)]

mod address;
mod slots;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use jobserver::{Acquired, Client, FromEnvErrorKind};

use crate::world::child_guard;
use crate::world::jobserver::address::{arguments, both_ends, descriptors, way_back};

pub use slots::Slots;

/// More tokens than this do not fit into a pipe everywhere.
const MOST: usize = 4096;

/// A token, or why there will be none.
pub type Token = io::Result<Acquired>;

/// A jobserver: somebody else's, or ours.
#[derive(Debug)]
pub struct Jobserver {
    client: Client,
    flags: String,
    held: Mutex<Vec<Acquired>>,
    over: AtomicBool,
    /// Where tokens of somebody else's go back; of our own nobody needs any when we are gone.
    way_back: Option<File>,
    /// Where the guard hears how many are held.
    guard: Mutex<Option<File>>,
}

/// A jobserver that the environment names and that cannot be reached.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// The variable that names it.
    pub variable: &'static str,
    /// What is wrong, in words.
    pub why: String,
}

impl Jobserver {
    /// The jobserver of whoever started us: make, cargo, another modpin. To be asked first of all, before a descriptor
    /// is opened: a number that we were not given would be one of our own.
    ///
    /// # Errors
    /// [`Unreachable`] when the environment names a jobserver that is not there. make does so in recipes that do not
    /// begin with `+`.
    pub fn of_parent() -> Result<Option<Jobserver>, Unreachable> {
        // SAFETY: the descriptors are opened anew through /dev/fd where that is possible, copied elsewhere; neither
        // takes them away from anybody. What is no pipe is refused.
        let found = unsafe { Client::from_env_ext(true) };
        let Some((variable, flags)) = found.var else { return Ok(None) };
        let flags = flags.to_string_lossy().into_owned();
        let unreachable = |why: String| Err(Unreachable { variable, why });
        match found.client {
            Ok(client) => match both_ends(&arguments(&client)) {
                true => {
                    let way_back = way_back(&arguments(&client)).ok();
                    Ok(Some(Jobserver { way_back, ..Jobserver::new(client, flags) }))
                }
                false => unreachable("the descriptors are not the two ends of one pipe".to_owned()),
            },
            Err(error) => match error.kind() {
                FromEnvErrorKind::NoEnvVar | FromEnvErrorKind::NoJobserver => Ok(None),
                FromEnvErrorKind::NegativeFd => {
                    unreachable("it is switched off for this command".to_owned())
                }
                _ => unreachable(error.to_string()),
            },
        }
    }

    /// A jobserver of our own: all of us together, this process and what its children start, `jobs` at once.
    ///
    /// # Errors
    /// When there can be no pipe.
    pub fn serve(jobs: usize) -> io::Result<Jobserver> {
        let jobs = jobs.clamp(1, MOST);
        let client = Client::new(jobs - 1)?;
        let arguments = arguments(&client);
        for end in descriptors(&arguments) {
            // SAFETY: the client owns it, and lives on.
            let end = unsafe { BorrowedFd::borrow_raw(end) };
            rustix::io::fcntl_setfd(end, rustix::io::FdFlags::empty())?;
        }
        // make before 4.2 knows the first spelling only, everybody else the second.
        let flags = format!("-j{jobs} --jobserver-fds={arguments} --jobserver-auth={arguments}");
        Ok(Jobserver::new(client, flags))
    }

    fn new(client: Client, flags: String) -> Jobserver {
        let (held, over, way_back, guard) =
            (Mutex::default(), AtomicBool::new(false), None, Mutex::default());
        Jobserver { client, flags, held, over, way_back, guard }
    }

    /// The number that whoever started us was given with `-j`, where it says so.
    pub fn jobs(&self) -> Option<usize> {
        let flags = self.flags.split_whitespace().take_while(|&word| word != "--");
        flags.filter_map(|word| word.strip_prefix("-j")?.parse().ok()).last()
    }

    /// Variables by which children find the jobserver. They decide nothing about results, so nobody records them.
    pub fn environment(&self) -> Vec<(String, String)> {
        ["MAKEFLAGS", "CARGO_MAKEFLAGS"].map(|name| (name.to_owned(), self.flags.clone())).to_vec()
    }

    /// Gives back every token, and takes no more: this process ends now, whatever still runs.
    pub fn give_back(&self) {
        self.over.store(true, Ordering::SeqCst);
        self.keep(0);
    }

    /// A place for one more command, if there is one right now: for who starts a few before there is a run, and does not wait.
    /// It is given back when it is dropped.
    pub fn place(&self) -> Option<Place<'_>> {
        match self.client.try_acquire() {
            Ok(token) => self.take(token?),
            // A pipe of our own cannot be read without waiting for it. One at a time looks first: nobody else reads it then.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                let mut held = self.held();
                if self.client.available().ok()? == 0 {
                    return None;
                }
                held.push(self.client.acquire().ok()?);
                self.tell(held.len());
            }
            Err(_) => return None,
        }
        Some(Place(self))
    }

    /// How many tokens nobody holds.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn available(&self) -> io::Result<usize> {
        self.client.available()
    }

    /// Where tokens go back, if that matters.
    pub(crate) fn way_back(&self) -> Option<&File> {
        self.way_back.as_ref()
    }

    /// Who gives tokens back when we cannot.
    pub(crate) fn watched_by(&self, guard: File) {
        *self.guard.lock().unwrap_or_else(|broken| broken.into_inner()) = Some(guard);
    }

    fn take(&self, token: Acquired) {
        let mut held = self.held();
        held.push(token);
        self.tell(held.len());
    }

    fn keep(&self, count: usize) {
        self.shrink(self.held(), count);
    }

    /// Told before it is done: if we die in between, a token is missing. One too many would be worse.
    fn shrink(&self, mut held: MutexGuard<'_, Vec<Acquired>>, count: usize) {
        if count < held.len() {
            self.tell(count);
            held.truncate(count);
        }
    }

    fn tell(&self, held: usize) {
        let guard = self.guard.lock().unwrap_or_else(|broken| broken.into_inner());
        if let (Some(_), Some(mut line)) = (&self.way_back, guard.as_ref()) {
            // A guard that was killed hears nothing; the build goes on without it.
            let _ = line.write_all(&child_guard::held(held));
        }
    }

    fn held(&self) -> MutexGuard<'_, Vec<Acquired>> {
        self.held.lock().unwrap_or_else(|broken| broken.into_inner())
    }
}

/// A token that is held; the first slot costs none.
#[derive(Debug)]
pub struct Place<'a>(&'a Jobserver);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        // Counted and shortened under one lock: two that go at once would both count the same.
        let held = self.0.held();
        let others = held.len().saturating_sub(1);
        self.0.shrink(held, others);
    }
}

#[cfg(test)]
impl Jobserver {
    /// A token, as somebody else takes it.
    pub fn lend(&self) -> Acquired {
        self.client.acquire().unwrap()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    fn held_after(steps: impl FnOnce(&mut Slots<'_>, &mpsc::Receiver<Token>), jobs: usize) -> usize {
        let server = Jobserver::serve(jobs).unwrap();
        let (send, receive) = mpsc::channel();
        let mut slots = Slots::new(Some(&server), move |token| _ = send.send(token));
        steps(&mut slots, &receive);
        let held = jobs - 1 - server.available().unwrap();
        drop(slots);
        assert_eq!(server.available().unwrap(), jobs - 1, "all are given back");
        held
    }

    fn next(tokens: &mpsc::Receiver<Token>) -> Token {
        tokens.recv_timeout(Duration::from_secs(10)).expect("a token comes")
    }

    #[test]
    fn the_first_place_costs_no_token() {
        assert_eq!(held_after(|slots, _| assert!(slots.free(0)), 3), 0);
    }

    #[test]
    fn each_further_place_is_a_token_until_it_is_not_needed() {
        let take_two = |slots: &mut Slots<'_>, tokens: &mpsc::Receiver<Token>| {
            for running in [1, 2] {
                assert!(!slots.free(running));
                slots.came(next(tokens));
                assert!(slots.free(running));
            }
        };
        assert_eq!(held_after(take_two, 4), 2);
        let back = |running| {
            move |slots: &mut Slots<'_>, tokens: &mpsc::Receiver<Token>| {
                take_two(slots, tokens);
                slots.keep(running);
            }
        };
        assert_eq!(held_after(back(3), 4), 2);
        assert_eq!(held_after(back(2), 4), 1);
        assert_eq!(held_after(back(1), 4), 0);
        assert_eq!(held_after(back(0), 4), 0);
    }

    #[test]
    fn a_place_that_nobody_gives_is_waited_for_and_the_end_does_not_wait() {
        let steps = |slots: &mut Slots<'_>, tokens: &mpsc::Receiver<Token>| {
            assert!(!slots.free(1));
            assert!(tokens.recv_timeout(Duration::from_millis(50)).is_err());
        };
        assert_eq!(held_after(steps, 1), 0);
    }

    #[test]
    fn a_token_that_comes_too_late_goes_back() {
        let server = Jobserver::serve(2).unwrap();
        let (send, tokens) = mpsc::channel();
        let mut slots = Slots::new(Some(&server), move |token| _ = send.send(token));
        assert!(!slots.free(1));
        let late = next(&tokens);
        server.give_back();
        slots.came(late);
        assert_eq!(server.available().unwrap(), 1);
    }

    #[test]
    fn places_that_are_given_back_at_once_all_come_back() {
        let server = Jobserver::serve(9).unwrap();
        let side = || {
            for _ in 0..100_000 {
                drop([server.place(), server.place()]);
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|_| _ = scope.spawn(side)));
        assert_eq!(server.available().unwrap(), 8);
    }

    #[test]
    fn flags_tell_the_number_and_the_ends() {
        let server = Jobserver::serve(7).unwrap();
        assert_eq!(server.jobs(), Some(7));
        assert!(both_ends(&arguments(&server.client)));
        let other = Jobserver::serve(2).unwrap();
        let ends = [&server, &other].map(|server| descriptors(&arguments(&server.client)));
        assert!(!both_ends(&format!("{},{}", ends[0][0], ends[1][1])));
        assert!(both_ends("fifo:/nowhere"));
    }

    #[test]
    fn a_number_behind_the_flags_is_a_variable() {
        let told = |flags: &str| Jobserver::new(Client::new(0).unwrap(), flags.to_owned()).jobs();
        assert_eq!(told(" -j3 --jobserver-auth=3,4 -- X=-j9"), Some(3));
        assert_eq!(told("-j --jobserver-fds=3,4"), None);
    }
}
