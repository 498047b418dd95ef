//! `resolve`: would modules that any build system made load into a program? Read from the files; runs nothing and needs
//! no project, no compiler and not the machine that the files are for.

use modpin::foreign::{OfMachine, OpenedFiles, is_stripped, resolve_files_opened};

use crate::command::args::Resolve;
use crate::command::exit::{Ended, Exit, Stop};
use crate::context::Context;
use crate::say::verdicts;
use crate::verb::check_load::{depfile, finish};

/// Foretells the loader's answers.
pub fn run(context: &mut Context<'_>, args: &Resolve) -> Result<Ended, Stop> {
    let Resolve { host, modules, opened, sysroot, hwcaps, step } = args;
    let opened = OpenedFiles::from(opened);
    let levels = (!hwcaps.is_empty()).then(|| hwcaps.clone());
    let of_machine = OfMachine { sysroot: sysroot.clone(), levels };
    let reports = resolve_files_opened(host, modules, &opened, &of_machine)?;
    let all = verdicts::say_foretold(context.terminal, &reports);
    verdicts::help(context.terminal, &reports, is_stripped(host));
    if all {
        let depfile = depfile(step, host, modules, &opened)?;
        finish(step, depfile)?;
    }
    Ok(Ended { exit: if all { Exit::Done } else { Exit::DoesNotLoad }, commands: 0 })
}
