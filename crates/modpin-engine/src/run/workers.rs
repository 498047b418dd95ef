//! The threads that do the work: they take jobs until there are no more, and tell how each one ended.

use std::cell::Cell;
use std::io;
use std::sync::{Mutex, mpsc};
use std::thread;

use crate::error::{Error, Result};
use crate::run::execute::{Done, Executor, Job};
use crate::world::jobserver::Token;

/// What the thread that decides waits for.
pub enum Message {
    /// An action was done; or a step of ours panicked.
    Done(thread::Result<Box<Done>>),
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
    /// Gives results, and tokens.
    pub messages: &'a mpsc::Receiver<Message>,
}

impl Workers<'_> {
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

/// One thread: works until nobody gives work any more.
pub fn serve(
    executor: &Executor<'_>,
    inbox: &Mutex<mpsc::Receiver<Job>>,
    outbox: &mpsc::Sender<Message>,
) {
    loop {
        let job = match inbox.lock() {
            Ok(inbox) => inbox.recv(),
            Err(_) => return,
        };
        let Ok(job) = job else { return };
        // A step that panics is our own bug: whoever called the run is told, and nobody waits for ever.
        let execute = std::panic::AssertUnwindSafe(|| Box::new(executor.execute(job)));
        if outbox.send(Message::Done(std::panic::catch_unwind(execute))).is_err() {
            return;
        }
    }
}
