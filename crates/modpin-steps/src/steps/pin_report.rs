//! What a host's modules need and where it is: the pin step's report, for people and for later steps.
//! Plain data.

use modpin_symbols::{Binding, Definition, Index, PinPlan};
use serde::{Deserialize, Serialize};

/// The report of one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinReport {
    /// The executable's name.
    pub host: String,
    /// Its modules, in order of declaration.
    pub modules: Vec<ModuleNeeds>,
    /// What the final link is told.
    pub plan: PinPlan,
}

/// What one module needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleNeeds {
    /// The module's name.
    pub module: String,
    /// Its needs, by name.
    pub needs: Vec<Need>,
    /// The first symbol that it defines once for the whole process (`STB_GNU_UNIQUE`): glibc never unloads such a module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique: Option<String>,
}

/// A symbol that a module needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// The symbol.
    pub symbol: String,
    /// The module can do without.
    pub weak: bool,
    /// Who gives it.
    pub provider: Provider,
    /// The file that defines it, when it is the host's or a shared library's; the name of another module.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The archive member that defines it, when it is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub member: String,
}

/// Who gives a symbol to a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// An archive member that the host keeps for its modules.
    Pinned,
    /// An object of the host.
    Host,
    /// A shared library of the project that the host or the module links.
    SharedLibrary,
    /// Nobody in the host: a shared library, an archive of the module's own, or nobody. Once the files are finished, a shared
    /// library that no target names.
    Elsewhere,
    /// The module, out of an archive of its own or of the compiler's. Told of finished files only, as those that follow.
    Itself,
    /// Another module.
    Module,
    /// Nobody.
    Nobody,
    /// Not known: the host or the module is not linked yet.
    Unknown,
}

impl ModuleNeeds {
    /// The needs of a module's relocatable object, and what the plan says of each.
    /// `given` tells the shared library that gives one, if one does.
    pub fn new<'a>(
        module: &str,
        relocatable: &Index<'_>,
        plan: &PinPlan,
        given: &dyn Fn(&str) -> Option<&'a str>,
    ) -> ModuleNeeds {
        let objects = || relocatable.units.iter().filter_map(|unit| unit.object());
        let is_unique =
            |found: &&Definition<'_>| found.binding == Binding::Unique && found.visibility.exportable();
        let unique = objects().flat_map(|object| &object.table.defined).filter(is_unique);
        // The variable tells more than the guard of it.
        let unique = unique.min_by_key(|found| found.name.starts_with("_ZGV"));
        let unique = unique.map(|found| found.name.to_string());
        let needs = objects().flat_map(|object| &object.table.needed);
        let wanted = needs.filter(|need| !modpin_symbols::linker_provides(&need.name));
        let needs = wanted.map(|need| match given(&need.name) {
            Some(file) => of_shared(&need.name, need.weak, file),
            None => of_plan(&need.name, need.weak, plan),
        });
        let needs = needs.collect();
        ModuleNeeds { module: module.to_owned(), needs, unique }
    }
}

fn of_shared(symbol: &str, weak: bool, file: &str) -> Need {
    let (provider, file) = (Provider::SharedLibrary, file.to_owned());
    Need { symbol: symbol.to_owned(), weak, provider, file, member: String::new() }
}

fn of_plan(symbol: &str, weak: bool, plan: &PinPlan) -> Need {
    let pinned = plan.pins.binary_search_by(|pin| pin.symbol.as_str().cmp(symbol)).is_ok();
    let export = plan.exports.iter().find(|export| export.symbol == symbol);
    let (provider, site) = match export {
        Some(export) if pinned => (Provider::Pinned, Some(&export.site)),
        Some(export) => (Provider::Host, Some(&export.site)),
        None => (Provider::Elsewhere, None),
    };
    let (file, member) =
        site.map_or_else(Default::default, |site| (site.file.clone(), site.member.clone()));
    Need { symbol: symbol.to_owned(), weak, provider, file, member }
}
