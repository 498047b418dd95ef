//! What a server answers to a message: as it should be, and with each of its faults.

use std::sync::Mutex;

use bytes::Bytes;
use modpin_remote::messages::{
    ActionResultMessage, BatchReadBlobsRequest, BatchReadBlobsResponse, BatchUpdateBlobsRequest,
    BatchUpdateBlobsResponse, CacheCapabilities, CacheUpdates, DigestMessage, ExecutionCapabilities,
    FindMissingBlobsRequest, FindMissingBlobsResponse, GetActionResultRequest, OutputFileMessage,
    OutputSymlinkMessage, ReadBlob, RpcStatus, ServerCapabilities, UpdateActionResultRequest,
    UpdatedBlob,
};
use tonic::{Code, Status};

use crate::server::fault::Fault;
use crate::server::store::{Store, read};
use crate::server::worker::lock;

/// What it says that it can do.
pub fn capabilities(store: &Mutex<Store>, fault: Fault) -> ServerCapabilities {
    let number = match lock(store).function() {
        modpin_remote::Function::Sha256 => 1,
        modpin_remote::Function::Blake3 => 9,
    };
    let batch = match fault {
        Fault::Lies => i64::MAX,
        Fault::Narrow => 1,
        _ => 256 << 10,
    };
    ServerCapabilities {
        cache_capabilities: Some(CacheCapabilities {
            digest_functions: vec![number],
            action_cache_update_capabilities: Some(CacheUpdates { update_enabled: true }),
            max_batch_total_size_bytes: batch,
            max_cas_blob_size_bytes: 0,
        }),
        execution_capabilities: Some(ExecutionCapabilities {
            exec_enabled: true,
            digest_function: number,
            digest_functions: vec![number],
        }),
        ..ServerCapabilities::default()
    }
}

pub fn find_missing(
    store: &Mutex<Store>,
    fault: Fault,
    request: FindMissingBlobsRequest,
) -> FindMissingBlobsResponse {
    let store = lock(store);
    let missing = |digest: &DigestMessage| store.content(&Some(digest.clone())).is_err();
    let asked = request.blob_digests.into_iter();
    let missing_blob_digests = match fault {
        Fault::Missing => Vec::new(),
        _ => asked.filter(missing).collect(),
    };
    FindMissingBlobsResponse { missing_blob_digests }
}

pub fn update(
    store: &Mutex<Store>,
    fault: Fault,
    request: BatchUpdateBlobsRequest,
) -> BatchUpdateBlobsResponse {
    let mut store = lock(store);
    let mut one = |digest, bytes: &Bytes| {
        let status = store.keep(&digest, bytes).err().map(|status| RpcStatus {
            code: status.code() as i32,
            message: status.message().to_owned(),
            details: Vec::new(),
        });
        UpdatedBlob { digest, status }
    };
    let mut responses: Vec<UpdatedBlob> =
        request.requests.into_iter().map(|update| one(update.digest, &update.data)).collect();
    if fault == Fault::EndsEarly {
        responses.clear();
    }
    BatchUpdateBlobsResponse { responses }
}

pub fn read_all(
    store: &Mutex<Store>,
    fault: Fault,
    request: BatchReadBlobsRequest,
) -> BatchReadBlobsResponse {
    let one = |digest: DigestMessage| {
        let content = lock(store).content(&Some(digest.clone()));
        let digest = Some(digest);
        match content.and_then(|bytes| given(fault, bytes)) {
            Ok(data) => ReadBlob { digest, data, status: None },
            Err(status) => {
                let status = RpcStatus { code: status.code() as i32, ..RpcStatus::default() };
                ReadBlob { digest, status: Some(status), ..ReadBlob::default() }
            }
        }
    };
    let mut responses: Vec<ReadBlob> = request.digests.into_iter().map(one).collect();
    if fault == Fault::EndsEarly {
        responses.clear();
    }
    BatchReadBlobsResponse { responses }
}

/// A content as it is given.
pub fn given(fault: Fault, bytes: Bytes) -> Result<Bytes, Status> {
    let mut changed = bytes.to_vec();
    match fault {
        Fault::Missing => return Err(Status::new(Code::NotFound, "it is gone")),
        Fault::WrongBytes if !bytes.is_empty() => changed[0] ^= 1,
        Fault::TooFewBytes => _ = changed.pop(),
        Fault::TooManyBytes => changed.resize(bytes.len() + (1 << 20), b'x'),
        _ => return Ok(bytes),
    }
    Ok(changed.into())
}

pub fn result(
    store: &Mutex<Store>,
    fault: Fault,
    request: &GetActionResultRequest,
) -> Result<ActionResultMessage, Status> {
    let action = read(&request.action_digest)?;
    let result = lock(store).results.get(&action).cloned();
    result.map(|result| told(fault, result)).ok_or_else(|| Status::not_found("no such result"))
}

/// What an action has made, as it is told.
pub fn told(fault: Fault, mut result: ActionResultMessage) -> ActionResultMessage {
    let file = result.output_files.first().cloned();
    match fault {
        Fault::LeadsOut => {
            let elsewhere = |path: &str| OutputFileMessage {
                path: path.to_owned(),
                ..file.clone().unwrap_or_default()
            };
            result.output_files.extend(["../../escaped", "/tmp/escaped"].map(elsewhere));
        }
        Fault::Links => {
            let link = |path: &str| OutputSymlinkMessage {
                path: path.to_owned(),
                target: "/etc/passwd".to_owned(),
            };
            result.output_symlinks.push(link(&file.unwrap_or_default().path));
        }
        Fault::NoOutputs => result.output_files.clear(),
        Fault::Fails => {
            result.exit_code = 1;
            result.stderr_raw = Bytes::from_static(b"no space left on device\n");
        }
        Fault::Huge => {
            let digests = result.output_files.iter_mut().filter_map(|file| file.digest.as_mut());
            digests.for_each(|digest| digest.size_bytes = i64::MAX);
        }
        _ => {}
    }
    result
}

pub fn keep_result(
    store: &Mutex<Store>,
    request: UpdateActionResultRequest,
) -> Result<ActionResultMessage, Status> {
    let result = request.action_result.unwrap_or_default();
    lock(store).results.insert(read(&request.action_digest)?, result.clone());
    Ok(result)
}
