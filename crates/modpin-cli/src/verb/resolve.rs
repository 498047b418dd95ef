//! `resolve`: would modules that any build system made load into a program? Read from the files; runs nothing and needs
//! no project, no compiler and not the machine that the files are for.

use crate::args::Resolve;
use crate::context::Context;
use crate::exit::{Ended, Exit, Stop};
use crate::verdicts;

/// Foretells the loader's answers.
pub fn run(context: &mut Context<'_>, args: &Resolve) -> Result<Ended, Stop> {
    let reports = modpin::foreign::resolve_files(&args.host, &args.modules, args.sysroot.as_deref())?;
    let all = verdicts::say_foretold(context.terminal, &reports);
    verdicts::help(context.terminal, &reports);
    Ok(Ended { exit: if all { Exit::Done } else { Exit::DoesNotLoad }, commands: 0 })
}
