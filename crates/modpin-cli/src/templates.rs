//! Workspaces that we write, and parts of them: texts with names in them, and where they go. Never writes over what is there.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use modpin::Error;

use crate::command::exit::Stop;

/// A file's place, and its text, both before names are put in.
pub type Template = (&'static str, &'static str);

macro_rules! templates {
    ($($path:literal: $file:literal,)*) => {
        &[$(($path, include_str!(concat!("../templates/", $file)))),*]
    };
}

/// A program that cargo links, a library package of its functions, and what it loads.
pub const RUST: &[Template] = templates! {
    "Cargo.toml": "rust/Cargo.toml.in",
    "NAME/Cargo.toml": "rust/host.toml.in",
    "NAME/build.rs": "rust/build.rs.in",
    "NAME/src/main.rs": "rust/main.rs.in",
    "NAME/tests/modules.rs": "rust/modules.rs.in",
    "NAME/c/include/IDENT.h": "rust/header.h.in",
    "NAME/c/core/greeting.c": "rust/greeting.c.in",
    "NAME/c/hello.c": "rust/hello.c.in",
    "NAME-core/Cargo.toml": "rust/core.toml.in",
    "NAME-core/src/lib.rs": "rust/core.rs.in",
    "xtask/Cargo.toml": "xtask.toml.in",
    "xtask/src/main.rs": "rust/xtask.rs.in",
};

/// A workspace that has nothing but its `xtask`.
pub const C: &[Template] = templates! {
    "Cargo.toml": "c/Cargo.toml.in",
};

/// A program in C, and a module that it loads.
pub const C_SOURCES: &[Template] = templates! {
    "c/include/IDENT.h": "c/header.h.in",
    "c/core/greeting.c": "rust/greeting.c.in",
    "c/hello.c": "c/hello.c.in",
    "c/main.c": "c/main.c.in",
};

/// The `xtask` that declares these.
pub const XTASK: &[Template] = templates! {
    "xtask/Cargo.toml": "c/xtask.toml.in",
    "xtask/src/main.rs": "c/xtask.rs.in",
};

/// An `xtask` that declares nothing yet.
pub const XTASK_OF_NOTHING: &[Template] = templates! {
    "xtask/Cargo.toml": "xtask.toml.in",
    "xtask/src/main.rs": "empty_xtask.rs.in",
};

/// How `cargo xtask` becomes a command.
pub const ALIAS: &[Template] = templates! {
    ".cargo/config.toml": "config.toml.in",
};

/// What is put into the texts.
pub struct Names {
    name: String,
    modpin: String,
    modpin_cli: String,
    modpin_load: String,
}

impl Names {
    /// The program's name, and where modpin comes from: a checkout, or published crates.
    ///
    /// # Errors
    /// A checkout that is not there.
    pub fn new(name: &str, checkout: Option<&Path>) -> Result<Names, Stop> {
        let needs = |krate: &str| needed(krate, checkout);
        Ok(Names {
            name: name.to_owned(),
            modpin: needs("modpin")?,
            modpin_cli: needs("modpin-cli")?,
            modpin_load: needs("modpin-load")?,
        })
    }

    /// A text with the names in it.
    pub fn fill(&self, text: &str) -> String {
        let text = text.replace("MODPIN_CLI", &self.modpin_cli);
        let text = text.replace("MODPIN_LOAD", &self.modpin_load);
        let text = text.replace("MODPIN\n", &format!("{}\n", self.modpin));
        text.replace("IDENT", &self.name.replace('-', "_")).replace("NAME", &self.name)
    }

    /// Writes files below a directory, none of which may be there, and answers their paths in it.
    ///
    /// # Errors
    /// What is there already, or cannot be written.
    pub fn write(&self, dir: &Path, templates: &[Template]) -> Result<Vec<String>, Stop> {
        let file = |(path, text): &Template| {
            let path = self.fill(path);
            write_new(&dir.join(&path), &self.fill(text))?;
            Ok(path)
        };
        templates.iter().map(file).collect()
    }
}

/// A dependency: a version, or a checkout.
fn needed(krate: &str, checkout: Option<&Path>) -> Result<String, Stop> {
    let Some(checkout) = checkout else {
        return Ok(match krate {
            // Nobody pays for verbs that a build does not need.
            "modpin-cli" => format!(
                "{krate} = {{ version = \"{}\", default-features = false }}",
                env!("CARGO_PKG_VERSION")
            ),
            _ => format!("{krate} = \"{}\"", env!("CARGO_PKG_VERSION")),
        });
    };
    let path = checkout.join("crates").join(krate);
    let path: PathBuf =
        path.canonicalize().map_err(|error| Error::io(&path, "find a checkout of modpin in", error))?;
    let features = if krate == "modpin-cli" { ", default-features = false" } else { "" };
    Ok(format!("{krate} = {{ path = {:?}{features} }}", path.to_string_lossy()))
}

/// Writes a file that is not there yet, with its directories.
///
/// # Errors
/// One that is there, and what the disk refuses.
pub fn write_new(path: &Path, text: &str) -> Result<(), Stop> {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written = made.and_then(|()| File::create_new(path)?.write_all(text.as_bytes()));
    Ok(written.map_err(|error| Error::io(path, "write", error))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_written_over() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a/b");
        write_new(&path, "one").expect("a new file");
        let said = write_new(&path, "two").expect_err("it is there").texts().concat();
        assert!(said.contains("a/b: cannot write: File exists"), "{said}");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "one");
    }
}
