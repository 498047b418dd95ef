//! Work that is done in this process: what such a step may see and say.

use std::any::Any;
use std::io;
use std::sync::{Arc, PoisonError};

use crate::graph::findings::{Finding, Findings, Look};
use crate::world::Edges;
use crate::world::disk::{Disk, nothing_there};
use crate::world::file_state::Present;
use crate::world::hash::Hash;
use crate::world::process::{Ended, Processes, Spawn};
use crate::world::signals::Interrupt;

/// Code that makes outputs from inputs, and from nothing else.
pub trait Step: Send + Sync {
    /// Everything that decides the result besides the content of the inputs, a line each, in words: people are shown the
    /// lines that differ. A step with another key runs again; a change of the code itself must change the key.
    fn key(&self) -> String;

    /// Does the work: reads inputs, writes every output.
    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError>;

    /// Whether the same key and the same inputs give the same result anywhere else and at any time: no code that others wrote
    /// has a part in it.
    fn is_sure(&self) -> bool {
        true
    }

    /// Whether the content of its inputs matters: not if it only waits until they are there.
    fn reads_inputs(&self) -> bool {
        true
    }

    /// Bytes from which whoever made the step can make it again (see [`StepDecoder`]); `None` for
    /// one that only a plan can make.
    fn encoded(&self) -> Option<Vec<u8>> {
        None
    }

    /// What it has in common with other steps besides: a graph file holds it once.
    fn shared(&self) -> Option<Arc<[u8]>> {
        None
    }
}

/// Whoever made the actions: reads steps and verbs from a graph file.
pub trait StepDecoder {
    /// A step from what [`Step::encoded`] and [`Step::shared`] gave; `None` when that cannot be.
    fn step(&self, bytes: &[u8], shared: Option<Arc<[u8]>>) -> Option<Arc<dyn Step>>;
    /// The verb of that text.
    fn verb(&self, text: &str) -> Option<&'static str>;
}

/// Why a step has no result.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The work could not be done.
    #[error("{0}")]
    Failed(String),
    /// The work was done, and the answer is no: what was asked for cannot be.
    #[error("{0}")]
    Refused(String),
}

/// A file that an action says it read.
pub struct Discovered {
    /// As the action names it.
    pub path: String,
    /// What it did with it.
    pub how: How,
}

/// What an action did with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It was there, and its content was read.
    Read,
    /// It was looked for, and perhaps not there.
    LookedFor,
    /// It was there, but something else was read.
    Passed,
    /// It was there and was read, but what counts of it is told by values that were read, too.
    InPart,
}

/// What is different in an output, in words.
pub struct ToldChange {
    /// Which output.
    pub index: usize,
    /// Of a file of values, the name of one of them.
    pub value: Option<String>,
    /// The words.
    pub words: String,
}

/// What a running step has at hand.
pub struct StepIo<'a> {
    disk: &'a dyn Disk,
    processes: &'a dyn Processes,
    interrupt: &'a Interrupt,
    inputs: Vec<&'a str>,
    outputs: Vec<String>,
    finder: Finder<'a>,
    /// Where the outputs lie once they are whole.
    finals: Vec<&'a str>,
    /// What lies there now.
    present: &'a [Present],
    /// The outputs that lie there as the step has made them.
    pub(crate) there: Vec<Present>,
    /// What is different in outputs, in words.
    pub(crate) changes: Vec<ToldChange>,
    pub(crate) said: String,
    pub(crate) forget: bool,
    /// An output is a link, made by [`StepIo::link_beside`].
    pub(crate) linked: bool,
}

