//! A server with results, by way of a helper program: when that fails, there is no server from then on, and that is said once.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::cache::kept_result::KeptResult;
use crate::cache::shared::{Blob, Order, RanThere, SharedCache, SharedResult};
use crate::cache::wait::Wait;
use crate::remote::conversation::{Conversation, Started};
use crate::remote::wire::{Reply, Request, Settings};
use crate::world::hash::Hash;

/// The helper keeps to its deadlines: whoever takes so much longer does not answer at all.
const MARGIN: Duration = Duration::from_secs(10);

/// A helper may try so often before it gives up.
const ATTEMPTS: u32 = 4;

/// A command may take so much longer than an answer.
const RUNS: u32 = 16;

/// After so many commands in a row that it has not run as it should, it runs none.
const FAILURES: u32 = 5;

/// A server, by way of a helper program.
pub struct ServerProgram {
    talk: Conversation,
    jobs: usize,
    patience: Duration,
    /// How many commands in a row it has not run as it should.
    failures: AtomicU32,
}

impl ServerProgram {
    /// A server that may be asked `jobs` questions at once, and for which an action waits so long. `start` starts the helper program.
    pub fn new(
        settings: Settings,
        (jobs, patience): (usize, Duration),
        start: impl Fn() -> io::Result<Started> + Send + Sync + 'static,
    ) -> ServerProgram {
        let limit = Duration::from_secs(settings.deadline.into()) * ATTEMPTS + MARGIN;
        let talk = Conversation::new(settings, limit, Box::new(start));
        ServerProgram { talk, jobs, patience, failures: AtomicU32::new(0) }
    }

    /// Asks for something that may take so many times as long as an answer.
    fn ask(&self, times: u32, request: &Request, wait: &Wait) -> Option<Reply> {
        self.talk.ask(self.talk.limit * times, request, wait)
    }

    /// A command has not run there as it should, or has ended badly. Here it runs once more.
    fn not_run(&self, said: &str) {
        if self.failures.fetch_add(1, Ordering::Relaxed) + 1 == FAILURES {
            let line = said.lines().next().unwrap_or_default();
            let line: String = line.chars().filter(|letter| !letter.is_control()).take(200).collect();
            let why =
                "its workers do not run commands as they would run here, so it is given no more of them";
            let about = if line.is_empty() { String::new() } else { format!(": {line}") };
            self.talk.news.warn(format!("{}: {why}{about}", self.talk.settings.url));
        }
    }
}

impl SharedCache for ServerProgram {
    fn name(&self) -> &str {
        &self.talk.settings.url
    }

    fn jobs(&self) -> usize {
        self.jobs
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    fn results(&self, key: Hash, wait: &Wait) -> Vec<SharedResult> {
        match self.ask(1, &Request::Find(key), wait) {
            Some(Reply::Found(results)) => results,
            _ => Vec::new(),
        }
    }

    fn fetch(&self, blobs: &[(&Blob, String)], wait: &Wait) -> io::Result<()> {
        let contents = blobs.iter().map(|(blob, path)| ((*blob).clone(), path.clone())).collect();
        match self.ask(1, &Request::Fetch(contents), wait) {
            Some(Reply::Done) => Ok(()),
            _ => Err(io::Error::other("the server does not give it")),
        }
    }

    fn runs(&self) -> bool {
        self.talk.settings.runs && self.failures.load(Ordering::Relaxed) < FAILURES
    }

    fn gets_toolchain(&self) -> bool {
        self.talk.settings.gets_toolchain
    }

    fn run(&self, order: Order, wait: &Wait) -> io::Result<RanThere> {
        match self.ask(RUNS, &Request::Run(order), wait) {
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
        let same = self.ask(RUNS, &Request::HasSame(paths), wait);
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
            self.talk.unasked(number);
        }
    }

    fn keep(&self, key: Hash, entry: &KeptResult, files: Vec<String>) {
        if self.talk.settings.writes {
            self.talk.send(&Request::Keep(key, Box::new(entry.clone()), files), None);
        }
    }

    fn settle(&self) {
        self.talk.settle();
    }

    fn warning(&self) -> Option<String> {
        self.talk.news.warning()
    }
}

impl fmt::Debug for ServerProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerProgram({:?})", self.talk.settings)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::mpsc;
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::*;
    use crate::cache::Content;
    use crate::remote::news::locked;
    use crate::remote::wire;

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
        helper.talk.limit = Duration::from_millis(30);
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
        let settings = Settings { writes: false, ..given.talk.settings.clone() };
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
        helper.talk.limit = Duration::from_millis(30);
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
