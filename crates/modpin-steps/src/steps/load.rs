//! The load check as a step: the loader's answer, with every missing symbol counted. The answer is an
//! output like any other; only success is remembered.

use std::time::Duration;

use modpin_engine::{StepError, StepIo};
use modpin_loader::{Advice, Answer, Interposed, Missing, Prediction, Report, Stage, Verdict, Withheld};
use modpin_symbols::Loadable;
use serde::{Deserialize, Serialize};

use super::asked_at::asked_at;
use super::candidates::{Candidates, locate};
use super::load_ways::{LoadWays, load_ways};
use super::needed::{WithNeeds, predict_with_needs};
use super::nowhere::{nowhere, one_by_one};
use super::opens::Opens;
use super::own_files::{own_json, to_json};
use super::predict::{Foreknown, ModuleInHost, objects, predict_load};
use super::start_host::{HostStart, sanitizers};
use super::task::{Task, each, key, search_facts};
use crate::load::{Question, ask, disagreement, in_full, unforeseen};
use crate::toolchain::Runner;

/// Inputs: the host, the module, the probe, how the host started; then, where it is known, the list of the module's
/// symbols. Output: a [`Report`] as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadCheck {
    /// The executable's name.
    pub host: String,
    /// The module's name.
    pub module: String,
    /// How it is opened, and what before and after it: these files are inputs as well.
    pub opens: Opens,
    /// How long it may take. Not part of what the answer is: a module that loads, loads.
    pub timeout: Duration,
    /// Where shared libraries are looked for.
    pub library_dirs: Vec<String>,
    /// What starts the host.
    pub runner: Runner,
    /// What somebody has read who asks for many modules at once; otherwise this step reads it.
    #[serde(skip)]
    pub known: Option<Foreknown>,
    /// Who else may define what is missing. Only for words: it does not decide anything.
    #[serde(skip)]
    pub candidates: Candidates,
}

impl Task for LoadCheck {
    fn key(&self) -> String {
        let LoadCheck { host, module, opens, library_dirs, runner, .. } = self;
        let search = search_facts(library_dirs).chain(each("started by", runner.words.clone()));
        key(&format!("load check 5 of {module} in {host}"), opens.facts().chain(search))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let report = self.report(io)?;
        if report.verdict != Verdict::Loads {
            io.forget();
        }
        io.write(0, &to_json(&report)?)
    }
}

impl LoadCheck {
    fn report(&self, io: &mut StepIo<'_>) -> Result<Report, StepError> {
        let (Foreknown { host, predicted }, opens) = match &self.known {
            Some(known) => (known.clone(), self.opens.clone()),
            None => self.predict(io)?,
        };
        if predicted.verdict == Verdict::StaticHost {
            let (verdict, stage, detail) =
                (Verdict::StaticHost, Stage::Loading, predicted.detail.clone());
            let answer = Answer { verdict, stage, detail };
            return self.tell(io, answer, predicted);
        }
        let start: HostStart = own_json(io.inputs()[3], &io.input(3)?)?;
        let answer = match start {
            HostStart::Starts => self.ask(io, &host, &opens)?,
            HostStart::Fails(answer) => answer,
        };
        if let Some(words) = disagreement(&self.module, &self.host, &answer, &predicted) {
            io.say(&words);
        }
        self.tell(io, answer, predicted)
    }

    fn ask(&self, io: &StepIo<'_>, host: &Loadable, opens: &Opens) -> Result<Answer, StepError> {
        let inputs = io.inputs();
        let modules = opens.all(inputs[1]);
        let first = sanitizers(host);
        let (probe, timeout) = (inputs[2], self.timeout);
        ask(io, &Question { host: inputs[0], modules, probe, first, runner: &self.runner, timeout })
    }

