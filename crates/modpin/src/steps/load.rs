//! The load check as a step: the loader's answer, with every missing symbol counted. The answer is an
//! output like any other; only success is remembered.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use modpin_engine::{Step, StepError, StepIo};
use modpin_loader::{Answer, Missing, Prediction, Report, Verdict, agrees, plain};
use modpin_symbols::Loadable;
use serde::{Deserialize, Serialize};

use super::candidates::{Whereabout, locate};
use super::frozen::freeze;
use super::predict::{Question, foresee, objects};
use super::to_json;
use crate::load::{
    self, HOST_DOES_NOT_START, ask, can_start, is_of_the_machine, library_path, more_than_ours, way_out,
};

/// Inputs: the host, the module, the probe; then, where it is known, the list of the module's symbols.
/// Output: a [`Report`] as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadCheck {
    /// The executable's name.
    pub host: String,
    /// The module's name.
    pub module: String,
    /// The modules that are loaded before it, for all to see: inputs as well.
    pub before: Vec<String>,
    /// How long it may take. Not part of what the answer is: a module that loads, loads.
    pub timeout: Duration,
    /// Where shared libraries are looked for.
    pub library_dirs: Vec<String>,
    /// What somebody has read who asks for many modules at once; otherwise this step reads it.
    #[serde(skip)]
    pub known: Option<Known>,
    /// Who else may define what is missing. Only for words: it does not decide anything.
    pub places: Arc<[Whereabout]>,
    /// Set by the first of this host's modules for which it still had not started when the time was over: the others
    /// need not wait as long.
    #[serde(skip)]
    pub hung: Arc<OnceLock<Answer>>,
}

/// What is known of a module and its host before the loader is asked.
#[derive(Clone, Debug)]
pub struct Known {
    /// The host.
    pub host: Arc<Loadable>,
    /// What the files foretell.
    pub foretold: Prediction,
}

impl LoadCheck {
    /// As the engine takes it.
    pub fn into_step(self) -> Arc<dyn Step> {
        Arc::new(self)
    }
}

impl Step for LoadCheck {
    fn key(&self) -> String {
        let LoadCheck { host, module, before, library_dirs, .. } = self;
        format!("load check 2 {host} {module} {before:?} {library_dirs:?} {:?}", library_path())
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let report = self.report(io)?;
        if report.verdict != Verdict::Loads {
            io.forget();
        }
        io.write(0, &to_json(&report)?)
    }

    fn encoded(&self) -> Option<Vec<u8>> {
        freeze("load", self)
    }
}

impl LoadCheck {
    fn report(&self, io: &mut StepIo<'_>) -> Result<Report, StepError> {
        let Known { host, foretold } = match &self.known {
            Some(known) => known.clone(),
            None => Known { host: Arc::new(read(io, 0)?), foretold: self.foresee(io)? },
        };
        if foretold.verdict == Verdict::StaticHost {
            let answer = Answer { verdict: Verdict::StaticHost, detail: foretold.detail.clone() };
            return self.tell(io, answer, foretold);
        }
        let inputs = io.inputs().to_vec();
        let probe = read(io, 2)?;
        if host.machine != probe.machine {
            return Err(StepError::Failed(other_machine(inputs[0], &host, &probe)));
        }
        if !can_start(io, &host.machine, 0)? {
            return Err(StepError::Failed(no_emulator(inputs[0], &host.machine)));
        }
        if let Some(rights) = more_than_ours(Path::new(&io.absolute(inputs[0]))) {
            return Err(StepError::Failed(privileged(inputs[0], &rights)));
        }
        let before = self.before.iter().map(String::as_str).collect();
        let question = load::Question {
            host: inputs[0],
            module: inputs[1],
            before,
            probe: inputs[2],
            first: sanitizers(&host),
            timeout: self.timeout,
        };
        let answer = match self.hung.get() {
            Some(answer) => answer.clone(),
            None => ask(io, &question)?,
        };
        if answer.verdict == Verdict::TimedOut && answer.detail.starts_with(HOST_DOES_NOT_START) {
            // Another one may have come first, with the same.
            let _ = self.hung.set(answer.clone());
        }
        if let Some(words) = disagreement(&self.module, &self.host, &answer, &foretold) {
            io.say(&words);
        }
        self.tell(io, answer, foretold)
    }

