//! A finished file without section headers, as a linker would see it: made of what a loader reads. What its relocations do not
//! mention, it does not need.

use std::borrow::Cow;

use crate::elf::loadable::read_loadable;
use crate::elf::object_names::Names;
use crate::error::Result;
use crate::facts::asks::Ask;
use crate::facts::loadable::{LinkedAs, Loadable};
use crate::facts::offers::{Offer, Version};
use crate::facts::string_table::SymbolName;
use crate::facts::table::{Definition, Need, Table, Visibility};
use crate::facts::{Dynamic, Form, Object};

/// Reads such a file; with names, of the symbols only these.
pub(crate) fn read(bytes: &[u8], only: Option<&Names<'_>>) -> Result<Object<'static>> {
    let file = read_loadable(bytes)?;
    let wanted = |name: SymbolName<'_>| only.is_none_or(|names| names.has(name.bytes()));
    let is_program = file.is_program() || file.soname.is_none() && file.interp.is_some();
    let form = if is_program { Form::Executable } else { Form::Shared };
    let pie = is_program && file.linked_as != LinkedAs::Fixed;
    let (machine, dynamic) = (file.machine.clone().into(), Some(Box::new(dynamic(&file))));
    let defined = file.offers.list().into_iter().filter(|offer| wanted(offer.name)).map(definition);
    let needed = file.asks.list().into_iter().filter(|ask| !ask.own && wanted(ask.name)).map(need);
    let table = Table::new(defined.collect(), needed.collect());
    Ok(Object { form, pie, machine, lto: None, table, dynamic })
}

fn dynamic(file: &Loadable) -> Dynamic<'static> {
    let owned = |text: &Option<String>| text.clone().map(Cow::Owned);
    Dynamic {
        needed: file.needed.iter().cloned().map(Cow::Owned).collect(),
        soname: owned(&file.soname),
        rpath: owned(&file.rpath),
        runpath: owned(&file.runpath),
        interp: owned(&file.interp),
        bind_now: file.bind_now,
    }
}

fn definition(offer: Offer<'_>) -> Definition<'static> {
    let (version, default_version) = match offer.version {
        Version::Named { name, hidden, .. } => (Some(name.clone().into()), !hidden),
        Version::Unknown | Version::None { .. } => (None, false),
    };
    Definition {
        name: offer.name.text().into_owned().into(),
        version,
        default_version,
        binding: offer.binding,
        visibility: Visibility::Default,
        kind: offer.kind,
        comdat: false,
    }
}

fn need(ask: Ask<'_>) -> Need<'static> {
    Need {
        name: ask.name.text().into_owned().into(),
        version: ask.version.map(|version| version.to_owned().into()),
        weak: ask.weak,
        visibility: Visibility::Default,
    }
}
