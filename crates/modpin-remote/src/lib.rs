//! Speaks with a server of the [Remote Execution API](https://github.com/bazelbuild/remote-apis), version 2: what it keeps, what
//! it has made, what it can run. Knows contents, digests and messages; what a build makes of them is for others to say.
//!
//! Nothing that a server says is believed: contents are compared with their digests, no more is read than was asked for,
//! every call ends at its deadline, and a server that fails again and again is asked no more.

mod serve;
mod kept;
mod order;
mod execution;
mod action_cache;
mod tree;
mod toolchain;
mod content;
mod server;
mod settings;
mod error;
mod digest;
pub mod messages;

pub use action_cache::{ActionResult, OutputFile};
pub use content::blob::{Blob, Source};
pub use digest::{Digest, Function};
pub use error::{Error, Kind};
pub use execution::Executed;
pub use serve::serve;
pub use server::Server;
pub use settings::{Address, Header, Settings};
pub use tree::Root;