    fn foresee(&self, io: &mut StepIo<'_>) -> Result<Prediction, StepError> {
        let inputs = io.inputs().to_vec();
        let objects =
            match inputs.get(3).filter(|path| !self.before.iter().any(|before| before == *path)) {
                Some(path) => objects(path, &io.input(3)?)?,
                None => Vec::new(),
            };
        let before: Vec<&str> = self.before.iter().map(String::as_str).collect();
        foresee(
            io,
            &Question {
                name: &self.host,
                host: inputs[0],
                module: inputs[1],
                first: &before,
                objects: &objects,
                library_dirs: &self.library_dirs,
            },
        )
    }

    fn tell(
        &self,
        io: &mut StepIo<'_>,
        answer: Answer,
        foretold: Prediction,
    ) -> Result<Report, StepError> {
        let verdict = answer.verdict;
        let mut missing = match verdict {
            Verdict::MissingSymbols => foretold.missing.clone(),
            _ => Vec::new(),
        };
        if let Some(first) = first_missing(&answer)
            && !missing.iter().any(|lost| names(lost, first))
        {
            let (symbol, asked_by, found_in) = (first.to_owned(), Vec::new(), Vec::new());
            missing.push(Missing { symbol, asked_by, found_in });
        }
        let needs_modules = locate(io, &self.places, &mut missing)?;
        let detail = in_full(answer, &foretold);
        Ok(Report {
            host: self.host.clone(),
            module: self.module.clone(),
            file: io.inputs()[1].to_owned(),
            verdict,
            missing,
            needs_modules,
            interposed: foretold.interposed,
            detail,
        })
    }
}

/// What we read and what the loader does must be the same. Where they are not, one of us is wrong, and it is not the
/// loader.
fn disagreement(module: &str, host: &str, answer: &Answer, foretold: &Prediction) -> Option<String> {
    let first = first_missing(answer);
    let counted = first.is_none_or(|first| foretold.missing.iter().any(|lost| names(lost, first)));
    let words = || {
        format!(
            "module {module:?} in host {host:?}: the loader says \"{}\", and modpin's own reading of the symbols says \
             \"{}\"\n  help: this is a bug in modpin: please report it with both files",
            answer.detail, foretold.detail
        )
    };
    let agreed = agrees(foretold.verdict, answer.verdict) && counted;
    let machines = foretold.verdict == Verdict::Loads && is_of_the_machine(answer);
    (!agreed && !machines && !is_cut_short(answer)).then(words)
}

/// Whether the process ended before the loader could answer: in the host's constructors, in the module's, or in the
/// resolver of an indirect function, which the loader calls while symbols may still be missing.
fn is_cut_short(answer: &Answer) -> bool {
    matches!(answer.verdict, Verdict::Crashed | Verdict::Exited | Verdict::TimedOut)
}

/// The loader's words, and below them what was read where it says more: of a module for another machine, the loader says
/// that there is no such file.
fn in_full(answer: Answer, foretold: &Prediction) -> String {
    if let Some(way_out) = way_out(&answer) {
        return format!("{}\n{way_out}", answer.detail);
    }
    let cut_short = is_cut_short(&answer) && foretold.verdict != Verdict::Loads;
    let by_module = is_cut_short(&answer) && !answer.detail.starts_with(HOST_DOES_NOT_START);
    let Answer { verdict, detail } = answer;
    let terse =
        matches!(verdict, Verdict::Failed | Verdict::MissingLibrary) && verdict == foretold.verdict;
    if (terse || cut_short) && !detail.contains(&foretold.detail) {
        return format!("{detail}\n{}", foretold.detail);
    }
    match by_module {
        true => format!("{detail}\n{BEFORE_MAIN}"),
        false => detail,
    }
}

/// What a constructor of a module may stumble over in a load check and nowhere else.
const BEFORE_MAIN: &str = "the host's main has not run: a constructor that needs what main sets up fails here, and not in the program";

fn read(io: &StepIo<'_>, input: usize) -> Result<Loadable, StepError> {
    let read = modpin_symbols::read_loadable(&io.input(input)?);
    read.map_err(|error| StepError::Failed(format!("{}: {error}", io.inputs()[input])))
}

fn other_machine(path: &str, host: &Loadable, probe: &Loadable) -> String {
    let (theirs, ours) = (&host.machine, &probe.machine);
    format!(
        "{path}: it is for {theirs}, and the C compiler makes programs for {ours}\n  help: name a compiler for {theirs} \
         in the environment variable CC; `resolve` needs none"
    )
}

