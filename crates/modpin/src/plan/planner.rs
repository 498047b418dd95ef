//! A plan while it is made: what is known, and the graph so far. How each kind of target comes into it stands in the other
//! files of this folder.

use std::collections::BTreeMap;
use std::time::Duration;

use modpin_engine::{Action, FileId, Graph, Work};
use modpin_project::Resolved;

use super::compared::ComparedLibraries;
use super::made_dirs::MadeDirs;
use super::planned::{
    PlannedCargoLink, PlannedLink, PlannedLoad, PlannedOrder, PlannedTarget, TargetKind,
};
use super::planned_shared::PlannedSharedLibrary;
use crate::error::Result;
use crate::layout::Layout;
use crate::steps::{Candidates, CompileCommand, Verb};
use crate::toolchain::Toolchain;
use crate::toolchain::arguments::{Arguments, KnownAnswers, named_files};

/// How a load check is made.
#[derive(Clone, Copy, Debug)]
pub struct CheckConfig {
    /// How long a module may take to load.
    pub timeout: Duration,
}

/// What is known of the links that cargo makes.
#[derive(Clone, Debug, Default)]
pub struct CargoBuild {
    /// Finished programs by the names of their targets.
    pub programs: BTreeMap<String, String>,
}

pub struct Planner<'a> {
    pub resolved: &'a Resolved,
    pub toolchain: &'a Toolchain,
    pub layout: &'a Layout,
    pub check: CheckConfig,
    pub cargo: &'a CargoBuild,
    pub graph: Graph,
    /// What the build writes for C to read.
    pub headers: WrittenHeaders,
    /// Where rules make files.
    pub made: MadeDirs,
    /// What its programs are: those of the build machine are host programs.
    pub programs: TargetKind,
    pub commands: Vec<CompileCommand>,
    pub targets: Vec<PlannedTarget>,
    pub loads: Vec<PlannedLoad>,
    pub orders: Vec<PlannedOrder>,
    pub links: Vec<PlannedLink>,
    pub cargo_links: Vec<PlannedCargoLink>,
    /// The shared libraries that are planned, by number.
    pub shared: Vec<Option<PlannedSharedLibrary>>,
    /// What links already tell about libraries.
    pub compared: ComparedLibraries,
    pub probe: Option<FileId>,
    /// The object that says to which build hosts and modules belong.
    pub identity: Option<FileId>,
    /// Who may define what a module misses.
    pub candidates: Candidates,
    /// What the manifest is made of, in the order of its hosts.
    pub manifest_inputs: Vec<FileId>,
}

/// An action before its files are known to the graph.
pub struct NewAction<'a> {
    pub verb: Verb,
    pub label: String,
    pub work: Work,
    pub inputs: Vec<FileId>,
    pub outputs: &'a [String],
    pub depfile: Option<String>,
}

/// Headers that the build writes, for whoever compiles.
#[derive(Clone, Default)]
pub struct WrittenHeaders {
    /// Where they are looked for, in order; none where there are none.
    pub dirs: Vec<String>,
    /// The one that every source includes first.
    pub forced: Option<String>,
    /// What has to be there before anything is compiled. What is in it changes when everything has to be compiled again, and not
    /// when a header does: who reads that tells by its depfile.
    pub before: Vec<FileId>,
    /// The headers themselves.
    pub files: Vec<FileId>,
}

impl<'a> Planner<'a> {
    /// With an empty graph.
    pub fn new(
        resolved: &'a Resolved,
        toolchain: &'a Toolchain,
        layout: &'a Layout,
        check: CheckConfig,
        cargo: &'a CargoBuild,
    ) -> Planner<'a> {
        Planner {
            resolved,
            toolchain,
            layout,
            check,
            cargo,
            graph: Graph::new(),
            headers: WrittenHeaders::default(),
            made: MadeDirs::of(resolved, layout),
            programs: TargetKind::Executable,
            commands: Vec::new(),
            targets: Vec::new(),
            loads: Vec::new(),
            orders: Vec::new(),
            links: Vec::new(),
            cargo_links: Vec::new(),
            shared: vec![None; resolved.shared_libraries.len()],
            compared: ComparedLibraries::default(),
            probe: None,
            identity: None,
            candidates: Candidates::default(),
            manifest_inputs: Vec::new(),
        }
    }

    pub fn add(&mut self, action: NewAction<'_>) -> Result<Vec<FileId>> {
        let NewAction { verb, label, work, inputs, outputs, depfile } = action;
        let outputs: Vec<FileId> = outputs.iter().map(|path| self.graph.file(path)).collect();
        self.graph.add(Action {
            verb: verb.word(),
            label,
            work,
            inputs,
            outputs: outputs.clone(),
            depfile,
        })?;
        Ok(outputs)
    }

    pub fn add_one(&mut self, action: NewAction<'_>) -> Result<FileId> {
        Ok(self.add(action)?[0])
    }

    pub fn files(&mut self, paths: &[String]) -> Vec<FileId> {
        paths.iter().map(|path| self.graph.file(path)).collect()
    }

    /// What the arguments of a command say, with those that stand in response files.
    pub fn arguments<'b>(&self, args: impl IntoIterator<Item = &'b String>) -> Arguments {
        Arguments::of(args, &mut KnownAnswers(&self.resolved.argument_files))
    }

    /// The files that arguments name.
    pub fn named(&mut self, arguments: &Arguments) -> Vec<FileId> {
        let (toolchain, known) = (self.toolchain, &mut KnownAnswers(&self.resolved.argument_files));
        let named = named_files(arguments, toolchain, known);
        self.files(&named)
    }

    pub fn paths(&self, files: &[FileId]) -> Vec<String> {
        files.iter().map(|&file| self.graph.path(file).to_owned()).collect()
    }
}

/// Adds those inputs that are not among them yet.
pub fn add_new(inputs: &mut Vec<FileId>, more: Vec<FileId>) {
    for file in more {
        if !inputs.contains(&file) {
            inputs.push(file);
        }
    }
}
