//! A file of options, changed as a person would: one line for each option that is set or forgotten; all other lines, comments
//! among them, stay as they are.

use crate::configure::config::{Config, unknown};
use crate::configure::dot_config::{line, named};
use crate::configure::probes::probed::{ProbeState, Probed};
use crate::configure::set_by::SetBy;
use crate::configure::symbols::Symbols;
use crate::declare::options::kind::OptKind;
use crate::declare::options::opt::Opt;
use crate::error::{Error, Result};
use crate::problem::Problem;

/// The text of a file of options in which options are set, each as `NAME=VALUE`.
///
/// # Errors
/// Options that there are not, values that they cannot have.
pub fn with_settings(
    options: &[Opt],
    probes: &Probed,
    text: &str,
    settings: &[String],
) -> Result<String> {
    let (symbols, _) = Symbols::of(options, probes);
    let mut edited = text.to_owned();
    let mut problems = Vec::new();
    for setting in settings {
        let mut config = Config { probes: probes.clone(), ..Config::default() };
        match config.set_one(&symbols, setting, SetBy::File) {
            Err(problem) => problems.push(problem),
            Ok(()) => edited = with(&symbols, &edited, &config),
        }
    }
    if problems.is_empty() { Ok(edited) } else { Err(Error::Declaration(problems)) }
}

/// The text of a file of options that says nothing of some, whether the project has them still or not.
///
/// # Errors
/// Options that neither the project nor the file knows.
pub fn without_settings(
    options: &[Opt],
    probes: &Probed,
    text: &str,
    names: &[String],
) -> Result<String> {
    let (symbols, _) = Symbols::of(options, probes);
    let bare = |name: &String| name.strip_prefix("CONFIG_").unwrap_or(name).to_owned();
    let mut gone = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for name in names.iter().map(bare) {
        let is_in_file = text.lines().any(|line| named(line) == Some(&name));
        match symbols.at(&name) {
            None if !is_in_file && probes.get(&name).is_none() => {
                let text = format!("neither the project nor the file has an option {name:?}");
                problems.push(Problem::new(text, unknown(&symbols, &name).help));
            }
            Some(at) => {
                let members = symbols.list[at].members.iter();
                gone.extend(members.map(|member| symbols.name(*member).to_owned()));
                gone.push(name);
            }
            None => gone.push(name),
        }
    }
    if problems.is_empty() { Ok(dropped(text, &gone)) } else { Err(Error::Declaration(problems)) }
}

/// One option set; of a choice, its members make way for the one that is chosen.
fn with(symbols: &Symbols<'_>, text: &str, set: &Config) -> String {
    let mut edited = text.to_owned();
    for probe in set.probes.iter() {
        if let ProbeState::Given(text, _) = &probe.state {
            edited = replaced(&edited, &probe.name, &line(&probe.name, probe.kind, text));
        }
    }
    for (name, setting) in &set.settings {
        let Some(at) = symbols.at(name) else { continue };
        let symbol = &symbols.list[at];
        let siblings = symbol.choice.filter(|_| setting.text == "y");
        let siblings =
            siblings.map(|choice| symbols.list[choice].members.as_slice()).unwrap_or_default();
        let others = siblings.iter().filter(|member| **member != at);
        let others: Vec<String> = others.map(|member| symbols.name(*member).to_owned()).collect();
        edited = dropped(&edited, &others);
        debug_assert!(symbol.option.kind != OptKind::Choice);
        edited = replaced(&edited, name, &line(name, symbol.option.kind, &setting.text));
    }
    edited
}

/// Without the lines of these options.
fn dropped(text: &str, names: &[String]) -> String {
    let kept = text
        .lines()
        .filter(|line| named(line).is_none_or(|name| !names.iter().any(|gone| gone == name)));
    kept.map(|line| format!("{line}\n")).collect()
}