fn no_emulator(path: &str, machine: &str) -> String {
    format!(
        "{path}: it is for {machine}, and this machine starts no such programs\n  help: install qemu-user with binfmt \
         support (apt-get install qemu-user-static); `resolve` tells without starting anything"
    )
}

fn privileged(path: &str, rights: &str) -> String {
    format!(
        "{path}: {rights}, so its loader obeys nobody (ld.so(8)), and its own main would run\n  help: check as that user, \
         or name a copy that lies beside it (cp drops such rights); `resolve` tells without starting anything"
    )
}

/// The symbol that the loader met first, in glibc's words and in musl's: `undefined symbol: f, version V`,
/// `Error relocating /m.so: f: symbol not found`.
fn first_missing(answer: &Answer) -> Option<&str> {
    let text = match answer.detail.split_once("undefined symbol: ") {
        Some((_, rest)) => rest,
        None => answer.detail.split_once(": symbol not found")?.0.rsplit(' ').next()?,
    };
    text.split([',', ' ', '\n', ';']).next().filter(|name| !name.is_empty())
}

fn names(lost: &Missing, symbol: &str) -> bool {
    plain(&lost.symbol) == symbol || lost.symbol == symbol
}

/// Sanitizer runtimes refuse to start unless they are loaded first.
fn sanitizers(host: &Loadable) -> Vec<&str> {
    let first = |name: &&str| {
        ["libasan.", "libtsan.", "libclang_rt."].iter().any(|start| name.starts_with(start))
    };
    host.needed.iter().map(String::as_str).filter(first).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn where_loader_and_files_disagree_both_are_quoted() {
        let lost = |symbol: &str| Missing { symbol: symbol.into(), asked_by: vec![], found_in: vec![] };
        let check = |answer: (Verdict, &str), foretold: (Verdict, &[&str]), expected: Expect| {
            let answer = Answer { verdict: answer.0, detail: answer.1.into() };
            let foretold = Prediction {
                verdict: foretold.0,
                missing: foretold.1.iter().copied().map(lost).collect(),
                detail: "as foretold".into(),
                interposed: Vec::new(),
                taken: Vec::new(),
            };
            let words = disagreement("m", "h", &answer, &foretold);
            expected.assert_eq(&words.unwrap_or_default());
        };
        let f = (Verdict::MissingSymbols, "undefined symbol: f, version V");
        check(f, (Verdict::MissingSymbols, &["f@V", "g"]), expect![""]);
        check((Verdict::Loads, "it loads"), (Verdict::Loads, &[]), expect![""]);
        check((Verdict::Crashed, "it crashed"), (Verdict::Loads, &[]), expect![""]);
        // The resolver of an indirect function runs, and may crash, before the loader comes to what is missing.
        check((Verdict::Crashed, "it crashed"), (Verdict::MissingSymbols, &["f"]), expect![""]);
        let room = "cannot allocate memory in static TLS block";
        check((Verdict::Failed, room), (Verdict::Loads, &[]), expect![""]);
        check(
            (Verdict::Loads, "it loads"),
            (Verdict::MissingSymbols, &["f"]),
            expect![[r#"
            module "m" in host "h": the loader says "it loads", and modpin's own reading of the symbols says "as foretold"
              help: this is a bug in modpin: please report it with both files"#]],
        );
        check(
            f,
            (Verdict::Loads, &[]),
            expect![[r#"
            module "m" in host "h": the loader says "undefined symbol: f, version V", and modpin's own reading of the symbols says "as foretold"
              help: this is a bug in modpin: please report it with both files"#]],
        );
        check(
            f,
            (Verdict::MissingSymbols, &["g"]),
            expect![[r#"
            module "m" in host "h": the loader says "undefined symbol: f, version V", and modpin's own reading of the symbols says "as foretold"
              help: this is a bug in modpin: please report it with both files"#]],
        );
    }

    #[test]
    fn the_loaders_words_name_a_symbol() {
        let check = |detail: &str, symbol: Option<&str>| {
            let answer = Answer { verdict: Verdict::MissingSymbols, detail: detail.to_owned() };
            assert_eq!(first_missing(&answer), symbol);
        };
        check("undefined symbol: foo", Some("foo"));
        check("/lib/libx.so: undefined symbol: foo, version V1", Some("foo"));
        check("Error relocating /m.so: foo: symbol not found", Some("foo"));
        check("version `V' not found (required by /m.so)", None);
    }
}
