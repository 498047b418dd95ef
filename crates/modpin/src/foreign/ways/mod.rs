//! Ways out for modules that do not load: others that are to be loaded first, another host, a library to link with. Each is
//! tried on the files before it is told; what seems to help and does not is told as that.

mod missing_names;
mod host_at_work;
mod others;
mod foretell;
mod system_libraries;
mod programs;
mod linked_programs;
mod archives;
mod package;
mod sanitizers;

use std::collections::BTreeSet;

use modpin_loader::{Advice, Missing, Prediction, plain};

use super::module::NamedModule;
use foretell::foretell;
use linked_programs::LinkedPrograms;
use missing_names::{left, names};
use others::Others;
use programs::NearPrograms;
use system_libraries::SystemLibraries;

pub use host_at_work::HostAtWork;
pub use system_libraries::libraries_of;

/// A module that asks many symbols of nobody is one of another program.
const OF_ANOTHER: usize = 3;

/// What was found out for all modules of one question.
pub struct Ways {
    others: Others,
    /// All that any of them misses: who looks for it goes once through the system.
    wanted: BTreeSet<String>,
    libraries: Option<SystemLibraries>,
    programs: Option<NearPrograms>,
    linked: LinkedPrograms,
}

/// What helps one module.
#[derive(Default)]
pub struct WaysOut {
    /// Modules to load first, in that order: then it loads.
    pub first: Vec<String>,
    /// What else there is to say.
    pub advice: Vec<Advice>,
}

impl Ways {
    /// For the modules that the user named, with what is predicted of them.
    pub fn of(modules: &[NamedModule], predicted: &[Prediction]) -> Ways {
        let missing = predicted.iter().flat_map(|predicted| &predicted.missing);
        let wanted = missing.map(|lost| plain(&lost.symbol).to_owned()).collect();
        let (others, linked) = (Others::named(modules), LinkedPrograms::default());
        Ways { others, wanted, libraries: None, programs: None, linked }
    }

    /// The ways out for one of them. Adds to each missing symbol where it is.
    pub fn out(
        &mut self,
        module: &NamedModule,
        prediction: &mut Prediction,
        scene: &mut HostAtWork<'_>,
    ) -> WaysOut {
        let missing = &mut prediction.missing;
        if missing.is_empty() {
            return WaysOut::default();
        }
        let pool = self.others.pool(module, missing, scene.files, scene.host);
        let foretold = foretell(module, missing, &pool, &mut self.others, scene);
        if !foretold.first.is_empty() {
            // One that only brings a library has nothing to do with it, and its owner may leave that library out.
            let is_brought = missing.iter().all(|lost| pool.only_bring(lost));
            let instead = is_brought.then(|| self.libraries_that_help(module, missing, scene)).flatten();
            return WaysOut { first: foretold.first, advice: instead.into_iter().collect() };
        }
        let mut advice = foretold.obstacles;
        if let Some(sanitizer) = sanitizers::missed(module, missing, scene) {
            advice.push(sanitizer);
            return WaysOut { first: Vec::new(), advice };
        }
        let left = left(missing);
        if left.is_empty() {
            return WaysOut { first: Vec::new(), advice };
        }
        if left.len() >= OF_ANOTHER {
            let wanted = &self.wanted;
            let programs = self.programs.get_or_insert_with(|| NearPrograms::beside(scene.name, wanted));
            let host = programs.host_of(module, missing, &pool, &mut self.others, scene);
            if let Some(host) = host {
                advice.push(host);
                return WaysOut { first: Vec::new(), advice };
            }
        }
        advice.extend(self.libraries_that_help(module, missing, scene));
        let libraries = self.libraries.get_or_insert_default();
        if let Some(programs) = self.programs.as_ref().filter(|_| left.len() >= OF_ANOTHER) {
            let (dirs, with_it) = (programs.places(module), libraries.names_with(&left));
            let asked = (module, &mut missing[..], &left[..]);
            let host = self.linked.host_of(asked, &dirs, &with_it, &pool, &mut self.others, scene);
            advice.extend(host);
        }
        advice.extend(archives::with(scene.name, module, missing));
        WaysOut { first: Vec::new(), advice }
    }

    /// The libraries of the system with which the module would load.
    fn libraries_that_help(
        &mut self,
        module: &NamedModule,
        missing: &mut [Missing],
        scene: &mut HostAtWork<'_>,
    ) -> Option<Advice> {
        let wanted = &self.wanted;
        let libraries = self
            .libraries
            .get_or_insert_with(|| SystemLibraries::with(wanted, &scene.host.process, scene.files));
        let left = left(missing);
        let names = if left.is_empty() { names(missing) } else { left };
        libraries.that_help(module, names, missing, scene)
    }
}
