//! Load reports in words, for people and for programs. Knows no build: where the reports come from is
//! the verb's business.

mod advice;
mod one;
mod ways_on;

use modpin::load_check::{Report, Verdict};
use modpin::shown;

use crate::say::junit::{Case, CaseOutcome};
use crate::say::message::Message;
use crate::say::terminal::Terminal;
use crate::say::verdicts::one::{loads, one, words};
use crate::say::voice::Verbosity;

pub use ways_on::help;

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

fn text(reports: &[Report], verb: &str, limit: usize) -> String {
    let lines: String = reports.iter().map(|report| one(report, limit)).collect();
    format!("{lines}{}\n", count(reports, verb))
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

    use modpin::load_check::{Advice, Missing, Stage};

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
