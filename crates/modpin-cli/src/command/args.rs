//! What can be typed after the program's name, as data. Knows the words only: what a verb does stands in
//! `verb`, how words are read in `command_line`, and which targets exist is for the project to say.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use modpin::foreign::OpenedFiles;
use modpin::{Binding, OpenScope, Opening};

use crate::command::cache_args::Cache;
use crate::command::config_args::Config;
use crate::command::foreign_args::{Exports, Link, Order, Pins, Recipe, Step};
use crate::command::install_args::{Install, Uninstall};
#[cfg(feature = "installed")]
use crate::command::installed_args::{Completions, Man};
pub use crate::command::junit_args::Junit;
use crate::command::new::{Init, New};
use crate::command::run_args::{Run, Test};
pub use crate::command::running::Running;
use crate::command::running::seconds;
pub use crate::command::setup::{Jobs, Setup};
use crate::command::source_args::{Check, CompileCommands, Emit};
pub use crate::command::speech::{Color, MessageFormat, Speech};
use crate::command::watch_args::Watch;

/// Where a project comes from when it is no Rust.
#[derive(Args, Clone, Debug, Default)]
pub struct ProjectFile {
    /// The project, as JSON (docs/project-format.md)
    #[arg(long, global = true, value_name = "FILE.json")]
    pub project: Option<PathBuf>,
    /// Where the project's relative paths start [default: the directory of FILE.json]
    #[arg(long, global = true, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

/// What to do. Only of the verb that is typed are the options put together: all of them cost a tenth of a build with nothing to do.
#[derive(Subcommand, Debug)]
#[command(defer = true)]
pub enum Verb {
    /// Build targets, all of them by default
    Build(Build),
    /// List the modules and what they need; prove that they load
    Modules(Modules),
    /// Print the project as JSON
    Project,
    /// Write compile_commands.json without building, and print where it lies
    CompileCommands(CompileCommands),
    /// List targets with their files, and options with their values
    List(Setup),
    /// List, read and set the options of the project
    Config(Config),
    /// Explain a symbol, a target, a file, or why an archive member is linked
    Explain(Explain),
    /// Draw what is linked and why, as a page for a browser
    Graph(Graph),
    /// Remove what builds of this profile have made, and nothing else
    Clean(Clean),
    /// Say what is kept of builds for all checkouts, and remove some of it
    Cache(Cache),
    /// Let a checker look at the sources
    Check(Check),
    /// Make what the compiler makes of a source on the way to its object
    Emit(Emit),
    /// Build a program and run it
    Run(Run),
    /// Build the programs that are tests and run them
    Test(Test),
    /// Do a verb, and again whenever the project has changed
    Watch(Watch),
    /// Build, and put what is built where it is used
    Install(Install),
    /// Take away what was installed
    Uninstall(Uninstall),
    /// Load modules that any build system made into a program
    CheckLoad(CheckLoad),
    /// Say from the files alone whether modules would load into a program
    Resolve(Resolve),
    /// Print what makes a link keep the archive members that modules need
    Pins(Pins),
    /// Print the dynamic list that a program needs for its modules
    Exports(Exports),
    /// Write all that the link of a program must be told for its modules, before it is linked
    Link(Link),
    /// Print what another build system needs to take these verbs as steps
    Recipe(Recipe),
    /// Put archives in an order in which one pass finds everything
    Order(Order),
    /// Make a workspace with a program that loads a module
    New(New),
    /// Add an xtask and a first declaration to the workspace around this directory
    Init(Init),
    /// Print what makes a shell complete verbs, options and names of targets
    #[cfg(feature = "installed")]
    Completions(Completions),
    /// Print a page of the manual, or write all of them
    #[cfg(feature = "installed")]
    Man(Man),
}

/// `build`.
#[derive(Args, Clone, Debug, Default)]
pub struct Build {
    /// Targets by name or glob, modules, libraries, hosts, DIR/, files
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Run the tools of rules once more under strace, and tell what they read without saying so
    #[arg(long)]
    pub check_reads: bool,
    #[command(flatten)]
    pub setup: Setup,
    #[command(flatten)]
    pub running: Running,
}

/// `modules`.
#[derive(Args, Clone, Debug)]
pub struct Modules {
    /// Build what is missing, then load every module into its host
    #[arg(long)]
    pub check_load: bool,
    #[command(flatten)]
    pub junit: Junit,
    #[command(flatten)]
    pub limit: Limit,
    #[command(flatten)]
    pub setup: Setup,
    #[command(flatten)]
    pub running: Running,
}

/// `explain`.
#[derive(Args, Clone, Debug)]
pub struct Explain {
    /// A symbol, a target, a file or an archive member
    #[arg(value_name = "NAME", required_unless_present = "why_linked")]
    pub name: Option<String>,
    /// Tell why an object or archive member is linked: libutil.a(crc.c.o), crc.o
    #[arg(long, value_name = "MEMBER", conflicts_with = "name")]
    pub why_linked: Option<String>,
    /// Explain a symbol in files that any build system made: the program that loads the modules
    #[arg(long, value_name = "PROG", requires = "name", conflicts_with = "why_linked")]
    pub host: Option<PathBuf>,
    /// With --host: modules, or objects of modules
    #[arg(value_name = "MODULE", requires = "host")]
    pub module_files: Vec<PathBuf>,
    /// With --host: archives that the program is linked with, or might be
    #[arg(long, value_name = "ARCHIVE", num_args = 1.., requires = "host")]
    pub archive: Vec<PathBuf>,
    #[command(flatten)]
    pub setup: Setup,
    #[command(flatten)]
    pub jobs: Jobs,
}

/// `graph`.
#[derive(Args, Clone, Debug)]
pub struct Graph {
    /// What is written
    #[arg(long, value_name = "FORMAT", default_value = "html")]
    pub format: GraphFormat,
    /// Where it is written, - for standard output [default: a page into the build directory, the others to standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub setup: Setup,
    #[command(flatten)]
    pub jobs: Jobs,
}

/// How a picture is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A page that needs nothing but a browser.
    #[default]
    Html,
    /// What graphviz reads.
    Dot,
    /// Everything that the page knows (docs/picture.md).
    Json,
}

