//! Looks up what the options of a project say of each other. What is wrong with them whatever was set is found here.

use std::collections::HashMap;

use super::attributes::misplaced;
use super::pushes::pushes;
use super::table::{Symbol, Symbols};
use super::values;
use crate::configure::asked::unanswerable;
use crate::configure::predefined::WORDS;
use crate::configure::probes::probed::{KnownProbe, Probed};
use crate::declare::condition::cond::Cond;
use crate::declare::condition::expr::Expr;
use crate::declare::options::item::Item;
use crate::declare::options::opt::Opt;
use crate::problem::Problem;

impl<'a> Symbols<'a> {
    /// The options, and every problem that their text shows.
    pub(crate) fn of(options: &'a [Opt], probes: &'a Probed) -> (Symbols<'a>, Vec<Problem>) {
        let mut symbols = Symbols { list: Vec::new(), probes, index: HashMap::new() };
        let mut problems = Vec::new();
        for option in options {
            let choice = symbols.add(option, None, &mut problems);
            for member in &option.members {
                let at = symbols.add(member, Some(choice), &mut problems);
                symbols.list[choice].members.push(at);
            }
        }
        problems.extend(probes.iter().filter_map(|probe| symbols.probe(probe)));
        for at in 0..symbols.list.len() {
            let option = symbols.list[at].option;
            symbols.list[at].defaults = values::defaults(&symbols, at, &mut problems);
            symbols.list[at].range = values::range(&symbols, option, &mut problems);
            problems.extend(symbols.conditions(option));
            for push in pushes(&symbols, at, "selects", &option.select, &mut problems) {
                symbols.list[push.0].selected_by.push(push.1);
            }
            for push in pushes(&symbols, at, "implies", &option.imply, &mut problems) {
                symbols.list[push.0].implied_by.push(push.1);
            }
        }
        (symbols, problems)
    }

    /// What is wrong with a probe beside the options.
    fn probe(&self, probe: &KnownProbe) -> Option<Problem> {
        let title = format!("probe {:?}", probe.name);
        let help = "give the probe another name";
        if self.at(&probe.name).is_some() {
            return Some(Problem::new(format!("{title}: an option has this name"), help));
        }
        if WORDS.contains(&probe.name.as_str()) {
            return Some(Problem::new(format!("{title}: a word of this name is always there"), help));
        }
        let of_lists = probe.chosen_by.iter().map(|Cond(expr)| ("has entries when", expr));
        let mut asked = probe.when.iter().map(|Cond(expr)| ("is asked when", expr)).chain(of_lists);
        asked.find_map(|(who, expr)| unanswerable(&format!("{title} {who}"), expr, self))
    }

    fn add(&mut self, option: &'a Opt, choice: Option<usize>, problems: &mut Vec<Problem>) -> usize {
        let name = option.name.as_str();
        problems.extend(option.wrong_name());
        problems.extend(misplaced(option, choice.is_some()));
        if WORDS.contains(&name) {
            let text = format!("option {name:?}: a word of this name is always there");
            problems.push(Problem::new(text, "give the option another name"));
        }
        let at = self.list.len();
        if self.index.insert(name, at).is_some() {
            let text = format!("option {name:?} is declared twice");
            problems.push(Problem::new(text, "declare it once and use its handle"));
        }
        let (members, defaults) = (Vec::new(), Vec::new());
        let (selected_by, implied_by) = (Vec::new(), Vec::new());
        let range = None;
        self.list.push(Symbol { option, choice, members, defaults, range, selected_by, implied_by });
        at
    }

