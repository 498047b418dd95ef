//! Probes in rounds: those of one round do not wait for each other's answers, and are asked at the same time.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use modpin_project::{Config, LookedUp, Probe, Project, due_probes};

use super::bench::Bench;
use super::kept::Kept;
use super::question::Answered;
use super::request::ProbeRequest;
use super::rests::Rest;
use super::wrong;
use crate::error::{Error, Result};

/// The answers of a project's probes.
#[derive(Clone, Debug, Default)]
pub struct AskedProbes {
    /// By name.
    pub answers: HashMap<String, Answered>,
    /// Those of the build machine, where it was asked as well.
    pub there: HashMap<String, Answered>,
    /// How many were not kept from an earlier time.
    pub fresh: usize,
}

impl AskedProbes {
    /// What the answers rest on is what the build rests on.
    pub fn note(&self, looked_up: &mut LookedUp) {
        let rests =
            self.answers.values().chain(self.there.values()).flat_map(|answered| &answered.rests);
        let (there, missing): (BTreeSet<&Rest>, BTreeSet<&Rest>) =
            rests.partition(|rest| rest.is_there());
        looked_up.read.extend(there.into_iter().map(|rest| PathBuf::from(&rest.path)));
        looked_up.missing.extend(missing.into_iter().map(|rest| PathBuf::from(&rest.path)));
    }
}

/// Asks every probe that has no answer yet, of one machine.
pub fn ask(project: &Project, config: &mut Config, asking: &ProbeRequest<'_>) -> Result<AskedProbes> {
    let mut asked = AskedProbes::default();
    if project.probes.is_empty() {
        return Ok(asked);
    }
    let mut due = due_probes(project, config)?;
    if due.is_empty() {
        return Ok(asked);
    }
    let bench = Bench::new(project, asking)?;
    let mut kept = Kept::read(&asking.kept, asking.again);
    while !due.is_empty() {
        let probes = project.probes.iter().filter(|probe| due.contains(&probe.word()));
        let (known, open): (Vec<_>, Vec<_>) = probes
            .map(|probe| (probe, kept.recall(probe, &bench)))
            .partition(|(_, answer)| answer.is_some());
        let mut broken = Vec::new();
        let open: Vec<&Probe> = open.into_iter().map(|(probe, _)| probe).collect();
        let answers = at_once(&open, asking.jobs, |probe| bench.answer(probe));
        let known = known.into_iter().filter_map(|(probe, answer)| Some((probe, answer?)));
        for (probe, answered) in known {
            config.probes.answer_package(&probe.word(), &answered.text, answered.flags.clone());
            asked.answers.insert(probe.word(), answered);
        }
        asked.fresh += open.len();
        for (probe, answer) in open.iter().zip(answers) {
            match answer {
                Ok(answered) => {
                    kept.keep(probe, &bench, &answered);
                    config.probes.answer_package(&probe.word(), &answered.text, answered.flags.clone());
                    asked.answers.insert(probe.word(), answered);
                }
                Err(why) => broken.push((*probe, why)),
            }
        }
        if !broken.is_empty() {
            // What the others have answered is true all the same.
            let _ = kept.write(&asking.kept);
            return Err(Error::Probes(wrong::problems(broken)));
        }
        due = due_probes(project, config)?;
    }
    kept.write(&asking.kept)?;
    Ok(asked)
}

/// Answers in the order of the probes, some of them worked out at the same time.
fn at_once<T: Send>(probes: &[&Probe], jobs: usize, answer: impl Fn(&Probe) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, probes.len().max(1)) {
            scope.spawn(|| {
                while let Some(probe) = probes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let answer = (probe.word(), answer(probe));
                    found.lock().unwrap_or_else(|broken| broken.into_inner()).push(answer);
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(|broken| broken.into_inner());
    let place = |word: &String| probes.iter().position(|probe| probe.word() == *word);
    found.sort_by_key(|(word, _)| place(word));
    found.into_iter().map(|(_, answer)| answer).collect()
}
