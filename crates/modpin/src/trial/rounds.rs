//! Probes in rounds: those of one round do not wait for each other's answers, and are asked at the same time.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Scope;

use modpin_engine::Jobserver;
use modpin_project::{Config, LookedUp, Probe, ProbeKind, Project, due_probes};

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
        let (known, open): (Vec<_>, Vec<_>) = due
            .iter()
            .map(|probe| (probe, kept.recall(probe, &bench)))
            .partition(|(_, answer)| answer.is_some());
        let mut broken = Vec::new();
        let open: Vec<&Probe> = open.into_iter().map(|(probe, _)| probe).collect();
        let answers = at_once(&open, (asking.jobs, asking.jobserver), |probe| bench.answer(probe));
        let known = known.into_iter().filter_map(|(probe, answer)| Some((probe, answer?)));
        for (probe, answered) in known {
            take(config, probe, &answered);
            asked.answers.insert(probe.word(), answered);
        }
        asked.fresh += open.len();
        for (probe, answer) in open.iter().zip(answers) {
            match answer {
                Ok(answered) => {
                    kept.keep(probe, &bench, &answered);
                    take(config, probe, &answered);
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

/// Takes an answer.
fn take(config: &mut Config, probe: &Probe, answered: &Answered) {
    let (word, text) = (probe.word(), &answered.text);
    match probe.kind {
        ProbeKind::Program => config.probes.answer_program(&word, text, &answered.path),
        _ => config.probes.answer_package(&word, text, answered.flags.clone()),
    }
}

/// Answers in the order of the probes, some of them worked out at the same time.
fn at_once<T: Send>(
    probes: &[&Probe],
    (jobs, jobserver): (usize, Option<&Jobserver>),
    answer: impl Fn(&Probe) -> T + Sync,
) -> Vec<T> {
    let (open, workers) = (AtomicUsize::new(0), AtomicUsize::new(1));
    let round = Round { jobs, jobserver, open, workers };
    let found = Mutex::new(Vec::new());
    let put = |at: usize| {
        let answer = (at, answer(probes[at]));
        found.lock().unwrap_or_else(|broken| broken.into_inner()).push(answer);
    };
    std::thread::scope(|scope| round.work(scope, probes.len(), &put));
    let mut found = found.into_inner().unwrap_or_else(|broken| broken.into_inner());
    found.sort_by_key(|&(at, _)| at);
    found.into_iter().map(|(_, answer)| answer).collect()
}

/// The probes of one round, as those see them who answer.
struct Round<'a> {
    jobs: usize,
    jobserver: Option<&'a Jobserver>,
    /// The first that nobody has taken.
    open: AtomicUsize,
    workers: AtomicUsize,
}

impl Round<'_> {
    /// Answers one after the other. Whenever there is more than one left and a place for somebody else, he helps.
    fn work<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        count: usize,
        put: &'scope (impl Fn(usize) + Sync),
    ) {
        loop {
            let at = self.open.fetch_add(1, Ordering::SeqCst);
            if at >= count {
                return;
            }
            if at + 1 < count && self.one_more() {
                self.help(scope, count, put);
            }
            put(at);
        }
    }

    /// Counts one more who works, unless there are as many as there may be.
    fn one_more(&self) -> bool {
        let more = |workers| (workers < self.jobs).then_some(workers + 1);
        self.workers.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).is_ok()
    }

    /// Starts one who was counted, if there is a place.
    fn help<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        count: usize,
        put: &'scope (impl Fn(usize) + Sync),
    ) {
        let place = match self.jobserver.map(Jobserver::place) {
            Some(None) => {
                self.workers.fetch_sub(1, Ordering::SeqCst);
                return;
            }
            place => place.flatten(),
        };
        scope.spawn(move || {
            let _held = place;
            self.work(scope, count, put);
            self.workers.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn those_that_are_asked_at_once_have_a_place_each() {
        let probes: Vec<Probe> = (0..9).map(|number| Probe::header(format!("{number}.h"))).collect();
        let probes: Vec<&Probe> = probes.iter().collect();
        let server = Jobserver::serve(3).expect("a jobserver");
        let (meeting, running) = (Barrier::new(3), AtomicUsize::new(0));
        let asked = at_once(&probes, (9, Some(&server)), |probe| {
            let running_with_me = running.fetch_add(1, Ordering::SeqCst) + 1;
            meeting.wait();
            let held = 2 - server.available().expect("a number");
            meeting.wait();
            running.fetch_sub(1, Ordering::SeqCst);
            (probe.of.clone(), running_with_me <= 3, held)
        });
        let wanted = probes.iter().map(|probe| (probe.of.clone(), true, 2));
        assert_eq!(asked, wanted.collect::<Vec<_>>());
        assert_eq!(server.available().expect("a number"), 2, "all are given back");
    }

    #[test]
    fn there_are_never_more_than_jobs() {
        let round = Round { jobs: 2, jobserver: None, open: 0.into(), workers: 1.into() };
        let (helping, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let side = || {
            for _ in (0..300_000).filter(|_| round.one_more()) {
                most.fetch_max(helping.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                helping.fetch_sub(1, Ordering::SeqCst);
                round.workers.fetch_sub(1, Ordering::SeqCst);
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|_| _ = scope.spawn(side)));
        assert_eq!(most.into_inner(), 1);
    }
}
