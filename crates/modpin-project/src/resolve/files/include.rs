//! Which directories `.include()` means.

use std::path::Path;

use crate::problem::Problem;
use crate::resolve::files::nearby::near;
use crate::resolve::files::path::normal;

/// The directory as plan and compiler see it: relative to the root if it lies below it.
pub(crate) fn directory(root: &Path, subject: &str, text: &str) -> Result<String, Problem> {
    let path = if text.is_empty() { String::new() } else { normal(root, text) };
    if path.is_empty() || path.contains(['\n', '\0']) || !root.join(&path).is_dir() {
        let problem = format!("{subject}: .include({text:?}) names no directory");
        return Err(Problem::new(problem, near(root, &path, Path::new(&path), Path::is_dir)));
    }
    Ok(path)
}
