//! `new`: a workspace that builds, loads its module and passes its tests.

use std::fs;
use std::path::{Path, PathBuf};

use modpin::{Error, shown};

use crate::command::exit::{Ended, Stop};
use crate::command::new::{HostLanguage, New};
use crate::context::Context;

/// A file's place, and its text before names are put in.
type Template = (&'static str, &'static str);

macro_rules! templates {
    ($($path:literal: $file:literal,)*) => {
        [$(($path, include_str!(concat!("../../templates/", $file)))),*]
    };
}

const RUST: [Template; 13] = templates! {
    "Cargo.toml": "rust/Cargo.toml.in",
    ".cargo/config.toml": "config.toml.in",
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

const C: [Template; 8] = templates! {
    "Cargo.toml": "c/Cargo.toml.in",
    ".cargo/config.toml": "config.toml.in",
    "c/include/IDENT.h": "c/header.h.in",
    "c/core/greeting.c": "rust/greeting.c.in",
    "c/hello.c": "c/hello.c.in",
    "c/main.c": "c/main.c.in",
    "xtask/Cargo.toml": "xtask.toml.in",
    "xtask/src/main.rs": "c/xtask.rs.in",
};

/// Makes the workspace, in a directory of its name.
pub fn run(context: &mut Context<'_>, args: &New) -> Result<Ended, Stop> {
    let New { name, host, modpin } = args;
    if let Some(why) = wrong_name(name) {
        let help = "write small letters, digits, `-` and `_`, a letter first";
        return Err(Stop::usage(format!("{name:?} is no name for a package: {why}"), help));
    }
    let dir = Path::new(name);
    if dir.symlink_metadata().is_ok() {
        let help = "name another one, or remove it";
        return Err(Stop::usage(format!("{} is there already", shown::line(name)), help));
    }
    let needs = |krate: &str| needed(krate, modpin.as_deref());
    let (modpin, modpin_cli) = (needs("modpin")?, needs("modpin-cli")?);
    let ident = name.replace('-', "_");
    let fill = |text: &str| {
        let text = text.replace("MODPIN_CLI", &modpin_cli).replace("MODPIN\n", &format!("{modpin}\n"));
        text.replace("IDENT", &ident).replace("NAME", name)
    };
    let templates: &[Template] = match host {
        HostLanguage::Rust => &RUST,
        HostLanguage::C => &C,
    };
    for (path, text) in templates {
        write(&dir.join(fill(path)), &fill(text))?;
    }
    write(&dir.join(".gitignore"), "/target\n")?;
    let next = match host {
        HostLanguage::Rust => "cargo run, cargo test, cargo xtask modules --check-load",
        HostLanguage::C => "cargo xtask modules --check-load",
    };
    context.terminal.status("Created", format_args!("workspace {name}"));
    context.terminal.note(format_args!("  next: cd {name}; {next}"));
    Ok(Ended::DONE)
}

/// What cargo and C both take, and what is not ours in such a workspace.
fn wrong_name(name: &str) -> Option<&'static str> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(fits) {
        Some("cargo and C would not both take it")
    } else if ["xtask", "test", "core", "std", "alloc", "modpin", "hello"].contains(&name) {
        Some("something else there has this name")
    } else {
        None
    }
}

/// A dependency: a version, or a checkout.
fn needed(krate: &str, checkout: Option<&Path>) -> Result<String, Stop> {
    let Some(checkout) = checkout else {
        return Ok(format!("{krate} = \"{}\"", env!("CARGO_PKG_VERSION")));
    };
    let path = checkout.join("crates").join(krate);
    let path: PathBuf =
        path.canonicalize().map_err(|error| Error::io(&path, "find a checkout of modpin in", error))?;
    Ok(format!("{krate} = {{ path = {:?} }}", path.to_string_lossy()))
}

fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written = made.and_then(|()| fs::write(path, text));
    Ok(written.map_err(|error| Error::io(path, "write", error))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cargo_or_c_would_not_take() {
        for name in ["app", "my-app", "a_2"] {
            assert_eq!(wrong_name(name), None, "{name}");
        }
        for name in ["", "2a", "-a", "A", "a b", "../a", "a/b", "xtask", "modpin", "größe"] {
            assert!(wrong_name(name).is_some(), "{name}");
        }
    }
}
