//! What a finished host must export for modules, and nothing more: the dynamic list for its next link.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use modpin_symbols::{
    Binding, Content, Definition, File, Host, Index, Kind, Link, PinPlan, Table, Unit, Unseen,
    Visibility, plan_pins, read_object, unseen,
};

use super::bytes::TORN;
use super::files::{input, must_be_whole, read, shown};
use super::machines::alike;
use super::not_loadable::as_program;
use super::pins::gathered;
use crate::error::Result;

/// The exports of a host for these modules, as a plan without pins: the host was linked, so all that it has, it keeps.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a file that is not there or cannot be read.
pub fn exports_of_files(host: &Path, modules: &[PathBuf]) -> Result<PinPlan> {
    let modules = gathered(modules)?;
    let modules: Vec<_> = modules.iter().map(|module| module.module()).collect();
    let bytes = read(host)?;
    let object = read_object(&bytes).map_err(|error| {
        if bytes.is_torn() {
            return input(host, TORN);
        }
        let why = as_program(host, &bytes);
        input(host, &why.unwrap_or_else(|| error.to_string()))
    });
    let mut object = object?;
    let offered: BTreeSet<String> =
        object.table.defined.iter().map(|definition| definition.name.to_string()).collect();
    let needed = modules.iter().flat_map(|module| &module.linked.index.units);
    let needed = needed.filter_map(|unit| unit.object()).flat_map(|object| &object.table.needed);
    let needed: BTreeSet<&str> =
        needed.map(|need| &*need.name).filter(|name| !offered.contains(*name)).collect();
    let inside = unseen(&bytes, &needed).map_err(|error| input(host, &error.to_string()));
    must_be_whole(host, &bytes)?;
    let inside = inside?;
    object.table = with(object.table, inside);
    let unit = Unit { name: "".into(), content: Content::Object(object), listed: Vec::new() };
    let index = Index { units: vec![unit] };
    let name = shown(host);
    let files = modules.iter().map(|module| (module.linked.name, module.linked.index));
    alike([(name.as_str(), &index)].into_iter().chain(files))?;
    let link = Link { objects: vec![File { name: &name, index: &index }], archives: Vec::new() };
    Ok(plan_pins(&Host { link, exports: Vec::new() }, &modules))
}

/// What the host has and does not export yet. Of two things of one name, the one that can be exported.
fn with<'a>(table: Table<'a>, inside: BTreeMap<String, Vec<Unseen>>) -> Table<'a> {
    let Table { mut defined, needed } = table;
    for (name, definitions) in inside {
        let global = definitions.iter().any(|definition| !definition.local);
        defined.push(Definition {
            name: name.into(),
            version: None,
            default_version: false,
            binding: Binding::Global,
            visibility: if global { Visibility::Default } else { Visibility::Hidden },
            kind: Kind::Other,
            comdat: false,
        });
    }
    Table::new(defined, needed)
}
