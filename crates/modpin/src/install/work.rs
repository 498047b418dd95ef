//! One installation: what is there is compared with what shall be, and what differs is put in place. What an earlier one has put
//! and this one has not goes.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use modpin_engine::Hash;
use modpin_project::Problem;

use super::dirs::{InstallDirs, file_name};
use super::entry::{Entry, What};
use super::modules::installed_modules;
use super::put::{Content, make_dirs, remove};
use super::record::{Record, RecordedFile};
use super::treat::{Linked, Treatment};
use crate::error::{Error, Result};

/// What is to be done.
pub struct Installation<'a> {
    /// What is installed, in order.
    pub entries: &'a [Entry],
    /// What messages and the record call the project.
    pub project: &'a str,
    /// Where.
    pub dirs: &'a InstallDirs,
    /// Where all of it is put for now.
    pub destdir: Option<&'a Path>,
    /// Where relative paths of sources start.
    pub root: &'a Path,
    /// What becomes of linked files.
    pub treatment: &'a Treatment,
    /// Changes are told, and not made.
    pub dry_run: bool,
}

/// Something that was done, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub kind: ChangeKind,
    /// Where, without DESTDIR.
    pub path: String,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was put there.
    Installed,
    /// It was put in the place of something that no installation of this project had put there.
    Replaced,
    /// It was taken away.
    Removed,
    /// It stays: something else is in its place.
    Kept,
}

/// Brings what is installed up to date.
///
/// # Errors
/// What cannot be put there, before anything is; what the disk refuses.
pub fn install(installation: &Installation<'_>, hear: &mut dyn FnMut(&Change)) -> Result<()> {
    let record = installation.at(&installation.dirs.record(installation.project));
    let old = Record::read(&record)?;
    let known = old.clone().unwrap_or_else(|| Record::new(installation.project));
    let debug = installation.checked()?;
    let mut at_work = AtWork {
        it: installation,
        next: Record { files: Vec::new(), ..known.clone() },
        paths: installation.entries.iter().map(|entry| entry.path.clone()).chain(debug).collect(),
        has_begun: false,
        record,
        known,
        hear,
    };
    at_work.remove_begun()?;
    for entry in installation.entries {
        at_work.entry(entry)?;
    }
    at_work.remove_old()?;
    at_work.finish(old.as_ref())
}

impl Installation<'_> {
    /// Where a path is for now.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        at(self.destdir, path)
    }

    /// Where the file is that something is made of.
    fn source(&self, from: &str) -> PathBuf {
        self.root.join(from)
    }

    /// Looks for whatever can be known to be in the way. Tells where debug information will be.
    fn checked(&self) -> Result<Vec<String>> {
        let (mut problems, mut debug) = (Vec::new(), Vec::new());
        for entry in self.entries {
            if let What::Built { from, is_archive: false, .. } = &entry.what
                && self.treatment.split_debug
                && let Ok(bytes) = std::fs::read(self.source(from))
            {
                let name = self.treatment.debug_name(&self.source(from), &bytes)?;
                debug.extend(name.map(|name| self.debug_path(&name)));
            }
            let path = self.at(&entry.path);
            if path.is_dir() && !path.is_symlink() {
                problems.push(Problem::new(
                    format!("{}: {} is a directory", entry.by, path.display()),
                    "move it away, or choose another directory",
                ));
            }
        }
        if problems.is_empty() { Ok(debug) } else { Err(Error::Declaration(problems)) }
    }

    /// Where debuggers look for debug information by build id.
    fn debug_path(&self, name: &str) -> String {
        format!("{}/lib/debug/.build-id/{name}", self.dirs.prefix)
    }
}

/// Where a path is for now.
pub(super) fn at(destdir: Option<&Path>, path: &str) -> PathBuf {
    destdir.map_or_else(|| PathBuf::from(path), |dir| dir.join(path.trim_start_matches('/')))
}

/// What is written beside a file before it is renamed.
pub(super) fn begun(path: &Path, project: &str) -> PathBuf {
    path.with_file_name(format!(".{}.modpin-new", file_name(project)))
}

struct AtWork<'a> {
    it: &'a Installation<'a>,
    record: PathBuf,
    known: Record,
    next: Record,
    /// All that will be installed.
    paths: BTreeSet<String>,
    /// The record says what may come.
    has_begun: bool,
    hear: &'a mut dyn FnMut(&Change),
}

