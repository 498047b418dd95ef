//! `init`: adds an `xtask`, its alias and a first declaration to a workspace that is there. Changes no file: what would have to be
//! changed is told, so that its owner does it.

use std::path::Path;
use std::process::Command;

use modpin::layout::Workspace;
use modpin::{Error, ProjectError};

use crate::command::exit::{Ended, Stop};
use crate::command::new::Init;
use crate::context::Context;
use crate::say::terminal::Terminal;
use crate::templates::{ALIAS, C_SOURCES, Names, Template, XTASK, XTASK_OF_NOTHING};

/// The program of the first declaration.
const PROGRAM: &str = "demo";

/// What there is to say at the end.
#[derive(Default)]
struct Report {
    /// What was there, and stays.
    left: Vec<&'static str>,
    /// What its owner has to do.
    by_hand: Vec<String>,
}

/// Adds what is not there to the workspace around the current directory.
pub fn run(context: &mut Context<'_>, args: &Init) -> Result<Ended, Stop> {
    let workspace = Workspace::of_workspace(Path::new(".")).map_err(|error| match error {
        Error::Project(ProjectError::Metadata(error)) => {
            let help = "cargo modpin new NAME makes a workspace from nothing";
            Stop::usage(format!("cargo finds no workspace here: {error}"), help)
        }
        error => error.into(),
    })?;
    let root = &workspace.root;
    let names = Names::new(PROGRAM, args.modpin.as_deref())?;
    let terminal = &mut *context.terminal;
    let mut told = Report::default();

    let has_xtask = workspace.packages.iter().any(|name| name == "xtask") || is_there(root, "xtask");
    let has_c = is_there(root, "c");
    if has_xtask {
        told.left.push("xtask");
        let text = names.fill("xtask needs the dependencies\n      MODPIN\n      MODPIN_CLI\n    and");
        told.by_hand.push(format!("{text} fn main() -> ExitCode {{ modpin_cli::main!(declare) }}"));
    } else {
        if has_c {
            told.left.push("c");
        } else {
            add(terminal, &names, root, C_SOURCES)?;
        }
        add(terminal, &names, root, if has_c { XTASK_OF_NOTHING } else { XTASK })?;
        told.by_hand.extend(not_a_member(root));
    }
    if !is_there(root, ".cargo/config.toml") && !is_there(root, ".cargo/config") {
        add(terminal, &names, root, ALIAS)?;
    } else if !has_alias(root) {
        told.left.push(".cargo/config.toml");
        let [(path, text)] = ALIAS else { unreachable!("it is one file") };
        told.by_hand.push(format!("{path} needs\n      {}", text.trim_end().replace('\n', "\n      ")));
    }
    told.say(terminal);
    terminal.note(match has_c || has_xtask {
        true => "  next: declare your targets in xtask/src/main.rs; cargo xtask modules --check-load",
        false => "  next: cargo xtask modules --check-load",
    });
    Ok(Ended::DONE)
}

impl Report {
    fn say(&self, terminal: &mut Terminal) {
        for path in &self.left {
            terminal.status("Left", format_args!("{path}: it is there already"));
        }
        for text in &self.by_hand {
            terminal.note(format_args!("  by hand: {text}"));
        }
    }
}

fn is_there(root: &Path, path: &str) -> bool {
    root.join(path).symlink_metadata().is_ok()
}

fn add(terminal: &mut Terminal, names: &Names, root: &Path, templates: &[Template]) -> Result<(), Stop> {
    for path in names.write(root, templates)? {
        terminal.status("Created", path);
    }
    Ok(())
}

/// What makes the new package one of the workspace. cargo knows whether a pattern of the owner's takes it in.
fn not_a_member(root: &Path) -> Option<String> {
    match Workspace::of_workspace(&root.join("xtask")) {
        Ok(found) if found.root == root => None,
        // The manifest has no table of workspaces, and the new package is one alone.
        Ok(_) => Some("Cargo.toml needs\n      [workspace]\n      members = [\"xtask\"]".to_owned()),
        Err(_) => Some("Cargo.toml needs \"xtask\" among the `members` of [workspace]".to_owned()),
    }
}

/// Whether `cargo xtask` is a command, as cargo lists them: an alias may stand in any directory above, too.
fn has_alias(root: &Path) -> bool {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let listed = Command::new(cargo).arg("--list").current_dir(root).output();
    listed.is_ok_and(|listed| {
        String::from_utf8_lossy(&listed.stdout).lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some("xtask") && words.next() == Some("alias:")
        })
    })
}
