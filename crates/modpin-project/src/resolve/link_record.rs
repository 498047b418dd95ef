//! What a library needs, kept beside its archive (`libX.a`, `libX.link.json`), so that another project that links the archive
//! need not be told. docs/project-format.md describes the file.
//!
//! A record holds names of files, no places: what a library needs lies in the same directory, or where the compiler looks.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::declare::json;
use crate::resolve::broken::names::wrong_name;
use crate::resolve::resolved::{Resolved, ResolvedLibrary};

/// The format number of the records that this version writes and reads.
const FORMAT: u32 = 1;

/// What a library needs to be linked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkRecord {
    format: u32,
    /// The library's name.
    pub name: String,
    /// The libraries that it declares to need, in order; then those of which its symbols show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Needed>,
    /// System libraries, as after `-l`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system_libraries: Vec<String>,
    /// The same of those that stay though nothing needs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep_system_libraries: Vec<String>,
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
    pub fn of(library: &ResolvedLibrary, resolved: &Resolved) -> LinkRecord {
        let all = &resolved.libraries;
        // For other projects, a shared library of this one is one that the compiler finds.
        let shared = library.link_shared.iter().map(|&at| resolved.shared_libraries[at].linker_name());
        let system = library.system_libraries.iter().cloned().chain(shared);
        let needs = library.link.iter().map(|&needed| Needed::of(&all[needed]));
        LinkRecord {
            format: FORMAT,
            name: library.name.clone(),
            needs: needs.collect(),
            system_libraries: system.collect(),
            keep_system_libraries: library.keep_system_libraries.clone(),
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
    /// A library of a project, as others need it.
    pub fn of(library: &ResolvedLibrary) -> Needed {
        let archive = library.archive.as_deref().unwrap_or(&library.file_name);
        let archive = archive.rsplit('/').next().unwrap_or(archive);
        Needed { name: library.name.clone(), archive: archive.to_owned() }
    }

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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::{Config, Library, Project, resolve};

    fn check_refused(needs: &str, expected: Expect) {
        let text = format!(r#"{{"format": 1, "name": "x", "needs": [{needs}]}}"#);
        expected.assert_eq(&LinkRecord::from_json(&text).unwrap_err());
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("x.c"), "").unwrap();
        let mut p = Project::new("p", root.path());
        let given = p.add(Library::prebuilt("given", "lib/libgiven-2.a"));
        let base = p.add(Library::new("sub/base").sources("x.c"));
        let top = Library::new("top").sources("x.c").link([given, base]).system_library("m");
        p.add(top.link_args(["-Wl,-O1", "{archive}"]));
        let resolved = resolve(&p, &Config::default(), root.path()).unwrap();
        let record = LinkRecord::of(&resolved.libraries[2], &resolved);
        let text = serde_json::to_string(&record).unwrap();
        expect![[
            r#"{"format":1,"name":"top","needs":[{"name":"given","archive":"libgiven-2.a"},{"name":"sub/base","archive":"libbase.a"}],"system_libraries":["m"],"link_args":["-Wl,-O1","{archive}"]}"#
        ]]
        .assert_eq(&text);
        assert_eq!(LinkRecord::from_json(&text), Ok(record));
    }

    #[test]
    fn a_need_cannot_lead_out_of_its_directory() {
        check_refused(
            r#"{"name": "../../up", "archive": "libup.a"}"#,
            expect![[r#"not a link record: in its need of "../../up", the name has the part "..""#]],
        );
        check_refused(
            r#"{"name": "ok", "archive": "libok.a"}, {"name": "up", "archive": "/lib/libup.a"}"#,
            expect![[r#"not a link record: "/lib/libup.a" is not the name of a file"#]],
        );
        check_refused(
            r#"{"name": "up", "archive": ".."}"#,
            expect![[r#"not a link record: ".." is not the name of a file"#]],
        );
    }

    #[test]
    fn another_format_is_refused_whatever_else_it_holds() {
        expect!["link record format 2 is not one that this modpin reads"]
            .assert_eq(&LinkRecord::from_json(r#"{"format": 2, "news": 1}"#).unwrap_err());
        let unknown = LinkRecord::from_json(r#"{"format": 1, "name": "x", "news": 1}"#).unwrap_err();
        assert!(unknown.starts_with("not a link record: unknown field `news`"), "{unknown}");
    }

    #[test]
    fn a_record_lies_beside_its_archive_and_may_be_absent() {
        assert_eq!(LinkRecord::beside("lib/libX.a"), "lib/libX.link.json");
        assert_eq!(LinkRecord::beside("lib/X"), "lib/X.link.json");
        let root = tempfile::tempdir().unwrap();
        assert_eq!(LinkRecord::read(&root.path().join("x.link.json")), Ok(None));
        let unreadable = LinkRecord::read(root.path()).unwrap_err();
        assert!(unreadable.starts_with("cannot read it: "), "{unreadable}");
    }
}
