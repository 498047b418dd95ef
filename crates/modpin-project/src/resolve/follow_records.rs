//! What the records beside archives that were there already say, put into a resolved project.

use std::path::Path;

use crate::declare::library::Library;
use crate::problem::Problem;
use crate::resolve::link_record::{LinkRecord, Needed};
use crate::resolve::resolved::{Resolved, ResolvedCode, ResolvedLibrary};

/// Gives every archive that was there already what the record beside it says. What a record needs and the project does not
/// declare is added as a library. `find` knows where the compiler looks for a file.
pub fn follow_records(resolved: &mut Resolved, find: impl Fn(&str) -> Option<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (mut at, declared) = (0, resolved.libraries.len());
    // The list grows while we walk it: what is added may have a record itself.
    while at < resolved.libraries.len() {
        if let Some(archive) = resolved.libraries[at].archive.clone() {
            let path = LinkRecord::beside(&archive);
            let title = format!("library {:?}: {path}", resolved.libraries[at].name);
            resolved.looked_up.is_file(&resolved.root, Path::new(&path));
            match LinkRecord::read(&resolved.root.join(&path)) {
                Ok(None) => {}
                Ok(Some(record)) => {
                    let record = Found { record, archive: &archive, title: &title, declared };
                    apply(resolved, at, &record, &find, &mut problems);
                }
                Err(why) => {
                    let help =
                        "build that library again with a modpin of this version, or remove the record";
                    problems.push(Problem::new(format!("{title}: {why}"), help));
                }
            }
        }
        at += 1;
    }
    settle(&mut resolved.libraries, declared);
    problems
}

/// Puts what records added into the highest layer of those that need it, so that it stands before none of them.
fn settle(libraries: &mut [ResolvedLibrary], declared: usize) {
    let mut again = true;
    while std::mem::take(&mut again) {
        for user in 0..libraries.len() {
            let layer = libraries[user].layer;
            for needed in libraries[user].link.clone() {
                if needed >= declared && libraries[needed].layer < layer {
                    libraries[needed].layer = layer;
                    again = true;
                }
            }
        }
    }
}

struct Found<'a> {
    record: LinkRecord,
    archive: &'a str,
    title: &'a str,
    /// Libraries from this number on were added for records.
    declared: usize,
}

fn apply(
    resolved: &mut Resolved,
    at: usize,
    found: &Found<'_>,
    find: &impl Fn(&str) -> Option<String>,
    problems: &mut Vec<Problem>,
) {
    let Found { record, archive, title, .. } = found;
    for needed in &record.needs {
        if let Some([one, other]) = two_archives(resolved, found, needed) {
            problems.push(Problem::new(
                format!("{title} needs {:?}, and there are two: {one} and {other}", needed.name),
                format!("say which: declare Library::prebuilt({:?}, \"PATH\")", needed.name),
            ));
            continue;
        }
        match needed_library(resolved, at, archive, needed, find) {
            Some(library) if library == at || resolved.libraries[at].link.contains(&library) => {}
            Some(library) => resolved.libraries[at].link.push(library),
            None => problems.push(Problem::new(
                format!("{title} needs {:?}, and there is no {} beside it", needed.name, needed.archive),
                format!(
                    "install that archive there, or declare Library::prebuilt({:?}, \"PATH\")",
                    needed.name
                ),
            )),
        }
    }
    let library = &mut resolved.libraries[at];
    let system = record.system_libraries.iter().filter(|name| !library.system_libraries.contains(name));
    let system: Vec<String> = system.cloned().collect();
    library.system_libraries.extend(system);
    let known = |name: &&String| !library.keep_system_libraries.contains(name);
    let keep: Vec<String> = record.keep_system_libraries.iter().filter(known).cloned().collect();
    library.keep_system_libraries.extend(keep);
    if library.link_args.is_empty() {
        library.link_args.clone_from(&record.link_args);
    }
}

/// Archives of one name in two directories, each of which a record means: the one that was added before, and this one.
fn two_archives(resolved: &mut Resolved, found: &Found<'_>, needed: &Needed) -> Option<[String; 2]> {
    let mut added = resolved.libraries.iter().skip(found.declared);
    let known = added.find(|library| library.name == needed.name)?.archive.clone()?;
    let beside = Path::new(found.archive).with_file_name(&needed.archive);
    if !resolved.looked_up.is_file(&resolved.root, &beside) {
        return None;
    }
    let real = |path: &Path| resolved.root.join(path).canonicalize().ok();
    let is_same = real(&beside) == real(Path::new(&known));
    (!is_same).then(|| [known, beside.to_string_lossy().into_owned()])
}

