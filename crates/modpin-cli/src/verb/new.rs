//! `new`: a workspace that builds, loads its module and passes its tests.

use std::path::Path;

use crate::command::exit::{Ended, Stop};
use crate::command::new::{HostLanguage, New};
use crate::context::Context;
use crate::templates::{ALIAS, C, C_SOURCES, Names, RUST, XTASK, write_new};

/// Makes the workspace, in a directory of its name.
pub fn run(context: &mut Context<'_>, args: &New) -> Result<Ended, Stop> {
    let New { name, host, modpin } = args;
    if let Some(why) = wrong_name(name) {
        let help = "write small letters, digits, `-` and `_`, a letter first";
        return Err(Stop::usage(format!("{name:?} is no name for a package: {why}"), help));
    }
    let dir = Path::new(name);
    if dir.symlink_metadata().is_ok() {
        let help = "name another one, or remove it; cargo modpin init adds to a workspace that is there";
        return Err(Stop::usage(format!("{name} is there already"), help));
    }
    let names = Names::new(name, modpin.as_deref())?;
    let (parts, next): (&[_], _) = match host {
        HostLanguage::Rust => (&[RUST], "cargo run, cargo test, cargo xtask modules --check-load"),
        HostLanguage::C => (&[C, C_SOURCES, XTASK], "cargo xtask modules --check-load"),
    };
    for templates in parts.iter().chain([&ALIAS]) {
        names.write(dir, templates)?;
    }
    write_new(&dir.join(".gitignore"), "/target\n")?;
    context.terminal.status("Created", format_args!("workspace {name}"));
    context.terminal.note(format_args!("  next: cd {name}; {next}"));
    Ok(Ended::DONE)
}

/// What cargo and C both take, and what is not ours in such a workspace.
fn wrong_name(name: &str) -> Option<&'static str> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(fits) {
        Some("cargo and C would not both take it")
    } else if ["xtask", "test", "core", "std", "alloc", "modpin", "modpin-load", "hello"].contains(&name)
    {
        Some("something else there has this name")
    } else {
        None
    }
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
