//! What looks like a mistake in options, conditions and flags, and can be built: conditions that never hold, options that
//! nothing asks about, flags of which the second takes back the first.

use std::collections::{BTreeMap, HashSet};

use crate::configure::answer::{Asker, Fact, FactKind, Words, answer};
use crate::configure::known::Known;
use crate::configure::predefined::MODULES;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::expr::{Expr, Operand};
use crate::declare::condition::tristate::Tristate;
use crate::declare::conditional::{conditions, whens, whens_of};
use crate::declare::library::Library;
use crate::declare::options::opt::Opt;
use crate::declare::project::Project;
use crate::declare::scope::Scope;
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::flags::doubtful::{of_scope, of_target, taken_back, without_nothing};

/// All doubts about a project that is right as far as that goes.
pub(crate) fn doubts(project: &Project, known: &Known) -> Vec<Problem> {
    let mut found = Vec::new();
    found.extend(taken_back(&format!("project {:?}", project.name), &project.flags));
    for scope in project.targets.scopes() {
        found.extend(of_scope(scope));
    }
    for target in &project.targets {
        found.extend(never(target, known));
        found.extend(of_target(target));
    }
    found.extend(without_nothing(project));
    found.extend(unasked(project));
    found
}

/// Conditions of a target that hold for no values of their options.
fn never(target: &Target, known: &Known) -> Vec<Problem> {
    let all = conditions(target);
    let askers: &[Asker] = match target {
        // A module may hear what a library says to those who link it.
        Target::Module(_) | Target::Library(Library { public: Some(_), .. }) => {
            &[Asker::List { is_module: true }, Asker::List { is_module: false }]
        }
        _ => &[Asker::List { is_module: false }],
    };
    let own = match target {
        Target::Module(module) => module.when.as_ref(),
        _ => None,
    };
    let lists = all.flags.into_iter().chain(all.others);
    let lists = lists.filter(|Cond(expr)| !may_hold(expr, known, askers));
    let own = own.filter(|Cond(expr)| !may_hold(expr, known, &[Asker::Option]));
    let problem = |condition: &Cond| {
        let text = format!("{}: {:?} never holds", target.title(), condition.to_string());
        let help = "in a list, an option that is m counts as on only for a module that hosts load; \
                    X != 'n' is X in any form";
        Problem::new(text, help)
    };
    lists.chain(own).map(problem).collect()
}

/// So many options are tried with all of their values.
const MOST_WORDS: usize = 5;

/// Whether some values make a condition hold. What asks about texts, numbers or the machine may always.
fn may_hold(expr: &Expr, known: &Known, askers: &[Asker]) -> bool {
    let mut words: BTreeMap<&str, &[&str]> = BTreeMap::new();
    let mut open = false;
    expr.operands(&mut |operand| {
        let Operand::Word(word) = operand else { return };
        let values: &[&str] = match word.name().and_then(|name| known.fact(name)).map(|fact| fact.kind) {
            Some(FactKind::Logical { is_tristate: true }) => &["n", "m", "y"],
            Some(FactKind::Logical { is_tristate: false }) => &["n", "y"],
            _ => &[],
        };
        open |= values.is_empty();
        words.insert(word.name().unwrap_or_default(), values);
    });
    if open || words.len() > MOST_WORDS {
        return true;
    }
    let count: usize = words.values().map(|values| values.len()).product();
    (0..count).any(|at| {
        let tried = Tried { known, values: assignment(&words, at) };
        askers.iter().any(|asker| answer(expr, &tried, *asker) != Tristate::No)
    })
}

/// The values of one number in the count of all.
fn assignment<'a>(
    words: &BTreeMap<&'a str, &'a [&'a str]>,
    mut at: usize,
) -> BTreeMap<&'a str, &'a str> {
    let mut values = BTreeMap::new();
    for (word, all) in words {
        values.insert(*word, all[at % all.len()]);
        at /= all.len();
    }
    values
}

