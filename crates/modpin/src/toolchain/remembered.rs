//! The answer of a toolchain in a file: good as long as neither the environment nor one of the programs changed.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::environment::environment;
use super::{Request, Toolchain};
use crate::error::{Error, Result};

#[derive(Serialize, Deserialize)]
struct Remembered {
    asked: String,
    toolchain: Toolchain,
}

/// The toolchain that was found for this request the last time, if it would be found again.
pub fn recall(request: &Request) -> Option<Toolchain> {
    let text = std::fs::read(&request.cache).ok()?;
    let Remembered { asked, toolchain } = serde_json::from_slice(&text).ok()?;
    (asked == question(request, &toolchain.programs())).then_some(toolchain)
}

/// Writes down what was found.
pub fn remember(request: &Request, toolchain: &Toolchain) -> Result<()> {
    let asked = question(request, &toolchain.programs());
    write(&request.cache, &Remembered { asked, toolchain: toolchain.clone() })
}

/// Everything that decides the answer.
fn question(request: &Request, programs: &[&str]) -> String {
    let mut text = format!("4 {:?} {} {}\n", request.target, request.release, request.root.display());
    text += &environment();
    for program in programs {
        text += &format!("{program} {}\n", identity(program));
    }
    text
}

/// Differs when a program was replaced, even by one of the same size and time: no program can set the change time.
fn identity(program: &str) -> String {
    let Ok(found) = std::fs::metadata(program) else { return "gone".to_owned() };
    let (size, inode) = (found.len(), found.ino());
    let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
    format!("{size} {inode} {times:?}")
}

/// How the name of an answer begins that is not written to its end.
pub const UNFINISHED: &str = ".toolchain-";

fn write(cache: &Path, remembered: &Remembered) -> Result<()> {
    let io = |source| Error::io(cache, "remember the toolchain", source);
    let text = serde_json::to_vec_pretty(remembered).map_err(|error| io(error.into()))?;
    let dir = cache.parent().unwrap_or(Path::new("."));
    let write = || {
        std::fs::create_dir_all(dir)?;
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(dir)?;
        std::io::Write::write_all(&mut file, &text)?;
        file.persist(cache).map_err(|error| error.error).map(drop)
    };
    match write() {
        // Whoever cleans the directory does so without asking us, and without its answer a build goes on.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        written => written.map_err(io),
    }
}
