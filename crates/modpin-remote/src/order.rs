//! Commands of a build, run by workers of a server: in a directory of their own, with copies of what they read below the root, and
//! with the programs and files of the system that the worker has. Those are compared with what lies here.

use std::collections::HashMap;
use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use modpin_engine::cache::{Order, RanThere};
use tokio::sync::{Mutex, OnceCell};

use crate::action_cache::OutputFile;
use crate::content::blob::Blob;
use crate::digest::{Digest, Function};
use crate::error::{Error, Kind};
use crate::execution::Executed;
use crate::messages::{
    ActionMessage, CommandMessage, PlatformMessage, PropertyMessage, VariableMessage,
};
use crate::server::Server;
use crate::toolchain::Toolchain;
use crate::tree::Root;

/// So many files are compared at once.
const AT_ONCE: usize = 500;

/// The directory in which commands run, in that of an action.
const DIR: &str = "modpin-root";

/// The directory in which a process runs, where it has a name of its own each time.
const ANYWHERE: &str = "/proc/self/cwd";

/// Tells in which directory it runs.
const WHERE: &str = "/usr/bin/pwd";

/// Tells the digests of files on a worker.
const TELLER: &str = "/usr/bin/sha256sum";

/// What is known of a file here: where it was when it was looked at, and its digest.
type Known = (u64, u64, i64, i64, Digest);

/// Runs commands of one build.
pub struct Workers {
    server: Server,
    platform: Option<PlatformMessage>,
    /// What they have of the system comes from here; nothing, if they have it themselves.
    toolchain: Option<Toolchain>,
    /// What the directory is called in which commands run.
    dir: OnceCell<String>,
    digests: Mutex<HashMap<String, Known>>,
    /// Files of the system, and whether they are the same there.
    compared: Mutex<HashMap<String, bool>>,
}

impl Workers {
    /// Workers with these properties.
    pub fn new(server: Server, mut properties: Vec<(String, String)>, gets_toolchain: bool) -> Workers {
        properties.sort();
        let property = |(name, value)| PropertyMessage { name, value };
        let properties: Vec<_> = properties.into_iter().map(property).collect();
        let platform = (!properties.is_empty()).then_some(PlatformMessage { properties });
        Workers {
            server,
            platform,
            toolchain: gets_toolchain.then(Toolchain::default),
            dir: OnceCell::new(),
            digests: Mutex::default(),
            compared: Mutex::default(),
        }
    }

    /// Runs a command; its outputs lie where it would have written them here.
    ///
    /// # Errors
    /// It was not run, or its outputs cannot be had.
    pub async fn run(&self, order: Order) -> Result<RanThere, Error> {
        let dir = self.dir.get_or_try_init(|| self.dir()).await?;
        let mut root = Root::default();
        let mut needs = Vec::new();
        for path in &order.inputs {
            let (digest, executable) = self.look(&order.root, path).await?;
            let placed = root.file(&format!("{DIR}/{path}"), digest, executable);
            placed.map_err(|text| self.server.error("Execute", Kind::Local, text))?;
            needs.push(Blob::of_file(digest, Path::new(&order.root).join(path)));
        }
        self.send_along(&order.outside, &mut root, &mut needs).await?;
        let there = |word: String| word.replace(&order.root, dir);
        let variable = |(name, value)| VariableMessage { name, value };
        let mut env = order.env;
        env.push(("PWD".to_owned(), dir.clone()));
        env.sort();
        let mut asked = order.outputs;
        asked.sort();
        let outputs: Vec<String> = asked.iter().map(|(there, _)| there.clone()).collect();
        let command = CommandMessage {
            arguments: order.words.into_iter().map(there).collect(),
            environment_variables: env.into_iter().map(variable).collect(),
            output_files: outputs.clone(),
            output_paths: outputs,
            platform: self.platform.clone(),
            working_directory: DIR.to_owned(),
        };
        let Executed { result, .. } = self.execute(&root, &command, needs, false).await?;
        if result.exit_code == 0 {
            self.take(&order.root, &asked, &result.files).await?;
        }
        let said = [result.stdout, result.stderr].concat();
        Ok(RanThere { code: result.exit_code, dir: dir.clone(), said })
    }

    /// Adds files of the system to what a command reads, with all that they need to run there.
    async fn send_along(
        &self,
        paths: &[String],
        root: &mut Root,
        needs: &mut Vec<Blob>,
    ) -> Result<(), Error> {
        let Some(toolchain) = &self.toolchain else { return Ok(()) };
        for path in toolchain.with_needs(paths) {
            let (digest, executable) = self.look("/", &path).await?;
            let placed = root.file(path.trim_start_matches('/'), digest, executable);
            placed.map_err(|text| self.server.error("Execute", Kind::Local, text))?;
            needs.push(Blob::of_file(digest, PathBuf::from(path)));
        }
        Ok(())
    }

