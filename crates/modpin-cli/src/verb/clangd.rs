//! What leads clangd from a source to the compilation database: a link or a `.clangd` in the root of the project. Never
//! replaces what is not ours.

use std::io::{self, ErrorKind};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use modpin::Clangd;
use modpin::layout::Layout;
use modpin::own_file::replace_beside;

/// The name by which clangd looks for a database, in the directory of a source and above.
const DATABASE: &str = "compile_commands.json";

/// What became of it.
pub enum Found {
    /// This file leads there.
    By(PathBuf),
    /// None is wanted.
    Unasked,
    /// None could be written.
    Kept {
        /// And the way out.
        why: String,
    },
}

/// Leads clangd to the database of a build directory.
pub fn lead(layout: &Layout, how: Clangd) -> Found {
    let (name, led) = match how {
        Clangd::Nothing => return Found::Unasked,
        Clangd::Link => (DATABASE, link(layout)),
        Clangd::File => (".clangd", file(layout)),
    };
    let path = layout.root.join(name);
    let shown = path.display();
    match led {
        Ok(true) => Found::By(path),
        Ok(false) => Found::Kept {
            why: format!(
                "{shown} is not ours: it stays, and clangd reads it\n  help: remove it, or let the project say that none is \
                 wanted: p.clangd(Clangd::Nothing), in a project file \"clangd\": \"nothing\""
            ),
        },
        Err(error) => {
            let why = format!("{shown}: cannot write what leads clangd to the database: {error}");
            let help =
                format!("clangd --compile-commands-dir={}", layout.absolute(&layout.dir).display());
            Found::Kept { why: format!("{why}\n  help: {help}") }
        }
    }
}

/// Ours is a link to a database in a build directory, of whatever profile or target.
fn link(layout: &Layout) -> io::Result<bool> {
    let (path, target) = (layout.root.join(DATABASE), PathBuf::from(layout.compile_commands()));
    match std::fs::read_link(&path) {
        Ok(there) if there == target => return Ok(true),
        Ok(there) if is_of_modpin(&there) => std::fs::remove_file(&path)?,
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        // No link.
        Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(false),
        Err(error) => return Err(error),
    }
    symlink(target, path).map(|()| true)
}

/// `…/modpin/debug/compile_commands.json`, `…/modpin/TRIPLE/release/compile_commands.json`; of a build script, below its `OUT_DIR`.
fn is_of_modpin(target: &Path) -> bool {
    let Some(dir) = target.parent().filter(|_| target.ends_with(DATABASE)) else { return false };
    let is_profile = dir.ends_with("debug") || dir.ends_with("release");
    let is_below = dir.ancestors().skip(1).take(2).any(|above| above.ends_with("modpin"));
    is_profile && is_below || dir.ends_with("out/modpin")
}

/// Ours has our first line, and nothing besides.
fn file(layout: &Layout) -> io::Result<bool> {
    let path = layout.root.join(".clangd");
    let head = "# Written by modpin compile-commands.\nCompileFlags:\n  CompilationDatabase: ";
    let text = format!("{head}{:?}\n", layout.dir);
    if path.is_symlink() {
        return Ok(false);
    }
    match std::fs::read_to_string(&path) {
        Ok(there) if there == text => return Ok(true),
        Ok(there) if there.strip_prefix(head).is_some_and(|rest| rest.lines().count() == 1) => {}
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    replace_beside(&path, text.as_bytes()).map(|()| true)
}
