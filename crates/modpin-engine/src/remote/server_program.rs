//! The helper program while a build goes on: started when somebody asks for the first time, asked by any number of threads at once. When it
//! ends, cannot be started, or does not answer in time, there is no server from then on, and that is said once.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read, Write};
use std::process::Child;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use crate::cache::kept_result::KeptResult;
use crate::cache::shared::{Blob, Order, RanThere, SharedCache, SharedResult};
use crate::cache::wait::Wait;
use crate::remote::wire::{self, Reply, Request, Settings};
use crate::world::hash::Hash;

/// The helper keeps to its deadlines: whoever takes so much longer does not answer at all.
const MARGIN: Duration = Duration::from_secs(10);

/// A helper may try so often before it gives up.
const ATTEMPTS: u32 = 4;

/// A helper that was started.
pub struct Started {
    /// Takes questions. It ends when this does.
    pub questions: Box<dyn Write + Send>,
    /// Gives answers.
    pub answers: Box<dyn Read + Send>,
    /// The process, if it is one.
    pub child: Option<Child>,
}

/// A command may take so much longer than an answer.
const RUNS: u32 = 16;

/// After so many commands in a row that it has not run as it should, it runs none.
const FAILURES: u32 = 5;

type Start = Box<dyn Fn() -> io::Result<Started> + Send + Sync>;

/// A server, by way of a helper program.
pub struct ServerProgram {
    settings: Settings,
    jobs: usize,
    patience: Duration,
    start: Start,
    questions: Mutex<Questions>,
    news: Arc<News>,
    /// How long one question may take at most.
    limit: Duration,
    /// How many commands in a row it has not run as it should.
    failures: AtomicU32,
}

/// Where questions go.
enum Questions {
    NotStarted,
    Open { questions: Sender<(u64, Vec<u8>)>, child: Option<Child>, last: u64 },
    Closed,
}

/// What has come from it.
#[derive(Default)]
struct News {
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

    /// There is no server from now on. Nobody waits for it any more.
    fn down(&self, why: String) {
        let mut state = self.state();
        if !std::mem::replace(&mut state.is_down, true) {
            state.warned = false;
            state.warn(why);
        }
        state.asked.clear();
        self.changed.notify_all();
    }