/// The line in the place of the first about its option, or at the end.
fn replaced(text: &str, name: &str, line: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut stands = false;
    for old in text.lines() {
        match named(old) == Some(name) {
            true if stands => {}
            true => {
                lines.push(line);
                stands = true;
            }
            false => lines.push(old),
        }
    }
    if !stands {
        lines.push(line);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::Probe;

    const FILE: &str = "# Mine.\nCONFIG_NET=y\nCONFIG_OLD=y\n\nCONFIG_AES=y\n# CONFIG_NET is not set\n";

    fn options() -> Vec<Opt> {
        vec![
            Opt::bool("NET"),
            Opt::string("TITLE"),
            Opt::hex("BASE"),
            Opt::choice("ALGO", [Opt::bool("AES"), Opt::bool("DES")]),
        ]
    }

    fn check(
        change: impl Fn(&[Opt], &Probed, &str, &[String]) -> Result<String>,
        words: &str,
        expected: Expect,
    ) {
        let probes = Probed::of(&[Probe::header("a.h")]);
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let said =
            change(&options(), &probes, FILE, &words).unwrap_or_else(|error| format!("{error}\n"));
        expected.assert_eq(&said);
    }

    #[test]
    fn a_probe_can_be_answered_in_the_file() {
        check(
            with_settings,
            "HAVE_A_H=y",
            expect![[r#"
                # Mine.
                CONFIG_NET=y
                CONFIG_OLD=y

                CONFIG_AES=y
                # CONFIG_NET is not set
                CONFIG_HAVE_A_H=y
            "#]],
        );
        check(
            with_settings,
            "HAVE_A_H=m HAVE_B_H=y",
            expect![[r#"
                probe "HAVE_A_H" is set to "m", but it is a bool
                  help: write HAVE_A_H=y or HAVE_A_H=n

                option "HAVE_B_H" is set, but the project does not declare it
                  help: did you mean "HAVE_A_H"?
            "#]],
        );
    }

    #[test]
    fn what_is_set_takes_the_place_of_its_line() {
        check(
            with_settings,
            "NET=n TITLE=a\"b BASE=0X0f",
            expect![[r##"
            # Mine.
            # CONFIG_NET is not set
            CONFIG_OLD=y

            CONFIG_AES=y
            CONFIG_TITLE="a\"b"
            CONFIG_BASE=0xf
        "##]],
        );
        check(
            with_settings,
            "CONFIG_NET=y ALGO=DES",
            expect![[r#"
            # Mine.
            CONFIG_NET=y
            CONFIG_OLD=y

            CONFIG_DES=y
        "#]],
        );
        check(
            with_settings,
            "AES=n",
            expect![[r#"
            # Mine.
            CONFIG_NET=y
            CONFIG_OLD=y

            # CONFIG_AES is not set
            # CONFIG_NET is not set
        "#]],
        );
        check(
            with_settings,
            "NTE=y ALGO=RSA BASE=x NET",
            expect![[r#"
                option "NTE" is set, but the project does not declare it
                  help: did you mean "NET"?

                option "ALGO" is set to "RSA", which is no member of it
                  help: its members are AES, DES

                option "BASE" is set to "x", but it is a hex number
                  help: write BASE=0x10

                setting "NET": no `=`
                  help: write NAME=VALUE, such as NAME=y
            "#]],
        );
    }

    #[test]
    fn what_is_forgotten_leaves_no_line() {
        check(
            without_settings,
            "NET CONFIG_OLD",
            expect![[r#"
            # Mine.

            CONFIG_AES=y
        "#]],
        );
        check(
            without_settings,
            "ALGO TITLE",
            expect![[r#"
            # Mine.
            CONFIG_NET=y
            CONFIG_OLD=y

            # CONFIG_NET is not set
        "#]],
        );
        check(
            without_settings,
            "NTE",
            expect![[r#"
                neither the project nor the file has an option "NTE"
                  help: did you mean "NET"?
            "#]],
        );
    }
}
