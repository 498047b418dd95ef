//! Which other modules a module must find loaded before it, to get what it misses: by symbols, in an order in which a
//! loader can take them. Those that the user named are asked first, then the files beside the module: who asks about one
//! module of a program seldom names the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use modpin_loader::{Found, Missing, Opener, Prediction, plain};
use modpin_symbols::Loadable;

use super::files::{Files, shown};
use super::module::NamedModule;

/// A directory with more shared libraries is no program's own, and reading all of them would take long.
const MANY: usize = 500;

/// What a file would miss.
type Misses<'a> = dyn FnMut(&mut Files, &str) -> Vec<Missing> + 'a;

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
    /// What it misses itself, once it was asked.
    misses: Option<Vec<String>>,
}

/// What a file offers, and to whom. There may be hundreds: no more is kept.
struct Offered(Loadable);

/// One way through the modules that one needs.
#[derive(Default)]
struct LoadOrder {
    /// The paths of those that wait for the one that is looked at.
    above: BTreeSet<String>,
    /// Those that can be loaded, in that order: indices into `all`.
    order: Vec<usize>,
    /// Those that are part of a cycle, or need one that is.
    impossible: BTreeSet<usize>,
}

impl Others {
    /// The modules that the user named, with what is predicted of them.
    pub fn named(modules: &[NamedModule], predicted: &[Prediction]) -> Others {
        let mut others = Others::default();
        for (module, predicted) in modules.iter().zip(predicted) {
            let (name, path) = (module.name.clone(), module.path.clone());
            let misses = Some(names(&predicted.missing));
            others.all.push(Other { name, path, offered: None, named: true, misses });
        }
        others
    }

    /// The modules to load before one, in order. Adds to each missing symbol where it is defined. `predict` says what a
    /// file would miss.
    pub fn before(
        &mut self,
        module: &NamedModule,
        missing: &mut [Missing],
        files: &mut Files,
        predict: &mut Misses<'_>,
    ) -> Vec<String> {
        if missing.is_empty() {
            return Vec::new();
        }
        let Found::File(of) = module.read() else { return Vec::new() };
        let of = Offered::by(&of);
        self.read_named();
        let mut pool: Vec<usize> = (0..self.all.len()).filter(|&at| self.all[at].named).collect();
        self.tell(&pool, module, &of, missing);
        let beside = self.beside(module, files);
        for lost in missing.iter_mut().filter(|lost| lost.found_in.is_empty()) {
            self.tell(&beside, module, &of, std::slice::from_mut(lost));
        }
        pool.extend(beside);
        pool.retain(|&at| self.all[at].fits(&of));
        let mut walk =
            LoadOrder { above: BTreeSet::from([module.path.clone()]), ..LoadOrder::default() };
        for at in self.cover(&pool, &names(missing), &module.path) {
            self.visit(at, &pool, &mut walk, files, predict);
        }
        walk.order.into_iter().map(|at| self.all[at].name.clone()).collect()
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
                lost.found_in.push(match other.named {
                    true => format!("module {}", other.name),
                    false => format!("{}, which lies beside it", other.name),
                });
            }
        }
    }

    /// A small choice of those that define the names that a file misses: those that were named before those beside it,
    /// then first who defines the most of what is left.
    fn cover(&self, pool: &[usize], names: &[String], of: &str) -> Vec<usize> {
        let mut left: Vec<&String> = names.iter().collect();
        let mut chosen = Vec::new();
        while !left.is_empty() {
            let count = |at: usize| left.iter().filter(|name| self.all[at].offers(name)).count();
            let counts = pool.iter().filter(|&&at| self.all[at].path != of).map(|&at| (count(at), at));
            // Of equals, the first.
            let best = counts.filter(|&(count, _)| count > 0).rev();
            let best = best.max_by_key(|&(count, at)| (self.all[at].named, count));
            let Some((_, best)) = best else { break };
            left.retain(|name| !self.all[best].offers(name));
            chosen.push(best);
        }
        chosen
    }

    /// Adds a module behind those that it needs itself. Answers no if it needs one that waits for it: no loader can take
    /// either of them first.
    fn visit(
        &mut self,
        at: usize,
        pool: &[usize],
        walk: &mut LoadOrder,
        files: &mut Files,
        predict: &mut Misses<'_>,
    ) -> bool {
        let Other { path, misses, .. } = &self.all[at];
        if walk.order.contains(&at) {
            return true;
        }
        if walk.above.contains(path) || walk.impossible.contains(&at) {
            return false;
        }
        let path = path.clone();
        let misses = misses.clone().unwrap_or_else(|| names(&predict(files, &path)));
        self.all[at].misses = Some(misses.clone());
        walk.above.insert(path.clone());
        let needs = self.cover(pool, &misses, &path);
        let possible = needs.into_iter().all(|need| self.visit(need, pool, walk, files, predict));
        walk.above.remove(&path);
        match possible {
            true => walk.order.push(at),
            false => drop(walk.impossible.insert(at)),
        }
        possible
    }

    /// The shared libraries of the module's directory that nobody named, each once.
    fn beside(&mut self, module: &NamedModule, files: &mut Files) -> Vec<usize> {
        let dir = Path::new(&module.name).parent().unwrap_or(Path::new(""));
        if let Some(known) = self.dirs.get(&shown(dir)) {
            return known.clone();
        }
        let named = self.all.iter().filter(|other| other.named);
        let mut seen: BTreeSet<PathBuf> = named.filter_map(|other| real(&other.path)).collect();
        let above = Path::new(&module.path).parent().unwrap_or(Path::new("/"));
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
                misses: None,
            });
        }
        self.dirs.insert(shown(dir), found.clone());
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
            name_filter: file.name_filter.clone(),
            ..Loadable::default()
        })
    }
}

/// What a module misses, without versions.
fn names(missing: &[Missing]) -> Vec<String> {
    missing.iter().map(|lost| plain(&lost.symbol).to_owned()).collect()
}

fn real(path: impl AsRef<Path>) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

/// The names of shared libraries in a directory, sorted: `libx.so` before `libx.so.1`.
fn libraries(dir: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".so") || name.contains(".so.")).collect()
}
