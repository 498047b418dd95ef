//! The choices of one build: the values that it gives to the project's options.

use std::collections::BTreeMap;

use crate::configure::build_machine::BuildMachine;
use crate::configure::predefined::WORDS;
use crate::configure::probes::probed::Probed;
use crate::configure::set_by::SetBy;
use crate::configure::symbols::Symbols;
use crate::declare::condition::tristate::Tristate;
use crate::declare::options::kind::OptKind;
use crate::declare::options::number::{number, written};
use crate::declare::options::opt::Opt;
use crate::error::{Error, Result};
use crate::problem::Problem;
use crate::suggest::did_you_mean;

/// The choices of one build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// False builds every module in (`--modules=off`).
    pub modules: bool,
    /// What is set by hand, by option name without `CONFIG_`.
    pub settings: BTreeMap<String, Setting>,
    /// What the words mean that are always there, such as `TARGET_ARCH`.
    pub words: BTreeMap<String, String>,
    /// The probes of the project, with their answers.
    pub probes: Probed,
    /// What is otherwise for programs that run while the project is built.
    pub build_machine: BuildMachine,
}

/// A value that somebody set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value as its kind writes it.
    pub text: String,
    /// Who set it.
    pub by: SetBy,
}

impl Default for Config {
    /// Modules on, nothing set.
    fn default() -> Config {
        Config {
            modules: true,
            settings: BTreeMap::new(),
            words: BTreeMap::new(),
            probes: Probed::default(),
            build_machine: BuildMachine::default(),
        }
    }
}

impl Config {
    /// Takes one `CRYPT=m` or `CONFIG_CRYPT=m`; a later one replaces an earlier one. A choice takes a member's name. The answer
    /// of a probe among [`Config::probes`] can be given in the same way.
    ///
    /// # Errors
    /// An option that `options` does not hold, a value that it cannot have.
    pub fn set_from_text(&mut self, options: &[Opt], text: &str) -> Result<()> {
        let probes = self.probes.clone();
        let (symbols, _) = Symbols::of(options, &probes);
        let set = self.set_one(&symbols, text, SetBy::Hand);
        set.map_err(|problem| Error::Declaration(vec![problem]))
    }

    /// Takes one setting as a user types it.
    pub(crate) fn set_one(
        &mut self,
        symbols: &Symbols<'_>,
        text: &str,
        by: SetBy,
    ) -> std::result::Result<(), Problem> {
        let Some((name, value)) = text.split_once('=') else {
            let help = "write NAME=VALUE, such as NAME=y";
            return Err(Problem::new(format!("setting {text:?}: no `=`"), help));
        };
        self.set_option(symbols, name, value, by)
    }

    /// Sets a bool, tristate, text or number, whatever the project declares; that it fits is found when the project is resolved.
    pub fn set(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.settings.insert(name.into(), Setting { text: text.into(), by: SetBy::Hand });
    }

    /// Sets what the project declares; a name as it was written, with `CONFIG_` or without.
    pub(crate) fn set_option(
        &mut self,
        symbols: &Symbols<'_>,
        written: &str,
        value: &str,
        by: SetBy,
    ) -> std::result::Result<(), Problem> {
        let name = written.strip_prefix("CONFIG_").unwrap_or(written);
        if let Some(probe) = symbols.probes.get(name) {
            let text = accept("probe", (name, written), probe.kind, value)?;
            self.probes.give(name, text, by);
            return Ok(());
        }
        let at = symbols.at(name).ok_or_else(|| unknown(symbols, name))?;
        let option = symbols.list[at].option;
        if option.internal {
            let text = format!("option {name:?} is set, but it is worked out from others");
            return Err(Problem::new(text, "set what its defaults and selections depend on"));
        }
        let mut set = |name: &str, text| self.settings.insert(name.to_owned(), Setting { text, by });
        if option.kind != OptKind::Choice {
            set(name, accept("option", (name, written), option.kind, value)?);
        }
        let chosen = match (option.kind, symbols.list[at].choice) {
            (OptKind::Choice, _) => Some((at, member(symbols, at, value)?)),
            (_, Some(choice)) if value == "y" => Some((choice, at)),
            _ => None,
        };
        // One of them is chosen; who chose another before has changed his mind.
        for &other in chosen.iter().flat_map(|(choice, _)| &symbols.list[*choice].members) {
            let is_it = chosen.is_some_and(|(_, member)| member == other);
            let text = Tristate::from(is_it).letter().to_owned();
            let name = &symbols.list[other].option.name;
            if is_it || self.settings.get(name).is_some_and(|set| set.text == "y") {
                self.settings.insert(name.clone(), Setting { text, by });
            }
        }
        Ok(())
    }

    /// What somebody set.
    pub(crate) fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// The settings that do not fit the project's options.
    pub(crate) fn problems(&self, symbols: &Symbols<'_>) -> Vec<Problem> {
        let problem = |name: &String, set: &Setting| match symbols.at(name) {
            None => Some(unknown(symbols, name)),
            Some(at) => accept("option", (name, name), symbols.list[at].option.kind, &set.text).err(),
        };
        self.settings.iter().filter_map(|(name, set)| problem(name, set)).collect()
    }
}

