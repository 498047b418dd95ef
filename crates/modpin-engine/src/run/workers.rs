//! The threads that do the work: they take jobs until there are no more, and tell how each one ended.

use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, Scope};
use std::time::Duration;

use crate::cache::Wait;
use crate::error::{Error, Result};
use crate::graph::ActionId;
use crate::run::errand::{Back, Errand};
use crate::run::execute::Executor;
use crate::run::job::{Done, Job};
use crate::world::jobserver::Token;

/// An errand, for whom it is, and who waits for it.
pub type Sent = (ActionId, Errand, Arc<Wait>);

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

/// The threads that do the work, as the one that decides sees them. They are started when there is work for them: most builds after an edit
/// are a chain, which one thread does.
pub struct Workers<'a> {
    /// How many there are.
    pub count: Cell<usize>,
    /// How many there may be.
    pub most: Cell<usize>,
    /// Starts another.
    pub start: &'a dyn Fn() -> io::Result<()>,
    /// Takes work.
    pub jobs: mpsc::Sender<Job>,
    /// Takes errands to a server.
    pub errands: mpsc::Sender<Sent>,
    /// Takes those that may take long: commands that are run there.
    pub orders: mpsc::Sender<Sent>,
    /// Gives results, and tokens.
    pub messages: &'a mpsc::Receiver<Message>,
}

impl Workers<'_> {
    /// Waits for news, so long at most where a time is named.
    pub fn next_message(&self, time: Option<Duration>) -> Option<Message> {
        match time {
            Some(time) => self.messages.recv_timeout(time).ok(),
            None => self.messages.recv().ok(),
        }
    }

    /// Whether there is a thread for one job more than so many.
    pub fn free(&self, running: usize) -> Result<bool> {
        let count = self.count.get();
        if running < count || running >= self.most.get() {
            return Ok(running < count);
        }
        match (self.start)() {
            Ok(()) => self.count.set(count + 1),
            // The system allows no more: fewer at once do it, too.
            Err(_) if count > 0 => self.most.set(count),
            Err(error) => return Err(Error::io("start", "a worker thread")(error)),
        }
        Ok(running < self.count.get())
    }
}

/// Where threads find what there is to do.
pub struct Inboxes<'a> {
    /// Knows how.
    pub executor: &'a Executor<'a>,
    /// Actions.
    pub jobs: Mutex<mpsc::Receiver<Job>>,
    /// Errands.
    pub errands: Mutex<mpsc::Receiver<Sent>>,
    /// Those that may take long.
    pub orders: Mutex<mpsc::Receiver<Sent>>,
}

impl Inboxes<'_> {
    /// Starts a thread that works until nobody gives work any more.
    pub fn start_worker<'s>(
        &'s self,
        scope: &'s Scope<'s, '_>,
        outbox: &mpsc::Sender<Message>,
    ) -> io::Result<()> {
        let outbox = outbox.clone();
        thread::Builder::new().spawn_scoped(scope, move || self.work(&outbox)).map(drop)
    }

    /// Starts threads for errands to the server, if there is one: who waits for it keeps nobody from working. No more than there are
    /// actions; the system may allow fewer, and they do it, too.
    pub fn start_messengers<'s>(
        &'s self,
        scope: &'s Scope<'s, '_>,
        outbox: &mpsc::Sender<Message>,
        unfinished: usize,
    ) -> Result<()> {
        let Some(shared) = self.executor.shared else { return Ok(()) };
        let kinds = [(true, &self.errands), (shared.runs(), &self.orders)];
        for (_, inbox) in kinds.into_iter().filter(|(is_asked, _)| *is_asked) {
            for started in 0..shared.jobs().clamp(1, unfinished) {
                let outbox = outbox.clone();
                let work = move || self.run_errands(inbox, &outbox);
                match thread::Builder::new().spawn_scoped(scope, work) {
                    Ok(_) => {}
                    Err(_) if started > 0 => break,
                    Err(error) => return Err(Error::io("start", "a thread for the server")(error)),
                }
            }
        }
        Ok(())
    }

    fn work(&self, outbox: &mpsc::Sender<Message>) {
        while let Some(job) = next(&self.jobs) {
            let work = AssertUnwindSafe(|| self.done_or_scanned(job));
            // A step that panics is our own bug: whoever called the run is told, and nobody waits for ever.
            let message = catch_unwind(work).unwrap_or_else(|panic| Message::Done(Err(panic)));
            if outbox.send(message).is_err() {
                return;
            }
        }
    }

    fn done_or_scanned(&self, job: Job) -> Message {
        if job.scan {
            let read = self.executor.scan(&job);
            return Message::Scanned(Box::new(job), read);
        }
        Message::Done(Ok(Box::new(self.executor.execute(job))))
    }

    fn run_errands(&self, inbox: &Mutex<mpsc::Receiver<Sent>>, outbox: &mpsc::Sender<Message>) {
        while let Some((action, errand, wait)) = next(inbox) {
            let run = AssertUnwindSafe(|| self.executor.run_errand(action, errand, &wait));
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
