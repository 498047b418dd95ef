//! A content that a server may be given: its digest, and where it is.

use std::io;
use std::path::PathBuf;

use bytes::Bytes;

use crate::digest::{Digest, Function};

/// A content.
#[derive(Clone, Debug)]
pub struct Blob {
    /// Its name at the server.
    pub digest: Digest,
    /// Where it is.
    pub source: Source,
}

/// Where a content is.
#[derive(Clone, Debug)]
pub enum Source {
    /// Here.
    Bytes(Bytes),
    /// In a file, which is read when it is sent.
    File(PathBuf),
}

impl Blob {
    /// Bytes, by their digest.
    pub fn of_bytes(function: Function, bytes: Vec<u8>) -> Blob {
        Blob { digest: function.of(&bytes), source: Source::Bytes(bytes.into()) }
    }

    /// A message, by its digest.
    pub fn of_message(function: Function, message: &impl prost::Message) -> Blob {
        Blob::of_bytes(function, message.encode_to_vec())
    }

    /// A file whose digest is known.
    pub fn of_file(digest: Digest, path: PathBuf) -> Blob {
        Blob { digest, source: Source::File(path) }
    }

    /// What is said of it when it cannot be read.
    pub(crate) fn name(&self) -> String {
        match &self.source {
            Source::Bytes(_) => self.digest.to_string(),
            Source::File(path) => path.display().to_string(),
        }
    }

    pub(crate) fn read(&self) -> io::Result<Bytes> {
        match &self.source {
            Source::Bytes(bytes) => Ok(bytes.clone()),
            Source::File(path) => std::fs::read(path).map(Bytes::from),
        }
    }
}
