//! `list`: targets with their files, options with their values. Builds nothing.

use modpin::plan::{PlannedTarget, TargetKind};
use modpin::{Disabled, KnownOption, LeftOut, Opt, ResolvedExecutable, ResolvedModule, reasons, shown};

use crate::command::args::{Limit, Setup};
use crate::command::exit::{Ended, Stop};
use crate::context::{Context, Planned};
use crate::say::listing::hosts_with;
use crate::say::message::Message;
use crate::say::terminal::Terminal;
use crate::verb::config::{declared, message};

/// Lists the project.
pub fn run(context: &mut Context<'_>, setup: &Setup) -> Result<Ended, Stop> {
    let planned = context.plan(setup, Limit::default().timeout)?;
    let terminal = &mut *context.terminal;
    if terminal.json() {
        messages(terminal, &planned);
    } else {
        terminal.print(&text(&planned));
    }
    Ok(Ended::DONE)
}

fn messages(terminal: &mut Terminal, planned: &Planned) {
    for target in &planned.plan.targets {
        let (name, kind, files) = (&target.name, target.kind, paths(planned, target));
        let state = state(planned, target, &files);
        let is_it = |program: &ResolvedExecutable| program.name == target.name && program.test.is_some();
        let test =
            target.kind == TargetKind::Executable && planned.resolved.executables.iter().any(is_it);
        terminal.message(&Message::Target { name, kind, files, state, test, why: None });
    }
    for Disabled { kind, name, why } in &planned.resolved.disabled {
        let (kind, why) = (TargetKind::of(kind), Some(why.as_str()));
        let (files, state) = (Vec::new(), "off");
        terminal.message(&Message::Target { name, kind, files, state, test: false, why });
    }
    for LeftOut { path, kind, target, why } in &planned.resolved.left_out {
        terminal.message(&Message::LeftOut { path, target, target_kind: kind, why });
    }
    let known = &planned.resolved.options;
    let reasons = reasons(&planned.project.options, known);
    for (option, reason) in declared(&planned.project).zip(&reasons) {
        message(terminal, option, known, reason);
    }
}

/// Whether the files of a target are there. Whether they are up to date, a dry run tells.
fn state(planned: &Planned, target: &PlannedTarget, files: &[&str]) -> &'static str {
    let is_there = |path: &&str| planned.layout.absolute(path).exists();
    match files.iter().all(is_there) {
        _ if files.is_empty() && target.kind == TargetKind::Module => "built-in",
        true => "there",
        false => "missing",
    }
}

fn text(planned: &Planned) -> String {
    let mut lines = Vec::new();
    let names = planned.plan.targets.iter().map(|target| target.name.as_str());
    let names = names.chain(planned.resolved.disabled.iter().map(|disabled| disabled.name.as_str()));
    let width = names.map(str::len).max().unwrap_or(0);
    // Most kinds have ten letters at most.
    let letters = planned.plan.targets.iter().map(|target| target.kind.to_string().len());
    let kinds = letters.max().unwrap_or(0).max(10);
    for target in &planned.plan.targets {
        lines.push(format!(
            "{:kinds$}  {:width$}  {}",
            target.kind,
            target.name,
            files(planned, target)
        ));
    }
    for disabled in &planned.resolved.disabled {
        lines.push(format!(
            "{:kinds$}  {:width$}  not built: {}",
            disabled.kind, disabled.name, disabled.why
        ));
    }
    let is_off = |target: &str| planned.resolved.disabled.iter().any(|disabled| disabled.name == target);
    let left_out = planned.resolved.left_out.iter().filter(|out| !is_off(&out.target));
    lines.extend(left_out.map(|LeftOut { path, target, why, .. }| {
        format!("{:kinds$}  {target:width$}  without {path}: {why}", "source")
    }));
    let longest = options(planned).map(|(option, _)| option.name.len()).max().unwrap_or(0);
    let width = width.max(longest);
    lines.extend(options(planned).map(|(option, known)| {
        let (kind, value, default) = (option.kind.word(), &known.text, option.default_text());
        let default = if default.is_empty() { default } else { format!(", default {default}") };
        let help = if option.help.is_empty() { String::new() } else { format!(": {}", option.help) };
        format!("{:kinds$}  {:width$}  {value} ({kind}{default}){help}", "option", option.name)
    }));
    lines.iter().map(|line| format!("{}\n", shown::line(line))).collect()
}

/// Every option as it was declared, with what it is.
fn options(planned: &Planned) -> impl Iterator<Item = (&Opt, &KnownOption)> {
    declared(&planned.project)
        .filter_map(|option| Some((option, planned.resolved.options.get(&option.name)?)))
}

fn files(planned: &Planned, target: &PlannedTarget) -> String {
    let is_it =
        |module: &&ResolvedModule| target.kind == TargetKind::Module && module.name == target.name;
    match planned.resolved.modules.iter().find(is_it) {
        Some(module) if module.built_in => {
            format!("built into {}", hosts_with(&planned.resolved, &target.name).join(", "))
        }
        _ => paths(planned, target).join(", "),
    }
}

fn paths<'a>(planned: &'a Planned, target: &PlannedTarget) -> Vec<&'a str> {
    target.files.iter().map(|&file| planned.plan.graph.path(file)).collect()
}
