//! Results of builds as a server keeps them. Its action cache is the store: under an action that nobody runs, whose command
//! names the key, lies a result whose standard output is the list of all that was made under that key, and whose files are their
//! contents. So a server that counts what is used keeps the one as long as the others.

use std::path::{Path, PathBuf};

use modpin_engine::Hash;
use modpin_engine::cache::KeptResult;
use modpin_engine::cache::kept_result::add;
use modpin_engine::cache::shared::{Blob as Listed, SharedResult, from_bytes, to_bytes};

use crate::action_cache::{ActionResult, OutputFile};
use crate::content::blob::Blob;
use crate::digest::Digest;
use crate::error::{Error, Kind};
use crate::messages::{ActionMessage, CommandMessage, DigestMessage};
use crate::server::Server;
use crate::tree::Root;

/// The form of what lies there: another one has other keys.
const FORM: &str = "1";

/// Contents up to this size come together.
const SMALL: u64 = 1 << 20;

impl Server {
    /// The results under a key.
    ///
    /// # Errors
    /// It does not say.
    pub async fn results(&self, key: Hash) -> Result<Vec<SharedResult>, Error> {
        let result = self.action_result(&self.address(key).0).await?;
        Ok(result.map_or_else(Vec::new, |result| from_bytes(key, &result.stdout)))
    }

    /// Puts contents into new files.
    ///
    /// # Errors
    /// One of them cannot be had, or written.
    pub async fn fetch(&self, contents: &[(Listed, String)]) -> Result<(), Error> {
        let known = contents.iter().map(|(listed, path)| Ok((self.named(listed)?, path)));
        let known: Vec<(Digest, &String)> = known.collect::<Result<_, Error>>()?;
        let (small, large): (Vec<_>, Vec<_>) =
            known.into_iter().partition(|(digest, _)| digest.size <= SMALL);
        let digests: Vec<Digest> = small.iter().map(|(digest, _)| *digest).collect();
        let bytes = self.download_all(&digests, SMALL * digests.len() as u64).await?;
        for ((_, path), bytes) in small.iter().zip(bytes) {
            let path = Path::new(path);
            let mut file =
                std::fs::File::create_new(path).map_err(|error| self.local("fetch", path, &error))?;
            std::io::Write::write_all(&mut file, &bytes)
                .map_err(|error| self.local("fetch", path, &error))?;
        }
        for (digest, path) in large {
            self.download_to(&digest, Path::new(path)).await?;
        }
        Ok(())
    }

    /// Keeps a result beside those that are there. Of two who do that at once, one may be lost.
    ///
    /// # Errors
    /// It is not kept.
    pub async fn keep(&self, key: Hash, entry: KeptResult, files: Vec<String>) -> Result<(), Error> {
        if !self.takes_results() {
            let text = "it takes no results from us".to_owned();
            return Err(self.error("UpdateActionResult", Kind::Unsupported, text));
        }
        let mut blobs = Vec::new();
        for path in &files {
            let path = PathBuf::from(path);
            blobs.push(Blob::of_file(self.digest_file(&path)?, path));
        }
        let listed = |blob: &Blob| Listed { digest: blob.digest.hex(), size: blob.digest.size };
        let new = SharedResult { entry, blobs: blobs.iter().map(listed).collect() };
        let mut all = self.results(key).await?;
        add(&mut all, new, |result| &result.entry);
        let (action, needs) = self.address(key);
        blobs.extend(needs);
        self.upload(&blobs).await?;
        let result = ActionResult {
            files: self.files(&all)?,
            stdout: to_bytes(key, &all),
            ..ActionResult::default()
        };
        self.put_action_result(&action, &result).await
    }

    /// All contents of results, each once, in the order of their names.
    fn files(&self, all: &[SharedResult]) -> Result<Vec<OutputFile>, Error> {
        let mut listed: Vec<&Listed> = all.iter().flat_map(|result| &result.blobs).collect();
        listed.sort_by(|one, other| one.digest.cmp(&other.digest));
        listed.dedup();
        let file = |listed: &Listed| {
            let path = format!("contents/{}", listed.digest);
            Ok(OutputFile { path, digest: self.named(listed)?, executable: false })
        };
        listed.into_iter().map(file).collect()
    }

    fn named(&self, Listed { digest, size }: &Listed) -> Result<Digest, Error> {
        let message = DigestMessage { hash: digest.clone(), size_bytes: *size as i64 };
        let wrong = || {
            self.error(
                "GetActionResult",
                Kind::Damaged,
                "a list of results has a wrong digest".to_owned(),
            )
        };
        Digest::read(&message).ok_or_else(wrong)
    }

    /// The action under which the results of a key lie, and all that it names.
    fn address(&self, key: Hash) -> (Digest, Vec<Blob>) {
        let (root, mut needs) = Root::default().finish(self.function());
        let words = ["modpin", "results", FORM, &format!("{:032x}", key.to_bits())];
        let arguments = words.map(str::to_owned).to_vec();
        let command = CommandMessage { arguments, ..CommandMessage::default() };
        let command = Blob::of_message(self.function(), &command);
        let action = ActionMessage {
            command_digest: Some(command.digest.message()),
            input_root_digest: Some(root.message()),
            ..ActionMessage::default()
        };
        let action = Blob::of_message(self.function(), &action);
        let digest = action.digest;
        needs.extend([command, action]);
        (digest, needs)
    }
}
