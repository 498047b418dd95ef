//! What a test looks at after a build: files, symbols, processes. Judges nothing.

use std::path::{Path, PathBuf};

use modpin::load_check::{Report, Verdict};
use modpin::steps::PinReport;
use modpin_symbols::Object;

use crate::World;

impl World {
    /// The bytes of a file of the build directory.
    ///
    /// # Panics
    /// When it is not there.
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.built(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The text of a file of the build directory.
    ///
    /// # Panics
    /// When it is not there, or no text.
    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The symbols and dynamic entries of an object, module or program of the build directory.
    ///
    /// # Panics
    /// When it is none.
    pub fn object(&self, path: &str) -> Object<'static> {
        let bytes = self.bytes(path);
        let object = modpin_symbols::read_object(&bytes);
        object.unwrap_or_else(|error| panic!("{path}: {error}")).into_owned()
    }

    /// The names that a program or module offers to the loader.
    pub fn exports(&self, path: &str) -> Vec<String> {
        self.object(path).table.defined.iter().map(|symbol| symbol.name.to_string()).collect()
    }

    /// The shared libraries that a program or module names.
    pub fn libraries(&self, path: &str) -> Vec<String> {
        let dynamic = self.object(path).dynamic.unwrap_or_default();
        dynamic.needed.iter().map(ToString::to_string).collect()
    }

    /// The pin step's report of a host.
    ///
    /// # Panics
    /// When there is none.
    pub fn pin_report(&self, host: &str) -> PinReport {
        serde_json::from_str(&self.text(&format!(".modpin/link/{host}.pins.json"))).expect("a report")
    }

    /// Every file below a directory of the build directory, as paths below the build directory, sorted.
    pub fn files(&self, below: &str) -> Vec<String> {
        let (mut files, root) = (Vec::new(), self.built(""));
        walk(&self.built(below), &mut |path| {
            let path = path.strip_prefix(&root).unwrap_or(path);
            files.push(path.to_string_lossy().into_owned());
        });
        files.sort();
        files
    }

    /// Every file outside of the build directory, sorted.
    pub fn sources(&self) -> Vec<PathBuf> {
        let (mut files, built) = (Vec::new(), self.root().join("target"));
        walk(self.root(), &mut |path| {
            files.extend((!path.starts_with(&built)).then(|| path.to_owned()))
        });
        files.sort();
        files
    }
}

/// A verdict as it is written everywhere: `missing-symbols`.
pub fn word(verdict: Verdict) -> String {
    let word = serde_json::to_value(verdict).expect("a word");
    word.as_str().unwrap_or_default().to_owned()
}

/// The report of one module.
///
/// # Panics
/// When there is none.
pub fn report<'a>(reports: &'a [Report], module: &str) -> &'a Report {
    let found = reports.iter().find(|report| report.module == module);
    found.unwrap_or_else(|| panic!("no report of {module}"))
}

fn walk(dir: &Path, see: &mut dyn FnMut(&Path)) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) { walk(&path, see) } else { see(&path) }
    }
}
