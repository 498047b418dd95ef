//! A module that the user named, and what is predicted of it.

use std::path::{Path, PathBuf};

use modpin_loader::{Advice, Found, Prediction, Report};
use modpin_project::{Binding, OpenScope, Opening};

use super::bytes::Bytes;
use super::files::{absolute, found, read, shown};
use super::not_loadable::as_module;
use crate::error::Result;

/// A module that the user named.
pub struct NamedModule {
    /// As the user did.
    pub name: String,
    /// From the root on.
    pub path: String,
}

impl NamedModule {
    /// Sees that it is there and can be read.
    pub fn at(path: &Path) -> Result<NamedModule> {
        read(path)?;
        Ok(NamedModule { name: shown(path), path: absolute(path)? })
    }

    /// Reads it. Nobody keeps it: there may be thousands.
    pub fn read(&self) -> Found {
        let Ok(bytes) = Bytes::of(Path::new(&self.path)) else { return Found::Nothing };
        match found(&bytes) {
            Found::Broken(why) => Found::Broken(as_module(&bytes).unwrap_or(why)),
            found => found,
        }
    }

    /// Several of them.
    pub fn all_at(paths: &[PathBuf]) -> Result<Vec<NamedModule>> {
        paths.iter().map(|path| NamedModule::at(path)).collect()
    }

    /// What there is to say of it in this host.
    pub fn report(&self, host: &Path, predicted: PredictedModule) -> Report {
        let PredictedModule { prediction, needs, advice } = predicted;
        let Prediction { verdict, stage, mut missing, detail, interposed, mut unbound, .. } = prediction;
        for path in missing.iter_mut().chain(&mut unbound).flat_map(|lost| &mut lost.asked_by) {
            if *path == self.path {
                path.clone_from(&self.name);
            }
        }
        Report {
            host: shown(host),
            module: self.name.clone(),
            file: self.name.clone(),
            verdict,
            stage,
            missing,
            needs_modules: needs,
            advice,
            interposed,
            unbound,
            detail,
        }
    }
}

/// What is predicted of a module, and what would help it.
pub struct PredictedModule {
    /// The answer.
    pub prediction: Prediction,
    /// To be loaded before it, in that order.
    pub needs: Vec<String>,
    /// What else there is to say of ways out.
    pub advice: Vec<Advice>,
}

impl PredictedModule {
    /// What there is no way out of.
    pub fn of(prediction: Prediction) -> PredictedModule {
        PredictedModule { prediction, needs: Vec::new(), advice: Vec::new() }
    }
}

/// How a host opens modules, and what else it loads, in that order and with RTLD_GLOBAL. All are opened alike.
#[derive(Clone, Debug, Default)]
pub struct OpenedFiles {
    /// Modules that are loaded before each of the others.
    pub first: Vec<PathBuf>,
    /// Modules that are loaded after each of the others.
    pub later: Vec<PathBuf>,
    /// When calls are bound, and who sees the module in question.
    pub opening: Opening,
}

/// What is loaded besides the modules in question.
#[derive(Default)]
pub struct OtherModules {
    /// Before them.
    pub first: Vec<NamedModule>,
    /// After them.
    pub later: Vec<NamedModule>,
    /// All are opened lazily.
    pub lazy: bool,
    /// Those in question are opened for all to see.
    pub global: bool,
}

impl OtherModules {
    /// Reads the files that a user has named.
    pub fn read(opened: &OpenedFiles) -> Result<OtherModules> {
        Ok(OtherModules {
            first: NamedModule::all_at(&opened.first)?,
            later: NamedModule::all_at(&opened.later)?,
            lazy: opened.opening.binding == Binding::Lazy,
            global: opened.opening.scope == OpenScope::Global,
        })
    }
}
