//! One call: not made of a server that was given up, tried again if it failed for a reason that passes, and over at its deadline.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use http::uri::PathAndQuery;
use prost::Message;
use tokio::time::{Instant, timeout_at};
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;

use crate::digest::Digest;
use crate::error::{Error, Kind, shown};
use crate::server::Server;

/// The first try again comes after this, the next after twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The deadline holds for so many bytes.
const BYTES_IN_A_DEADLINE: u64 = 16 << 20;

/// What is called, and how much goes with it.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    path: &'static str,
    side: Side,
    /// Bytes of contents.
    size: u64,
}

/// Which right it needs.
#[derive(Clone, Copy)]
enum Side {
    Read,
    Write,
}

/// How a try failed.
pub(crate) struct Failure {
    pub kind: Kind,
    pub text: String,
    /// It may well succeed later.
    pub passes: bool,
}

impl Call {
    pub(crate) fn read(path: &'static str) -> Call {
        Call { path, side: Side::Read, size: 0 }
    }

    pub(crate) fn write(path: &'static str) -> Call {
        Call { path, side: Side::Write, size: 0 }
    }

    pub(crate) fn of(self, size: u64) -> Call {
        Call { size, ..self }
    }

    /// Its name without the service's.
    pub(crate) fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    pub(crate) fn path(&self) -> PathAndQuery {
        PathAndQuery::from_static(self.path)
    }
}

impl Server {
    /// A call with one message there and one back, of which no more than `limit` bytes are read.
    pub(crate) async fn unary<Q, A>(&self, call: Call, request: Q, limit: usize) -> Result<A, Error>
    where
        Q: Message + Clone + 'static,
        A: Message + Default + 'static,
    {
        let attempt = || {
            let request = self.request(request.clone());
            async move {
                let mut grpc = self.ready(limit).await?;
                let answer = grpc.unary(request, call.path(), ProstCodec::<Q, A>::default()).await?;
                Ok(answer.into_inner())
            }
        };
        self.tried(call, attempt).await
    }

    /// Tries until it succeeds, fails for good, or its time is over.
    pub(crate) async fn tried<T, F>(&self, call: Call, attempt: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let allowed = self.deadline(call.size);
        let until = Instant::now() + allowed;
        self.guarded(call, async {
            let mut tries = 0;
            loop {
                let failure = match timeout_at(until, attempt()).await {
                    Ok(Ok(answer)) => return Ok(answer),
                    Ok(Err(failure)) => failure,
                    Err(_) => return Err(Failure::late(allowed)),
                };
                if !self.pause(&failure, &mut tries, until).await {
                    return Err(failure);
                }
            }
        })
        .await
    }

    /// Makes a call unless the server was given up, and counts how it ends.
    pub(crate) async fn guarded<T>(
        &self,
        call: Call,
        made: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Error> {
        let breaker = &self.0.breakers[call.side as usize];
        if let Some(objection) = breaker.objection() {
            return Err(self.error(call.name(), Kind::GivenUp, objection));
        }
        let result = made.await;
        let result = result.map_err(|failure| self.error(call.name(), failure.kind, failure.text));
        breaker.note(&result);
        result
    }

    /// Waits before the next try, longer each time, and not as long as others who have failed at the same time.
    /// False if there is none.
    pub(crate) async fn pause(&self, failure: &Failure, tries: &mut u32, until: Instant) -> bool {
        if !failure.passes || *tries >= self.0.retries {
            return false;
        }
        let whole = FIRST_PAUSE.saturating_mul(1 << (*tries).min(16)).min(LONGEST_PAUSE);
        let chance = RandomState::new().hash_one(*tries) % 1000;
        let next = Instant::now() + whole.mul_f64(0.5 + chance as f64 / 1000.0);
        *tries += 1;
        let in_time = next < until;
        if in_time {
            tokio::time::sleep_until(next).await;
        }
        in_time
    }

    /// Who calls, beside what is asked.
    pub(crate) fn request<Q>(&self, message: Q) -> Request<Q> {
        let mut request = Request::new(message);
        *request.metadata_mut() = self.0.headers.clone();
        request
    }

    pub(crate) async fn ready(&self, limit: usize) -> Result<Grpc<Channel>, Failure> {
        let mut grpc = Grpc::new(self.0.channel.clone()).max_decoding_message_size(limit);
        grpc.ready().await.map_err(|error| Status::from_error(Box::new(error)))?;
        Ok(grpc)
    }

    pub(crate) fn deadline(&self, size: u64) -> Duration {
        let times = u32::try_from(1 + size / BYTES_IN_A_DEADLINE).unwrap_or(u32::MAX);
        self.0.deadline.saturating_mul(times)
    }

    pub(crate) fn action_deadline(&self) -> Duration {
        self.0.action_deadline
    }
}

impl Failure {
    pub(crate) fn late(allowed: Duration) -> Failure {
        let text = format!("no answer in {:.1} s", allowed.as_secs_f64());
        Failure { kind: Kind::Deadline, text, passes: false }
    }

    /// Another call has failed on which this one depends.
    pub(crate) fn of(error: Error) -> Failure {
        Failure { kind: error.kind, text: format!("{}: {}", error.call, error.text), passes: false }
    }

    /// The server has broken its word.
    pub(crate) fn damaged(text: impl Into<String>) -> Failure {
        Failure { kind: Kind::Damaged, text: text.into(), passes: false }
    }

    /// A file of ours is not as it should be.
    pub(crate) fn local(name: impl std::fmt::Display, error: &std::io::Error) -> Failure {
        Failure { kind: Kind::Local, text: format!("{name}: {error}"), passes: false }
    }

    /// The server does not have a content.
    pub(crate) fn missing(digest: &Digest) -> Failure {
        let text = format!("it does not have {digest}");
        Failure { kind: Kind::Missing(vec![*digest]), text, passes: false }
    }

    /// What a server says of a part of a call.
    pub(crate) fn said(code: i32, message: &str) -> Failure {
        Failure::from(Status::new(Code::from(code), message))
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Failure {
        let (kind, passes) = match status.code() {
            Code::Unavailable | Code::ResourceExhausted | Code::Aborted => (Kind::Unavailable, true),
            // What a lost connection looks like.
            Code::Unknown | Code::Internal | Code::Cancelled => (Kind::Unavailable, true),
            Code::DeadlineExceeded => (Kind::Deadline, false),
            Code::PermissionDenied | Code::Unauthenticated => (Kind::Denied, false),
            Code::NotFound => (Kind::Missing(Vec::new()), false),
            Code::OutOfRange => (Kind::TooLarge, false),
            Code::Unimplemented => (Kind::Unsupported, false),
            Code::DataLoss => (Kind::Damaged, false),
            Code::Ok | Code::InvalidArgument | Code::FailedPrecondition | Code::AlreadyExists => {
                (Kind::Refused, false)
            }
        };
        let mut text = status.code().description().to_lowercase();
        add(&mut text, status.message());
        let mut source = std::error::Error::source(&status);
        while let Some(error) = source {
            add(&mut text, &error.to_string());
            source = error.source();
        }
        Failure { kind, text: shown(&text), passes }
    }
}

/// Each layer tells what those below have told, and each is told once.
fn add(text: &mut String, cause: &str) {
    let says_nothing = ["", "transport error", "tcp connect error", "error trying to connect"];
    if !says_nothing.contains(&cause) && !text.contains(cause) {
        text.push_str(": ");
        text.push_str(cause);
    }
}
