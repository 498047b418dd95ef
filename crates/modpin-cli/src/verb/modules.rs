//! `modules`: what each module needs and where it comes from; with `--check-load`, whether it loads.

use std::collections::{HashMap, HashSet};

use modpin::Error;
use modpin::load_check::Report;
use modpin::plan::PlannedLoad;
use modpin::steps::PinReport;
use modpin_engine::FileId;
use serde::de::DeserializeOwned;

use crate::command::args::Modules;
use crate::command::exit::{Ended, Exit, Stop};
use crate::context::{Context, Planned};
use crate::run::Ran;
use crate::say::listing::{self, Listed, hosts_with};
use crate::say::terminal::Verbosity;
use crate::say::verdicts;

/// Lists modules, or loads them.
pub fn run(context: &mut Context<'_>, args: &Modules) -> Result<Ended, Stop> {
    let planned = context.plan(&args.setup, args.limit.timeout)?;
    let loads = &planned.plan.loads;
    let mut wanted: Vec<FileId> =
        loads.iter().map(|load| if args.check_load { load.report } else { load.pin_report }).collect();
    if args.check_load {
        // What was proved can be run: every file of the layout is there.
        wanted.extend(planned.plan.targets.iter().flat_map(|target| &target.files));
    }
    let ran = context.run(&planned, &wanted, &args.running)?;
    if args.running.dry_run || matches!(ran.ended.exit, Exit::Signal(_)) {
        return Ok(ran.ended);
    }
    if !args.check_load || context.terminal.verbosity() == Verbosity::Verbose {
        list(context, &planned, &ran)?;
    }
    if !args.check_load {
        return Ok(ran.ended);
    }
    let reports: Vec<Report> = read_done(&planned, &ran, |load| load.report)?;
    let all = verdicts::say(context.terminal, &reports);
    let exit = if all || ran.ended.exit != Exit::Done { ran.ended.exit } else { Exit::DoesNotLoad };
    Ok(Ended { exit, ..ran.ended })
}

fn list(context: &mut Context<'_>, planned: &Planned, ran: &Ran) -> Result<(), Stop> {
    let stories: Vec<PinReport> = read_done(planned, ran, |load| load.pin_report)?;
    let stories: HashMap<&str, &PinReport> =
        stories.iter().map(|story| (story.host.as_str(), story)).collect();
    for module in &planned.resolved.modules {
        let name = module.name.as_str();
        for host in hosts_with(&planned.resolved, name) {
            listing::say(context.terminal, &Listed::BuiltIn { module: name, host });
        }
        for load in planned.plan.loads.iter().filter(|load| load.module == name) {
            let told = stories.get(load.host.as_str());
            let Some(told) =
                told.and_then(|story| story.modules.iter().find(|told| told.module == name))
            else {
                continue;
            };
            let (host, file) = (load.host.as_str(), load.file.as_str());
            listing::say(
                context.terminal,
                &Listed::Module { module: name, host, file, needs: &told.needs },
            );
        }
    }
    for disabled in &planned.resolved.disabled {
        listing::say(context.terminal, &Listed::Disabled { module: &disabled.name, why: &disabled.why });
    }
    Ok(())
}

/// What the build wrote, as far as it came: each file once.
fn read_done<T: DeserializeOwned>(
    planned: &Planned,
    ran: &Ran,
    file: impl Fn(&PlannedLoad) -> FileId,
) -> Result<Vec<T>, Stop> {
    let mut seen = HashSet::new();
    let files = planned.plan.loads.iter().map(file).filter(|&file| seen.insert(file));
    let done = files.filter(|&file| ran.has(planned, file));
    done.map(|file| {
        let path = planned.layout.absolute(planned.plan.graph.path(file));
        let bytes = std::fs::read(&path);
        let value = bytes.and_then(|bytes| serde_json::from_slice(&bytes).map_err(Into::into));
        value.map_err(|error| Error::io(&path, "read what the build wrote", error).into())
    })
    .map(|result: Result<T, Stop>| result.map_err(|stop| Stop { commands: ran.ended.commands, ..stop }))
    .collect()
}
