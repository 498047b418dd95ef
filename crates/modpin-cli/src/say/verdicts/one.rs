//! One load report in words: what becomes of the module, what it misses, what would help.

use modpin::load_check::{Advice, HOST_DOES_NOT_START, Interposed, Missing, Report, Stage, Verdict};
use modpin::shown;

use crate::say::verdicts::advice;

/// What is known of one module, with so many of its missing symbols.
pub(super) fn one(report: &Report, limit: usize) -> String {
    let Report { host, module, missing, detail, needs_modules, interposed, unbound, .. } = report;
    let head = format!("{module} in {host}");
    let mut text = format!("{}: {}\n", shown::line(&head), words(report));
    for missing in missing.iter().take(limit) {
        text += &format!("  {}\n", shown::line(&symbol(missing, module)));
    }
    if missing.len() > limit {
        text += &format!("  and {} more; -v shows all\n", missing.len() - limit);
    }
    let told = loads(report) || !missing.is_empty();
    if !told && !detail.is_empty() {
        text += &format!("  {}\n", detail.trim_end().replace('\n', "\n  "));
    }
    let advice = advice::lines(report);
    let needs: Vec<_> = needs_modules.iter().map(|module| shown::line(module)).collect();
    let has_instead = report.advice.iter().any(|advice| matches!(advice, Advice::Libraries { .. }))
        && !needs.is_empty();
    match has_instead {
        true => {
            text += &format!("  {}\n", advice.join("\n  "));
            text += &format!("  or load {} first, with RTLD_GLOBAL\n", needs.join(", then "));
        }
        false => {
            needs
                .iter()
                .for_each(|module| text += &format!("  load {module} first, with RTLD_GLOBAL\n"));
            advice.iter().for_each(|line| text += &format!("  {line}\n"));
        }
    }
    text + &called_in_vain(unbound, module, limit) + &robbed(host, interposed)
}

pub(super) fn loads(report: &Report) -> bool {
    report.verdict == Verdict::Loads
}

pub(super) fn words(report: &Report) -> String {
    let missing = &report.missing;
    match report.verdict {
        _ if report.stage == Stage::Starting => format!("cannot load, {HOST_DOES_NOT_START}"),
        Verdict::Loads => "ok".to_owned(),
        Verdict::MissingSymbols if missing.len() == 1 => "does not load, a symbol is missing".to_owned(),
        Verdict::MissingSymbols => format!("does not load, {} symbols are missing", missing.len()),
        Verdict::MissingLibrary => "does not load, a shared library is missing".to_owned(),
        Verdict::Crashed => "crashes while it loads".to_owned(),
        Verdict::TimedOut => "does not load in time".to_owned(),
        Verdict::Exited => "ends the program while it loads".to_owned(),
        Verdict::StaticHost => "cannot be told, the host is static".to_owned(),
        Verdict::Failed => "does not load".to_owned(),
    }
}

fn symbol(missing: &Missing, module: &str) -> String {
    let mut text = missing.symbol.clone();
    if !missing.asked_by.is_empty() && missing.asked_by != [module] {
        text += &format!(", needed by {}", missing.asked_by.join(", "));
    }
    match missing.found_in[..] {
        [] => text + "; nobody defines it",
        _ => format!("{text}; out of reach in {}", missing.found_in.join(", ")),
    }
}

/// Functions of a module that is opened lazily: it loads without them.
fn called_in_vain(unbound: &[Missing], module: &str, limit: usize) -> String {
    let shown = unbound.iter().take(limit).map(|lost| symbol(lost, module));
    let mut text: String =
        shown.map(|text| format!("  note: it calls {}\n", shown::line(&text))).collect();
    if unbound.len() > limit {
        text += &format!("  note: and {} more; -v shows all\n", unbound.len() - limit);
    }
    text
}

/// Symbols that the module defines in vain. All of them are in the message for programs.
fn robbed(host: &str, interposed: &[Interposed]) -> String {
    let shown = interposed.iter().take(5);
    let whose = |by: &str| match by {
        _ if std::path::Path::new(by).ends_with(host) => format!("host {host:?}"),
        _ if by.contains('/') || by.contains(".so") => by.to_owned(),
        _ => format!("module {by:?}"),
    };
    let mut text: String = shown
        .map(|taken| format!("it defines {:?}, and gets that of {}", taken.symbol, whose(&taken.by)))
        .map(|text| format!("  warning: {}\n", shown::line(&text)))
        .collect();
    if interposed.len() > 5 {
        text += &format!("  warning: so it is with {} more symbols\n", interposed.len() - 5);
    }
    text
}
