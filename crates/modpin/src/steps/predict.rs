//! The loader's answer predicted for a host and a module among a step's inputs. Each file that is looked for on the way
//! becomes a discovered input, found or not: when another one appears earlier in the search, the step runs again.

use std::collections::HashMap;
use std::sync::Arc;

use modpin_engine::{StepError, StepIo};
use modpin_loader::{
    Found, Missing, Opened, Opener, Prediction, Process, Verdict, plain, predict, predict_start, taken,
    unbound, unseen_in_host,
};
use modpin_symbols::{File, Index, Loadable, askers};

use super::opens::Opens;
use super::own_files::own_index;
use super::verify::static_host;
use crate::load::{ToLoad, Turn, loader_environment};

/// A host, a module, and what is known of them.
pub struct ModuleInHost<'a> {
    /// The executable's name, for messages.
    pub name: &'a str,
    /// Its path.
    pub host: &'a str,
    /// The module's path.
    pub module: &'a str,
    /// How it is opened, and what before and after it.
    pub opens: &'a Opens,
    /// The module's objects, to say which of them asks.
    pub objects: &'a [(String, Index<'static>)],
    /// Where the compiler finds libraries.
    pub library_dirs: &'a [String],
}

/// What the loader would answer, with the names of paths and objects that the user knows.
pub fn predict_load(io: &mut StepIo<'_>, asked: &ModuleInHost<'_>) -> Result<Prediction, StepError> {
    let mut opener = StepOpener::new(io);
    let Some(mut process) = opener.start(asked.host, asked.library_dirs)? else {
        return Ok(Prediction::new(Verdict::StaticHost, static_host(asked.name)));
    };
    let mut prediction = match predict_start(&process) {
        Some(trouble) => trouble,
        None => opener.load_all(&mut process, asked)?,
    };
    let content = opener.content(asked.host)?.unwrap_or_default();
    unseen_in_host(asked.host, &content, &mut prediction.missing);
    // Paths as the build knows them.
    let below = format!("{}/", opener.root.trim_end_matches('/'));
    prediction.detail = prediction.detail.replace(&below, "");
    let module = opener.io.absolute(asked.module);
    for missing in prediction.missing.iter_mut().chain(&mut prediction.unbound) {
        name_askers(missing, &module, asked);
    }
    Ok(prediction)
}

/// Looks for all that the loader of a host maps before its main: a change of any of it runs this step again.
pub fn discover_libraries(
    io: &mut StepIo<'_>,
    host: &str,
    library_dirs: &[String],
) -> Result<(), StepError> {
    StepOpener::new(io).start(host, library_dirs).map(drop)
}

/// The objects of a module out of its symbols: the first unit is the whole module.
pub fn objects(path: &str, symbols: &[u8]) -> Result<Vec<(String, Index<'static>)>, StepError> {
    let index = own_index(path, symbols)?.into_owned();
    let objects = index.units.into_iter().skip(1);
    Ok(objects.map(|unit| (unit.name.to_string(), Index { units: vec![unit] })).collect())
}

/// In the place of the module itself, those of its objects that ask.
fn name_askers(missing: &mut Missing, module: &str, asked: &ModuleInHost<'_>) {
    let files: Vec<File<'_>> = asked.objects.iter().map(|(name, index)| File { name, index }).collect();
    let known = askers(&files, plain(&missing.symbol));
    let asked_by = std::mem::take(&mut missing.asked_by);
    missing.asked_by = asked_by
        .into_iter()
        .flat_map(|path| match (path == module, known.is_empty()) {
            (false, _) => vec![path],
            (true, true) => vec![asked.module.to_owned()],
            (true, false) => known.iter().map(|&name| name.to_owned()).collect(),
        })
        .collect();
}

/// Files by way of a step.
struct StepOpener<'a, 'b> {
    io: &'a mut StepIo<'b>,
    root: String,
    seen: HashMap<String, Found>,
}

