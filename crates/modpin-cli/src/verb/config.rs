//! `config`: the options of the project and what they are, and the file that says what is set.

use std::path::Path;

use modpin::own_file::replace_beside;
use modpin::{
    Error, Known, Opt, Probed, Project, did_you_mean, reasons, shown, with_settings, without_settings,
};

use super::config_probes;
use crate::command::args::Setup;
use crate::command::config_args::{Config, ConfigVerb, Diff, Get, SaveDefaults, Set, Unset};
use crate::command::exit::{Ended, Stop};
use crate::configured::{Configured, OptionsFile};
use crate::context::Context;
use crate::say::message::Message;
use crate::say::terminal::Terminal;
use crate::source::absolute;

/// Does what was typed behind `config`.
pub fn run(context: &mut Context<'_>, config: &Config) -> Result<Ended, Stop> {
    match &config.verb {
        ConfigVerb::List(setup) => list(context, setup)?,
        ConfigVerb::Probes(args) => config_probes::run(context, args)?,
        ConfigVerb::Get(args) => get(context, args)?,
        ConfigVerb::Set(args) => set(context, args)?,
        ConfigVerb::Unset(args) => unset(context, args)?,
        ConfigVerb::Diff(args) => diff(context, args)?,
        ConfigVerb::SaveDefaults(args) => save_defaults(context, args)?,
    }
    Ok(Ended::DONE)
}

/// Every option of a project, members of a choice behind it.
pub fn declared(project: &Project) -> impl Iterator<Item = &Opt> {
    project.options.iter().flat_map(|option| std::iter::once(option).chain(&option.members))
}

/// Tells programs what an option is.
pub fn message(terminal: &mut Terminal, option: &Opt, known: &Known, why: &str) {
    let Some(value) = known.get(&option.name) else { return };
    let Opt { name, kind, help, .. } = option;
    let (value, default) = (&value.text, &option.default_text());
    terminal.message(&Message::Option { name, kind: *kind, value, default, why, help });
}

fn list(context: &mut Context<'_>, setup: &Setup) -> Result<(), Stop> {
    let configured = context.configured(setup)?;
    let known = values(context, &configured)?;
    let reasons = reasons(&configured.project.options, &known);
    for (option, reason) in declared(&configured.project).zip(&reasons) {
        if context.terminal.json() {
            message(context.terminal, option, &known, reason);
        } else {
            context.terminal.print(&entry(option, reason));
        }
    }
    Ok(())
}

/// Two lines: what it is and why; what it can be and what it is about.
fn entry(option: &Opt, reason: &str) -> String {
    let mut second = vec![option.kind.word().to_owned()];
    second.extend(option.depends_on.iter().map(|condition| format!("depends on {condition}")));
    second.extend(option.visible_when.iter().map(|condition| format!("can be set when {condition}")));
    if option.internal {
        second.push("cannot be set".to_owned());
    }
    if let Some([low, high]) = option.range_texts() {
        second.push(format!("from {low} to {high}"));
    }
    let help = if option.help.is_empty() { String::new() } else { format!(": {}", option.help) };
    format!("{}\n    {}\n", shown::line(reason), shown::line(&format!("{}{help}", second.join("; "))))
}

/// What every option is. What is odd about the file is told.
fn values(context: &mut Context<'_>, configured: &Configured) -> Result<Known, Stop> {
    let known = configured.known()?;
    context.warn_all(&configured.notes);
    context.warn_all(&known.notes);
    Ok(known)
}

fn get(context: &mut Context<'_>, args: &Get) -> Result<(), Stop> {
    let configured = context.configured(&args.setup)?;
    let known = values(context, &configured)?;
    let name = args.name.strip_prefix("CONFIG_").unwrap_or(&args.name);
    if let Some(probe) = known.probes.get(name).filter(|_| !context.terminal.json()) {
        context.terminal.print(&format!("{}\n", probe.text()));
        return Ok(());
    }
    let (Some(option), Some(value)) =
        (declared(&configured.project).find(|option| option.name == name), known.get(name))
    else {
        let probes = known.probes.iter().map(|probe| probe.name.as_str());
        let names = known.options.iter().map(|option| option.name.as_str()).chain(probes);
        let help = did_you_mean(name, names, "`config list` shows all options");
        return Err(Stop::usage(format!("the project has no option {name:?}"), help));
    };
    if context.terminal.json() {
        let at = known.options.iter().position(|option| option.name == name).unwrap_or_default();
        message(context.terminal, option, &known, &reasons(&configured.project.options, &known)[at]);
    } else {
        context.terminal.print(&format!("{}\n", shown::line(&value.text)));
    }
    Ok(())
}

fn set(context: &mut Context<'_>, args: &Set) -> Result<(), Stop> {
    let mut setup = args.setup.clone();
    // What is set now must hold, as an argument of a build must.
    setup.define.extend(args.settings.iter().cloned());
    let configured = context.configured(&setup)?;
    configured.known()?;
    change(context, &configured, |project, text| {
        with_settings(&project.options, &Probed::of(&project.probes), text, &args.settings)
    })
}

fn unset(context: &mut Context<'_>, args: &Unset) -> Result<(), Stop> {
    let configured = context.configured(&args.setup)?;
    change(context, &configured, |project, text| {
        without_settings(&project.options, &Probed::of(&project.probes), text, &args.names)
    })
}

/// Writes the file of the project's root anew, if that makes a difference.
fn change(
    context: &mut Context<'_>,
    configured: &Configured,
    edit: impl FnOnce(&Project, &str) -> Result<String, modpin::ProjectError>,
) -> Result<(), Stop> {
    let file = OptionsFile::of_root(&configured.root)?;
    let before = file.text.unwrap_or_default();
    let after = edit(&configured.project, &before)?;
    if after != before {
        write(&file.path, &after)?;
    }
    let text = file.path.display().to_string();
    context.terminal.status(if after == before { "Unchanged" } else { "Changed" }, text);
    Ok(())
}

fn diff(context: &mut Context<'_>, args: &Diff) -> Result<(), Stop> {
    let configured = context.configured(&args.setup)?;
    let known = values(context, &configured)?;
    let file = args.file.as_deref().map(OptionsFile::named).transpose()?;
    let other = configured.known_with(file.as_ref())?;
    let reasons = reasons(&configured.project.options, &known);
    for ((option, before), reason) in declared(&configured.project).zip(&other.options).zip(&reasons) {
        if known.get(&option.name).is_none_or(|value| value.text == before.text) {
            continue;
        }
        if context.terminal.json() {
            message(context.terminal, option, &known, reason);
        } else {
            let was = if before.text.is_empty() { "nothing" } else { &before.text };
            context.terminal.print(&format!("{}, else {}\n", shown::line(reason), shown::line(was)));
        }
    }
    Ok(())
}

fn save_defaults(context: &mut Context<'_>, args: &SaveDefaults) -> Result<(), Stop> {
    let configured = context.configured(&args.setup)?;
    let known = values(context, &configured)?;
    let path = absolute(&args.file)?;
    write(&path, &known.to_least_config(&configured.project.options))?;
    context.terminal.status("Wrote", path.display());
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Stop> {
    replace_beside(path, text.as_bytes())
        .map_err(|error| Error::io(path, "write what is set", error).into())
}
