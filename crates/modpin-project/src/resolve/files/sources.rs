//! Which files a target's globs and paths mean, and which of them are sources.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::problem::Problem;
use crate::resolve::files::looked_up::LookedUp;
use crate::resolve::files::nearby::{empty_help, missing, shown};
use crate::resolve::files::pattern::{Pattern, is_glob};
use crate::resolve::files::walk::Walk;
use crate::resolve::findings::Findings;
use crate::resolve::flags::language::Language;

/// The files that `patterns` mean, the first mention of each: one file in one directory is one, however it is spelled. Only where two
/// have the same name, the disk is asked whether their directories are one.
pub(crate) fn files(
    root: &Path,
    subject: &str,
    patterns: &[Pattern],
    findings: &mut Findings,
) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for pattern in patterns {
        let found = find(root, subject, pattern, &mut findings.looked_up);
        files.extend(findings.keep(found).unwrap_or_default());
    }
    let mut names: HashMap<OsString, usize> = HashMap::new();
    for name in files.iter().filter_map(|path| path.file_name()) {
        *names.entry(name.to_owned()).or_default() += 1;
    }
    let (mut seen, mut dirs) = (HashSet::new(), HashMap::new());
    files.retain(|path| {
        let name = path.file_name().unwrap_or_default();
        if names.get(name) == Some(&1) {
            return true;
        }
        let dir = path.parent().unwrap_or(Path::new("")).to_owned();
        let real = dirs.entry(dir).or_insert_with_key(|dir| {
            let dir = root.join(dir);
            dir.canonicalize().unwrap_or(dir)
        });
        seen.insert(real.join(name))
    });
    files
}

/// A file found, as text and with its language, if compilers and depfiles can carry its name and it is a source.
pub(crate) fn source(subject: &str, path: &Path) -> Result<(String, Language), Problem> {
    let Some(text) = path.to_str() else {
        let problem = format!("{subject}: the file name {:?} is not UTF-8", shown(path));
        return Err(Problem::new(
            problem,
            "rename the file, or leave it out with .exclude() and a glob",
        ));
    };
    if text.contains('\n') {
        let problem = format!("{subject}: the file name {text:?} holds a newline");
        return Err(Problem::new(
            problem,
            "rename the file, or leave it out with .exclude() and a glob",
        ));
    }
    if text.starts_with(['-', '@']) {
        let problem = format!("{subject}: the file name {text:?} would be read as an option");
        return Err(Problem::new(problem, "rename the file, or move it into a directory"));
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
    if let Some(language) = Language::of(text) {
        return Ok((text.to_owned(), language));
    }
    let help = match extension {
        "h" => "headers are found by the compiler: name their directory with .include()",
        _ => {
            "sources are .c, .cc .cpp .cxx .c++ .C, .S and .s; narrow the glob, or leave the file out with .exclude()"
        }
    };
    Err(Problem::new(format!("{subject}: {text:?} is not a source"), help))
}

/// The sorted matches of one pattern, at least one.
fn find(
    root: &Path,
    subject: &str,
    pattern: &Pattern,
    looked_up: &mut LookedUp,
) -> Result<Vec<PathBuf>, Problem> {
    let text = pattern.text();
    if !is_glob(text) {
        if root.join(text).is_file() {
            looked_up.there.push(PathBuf::from(text));
            return Ok(vec![PathBuf::from(text)]);
        }
        return Err(missing(root, subject, text));
    }
    let walk = Walk::new(root, pattern);
    let found = walk.matches(looked_up).map_err(|(directory, error)| {
        let problem = format!("{subject}: cannot list the directory {:?}: {error}", shown(&directory));
        Problem::new(problem, format!("the glob {text:?} looks there: allow it, or narrow the glob"))
    })?;
    if found.is_empty() {
        return Err(Problem::new(
            format!("{subject}: no file matches {text:?}"),
            empty_help(root, text, &walk.start),
        ));
    }
    Ok(found)
}
