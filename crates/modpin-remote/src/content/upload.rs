//! Giving a server what it does not have.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Cursor, Read};

use tonic_prost::ProstCodec;

use crate::content::batch::batches;
use crate::content::blob::{Blob, Source};
use crate::digest::Digest;
use crate::error::{Error, Kind};
use crate::messages::{
    BatchUpdateBlobsRequest, BatchUpdateBlobsResponse, UpdateBlob, WriteRequest, WriteResponse,
};
use crate::server::{Call, Failure, SMALL, Server};

/// A large content goes in pieces of this size.
const PIECE: usize = 512 << 10;

/// A content in pieces, as they are sent. One that ends early never says that it was the last.
struct Pieces {
    from: Box<dyn Read + Send>,
    name: String,
    sent: u64,
    size: u64,
}

impl Server {
    /// Sees to it that it has these contents.
    ///
    /// # Errors
    /// It does not take one of them, or one is not what its digest says.
    pub async fn upload(&self, blobs: &[Blob]) -> Result<(), Error> {
        let digests: Vec<Digest> = blobs.iter().map(|blob| blob.digest).collect();
        // Each once, in the order in which they were given.
        let mut missing = self.missing(&digests).await?.into_iter().peekable();
        let new = blobs.iter().filter(|blob| missing.next_if_eq(&blob.digest).is_some());
        let batches = batches(new, |blob| blob.digest, self.batch_limit());
        for batch in &batches.together {
            self.upload_together(batch).await?;
        }
        for blob in &batches.alone {
            self.upload_alone(blob).await?;
        }
        let there = batches.together.iter().flatten().chain(&batches.alone);
        self.known(|known| known.extend(there.map(|blob| blob.digest)));
        Ok(())
    }

    async fn upload_together(&self, blobs: &[&Blob]) -> Result<(), Error> {
        let call =
            Call::write("/build.bazel.remote.execution.v2.ContentAddressableStorage/BatchUpdateBlobs")
                .of(blobs.iter().map(|blob| blob.digest.size).sum());
        let read = |blob: &&Blob| {
            let data = blob.read().map_err(|error| self.unreadable(call, blob, &error))?;
            match self.digest(&data) == blob.digest {
                true => Ok(UpdateBlob { digest: Some(blob.digest.message()), data }),
                false => Err(self.unreadable(call, blob, &changed())),
            }
        };
        let request = BatchUpdateBlobsRequest {
            instance_name: self.instance(),
            requests: blobs.iter().map(read).collect::<Result<_, Error>>()?,
            digest_function: self.function().number(),
        };
        let attempt = || {
            let request = self.request(request.clone());
            async move {
                let codec = ProstCodec::<_, BatchUpdateBlobsResponse>::default();
                let answer = self.ready(SMALL).await?.unary(request, call.path(), codec).await?;
                let answer = answer.into_inner();
                blobs.iter().try_for_each(|blob| taken(&answer, &blob.digest))
            }
        };
        self.tried(call, attempt).await
    }

    async fn upload_alone(&self, blob: &Blob) -> Result<(), Error> {
        let call = Call::write("/google.bytestream.ByteStream/Write").of(blob.digest.size);
        if blob.digest.size > self.blob_limit() {
            let text =
                format!("{} bytes are more than it takes: {}", blob.digest.size, self.blob_limit());
            return Err(self.error(call.name(), Kind::TooLarge, text));
        }
        self.check(blob).map_err(|error| self.unreadable(call, blob, &error))?;
        let attempt = || async move {
            let pieces = self.pieces(blob).map_err(|error| Failure::local(blob.name(), &error))?;
            let request = self.request(tokio_stream::iter(pieces));
            let codec = ProstCodec::<_, WriteResponse>::default();
            let answer = self.ready(SMALL).await?.client_streaming(request, call.path(), codec).await?;
            // A server that has got it in the meantime says so before all of it was sent.
            match answer.into_inner().committed_size {
                size if size == blob.digest.message().size_bytes => Ok(()),
                size => Err(Failure::damaged(format!("it took {size} bytes of {}", blob.digest.size))),
            }
        };
        self.tried(call, attempt).await
    }

