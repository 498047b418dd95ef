//! The answer of a toolchain in a file: good as long as neither the environment nor one of the programs changed. A process that
//! builds in several directories asks once for all of them.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use modpin_engine::{Framing, read_file};
use serde::{Deserialize, Serialize};

use super::environment::environment;
use super::{Request, Toolchain};
use crate::error::{Error, Result};
use crate::own_file;

const ANSWER: Framing = Framing("toolchain", 3);

#[derive(Serialize, Deserialize)]
struct Remembered {
    asked: String,
    toolchain: Toolchain,
}

/// What this process has found so far, as for a checkout without a path.
static FOUND: Mutex<Vec<Remembered>> = Mutex::new(Vec::new());

/// The toolchain that was found for this request the last time, if it would be found again.
pub fn recall(request: &Request) -> Option<Toolchain> {
    let is_it = |found: &Remembered| found.asked == question(request, &found.toolchain.programs());
    read(&request.cache).filter(is_it).map(|found| found.toolchain)
}

/// Writes down what was found.
pub fn remember(request: &Request, toolchain: &Toolchain) -> Result<()> {
    let asked = question(request, &toolchain.programs());
    write(&request.cache, &Remembered { asked, toolchain: toolchain.clone() })
}

/// What `ask` finds, or has found in this process for another checkout.
pub fn once(request: &Request, ask: impl FnOnce() -> Result<Toolchain>) -> Result<Toolchain> {
    let anywhere = Request { root: PathBuf::new(), ..request.clone() };
    let found = || FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    let is_it = |found: &&Remembered| found.asked == question(&anywhere, &found.toolchain.programs());
    if let Some(known) = found().iter().find(is_it) {
        return Ok(moved(&known.toolchain, &anywhere, request));
    }
    let toolchain = ask()?;
    let asked = question(&anywhere, &toolchain.programs());
    found().push(Remembered { asked, toolchain: moved(&toolchain, request, &anywhere) });
    Ok(toolchain)
}

/// A toolchain for a checkout that lies elsewhere.
fn moved(toolchain: &Toolchain, from: &Request, to: &Request) -> Toolchain {
    let mut moved = toolchain.clone();
    let [from, to] = [from, to].map(Request::path_map);
    moved.first_args.iter_mut().filter(|arg| **arg == from).for_each(|arg| to.clone_into(arg));
    moved
}

/// Everything that decides the answer.
fn question(request: &Request, programs: &[&str]) -> String {
    let Request { target, tuning, launcher, root, .. } = request;
    let mut text = format!("13 {target:?} {tuning:?} {launcher:?} {}\n", root.display());
    text += &environment();
    for program in programs {
        text += &format!("{program} {}\n", identity(program));
    }
    text
}

/// Differs when a program was replaced, even by one of the same size and time: no program can set the change time.
pub fn identity(program: &str) -> String {
    let Ok(found) = std::fs::metadata(program) else { return "gone".to_owned() };
    let (size, inode) = (found.len(), found.ino());
    let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
    format!("{size} {inode} {times:?}")
}

/// What is remembered, if it is as we wrote it: an answer that is believed decides every build that follows.
fn read(cache: &Path) -> Option<Remembered> {
    let bytes = read_file(cache).ok()?;
    serde_json::from_slice(ANSWER.payload(&bytes)?).ok()
}

fn write(cache: &Path, remembered: &Remembered) -> Result<()> {
    let io = |source| Error::io(cache, "remember the toolchain", source);
    let text = ANSWER.wrap(&serde_json::to_vec(remembered).map_err(|error| io(error.into()))?);
    let dir = cache.parent().unwrap_or(Path::new("."));
    match own_file::replace_in_state(dir, cache, &text) {
        // Whoever cleans the directory does so without asking us, and without its answer a build goes on.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        written => written.map_err(io),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain::tests::toolchain;

    #[test]
    fn an_answer_is_believed_only_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let cache = dir.path().join("toolchain");
        let answer = || Remembered { asked: "who".to_owned(), toolchain: toolchain(None) };
        write(&cache, &answer()).unwrap();
        assert_eq!(read(&cache).map(|found| found.toolchain), Some(toolchain(None)));
        let whole = std::fs::read(&cache).unwrap();
        for at in 0..whole.len() {
            std::fs::write(&cache, &whole[..at]).unwrap();
            assert!(read(&cache).is_none(), "cut at {at}");
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            std::fs::write(&cache, &damaged).unwrap();
            assert!(read(&cache).is_none(), "damaged at {at}");
        }
        // Nor is a pipe waited for, nor does anybody believe it.
        std::fs::remove_file(&cache).unwrap();
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &cache, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert!(read(&cache).is_none());
        // Nor what a directory in its place keeps us from writing.
        std::fs::remove_file(&cache).unwrap();
        std::fs::create_dir_all(cache.join("inner")).unwrap();
        assert!(read(&cache).is_none());
        write(&cache, &answer()).unwrap();
        assert!(read(&cache).is_some());
    }

    #[test]
    fn one_process_asks_once_for_all_checkouts() {
        let dir = tempfile::tempdir().unwrap();
        let compiler = dir.path().join("gcc").to_string_lossy().into_owned();
        std::fs::write(&compiler, "").unwrap();
        let mut asked = 0;
        let mut first_args = |root: &str| {
            let request = Request {
                target: Some(compiler.clone()),
                tuning: crate::toolchain::Tuning::of_release(false),
                launcher: None,
                root: root.into(),
                cache: dir.path().join("toolchain"),
            };
            let ask = || {
                asked += 1;
                let (first_args, compile_tools) = (vec![request.path_map()], vec![compiler.clone()]);
                Ok(Toolchain { first_args, compile_tools, ..toolchain(None) })
            };
            let args = once(&request, ask).unwrap().first_args;
            (args, asked)
        };
        assert_eq!(first_args("/one"), (vec!["-ffile-prefix-map=/one=.".to_owned()], 1));
        assert_eq!(first_args("/two"), (vec!["-ffile-prefix-map=/two=.".to_owned()], 1));
        std::fs::write(&compiler, "another").unwrap();
        assert_eq!(first_args("/two"), (vec!["-ffile-prefix-map=/two=.".to_owned()], 2));
    }
}
