//! Advice in words: what would help a module that does not load, and what only seems to.

use modpin::load_check::{Advice, LibraryWithIt, NeededOf, Report};
use modpin::shown;

/// The advice of a report, a line each.
pub fn lines(report: &Report) -> Vec<String> {
    report.advice.iter().flat_map(|advice| of(advice, report)).map(|line| one_line(&line)).collect()
}

fn one_line(text: &str) -> String {
    shown::line(text).into_owned()
}

fn of(advice: &Advice, report: &Report) -> Vec<String> {
    match advice {
        Advice::Cycle { needs } => vec![
            format!("modules need each other: {}", needs.iter().map(need).collect::<Vec<_>>().join(", ")),
            "no loader can load one of them first: move what both use into a library that the host links"
                .to_owned(),
        ],
        Advice::DoesNotHelp { module, why } => {
            vec![format!("{module} has it and does not help: it does not load itself: {why}")]
        }
        Advice::OtherHost { host, symbols, libraries, first } => {
            let of_all = of_all(*symbols, report.missing.len());
            let host = match &libraries[..] {
                [] => format!("this is a module of {host}, which exports {of_all}"),
                names => format!("this is a module of {host}, which has {of_all} with {}", names.join(", ")),
            };
            let first =
                first.iter().map(|module| format!("there, load {module} first, with RTLD_GLOBAL"));
            [host].into_iter().chain(first).collect()
        }
        Advice::Libraries { libraries } => libraries.iter().map(library).collect(),
        Advice::Archive { archive, symbols } => vec![format!(
            "{archive} has {}: `pins --module {} --archive {archive}` writes the arguments with which the host keeps and exports it",
            counted(*symbols),
            report.module
        )],
        Advice::Directory { library, needed_by } => vec![format!(
            "note: which file {library} is (needed by {needed_by}) depends on the directory in which the program runs: build that \
             library with a soname (-Wl,-soname,NAME), and link again"
        )],
        Advice::Hint { text } => vec![format!("help: {text}")],
        Advice::Sanitizer { name, runtime } => {
            let mut text = format!(
                "it was compiled with -fsanitize={name}: link the host with -fsanitize={name}, too"
            );
            if let Some(runtime) = runtime {
                text += &format!("; or start the host with LD_PRELOAD={runtime}");
            }
            vec![text]
        }
    }
}

fn of_all(symbols: usize, missing: usize) -> String {
    match symbols == missing {
        true if symbols == 2 => "both of them".to_owned(),
        true => format!("all {symbols}"),
        false => format!("{symbols} of {missing}"),
    }
}

fn need(needed: &NeededOf) -> String {
    format!("{} needs {} of {}", needed.module, needed.symbol, needed.of)
}

fn library(library: &LibraryWithIt) -> String {
    let LibraryWithIt { path, argument, symbols, alike, package } = library;
    let mut text = format!("link the module with {argument}: ");
    if argument != path {
        text += path;
        text += " has ";
    } else {
        text += "it has ";
    }
    text += &match symbols.len() {
        1..=3 => symbols.join(", "),
        count => counted(count),
    };
    if let Some(package) = package {
        text += &format!(" (package {package})");
    }
    if !alike.is_empty() {
        text += &format!("; {} the same", has(alike));
    }
    text
}

fn has(paths: &[String]) -> String {
    match paths {
        [one] => format!("{one} has"),
        [first, rest @ ..] => format!("{first} and {} more have", rest.len()),
        [] => String::new(),
    }
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 symbol".to_owned(),
        _ => format!("{count} symbols"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use modpin::load_check::{Missing, Stage, Verdict};

    use super::*;

    fn check(advice: Advice, expected: Expect) {
        let missing = ["f", "g"].map(|name| Missing::new(name, []));
        let report = Report {
            host: "h".into(),
            module: "m.so".into(),
            file: "m.so".into(),
            verdict: Verdict::MissingSymbols,
            stage: Stage::Loading,
            missing: missing.into(),
            needs_modules: vec![],
            advice: vec![advice],
            interposed: vec![],
            unbound: vec![],
            detail: String::new(),
        };
        expected.assert_eq(&lines(&report).join("\n"));
    }

    #[test]
    fn each_piece_has_its_sentence() {
        let need = |module: &str, symbol: &str, of: &str| NeededOf {
            module: module.into(),
            symbol: symbol.into(),
            of: of.into(),
        };
        check(
            Advice::Cycle { needs: vec![need("a.so", "f", "b.so"), need("b.so", "g", "a.so")] },
            expect![[r#"
                modules need each other: a.so needs f of b.so, b.so needs g of a.so
                no loader can load one of them first: move what both use into a library that the host links"#]],
        );
        check(
            Advice::DoesNotHelp { module: "b.so".into(), why: "undefined symbol: x".into() },
            expect!["b.so has it and does not help: it does not load itself: undefined symbol: x"],
        );
        check(
            Advice::OtherHost {
                host: "/usr/lib/x/imap".into(),
                symbols: 2,
                libraries: vec![],
                first: vec!["a.so".into()],
            },
            expect![[r#"
                this is a module of /usr/lib/x/imap, which exports both of them
                there, load a.so first, with RTLD_GLOBAL"#]],
        );
        check(
            Advice::OtherHost {
                host: "/usr/bin/gui".into(),
                symbols: 1,
                libraries: vec!["/lib/libtoolkit.so.3".into()],
                first: vec![],
            },
            expect!["this is a module of /usr/bin/gui, which has 1 of 2 with /lib/libtoolkit.so.3"],
        );
        let library = LibraryWithIt {
            path: "/lib/libresolv.so.2".into(),
            argument: "-lresolv".into(),
            symbols: vec!["f".into()],
            alike: vec!["/lib/libother.so.1".into()],
            package: Some("libc6".into()),
        };
        check(
            Advice::Libraries { libraries: vec![library] },
            expect![
                "link the module with -lresolv: /lib/libresolv.so.2 has f (package libc6); /lib/libother.so.1 has the same"
            ],
        );
        check(
            Advice::Archive { archive: "libu.a".into(), symbols: 1 },
            expect![
                "libu.a has 1 symbol: `pins --module m.so --archive libu.a` writes the arguments with which the host keeps and exports it"
            ],
        );
        check(
            Advice::Directory { library: "lib/libx.so".into(), needed_by: "m.so".into() },
            expect![
                "note: which file lib/libx.so is (needed by m.so) depends on the directory in which the program runs: build that library with a soname (-Wl,-soname,NAME), and link again"
            ],
        );
        check(
            Advice::Sanitizer { name: "address".into(), runtime: Some("/lib/libasan.so.8".into()) },
            expect![
                "it was compiled with -fsanitize=address: link the host with -fsanitize=address, too; or start the host with LD_PRELOAD=/lib/libasan.so.8"
            ],
        );
    }
}
