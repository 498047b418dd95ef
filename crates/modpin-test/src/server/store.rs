//! What a server keeps: contents, results of actions, and which calls were made of it.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use modpin_remote::messages::{ActionResultMessage, DigestMessage};
use modpin_remote::{Digest, Function};
use tonic::Status;

/// What it keeps.
#[derive(Default)]
pub struct Store {
    pub contents: HashMap<Digest, Bytes>,
    pub results: HashMap<Digest, ActionResultMessage>,
    /// How often each call was made.
    pub calls: BTreeMap<String, usize>,
    /// What the last call carried.
    pub headers: http::HeaderMap,
    /// Names of large contents that were asked for.
    pub names: Vec<String>,
    /// How it makes digests, if not by SHA-256.
    pub function: Option<Function>,
}

impl Store {
    /// How it makes digests.
    pub fn function(&self) -> Function {
        self.function.unwrap_or(Function::Sha256)
    }

    /// Keeps a content that is what its digest says.
    pub fn keep(&mut self, digest: &Option<DigestMessage>, bytes: &Bytes) -> Result<(), Status> {
        let digest = read(digest)?;
        if self.function().of(bytes) != digest {
            return Err(Status::invalid_argument("that is not what its digest says"));
        }
        self.contents.insert(digest, bytes.clone());
        Ok(())
    }

    /// Keeps what was made here.
    pub fn keep_bytes(&mut self, bytes: Vec<u8>) -> DigestMessage {
        let digest = self.function().of(&bytes);
        self.contents.insert(digest, bytes.into());
        digest.message()
    }

    /// A content that is there.
    pub fn content(&self, digest: &Option<DigestMessage>) -> Result<Bytes, Status> {
        let digest = read(digest)?;
        if digest.size == 0 {
            return Ok(Bytes::new());
        }
        self.contents.get(&digest).cloned().ok_or_else(|| Status::not_found(digest.to_string()))
    }
}

/// A digest that is one.
pub fn read(message: &Option<DigestMessage>) -> Result<Digest, Status> {
    let digest = message.as_ref().and_then(Digest::read);
    digest.ok_or_else(|| Status::invalid_argument("that is no digest"))
}
