//! The order of a program's own objects and of the modules that are built into it, as its list of components says: Kbuild's
//! `head-y`, `init-y`, `core-y`. Libraries follow all objects.

use crate::declare::executable::Executable;
use crate::declare::options::item::entries;
use crate::problem::Problem;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::name_glob::NameGlob;
use crate::resolve::resolved::{Component, ResolvedSource};
use crate::suggest::did_you_mean;

/// The entry that stands for all that no other entry means.
pub(crate) const REST: &str = "...";

/// What a program is made of.
pub(crate) struct ProgramParts<'a> {
    /// Where paths of its declaration start; empty for the root.
    pub dir: &'a str,
    /// Its own sources.
    pub sources: &'a [ResolvedSource],
    /// The modules that it has built in, by number and name.
    pub built_in: &'a [(usize, &'a str)],
    /// The names of all that it may have.
    pub modules: &'a [&'a str],
}

/// The components of a program in their order; none where the program says nothing of it.
pub(crate) fn components(
    program: &Executable,
    chooser: Chooser<'_>,
    parts: &ProgramParts<'_>,
    findings: &mut Findings,
) -> Vec<Component> {
    if program.components.is_empty() {
        return Vec::new();
    }
    say_what_means_nothing(program, parts, findings);
    let ProgramParts { dir, sources, built_in, .. } = parts;
    let entries: Vec<&String> = chooser.chosen(&program.components).collect();
    let rest = entries.iter().position(|entry| *entry == REST).unwrap_or(entries.len());
    let globs: Vec<(&str, Option<NameGlob>)> =
        entries.iter().map(|entry| (entry.as_str(), NameGlob::read(entry).ok().flatten())).collect();
    let place = |name: &str| {
        let fits = |(entry, glob): &(&str, Option<NameGlob>)| means(glob.as_ref(), entry, name);
        globs.iter().position(fits).unwrap_or(rest)
    };
    let own = sources
        .iter()
        .enumerate()
        .map(|(at, source)| (place(inside(dir, &source.path)), Component::Source(at)));
    let modules = built_in.iter().map(|&(at, name)| (place(name), Component::Module(at)));
    let mut all: Vec<(usize, Component)> = own.chain(modules).collect();
    all.sort_by_key(|&(place, _)| place);
    all.into_iter().map(|(_, component)| component).collect()
}

/// Tells of entries that are no globs, and of those that no component fits.
fn say_what_means_nothing(program: &Executable, parts: &ProgramParts<'_>, findings: &mut Findings) {
    let ProgramParts { dir, sources, modules, .. } = parts;
    let title = format!("executable {:?}", program.name);
    let names = || sources.iter().map(|source| inside(dir, &source.path)).chain(modules.iter().copied());
    let left_out = findings.left_out.iter().filter(|out| out.target == program.name);
    let left_out: Vec<String> = left_out.map(|out| inside(dir, &out.path).to_owned()).collect();
    for entry in entries(&program.components).filter(|entry| *entry != REST) {
        match NameGlob::read(entry) {
            Err(why) => findings.problems.push(Problem::new(
                format!("{title}: {entry:?} is no glob over its components: {why}"),
                "`*` and `?` stay within a part of a path, `**` crosses parts",
            )),
            Ok(glob) => {
                let fits = |name: &str| means(glob.as_ref(), entry, name);
                if !names().any(fits) && !left_out.iter().any(|path| fits(path)) {
                    let text =
                        format!("{title}: no source and no module of it is a component {entry:?}");
                    let help = did_you_mean(entry, names(), "correct it or remove it");
                    findings.warn(text, help);
                }
            }
        }
    }
}

/// A path as it is said in a directory.
fn inside<'a>(dir: &str, path: &'a str) -> &'a str {
    path.strip_prefix(dir).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
}

fn means(glob: Option<&NameGlob>, entry: &str, name: &str) -> bool {
    glob.map_or(entry == name, |glob| glob.matches(name))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::resolve::tests::tree::tree;
    use crate::{Component, Config, Executable, Module, Opt, Project, resolve, when};

    fn check(components: impl Fn(&mut Project, Executable) -> Executable, expected: Expect) {
        let root = tree(&["main.c", "arch/head.S", "core/a.c", "core/b.c", "net/n.c", "fs/e.c", "d.c"]);
        let mut p = Project::new("demo", root.path());
        let host = Executable::new("vm").sources(["main.c", "core/*.c", "arch/head.S"]);
        let host = components(&mut p, host);
        p.add(host.builds_in("*").loads("lib"));
        p.add(Module::new("fs").sources("fs/e.c"));
        p.add(Module::new("net").sources("net/n.c"));
        p.add(Module::new("lib").sources("d.c"));
        let p = Project::from_json(&p.to_json().unwrap(), "p.json", root.path()).unwrap();
        let said = match resolve(&p, &Config::default(), root.path()) {
            Ok(resolved) => {
                let host = &resolved.executables[0];
                let name = |component: &Component| match *component {
                    Component::Source(at) => host.code.sources[at].path.clone(),
                    Component::Module(at) => resolved.modules[at].name.clone(),
                };
                let order = host.components.iter().map(name).collect::<Vec<_>>().join(" ");
                let warnings = resolved.warnings.iter().map(|warning| format!("\nwarning: {warning}"));
                order + &warnings.collect::<String>()
            }
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn head_first_and_what_is_named_last_behind_the_rest() {
        check(
            |_, host| host.components(["arch/head.S", "main.c", "fs", "...", "core/b.c"]),
            expect!["arch/head.S main.c fs core/a.c lib net core/b.c"],
        );
        check(
            |_, host| host.components(["{net,lib}", "core/*"]),
            expect!["lib net core/a.c core/b.c main.c arch/head.S fs"],
        );
    }

    #[test]
    fn without_a_list_the_order_is_the_usual_one() {
        check(|_, host| host, expect![""]);
        check(
            |_, host| host.components("..."),
            expect!["main.c core/a.c core/b.c arch/head.S lib fs net"],
        );
    }

    #[test]
    fn entries_stand_under_conditions_and_slips_are_told() {
        check(
            |p, host| {
                let off = p.option(Opt::bool("OFF"));
                host.components(when(off, "net")).components(["core/b.c", "nte"])
            },
            expect![[r#"
                core/b.c main.c core/a.c arch/head.S lib fs net
                warning: executable "vm": no source and no module of it is a component "nte"
                  help: did you mean "net"?"#]],
        );
        check(
            |_, host| host.components("core/["),
            expect![[r#"
                executable "vm": "core/[" is no glob over its components: unclosed character class; missing ']'
                  help: `*` and `?` stay within a part of a path, `**` crosses parts"#]],
        );
    }
}
