//! What a plan says of its graph: which files belong to which target, what proves them, what each link is made of. Plain
//! data, for those who run a graph and for those who explain one.

use std::fmt;

use modpin_engine::{FileId, Graph};
use serde::Serialize;

/// What there is to do, and what it is for.
#[derive(Debug)]
pub struct Plan {
    /// Files and actions.
    pub graph: Graph,
    /// What a build without names makes.
    pub default: Vec<FileId>,
    /// The targets in order of declaration: libraries, shared libraries, modules, executables, host
    /// programs, rules, groups.
    pub targets: Vec<PlannedTarget>,
    /// Which module is to be loaded into which host.
    pub loads: Vec<PlannedLoad>,
    /// The order of archives in each link that has more than one.
    pub orders: Vec<PlannedOrder>,
    /// What the modules and programs are linked from, modules first.
    pub links: Vec<PlannedLink>,
    /// What cargo's links are to be told.
    pub cargo_links: Vec<PlannedCargoLink>,
    /// The symbols of each library, in order of declaration.
    pub libraries: Vec<PlannedSymbols>,
    /// Where the compiler finds libraries.
    pub library_dirs: Vec<String>,
    /// The compilation database.
    pub compile_commands: FileId,
}

/// What kind of target something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    /// A program, which may be a host.
    Executable,
    /// A module, which may be built in.
    Module,
    /// A library.
    Library,
    /// A shared library.
    #[serde(rename = "shared-library")]
    SharedLibrary,
    /// A program for the build machine.
    #[serde(rename = "host-program")]
    HostProgram,
    /// A name for others.
    Group,
    /// Files that a tool makes of others.
    Rule,
}

impl TargetKind {
    /// By the word for it in a declaration.
    pub fn of(word: &str) -> TargetKind {
        match word {
            "executable" => TargetKind::Executable,
            "library" => TargetKind::Library,
            "shared library" => TargetKind::SharedLibrary,
            "host program" => TargetKind::HostProgram,
            "group" => TargetKind::Group,
            "rule" => TargetKind::Rule,
            _ => TargetKind::Module,
        }
    }
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            TargetKind::Executable => "executable",
            TargetKind::Module => "module",
            TargetKind::Library => "library",
            TargetKind::SharedLibrary => "shared library",
            TargetKind::HostProgram => "host program",
            TargetKind::Group => "group",
            TargetKind::Rule => "rule",
        })
    }
}

/// A target, and the files that building it makes.
#[derive(Clone, Debug)]
pub struct PlannedTarget {
    /// Its name.
    pub name: String,
    /// What kind of target it is.
    pub kind: TargetKind,
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
    /// What the host's modules need and where it is: a [`PinReport`](crate::steps::PinReport) as JSON.
    pub pin_report: FileId,
    /// What proves before any load that the module finds its symbols: they are made by every build.
    pub proofs: Vec<FileId>,
}

/// Where the report of an order is.
#[derive(Clone, Debug)]
pub struct PlannedOrder {
    /// The target, with its kind: `executable "imgtool"`.
    pub target: String,
    /// The report: an [`OrderReport`](crate::steps::OrderReport) as JSON.
    pub report: FileId,
}

/// A program, a module that is a file, or a shared library.
#[derive(Clone, Debug)]
pub struct PlannedLink {
    /// Its name.
    pub name: String,
    /// An executable, a module or a shared library.
    pub kind: TargetKind,
    /// What the link makes.
    pub file: FileId,
    /// The symbols of its objects; of a module, those of its relocatable object come first.
    pub symbols: FileId,
    /// Its archives, in the order of their declaration.
    pub archives: Vec<PlannedArchive>,
    /// The modules that it loads.
    pub modules: Vec<String>,
    /// Of a module: the modules that it needs, loaded before it or after it.
    pub needs: Vec<String>,
    /// Names that the project exports from it, for itself or for its shared libraries.
    pub exports: Vec<String>,
    /// The symbols of the shared libraries that it links: what these offer.
    pub shared: Vec<FileId>,
    /// Of a shared library: the symbols of its file.
    pub offers: Option<FileId>,
    /// Of an executable: the system libraries that its link names.
    pub named: Vec<String>,
}

/// An archive of a link.
#[derive(Clone, Debug)]
pub struct PlannedArchive {
    /// Which library of the project it is.
    pub library: usize,
    /// It is linked with all of its members.
    pub whole: bool,
}

/// What cargo's link of a program is to be told.
#[derive(Clone, Debug)]
pub struct PlannedCargoLink {
    /// The bin target.
    pub name: String,
    /// Objects of modules that are built in, and one that refers to what Rust must define.
    pub objects: Vec<FileId>,
    /// Its archives; a change of them is a change of the program.
    pub archives: Vec<FileId>,
    /// What keeps and requires symbols, as a response file.
    pub symbols: FileId,
    /// The dynamic list; `None` for a program without modules.
    pub exports: Option<FileId>,
    /// Arguments for the archives that are known now.
    pub listed: Vec<String>,
    /// A response file that holds them.
    pub ordered: Option<FileId>,
    /// Arguments of the target.
    pub ldflags: Vec<String>,
    /// Who needs what of Rust: a [`RustReport`](crate::steps::RustReport) as JSON.
    pub report: FileId,
}

/// The symbols of a library.
#[derive(Clone, Debug)]
pub struct PlannedSymbols {
    /// The library's name.
    pub library: String,
    /// What messages call its archive: `libimgutil.a`.
    pub file_name: String,
    /// The archive.
    pub archive: FileId,
    /// Its symbols.
    pub symbols: FileId,
}
