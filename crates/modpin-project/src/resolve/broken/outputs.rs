//! The files that targets become, and which of them cannot lie beside each other.

use std::collections::{HashMap, HashSet};

use crate::declare::target::Target;
use crate::problem::Problem;

/// A file that a target becomes.
struct Output<'a> {
    target: &'a Target,
    path: String,
    /// The path where letter case does not count.
    folded: String,
    /// Whether `/` was turned into `-`.
    flat: bool,
}

/// Outputs of different targets that cannot lie beside each other, each pair of targets once.
pub(super) fn clashes(targets: &[Target]) -> Vec<Problem> {
    let outputs: Vec<Output<'_>> = targets.iter().flat_map(outputs_of).collect();
    let mut files: HashMap<&str, &Output<'_>> = HashMap::new();
    let mut directories: HashMap<&str, &Output<'_>> = HashMap::new();
    let mut problems = Vec::new();
    let mut reported = HashSet::new();
    for output in &outputs {
        let path = output.folded.as_str();
        let file_above = above(path).find_map(|directory| files.get(directory));
        let rivals = [files.get(path), file_above, directories.get(path)];
        for rival in rivals.into_iter().flatten() {
            let pair = (rival.target.title(), output.target.title());
            if pair.0 != pair.1 && reported.insert(pair) {
                problems.push(clash(rival, output));
            }
        }
        files.entry(path).or_insert(output);
        for directory in above(path) {
            directories.entry(directory).or_insert(output);
        }
    }
    problems
}

/// The directories that a path lies in, innermost first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(parent, _)| parent.rsplit_once('/'))
        .map(|(parent, _)| parent)
}

fn outputs_of(target: &Target) -> Vec<Output<'_>> {
    let output = |path: String, flat| Output { target, folded: path.to_lowercase(), path, flat };
    match target {
        Target::Library(library) => vec![output(library.file_name(), false)],
        Target::SharedLibrary(library) => {
            library.file_names().into_iter().map(|file| output(file, false)).collect()
        }
        // It lies where no other target does.
        Target::HostProgram(program) => vec![output(format!(".modpin/{}", program.name), false)],
        Target::Group(_) | Target::Rule(_) => vec![],
        Target::Executable(executable) => {
            let map = executable.link_map.then(|| format!("{}.map", executable.name));
            [Some(executable.name.clone()), map]
                .into_iter()
                .flatten()
                .map(|file| output(file, false))
                .collect()
        }
        Target::Module(module) => {
            let mut files = vec![output(module.file_name(), false)];
            if module.name.contains('/') {
                files.push(output(format!("{}.so", module.flat_name()), true));
            }
            files
        }
    }
}

/// Says how two outputs clash that are known to.
fn clash(a: &Output<'_>, b: &Output<'_>) -> Problem {
    let (one, other) = (a.target.title(), b.target.title());
    let dash = if a.flat || b.flat { ": a module's `/` becomes `-` there" } else { "" };
    let text = if a.path == b.path {
        format!("{one} and {other} would both become {}{dash}", a.path)
    } else if a.folded == b.folded {
        format!("{one} and {other} would become {} and {}, which differ only in case", a.path, b.path)
    } else if a.folded.len() < b.folded.len() {
        format!("{one} would become the file {}, where {other} needs a directory", a.path)
    } else {
        format!("{other} would become the file {}, where {one} needs a directory", b.path)
    };
    Problem::new(text, "rename one of them")
}
