//! What is told of a symbol that nobody in the project has: a name that was probably meant, a library of the system that has
//! it. Words only, asked when a module would not load.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use modpin_engine::{StepError, StepIo};
use modpin_loader::{Missing, Withheld, plain};
use modpin_project::nearest;
use modpin_symbols::{may_offer, read_loadable, shown};

use super::candidates::{Candidates, defined_names};
use super::dropped::of_script;

/// A module that misses more is one of another program, and its libraries would not help.
const MANY: usize = 8;

/// A library that is larger is not read for a hint.
const LARGE: u64 = 64 << 20;

/// A library of the system that has a symbol.
struct SystemLibrary {
    path: String,
    /// As after `-l`, where a linker finds it so.
    name: Option<String>,
}

/// Ways out for a module with this file, each a line of a message.
pub fn nowhere(
    io: &mut StepIo<'_>,
    missing: &[Missing],
    candidates: &Candidates,
    library_dirs: &[String],
    module: &str,
) -> Result<Vec<String>, StepError> {
    let lost: Vec<&Missing> = missing.iter().filter(|lost| lost.found_in.is_empty()).collect();
    if lost.is_empty() || lost.len() > MANY {
        return Ok(Vec::new());
    }
    let known = defined_names(io, candidates)?;
    let mut lines = Vec::new();
    let mut left = BTreeSet::new();
    for symbol in lost.iter().map(|lost| plain(&lost.symbol)) {
        if let Some(words) = in_other_language(symbol, &known) {
            lines.push(words);
            continue;
        }
        match nearest(symbol, known.keys().map(String::as_str)) {
            Some(meant) => {
                lines.push(format!("{symbol}: did you mean {meant:?}, which {} has?", known[meant]));
            }
            None => drop(left.insert(symbol)),
        }
    }
    let machine = io.discover(module)?.and_then(|bytes| Some(read_loadable(&bytes).ok()?.machine));
    let found = system_libraries(library_dirs, &left, &machine.unwrap_or_default());
    lines.extend(found.iter().map(|(symbol, library)| library.words(symbol)));
    Ok(lines.iter().map(|line| shown::line(line).into_owned()).collect())
}

/// The ways out for symbols of several kinds, a line each: what is static in the host, what nobody has (`nowhere`), and the rest.
pub fn one_by_one(missing: &[Missing], nowhere: &[String]) -> Vec<String> {
    let is_static = |lost: &&Missing| lost.in_host == Some(Withheld::Static);
    let of_one_file: Vec<_> =
        missing.iter().filter(is_static).map(|lost| shown::line(plain(&lost.symbol))).collect();
    let mut lines = nowhere.to_vec();
    if !of_one_file.is_empty() {
        let names = of_one_file.join(", ");
        lines.push(format!(
            "take `static` away from {names}, or let a public function of the host call it"
        ));
    }
    let of_library = |lost: &Missing| {
        let named = |place: &String| {
            place.strip_prefix("lib")?.split_once(".a(").map(|(name, _)| name.to_owned())
        };
        lost.found_in.iter().find_map(named)
    };
    let libraries: BTreeSet<String> = missing.iter().filter_map(of_library).collect();
    lines.extend(libraries.iter().map(|name| {
        format!("link library {name:?} into the host, .link({name:?}), or into the module")
    }));
    let in_libraries = missing.iter().filter(|lost| of_library(lost).is_some()).count();
    if nowhere.len() + of_one_file.len() + in_libraries < missing.len() {
        lines.push(
            "link a library that defines it, into the host (.link) or into the module (.link, .system_library)"
                .to_owned(),
        );
    }
    lines
}

/// What is to be said of a function that is declared in one language and defined in the other.
fn in_other_language(symbol: &str, known: &BTreeMap<String, String>) -> Option<String> {
    if let Some((name, place)) = name_in_c(symbol).and_then(|name| known.get_key_value(name)) {
        return Some(format!("{symbol}: {place} has {name:?} of C: declare it extern \"C\" for C++"));
    }
    let (_, place) = known.iter().find(|(name, _)| name_in_c(name) == Some(symbol))?;
    Some(format!("{symbol}: {place} has {symbol:?} of C++: define it extern \"C\" there"))
}

