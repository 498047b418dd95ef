//! Shared libraries in the links of others: what the link is given, where the loader looks, which files must be there when it
//! runs.

use modpin_engine::FileId;
use modpin_project::{Resolved, ResolvedSharedLibrary};

use super::planner::Planner;

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
        let mut beside = Beside::default();
        let all = &self.resolved.shared_libraries;
        for &at in shared {
            let Some(planned) = &self.shared[at] else { continue };
            beside.args.push(self.graph.path(planned.stub).to_owned());
            beside.stubs.push(planned.stub);
            beside.symbols.push(planned.symbols);
            beside.names.push(all[at].soname().to_owned());
        }
        if let Some(path) = run_path(self.resolved, shared, file, flat) {
            beside.args.push(format!("-Wl,--enable-new-dtags,-rpath,{path}"));
        }
        beside.files = self.at_run_time(shared);
        beside
    }

    /// The files of shared libraries, and of those that they need.
    pub(super) fn at_run_time(&self, shared: &[usize]) -> Vec<FileId> {
        let all = self.resolved.shared_at_run_time(shared.to_vec());
        all.into_iter()
            .filter_map(|at| self.shared[at].as_ref())
            .flat_map(|it| it.files.clone())
            .collect()
    }
}

/// How long the search path of a file is in the build directory. Whoever installs it writes another one in its place, which
/// must not be longer: so it ends in slashes, which mean nothing.
const ROOM: usize = 128;

/// The search path of `file`, from the build directory on, for some shared libraries of the project; `flat` says that it has a copy
/// at the top.
pub(crate) fn run_path(resolved: &Resolved, shared: &[usize], file: &str, flat: bool) -> Option<String> {
    let mut dirs: Vec<String> = Vec::new();
    for library in shared.iter().map(|&at| &resolved.shared_libraries[at]) {
        let ways = [Some(way(file, library)), flat.then(|| way("", library))];
        for dir in ways.into_iter().flatten() {
            if !dirs.contains(&dir) {
                dirs.push(dir);
            }
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
