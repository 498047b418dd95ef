//! Where the tools of rules lie: the programs that they name are looked for on the search path.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use modpin_project::{Problem, Resolved, RuleProgram};

use crate::error::{Error, Result};

/// Looks for all of them, and notes what was looked at.
///
/// # Errors
/// [`Error::Declaration`] with every tool that is not there.
pub fn look_up_tools(resolved: &mut Resolved) -> Result<()> {
    let mut problems = Vec::new();
    let mut asked = BTreeSet::new();
    for rule in &resolved.rules {
        for command in &rule.commands {
            let RuleProgram::Tool(name) = &command.program else { continue };
            if !asked.insert(name) {
                continue;
            }
            let (missing, found) = places(name);
            resolved.looked_up.missing.extend(missing);
            match found {
                Some(path) => {
                    resolved.looked_up.there.push(path.clone());
                    resolved.tools.insert(name.clone(), path.to_string_lossy().into_owned());
                }
                None => problems.push(not_there(&rule.name, name)),
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Declaration(problems)) }
}

/// Where a tool is not, and where it is.
fn places(name: &str) -> (Vec<PathBuf>, Option<PathBuf>) {
    if name.contains('/') {
        let path = PathBuf::from(name);
        return if is_program(&path) { (vec![], Some(path)) } else { (vec![path], None) };
    }
    let mut missing = Vec::new();
    for dir in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        let path = dir.join(name);
        if is_program(&path) {
            return (missing, Some(path));
        }
        missing.push(path);
    }
    (missing, None)
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn not_there(rule: &str, name: &str) -> Problem {
    let text = match name.contains('/') {
        true => format!("rule {rule:?} starts {name}, which is no program"),
        false => format!("rule {rule:?} starts {name:?}, which is nowhere on the search path"),
    };
    let help = format!(
        "install it, name it by its path, or have the rule where it is: .when(p.probe(Probe::program({name:?})))"
    );
    Problem::new(text, help)
}
