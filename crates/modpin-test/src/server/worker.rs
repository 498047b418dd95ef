//! Runs an action as a worker does, but in no sandbox: its inputs are laid out in a directory of its own, and what is left there
//! under the names of outputs is kept.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use modpin_remote::messages::{
    ActionMessage, ActionResultMessage, CommandMessage, DigestMessage, DirectoryMessage,
    ExecutionMetadata, OutputFileMessage,
};
use prost::Message;
use tonic::Status;

use crate::server::store::Store;

/// Runs an action whose inputs are all there.
pub fn run(store: &Mutex<Store>, action: &Option<DigestMessage>) -> Result<ActionResultMessage, Status> {
    let action: ActionMessage = message(store, action)?;
    let command: CommandMessage = message(store, &action.command_digest)?;
    let dir = tempfile::tempdir()?;
    lay_out(store, &action.input_root_digest, dir.path())?;
    let here = dir.path().join(&command.working_directory);
    for path in &command.output_paths {
        std::fs::create_dir_all(here.join(path).parent().unwrap_or(&here))?;
    }
    let [program, arguments @ ..] = command.arguments.as_slice() else {
        return Err(Status::invalid_argument("no command"));
    };
    let variables = command.environment_variables.iter().map(|one| (&one.name, &one.value));
    let output = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(variables)
        .current_dir(&here)
        .stdin(Stdio::null())
        .output()?;
    let mut result = ActionResultMessage {
        exit_code: output.status.code().unwrap_or(128),
        stdout_raw: output.stdout.into(),
        stderr_raw: output.stderr.into(),
        execution_metadata: Some(ExecutionMetadata { worker: "worker of a test".to_owned() }),
        ..ActionResultMessage::default()
    };
    for path in &command.output_paths {
        let file = here.join(path);
        let Ok(bytes) = std::fs::read(&file) else { continue };
        let digest = Some(lock(store).keep_bytes(bytes));
        let is_executable = file.metadata()?.permissions().mode() & 0o100 != 0;
        let path = path.clone();
        result.output_files.push(OutputFileMessage {
            path,
            digest,
            is_executable,
            ..OutputFileMessage::default()
        });
    }
    Ok(result)
}

fn lay_out(store: &Mutex<Store>, directory: &Option<DigestMessage>, to: &Path) -> Result<(), Status> {
    let directory: DirectoryMessage = message(store, directory)?;
    for file in &directory.files {
        let path = to.join(&file.name);
        std::fs::write(&path, lock(store).content(&file.digest)?)?;
        let mode = if file.is_executable { 0o755 } else { 0o644 };
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode))?;
    }
    for link in &directory.symlinks {
        std::os::unix::fs::symlink(&link.target, to.join(&link.name))?;
    }
    for below in &directory.directories {
        let path = to.join(&below.name);
        std::fs::create_dir(&path)?;
        lay_out(store, &below.digest, &path)?;
    }
    Ok(())
}

fn message<M: Message + Default>(
    store: &Mutex<Store>,
    digest: &Option<DigestMessage>,
) -> Result<M, Status> {
    let bytes = lock(store).content(digest)?;
    M::decode(bytes).map_err(|error| Status::invalid_argument(error.to_string()))
}

/// What a server keeps, for a moment.
pub fn lock(store: &Mutex<Store>) -> std::sync::MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
