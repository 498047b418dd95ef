//! `recipe`: what a user of another build system adds to take pins and load checks as steps there. The texts are files, tried
//! by tests with the real tools.

use crate::command::exit::Ended;
use crate::command::foreign_args::{BuildSystem, Recipe};
use crate::context::Context;

/// Prints it.
pub fn run(context: &mut Context<'_>, args: &Recipe) -> Ended {
    context.terminal.text(text(args.build));
    Ended::DONE
}

/// The recipe for a build system.
pub fn text(build: BuildSystem) -> &'static str {
    match build {
        BuildSystem::Cmake => include_str!("../recipe/modpin.cmake"),
        BuildSystem::Meson => include_str!("../recipe/meson.build"),
        BuildSystem::Make => include_str!("../recipe/modpin.mk"),
        BuildSystem::Ninja => include_str!("../recipe/modpin.ninja"),
    }
}
