//! Where the tools of rules lie: the programs that they name are looked for on the search path.

use std::collections::BTreeSet;
use std::path::Path;

use modpin_project::{
    Language, Problem, Resolved, ResolvedExecutable, RuleCommand, RuleFile, RulePart, RuleProgram,
};

use super::driver::Driver;
use super::search_path::{is_program, places};
use super::{Runner, Toolchain};
use crate::error::{Error, Result};

/// Looks for all of them, and notes what was looked at.
///
/// # Errors
/// [`Error::Declaration`] with every tool that is not there.
pub fn look_up_tools(toolchain: &Toolchain, resolved: &mut Resolved) -> Result<()> {
    let mut problems = Vec::new();
    let mut asked = BTreeSet::new();
    for rule in &resolved.rules {
        for command in &rule.commands {
            problems.extend(toolchain.cannot_start(&rule.name, command));
            problems.extend(no_script(&resolved.root, &rule.name, command));
            for (key, name, is_of_compiler) in wanted(command) {
                if !asked.insert(key.clone()) {
                    continue;
                }
                let named = if is_of_compiler { toolchain.program_named(&name) } else { name.clone() };
                let (missing, found) = places(&named);
                resolved.looked_up.missing.extend(missing);
                match found {
                    Some(path) => {
                        resolved.looked_up.there.push(path.clone());
                        resolved.tools.insert(key, path.to_string_lossy().into_owned());
                    }
                    None if has_program(&resolved.executables, &resolved.build_machine, &name) => {
                        problems.push(of_the_project(&rule.name, &name));
                    }
                    None => problems.push(not_there(&rule.name, &name)),
                }
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Declaration(problems)) }
}

/// The emulators that the kernel knows (its documentation, "Kernel Support for miscellaneous Binary Formats").
const KNOWN: &str = "/proc/sys/fs/binfmt_misc";

/// Under which key a tool of the compiler is kept.
pub fn of_compiler(name: &str) -> String {
    format!("of the compiler: {name}")
}

/// What the compiler of this name compiles; `None` for another tool.
pub fn compiled_language(name: &str) -> Option<Language> {
    match name {
        "cc" => Some(Language::C),
        "c++" => Some(Language::Cxx),
        _ => None,
    }
}

/// The tools that a command names: the key and the name of each, and whether the compiler is asked for it.
fn wanted(command: &RuleCommand) -> Vec<(String, String, bool)> {
    let of_parts = command.args.iter().flatten().filter_map(|part| match part {
        RulePart::OfCompiler(name) => Some(name),
        _ => None,
    });
    let (own, first) = match &command.program {
        RuleProgram::Tool(name) => (Some(name), None),
        RuleProgram::OfCompiler(name) => (None, Some(name)),
        RuleProgram::File(_) | RuleProgram::Step(_) => (None, None),
    };
    let of_compiler = first.into_iter().chain(of_parts);
    let of_compiler = of_compiler.filter(|name| compiled_language(name).is_none());
    let of_compiler = of_compiler.map(|name| (self::of_compiler(name), name.clone(), true));
    own.into_iter().map(|name| (name.clone(), name.clone(), false)).chain(of_compiler).collect()
}

impl Toolchain {
    /// Why a program of the project that a rule starts does not start here: it is for another machine, and nothing is known that
    /// starts it.
    fn cannot_start(&self, rule: &str, command: &RuleCommand) -> Option<Problem> {
        let RuleProgram::File(RuleFile::Target { kind: "executable", name }) = &command.program else {
            return None;
        };
        let Runner { variable, words, example } = &self.runner;
        let machine = variable.strip_prefix("CARGO_TARGET_")?.split('_').next()?.to_lowercase();
        let emulator = example.split(' ').next().unwrap_or_default();
        let is_own = machine == std::env::consts::ARCH
            || (machine.ends_with("86") && cfg!(target_arch = "x86_64"));
        let starts = is_own || !words.is_empty() || Path::new(KNOWN).join(emulator).exists();
        (!starts).then(|| {
            let text = format!("rule {rule:?} starts {name:?}, which is for {machine}, and this machine starts no such programs");
            let help = format!("make it a HostProgram, which is for this machine, or set {variable}={example:?}");
            Problem::new(text, help)
        })
    }

    /// The name or path under which the compiler finds a program that belongs to it.
    fn program_named(&self, name: &str) -> String {
        let (compiler, args) = (self.compiler.as_str(), &[][..]);
        let driver = Driver { compiler, args, dir: Path::new("/"), language: "c" };
        let said = driver.ask(&format!("-print-prog-name={name}"));
        if said.is_empty() { name.to_owned() } else { said }
    }
}

/// Whether a target is a program of this name.
fn has_program(own: &[ResolvedExecutable], there: &Option<Box<Resolved>>, name: &str) -> bool {
    let there = there.iter().flat_map(|there| &there.executables);
    own.iter().chain(there).any(|program| program.name == name)
}

fn of_the_project(rule: &str, name: &str) -> Problem {
    let text = format!(
        "rule {rule:?} starts {name:?} of the search path, and it is not there, but a program of the project"
    );
    let help = format!(
        "name the target: target_file({name:?}), its handle's .arg(), or {{\"target\": {name:?}}} in a project file"
    );
    Problem::new(text, help)
}

/// A file of the project that a rule starts, and that is none to be started.
fn no_script(root: &Path, rule: &str, command: &RuleCommand) -> Option<Problem> {
    let RuleProgram::File(RuleFile::Source(path)) = &command.program else { return None };
    if is_program(&root.join(path)) {
        return None;
    }
    let text = format!("rule {rule:?} starts {path:?}, which nobody has the right to run");
    let help = format!(
        "chmod +x {path}, with its interpreter in its first line (#!/bin/sh); or name the program that reads it first: .run([\"sh\".into(), input({path:?})])"
    );
    Some(Problem::new(text, help))
}

fn not_there(rule: &str, name: &str) -> Problem {
    let text = match name.contains('/') {
        true => format!("rule {rule:?} starts {name}, which is no program"),
        false => format!("rule {rule:?} starts {name:?}, which is nowhere on the search path"),
    };
    let words: Vec<&str> = name.split_whitespace().collect();
    let help = match words.len() {
        0 | 1 => format!(
            "install it, name it by its path, or have the rule where it is: .when(p.probe(Probe::program({name:?})))"
        ),
        _ => {
            format!("there is no shell between, so each word is an argument of its own: .run({words:?})")
        }
    };
    Problem::new(text, help)
}
