//! The threads that do the work: they take jobs until there are no more, and tell how each one ended.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, mpsc};
use std::thread::{self, Scope};

use crate::error::{Error, Result};
use crate::graph::ActionId;
use crate::run::errand::{Back, Errand};
use crate::run::execute::{Done, Executor, Job};
use crate::world::jobserver::Token;

/// What the thread that decides waits for.
pub enum Message {
    /// An action was done; or we panicked.
    Done(thread::Result<Box<Done>>),
    /// What an action reads below the root, as far as it can be known before it runs.
    Scanned(Box<Job>, Option<Vec<String>>),
    /// Somebody has run an errand for an action.
    Back(ActionId, Back),
    /// There is a slot for another action, or there will be none.
    Token(Token),
}

/// The threads that do the work, as the one that decides sees them.
pub struct Workers<'a> {
    /// How many there are.
    pub count: usize,
    /// Takes work.
    pub jobs: mpsc::Sender<Job>,
    /// Takes errands to a server.
    pub errands: mpsc::Sender<(ActionId, Errand)>,
    /// Takes those that may take long: commands that are run there.
    pub orders: mpsc::Sender<(ActionId, Errand)>,
    /// Gives results, and tokens.
    pub messages: &'a mpsc::Receiver<Message>,
}

/// Where threads find what there is to do.
pub struct Inboxes<'a> {
    /// Knows how.
    pub executor: &'a Executor<'a>,
    /// Actions.
    pub jobs: Mutex<mpsc::Receiver<Job>>,
    /// Errands.
    pub errands: Mutex<mpsc::Receiver<(ActionId, Errand)>>,
    /// Those that may take long.
    pub orders: Mutex<mpsc::Receiver<(ActionId, Errand)>>,
}

impl Inboxes<'_> {
    /// Starts threads that work until nobody gives work any more: one for each of the actions that may run at once, of so many that are to
    /// be looked at, and others for errands to the server: who waits for that keeps nobody from working. Answers how many
    /// actions may run.
    pub fn start<'s>(
        &'s self,
        scope: &'s Scope<'s, '_>,
        outbox: &mpsc::Sender<Message>,
        jobs: usize,
        unfinished: usize,
    ) -> Result<usize> {
        let count = started(jobs.clamp(1, unfinished), || {
            let outbox = outbox.clone();
            thread::Builder::new().spawn_scoped(scope, move || self.work(&outbox)).map(drop)
        })?;
        if let Some(shared) = self.executor.shared {
            let kinds = [(true, &self.errands), (shared.runs(), &self.orders)];
            for (_, inbox) in kinds.into_iter().filter(|(is_asked, _)| *is_asked) {
                started(shared.jobs().clamp(1, unfinished), || {
                    let outbox = outbox.clone();
                    let work = move || self.run_errands(inbox, &outbox);
                    thread::Builder::new().spawn_scoped(scope, work).map(drop)
                })?;
            }
        }
        Ok(count)
    }

    fn work(&self, outbox: &mpsc::Sender<Message>) {
        while let Some(job) = next(&self.jobs) {
            if job.scan {
                let read = self.executor.scan(&job);
                if outbox.send(Message::Scanned(Box::new(job), read)).is_err() {
                    return;
                }
                continue;
            }
            // A step that panics is our own bug: whoever called the run is told, and nobody waits for ever.
            let execute = AssertUnwindSafe(|| Box::new(self.executor.execute(job)));
            if outbox.send(Message::Done(catch_unwind(execute))).is_err() {
                return;
            }
        }
    }

    fn run_errands(
        &self,
        inbox: &Mutex<mpsc::Receiver<(ActionId, Errand)>>,
        outbox: &mpsc::Sender<Message>,
    ) {
        while let Some((action, errand)) = next(inbox) {
            let run = AssertUnwindSafe(|| self.executor.run_errand(action, errand));
            let message = match catch_unwind(run) {
                Ok(back) => Message::Back(action, back),
                Err(panic) => Message::Done(Err(panic)),
            };
            if outbox.send(message).is_err() {
                return;
            }
        }
    }
}

fn next<T>(inbox: &Mutex<mpsc::Receiver<T>>) -> Option<T> {
    inbox.lock().ok()?.recv().ok()
}

/// Starts so many threads; answers how many the system allows. Fewer do it, too.
fn started(count: usize, mut thread: impl FnMut() -> io::Result<()>) -> Result<usize> {
    for started in 0..count {
        match thread() {
            Ok(()) => {}
            Err(_) if started > 0 => return Ok(started),
            Err(error) => return Err(Error::io("start", "a worker thread")(error)),
        }
    }
    Ok(count)
}
