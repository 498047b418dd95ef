//! The options of a project in a list, each with what others have to do with it, and by their names.

use std::collections::HashMap;

use crate::configure::asked::Askable;
use crate::configure::probes::probed::Probed;
use crate::declare::condition::expr::Expr;
use crate::declare::options::kind::OptKind;
use crate::declare::options::opt::Opt;

/// All options, members of a choice behind it.
#[derive(Debug)]
pub(crate) struct Symbols<'a> {
    pub list: Vec<Symbol<'a>>,
    pub probes: &'a Probed,
    pub(super) index: HashMap<&'a str, usize>,
}

/// One option, and what others have to do with it.
#[derive(Debug)]
pub(crate) struct Symbol<'a> {
    pub option: &'a Opt,
    /// The choice that it is a member of.
    pub choice: Option<usize>,
    pub members: Vec<usize>,
    /// In the order in which they count.
    pub defaults: Vec<Fallback<'a>>,
    pub range: Option<[RangeEnd; 2]>,
    /// Options that are the least that this one is.
    pub selected_by: Vec<Push<'a>>,
    pub implied_by: Vec<Push<'a>>,
}

/// A default.
#[derive(Debug)]
pub(crate) struct Fallback<'a> {
    pub when: Option<&'a Expr>,
    pub then: Then,
}

/// What a default says.
#[derive(Debug)]
pub(crate) enum Then {
    Condition(Expr),
    Text(String),
    Member(usize),
}

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RangeEnd {
    Number(i128),
    /// What another option is.
    Option(usize),
}

/// An option that selects or implies another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Push<'a> {
    pub from: usize,
    pub when: Option<&'a Expr>,
}

impl<'a> Symbols<'a> {
    /// Where an option stands.
    pub(crate) fn at(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    pub(crate) fn name(&self, at: usize) -> &'a str {
        &self.list[at].option.name
    }
}

impl Askable for Symbols<'_> {
    fn kind(&self, name: &str) -> Option<OptKind> {
        let probe = || self.probes.get(name).map(|probe| probe.kind);
        self.at(name).map(|at| self.list[at].option.kind).or_else(probe)
    }

    fn names(&self) -> Vec<&str> {
        (0..self.list.len()).map(|at| self.name(at)).chain(self.probes.names()).collect()
    }
}
