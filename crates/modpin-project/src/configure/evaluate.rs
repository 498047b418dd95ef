//! The values of options, by Kconfig's rules.

use std::collections::HashMap;

use crate::configure::answer::{Asker, answer};
use crate::configure::config::Config;
use crate::configure::known::{Known, KnownOption, Origin};
use crate::configure::set_by::SetBy;
use crate::configure::symbols::{Push, RangeEnd, Symbol, Symbols, Then};
use crate::declare::condition::expr::Expr;
use crate::declare::condition::tristate::Tristate;
use crate::declare::options::kind::OptKind;
use crate::declare::options::number::{number, written};
use Tristate::{Module, No, Yes};

/// The values of all options, which are answered in this order.
pub(crate) fn evaluate(symbols: &Symbols<'_>, order: &[usize], config: &Config) -> Known {
    let names = symbols.list.iter().enumerate();
    let known = Known {
        options: symbols.list.iter().map(unknown).collect(),
        notes: Vec::new(),
        words: config.words.clone(),
        probes: config.probes.clone(),
        modules: config.modules,
        index: names.map(|(at, symbol)| (symbol.option.name.clone(), at)).collect::<HashMap<_, _>>(),
        flavour: None,
    };
    let mut evaluation = Evaluation { symbols, config, known };
    for &at in order {
        evaluation.known.options[at] = evaluation.value(at);
    }
    evaluation.known
}

/// What each option would be with these settings if all others stayed as they are.
pub(crate) fn evaluate_each(symbols: &Symbols<'_>, known: &Known, config: &Config) -> Vec<KnownOption> {
    let evaluation = Evaluation { symbols, config, known: known.clone() };
    (0..symbols.list.len()).map(|at| evaluation.value(at)).collect()
}

struct Evaluation<'a> {
    symbols: &'a Symbols<'a>,
    config: &'a Config,
    known: Known,
}

