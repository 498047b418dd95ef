//! A server in this process, on a thread of its own: as it should be, or with one of its faults, which can change while it runs.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use modpin_remote::messages::{ExecuteRequest, GetCapabilitiesRequest, Operation};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream, UnixListenerStream};
use tokio_stream::{Stream, StreamExt};
use tonic::body::Body;
use tonic::server::Grpc;
use tonic::transport::server::Connected;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::service_fn;

use crate::server::connection::Connection;
use crate::server::fault::Fault;
use crate::server::store::Store;
use crate::server::{answers, pieces, worker};

/// Counted as a call: whoever has called waits for the answer no more.
pub const GIVEN_UP: &str = "Execute, given up";

/// A connection that may be lost has sent so many bytes then.
const BYTES_UNTIL_LOST: usize = 4000;

/// A server, until it is stopped.
pub struct Fake {
    url: String,
    inside: Arc<Inside>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Inside {
    store: Mutex<Store>,
    fault: Mutex<Fault>,
    may_be_lost: Arc<AtomicBool>,
}

impl Fake {
    /// A server on a free port of this machine.
    ///
    /// # Panics
    /// When there is none.
    pub fn start(fault: Fault) -> Fake {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        Fake::listening(listener, fault, None)
    }

    /// The same by TLS, with a certificate and its key in PEM.
    pub fn start_tls(certificate: &[u8], key: &[u8]) -> Fake {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let config = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
        Fake::listening(listener, Fault::None, Some(config))
    }

    /// The same on a socket with this name.
    ///
    /// # Panics
    /// When there can be none.
    pub fn on(socket: &Path, fault: Fault) -> Fake {
        let listener = std::os::unix::net::UnixListener::bind(socket).expect("a socket");
        listener.set_nonblocking(true).expect("a socket");
        let url = format!("grpc+unix:{}", socket.display());
        let incoming = || tokio::net::UnixListener::from_std(listener).map(UnixListenerStream::new);
        Fake::serving(url, fault, Server::builder(), incoming)
    }

    fn listening(listener: std::net::TcpListener, fault: Fault, tls: Option<ServerTlsConfig>) -> Fake {
        listener.set_nonblocking(true).expect("a socket");
        let scheme = if tls.is_some() { "grpcs" } else { "grpc" };
        let url = format!("{scheme}://{}", listener.local_addr().expect("an address"));
        let server = match tls {
            Some(config) => Server::builder().tls_config(config).expect("a certificate"),
            None => Server::builder(),
        };
        let incoming = || tokio::net::TcpListener::from_std(listener).map(TcpListenerStream::new);
        Fake::serving(url, fault, server, incoming)
    }

    fn serving<T, S>(
        url: String,
        fault: Fault,
        server: Server,
        incoming: impl FnOnce() -> io::Result<S> + Send + 'static,
    ) -> Fake
    where
        T: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
        S: Stream<Item = io::Result<T>> + Send + 'static,
    {
        let inside = Arc::new(Inside {
            store: Mutex::default(),
            fault: Mutex::new(fault),
            may_be_lost: Arc::new(AtomicBool::new(fault == Fault::Drops)),
        });
        let (stop, stopped) = oneshot::channel();
        let of_thread = inside.clone();
        let thread = std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let may_be_lost = of_thread.may_be_lost.clone();
                let lost = move |inside| Connection {
                    inside,
                    may_be_lost: may_be_lost.clone(),
                    left: BYTES_UNTIL_LOST,
                };
                let incoming = incoming().expect("a socket").map(move |inside| inside.map(&lost));
                let service = service_fn(move |request| {
                    let inside = of_thread.clone();
                    async move { Ok::<_, Infallible>(inside.answer(request).await) }
                });
                tokio::select! {
                    ended = server.serve_with_incoming(service, incoming) => ended.expect("a server"),
                    _ = stopped => {}
                }
            });
            // Connections end with it, and nobody waits for actions.
            runtime.shutdown_background();
        });
        Fake { url, inside, stop: Some(stop), thread: Some(thread) }
    }

    /// How it is reached.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it does wrong from now on.
    pub fn set(&self, fault: Fault) {
        *self.inside.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
        self.inside.may_be_lost.store(fault == Fault::Drops, Ordering::Relaxed);
    }

    /// What it keeps.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        worker::lock(&self.inside.store)
    }

    /// How often each call was made.
    pub fn calls(&self) -> BTreeMap<String, usize> {
        self.store().calls.clone()
    }

    /// Ends it as a kill would: nothing is answered any more, all connections are gone.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.stop();
    }
}

type Asked = http::Request<Body>;
type Answered = http::Response<Body>;

