//! Which members of archives a host must keep for modules, whoever built them.

use std::path::{Path, PathBuf};

use modpin_symbols::{
    File, Form, Host, Index, Link, Module, Names, PinPlan, depends_on_links, plan_pins,
};

use super::bytes::Bytes;
use super::files::{index, index_in, input, must_be_whole, names_in, read, shown};
use super::machines::alike;
use crate::error::Result;

/// What the final link of a host must be told: the host links `archives`, in this order, and loads `modules`. Each shared
/// library and each archive among the modules is a module of its own; relocatable objects are taken as one.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a file that is not there or cannot be read, with the member in question.
pub fn pins_of_files(modules: &[PathBuf], archives: &[PathBuf]) -> Result<PinPlan> {
    pins_of_link(modules, &[], archives)
}

/// The same where objects of the host are known, too.
pub(super) fn pins_of_link(
    modules: &[PathBuf],
    objects: &[PathBuf],
    archives: &[PathBuf],
) -> Result<PinPlan> {
    let objects = objects.iter().map(|path| Ok((shown(path), index(path)?)));
    let objects = objects.collect::<Result<Vec<_>>>()?;
    let archives = archives.iter().map(|path| Ok((path.as_path(), read(path)?)));
    let archives = archives.collect::<Result<Vec<_>>>()?;
    let modules = gathered(modules)?;
    let modules: Vec<Module<'_>> = modules.iter().map(Gathered::module).collect();
    let units = modules.iter().flat_map(|module| &module.linked.index.units);
    let linked = units.filter_map(|unit| unit.object());
    let names = Names::new(linked.flat_map(|object| &object.table.needed).map(|need| &*need.name));
    let some = indices(&archives, |path, bytes| names_in(path, bytes, &names))?;
    for ((path, _), (_, index)) in archives.iter().zip(&some) {
        if index.object().is_some_and(|object| object.form != Form::Relocatable) {
            let why = "it is no archive\n  help: name what the program is linked from, X.a";
            return Err(input(path, why));
        }
    }
    let archives_with_names = some.iter().map(|(name, index)| (name.as_str(), index));
    alike(
        modules
            .iter()
            .map(|module| (module.linked.name, module.linked.index))
            .chain(archives_with_names),
    )?;
    let plan = if !objects.is_empty() || depends_on_links(&host(&objects, &some), &modules) {
        plan_pins(&host(&objects, &indices(&archives, index_in)?), &modules)
    } else {
        plan_pins(&host(&objects, &some), &modules)
    };
    // Names are read where they stand, up to now.
    archives.iter().try_for_each(|(path, bytes)| must_be_whole(path, bytes))?;
    Ok(plan)
}

/// Archives by the names that messages call them by.
fn indices<'a>(
    archives: &'a [(&'a Path, Bytes)],
    read: impl Fn(&'a Path, &'a Bytes) -> Result<Index<'a>>,
) -> Result<Vec<(String, Index<'a>)>> {
    archives.iter().map(|(path, bytes)| Ok((shown(path), read(path, bytes)?))).collect()
}

/// A host of which nothing is known but these.
fn host<'a>(objects: &'a [(String, Index<'a>)], archives: &'a [(String, Index<'a>)]) -> Host<'a> {
    let files = |files: &'a [(String, Index<'a>)]| {
        files.iter().map(|(name, index)| File { name, index }).collect()
    };
    Host { link: Link { objects: files(objects), archives: files(archives) }, exports: Vec::new() }
}

/// A module of the user's files.
pub(super) struct Gathered {
    name: String,
    index: Index<'static>,
}

impl Gathered {
    /// As the planning takes it.
    pub fn module(&self) -> Module<'_> {
        let linked = File { name: &self.name, index: &self.index };
        Module { name: &self.name, linked, objects: Vec::new(), archives: Vec::new() }
    }
}

/// The modules that files stand for.
pub(super) fn gathered(paths: &[PathBuf]) -> Result<Vec<Gathered>> {
    let mut modules = Vec::new();
    let mut objects: Option<Gathered> = None;
    for path in paths {
        let (name, mut index) = (shown(path), index(path)?);
        if index.units.iter().all(|unit| unit.object().is_none()) {
            return Err(input(
                path,
                "it holds no object\n  help: name the module's .so, .mo or .o files",
            ));
        }
        if !is_lone_object(&index, path) {
            modules.push(Gathered { name, index });
            continue;
        }
        index.units.iter_mut().for_each(|unit| unit.name = name.clone().into());
        match &mut objects {
            Some(all) => all.index.units.extend(index.units),
            None => objects = Some(Gathered { name, index }),
        }
    }
    modules.extend(objects);
    Ok(modules)
}

/// A relocatable object out of a compiler: others of its module may define what it needs. A `.mo` is whole.
fn is_lone_object(index: &Index<'_>, path: &Path) -> bool {
    index.object().is_some_and(|object| object.form == Form::Relocatable)
        && path.extension().is_some_and(|extension| extension == "o")
}
