//! What helps a link that lacks a symbol, before there is a finished file to explain: the library of the project that has it, the name
//! that was probably meant, the library of the system. Asked when a link has failed.

use std::path::Path;

use modpin_engine::{Action, Graph, Work};
use modpin_project::nearest;
use modpin_symbols::Index;

use super::nowhere::system_library;

/// A way out, in words. `root` is the directory from which paths of the graph start.
pub fn lost_symbol(graph: &Graph, link: &Action, root: &Path, symbol: &str) -> Option<String> {
    if symbol == "main" {
        return Some("no source of this program defines `main`, at which it begins: name the one that does in its sources".to_owned());
    }
    let known = archives(graph, root);
    let has = |archive: &&OwnArchive| archive.names.iter().any(|(name, _)| name == symbol);
    if let Some(archive) = known.iter().find(has) {
        let is_linked =
            link.inputs.iter().any(|&input| graph.path(input).ends_with(&format!("/{}", archive.file)));
        let library = archive.file.strip_prefix("lib").and_then(|name| name.strip_suffix(".a"));
        // Whatever is wrong there, it is another thing.
        let library = library.filter(|_| !is_linked)?;
        return Some(format!("{} has {symbol}: link it, .link({library:?})", archive.file));
    }
    let all = || {
        known
            .iter()
            .flat_map(|archive| archive.names.iter().map(move |(name, member)| (name, archive, member)))
    };
    if let Some(meant) = nearest(symbol, all().map(|(name, ..)| name.as_str())) {
        let (_, archive, member) = all().find(|(name, ..)| *name == meant)?;
        return Some(format!("did you mean {meant:?}, which {}({member}) has?", archive.file));
    }
    let Work::Command(command) = &link.work else { return None };
    let dirs = &command.search.as_ref()?.dirs;
    system_library(dirs, symbol, &machine(graph, link, root)?)
}

/// An archive of the project, with its symbols and the members that have them.
struct OwnArchive {
    file: String,
    names: Vec<(String, String)>,
}

fn archives(graph: &Graph, root: &Path) -> Vec<OwnArchive> {
    let paths = graph.actions().flat_map(|(_, action)| &action.outputs).map(|&file| graph.path(file));
    let of_archive = |path: &str| {
        let file = path.rsplit('/').next()?.strip_suffix(".syms").filter(|file| file.ends_with(".a"))?;
        let text = std::fs::read_to_string(root.join(path)).ok()?;
        let index = Index::parse(&text).ok()?;
        let objects = index.units.iter().filter_map(|unit| Some((unit.name.as_ref(), unit.object()?)));
        let names = objects.flat_map(|(member, object)| {
            object.table.defined.iter().map(move |found| (found.name.to_string(), member.to_owned()))
        });
        Some(OwnArchive { file: file.to_owned(), names: names.collect() })
    };
    paths.filter_map(of_archive).collect()
}

/// For which machine the link is.
fn machine(graph: &Graph, link: &Action, root: &Path) -> Option<String> {
    let objects = link.inputs.iter().map(|&input| graph.path(input)).filter(|path| path.ends_with(".o"));
    let read = |path: &str| {
        let bytes = std::fs::read(root.join(path)).ok()?;
        let unit = modpin_symbols::read_object(&bytes).ok()?;
        Some(unit.machine.into_owned())
    };
    objects.into_iter().find_map(read)
}
