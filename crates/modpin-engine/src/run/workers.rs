//! The threads that do the work: they take jobs until there are no more, and tell how each one ended.

use std::sync::{Mutex, mpsc};
use std::thread;

use crate::graph::ActionId;
use crate::run::errand::{Back, Errand};
use crate::run::execute::{Done, Executor, Job};
use crate::world::jobserver::Token;

/// What the thread that decides waits for.
pub enum Message {
    /// An action was done; or a step of ours panicked.
    Done(thread::Result<Box<Done>>),
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
    /// Gives results, and tokens.
    pub messages: &'a mpsc::Receiver<Message>,
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