impl Inside {
    async fn answer(self: Arc<Self>, request: Asked) -> Answered {
        let call = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let fault = *self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, runs) = {
            let mut store = worker::lock(&self.store);
            store.headers = request.headers().clone();
            let count = store.calls.entry(call.clone()).or_default();
            *count += 1;
            (*count, store.calls.contains_key("Execute"))
        };
        match objection(fault, &call, count) {
            _ if fault == Fault::Stops && runs && call != "Execute" => pending().await,
            Objection::Silence => pending().await,
            Objection::No(status) => return status.into_http(),
            Objection::Nonsense => {
                return unary(request, |_: Nonsense| Ok(Nonsense { one: 7, two: 7, ten: 7 })).await;
            }
            Objection::None => {}
        }
        self.answered(&call, fault, request).await
    }

    async fn answered(self: Arc<Self>, call: &str, fault: Fault, request: Asked) -> Answered {
        let store = &self.store;
        match call {
            "GetCapabilities" => {
                unary(request, |_: GetCapabilitiesRequest| Ok(answers::capabilities(store, fault))).await
            }
            "FindMissingBlobs" => {
                unary(request, |asked| Ok(answers::find_missing(store, fault, asked))).await
            }
            "BatchUpdateBlobs" => unary(request, |asked| Ok(answers::update(store, fault, asked))).await,
            "BatchReadBlobs" => unary(request, |asked| Ok(answers::read_all(store, fault, asked))).await,
            "GetActionResult" => unary(request, |asked| answers::result(store, fault, &asked)).await,
            "UpdateActionResult" => unary(request, |asked| answers::keep_result(store, asked)).await,
            "Read" => streamed(request, |asked| pieces::read_pieces(store, fault, &asked)).await,
            "Write" => {
                let inside = self.clone();
                let write = service_fn(move |asked: Request<Streaming<_>>| {
                    let inside = inside.clone();
                    async move {
                        let written =
                            pieces::write_pieces(&inside.store, fault, asked.into_inner()).await;
                        written.map(Response::new)
                    }
                });
                Grpc::new(ProstCodec::default()).client_streaming(write, request).await
            }
            "Execute" => self.clone().execute(fault, request).await,
            "WaitExecution" => {
                streamed(request, |asked| pieces::heard_again(store, fault, &asked)).await
            }
            _ => Status::unimplemented(call).into_http(),
        }
    }

    async fn execute(self: Arc<Self>, fault: Fault, request: Asked) -> Answered {
        let execute = service_fn(move |asked: Request<ExecuteRequest>| {
            let (inside, asked) = (self.clone(), asked.into_inner());
            let (say, said) = mpsc::channel(2);
            let here = Handle::current();
            tokio::task::spawn_blocking(move || {
                let run = || worker::run(&inside.store, &asked.action_digest);
                // Who does not listen any more hears nothing.
                let mut hear = |operation| _ = say.blocking_send(Ok(operation));
                pieces::tell(&inside.store, fault, &asked.action_digest, run, &mut hear);
                if fault == Fault::Stops {
                    here.block_on(say.closed());
                    *worker::lock(&inside.store).calls.entry(GIVEN_UP.to_owned()).or_default() += 1;
                }
            });
            std::future::ready(Ok(Response::new(ReceiverStream::new(said))))
        });
        Grpc::new(ProstCodec::<Operation, _>::default()).server_streaming(execute, request).await
    }
}

/// What stands between a call and its answer.
enum Objection {
    None,
    Silence,
    No(Status),
    Nonsense,
}

fn objection(fault: Fault, call: &str, count: usize) -> Objection {
    let writes = matches!(call, "BatchUpdateBlobs" | "Write" | "UpdateActionResult");
    match fault {
        Fault::Denied => Objection::No(Status::permission_denied("who are you?")),
        // What it can do, it says always.
        _ if call == "GetCapabilities" => Objection::None,
        Fault::ReadOnly if writes => Objection::No(Status::permission_denied("reading is for all")),
        Fault::Slow => Objection::Silence,
        Fault::Busy => Objection::No(Status::unavailable("later")),
        Fault::Shaky if !count.is_multiple_of(3) => Objection::No(Status::unavailable("later")),
        Fault::Lies if writes || call == "Execute" => Objection::No(Status::unimplemented(call)),
        Fault::Garbage => Objection::Nonsense,
        _ => Objection::None,
    }
}

/// Fields of the wrong kind, whatever is expected.
#[derive(Clone, PartialEq, Message)]
struct Nonsense {
    #[prost(uint64, tag = "1")]
    one: u64,
    #[prost(uint64, tag = "2")]
    two: u64,
    #[prost(uint64, tag = "10")]
    ten: u64,
}

async fn unary<Q, A>(request: Asked, answer: impl Fn(Q) -> Result<A, Status>) -> Answered
where
    Q: Message + Default + 'static,
    A: Message + Default + 'static,
{
    let service = service_fn(|asked: Request<Q>| {
        std::future::ready(answer(asked.into_inner()).map(Response::new))
    });
    Grpc::new(ProstCodec::<A, Q>::default()).unary(service, request).await
}

async fn streamed<Q, A>(
    request: Asked,
    answer: impl Fn(Q) -> Result<pieces::Told<A>, Status>,
) -> Answered
where
    Q: Message + Default + 'static,
    A: Message + Default + 'static,
{
    let service = service_fn(|asked: Request<Q>| {
        std::future::ready(answer(asked.into_inner()).map(Response::new))
    });
    Grpc::new(ProstCodec::<A, Q>::default()).server_streaming(service, request).await
}
