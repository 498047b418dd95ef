//! Which entries of a list are there in this build, and what keeps the others off.

use crate::configure::answer::{Asker, Fact, FactKind, Words, answer};
use crate::configure::asked::{Askable, unanswerable};
use crate::configure::known::Known;
use crate::configure::predefined::FLAVOUR;
use crate::configure::reason::kept_off;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::tristate::Tristate;
use crate::declare::conditional::{Conditions, conditions, whens, whens_of};
use crate::declare::options::item::Item;
use crate::declare::options::kind::OptKind;
use crate::declare::project::Project;
use crate::problem::Problem;

/// Answers the conditions of one target's lists.
#[derive(Clone, Copy)]
pub(crate) struct Chooser<'a> {
    known: &'a Known,
    /// The target is a module that hosts load.
    is_module: bool,
}

impl<'a> Chooser<'a> {
    /// For the lists of a target.
    pub(crate) fn new(known: &'a Known, is_module: bool) -> Chooser<'a> {
        Chooser { known, is_module }
    }

    /// What options and probes are.
    pub(crate) fn known(&self) -> &'a Known {
        self.known
    }

    /// The entries that are there.
    pub(crate) fn chosen<'b, T>(&self, items: &'b [Item<T>]) -> impl Iterator<Item = &'b T> {
        items.iter().filter(|item| self.has(item)).flat_map(Item::all)
    }

    /// The same as texts of one's own.
    pub(crate) fn texts(&self, items: &[Item<String>]) -> Vec<String> {
        self.chosen(items).cloned().collect()
    }

    /// The entries of a list of flags, for one flavour.
    pub(crate) fn flags(&self, items: &[Item<String>], flavour: &'static str) -> Vec<String> {
        items.iter().filter(|item| self.has_flag(item, flavour)).flat_map(Item::all).cloned().collect()
    }

    /// Whether the entries of an item of a list of flags are there for one flavour.
    pub(crate) fn has_flag<T>(&self, item: &Item<T>, flavour: &'static str) -> bool {
        let words = Flavoured { known: self.known, flavour };
        item.when().is_none_or(|Cond(expr)| answer(expr, &words, self.asker()) != Tristate::No)
    }

    /// Whether an item's entries are there.
    pub(crate) fn has<T>(&self, item: &Item<T>) -> bool {
        item.when().is_none_or(|condition| self.holds(condition))
    }

    /// Whether a condition holds.
    pub(crate) fn holds(&self, Cond(expr): &Cond) -> bool {
        answer(expr, self.known, self.asker()) != Tristate::No
    }

    /// What keeps an item off: `XATTR=n`.
    pub(crate) fn why<T>(&self, item: &Item<T>) -> String {
        item.when().map(|Cond(expr)| kept_off(self.known, expr)).unwrap_or_default()
    }

    fn asker(&self) -> Asker {
        Asker::List { is_module: self.is_module }
    }
}

/// For which a source is compiled.
pub(crate) const FLAVOURS: [&str; 2] = ["builtin", "module"];

/// The words of lists of flags: all others, and the flavour.
struct Flavoured<'a> {
    known: &'a Known,
    flavour: &'static str,
}

impl Words for Flavoured<'_> {
    fn fact(&self, name: &str) -> Option<Fact<'_>> {
        match name {
            FLAVOUR => {
                Some(Fact { kind: FactKind::Text, text: self.known.flavour.unwrap_or(self.flavour) })
            }
            _ => self.known.fact(name),
        }
    }
}

impl Askable for Flavoured<'_> {
    fn kind(&self, name: &str) -> Option<OptKind> {
        if name == FLAVOUR { Some(OptKind::String) } else { self.known.kind(name) }
    }

    fn names(&self) -> Vec<&str> {
        self.known.names()
    }
}

/// Conditions of lists that nobody can answer.
pub(crate) fn unanswerable_lists(project: &Project, known: &Known) -> Vec<Problem> {
    let title = format!("project {:?}", project.name);
    let flags = whens_of(&project.flags).collect();
    let others = project.install.iter().flat_map(|install| whens(&install.files)).collect();
    let mut problems = judged(&title, &Conditions { flags, others, own: None }, known);
    for scope in project.targets.scopes() {
        let flags = whens_of(&scope.flags).chain(whens_of(&scope.below)).collect();
        let others = scope.install.iter().flat_map(|install| whens(&install.files)).collect();
        let title = format!("directory {:?}", scope.dir);
        problems.extend(judged(&title, &Conditions { flags, others, own: None }, known));
    }
    for target in &project.targets {
        let found = conditions(target);
        if !found.flags.is_empty() || !found.others.is_empty() || found.own.is_some() {
            problems.extend(judged(&target.title(), &found, known));
        }
    }
    problems
}

