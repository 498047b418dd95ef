//! What becomes of a linked file on its way: its search path is the one that holds in its new place; symbols and debug information
//! go, or go into a file of their own.

use std::path::Path;

use modpin_engine::{Processes, RealProcesses, Spawn, Status};
use modpin_symbols::{DebugLink, RunPath};

use crate::error::{Error, Result};
use crate::shown;

/// What is done to linked files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Treatment {
    /// The arguments of strip(1); none of them: what is usual for the kind of file.
    pub strip: Option<Vec<String>>,
    /// Debug information goes into a file of its own.
    pub split_debug: bool,
    /// The program that strips, by absolute path; needed for either.
    pub strip_program: String,
    /// The program that splits, by absolute path; needed for that.
    pub objcopy: String,
}

/// A linked file.
pub(super) struct Linked<'a> {
    /// What messages call it.
    pub path: &'a Path,
    pub bytes: Vec<u8>,
    pub is_archive: bool,
    pub run_path: Option<&'a (String, String)>,
    /// Where its debug information goes, from its build id.
    pub debug_name: Option<String>,
}

impl Treatment {
    /// All that decides what becomes of a file, besides the file.
    pub(super) fn key(&self, run_path: Option<&(String, String)>) -> String {
        format!("{run_path:?} {:?} {} {}", self.strip, self.split_debug, self.strip_program)
    }

    /// The name below `.build-id` of a file's debug information, if that is split off.
    pub(super) fn debug_name(&self, path: &Path, bytes: &[u8]) -> Result<Option<String>> {
        if !self.split_debug || !bytes.starts_with(b"\x7fELF") {
            return Ok(None);
        }
        let id = DebugLink::of(bytes).map(|link| link.build_id()).filter(|id| id.len() > 2);
        let id = id.ok_or_else(|| Error::Input {
            path: path.to_owned(),
            why: "it has no build id, by which debuggers find its debug information\n  help: have the linker write one: \
                  .ldflags(\"-Wl,--build-id\")"
                .to_owned(),
        })?;
        Ok(Some(format!("{}/{}.debug", &id[..2], &id[2..])))
    }

    /// The file as it is installed, and its debug information if that is split off.
    pub(super) fn apply(&self, file: Linked<'_>) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
        let Linked { path, mut bytes, is_archive, run_path, debug_name } = file;
        if let Some((old, new)) = run_path {
            move_run_path(path, &mut bytes, old, new)?;
        }
        let is_ours = is_archive || bytes.starts_with(b"\x7fELF");
        if !is_ours || (self.strip.is_none() && debug_name.is_none()) {
            return Ok((bytes, None));
        }
        let dir = tempfile::tempdir()
            .map_err(|error| Error::io(std::env::temp_dir(), "make a directory", error))?;
        let (here, debug) =
            (dir.path().join("file"), debug_name.as_deref().map(|name| dir.path().join(last(name))));
        std::fs::write(&here, &bytes).map_err(|error| Error::io(&here, "write", error))?;
        let run = |program: &str, args: Vec<String>| run(path, program, args, dir.path());
        if let Some(debug) = &debug {
            run(&self.objcopy, words(&["--only-keep-debug", "file", last(&debug.to_string_lossy())]))?;
        }
        let usual = if is_archive { "--strip-debug" } else { "--strip-unneeded" };
        let args = self.strip.clone().filter(|args| !args.is_empty()).unwrap_or_else(|| words(&[usual]));
        run(&self.strip_program, [args, words(&["file"])].concat())?;
        if let Some(debug) = &debug {
            let link = format!("--add-gnu-debuglink={}", last(&debug.to_string_lossy()));
            run(&self.objcopy, vec![link, "file".to_owned()])?;
        }
        let read = |path: &Path| std::fs::read(path).map_err(|error| Error::io(path, "read", error));
        Ok((read(&here)?, debug.as_deref().map(read).transpose()?))
    }
}

/// Puts the search path of the new place where that of the build directory is. Others in front of it and behind it stay.
fn move_run_path(path: &Path, bytes: &mut [u8], old: &str, new: &str) -> Result<()> {
    let wrong = |why: String| Error::Input { path: path.to_owned(), why };
    let found = RunPath::of(bytes).map_err(|error| wrong(error.to_string()))?;
    let found = found.filter(|found| found.text.contains(old)).ok_or_else(|| {
        wrong(format!(
            "its search path does not hold {old:?}, which it was linked with\n  help: build it again"
        ))
    })?;
    let text = found.text.replacen(old, new, 1);
    found.replace(bytes, &text).map_err(|over| {
        wrong(format!(
            "its search path {text:?} is {over} bytes longer than there is room for\n  help: choose directories that lie closer together"
        ))
    })
}

fn run(path: &Path, program: &str, args: Vec<String>, dir: &Path) -> Result<()> {
    let spawn = Spawn {
        program: program.to_owned(),
        args,
        env: vec![("LC_ALL".into(), Some("C".into()))],
        dir: dir.to_string_lossy().into_owned(),
        ..Spawn::default()
    };
    let ended = RealProcesses::new().run(&spawn);
    let ended = ended.map_err(|error| Error::io(program, "start it", error))?;
    if ended.status == Status::Exited(0) {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.output).trim().to_owned();
    let why = format!("{program} {} refuses it: {}", spawn.args.join(" "), shown::line(&said));
    Err(Error::Input { path: path.to_owned(), why })
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