    /// A file may have been written since its digest was made. Memory has not.
    fn check(&self, blob: &Blob) -> io::Result<()> {
        match &blob.source {
            Source::File(path) if self.function().of_file(path)? != blob.digest => Err(changed()),
            Source::File(_) | Source::Bytes(_) => Ok(()),
        }
    }

    fn pieces(&self, blob: &Blob) -> io::Result<Pieces> {
        let from: Box<dyn Read + Send> = match &blob.source {
            Source::Bytes(bytes) => Box::new(Cursor::new(bytes.clone())),
            Source::File(path) => Box::new(File::open(path)?),
        };
        let name = self.resource(&format!("uploads/{}/", unique()), &blob.digest);
        Ok(Pieces { from, name, sent: 0, size: blob.digest.size })
    }

    /// The name of a large content: of its place there, and of what is done with it.
    pub(super) fn resource(&self, done: &str, digest: &Digest) -> String {
        let instance = self.instance();
        let slash = if instance.is_empty() { "" } else { "/" };
        format!("{instance}{slash}{done}blobs/{}{digest}", self.function().prefix())
    }

    fn unreadable(&self, call: Call, blob: &Blob, error: &io::Error) -> Error {
        self.error(call.name(), Kind::Local, format!("{}: {error}", blob.name()))
    }
}

impl Iterator for Pieces {
    type Item = WriteRequest;

    fn next(&mut self) -> Option<WriteRequest> {
        let length = (self.size - self.sent).min(PIECE as u64);
        let mut data = vec![0; length as usize];
        if length == 0 || self.from.read_exact(&mut data).is_err() {
            return None;
        }
        let write_offset = self.sent as i64;
        self.sent += length;
        Some(WriteRequest {
            // It is told once.
            resource_name: std::mem::take(&mut self.name),
            write_offset,
            finish_write: self.sent == self.size,
            data: data.into(),
        })
    }
}

fn taken(answer: &BatchUpdateBlobsResponse, digest: &Digest) -> Result<(), Failure> {
    let of = |said: &Option<_>| said.as_ref().and_then(Digest::read) == Some(*digest);
    let Some(one) = answer.responses.iter().find(|one| of(&one.digest)) else {
        return Err(Failure::damaged(format!("it does not say whether it took {digest}")));
    };
    match &one.status {
        Some(status) if status.code != 0 => Err(Failure::said(status.code, &status.message)),
        _ => Ok(()),
    }
}

fn changed() -> io::Error {
    io::Error::other("it was written in the meantime")
}

/// Two uploads never have one name: 122 bits by chance, written as such names are.
fn unique() -> String {
    let bits = || u128::from(RandomState::new().hash_one(std::process::id()));
    let all = (bits() << 64 | bits()) & !(0xf000_c000 << 48) | 0x4000_8000 << 48;
    let hex = format!("{all:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_uploads_are_of_their_kind_and_differ() {
        let (one, two) = (unique(), unique());
        assert_ne!(one, two);
        let parts: Vec<&str> = one.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']), "{one}");
    }

    #[test]
    fn a_file_that_ends_early_is_not_finished() {
        let pieces = |size| Pieces {
            from: Box::new(Cursor::new(vec![7; PIECE + 1])),
            name: "n".to_owned(),
            sent: 0,
            size,
        };
        let told = |size| {
            pieces(size).map(|piece| (piece.write_offset, piece.finish_write)).collect::<Vec<_>>()
        };
        assert_eq!(told(PIECE as u64 + 1), [(0, false), (PIECE as i64, true)]);
        assert_eq!(told(PIECE as u64), [(0, true)]);
        assert_eq!(told(PIECE as u64 + 2), [(0, false)]);
    }
}
