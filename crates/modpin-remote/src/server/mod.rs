//! One server: how it was reached, what it can do, and the calls that are made of it.

mod connect;
mod call;
mod abilities;
mod channel;
mod breaker;

pub(crate) use call::{Call, Failure};

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tonic::metadata::MetadataMap;
use tonic::transport::Channel;

use crate::digest::{Digest, Function};
use crate::error::{Error, Kind};
use abilities::Abilities;
use breaker::Breaker;

/// A server that has answered. Clones are the same one.
#[derive(Clone)]
pub struct Server(Arc<Inside>);

struct Inside {
    name: String,
    instance: String,
    channel: Channel,
    headers: MetadataMap,
    deadline: Duration,
    action_deadline: Duration,
    retries: u32,
    abilities: Abilities,
    /// Who may not write can still read.
    breakers: [Breaker; 2],
    /// What it is known to have. Headers are inputs of a thousand actions.
    known: Mutex<HashSet<Digest>>,
}

impl Server {
    /// The server, as it was named.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// How it makes digests.
    pub fn function(&self) -> Function {
        self.0.abilities.function
    }

    /// Whether it says that it runs actions.
    pub fn executes(&self) -> bool {
        self.0.abilities.executes
    }

    /// Whether it says that results may be given to it.
    pub fn takes_results(&self) -> bool {
        self.0.abilities.takes_results
    }

    /// The digest of bytes, as it would make it.
    pub fn digest(&self, bytes: &[u8]) -> Digest {
        self.function().of(bytes)
    }

    /// The digest of a file, as it would make it.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn digest_file(&self, path: &Path) -> Result<Digest, Error> {
        let of = self.function().of_file(path);
        of.map_err(|error| self.local("digest", path, &error))
    }

    pub(crate) fn instance(&self) -> String {
        self.0.instance.clone()
    }

    pub(crate) fn error(&self, call: &'static str, kind: Kind, text: String) -> Error {
        Error { server: self.0.name.clone(), call, kind, text }
    }

    pub(crate) fn local(&self, call: &'static str, path: &Path, error: &std::io::Error) -> Error {
        self.error(call, Kind::Local, format!("{}: {error}", path.display()))
    }

    /// So many bytes of contents fit into one message.
    pub(crate) fn batch_limit(&self) -> u64 {
        self.0.abilities.batch
    }

    /// No content of more bytes can be given to it.
    pub(crate) fn blob_limit(&self) -> u64 {
        self.0.abilities.blob
    }

    /// Does something with what it is known to have.
    pub(crate) fn known<T>(&self, with: impl FnOnce(&mut HashSet<Digest>) -> T) -> T {
        with(&mut self.0.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// More bytes than this in a message without contents are refused.
pub(crate) const SMALL: usize = 4 << 20;
