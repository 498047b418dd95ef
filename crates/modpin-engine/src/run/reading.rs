//! What a command has read: what its depfiles name, what it passed over, and what it tells nobody. Runs on any thread.

use std::collections::HashMap;
use std::path::Path;

use crate::check::search_path::SearchPath;
use crate::graph::step::{Discovered, How};
use crate::graph::untold::{Told, Untold};
use crate::graph::{Action, Command, Graph, Search};
use crate::run::depfile;
use crate::run::event::Failure;
use crate::run::partial::Partial;
use crate::world::disk::{Disk, nothing_there};
use crate::world::spelling::{Spelled, Spelling};
use crate::world::values::value_of;

/// What is at hand to find out.
pub struct Reading<'a> {
    pub graph: &'a Graph,
    pub disk: &'a dyn Disk,
    pub spelling: &'a Spelling<'a>,
    pub untold: Option<&'a dyn Untold>,
    /// Where outputs and depfiles lie until they are whole.
    pub partial: &'a Partial<'a>,
    /// Somebody wants to know whether the result could be used again elsewhere.
    pub for_cache: bool,
}

/// What a command has read.
#[derive(Default)]
pub struct Read {
    pub files: Vec<Discovered>,
    /// Why the same files might give something else another time, if somebody wanted to know.
    pub fleeting: Option<String>,
}

