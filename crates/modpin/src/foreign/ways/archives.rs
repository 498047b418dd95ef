//! Archives beside the host and the module, as a build leaves them: what a module misses may lie in one, in a member that
//! nobody linked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use modpin_loader::{Advice, Missing, plain};
use modpin_symbols::Names;

use super::super::files::{names_in, read, shown};
use super::super::module::NamedModule;
use super::missing_names::left;

/// A directory with more archives is no build's own.
const MANY: usize = 100;

/// The archives that define what nobody has, for others to see. Adds to each symbol the member that has it.
pub fn with(host: &Path, module: &NamedModule, missing: &mut [Missing]) -> Vec<Advice> {
    let mut advice = Vec::new();
    for path in archives(host, Path::new(&module.path)) {
        let wanted = left(missing);
        if wanted.is_empty() {
            break;
        }
        let names = Names::new(wanted.iter().map(String::as_str));
        let Ok(bytes) = read(&path) else { continue };
        let Ok(index) = names_in(&path, &bytes, &names) else { continue };
        let mut symbols = 0;
        for lost in missing.iter_mut().filter(|lost| lost.found_in.is_empty()) {
            let has = index.units.iter().enumerate().find(|(_, unit)| {
                let definitions =
                    unit.object().map(|object| object.table.definitions(plain(&lost.symbol)));
                definitions.into_iter().flatten().any(|found| found.visibility.exportable())
            });
            if let Some((at, _)) = has {
                lost.found_in.push(format!("{}({})", shown(&path), index.unit_name(at)));
                symbols += 1;
            }
        }
        if symbols > 0 {
            advice.push(Advice::Archive { archive: shown(&path), symbols });
        }
    }
    advice
}

/// Those of both directories, each once, sorted.
fn archives(host: &Path, module: &Path) -> Vec<PathBuf> {
    let dirs = [host, module].map(|path| path.parent().unwrap_or(Path::new("")).to_owned());
    let dirs = dirs.map(|dir| if dir.as_os_str().is_empty() { PathBuf::from(".") } else { dir });
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for dir in dirs {
        if !std::fs::canonicalize(&dir).is_ok_and(|real| seen.insert(real)) {
            continue;
        }
        let entries = std::fs::read_dir(&dir).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        let mut paths: Vec<PathBuf> =
            paths.filter(|path| path.extension().is_some_and(|end| end == "a")).collect();
        paths.sort();
        if paths.len() <= MANY {
            all.extend(
                paths
                    .into_iter()
                    .map(|path| path.strip_prefix("./").map(Path::to_owned).unwrap_or(path)),
            );
        }
    }
    all
}
