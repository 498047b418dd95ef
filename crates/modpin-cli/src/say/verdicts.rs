//! Load reports in words, for people and for programs. Knows no build: where the reports come from is
//! the verb's business.

use modpin::load_check::{
    Advice, HOST_DOES_NOT_START, Interposed, Missing, Report, Stage, Verdict, Withheld,
};
use modpin::shown;

use crate::say::advice;
use crate::say::junit::{Case, CaseOutcome};
use crate::say::message::Message;
use crate::say::terminal::Terminal;
use crate::say::voice::Verbosity;

/// How many missing symbols of a module are shown.
const SHOWN: usize = 10;

/// Says each report of a load check and how many modules load; answers whether all do.
pub fn say(terminal: &mut Terminal, reports: &[Report]) -> bool {
    say_all(terminal, reports, false, |report| Message::LoadCheck(report), "load")
}

/// The same for a step of another build: with `-q` nothing of modules that load.
pub fn say_as_step(terminal: &mut Terminal, reports: &[Report]) -> bool {
    say_all(terminal, reports, true, |report| Message::LoadCheck(report), "load")
}

/// The same of what was predicted and not tried.
pub fn say_foretold(terminal: &mut Terminal, reports: &[Report]) -> bool {
    say_all(terminal, reports, true, |report| Message::Resolve(report), "would load")
}

fn say_all(
    terminal: &mut Terminal,
    reports: &[Report],
    is_step: bool,
    message: for<'a> fn(&'a Report) -> Message<'a>,
    verb: &str,
) -> bool {
    for report in reports {
        terminal.message(&message(report));
    }
    if !terminal.json() {
        let limit = if terminal.verbosity() == Verbosity::Verbose { usize::MAX } else { SHOWN };
        match terminal.verbosity() {
            Verbosity::Quiet if is_step => {
                let failed = reports.iter().filter(|report| !loads(report));
                failed.for_each(|report| terminal.print_names(&one(report, limit)));
            }
            _ => terminal.print_names(&text(reports, verb, limit)),
        }
    }
    reports.iter().all(loads)
}

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

/// The same for test reporters.
pub fn case(report: &Report) -> Case {
    let text = one(report, usize::MAX);
    let outcome = match loads(report) {
        true => CaseOutcome::Passed,
        false => {
            let kind = serde_json::to_value(report.verdict).ok();
            let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
            CaseOutcome::Failed { kind, why: words(report) }
        }
    };
    Case { suite: report.host.clone(), name: report.module.clone(), seconds: None, outcome, text }
}

/// A module that the build did not come to. For programs, there is no message of it.
pub fn say_unchecked(terminal: &mut Terminal, module: &str, host: &str, why: &str) {
    if !terminal.json() {
        let text = format!("{module} in {host}: not checked, {why}");
        terminal.print(&format!("{}\n", shown::line(&text)));
    }
}

/// The first module that misses such a symbol.
fn any(reports: &[Report], is_such: impl Fn(&Missing) -> bool) -> Option<&Report> {
    reports.iter().find(|report| report.missing.iter().any(&is_such))
}

fn text(reports: &[Report], verb: &str, limit: usize) -> String {
    let lines: String = reports.iter().map(|report| one(report, limit)).collect();
    format!("{lines}{}\n", count(reports, verb))
}

fn loads(report: &Report) -> bool {
    report.verdict == Verdict::Loads
}

