//! In which order options can be answered: each after those that it asks about. Where there is none, who asks whom is told.

use crate::configure::symbols::{Push, Symbols, Then};
use crate::declare::condition::cond::Cond;
use crate::declare::condition::expr::{Expr, Operand};
use crate::problem::Problem;

/// Every option after those that it asks about.
pub(crate) fn order(symbols: &Symbols<'_>) -> Result<Vec<usize>, Problem> {
    let asked: Vec<Vec<usize>> = (0..symbols.list.len()).map(|at| asked_by(symbols, at)).collect();
    let mut order = Vec::new();
    let mut state = vec![State::New; asked.len()];
    for start in 0..asked.len() {
        // The options that are being answered, each with how many of those that it asks about are done.
        let mut path = vec![(start, 0)];
        if state[start] != State::New {
            continue;
        }
        state[start] = State::Open;
        while let Some((at, done)) = path.last_mut() {
            let Some(&next) = asked[*at].get(*done) else {
                state[*at] = State::Done;
                order.push(*at);
                path.pop();
                continue;
            };
            *done += 1;
            match state[next] {
                State::Done => {}
                State::Open => return Err(cycle(symbols, &path, next)),
                State::New => {
                    state[next] = State::Open;
                    path.push((next, 0));
                }
            }
        }
    }
    Ok(order)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// The options that must have a value before this one.
fn asked_by(symbols: &Symbols<'_>, at: usize) -> Vec<usize> {
    let mut found = Vec::new();
    own_words(symbols, at, &mut found);
    let symbol = &symbols.list[at];
    for member in &symbol.members {
        own_words(symbols, *member, &mut found);
    }
    found.extend(symbol.choice);
    for Push { from, when } in symbol.selected_by.iter().chain(&symbol.implied_by) {
        found.push(*from);
        when.iter().for_each(|when| words(symbols, when, &mut found));
    }
    found
}

/// What an option asks about itself.
fn own_words(symbols: &Symbols<'_>, at: usize, found: &mut Vec<usize>) {
    let symbol = &symbols.list[at];
    let conditions = symbol.option.depends_on.iter().chain(&symbol.option.visible_when);
    conditions.for_each(|Cond(expr)| words(symbols, expr, found));
    for default in &symbol.defaults {
        default.when.iter().for_each(|when| words(symbols, when, found));
        if let Then::Condition(expr) = &default.then {
            words(symbols, expr, found);
        }
    }
}

fn words(symbols: &Symbols<'_>, expr: &Expr, found: &mut Vec<usize>) {
    expr.operands(&mut |operand| {
        if let Operand::Word(name) = operand {
            found.extend(name.name().and_then(|name| symbols.at(name)));
        }
    });
}

fn cycle(symbols: &Symbols<'_>, path: &[(usize, usize)], again: usize) -> Problem {
    let start = path.iter().position(|(at, _)| *at == again).unwrap_or_default();
    let mut chain: Vec<&str> = path[start..].iter().map(|(at, _)| symbols.name(*at)).collect();
    chain.push(symbols.name(again));
    let text = format!("options ask each other in a circle: {}", chain.join(" asks "));
    let help = "an option asks those in its conditions and defaults, and those that select or imply it; \
                take one of these away";
    Problem::new(text, help)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::Opt;

    fn check(options: &[Opt], expected: Expect) {
        let (symbols, problems) = Symbols::of(options);
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
            Opt::int("C").default_when("E", 1),
            Opt::bool("D").visible_when("ALGO = 'AES'"),
            Opt::bool("E").default("F"),
            Opt::bool("F").imply("C2"),
            Opt::bool("C2").select_when("D", "C > 1"),
            Opt::choice("ALGO", [Opt::bool("AES").depends_on("F"), Opt::bool("DES")]),
        ];
        check(&options, expect!["B F E C A ALGO C2 D AES DES"]);
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
    fn a_chain_may_be_long() {
        let next = |at: u32| format!("N{}", at + 1);
        let mut options: Vec<Opt> =
            (0..20_000).map(|at| Opt::bool(format!("N{at}")).depends_on(next(at))).collect();
        options.push(Opt::bool("N20000"));
        assert_eq!(order(&Symbols::of(&options).0).unwrap().len(), options.len());
    }
}
