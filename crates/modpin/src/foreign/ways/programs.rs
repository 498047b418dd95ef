//! Whose module is it? Programs that lie beside the host, and where the package of the module puts programs, are looked into
//! when a module asks many symbols of nobody: it may be meant for one of them.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use modpin_loader::{Advice, Missing, Verdict, plain};

use super::super::files::{Files, real, shown};
use super::super::host_process::HostProcess;
use super::super::module::NamedModule;
use super::foretell::foretell;
use super::host_at_work::HostAtWork;
use super::missing_names::{left, names};
use super::others::{NearModules, Others};

/// A directory with more files is nobody's own, and reading all of them would take long.
const MANY: usize = 3000;

/// How many programs are tried.
pub const TRIED: usize = 3;

/// The programs of the directories that were looked into.
pub struct NearPrograms {
    /// Where the host lies.
    of_host: PathBuf,
    wanted: BTreeSet<String>,
    dirs: HashMap<PathBuf, Vec<ProgramWith>>,
}

/// A program that offers something of what is wanted.
#[derive(Clone)]
struct ProgramWith {
    path: PathBuf,
    offers: BTreeSet<String>,
}

impl NearPrograms {
    /// Beside this host, with some of these names.
    pub fn beside(host: &Path, wanted: &BTreeSet<String>) -> NearPrograms {
        let real = std::fs::canonicalize(host).unwrap_or_default();
        let of_host = real.parent().unwrap_or(Path::new("/")).to_owned();
        NearPrograms { of_host, wanted: wanted.clone(), dirs: HashMap::new() }
    }

    /// The program in which a module loads that misses so many symbols in its host. Adds to each of these that it is there.
    pub fn host_of(
        &mut self,
        module: &NamedModule,
        missing: &mut [Missing],
        pool: &NearModules,
        others: &mut Others,
        scene: &mut HostAtWork<'_>,
    ) -> Option<Advice> {
        let left = left(missing);
        let mut found = Vec::new();
        for dir in self.places(module) {
            self.read(&dir, scene.files);
            for program in &self.dirs[&dir] {
                let count = left.iter().filter(|name| program.offers.contains(*name)).count();
                found.push((count, program.path.clone(), program.offers.clone()));
            }
        }
        // Who has less than half of it has names that many programs have.
        found.retain(|(count, ..)| *count > 0 && count * 2 >= left.len());
        found.sort_by_key(|(count, path, _)| (std::cmp::Reverse(*count), path.clone()));
        found.dedup();
        let mut tried = found.into_iter().take(TRIED);
        tried.find_map(|(symbols, path, offers)| {
            let first = loads_in(&path, module, pool, others, scene)?;
            let host = shown(&path);
            for lost in missing.iter_mut().filter(|lost| offers.contains(plain(&lost.symbol))) {
                lost.found_in.push(format!("{host}, which is another program"));
            }
            Some(Advice::OtherHost { host, symbols, libraries: Vec::new(), first })
        })
    }

    /// The host's directory, and those in which the package of a module may have put programs: above the module, and where its
    /// tree has programs.
    pub fn places(&self, module: &NamedModule) -> Vec<PathBuf> {
        let real = std::fs::canonicalize(&module.path).unwrap_or_default();
        let mut places = vec![self.of_host.clone()];
        let is_bin = |dir: &Path| dir.ends_with("bin") || dir.ends_with("sbin");
        if is_bin(&self.of_host) {
            places.extend(["bin", "sbin"].map(|name| self.of_host.with_file_name(name)));
        }
        places.extend(real.ancestors().skip(1).take(3).map(Path::to_owned));
        let is_lib = |dir: &&Path| {
            dir.file_name()
                .is_some_and(|name| matches!(name.to_str(), Some("lib" | "lib64" | "libexec")))
        };
        if let Some(tree) = real.ancestors().filter(is_lib).last().and_then(Path::parent) {
            let own = real.ancestors().skip(1).filter_map(Path::file_name).take(3);
            places.extend(own.map(|name| tree.join("libexec").join(name)));
            places.extend(["bin", "sbin"].map(|name| tree.join(name)));
        }
        let mut seen = BTreeSet::new();
        places.retain(|dir| {
            std::fs::canonicalize(dir).is_ok_and(|real| real.is_dir() && seen.insert(real))
        });
        places
    }

    fn read(&mut self, dir: &Path, files: &mut Files) {
        if self.dirs.contains_key(dir) {
            return;
        }
        let mut programs = Vec::new();
        let wanted: Vec<&str> = self.wanted.iter().map(String::as_str).collect();
        for path in programs_in(dir) {
            let Some(file) = files.with_names(&shown(&path), &wanted) else { continue };
            let offers = self.wanted.iter().filter(|name| !file.offers_of(name).is_empty());
            let offers: BTreeSet<String> = offers.cloned().collect();
            if file.interp.is_some() && !offers.is_empty() {
                programs.push(ProgramWith { path, offers });
            }
        }
        self.dirs.insert(dir.to_owned(), programs);
    }
}

/// The files of a directory that may be programs, sorted.
pub fn programs_in(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).take(MANY + 1).collect();
    if paths.len() > MANY {
        return Vec::new();
    }
    paths.retain(|path| !is_library(path) && !path.is_symlink() && path.is_file());
    paths.sort();
    paths
}

/// Whether a module loads in a program; which others must be loaded before.
pub fn loads_in(
    program: &Path,
    module: &NamedModule,
    pool: &NearModules,
    others: &mut Others,
    scene: &mut HostAtWork<'_>,
) -> Option<Vec<String>> {
    if real(program).ok()? == real(scene.name).ok()? {
        return None;
    }
    let file = scene.files.program(program).ok()?;
    let mut host = HostProcess::start(program, file, scene.environment, scene.files).ok()??;
    if host.begin(scene.files, scene.opened).is_some() {
        return None;
    }
    let predicted = host.load(scene.files, module, scene.opened);
    if predicted.verdict == Verdict::Loads {
        return Some(Vec::new());
    }
    if names(&predicted.missing).is_empty() {
        return None;
    }
    let mut scene = HostAtWork {
        name: program,
        host: &mut host,
        files: scene.files,
        opened: scene.opened,
        environment: scene.environment,
    };
    let first = foretell(module, &predicted.missing, pool, others, &mut scene).first;
    (!first.is_empty()).then_some(first)
}

fn is_library(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".so") || name.contains(".so.") || name.ends_with(".a")
}
