//! Programs as the system would find them: by a path, or on the search path.

use std::path::Path;

/// The program's path, if there is one.
pub fn find_program(name: &str) -> Option<String> {
    let usable = |path: &Path| path.is_file().then(|| path.to_string_lossy().into_owned());
    if name.contains('/') {
        return usable(&std::path::absolute(name).ok()?);
    }
    std::env::split_paths(&std::env::var_os("PATH")?).find_map(|dir| usable(&dir.join(name)))
}
