//! What the scopes of a project are in one build: which are on, where their paths start, and what they say to their targets.

use std::borrow::Cow;
use std::path::Path;

use crate::configure::answer::{Asker, answer};
use crate::configure::asked::unanswerable;
use crate::configure::known::Known;
use crate::configure::reason::kept_off;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::tristate::Tristate;
use crate::declare::flags::Flags;
use crate::declare::installing::InstallFiles;
use crate::declare::options::item::Item;
use crate::declare::project::Project;
use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_arg::{EACH, RuleArg};
use crate::declare::rule::rule_text::is_made;
use crate::declare::scope::Scope;
use crate::declare::seen::config_header::ConfigHeader;
use crate::declare::target::Target;
use crate::resolve::files::path::normal;
use crate::resolve::findings::Findings;
use crate::resolve::packages::PkgConfigLibraries;

/// The scopes, looked up. Nothing is held for a project without.
pub(crate) struct Scopes<'a> {
    scopes: &'a [Scope],
    known: Vec<KnownScope>,
    packages: PkgConfigLibraries,
    /// The innermost one of each target; empty without scopes.
    innermost: Vec<Option<usize>>,
}

/// What one scope is, with those around it.
struct KnownScope {
    /// Where its paths start.
    dir: String,
    /// The least of its own condition and of those around it.
    value: Tristate,
    /// What keeps it off.
    why: String,
}

impl<'a> Scopes<'a> {
    /// Those of a project.
    pub(crate) fn of(project: &'a Project, options: &Known, findings: &mut Findings) -> Scopes<'a> {
        let scopes = project.targets.scopes();
        let mut known: Vec<KnownScope> = Vec::with_capacity(scopes.len());
        for scope in scopes {
            let around = scope.around.and_then(|at| known.get(at));
            let dir = around.map_or_else(|| scope.dir.clone(), |around| below(&around.dir, &scope.dir));
            let own = value(scope, &dir, options, findings);
            let (value, why) = match around {
                Some(around) if around.value == Tristate::No => (Tristate::No, around.why.clone()),
                Some(around) => (around.value.and(own.0), own.1),
                None => own,
            };
            known.push(KnownScope { dir, value, why });
        }
        let packages = PkgConfigLibraries::of(project, options, findings);
        Scopes { scopes, known, packages, innermost: project.targets.innermost() }
    }

    /// What switches a target beside itself; `y` outside of all scopes.
    pub(crate) fn value(&self, target: usize) -> Tristate {
        self.innermost(target).map_or(Tristate::Yes, |(_, known)| known.value)
    }

    /// What keeps a target off.
    pub(crate) fn why_off(&self, target: usize) -> Option<&str> {
        if let Some(why) = self.packages.why_off(target) {
            return Some(why);
        }
        let (_, known) = self.innermost(target)?;
        (known.value == Tristate::No).then_some(known.why.as_str())
    }

    /// Where the paths of a target start; empty for the root.
    pub(crate) fn dir(&self, target: usize) -> &str {
        self.innermost(target).map_or("", |(_, known)| known.dir.trim_end_matches('/'))
    }

    /// Directories whose own headers a target sees, the innermost first.
    pub(crate) fn header_dirs(&self, root: &Path, target: usize) -> Vec<String> {
        let mut dirs = Vec::new();
        let mut at = self.position(target);
        while let Some(here) = at {
            let Scope { config_headers, around, .. } = &self.scopes[here];
            let dir = || normal(root, &self.known[here].dir);
            dirs.extend((!config_headers.is_empty()).then(dir).filter(|dir| !dirs.contains(dir)));
            at = *around;
        }
        dirs
    }

    /// Headers of scopes, each with its directory and whether that is on.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'a ConfigHeader, &str, bool)> {
        let scopes = self.scopes.iter().zip(&self.known);
        scopes.flat_map(|(scope, known)| {
            let is_on = known.value != Tristate::No;
            scope.config_headers.iter().map(move |header| (header, known.dir.as_str(), is_on))
        })
    }