    fn predict(&self, io: &mut StepIo<'_>) -> Result<(Foreknown, Opens), StepError> {
        let inputs = io.inputs().to_vec();
        let objects = match inputs.get(4).filter(|path| !self.is_module(path)) {
            Some(path) => objects(path, &io.input(4)?)?,
            None => Vec::new(),
        };
        let asked = ModuleInHost {
            name: &self.host,
            host: inputs[0],
            module: inputs[1],
            opens: &self.opens,
            objects: &objects,
            library_dirs: &self.library_dirs,
        };
        let report = inputs.get(5).filter(|path| !self.is_module(path));
        let Some(report) = report else { return Ok((predict_load(io, &asked)?, self.opens.clone())) };
        let WithNeeds { known, opens, .. } =
            predict_with_needs(io, &asked, &[], &self.candidates, report)?;
        Ok((known, opens))
    }

    /// Calls the modules whose symbols it gets as the project does.
    fn call_by_name(&self, interposed: &mut [Interposed]) -> Result<(), StepError> {
        if interposed.is_empty() {
            return Ok(());
        }
        let modules = self.candidates.modules()?;
        for taken in interposed {
            if let Some(module) = modules.iter().find(|module| module.file == taken.by) {
                taken.by.clone_from(&module.name);
            }
        }
        Ok(())
    }

    fn ways(&self, io: &mut StepIo<'_>) -> Result<LoadWays, StepError> {
        let inputs = io.inputs().to_vec();
        // Of files that no project declares, others say it.
        let report = inputs.get(5).filter(|path| !self.is_module(path) && self.known.is_none());
        let Some(report) = report else { return Ok(LoadWays::default()) };
        let asked = ModuleInHost {
            name: &self.host,
            host: inputs[0],
            module: inputs[1],
            opens: &self.opens,
            objects: &[],
            library_dirs: &self.library_dirs,
        };
        load_ways(io, &self.module, &asked, &self.candidates, report)
    }

    /// What the build says of the same symbols, with the lines that ask for them.
    fn hints(&self, io: &mut StepIo<'_>, missing: &mut [Missing]) -> Result<Vec<Advice>, StepError> {
        if missing.is_empty()
            || !missing.iter().all(|lost| lost.in_host.is_none_or(|why| why == Withheld::Static))
        {
            return Ok(Vec::new());
        }
        let inputs = io.inputs().to_vec();
        let nowhere = nowhere(io, missing, &self.candidates, &self.library_dirs, inputs[1])?;
        if let Some(symbols) = inputs.get(4).filter(|path| !self.is_module(path)) {
            asked_at(io, symbols, missing)?;
        }
        let lines = one_by_one(missing, &nowhere);
        Ok(lines.into_iter().map(|text| Advice::Hint { text }).collect())
    }

    fn is_module(&self, path: &str) -> bool {
        self.opens.before.iter().chain(&self.opens.after).any(|module| module == path)
    }

    fn tell(
        &self,
        io: &mut StepIo<'_>,
        answer: Answer,
        predicted: Prediction,
    ) -> Result<Report, StepError> {
        let Answer { verdict, stage, .. } = answer;
        let mut missing = match verdict {
            Verdict::MissingSymbols => predicted.missing.clone(),
            _ => Vec::new(),
        };
        if let Some(first) = unforeseen(&answer, &missing) {
            missing.push(Missing::new(first, []));
        }
        locate(io, &self.candidates, &mut missing)?;
        let mut ways = if missing.is_empty() { LoadWays::default() } else { self.ways(io)? };
        if self.known.is_none() && ways.first.is_empty() && ways.advice.is_empty() {
            ways.advice = self.hints(io, &mut missing)?;
        }
        let detail = in_full(answer, &predicted);
        let mut interposed = predicted.interposed;
        self.call_by_name(&mut interposed)?;
        Ok(Report {
            host: self.host.clone(),
            module: self.module.clone(),
            file: io.inputs()[1].to_owned(),
            verdict,
            stage,
            missing,
            needs_modules: ways.first,
            advice: ways.advice,
            interposed,
            unbound: match verdict {
                Verdict::Loads => predicted.unbound,
                _ => Vec::new(),
            },
            detail,
        })
    }
}
