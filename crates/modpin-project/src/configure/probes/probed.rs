//! The probes of a project with what is known of each: a pure table. Who asks, and how, is not known here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::configure::set_by::SetBy;
use crate::declare::condition::cond::Cond;
use crate::declare::options::kind::OptKind;
use crate::declare::probes::probe::Probe;
use crate::problem::Problem;

/// The probes of a project, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probed(BTreeMap<String, KnownProbe>);

/// What is known of one probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownProbe {
    /// What conditions call it.
    pub name: String,
    /// `Bool` or `Int`.
    pub kind: OptKind,
    /// Where it is asked.
    pub when: Option<Cond>,
    /// How it was answered; open until somebody asked.
    pub state: ProbeState,
    /// What pkg-config says of a package that is there.
    pub flags: PackageFlags,
}

/// What pkg-config says of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageFlags {
    /// For the compiler.
    pub cflags: Vec<String>,
    /// For the linker.
    pub libs: Vec<String>,
}

/// How a probe was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeState {
    /// Nobody has asked yet.
    Open,
    /// Its condition does not hold, so it is not asked: no, or nothing.
    Idle,
    /// The answer of the machine: `y`, `n`, a number, or nothing.
    Asked(String),
    /// The answer that somebody gave, so that the machine is not asked.
    Given(String, SetBy),
}

impl KnownProbe {
    /// The answer as conditions see it: `y` or `n`, a number; empty where a number has no value.
    pub fn text(&self) -> &str {
        match &self.state {
            ProbeState::Asked(text) | ProbeState::Given(text, _) => text,
            ProbeState::Open | ProbeState::Idle if self.kind == OptKind::Bool => "n",
            ProbeState::Open | ProbeState::Idle => "",
        }
    }
}

impl Probed {
    /// The probes of a project, all open.
    pub fn of(probes: &[Probe]) -> Probed {
        let open = probes.iter().map(|probe| {
            let (name, kind) = (probe.word(), probe.kind.answer());
            let when = probe.when.clone();
            (
                name.clone(),
                KnownProbe { name, kind, when, state: ProbeState::Open, flags: PackageFlags::default() },
            )
        });
        Probed(open.collect())
    }

    /// What is known of a probe.
    pub fn get(&self, name: &str) -> Option<&KnownProbe> {
        self.0.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &KnownProbe> {
        self.0.values()
    }

    /// Takes the answer of the machine. An answer that somebody gave stays.
    pub fn answer(&mut self, name: &str, text: impl Into<String>) {
        if let Some(probe) = self.0.get_mut(name).filter(|probe| probe.state == ProbeState::Open) {
            probe.state = ProbeState::Asked(text.into());
        }
    }

    /// The same for a package, with its flags.
    pub fn answer_package(&mut self, name: &str, text: impl Into<String>, flags: PackageFlags) {
        self.answer(name, text);
        if let Some(probe) = self.0.get_mut(name) {
            probe.flags = flags;
        }
    }

    /// The same probes with the answers of others in the place of theirs.
    pub fn replaced_by(&self, others: &Probed) -> Probed {
        let other = |(name, probe): (&String, &KnownProbe)| {
            let KnownProbe { state, flags, .. } = others.get(name).unwrap_or(probe).clone();
            (name.clone(), KnownProbe { state, flags, ..probe.clone() })
        };
        Probed(self.0.iter().map(other).collect())
    }

    /// Probes that nobody has asked: whoever looks a project up has forgotten to.
    pub(crate) fn unanswered(&self, probes: &[Probe]) -> Vec<Problem> {
        let is_open = |word: &String| self.get(word).is_none_or(|probe| probe.state == ProbeState::Open);
        let problem = |word: String| {
            let help = "ask the probes first, with modpin::ask_probes, or give an answer with Config::set_from_text";
            Problem::new(format!("probe {word:?} has no answer"), help)
        };
        probes.iter().map(Probe::word).filter(is_open).map(problem).collect()
    }

    /// Takes an answer by hand, in the place of any other.
    pub(crate) fn give(&mut self, name: &str, text: String, by: SetBy) {
        if let Some(probe) = self.0.get_mut(name) {
            probe.state = ProbeState::Given(text, by);
        }
    }

    /// Its condition does not hold.
    pub(crate) fn leave(&mut self, name: &str) {
        if let Some(probe) = self.0.get_mut(name) {
            probe.state = ProbeState::Idle;
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
