//! Modules that need each other: which symbols close the circle. Asked when a module misses something that another one
//! has; no loader can load either first.

use std::collections::{BTreeMap, VecDeque};

use modpin_symbols::Asker;

use super::pin_report::Story;

/// One module needs a symbol of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The module that needs.
    pub from: String,
    /// The symbol.
    pub symbol: String,
    /// The module that defines it.
    pub to: String,
}

/// What each module needs of others: symbols that nobody in the host defines. `offers` are symbols with the module that
/// defines them.
pub fn links(story: &Story, offers: &[(String, String)]) -> Vec<Link> {
    let mut links = Vec::new();
    for elsewhere in &story.plan.elsewhere {
        for asker in &elsewhere.asked_by {
            let Asker::Module { module: from, .. } = asker else { continue };
            let of_others =
                offers.iter().filter(|(symbol, to)| *symbol == elsewhere.symbol && to != from);
            links.extend(of_others.map(|(symbol, to)| Link {
                from: from.clone(),
                symbol: symbol.clone(),
                to: to.clone(),
            }));
        }
    }
    links.sort();
    links.dedup_by(|one, other| (&one.from, &one.to) == (&other.from, &other.to));
    links
}

/// The shortest way from a module back to itself.
pub fn circle<'a>(links: &'a [Link], module: &str) -> Option<Vec<&'a Link>> {
    let mut reached: BTreeMap<&str, Option<&Link>> = BTreeMap::new();
    let mut queue = VecDeque::from([module]);
    while let Some(at) = queue.pop_front() {
        for link in links.iter().filter(|link| link.from == at) {
            if link.to == module {
                let mut way = vec![link];
                let mut from = at;
                while let Some(Some(before)) = reached.get(from) {
                    way.push(before);
                    from = &before.from;
                }
                way.reverse();
                return Some(way);
            }
            if !reached.contains_key(link.to.as_str()) {
                reached.insert(&link.to, Some(link));
                queue.push_back(&link.to);
            }
        }
    }
    None
}

/// `modules need each other: a needs f of b, b needs g of a`.
pub fn words(circle: &[&Link]) -> String {
    let links = circle.iter().map(|Link { from, symbol, to }| format!("{from} needs {symbol} of {to}"));
    format!("modules need each other: {}", links.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// `a>f>b` means that a needs f of b.
    fn check(links: &str, module: &str, expect: Expect) {
        let link = |text: &str| {
            let parts: Vec<&str> = text.split('>').collect();
            Link { from: parts[0].into(), symbol: parts[1].into(), to: parts[2].into() }
        };
        let links: Vec<Link> = links.split_whitespace().map(link).collect();
        expect.assert_eq(&circle(&links, module).map_or("none".to_owned(), |circle| words(&circle)));
    }

    #[test]
    fn the_shortest_way_back() {
        let links = "a>f>b b>g>c c>h>a b>x>a d>y>a";
        check(links, "a", expect!["modules need each other: a needs f of b, b needs x of a"]);
        check(
            links,
            "c",
            expect!["modules need each other: c needs h of a, a needs f of b, b needs g of c"],
        );
        check(links, "d", expect!["none"]);
    }
}