    /// The position of the innermost scope of a target.
    pub(crate) fn position(&self, target: usize) -> Option<usize> {
        self.innermost.get(target).copied().flatten()
    }

    /// A target with its paths from the root, and with what pkg-config says of it.
    pub(crate) fn placed(&self, at: usize, target: &'a Target) -> Cow<'a, Target> {
        let target = match self.innermost(at) {
            None => Cow::Borrowed(target),
            Some((_, KnownScope { dir, .. })) => {
                let mut target = target.clone();
                place(&mut target, dir);
                Cow::Owned(target)
            }
        };
        self.packages.with_flags(at, target)
    }

    /// Each scope with its directory, its flags from the root, and whether it is on.
    pub(crate) fn flags(&self) -> impl Iterator<Item = ScopeFlags<'a>> + '_ {
        self.scopes.iter().zip(&self.known).map(|(scope, known)| {
            let [mut own, mut all_below] = [&scope.flags, &scope.below].map(Clone::clone);
            place_flags(&mut own, &known.dir);
            place_flags(&mut all_below, &known.dir);
            let is_on = known.value != Tristate::No;
            ScopeFlags { scope, dir: known.dir.clone(), is_on, flags: own, below: all_below }
        })
    }

    /// The files that each scope which is on installs, from the root.
    pub(crate) fn installs(&self) -> impl Iterator<Item = (String, Vec<InstallFiles>)> + '_ {
        let all = self.scopes.iter().zip(&self.known);
        let on = all.filter(|(scope, known)| known.value != Tristate::No && !scope.install.is_empty());
        on.map(|(scope, known)| {
            let mut install = scope.install.clone();
            place_installs(&mut install, &known.dir);
            (format!("directory {:?}", scope.dir), install)
        })
    }

    fn innermost(&self, target: usize) -> Option<(usize, &KnownScope)> {
        let at = self.position(target)?;
        Some((at, &self.known[at]))
    }
}

/// What a scope says to its targets.
pub(crate) struct ScopeFlags<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) dir: String,
    pub(crate) is_on: bool,
    pub(crate) flags: Flags,
    pub(crate) below: Flags,
}

/// What a scope's own condition says, and what keeps it off.
fn value(scope: &Scope, dir: &str, options: &Known, findings: &mut Findings) -> (Tristate, String) {
    let Some(Cond(expr)) = &scope.when else { return (Tristate::Yes, String::new()) };
    if let Some(wrong) = unanswerable(&format!("directory {dir:?} is switched by"), expr, options) {
        findings.problems.push(wrong);
        // A mistake in it must not hide others.
        return (Tristate::Yes, String::new());
    }
    match answer(expr, options, Asker::Option) {
        Tristate::No => (Tristate::No, kept_off(options, expr)),
        value => (value, String::new()),
    }
}

/// A path that is said in a directory, from the root.
pub(crate) fn below(dir: &str, path: &str) -> String {
    match path {
        "" => String::new(),
        _ if path.starts_with('/') || is_made(path) => path.to_owned(),
        _ => format!("{}/{path}", dir.trim_end_matches('/')),
    }
}

fn place(target: &mut Target, dir: &str) {
    // A directory is no pattern.
    let pattern = globset::escape(dir);
    if let Target::Library(library) = target {
        if let Some(archive) = library.archive.as_mut().filter(|archive| !archive.starts_with("-l")) {
            *archive = below(dir, archive);
        }
        library.public.iter_mut().for_each(|flags| place_flags(flags, dir));
    }
    if let Target::Module(module) = target {
        module.file.iter_mut().for_each(|path| *path = below(dir, path));
    }
    if let Target::SharedLibrary(library) = target {
        library.version_script.iter_mut().for_each(|path| *path = below(dir, path));
    }
    target.installing_mut().into_iter().for_each(|own| place_installs(&mut own.install, dir));
    if let Target::Rule(rule) = target {
        place_rule(rule, dir);
    }
    place_flags(target.flags_mut(), dir);
    let code = target.code_mut();
    for list in [&mut code.sources, &mut code.exclude] {
        place_list(list, &pattern);
    }
    for again in &mut code.sources_as {
        place_list(&mut again.sources, &pattern);
        place_flags(&mut again.flags, dir);
    }
    for files in &mut code.flags_for {
        files.sources = below(&pattern, &files.sources);
        place_flags(&mut files.flags, dir);
    }
}

