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
        system_libraries: Vec::new(),
        link_args: Vec::new(),
        layer: resolved.libraries[user].layer,
    });
    Some(resolved.libraries.len() - 1)
}
