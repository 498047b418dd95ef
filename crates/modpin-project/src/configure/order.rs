//! In which order options and probes can be answered: each after those that it asks about. Where there is none, who asks whom is
//! told.

use std::collections::HashMap;

use crate::configure::probes::probed::KnownProbe;
use crate::configure::symbols::{Push, RangeEnd, Symbols, Then};
use crate::declare::condition::cond::Cond;
use crate::declare::condition::expr::{Expr, Operand};
use crate::problem::Problem;

/// Options and probes, and who asks whom.
pub(crate) struct WhoAsks<'a> {
    symbols: &'a Symbols<'a>,
    /// They are counted on behind the options.
    pub probes: Vec<&'a KnownProbe>,
    index: HashMap<&'a str, usize>,
    /// Whom each of them asks about.
    pub by: Vec<Vec<usize>>,
}

/// Every option after those that it asks about.
pub(crate) fn order(symbols: &Symbols<'_>) -> Result<Vec<usize>, Problem> {
    let mut order = WhoAsks::of(symbols).order()?;
    order.retain(|&at| at < symbols.list.len());
    Ok(order)
}

impl<'a> WhoAsks<'a> {
    /// What a project declares.
    pub(crate) fn of(symbols: &'a Symbols<'a>) -> WhoAsks<'a> {
        let probes: Vec<&KnownProbe> = symbols.probes.iter().collect();
        let names = probes.iter().enumerate();
        let index = names.map(|(at, probe)| (probe.name.as_str(), symbols.list.len() + at)).collect();
        let mut asked = WhoAsks { symbols, probes, index, by: Vec::new() };
        let count = symbols.list.len() + asked.probes.len();
        asked.by = (0..count).map(|at| asked.asked_by(at)).collect();
        asked
    }

    /// Each after those that it asks about.
    pub(crate) fn order(&self) -> Result<Vec<usize>, Problem> {
        let mut order = Vec::new();
        let mut state = vec![State::New; self.by.len()];
        for start in 0..self.by.len() {
            // Those that are being answered, each with how many of those that it asks about are done.
            let mut path = vec![(start, 0)];
            if state[start] != State::New {
                continue;
            }
            state[start] = State::Open;
            while let Some((at, done)) = path.last_mut() {
                let Some(&next) = self.by[*at].get(*done) else {
                    state[*at] = State::Done;
                    order.push(*at);
                    path.pop();
                    continue;
                };
                *done += 1;
                match state[next] {
                    State::Done => {}
                    State::Open => return Err(self.cycle(&path, next)),
                    State::New => {
                        state[next] = State::Open;
                        path.push((next, 0));
                    }
                }
            }
        }
        Ok(order)
    }

    /// Those that must have a value before this one.
    fn asked_by(&self, at: usize) -> Vec<usize> {
        let mut found = Vec::new();
        if let Some(probe) = at.checked_sub(self.symbols.list.len()) {
            let probe = self.probes[probe];
            let conditions = probe.when.iter().chain(&probe.chosen_by);
            conditions.for_each(|Cond(expr)| self.words(expr, &mut found));
            found.extend(probe.path_of().and_then(|of| self.index.get(of)));
            return found;
        }
        self.own_words(at, &mut found);
        let symbol = &self.symbols.list[at];
        for member in &symbol.members {
            self.own_words(*member, &mut found);
        }
        found.extend(symbol.choice);
        for Push { from, when } in symbol.selected_by.iter().chain(&symbol.implied_by) {
            found.push(*from);
            when.iter().for_each(|when| self.words(when, &mut found));
        }
        found
    }

    /// What an option asks about itself.
    fn own_words(&self, at: usize, found: &mut Vec<usize>) {
        let symbol = &self.symbols.list[at];
        let conditions = symbol.option.depends_on.iter().chain(&symbol.option.visible_when);
        conditions.for_each(|Cond(expr)| self.words(expr, found));
        for default in &symbol.defaults {
            default.when.iter().for_each(|when| self.words(when, found));
            if let Then::Condition(expr) = &default.then {
                self.words(expr, found);
            }
        }
        found.extend(symbol.range.iter().flatten().filter_map(|end| match end {
            RangeEnd::Option(at) => Some(*at),
            RangeEnd::Number(_) => None,
        }));
    }

    fn words(&self, expr: &Expr, found: &mut Vec<usize>) {
        expr.operands(&mut |operand| {
            if let Operand::Word(word) = operand {
                let at = |name| self.symbols.at(name).or_else(|| self.index.get(name).copied());
                found.extend(word.name().and_then(at));
            }
        });
    }

    fn name(&self, at: usize) -> &str {
        match at.checked_sub(self.symbols.list.len()) {
            Some(probe) => &self.probes[probe].name,
            None => self.symbols.name(at),
        }
    }

    fn cycle(&self, path: &[(usize, usize)], again: usize) -> Problem {
        let start = path.iter().position(|(at, _)| *at == again).unwrap_or_default();
        let mut chain: Vec<&str> = path[start..].iter().map(|(at, _)| self.name(*at)).collect();
        chain.push(self.name(again));
        let has_probe = path[start..].iter().any(|(at, _)| *at >= self.symbols.list.len());
        let who = if has_probe { "options and probes" } else { "options" };
        let text = format!("{who} ask each other in a circle: {}", chain.join(" asks "));
        let help = "an option asks those in its conditions, defaults and range, and those that select or imply it; \
                    take one of these away";
        Problem::new(text, help)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::configure::probes::probed::Probed;
    use crate::{Opt, Probe};

    fn check(options: &[Opt], expected: Expect) {
        let none = Probed::default();
        let (symbols, problems) = Symbols::of(options, &none);
        assert!(problems.is_empty(), "{problems:?}");
        let said = match order(&symbols) {
            Ok(order) => order.iter().map(|&at| symbols.name(at)).collect::<Vec<_>>().join(" "),
            Err(problem) => problem.text,
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn each_option_follows_those_that_it_asks_about() {
        let options = [
            Opt::bool("A").depends_on("B || C = 1"),
            Opt::bool("B").select("D"),
            Opt::int("C").default_when("E", 1).range_between(0, "LAST"),
            Opt::int("LAST").default_when("E", 2),
            Opt::bool("D").visible_when("ALGO = 'AES'"),
            Opt::bool("E").default("F"),
            Opt::bool("F").imply("C2"),
            Opt::bool("C2").select_when("D", "C > 1"),
            Opt::choice("ALGO", [Opt::bool("AES").depends_on("F"), Opt::bool("DES")]),
        ];
        check(&options, expect!["B F E LAST C A ALGO C2 D AES DES"]);
    }

    #[test]
    fn circles_are_told_whole() {
        check(
            &[Opt::bool("A").depends_on("!A")],
            expect!["options ask each other in a circle: A asks A"],
        );
        let circle = [
            Opt::bool("X").depends_on("A"),
            Opt::bool("A").depends_on("B && X2"),
            Opt::bool("X2"),
            Opt::bool("C").select("A").select("B").default("A"),
            Opt::bool("B"),
        ];
        check(&circle, expect!["options ask each other in a circle: A asks B asks C asks A"]);
        let in_a_choice = [
            Opt::choice("ALGO", [Opt::bool("AES").depends_on("FAST"), Opt::bool("DES")]),
            Opt::bool("FAST").default("DES"),
        ];
        check(
            &in_a_choice,
            expect!["options ask each other in a circle: ALGO asks FAST asks DES asks ALGO"],
        );
    }

    #[test]
    fn probes_stand_in_the_same_row() {
        let options = [Opt::bool("FAST").default("HAVE_B_H"), Opt::bool("SLOW").depends_on("FAST")];
        let probes = [Probe::header("a.h").when("SLOW"), Probe::header("b.h").when("HAVE_A_H = 'y'")];
        let check = |options: &[Opt], probes: &[Probe], expected: Expect| {
            let probed = Probed::of(probes);
            let (symbols, problems) = Symbols::of(options, &probed);
            assert!(problems.is_empty(), "{problems:?}");
            expected.assert_eq(
                &order(&symbols).map_or_else(|problem| problem.text, |order| format!("{order:?}")),
            );
        };
        check(
            &options,
            &probes,
            expect![
                "options and probes ask each other in a circle: FAST asks HAVE_B_H asks HAVE_A_H asks SLOW asks FAST"
            ],
        );
        check(&options, &[probes[1].clone(), Probe::header("a.h")], expect!["[0, 1]"]);
        let itself = [Probe::header("a.h").when("!HAVE_A_H")];
        check(
            &[],
            &itself,
            expect!["options and probes ask each other in a circle: HAVE_A_H asks HAVE_A_H"],
        );
    }

    #[test]
    fn a_chain_may_be_long() {
        let next = |at: u32| format!("N{}", at + 1);
        let mut options: Vec<Opt> =
            (0..20_000).map(|at| Opt::bool(format!("N{at}")).depends_on(next(at))).collect();
        options.push(Opt::bool("N20000"));
        let none = Probed::default();
        assert_eq!(order(&Symbols::of(&options, &none).0).unwrap().len(), options.len());
    }
}