/// What is known of one module, with so many of its missing symbols.
fn one(report: &Report, limit: usize) -> String {
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

fn words(report: &Report) -> String {
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

fn count(reports: &[Report], verb: &str) -> String {
    let all = reports.len();
    let good = reports.iter().filter(|report| loads(report)).count();
    let untold = reports.iter().filter(|report| report.verdict == Verdict::StaticHost).count();
    if untold > 0 {
        return match all - good - untold {
            0 => format!("{untold} of {all} modules cannot be told"),
            bad if verb == "load" => {
                format!("{bad} of {all} modules do not load, {untold} cannot be told")
            }
            bad => format!("{bad} of {all} modules would not load, {untold} cannot be told"),
        };
    }
    match (good, all) {
        (_, 0) => "no modules to load".to_owned(),
        (1, 1) if verb == "load" => "1 module loads".to_owned(),
        (1, 1) => format!("1 module {verb}"),
        (good, all) if good == all => format!("{all} modules {verb}"),
        (good, all) if verb == "load" => format!("{} of {all} modules do not load", all - good),
        (good, all) => format!("{} of {all} modules would not load", all - good),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::say::terminal::tests::{plain, voice};

    fn report(module: &str, verdict: Verdict, detail: &str) -> Report {
        Report {
            host: "imgtool".into(),
            module: module.into(),
            file: format!("target/{module}.so"),
            verdict,
            stage: Stage::Loading,
            missing: Vec::new(),
            needs_modules: Vec::new(),
            advice: Vec::new(),
            interposed: Vec::new(),
            unbound: Vec::new(),
            detail: detail.into(),
        }
    }

    #[test]
    fn of_many_missing_symbols_some_are_shown() {
        let lost = |number: usize| Missing {
            symbol: format!("f{number}"),
            asked_by: vec!["m".into()],
            found_in: vec!["module n".into()],
            in_host: None,
        };
        let missing: Vec<Missing> = (0..12).map(lost).collect();
        let reports = [Report { missing, ..report("m", Verdict::MissingSymbols, "") }];
        let shown = |verbosity| {
            let (mut terminal, out, _) = plain(voice(verbosity, false));
            say(&mut terminal, &reports);
            help(&mut terminal, &reports, false);
            out.text()
        };
        let (some, all) = (shown(Verbosity::Normal), shown(Verbosity::Verbose));
        assert!(some.contains("  f9; out of reach in module n\n  and 2 more; -v shows all\n"), "{some}");
        assert!(all.contains("  f11; out of reach in module n\n") && !all.contains("more"), "{all}");
        assert!(!some.contains("help:"), "its place is known: {some}");
    }

    fn check(json: bool, reports: &[Report], expected: Expect) {
        let (mut terminal, out, err) = plain(voice(Verbosity::Normal, json));
        let all = say(&mut terminal, reports);
        assert_eq!(err.text(), "");
        expected.assert_eq(&format!("{}{all}\n", out.text()));
    }

    fn incomplete() -> Report {
        let missing = |symbol: &str, asked_by: &[&str], found_in: &[&str]| Missing {
            symbol: symbol.into(),
            asked_by: asked_by.iter().map(|&text| text.into()).collect(),
            found_in: found_in.iter().map(|&text| text.into()).collect(),
            in_host: None,
        };
        Report {
            missing: vec![
                missing("img_crc32", &["crypt/driver.o", "crypt/header.o"], &["libimgutil.a(crc.o)"]),
                missing("nosuch", &[], &[]),
            ],
            ..report("block/crypt", Verdict::MissingSymbols, "undefined symbol: img_crc32")
        }
    }

    #[test]
    fn one_way_is_told_before_the_other() {
        let library = modpin::load_check::LibraryWithIt {
            path: "/lib/libresolv.so.2".into(),
            argument: "-lresolv".into(),
            symbols: vec!["f".into()],
            alike: vec![],
            package: None,
        };
        let reports = [Report {
            needs_modules: vec!["a.so".into(), "b.so".into()],
            advice: vec![Advice::Libraries { libraries: vec![library] }],
            missing: vec![Missing::new("f", [])],
            ..report("m", Verdict::MissingSymbols, "")
        }];
        check(
            false,
            &reports,
            expect![[r#"
                m in imgtool: does not load, a symbol is missing
                  f; nobody defines it
                  link the module with -lresolv: /lib/libresolv.so.2 has f
                  or load a.so, then b.so first, with RTLD_GLOBAL
                1 of 1 modules do not load
                false
            "#]],
        );
    }

    #[test]
    fn all_is_well() {
        let reports =
            [report("block/crypt", Verdict::Loads, ""), report("trace", Verdict::Loads, "loaded")];
        check(
            false,
            &reports,
            expect![[r#"
            block/crypt in imgtool: ok
            trace in imgtool: ok
            2 modules load
            true
        "#]],
        );
        check(
            false,
            &reports[..1],
            expect![[r#"
            block/crypt in imgtool: ok
            1 module loads
            true
        "#]],
        );
        check(
            false,
            &[],
            expect![[r#"
            no modules to load
            true
        "#]],
        );
    }

    #[test]
    fn every_missing_symbol_is_told() {
        check(
            false,
            &[report("trace", Verdict::Loads, ""), incomplete()],
            expect![[r#"
            trace in imgtool: ok
            block/crypt in imgtool: does not load, 2 symbols are missing
              img_crc32, needed by crypt/driver.o, crypt/header.o; out of reach in libimgutil.a(crc.o)
              nosuch; nobody defines it
            1 of 2 modules do not load
            false
        "#]],
        );
    }

    #[test]
    fn each_verdict_has_words_of_its_own() {
        let reports = [
            report("a", Verdict::MissingLibrary, "libz.so.1: cannot open shared object file"),
            report("b", Verdict::Crashed, "killed by signal 11"),
            report("c", Verdict::TimedOut, "it did not load within 10 s"),
            report("d", Verdict::Exited, "its constructor called exit"),
            report("e", Verdict::StaticHost, "host \"e\" is linked statically\n  help: do not"),
            report("f", Verdict::Failed, "file too short"),
        ];
        check(
            false,
            &reports,
            expect![[r#"
                a in imgtool: does not load, a shared library is missing
                  libz.so.1: cannot open shared object file
                b in imgtool: crashes while it loads
                  killed by signal 11
                c in imgtool: does not load in time
                  it did not load within 10 s
                d in imgtool: ends the program while it loads
                  its constructor called exit
                e in imgtool: cannot be told, the host is static
                  host "e" is linked statically
                    help: do not
                f in imgtool: does not load
                  file too short
                5 of 6 modules do not load, 1 cannot be told
                false
            "#]],
        );
    }

    #[test]
    fn programs_get_every_field() {
        check(
            true,
            &[incomplete()],
            expect![[r#"
            {"reason":"load-check","host":"imgtool","module":"block/crypt","file":"target/block/crypt.so","verdict":"missing-symbols","missing":[{"symbol":"img_crc32","asked_by":["crypt/driver.o","crypt/header.o"],"found_in":["libimgutil.a(crc.o)"]},{"symbol":"nosuch","asked_by":[],"found_in":[]}],"detail":"undefined symbol: img_crc32"}
            false
        "#]],
        );
    }
}
