//! A source that a program has as an object is not in its archive as well: Kbuild's rule for `obj-y` and `lib-y`
//! (Linux, Documentation/kbuild/makefiles, "Library file goals").
//!
//! The source stays in the archive as long as anybody who links the library does not have it himself: for those who do,
//! the linker never takes the member.

use std::collections::HashSet;

use crate::resolve::resolved::{Resolved, ResolvedCode, ResolvedSource};

/// Leaves out of each library what all of its users have themselves.
pub fn subtract(resolved: &mut Resolved) {
    for library in 0..resolved.libraries.len() {
        let common = sources_of_all(&users(resolved, library));
        let sources = &mut resolved.libraries[library].code.sources;
        if sources.iter().any(|source| !common.contains(&source.title())) {
            sources.retain(|source| !common.contains(&source.title()));
        }
    }
}

/// The objects of each program and module into which a library is linked.
fn users(resolved: &Resolved, library: usize) -> Vec<HashSet<String>> {
    let mut users = Vec::new();
    for executable in &resolved.executables {
        let built_in = executable.built_in.iter().map(|&module| &resolved.modules[module]);
        let links = executable.link.iter().chain(built_in.clone().flat_map(|module| &module.link));
        if reaches(resolved, links.copied(), library) {
            let codes = std::iter::once(&executable.code).chain(built_in.map(|module| &module.code));
            users.push(codes.flat_map(paths).collect());
        }
    }
    for shared in &resolved.shared_libraries {
        if reaches(resolved, shared.link.iter().copied(), library) {
            users.push(paths(&shared.code).collect());
        }
    }
    for module in resolved.modules.iter().filter(|module| !module.built_in) {
        if reaches(resolved, module.link.iter().copied(), library) {
            users.push(paths(&module.code).collect());
        }
    }
    users
}

fn paths(code: &ResolvedCode) -> impl Iterator<Item = String> + '_ {
    code.sources.iter().map(ResolvedSource::title)
}

fn sources_of_all(users: &[HashSet<String>]) -> HashSet<String> {
    let Some((first, others)) = users.split_first() else { return HashSet::new() };
    let in_all = |path: &&String| others.iter().all(|user| user.contains(*path));
    first.iter().filter(in_all).cloned().collect()
}

/// Whether a library is among these libraries or what they need.
fn reaches(resolved: &Resolved, from: impl Iterator<Item = usize>, sought: usize) -> bool {
    let mut open: Vec<usize> = from.collect();
    let mut seen = HashSet::new();
    while let Some(library) = open.pop() {
        if library == sought {
            return true;
        }
        if seen.insert(library) {
            open.extend(&resolved.libraries[library].link);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::declare::handle::LibraryId;
    use crate::resolve::tests::tree::tree;
    use crate::{Config, Executable, Library, Module, Project, resolve};

    /// What is left in library `l`.
    fn check_users(add: impl FnOnce(&mut Project, LibraryId), expect: Expect) {
        let dir = tree(&["a.c", "b.c", "m1.c", "m2.c"]);
        let mut p = Project::new("p", dir.path());
        let library = p.add(Library::new("l").sources(["a.c", "b.c"]));
        add(&mut p, library);
        let resolved = resolve(&p, &Config::default(), dir.path()).expect("it resolves");
        let left = resolved.libraries[0].code.sources.iter().map(|source| source.path.as_str());
        expect.assert_eq(&left.collect::<Vec<_>>().join(" "));
    }

    /// The same for programs with these sources; both link it.
    fn check(programs: [&[&str]; 2], expect: Expect) {
        let add = |p: &mut Project, library: LibraryId| {
            for (name, sources) in ["one", "two"].into_iter().zip(programs) {
                p.add(Executable::new(name).sources(sources.iter().copied()).link(library));
            }
        };
        check_users(add, expect);
    }

    #[test]
    fn what_all_programs_have_as_objects_is_not_in_the_archive() {
        check([&["m1.c", "a.c"], &["m2.c", "a.c"]], expect!["b.c"]);
    }

    #[test]
    fn what_one_program_needs_stays() {
        check([&["m1.c", "a.c"], &["m2.c"]], expect!["a.c b.c"]);
    }

    #[test]
    fn an_archive_keeps_its_members_where_none_would_be_left() {
        check([&["m1.c", "a.c", "b.c"], &["m2.c", "a.c", "b.c"]], expect!["a.c b.c"]);
    }

    #[test]
    fn only_who_links_the_library_counts() {
        let add = |p: &mut Project, library| {
            p.add(Executable::new("one").sources(["m1.c", "a.c"]).link(library));
            p.add(Library::new("other").sources("m2.c"));
            p.add(Executable::new("two").sources("m2.c").link("other"));
        };
        check_users(add, expect!["b.c"]);
        let through_another = |p: &mut Project, library| {
            p.add(Executable::new("one").sources(["m1.c", "a.c"]).link(library));
            p.add(Library::new("other").sources("m2.c").link(library));
            p.add(Executable::new("two").sources("m2.c").link("other"));
        };
        check_users(through_another, expect!["a.c b.c"]);
    }

    #[test]
    fn a_module_counts_by_itself_and_as_a_part_of_the_program_that_has_it_built_in() {
        let host = |library| Executable::new("host").sources(["m1.c", "a.c"]).link(library).loads("m");
        let module = |library| Module::new("m").sources("m2.c").link(library);
        let loaded = |p: &mut Project, library| {
            p.add(module(library));
            p.add(host(library));
        };
        check_users(loaded, expect!["a.c b.c"]);
        let built_in = |p: &mut Project, library| {
            p.add(module(library).built_in());
            p.add(host(library));
        };
        check_users(built_in, expect!["b.c"]);
        let has_it_itself = |p: &mut Project, library| {
            p.add(module(library).sources("a.c"));
            p.add(host(library));
        };
        check_users(has_it_itself, expect!["b.c"]);
    }
}
