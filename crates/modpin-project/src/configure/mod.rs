//! What the options of a project are in one build: a pure function of the declaration and of what was set.

pub(crate) mod set_by;
pub(crate) mod probes;
pub(crate) mod build_machine;
pub(crate) mod config;
pub(crate) mod predefined;
pub(crate) mod known;
pub(crate) mod answer;
pub(crate) mod asked;
pub(crate) mod symbols;
pub(crate) mod order;
pub(crate) mod evaluate;
pub(crate) mod reason;
pub(crate) mod contradict;
pub(crate) mod dot_config;
pub(crate) mod edit;
pub(crate) mod least;

use crate::configure::config::Config;
use crate::configure::known::Known;
use crate::configure::symbols::Symbols;
use crate::declare::options::opt::Opt;
use crate::error::{Error, Result};
use crate::problem::Problem;

/// What every option is, in the order of declaration, members of a choice behind it; and what is wrong: options that contradict
/// each other or what was set, names that nothing has, options that ask each other in a circle. Values are answered all the
/// same, as far as that goes, so that other mistakes are found, too.
pub(crate) fn configured(options: &[Opt], config: &Config) -> (Known, Vec<Problem>) {
    let (symbols, mut problems) = Symbols::of(options, &config.probes);
    problems.extend(config.problems(&symbols));
    let order = order::order(&symbols).unwrap_or_else(|problem| {
        problems.push(problem);
        (0..symbols.list.len()).collect()
    });
    let known = evaluate::evaluate(&symbols, &order, config);
    if !problems.is_empty() {
        return (known, problems);
    }
    let (problems, notes) = contradict::contradictions(&symbols, &known, config);
    (Known { notes, ..known }, problems)
}

/// Why each option is what it is, in the order of declaration: `NET=n (depends on INET; INET=n (set with -D))`.
pub fn reasons(options: &[Opt], known: &Known) -> Vec<String> {
    let (symbols, _) = Symbols::of(options, &known.probes);
    known.options.iter().map(|option| reason::reason(&symbols, known, &option.name)).collect()
}

/// What a probe was answered, and where the answer comes from: `HAVE_EPOLL_H=n (probe)`.
pub fn probe_reason(known: &Known, name: &str) -> Option<String> {
    known.probes.get(name).map(|probe| reason::of_probe(known, probe))
}

/// What every option of a project is in one build.
///
/// # Errors
/// [`Error::Declaration`] with every problem.
pub fn configure(options: &[Opt], config: &Config) -> Result<Known> {
    let (known, problems) = configured(options, config);
    if problems.is_empty() { Ok(known) } else { Err(Error::Declaration(problems)) }
}