impl Evaluation<'_> {
    fn value(&self, at: usize) -> KnownOption {
        let symbol = &self.symbols.list[at];
        let allowed = self.all(symbol.option.depends_on.as_ref().map(|condition| &condition.0));
        let visible = self.visible(symbol, allowed);
        let start = KnownOption { visible, allowed, is_written: visible != No, ..unknown(symbol) };
        match symbol.option.kind {
            OptKind::Bool | OptKind::Tristate => match symbol.choice {
                Some(choice) => self.member(start, choice),
                None => self.logical(symbol, start),
            },
            OptKind::String => self.string(symbol, start),
            OptKind::Int | OptKind::Hex => self.number(symbol, start),
            OptKind::Choice => self.choice(symbol, start),
        }
    }

    /// What it can be set to at most.
    fn visible(&self, symbol: &Symbol<'_>, allowed: Tristate) -> Tristate {
        let by_hand = self.all(symbol.option.visible_when.as_ref().map(|condition| &condition.0));
        match allowed.and(by_hand) {
            _ if symbol.option.internal => No,
            // A choice that cannot be made has no member that could be chosen.
            _ if symbol.choice.is_some_and(|choice| self.known.options[choice].visible == No) => No,
            Module if !self.is_tristate(symbol) => Yes,
            visible => visible,
        }
    }

    fn is_tristate(&self, symbol: &Symbol<'_>) -> bool {
        symbol.option.kind == OptKind::Tristate && self.config.modules
    }

    fn all(&self, condition: Option<&Expr>) -> Tristate {
        holds(&self.known, condition)
    }

    fn logical(&self, symbol: &Symbol<'_>, start: KnownOption) -> KnownOption {
        let KnownOption { visible, allowed, .. } = start;
        let mut is_written = start.is_written;
        let set = self.config.setting(&symbol.option.name).filter(|_| visible != No);
        let (implied, implying) = pushed(&self.known, &symbol.implied_by);
        let (mut value, mut origin) = match set {
            Some(set) => {
                let wanted = Tristate::from_letter(&set.text).unwrap_or_default();
                let origin = if wanted > visible { Origin::Unmet } else { Origin::Set(set.by) };
                (wanted.and(visible), origin)
            }
            None => {
                let value = self.default(symbol, allowed);
                // One that cannot be is no reason for a default.
                let implied = if allowed == No { No } else { implied };
                is_written |= value != No || implied != No;
                let is_wanted =
                    !symbol.defaults.is_empty() || self.config.setting(&symbol.option.name).is_some();
                let unmet = allowed == No && is_wanted;
                match (implied > value, unmet) {
                    (true, _) => (implied, Origin::Implied(implying)),
                    (_, true) => (value, Origin::Unmet),
                    _ => (value, Origin::Default),
                }
            }
        };
        let (selected, selecting) = pushed(&self.known, &symbol.selected_by);
        is_written |= selected != No;
        if selected > value {
            (value, origin) = (selected, Origin::Selected(selecting));
        }
        if value == Module && (!self.is_tristate(symbol) || implied == Yes) {
            value = Yes;
        }
        KnownOption { text: value.letter().to_owned(), origin, is_written, ..start }
    }

    /// The first default that counts.
    fn default(&self, symbol: &Symbol<'_>, allowed: Tristate) -> Tristate {
        for default in &symbol.defaults {
            let counts = self.all(default.when).and(allowed);
            if let (Then::Condition(then), true) = (&default.then, counts != No) {
                return answer(then, &self.known, Asker::Default).and(counts);
            }
        }
        No
    }

    /// The default of what is no bool or tristate.
    fn text(&self, symbol: &Symbol<'_>, allowed: Tristate) -> Option<String> {
        let counts = |when| self.all(when).and(allowed) != No;
        let default = symbol.defaults.iter().find(|default| counts(default.when))?;
        match &default.then {
            Then::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn string(&self, symbol: &Symbol<'_>, start: KnownOption) -> KnownOption {
        let set = self.config.setting(&symbol.option.name).filter(|_| start.visible != No);
        if let Some(set) = set {
            return KnownOption { text: set.text.clone(), origin: Origin::Set(set.by), ..start };
        }
        let default = self.text(symbol, start.allowed);
        let is_written = start.is_written || default.is_some();
        let origin = if start.allowed == No { Origin::Unmet } else { Origin::Default };
        KnownOption { text: default.unwrap_or_default(), origin, is_written, ..start }
    }

    fn number(&self, symbol: &Symbol<'_>, start: KnownOption) -> KnownOption {
        let kind = symbol.option.kind;
        let range = symbol.range.filter(|_| start.allowed != No);
        let range = range.map(|ends| ends.map(|end| number_at(&self.known, kind, end)));
        let set = self.config.setting(&symbol.option.name).filter(|_| start.visible != No);
        let fits = |text: &str| {
            let inside = |number| range.is_none_or(|[low, high]| low <= number && number <= high);
            number(kind, text).is_some_and(inside)
        };
        if let Some(set) = set.filter(|set| fits(&set.text)) {
            return KnownOption { text: set.text.clone(), origin: Origin::Set(set.by), ..start };
        }
        let default = self.text(symbol, start.allowed);
        let is_written = start.is_written || default.is_some();
        // Nothing counts as 0, and what lies outside as the nearer end.
        let value = default.as_deref().and_then(|text| number(kind, text)).unwrap_or_default();
        let nearer = range.and_then(|[low, high]| match value {
            value if value < low => Some(low),
            value => Some(high).filter(|high| value > *high),
        });
        let text = match nearer {
            Some(clamped) => written(kind, clamped),
            None => default.unwrap_or_default(),
        };
        let origin = if start.allowed == No { Origin::Unmet } else { Origin::Default };
        KnownOption { text, origin, is_written, ..start }
    }

    fn choice(&self, symbol: &Symbol<'_>, start: KnownOption) -> KnownOption {
        if start.visible == No {
            return KnownOption { origin: Origin::Unmet, is_written: false, ..start };
        }
        let can_be = |member: &usize| {
            let member = &self.symbols.list[*member];
            let conditions = member.option.depends_on.iter().chain(&member.option.visible_when);
            conditions.map(|condition| self.all(Some(&condition.0))).fold(Yes, Tristate::and) != No
        };
        let set_by = |member: &usize| {
            let set = self.config.setting(self.symbols.name(*member));
            set.filter(|set| set.text == "y").map(|set| set.by)
        };
        let wanted = symbol.members.iter().filter(|member| set_by(member).is_some());
        let wanted = wanted.max_by_key(|member| set_by(member)).filter(|member| can_be(member));
        let default = || {
            let counts = symbol.defaults.iter().filter(|default| self.all(default.when) != No);
            let members = counts.filter_map(|default| match default.then {
                Then::Member(member) => Some(member),
                _ => None,
            });
            members.chain(symbol.members.iter().copied()).find(can_be)
        };
        let (chosen, origin) = match wanted {
            Some(member) => (Some(*member), Origin::Set(set_by(member).unwrap_or(SetBy::File))),
            None => (default(), Origin::Default),
        };
        let text = chosen.map(|member| self.symbols.name(member).to_owned()).unwrap_or_default();
        KnownOption { text, origin, is_written: false, ..start }
    }

    /// A bool of a choice.
    fn member(&self, start: KnownOption, choice: usize) -> KnownOption {
        let choice = &self.known.options[choice];
        let is_it = choice.text == start.name;
        let text = Tristate::from(is_it).letter().to_owned();
        let origin = match start.visible {
            No => Origin::Unmet,
            _ => Origin::Chosen(choice.name.clone()),
        };
        KnownOption { text, origin, ..start }
    }
}

/// An end of a range, for an option of this kind. An option without a number counts as 0.
pub(crate) fn number_at(known: &Known, kind: OptKind, end: RangeEnd) -> i128 {
    match end {
        RangeEnd::Number(number) => number,
        RangeEnd::Option(at) => number(kind, &known.options[at].text).unwrap_or_default(),
    }
}

/// How far others push an option up, and who pushes it so far.
pub(crate) fn pushed(known: &Known, pushes: &[Push<'_>]) -> (Tristate, Vec<String>) {
    let each = |push: &Push<'_>| {
        let from = &known.options[push.from];
        (from.tristate().and(from.allowed).and(holds(known, push.when)), from)
    };
    let pushes: Vec<(Tristate, &KnownOption)> = pushes.iter().map(each).collect();
    let most = pushes.iter().map(|(value, _)| *value).max().unwrap_or_default();
    let who = pushes.iter().filter(|(value, _)| *value == most && most != No);
    let mut names: Vec<String> = who.map(|(_, from)| from.name.clone()).collect();
    names.dedup();
    (most, names)
}

/// What a condition is for another option. Where there is none, it holds.
fn holds(known: &Known, condition: Option<&Expr>) -> Tristate {
    condition.map_or(Yes, |expr| answer(expr, known, Asker::Option))
}

/// An option before it has a value.
fn unknown(symbol: &Symbol<'_>) -> KnownOption {
    KnownOption {
        name: symbol.option.name.clone(),
        kind: symbol.option.kind,
        text: if symbol.option.kind.is_logical() { "n".to_owned() } else { String::new() },
        origin: Origin::Default,
        visible: No,
        allowed: No,
        is_written: false,
    }
}
