//! What a library needs, kept beside its archive (`libX.a`, `libX.link.json`), so that another project that links the archive
//! need not be told. docs/project-format.md describes the file.
//!
//! A record holds names of files, no places: what a library needs lies in the same directory, or where the compiler looks.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::declare::json;
use crate::resolve::resolved::ResolvedLibrary;
use crate::resolve::rules::wrong_name;

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

    /// The record in a file; `None` if there is no such file.
    pub(crate) fn read(path: &Path) -> Result<Option<LinkRecord>, String> {
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
        let wrong = |error: serde_json::Error| format!("not a link record: {error}");
        let format = json::format(text).map_err(wrong)?;
        if format != FORMAT {
            return Err(format!("link record format {format} is not one that this modpin reads"));
        }
        let record: LinkRecord = json::read(text).map_err(wrong)?;
        record.needs.iter().try_for_each(Needed::check)?;
        Ok(record)
    }
}

impl Needed {
    /// Its words become paths: a record cannot lead out of the directories that it speaks of.
    fn check(&self) -> Result<(), String> {
        let Needed { name, archive } = self;
        if let Some(cause) = wrong_name(name) {
            return Err(format!("not a link record: in its need of {name:?}, {cause}"));
        }
        match Path::new(archive).file_name().is_some_and(|file| file == archive.as_str()) {
            true => Ok(()),
            false => Err(format!("not a link record: {archive:?} is not the name of a file")),
        }
    }
}
