//! A rule with everything looked up. Plain data for the plan.

use crate::declare::rule::rule_step::RuleStep;

/// A rule to run: once, or for each of several files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedRule {
    /// `table`.
    pub name: String,
    /// What is run.
    pub commands: Vec<RuleCommand>,
}

/// One command of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCommand {
    /// The file that it is run for.
    pub each: Option<String>,
    /// The program.
    pub program: RuleProgram,
    /// Its arguments, each of some parts.
    pub args: Vec<Vec<RulePart>>,
    /// What is its standard input.
    pub stdin: Option<RuleFile>,
    /// Which output is its standard output.
    pub stdout: Option<usize>,
    /// What it reads besides.
    pub reads: Vec<RuleFile>,
    /// What it writes, from `gen/`.
    pub outputs: Vec<String>,
    /// Where it tells what else it has read, from `gen/`.
    pub depfile: Option<String>,
    /// Directories of its own, from `gen/`.
    pub own_dirs: Vec<String>,
    /// Where it runs.
    pub cwd: RuleDir,
    /// Variables that it gets.
    pub env: Vec<(String, String)>,
}

impl RuleCommand {
    /// Whether it names a file among all that it reads.
    pub fn reads_file(&self, file: &RuleFile) -> bool {
        fn is_in(parts: &[RulePart], file: &RuleFile) -> bool {
            parts.iter().any(|part| match part {
                RulePart::File(named) => named == file,
                RulePart::Response(listed) => listed.iter().any(|parts| is_in(parts, file)),
                _ => false,
            })
        }
        self.args.iter().any(|parts| is_in(parts, file))
            || self.stdin.iter().chain(&self.reads).any(|named| named == file)
    }
}

/// What a command starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleProgram {
    /// What is found under this name on the search path, or this absolute path.
    Tool(String),
    /// What the compiler finds under this name; `cc` and `c++` are the compilers themselves.
    OfCompiler(String),
    /// A file of the project.
    File(RuleFile),
    /// Nothing: code does the work.
    Step(RuleStep),
}

/// A part of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulePart {
    /// Literally this.
    Text(String),
    /// The path of a file that is read.
    File(RuleFile),
    /// The path of an output.
    Output(usize),
    /// The path of the object that it runs on.
    Object,
    /// The path of a directory of its own, from `gen/`.
    OwnDir(String),
    /// The path of the depfile.
    Depfile,
    /// The objects of a target, an argument each, by its kind and its name.
    Objects {
        /// `library`.
        kind: &'static str,
        /// `util`.
        name: String,
    },
    /// The path of a program that belongs to the compiler.
    OfCompiler(String),
    /// The path of a file that holds these arguments, behind an `@`.
    Response(Vec<Vec<RulePart>>),
}

/// A file that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleFile {
    /// A file that is there, relative to the root, or absolute if it lies outside.
    Source(String),
    /// One that a rule makes, from `gen/`.
    Made(String),
    /// The file of a target, by its kind and its name.
    Target {
        /// `executable`.
        kind: &'static str,
        /// `mktable`.
        name: String,
    },
    /// A target's object of a source.
    Object {
        /// `library`.
        kind: &'static str,
        /// `util`.
        name: String,
        /// `util/a.c`.
        source: String,
        /// The name under which the source is compiled once more.
        compiled_as: Option<String>,
    },
    /// A header that the build writes.
    Header(String),
    /// What every option is, as a file that Kconfig reads.
    DotConfig,
    /// The list of modules that the build writes.
    ModuleList,
}

/// Where a rule runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RuleDir {
    /// In the project's root; its files are named from there.
    #[default]
    Root,
    /// In a directory of the project.
    Source(String),
    /// In one of its own, from `gen/`.
    Own(String),
}
