//! What lies near a path that is not there: the way out for a mistyped glob, source or include
//! directory. Only reads directories, and only once something is wrong.

use std::fs;
use std::path::Path;

use crate::problem::Problem;
use crate::suggest::nearest;

/// A path without wildcards that is no file.
pub(crate) fn missing(root: &Path, subject: &str, text: &str) -> Problem {
    if root.join(text).is_dir() {
        let help = format!("name its sources: \"{text}/*.c\", or \"{text}/**/*.c\" with all below");
        return Problem::new(format!("{subject}: the source {text:?} is a directory"), help);
    }
    let help = near(root, text, Path::new(text), Path::is_file);
    Problem::new(format!("{subject}: the source {text:?} is missing"), help)
}

/// The way out of a glob that matches nothing.
pub(crate) fn empty_help(root: &Path, text: &str, start: &Path) -> String {
    if root.join(text).is_file() {
        return format!(
            "a file has that very name: write its wildcard characters as {:?}",
            globset::escape(text)
        );
    }
    if root.join(start).is_dir() {
        let start = if start.as_os_str().is_empty() { Path::new(".") } else { start };
        return format!("the directory {:?} exists, but holds no such file", shown(start));
    }
    near(root, text, start, Path::is_dir)
}

/// Says what exists near `absent`, with which `text` begins: `text` with a like-named entry in the
/// place of the part that is not there, else the innermost directory that is.
pub(crate) fn near(root: &Path, text: &str, absent: &Path, wanted: fn(&Path) -> bool) -> String {
    let mut part = absent;
    while let Some(parent) = part.parent() {
        if root.join(parent).is_dir() {
            let fits = |path: &Path| if part == Path::new(text) { wanted(path) } else { path.is_dir() };
            let name = part.file_name().unwrap_or_default().to_string_lossy();
            let rest = text.get(shown(part).len()..).unwrap_or_default();
            return match sibling(&root.join(parent), &name, fits) {
                Some(sibling) => format!("did you mean {:?}?", shown(&parent.join(sibling)) + rest),
                None if parent.as_os_str().is_empty() => from_root(root),
                None => format!("the directory {:?} exists", shown(parent)),
            };
        }
        part = parent;
    }
    from_root(root)
}

fn from_root(root: &Path) -> String {
    format!("paths start at the project's root, {}", root.display())
}

/// The entry of `directory` whose name is nearest to `name`.
fn sibling(directory: &Path, name: &str, fits: impl Fn(&Path) -> bool) -> Option<String> {
    let entries = fs::read_dir(directory).ok()?.flatten();
    let names = entries
        .filter(|entry| fits(&entry.path()))
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    let of_stem =
        names.iter().find(|entry| entry.strip_prefix(name).is_some_and(|end| end.starts_with('.')));
    if let Some(entry) = of_stem {
        return Some(entry.clone());
    }
    nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

/// A path for a message; what is not UTF-8 shows as U+FFFD.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
