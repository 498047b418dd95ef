//! Whether a host comes as far as its main, where its modules would be loaded. One action for all modules of the host: one
//! that hangs in a constructor of its own, or that its loader refuses, is waited for once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use modpin_engine::{StepError, StepIo};
use modpin_loader::{Answer, Stage, Verdict};
use modpin_symbols::{Loadable, read_loadable};
use serde::{Deserialize, Serialize};

use super::own_files::to_json;
use super::predict::started_host;
use super::task::{Task, each, key, search_facts};
use super::verify::static_host;
use crate::load::{Question, ask_start, can_start, more_than_ours};
use crate::toolchain::Runner;

/// Inputs: the host, the probe. Output: a [`HostStart`] as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartHost {
    /// The executable's name.
    pub host: String,
    /// How long it may take. Not part of what the answer is: a host that starts, starts.
    pub timeout: Duration,
    /// Where shared libraries are looked for.
    pub library_dirs: Vec<String>,
    /// What starts the host.
    pub runner: Runner,
    /// What somebody has read who looks at libraries as well; otherwise this step reads both.
    #[serde(skip)]
    pub known: Option<Arc<Loadable>>,
}

/// Whether a host came as far as its main.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostStart {
    /// It did.
    Starts,
    /// It did not, and that is the answer about each of its modules.
    Fails(Answer),
}

impl Task for StartHost {
    fn key(&self) -> String {
        let facts = search_facts(&self.library_dirs);
        key(
            &format!("start 3 of {}", self.host),
            facts.chain(each("started by", self.runner.words.clone())),
        )
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let start = self.start(io)?;
        if start != HostStart::Starts {
            io.forget();
        }
        io.write(0, &to_json(&start)?)
    }
}

impl StartHost {
    fn start(&self, io: &mut StepIo<'_>) -> Result<HostStart, StepError> {
        let (path, probe_path) = (io.inputs()[0], io.inputs()[1]);
        let host = match &self.known {
            Some(known) => Arc::clone(known),
            None => started_host(io, path, &self.library_dirs)?,
        };
        if host.interp.is_none() {
            let (verdict, stage, detail) =
                (Verdict::StaticHost, Stage::Loading, static_host(&self.host));
            return Ok(HostStart::Fails(Answer { verdict, stage, detail }));
        }
        let probe = read(io, 1)?;
        if host.machine != probe.machine {
            return Err(StepError::Failed(other_machine(path, &host, &probe)));
        }
        let is_run = self.runner.program().is_some();
        if !is_run && !can_start(io, &host.machine, 0)? {
            return Err(StepError::Failed(no_emulator(path, &host.machine, &self.runner)));
        }
        if let Some(rights) = more_than_ours(Path::new(&io.absolute(path))) {
            return Err(StepError::Failed(privileged(path, &rights)));
        }
        let question = Question {
            host: path,
            modules: Vec::new(),
            probe: probe_path,
            first: sanitizers(&host),
            runner: &self.runner,
            timeout: self.timeout,
        };
        Ok(ask_start(io, &question)?.map_or(HostStart::Starts, HostStart::Fails))
    }
}

/// An input as a loader sees it.
pub fn read(io: &StepIo<'_>, input: usize) -> Result<Loadable, StepError> {
    let read = read_loadable(&io.input(input)?);
    read.map_err(|error| StepError::Failed(format!("{}: {error}", io.inputs()[input])))
}

fn other_machine(path: &str, host: &Loadable, probe: &Loadable) -> String {
    let (theirs, ours) = (&host.machine, &probe.machine);
    format!(
        "{path}: it is for {theirs}, and the C compiler makes programs for {ours}\n  help: name a compiler for {theirs} \
         in the environment variable CC; `resolve` needs none"
    )
}

fn no_emulator(path: &str, machine: &str, Runner { variable, example, .. }: &Runner) -> String {
    let way_out = match variable.as_str() {
        "" => "install qemu-user with binfmt support (apt-get install qemu-user-static)".to_owned(),
        _ => format!("set {variable}={example:?}, or what else starts them"),
    };
    format!(
        "{path}: it is for {machine}, and this machine starts no such programs\n  help: {way_out}; `resolve` tells \
         without starting anything"
    )
}

fn privileged(path: &str, rights: &str) -> String {
    format!(
        "{path}: {rights}, so its loader obeys nobody (ld.so(8)), and its own main would run\n  help: check as that user, \
         or name a copy that lies beside it (cp drops such rights); `resolve` tells without starting anything"
    )
}

/// Sanitizer runtimes refuse to start unless they are loaded first.
pub fn sanitizers(host: &Loadable) -> Vec<&str> {
    let first = |name: &&str| {
        ["libasan.", "libtsan.", "libclang_rt."].iter().any(|start| name.starts_with(start))
    };
    host.needed.iter().map(String::as_str).filter(first).collect()
}
