//! What an action has made, as the action cache keeps it.

use bytes::Bytes;

use crate::messages::content::DigestMessage;

#[derive(Clone, PartialEq, prost::Message)]
pub struct ActionResultMessage {
    #[prost(message, repeated, tag = "2")]
    pub output_files: Vec<OutputFileMessage>,
    #[prost(message, repeated, tag = "3")]
    pub output_directories: Vec<OutputDirectoryMessage>,
    #[prost(int32, tag = "4")]
    pub exit_code: i32,
    #[prost(bytes = "bytes", tag = "5")]
    pub stdout_raw: Bytes,
    #[prost(message, optional, tag = "6")]
    pub stdout_digest: Option<DigestMessage>,
    #[prost(bytes = "bytes", tag = "7")]
    pub stderr_raw: Bytes,
    #[prost(message, optional, tag = "8")]
    pub stderr_digest: Option<DigestMessage>,
    #[prost(message, optional, tag = "9")]
    pub execution_metadata: Option<ExecutionMetadata>,
    #[prost(message, repeated, tag = "10")]
    pub output_file_symlinks: Vec<OutputSymlinkMessage>,
    #[prost(message, repeated, tag = "11")]
    pub output_directory_symlinks: Vec<OutputSymlinkMessage>,
    #[prost(message, repeated, tag = "12")]
    pub output_symlinks: Vec<OutputSymlinkMessage>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct OutputFileMessage {
    #[prost(string, tag = "1")]
    pub path: String,
    #[prost(message, optional, tag = "2")]
    pub digest: Option<DigestMessage>,
    #[prost(bool, tag = "4")]
    pub is_executable: bool,
    #[prost(bytes = "bytes", tag = "5")]
    pub contents: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct OutputDirectoryMessage {
    #[prost(string, tag = "1")]
    pub path: String,
    #[prost(message, optional, tag = "3")]
    pub tree_digest: Option<DigestMessage>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct OutputSymlinkMessage {
    #[prost(string, tag = "1")]
    pub path: String,
    #[prost(string, tag = "2")]
    pub target: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ExecutionMetadata {
    #[prost(string, tag = "1")]
    pub worker: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct GetActionResultRequest {
    #[prost(string, tag = "1")]
    pub instance_name: String,
    #[prost(message, optional, tag = "2")]
    pub action_digest: Option<DigestMessage>,
    #[prost(bool, tag = "3")]
    pub inline_stdout: bool,
    #[prost(bool, tag = "4")]
    pub inline_stderr: bool,
    #[prost(string, repeated, tag = "5")]
    pub inline_output_files: Vec<String>,
    #[prost(int32, tag = "6")]
    pub digest_function: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct UpdateActionResultRequest {
    #[prost(string, tag = "1")]
    pub instance_name: String,
    #[prost(message, optional, tag = "2")]
    pub action_digest: Option<DigestMessage>,
    #[prost(message, optional, tag = "3")]
    pub action_result: Option<ActionResultMessage>,
    #[prost(int32, tag = "5")]
    pub digest_function: i32,
}
