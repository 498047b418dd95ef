//! The helper program's life: takes questions of a build from its standard input, works on many at once, answers on its standard
//! output, and ends with its input, whatever is under way: there is nobody left who would hear of it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use modpin_engine::remote::wire::{self, NO_QUESTION, Reply, Request, Settings as Said};
use tokio::sync::{Semaphore, mpsc as channel};
use tokio::task::{AbortHandle, LocalSet, spawn_local};

use crate::error::{Error, Kind};
use crate::order::Workers;
use crate::server::Server;
use crate::settings::{Address, Header, Settings};

/// So many results are given to the server at once: who waits for an answer comes first.
const GIVEN_AT_ONCE: usize = 8;

/// An action may take so much longer than an answer.
const RUNS: u32 = 60;

type Questions = channel::UnboundedReceiver<(u64, Request)>;
type Answers = mpsc::Sender<(u64, Reply)>;

/// Serves whoever started this process.
pub fn serve() -> ExitCode {
    let (ask, questions) = channel::unbounded_channel();
    let (answers, say) = mpsc::channel();
    // Neither of them keeps anybody waiting.
    std::thread::spawn(move || listen(&ask));
    std::thread::spawn(move || speak(&say));
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => LocalSet::new().block_on(&runtime, work(questions, answers)),
        Err(_) => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

/// Hands on what is asked, and ends all when nobody asks any more.
fn listen(ask: &channel::UnboundedSender<(u64, Request)>) -> ! {
    let mut from = io::stdin().lock();
    while let Ok(Some((number, message))) = wire::receive(&mut from) {
        // Only another version of us says what we do not know.
        let Ok(request) = Request::read(&message) else { break };
        let _ = ask.send((number, request));
    }
    std::process::exit(0)
}

fn speak(say: &mpsc::Receiver<(u64, Reply)>) {
    let mut to = io::stdout().lock();
    for (number, reply) in say {
        // Who does not hear us has ended, and `listen` sees that.
        let _ = wire::send(&mut to, number, &reply.to_bytes());
    }
}

async fn work(mut questions: Questions, answers: Answers) {
    let Some((_, Request::Begin(said))) = questions.recv().await else { return };
    let (properties, gets_toolchain) = (said.properties.clone(), said.gets_toolchain);
    match connected(said).await {
        Ok(server) => {
            let workers = Rc::new(Workers::new(server.clone(), properties, gets_toolchain));
            answer_all(&server, &workers, &mut questions, &answers).await;
        }
        Err(error) => _ = answers.send((NO_QUESTION, Reply::Down(told(&error)))),
    }
    // Until nobody asks any more.
    while questions.recv().await.is_some() {}
}

async fn connected(said: Said) -> Result<Server, Error> {
    let Said { url, instance, headers, authorities, deadline, .. } = said;
    let headers = headers.iter().map(|(name, value)| Header::parse(&format!("{name}={value}")));
    let headers = headers.collect::<Result<_, _>>()?;
    let settings = Settings {
        instance,
        headers,
        authority: authorities.map(Into::into),
        deadline: Duration::from_secs(deadline.into()),
        action_deadline: Duration::from_secs(deadline.into()) * RUNS,
        ..Settings::new(Address::parse(&url)?)
    };
    Server::connect(settings).await
}

async fn answer_all(
    server: &Server,
    workers: &Rc<Workers>,
    questions: &mut Questions,
    answers: &Answers,
) {
    let given = Rc::new(Semaphore::new(GIVEN_AT_ONCE));
    let under_way: Rc<RefCell<HashMap<u64, AbortHandle>>> = Rc::default();
    while let Some((number, request)) = questions.recv().await {
        if request == Request::Forget {
            // With it end its calls, and the server hears that.
            _ = under_way.borrow_mut().remove(&number).map(|task| task.abort());
            continue;
        }
        let (server, answers, given) = (server.clone(), answers.clone(), Rc::clone(&given));
        let (workers, done) = (Rc::clone(workers), Rc::clone(&under_way));
        let task = spawn_local(async move {
            let place = match request {
                Request::Keep(..) => given.acquire().await.ok(),
                _ => None,
            };
            let reads = place.is_none();
            let reply =
                answer(&server, &workers, request).await.unwrap_or_else(|error| match error.kind {
                    // Who is not asked any more is as good as gone; who only takes nothing still gives.
                    Kind::GivenUp if reads => Reply::Down(told(&error)),
                    // A server may throw away what was not used for long.
                    Kind::Missing(_) => Reply::Failed(String::new()),
                    _ => Reply::Failed(told(&error)),
                });
            let _ = answers.send((number, reply));
            done.borrow_mut().remove(&number);
        });
        // It begins when nobody else does anything.
        under_way.borrow_mut().insert(number, task.abort_handle());
    }
}

async fn answer(server: &Server, workers: &Workers, request: Request) -> Result<Reply, Error> {
    match request {
        Request::Find(key) => server.results(key).await.map(Reply::Found),
        Request::Fetch(contents) => server.fetch(&contents).await.map(|()| Reply::Done),
        Request::Keep(key, entry, files) => server.keep(key, *entry, files).await.map(|()| Reply::Done),
        Request::Run(_) | Request::HasSame(_) if !server.executes() => {
            Err(server.error("Execute", Kind::Unsupported, "it runs no commands".to_owned()))
        }
        Request::Run(order) => workers.run(order).await.map(Reply::Ran),
        Request::HasSame(paths) => Ok(match workers.has_same(paths).await? {
            true => Reply::Done,
            false => {
                Reply::Failed("its workers have other programs or headers of the system".to_owned())
            }
        }),
        Request::Begin(_) | Request::Forget => Ok(Reply::Done),
    }
}

/// What went wrong, for who names the server himself.
fn told(error: &Error) -> String {
    format!("{}: {}", error.call, error.text)
}
