//! What a server answers in more than one piece, or takes so: large contents, and what is heard of an action that runs.

use std::pin::Pin;
use std::sync::Mutex;

use bytes::{Bytes, BytesMut};
use modpin_remote::messages::{
    ActionResultMessage, AnyMessage, DigestMessage, ExecuteResponse, Operation, OperationResult,
    PreconditionFailure, ReadRequest, ReadResponse, RpcStatus, Violation, WaitExecutionRequest,
    WriteRequest, WriteResponse,
};
use prost::Message;
use tokio_stream::{Stream, StreamExt};
use tonic::{Code, Status, Streaming};

use crate::server::answers::{given, told};
use crate::server::fault::Fault;
use crate::server::store::{Store, read};
use crate::server::worker::lock;

/// What comes piece by piece.
pub type Told<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

const PIECE: usize = 64 << 10;

/// A large content.
pub fn read_pieces(
    store: &Mutex<Store>,
    fault: Fault,
    request: &ReadRequest,
) -> Result<Told<ReadResponse>, Status> {
    lock(store).names.push(request.resource_name.clone());
    let content = lock(store).content(&digest(&request.resource_name)?)?;
    let bytes = given(fault, content)?;
    let pieces: Vec<Bytes> = bytes.chunks(PIECE).map(Bytes::copy_from_slice).collect();
    let piece = |data| Ok(ReadResponse { data });
    Ok(match fault {
        Fault::EndsEarly => Box::pin(tokio_stream::iter(pieces.into_iter().map(piece).take(1))),
        Fault::TooManyBytes => Box::pin(tokio_stream::iter(pieces.into_iter().cycle().map(piece))),
        _ => Box::pin(tokio_stream::iter(pieces.into_iter().map(piece))),
    })
}

/// Takes a large content.
pub async fn write_pieces(
    store: &Mutex<Store>,
    fault: Fault,
    mut pieces: Streaming<WriteRequest>,
) -> Result<WriteResponse, Status> {
    let (mut name, mut all, mut finished) = (String::new(), BytesMut::new(), false);
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        if name.is_empty() {
            name = piece.resource_name;
        }
        if piece.write_offset != all.len() as i64 || finished {
            return Err(Status::invalid_argument("pieces do not follow each other"));
        }
        all.extend_from_slice(&piece.data);
        finished = piece.finish_write;
    }
    if !finished {
        return Err(Status::invalid_argument("the last piece is missing"));
    }
    lock(store).keep(&digest(&name)?, &all.freeze())?;
    let size = digest(&name)?.map_or(0, |digest| digest.size_bytes);
    Ok(WriteResponse { committed_size: size - i64::from(fault == Fault::TooFewBytes) })
}

/// The digest at the end of a name.
fn digest(name: &str) -> Result<Option<DigestMessage>, Status> {
    let mut parts = name.rsplit('/');
    let (size, hash) = (parts.next().and_then(|size| size.parse().ok()), parts.next());
    match (hash, size) {
        (Some(hash), Some(size_bytes)) => Ok(Some(DigestMessage { hash: hash.to_owned(), size_bytes })),
        _ => Err(Status::invalid_argument("that names no content")),
    }
}

/// Tells what is heard of an action: that it waits, then what came of it. A server that stops says no more.
pub fn tell(
    store: &Mutex<Store>,
    fault: Fault,
    action: &Option<DigestMessage>,
    ran: impl FnOnce() -> Result<ActionResultMessage, Status>,
    hear: &mut dyn FnMut(Operation),
) {
    let digest = action.clone().unwrap_or_default();
    let name = format!("operations/{}/{}", digest.hash, digest.size_bytes);
    hear(Operation { name: name.clone(), done: false, result: None });
    let response = match fault {
        Fault::Stops => return,
        Fault::Missing => missing(action),
        _ => done(store, fault, action, ran),
    };
    let any = AnyMessage {
        type_url: "type.googleapis.com/build.bazel.remote.execution.v2.ExecuteResponse".to_owned(),
        value: response.encode_to_vec().into(),
    };
    if !matches!(fault, Fault::EndsEarly | Fault::Breaks) {
        hear(Operation { name, done: true, result: Some(OperationResult::Response(any)) });
    }
}

/// What is heard by who asks again.
pub fn heard_again(
    store: &Mutex<Store>,
    fault: Fault,
    request: &WaitExecutionRequest,
) -> Result<Told<Operation>, Status> {
    let unknown = || Err(Status::not_found("no action that runs"));
    if fault != Fault::Breaks {
        return unknown();
    }
    let mut heard = Vec::new();
    let mut hear = |operation| heard.push(Ok(operation));
    tell(store, Fault::None, &digest(&request.name)?, || Err(Status::not_found("gone")), &mut hear);
    Ok(Box::pin(tokio_stream::iter(heard)))
}

fn done(
    store: &Mutex<Store>,
    fault: Fault,
    action: &Option<DigestMessage>,
    ran: impl FnOnce() -> Result<ActionResultMessage, Status>,
) -> ExecuteResponse {
    let known = read(action).ok().and_then(|action| lock(store).results.get(&action).cloned());
    let cached_result = known.is_some();
    match known.map_or_else(ran, Ok) {
        Ok(result) => {
            if let (Ok(action), 0) = (read(action), result.exit_code) {
                lock(store).results.insert(action, result.clone());
            }
            ExecuteResponse {
                result: Some(told(fault, result)),
                cached_result,
                ..ExecuteResponse::default()
            }
        }
        Err(status) => {
            let status = RpcStatus {
                code: status.code() as i32,
                message: status.message().to_owned(),
                details: Vec::new(),
            };
            ExecuteResponse { status: Some(status), ..ExecuteResponse::default() }
        }
    }
}

fn missing(action: &Option<DigestMessage>) -> ExecuteResponse {
    let digest = action.clone().unwrap_or_default();
    let subject = format!("blobs/{}/{}", digest.hash, digest.size_bytes);
    let failure =
        PreconditionFailure { violations: vec![Violation { r#type: "MISSING".to_owned(), subject }] };
    let details = AnyMessage {
        type_url: "type.googleapis.com/google.rpc.PreconditionFailure".to_owned(),
        value: failure.encode_to_vec().into(),
    };
    let status = RpcStatus {
        code: Code::FailedPrecondition as i32,
        message: "inputs are missing".to_owned(),
        details: vec![details],
    };
    ExecuteResponse { status: Some(status), ..ExecuteResponse::default() }
}
