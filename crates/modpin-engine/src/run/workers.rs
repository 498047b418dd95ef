//! The threads that do the work: they take jobs until there are no more, and tell how each one ended. Know no order and no
//! other action.

use std::sync::{Mutex, mpsc};
use std::thread;

use crate::run::execute::{Done, Job, Workshop};
use crate::world::jobserver::Token;

/// What the thread that decides waits for.
pub enum News {
    /// An action was done; or a step of ours panicked.
    Done(thread::Result<Done>),
    /// There is a place for another action.
    Place(Token),
}

/// The threads that do the work, as the one that decides sees them.
pub struct Crew<'a> {
    /// How many there are.
    pub workers: usize,
    /// Takes work.
    pub jobs: mpsc::Sender<Job>,
    /// Gives results, and places.
    pub news: &'a mpsc::Receiver<News>,
}

/// One thread: works until nobody gives work any more.
pub fn serve(workshop: &Workshop<'_>, inbox: &Mutex<mpsc::Receiver<Job>>, outbox: &mpsc::Sender<News>) {
    loop {
        let job = match inbox.lock() {
            Ok(inbox) => inbox.recv(),
            Err(_) => return,
        };
        let Ok(job) = job else { return };
        // A step that panics is our own bug: whoever called the run is told, and nobody waits for ever.
        let perform = std::panic::AssertUnwindSafe(|| workshop.perform(job));
        if outbox.send(News::Done(std::panic::catch_unwind(perform))).is_err() {
            return;
        }
    }
}
