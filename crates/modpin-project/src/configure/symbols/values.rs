//! The values that a declaration gives to an option: its defaults, and the ends of its range.

use super::table::{Fallback, RangeEnd, Symbol, Symbols, Then};
use crate::configure::asked::unanswerable;
use crate::declare::condition::parse::parse;
use crate::declare::condition::words::wrong_word;
use crate::declare::options::default_value::OptDefault;
use crate::declare::options::kind::OptKind;
use crate::declare::options::number::written;
use crate::declare::options::opt::Opt;
use crate::problem::Problem;
use crate::suggest::did_you_mean;

/// The defaults of an option, in the order in which they count.
pub(super) fn defaults<'a>(
    symbols: &Symbols<'a>,
    at: usize,
    problems: &mut Vec<Problem>,
) -> Vec<Fallback<'a>> {
    let option = symbols.list[at].option;
    let conditional = option.default_when.iter().map(|entry| (Some(&entry.when.0), &entry.then));
    let last = option.default.iter().map(|value| (None, value));
    let mut found = Vec::new();
    for (when, value) in conditional.chain(last) {
        match then(symbols, at, value) {
            Ok(then) => found.push(Fallback { when, then }),
            Err(problem) => problems.push(problem),
        }
    }
    found
}

fn then(symbols: &Symbols<'_>, at: usize, value: &OptDefault) -> Result<Then, Problem> {
    let Symbol { option, members, .. } = &symbols.list[at];
    let (name, kind, text) = (&option.name, option.kind, value.text());
    match kind {
        OptKind::Bool if text == "m" => {
            let text = format!("option {name:?}: a bool cannot default to m");
            Err(Problem::new(text, "use y or n, or declare it with Opt::tristate"))
        }
        OptKind::Bool | OptKind::Tristate => {
            let expr = parse(&text);
            let subject = format!("option {name:?} has as default");
            unanswerable(&subject, &expr, symbols).map_or(Ok(Then::Condition(expr)), Err)
        }
        OptKind::String => Ok(Then::Text(text)),
        OptKind::Int | OptKind::Hex => value
            .number(kind)
            .map(|number| Then::Text(written(kind, number)))
            .ok_or_else(|| no_number(option, "the default", &text)),
        OptKind::Choice => {
            let names = || members.iter().map(|&member| symbols.name(member));
            let found = members.iter().find(|&&member| symbols.name(member) == text);
            found.map(|&member| Then::Member(member)).ok_or_else(|| {
                let problem = format!("choice {name:?}: the default {text:?} is no member of it");
                let list = names().collect::<Vec<_>>().join(", ");
                Problem::new(problem, did_you_mean(&text, names(), format!("its members are {list}")))
            })
        }
    }
}

/// The ends of a range; the end that another option says is known when that one is.
pub(super) fn range(
    symbols: &Symbols<'_>,
    option: &Opt,
    problems: &mut Vec<Problem>,
) -> Option<[RangeEnd; 2]> {
    let ends = option.range.as_ref().filter(|_| option.kind.is_number())?;
    let mut found = Vec::new();
    for end in ends {
        let text = end.text();
        let other = || symbols.at(&text).filter(|&at| symbols.list[at].option.kind.is_number());
        // No option is called like a number with its base, but `FACE` might be either.
        let number = || end.number(option.kind).map(RangeEnd::Number);
        match other().map(RangeEnd::Option).or_else(number) {
            Some(end) => found.push(end),
            None => problems.push(no_end(symbols, option, &text)),
        }
    }
    let ends = [*found.first()?, *found.get(1)?];
    if let [RangeEnd::Number(low), RangeEnd::Number(high)] = ends
        && low > high
    {
        let text = format!("option {:?}: nothing is between {low} and {high}", option.name);
        problems.push(Problem::new(text, "the lesser number comes first"));
    }
    Some(ends)
}

fn no_end(symbols: &Symbols<'_>, option: &Opt, text: &str) -> Problem {
    let problem = no_number(option, "an end of its range", text);
    if wrong_word("option", text).is_some() {
        return problem;
    }
    let what = if symbols.at(text).is_some() { "is no number" } else { "is no option of the project" };
    let numbers = symbols.list.iter().filter(|symbol| symbol.option.kind.is_number());
    let numbers = numbers.map(|symbol| symbol.option.name.as_str());
    Problem::new(
        format!("option {:?}: an end of its range is {text:?}, which {what}", option.name),
        did_you_mean(text, numbers, problem.help),
    )
}

fn no_number(option: &Opt, what: &str, text: &str) -> Problem {
    let problem = format!("option {:?}: {what} is {text:?}, which is no number", option.name);
    let help = match option.kind {
        OptKind::Hex => "write a number that is not negative: 0x10",
        _ => "write a whole number: 16",
    };
    Problem::new(problem, help)
}
