//! What is done with a toy's first output before anybody sees it: a word is added, or the output is refused.

use std::io;

use crate::graph::{Arg, Then};
use crate::world::disk::Disk;
use crate::world::process::{Ended, Spawn, Status};

/// The program that does it.
const PROGRAM: &str = "/bin/mark";

/// The word with which it refuses what has a 3 in it.
pub const REFUSES: &str = "no3";

/// As part of a command.
pub fn then(word: &str) -> Then {
    let output = Arg::Output { prefix: String::new(), index: 0 };
    Then {
        name: "mark".to_owned(),
        program: PROGRAM.to_owned(),
        args: vec![word.into(), output],
        env: Vec::new(),
    }
}

/// What becomes of an output.
pub fn marked(content: &str, word: &str) -> Result<String, String> {
    match word == REFUSES && content.contains('3') {
        true => Err("there is a 3 in it".to_owned()),
        false => Ok(format!("{content}{word}")),
    }
}

/// Does it on a disk, if that is what is started.
pub fn mark(disk: &dyn Disk, spawn: &Spawn) -> Option<io::Result<Ended>> {
    let [word, path] = spawn.args.as_slice() else { return None };
    (spawn.program == PROGRAM).then(|| {
        let content = disk.read(path)?;
        let (code, output) = match marked(&String::from_utf8_lossy(&content), word) {
            Ok(text) => (disk.write(path, text.as_bytes()).map(|()| 0)?, Vec::new()),
            Err(why) => (1, why.into_bytes()),
        };
        Ok(Ended { status: Status::Exited(code), output })
    })
}
