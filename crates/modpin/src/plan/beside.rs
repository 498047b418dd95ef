//! Shared libraries in the links of others: what the link is given, where the loader looks, which files must be there when it
//! runs.

use modpin_engine::FileId;
use modpin_project::{Resolved, ResolvedSharedLibrary};

use super::planner::Planner;
use crate::layout::Layout;

/// The shared libraries of one link.
#[derive(Debug, Default)]
pub struct Beside {
    /// Arguments, for behind the archives.
    pub args: Vec<String>,
    /// What the link reads.
    pub stubs: Vec<FileId>,
    /// What must be there where it runs, with what they need themselves.
    pub files: Vec<FileId>,
    /// Their symbols.
    pub symbols: Vec<FileId>,
    /// Their files' names.
    pub names: Vec<String>,
}

impl Planner<'_> {
    /// For a link that makes `file`, below the build directory; `flat` says that it has a copy at the top.
    pub(super) fn beside(&self, shared: &[usize], file: &str, flat: bool) -> Beside {
        self.beside_with(shared, run_path(self.resolved, shared, file, flat))
    }

    /// For a program that cargo links.
    pub(super) fn beside_cargo_program(&self, shared: &[usize]) -> Beside {
        self.beside_with(shared, run_path_of_cargo(self.resolved, shared, self.layout))
    }

    fn beside_with(&self, shared: &[usize], run_path: Option<String>) -> Beside {
        let mut beside = Beside::default();
        let all = &self.resolved.shared_libraries;
        for &at in shared {
            let Some(planned) = &self.shared[at] else { continue };
            beside.args.push(self.graph.path(planned.stub).to_owned());
            beside.stubs.push(planned.stub);
            beside.symbols.push(planned.symbols);
            beside.names.push(all[at].soname().to_owned());
        }
        if let Some(path) = run_path {
            beside.args.push(format!("-Wl,--enable-new-dtags,-rpath,{path}"));
        }
        beside.files = self.at_run_time(shared);
        beside
    }

    /// The files of shared libraries that loaders look for, and of those that they need.
    pub(super) fn at_run_time(&self, shared: &[usize]) -> Vec<FileId> {
        let all = self.resolved.shared_at_run_time(shared.to_vec());
        all.into_iter().filter_map(|at| self.shared[at].as_ref()).map(|it| it.files[0]).collect()
    }
}

/// How long the search path of a file is in the build directory. Whoever installs it writes another one in its place, which
/// must not be longer: so it ends in slashes, which mean nothing.
const ROOM: usize = 128;

/// The search path of `file`, from the build directory on, for some shared libraries of the project; `flat` says that it has a copy
/// at the top.
pub(crate) fn run_path(resolved: &Resolved, shared: &[usize], file: &str, flat: bool) -> Option<String> {
    let libraries = shared.iter().map(|&at| &resolved.shared_libraries[at]);
    joined(libraries.flat_map(|library| {
        let ways = [Some(way(file, library)), flat.then(|| way("", library))];
        ways.into_iter().flatten()
    }))
}

/// The same of a program that cargo links. It lies in cargo's directory for the profile, or one deeper as a unit test; its libraries lie
/// in the directory of the build script, which is below that of the profile (`build/app-0123/out`) unless cargo is told otherwise.
pub(crate) fn run_path_of_cargo(
    resolved: &Resolved,
    shared: &[usize],
    layout: &Layout,
) -> Option<String> {
    let parts: Vec<&str> = layout.dir.rsplitn(5, '/').collect();
    let tops = match parts[..] {
        [own, out @ "out", package, build @ "build", _] => {
            let below = format!("{build}/{package}/{out}/{own}");
            vec![format!("$ORIGIN/{below}"), format!("$ORIGIN/../{below}")]
        }
        _ => vec![layout.absolute(&layout.dir).to_string_lossy().into_owned()],
    };
    let libraries = shared.iter().map(|&at| &resolved.shared_libraries[at]);
    let ways = libraries.map(|library| way("", library));
    joined(ways.flat_map(|way| tops.iter().map(move |top| way.replacen("$ORIGIN", top, 1))))
}

/// A search path of these directories, each once.
fn joined(ways: impl Iterator<Item = String>) -> Option<String> {
    let mut dirs: Vec<String> = Vec::new();
    for dir in ways {
        if !dirs.contains(&dir) {
            dirs.push(dir);
        }
    }
    let path = dirs.join(":");
    (!path.is_empty()).then(|| format!("{path:/<ROOM$}"))
}

/// The way from a file's directory to that of a library, as loaders read it: it holds wherever the build directory lies.
fn way(file: &str, library: &ResolvedSharedLibrary) -> String {
    let mut way = "$ORIGIN".to_owned();
    way += &"/..".repeat(file.matches('/').count());
    let to = library.file_names.first().and_then(|file| Some(file.rsplit_once('/')?.0));
    to.into_iter().for_each(|dir| way += &format!("/{dir}"));
    way
}
