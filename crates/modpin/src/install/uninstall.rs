//! Takes away what installations of a project have put somewhere: what their record says, and nothing else.

use std::path::Path;

use super::dirs::InstallDirs;
use super::put::remove;
use super::record::Record;
use super::work::{Change, ChangeKind, at, begun, remove_empty, taken_away};
use crate::error::{Error, Result};

/// Takes it away. Whether there was a record.
///
/// # Errors
/// A record that is none; what the disk refuses.
pub fn uninstall(
    project: &str,
    dirs: &InstallDirs,
    destdir: Option<&Path>,
    dry_run: bool,
    hear: &mut dyn FnMut(&Change),
) -> Result<bool> {
    let record = dirs.record(project);
    let Some(mut known) = Record::read(&at(destdir, &record))? else { return Ok(false) };
    for file in &known.files {
        let path = at(destdir, &file.path);
        if !dry_run {
            let begun = begun(&path, project);
            remove(&begun).map_err(|error| Error::io(&begun, "remove", error))?;
        }
        let kind = taken_away(&path, dry_run)?;
        kind.into_iter().for_each(|kind| hear(&Change { kind, path: file.path.clone() }));
    }
    // Last: whoever is stopped before can go on.
    if taken_away(&at(destdir, &record), dry_run)? == Some(ChangeKind::Removed) {
        hear(&Change { kind: ChangeKind::Removed, path: record });
    }
    if !dry_run {
        remove_empty(&mut known.dirs, destdir);
    }
    Ok(true)
}
