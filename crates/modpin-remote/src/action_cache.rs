//! What an action has made, by the digest of the action: asked for, and told to others. Of an answer nothing is taken that our
//! actions do not make: no directory, no link, and no name that leads out of the directory in which an action runs.

use crate::digest::Digest;
use crate::error::{Error, Kind, shown};
use crate::messages::{
    ActionResultMessage, GetActionResultRequest, OutputFileMessage, UpdateActionResultRequest,
};
use crate::server::{Call, Failure, SMALL, Server};

/// No more is read of what a command has said.
const MOST_SAID: u64 = 64 << 20;

/// What an action has made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionResult {
    /// How its command ended.
    pub exit_code: i32,
    /// The files that it wrote.
    pub files: Vec<OutputFile>,
    /// What it said.
    pub stdout: Vec<u8>,
    /// What it said of mistakes.
    pub stderr: Vec<u8>,
    /// Who has run it, if the server says so.
    pub worker: String,
}

/// A file that an action wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// From the directory in which the action ran: without `..`, and not absolute.
    pub path: String,
    /// Its content.
    pub digest: Digest,
    /// It may be run.
    pub executable: bool,
}

impl Server {
    /// What an action has made, if the server knows.
    ///
    /// # Errors
    /// It does not say, or says what is not possible.
    pub async fn action_result(&self, action: &Digest) -> Result<Option<ActionResult>, Error> {
        let call = Call::read("/build.bazel.remote.execution.v2.ActionCache/GetActionResult");
        let request = GetActionResultRequest {
            instance_name: self.instance(),
            action_digest: Some(action.message()),
            inline_stdout: true,
            inline_stderr: true,
            inline_output_files: Vec::new(),
            digest_function: self.function().number(),
        };
        match self.unary::<_, ActionResultMessage>(call, request, SMALL).await {
            Ok(message) => self.result(call, message).await.map(Some),
            Err(Error { kind: Kind::Missing(_), .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Tells others what an action has made. The contents must be there.
    ///
    /// # Errors
    /// The server does not take it.
    pub async fn put_action_result(&self, action: &Digest, result: &ActionResult) -> Result<(), Error> {
        let call = Call::write("/build.bazel.remote.execution.v2.ActionCache/UpdateActionResult");
        let file = |file: &OutputFile| OutputFileMessage {
            path: file.path.clone(),
            digest: Some(file.digest.message()),
            is_executable: file.executable,
            ..OutputFileMessage::default()
        };
        let result = ActionResultMessage {
            output_files: result.files.iter().map(file).collect(),
            exit_code: result.exit_code,
            stdout_raw: result.stdout.clone().into(),
            stderr_raw: result.stderr.clone().into(),
            ..ActionResultMessage::default()
        };
        let request = UpdateActionResultRequest {
            instance_name: self.instance(),
            action_digest: Some(action.message()),
            action_result: Some(result),
            digest_function: self.function().number(),
        };
        self.unary::<_, ActionResultMessage>(call, request, SMALL).await.map(drop)
    }

    /// What a message says that an action has made, with what its command said.
    pub(crate) async fn result(
        &self,
        call: Call,
        message: ActionResultMessage,
    ) -> Result<ActionResult, Error> {
        // A server that answers so is no better than one that does not answer.
        let files = self.guarded(call, async { files(&message).map_err(Failure::damaged) }).await?;
        Ok(ActionResult {
            exit_code: message.exit_code,
            files,
            stdout: self.said(message.stdout_raw.into(), &message.stdout_digest).await?,
            stderr: self.said(message.stderr_raw.into(), &message.stderr_digest).await?,
            worker: message.execution_metadata.map(|about| shown(&about.worker)).unwrap_or_default(),
        })
    }

    async fn said(
        &self,
        bytes: Vec<u8>,
        digest: &Option<crate::messages::DigestMessage>,
    ) -> Result<Vec<u8>, Error> {
        match digest.as_ref().and_then(Digest::read) {
            Some(digest) if bytes.is_empty() => self.download(&digest, MOST_SAID).await,
            _ => Ok(bytes),
        }
    }
}

fn files(message: &ActionResultMessage) -> Result<Vec<OutputFile>, String> {
    let links =
        [&message.output_file_symlinks, &message.output_directory_symlinks, &message.output_symlinks];
    if let Some(link) = links.into_iter().flatten().next() {
        return Err(format!("an action of ours makes no link: {}", shown(&link.path)));
    }
    if let Some(directory) = message.output_directories.first() {
        return Err(format!("an action of ours makes no directory: {}", shown(&directory.path)));
    }
    message.output_files.iter().map(file).collect()
}

fn file(message: &OutputFileMessage) -> Result<OutputFile, String> {
    let path = &message.path;
    let leads_out = |part: &str| matches!(part, "" | "." | "..");
    if path.split('/').any(leads_out) || path.contains('\0') {
        return Err(format!("an output cannot be named \"{}\"", shown(path)));
    }
    let digest = message.digest.as_ref().and_then(Digest::read);
    let digest = digest.ok_or_else(|| format!("{} has no digest", shown(path)))?;
    Ok(OutputFile { path: path.clone(), digest, executable: message.is_executable })
}

#[cfg(test)]
mod tests {
    use crate::digest::Function;
    use crate::messages::{OutputDirectoryMessage, OutputSymlinkMessage};

    use super::*;

    #[test]
    fn names_that_lead_out_are_refused() {
        let named = |path: &str| {
            let digest = Some(Function::Sha256.of(b"x").message());
            let file =
                OutputFileMessage { path: path.to_owned(), digest, ..OutputFileMessage::default() };
            files(&ActionResultMessage { output_files: vec![file], ..ActionResultMessage::default() })
        };
        assert_eq!(named("a/b.o").map(|files| files[0].path.clone()), Ok("a/b.o".to_owned()));
        assert!(named("..a/b..").is_ok());
        for path in ["", "/etc/passwd", "../a", "a/../b", "a/..", ".", "a//b", "a/", "a\0b"] {
            assert!(named(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn links_and_directories_are_refused() {
        let link = vec![OutputSymlinkMessage { path: "a".to_owned(), target: "/etc".to_owned() }];
        let directory = OutputDirectoryMessage { path: "a".to_owned(), tree_digest: None };
        let none = ActionResultMessage::default;
        for message in [
            ActionResultMessage { output_symlinks: link.clone(), ..none() },
            ActionResultMessage { output_file_symlinks: link.clone(), ..none() },
            ActionResultMessage { output_directory_symlinks: link, ..none() },
            ActionResultMessage { output_directories: vec![directory], ..none() },
            ActionResultMessage { output_files: vec![OutputFileMessage::default()], ..none() },
        ] {
            assert!(files(&message).is_err(), "{message:?}");
        }
    }
}
