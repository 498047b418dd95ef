//! Orphans: outputs that a build directory holds and nobody makes any more. Removes only what was
//! recorded as an output of ours, below the build directory, reached without a link.

use std::collections::HashSet;

use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::state::Store;
use crate::state::paths::PathId;
use crate::world::disk::{Disk, Stat};
use crate::world::hash::Hash;
use crate::world::spelling::plain;

/// Removes recorded outputs that `graph` does not write; answers the paths of those that were there.
pub fn remove_orphans(
    graph: &Graph,
    build_dir: &str,
    disk: &dyn Disk,
    store: &mut Store,
) -> Result<Vec<String>> {
    let mut removed = Vec::new();
    for orphans in orphans(graph, store) {
        for (path, hash) in orphans.outputs {
            if ours(disk, build_dir, &path) && !adopted(graph, disk, &path, hash) {
                disk.remove(&path).map_err(Error::io("remove", path.as_str()))?;
                remove_empty_dirs(disk, build_dir, &path);
                removed.push(path);
            }
        }
        if orphans.forgotten {
            store.forget_action(orphans.key)?;
        }
    }
    Ok(removed)
}

/// Removes everything that was recorded as written, and the directories that become empty; answers how many
/// files went. What `interrupted` stops is gone on with the next time: the records stay as they are.
pub fn remove_recorded(
    build_dir: &str,
    disk: &dyn Disk,
    store: &Store,
    interrupted: impl Fn() -> bool,
) -> Result<usize> {
    let outputs = store.actions().flat_map(|(_, record)| &record.outputs);
    let mut paths: Vec<&str> = outputs.map(|&(id, _)| store.path(id)).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut removed = 0;
    for path in paths.into_iter().take_while(|_| !interrupted()) {
        if !reached(disk, build_dir, path) {
            continue;
        }
        if is_file(disk, path) {
            disk.remove(path).map_err(Error::io("remove", path))?;
            removed += 1;
        }
        remove_empty_dirs(disk, build_dir, path);
    }
    Ok(removed)
}

struct Orphans {
    key: PathId,
    outputs: Vec<(String, Hash)>,
    /// Nothing that it wrote is made any more. Otherwise the record stays: it explains why the action
    /// runs, and it is what is known of outputs that others make now and have not made yet.
    forgotten: bool,
}

fn orphans(graph: &Graph, store: &Store) -> Vec<Orphans> {
    let responses =
        graph.actions().filter_map(|(_, action)| Some(plain(action.response()?.path.clone())));
    let responses: HashSet<String> = responses.collect();
    let is_output = |path: &str| graph.find(path).is_some_and(|id| graph.file_at(id).producer.is_some());
    let made = |path: &str| is_output(path) || responses.contains(path);
    let mut orphans = Vec::new();
    for (key, record) in store.actions() {
        let outputs = record.outputs.iter().map(|&(id, hash)| (store.path(id), hash));
        let gone = outputs.filter(|(path, _)| !made(path));
        let outputs: Vec<_> = gone.map(|(path, hash)| (path.to_owned(), hash)).collect();
        if !outputs.is_empty() {
            let forgotten = outputs.len() == record.outputs.len();
            orphans.push(Orphans { key, outputs, forgotten });
        }
    }
    orphans.sort_by(|a, b| store.path(a.key).cmp(store.path(b.key)));
    orphans
}

/// A file below the build directory, by its text and on the disk.
fn ours(disk: &dyn Disk, build_dir: &str, path: &str) -> bool {
    reached(disk, build_dir, path) && is_file(disk, path)
}

/// The way from the build directory to the file goes down, through directories and no link.
fn reached(disk: &dyn Disk, build_dir: &str, path: &str) -> bool {
    let Some(below) = path.strip_prefix(build_dir).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    let odd = |part: &str| part.is_empty() || part == "." || part == "..";
    !below.split('/').any(odd)
        && parents(build_dir, path).all(|dir| {
            let (itself, target) = look(disk, dir);
            itself.is_none_or(|itself| !itself.regular && Some(itself) == target)
        })
}

/// A file or a link. A directory in its place is not ours.
fn is_file(disk: &dyn Disk, path: &str) -> bool {
    let (itself, target) = look(disk, path);
    itself.is_some_and(|itself| itself.regular || Some(itself) != target)
}

/// What is there, and what it names if it is a link.
fn look(disk: &dyn Disk, path: &str) -> (Option<Stat>, Option<Stat>) {
    (disk.lstat(path).ok().flatten(), disk.stat(path).ok().flatten())
}

/// The graph reads a file of that name as a source, and somebody else wrote what lies there now.
fn adopted(graph: &Graph, disk: &dyn Disk, path: &str, made: Hash) -> bool {
    graph.find(path).is_some() && disk.hash(path).is_ok_and(|now| now != made)
}

fn remove_empty_dirs(disk: &dyn Disk, build_dir: &str, path: &str) {
    let is_gone = |dir| disk.remove_empty_dir(dir) || disk.lstat(dir).is_ok_and(|there| there.is_none());
    let _ = parents(build_dir, path).all(is_gone);
}

/// The directories between a path and the build directory, innermost first.
fn parents<'a>(build_dir: &'a str, path: &'a str) -> impl Iterator<Item = &'a str> {
    let above = |path: &&'a str| path.rsplit_once('/').map(|(dir, _)| dir);
    std::iter::successors(above(&path), move |dir| above(dir))
        .take_while(move |dir| dir.len() > build_dir.len())
}
