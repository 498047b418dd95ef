//! Programs as the system would find them: by a path, or on the search path.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The program's path, if there is one.
pub fn find_program(name: &str) -> Option<String> {
    let path = if name.contains('/') { std::path::absolute(name).ok()? } else { PathBuf::from(name) };
    let (_, found) = places(path.to_str()?);
    Some(found?.to_string_lossy().into_owned())
}

/// Where a program is, and where it would be found instead.
pub fn places(name: &str) -> (Vec<PathBuf>, Option<PathBuf>) {
    if name.contains('/') {
        let path = PathBuf::from(name);
        return if is_program(&path) { (vec![], Some(path)) } else { (vec![path], None) };
    }
    let mut missing = Vec::new();
    for dir in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        let path = dir.join(name);
        if is_program(&path) {
            return (missing, Some(path));
        }
        missing.push(path);
    }
    (missing, None)
}

/// Whether a file is one that can be started.
pub fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
