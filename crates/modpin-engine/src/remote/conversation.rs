//! The talk with the helper program: it is started when somebody asks for the first time, asked by any number of threads at once, and
//! given up when it ends, cannot be started, or does not answer in time.

use std::io::{self, Read, Write};
use std::process::Child;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::cache::wait::Wait;
use crate::remote::news::{News, locked};
use crate::remote::wire::{self, Reply, Request, Settings};

/// A helper that was started.
pub struct Started {
    /// Takes questions. It ends when this does.
    pub questions: Box<dyn Write + Send>,
    /// Gives answers.
    pub answers: Box<dyn Read + Send>,
    /// The process, if it is one.
    pub child: Option<Child>,
}

type Start = Box<dyn Fn() -> io::Result<Started> + Send + Sync>;

/// What is said to the helper, and what is heard from it.
pub(super) struct Conversation {
    pub(super) settings: Settings,
    pub(super) news: Arc<News>,
    /// How long one question may take at most.
    pub(super) limit: Duration,
    start: Start,
    questions: Mutex<Questions>,
}

/// Where questions go.
enum Questions {
    NotStarted,
    Open { questions: Sender<(u64, Vec<u8>)>, child: Option<Child>, last: u64 },
    Closed,
}

impl Conversation {
    /// One that begins with these settings.
    pub(super) fn new(settings: Settings, limit: Duration, start: Start) -> Conversation {
        let questions = Mutex::new(Questions::NotStarted);
        Conversation { settings, news: Arc::default(), limit, start, questions }
    }

    /// Sends a question, and tells its number; the answer goes to `waiting`. `None` if there is nobody to ask.
    pub(super) fn send(&self, request: &Request, waiting: Option<Sender<Reply>>) -> Option<u64> {
        let mut line = locked(&self.questions);
        if matches!(*line, Questions::NotStarted) {
            *line = self.open();
        }
        let Questions::Open { questions, last, .. } = &mut *line else { return None };
        *last += 1;
        if !self.news.expect(*last, waiting) {
            return None;
        }
        questions.send((*last, request.to_bytes())).ok()?;
        Some(*last)
    }

    /// Starts the helper, and the threads that write to it and read from it: neither of them keeps others waiting.
    fn open(&self) -> Questions {
        let name = self.settings.url.clone();
        match (self.start)().and_then(|started| self.threads(started, &name)) {
            Ok(line) => line,
            Err(error) => {
                self.news.down(&name, &error.to_string());
                Questions::Closed
            }
        }
    }

    fn threads(&self, started: Started, name: &str) -> io::Result<Questions> {
        let Started { questions: mut to, answers, child } = started;
        let (questions, next) = mpsc::channel::<(u64, Vec<u8>)>();
        let begin = Request::Begin(self.settings.clone()).to_bytes();
        let write = move || -> io::Result<()> {
            wire::send(&mut to, wire::NO_QUESTION, &begin)?;
            next.into_iter().try_for_each(|(number, message)| wire::send(&mut to, number, &message))
        };
        // Whoever does not listen does not answer.
        thread::Builder::new().spawn(move || _ = write())?;
        let (news, name) = (Arc::clone(&self.news), name.to_owned());
        thread::Builder::new().spawn(move || news.hear(answers, &name))?;
        Ok(Questions::Open { questions, child, last: wire::NO_QUESTION })
    }

    pub(super) fn ask(&self, limit: Duration, request: &Request, wait: &Wait) -> Option<Reply> {
        let (waiting, answer): (_, Receiver<Reply>) = mpsc::channel();
        if wait.is_over() {
            return None;
        }
        let number = self.send(request, Some(waiting))?;
        if !wait.asks(number) {
            self.unasked(number);
        }
        match answer.recv_timeout(limit) {
            Ok(reply) => Some(reply),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                self.give_up();
                None
            }
        }
    }

    /// Nobody waits for this answer any more.
    pub(super) fn unasked(&self, number: u64) {
        let was_asked = self.news.forget(number);
        if let Questions::Open { questions, .. } = &*locked(&self.questions)
            && was_asked
        {
            // Who does not listen works on nothing.
            let _ = questions.send((number, Request::Forget.to_bytes()));
        }
    }

    /// Waits for the answers to all that was sent.
    pub(super) fn settle(&self) {
        if !self.news.settle(self.limit) {
            self.give_up();
        }
    }

    fn give_up(&self) {
        self.news.down(&self.settings.url, "it does not answer");
        self.close(Duration::ZERO);
    }

    /// Ends the helper, which may take some time to end by itself.
    fn close(&self, grace: Duration) {
        let line = std::mem::replace(&mut *locked(&self.questions), Questions::Closed);
        let Questions::Open { questions, child: Some(mut child), .. } = line else { return };
        drop(questions);
        let until = Instant::now() + grace;
        while Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(2));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.close(Duration::from_millis(200));
    }
}
