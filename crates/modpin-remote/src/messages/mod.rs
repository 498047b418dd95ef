//! The messages of the Remote Execution API that we send or read, and of the services that it builds on. Fields that we have no
//! use for are left out: who does not know a field skips it. Written by hand, so that no compiler of such files is needed.
#![expect(missing_docs, reason = "each field means what the .proto files of the interface say of it")]

mod action;
mod tree;
mod content;
mod bytes;
mod cache;
mod capabilities;
mod execution;
mod rpc;

pub use action::{ActionMessage, CommandMessage, PlatformMessage, PropertyMessage, VariableMessage};
pub use bytes::{ReadRequest, ReadResponse, WriteRequest, WriteResponse};
pub use cache::{
    ActionResultMessage, ExecutionMetadata, GetActionResultRequest, OutputDirectoryMessage,
    OutputFileMessage, OutputSymlinkMessage, UpdateActionResultRequest,
};
pub use capabilities::{
    CacheCapabilities, CacheUpdates, ExecutionCapabilities, GetCapabilitiesRequest, SemVer,
    ServerCapabilities,
};
pub use content::{
    BatchReadBlobsRequest, BatchReadBlobsResponse, BatchUpdateBlobsRequest, BatchUpdateBlobsResponse,
    DigestMessage, FindMissingBlobsRequest, FindMissingBlobsResponse, ReadBlob, UpdateBlob, UpdatedBlob,
};
pub use execution::{ExecuteRequest, ExecuteResponse, Operation, OperationResult, WaitExecutionRequest};
pub use rpc::{AnyMessage, PreconditionFailure, RpcStatus, Violation};
pub use tree::{DirectoryMessage, DirectoryNode, FileNode, SymlinkNode};
