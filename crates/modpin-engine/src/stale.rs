//! What a build directory holds that nobody makes any more. Removes only what was recorded as an output
//! of ours, below the build directory, reached without a link.

use crate::disk::Disk;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::hash::Hash;
use crate::store::{PathId, Store};

/// Removes recorded outputs that `graph` does not write; answers the paths of those that were there.
pub fn remove_stale(
    graph: &Graph,
    build_dir: &str,
    disk: &dyn Disk,
    store: &mut Store,
) -> Result<Vec<String>> {
    let mut removed = Vec::new();
    for stale in stale(graph, store) {
        for (path, hash) in stale.outputs {
            if ours(disk, build_dir, &path) && !adopted(graph, disk, &path, hash) {
                disk.remove(&path).map_err(Error::io("remove", path.as_str()))?;
                remove_empty_dirs(disk, build_dir, &path);
                removed.push(path);
            }
        }
        if stale.forgotten {
            store.forget_action(stale.key)?;
        }
    }
    Ok(removed)
}

struct Stale {
    key: PathId,
    outputs: Vec<(String, Hash)>,
    /// Nothing that it wrote is made any more. Otherwise the record stays: it explains why the action
    /// runs, and it is what is known of outputs that others make now and have not made yet.
    forgotten: bool,
}

fn stale(graph: &Graph, store: &Store) -> Vec<Stale> {
    let made = |path: &str| graph.find(path).is_some_and(|id| graph.file_at(id).producer.is_some());
    let mut stale = Vec::new();
    for (key, record) in store.actions() {
        let outputs = record.outputs.iter().map(|&(id, hash)| (store.path(id), hash));
        let gone = outputs.filter(|(path, _)| !made(path));
        let outputs: Vec<_> = gone.map(|(path, hash)| (path.to_owned(), hash)).collect();
        if !outputs.is_empty() {
            let forgotten = outputs.len() == record.outputs.len();
            stale.push(Stale { key, outputs, forgotten });
        }
    }
    stale.sort_by(|a, b| store.path(a.key).cmp(store.path(b.key)));
    stale
}

/// A file below the build directory, by its text and on the disk. A directory in its place is not ours.
fn ours(disk: &dyn Disk, build_dir: &str, path: &str) -> bool {
    let Some(below) = path.strip_prefix(build_dir).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    if below.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return false;
    }
    let look = |path| (disk.lstat(path).ok().flatten(), disk.stat(path).ok().flatten());
    let above = parents(build_dir, path).all(|dir| {
        let (itself, target) = look(dir);
        itself.is_some() && itself == target
    });
    let (itself, target) = look(path);
    above && itself.is_some_and(|itself| itself.regular || Some(itself) != target)
}

/// The graph reads a file of that name as a source, and somebody else wrote what lies there now.
fn adopted(graph: &Graph, disk: &dyn Disk, path: &str, made: Hash) -> bool {
    graph.find(path).is_some() && disk.hash(path).is_ok_and(|now| now != made)
}

fn remove_empty_dirs(disk: &dyn Disk, build_dir: &str, path: &str) {
    let _ = parents(build_dir, path).all(|dir| disk.remove_empty_dir(dir));
}

/// The directories between a path and the build directory, innermost first.
fn parents<'a>(build_dir: &'a str, path: &'a str) -> impl Iterator<Item = &'a str> {
    let above = |path: &&'a str| path.rsplit_once('/').map(|(dir, _)| dir);
    std::iter::successors(above(&path), move |dir| above(dir))
        .take_while(move |dir| dir.len() > build_dir.len())
}