impl<'a, 'b> StepOpener<'a, 'b> {
    fn new(io: &'a mut StepIo<'b>) -> StepOpener<'a, 'b> {
        StepOpener { root: io.absolute(""), io, seen: HashMap::new() }
    }

    /// A host as its loader starts it; `None` for one without a loader.
    fn start(&mut self, host: &str, library_dirs: &[String]) -> Result<Option<Process>, StepError> {
        let path = self.io.absolute(host);
        let file = self.must(host)?;
        loader_environment(library_dirs).start(&path, file, self)
    }

    /// An input.
    fn must(&mut self, path: &str) -> Result<Arc<Loadable>, StepError> {
        match self.open(path)? {
            Found::File(file) => Ok(file),
            Found::Broken(why) => Err(StepError::Failed(format!("{path}: {why}"))),
            Found::Nothing => Err(StepError::Failed(format!("{path}: it is not there"))),
        }
    }

    fn load_all(
        &mut self,
        process: &mut Process,
        asked: &ModuleInHost<'_>,
    ) -> Result<Prediction, StepError> {
        let mut others = Vec::new();
        let mut of_module = None;
        for module in asked.opens.all(asked.module) {
            let ToLoad { path, turn, lazy, global } = module;
            let (opened, predicted) = self.load(process, path, lazy)?;
            if predicted.verdict != Verdict::Loads {
                let detail = match turn {
                    Turn::Before => {
                        format!("{path}, which it needs, does not load: {}", predicted.detail)
                    }
                    Turn::After => {
                        format!("{path}, which it calls, does not load: {}", predicted.detail)
                    }
                    Turn::Asked => predicted.detail,
                };
                return Ok(Prediction { detail, ..predicted });
            }
            if global {
                process.publish(&opened);
            }
            match turn {
                Turn::Asked => of_module = Some((opened, predicted)),
                Turn::Before | Turn::After => others.extend(opened.scope.first()),
            }
        }
        let Some((opened, mut predicted)) = of_module else {
            return Err(StepError::Failed("there is no module to load".to_owned()));
        };
        predicted.taken = taken(process, &opened, &others);
        predicted.unbound = unbound(process, &opened);
        Ok(predicted)
    }

    fn load(
        &mut self,
        process: &mut Process,
        path: &str,
        lazy: bool,
    ) -> Result<(Opened, Prediction), StepError> {
        let module = match self.open(path)? {
            Found::File(file) => file,
            Found::Broken(why) => return Ok((Opened::default(), Prediction::new(Verdict::Failed, why))),
            Found::Nothing => return Err(StepError::Failed(format!("{path}: it is not there"))),
        };
        let absolute = self.io.absolute(path);
        let opened = Opened { lazy, ..process.open(&absolute, module, self)? };
        let predicted = predict(process, &opened);
        Ok((opened, predicted))
    }

    /// A path as the build knows it.
    fn known<'p>(&self, path: &'p str) -> &'p str {
        let below = path.strip_prefix(self.root.as_str()).and_then(|rest| rest.strip_prefix('/'));
        below.unwrap_or(path)
    }

    fn read(&mut self, path: &str) -> Result<Option<Arc<[u8]>>, StepError> {
        let path = self.known(path);
        match self.io.inputs().iter().position(|&input| input == path) {
            Some(input) => self.io.input(input).map(Some),
            None => Ok(self.io.discover(path)?.map(Arc::from)),
        }
    }
}

impl Opener for StepOpener<'_, '_> {
    type Error = StepError;

    fn open(&mut self, path: &str) -> Result<Found, StepError> {
        if let Some(found) = self.seen.get(path) {
            return Ok(found.clone());
        }
        let found = match self.read(path)? {
            None => Found::Nothing,
            Some(bytes) => Found::of(&bytes),
        };
        self.seen.insert(path.to_owned(), found.clone());
        Ok(found)
    }

    fn content(&mut self, path: &str) -> Result<Option<Arc<[u8]>>, StepError> {
        self.read(path)
    }
}
