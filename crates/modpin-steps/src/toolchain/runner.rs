//! What starts programs of another machine here: the variable in which cargo's users name it (`CARGO_TARGET_<TRIPLE>_RUNNER`, the cargo
//! book, "Environment Variables"). Where nobody names one, the kernel may know an emulator.

use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::search_path::find_program;

/// What starts programs of the machine that is built for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runner {
    /// The variable that names it; empty where this machine itself is built for.
    pub variable: String,
    /// The program, by absolute path if it was found, and its arguments. Empty: the kernel starts such programs, or nobody does.
    pub words: Vec<String>,
    /// What the variable may say, as far as anybody can guess: qemu's emulator in the world of the compiler.
    pub example: String,
}

impl Runner {
    /// As the environment names it for a target. This machine's own programs start by themselves: a runner that somebody has for
    /// his tests may be one that takes variables away.
    pub fn of(target: Option<&str>, library_dirs: &[String]) -> Runner {
        let Some(target) = target else { return Runner::default() };
        let triple = target.to_uppercase().replace(['-', '.'], "_");
        let variable = format!("CARGO_TARGET_{triple}_RUNNER");
        let text = std::env::var(&variable).unwrap_or_default();
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if let Some(program) = words.first_mut() {
            *program = find_program(program).unwrap_or_else(|| program.clone());
        }
        Runner { variable, words, example: example(target, library_dirs) }
    }

    /// The program that is started, where there is one.
    pub fn program(&self) -> Option<&str> {
        self.words.first().map(String::as_str)
    }

    /// A program with its arguments as the runner starts it. `own` are variables for the program alone: an emulator is told them by
    /// arguments, since it would obey them itself.
    pub fn command(&self, program: String, own: Variables) -> (String, Vec<String>, Variables) {
        let Some((runner, args)) = self.words.split_first() else { return (program, vec![], own) };
        let mut args = args.to_vec();
        let mut left = Variables::new();
        for (name, value) in own {
            match (is_qemu(runner), value) {
                (true, Some(value)) => args.extend(["-E".to_owned(), format!("{name}={value}")]),
                (true, None) => args.extend(["-U".to_owned(), name]),
                (false, value) => left.push((name, value)),
            }
        }
        args.push(program);
        (runner.clone(), args, left)
    }
}

/// Variables with their values; one without is taken away.
pub type Variables = Vec<(String, Option<String>)>;

/// qemu's emulators of single programs have options for variables (qemu's manual, "QEMU User space emulator").
fn is_qemu(program: &str) -> bool {
    program.rsplit('/').next().unwrap_or(program).starts_with("qemu-")
}

fn example(target: &str, library_dirs: &[String]) -> String {
    let machine = Machine::of(target);
    let is_world = |dir: &&String| !["/lib", "/usr/lib"].contains(&dir.as_str());
    let mut worlds = library_dirs.iter().filter(is_world).filter_map(|dir| dir.strip_suffix("/lib"));
    let world = worlds.next_back().map(|dir| format!(" -L {dir}")).unwrap_or_default();
    format!("qemu-{}{world}", machine.arch)
}