fn place_rule(rule: &mut Rule, dir: &str) {
    let pattern = globset::escape(dir);
    let place = |path: &mut String, dir: &str| {
        // A file that it is run for is found from the root.
        if !path.starts_with(EACH) {
            *path = below(dir, path);
        }
    };
    for arg in rule.run.iter_mut().flat_map(Item::all_mut).flat_map(RuleArg::parts_mut) {
        match arg {
            RuleArg::Input(path) => place(path, &pattern),
            RuleArg::Output(path) | RuleArg::OutDir(path) | RuleArg::Depfile(path) => place(path, dir),
            _ => {}
        }
    }
    for sources in rule.except.iter_mut().flat_map(Item::all_mut) {
        place(sources, &pattern);
    }
    for arg in [&mut rule.stdin, &mut rule.stdout, &mut rule.cwd].into_iter().flatten() {
        if let RuleArg::Text(path)
        | RuleArg::Input(path)
        | RuleArg::Output(path)
        | RuleArg::OutDir(path) = arg
        {
            place(path, dir);
        }
    }
    rule.depfile.iter_mut().for_each(|path| place(path, dir));
    place_list(&mut rule.outputs, dir);
    place_list(&mut rule.each, &pattern);
    place_list(&mut rule.reads, &pattern);
}

fn place_installs(installs: &mut [InstallFiles], dir: &str) {
    let pattern = globset::escape(dir);
    for InstallFiles { from, files, .. } in installs {
        place_list(files, &pattern);
        from.iter_mut().for_each(|from| *from = below(dir, from));
    }
}

fn place_flags(flags: &mut Flags, dir: &str) {
    place_list(&mut flags.includes, dir);
    place_list(&mut flags.system_includes, dir);
}

