//! What cargo watches, so that it runs the build script again. cargo compares time stamps: of a file it misses a replacement that
//! is older, and of a list of files it misses a new one. Of a directory it looks at all that lies below, and at the directory
//! itself, so directories are named where possible.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::lines;

/// What a build looked at.
#[derive(Debug, Default)]
pub struct Looked {
    /// Directories and files that the look-up of the project rests on.
    pub looked_up: Vec<PathBuf>,
    /// Files that were read.
    pub read: Vec<PathBuf>,
    /// Sources.
    pub sources: Vec<PathBuf>,
}

/// Where the package and its files lie.
#[derive(Clone, Copy, Debug)]
pub struct Dirs<'a> {
    /// The package's directory, where relative paths start.
    pub root: &'a Path,
    /// Where the script's own files go.
    pub out_dir: &'a Path,
}

/// The lines for what was looked at; without a problem, the second is empty: a directory that cannot be watched, because all
/// sorts of files lie below it.
pub fn watched(seen: &Looked, place: Dirs<'_>) -> (String, Vec<PathBuf>) {
    let absolute = |path: &PathBuf| without_dots(&place.root.join(path));
    let is_own = |path: &Path| path.starts_with(place.out_dir);
    // Rust's files lie below these, and what cargo builds: cargo would run the script for nothing.
    let is_too_large = |dir: &Path| place.out_dir.starts_with(dir) || place.root.starts_with(dir);
    let mut dirs = BTreeSet::new();
    let mut files = BTreeSet::new();
    for path in seen.looked_up.iter().map(absolute).filter(|path| !is_own(path)) {
        match path.is_dir() {
            true if is_too_large(&path) => {}
            true => _ = dirs.insert(path),
            false => _ = files.insert(path),
        }
    }
    let mut unwatched = BTreeSet::new();
    for path in seen.sources.iter().map(absolute) {
        if let Some(dir) = path.parent().filter(|dir| is_too_large(dir)) {
            unwatched.insert(dir.to_owned());
        }
    }
    for path in seen.read.iter().chain(&seen.sources).map(absolute).filter(|path| !is_own(path)) {
        let Some(dir) = path.parent() else { continue };
        match dir.starts_with(place.root) && !is_too_large(dir) {
            true => _ = dirs.insert(dir.to_owned()),
            false => _ = files.insert(path),
        }
    }
    let is_below = |path: &Path| path.ancestors().skip(1).any(|above| dirs.contains(above));
    let all = dirs.iter().chain(&files).filter(|path| !is_below(path));
    let text = all.filter_map(|path| lines::as_line(path)).map(|path| lines::watch(&path)).collect();
    (text, unwatched.into_iter().collect())
}

/// `/p/app/../c/a.c` is `/p/c/a.c`: cargo compares texts.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            // A link in front of it may lead elsewhere.
            Component::ParentDir if !plain.is_symlink() => _ = plain.pop(),
            part => plain.push(part),
        }
    }
    plain
}

/// Variables that decide what a toolchain is and does, for a target. `PATH` is not among them: it differs between a terminal
/// and an editor, and what is found by it is looked at by the script itself.
pub fn variables(target: &str) -> String {
    let plain = ["CROSS_COMPILE", "LDFLAGS", "COMPILER_PATH", "GCC_EXEC_PREFIX", "SOURCE_DATE_EPOCH"];
    let plain = plain.into_iter().chain([
        "CPATH",
        "C_INCLUDE_PATH",
        "CPLUS_INCLUDE_PATH",
        "LIBRARY_PATH",
        "LD_RUN_PATH",
        "SDKROOT",
        "CPPFLAGS",
    ]);
    let mut names: Vec<String> = plain.map(str::to_owned).collect();
    let under = target.replace(['-', '.'], "_");
    for name in ["CC", "CFLAGS", "CXX", "CXXFLAGS"] {
        names.extend([name.to_owned(), format!("{name}_{target}"), format!("{name}_{under}")]);
        names.extend([format!("TARGET_{name}"), format!("HOST_{name}")]);
    }
    names.iter().map(|name| lines::watch_variable(name)).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(looked_up: &[&str], read: &[&str], sources: &[&str], expected: Expect) {
        let dir = tempfile::tempdir().expect("a directory");
        let top = std::fs::canonicalize(dir.path()).expect("a directory");
        let (root, out_dir) = (top.join("app"), top.join("app/target/debug/build/app-1/out"));
        for below in ["app/c/inc", "app/src", "shared/c", "app/target/debug/build/app-1/out"] {
            std::fs::create_dir_all(top.join(below)).expect("directories");
        }
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect();
        let seen = Looked { looked_up: paths(looked_up), read: paths(read), sources: paths(sources) };
        let (text, unwatched) = watched(&seen, Dirs { root: &root, out_dir: &out_dir });
        let more = unwatched.iter().map(|dir| format!("unwatched {}\n", dir.display()));
        let text = text + &more.collect::<String>();
        let text = text.replace("cargo::rerun-if-changed=", "");
        expected.assert_eq(&text.replace(&top.display().to_string(), "TOP"));
    }

    #[test]
    fn directories_stand_for_the_files_in_them() {
        check(
            &["c", "c/inc", "../shared/c"],
            &["c/a.c", "c/inc/a.h", "/usr/include/stdio.h", "../shared/c/b.c"],
            &["c/a.c", "../shared/c/b.c"],
            expect![[r#"
                TOP/app/c
                TOP/shared/c
                /usr/include/stdio.h
            "#]],
        );
    }

    #[test]
    fn what_holds_everything_is_not_watched() {
        check(
            &["", "..", "c"],
            &["a.c", "target/debug/build/app-1/out/modpin/m.so", "../x.h"],
            &["a.c"],
            expect![[r#"
                TOP/app/c
                TOP/app/a.c
                TOP/x.h
                unwatched TOP/app
            "#]],
        );
    }
}
