//! `modules`: what each module needs and where it comes from; with `--check-load`, whether it loads. What is told is what the
//! finished files have, and it ends as a build does.

use std::collections::{BTreeSet, HashMap, HashSet};

use modpin::Error;
use modpin::explain::{FinishedLink, LookUps, confirm_needs, finished_links};
use modpin::layout::{Goal, Layout};
use modpin::load_check::Report;
use modpin::steps::PinReport;
use modpin_engine::FileId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::command::args::Modules;
use crate::command::exit::{Ended, Exit, Stop};
use crate::context::{Context, Planned};
use crate::recall::{self, BuildRequest, Built};
use crate::run::Ran;
use crate::say::junit::Case;
use crate::say::listing::{self, Listed, hosts_with};
use crate::say::verdicts;
use crate::say::voice::Verbosity;
use crate::verb::build;

/// Lists modules, or loads them.
pub fn run(context: &mut Context<'_>, args: &Modules) -> Result<Ended, Stop> {
    let built = if args.check_load { load(context, args) } else { link(context, args) }?;
    let Built { layout, ran, note: modules } = built;
    if args.running.dry_run || matches!(ran.ended.exit, Exit::Signal(_)) {
        return Ok(ran.ended);
    }
    let commands = ran.ended.commands;
    let stop = |stop| Stop { commands, ..stop };
    if !args.check_load || context.terminal.verbosity() == Verbosity::Verbose {
        list(context, &modules, &layout, &ran).map_err(stop)?;
    }
    if !args.check_load {
        return Ok(ran.ended);
    }
    let reports: Vec<Report> =
        read_done(&layout, &ran, modules.loads.iter().map(|load| &load.report)).map_err(stop)?;
    let failed = ran.ended.exit != Exit::Done;
    let mut all = true;
    // After a failure that stopped all of them there is nothing to count, which is not to say that there are no modules.
    if !failed || !reports.is_empty() {
        all = verdicts::say(context.terminal, &reports);
    }
    let mut cases: Vec<Case> = reports.iter().map(verdicts::case).collect();
    for Load { host, module, report, .. } in modules.loads.iter().filter(|load| !ran.has(&load.report)) {
        if let Some(why) = ran.why_not(report) {
            verdicts::say_unchecked(context.terminal, module, host, why);
            cases.push(Case::not_run(host, module, why));
        }
    }
    context.report(&args.junit, cases).map_err(stop)?;
    if all && !failed && !ran.outcome.ran.is_empty() {
        let Ended { exit, commands: more } = build::rest(context, &args.setup, &args.running)?;
        return Ok(Ended { exit, commands: commands + more });
    }
    let exit = if all || failed { ran.ended.exit } else { Exit::DoesNotLoad };
    Ok(Ended { exit, ..ran.ended })
}

/// Builds what is missing, and loads every module that is not known to load.
fn load(context: &mut Context<'_>, args: &Modules) -> Result<Built<AllModules>, Stop> {
    let Modules { limit, setup, running, .. } = args;
    let (goal, timeout) = (Goal::CheckLoad, limit.timeout);
    let asked = BuildRequest { goal, setup, running, timeout, words: format!("{timeout:?}") };
    recall::build(context, &asked, |planned| {
        let reports = planned.plan.loads.iter().map(|load| load.report);
        // What was proved can be run: every file of the layout is there.
        let files = planned.plan.targets.iter().flat_map(|target| target.files.iter().copied());
        Ok((reports.chain(files).collect(), AllModules::of(planned)))
    })
}

/// Links the modules and their hosts, and works out what they need.
fn link(context: &mut Context<'_>, args: &Modules) -> Result<Built<AllModules>, Stop> {
    let planned = context.plan(&args.setup, args.limit.timeout)?;
    let wanted = planned.plan.loads.iter().flat_map(|load| load.proofs.iter().chain([&load.pin_report]));
    // A host that is linked anew is told which modules it has now.
    let manifest = planned.plan.graph.find(&planned.layout.manifest());
    let wanted = wanted.chain(&manifest);
    let wanted: BTreeSet<FileId> = wanted.copied().collect();
    let ran = context.run(&planned, &Vec::from_iter(wanted), &args.running)?;
    let note = AllModules::of(&planned);
    Ok(Built { layout: planned.layout, ran, note })
}