fn place_list(list: &mut [Item<String>], dir: &str) {
    list.iter_mut().flat_map(Item::all_mut).for_each(|path| *path = below(dir, path));
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::resolve::tree::told;
    use crate::{Dir, Executable, Flags, Library, Module, Opt, Project, Result, Tristate, when};

    const FILES: [&str; 10] = [
        "main.c",
        "fs/core.c",
        "fs/inc/x.h",
        "fs/ext2/a.c",
        "fs/ext2/b.c",
        "fs/ext2/util/u.c",
        "lib/l.c",
        "lib/inc/l.h",
        "tools/t.c",
        "we[i]rd/w.c",
    ];

    fn fs(d: &mut Dir<'_>) -> Result<()> {
        let ext2 = d.option(Opt::tristate("EXT2").default(Tristate::Yes));
        d.flags(Flags::new().cflags("-Wshadow").include("inc"));
        d.below(Flags::new().define_flag("FS").defines(when(ext2, "EXT2")).without("-Wall"));
        d.add(Module::new("fs/core").sources("core.c").flags_for("core.c", "-O3"));
        d.add(Module::new("fs/always").sources("core.c").built_in());
        d.dir("./ext2/", |d| {
            d.below(Flags::new().cflags(when("FLAVOUR = 'module'", "-DMODULE")));
            let util = d.add(Library::new("util").sources("util/**/*.c").exclude("util/x*"));
            d.add(Module::new("fs/ext2").sources("?.c").when(ext2).link(util).define_flag("OWN"));
        })?
        .when("EXT2 != 'n'");
        Ok(())
    }

    fn declare(p: &mut Project) {
        p.cflags("-Wall");
        let fs_on = p.option(Opt::tristate("FS"));
        let tools = p.option(Opt::bool("TOOLS").default(true));
        p.dir("fs", fs).unwrap().when(fs_on);
        p.dir("lib", |d| {
            let api = Flags::new().include("inc");
            d.add(Library::new("l").sources("l.c").public(api.ldflags("-Wl,-l")));
        })
        .unwrap();
        p.dir("tools", |d| {
            d.add(Executable::new("t").sources("t.c").link("l").loads("fs/*"));
        })
        .unwrap()
        .when(tools);
        p.dir("we[i]rd", |d| {
            d.add(Library::new("w").sources("w.c"));
        })
        .unwrap();
        p.add(Executable::new("host").sources("main.c").loads("fs/*").link("l"));
    }

    fn check(settings: &str, expected: Expect) {
        expected.assert_eq(&told(&FILES, declare, settings));
    }

    #[test]
    fn a_directory_that_is_off_has_nothing() {
        check(
            "",
            expect![[r#"
                l lib/l.c: -Wall -Ilib/inc
                w we[i]rd/w.c: -Wall
                t tools/t.c: -Wall -Ilib/inc
                t: -Wl,-l
                host main.c: -Wall -Ilib/inc
                host: -Wl,-l
                off: module fs/core (FS=n)
                off: module fs/always (FS=n)
                off: library util (FS=n)
                off: module fs/ext2 (FS=n)
                warning: library "util": .exclude("fs/ext2/util/x*") leaves out nothing
                  help: correct it or remove it
            "#]],
        );
        check(
            "TOOLS=n FS=m EXT2=n",
            expect![[r#"
                l lib/l.c: -Wall -Ilib/inc
                w we[i]rd/w.c: -Wall
                fs/core fs/core.c: -DFS -Ifs/inc -Wshadow -O3
                fs/always fs/core.c: -DFS -Ifs/inc -Wshadow
                host main.c: -Wall -Ilib/inc
                host: -Wl,-l
                off: library util (EXT2=n)
                off: module fs/ext2 (EXT2=n)
                off: executable t (TOOLS=n)
                warning: library "util": .exclude("fs/ext2/util/x*") leaves out nothing
                  help: correct it or remove it
            "#]],
        );
    }

    #[test]
    fn a_module_is_at_most_what_its_directory_is() {
        check(
            "FS=m",
            expect![[r#"
                util fs/ext2/util/u.c: -DFS -DEXT2
                l lib/l.c: -Wall -Ilib/inc
                w we[i]rd/w.c: -Wall
                fs/core fs/core.c: -DFS -DEXT2 -Ifs/inc -Wshadow -O3
                fs/always fs/core.c: -DFS -DEXT2 -Ifs/inc -Wshadow
                fs/ext2 fs/ext2/a.c: -DFS -DEXT2 -DMODULE -DOWN
                fs/ext2 fs/ext2/b.c: -DFS -DEXT2 -DMODULE -DOWN
                t tools/t.c: -Wall -Ilib/inc
                t: -Wl,-l
                host main.c: -Wall -Ilib/inc
                host: -Wl,-l
                warning: library "util": .exclude("fs/ext2/util/x*") leaves out nothing
                  help: correct it or remove it
            "#]],
        );
        check(
            "FS=y",
            expect![[r#"
                util fs/ext2/util/u.c: -DFS -DEXT2
                l lib/l.c: -Wall -Ilib/inc
                w we[i]rd/w.c: -Wall
                fs/core fs/core.c: -DFS -DEXT2 -Ifs/inc -Wshadow -O3
                fs/always (built in) fs/core.c: -DFS -DEXT2 -Ifs/inc -Wshadow
                fs/ext2 (built in) fs/ext2/a.c: -DFS -DEXT2 -DOWN
                fs/ext2 (built in) fs/ext2/b.c: -DFS -DEXT2 -DOWN
                t tools/t.c: -Wall -Ilib/inc
                t: -Wl,-l
                host main.c: -Wall -Ilib/inc
                host: -Wl,-l
                warning: library "util": .exclude("fs/ext2/util/x*") leaves out nothing
                  help: correct it or remove it
            "#]],
        );
    }

    fn check_wrong(files: &[&str], declare: impl Fn(&mut Project), expected: Expect) {
        expected.assert_eq(&told(files, declare, ""));
    }

    #[test]
    fn who_links_what_is_off() {
        let declare = |p: &mut Project| {
            let x = p.option(Opt::bool("X"));
            p.dir("lib", |d| {
                d.add(Library::new("l").sources("l.c").link("also"));
                d.add(Library::new("also").sources("l.c").link("l"));
            })
            .unwrap()
            .when(x);
            p.add(Executable::new("a").sources("main.c").link(when(x, "l")));
            p.add(Executable::new("b").sources("main.c").link("l"));
            p.add(Executable::new("c").sources("main.c").link("lx"));
        };
        check_wrong(
            &FILES,
            declare,
            expect![[r#"
            executable "b" links library "l", which is not built: X=n
              help: link it where it is there: .link(when(CONDITION, "l"))

            executable "c" links "lx", which is no library of the project
              help: did you mean "l"?
        "#]],
        );
    }

    #[test]
    fn what_is_wrong_with_a_directory() {
        let declare = |p: &mut Project| {
            p.option(Opt::bool("X"));
            p.dir("fz", |d| {
                d.below(Flags::new().define("A B", 1).cflags(when("XX", "-g")));
                d.add(Library::new("l").sources("core.c").include("inc"));
            })
            .unwrap();
            p.dir("gone", |d| {
                d.flags(Flags::new().include("inc"));
            })
            .unwrap()
            .when("X");
            p.dir("lib", |_| {}).unwrap().when("Y");
        };
        check_wrong(
            &FILES,
            declare,
            expect![[r#"
            directory "fz": "A B" is no name for a macro
              help: write .define("NAME", VALUE); other arguments go to .cflags()

            directory "fz" asks in a list for "XX", which is no option of the project
              help: did you mean "X"?

            directory "lib" is switched by "Y", which is no option of the project
              help: declare it: p.option(Opt::tristate("Y")); a constant stands in quotes: 'Y'

            directory "fz" is not there
              help: did you mean "fs"?

            library "l": .include("fz/inc") names no directory
              help: did you mean "fs/inc"?

            library "l": the source "fz/core.c" is missing
              help: did you mean "fs/core.c"?
        "#]],
        );
    }

    #[test]
    fn flags_that_are_taken_away_in_directories() {
        let declare = |p: &mut Project| {
            p.cflags("-Wall");
            p.dir("fs", |d| {
                d.flags(Flags::new().include("inc").cflags("-g").without(["-Wall", "-O2"]));
                d.below(Flags::new().cflags(["-O2", "-O3"]).without("-g"));
                d.dir("ext2", |d| {
                    let taken = Flags::new().without(["-Wall", "-Ifs/inc", "-O2", "-DNOT"]);
                    d.add(Library::new("l").sources("a.c").flags(taken));
                })
                .map(|_| ())
            })
            .unwrap();
        };
        check_wrong(
            &FILES,
            declare,
            expect![[r#"
            l fs/ext2/a.c: -O3
            warning: directory "fs": its cflags hold "-O2" and "-O3"
              help: the last one counts: remove the other, or put each under a condition
            warning: directory "fs": nothing has the flag "-g" that .without() takes away
              help: remove it: only flags of the levels outside can be taken away
            warning: library "l": nothing has the flag "-Ifs/inc" that .without() takes away
              help: remove it: only flags of the levels outside can be taken away
            warning: library "l": nothing has the flag "-DNOT" that .without() takes away
              help: remove it: only flags of the levels outside can be taken away
        "#]],
        );
    }
}
