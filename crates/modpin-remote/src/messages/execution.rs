//! Asking for an action to be run, and what is heard of it until it is done.

use crate::messages::cache::ActionResultMessage;
use crate::messages::content::DigestMessage;
use crate::messages::rpc::{AnyMessage, RpcStatus};

#[derive(Clone, PartialEq, prost::Message)]
pub struct ExecuteRequest {
    #[prost(string, tag = "1")]
    pub instance_name: String,
    #[prost(bool, tag = "3")]
    pub skip_cache_lookup: bool,
    #[prost(message, optional, tag = "6")]
    pub action_digest: Option<DigestMessage>,
    #[prost(int32, tag = "9")]
    pub digest_function: i32,
    #[prost(bool, tag = "10")]
    pub inline_stdout: bool,
    #[prost(bool, tag = "11")]
    pub inline_stderr: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct WaitExecutionRequest {
    #[prost(string, tag = "1")]
    pub name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Operation {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(bool, tag = "3")]
    pub done: bool,
    #[prost(oneof = "OperationResult", tags = "4, 5")]
    pub result: Option<OperationResult>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub enum OperationResult {
    #[prost(message, tag = "4")]
    Error(RpcStatus),
    #[prost(message, tag = "5")]
    Response(AnyMessage),
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ExecuteResponse {
    #[prost(message, optional, tag = "1")]
    pub result: Option<ActionResultMessage>,
    #[prost(bool, tag = "2")]
    pub cached_result: bool,
    #[prost(message, optional, tag = "3")]
    pub status: Option<RpcStatus>,
    #[prost(string, tag = "5")]
    pub message: String,
}
