//! Which contents a server does not have. What it has said to have is not asked for again, until it turns out to be gone.

use std::collections::HashSet;

use crate::digest::Digest;
use crate::error::Error;
use crate::messages::{FindMissingBlobsRequest, FindMissingBlobsResponse};
use crate::server::{Call, SMALL, Server};

/// So many digests go in one message.
const MOST: usize = 10_000;

impl Server {
    /// Which of these contents it does not have, each once, in their order.
    ///
    /// # Errors
    /// It does not say.
    pub async fn missing(&self, digests: &[Digest]) -> Result<Vec<Digest>, Error> {
        let mut asked = HashSet::new();
        let asked: Vec<Digest> = self.known(|known| {
            // That of nothing is everywhere.
            let new = digests.iter().filter(|digest| digest.size > 0 && !known.contains(digest));
            new.filter(|digest| asked.insert(**digest)).copied().collect()
        });
        let call =
            Call::read("/build.bazel.remote.execution.v2.ContentAddressableStorage/FindMissingBlobs");
        let mut missing = HashSet::new();
        for some in asked.chunks(MOST) {
            let request = FindMissingBlobsRequest {
                instance_name: self.instance(),
                blob_digests: some.iter().map(Digest::message).collect(),
                digest_function: self.function().number(),
            };
            let answer: FindMissingBlobsResponse = self.unary(call, request, SMALL).await?;
            missing.extend(answer.missing_blob_digests.iter().filter_map(Digest::read));
        }
        let (missing, there): (Vec<Digest>, Vec<Digest>) =
            asked.into_iter().partition(|digest| missing.contains(digest));
        self.known(|known| known.extend(there));
        Ok(missing)
    }

    /// What it was known to have may be gone.
    pub(crate) fn forget(&self) {
        self.known(HashSet::clear);
    }
}
