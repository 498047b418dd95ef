//! `check-load`: do modules that any build system made load into a program? The program's own loader is asked. Needs no
//! project, but a C compiler for the probe.

use std::path::PathBuf;

use modpin::foreign::{CheckFiles, check_load_files, is_stripped};

use crate::command::args::CheckLoad;
use crate::command::exit::{Ended, Exit, Stop};
use crate::context::Context;
use crate::say::verdicts;

/// Loads modules into a program.
pub fn run(context: &mut Context<'_>, args: &CheckLoad) -> Result<Ended, Stop> {
    let (jobs, jobserver) = context.parent.slots(args.jobs, context.terminal)?;
    let (opened, timeout) = ((&args.opened).into(), args.limit.timeout);
    let how = CheckFiles { opened, timeout, jobs, whole_program: true, jobserver, cache: cache() };
    let terminal = &mut *context.terminal;
    let reports = check_load_files(&args.host, &args.modules, how, &mut |said| {
        terminal.warn(said);
    })?;
    let all = verdicts::say(context.terminal, &reports);
    verdicts::help(context.terminal, &reports, is_stripped(&args.host));
    Ok(Ended { exit: if all { Exit::Done } else { Exit::DoesNotLoad }, commands: 0 })
}

/// Where programs keep what they can make again (the XDG Base Directory Specification).
fn cache() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
    let usual = || std::env::home_dir().filter(|dir| dir.is_absolute()).map(|home| home.join(".cache"));
    Some(named.or_else(usual)?.join("modpin"))
}
