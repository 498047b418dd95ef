//! From a resolved project to a graph: which command or step makes which file. Pure: the same project,
//! toolchain and layout give the same graph, and nothing here touches a disk.
//!
//! Reading symbols, pinning and checking are actions like any other, so everything that holds for a
//! compilation holds for them: they run when their inputs differ, and stop the build where their
//! outputs do not.

mod compile;
mod library;
mod module;
mod host;
mod check;
mod link;
mod linked;
mod order;

use std::sync::Arc;
use std::time::Duration;

use modpin_engine::{Action, FileId, Graph, Work};

use crate::error::Result;
use crate::layout::Layout;
use crate::resolved::Resolved;
use crate::steps::{CompileCommands, Whereabout};
use crate::toolchain::Toolchain;
pub use compile::CompileCommand;
pub(crate) use link::quoted;
pub use linked::{PlannedArchive, PlannedLink, PlannedSymbols};
pub use order::PlannedOrder;

/// What is said of an action that links a program or a module.
pub(crate) const LINKING: &str = "Linking";

/// What there is to do, and what it is for.
#[derive(Debug)]
pub struct Plan {
    /// Files and actions.
    pub graph: Graph,
    /// What a build without names makes.
    pub default: Vec<FileId>,
    /// The targets in order of declaration: libraries, modules, executables.
    pub targets: Vec<PlannedTarget>,
    /// Which module is to be loaded into which host.
    pub loads: Vec<PlannedLoad>,
    /// The order of archives in each link that has more than one.
    pub orders: Vec<PlannedOrder>,
    /// What the modules and programs are linked from, modules first.
    pub links: Vec<PlannedLink>,
    /// The symbols of each library, in order of declaration.
    pub libraries: Vec<PlannedSymbols>,
    /// Where the compiler finds libraries.
    pub library_dirs: Vec<String>,
    /// The compilation database.
    pub compile_commands: FileId,
}

/// A target, and the files that building it makes.
#[derive(Clone, Debug)]
pub struct PlannedTarget {
    /// Its name.
    pub name: String,
    /// `library`, `module` or `executable`.
    pub kind: &'static str,
    /// Its files, the one that counts first. Empty for a module that is built in: its host has it.
    pub files: Vec<FileId>,
    /// What proves that they are right: made by every build that makes the files.
    pub checks: Vec<FileId>,
}

/// A module in a host.
#[derive(Clone, Debug)]
pub struct PlannedLoad {
    /// The executable's name.
    pub host: String,
    /// The module's name.
    pub module: String,
    /// The module's file.
    pub file: String,
    /// The verdict of the loader: a [`Report`](crate::load_check::Report) as JSON.
    pub report: FileId,
    /// What the host's modules need and where it is: a [`Story`](crate::steps::Story) as JSON.
    pub story: FileId,
}

/// How a load check is made.
#[derive(Clone, Copy, Debug)]
pub struct CheckConfig {
    /// How long a module may take to load.
    pub timeout: Duration,
}

/// Plans everything that a project has.
///
/// # Errors
/// [`Error::Graph`](crate::Error::Graph) when two targets write one file.
pub fn plan(
    resolved: &Resolved,
    toolchain: &Toolchain,
    layout: &Layout,
    check: &CheckConfig,
) -> Result<Plan> {
    let mut planner = Planner {
        resolved,
        toolchain,
        layout,
        check: *check,
        graph: Graph::new(),
        commands: Vec::new(),
        targets: Vec::new(),
        loads: Vec::new(),
        orders: Vec::new(),
        links: Vec::new(),
        told: order::Told::default(),
        probe: None,
        places: Arc::default(),
        manifest_inputs: Vec::new(),
    };
    let libraries = planner.libraries()?;
    let modules = planner.modules(&libraries)?;
    planner.places = planner.places(&libraries, &modules);
    planner.hosts(&libraries, &modules)?;
    let manifest = planner.manifest()?;
    let compile_commands = planner.compile_commands()?;
    let Planner { graph, targets, loads, orders, links, .. } = planner;
    let mut default: Vec<FileId> =
        targets.iter().flat_map(|target| target.files.iter().chain(&target.checks)).copied().collect();
    default.extend(manifest);
    default.push(compile_commands);
    let libraries = resolved.libraries.iter().zip(&libraries).map(|(library, planned)| PlannedSymbols {
        library: library.name.clone(),
        file_name: library.file_name.clone(),
        archive: planned.archive,
        symbols: planned.symbols,
    });
    let libraries = libraries.collect();
    let library_dirs = toolchain.library_dirs.clone();
    Ok(Plan { graph, default, targets, loads, orders, links, libraries, library_dirs, compile_commands })
}

struct Planner<'a> {
    resolved: &'a Resolved,
    toolchain: &'a Toolchain,
    layout: &'a Layout,
    check: CheckConfig,
    graph: Graph,
    commands: Vec<CompileCommand>,
    targets: Vec<PlannedTarget>,
    loads: Vec<PlannedLoad>,
    orders: Vec<PlannedOrder>,
    links: Vec<PlannedLink>,
    /// What links already tell about libraries.
    told: order::Told,
    probe: Option<FileId>,
    /// Who may define what a module misses.
    places: Arc<[Whereabout]>,
    /// What the manifest is made of, in the order of its hosts.
    manifest_inputs: Vec<FileId>,
}

/// An action before its files are known to the graph.
struct Draft<'a> {
    verb: &'static str,
    label: String,
    work: Work,
    inputs: Vec<FileId>,
    outputs: &'a [String],
    depfile: Option<String>,
}

impl Planner<'_> {
    fn add(&mut self, draft: Draft<'_>) -> Result<Vec<FileId>> {
        let Draft { verb, label, work, inputs, outputs, depfile } = draft;
        let outputs: Vec<FileId> = outputs.iter().map(|path| self.graph.file(path)).collect();
        self.graph.add(Action { verb, label, work, inputs, outputs: outputs.clone(), depfile })?;
        Ok(outputs)
    }

    fn add_one(&mut self, draft: Draft<'_>) -> Result<FileId> {
        Ok(self.add(draft)?[0])
    }

    fn files(&mut self, paths: &[String]) -> Vec<FileId> {
        paths.iter().map(|path| self.graph.file(path)).collect()
    }

    fn paths(&self, files: &[FileId]) -> Vec<String> {
        files.iter().map(|&file| self.graph.path(file).to_owned()).collect()
    }

    fn compile_commands(&mut self) -> Result<FileId> {
        let path = self.layout.compile_commands();
        let root = self.layout.root.to_string_lossy().into_owned();
        let commands = std::mem::take(&mut self.commands);
        let step = CompileCommands { root, commands };
        self.add_one(Draft {
            verb: "Writing",
            label: path.clone(),
            work: Work::Step(step.into_step()),
            inputs: vec![],
            outputs: &[path],
            depfile: None,
        })
    }
}
