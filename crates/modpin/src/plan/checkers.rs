//! Checkers of sources: what each is called with, and a graph in which it looks at each source once. The graph has a build directory
//! of its own: nothing of it stands in the plan of a build.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use modpin_engine::{Action, FileId, Graph};

use super::object_command::ObjectCommand;
use crate::error::Result;
use crate::layout::Layout;
use crate::steps::{BuildStep, CheckSource, Verb};

/// A program that looks for mistakes in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checker {
    /// The kernel's.
    Sparse,
    /// LLVM's.
    ClangTidy,
    /// <https://cppcheck.sourceforge.io>
    Cppcheck,
    /// The compiler itself, with `-fanalyzer`.
    GccAnalyzer,
}

impl Checker {
    /// All of them.
    pub const ALL: [Checker; 4] =
        [Checker::Sparse, Checker::ClangTidy, Checker::Cppcheck, Checker::GccAnalyzer];

    /// What it is called, by us and by the system.
    pub fn name(self) -> &'static str {
        match self {
            Checker::Sparse => "sparse",
            Checker::ClangTidy => "clang-tidy",
            Checker::Cppcheck => "cppcheck",
            Checker::GccAnalyzer => "gcc-analyzer",
        }
    }

    /// What it is called with for a source. `program` is its path; the analyzer is a part of the compiler that stands in the command.
    fn words(self, program: &str, command: &ObjectCommand) -> Vec<String> {
        let own = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let flags = || {
            command.words.iter().skip(1).filter(|word| !word.starts_with("-ffile-prefix-map")).cloned()
        };
        let source = command.source.clone();
        match self {
            Checker::GccAnalyzer => {
                let more = own(&["-fanalyzer", "-fdiagnostics-plain-output", "-S", "-o", "/dev/null"]);
                command.words.iter().cloned().chain(more).chain([source]).collect()
            }
            Checker::Sparse => [program.to_owned()].into_iter().chain(flags()).chain([source]).collect(),
            Checker::ClangTidy => {
                let start = [program.to_owned(), "--quiet".to_owned(), source, "--".to_owned()];
                start.into_iter().chain(flags()).collect()
            }
            Checker::Cppcheck => {
                let start = own(&[
                    program,
                    "--quiet",
                    "--enable=warning,style,performance,portability",
                    "--inline-suppr",
                    "--template={file}:{line}:{column}: {severity}: {message} [{id}]",
                ]);
                start.into_iter().chain(preprocessed(&command.words)).chain([source]).collect()
            }
        }
    }
}

/// The arguments that say what the preprocessor sees. Of those in two words cppcheck wants one.
fn preprocessed(words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if let Some(name) = ["-include", "-isystem"].into_iter().find(|name| word == name) {
            let option = if name == "-include" { "--include=" } else { "-I" };
            found.extend(words.next().map(|path| format!("{option}{path}")));
        } else if let Some(path) = word.strip_prefix("-isystem") {
            found.push(format!("-I{path}"));
        } else if let Some(standard) = word.strip_prefix("-std=") {
            found.extend(standard_of_cppcheck(standard).map(|standard| format!("--std={standard}")));
        } else if ["-I", "-D", "-U"].iter().any(|start| word.starts_with(start)) {
            found.push(word.clone());
        }
    }
    found
}

/// What cppcheck calls a standard, or the nearest that it knows; nothing where it should take its own.
fn standard_of_cppcheck(standard: &str) -> Option<String> {
    let iso = standard.replacen("gnu", "c", 1);
    match iso.as_str() {
        "c90" | "c89" => Some("c89".to_owned()),
        "c17" | "c18" | "c1x" | "c2x" | "c23" => Some("c11".to_owned()),
        "c99" | "c11" | "c++03" | "c++11" | "c++14" | "c++17" | "c++20" => Some(iso),
        _ => None,
    }
}

/// What is to be looked at, and with what.
pub struct CheckerRun<'a> {
    /// The checker.
    pub checker: Checker,
    /// Its file.
    pub program: &'a str,
    /// What each object's compilation has read, by the object.
    pub read: &'a BTreeMap<String, Vec<String>>,
}

/// A graph in which a checker looks at each source, and the findings of each, in the same order: a list of
/// [`SourceFinding`](crate::steps::SourceFinding) as JSON.
///
/// # Errors
/// [`Error::Graph`](crate::Error::Graph) when two commands make one object.
pub fn check_graph(
    build: &Layout,
    checks: &Layout,
    run: &CheckerRun<'_>,
    commands: &[ObjectCommand],
) -> Result<(Graph, Vec<FileId>)> {
    let mut graph = Graph::new();
    let (mut reports, mut configs) = (Vec::new(), Configs::default());
    for command in commands {
        let (words, env) = (run.checker.words(run.program, command), command.env.clone());
        let only = (run.checker == Checker::GccAnalyzer).then(|| "[-Wanalyzer".to_owned());
        let object = command.object.strip_prefix(&format!("{}/.modpin/", build.dir));
        let object = object.unwrap_or(&command.object).trim_start_matches('/');
        let output = graph.file(format!("{}/{object}.json", checks.dir));
        let mut inputs = vec![graph.file(&command.source), graph.file(run.program)];
        let configs = match run.checker {
            Checker::ClangTidy => configs.of(&build.root, &command.source),
            _ => vec![],
        };
        for path in run.read.get(&command.object).into_iter().flatten().chain(&configs) {
            let file = graph.file(path);
            if !inputs.contains(&file) {
                inputs.push(file);
            }
        }
        let work = BuildStep::CheckSource(CheckSource { words, env, only }).into_work();
        let (verb, label) = (Verb::Checking.word(), command.title.clone());
        graph.add(Action { verb, label, work, inputs, outputs: vec![output], depfile: None })?;
        reports.push(output);
    }
    Ok((graph, reports))
}

/// Directories that were looked into for a file that tells clang-tidy what to look for.
#[derive(Default)]
struct Configs {
    has: BTreeMap<PathBuf, bool>,
}

impl Configs {
    /// Those files that may count for a source: from its own directory up.
    fn of(&mut self, root: &Path, source: &str) -> Vec<String> {
        let source = root.join(source);
        let mut all = Vec::new();
        for dir in source.ancestors().skip(1) {
            let file = dir.join(".clang-tidy");
            if *self.has.entry(dir.to_owned()).or_insert_with(|| file.is_file()) {
                let file = file.strip_prefix(root).unwrap_or(&file);
                all.push(file.to_string_lossy().into_owned());
            }
        }
        all
    }
}
