//! Programs as the system and the compiler would find them, by a path or on a search path; and where others would be found first.

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

/// Where `COMPILER_PATH` has the driver look for programs behind it, before its own directories.
pub fn program_places(root: &Path, names: &[&str]) -> Vec<String> {
    let dirs = std::env::var_os("COMPILER_PATH");
    let dirs = dirs.iter().flat_map(std::env::split_paths).map(|dir| root.join(dir));
    let places = dirs.flat_map(|dir| names.iter().map(move |name| dir.join(name)));
    places.map(|place| place.to_string_lossy().into_owned()).collect()
}

/// Where programs are not, and would be found instead of where they are.
pub fn earlier(root: &Path, names: &[String]) -> Vec<String> {
    let on_path = names.iter().filter(|name| !name.contains('/')).flat_map(|name| places(name).0);
    let on_path = on_path.filter_map(|place| place.into_os_string().into_string().ok());
    let named = program_places(root, &["cc1", "cc1plus", "as", "collect2", "ld"]);
    let mut found: Vec<String> =
        on_path.chain(named.into_iter().filter(|path| !is_program(Path::new(path)))).collect();
    found.sort_unstable();
    found.dedup();
    found
}
