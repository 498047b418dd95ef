//! What the order step has to say: why it refuses, and what looks like a mistake in a declaration. Words only.
//!
//! Everything is in the account; said is only what somebody would want to know without asking.

use super::order::Order;
use super::order_story::{OrderStory, StoryCycle, StoryEdge};

/// A cycle that may not be.
pub(super) fn cycle(target: &str, cycle: &StoryCycle) -> String {
    let names: Vec<String> = cycle.libraries.iter().map(|name| format!("{name:?}")).collect();
    let names = match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, [one])) => format!("{one} and {last}"),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    };
    let mut text =
        format!("{target}: the libraries {names} need each other, so they cannot be put in order");
    for reference in &cycle.chain {
        text += &format!("\n  {reference}");
    }
    text += "\n  help: ";
    text += &match &cycle.opening {
        Some(opening) => format!("there is an order without {opening}; "),
        None => "no need alone keeps this closed, so several would have to go; ".to_owned(),
    };
    text + "to let the linker search them again and again, add .cycles(Cycles::Group) to the target or the project"
}

/// What is worth saying about a link that works.
pub(super) fn notes(order: &Order, story: &OrderStory) -> Vec<String> {
    let mut notes: Vec<String> = story
        .twice
        .iter()
        .filter(|twice| twice.asked && twice.later_wins)
        .map(|twice| {
            let others: Vec<String> = twice.others.iter().map(ToString::to_string).collect();
            format!(
                "note: {}: {} of {} wins over {}, which is declared first, because of what the libraries need of each other",
                order.target,
                twice.symbol,
                twice.wins,
                others.join(" and ")
            )
        })
        .collect();
    // Who declares nothing between libraries does not want to.
    if story.undecided.is_none() && !order.declared.is_empty() {
        let tells = |name: &str| {
            order
                .archives
                .iter()
                .any(|archive| archive.library == name && archive.tells && archive.in_tree)
        };
        notes.extend(story.undeclared.iter().filter(|edge| tells(&edge.from)).map(undeclared));
        let unused = story.unused.iter().filter(|(from, _)| tells(from));
        notes.extend(unused.map(|(from, to)| {
            format!("note: library {from:?} links {to:?} and needs nothing of it\n  help: remove it from .link()")
        }));
    }
    notes
}

fn undeclared(edge: &StoryEdge) -> String {
    let StoryEdge { from, to, example, .. } = edge;
    format!(
        "note: library {from:?} needs {to:?} and does not link it: {example}\n  help: add .link({to:?}) to it"
    )
}
