//! The least that must be set for the options to be what they are: what follows from defaults and from others is left out.

use crate::configure::config::Config;
use crate::configure::dot_config::line;
use crate::configure::evaluate::evaluate_each;
use crate::configure::known::{Known, KnownOption};
use crate::configure::symbols::Symbols;
use crate::declare::condition::tristate::Tristate;
use crate::declare::options::kind::OptKind;
use crate::declare::options::opt::Opt;

impl Known {
    /// A file of options with which, and with nothing else set, every option is what it is here.
    pub fn to_least_config(&self, options: &[Opt]) -> String {
        self.set_lines(options).iter().map(|line| format!("{line}\n")).collect()
    }

    /// The lines that say what is not as it would be if nobody had set it, while all others are as they are.
    pub fn set_lines(&self, options: &[Opt]) -> Vec<String> {
        let (symbols, _) = Symbols::of(options, &self.probes);
        let nothing_set = Config {
            modules: self.modules,
            words: self.words.clone(),
            probes: self.probes.clone(),
            ..Config::default()
        };
        let by_themselves = evaluate_each(&symbols, self, &nothing_set);
        let differs = |(option, alone): &(&KnownOption, KnownOption)| {
            option.visible != Tristate::No && option.text != alone.text
        };
        let changed = self.options.iter().zip(by_themselves).filter(differs);
        let line = |option: &KnownOption| match option.kind {
            // What is set is the member.
            OptKind::Choice => Some(line(&option.text, OptKind::Bool, "y")),
            _ if symbols.at(&option.name).is_some_and(|at| symbols.list[at].choice.is_some()) => None,
            _ => option.line(),
        };
        changed.filter_map(|(option, _)| line(option)).collect()
    }
}
