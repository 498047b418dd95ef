//! Why an option is what it is, in words: the chain back to what somebody set, or to a default.

use crate::configure::answer::{Asker, Words, answer};
use crate::configure::known::{Known, KnownOption, Origin};
use crate::configure::probes::probed::{KnownProbe, ProbeState};
use crate::configure::set_by::SetBy;
use crate::configure::symbols::{Fallback, Symbols, Then};
use crate::declare::condition::expr::{Expr, Operand};
use crate::declare::condition::tristate::Tristate;

/// A chain is told so far.
const LONGEST: usize = 8;

/// An option with its value and where that comes from: `NET=n (default)`.
pub(crate) fn reason(symbols: &Symbols<'_>, known: &Known, name: &str) -> String {
    chain(symbols, known, name, LONGEST)
}

/// What a condition lacks to be as much as is wanted: the options that keep it down, each with its reason.
pub(crate) fn lacking(symbols: &Symbols<'_>, known: &Known, expr: &Expr, wanted: Tristate) -> String {
    lacks(symbols, known, expr, wanted, LONGEST)
}

/// The options that keep a condition from holding, with their values: `NET=n`. The condition itself where there are none.
pub(crate) fn kept_off(known: &Known, expr: &Expr) -> String {
    let mut names = Vec::new();
    blamed(known, expr, Tristate::Module, &mut names);
    names.dedup();
    let pair = |name: &&str| match known.get(name) {
        Some(option) => format!("{name}={}", shown(option)),
        None => match known.fact(name) {
            Some(fact) if !fact.text.is_empty() => format!("{name}={}", fact.text),
            Some(_) => format!("{name} has no value"),
            None => (*name).to_owned(),
        },
    };
    match names.is_empty() {
        true => expr.to_string(),
        false => names.iter().map(pair).collect::<Vec<_>>().join(", "),
    }
}

fn chain(symbols: &Symbols<'_>, known: &Known, name: &str, left: usize) -> String {
    let Some(option) = known.get(name) else {
        if let Some(probe) = known.probes.get(name) {
            return of_probe(known, probe);
        }
        return match known.words.get(name) {
            Some(text) => format!("{name}={text}"),
            None => name.to_owned(),
        };
    };
    let value = shown(option);
    let because = match &option.origin {
        _ if left == 0 => return format!("{name}={value}"),
        Origin::Default => default(symbols, known, name),
        Origin::Set(SetBy::Hand) => "set with -D".to_owned(),
        Origin::Set(SetBy::File) => "set in .config".to_owned(),
        Origin::Selected(by) => format!("selected by {}", first(symbols, known, by, left)),
        Origin::Implied(by) => format!("implied by {}", first(symbols, known, by, left)),
        Origin::Chosen(choice) => match known.get(choice) {
            Some(choice) if choice.text != option.name => {
                format!("the choice {} is {}", choice.name, shown(choice))
            }
            _ => format!("chosen in {choice}"),
        },
        Origin::Unmet => {
            let condition = symbols.at(name).and_then(|at| symbols.list[at].option.depends_on.as_ref());
            match condition {
                Some(condition) => {
                    let why = lacks(symbols, known, &condition.0, Tristate::Yes, left - 1);
                    format!("depends on {condition}; {why}")
                }
                None => "its choice cannot be made".to_owned(),
            }
        }
    };
    format!("{name}={value} ({because})")
}

/// That a value is the default, and what the probes have answered that it asks.
fn default(symbols: &Symbols<'_>, known: &Known, name: &str) -> String {
    let mut asked: Vec<&str> = Vec::new();
    let defaults = symbols.at(name).map_or(&[][..], |at| &symbols.list[at].defaults);
    for Fallback { when, then } in defaults {
        let then = if let Then::Condition(expr) = then { Some(expr) } else { None };
        when.iter().copied().chain(then).for_each(|expr| {
            expr.operands(&mut |operand| {
                if let Operand::Word(word) = operand {
                    asked.extend(word.name().filter(|name| known.probes.get(name).is_some()));
                }
            });
        });
    }
    let answers = asked.into_iter().filter_map(|name| known.probes.get(name));
    let answers = answers.map(|probe| format!("{}={}", probe.name, of_nothing(probe.text())));
    std::iter::once("default".to_owned()).chain(answers).collect::<Vec<_>>().join("; ")
}

fn of_nothing(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

/// The answer of a probe, and where it comes from: `HAVE_EPOLL_H=n (probe)`.
pub(crate) fn of_probe(known: &Known, probe: &KnownProbe) -> String {
    let because = match (&probe.state, &probe.when) {
        (ProbeState::Asked(_), _) => "probe".to_owned(),
        (ProbeState::Given(_, SetBy::Hand), _) => "probe, answered with -D".to_owned(),
        (ProbeState::Given(_, SetBy::File), _) => "probe, answered in .config".to_owned(),
        (ProbeState::Idle, Some(condition)) => {
            format!("probe, asked when {condition}; {}", kept_off(known, &condition.0))
        }
        (ProbeState::Idle | ProbeState::Open, _) => "probe, not asked".to_owned(),
    };
    format!("{}={} ({because})", probe.name, of_nothing(probe.text()))
}

fn first(symbols: &Symbols<'_>, known: &Known, names: &[String], left: usize) -> String {
    let name = names.first().map_or("", String::as_str);
    chain(symbols, known, name, left - 1)
}

fn lacks(symbols: &Symbols<'_>, known: &Known, expr: &Expr, wanted: Tristate, left: usize) -> String {
    let mut names = Vec::new();
    blamed(known, expr, wanted, &mut names);
    names.dedup();
    let told = names.iter().take(3).map(|name| chain(symbols, known, name, left));
    told.collect::<Vec<_>>().join(", ")
}

/// The options that keep a condition down.
fn blamed<'a>(known: &Known, expr: &'a Expr, wanted: Tristate, names: &mut Vec<&'a str>) {
    match expr {
        Expr::And(parts) => {
            let short = parts.iter().filter(|part| answer(part, known, Asker::Option) < wanted);
            short.for_each(|part| blamed(known, part, wanted, names));
        }
        Expr::Or(parts) => parts.iter().for_each(|part| blamed(known, part, wanted, names)),
        _ => expr.operands(&mut |operand| {
            if let Operand::Word(word) = operand {
                names.extend(word.name());
            }
        }),
    }
}

/// A value as a message shows it.
pub(crate) fn shown(option: &KnownOption) -> String {
    match option.text.as_str() {
        "" if option.kind.is_number() || option.kind == crate::OptKind::Choice => "nothing".to_owned(),
        text if option.kind == crate::OptKind::String => format!("{text:?}"),
        text => text.to_owned(),
    }
}
