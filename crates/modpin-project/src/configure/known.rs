//! What options are worth, and why.

use std::collections::{BTreeMap, HashMap};

use crate::configure::answer::{Fact, FactKind, Words};
use crate::configure::asked::Askable;
use crate::configure::predefined::{CC_VERSION, MODULES};
use crate::configure::probes::probed::Probed;
use crate::configure::set_by::SetBy;
use crate::declare::condition::tristate::Tristate;
use crate::declare::options::kind::OptKind;

/// Every option with its value, in the order of declaration, members of a choice behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The options.
    pub options: Vec<KnownOption>,
    /// What looks like a mistake in what was set, in words.
    pub notes: Vec<String>,
    /// The probes.
    pub probes: Probed,
    pub(crate) words: BTreeMap<String, String>,
    pub(crate) modules: bool,
    pub(crate) index: HashMap<String, usize>,
    /// The one flavour in which everything is compiled.
    pub(crate) flavour: Option<&'static str>,
}

/// What one option is worth, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOption {
    /// Without `CONFIG_`.
    pub name: String,
    /// Which values it can have.
    pub kind: OptKind,
    /// The value as its kind writes it: `y`, `250`, `0x10`, a text without quotes; for a choice the chosen member. Empty where a
    /// number or a choice has none.
    pub text: String,
    /// Where the value comes from.
    pub origin: Origin,
    /// What it can be set to at most: `n` where it cannot be set.
    pub visible: Tristate,
    /// What its dependencies allow.
    pub allowed: Tristate,
    /// Whether a file of options mentions it: what can be set, or has a value all the same.
    pub is_written: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything else.
    Default,
    /// Somebody set it.
    Set(SetBy),
    /// These options select it.
    Selected(Vec<String>),
    /// These options imply it.
    Implied(Vec<String>),
    /// What it depends on is not met.
    Unmet,
    /// It is a member of a choice, and this one is chosen.
    Chosen(String),
}

impl KnownOption {
    /// `y`, `m` or `n`; `n` for what is no bool or tristate.
    pub fn tristate(&self) -> Tristate {
        Tristate::from_letter(&self.text).filter(|_| self.kind.is_logical()).unwrap_or_default()
    }
}

impl Known {
    /// The option of a name.
    pub fn get(&self, name: &str) -> Option<&KnownOption> {
        self.index.get(name).map(|&at| &self.options[at])
    }
}

impl Askable for Known {
    fn kind(&self, name: &str) -> Option<OptKind> {
        let probe = || self.probes.get(name).map(|probe| probe.kind);
        self.get(name).map(|option| option.kind).or_else(probe)
    }

    fn names(&self) -> Vec<&str> {
        let options = self.options.iter().map(|option| option.name.as_str());
        options.chain(self.probes.names()).collect()
    }
}

impl Words for Known {
    fn fact(&self, name: &str) -> Option<Fact<'_>> {
        if name == MODULES {
            let text = Tristate::from(self.modules).letter();
            return Some(Fact { kind: FactKind::Logical { is_tristate: false }, text });
        }
        if let Some(option) = self.get(name) {
            return Some(Fact { kind: FactKind::of(option.kind), text: &option.text });
        }
        if let Some(probe) = self.probes.get(name) {
            return Some(Fact { kind: FactKind::of(probe.kind), text: probe.text() });
        }
        let kind = if name == CC_VERSION { FactKind::Version } else { FactKind::Text };
        self.words.get(name).map(|text| Fact { kind, text })
    }
}
