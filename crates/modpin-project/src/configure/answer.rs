//! What a condition is, once its words have values. Comparisons are Kconfig's: as numbers where both sides are some, else by
//! their characters.

use std::cmp::Ordering;

use crate::configure::predefined::MODULES;
use crate::declare::condition::expr::{Expr, Operand};
use crate::declare::condition::tristate::Tristate;
use crate::declare::condition::version::version;
use crate::declare::options::kind::OptKind;
use crate::declare::options::number::{constant, number};

/// Where words get their values.
pub(crate) trait Words {
    /// What a word is worth; `None` if it is none or has no value yet.
    fn fact(&self, name: &str) -> Option<Fact<'_>>;
}

/// What a word is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fact<'a> {
    pub kind: FactKind,
    pub text: &'a str,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FactKind {
    /// `n`, `m`, `y`: 0, 1, 2.
    Logical {
        is_tristate: bool,
    },
    Int,
    Hex,
    Text,
    /// Numbers with dots between them.
    Version,
    /// As it is written in the condition.
    Constant,
}

impl FactKind {
    pub(crate) fn of(kind: OptKind) -> FactKind {
        match kind {
            OptKind::Bool => FactKind::Logical { is_tristate: false },
            OptKind::Tristate => FactKind::Logical { is_tristate: true },
            OptKind::Int => FactKind::Int,
            OptKind::Hex => FactKind::Hex,
            OptKind::String | OptKind::Choice => FactKind::Text,
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    /// Another option, or a module that asks whether and how it is built: the logic has three values.
    Option,
    /// A default: the same, but a bare `m` is one even in a build without modules, and then becomes `y`.
    Default,
    /// A list of a target: an option that is `m` is on if the target is a module itself, and logic is plain.
    List { is_module: bool },
}

/// What a condition is.
pub(crate) fn answer(expr: &Expr, words: &impl Words, asker: Asker) -> Tristate {
    let again = |part: &Expr| answer(part, words, asker);
    match expr {
        Expr::Value(operand) => seen_by(asker, value(operand, words, asker)),
        Expr::Compare(left, relation, right) => {
            relation.holds(compare(fact(left, words), fact(right, words))).into()
        }
        Expr::Not(inner) => !again(inner),
        Expr::And(parts) => parts.iter().map(again).fold(Tristate::Yes, Tristate::and),
        Expr::Or(parts) => parts.iter().map(again).fold(Tristate::No, Tristate::or),
        Expr::Wrong { .. } => Tristate::No,
    }
}

/// Whether a condition can be `y` because a tristate is.
pub(crate) fn is_tristate(expr: &Expr, words: &impl Words) -> bool {
    match expr {
        Expr::Value(operand) => {
            matches!(fact(operand, words).kind, FactKind::Logical { is_tristate: true })
        }
        Expr::Not(inner) => is_tristate(inner, words),
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(|part| is_tristate(part, words)),
        Expr::Compare(..) | Expr::Wrong { .. } => false,
    }
}

fn seen_by(asker: Asker, value: Tristate) -> Tristate {
    match asker {
        Asker::List { is_module } if value == Tristate::Module => is_module.into(),
        _ => value,
    }
}

fn value(operand: &Operand, words: &impl Words, asker: Asker) -> Tristate {
    let fact = fact(operand, words);
    let value = match fact.kind {
        FactKind::Logical { .. } | FactKind::Constant => Tristate::from_letter(fact.text),
        _ => None,
    };
    let value = value.unwrap_or_default();
    // As in Kconfig, `m` by itself is `m && MODULES`.
    let is_letter = matches!(operand, Operand::Constant(_)) && value == Tristate::Module;
    let has_modules = || words.fact(MODULES).is_none_or(|fact| fact.text == "y");
    if is_letter && asker != Asker::Default && !has_modules() { Tristate::No } else { value }
}

fn fact<'a>(operand: &'a Operand, words: &'a impl Words) -> Fact<'a> {
    let nothing = Fact { kind: FactKind::Text, text: "" };
    match operand {
        Operand::Constant(text) => Fact { kind: FactKind::Constant, text },
        Operand::Word(name) => name.name().and_then(|name| words.fact(name)).unwrap_or(nothing),
    }
}

fn compare(left: Fact<'_>, right: Fact<'_>) -> Ordering {
    if [left.kind, right.kind].contains(&FactKind::Version) {
        return version(left.text).cmp(&version(right.text));
    }
    let numbers = match [left.kind, right.kind] {
        [FactKind::Text, FactKind::Text] => None,
        _ => as_number(left).zip(as_number(right)),
    };
    match numbers {
        Some((left, right)) => left.cmp(&right),
        None => left.text.cmp(right.text),
    }
}

fn as_number(fact: Fact<'_>) -> Option<i128> {
    let of_letter = || Tristate::from_letter(fact.text).map(|value| value as i128);
    match fact.kind {
        FactKind::Logical { .. } => of_letter(),
        FactKind::Constant => of_letter().or_else(|| constant(fact.text)),
        FactKind::Int => number(OptKind::Int, fact.text),
        FactKind::Hex => number(OptKind::Hex, fact.text),
        FactKind::Text | FactKind::Version => constant(fact.text),
    }
}