impl<'a> StepIo<'a> {
    pub(crate) fn new(
        edges: Edges<'a>,
        findings: &'a Findings,
        inputs: Vec<&'a str>,
        outputs: Vec<String>,
        (finals, present): (Vec<&'a str>, &'a [Present]),
    ) -> StepIo<'a> {
        let Edges { disk, processes, interrupt, jobserver: _ } = edges;
        let finder = Finder { disk, findings, looks: Vec::new() };
        let (changes, said) = (Vec::new(), String::new());
        let (forget, linked, there) = (false, false, vec![None; outputs.len()]);
        StepIo {
            disk,
            processes,
            interrupt,
            inputs,
            outputs,
            finder,
            finals,
            present,
            there,
            changes,
            said,
            forget,
            linked,
        }
    }

    /// Files that were found by the way.
    pub(crate) fn discovered(self) -> Vec<Discovered> {
        let discovered = |Look { path, there, .. }: Look| {
            let how = if there { How::Read } else { How::LookedFor };
            Discovered { path, how }
        };
        self.finder.looks.into_iter().map(discovered).collect()
    }

    /// What an output held before this run; none where it was not there. For words only: it may be anybody's.
    pub fn previous(&self, index: usize) -> Option<Vec<u8>> {
        self.disk.read(self.finals[index]).ok()
    }

    /// Says in words what is different in an output, for whoever is told why its readers run.
    pub fn tell_change(&mut self, index: usize, words: String) {
        self.changes.push(ToldChange { index, value: None, words });
    }

    /// The same of one value in an output that is a file of values.
    pub fn tell_value_change(&mut self, index: usize, name: &str, words: String) {
        self.changes.push(ToldChange { index, value: Some(name.to_owned()), words });
    }

    /// The paths of the inputs, as declared.
    pub fn inputs(&self) -> &[&'a str] {
        &self.inputs
    }

    /// The content of an input.
    pub fn input(&self, index: usize) -> Result<Arc<[u8]>, StepError> {
        let path = self.inputs[index];
        let bytes = self.disk.read(path).map_err(|error| failed("read", path, &error))?;
        Ok(bytes.into())
    }

    /// The content of a file that is no declared input. From now on a change of it runs this step
    /// again; so does its appearance, when it was not there (`None`).
    pub fn discover(&mut self, path: &str) -> Result<Option<Vec<u8>>, StepError> {
        self.finder.read(path)
    }

    /// Where to look for files of which other steps may want to know the same.
    pub fn finder(&mut self) -> &mut Finder<'a> {
        &mut self.finder
    }

    /// Writes an output, unless its content lies there already.
    pub fn write(&mut self, index: usize, bytes: &[u8]) -> Result<(), StepError> {
        self.there[index] = self.present[index].filter(|&(stat, hash)| {
            let is_same = stat.size == bytes.len() as u64 && hash == Hash::of(bytes);
            is_same && self.disk.lstat(self.finals[index]).is_ok_and(|now| now == Some(stat))
        });
        if self.there[index].is_some() {
            return Ok(());
        }
        let path = &self.outputs[index];
        self.disk.write(path, bytes).map_err(|error| failed("write", path, &error))
    }

    /// Makes an output that is a link to an input beside it, and nothing else.
    pub fn link_beside(&mut self, index: usize, input: usize) -> Result<(), StepError> {
        let (path, to) = (&self.outputs[index], self.inputs[input]);
        let name = to.rsplit('/').next().unwrap_or(to);
        self.linked = true;
        self.disk.make_link(path, name).map_err(|error| failed("make a link of it", path, &error))
    }

    /// Where a process that is not ours finds a file.
    pub fn absolute(&self, path: &str) -> String {
        self.disk.absolute(path).to_string_lossy().into_owned()
    }

    /// Runs a process. When the build is to stop, how it ended tells nothing: that is an error.
    pub fn spawn(&self, spawn: &Spawn) -> Result<Ended, StepError> {
        self.go_on()?;
        let ended = self.processes.run(spawn).map_err(|error| failed("start", &spawn.program, &error));
        self.go_on()?;
        ended
    }

    /// An error when the build is to stop. A step that works for long asks now and then.
    pub fn go_on(&self) -> Result<(), StepError> {
        match self.interrupt.signal() {
            None => Ok(()),
            Some(_) => Err(StepError::Failed("the build was interrupted".to_owned())),
        }
    }

    /// Tells the user something, whether the step succeeds or not.
    pub fn say(&mut self, text: &str) {
        self.said.push_str(text);
        if !text.ends_with('\n') {
            self.said.push('\n');
        }
    }

    /// The result holds for this time only: the step runs again at the next build.
    pub fn forget(&mut self) {
        self.forget = true;
    }
}

/// Looks for files that need not be declared inputs: a change of one that it read runs the step again, and so does the
/// appearance of one that was not there.
pub struct Finder<'a> {
    disk: &'a dyn Disk,
    findings: &'a Findings,
    looks: Vec<Look>,
}

impl<'a> Finder<'a> {
    /// The content of a file; `None` when it is not there.
    pub fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, StepError> {
        let mut look = Look::at(self.disk, path);
        if look.is_odd() {
            return Err(failed("read", path, &io::Error::other("it is no file")));
        }
        let content = match self.disk.read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) if nothing_there(&error) => None,
            Err(error) => return Err(failed("read", path, &error)),
        };
        look.there = content.is_some();
        self.looks.push(look);
        Ok(content)
    }

    /// Whether there is a directory. Its appearance counts, like that of a file; what it holds does not.
    pub fn is_dir(&mut self, path: &str) -> bool {
        let mut look = Look::at(self.disk, path);
        if look.is_odd() {
            return true;
        }
        look.there = self.disk.stat(path).is_ok_and(|stat| stat.is_some());
        self.looks.push(look);
        false
    }

    /// What is called `what`, found out once in a run for all steps that want to know it. It must follow from what `find`
    /// reads with the finder that it is given, from `what`, and from nothing else: it is found out again when one of those files has
    /// changed since, or may have. Every step that asks has read them all. `find` must not ask for the same.
    pub fn once<T: Any + Send + Sync>(
        &mut self,
        what: &str,
        find: impl FnOnce(&mut Finder<'a>) -> Result<T, StepError>,
    ) -> Result<Arc<T>, StepError> {
        let slot = self.findings.slot::<T>(what);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(finding) = &*slot
            && let Some(value) = finding.value(self.disk)
        {
            self.looks.extend_from_slice(&finding.looks);
            return Ok(value);
        }
        let mut finder = Finder { looks: Vec::new(), ..*self };
        let found = find(&mut finder);
        self.looks.extend_from_slice(&finder.looks);
        let value = Arc::new(found?);
        *slot = Some(Finding::new(finder.looks, Arc::clone(&value)));
        Ok(value)
    }

    /// Where a process that is not ours finds a file.
    pub fn absolute(&self, path: &str) -> String {
        self.disk.absolute(path).to_string_lossy().into_owned()
    }
}

fn failed(doing: &str, path: &str, error: &io::Error) -> StepError {
    StepError::Failed(format!("{path}: cannot {doing}: {error}"))
}