/// `clean`.
#[derive(Args, Clone, Debug)]
pub struct Clean {
    /// Clean after optimised builds
    #[arg(short, long)]
    pub release: bool,
    /// Clean after builds for another machine
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
    /// Directory in which everything was built [default: cargo's target directory]
    #[arg(long, value_name = "DIR")]
    pub target_dir: Option<PathBuf>,
    /// Remove .config as well: what was set by hand
    #[arg(long)]
    pub config: bool,
}

/// `check-load`.
#[derive(Args, Clone, Debug)]
pub struct CheckLoad {
    /// The program that loads the modules
    #[arg(long, value_name = "PROG", required_unless_present = "manifest")]
    pub host: Option<PathBuf>,
    /// The modules
    #[arg(value_name = "MODULE", required_unless_present = "manifest")]
    pub modules: Vec<PathBuf>,
    /// The programs and modules of a modules.json, built or installed; --host where it does not find the program
    #[arg(long, value_name = "FILE", conflicts_with_all = ["modules", "first", "later", "lazy", "global", "depfile"])]
    pub manifest: Option<PathBuf>,
    #[command(flatten)]
    pub opened: Opened,
    #[command(flatten)]
    pub junit: Junit,
    #[command(flatten)]
    pub limit: Limit,
    #[command(flatten)]
    pub jobs: Jobs,
    #[command(flatten)]
    pub step: Step,
}

/// `resolve`.
#[derive(Args, Clone, Debug)]
pub struct Resolve {
    /// The program that loads the modules
    #[arg(long, value_name = "PROG")]
    pub host: PathBuf,
    /// The modules
    #[arg(value_name = "MODULE", required = true)]
    pub modules: Vec<PathBuf>,
    #[command(flatten)]
    pub opened: Opened,
    /// For a program of another machine: the directory that has its loader and libraries [default: QEMU_LD_PREFIX]
    #[arg(long, value_name = "DIR")]
    pub sysroot: Option<PathBuf>,
    /// A directory of glibc-hwcaps that its processor has [default: this processor's, and none with --sysroot]
    #[arg(long, value_name = "LEVEL", value_delimiter = ',')]
    pub hwcaps: Vec<String>,
    #[command(flatten)]
    pub step: Step,
}

/// How a program opens modules.
#[derive(Args, Clone, Debug)]
pub struct Opened {
    /// A module that is loaded before each of them, with RTLD_GLOBAL; several in the order given
    #[arg(long, value_name = "MODULE")]
    pub first: Vec<PathBuf>,
    /// A module that is loaded after each of them, with RTLD_GLOBAL; several in the order given
    #[arg(long, value_name = "MODULE")]
    pub later: Vec<PathBuf>,
    /// The program opens modules with RTLD_LAZY: what they call may come later
    #[arg(long)]
    pub lazy: bool,
    /// The program opens them with RTLD_GLOBAL: modules that it opens later see them
    #[arg(long)]
    pub global: bool,
}

impl From<&Opened> for OpenedFiles {
    fn from(opened: &Opened) -> OpenedFiles {
        let binding = if opened.lazy { Binding::Lazy } else { Binding::Now };
        let scope = if opened.global { OpenScope::Global } else { OpenScope::Local };
        let opening = Opening { binding, scope };
        OpenedFiles { first: opened.first.clone(), later: opened.later.clone(), opening }
    }
}

/// How long one load may take.
#[derive(Args, Clone, Copy, Debug)]
pub struct Limit {
    /// How long the load of one module may take
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub timeout: Duration,
}

impl Default for Limit {
    fn default() -> Limit {
        Limit { timeout: Duration::from_secs(10) }
    }
}