/// The value as its kind writes it, if the option or probe can have it.
fn accept(
    what: &str,
    (name, there): (&str, &str),
    kind: OptKind,
    value: &str,
) -> std::result::Result<String, Problem> {
    let bad = |help: String| {
        let text = format!("{what} {name:?} is set to {value:?}, but it is {}", article(kind));
        Err(Problem::new(text, help))
    };
    match kind {
        OptKind::Bool if !matches!(value, "y" | "n") => bad(format!("write {there}=y or {there}=n")),
        OptKind::Tristate if Tristate::from_letter(value).is_none() => {
            bad(format!("write {there}=y, {there}=m or {there}=n"))
        }
        OptKind::String if value.contains(['\n', '\r', '\0']) => {
            bad("a text has one line, without NUL".to_owned())
        }
        OptKind::Int | OptKind::Hex => match number(kind, value) {
            Some(number) => Ok(written(kind, number)),
            None => bad(format!("write {there}={}", if kind == OptKind::Hex { "0x10" } else { "16" })),
        },
        _ => Ok(value.to_owned()),
    }
}

fn article(kind: OptKind) -> &'static str {
    match kind {
        OptKind::Bool => "a bool",
        OptKind::Tristate => "a tristate",
        OptKind::String => "a string",
        OptKind::Int => "an int",
        OptKind::Hex => "a hex number",
        OptKind::Choice => "a choice",
    }
}

/// The member of a choice that a value names.
fn member(symbols: &Symbols<'_>, choice: usize, value: &str) -> std::result::Result<usize, Problem> {
    let members = &symbols.list[choice].members;
    let name = |at: &usize| symbols.list[*at].option.name.as_str();
    members.iter().copied().find(|at| name(at) == value).ok_or_else(|| {
        let known = members.iter().map(name).collect::<Vec<_>>().join(", ");
        let text = format!("option {:?} is set to {value:?}, which is no member of it", name(&choice));
        Problem::new(
            text,
            did_you_mean(value, members.iter().map(name), format!("its members are {known}")),
        )
    })
}

/// What to say about a setting of an option that there is not.
pub(crate) fn unknown(symbols: &Symbols<'_>, name: &str) -> Problem {
    if WORDS.contains(&name) {
        let text = format!("option {name:?} is set, but it is a word that is always there");
        return Problem::new(text, "it follows from the machine and from the other arguments");
    }
    let options = || symbols.list.iter().map(|symbol| symbol.option.name.as_str());
    let names = || options().chain(symbols.probes.names());
    // A line holds so many.
    let list = options().take(20).collect::<Vec<_>>().join(", ");
    let known = match options().count() {
        0 => "the project declares no options".to_owned(),
        1..=20 => format!("the project's options are {list}"),
        more => format!("the project's {more} options begin with {list}; `config list` shows all"),
    };
    let help = did_you_mean(name, names(), known);
    Problem::new(format!("option {name:?} is set, but the project does not declare it"), help)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::configure::configure;

    fn check(texts: &[&str], expected: Expect) {
        let options = [Opt::tristate("CRYPT").default(Tristate::Module), Opt::bool("DEBUG_IO")];
        let mut config = Config::default();
        let mut said = String::new();
        for text in texts {
            if let Err(error) = config.set_from_text(&options, text) {
                said += &format!("{error}\n");
            }
        }
        for option in configure(&options, &config).unwrap().options {
            said += &format!("{}={}\n", option.name, option.text);
        }
        expected.assert_eq(&said);
    }

    #[test]
    fn what_nobody_sets_has_its_default() {
        check(
            &[],
            expect![[r#"
            CRYPT=m
            DEBUG_IO=n
        "#]],
        );
    }

    #[test]
    fn settings_with_and_without_the_prefix_and_the_last_wins() {
        check(
            &["CONFIG_CRYPT=y", "DEBUG_IO=y", "CRYPT=n"],
            expect![[r#"
            CRYPT=n
            DEBUG_IO=y
        "#]],
        );
    }

    #[test]
    fn settings_that_do_not_fit() {
        let texts = ["CRIPT=m", "NET=y", "DEBUG_IO=m", "CRYPT", "CRYPT=yes", "=y"];
        check(
            &texts,
            expect![[r#"
                option "CRIPT" is set, but the project does not declare it
                  help: did you mean "CRYPT"?
                option "NET" is set, but the project does not declare it
                  help: the project's options are CRYPT, DEBUG_IO
                option "DEBUG_IO" is set to "m", but it is a bool
                  help: write DEBUG_IO=y or DEBUG_IO=n
                setting "CRYPT": no `=`
                  help: write NAME=VALUE, such as NAME=y
                option "CRYPT" is set to "yes", but it is a tristate
                  help: write CRYPT=y, CRYPT=m or CRYPT=n
                option "" is set, but the project does not declare it
                  help: the project's options are CRYPT, DEBUG_IO
                CRYPT=m
                DEBUG_IO=n
            "#]],
        );
    }

    #[test]
    fn without_options_the_help_says_so() {
        let error = Config::default().set_from_text(&[], "X=y").unwrap_err();
        expect![[r#"
            option "X" is set, but the project does not declare it
              help: the project declares no options"#]]
        .assert_eq(&error.to_string());
    }
}
