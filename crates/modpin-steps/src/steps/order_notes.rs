//! What the order step has to say: why it refuses, and what looks like a mistake in a declaration. Words only.
//!
//! Everything is in the report; said is only what somebody would want to know without asking.

use std::collections::BTreeMap;

use modpin_symbols::Duplicate;

use super::order_report::{OrderReport, ReportedCycle, ReportedEdge};

/// A cycle that may not be.
pub(super) fn closed_cycle(target: &str, cycle: &ReportedCycle) -> String {
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

/// What is worth saying about a link that works. `declares` says whether its libraries declare anything of each other,
/// `tells` whether it is this link that tells of one library's declaration what is found about another.
pub(super) fn notes(
    report: &OrderReport,
    declares: bool,
    tells: &dyn Fn(&str, &str) -> bool,
) -> Vec<String> {
    let mut notes = clashes(report);
    notes.extend(later_winners(report));
    // Who declares nothing between libraries does not want to.
    if report.undecided.is_none() && declares {
        notes
            .extend(report.undeclared.iter().filter(|edge| tells(&edge.from, &edge.to)).map(undeclared));
        // Of two that clash, none is there in vain.
        let is_told = |(from, to): &&(String, String)| tells(from, to) && !clash(report, from, to);
        let unused = report.unused.iter().filter(is_told);
        notes.extend(unused.map(|(from, to)| {
            format!("note: library {from:?} links {to:?} and needs nothing of it\n  help: remove it from .link()")
        }));
    }
    notes
}

/// Definitions of which a link takes several: no linker goes on. Once for two archives.
fn clashes(report: &OrderReport) -> Vec<String> {
    let mut found: BTreeMap<(&str, Vec<&str>), Vec<&Duplicate>> = BTreeMap::new();
    for duplicate in report.duplicates.iter().filter(|duplicate| duplicate.clashes) {
        let others = duplicate.others.iter().map(|site| site.file.as_str()).collect();
        found.entry((&duplicate.wins.file, others)).or_default().push(duplicate);
    }
    let words = |all: &Vec<&Duplicate>| {
        let (first, more) = (all[0], all.len() - 1);
        let sites = std::iter::once(&first.wins).chain(&first.others);
        let sites: Vec<String> = sites.map(ToString::to_string).collect();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!(
            "warning: {}: the link takes {}, which each define {:?}{more}\n  help: rename it in all but one, or make it \
             static where only its own file uses it",
            report.target,
            sites.join(" and "),
            first.symbol
        )
    };
    found.values().map(words).collect()
}

/// Whether a link takes definitions of one symbol from two libraries.
fn clash(report: &OrderReport, one: &str, other: &str) -> bool {
    let is_of = |file: &str, library: &str| {
        file.strip_prefix("lib").and_then(|name| name.strip_suffix(".a")) == Some(library)
    };
    report.duplicates.iter().filter(|duplicate| duplicate.clashes).any(|duplicate| {
        let has = |library: &str| {
            let mut sites = std::iter::once(&duplicate.wins).chain(&duplicate.others);
            sites.any(|site| is_of(&site.file, library))
        };
        has(one) && has(other)
    })
}

/// Definitions that win over one that is declared first. Archives that hold a whole library twice have thousands, so there
/// is one note for two archives.
fn later_winners(report: &OrderReport) -> Vec<String> {
    let target = &report.target;
    let mut found: BTreeMap<(&str, Vec<&str>), Vec<&Duplicate>> = BTreeMap::new();
    for duplicate in report
        .duplicates
        .iter()
        .filter(|duplicate| duplicate.asked && duplicate.later_wins && !duplicate.clashes)
    {
        let mut others: Vec<&str> = duplicate.others.iter().map(|site| site.file.as_str()).collect();
        others.dedup();
        found.entry((&duplicate.wins.file, others)).or_default().push(duplicate);
    }
    let why = "declared first, because of what the libraries need of each other";
    let note = |((wins, others), all): ((&str, Vec<&str>), Vec<&Duplicate>)| match &all[..] {
        [one] => {
            let others: Vec<String> = one.others.iter().map(ToString::to_string).collect();
            let (symbol, wins, others) = (&one.symbol, &one.wins, others.join(" and "));
            format!("warning: {target}: {symbol:?} of {wins} wins over that of {others}, which is {why}")
        }
        all => {
            let (count, first, others) = (all.len(), &all[0].symbol, others.join(" and "));
            format!(
                "warning: {target}: {count} symbols of {wins} ({first:?}, …) win over those of {others}, which is {why}"
            )
        }
    };
    found.into_iter().map(note).collect()
}

fn undeclared(edge: &ReportedEdge) -> String {
    let ReportedEdge { from, to, example, .. } = edge;
    format!(
        "note: library {from:?} needs {to:?} and does not link it: {example}\n  help: add .link({to:?}) to it"
    )
}
