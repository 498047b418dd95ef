//! What only shared libraries have: a version script, and an order in which they can be linked.

use std::path::Path;

use crate::declare::rule::rule_text::is_made;
use crate::declare::shared_library::SharedLibrary;
use crate::problem::Problem;
use crate::resolve::files::nearby::missing;
use crate::resolve::files::path::normal;
use crate::resolve::findings::Findings;
use crate::resolve::resolved::Resolved;

/// The version script, if there is one to be had.
pub(crate) fn version_script(
    root: &Path,
    library: &SharedLibrary,
    findings: &mut Findings,
) -> Option<String> {
    let script = library.version_script.as_deref()?;
    if is_made(script) {
        return Some(script.to_owned());
    }
    let path = normal(root, script);
    if !root.join(&path).is_file() {
        let problem = missing(root, &format!("shared library {:?}", library.name), &path);
        let text = problem.text.replace("the source", "the version script");
        findings.problems.push(Problem::new(text, problem.help));
        return None;
    }
    findings.looked_up.there.push(path.clone().into());
    Some(path)
}

/// What is said of shared libraries that need each other: none of them can be linked first.
pub(crate) fn circle(resolved: &Resolved) -> Option<Problem> {
    let all = &resolved.shared_libraries;
    let way = (0..all.len()).find_map(|start| way_back(resolved, start))?;
    let names: Vec<String> = way.iter().map(|&at| format!("{:?}", all[at].name)).collect();
    let (first, links) = (&names[0], names[1..].join(" and that links "));
    let text = match way.len() {
        1 => format!("shared library {first} needs itself, by way of an archive"),
        _ => format!("shared library {first} needs itself: it links {links}, which links {first}"),
    };
    Some(Problem::new(text, "put what both need into a third one, or link one of them into the other"))
}

/// The libraries from one back to itself.
fn way_back(resolved: &Resolved, start: usize) -> Option<Vec<usize>> {
    let mut ways = vec![vec![start]];
    let mut seen = Vec::new();
    while let Some(way) = ways.pop() {
        let library = &resolved.shared_libraries[*way.last()?];
        for next in resolved.shared_of(&library.link, &library.link_shared) {
            if next == start {
                return Some(way);
            }
            if !seen.contains(&next) {
                seen.push(next);
                ways.push(way.iter().copied().chain([next]).collect());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::resolve::tests::tree::tree;
    use crate::{Config, Executable, Library, Opt, Project, SharedLibrary, resolve, when};

    fn check(declare: impl Fn(&mut Project), expected: Expect) {
        let root = tree(&["a.c", "b.c", "z.map"]);
        let mut p = Project::new("demo", root.path());
        declare(&mut p);
        let p = Project::from_json(&p.to_json().unwrap(), "p.json", root.path()).unwrap();
        let said = match resolve(&p, &Config::default(), root.path()) {
            Ok(resolved) => {
                let shared = resolved.shared_libraries.iter().map(|library| {
                    let files = library.file_names.join(" ");
                    let (name, link, shared) = (&library.name, &library.link, &library.link_shared);
                    let (script, exports) = (&library.version_script, &library.exports);
                    format!("{name} = {files}: {link:?} {shared:?} {script:?} {exports:?}\n")
                });
                let programs = resolved.executables.iter();
                let programs =
                    programs.map(|it| format!("{}: {:?} {:?}\n", it.name, it.link, it.link_shared));
                shared.chain(programs).collect()
            }
            Err(error) => format!("{error}\n"),
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn archives_and_shared_libraries_are_linked_by_name_and_handle() {
        let declare = |p: &mut Project| {
            let off = p.option(Opt::bool("OFF"));
            let base = p.add(Library::new("base").sources("a.c"));
            let core = SharedLibrary::new("core").sources("b.c").soname("libcore.so.2");
            let core = p.add(core.link(base));
            let z = SharedLibrary::new("lib/z").sources("a.c").version("1.2").version_script("./z.map");
            let z = z.exports("deflate*").exports(when(off, "more"));
            p.add(z.link("core"));
            p.add(Executable::new("tool").sources("a.c").link([core, base]).link("lib/z"));
        };
        check(
            declare,
            expect![[r#"
            core = libcore.so.2 libcore.so: [0] [] None []
            lib/z = lib/libz.so.1 lib/libz.so lib/libz.so.1.2: [] [0] Some("z.map") ["deflate*"]
            tool: [0] [0, 1]
        "#]],
        );
    }

    #[test]
    fn mistakes_are_told() {
        let declare = |p: &mut Project| {
            p.add(Library::new("z").sources("a.c").link("b"));
            p.add(SharedLibrary::new("z").sources("a.c").version_script("zz.map"));
            p.add(SharedLibrary::new("a").sources("a.c").link("a").soname("x/y").version("1/2"));
            p.add(
                SharedLibrary::new("b").sources("a.c").exports("a b").undefined("c*").base_name("b/c"),
            );
            p.add(SharedLibrary::new("c").sources("a.c").exports("all"));
        };
        check(
            declare,
            expect![[r#"
            shared library "a": "1/2" as its version makes no name of a file
              help: write letters, digits, `_`, `-`, `+`, and `.` inside

            shared library "a": "x/y" as its soname makes no name of a file
              help: write letters, digits, `_`, `-`, `+`, and `.` inside

            shared library "b": "b/c" as its base_name makes no name of a file
              help: write letters, digits, `_`, `-`, `+`, and `.` inside

            shared library "b": "c*" is no symbol
              help: name one symbol, without version and without wildcards

            shared library "b": it cannot export "a b"
              help: name one symbol without version, a glob such as "bdrv_*", or "all"

            shared library "c": it cannot export "all" by a list
              help: leave the list out: then it offers what its objects define for everybody

            library "z" and shared library "z" have one name
              help: rename one: SharedLibrary::new("z-shared").base_name("z") becomes libz.so

            shared library "z": the version script "zz.map" is missing
              help: did you mean "z.map"?

            shared library "a" links itself
              help: remove it from its own .link()
        "#]],
        );
    }

    #[test]
    fn none_needs_itself_not_even_by_way_of_an_archive() {
        let declare = |p: &mut Project| {
            p.add(SharedLibrary::new("a").sources("a.c").link("m"));
            p.add(Library::new("m").sources("a.c").link("b"));
            p.add(SharedLibrary::new("b").sources("b.c").link("a"));
        };
        check(
            declare,
            expect![[r#"
            shared library "a" needs itself: it links "b", which links "a"
              help: put what both need into a third one, or link one of them into the other
        "#]],
        );
    }
}
