//! The header in which C sees the options, looked up: what stands in it, and what it must not be.

use std::collections::HashMap;
use std::path::Path;

use crate::configure::known::{Known, KnownOption};
use crate::declare::options::kind::OptKind;
use crate::declare::project::Project;
use crate::declare::seen::autoconf::Autoconf;
use crate::problem::Problem;
use crate::resolve::broken::names::wrong_name;
use crate::resolve::findings::Findings;
use crate::resolve::seen::config_deps;
use crate::resolve::seen::macros;
use crate::resolve::seen::resolved_autoconf::{ResolvedAutoconf, SeenOption};

/// The header, if the project has one.
pub(crate) fn resolved(
    root: &Path,
    project: &Project,
    known: &Known,
    findings: &mut Findings,
) -> Option<ResolvedAutoconf> {
    let autoconf = project.autoconf.as_ref()?;
    let mut problems: Vec<Problem> = wrong_header("autoconf", &autoconf.header).into_iter().collect();
    problems.extend(autoconf.patterns().filter_map(|(list, pattern)| wrong_pattern(list, pattern)));
    // Choices are seen by their members.
    let options = || known.options.iter().filter(|option| option.kind != OptKind::Choice);
    if problems.is_empty() {
        problems.extend(twice(autoconf, options()));
    }
    let seen = options().map(|option| SeenOption {
        name: option.name.clone(),
        value: macros::deciding(autoconf, option),
        lines: macros::lines(autoconf, option),
    });
    findings.problems.extend(problems);
    Some(ResolvedAutoconf {
        header: autoconf.header.clone(),
        force_include: autoconf.force_include,
        patterns: autoconf.patterns().map(|(list, pattern)| (list, pattern.clone())).collect(),
        options: seen.collect(),
        pasted: config_deps::resolved(root, &autoconf.config_deps, known, findings),
    })
}

/// What is wrong with the name of a header that the build writes.
pub(crate) fn wrong_header(title: &str, header: &str) -> Option<Problem> {
    let cause = wrong_name(header)?;
    let help = "write it as #include does, from the directory of such headers: \"generated/autoconf.h\"";
    Some(Problem::new(format!("{title}: header {header:?}: {cause}"), help))
}

/// A pattern that does not make names of macros which can be told from others.
fn wrong_pattern(list: &str, pattern: &str) -> Option<Problem> {
    let subject = format!("autoconf: {list} holds the pattern {pattern:?}");
    let example = "write it as \"CONFIG_{}\"";
    let Some((before, after)) = pattern.split_once("{}") else {
        return Some(Problem::new(
            format!("{subject}, which has no {{}} for an option's name"),
            example,
        ));
    };
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_word(before) || !is_word(after) || before.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(Problem::new(format!("{subject}, which makes no name of a macro"), example));
    }
    let text = format!("{subject}, which begins with the option's name");
    let help = "put something in front of {}: names that look like any others are not found in sources";
    before.is_empty().then(|| Problem::new(text, help))
}

