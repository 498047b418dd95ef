//! The dirty check: must an action run, and why? Content decides, never time: a file's stat only tells whether
//! its digest must be taken again.

pub mod reason;
pub(crate) mod files;
pub mod selection;
mod directories;
pub(crate) mod shadowing;
pub(crate) mod search_path;
pub mod orphans;
pub(crate) mod names;
mod appeared;
pub(crate) mod vouched;

use std::collections::HashSet;

use crate::check::files::{Files, ids};
use crate::check::reason::Reason;
use crate::check::shadowing::Shadowing;
use crate::error::Result;
use crate::graph::fingerprint;
use crate::graph::{Action, Graph};
use crate::state::Store;
use crate::state::log::ActionRecord;
use crate::state::paths::PathId;
use crate::world::hash::Hash;
use crate::world::values::value_of;

/// Why an action has to run; `None` when nothing differs from the last time.
pub fn dirty_check(
    graph: &Graph,
    action: &Action,
    root: &str,
    files: &mut Files<'_>,
    shadowing: &mut Shadowing<'_>,
    store: &mut Store,
) -> Result<Option<Reason>> {
    let outputs = ids(graph, &action.outputs, store);
    let inputs = if files.plan_is_vouched() { None } else { Some(ids(graph, &action.inputs, store)) };
    let record = match store.action(outputs[0]) {
        Some(record) if record.digest != Hash::UNKNOWN => record,
        _ => return Ok(Some(Reason::NeverRun)),
    };
    if inputs.is_some() && record.digest != fingerprint::digest(graph, action, root) {
        let old = store.recipe(files.disk(), record.digest);
        let new = fingerprint::text(graph, action, root);
        let changed = old.map(|old| difference(old, &new));
        return Ok(Some(match changed {
            Some((removed, added)) => Reason::RecipeChanged { removed, added },
            None => Reason::RecipeForgotten,
        }));
    }
    if let Some(reason) = inputs.and_then(|inputs| check_list(store, record, &inputs)) {
        return Ok(Some(reason));
    }
    let is_vouched = |files: &Files<'_>, id| files.is_vouched(store, id);
    if let Some(reason) = read_differs(record, files, store, is_vouched)? {
        return Ok(Some(reason));
    }
    // The digest covers the names of the outputs; what stands after them is not of this recipe. What may come to lie
    // beside them is no result.
    let beside = record.beside.iter().filter(|(_, recorded)| *recorded != Hash::MISSING);
    let made = record.outputs[..outputs.len().min(record.outputs.len())].iter();
    for &(id, recorded) in made.chain(beside) {
        if files.is_vouched(store, id) {
            continue;
        }
        let path = || store.path(id).to_owned();
        match files.output(store, id)? {
            now if now == recorded => {}
            Hash::MISSING => return Ok(Some(Reason::OutputMissing(path()))),
            _ => return Ok(Some(Reason::OutputChanged(path()))),
        }
    }
    shadowed(action, record, shadowing, store)
}

/// What an action has read is not what it would read at the same paths now. What `is_known` to be that is not looked at.
pub(crate) fn read_differs(
    record: &ActionRecord,
    files: &mut Files<'_>,
    store: &Store,
    is_known: impl Fn(&Files<'_>, PathId) -> bool,
) -> Result<Option<Reason>> {
    for &(id, recorded) in record.inputs.iter().chain(&record.discovered) {
        let is_known = recorded != Hash::UNKNOWN && is_known(files, id);
        if matches!(recorded, Hash::PRESENT | Hash::IN_PART) || is_known {
            continue;
        }
        match files.input(store, id)? {
            now if now == recorded && now != Hash::UNKNOWN => {}
            now => return Ok(Some(input_differs(store.path(id), now))),
        }
    }
    Ok(None)
}

/// It would find another file by the same name.
pub(crate) fn shadowed(
    action: &Action,
    record: &ActionRecord,
    shadowing: &mut Shadowing<'_>,
    store: &Store,
) -> Result<Option<Reason>> {
    let Some(search) = action.search() else { return Ok(None) };
    let shadowed = shadowing.find(search, record, store)?;
    Ok(shadowed.map(|(path, by)| Reason::InputHidden { path, by }))
}

/// The content of an input is another one now.
fn input_differs(path: &str, now: Hash) -> Reason {
    match value_of(path) {
        Some((file, name)) => {
            Reason::ValueChanged { file: file.to_owned(), name: name.to_owned(), words: None }
        }
        None if now == Hash::MISSING => Reason::InputMissing(path.to_owned()),
        None => Reason::InputChanged(path.to_owned()),
    }
}

/// The list of inputs itself, before their content.
fn check_list(store: &Store, record: &ActionRecord, inputs: &[PathId]) -> Option<Reason> {
    if record.inputs.iter().map(|(id, _)| id).eq(inputs) {
        return None;
    }
    let old: HashSet<PathId> = record.inputs.iter().map(|&(id, _)| id).collect();
    if let Some(&added) = inputs.iter().find(|id| !old.contains(id)) {
        return Some(Reason::InputAdded(store.path(added).to_owned()));
    }
    let new: HashSet<PathId> = inputs.iter().copied().collect();
    match record.inputs.iter().find(|(id, _)| !new.contains(id)) {
        Some(&(removed, _)) => Some(Reason::InputRemoved(store.path(removed).to_owned())),
        None => Some(Reason::InputOrder),
    }
}

/// Lines that only one of two texts has.
fn difference(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    let only = |a: &str, b: &str| {
        let there: HashSet<&str> = b.lines().collect();
        a.lines().filter(|line| !there.contains(line)).map(str::to_owned).collect()
    };
    (only(old, new), only(new, old))
}
