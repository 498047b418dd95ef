//! `run`: builds a program with its modules, and becomes it. It runs where the user stands, and finds its modules in the build
//! directory.

use std::ffi::OsString;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use modpin::plan::TargetKind;
use modpin::{Error, did_you_mean};
use modpin_engine::FileId;

use crate::command::args::Limit;
use crate::command::exit::{Ended, Exit, Stop};
use crate::command::run_args::{Debugger, Run};
use crate::context::{Context, Planned};

/// Where a program looks for its modules first.
pub const MODULES: &str = "MODPIN_MODULES";

/// Builds a program and runs it.
pub fn run(context: &mut Context<'_>, args: &Run) -> Result<Ended, Stop> {
    context.jobs = args.running.jobs;
    let planned = context.plan(&args.setup, Limit::default().timeout)?;
    let wanted = program(&planned, &args.program)?;
    let ran = context.run(&planned, &wanted, &args.running)?;
    if ran.ended.exit != Exit::Done || args.running.dry_run {
        return Ok(ran.ended);
    }
    // The program takes our place.
    context.write_timings().map_err(|stop| Stop { commands: ran.ended.commands, ..stop })?;
    let path = planned.layout.absolute(planned.plan.graph.path(wanted[0]));
    let mut command = started(&path, args.debugger, &planned.layout.root);
    command.args(&args.args).env(MODULES, modules_dir(&planned));
    let path = PathBuf::from(command.get_program());
    context.terminal.status("Running", path.display());
    context.terminal.end_progress();
    let failed = |error| Stop {
        commands: ran.ended.commands,
        ..Error::io(&path, "start the program", error).into()
    };
    // Whoever reads messages waits for the last one.
    if !context.terminal.json() {
        return Err(failed(command.exec()));
    }
    let status = command.status().map_err(failed)?;
    let exit = match (status.code(), status.signal()) {
        (Some(0), _) => Exit::Done,
        (Some(code), _) => Exit::Program(code as u8),
        (None, signal) => Exit::Signal(signal.unwrap_or_default() as u8),
    };
    Ok(Ended { exit, commands: ran.ended.commands })
}

/// What is built names no path of the checkout, so a debugger has to be told where the sources are.
fn started(program: &Path, debugger: Option<Debugger>, root: &Path) -> Command {
    let (name, mut words) = match debugger {
        None => return Command::new(program),
        Some(Debugger::Gdb) => ("gdb", vec!["-q".into(), "-d".into(), root.into(), "--args".into()]),
        Some(Debugger::Lldb) => {
            let root = root.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
            let map = format!("settings set target.source-map . \"{root}\"");
            ("lldb", vec![OsString::from("-O"), map.into(), "--".into()])
        }
    };
    words.push(program.into());
    let mut command = Command::new(name);
    command.args(words);
    command
}

/// Where the modules of a build are.
pub fn modules_dir(planned: &Planned) -> PathBuf {
    planned.layout.absolute(&planned.layout.dir)
}

/// The files of a program, itself first, with all that it loads.
fn program(planned: &Planned, name: &str) -> Result<Vec<FileId>, Stop> {
    let programs = planned.plan.targets.iter().filter(|target| target.kind == TargetKind::Executable);
    if let Some(found) = programs.clone().find(|target| target.name == name) {
        let mut files = found.files.clone();
        files.extend(&found.checks);
        files.extend(files_of_modules(planned, name));
        return Ok(files);
    }
    if let Some(off) = planned.resolved.disabled.iter().find(|off| off.name == name) {
        return Err(Stop::usage(
            format!("{} {name:?} is not built: {}", off.kind, off.why),
            "switch it on: -D",
        ));
    }
    let is_module =
        planned.plan.loads.iter().filter(|load| load.module == name).map(|load| load.host.as_str());
    if let Some(host) = is_module.into_iter().next() {
        return Err(Stop::usage(
            format!("{name:?} is a module, which programs load"),
            format!("run one that does: run {host}"),
        ));
    }
    let names = programs.map(|target| target.name.as_str());
    let other = "`list` shows the executables of the project";
    Err(Stop::usage(format!("no executable is named {name:?}"), did_you_mean(name, names, other)))
}

/// What a program loads, and the manifest that says so.
pub fn files_of_modules(planned: &Planned, program: &str) -> Vec<FileId> {
    let loads = planned.plan.loads.iter().filter(|load| load.host == program);
    let modules: Vec<&str> = loads.map(|load| load.module.as_str()).collect();
    let is_loaded = |target: &&modpin::plan::PlannedTarget| {
        target.kind == TargetKind::Module && modules.contains(&target.name.as_str())
    };
    let files = planned.plan.targets.iter().filter(is_loaded).flat_map(|target| target.files.clone());
    let manifest = planned.plan.graph.find(&planned.layout.manifest());
    let manifest = manifest.filter(|_| !modules.is_empty());
    files.chain(manifest).collect()
}