/// Words with values that they might have.
struct Tried<'a> {
    known: &'a Known,
    values: BTreeMap<&'a str, &'a str>,
}

impl Words for Tried<'_> {
    fn fact(&self, name: &str) -> Option<Fact<'_>> {
        let fact = self.known.fact(name)?;
        Some(Fact { text: self.values.get(name).copied().unwrap_or(fact.text), ..fact })
    }
}

/// Bools and tristates that no condition and no other option mentions. What C asks about, only a build finds out.
fn unasked(project: &Project) -> Vec<Problem> {
    let of_dirs = project.targets.scopes().iter().any(|scope| !scope.config_headers.is_empty());
    if project.autoconf.is_some() || !project.config_headers.is_empty() || of_dirs {
        return Vec::new();
    }
    let mut asked = HashSet::new();
    let mut all: Vec<&Cond> = whens_of(&project.flags).collect();
    all.extend(project.install.iter().flat_map(|install| whens(&install.files)));
    for Scope { when, flags, below, install, .. } in project.targets.scopes() {
        all.extend(when.iter().chain(whens_of(flags)).chain(whens_of(below)));
        all.extend(install.iter().flat_map(|install| whens(&install.files)));
    }
    for target in &project.targets {
        let found = conditions(target);
        all.extend(found.flags.into_iter().chain(found.others).chain(found.own));
        if let Target::Module(module) = target {
            all.extend(&module.when);
        }
    }
    for Cond(expr) in all {
        note_words(expr, &mut asked);
    }
    let declared = project.options.iter();
    let options: Vec<&Opt> =
        declared.flat_map(|option| std::iter::once(option).chain(&option.members)).collect();
    for option in &options {
        option.mentions(&mut asked);
    }
    // A member of a choice is there to be chosen: whoever asks about the others asks about it.
    let logical = project.options.iter().filter(|option| option.kind.is_logical());
    let unasked = logical.filter(|option| !asked.contains(&option.name) && option.name != MODULES);
    unasked
        .map(|option| {
            let text = format!("option {:?}: nothing asks about it", option.name);
            Problem::new(
                text,
                "put something under it: .when(), when(), depends_on; or let C see it: .autoconf()",
            )
        })
        .collect()
}

