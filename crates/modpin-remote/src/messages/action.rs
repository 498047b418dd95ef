//! What is to be run, and what it needs of the machine.

use crate::messages::content::DigestMessage;

#[derive(Clone, PartialEq, prost::Message)]
pub struct ActionMessage {
    #[prost(message, optional, tag = "1")]
    pub command_digest: Option<DigestMessage>,
    #[prost(message, optional, tag = "2")]
    pub input_root_digest: Option<DigestMessage>,
    #[prost(bool, tag = "7")]
    pub do_not_cache: bool,
    #[prost(bytes = "vec", tag = "9")]
    pub salt: Vec<u8>,
    #[prost(message, optional, tag = "10")]
    pub platform: Option<PlatformMessage>,
}

/// Variables and output paths stand in the order of their names.
#[derive(Clone, PartialEq, prost::Message)]
pub struct CommandMessage {
    #[prost(string, repeated, tag = "1")]
    pub arguments: Vec<String>,
    #[prost(message, repeated, tag = "2")]
    pub environment_variables: Vec<VariableMessage>,
    /// Servers of version 2.0 read this one; others read `output_paths` and ignore it.
    #[prost(string, repeated, tag = "3")]
    pub output_files: Vec<String>,
    /// Servers before version 2.2 look for the platform here, later ones in the action.
    #[prost(message, optional, tag = "5")]
    pub platform: Option<PlatformMessage>,
    #[prost(string, tag = "6")]
    pub working_directory: String,
    #[prost(string, repeated, tag = "7")]
    pub output_paths: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct VariableMessage {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub value: String,
}

/// Sorted by name, then by value.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PlatformMessage {
    #[prost(message, repeated, tag = "1")]
    pub properties: Vec<PropertyMessage>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct PropertyMessage {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub value: String,
}
