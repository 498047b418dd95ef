//! `check-load`: do modules that any build system made load into a program? The program's own loader is asked. Needs no
//! project, but a C compiler for the probe.

use std::path::{Path, PathBuf};

use modpin::foreign::{
    CheckFiles, ManifestLoads, OpenedFiles, check_load_files, files_of_process, is_stripped,
    loads_of_manifest,
};
use modpin::session::user_dir;

use crate::command::args::CheckLoad;
use crate::command::exit::{Ended, Exit, Stop};
use crate::command::foreign_args::Step;
use crate::context::Context;
use crate::say::output_file::{write, write_if_different};
use crate::say::verdicts;

/// Loads modules into a program.
pub fn run(context: &mut Context<'_>, args: &CheckLoad) -> Result<Ended, Stop> {
    let (jobs, jobserver) = context.parent.slots_in_silence(args.jobs)?;
    let mut depfile = None;
    let asked = match (&args.manifest, &args.host) {
        (Some(manifest), host) => loads_of_manifest(manifest, host.as_deref())?,
        (None, host) => {
            let host = host.clone().unwrap_or_default();
            let (opened, modules) = (OpenedFiles::from(&args.opened), args.modules.clone());
            depfile = self::depfile(&args.step, &host, &modules, &opened)?;
            vec![ManifestLoads { host, opened, modules }]
        }
    };
    let (mut all, mut cases) = (true, Vec::new());
    for ManifestLoads { host, opened, modules } in asked {
        let cache = user_dir().map(|dir| dir.join("modpin"));
        let (timeout, jobserver) = (args.limit.timeout, jobserver.clone());
        let how = CheckFiles { opened, timeout, jobs, whole_program: true, jobserver, cache };
        let terminal = &mut *context.terminal;
        let reports = check_load_files(&host, &modules, how, &mut |said| {
            terminal.warn(said);
        })?;
        all &= verdicts::say_as_step(context.terminal, &reports);
        verdicts::help(context.terminal, &reports, is_stripped(&host));
        cases.extend(reports.iter().map(verdicts::case));
    }
    context.report(&args.junit, cases)?;
    if all {
        finish(&args.step, depfile)?;
    }
    Ok(Ended { exit: if all { Exit::Done } else { Exit::DoesNotLoad }, commands: 0 })
}

/// The depfile that the user wants: in make's words, as ninja reads them, too.
pub fn depfile(
    step: &Step,
    host: &Path,
    modules: &[PathBuf],
    opened: &OpenedFiles,
) -> Result<Option<String>, Stop> {
    let (Some(stamp), Some(_)) = (&step.stamp, &step.depfile) else { return Ok(None) };
    let files = files_of_process(host, modules, opened)?;
    let files: String = files.iter().map(|file| format!(" \\\n {}", escaped(file))).collect();
    Ok(Some(format!("{}:{files}\n", escaped(&stamp.to_string_lossy()))))
}

/// A path in a makefile.
fn escaped(path: &str) -> String {
    path.replace('$', "$$").replace('#', "\\#").replace(' ', "\\ ")
}

/// Writes what a step leaves behind when all is well; the stamp last.
pub fn finish(step: &Step, depfile: Option<String>) -> Result<(), Stop> {
    if let (Some(path), Some(text)) = (&step.depfile, depfile) {
        write_if_different(path, &text)?;
    }
    step.stamp.as_ref().map_or(Ok(()), |stamp| write(stamp, ""))
}
