//! The options of a project with everything that they say of each other looked up: what selects what, what is a member of
//! what. What is wrong with them whatever was set is found here.

use std::collections::HashMap;

use crate::configure::asked::{Askable, unanswerable};
use crate::configure::predefined::WORDS;
use crate::configure::probes::probed::{KnownProbe, Probed};
use crate::declare::condition::cond::Cond;
use crate::declare::condition::expr::Expr;
use crate::declare::condition::parse::parse;
use crate::declare::condition::words::wrong_word;
use crate::declare::handle::{OptionId, Ref};
use crate::declare::options::default_value::OptDefault;
use crate::declare::options::item::Item;
use crate::declare::options::kind::OptKind;
use crate::declare::options::number::written;
use crate::declare::options::opt::Opt;
use crate::problem::Problem;
use crate::suggest::did_you_mean;

/// All options, members of a choice behind it.
#[derive(Debug)]
pub(crate) struct Symbols<'a> {
    pub list: Vec<Symbol<'a>>,
    pub probes: &'a Probed,
    index: HashMap<&'a str, usize>,
}

/// One option, and what others have to do with it.
#[derive(Debug)]
pub(crate) struct Symbol<'a> {
    pub option: &'a Opt,
    /// The choice that it is a member of.
    pub choice: Option<usize>,
    pub members: Vec<usize>,
    /// In the order in which they count.
    pub defaults: Vec<Fallback<'a>>,
    pub range: Option<[RangeEnd; 2]>,
    /// Options that are the least that this one is.
    pub selected_by: Vec<Push<'a>>,
    pub implied_by: Vec<Push<'a>>,
}

/// A default.
#[derive(Debug)]
pub(crate) struct Fallback<'a> {
    pub when: Option<&'a Expr>,
    pub then: Then,
}

/// What a default says.
#[derive(Debug)]
pub(crate) enum Then {
    Condition(Expr),
    Text(String),
    Member(usize),
}

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RangeEnd {
    Number(i128),
    /// What another option is.
    Option(usize),
}