    /// Hears what the helper says, until it says no more.
    fn hear(&self, mut answers: impl Read, name: &str) {
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
        self.down(gone(name, &why));
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

fn gone(name: &str, why: &str) -> String {
    format!("{name}: {why}\n  the build goes on without this server")
}

impl ServerProgram {
    /// A server that may be asked `jobs` questions at once, and for which an action waits so long. `start` starts the helper program.
    pub fn new(
        settings: Settings,
        (jobs, patience): (usize, Duration),
        start: impl Fn() -> io::Result<Started> + Send + Sync + 'static,
    ) -> ServerProgram {
        let (start, questions) = (Box::new(start), Mutex::new(Questions::NotStarted));
        let limit = Duration::from_secs(settings.deadline.into()) * ATTEMPTS + MARGIN;
        ServerProgram {
            settings,
            jobs,
            patience,
            start,
            questions,
            news: Arc::default(),
            limit,
            failures: AtomicU32::new(0),
        }
    }

    /// Sends a question, and tells its number; the answer goes to `waiting`. `None` if there is nobody to ask.
    fn send(&self, request: &Request, waiting: Option<Sender<Reply>>) -> Option<u64> {
        let mut line = locked(&self.questions);
        if matches!(*line, Questions::NotStarted) {
            *line = self.open();
        }
        let Questions::Open { questions, last, .. } = &mut *line else { return None };
        *last += 1;
        {
            let mut state = self.news.state();
            if state.is_down {
                return None;
            }
            state.asked.insert(*last, waiting);
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
                self.news.down(gone(&name, &error.to_string()));
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

    fn ask(&self, request: &Request, wait: &Wait) -> Option<Reply> {
        self.ask_within(self.limit, request, wait)
    }

    fn ask_within(&self, limit: Duration, request: &Request, wait: &Wait) -> Option<Reply> {
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
    fn unasked(&self, number: u64) {
        let was_asked = self.news.state().asked.remove(&number).is_some();
        self.news.changed.notify_all();
        if let Questions::Open { questions, .. } = &*locked(&self.questions)
            && was_asked
        {
            // Who does not listen works on nothing.
            let _ = questions.send((number, Request::Forget.to_bytes()));
        }
    }

    /// A command has not run there as it should, or has ended badly. Here it runs once more.
    fn not_run(&self, said: &str) {
        if self.failures.fetch_add(1, Ordering::Relaxed) + 1 == FAILURES {
            let line = said.lines().next().unwrap_or_default();
            let line: String = line.chars().filter(|letter| !letter.is_control()).take(200).collect();
            let why =
                "its workers do not run commands as they would run here, so it is given no more of them";
            let about = if line.is_empty() { String::new() } else { format!(": {line}") };
            self.news.state().warn(format!("{}: {why}{about}", self.settings.url));
        }
    }

    fn give_up(&self) {
        self.news.down(gone(&self.settings.url, "it does not answer"));
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

impl SharedCache for ServerProgram {
    fn name(&self) -> &str {
        &self.settings.url
    }

    fn jobs(&self) -> usize {
        self.jobs
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    fn results(&self, key: Hash, wait: &Wait) -> Vec<SharedResult> {
        match self.ask(&Request::Find(key), wait) {
            Some(Reply::Found(results)) => results,
            _ => Vec::new(),
        }
    }

    fn fetch(&self, blobs: &[(&Blob, String)], wait: &Wait) -> io::Result<()> {
        let contents = blobs.iter().map(|(blob, path)| ((*blob).clone(), path.clone())).collect();
        match self.ask(&Request::Fetch(contents), wait) {
            Some(Reply::Done) => Ok(()),
            _ => Err(io::Error::other("the server does not give it")),
        }
    }

    fn runs(&self) -> bool {
        self.settings.runs && self.failures.load(Ordering::Relaxed) < FAILURES
    }

    fn gets_toolchain(&self) -> bool {
        self.settings.gets_toolchain
    }

    fn run(&self, order: Order, wait: &Wait) -> io::Result<RanThere> {
        match self.ask_within(self.limit * RUNS, &Request::Run(order), wait) {
            Some(Reply::Ran(ran)) => {
                if ran.code == 0 {
                    self.failures.store(0, Ordering::Relaxed);
                }
                Ok(ran)
            }
            _ => {
                if !wait.is_over() {
                    self.not_run("");
                }
                Err(io::Error::other("the server has not run it"))
            }
        }
    }

    fn has_same(&self, paths: Vec<String>, wait: &Wait) -> bool {
        let same = self.ask_within(self.limit * RUNS, &Request::HasSame(paths), wait);
        let same = same == Some(Reply::Done);
        if !same && !wait.is_over() {
            self.not_run("");
        }
        same
    }

    fn failed(&self, said: &[u8]) {
        self.not_run(&String::from_utf8_lossy(said));
    }

    fn forget(&self, wait: &Wait) {
        if let Some(number) = wait.end() {
            self.unasked(number);
        }
    }

    fn keep(&self, key: Hash, entry: &KeptResult, files: Vec<String>) {
        if self.settings.writes {
            self.send(&Request::Keep(key, Box::new(entry.clone()), files), None);
        }
    }

    fn settle(&self) {
        let mut state = self.news.state();
        while !state.asked.is_empty() {
            let before = state.asked.len();
            let waited = self.news.changed.wait_timeout_while(state, self.limit, |state| {
                state.asked.len() >= before && !state.is_down
            });
            let (now, time) = waited.unwrap_or_else(|broken| broken.into_inner());
            if time.timed_out() {
                drop(now);
                return self.give_up();
            }
            state = now;
        }
    }

    fn warning(&self) -> Option<String> {
        self.news.state().warning.take()
    }
}

impl Drop for ServerProgram {
    fn drop(&mut self) {
        self.close(Duration::from_millis(200));
    }
}

impl fmt::Debug for ServerProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerProgram({:?})", self.settings)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Content;

    const URL: &str = "grpc://server:1";

    /// A helper in a thread: `answer` gets each question, with what writes to us.
    fn helper(
        answer: impl Fn(u64, Request, &mut dyn Write) -> io::Result<()> + Clone + Send + Sync + 'static,
    ) -> ServerProgram {
        let settings = Settings { url: URL.to_owned(), writes: true, runs: true, ..Settings::default() };
        let start = move || {
            let ((mut from, questions), (answers, mut to)) = (io::pipe()?, io::pipe()?);
            let answer = answer.clone();
            thread::spawn(move || {
                while let Ok(Some((number, message))) = wire::receive(&mut from) {
                    let question = Request::read(&message).expect("a question");
                    if answer(number, question, &mut to).is_err() {
                        return;
                    }
                }
            });
            Ok(Started { questions: Box::new(questions), answers: Box::new(answers), child: None })
        };
        ServerProgram::new(settings, (2, Duration::ZERO), start)
    }

    /// One that says nothing, and has little time.
    fn silent() -> ServerProgram {
        let mut helper = helper(|_, _, _| Ok(()));
        helper.limit = Duration::from_millis(30);
        helper
    }

    fn say(to: &mut dyn Write, number: u64, reply: &Reply) -> io::Result<()> {
        wire::send(&mut &mut *to, number, &reply.to_bytes())
    }

    fn entry() -> KeptResult {
        let outputs = vec![Content { hash: Hash::of(b"x"), executable: false }];
        let (root, said) = (String::new(), Vec::new());
        KeptResult {
            root,
            names_root: false,
            made_at: 1,
            millis: 1,
            said,
            discovered: vec![],
            outputs,
            beside: vec![],
        }
    }

    fn found(key: Hash) -> Vec<SharedResult> {
        let blob = Blob { digest: "ab".to_owned(), size: key.to_bits() as u64 };
        vec![SharedResult { entry: entry(), blobs: vec![blob] }]
    }

    fn key(number: u64) -> Hash {
        Hash::from_bits(number.into())
    }

    #[test]
    fn many_ask_at_once_and_each_gets_its_own_answer() {
        // The first question is answered after the second.
        let kept: Mutex<Option<(u64, Hash)>> = Mutex::new(None);
        let kept = Arc::new(kept);
        let helper = helper(move |number, question, to| match question {
            Request::Begin(settings) => {
                assert_eq!((number, settings.url.as_str()), (wire::NO_QUESTION, URL));
                Ok(())
            }
            Request::Find(key) => match locked(&kept).replace((number, key)) {
                None => Ok(()),
                Some((first, other)) => {
                    say(to, number, &Reply::Found(found(key)))?;
                    say(to, first, &Reply::Found(found(other)))
                }
            },
            other => panic!("{other:?}"),
        });
        thread::scope(|scope| {
            for number in [7, 9] {
                let helper = &helper;
                scope.spawn(move || {
                    assert_eq!(helper.results(key(number), &Wait::default()), found(key(number)))
                });
            }
        });
        assert_eq!(helper.warning(), None);
    }

    /// Whatever happens to it: nobody waits, it is said once, and it names the server.
    #[test]
    fn a_helper_that_ends_or_talks_nonsense_is_no_helper() {
        type Answer = fn(u64, Request, &mut dyn Write) -> io::Result<()>;
        let ends: Answer = |number, _, _| match number {
            wire::NO_QUESTION => Ok(()),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        };
        let at_once: Answer = |_, _, _| Err(io::ErrorKind::BrokenPipe.into());
        let nonsense: Answer = |_, _, to| to.write_all(&[b'x'; 40]);
        let strange: Answer = |number, _, to| wire::send(&mut &mut *to, number, b"\xff");
        let half: Answer = |_, _, to| {
            to.write_all(&[20, 0, 0])?;
            Err(io::ErrorKind::BrokenPipe.into())
        };
        let down: Answer = |_, _, to| say(to, wire::NO_QUESTION, &Reply::Down("refused".to_owned()));
        let expected = [
            (ends, "its helper program has ended"),
            (at_once, "its helper program has ended"),
            (nonsense, "its helper program cannot be understood: a message is too long"),
            (strange, "its helper program cannot be understood: a message that nobody knows"),
            (half, "its helper program cannot be understood"),
            (down, "refused"),
        ];
        for (answer, why) in expected {
            let helper = helper(answer);
            assert!(helper.results(key(1), &Wait::default()).is_empty());
            assert!(helper.fetch(&[], &Wait::default()).is_err());
            helper.keep(key(1), &entry(), vec!["/x".to_owned()]);
            helper.settle();
            let told = helper.warning().expect("it is said");
            assert!(told.starts_with(&format!("{URL}: {why}")), "{told}");
            assert!(told.ends_with("the build goes on without this server"), "{told}");
            assert_eq!(helper.warning(), None);
        }
    }

    #[test]
    fn a_helper_that_cannot_be_started_or_does_not_answer_is_given_up() {
        let settings = Settings { url: URL.to_owned(), ..Settings::default() };
        let missing = ServerProgram::new(settings, (1, Duration::ZERO), || {
            Err(io::Error::other("no such program"))
        });
        assert!(missing.results(key(1), &Wait::default()).is_empty());
        assert!(missing.warning().unwrap().starts_with("grpc://server:1: no such program\n"));
        let asked = silent();
        assert!(asked.results(key(1), &Wait::default()).is_empty());
        assert!(asked.warning().unwrap().contains("it does not answer"));
        let given = silent();
        given.keep(key(1), &entry(), Vec::new());
        given.settle();
        assert!(given.warning().unwrap().contains("it does not answer"));
    }

    #[test]
    fn the_end_waits_for_what_was_given_and_a_failure_is_said_once() {
        let kept = Arc::new(Mutex::new(0));
        let count = Arc::clone(&kept);
        let given = helper(move |number, question, to| match question {
            Request::Keep(_, kept, files) => {
                assert_eq!((*kept, files), (entry(), vec!["/x".to_owned()]));
                thread::sleep(Duration::from_millis(20));
                *locked(&count) += 1;
                say(to, number, &Reply::Failed("permission denied".to_owned()))
            }
            _ => Ok(()),
        });
        given.keep(key(1), &entry(), vec!["/x".to_owned()]);
        given.keep(key(2), &entry(), vec!["/x".to_owned()]);
        given.settle();
        assert_eq!(*locked(&kept), 2);
        assert_eq!(given.warning().as_deref(), Some("grpc://server:1: permission denied"));
        assert_eq!(given.warning(), None);
        // Who only reads gives nothing: nobody is started for it.
        let settings = Settings { writes: false, ..given.settings.clone() };
        let reads = ServerProgram::new(settings, (1, Duration::ZERO), || panic!("nobody asks"));
        reads.keep(key(1), &entry(), vec!["/x".to_owned()]);
        reads.settle();
        assert_eq!(reads.warning(), None);
    }
    /// Whoever waits is free at once, also when it is told so before it asks; nobody waits at the end, and the helper hears of it.
    #[test]
    fn what_is_not_needed_any_more_is_not_waited_for() {
        let (say, heard) = mpsc::channel();
        let helper = helper(move |number, question, _| {
            let _ = say.send((number, question));
            Ok(())
        });
        let before = Wait::default();
        helper.forget(&before);
        assert!(helper.results(key(1), &before).is_empty());
        let wait = Wait::default();
        thread::scope(|scope| {
            let waits = scope.spawn(|| helper.run(Order::default(), &wait));
            let begun = heard.recv().expect("a question");
            assert!(matches!(begun, (wire::NO_QUESTION, Request::Begin(_))), "{begun:?}");
            assert_eq!(heard.recv(), Ok((1, Request::Run(Order::default()))));
            helper.forget(&wait);
            assert_eq!(heard.recv(), Ok((1, Request::Forget)));
            assert!(waits.join().expect("it ends").is_err());
        });
        helper.settle();
        assert_eq!((helper.failures.load(Ordering::Relaxed), helper.warning()), (0, None));
    }
    /// One that is told while the helper is started: its question is not sent before that.
    #[test]
    fn who_is_told_too_early_is_told() {
        let wait = Arc::new(Wait::default());
        let (told, kept) = (Arc::clone(&wait), Arc::new(Mutex::new(Vec::new())));
        let start = move || {
            told.end();
            let ((from, questions), (answers, to)) = (io::pipe()?, io::pipe()?);
            // Both stay open, and nobody says a word.
            locked(&kept).push((from, to));
            Ok(Started { questions: Box::new(questions), answers: Box::new(answers), child: None })
        };
        let mut helper = ServerProgram::new(Settings::default(), (1, Duration::ZERO), start);
        helper.limit = Duration::from_millis(30);
        assert!(helper.results(key(1), &wait).is_empty());
        assert_eq!(helper.warning(), None);
    }

    /// Only those in a row count.
    #[test]
    fn a_server_that_fails_again_and_again_runs_nothing_more() {
        let helper = helper(|number, question, to| match question {
            Request::Run(order) => {
                let (code, said) = (order.words.len() as i32, b"why\nmore".to_vec());
                say(to, number, &Reply::Ran(RanThere { code, said, ..RanThere::default() }))
            }
            _ => Ok(()),
        });
        let run = |fails: bool| {
            let words = vec![String::new(); usize::from(fails)];
            let ran = helper.run(Order { words, ..Order::default() }, &Wait::default());
            let ran = ran.expect("it answers");
            if ran.code != 0 {
                helper.failed(&ran.said);
            }
        };
        for fails in [true, true, true, true, false, true, true, true, true] {
            run(fails);
            assert!(helper.runs() && helper.warning().is_none());
        }
        run(true);
        assert!(!helper.runs());
        assert!(helper.warning().is_some_and(|told| told.ends_with("no more of them: why")));
    }
}
