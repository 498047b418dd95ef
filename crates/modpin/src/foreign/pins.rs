//! Which members of archives a host must keep for modules, whoever built them.

use std::path::{Path, PathBuf};

use modpin_symbols::{File, Form, Host, Index, Link, Module, Plan, plan};

use super::files::{index, index_in, input, read, shown};
use crate::error::Result;

/// What the final link of a host must be told: the host links `archives`, in this order, and loads `modules`. Each shared
/// library and each archive among the modules is a module of its own; relocatable objects are taken as one.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a file that is not there or cannot be read, with the member in question.
pub fn pins_of_files(modules: &[PathBuf], archives: &[PathBuf]) -> Result<Plan> {
    let contents = archives.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    let archives = archives.iter().zip(&contents);
    let archives = archives.map(|(path, bytes)| Ok((shown(path), index_in(path, bytes)?)));
    let archives = archives.collect::<Result<Vec<_>>>()?;
    let link = Link {
        objects: Vec::new(),
        archives: archives.iter().map(|(name, index)| File { name, index }).collect(),
    };
    let modules = gathered(modules)?;
    let modules: Vec<Module<'_>> = modules.iter().map(Gathered::module).collect();
    Ok(plan(&Host { link, exports: Vec::new() }, &modules))
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