/// An option that selects or implies another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Push<'a> {
    pub from: usize,
    pub when: Option<&'a Expr>,
}

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
            symbols.list[at].defaults = symbols.defaults(at, &mut problems);
            symbols.list[at].range = symbols.range(option, &mut problems);
            problems.extend(symbols.conditions(option));
            for push in symbols.pushes(at, "selects", &option.select, &mut problems) {
                symbols.list[push.0].selected_by.push(push.1);
            }
            for push in symbols.pushes(at, "implies", &option.imply, &mut problems) {
                symbols.list[push.0].implied_by.push(push.1);
            }
        }
        (symbols, problems)
    }

    /// Where an option stands.
    pub(crate) fn at(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    pub(crate) fn name(&self, at: usize) -> &'a str {
        &self.list[at].option.name
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

    fn defaults(&self, at: usize, problems: &mut Vec<Problem>) -> Vec<Fallback<'a>> {
        let option = self.list[at].option;
        let conditional = option.default_when.iter().map(|entry| (Some(&entry.when.0), &entry.then));
        let last = option.default.iter().map(|value| (None, value));
        let mut found = Vec::new();
        for (when, value) in conditional.chain(last) {
            match self.then(at, value) {
                Ok(then) => found.push(Fallback { when, then }),
                Err(problem) => problems.push(problem),
            }
        }
        found
    }

    fn then(&self, at: usize, value: &OptDefault) -> Result<Then, Problem> {
        let Symbol { option, members, .. } = &self.list[at];
        let (name, kind, text) = (&option.name, option.kind, value.text());
        match kind {
            OptKind::Bool if text == "m" => {
                let text = format!("option {name:?}: a bool cannot default to m");
                Err(Problem::new(text, "use y or n, or declare it with Opt::tristate"))
            }
            OptKind::Bool | OptKind::Tristate => {
                let expr = parse(&text);
                let subject = format!("option {name:?} has as default");
                unanswerable(&subject, &expr, self).map_or(Ok(Then::Condition(expr)), Err)
            }
            OptKind::String => Ok(Then::Text(text)),
            OptKind::Int | OptKind::Hex => value
                .number(kind)
                .map(|number| Then::Text(written(kind, number)))
                .ok_or_else(|| no_number(option, "the default", &text)),
            OptKind::Choice => {
                let names = || members.iter().map(|&member| self.name(member));
                let found = members.iter().find(|&&member| self.name(member) == text);
                found.map(|&member| Then::Member(member)).ok_or_else(|| {
                    let problem = format!("choice {name:?}: the default {text:?} is no member of it");
                    let list = names().collect::<Vec<_>>().join(", ");
                    Problem::new(
                        problem,
                        did_you_mean(&text, names(), format!("its members are {list}")),
                    )
                })
            }
        }
    }

    /// The ends of a range; the end that another option says is known when that one is.
    fn range(&self, option: &Opt, problems: &mut Vec<Problem>) -> Option<[RangeEnd; 2]> {
        let ends = option.range.as_ref().filter(|_| option.kind.is_number())?;
        let mut found = Vec::new();
        for end in ends {
            let text = end.text();
            let other = || self.at(&text).filter(|&at| self.list[at].option.kind.is_number());
            // No option is called like a number with its base, but `FACE` might be either.
            let number = || end.number(option.kind).map(RangeEnd::Number);
            match other().map(RangeEnd::Option).or_else(number) {
                Some(end) => found.push(end),
                None => problems.push(self.no_end(option, &text)),
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

    fn no_end(&self, option: &Opt, text: &str) -> Problem {
        let problem = no_number(option, "an end of its range", text);
        if wrong_word("option", text).is_some() {
            return problem;
        }
        let what = if self.at(text).is_some() { "is no number" } else { "is no option of the project" };
        let numbers = self.list.iter().filter(|symbol| symbol.option.kind.is_number());
        let numbers = numbers.map(|symbol| symbol.option.name.as_str());
        Problem::new(
            format!("option {:?}: an end of its range is {text:?}, which {what}", option.name),
            did_you_mean(text, numbers, problem.help),
        )
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

    /// Whom an option selects or implies.
    fn pushes(
        &self,
        from: usize,
        verb: &str,
        items: &'a [Item<Ref<OptionId>>],
        problems: &mut Vec<Problem>,
    ) -> Vec<(usize, Push<'a>)> {
        let mut found = Vec::new();
        for item in items {
            let when = item.when().map(|condition| &condition.0);
            for other in item.all() {
                match self.pushed(from, verb, other) {
                    Ok(at) => found.push((at, Push { from, when })),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        found
    }

    fn pushed(&self, from: usize, verb: &str, other: &Ref<OptionId>) -> Result<usize, Problem> {
        let title = format!("option {:?}", self.name(from));
        let Some(name) = other.name() else {
            let text = format!("{title} {verb} an option's handle of another project");
            return Err(Problem::new(
                text,
                "use the handle that this project's option() gave, or the name",
            ));
        };
        let Some(at) = self.at(name) else {
            let help = did_you_mean(name, self.names(), "declare it, or remove it here");
            return Err(Problem::new(
                format!("{title} {verb} {name:?}, which is no option of the project"),
                help,
            ));
        };
        let target = &self.list[at];
        if !target.option.kind.is_logical() {
            let kind = target.option.kind.word();
            let text = format!("{title} {verb} {name:?}, which is of kind {kind}");
            return Err(Problem::new(text, "only bools and tristates can be pushed up"));
        }
        if let Some(choice) = target.choice {
            let choice = self.name(choice);
            let text = format!("{title} {verb} {name:?}, which is a member of the choice {choice:?}");
            let help = format!("give {choice:?} a default under a condition");
            return Err(Problem::new(text, help));
        }
        if !self.list[from].option.kind.is_logical() {
            let text = format!("{title} {verb} {name:?}, but only bools and tristates can");
            return Err(Problem::new(text, "let a bool with the same condition do it"));
        }
        Ok(at)
    }
}

impl Askable for Symbols<'_> {
    fn kind(&self, name: &str) -> Option<OptKind> {
        let probe = || self.probes.get(name).map(|probe| probe.kind);
        self.at(name).map(|at| self.list[at].option.kind).or_else(probe)
    }

    fn names(&self) -> Vec<&str> {
        (0..self.list.len()).map(|at| self.name(at)).chain(self.probes.names()).collect()
    }
}

/// Attributes that an option of this kind cannot have.
fn misplaced(option: &Opt, is_member: bool) -> Vec<Problem> {
    let (kind, is_choice) = (option.kind, option.kind == OptKind::Choice);
    let mut found = Vec::new();
    let mut wrong = |is: bool, what: &str, help: &str| {
        if is {
            let title = if is_choice { "choice" } else { "option" };
            found.push(Problem::new(format!("{title} {:?}: {what}", option.name), help));
        }
    };
    wrong(
        option.range.is_some() && !kind.is_number(),
        "only numbers have a range",
        "remove the range, or declare it with Opt::int or Opt::hex",
    );
    wrong(
        !option.members.is_empty() && !is_choice,
        "only a choice has members",
        "declare it with Opt::choice",
    );
    wrong(is_choice && option.members.is_empty(), "it has no members", "give it bools to choose from");
    wrong(is_choice && option.internal, "nobody could choose", "let a bool be internal instead");
    wrong(
        option.internal && option.visible_when.is_some(),
        "it is internal and visible at once",
        "remove one of the two",
    );
    let has_default = option.default.is_some() || !option.default_when.is_empty();
    wrong(
        is_member && kind != OptKind::Bool,
        "a member of a choice must be a bool",
        "declare it with Opt::bool",
    );
    wrong(
        is_member && (has_default || option.internal),
        "a member of a choice has no default of its own",
        "give the choice a default that names the member",
    );
    found
}

fn no_number(option: &Opt, what: &str, text: &str) -> Problem {
    let problem = format!("option {:?}: {what} is {text:?}, which is no number", option.name);
    let help = match option.kind {
        OptKind::Hex => "write a number that is not negative: 0x10",
        _ => "write a whole number: 16",
    };
    Problem::new(problem, help)
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
