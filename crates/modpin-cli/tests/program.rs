//! The program, run in a world as users run it. Knows no verb.

use std::path::Path;
use std::process::Command;

use modpin_test::world::command_in;
use modpin_test::{Said, World};

/// Where it is.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_cargo-modpin");

/// Calls of the program.
pub trait Program {
    /// With these arguments, about to be run; `modpin` stands first when cargo starts it.
    fn program(&self, args: &str) -> Command;

    /// For the project in `demo.json`, about to be run.
    fn project(&self, args: &str) -> Command {
        self.program(&format!("modpin --project demo.json {args}"))
    }

    /// What it says about that project.
    fn modpin(&self, args: &str) -> Said {
        Said::of(&mut self.project(args))
    }

    /// Builds, and there is nothing to do.
    #[track_caller]
    fn is_idle(&self) {
        self.modpin("build").has(0, "nothing to do");
    }
}

impl Program for World {
    fn program(&self, args: &str) -> Command {
        program_in(self.root(), args)
    }
}

/// The program in any directory, about to be run.
pub fn program_in(dir: &Path, args: &str) -> Command {
    let mut command = command_in(dir, PROGRAM);
    command.args(args.split_whitespace());
    command
}

/// The last of the lines for programs: whether all went well, and how many commands ran.
pub fn finished(said: &Said) -> (bool, u64) {
    let last = said.objects().pop().expect("a line");
    assert_eq!(last["reason"], "finished", "{}", said.out);
    (last["success"].as_bool().expect("a bool"), last["commands"].as_u64().expect("a number"))
}
