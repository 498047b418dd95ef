//! Which other modules have what a module misses: those that the user named, then the files beside the module and in the
//! directories above it. Who asks about one module of a program seldom names the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use modpin_loader::{Found, Missing, Opener, plain};
use modpin_symbols::Loadable;

use super::super::files::{Files, shown};
use super::super::host_process::HostProcess;
use super::super::module::NamedModule;

/// A directory with more shared libraries is no program's own, and reading all of them would take long.
const MANY: usize = 500;

/// How many directories are looked into: the module's, and those above it.
const UP: usize = 3;

/// What may be loaded before a module.
#[derive(Default)]
pub struct Others {
    all: Vec<Other>,
    /// The directories that were looked into, by what they are called, with indices into `all`.
    dirs: BTreeMap<String, Vec<usize>>,
}

struct Other {
    name: String,
    path: String,
    /// What it offers, as far as that was read.
    offered: Option<Offered>,
    /// Named by the user.
    named: bool,
    /// It lies in a directory above the module.
    above: bool,
    /// The libraries that it brings, once it was asked.
    brings: Option<Vec<String>>,
}

/// What a file offers, and to whom. There may be hundreds: no more is kept.
struct Offered(Loadable);

/// Those that may be loaded before one module: indices, and what they bring of what it misses.
#[derive(Default)]
pub struct NearModules {
    /// In the order in which they are asked.
    pub all: Vec<usize>,
    /// What libraries of theirs have, by name.
    brought: BTreeMap<usize, BTreeSet<String>>,
}

impl NearModules {
    /// Whether none of them defines it, but a library of one does.
    pub fn only_bring(&self, lost: &Missing) -> bool {
        self.brought.values().any(|names| names.contains(plain(&lost.symbol)))
    }
}

impl Others {
    /// The modules that the user named.
    pub fn named(modules: &[NamedModule]) -> Others {
        let other = |module: &NamedModule| Other {
            name: module.name.clone(),
            path: module.path.clone(),
            offered: None,
            named: true,
            above: false,
            brings: None,
        };
        Others { all: modules.iter().map(other).collect(), dirs: BTreeMap::new() }
    }

    /// Those that a loader could have in one process with this module. Adds to each missing symbol which of them define it.
    pub fn pool(
        &mut self,
        module: &NamedModule,
        missing: &mut [Missing],
        files: &mut Files,
        host: &mut HostProcess,
    ) -> NearModules {
        let Found::File(of) = module.read() else { return NearModules::default() };
        let of = Offered::by(&of);
        self.read_named();
        let mut pool: Vec<usize> = (0..self.all.len()).filter(|&at| self.all[at].named).collect();
        self.tell(&pool, module, &of, missing);
        for up in 0..UP {
            if up > 0 && missing.iter().all(|lost| !lost.found_in.is_empty()) {
                break;
            }
            let beside = self.beside(module, up, files);
            for lost in missing.iter_mut().filter(|lost| lost.found_in.is_empty()) {
                self.tell(&beside, module, &of, std::slice::from_mut(lost));
            }
            pool.extend(beside);
        }
        pool.retain(|&at| self.all[at].fits(&of));
        let brought = self.brought(&pool, module, missing, files, host);
        NearModules { all: pool, brought }
    }

    /// How the user calls one.
    pub fn name(&self, at: usize) -> &str {
        &self.all[at].name
    }

    /// Where it is.
    pub fn path(&self, at: usize) -> &str {
        &self.all[at].path
    }

    /// The one that defines the most of these names, and the first of them: named ones before those beside, of equals the
    /// first. `is_out` says which do not count.
    pub fn best(
        &self,
        pool: &NearModules,
        names: &[String],
        is_out: &dyn Fn(usize) -> bool,
    ) -> Option<(usize, String)> {
        let gives = |at: usize, name: &String| {
            self.all[at].offers(name)
                || pool.brought.get(&at).is_some_and(|brought| brought.contains(name))
        };
        let count = |at: usize| names.iter().filter(|name| gives(at, name)).count();
        let counts = pool.all.iter().filter(|&&at| !is_out(at)).map(|&at| (count(at), at));
        let counts = counts.filter(|&(count, _)| count > 0).collect::<Vec<_>>().into_iter().rev();
        let (_, best) = counts.max_by_key(|&(count, at)| (self.all[at].named, count))?;
        let name = names.iter().find(|name| gives(best, name))?;
        Some((best, name.clone()))
    }

    /// Reads those that were named: until now, nobody missed anything.
    fn read_named(&mut self) {
        for other in self.all.iter_mut().filter(|other| other.offered.is_none()) {
            let module = NamedModule { name: other.name.clone(), path: other.path.clone() };
            other.offered = Some(match module.read() {
                Found::File(file) => Offered::by(&file),
                _ => Offered(Loadable::default()),
            });
        }
    }

