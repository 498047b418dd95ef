//! What a library needs, kept beside its archive (`libX.a`, `libX.link.json`), so that another project that links the archive
//! need not be told. docs/project-format.md describes the file.
//!
//! A record holds names of files, no places: what a library needs lies in the same directory, or where the compiler looks.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::resolve::resolved::{Resolved, ResolvedCode, ResolvedLibrary};

/// The format number of the records that this version writes and reads.
const FORMAT: u32 = 1;

/// What a library needs to be linked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkRecord {
    format: u32,
    /// The library's name.
    pub name: String,
    /// The libraries that it declares to need, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Needed>,
    /// System libraries, as after `-l`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system_libraries: Vec<String>,
    /// What stands in the archive's place in a link.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link_args: Vec<String>,
}

/// A library that another one needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needed {
    /// The library's name.
    pub name: String,
    /// Its archive's file name.
    pub archive: String,
}

impl LinkRecord {
    /// The record of a library among all of its project.
    pub fn of(library: &ResolvedLibrary, all: &[ResolvedLibrary]) -> LinkRecord {
        let needs = library.link.iter().map(|&needed| &all[needed]).map(|needed| {
            let archive = needed.archive.as_deref().unwrap_or(&needed.file_name);
            let archive = archive.rsplit('/').next().unwrap_or(archive);
            Needed { name: needed.name.clone(), archive: archive.to_owned() }
        });
        LinkRecord {
            format: FORMAT,
            name: library.name.clone(),
            needs: needs.collect(),
            system_libraries: library.system_libraries.clone(),
            link_args: library.link_args.clone(),
        }
    }

    /// Where the record of an archive is: `lib/libX.a` has `lib/libX.link.json`.
    pub fn beside(archive: &str) -> String {
        format!("{}.link.json", archive.strip_suffix(".a").unwrap_or(archive))
    }

    fn read(path: &Path) -> Result<Option<LinkRecord>, String> {
        match std::fs::read_to_string(path) {
            Ok(text) => LinkRecord::from_json(&text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("cannot read it: {error}")),
        }
    }

    /// Reads a record from JSON text.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn from_json(text: &str) -> Result<LinkRecord, String> {
        #[derive(Deserialize)]
        struct Numbered {
            format: u32,
        }
        let json = |error: serde_json::Error| format!("not a link record: {error}");
        let Numbered { format } = crate::declare::json::read(text).map_err(json)?;
        if format != FORMAT {
            return Err(format!("link record format {format} is not one that this modpin reads"));
        }
        let record: LinkRecord = crate::declare::json::read(text).map_err(json)?;
        record.needs.iter().try_for_each(Needed::check)?;
        Ok(record)
    }
}

impl Needed {
    /// Its words become paths: a record cannot lead out of the directories that it speaks of.
    fn check(&self) -> Result<(), String> {
        let Needed { name, archive } = self;
        if let Some(cause) = crate::resolve::rules::wrong_name(name) {
            return Err(format!("not a link record: in its need of {name:?}, {cause}"));
        }
        match Path::new(archive).file_name().is_some_and(|file| file == archive.as_str()) {
            true => Ok(()),
            false => Err(format!("not a link record: {archive:?} is not the name of a file")),
        }
    }
}

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
        file_name: crate::declare::library::Library::new(&needed.name).file_name(),
        archive: Some(path),
        code: ResolvedCode::default(),
        link: Vec::new(),
        system_libraries: Vec::new(),
        link_args: Vec::new(),
        layer: resolved.libraries[user].layer,
    });
    Some(resolved.libraries.len() - 1)
}
