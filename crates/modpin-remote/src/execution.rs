//! Running an action at a server. What is heard of it comes in a stream; when that breaks, the server is asked to go on telling,
//! and the action is not run twice.

use prost::Message;
use tokio::time::{Instant, timeout, timeout_at};
use tonic::{Code, Request, Streaming};
use tonic_prost::ProstCodec;

use crate::action_cache::ActionResult;
use crate::content::blob::Blob;
use crate::digest::Digest;
use crate::error::{Error, Kind};
use crate::messages::{
    ExecuteRequest, ExecuteResponse, Operation, OperationResult, PreconditionFailure, RpcStatus,
    WaitExecutionRequest,
};
use crate::server::{Call, Failure, SMALL, Server};

/// What came of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// What it has made. Its command may have failed.
    pub result: ActionResult,
    /// The server knew it, and has not run it now.
    pub cached: bool,
}

const EXECUTE: &str = "/build.bazel.remote.execution.v2.Execution/Execute";
const WAIT: &str = "/build.bazel.remote.execution.v2.Execution/WaitExecution";

impl Server {
    /// Runs an action: all that it needs, the action itself and its command among it, is given to the server first, where it
    /// is missing.
    ///
    /// # Errors
    /// The server has not run it. A command that fails is no error.
    pub async fn execute(&self, action: &Digest, needs: &[Blob]) -> Result<Executed, Error> {
        self.upload(needs).await?;
        match self.run(action).await {
            // It was there once, and was thrown away since.
            Err(error) if matches!(error.kind, Kind::Missing(_)) => {
                self.forget();
                self.upload(needs).await?;
                self.run(action).await
            }
            result => result,
        }
    }

    async fn run(&self, action: &Digest) -> Result<Executed, Error> {
        let call = Call::read(EXECUTE);
        let response = self.guarded(call, self.responded(action)).await?;
        let message = response.result.unwrap_or_default();
        Ok(Executed { result: self.result(call, message).await?, cached: response.cached_result })
    }

    async fn responded(&self, action: &Digest) -> Result<ExecuteResponse, Failure> {
        let allowed = self.action_deadline();
        let until = Instant::now() + allowed;
        let (mut name, mut tries) = (String::new(), 0);
        loop {
            let failure = match timeout_at(until, self.heard(action, &mut name)).await {
                Ok(Ok(response)) => return Ok(response),
                Ok(Err(failure)) => failure,
                Err(_) => return Err(Failure::late(allowed)),
            };
            if !self.pause(&failure, &mut tries, until).await {
                return Err(failure);
            }
        }
    }

    /// One try: listens until the action is done. `name` is that of what was heard of last.
    async fn heard(&self, action: &Digest, name: &mut String) -> Result<ExecuteResponse, Failure> {
        let begun = self.begun(action, name);
        let first = timeout(self.deadline(0), begun).await;
        let (mut stream, mut operation) =
            first.unwrap_or_else(|_| Err(Failure::late(self.deadline(0))))?;
        loop {
            let Some(now) = operation else {
                return Err(Failure {
                    passes: true,
                    ..Failure::damaged("it ends before the action does")
                });
            };
            if now.done {
                // Whatever it says now, there is nothing left to wait for.
                name.clear();
                return response(now.result);
            }
            *name = now.name;
            operation = self.next(&mut stream).await?;
        }
    }

    /// What is heard next. An action may take long; a server that runs one still says meanwhile what it can do.
    async fn next(&self, stream: &mut Streaming<Operation>) -> Result<Option<Operation>, Failure> {
        loop {
            match timeout(self.deadline(0), stream.message()).await {
                Ok(operation) => return Ok(operation?),
                Err(_) => self.capabilities().await.map_err(Failure::of)?,
            };
        }
    }

    /// A stream, and the first that comes from it: at once, whatever the action takes.
    async fn begun(
        &self,
        action: &Digest,
        name: &mut String,
    ) -> Result<(Streaming<Operation>, Option<Operation>), Failure> {
        let mut stream = match name.is_empty() {
            true => self.stream(Call::read(EXECUTE), self.request(self.execute_request(action))).await?,
            false => {
                let request = self.request(WaitExecutionRequest { name: std::mem::take(name) });
                self.stream(Call::read(WAIT), request).await.map_err(again)?
            }
        };
        let first = stream.message().await.map_err(Failure::from)?;
        Ok((stream, first))
    }

    fn execute_request(&self, action: &Digest) -> ExecuteRequest {
        ExecuteRequest {
            instance_name: self.instance(),
            skip_cache_lookup: false,
            action_digest: Some(action.message()),
            digest_function: self.function().number(),
            inline_stdout: true,
            inline_stderr: true,
        }
    }

    async fn stream<Q: Message + 'static>(
        &self,
        call: Call,
        request: Request<Q>,
    ) -> Result<Streaming<Operation>, Failure> {
        let codec = ProstCodec::<Q, Operation>::default();
        let answer = self.ready(SMALL).await?.server_streaming(request, call.path(), codec).await?;
        Ok(answer.into_inner())
    }
}

/// An operation that is not known any more is begun again.
fn again(failure: Failure) -> Failure {
    match failure.kind {
        Kind::Missing(_) => Failure { kind: Kind::Unavailable, passes: true, ..failure },
        _ => failure,
    }
}

fn response(result: Option<OperationResult>) -> Result<ExecuteResponse, Failure> {
    let response = match result {
        Some(OperationResult::Response(any)) => ExecuteResponse::decode(any.value)
            .map_err(|error| Failure::damaged(format!("it answers what nobody can read: {error}")))?,
        Some(OperationResult::Error(status)) => return Err(failed(&status, "")),
        None => return Err(Failure::damaged("it is done, and says nothing of a result")),
    };
    match &response.status {
        Some(status) if status.code != 0 => Err(failed(status, &response.message)),
        _ if response.result.is_none() => Err(Failure::damaged("it is done, and there is no result")),
        _ => Ok(response),
    }
}

/// Why an action was not run.
fn failed(status: &RpcStatus, message: &str) -> Failure {
    let told = [&status.message, message].map(str::trim).join(" ");
    let failure = Failure::said(status.code, told.trim());
    let missing = missing(status);
    match Code::from(status.code) {
        Code::FailedPrecondition if !missing.is_empty() => {
            Failure { kind: Kind::Missing(missing), ..failure }
        }
        _ => failure,
    }
}

/// The inputs that were not there, as the details of a status name them.
fn missing(status: &RpcStatus) -> Vec<Digest> {
    let failures =
        status.details.iter().filter(|any| any.type_url.ends_with("google.rpc.PreconditionFailure"));
    let failures = failures.filter_map(|any| PreconditionFailure::decode(any.value.clone()).ok());
    let violations = failures.flat_map(|failure| failure.violations);
    let missing = violations.filter(|violation| violation.r#type == "MISSING");
    missing.filter_map(|violation| Digest::at_the_end_of(&violation.subject)).collect()
}
