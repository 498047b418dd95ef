//! Which options an option selects or implies.

use super::table::{Push, Symbols};
use crate::configure::asked::Askable;
use crate::declare::handle::{OptionId, Ref};
use crate::declare::options::item::Item;
use crate::problem::Problem;
use crate::suggest::did_you_mean;

/// Whom an option selects or implies.
pub(super) fn pushes<'a>(
    symbols: &Symbols<'_>,
    from: usize,
    verb: &str,
    items: &'a [Item<Ref<OptionId>>],
    problems: &mut Vec<Problem>,
) -> Vec<(usize, Push<'a>)> {
    let mut found = Vec::new();
    for item in items {
        let when = item.when().map(|condition| &condition.0);
        for other in item.all() {
            match pushed(symbols, from, verb, other) {
                Ok(at) => found.push((at, Push { from, when })),
                Err(problem) => problems.push(problem),
            }
        }
    }
    found
}

fn pushed(
    symbols: &Symbols<'_>,
    from: usize,
    verb: &str,
    other: &Ref<OptionId>,
) -> Result<usize, Problem> {
    let title = format!("option {:?}", symbols.name(from));
    let Some(name) = other.name() else {
        let text = format!("{title} {verb} an option's handle of another project");
        return Err(Problem::new(text, "use the handle that this project's option() gave, or the name"));
    };
    let Some(at) = symbols.at(name) else {
        let help = did_you_mean(name, symbols.names(), "declare it, or remove it here");
        return Err(Problem::new(
            format!("{title} {verb} {name:?}, which is no option of the project"),
            help,
        ));
    };
    let target = &symbols.list[at];
    if !target.option.kind.is_logical() {
        let kind = target.option.kind.word();
        let text = format!("{title} {verb} {name:?}, which is of kind {kind}");
        return Err(Problem::new(text, "only bools and tristates can be pushed up"));
    }
    if let Some(choice) = target.choice {
        let choice = symbols.name(choice);
        let text = format!("{title} {verb} {name:?}, which is a member of the choice {choice:?}");
        let help = format!("give {choice:?} a default under a condition");
        return Err(Problem::new(text, help));
    }
    if !symbols.list[from].option.kind.is_logical() {
        let text = format!("{title} {verb} {name:?}, but only bools and tristates can");
        return Err(Problem::new(text, "let a bool with the same condition do it"));
    }
    Ok(at)
}
