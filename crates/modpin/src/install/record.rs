//! The record of an installation, which lies in it: what was put where, so that the next one takes away what is no longer there,
//! and `uninstall` all of it. Written before the first change with everything that may come, so that who is killed leaves
//! nothing that nobody knows.

use std::path::{Component, Path};

use modpin_engine::read_file;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

const FORMAT: u32 = 1;

/// What is installed of a project. Paths are absolute, without DESTDIR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub(super) format: u32,
    /// The project.
    pub project: String,
    /// Files and links.
    pub files: Vec<RecordedFile>,
    /// Directories that were made for them, outer ones first.
    pub dirs: Vec<String>,
}

/// A file or a link of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedFile {
    /// Where it is.
    pub path: String,
    /// The digest of what it was made from and how; empty if it may not be there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The digest of what it holds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
}

impl Record {
    /// Nothing is installed.
    pub fn new(project: &str) -> Record {
        Record { format: FORMAT, project: project.to_owned(), files: Vec::new(), dirs: Vec::new() }
    }

    /// What a file says; `None` if it is not there.
    ///
    /// # Errors
    /// A file that cannot be read, that is none, or that names what no installation has.
    pub fn read(path: &Path) -> Result<Option<Record>> {
        let text = match read_file(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(path, "read what is installed", error)),
        };
        let wrong = |why: String| {
            let help = "remove it, and by hand what is installed, or restore it";
            Error::Input {
                path: path.to_owned(),
                why: format!("no record of an installation: {why}\n  help: {help}"),
            }
        };
        let record: Record = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        if record.format != FORMAT {
            return Err(wrong(format!("its format is {}, this modpin knows {FORMAT}", record.format)));
        }
        let mut named = record.files.iter().map(|file| &file.path).chain(&record.dirs);
        match named.find(|path| !is_plain(path)) {
            Some(path) => Err(wrong(format!("it names {path:?}"))),
            None => Ok(Some(record)),
        }
    }

    /// As it is written.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// What it says of a path.
    pub fn file(&self, path: &str) -> Option<&RecordedFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

/// Whether a path is absolute and leads down only.
fn is_plain(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    parts.next() == Some(Component::RootDir) && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_record_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("p.json");
        assert_eq!(Record::read(&path).expect("nothing"), None);
        let mut record = Record::new("p");
        record.files.push(RecordedFile { path: "/usr/bin/p".into(), ..RecordedFile::default() });
        std::fs::write(&path, record.text()).expect("written");
        assert_eq!(Record::read(&path).expect("a record"), Some(record.clone()));
        for wrong in ["usr/bin/p", "/usr/../etc/passwd", "/usr/lib/../../etc/x", ""] {
            record.files[0].path = wrong.into();
            std::fs::write(&path, record.text()).expect("written");
            let said = Record::read(&path).expect_err("refused").to_string();
            assert!(said.contains(&format!("it names {wrong:?}")), "{said}");
        }
        for text in ["", "[]", "{\"format\":2,\"project\":\"p\",\"files\":[],\"dirs\":[]}"] {
            std::fs::write(&path, text).expect("written");
            assert!(Record::read(&path).is_err(), "{text}");
        }
    }
}