/// What a function of C++ would be called in C (Itanium C++ ABI, "Mangling"); `None` where C has no such function.
fn name_in_c(symbol: &str) -> Option<&str> {
    let rest = symbol.strip_prefix("_Z")?;
    let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
    let end = rest[..digits].parse().ok().and_then(|length: usize| digits.checked_add(length))?;
    rest.get(digits..end)
}

/// What is to be said of a library of the system that has a symbol.
pub fn system_library(dirs: &[String], symbol: &str, machine: &str) -> Option<String> {
    let found = system_libraries(dirs, &BTreeSet::from([symbol]), machine);
    found.get(symbol).map(|library| shown::line(&library.words(symbol)).into_owned())
}

impl SystemLibrary {
    fn words(&self, symbol: &str) -> String {
        let SystemLibrary { path, name } = self;
        match name {
            Some(name) => {
                format!("{path} has {symbol}: link with it, .system_library({name:?})")
            }
            None => format!(
                "{path} has {symbol}: install what one needs to link with it (its -dev package), and link with it, \
                 .system_library(NAME)"
            ),
        }
    }
}

/// The first library of the linker's directories that has each of these symbols, by its shortest name.
fn system_libraries<'a>(
    dirs: &[String],
    symbols: &BTreeSet<&'a str>,
    machine: &str,
) -> BTreeMap<&'a str, SystemLibrary> {
    let mut found: BTreeMap<&str, SystemLibrary> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for path in if symbols.is_empty() { Vec::new() } else { libraries(dirs) } {
        if found.len() == symbols.len() {
            break;
        }
        let Some(real) = std::fs::canonicalize(&path).ok().filter(|real| seen.insert(real.clone()))
        else {
            continue;
        };
        let Some(bytes) = read(&real) else { continue };
        // A linker script stands in the place of some: libm.so.
        let scripted: Vec<Vec<u8>> =
            of_script(&bytes).iter().filter_map(|path| read(Path::new(path))).collect();
        for file in std::iter::once(&bytes).chain(&scripted) {
            for symbol in offered(file, symbols, machine) {
                let path_of = path.display().to_string();
                found
                    .entry(symbol)
                    .or_insert_with(|| SystemLibrary { path: path_of, name: link_name(&path) });
            }
        }
    }
    found
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let is_small = std::fs::metadata(path).is_ok_and(|file| file.len() <= LARGE);
    if is_small { std::fs::read(path).ok() } else { None }
}

/// Which of these symbols a library for this machine offers.
fn offered<'a>(bytes: &[u8], symbols: &BTreeSet<&'a str>, machine: &str) -> Vec<&'a str> {
    let may = may_offer(bytes, symbols.iter().copied());
    let file = if may { read_loadable(bytes).ok() } else { None };
    let file = file.filter(|file| file.machine == machine && !file.is_program());
    let offers = |symbol: &&str| file.as_ref().is_some_and(|file| !file.offers_of(symbol).is_empty());
    symbols.iter().copied().filter(offers).collect()
}

/// `libcrypto.so` before `libcrypto.so.3`, and shorter names before longer ones.
fn libraries(dirs: &[String]) -> Vec<PathBuf> {
    let entries = dirs.iter().filter_map(|dir| std::fs::read_dir(dir).ok()).flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let is_library = |path: &PathBuf| {
        name(path).is_some_and(|name| {
            name.starts_with("lib") && (name.ends_with(".so") || name.contains(".so."))
        })
    };
    let mut paths: Vec<PathBuf> = paths.filter(is_library).collect();
    paths.sort_by_key(|path| {
        let name = name(path).unwrap_or_default();
        (!name.ends_with(".so"), name.len(), name)
    });
    paths
}

fn link_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_prefix("lib")?.strip_suffix(".so")?;
    Some(name.to_owned())
}