    /// What is wrong with the conditions of an option.
    fn conditions(&self, option: &Opt) -> Vec<Problem> {
        let name = &option.name;
        let of = |verb: &str, expr: &Expr| unanswerable(&format!("option {name:?} {verb}"), expr, self);
        let mut found: Vec<Option<Problem>> = Vec::new();
        found.extend(option.depends_on.iter().map(|condition| of("depends on", &condition.0)));
        found.extend(option.visible_when.iter().map(|condition| of("is visible when", &condition.0)));
        found.extend(option.default_when.iter().map(|entry| of("has a default when", &entry.when.0)));
        let others = option.select.iter().chain(&option.imply).filter_map(Item::when);
        found.extend(others.map(|condition| of("selects or implies when", &condition.0)));
        found.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::Tristate;

    fn check(options: &[Opt], expected: Expect) {
        let none = Probed::default();
        let (_, problems) = Symbols::of(options, &none);
        let said: Vec<String> = problems.iter().map(Problem::to_string).collect();
        expected.assert_eq(&(said.join("\n") + "\n"));
    }

    #[test]
    fn names_that_no_option_can_have() {
        let options = [
            Opt::tristate("CRYPT"),
            Opt::bool("CRYPT"),
            Opt::bool("CONFIG_NET"),
            Opt::bool("NET-2"),
            Opt::bool("0x1F"),
            Opt::bool("y"),
            Opt::string("TARGET_OS"),
        ];
        check(
            &options,
            expect![[r#"
            option "CRYPT" is declared twice
              help: declare it once and use its handle
            option "CONFIG_NET": the prefix CONFIG_ stands in .config only
              help: name it "NET"
            option "NET-2": bad name
              help: an option's name is made of ASCII letters, digits and `_`, for C to test it
            option "0x1F": a condition reads this as a value
              help: give it a name that begins with a letter and is longer
            option "y": a condition reads this as a value
              help: give it a name that begins with a letter and is longer
            option "TARGET_OS": a word of this name is always there
              help: give the option another name
        "#]],
        );
    }

    #[test]
    fn attributes_that_do_not_fit_the_kind() {
        let options = [
            Opt::bool("A").default(Tristate::Module),
            Opt::bool("B").range(1..=2),
            Opt { range: Some([1.into(), 0.into()]), ..Opt::int("C").default("0x10") },
            Opt::hex("D").range(-1..=1).default("0x10"),
            Opt::int("D2").range_between(0, "E"),
            Opt::int("D3").range_between("D4", "D2"),
            Opt { members: vec![Opt::bool("E1")], ..Opt::bool("E") },
            Opt::choice("F", []),
            Opt::choice("G", [Opt::tristate("G1"), Opt::bool("G2").default(true)])
                .default("G3")
                .internal(),
            Opt::int("H").select("A"),
        ];
        check(
            &options,
            expect![[r#"
                option "B": only numbers have a range
                  help: remove the range, or declare it with Opt::int or Opt::hex
                option "E": only a choice has members
                  help: declare it with Opt::choice
                choice "F": it has no members
                  help: give it bools to choose from
                choice "G": nobody could choose
                  help: let a bool be internal instead
                option "G1": a member of a choice must be a bool
                  help: declare it with Opt::bool
                option "G2": a member of a choice has no default of its own
                  help: give the choice a default that names the member
                option "A": a bool cannot default to m
                  help: use y or n, or declare it with Opt::tristate
                option "C": the default is "0x10", which is no number
                  help: write a whole number: 16
                option "C": nothing is between 1 and 0
                  help: the lesser number comes first
                option "D": an end of its range is "-1", which is no number
                  help: write a number that is not negative: 0x10
                option "D2": an end of its range is "E", which is no number
                  help: write a whole number: 16
                option "D3": an end of its range is "D4", which is no option of the project
                  help: did you mean "D"?
                choice "G": the default "G3" is no member of it
                  help: did you mean "G1"?
                option "H" selects "A", but only bools and tristates can
                  help: let a bool with the same condition do it
            "#]],
        );
    }

    #[test]
    fn conditions_that_nobody_can_answer() {
        let options = [
            Opt::bool("NET"),
            Opt::int("HZ").depends_on("NTE"),
            Opt::bool("A").depends_on("HZ"),
            Opt::bool("B").visible_when("HZ > 'x' && 'net'"),
            Opt::bool("C").default_when("NET &&", true),
            Opt::bool("D").default("NET || LOCAL"),
            Opt::bool("E").select("NTE").imply("HZ").select_when("NET", "NET = 'yes'"),
            Opt::bool("F").depends_on("TARGET_ARCH = x86_64"),
            Opt::bool("G").depends_on("PROFILE && MODULES"),
            Opt::bool("H").depends_on("FLAVOUR = 'module'"),
            Opt::choice("ALGO", [Opt::bool("AES"), Opt::bool("DES")]).default("AESS"),
            Opt::bool("I").select("AES").depends_on("ALGO = 'AES'"),
            Opt::bool("J").depends_on("TARGET_ARHC = 'x86_64'"),
            Opt::bool("K").depends_on("NET = 'm'"),
            Opt::bool("L").depends_on("CONFIG_NET"),
        ];
        check(
            &options,
            expect![[r#"
                option "HZ" depends on "NTE", which is no option of the project
                  help: did you mean "NET"?
                option "A" depends on "HZ", which has a value and neither holds nor does not
                  help: compare it: "HZ = 'VALUE'"
                option "B" is visible when the constant "net", which neither holds nor does not
                  help: write y, m or n, or compare it with something
                option "C" has a default when "NET &&", which is no condition: something is missing at the end
                  help: write it like "A && (B = 'm' || !C)"
                option "D" has as default "LOCAL", which is no option of the project
                  help: declare it: p.option(Opt::tristate("LOCAL")); a constant stands in quotes: 'LOCAL'
                option "E" selects or implies when "NET" beside 'yes', a value that it cannot have
                  help: a bool is 'y' or 'n', a tristate is 'y', 'm' or 'n'
                option "E" selects "NTE", which is no option of the project
                  help: did you mean "NET"?
                option "E" implies "HZ", which is of kind int
                  help: only bools and tristates can be pushed up
                option "F" depends on "x86_64", which is no option of the project
                  help: declare it: p.option(Opt::tristate("x86_64")); a constant stands in quotes: 'x86_64'
                option "G" depends on "PROFILE", which has a value and neither holds nor does not
                  help: compare it: "PROFILE = 'VALUE'"
                option "H" depends on "FLAVOUR", which is known in lists of flags only
                  help: put flags, not sources or names, under this condition
                choice "ALGO": the default "AESS" is no member of it
                  help: did you mean "AES"?
                option "I" selects "AES", which is a member of the choice "ALGO"
                  help: give "ALGO" a default under a condition
                option "J" depends on "TARGET_ARHC", which is no option of the project
                  help: did you mean "TARGET_ARCH"?
                option "K" depends on "NET" beside 'm', a value that it cannot have
                  help: a bool is 'y' or 'n', a tristate is 'y', 'm' or 'n'
                option "L" depends on "CONFIG_NET", which is no option of the project
                  help: write "NET": CONFIG_ stands in C and in .config only
            "#]],
        );
    }
}
