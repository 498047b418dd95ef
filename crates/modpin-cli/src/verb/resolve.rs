//! `resolve`: would modules that any build system made load into a program? Read from the files; runs nothing and needs
//! no project, no compiler and not the machine that the files are for.

use modpin::foreign::{is_stripped, resolve_files_after};

use crate::command::args::Resolve;
use crate::command::exit::{Ended, Exit, Stop};
use crate::context::Context;
use crate::say::verdicts;

/// Foretells the loader's answers.
pub fn run(context: &mut Context<'_>, args: &Resolve) -> Result<Ended, Stop> {
    let Resolve { host, modules, first, sysroot } = args;
    let reports = resolve_files_after(host, first, modules, sysroot.as_deref())?;
    let all = verdicts::say_foretold(context.terminal, &reports);
    verdicts::help(context.terminal, &reports, is_stripped(host));
    Ok(Ended { exit: if all { Exit::Done } else { Exit::DoesNotLoad }, commands: 0 })
}