    /// What the directory is called in which commands run: where an action is alone, that is the same each time.
    async fn dir(&self) -> Result<String, Error> {
        let mut root = Root::default();
        let placed = root.directory(DIR);
        placed.map_err(|text| self.server.error("Execute", Kind::Local, text))?;
        let mut needs = Vec::new();
        self.send_along(&[WHERE.to_owned()], &mut root, &mut needs).await?;
        let command = CommandMessage {
            arguments: vec![WHERE.to_owned()],
            platform: self.platform.clone(),
            working_directory: DIR.to_owned(),
            ..CommandMessage::default()
        };
        let Executed { result, .. } = self.execute(&root, &command, needs, true).await?;
        let alone = format!("/{DIR}");
        let is_alone = result.stdout.trim_ascii() == alone.as_bytes();
        if self.toolchain.is_some() && !is_alone {
            let text =
                "its workers have no root directory of their own, so no toolchain can be sent there";
            return Err(self.server.error("Execute", Kind::Unsupported, text.to_owned()));
        }
        Ok(if is_alone { alone } else { ANYWHERE.to_owned() })
    }

    async fn execute(
        &self,
        root: &Root,
        command: &CommandMessage,
        mut needs: Vec<Blob>,
        do_not_cache: bool,
    ) -> Result<Executed, Error> {
        let function = self.server.function();
        let (root, directories) = root.finish(function);
        let command = Blob::of_message(function, command);
        let action = ActionMessage {
            command_digest: Some(command.digest.message()),
            input_root_digest: Some(root.message()),
            do_not_cache,
            platform: self.platform.clone(),
            ..ActionMessage::default()
        };
        let action = Blob::of_message(function, &action);
        let digest = action.digest;
        needs.extend(directories);
        needs.extend([command, action]);
        self.server.execute(&digest, &needs).await
    }

    /// Puts outputs where they belong: those that were asked for, whatever else is named.
    async fn take(
        &self,
        root: &str,
        asked: &[(String, String)],
        files: &[OutputFile],
    ) -> Result<(), Error> {
        let asked = |file: &OutputFile| asked.iter().find(|(there, _)| *there == file.path);
        for (file, (_, here)) in files.iter().filter_map(|file| Some((file, asked(file)?))) {
            let path = Path::new(root).join(here);
            self.server.download_to(&file.digest, &path).await?;
            let mode = if file.executable { 0o755 } else { 0o644 };
            let set = std::fs::set_permissions(&path, PermissionsExt::from_mode(mode));
            set.map_err(|error| self.server.local("Execute", &path, &error))?;
        }
        Ok(())
    }

    /// The digest of a file here, and whether it may be run.
    async fn look(&self, root: &str, path: &str) -> Result<(Digest, bool), Error> {
        let whole = Path::new(root).join(path);
        let local = |error| self.server.local("Execute", &whole, &error);
        let now: Metadata = std::fs::metadata(&whole).map_err(local)?;
        let at = (
            now.ino(),
            now.size(),
            now.mtime_nsec() + now.mtime() * 1_000_000_000,
            now.ctime_nsec() + now.ctime() * 1_000_000_000,
        );
        let executable = now.permissions().mode() & 0o100 != 0;
        let mut known = self.digests.lock().await;
        if let Some((ino, size, mtime, ctime, digest)) = known.get(path)
            && (*ino, *size, *mtime, *ctime) == at
        {
            return Ok((*digest, executable));
        }
        let digest = self.server.digest_file(&whole)?;
        known.insert(path.to_owned(), (at.0, at.1, at.2, at.3, digest));
        Ok((digest, executable))
    }

    /// Whether files of the system are the same there as here: with the same content, or nowhere.
    ///
    /// # Errors
    /// Nobody says.
    pub async fn has_same(&self, paths: Vec<String>) -> Result<bool, Error> {
        // Who comes meanwhile wants to know the same.
        let mut compared = self.compared.lock().await;
        let new: Vec<&String> = paths.iter().filter(|path| !compared.contains_key(*path)).collect();
        let mut told = HashMap::new();
        for some in new.chunks(AT_ONCE) {
            told.extend(self.told(some).await?);
        }
        for path in new {
            let here = match std::fs::metadata(path) {
                Ok(found) if found.is_file() => {
                    let digest = Function::Sha256.of_file(Path::new(path));
                    digest.map(|digest| Some(digest.hex())).unwrap_or_default()
                }
                Ok(_) => Some("no file".to_owned()),
                Err(_) => None,
            };
            compared.insert(path.clone(), told.get(path.as_str()) == here.as_ref());
        }
        Ok(paths.iter().all(|path| compared.get(path) == Some(&true)))
    }

    /// The digests that a worker tells; of what is not there, none.
    async fn told(&self, paths: &[&String]) -> Result<HashMap<String, String>, Error> {
        let words = [TELLER, "--"].map(str::to_owned).into_iter();
        let command = CommandMessage {
            arguments: words.chain(paths.iter().map(|path| (*path).clone())).collect(),
            platform: self.platform.clone(),
            ..CommandMessage::default()
        };
        let Executed { result, .. } = self.execute(&Root::default(), &command, Vec::new(), true).await?;
        let out = String::from_utf8_lossy(&result.stdout).into_owned();
        let lines = out.lines().filter_map(|line| line.split_once("  "));
        Ok(lines.map(|(digest, path)| (path.to_owned(), digest.to_owned())).collect())
    }
}
