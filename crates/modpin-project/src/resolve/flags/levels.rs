//! Flags of one level behind those of the levels outside of it: what a level adds, and what it takes away.

use std::path::Path;
use std::sync::Arc;

use crate::configure::predefined::FLAVOUR;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::expr::Operand;
use crate::declare::conditional::whens_of;
use crate::declare::flags::Flags;
use crate::declare::options::item::Item;
use crate::problem::Problem;
use crate::resolve::choose::{Chooser, FLAVOURS};
use crate::resolve::files::include::directory;
use crate::resolve::files::path::normal;
use crate::resolve::findings::Findings;
use crate::resolve::flags::resolved_flag::{CodeFlags, Reach, ResolvedFlag, Without};
use crate::resolve::flags::said_by::{FlagList, SaidBy};
use crate::resolve::made::made_files::MadeFiles;
use crate::resolve::scopes::{ScopeFlags, Scopes};

/// What the levels so far say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Levels {
    builtin: LevelFlags,
    /// The same for a module file, where that may not be the same.
    module: Option<LevelFlags>,
}

/// What levels say for one flavour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LevelFlags {
    /// Arguments of compilations.
    pub(crate) compile: CodeFlags,
    /// Arguments of links.
    pub(crate) link: CodeFlags,
    /// Rules whose headers are waited for.
    pub(crate) rules: Vec<String>,
}

/// Who says something, and how it is looked up.
#[derive(Clone, Copy)]
pub(crate) struct Speaker<'a> {
    /// Where paths start.
    pub(crate) root: &'a Path,
    /// How messages begin.
    pub(crate) title: &'a str,
    pub(crate) chooser: Chooser<'a>,
    /// What rules make.
    pub(crate) made: &'a MadeFiles,
}

impl Levels {
    /// For a module file or not.
    pub(crate) fn of(&self, is_module: bool) -> &LevelFlags {
        self.module.as_ref().filter(|_| is_module).unwrap_or(&self.builtin)
    }

    /// What a module file gets where that is not what others get.
    pub(crate) fn only_of_modules(&self) -> Option<&LevelFlags> {
        self.module.as_ref().filter(|module| module.compile != self.builtin.compile)
    }

    /// One more level behind these.
    pub(crate) fn add(
        &mut self,
        flags: &Flags,
        by: SaidBy,
        speaker: Speaker<'_>,
        findings: &mut Findings,
    ) {
        if flags.is_empty() {
            return;
        }
        let level = Level::of(flags, by, speaker, findings);
        if self.module.is_none() && level.module.is_some() {
            self.module = Some(self.builtin.clone());
        }
        if let Some(module) = &mut self.module {
            module.follow(level.module.as_ref().unwrap_or(&level.builtin));
        }
        self.builtin.follow(&level.builtin);
    }

    /// Only what it says to links.
    pub(crate) fn add_link(&mut self, flags: &Flags, by: SaidBy, chooser: Chooser<'_>) {
        let said = of_links(flags, &Arc::new(by), (chooser, FLAVOURS[0]));
        self.builtin.link.said.extend(said);
    }
}

/// What targets get from outside of them, by the scope that they are in.
#[derive(Debug, Default)]
pub(crate) struct ScopeLevels {
    /// Outside of all scopes.
    project: Levels,
    /// In each scope: what is for its own targets.
    scopes: Vec<Levels>,
}

impl ScopeLevels {
    /// Those of a project, whose own flags are `project`.
    pub(crate) fn of(
        scopes: &Scopes<'_>,
        project: Levels,
        (root, chooser, made): (&Path, Chooser<'_>, &MadeFiles),
        findings: &mut Findings,
    ) -> ScopeLevels {
        let (mut inherited, mut own): (Vec<Levels>, Vec<Levels>) = (Vec::new(), Vec::new());
        for ScopeFlags { scope, dir, is_on, flags, below } in scopes.flags() {
            let title = format!("directory {dir:?}");
            let speaker = Speaker { root, title: &title, chooser, made };
            let mut levels = scope.around.map_or(&project, |around| &inherited[around]).clone();
            if is_on {
                let there = directory(root, "the project", &dir)
                    .map_err(|problem| Problem::new(format!("{title} is not there"), problem.help));
                let there = findings.keep(there).map(Into::into);
                findings.looked_up.dirs.extend(there);
                levels.add(&below, SaidBy::Below(dir.clone()), speaker, findings);
            }
            inherited.push(levels.clone());
            if is_on {
                levels.add(&flags, SaidBy::Directory(dir.clone()), speaker, findings);
            }
            own.push(levels);
        }
        ScopeLevels { project, scopes: own }
    }

    /// What a target gets in this scope.
    pub(crate) fn of_target(&self, scope: Option<usize>) -> &Levels {
        scope.and_then(|at| self.scopes.get(at)).unwrap_or(&self.project)
    }
}

impl LevelFlags {
    fn follow(&mut self, level: &OwnFlags) {
        let OwnFlags { compile, link, without, rules } = level;
        self.compile.take_away(without);
        self.link.take_away(without);
        self.compile.said.extend_from_slice(compile);
        self.link.said.extend_from_slice(link);
        self.rules.extend_from_slice(rules);
    }
}

/// What one level says itself.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    builtin: OwnFlags,
    /// The same for a module file, where that may not be the same.
    module: Option<OwnFlags>,
    by: Arc<SaidBy>,
}

