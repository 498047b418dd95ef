//! What a library needs, kept beside its archive (`libX.a`, `libX.link.json`), so that another project that links the archive
//! need not be told. docs/project-format.md describes the file.
//!
//! A record holds names of files, no places: what a library needs lies in the same directory, or where the compiler looks.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::resolved::{Resolved, ResolvedCode, ResolvedLibrary};

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
        let Numbered { format } = crate::json::read(text).map_err(json)?;
        if format != FORMAT {
            return Err(format!("link record format {format} is not one that this modpin reads"));
        }
        crate::json::read(text).map_err(json)
    }
}

/// Gives every archive that was there already what the record beside it says. What a record needs and the project does not
/// declare is added as a library. `find` knows where the compiler looks for a file.
pub(crate) fn follow(resolved: &mut Resolved, find: impl Fn(&str) -> Option<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut at = 0;
    // The list grows while we walk it: what is added may have a record itself.
    while at < resolved.libraries.len() {
        if let Some(archive) = resolved.libraries[at].archive.clone() {
            let path = LinkRecord::beside(&archive);
            let title = format!("library {:?}: {path}", resolved.libraries[at].name);
            resolved.looked_up.is_file(&resolved.root, Path::new(&path));
            match LinkRecord::read(&resolved.root.join(&path)) {
                Ok(None) => {}
                Ok(Some(record)) => {
                    let record = Found { record, archive: &archive, title: &title };
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
    problems
}

struct Found<'a> {
    record: LinkRecord,
    archive: &'a str,
    title: &'a str,
}

fn apply(
    resolved: &mut Resolved,
    at: usize,
    found: &Found<'_>,
    find: &impl Fn(&str) -> Option<String>,
    problems: &mut Vec<Problem>,
) {
    let Found { record, archive, title } = found;
    for needed in &record.needs {
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
        file_name: crate::Library::new(&needed.name).file_name(),
        archive: Some(path),
        code: ResolvedCode::default(),
        link: Vec::new(),
        system_libraries: Vec::new(),
        link_args: Vec::new(),
        layer: resolved.libraries[user].layer,
    });
    Some(resolved.libraries.len() - 1)
}
