//! Programs that have what a module misses in their libraries: a plugin is linked without the library that its program brings.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use modpin_loader::{Advice, Missing, plain};

use super::super::files::{Files, shown};
use super::super::host_process::HostProcess;
use super::super::module::NamedModule;
use super::host_at_work::HostAtWork;
use super::others::{NearModules, Others};
use super::programs::{TRIED, loads_in, programs_in};

/// What more programs have than this is nobody's own: a library that the module was to be linked with.
const FEW: usize = 8;

/// The programs of the directories that were looked into, with what they link.
#[derive(Default)]
pub struct LinkedPrograms {
    dirs: HashMap<PathBuf, Vec<LinkedProgram>>,
}

struct LinkedProgram {
    path: PathBuf,
    needed: Vec<String>,
    /// It finds libraries where others do not.
    own_path: bool,
}

impl LinkedPrograms {
    /// The program in which a module loads that misses these, in one of these directories. `with_it` are the names of libraries
    /// of the system that have one.
    pub fn host_of(
        &mut self,
        asked: (&NamedModule, &mut [Missing], &[String]),
        dirs: &[PathBuf],
        with_it: &BTreeSet<String>,
        pool: &NearModules,
        others: &mut Others,
        scene: &mut HostAtWork<'_>,
    ) -> Option<Advice> {
        let (module, missing, left) = asked;
        let mut found = Vec::new();
        for dir in dirs {
            let programs = self.dirs.entry(dir.clone()).or_insert_with(|| read(dir, scene.files));
            let links = |program: &&LinkedProgram| {
                program.own_path || program.needed.iter().any(|name| with_it.contains(name))
            };
            for program in programs.iter().filter(links) {
                let has = has(&program.path, left, scene);
                if has.symbols.len() * 2 >= left.len() {
                    found.push((has, program.path.clone()));
                }
            }
        }
        if found.len() > FEW {
            return None;
        }
        found.sort_by_key(|(has, path)| (std::cmp::Reverse(has.symbols.len()), path.clone()));
        found.into_iter().take(TRIED).find_map(|(has, path)| {
            let first = loads_in(&path, module, pool, others, scene)?;
            let host = shown(&path);
            let of_it = missing.iter_mut().filter(|lost| has.symbols.contains(plain(&lost.symbol)));
            of_it.for_each(|lost| lost.found_in.push(format!("{host}, which is another program")));
            Some(Advice::OtherHost { host, symbols: has.symbols.len(), libraries: has.libraries, first })
        })
    }
}

/// What a program has of what is wanted.
#[derive(Default)]
struct Has {
    symbols: BTreeSet<String>,
    /// The libraries in which that is.
    libraries: Vec<String>,
}

fn has(program: &Path, wanted: &[String], scene: &mut HostAtWork<'_>) -> Has {
    let mut has = Has::default();
    let Ok(file) = scene.files.program(program) else { return has };
    let started = HostProcess::start(program, file, scene.environment, scene.files);
    let Ok(Some(host)) = started else { return has };
    for (at, mapped) in host.process.files.iter().enumerate() {
        let offers = |name: &&String| !mapped.file.offers_of(name).is_empty();
        let before = has.symbols.len();
        has.symbols.extend(wanted.iter().filter(offers).cloned());
        if at > 0 && has.symbols.len() > before {
            has.libraries.push(mapped.path.clone());
        }
    }
    has
}

fn read(dir: &Path, files: &mut Files) -> Vec<LinkedProgram> {
    let linked = |path: PathBuf| {
        let file = files.once(&path)?;
        file.interp.as_ref()?;
        let own_path = file.rpath.is_some() || file.runpath.is_some();
        Some(LinkedProgram { path, needed: file.needed.clone(), own_path })
    };
    programs_in(dir).into_iter().filter_map(linked).collect()
}
