//! Archives: in-tree ones are made of objects, others are there already; the symbols of each are read.

use modpin_engine::FileId;
use modpin_project::{LinkRecord, Needed, ResolvedLibrary};

use super::compiled::Compiled;
use super::planned::{PlannedTarget, TargetKind};
use super::planner::{NewAction, Planner};
use crate::error::Result;
use crate::layout::Flavour;
use crate::steps::{BuildStep, Verb, WriteArchive, WriteIndex, WriteLinkRecords};

/// An archive, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct PlannedLibrary {
    /// The archive.
    pub archive: FileId,
    /// Its symbols.
    pub symbols: FileId,
    /// What else a link of it reads, if somebody else made it: a digest of a thin archive's members. Linkers do not
    /// write these into their depfiles.
    pub members: Option<FileId>,
}

impl Planner<'_> {
    pub(super) fn libraries(&mut self) -> Result<Vec<PlannedLibrary>> {
        let resolved = self.resolved;
        let mut planned = Vec::new();
        for library in &resolved.libraries {
            let archive = self.archive(library, Flavour::Program)?;
            let (symbols, members) = match library.archive {
                Some(_) => self.index_of_thin(&library.file_name, archive)?,
                None => (self.index(&library.file_name, &[(archive, String::new())])?, None),
            };
            let (name, kind, files) = (library.name.clone(), TargetKind::Library, vec![archive]);
            self.targets.push(PlannedTarget { name, kind, files, checks: vec![] });
            planned.push(PlannedLibrary { archive, symbols, members });
        }
        Ok(planned)
    }

    /// The archive in one flavour. An archive that was there already has only one.
    pub(super) fn archive(&mut self, library: &ResolvedLibrary, flavour: Flavour) -> Result<FileId> {
        if let Some(path) = &library.archive {
            return Ok(self.graph.file(path));
        }
        let path = self.layout.archive(&library.file_name, flavour);
        if let Some(file) = self.graph.find(&path) {
            return Ok(file);
        }
        let objects = self.compile(&Compiled::of_library(library, flavour))?;
        let work = BuildStep::WriteArchive(WriteArchive).into_work();
        let (label, inputs) = (path.clone(), objects);
        self.add_one(NewAction {
            verb: Verb::Archiving,
            label,
            work,
            inputs,
            outputs: &[path],
            depfile: None,
        })
    }

    /// What other projects need to know to link the archives that are built here. It wants the symbols of all, so a build of one
    /// library is none of it.
    pub(super) fn link_records(&mut self, libraries: &[PlannedLibrary]) -> Result<Vec<FileId>> {
        let all = &self.resolved.libraries;
        let built = all.iter().enumerate().filter(|(_, library)| library.archive.is_none());
        let records: Vec<(usize, LinkRecord)> =
            built.map(|(at, library)| (at, LinkRecord::of(library, self.resolved))).collect();
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let path = |at: usize| self.layout.archive(&all[at].file_name, Flavour::Program);
        let paths = records.iter().map(|(at, _)| LinkRecord::beside(&path(*at)));
        let paths: Vec<String> = paths.collect();
        let inputs = match all.len() {
            // There is nobody whom it could need.
            1 => Vec::new(),
            _ => libraries.iter().map(|library| library.symbols).collect(),
        };
        let step = WriteLinkRecords { libraries: all.iter().map(Needed::of).collect(), records };
        let (label, work) = (paths[0].clone(), BuildStep::WriteLinkRecords(step).into_work());
        self.add(NewAction { verb: Verb::Writing, label, work, inputs, outputs: &paths, depfile: None })
    }

    /// The symbols of some files. An object goes by the name that is given for it, members of an archive
    /// by their own.
    pub(super) fn index(&mut self, name: &str, files: &[(FileId, String)]) -> Result<FileId> {
        let path = self.layout.link(name, "syms");
        let (inputs, names) = files.iter().cloned().unzip();
        let work = BuildStep::WriteIndex(WriteIndex { names, members: false }).into_work();
        let label = path.clone();
        self.add_one(NewAction {
            verb: Verb::Indexing,
            label,
            work,
            inputs,
            outputs: &[path],
            depfile: None,
        })
    }

    /// The symbols of an archive that may be thin, and a digest of its members.
    fn index_of_thin(&mut self, name: &str, archive: FileId) -> Result<(FileId, Option<FileId>)> {
        let outputs = ["syms", "members"].map(|kind| self.layout.link(name, kind));
        let step = WriteIndex { names: vec![String::new()], members: true };
        let work = BuildStep::WriteIndex(step).into_work();
        let (label, inputs) = (outputs[0].clone(), vec![archive]);
        let files = self.add(NewAction {
            verb: Verb::Indexing,
            label,
            work,
            inputs,
            outputs: &outputs,
            depfile: None,
        })?;
        Ok((files[0], Some(files[1])))
    }
}
