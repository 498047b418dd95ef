//! `config probes`: what the project asks the machine, what the answers are, and how they came about.

use modpin::{Item, Known, Probe, ProbeLanguage, did_you_mean, probe_reason, shown};

use crate::command::config_args::Probes;
use crate::command::exit::Stop;
use crate::configured::Configured;
use crate::context::Context;
use crate::say::message::Message;

/// Shows the probes that were named, or all.
pub fn run(context: &mut Context<'_>, args: &Probes) -> Result<(), Stop> {
    context.jobs = args.jobs;
    let configured = context.configured_again(&args.setup, args.again)?;
    let known = configured.known()?;
    context.warn_all(&configured.notes);
    let wanted = wanted(&configured, &args.names)?;
    for probe in wanted {
        let why = probe_reason(&known, &probe.word()).unwrap_or_default();
        let log = log(&configured, probe);
        if context.terminal.json() {
            say(context, &known, probe, &why, log);
        } else {
            let log = if args.log || !args.names.is_empty() { log } else { "" };
            context.terminal.print(&entry(probe, &why, log));
        }
    }
    Ok(())
}

fn wanted<'a>(configured: &'a Configured, names: &[String]) -> Result<Vec<&'a Probe>, Stop> {
    let probes = &configured.project.probes;
    if names.is_empty() {
        return Ok(probes.iter().collect());
    }
    let find = |name: &String| {
        let name = name.strip_prefix("CONFIG_").unwrap_or(name);
        probes.iter().find(|probe| probe.word() == name).ok_or_else(|| {
            let words: Vec<String> = probes.iter().map(Probe::word).collect();
            let words = words.iter().map(String::as_str);
            let help = did_you_mean(name, words, "`config probes` shows all probes");
            Stop::usage(format!("the project has no probe {name:?}"), help)
        })
    };
    names.iter().map(find).collect()
}

/// All that was tried and said; nothing where nobody was asked.
fn log<'a>(configured: &'a Configured, probe: &Probe) -> &'a str {
    configured.asked.answers.get(&probe.word()).map_or("", |answered| &answered.log)
}

/// Two lines, the answer with its reason and the question, and what was tried.
fn entry(probe: &Probe, why: &str, log: &str) -> String {
    let mut second = vec![probe.question()];
    second.extend((probe.language == ProbeLanguage::Cxx).then(|| "in C++".to_owned()));
    second.extend(told(&probe.headers, "after "));
    second.extend(told(&probe.defines, "-D"));
    second.extend(told(&probe.flags, "").chain(told(&probe.link, "")));
    second.extend(told(&probe.system_libraries, "-l"));
    second.extend(probe.when.iter().map(|condition| format!("asked when {condition}")));
    format!("{}\n    {}\n{}", shown::line(why), shown::line(&second.join("; ")), shown::lines(log))
}

/// The entries of a list, each with the condition that it stands under.
fn told<'a>(list: &'a [Item<String>], before: &'a str) -> impl Iterator<Item = String> + 'a {
    let each = move |item: &'a Item<String>| {
        let when = item.when().map_or(String::new(), |condition| format!(" when {condition}"));
        item.all().iter().map(move |text| format!("{before}{text}{when}"))
    };
    list.iter().flat_map(each)
}

/// Tells programs.
fn say(context: &mut Context<'_>, known: &Known, probe: &Probe, why: &str, log: &str) {
    let name = &probe.word();
    let value = known.probes.get(name).map_or("", |probe| probe.text());
    let (kind, of) = (probe.kind, &probe.of);
    context.terminal.message(&Message::Probe { name, kind, of, value, why, log });
}
