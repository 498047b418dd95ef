//! All that the final link of a host must be told for its modules, before there is a host: what it keeps and what it exports.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

use modpin_loader::Found;
use modpin_symbols::{Asker, Export, PinPlan, Site, can_be_pinned};

use super::files::{Files, OfMachine, loader_environment};
use super::module::NamedModule;
use super::pins::{gathered, pins_of_link};
use crate::error::Result;

/// The files of a link, as another build system has them.
#[derive(Clone, Debug, Default)]
pub struct LinkFiles {
    /// Modules: finished, relocatable, or the objects of one.
    pub modules: Vec<PathBuf>,
    /// The host's own objects, if all of them are known: then only what they and the archives have is exported. Else
    /// whatever a module needs and does not get from its own libraries may be in one.
    pub objects: Vec<PathBuf>,
    /// The archives, in the order of the link.
    pub archives: Vec<PathBuf>,
}

/// Pins and exports of a host that was not linked yet.
///
/// # Errors
/// As [`pins_of_files`](super::pins_of_files).
pub fn link_of_files(files: &LinkFiles) -> Result<PinPlan> {
    let mut plan = pins_of_link(&files.modules, &files.objects, &files.archives)?;
    if files.objects.is_empty() {
        let given = given_to_modules(&files.modules)?;
        let strong =
            plan.elsewhere.iter().map(|lost| of_host(&lost.symbol, false, lost.asked_by.clone()));
        let weak = weak_needs(&files.modules)?;
        let weak = weak.iter().map(|symbol| of_host(symbol, true, Vec::new()));
        let known: BTreeSet<String> = plan.exports.iter().map(|export| export.symbol.clone()).collect();
        let unknown =
            |symbol: &str| !given.contains(symbol) && !known.contains(symbol) && can_be_pinned(symbol);
        let unknown: Vec<Export> = strong.chain(weak).filter(|export| unknown(&export.symbol)).collect();
        plan.exports.extend(unknown);
        plan.exports.sort();
    }
    Ok(plan)
}

/// What an object of the host may have that nobody showed us. `-u` takes nothing out of an archive for it, and keeps the
/// function from --gc-sections.
fn of_host(symbol: &str, weak: bool, asked_by: Vec<Asker>) -> Export {
    let site = Site { file: "an object of the host".to_owned(), member: String::new(), position: 0 };
    Export { symbol: symbol.to_owned(), version: None, weak, site, asked_by }
}

/// What modules can do without. What a compiler's start files ask for is nobody's.
fn weak_needs(paths: &[PathBuf]) -> Result<BTreeSet<String>> {
    let modules = gathered(paths)?;
    let units = modules.iter().flat_map(|module| &module.module().linked.index.units);
    let needs = units.filter_map(|unit| unit.object()).flat_map(|object| &object.table.needed);
    let of_start_files = ["__cxa_finalize", "__gmon_start__"];
    let of_user = |name: &str| !of_start_files.contains(&name) && !name.starts_with("_ITM_");
    let weak = needs.filter(|need| need.weak && of_user(&need.name));
    Ok(weak.map(|need| need.name.to_string()).collect())
}

/// What modules get from the libraries that they bring, and from each other.
fn given_to_modules(paths: &[PathBuf]) -> Result<BTreeSet<String>> {
    let mut files = Files::default();
    let mut given = BTreeSet::new();
    let environment = loader_environment(&OfMachine::default());
    for module in NamedModule::all_at(paths)? {
        // An object brings no library.
        let Found::File(file) = module.read() else { continue };
        let Ok(process) = environment.start_alone(&module.path, file, &mut files);
        for mapped in &process.files {
            given.extend(mapped.file.offers.names().map(Cow::into_owned));
        }
    }
    Ok(given)
}