/// Two options of which C would see the same name.
fn twice<'a>(autoconf: &Autoconf, options: impl Iterator<Item = &'a KnownOption>) -> Vec<Problem> {
    let mut owners: HashMap<String, &str> = HashMap::new();
    let mut problems = Vec::new();
    for option in options {
        for name in macros::names(autoconf, option) {
            let Some(other) = owners.insert(name.clone(), &option.name) else { continue };
            let text = if other == option.name {
                format!("autoconf: option {other:?} would be seen as {name} in two ways")
            } else {
                format!("autoconf: options {other:?} and {:?} would both be seen as {name}", option.name)
            };
            problems.push(Problem::new(text, "rename an option, or change one of the patterns"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::{Config, Opt, configure};

    fn said(autoconf: Autoconf, options: Vec<Opt>, settings: &[&str]) -> String {
        let mut project = Project::new("demo", "/nowhere");
        project.options = options;
        project.autoconf(autoconf);
        let mut config = Config::default();
        for setting in settings {
            config.set_from_text(&project.options, setting).expect("an option");
        }
        let known = configure(&project.options, &config).expect("values");
        let mut findings = Findings::default();
        let resolved = resolved(Path::new("/nowhere"), &project, &known, &mut findings);
        let problems = findings.problems;
        let options = resolved.iter().flat_map(|autoconf| &autoconf.options);
        let lines = options.map(|option| {
            let lines: String = option.lines.iter().map(|line| format!("  {line}\n")).collect();
            format!("{}={}\n{lines}", option.name, option.value)
        });
        let problems = problems.iter().map(|problem| format!("{problem}\n"));
        if problems.len() > 0 { problems.collect() } else { lines.collect() }
    }

    fn check(autoconf: Autoconf, options: Vec<Opt>, settings: &[&str], expected: Expect) {
        expected.assert_eq(&said(autoconf, options, settings));
    }

    fn options() -> Vec<Opt> {
        vec![
            Opt::tristate("CRYPT"),
            Opt::bool("NET"),
            Opt::string("TITLE").default("a \"b\" \\ c").depends_on("NET"),
            Opt::int("HZ"),
            Opt::hex("BASE").default(16),
            Opt::choice("ALGO", [Opt::bool("AES"), Opt::bool("DES")]),
        ]
    }

    #[test]
    fn kinds_of_options_in_kconfigs_manner() {
        check(
            Autoconf::new(),
            options(),
            &["CRYPT=m", "NET=y", "HZ=-5", "ALGO=DES"],
            expect![[r##"
                CRYPT=m
                  #define CONFIG_CRYPT_MODULE 1
                NET=y
                  #define CONFIG_NET 1
                TITLE="a \"b\" \\ c"
                  #define CONFIG_TITLE "a \"b\" \\ c"
                HZ=-5
                  #define CONFIG_HZ -5
                BASE=0x10
                  #define CONFIG_BASE 0x10
                AES=n
                DES=y
                  #define CONFIG_DES 1
            "##]],
        );
        check(
            Autoconf::new(),
            options(),
            &["CRYPT=y"],
            expect![[r#"
                CRYPT=y
                  #define CONFIG_CRYPT 1
                NET=n
                TITLE=n
                HZ=n
                BASE=0x10
                  #define CONFIG_BASE 0x10
                AES=y
                  #define CONFIG_AES 1
                DES=n
            "#]],
        );
    }

    #[test]
    fn on_and_off_in_busyboxs_manner() {
        let busybox = || {
            Autoconf::new().zero_or_one("ENABLE_{}").if_on("IF_{}").if_off("IF_NOT_{}").force_include()
        };
        check(
            busybox(),
            options()[..3].to_vec(),
            &["CRYPT=m"],
            expect![[r##"
                CRYPT=m
                  #define CONFIG_CRYPT_MODULE 1
                  #define ENABLE_CRYPT 1
                  #define IF_CRYPT(...) __VA_ARGS__
                  #define IF_NOT_CRYPT(...)
                NET=n
                  #define ENABLE_NET 0
                  #define IF_NET(...)
                  #define IF_NOT_NET(...) __VA_ARGS__
                TITLE=n
                  #define ENABLE_TITLE 0
                  #define IF_TITLE(...)
                  #define IF_NOT_TITLE(...) __VA_ARGS__
            "##]],
        );
        check(
            busybox().empty_values(),
            options()[1..4].to_vec(),
            &[],
            expect![[r#"
                NET=n
                  #define ENABLE_NET 0
                  #define IF_NET(...)
                  #define IF_NOT_NET(...) __VA_ARGS__
                TITLE=none
                  #define CONFIG_TITLE ""
                  #define ENABLE_TITLE 0
                  #define IF_TITLE(...)
                  #define IF_NOT_TITLE(...) __VA_ARGS__
                HZ=none
                  #define CONFIG_HZ 0
                  #define ENABLE_HZ 0
                  #define IF_HZ(...)
                  #define IF_NOT_HZ(...) __VA_ARGS__
            "#]],
        );
        check(
            busybox(),
            vec![Opt::bool("X"), Opt::bool("NOT_X")],
            &[],
            expect![[r#"
                autoconf: options "X" and "NOT_X" would both be seen as IF_NOT_X
                  help: rename an option, or change one of the patterns
            "#]],
        );
    }

    #[test]
    fn files_and_options_that_are_not_there() {
        check(
            Autoconf::new().config_deps("table.h", ["CRIPT", "H*"]),
            options(),
            &[],
            expect![[r#"
                autoconf: config_deps names "CRIPT", and no option is called so
                  help: did you mean "CRYPT"?
                autoconf: the source "table.h" is missing
                  help: paths start at the project's root, /nowhere
            "#]],
        );
    }

    #[test]
    fn what_cannot_be_seen() {
        let wrong = Autoconf::new().header("../x.h").names(["CONFIG_", "CONFIG-{}", "{}_ON", "9{}"]);
        check(
            wrong,
            options(),
            &[],
            expect![[r#"
                autoconf: header "../x.h": the name has the part ".."
                  help: write it as #include does, from the directory of such headers: "generated/autoconf.h"
                autoconf: names holds the pattern "CONFIG_", which has no {} for an option's name
                  help: write it as "CONFIG_{}"
                autoconf: names holds the pattern "CONFIG-{}", which makes no name of a macro
                  help: write it as "CONFIG_{}"
                autoconf: names holds the pattern "{}_ON", which begins with the option's name
                  help: put something in front of {}: names that look like any others are not found in sources
                autoconf: names holds the pattern "9{}", which makes no name of a macro
                  help: write it as "CONFIG_{}"
            "#]],
        );
        check(
            Autoconf::new(),
            vec![Opt::tristate("X"), Opt::bool("X_MODULE")],
            &[],
            expect![[r#"
                autoconf: options "X" and "X_MODULE" would both be seen as CONFIG_X_MODULE
                  help: rename an option, or change one of the patterns
            "#]],
        );
        check(
            Autoconf::new().zero_or_one("CONFIG_{}"),
            vec![Opt::bool("X")],
            &[],
            expect![[r#"
                autoconf: option "X" would be seen as CONFIG_X in two ways
                  help: rename an option, or change one of the patterns
            "#]],
        );
    }
}
