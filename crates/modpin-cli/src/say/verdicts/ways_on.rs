//! How to go on after load reports, by what the symbols that are missing have in common.

use modpin::load_check::{Missing, Report, Withheld};
use modpin::shown;

use crate::say::terminal::Terminal;

/// Says how to go on, for what the symbols have in common: the host has some and keeps them inside, or none of the files
/// has them. Modules of one program often need each other, and who asks about one names one. `stripped` says that the
/// host shows only what it exports.
pub fn help(terminal: &mut Terminal, reports: &[Report], stripped: bool) {
    let Some(host) = reports.first().map(|report| &report.host).filter(|_| !terminal.json()) else {
        return;
    };
    let host = shown::line(host);
    if let Some(report) = any(reports, |lost| lost.in_host == Some(Withheld::NotExported)) {
        let module = shown::line(&report.module);
        terminal.print(&format!(
            "help: {host} has it and does not export it: `exports --host {host} --module {module}` writes the list for its \
             next link (-Wl,--dynamic-list=FILE)\n"
        ));
    }
    if any(reports, |lost| lost.in_host == Some(Withheld::Static)).is_some() {
        terminal.print(&format!(
            "help: no module sees what is static in {host}: take `static` away, or let a public function call it\n"
        ));
    }
    if any(reports, |lost| lost.in_host == Some(Withheld::Hidden)).is_some() {
        terminal.print(&format!(
            "help: what is hidden in {host} can be exported only when its definition has default visibility\n"
        ));
    }
    if any(reports, |lost| lost.found_in.is_empty()).is_some() {
        if stripped {
            terminal.print(&format!(
                "help: {host} is stripped, so what it has and does not export cannot be seen: ask about it as it was before\n"
            ));
        }
        terminal.print(&format!(
            "help: no library of this system helps. Another module may define it: name all modules of {host}; or look into its \
             archives, with `explain --host {host} SYMBOL MODULE --archive X.a`\n"
        ));
    }
}

/// The first module that misses such a symbol.
fn any(reports: &[Report], is_such: impl Fn(&Missing) -> bool) -> Option<&Report> {
    reports.iter().find(|report| report.missing.iter().any(&is_such))
}
