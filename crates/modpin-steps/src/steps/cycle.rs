//! Modules that need each other: which symbols close the cycle. Asked when a module misses something that another one
//! has; no loader can load either first.

use std::collections::{BTreeMap, VecDeque};

use modpin_symbols::Asker;

use super::pin_report::PinReport;

/// One module needs a symbol of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The module that needs.
    pub from: String,
    /// The symbol.
    pub symbol: String,
    /// The module that defines it.
    pub to: String,
}

/// What each module needs of others: symbols that nobody in the host defines. `offers` are symbols with the module that
/// defines them.
pub fn dependencies(report: &PinReport, offers: &[(String, String)]) -> Vec<Dependency> {
    let mut dependencies = Vec::new();
    for elsewhere in &report.plan.elsewhere {
        for asker in &elsewhere.asked_by {
            let Asker::Module { module: from, .. } = asker else { continue };
            let of_others =
                offers.iter().filter(|(symbol, to)| *symbol == elsewhere.symbol && **to != **from);
            dependencies.extend(of_others.map(|(symbol, to)| Dependency {
                from: from.to_string(),
                symbol: symbol.clone(),
                to: to.clone(),
            }));
        }
    }
    dependencies.sort();
    dependencies.dedup_by(|one, other| (&one.from, &one.to) == (&other.from, &other.to));
    dependencies
}

/// The shortest way from a module back to itself.
pub fn shortest_cycle<'a>(dependencies: &'a [Dependency], module: &str) -> Option<Vec<&'a Dependency>> {
    let mut reached: BTreeMap<&str, Option<&Dependency>> = BTreeMap::new();
    let mut queue = VecDeque::from([module]);
    while let Some(at) = queue.pop_front() {
        for dependency in dependencies.iter().filter(|dependency| dependency.from == at) {
            if dependency.to == module {
                let mut way = vec![dependency];
                let mut from = at;
                while let Some(Some(before)) = reached.get(from) {
                    way.push(before);
                    from = &before.from;
                }
                way.reverse();
                return Some(way);
            }
            if !reached.contains_key(dependency.to.as_str()) {
                reached.insert(&dependency.to, Some(dependency));
                queue.push_back(&dependency.to);
            }
        }
    }
    None
}

/// What to do about it.
pub const HELP: &str =
    "help: no loader can load one of them first: move what both use into a library that the host links";

/// `modules need each other: a needs f of b, b needs g of a`.
pub fn words(cycle: &[&Dependency]) -> String {
    let dependencies =
        cycle.iter().map(|Dependency { from, symbol, to }| format!("{from} needs {symbol} of {to}"));
    format!("modules need each other: {}", dependencies.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// `a>f>b` means that a needs f of b.
    fn check(dependencies: &str, module: &str, expect: Expect) {
        let dependency = |text: &str| {
            let parts: Vec<&str> = text.split('>').collect();
            Dependency { from: parts[0].into(), symbol: parts[1].into(), to: parts[2].into() }
        };
        let dependencies: Vec<Dependency> = dependencies.split_whitespace().map(dependency).collect();
        expect.assert_eq(
            &shortest_cycle(&dependencies, module).map_or("none".to_owned(), |cycle| words(&cycle)),
        );
    }

    #[test]
    fn the_shortest_way_back() {
        let dependencies = "a>f>b b>g>c c>h>a b>x>a d>y>a";
        check(dependencies, "a", expect!["modules need each other: a needs f of b, b needs x of a"]);
        check(
            dependencies,
            "c",
            expect!["modules need each other: c needs h of a, a needs f of b, b needs g of c"],
        );
        check(dependencies, "d", expect!["none"]);
    }
}