fn judged(title: &str, conditions: &Conditions<'_>, known: &Known) -> Vec<Problem> {
    let subject = format!("{title} asks in a list for");
    let flavoured = Flavoured { known, flavour: FLAVOURS[0] };
    let flags =
        conditions.flags.iter().filter_map(|Cond(expr)| unanswerable(&subject, expr, &flavoured));
    let others = conditions.others.iter().filter_map(|Cond(expr)| unanswerable(&subject, expr, known));
    let own = conditions.own.and_then(|Cond(expr)| {
        unanswerable(&format!("{title} is installed where it asks for"), expr, known)
    });
    flags.chain(others).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use crate::resolve::tests::tree::tree;
    use crate::{Config, Executable, Language, Library, Module, Opt, Project, resolve, when};

    const FILES: [&str; 7] = ["a.c", "x.c", "x_user.c", "y.c", "main.c", "inc/x.h", "x86/f.c"];

    /// What becomes of a project's lists with some settings.
    fn check(declare: impl Fn(&mut Project), settings: &str, expected: Expect) {
        let root = tree(&FILES);
        let mut project = Project::new("demo", root.path());
        declare(&mut project);
        // The same through a file.
        let project = Project::from_json(&project.to_json().unwrap(), "p.json", root.path()).unwrap();
        let mut config = Config::default();
        config.words.insert("TARGET_ARCH".to_owned(), "x86_64".to_owned());
        for setting in settings.split_whitespace() {
            config.set_from_text(&project.options, setting).unwrap();
        }
        let resolved = match resolve(&project, &config, root.path()) {
            Ok(resolved) => resolved,
            Err(error) => {
                let said = error.to_string().replace(&root.path().display().to_string(), "ROOT");
                return expected.assert_eq(&format!("{said}\n"));
            }
        };
        let mut said = String::new();
        let libraries =
            resolved.libraries.iter().map(|t| (&t.name, &t.code, &t.link, &t.system_libraries));
        let modules = resolved.modules.iter().map(|t| (&t.name, &t.code, &t.link, &t.system_libraries));
        let hosts =
            resolved.executables.iter().map(|t| (&t.name, &t.code, &t.link, &t.system_libraries));
        for (name, code, link, system) in libraries.chain(modules).chain(hosts) {
            let sources: Vec<String> = code
                .sources
                .iter()
                .map(|s| format!("{} {:?}", s.path, s.own.texts().collect::<Vec<_>>()))
                .collect();
            let _ = writeln!(said, "{name}: {} link {link:?} -l{system:?}", sources.join(", "));
            let of_module = code.module_flags.as_ref().map(|_| code.flags_in(Language::C, true));
            let _ = writeln!(said, "  {:?} {of_module:?}", code.flags_in(Language::C, false));
        }
        for host in &resolved.executables {
            let _ = writeln!(
                said,
                "loads {:?} has {:?} exports {:?} {:?}",
                host.modules,
                host.built_in,
                host.exports,
                host.ldflags.texts()
            );
        }
        for out in &resolved.left_out {
            let _ =
                writeln!(said, "left out: {} of {} {:?}, {}", out.path, out.kind, out.target, out.why);
        }
        said.extend(resolved.warnings.iter().map(|warning| format!("warning: {warning}\n")));
        expected.assert_eq(&said);
    }

    /// A module, a library and a host, each list of which has something under a condition.
    fn declare(p: &mut Project) {
        let x = p.option(Opt::bool("X"));
        let m = p.option(Opt::tristate("M"));
        p.include(when(x, "inc"))
            .cflags(when("FLAVOUR = 'module'", "-DMODULE"))
            .defines(when(!x, "NO_X"));
        let util = p.add(
            Library::new("util").sources("a.c").sources(when(m, "y.c")).system_library(when(x, "m")),
        );
        let none = p.add(Library::new("none").sources(when(x, ["x.c", "x_user.c"])));
        p.add(
            Module::new("mod")
                .when("M || X")
                .sources("a.c")
                .sources(when(m, "y.c"))
                .sources(when("TARGET_ARCH = 'x86_64' && X", "x86/*.c"))
                .flags_for("y.c", when("FLAVOUR = 'module'", "-O3"))
                .flags_for("x86/*.c", "-msse2")
                .link(when(x, util)),
        );
        p.add(
            Executable::new("host")
                .sources("main.c")
                .link([util, none])
                .loads(when("M || X", "mod"))
                .exports(when(x, "x_open"))
                .ldflags(when("M = 'm'", "-rdynamic")),
        );
    }

    #[test]
    fn without_anything_set() {
        check(
            declare,
            "",
            expect![[r#"
                util: a.c [] link [] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                none:  link [] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                host: main.c [] link [0, 1] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                loads [] has [] exports [] []
                left out: y.c of library "util", M=n
                left out: x.c of library "none", X=n
                left out: x_user.c of library "none", X=n
                left out: y.c of module "mod", M=n
                left out: x86/f.c of module "mod", X=n
                left out: a.c of module "mod", M=n, X=n
            "#]],
        );
    }

    #[test]
    fn what_is_a_module_may_use_what_is_one() {
        check(
            declare,
            "M=m",
            expect![[r#"
                util: a.c [] link [] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                none:  link [] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                mod: a.c [], y.c [] link [] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                host: main.c [] link [0, 1] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                loads [] has [] exports [] ["-rdynamic"]
                left out: y.c of library "util", M=m
                left out: x.c of library "none", X=n
                left out: x_user.c of library "none", X=n
                left out: x86/f.c of module "mod", X=n
            "#]],
        );
        check(
            declare,
            "M=y",
            expect![[r#"
                util: a.c [], y.c [] link [] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                none:  link [] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                mod: a.c [], y.c [] link [] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                host: main.c [] link [0, 1] -l[]
                  ["-DNO_X"] Some(["-DNO_X", "-DMODULE"])
                loads [] has [0] exports [] []
                left out: x.c of library "none", X=n
                left out: x_user.c of library "none", X=n
                left out: x86/f.c of module "mod", X=n
            "#]],
        );
    }

    #[test]
    fn with_everything() {
        check(
            declare,
            "X=y M=m",
            expect![[r#"
                util: a.c [] link [] -l["m"]
                  ["-Iinc"] Some(["-Iinc", "-DMODULE"])
                none: x.c [], x_user.c [] link [] -l[]
                  ["-Iinc"] Some(["-Iinc", "-DMODULE"])
                mod: a.c [], x86/f.c ["-msse2"] link [0] -l[]
                  ["-Iinc"] Some(["-Iinc", "-DMODULE"])
                host: main.c [] link [0, 1] -l[]
                  ["-Iinc"] Some(["-Iinc", "-DMODULE"])
                loads [] has [0] exports ["x_open"] ["-rdynamic"]
                left out: y.c of library "util", M=m
                left out: y.c of module "mod", M=m
            "#]],
        );
    }

    #[test]
    fn conditions_of_lists_that_nobody_can_answer() {
        let declare = |p: &mut Project| {
            p.option(Opt::bool("X"));
            p.cflags(when("FLAVOUR = 'module' && XX", "-g")).include(when("FLAVOUR = 'module'", "inc"));
            p.add(Library::new("b").sources(when("FLAVOUR = 'module'", "a.c")));
            p.add(Library::new("a").sources(when("Y", "a.c")).link(when("X &&", "a")));
            p.add(Executable::new("host").sources("main.c").ldflags(when("PROFILE", "-g")));
        };
        check(
            declare,
            "",
            expect![[r#"
                project "demo" asks in a list for "XX", which is no option of the project
                  help: did you mean "X"?

                library "b" asks in a list for "FLAVOUR", which is known in lists of flags only
                  help: put flags, not sources or names, under this condition

                library "a" asks in a list for "Y", which is no option of the project
                  help: declare it: p.option(Opt::tristate("Y")); a constant stands in quotes: 'Y'

                library "a" asks in a list for "X &&", which is no condition: something is missing at the end
                  help: write it like "A && (B = 'm' || !C)"

                executable "host" asks in a list for "PROFILE", which has a value and neither holds nor does not
                  help: compare it: "PROFILE = 'VALUE'"

                library "a" links itself
                  help: remove it from its own .link()
            "#]],
        );
    }

    #[test]
    fn who_would_be_empty_is_told() {
        let declare = |p: &mut Project| {
            let x = p.option(Opt::bool("X"));
            p.add(Module::new("m").sources(when(x, "a.c")));
            p.add(Executable::new("host").sources(when(x, "main.c")).loads("m"));
        };
        check(
            declare,
            "",
            expect![[r#"
            module "m" has no sources in this configuration: a.c is left out, X=n
              help: put the module itself under the condition, with .when()

            executable "host" has no sources in this configuration: main.c is left out, X=n
              help: give it a source without a condition
        "#]],
        );
    }

    #[test]
    fn what_is_missing_is_a_mistake_where_its_condition_holds() {
        let declare = |p: &mut Project| {
            p.option(Opt::bool("X"));
            p.add(Library::new("a").sources("a.c").sources(when("X", ["gone/*.c", "b.c"])));
        };
        check(
            declare,
            "",
            expect![[r#"
                a: a.c [] link [] -l[]
                  [] None
            "#]],
        );
        check(
            declare,
            "X=y",
            expect![[r#"
            library "a": no file matches "gone/*.c"
              help: paths start at the project's root, ROOT

            library "a": the source "b.c" is missing
              help: did you mean "a.c"?
        "#]],
        );
    }
}
