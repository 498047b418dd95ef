//! The order of archives that any build system made. Needs no project.

use std::path::PathBuf;

use modpin_symbols::{ArchiveFile, ArchiveId, File, Form, Order, OrderRequest, Users, order};

use super::files::{index_in, input, must_be_whole, read, shown};
use super::machines::alike;
use crate::error::Result;

/// Archives in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedFiles {
    /// The archives as they were named, in the order in which they were given: the numbers in `order` count these.
    pub archives: Vec<String>,
    /// The order, and what was found on the way. What it says of declarations means nothing: there are none.
    pub order: Order,
}

impl OrderedFiles {
    /// Archives of the order, as they were named.
    pub fn names(&self, archives: &[ArchiveId]) -> Vec<&str> {
        archives.iter().filter_map(|archive| self.archives.get(archive.0)).map(String::as_str).collect()
    }

    /// What a command line needs: the archives in order, groups with their brackets.
    pub fn args(&self) -> Vec<String> {
        let mut args = Vec::new();
        for group in &self.order.groups {
            let names = self.names(group).into_iter().map(str::to_owned);
            match group.len() {
                1 => args.extend(names),
                _ => {
                    args.push("-Wl,--start-group".to_owned());
                    args.extend(names);
                    args.push("-Wl,--end-group".to_owned());
                }
            }
        }
        args
    }
}

/// Puts archives in order. Objects among the files say who uses them, and `undefined` names are wanted as after `-u`: with
/// either the order is right for this link. Without, it is right for whoever links the archives.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a file that cannot be read, with the member in question, and for one that is no
/// archive and no relocatable object.
pub fn order_files(paths: &[PathBuf], undefined: &[String]) -> Result<OrderedFiles> {
    let contents = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    let (mut objects, mut archives) = (Vec::new(), Vec::new());
    for (path, bytes) in paths.iter().zip(&contents) {
        let (name, index) = (shown(path), index_in(path, bytes)?);
        match index.object().map(|object| object.form) {
            None => archives.push((name, index)),
            Some(Form::Relocatable) => objects.push((name, index)),
            Some(Form::Shared | Form::Executable) => {
                let why = "it is neither an archive nor a relocatable object
  help: name what a link takes apart";
                return Err(input(path, why));
            }
        }
    }
    alike(objects.iter().chain(&archives).map(|(name, index)| (name.as_str(), index)))?;
    let users = match objects.is_empty() && undefined.is_empty() {
        true => Users::Anyone,
        false => Users::ThisLink,
    };
    let file = |(name, index)| File { name, index };
    let files = archives.iter().map(|(name, index)| file((name.as_str(), index)));
    let main = (users == Users::ThisLink).then_some("main");
    let order = order(&OrderRequest {
        objects: objects.iter().map(|(name, index)| file((name.as_str(), index))).collect(),
        archives: files.map(|file| ArchiveFile { file, layer: 0, whole: false }).collect(),
        undefined: main.into_iter().chain(undefined.iter().map(String::as_str)).collect(),
        declared: vec![],
        users,
    });
    // Names are read where they stand, up to now.
    paths.iter().zip(&contents).try_for_each(|(path, bytes)| must_be_whole(path, bytes))?;
    Ok(OrderedFiles { archives: archives.into_iter().map(|(name, _)| name).collect(), order })
}