    /// Adds to each symbol which of these define it.
    fn tell(&self, pool: &[usize], module: &NamedModule, of: &Offered, missing: &mut [Missing]) {
        let others = pool.iter().map(|&at| &self.all[at]);
        for other in others.filter(|other| other.fits(of) && other.path != module.path) {
            for lost in missing.iter_mut().filter(|lost| other.offers(plain(&lost.symbol))) {
                lost.found_in.push(match (other.named, other.above) {
                    (true, _) => format!("module {}", other.name),
                    (false, false) => format!("{}, which lies beside it", other.name),
                    (false, true) => format!("{}, which lies above it", other.name),
                });
            }
        }
    }

    /// What libraries of these have of what nobody defines: who loads a module for all to see shows them, too.
    fn brought(
        &mut self,
        pool: &[usize],
        module: &NamedModule,
        missing: &mut [Missing],
        files: &mut Files,
        host: &mut HostProcess,
    ) -> BTreeMap<usize, BTreeSet<String>> {
        let mut brought: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        if missing.iter().all(|lost| !lost.found_in.is_empty()) {
            return brought;
        }
        let mut asked: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for &at in pool {
            if self.all[at].path == module.path {
                continue;
            }
            let libraries = self.libraries_of(at, files, host);
            libraries.into_iter().for_each(|path| asked.entry(path).or_default().push(at));
        }
        let names: Vec<String> = missing.iter().map(|lost| plain(&lost.symbol).to_owned()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for (path, bringers) in asked {
            // All of them together may be too much to keep, and most have none of the names.
            let Some(library) = files.with_names(&path, &names) else { continue };
            for lost in missing.iter_mut() {
                let name = plain(&lost.symbol);
                if !lost.found_in.is_empty() && !lost.found_in[0].contains(", which comes with ")
                    || library.offers_of(name).is_empty()
                {
                    continue;
                }
                for &at in &bringers {
                    brought.entry(at).or_default().insert(name.to_owned());
                }
                let first = &self.all[bringers[0]].name;
                lost.found_in.push(format!("{path}, which comes with {first}"));
            }
        }
        brought
    }

    fn libraries_of(&mut self, at: usize, files: &mut Files, host: &mut HostProcess) -> Vec<String> {
        if let Some(known) = &self.all[at].brings {
            return known.clone();
        }
        let path = self.all[at].path.clone();
        let brings = host.brought(files, &path);
        self.all[at].brings = Some(brings.clone());
        brings
    }

    /// The shared libraries that nobody named, each once, of the directory that lies so far above the module.
    fn beside(&mut self, module: &NamedModule, up: usize, files: &mut Files) -> Vec<usize> {
        let mut dir = Path::new(&module.name).parent().unwrap_or(Path::new("")).to_owned();
        let Some(above) = Path::new(&module.path).ancestors().nth(up + 1) else { return Vec::new() };
        if up > 0 {
            dir = above.to_owned();
        }
        if let Some(known) = self.dirs.get(&shown(&dir)) {
            return known.clone();
        }
        let named = self.all.iter();
        let mut seen: BTreeSet<PathBuf> = named.filter_map(|other| real(&other.path)).collect();
        let names = libraries(above);
        let mut found = Vec::new();
        for name in names.iter().filter(|_| names.len() <= MANY) {
            let path = shown(&above.join(name));
            if !real(&path).is_some_and(|real| seen.insert(real)) {
                continue;
            }
            let Ok(Found::File(file)) = files.open(&path) else { continue };
            found.push(self.all.len());
            self.all.push(Other {
                name: shown(&dir.join(name)),
                path,
                offered: Some(Offered::by(&file)),
                named: false,
                above: up > 0,
                brings: None,
            });
        }
        self.dirs.insert(shown(&dir), found.clone());
        found
    }
}

impl Other {
    fn offers(&self, name: &str) -> bool {
        self.offered.as_ref().is_some_and(|Offered(file)| !file.offers_of(name).is_empty())
    }

    /// Whether a loader could have it in one process with the module.
    fn fits(&self, Offered(of): &Offered) -> bool {
        self.offered
            .as_ref()
            .is_some_and(|Offered(file)| file.machine == of.machine && !file.is_program())
    }
}

impl Offered {
    fn by(file: &Loadable) -> Offered {
        Offered(Loadable {
            machine: file.machine.clone(),
            linked_as: file.linked_as,
            offers: file.offers.clone(),
            ..Loadable::default()
        })
    }
}

fn real(path: impl AsRef<Path>) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

/// The names of shared libraries in a directory, sorted: `libx.so` before `libx.so.1`.
fn libraries(dir: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    // A libc of another kind lies beside the libraries of glibc, and is loaded by its own programs only.
    let names = names.filter(|name| !name.starts_with("ld-musl-"));
    names.filter(|name| name.ends_with(".so") || name.contains(".so.")).collect()
}