impl AtWork<'_> {
    /// What an installation that was killed was writing.
    fn remove_begun(&mut self) -> Result<()> {
        let known = self.known.files.iter().map(|file| file.path.as_str());
        let paths = known.chain(self.paths.iter().map(String::as_str)).map(|path| self.it.at(path));
        let all: BTreeSet<PathBuf> = paths.map(|path| begun(&path, self.it.project)).collect();
        for path in all.iter().filter(|_| !self.it.dry_run) {
            remove(path).map_err(|error| Error::io(path, "remove", error))?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry) -> Result<()> {
        let io = |path: &Path, error| Error::io(path, "read what is to be installed", error);
        match &entry.what {
            What::Link { to } => self.put(&entry.path, "", &Content::Link(to)),
            What::Text { text } => {
                let content = Content::Bytes { bytes: text.as_bytes(), executable: false };
                self.put(&entry.path, "", &content)
            }
            What::File { from } | What::Built { from, .. } => {
                let source = self.it.source(from);
                let stat = match std::fs::metadata(&source) {
                    Err(_) if self.it.dry_run => {
                        self.change(ChangeKind::Installed, &entry.path);
                        return Ok(());
                    }
                    stat => stat.map_err(|error| io(&source, error))?,
                };
                let executable = stat.permissions().mode() & 0o111 != 0;
                let bytes = std::fs::read(&source).map_err(|error| io(&source, error))?;
                match &entry.what {
                    What::Built { is_archive, run_path, .. } => {
                        let run_path = run_path.as_ref();
                        let debug_name = match is_archive {
                            true => None,
                            false => self.it.treatment.debug_name(&source, &bytes)?,
                        };
                        let linked = Linked {
                            path: &source,
                            bytes,
                            is_archive: *is_archive,
                            run_path,
                            debug_name,
                        };
                        self.linked(&entry.path, linked, executable)
                    }
                    _ => self.put(&entry.path, "", &Content::Bytes { bytes: &bytes, executable }),
                }
            }
            What::Modules(places) => {
                let source = self.it.source(&places.from);
                let built = match std::fs::read(&source) {
                    Err(_) if self.it.dry_run => {
                        self.change(ChangeKind::Installed, &entry.path);
                        return Ok(());
                    }
                    built => built.map_err(|error| io(&source, error))?,
                };
                let text = installed_modules(&built, places)?;
                self.put(&entry.path, "", &Content::Bytes { bytes: &text, executable: false })
            }
        }
    }

    /// A linked file, with its debug information. What was made of the same file in the same way, and is as it was, stays.
    fn linked(&mut self, path: &str, linked: Linked<'_>, executable: bool) -> Result<()> {
        let key = self.it.treatment.key(linked.run_path);
        let from = Hash::of(format!("{} {key}", Hash::of(&linked.bytes)).as_bytes()).to_string();
        let debug = linked.debug_name.as_deref().map(|name| self.it.debug_path(name));
        let all: Vec<&str> = [Some(path), debug.as_deref()].into_iter().flatten().collect();
        if all.iter().all(|path| self.stays(path, &from)) {
            let same = all.iter().filter_map(|path| self.known.file(path)).cloned();
            self.next.files.extend(same.collect::<Vec<_>>());
            return Ok(());
        }
        let (bytes, split) = self.it.treatment.apply(linked)?;
        if let (Some(path), Some(split)) = (debug, split) {
            self.put(&path, &from, &Content::Bytes { bytes: &split, executable: false })?;
        }
        self.put(path, &from, &Content::Bytes { bytes: &bytes, executable })
    }

    /// Whether a file was made so, and is as it was.
    fn stays(&self, path: &str, from: &str) -> bool {
        let made = self.known.file(path).filter(|file| file.from == from);
        let there = || std::fs::read(self.it.at(path)).ok().map(|bytes| Hash::of(&bytes).to_string());
        made.is_some_and(|file| there().is_some_and(|content| content == file.content))
            && !self.it.at(path).is_symlink()
    }

    fn put(&mut self, path: &str, from: &str, content: &Content<'_>) -> Result<()> {
        let there = self.it.at(path);
        let digest = match content {
            Content::Bytes { bytes, .. } => Hash::of(bytes).to_string(),
            Content::Link(_) => String::new(),
        };
        self.next.files.push(RecordedFile { path: path.into(), from: from.into(), content: digest });
        if content.is_at(&there) {
            return Ok(());
        }
        let is_new = self.known.file(path).is_none() && std::fs::symlink_metadata(&there).is_ok();
        if !self.it.dry_run {
            self.begin()?;
            self.dirs_of(&there)?;
            let done = content.put(&there, &begun(&there, self.it.project));
            done.map_err(|error| Error::io(&there, "install", error))?;
        }
        self.change(if is_new { ChangeKind::Replaced } else { ChangeKind::Installed }, path);
        Ok(())
    }

    fn change(&mut self, kind: ChangeKind, path: &str) {
        (self.hear)(&Change { kind, path: path.to_owned() });
    }

    /// Says in the record what may come, once.
    fn begin(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.has_begun, true) {
            return Ok(());
        }
        let mut all = self.known.clone();
        let new = self.paths.iter().filter(|path| self.known.file(path).is_none());
        all.files.extend(new.map(|path| RecordedFile { path: path.clone(), ..RecordedFile::default() }));
        self.write(&all)
    }

    fn write(&mut self, record: &Record) -> Result<()> {
        let path = self.record.clone();
        self.dirs_of(&path)?;
        let text = Record { dirs: self.next.dirs.clone(), ..record.clone() }.text();
        let content = Content::Bytes { bytes: &text, executable: false };
        let done = content.put(&path, &begun(&path, self.it.project));
        done.map_err(|error| Error::io(&path, "write what is installed", error))
    }

    fn dirs_of(&mut self, path: &Path) -> Result<()> {
        let Some(dir) = path.parent() else { return Ok(()) };
        let made = make_dirs(dir).map_err(|error| Error::io(dir, "make the directory", error))?;
        let root = self.it.destdir.unwrap_or(Path::new("/"));
        for dir in made.iter().filter_map(|dir| dir.strip_prefix(root).ok()) {
            let dir = format!("/{}", dir.to_string_lossy());
            if dir != "/" && !self.next.dirs.contains(&dir) {
                self.next.dirs.push(dir);
            }
        }
        Ok(())
    }

    fn remove_old(&mut self) -> Result<()> {
        let old = self.known.files.iter().filter(|file| !self.paths.contains(&file.path));
        for path in old.map(|file| file.path.clone()).collect::<Vec<_>>() {
            if !self.it.dry_run {
                self.begin()?;
            }
            let kind = taken_away(&self.it.at(&path), self.it.dry_run)?;
            kind.into_iter().for_each(|kind| self.change(kind, &path));
        }
        if !self.it.dry_run {
            let destdir = self.it.destdir;
            self.next.dirs.retain(|dir| at(destdir, dir).is_dir());
            remove_empty(&mut self.next.dirs, destdir);
        }
        Ok(())
    }

    fn finish(mut self, old: Option<&Record>) -> Result<()> {
        if self.it.dry_run || (!self.has_begun && old == Some(&self.next)) {
            return Ok(());
        }
        let record = self.next.clone();
        self.write(&record)?;
        // It may have made its own directory.
        if self.next.dirs != record.dirs { self.write(&record) } else { Ok(()) }
    }
}

/// Takes a file away that an installation has put there; nothing if it is not there.
pub(super) fn taken_away(path: &Path, dry_run: bool) -> Result<Option<ChangeKind>> {
    let Ok(stat) = std::fs::symlink_metadata(path) else { return Ok(None) };
    if stat.is_dir() {
        return Ok(Some(ChangeKind::Kept));
    }
    if !dry_run {
        remove(path).map_err(|error| Error::io(path, "remove", error))?;
    }
    Ok(Some(ChangeKind::Removed))
}

/// Removes directories that hold nothing any more, inner ones first.
pub(super) fn remove_empty(dirs: &mut Vec<String>, destdir: Option<&Path>) {
    let mut inner_first: Vec<String> = dirs.clone();
    inner_first.sort_by_key(|dir| std::cmp::Reverse(dir.len()));
    for dir in inner_first {
        if std::fs::remove_dir(at(destdir, &dir)).is_ok() {
            dirs.retain(|other| *other != dir);
        }
    }
}
