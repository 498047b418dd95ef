//! The loader's answer predicted for a host and a module among a step's inputs. Each file that is looked for on the way
//! becomes a discovered input, found or not: when another one appears earlier in the search, the step runs again.

use std::collections::HashMap;
use std::sync::Arc;

use modpin_engine::{Finder, StepError, StepIo};
use modpin_loader::{
    Found, LoaderEnvironment, Lost, Missing, Opened, Opener, Prediction, Process, Satisfied, Verdict,
    plain, predict, predict_start, taken, unbound_calls, unseen_in_host,
};
use modpin_symbols::{File, FullTable, Index, Loadable, askers};

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

/// What is known of a module and its host before the loader is asked.
#[derive(Clone, Debug)]
pub struct Foreknown {
    /// The host.
    pub host: Arc<Loadable>,
    /// What the files predict.
    pub predicted: Prediction,
}

/// What the loader would answer, with the names of paths and objects that the user knows.
pub fn predict_load(io: &mut StepIo<'_>, asked: &ModuleInHost<'_>) -> Result<Foreknown, StepError> {
    let finder = io.finder();
    let started = started(finder, asked.host, asked.library_dirs)?;
    let host = Arc::clone(&started.host);
    let Some(process) = &started.process else {
        let predicted = Prediction::new(Verdict::StaticHost, static_host(asked.name));
        return Ok(Foreknown { host, predicted });
    };
    let mut opener = StepOpener::new(finder, Some(asked.module));
    let mut predicted = match &started.trouble {
        Some(trouble) => trouble.clone(),
        None => opener.load_all(&mut process.clone(), asked)?,
    };
    if !predicted.missing.is_empty() {
        let table = full_table(finder, asked.host)?;
        unseen_in_host(asked.host, &table, &mut predicted.missing);
    }
    // Paths as the build knows them.
    let below = format!("{}/", finder.absolute("").trim_end_matches('/'));
    predicted.detail = predicted.detail.replace(&below, "");
    for taken in &mut predicted.interposed {
        let known = taken.by.strip_prefix(&below).map(str::to_owned);
        taken.by = match known {
            Some(path) if path == asked.host => asked.name.to_owned(),
            Some(path) => path,
            None => continue,
        };
    }
    let module = finder.absolute(asked.module);
    for missing in predicted.missing.iter_mut().chain(&mut predicted.unbound) {
        name_askers(missing, &module, asked);
    }
    Ok(Foreknown { host, predicted })
}

/// A host, and all that its loader maps before its main: a change of any of it runs this step again.
pub fn started_host(
    io: &mut StepIo<'_>,
    host: &str,
    library_dirs: &[String],
) -> Result<Arc<Loadable>, StepError> {
    Ok(Arc::clone(&started(io.finder(), host, library_dirs)?.host))
}

/// The files of a process without its program.
pub struct BesideProgram {
    /// Each once, modules as well.
    pub files: Vec<Arc<Loadable>>,
    /// Libraries that were not found.
    pub lost: Vec<Lost>,
}

/// What is mapped beside a program when it loads these modules. Nobody's environment has a say in where libraries are.
pub fn beside_program(
    io: &mut StepIo<'_>,
    program: &str,
    modules: &[&str],
    library_dirs: &[String],
) -> Result<BesideProgram, StepError> {
    let finder = io.finder();
    let path = finder.absolute(program);
    let mut opener = StepOpener::new(finder, None);
    let file = opener.must(program)?;
    let library_dirs = library_dirs.to_vec();
    let environment = LoaderEnvironment { library_dirs, ..LoaderEnvironment::default() };
    let Some(mut process) = environment.start(&path, file, &mut opener)? else {
        let text = "programs are linked statically here, so they can load no module\n  help: take -static out of LDFLAGS";
        return Err(StepError::Refused(text.to_owned()));
    };
    let mut lost = Vec::new();
    for module in modules {
        let file = opener.must(module)?;
        let path = opener.finder.absolute(module);
        lost.extend(process.open(&path, file, &mut opener)?.lost);
    }
    let files = process.files.into_iter().skip(1).map(|mapped| mapped.file).collect();
    Ok(BesideProgram { files, lost })
}

/// A host as its loader starts it.
struct Started {
    host: Arc<Loadable>,
    /// `None` for a host without a loader.
    process: Option<Process>,
    /// Why it would not start.
    trouble: Option<Prediction>,
}

/// The same for all modules of a host. A host may be large, and so may be what it needs.
fn started(
    finder: &mut Finder<'_>,
    host: &str,
    library_dirs: &[String],
) -> Result<Arc<Started>, StepError> {
    // What the environment says is the same for all steps of this process.
    finder.once(&format!("{host} {library_dirs:?}"), |finder| {
        let path = finder.absolute(host);
        let mut opener = StepOpener::new(finder, None);
        let file = opener.must(host)?;
        let process = loader_environment(library_dirs).start(&path, Arc::clone(&file), &mut opener)?;
        let trouble = process.as_ref().and_then(predict_start);
        Ok(Started { host: file, process, trouble })
    })
}

/// What a host has and may not offer, for all modules that miss something.
fn full_table(finder: &mut Finder<'_>, host: &str) -> Result<Arc<FullTable>, StepError> {
    finder.once(host, |finder| {
        let bytes = finder.read(host)?.unwrap_or_default();
        // A host that cannot be read was refused before.
        Ok(FullTable::read(&bytes).unwrap_or_default())
    })
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
    finder: &'a mut Finder<'b>,
    root: String,
    /// The file in question: no other step asks for it.
    module: Option<&'a str>,
    seen: HashMap<String, Found>,
}

impl<'a, 'b> StepOpener<'a, 'b> {
    fn new(finder: &'a mut Finder<'b>, module: Option<&'a str>) -> StepOpener<'a, 'b> {
        StepOpener { root: finder.absolute(""), finder, module, seen: HashMap::new() }
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
        predicted.unbound = unbound_calls(process, &opened);
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
        let absolute = self.finder.absolute(path);
        let opened = Opened { lazy, ..process.open(&absolute, module, self)? };
        let predicted = predict(process, &opened, &mut Satisfied::default());
        Ok((opened, predicted))
    }

    /// A path as the build knows it.
    fn known<'p>(&self, path: &'p str) -> &'p str {
        let below = path.strip_prefix(self.root.as_str()).and_then(|rest| rest.strip_prefix('/'));
        below.unwrap_or(path)
    }
}

impl<'b> Opener for StepOpener<'_, 'b> {
    type Error = StepError;

    fn open(&mut self, path: &str) -> Result<Found, StepError> {
        if let Some(found) = self.seen.get(path) {
            return Ok(found.clone());
        }
        let known = self.known(path).to_owned();
        let read = |finder: &mut Finder<'b>| {
            let bytes = finder.read(&known)?;
            Ok(bytes.map_or(Found::Nothing, |bytes| Found::of(&bytes)))
        };
        let found = match self.module == Some(known.as_str()) {
            true => read(self.finder)?,
            false => (*self.finder.once(&known, read)?).clone(),
        };
        self.seen.insert(path.to_owned(), found.clone());
        Ok(found)
    }

    fn is_dir(&mut self, path: &str) -> Result<bool, StepError> {
        let path = self.known(path).to_owned();
        Ok(self.finder.is_dir(&path))
    }

    fn content(&mut self, path: &str) -> Result<Option<Arc<[u8]>>, StepError> {
        let path = self.known(path).to_owned();
        Ok(self.finder.read(&path)?.map(Arc::from))
    }
}
