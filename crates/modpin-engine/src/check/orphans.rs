//! Orphans: outputs that a build directory holds and nobody makes any more. Removes only what was
//! recorded as an output of ours, below the build directory, reached without a link.

use std::collections::{BTreeSet, HashSet};

use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::state::Store;
use crate::state::ledger::Ledger;
use crate::state::links::Marks;
use crate::state::paths::PathId;
use crate::world::disk::Disk;
use crate::world::hash::Hash;
use crate::world::spelling::plain;

/// Removes files that builds may have left and that `graph` does not write; answers the paths of those that were there.
pub fn remove_orphans(
    graph: &Graph,
    build_dir: &str,
    disk: &dyn Disk,
    store: &mut Store,
) -> Result<Vec<String>> {
    let mut ledger = store.ledger(disk)?;
    let orphans = orphans(graph, store);
    let forgotten: BTreeSet<PathId> =
        orphans.iter().filter(|orphans| orphans.forgotten).map(|orphans| orphans.key).collect();
    // What only an older copy of the store calls ours may be somebody else's by now.
    let known = orphans.into_iter().flat_map(|orphans| orphans.outputs);
    let known = known
        .filter(|(path, hash)| ledger.paths.contains(path) && !adopted(graph, disk, path, Some(*hash)));
    let mut gone: Vec<String> = known.map(|(path, _)| path).collect();
    let all = ledger.paths.len();
    let left = left(graph, store, &forgotten, &mut ledger);
    gone.extend(left.into_iter().filter(|path| !adopted(graph, disk, path, None)));
    let removed = remove_files(disk, build_dir, gone)?;
    // Whoever is killed before this, or who loses one of the two, finds them again.
    forgotten.into_iter().try_for_each(|key| store.forget_action(key))?;
    if ledger.paths.len() != all || !ledger.is_as_written(store.noted()) {
        store.replace_ledger(disk, ledger)?;
    }
    Ok(removed)
}

/// Takes out of the ledger what no action makes, and no record names that stays; answers what that was.
fn left(graph: &Graph, store: &Store, forgotten: &BTreeSet<PathId>, ledger: &mut Ledger) -> Vec<String> {
    let made = Written::by(graph);
    let mut named = Marks::default();
    let stays = store.links().filter(|(key, _)| !forgotten.contains(key));
    stays.for_each(|(_, links)| links.mark_written(&mut named));
    let is_named = |path: &str| store.find(path).is_some_and(|id| named.has(id));
    let mut left: Vec<String> =
        ledger.paths.extract_if(|path| !made.has(path) && !is_named(path)).collect();
    left.sort_unstable();
    left
}

/// Removes files of ours with the directories that become empty; answers the paths of those that were there.
pub fn remove_files(
    disk: &dyn Disk,
    build_dir: &str,
    paths: impl IntoIterator<Item = String>,
) -> Result<Vec<String>> {
    let mut removed = Vec::new();
    for path in paths.into_iter().filter(|path| reached(disk, build_dir, path)) {
        let is_there = is_file(disk, &path);
        if is_there {
            disk.remove_file(&path).map_err(Error::io("remove", path.as_str()))?;
        }
        // Somebody may have removed the file, and left its directory.
        remove_empty_dirs(disk, build_dir, &path);
        removed.extend(is_there.then_some(path));
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
    let mut paths: Vec<String> = store.ledger(disk)?.paths.into_iter().collect();
    paths.sort_unstable();
    let mut removed = 0;
    for path in paths.iter().take_while(|_| !interrupted()) {
        if !reached(disk, build_dir, path) {
            continue;
        }
        if is_file(disk, path) {
            disk.remove_file(path).map_err(Error::io("remove", path.as_str()))?;
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
    let made = Written::by(graph);
    let mut orphans = Vec::new();
    for (key, record) in store.actions() {
        // What lies beside its outputs is its own as long as it is there.
        let beside = if is_action(graph, store.path(key)) { &[][..] } else { &record.beside };
        let outputs = record.outputs.iter().chain(beside).map(|&(id, hash)| (store.path(id), hash));
        let gone = outputs.filter(|(path, _)| !made.has(path));
        let outputs: Vec<_> = gone.map(|(path, hash)| (path.to_owned(), hash)).collect();
        if !outputs.is_empty() {
            let forgotten = !record.written().any(|id| made.has(store.path(id)));
            orphans.push(Orphans { key, outputs, forgotten });
        }
    }
    orphans.sort_by(|a, b| store.path(a.key).cmp(store.path(b.key)));
    orphans
}

/// What the actions of a graph write, besides what they leave beside their outputs.
struct Written<'a> {
    graph: &'a Graph,
    /// Response files, and what may come to lie beside outputs.
    others: HashSet<String>,
}

impl Written<'_> {
    fn by(graph: &Graph) -> Written<'_> {
        let others = graph.actions().flat_map(|(_, action)| {
            let response = action.response().map(|response| plain(response.path.clone()));
            response.into_iter().chain(action.later().iter().cloned())
        });
        Written { graph, others: others.collect() }
    }

    fn has(&self, path: &str) -> bool {
        let id = self.graph.find(path);
        id.is_some_and(|id| self.graph.file_at(id).producer.is_some()) || self.others.contains(path)
    }
}