impl Reading<'_> {
    /// What a command has read, as far as it is known.
    pub fn of(&self, action: &Action, command: &Command) -> Result<Read, Failure> {
        let mut found = match action.told_depfile() {
            Some(path) => self.depfile(action, path)?,
            None => Vec::new(),
        };
        if command.stage.is_some() {
            return Ok(Read { files: found, fleeting: None });
        }
        let further = self.further(action)?;
        let (beyond, fleeting) = self.untold(action, command, &found, further.as_deref());
        self.take_in_part(&mut found, &beyond);
        found.extend(beyond);
        found.extend(further.into_iter().flatten());
        if let Some(search) = action.search() {
            let passed = self.passed(action, search, &found);
            found.extend(passed);
        }
        Ok(Read { files: found, fleeting })
    }

    /// What a program behind the command has read; `None` when it did not run, or does not tell.
    fn further(&self, action: &Action) -> Result<Option<Vec<Discovered>>, Failure> {
        let Some(path) = action.further_depfile() else { return Ok(None) };
        // The command may have been answered from a cache.
        if !self.is_there(&self.partial.path(&path)) {
            return Ok(None);
        }
        let mut names = self.depfile(action, &path)?;
        names.retain(|found| self.is_there(&found.path));
        Ok(Some(names))
    }

    /// What the command has read and tells nobody; why its result is good for now only.
    fn untold(
        &self,
        action: &Action,
        command: &Command,
        found: &[Discovered],
        further: Option<&[Discovered]>,
    ) -> (Vec<Discovered>, Option<String>) {
        let Some(untold) = self.untold else { return (Vec::new(), None) };
        let paths = |found: &[Discovered]| -> Vec<String> {
            let read = found.iter().filter(|found| found.how == How::Read);
            read.map(|found| self.spelling.of(&found.path).path).collect()
        };
        let (paths, further) = (paths(found), further.map(paths));
        let declared = action.inputs.iter().map(|&input| self.graph.path(input));
        let read: Vec<&str> = declared.chain(paths.iter().map(String::as_str)).collect();
        let further: Option<Vec<&str>> =
            further.as_ref().map(|further| further.iter().map(String::as_str).collect());
        let told =
            Told { command, read: &read, declared: action.inputs.len(), further: further.as_deref() };
        let fleeting = if self.for_cache { untold.fleeting(&told, self.disk) } else { None };
        (untold.beyond(&told, self.disk), fleeting)
    }

    /// What the depfile names, and what counts in part only.
    fn take_in_part(&self, found: &mut [Discovered], beyond: &[Discovered]) {
        let in_part = beyond.iter().filter(|beyond| beyond.how == How::InPart);
        let in_part: Vec<&str> = in_part.map(|beyond| beyond.path.as_str()).collect();
        if in_part.is_empty() {
            return;
        }
        for read in found.iter_mut().filter(|found| found.how == How::Read) {
            if in_part.contains(&self.spelling.of(&read.path).path.as_str()) {
                read.how = How::InPart;
            }
        }
    }

    fn is_there(&self, path: &str) -> bool {
        self.disk.stat(path).is_ok_and(|found| found.is_some())
    }

    fn depfile(&self, action: &Action, path: &str) -> Result<Vec<Discovered>, Failure> {
        let (disk, partial) = (self.disk, self.partial.path(path));
        let not_written =
            || Failure::unfinished(format!("it succeeded but did not write its depfile {path}"));
        let bytes = disk.read(&partial).map_err(|error| match nothing_there(&error) {
            true => not_written(),
            false => Failure::io("read the depfile", path)(error),
        })?;
        // One that was laid ready is written over by the next action: an empty one may be that.
        let was_laid = action.stage().is_none() && action.told_depfile() == Some(path);
        if bytes.is_empty() && was_laid {
            return Err(not_written());
        }
        if !(was_laid && disk.empty(&partial)) {
            disk.remove(&partial).map_err(Failure::io("remove", path))?;
        }
        let Ok(text) = std::str::from_utf8(&bytes) else {
            let shown = String::from_utf8_lossy(&bytes);
            let name = shown.split_whitespace().find(|word| word.contains('\u{fffd}')).unwrap_or("");
            let message =
                format!("{name}: it reads this file, whose name is not UTF-8\n  help: rename it");
            return Err(Failure::unfinished(message));
        };
        let root = disk.absolute("");
        // A tool writes what it calls a file, and that is from where it runs.
        let dir =
            action.stage().and_then(|stage| stage.dir.as_deref()).map(|dir| self.partial.own_dir(dir));
        let discovered = |path: String| {
            let path = match &dir {
                Some(dir) if !path.starts_with('/') => format!("{dir}/{path}"),
                _ => path,
            };
            // A file elsewhere that is gone now may have been the tool's own, in a temporary directory.
            let there = Path::new(&path).is_relative() || Path::new(&path).starts_with(&root);
            Discovered { path, how: if there { How::Read } else { How::LookedFor } }
        };
        let is_there = |path: &str| self.is_there(path);
        let paths = depfile::prerequisites(text, &is_there);
        let mut paths = paths.map_err(|why| Failure::unfinished(format!("{path}: {why}")))?;
        // What the command has made on its way is no file of somebody else.
        if action.stage().is_none() {
            paths.retain(|path| !self.partial.holds(path));
        }
        // lld writes a slash for a backslash.
        let inputs = action.inputs.iter().map(|&input| self.graph.path(input));
        for input in inputs.filter(|input| input.contains('\\')) {
            paths.retain(|path| *path != input.replace('\\', "/") || is_there(path));
        }
        Ok(paths.into_iter().map(discovered).collect())
    }

    /// Files in front of those that were read, whoever told of them: there already, so they were not what was looked for.
    fn passed(&self, action: &Action, search: &Search, found: &[Discovered]) -> Vec<Discovered> {
        let read = found.iter().filter(|found| value_of(&found.path).is_none());
        let spelled: Vec<_> = read.map(|found| self.spelling.of(&found.path)).collect();
        let paths = || spelled.iter().flat_map(|Spelled { path, way }| [Some(path), way.as_ref()]);
        let paths = || paths().flatten().map(String::as_str);
        let declared = action.inputs.iter().map(|&input| self.graph.path(input));
        let read = declared.chain(paths());
        let search_path = SearchPath::new(search, read, self.spelling);
        let mut asked = HashMap::new();
        let mut is_there = |path: &String| {
            *asked.entry(path.clone()).or_insert_with(|| {
                // What cannot be looked at now is looked at before the next run, and then it is an error.
                self.disk.stat(path).ok().flatten().is_some_and(|stat| stat.regular)
            })
        };
        let candidates = paths().flat_map(|path| search_path.in_front(path, self.spelling));
        let there = candidates.filter(|candidate| is_there(candidate));
        there.map(|path| Discovered { path, how: How::Passed }).collect()
    }
}
