//! A host with its libraries as its loader maps them, and modules that are loaded into it and taken out again. Read from the
//! files alone.

use std::path::Path;
use std::sync::Arc;

use modpin_loader::{
    Found, LoaderEnvironment, Opened, Prediction, Process, Satisfied, Verdict, predict, predict_start,
    unbound_calls,
};
use modpin_symbols::{Loadable, shown as visible};

use super::files::{Files, real};
use super::module::{NamedModule, OtherModules};
use crate::error::Result;

/// A host, and what was found out of modules that it loads.
pub struct HostProcess {
    /// What is mapped.
    pub process: Process,
    satisfied: Satisfied,
}

impl HostProcess {
    /// Starts a host; `None` for one whose loader nobody knows.
    pub fn start(
        host: &Path,
        program: Arc<Loadable>,
        environment: &LoaderEnvironment,
        files: &mut Files,
    ) -> Result<Option<HostProcess>> {
        let path = real(host)?;
        let Ok(process) = match program.interp {
            Some(_) => environment.start(&path, program, files),
            None => environment.start_static(&path, program, files),
        };
        Ok(process.map(|process| HostProcess { process, satisfied: Satisfied::default() }))
    }

    /// Starts with modules that are loaded before all others. Answers what becomes of everybody else when the host does not
    /// start, or one of these does not load.
    pub fn begin(&mut self, files: &mut Files, others: &OtherModules) -> Option<Prediction> {
        let started = predict_start(&self.process);
        started.or_else(|| self.load_global(files, &others.first, others.lazy, "loaded first"))
    }

    /// How much is mapped: what [`HostProcess::rewind`] goes back to.
    pub fn mark(&self) -> usize {
        self.process.files.len()
    }

    /// Takes out what was loaded since then.
    pub fn rewind(&mut self, mark: usize, files: &mut Files) {
        let paths: Vec<&str> = self.process.files.iter().map(|mapped| mapped.path.as_str()).collect();
        files.make_room(&paths);
        self.process.forget(mark);
    }

    /// Loads a module, with what comes after it, and takes it out again.
    pub fn load(
        &mut self,
        files: &mut Files,
        module: &NamedModule,
        others: &OtherModules,
    ) -> Prediction {
        let file = read(module);
        self.load_file(files, &module.path, file, others)
    }

    /// The same of a file as it would be.
    pub fn load_file(
        &mut self,
        files: &mut Files,
        path: &str,
        file: std::result::Result<Arc<Loadable>, String>,
        others: &OtherModules,
    ) -> Prediction {
        let before = self.mark();
        let (opened, mut predicted) = self.open(files, path, file, others.lazy);
        if predicted.verdict == Verdict::Loads {
            if others.global {
                self.process.publish(&opened);
            }
            match self.load_global(files, &others.later, others.lazy, "loaded after it") {
                Some(trouble) => predicted = trouble,
                None => predicted.unbound = unbound_calls(&self.process, &opened),
            }
        }
        self.rewind(before, files);
        predicted
    }

    /// Loads a module for all to see, and lets it stay if it loads.
    pub fn stay(&mut self, files: &mut Files, path: &str, lazy: bool) -> Prediction {
        let before = self.mark();
        let module = NamedModule { name: path.to_owned(), path: path.to_owned() };
        let file = read(&module);
        let (opened, predicted) = self.open(files, path, file, lazy);
        match predicted.verdict {
            Verdict::Loads => self.process.publish(&opened),
            _ => self.rewind(before, files),
        }
        predicted
    }

    /// The libraries that a file would bring with it: paths.
    pub fn brought(&mut self, files: &mut Files, path: &str) -> Vec<String> {
        let before = self.mark();
        let module = NamedModule { name: path.to_owned(), path: path.to_owned() };
        if let Ok(file) = read(&module) {
            let Ok(_) = self.process.open(path, file, files);
        }
        let new = self.process.files[before..].iter().map(|mapped| mapped.path.clone());
        let new: Vec<String> = new.filter(|brought| brought != path).collect();
        self.rewind(before, files);
        new
    }

    /// Loads modules for all to see, up to one that does not load: what that means for the others.
    fn load_global(
        &mut self,
        files: &mut Files,
        modules: &[NamedModule],
        lazy: bool,
        when: &str,
    ) -> Option<Prediction> {
        modules.iter().find_map(|module| {
            let (opened, predicted) = self.open(files, &module.path, read(module), lazy);
            self.process.publish(&opened);
            (predicted.verdict != Verdict::Loads).then(|| {
                let name = visible::line(&module.name);
                let detail = format!("{name}, which is {when}, does not load: {}", predicted.detail);
                Prediction { detail, ..predicted }
            })
        })
    }

    fn open(
        &mut self,
        files: &mut Files,
        path: &str,
        file: std::result::Result<Arc<Loadable>, String>,
        lazy: bool,
    ) -> (Opened, Prediction) {
        let file = match file {
            Ok(file) => file,
            Err(why) => return (Opened::default(), Prediction::new(Verdict::Failed, why)),
        };
        let Ok(opened) = self.process.open(path, file, files);
        let opened = Opened { lazy, ..opened };
        let predicted = predict(&self.process, &opened, &mut self.satisfied);
        (opened, predicted)
    }
}

/// A module as a loader reads it, or why there is none.
pub fn read(module: &NamedModule) -> std::result::Result<Arc<Loadable>, String> {
    match module.read() {
        Found::File(file) => Ok(file),
        Found::Broken(why) => Err(why),
        Found::Nothing => Err("it cannot be read".to_owned()),
    }
}
