//! Whether a condition can be answered: its text is one, its words are there, and each stands where it can.

use crate::configure::predefined::{FLAVOUR, MODULES, WORDS};
use crate::declare::condition::expr::{Expr, Operand};
use crate::declare::condition::tristate::Tristate;
use crate::declare::condition::words::Relation;
use crate::declare::options::kind::OptKind;
use crate::problem::Problem;
use crate::suggest::did_you_mean;

/// What a condition can ask about.
pub(crate) trait Askable {
    /// The kind of an option.
    fn kind(&self, name: &str) -> Option<OptKind>;

    /// The names of all options.
    fn names(&self) -> Vec<&str>;
}

/// What is wrong with a condition. `subject` says who asks, up to the word that the message goes on with: `module "m" is
/// switched by`.
pub(crate) fn unanswerable(subject: &str, expr: &Expr, askable: &impl Askable) -> Option<Problem> {
    match expr {
        Expr::Wrong { text, why } => {
            let problem = format!("{subject} {text:?}, which is no condition: {why}");
            Some(Problem::new(problem, "write it like \"A && (B = 'm' || !C)\""))
        }
        Expr::Value(operand) => alone(subject, operand, askable),
        Expr::Compare(left, relation, right) => {
            let problem = [left, right].into_iter().find_map(|side| unknown(subject, side, askable));
            problem.or_else(|| never(subject, (left, *relation, right), askable))
        }
        Expr::Not(inner) => unanswerable(subject, inner, askable),
        Expr::And(parts) | Expr::Or(parts) => {
            parts.iter().find_map(|part| unanswerable(subject, part, askable))
        }
    }
}

/// What stands by itself must be something that holds or does not.
fn alone(subject: &str, operand: &Operand, askable: &impl Askable) -> Option<Problem> {
    let unknown = unknown(subject, operand, askable);
    let name = match operand {
        _ if unknown.is_some() => return unknown,
        Operand::Constant(text) if Tristate::from_letter(text).is_some() => return None,
        Operand::Constant(text) => {
            let problem = format!("{subject} the constant {text:?}, which neither holds nor does not");
            return Some(Problem::new(problem, "write y, m or n, or compare it with something"));
        }
        Operand::Word(name) => name.name()?,
    };
    let is_logical = askable.kind(name).map_or(name == MODULES, OptKind::is_logical);
    let problem = || {
        let text = format!("{subject} {name:?}, which has a value and neither holds nor does not");
        Problem::new(text, format!("compare it: \"{name} = 'VALUE'\""))
    };
    (!is_logical).then(problem)
}

fn unknown(subject: &str, operand: &Operand, askable: &impl Askable) -> Option<Problem> {
    let Operand::Word(word) = operand else { return None };
    let Some(name) = word.name() else {
        let text = format!("{subject} an option's handle of another project");
        return Some(Problem::new(
            text,
            "use the handle that this project's option() gave, or the name",
        ));
    };
    if name == FLAVOUR && askable.kind(name).is_none() {
        let text = format!("{subject} \"FLAVOUR\", which is known in lists of flags only");
        return Some(Problem::new(text, "put flags, not sources or names, under this condition"));
    }
    if askable.kind(name).is_some() || WORDS.contains(&name) {
        return None;
    }
    let names = askable.names().into_iter().chain(WORDS);
    let declare =
        format!("declare it: p.option(Opt::tristate({name:?})); a constant stands in quotes: '{name}'");
    let help = match name.strip_prefix("CONFIG_").filter(|bare| askable.kind(bare).is_some()) {
        Some(bare) => format!("write {bare:?}: CONFIG_ stands in C and in .config only"),
        None => did_you_mean(name, names, declare),
    };
    Some(Problem::new(format!("{subject} {name:?}, which is no option of the project"), help))
}

/// A bool or tristate beside a constant that it never is.
fn never(
    subject: &str,
    (left, relation, right): (&Operand, Relation, &Operand),
    askable: &impl Askable,
) -> Option<Problem> {
    let (word, text) = match (left, right) {
        (Operand::Word(word), Operand::Constant(text)) => (word, text),
        (Operand::Constant(text), Operand::Word(word)) => (word, text),
        _ => return None,
    };
    let name = word.name()?;
    let is_ever = match (askable.kind(name)?, relation) {
        // It is less than `y` and more than `n`, but never the same.
        (OptKind::Bool, Relation::Equal | Relation::Unequal) => matches!(text.as_str(), "y" | "n"),
        (OptKind::Bool | OptKind::Tristate, _) => Tristate::from_letter(text).is_some(),
        _ => true,
    };
    let problem = || {
        let problem = format!("{subject} {name:?} beside '{text}', a value that it cannot have");
        Problem::new(problem, "a bool is 'y' or 'n', a tristate is 'y', 'm' or 'n'")
    };
    (!is_ever).then(problem)
}
