//! Fetching contents. No more is read than the digest says that there is, and none of it is given to anybody before the digest
//! was compared.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;

use bytes::Bytes;
use tonic_prost::ProstCodec;

use crate::content::batch::{BESIDE, batches};
use crate::digest::Digest;
use crate::error::{Error, Kind};
use crate::messages::{BatchReadBlobsRequest, BatchReadBlobsResponse, ReadRequest, ReadResponse};
use crate::server::{Call, Failure, SMALL, Server};

impl Server {
    /// A content of no more than `limit` bytes.
    ///
    /// # Errors
    /// It is larger, the server does not have it, or has not given it.
    pub async fn download(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>, Error> {
        let mut all = self.download_all(std::slice::from_ref(digest), limit).await?;
        Ok(all.pop().unwrap_or_default())
    }

    /// Contents of no more than `limit` bytes in all, in the order in which they are asked for.
    ///
    /// # Errors
    /// They are larger, or one of them cannot be had.
    pub async fn download_all(&self, digests: &[Digest], limit: u64) -> Result<Vec<Vec<u8>>, Error> {
        let size = digests.iter().fold(0u64, |sum, digest| sum.saturating_add(digest.size));
        if size > limit {
            let text = format!("{size} bytes are more than {limit}");
            return Err(self.error("BatchReadBlobs", Kind::TooLarge, text));
        }
        if let Some(digest) =
            digests.iter().find(|digest| digest.size == 0 && **digest != self.digest(&[]))
        {
            return Err(self.error(
                "BatchReadBlobs",
                Kind::Damaged,
                format!("nothing has the digest {digest}"),
            ));
        }
        let mut contents = vec![Vec::new(); digests.len()];
        let asked = digests.iter().enumerate().filter(|(_, digest)| digest.size > 0);
        let batches = batches(asked, |(_, digest)| **digest, self.batch_limit());
        for batch in batches.together {
            let digests: Vec<Digest> = batch.iter().map(|(_, digest)| **digest).collect();
            for ((at, _), bytes) in batch.iter().zip(self.read_together(&digests).await?) {
                contents[*at] = bytes.into();
            }
        }
        for (at, digest) in batches.alone {
            let call = read_call(digest);
            contents[at] = self.tried(call, || self.read_alone(digest, Vec::new())).await?;
        }
        Ok(contents)
    }

    /// A content into a new file.
    ///
    /// # Errors
    /// There is a file, it cannot be written, or the content cannot be had. There is none then.
    pub async fn download_to(&self, digest: &Digest, path: &Path) -> Result<(), Error> {
        let call = read_call(digest);
        let file = File::create_new(path).map_err(|error| self.local(call.name(), path, &error))?;
        let attempt = || async {
            let write = |error| Failure::local(path.display(), &error);
            let mut to = &file;
            to.rewind().and_then(|()| to.set_len(0)).map_err(write)?;
            self.read_alone(digest, to).await.map(drop)
        };
        let result = self.tried(call, attempt).await;
        if result.is_err() {
            // It is ours, and nobody knows of it.
            let _ = std::fs::remove_file(path);
        }
        result
    }

    async fn read_together(&self, digests: &[Digest]) -> Result<Vec<Bytes>, Error> {
        let size: u64 = digests.iter().map(|digest| digest.size).sum();
        let call =
            Call::read("/build.bazel.remote.execution.v2.ContentAddressableStorage/BatchReadBlobs");
        let request = BatchReadBlobsRequest {
            instance_name: self.instance(),
            digests: digests.iter().map(Digest::message).collect(),
            digest_function: self.function().number(),
        };
        // What is longer is not read at all.
        let limit = (size + digests.len() as u64 * BESIDE) as usize;
        let attempt = || {
            let request = self.request(request.clone());
            async move {
                let codec = ProstCodec::<_, BatchReadBlobsResponse>::default();
                let answer = self.ready(limit).await?.unary(request, call.path(), codec).await?;
                let answer = answer.into_inner();
                digests.iter().map(|digest| self.given(&answer, digest)).collect()
            }
        };
        self.tried(call.of(size), attempt).await
    }

    fn given(&self, answer: &BatchReadBlobsResponse, digest: &Digest) -> Result<Bytes, Failure> {
        let of = |said: &Option<_>| said.as_ref().and_then(Digest::read) == Some(*digest);
        let Some(one) = answer.responses.iter().find(|one| of(&one.digest)) else {
            return Err(Failure::damaged(format!("it does not say whether it has {digest}")));
        };
        match &one.status {
            Some(status) if status.code == NOT_FOUND => Err(Failure::missing(digest)),
            Some(status) if status.code != 0 => Err(Failure::said(status.code, &status.message)),
            _ if self.digest(&one.data) != *digest => Err(wrong(digest)),
            _ => Ok(one.data.clone()),
        }
    }

    /// One try to write a content somewhere.
    async fn read_alone<T: Write>(&self, digest: &Digest, mut to: T) -> Result<T, Failure> {
        let mut hasher = self.function().hasher();
        let mut left = digest.size;
        if left > 0 {
            let request = self.request(ReadRequest { resource_name: self.resource("", digest) });
            let codec = ProstCodec::<_, ReadResponse>::default();
            let mut grpc = self.ready(SMALL).await?;
            let answer = grpc.server_streaming(request, read_call(digest).path(), codec).await;
            let mut pieces = answer.map_err(|status| absent(status, digest))?.into_inner();
            while let Some(piece) = pieces.message().await.map_err(|status| absent(status, digest))? {
                left = left.checked_sub(piece.data.len() as u64).ok_or_else(|| {
                    Failure::damaged(format!("it sends more than the {} bytes asked for", digest.size))
                })?;
                hasher.update(&piece.data);
                to.write_all(&piece.data).map_err(|error| Failure::local("what was fetched", &error))?;
            }
        }
        match hasher.finish() == *digest {
            true => Ok(to),
            false if left > 0 => Err(Failure::damaged(format!("{left} bytes are missing of {digest}"))),
            false => Err(wrong(digest)),
        }
    }
}

/// The number that a status has for what is not there.
const NOT_FOUND: i32 = tonic::Code::NotFound as i32;

fn read_call(digest: &Digest) -> Call {
    Call::read("/google.bytestream.ByteStream/Read").of(digest.size)
}

fn absent(status: tonic::Status, digest: &Digest) -> Failure {
    match status.code() {
        tonic::Code::NotFound => Failure::missing(digest),
        _ => status.into(),
    }
}

fn wrong(digest: &Digest) -> Failure {
    Failure::damaged(format!("what it sends is not {digest}"))
}