/// What one level says for one flavour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OwnFlags {
    pub(crate) compile: Vec<ResolvedFlag>,
    link: Vec<ResolvedFlag>,
    pub(crate) without: Vec<Without>,
    rules: Vec<String>,
}

impl Level {
    /// What some flags are in this build.
    pub(crate) fn of(flags: &Flags, by: SaidBy, speaker: Speaker<'_>, findings: &mut Findings) -> Level {
        let by = Arc::new(by);
        let dirs = [("-I", &flags.includes), ("-isystem", &flags.system_includes)]
            .map(|(option, list)| directories(option, list, speaker, findings));
        let own = |flavour| OwnFlags::of(flags, &by, &dirs, (speaker.chooser, flavour));
        let module = whens_of(flags).any(asks_flavour).then(|| own(FLAVOURS[1]));
        Level { builtin: own(FLAVOURS[0]), module, by }
    }

    /// Arguments for all that is compiled, behind.
    pub(crate) fn extend(&mut self, list: &[Item<String>], chooser: Chooser<'_>) {
        let flags = |flavour| {
            let chosen = chooser.flags(list, flavour).into_iter();
            let by = &self.by;
            chosen.map(|text| ResolvedFlag {
                text,
                reach: Reach::All,
                by: by.clone(),
                list: FlagList::Cflags,
            })
        };
        if self.module.is_none() && list.iter().filter_map(Item::when).any(asks_flavour) {
            self.module = Some(self.builtin.clone());
        }
        self.builtin.compile.extend(flags(FLAVOURS[0]));
        if let Some(module) = &mut self.module {
            module.compile.extend(flags(FLAVOURS[1]));
        }
    }

    /// For what goes into a program, and for a module file where that is not the same.
    pub(crate) fn flavours(self) -> (OwnFlags, Option<OwnFlags>) {
        let module = self.module.filter(|module| *module != self.builtin);
        (self.builtin, module)
    }
}

impl OwnFlags {
    fn of(
        flags: &Flags,
        by: &Arc<SaidBy>,
        [includes, system_includes]: &[Vec<Item<String>>; 2],
        (chooser, flavour): (Chooser<'_>, &'static str),
    ) -> OwnFlags {
        let lists = [
            (includes, "", Reach::All, FlagList::Includes),
            (system_includes, "", Reach::All, FlagList::SystemIncludes),
            (&flags.defines, "-D", Reach::All, FlagList::Defines),
            (&flags.cppflags, "", Reach::Preprocessor, FlagList::Cppflags),
            (&flags.cflags, "", Reach::C, FlagList::Cflags),
            (&flags.cxxflags, "", Reach::Cxx, FlagList::Cxxflags),
            (&flags.asflags, "", Reach::Assembler, FlagList::Asflags),
        ];
        let mut compile = Vec::new();
        for (entries, option, reach, list) in lists {
            let texts = chooser.flags(entries, flavour).into_iter();
            let texts = texts.map(|text| format!("{option}{text}"));
            compile.extend(texts.map(|text| ResolvedFlag { text, reach, by: by.clone(), list }));
        }
        let link = of_links(flags, by, (chooser, flavour));
        let [without, rules] =
            [&flags.without, &flags.generated_headers].map(|list| chooser.flags(list, flavour));
        let without = without.into_iter().map(|text| Without { text, by: by.clone() }).collect();
        OwnFlags { compile, link, without, rules }
    }
}

/// What they say to links.
fn of_links(
    flags: &Flags,
    by: &Arc<SaidBy>,
    (chooser, flavour): (Chooser<'_>, &'static str),
) -> Vec<ResolvedFlag> {
    let (reach, list) = (Reach::All, FlagList::Ldflags);
    let texts = chooser.flags(&flags.ldflags, flavour).into_iter();
    texts.map(|text| ResolvedFlag { text, reach, by: by.clone(), list }).collect()
}

