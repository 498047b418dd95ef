//! A host at work, and all that is at hand when ways out are looked for.

use std::path::Path;

use modpin_loader::{LoaderEnvironment, Verdict, predict_start};

use super::super::files::Files;
use super::super::host_process::HostProcess;
use super::super::module::{NamedModule, OtherModules};

/// A host at work, and what it loads besides.
pub struct HostAtWork<'a> {
    /// How messages call the host.
    pub name: &'a Path,
    /// It with its libraries.
    pub host: &'a mut HostProcess,
    /// The files of the disk.
    pub files: &'a mut Files,
    /// What else is loaded.
    pub opened: &'a OtherModules,
    /// How another host would start.
    pub environment: &'a LoaderEnvironment,
}

impl<'a> HostAtWork<'a> {
    /// Loads those that are to be loaded first, up to one that does not load: it. `None` when the host itself does not start.
    pub fn first_that_fails(&mut self) -> Option<&'a NamedModule> {
        let starts = predict_start(&self.host.process).is_none();
        let mut first = self.opened.first.iter().filter(|_| starts);
        first.find(|module| {
            let predicted = self.host.stay(self.files, &module.path, self.opened.lazy);
            predicted.verdict != Verdict::Loads
        })
    }
}
