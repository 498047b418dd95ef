//! The probes of a project with what is known of each: a pure table. Who asks, and how, is not known here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::configure::set_by::SetBy;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::tristate::Tristate;
use crate::declare::options::item::Item;
use crate::declare::options::kind::OptKind;
use crate::declare::probes::kind::ProbeKind;
use crate::declare::probes::probe::{Probe, path_word};
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
    /// What entries of its lists stand under.
    pub chosen_by: Vec<Cond>,
    /// How it was answered; open until somebody asked.
    pub state: ProbeState,
    /// What pkg-config says of a package that is there.
    pub flags: PackageFlags,
    /// What the program is called that it looks for.
    program: Option<String>,
    /// It is no question, but says where the program is that this probe has found.
    path_of: Option<String>,
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

    /// Whose program's place it tells.
    pub fn path_of(&self) -> Option<&str> {
        self.path_of.as_deref()
    }

    /// The word that says where its program is.
    fn path(&self) -> KnownProbe {
        KnownProbe {
            name: path_word(&self.name),
            kind: OptKind::String,
            when: None,
            chosen_by: Vec::new(),
            program: None,
            path_of: Some(self.name.clone()),
            ..self.clone()
        }
    }
}

/// Where a program is of which nobody has said more than whether it is there.
fn at(program: &str, answer: &str) -> String {
    if answer == "y" { program.to_owned() } else { String::new() }
}

impl Probed {
    /// The probes of a project, all open.
    pub fn of(probes: &[Probe]) -> Probed {
        let open = probes.iter().flat_map(|probe| {
            let whens = probe.lists().into_iter().flatten().filter_map(Item::when);
            let program = (probe.kind == ProbeKind::Program).then(|| probe.of.clone());
            let asked = KnownProbe {
                name: probe.word(),
                kind: probe.kind.answer(),
                when: probe.when.clone(),
                chosen_by: whens.cloned().collect(),
                state: ProbeState::Open,
                flags: PackageFlags::default(),
                program,
                path_of: None,
            };
            let path = asked.program.is_some().then(|| asked.path());
            std::iter::once(asked).chain(path)
        });
        Probed(open.map(|probe| (probe.name.clone(), probe)).collect())
    }

    /// What is known of a probe.
    pub fn get(&self, name: &str) -> Option<&KnownProbe> {
        self.0.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &KnownProbe> {
        self.0.values()
    }

    /// Takes the answer of the machine. An answer that somebody gave stays. A program that is there is where its name says.
    pub fn answer(&mut self, name: &str, text: impl Into<String>) {
        if let Some(probe) = self.0.get_mut(name).filter(|probe| probe.state == ProbeState::Open) {
            let text: String = text.into();
            let path = probe.program.as_ref().map(|program| at(program, &text));
            probe.state = ProbeState::Asked(text);
            path.into_iter().for_each(|path| self.found(name, path));
        }
    }

    /// The same for a program, with its place.
    pub fn answer_program(&mut self, name: &str, text: impl Into<String>, path: impl Into<String>) {
        self.answer(name, text);
        self.found(name, path.into());
    }

    fn found(&mut self, program: &str, path: String) {
        let is_given = |probe: &KnownProbe| matches!(probe.state, ProbeState::Given(..));
        if let Some(probe) = self.0.get_mut(&path_word(program)).filter(|probe| !is_given(probe)) {
            probe.state = ProbeState::Asked(path);
        }
    }

    /// The same for a package, with its flags.
    pub fn answer_package(&mut self, name: &str, text: impl Into<String>, flags: PackageFlags) {
        self.answer(name, text);
        if let Some(probe) = self.0.get_mut(name) {
            probe.flags = flags;
        }
    }

    /// Takes answers as they were, all of them at once.
    pub fn take<'a>(&mut self, answers: impl Iterator<Item = (&'a String, &'a (String, PackageFlags))>) {
        for (name, (text, flags)) in answers {
            if let Some(probe) = self.0.get_mut(name) {
                (probe.state, probe.flags) = (ProbeState::Asked(text.clone()), flags.clone());
            }
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
        let Some(probe) = self.0.get_mut(name) else { return };
        let path = probe.program.as_ref().map(|program| at(program, &text));
        // Who says where it is says that it is there.
        let found = probe.path_of.clone().map(|program| (program, Tristate::from(!text.is_empty())));
        probe.state = ProbeState::Given(text, by);
        path.into_iter().for_each(|path| self.found(name, path));
        if let Some((program, is_there)) = found
            && let Some(probe) = self.0.get_mut(&program)
            && !matches!(probe.state, ProbeState::Given(..))
        {
            probe.state = ProbeState::Asked(is_there.letter().to_owned());
        }
    }

    /// Its condition does not hold.
    pub(crate) fn leave(&mut self, name: &str) {
        for name in [name, &path_word(name)] {
            let open = self.0.get_mut(name).filter(|probe| probe.state == ProbeState::Open);
            open.into_iter().for_each(|probe| probe.state = ProbeState::Idle);
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
