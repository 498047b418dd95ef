//! Which files a program needs to run on a machine that has nothing: those that the loader of this one finds for it. Each lies there where
//! it is looked for, and where it lies in truth, since programs look for others beside themselves.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// What was found out of files of the system.
#[derive(Default)]
pub struct Toolchain {
    needs: Mutex<HashMap<String, BTreeSet<String>>>,
}

impl Toolchain {
    /// Files, by absolute paths, and all that they need; what is no file is left out.
    pub fn with_needs(&self, paths: &[String]) -> BTreeSet<String> {
        let mut known = self.needs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = BTreeSet::new();
        for path in paths {
            if !known.contains_key(path) {
                known.insert(path.clone(), needs(path));
            }
            all.extend(known[path].iter().cloned());
        }
        all
    }
}

fn needs(path: &str) -> BTreeSet<String> {
    let mut all = places(path);
    // gcc wants it for each link, and nobody tells that he has read it.
    if let Some(dir) = path.strip_suffix("/collect2") {
        all.append(&mut places(&format!("{dir}/liblto_plugin.so")));
    }
    if is_program(path) {
        for library in libraries(path) {
            all.append(&mut places(&library));
        }
    }
    all
}

/// A file as it is called, without steps back, and as it is called without links.
fn places(path: &str) -> BTreeSet<String> {
    let real = std::fs::canonicalize(path).ok().filter(|path| path.is_file());
    let Some(real) = real.and_then(|path| path.into_os_string().into_string().ok()) else {
        return BTreeSet::new();
    };
    let is_plain = path.starts_with('/') && !path.split('/').any(|part| matches!(part, "." | ".."));
    let called = if is_plain { path.replace("//", "/") } else { real.clone() };
    BTreeSet::from([called, real])
}

fn is_program(path: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let executable = |path: &Path| path.metadata().is_ok_and(|it| it.permissions().mode() & 0o100 != 0);
    let begins_as_one = || -> std::io::Result<bool> {
        let mut magic = [0; 4];
        std::io::Read::read_exact(&mut std::fs::File::open(path)?, &mut magic)?;
        Ok(magic == *b"\x7fELF")
    };
    executable(Path::new(path)) && begins_as_one().unwrap_or(false)
}

/// What the loader would load, itself among it. It is told to say so and to run nothing; a program without a loader tells its version.
fn libraries(program: &str) -> Vec<String> {
    let mut command = Command::new(program);
    command.arg("--version").env("LD_TRACE_LOADED_OBJECTS", "1").env_remove("LD_PRELOAD");
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let Ok(output) = command.output() else { return Vec::new() };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let path =
        |line: &str| line.split_whitespace().find(|word| word.starts_with('/')).map(str::to_owned);
    text.lines().filter(|line| line.starts_with('\t')).filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_needs_its_libraries_and_its_loader() {
        let paths = ["/usr/bin/env", "/etc/passwd", "/usr/bin/../bin/env", "/none"].map(str::to_owned);
        let all = Toolchain::default().with_needs(&paths);
        let has = |end: &str| all.iter().any(|path| path.contains(end));
        assert!(all.contains("/usr/bin/env") && all.contains("/etc/passwd"), "{all:?}");
        assert!(has("/libc.so") && has("/ld-") && !has("none") && !has(".."), "{all:?}");
    }
}