/// Whether an action makes this file as its first output.
fn is_action(graph: &Graph, key: &str) -> bool {
    let producer = graph.find(key).and_then(|id| graph.file_at(id).producer);
    producer.is_some_and(|producer| graph.path(graph.action(producer).outputs[0]) == key)
}

/// The way from the build directory to the file goes down, through directories and no link.
fn reached(disk: &dyn Disk, build_dir: &str, path: &str) -> bool {
    let Some(below) = path.strip_prefix(build_dir).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    let odd = |part: &str| part.is_empty() || part == "." || part == "..";
    !below.split('/').any(odd)
        && parents(build_dir, path).all(|dir| {
            let itself = disk.lstat(dir).ok().flatten();
            itself.is_none_or(|itself| !itself.regular && !disk.is_link(dir))
        })
}

/// A file or a link. A directory in its place is not ours.
fn is_file(disk: &dyn Disk, path: &str) -> bool {
    disk.lstat(path).ok().flatten().is_some_and(|itself| itself.regular) || disk.is_link(path)
}

/// The graph reads a file of that name as a source, and somebody else wrote what lies there now, as far as is known.
fn adopted(graph: &Graph, disk: &dyn Disk, path: &str, made: Option<Hash>) -> bool {
    let is_other = |made| disk.hash(path).is_ok_and(|now| now != made);
    graph.find(path).is_some() && made.is_none_or(is_other)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;
    use crate::state::log::ActionRecord;

    #[test]
    fn the_way_to_a_file_of_ours_leads_down() {
        let disk = FakeDisk::new();
        disk.edit("out/dir/file", b"");
        disk.edit("elsewhere/file", b"");
        disk.link("out/link", "elsewhere");
        let reached = |path| reached(&disk, "out", path);
        assert!(["out/file", "out/dir/file", "out/dir/none", "out/none/file"].into_iter().all(reached));
        let odd = ["out/../file", "out/./file", "out//file", "out/dir/..", "out", "outer/file", "file"];
        assert!(!odd.into_iter().any(reached));
        assert!(!reached("out/dir/file/below") && !reached("out/link/file"));
        assert_eq!(parents("out", "out/a/b/file").collect::<Vec<_>>(), ["out/a/b", "out/a"]);
    }

    #[test]
    fn a_directory_in_which_something_appears_is_no_link() {
        let disk = FakeDisk::new();
        disk.shake(3);
        disk.changes_per_tick(1);
        disk.create_dirs("out/dir").unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                (0..300).for_each(|at| disk.write(&format!("out/dir/made{at}"), b"").unwrap())
            });
            (0..300).for_each(|_| assert!(reached(&disk, "out", "out/dir/file")));
        });
    }

    #[test]
    fn what_was_recorded_goes_with_the_directories_that_become_empty() {
        let disk = FakeDisk::new();
        let (mut store, _) = Store::open(&disk, "state").unwrap();
        for path in ["out/a/b/file", "out/a/gone/file", "out/c/file", "out/c/never", "elsewhere"] {
            let id = store.id(path);
            let outputs = vec![(id, Hash::of(b""))];
            store.claim(&disk, &[path]).unwrap();
            store.set_action(id, ActionRecord { outputs, ..ActionRecord::without_result(0) }).unwrap();
        }
        ["out/a/b/file", "out/c/file", "out/c/theirs", "elsewhere"]
            .iter()
            .for_each(|path| disk.edit(path, b""));
        assert_eq!(remove_recorded("out", &disk, &store, || true).unwrap(), 0);
        assert!(disk.peek("out/a/b/file").is_some());
        assert_eq!(remove_recorded("out", &disk, &store, || false).unwrap(), 2);
        assert_eq!(disk.list("out"), ["out/c/theirs"]);
        assert!(disk.peek("elsewhere").is_some());
        let is_there = |dir| disk.lstat(dir).unwrap().is_some();
        assert!(!is_there("out/a") && is_there("out/c") && is_there("out"));
    }
}
