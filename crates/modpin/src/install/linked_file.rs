//! A linked file as it is installed: what must be said anew in it, and by what others find what belongs to it.

use std::path::Path;

use modpin_symbols::{DebugLink, RunPath};

use crate::error::{Error, Result};

/// A linked file.
pub(super) struct InstalledFileParts<'a> {
    /// What messages call it.
    pub path: &'a Path,
    pub bytes: Vec<u8>,
    pub is_archive: bool,
    pub run_path: Option<&'a (String, String)>,
    /// Where its debug information goes, from its build id.
    pub debug_name: Option<String>,
}

/// The name below `.build-id` of a file's debug information; `None` for what is no linked file.
pub(super) fn debug_name(path: &Path, bytes: &[u8]) -> Result<Option<String>> {
    if !bytes.starts_with(b"\x7fELF") {
        return Ok(None);
    }
    let id = DebugLink::of(bytes).map(|link| link.build_id()).filter(|id| id.len() > 2);
    let id = id.ok_or_else(|| Error::Input {
        path: path.to_owned(),
        why: "it has no build id, by which debuggers find its debug information\n  help: have the linker write one: \
              .ldflags(\"-Wl,--build-id\")"
            .to_owned(),
    })?;
    Ok(Some(format!("{}/{}.debug", &id[..2], &id[2..])))
}

/// Puts the search path of the new place where that of the build directory is. Others in front of it and behind it stay.
pub(super) fn move_run_path(path: &Path, bytes: &mut [u8], old: &str, new: &str) -> Result<()> {
    let wrong = |why: String| Error::Input { path: path.to_owned(), why };
    let found = RunPath::of(bytes).map_err(|error| wrong(error.to_string()))?;
    let found = found.filter(|found| found.text.contains(old)).ok_or_else(|| {
        wrong(format!(
            "its search path does not hold {old:?}, which it was linked with\n  help: build it again"
        ))
    })?;
    let text = found.text.replacen(old, new, 1);
    found.replace(bytes, &text).map_err(|over| {
        wrong(format!(
            "its search path {text:?} is {over} bytes longer than there is room for\n  help: choose directories that lie closer together"
        ))
    })
}
