//! Names that the file system cannot hold. They are told before anything runs, and not by a compiler in the middle.

use crate::error::GraphError;
use crate::graph::{ActionId, Graph};
use crate::world::disk::Disk;

/// How long a path may be for a system call, with the zero at its end (`PATH_MAX`).
const LONGEST_PATH: usize = 4096;

/// Looks at the names of all files that these actions write.
pub fn check(graph: &Graph, actions: &[ActionId], disk: &dyn Disk, dir: &str) -> Result<(), GraphError> {
    let longest = disk.longest_name(dir);
    let root = disk.absolute("").as_os_str().len();
    for &action in actions {
        let action = graph.action(action);
        let outputs = action.outputs.iter().map(|&output| graph.path(output));
        let response = action.response().map(|response| response.path.as_str());
        for path in outputs.chain(action.depfile.as_deref()).chain(response) {
            let name = path.split('/').map(str::len).max().unwrap_or(0);
            let whole = if path.starts_with('/') { path.len() } else { root + 1 + path.len() };
            let (what, length, limit) = match whole >= LONGEST_PATH {
                _ if name > longest => ("a name", name, longest),
                true => ("a path", whole, LONGEST_PATH - 1),
                false => continue,
            };
            return Err(GraphError::TooLong { path: path.to_owned(), what, length, limit });
        }
    }
    Ok(())
}