/// Directories as arguments; those that are not chosen need not be there.
fn directories(
    option: &str,
    list: &[Item<String>],
    speaker: Speaker<'_>,
    findings: &mut Findings,
) -> Vec<Item<String>> {
    let Speaker { root, title, chooser, made } = speaker;
    let is_chosen =
        |item: &&Item<String>| FLAVOURS.iter().any(|flavour| chooser.has_flag(item, flavour));
    let mut found = Vec::new();
    for item in list.iter().filter(is_chosen) {
        // A directory may be there for what rules make only.
        let found_dir = |text: &String| match normal(root, text) {
            path if made.has_dir(&path) => Ok(path),
            _ => directory(root, title, text),
        };
        let dirs = findings.keep_all(item.all().iter().map(found_dir));
        let there = dirs.iter().filter(|dir| !made.has_dir(dir) || root.join(dir).is_dir());
        findings.looked_up.dirs.extend(there.map(Into::into));
        let args = dirs.into_iter().map(|dir| format!("{option}{dir}"));
        match item.when() {
            None => found.extend(args.map(Item::Always)),
            Some(when) => found.push(Item::under(when.clone(), args.collect())),
        }
    }
    found
}

fn asks_flavour(Cond(expr): &Cond) -> bool {
    let mut found = false;
    expr.operands(&mut |operand| {
        found |= matches!(operand, Operand::Word(word) if word.name() == Some(FLAVOUR));
    });
    found
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::resolve::tree::told;
    use crate::{Executable, Flags, Library, Module, Project, when};

    fn check(declare: impl Fn(&mut Project), expected: Expect) {
        expected.assert_eq(&told(
            &["a.c", "b.c", "s.S", "plain.s", "main.c", "inc/x.h", "sys/x.h"],
            declare,
            "",
        ));
    }

    fn every_kind(name: &str) -> Flags {
        let flags = Flags::new().define_flag(name).cppflags(format!("-DP{name}"));
        let flags = flags.cflags(format!("-DC{name}")).cxxflags(format!("-DX{name}"));
        flags.asflags(format!("-DS{name}")).ldflags(format!("-L{name}"))
    }

    #[test]
    fn each_language_gets_its_own() {
        let declare = |p: &mut Project| {
            p.flags(Flags::new().include("inc").system_include("sys")).flags(every_kind("PRJ"));
            let sources = ["main.c", "s.S", "plain.s"];
            p.add(Executable::new("host").sources(sources).cflags("-O2").flags_for("*", "-g"));
        };
        check(
            declare,
            expect![[r#"
                host main.c: -Iinc -isystemsys -DPRJ -DPPRJ -DCPRJ -O2 -g
                host s.S: -Iinc -isystemsys -DPRJ -DPPRJ -DSPRJ -g
                host plain.s: -Iinc -isystemsys -DPRJ -DSPRJ -g
                host: -LPRJ
            "#]],
        );
    }

    #[test]
    fn project_then_libraries_then_target_then_source() {
        let declare = |p: &mut Project| {
            p.flags(every_kind("PRJ"));
            p.add(
                Executable::new("host")
                    .sources("main.c")
                    .flags(every_kind("TGT"))
                    .link("util")
                    .flags_for("main.c", Flags::new().define_flag("SRC").cflags("-DCSRC")),
            );
            p.add(Library::new("base").sources("a.c").public(every_kind("base")));
            p.add(Library::new("util").sources("b.c").public(every_kind("LIB")).link("base"));
        };
        check(
            declare,
            expect![[r#"
                base a.c: -DPRJ -DPPRJ -DCPRJ -Dbase -DPbase -DCbase
                util b.c: -DPRJ -DPPRJ -DCPRJ -DLIB -DPLIB -DCLIB -Dbase -DPbase -DCbase
                host main.c: -DPRJ -DPPRJ -DCPRJ -DLIB -DPLIB -DCLIB -Dbase -DPbase -DCbase -DTGT -DPTGT -DCTGT -DSRC -DCSRC
                host: -LPRJ -LLIB -Lbase -LTGT
            "#]],
        );
    }

    #[test]
    fn what_is_taken_away() {
        let declare = |p: &mut Project| {
            p.include("inc").cflags(["-Wall", "-Wextra", "-O2"]).define("A", 1).define_flag("B");
            p.flags(Flags::new().ldflags(["-Wl,-a", "-Wl,-b"]));
            let host = Executable::new("host").sources(["main.c", "a.c", "b.c"]).cflags("-g");
            let host = host.flags(Flags::new().without(["-Wextra", "-DA", "-Wl,-a"]).define("A", 2));
            let host = host.flags_for("a.c", Flags::new().without("*").cflags("-Os"));
            p.add(host.flags_for("b.c", Flags::new().without(["-O2", "-DB", "-Iinc"])));
        };
        check(
            declare,
            expect![[r#"
            host main.c: -Iinc -DB -Wall -O2 -DA=2 -g
            host a.c: -Os
            host b.c: -Wall -DA=2 -g
            host: -Wl,-b
        "#]],
        );
    }

    #[test]
    fn what_a_module_file_gets_is_not_what_a_program_gets() {
        let declare = |p: &mut Project| {
            let module = |values: Flags| values.without(when("FLAVOUR = 'module'", "-DB"));
            p.flags(Flags::new().defines(when("FLAVOUR = 'builtin'", "B")).defines(["X"]));
            p.flags(
                Flags::new()
                    .ldflags(when("FLAVOUR = 'module'", "-Wl,-m"))
                    .include(when("FLAVOUR = 'module'", "inc")),
            );
            let util =
                Library::new("util").public(Flags::new().defines(when("FLAVOUR = 'module'", "U")));
            let util = p.add(util.sources("b.c"));
            let m = Module::new("m")
                .sources("a.c")
                .link(util)
                .define_flag("B")
                .flags_for("a.c", module(Flags::new()));
            p.add(m);
            p.add(Executable::new("host").sources("main.c").loads("m").link(util));
        };
        check(
            declare,
            expect![[r#"
            util b.c: -DB -DX
            m a.c: -Iinc -DX -DU
            m: -Wl,-m
            host main.c: -DB -DX
        "#]],
        );
    }

    #[test]
    fn a_module_that_is_built_in_brings_what_its_libraries_say_to_links() {
        let declare = |p: &mut Project| {
            let deep = p.add(Library::new("deep").sources("b.c").public(every_kind("deep")));
            let util = p.add(Library::new("util").sources("b.c").link(deep));
            p.add(Module::new("m").sources("a.c").link(util).built_in());
            p.add(Executable::new("host").sources("main.c").loads("m"));
        };
        check(
            declare,
            expect![[r#"
                deep b.c: -Ddeep -DPdeep -DCdeep
                util b.c: -Ddeep -DPdeep -DCdeep
                m (built in) a.c: -Ddeep -DPdeep -DCdeep
                m: -Ldeep
                host main.c:
                host: -Ldeep
            "#]],
        );
    }

    #[test]
    fn what_is_taken_away_and_nobody_has_is_told() {
        let declare = |p: &mut Project| {
            p.flags(Flags::new().cflags(["-Wall"]).cflags(when("MODULES", "-Wshadow")).without("-O2"));
            p.include("./inc");
            let util = Library::new("util").sources("b.c").public(Flags::new().define("U", 1));
            p.add(util);
            let host = Executable::new("host").sources("main.c").cflags("-g").flags_for(
                "main.c",
                Flags::new().without(["-g", "-Iinc", "-Wall", "*", "-DU", "-Wshadow", "-Wshado"]),
            );
            p.add(host.flags(Flags::new().without(["-g", "-Wshadow"])));
        };
        check(
            declare,
            expect![[r#"
                util b.c: -Iinc -Wall -Wshadow -DU=1
                host main.c:
                warning: project "demo": nothing has the flag "-O2" that .without() takes away
                  help: remove it: only flags of the levels outside can be taken away
                warning: executable "host": nothing has the flag "-g" that .without() takes away
                  help: remove it: only flags of the levels outside can be taken away
                warning: executable "host", for "main.c": nothing has the flag "-Wshado" that .without() takes away
                  help: did you mean "-Wshadow"?
            "#]],
        );
    }

    #[test]
    fn where_nothing_obeys_flags() {
        let declare = |p: &mut Project| {
            p.add(Library::new("util").sources("b.c").flags(Flags::new().ldflags("-g")));
            let host = Executable::new("host").sources("main.c");
            p.add(host.flags_for("main.c", Flags::new().ldflags("-g").define("A B", 1)));
        };
        check(
            declare,
            expect![[r#"
            library "util": it has ldflags, and nothing links a library by itself
              help: give them to those who link it: .public(Flags::new().ldflags(…))

            executable "host": "A B" is no name for a macro
              help: write .define("NAME", VALUE); other arguments go to .cflags()

            executable "host": .flags_for("main.c") has ldflags, and nothing links a source by itself
              help: give them to the target
        "#]],
        );
    }
}