/// The modules of a plan, as they are told.
#[derive(Serialize, Deserialize)]
struct AllModules {
    modules: Vec<OneModule>,
    loads: Vec<Load>,
    /// Those that are not built, and why.
    disabled: Vec<(String, String)>,
    /// What is linked: who gives what is looked up there.
    linked: Vec<FinishedLink>,
    library_dirs: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct OneModule {
    name: String,
    /// Hosts that have it themselves.
    built_into: Vec<String>,
}

/// A module in a host: its file, and where the reports about it are.
#[derive(Serialize, Deserialize)]
struct Load {
    host: String,
    module: String,
    file: String,
    report: String,
    pin_report: String,
}

impl AllModules {
    fn of(planned: &Planned) -> AllModules {
        let Planned { resolved, plan, .. } = planned;
        let path = |file| plan.graph.path(file).to_owned();
        let modules = resolved.modules.iter().map(|module| OneModule {
            name: module.name.clone(),
            built_into: hosts_with(resolved, &module.name).into_iter().map(str::to_owned).collect(),
        });
        let loads = plan.loads.iter().map(|load| Load {
            host: load.host.clone(),
            module: load.module.clone(),
            file: load.file.clone(),
            report: path(load.report),
            pin_report: path(load.pin_report),
        });
        let disabled = resolved.disabled.iter().filter(|disabled| disabled.kind == "module");
        let disabled = disabled.map(|disabled| (disabled.name.clone(), disabled.why.clone()));
        AllModules {
            modules: modules.collect(),
            loads: loads.collect(),
            disabled: disabled.collect(),
            linked: finished_links(plan),
            library_dirs: plan.library_dirs.clone(),
        }
    }
}

fn list(context: &mut Context<'_>, all: &AllModules, layout: &Layout, ran: &Ran) -> Result<(), Stop> {
    let reports: Vec<PinReport> = read_done(layout, ran, all.loads.iter().map(|load| &load.pin_report))?;
    let reports: HashMap<&str, &PinReport> =
        reports.iter().map(|report| (report.host.as_str(), report)).collect();
    let mut look_ups = LookUps::new(&all.linked, &all.library_dirs, &layout.root);
    let mut say = |listed: &Listed<'_>| listing::say(context.terminal, listed);
    for OneModule { name: module, built_into } in &all.modules {
        built_into.iter().for_each(|host| say(&Listed::BuiltIn { module, host }));
        for Load { host, file, .. } in all.loads.iter().filter(|load| load.module == *module) {
            let told = reports.get(host.as_str());
            let told = told.and_then(|report| report.modules.iter().find(|told| told.module == *module));
            if let Some(told) = told {
                let (unique, mut needs) = (told.unique.as_deref(), told.needs.clone());
                confirm_needs(&mut look_ups, host, module, &mut needs);
                say(&Listed::Module { module, host, file, needs: &needs, unique });
            }
        }
    }
    all.disabled.iter().for_each(|(module, why)| say(&Listed::Disabled { module, why }));
    Ok(())
}

/// What the build wrote, as far as it came: each file once.
fn read_done<'a, T: DeserializeOwned>(
    layout: &Layout,
    ran: &Ran,
    files: impl Iterator<Item = &'a String>,
) -> Result<Vec<T>, Stop> {
    let mut seen = HashSet::new();
    let done = files.filter(|&file| seen.insert(file) && ran.has(file));
    done.map(|file| {
        let path = layout.absolute(file);
        let bytes = std::fs::read(&path);
        let value = bytes.and_then(|bytes| serde_json::from_slice(&bytes).map_err(Into::into));
        value.map_err(|error| Error::io(&path, "read what the build wrote", error).into())
    })
    .collect()
}
