//! What is different in a file that a step writes, in words: for whoever is told why its readers run. Knows no file.

use std::collections::BTreeSet;

use modpin_symbols::{Index, PinPlan};

use super::pin_report::{ModuleNeeds, PinReport};

/// How many symbols are named.
const NAMED: usize = 8;

/// How the symbols of a file differ, if their names do.
pub fn of_symbols(old: &Index<'_>, new: &Index<'_>) -> Option<String> {
    let needs = more_and_less("it needs", &needed(old), &needed(new));
    let defines = more_and_less("it defines", &defined(old), &defined(new));
    sentence(needs.into_iter().chain(defines))
}

/// How the pins of a host differ: by what its modules need, else by what becomes of that.
pub fn of_pins(old: &PinReport, new: &PinReport) -> Option<String> {
    let mut parts = Vec::new();
    for module in &new.modules {
        match named(old, &module.module) {
            None => parts.push(format!("module {:?} is new", module.module)),
            Some(before) => {
                let who = format!("module {:?} needs", module.module);
                parts.extend(more_and_less(&who, &before, &symbols(module)));
            }
        }
    }
    let gone = old.modules.iter().filter(|module| named(new, &module.module).is_none());
    parts.extend(gone.map(|module| format!("module {:?} is gone", module.module)));
    if parts.is_empty() {
        parts.extend(more_and_less("the host keeps", &kept(&old.plan), &kept(&new.plan)));
        parts.extend(more_and_less("the host exports", &exported(&old.plan), &exported(&new.plan)));
    }
    sentence(parts)
}

/// The needs of the module of that name.
fn named<'a>(report: &'a PinReport, name: &str) -> Option<BTreeSet<&'a str>> {
    report.modules.iter().find(|module| module.module == name).map(symbols)
}

fn needed<'a>(index: &'a Index<'_>) -> BTreeSet<&'a str> {
    let tables = index.units.iter().filter_map(|unit| unit.object()).map(|object| &object.table);
    tables.flat_map(|table| &table.needed).map(|need| &*need.name).collect()
}

fn defined<'a>(index: &'a Index<'_>) -> BTreeSet<&'a str> {
    let tables = index.units.iter().filter_map(|unit| unit.object()).map(|object| &object.table);
    tables.flat_map(|table| &table.defined).map(|definition| &*definition.name).collect()
}

fn symbols(module: &ModuleNeeds) -> BTreeSet<&str> {
    module.needs.iter().map(|need| need.symbol.as_str()).collect()
}

fn kept(plan: &PinPlan) -> BTreeSet<&str> {
    plan.pins.iter().map(|pin| pin.symbol.as_str()).collect()
}

fn exported(plan: &PinPlan) -> BTreeSet<&str> {
    plan.exports.iter().map(|export| export.symbol.as_str()).collect()
}

fn more_and_less(who: &str, old: &BTreeSet<&str>, new: &BTreeSet<&str>) -> Vec<String> {
    let some = |word: &str, names: Vec<&str>| {
        let count = names.len();
        let symbols = if count == 1 { "symbol" } else { "symbols" };
        let mut shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        if count > NAMED {
            shown += &format!(" and {} others", count - NAMED);
        }
        (count > 0).then(|| format!("{who} {count} {word} {symbols}: {shown}"))
    };
    let more = some("more", new.difference(old).copied().collect());
    let less = some("fewer", old.difference(new).copied().collect());
    more.into_iter().chain(less).collect()
}

fn sentence(parts: impl IntoIterator<Item = String>) -> Option<String> {
    let text = parts.into_iter().collect::<Vec<_>>().join("; ");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(needed: &[&str], defined: &[&str]) -> Index<'static> {
        let mut text = String::from("modpin-syms 1\n=r.\tx86-64\ta.o\n");
        text.extend(defined.iter().map(|name| format!("dgdf\t{name}\n")));
        text.extend(needed.iter().map(|name| format!("nsd\t{name}\n")));
        Index::parse(&text).expect("symbols").into_owned()
    }

    fn check(old: (&[&str], &[&str]), new: (&[&str], &[&str]), expected: Option<&str>) {
        let words = of_symbols(&index(old.0, old.1), &index(new.0, new.1));
        assert_eq!(words.as_deref(), expected);
    }

    #[test]
    fn symbols_that_came_and_went_are_named() {
        check((&["f"], &["m"]), (&["f"], &["m"]), None);
        check((&["f"], &["m"]), (&["f", "g", "h"], &["m"]), Some("it needs 2 more symbols: g, h"));
        check(
            (&["f"], &["m", "n"]),
            (&["g"], &["m"]),
            Some("it needs 1 more symbol: g; it needs 1 fewer symbol: f; it defines 1 fewer symbol: n"),
        );
        let many = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        check(
            (&[], &[]),
            (&many, &[]),
            Some("it needs 10 more symbols: a, b, c, d, e, f, g, h and 2 others"),
        );
    }

    #[test]
    fn modules_and_their_needs_are_named() {
        let report = |modules: &[(&str, &[&str])]| {
            let module = |&(name, needs): &(&str, &[&str])| {
                let needs = needs.iter().map(|symbol| {
                    format!(r#"{{"symbol":"{symbol}","weak":false,"provider":"pinned"}}"#)
                });
                let needs = needs.collect::<Vec<_>>().join(",");
                format!(r#"{{"module":"{name}","needs":[{needs}]}}"#)
            };
            let modules = modules.iter().map(module).collect::<Vec<_>>().join(",");
            let plan = serde_json::to_string(&PinPlan::default()).expect("JSON");
            let text = format!(r#"{{"host":"h","modules":[{modules}],"plan":{plan}}}"#);
            serde_json::from_str::<PinReport>(&text).expect("a report")
        };
        let old = report(&[("m", &["f"]), ("n", &[])]);
        let new = report(&[("m", &["f", "g", "h"]), ("o", &["x"])]);
        assert_eq!(
            of_pins(&old, &new).as_deref(),
            Some("module \"m\" needs 2 more symbols: g, h; module \"o\" is new; module \"n\" is gone")
        );
        assert_eq!(of_pins(&old, &old), None);
    }
}