/// The number of a library that a record names: one that the project has, or else a new one.
fn needed_library(
    resolved: &mut Resolved,
    user: usize,
    archive: &str,
    needed: &Needed,
    find: &impl Fn(&str) -> Option<String>,
) -> Option<usize> {
    if let Some(known) = resolved.libraries.iter().position(|library| library.name == needed.name) {
        return Some(known);
    }
    let beside = Path::new(archive).with_file_name(&needed.archive);
    let there = resolved.looked_up.is_file(&resolved.root, &beside);
    let path = Some(beside).filter(|_| there).map(|path| path.to_string_lossy().into_owned());
    let path = path.or_else(|| find(&needed.archive))?;
    let same = |library: &ResolvedLibrary| library.archive.as_deref() == Some(path.as_str());
    if let Some(known) = resolved.libraries.iter().position(same) {
        return Some(known);
    }
    resolved.libraries.push(ResolvedLibrary {
        name: needed.name.clone(),
        file_name: Library::new(&needed.name).file_name(),
        archive: Some(path),
        code: ResolvedCode::default(),
        link: Vec::new(),
        link_shared: Vec::new(),
        system_libraries: Vec::new(),
        keep_system_libraries: Vec::new(),
        link_args: Vec::new(),
        layer: resolved.libraries[user].layer,
    });
    Some(resolved.libraries.len() - 1)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::resolve::tests::tree::tree;
    use crate::{Config, Project, resolve};

    /// `libraries` are declared as archives that are there already, as `NAME:PATH`, or `NAME:PATH:LAYER`; `records` are
    /// `PATH` and the rest of a record. The compiler looks in `system` for archives.
    fn check(libraries: &[&str], files: &[&str], records: &[(&str, &str)], expected: Expect) {
        let root = tree(files);
        for (path, rest) in records {
            let text = format!(r#"{{"format": 1, "name": "x", {rest}}}"#);
            std::fs::write(root.path().join(path), text).unwrap();
        }
        let mut p = Project::new("p", root.path());
        for library in libraries {
            let words: Vec<&str> = library.split(':').collect();
            let library = Library::prebuilt(words[0], words[1]);
            p.add(words.get(2).map_or(library.clone(), |layer| library.layer(layer.parse().unwrap())));
        }
        let mut resolved = resolve(&p, &Config::default(), root.path()).unwrap();
        let system = root.path().join("system");
        let find = |file: &str| system.join(file).is_file().then(|| format!("system/{file}"));
        let problems = follow_records(&mut resolved, find);
        let show = |library: &ResolvedLibrary| {
            let ResolvedLibrary { name, link, layer, system_libraries, link_args, .. } = library;
            let archive = library.archive.as_deref().unwrap_or("nothing");
            format!(
                "{name} = {archive}: link {link:?} layer {layer} -l{system_libraries:?} {link_args:?}\n"
            )
        };
        let mut said: String = resolved.libraries.iter().map(show).collect();
        said.extend(problems.iter().map(|problem| format!("{problem}\n")));
        expected.assert_eq(&said);
    }

    const BASE: &str = r#""needs": [{"name": "base", "archive": "libbase.a"}]"#;

    #[test]
    fn what_a_record_needs_lies_beside_it_or_where_the_compiler_looks() {
        check(
            &["top:lib/libtop.a"],
            &["lib/libbase.a"],
            &[("lib/libtop.link.json", BASE)],
            expect![[r#"
                top = lib/libtop.a: link [1] layer 0 -l[] []
                base = lib/libbase.a: link [] layer 0 -l[] []
            "#]],
        );
        check(
            &["top:lib/libtop.a"],
            &["lib/x", "system/libbase.a"],
            &[("lib/libtop.link.json", BASE)],
            expect![[r#"
                top = lib/libtop.a: link [1] layer 0 -l[] []
                base = system/libbase.a: link [] layer 0 -l[] []
            "#]],
        );
        check(
            &["top:lib/libtop.a"],
            &["lib/x"],
            &[("lib/libtop.link.json", BASE)],
            expect![[r#"
                top = lib/libtop.a: link [] layer 0 -l[] []
                library "top": lib/libtop.link.json needs "base", and there is no libbase.a beside it
                  help: install that archive there, or declare Library::prebuilt("base", "PATH")
            "#]],
        );
    }

    #[test]
    fn what_is_declared_stands_in_and_an_archive_has_one_name() {
        check(
            &["top:lib/libtop.a", "base:mine/libbase.a"],
            &["lib/libbase.a", "mine/libbase.a"],
            &[("lib/libtop.link.json", BASE)],
            expect![[r#"
                top = lib/libtop.a: link [1] layer 0 -l[] []
                base = mine/libbase.a: link [] layer 0 -l[] []
            "#]],
        );
        check(
            &["top:lib/libtop.a", "ground:lib/libbase.a"],
            &["lib/libbase.a"],
            &[("lib/libtop.link.json", BASE)],
            expect![[r#"
                top = lib/libtop.a: link [1] layer 0 -l[] []
                ground = lib/libbase.a: link [] layer 0 -l[] []
            "#]],
        );
    }

    #[test]
    fn records_may_need_each_other_and_themselves() {
        let needs = r#""needs": [{"name": "base", "archive": "libbase.a"}, {"name": "top", "archive": "libtop.a"}]"#;
        check(
            &["top:lib/libtop.a"],
            &["lib/libbase.a", "lib/libtop.a"],
            &[("lib/libtop.link.json", needs), ("lib/libbase.link.json", needs)],
            expect![[r#"
                top = lib/libtop.a: link [1] layer 0 -l[] []
                base = lib/libbase.a: link [0] layer 0 -l[] []
            "#]],
        );
    }

    #[test]
    fn what_is_added_stands_in_the_highest_layer_of_those_who_need_it() {
        let core = r#""needs": [{"name": "core", "archive": "libcore.a"}]"#;
        check(
            &["low:lib/liblow.a:1", "high:lib/libhigh.a:3", "core:lib/libcore.a:2"],
            &["lib/libbase.a", "lib/libcore.a", "lib/libdeep.a"],
            &[
                ("lib/liblow.link.json", BASE),
                ("lib/libhigh.link.json", BASE),
                ("lib/libbase.link.json", core),
                ("lib/libcore.link.json", r#""needs": [{"name": "deep", "archive": "libdeep.a"}]"#),
            ],
            expect![[r#"
                low = lib/liblow.a: link [3] layer 1 -l[] []
                high = lib/libhigh.a: link [3] layer 3 -l[] []
                core = lib/libcore.a: link [4] layer 2 -l[] []
                base = lib/libbase.a: link [2] layer 3 -l[] []
                deep = lib/libdeep.a: link [] layer 2 -l[] []
            "#]],
        );
    }

    #[test]
    fn of_two_archives_of_one_name_none_is_chosen() {
        let expected = expect![[r#"
            left = one/libleft.a: link [2] layer 0 -l[] []
            right = two/libright.a: link [] layer 0 -l[] []
            base = one/libbase.a: link [] layer 0 -l[] []
            library "right": two/libright.link.json needs "base", and there are two: one/libbase.a and two/libbase.a
              help: say which: declare Library::prebuilt("base", "PATH")
        "#]];
        let records = [("one/libleft.link.json", BASE), ("two/libright.link.json", BASE)];
        let libraries = ["left:one/libleft.a", "right:two/libright.a"];
        check(&libraries, &["one/libbase.a", "two/libbase.a"], &records, expected);
        check(
            &libraries,
            &["one/libbase.a", "two/x"],
            &records,
            expect![[r#"
                left = one/libleft.a: link [2] layer 0 -l[] []
                right = two/libright.a: link [2] layer 0 -l[] []
                base = one/libbase.a: link [] layer 0 -l[] []
            "#]],
        );
    }

    #[test]
    fn what_the_project_says_comes_before_what_a_record_says() {
        let rest = r#""system_libraries": ["m", "dl"], "link_args": ["-Wl,-O1", "{archive}"]"#;
        let root = tree(&["lib/libtop.a", "lib/libown.a"]);
        for name in ["top", "own"] {
            let text = format!(r#"{{"format": 1, "name": "{name}", {rest}}}"#);
            std::fs::write(root.path().join(format!("lib/lib{name}.link.json")), text).unwrap();
        }
        let mut p = Project::new("p", root.path());
        p.add(Library::prebuilt("top", "lib/libtop.a").system_library("m"));
        p.add(Library::prebuilt("own", "lib/libown.a").link_args("-Wl,-O2"));
        let mut resolved = resolve(&p, &Config::default(), root.path()).unwrap();
        assert_eq!(follow_records(&mut resolved, |_| None), []);
        let [top, own] = &resolved.libraries[..] else { panic!("{:?}", resolved.libraries) };
        assert_eq!(
            (&top.system_libraries[..], &top.link_args[0][..]),
            (&["m".into(), "dl".into()][..], "-Wl,-O1")
        );
        assert_eq!((own.system_libraries.len(), &own.link_args[..]), (2, &["-Wl,-O2".to_owned()][..]));
    }

    #[test]
    fn a_record_that_cannot_be_read_is_a_problem_and_where_one_could_be_is_remembered() {
        let root = tree(&["lib/libtop.a", "lib/libtop.link.json", "lib/libother.a"]);
        let mut p = Project::new("p", root.path());
        p.add(Library::prebuilt("top", "lib/libtop.a"));
        p.add(Library::prebuilt("other", "lib/libother.a"));
        let mut resolved = resolve(&p, &Config::default(), root.path()).unwrap();
        let said: Vec<String> =
            follow_records(&mut resolved, |_| None).iter().map(Problem::to_string).collect();
        expect![[r#"
            library "top": lib/libtop.link.json: not a link record: EOF while parsing a value at line 1 column 0
              help: build that library again with a modpin of this version, or remove the record"#]]
        .assert_eq(&said.join("\n"));
        assert_eq!(resolved.looked_up.there, [Path::new("lib/libtop.link.json")]);
        assert_eq!(resolved.looked_up.missing, [Path::new("lib/libother.link.json")]);
    }
}
