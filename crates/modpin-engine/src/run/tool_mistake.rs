//! What a tool of the project's own must not do: leave what is no output of it, write what it is to read.

use crate::graph::{Action, Graph};
use crate::run::event::Failure;
use crate::world::disk::{Disk, Stat};

/// How many files are named.
const NAMED: usize = 12;

/// It has left files that it does not name.
pub fn stray(mut paths: Vec<&str>) -> Failure {
    paths.sort_unstable();
    let what = match paths[..] {
        [path] => format!("{path}, which is no output of it"),
        _ => {
            let more = paths.len().saturating_sub(NAMED);
            let named = paths[..paths.len() - more].join(", ");
            let more = if more == 0 { String::new() } else { format!(", and {more} more") };
            format!("{named}{more}, which are no outputs of it")
        }
    };
    Failure::unfinished(format!(
        "it also writes {what}\n  help: declare it with .outputs(), or have it written elsewhere"
    ))
}

/// How the inputs of a tool looked before it ran; none for a command that somebody vouches for.
pub struct Before<'a>(Vec<(&'a str, Option<Stat>)>);

impl<'a> Before<'a> {
    /// Looks at them.
    pub fn of(graph: &'a Graph, action: &Action, disk: &dyn Disk) -> Before<'a> {
        let paths = action.inputs.iter().map(|&input| graph.path(input));
        let paths = paths.filter(|_| action.stage().is_some());
        Before(paths.map(|path| (path, disk.stat(path).ok().flatten())).collect())
    }

    /// An input that is another one now was written by the tool, or by somebody who will have to build again.
    pub fn check(&self, disk: &dyn Disk) -> Result<(), Failure> {
        let changed = |(path, before): &&(&str, Option<Stat>)| disk.stat(path).ok().flatten() != *before;
        let Some((path, _)) = self.0.iter().find(changed) else { return Ok(()) };
        Err(Failure::unfinished(format!(
            "{path}, an input of it, was written while it ran\n  help: a rule writes outputs only: let it write a copy; or build again if it was you"
        )))
    }
}