fn note_words(expr: &Expr, asked: &mut HashSet<String>) {
    expr.operands(&mut |operand| {
        if let Operand::Word(word) = operand {
            asked.extend(word.name().map(str::to_owned));
        }
    });
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::{Autoconf, Config, Executable, Flags, Library, Module, configure, when};

    fn check(declare: impl Fn(&mut Project), expected: Expect) {
        let mut project = Project::new("demo", "/nowhere");
        declare(&mut project);
        let known = configure(&project.options, &Config::default()).unwrap();
        let said = doubts(&project, &known);
        expected.assert_eq(&said.iter().map(|doubt| format!("{doubt}\n")).collect::<String>());
    }

    #[test]
    fn conditions_that_never_hold() {
        let declare = |p: &mut Project| {
            p.option(Opt::bool("X"));
            p.option(Opt::tristate("M"));
            p.option(Opt::int("N"));
            p.add(
                Library::new("a")
                    .sources(when("X && !X", "x.c"))
                    .sources(when("M != 'n' && N = 1", "y.c")),
            );
            p.add(Module::new("m").when("M && M = 'n'").sources(when("M = 'm' && M", "x.c")));
            p.add(Executable::new("h").ldflags(when("M = 'm' && M", "-g")).loads(when("M = 'm'", "m")));
        };
        check(
            declare,
            expect![[r#"
            library "a": "X && !X" never holds
              help: in a list, an option that is m counts as on only for a module that hosts load; X != 'n' is X in any form
            module "m": "M && M = 'n'" never holds
              help: in a list, an option that is m counts as on only for a module that hosts load; X != 'n' is X in any form
            executable "h": "M = 'm' && M" never holds
              help: in a list, an option that is m counts as on only for a module that hosts load; X != 'n' is X in any form
        "#]],
        );
    }

    #[test]
    fn flags_of_every_level_and_language_that_take_each_other_back() {
        let declare = |p: &mut Project| {
            p.flags(Flags::new().cppflags("-O2").cflags("-O3").cxxflags(["-std=c++17", "-std=c++20"]));
            let public = Flags::new().cflags(["-ffoo", "-fno-foo", "-UX", "-DX=1"]);
            let util = Library::new("util").public(public.ldflags(["-fuse-ld=bfd", "-fuse-ld=lld"]));
            let util = util.cflags(["-Wno-a", "-Wa", "-fa=1", "-fa=2", "-O2"]);
            p.add(util.flags_for("a.c", ["-mavx", "-mno-avx"]).flags_for(
                "b.c",
                Flags::new().asflags(["-DX=1", "-DX=2"]).cflags("-DX=3").define("Y", 1).define("Y", 2),
            ));
        };
        check(
            declare,
            expect![[r#"
            project "demo": its flags hold "-O2" and "-O3"
              help: the last one counts: remove the other, or put each under a condition
            project "demo": its cxxflags hold "-std=c++17" and "-std=c++20"
              help: the last one counts: remove the other, or put each under a condition
            library "util", in public: its cflags hold "-ffoo" and "-fno-foo"
              help: the last one counts: remove the other, or put each under a condition
            library "util", in public: its ldflags hold "-fuse-ld=bfd" and "-fuse-ld=lld"
              help: the last one counts: remove the other, or put each under a condition
            library "util", for "a.c": its cflags hold "-mavx" and "-mno-avx"
              help: the last one counts: remove the other, or put each under a condition
            library "util", for "b.c": its defines hold "Y=1" and "Y=2"
              help: the last one counts: remove the other, or put each under a condition
            library "util", for "b.c": its asflags hold "-DX=1" and "-DX=2"
              help: the last one counts: remove the other, or put each under a condition
        "#]],
        );
    }

    #[test]
    fn flags_that_take_each_other_back() {
        let declare = |p: &mut Project| {
            p.cflags(["-O2", "-Wall", "-std=c11", "-O3"]).define("A", 1).define("B", 1);
            p.add(
                Library::new("a")
                    .cflags(["-std=c99", "-Werror=a", "-Werror=b"])
                    .define("A", 2)
                    .define_flag("A"),
            );
            p.add(
                Library::new("b")
                    .cflags("-O2")
                    .cflags(when("MODULES", "-O3"))
                    .define("A", 1)
                    .define("A", 1),
            );
        };
        check(
            declare,
            expect![[r#"
            project "demo": its cflags hold "-O2" and "-O3"
              help: the last one counts: remove the other, or put each under a condition
            library "a": its defines hold "A=2" and "A"
              help: the last one counts: remove the other, or put each under a condition
        "#]],
        );
    }

    #[test]
    fn options_that_nothing_asks_about() {
        let declare = |p: &mut Project| {
            let used = p.option(Opt::bool("USED").select("SELECTED").default("ASKED"));
            p.option(Opt::bool("SELECTED"));
            p.option(Opt::bool("ASKED"));
            p.option(Opt::tristate("IDLE").depends_on("USED"));
            p.option(Opt::string("TEXT").default_when("BY_TEXT", "x"));
            p.option(Opt::bool("BY_TEXT"));
            p.option(Opt::choice("ALGO", [Opt::bool("AES").depends_on("BY_MEMBER"), Opt::bool("DES")]));
            p.option(Opt::bool("BY_MEMBER"));
            p.option(Opt::bool("BY_FLAG"));
            p.add(Module::new("m").when(used).flags_for("x.c", when("BY_FLAG", "-g")));
        };
        let seen_by_c = |p: &mut Project| {
            declare(p);
            p.autoconf(Autoconf::new());
        };
        check(seen_by_c, expect![""]);
        check(
            declare,
            expect![[r#"
            option "IDLE": nothing asks about it
              help: put something under it: .when(), when(), depends_on; or let C see it: .autoconf()
        "#]],
        );
    }
}
