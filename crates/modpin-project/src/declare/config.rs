//! The choices of one build: the values that it gives to the project's options.

use std::collections::BTreeMap;

use crate::declare::options::{Opt, OptKind, Tristate};
use crate::error::{Error, Result};
use crate::problem::Problem;
use crate::suggest::did_you_mean;

/// The choices of one build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// False builds every module in (`--modules=off`).
    pub modules: bool,
    /// What is set by hand, by option name without `CONFIG_`.
    pub set: BTreeMap<String, Tristate>,
}

impl Default for Config {
    /// Modules on, nothing set.
    fn default() -> Config {
        Config { modules: true, set: BTreeMap::new() }
    }
}

impl Config {
    /// Takes one `CRYPT=m` or `CONFIG_CRYPT=m`; a later one replaces an earlier one.
    ///
    /// # Errors
    /// An option that `options` does not hold, a value that is not `y`, `m` or `n`, `m` for a
    /// boolean.
    pub fn set_from_text(&mut self, options: &[Opt], text: &str) -> Result<()> {
        let (name, value) = parse(options, text).map_err(|problem| Error::Declaration(vec![problem]))?;
        self.set.insert(name, value);
        Ok(())
    }

    /// What `option` is in this build.
    pub fn value(&self, option: &Opt) -> Tristate {
        self.set.get(&option.name).copied().unwrap_or(option.default)
    }

    /// The settings that do not fit the project's options.
    pub(crate) fn problems(&self, options: &[Opt]) -> Vec<Problem> {
        let settings = self.set.iter();
        settings.filter_map(|(name, value)| accept(options, name, *value).err()).collect()
    }
}

fn parse(options: &[Opt], text: &str) -> std::result::Result<(String, Tristate), Problem> {
    let bad =
        |what: &str| Problem::new(format!("setting {text:?}: {what}"), "write NAME=y, NAME=m or NAME=n");
    let (name, letter) = text.split_once('=').ok_or_else(|| bad("no `=`"))?;
    let name = name.strip_prefix("CONFIG_").unwrap_or(name);
    let value =
        Tristate::from_letter(letter).ok_or_else(|| bad(&format!("{letter:?} is not a value")))?;
    accept(options, name, value)?;
    Ok((name.to_owned(), value))
}

/// Checks that `options` has `name` and that it can be `value`.
fn accept(options: &[Opt], name: &str, value: Tristate) -> std::result::Result<(), Problem> {
    let names = || options.iter().map(|option| option.name.as_str());
    let Some(option) = options.iter().find(|option| option.name == name) else {
        let known = match names().collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "the project declares no options".to_owned(),
            list => format!("the project's options are {list}"),
        };
        let help = did_you_mean(name, names(), known);
        return Err(Problem::new(
            format!("option {name:?} is set, but the project does not declare it"),
            help,
        ));
    };
    if option.kind == OptKind::Boolean && value == Tristate::Module {
        let text = format!("option {name:?} is set to m, but it is a boolean");
        return Err(Problem::new(text, format!("write {name}=y or {name}=n")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(texts: &[&str], expected: Expect) {
        let options = [Opt::tristate("CRYPT").default(Tristate::Module), Opt::boolean("DEBUG_IO")];
        let mut config = Config::default();
        let mut said = String::new();
        for text in texts {
            if let Err(error) = config.set_from_text(&options, text) {
                said += &format!("{error}\n");
            }
        }
        for option in &options {
            said += &format!("{}={}\n", option.name, config.value(option).letter());
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
            option "DEBUG_IO" is set to m, but it is a boolean
              help: write DEBUG_IO=y or DEBUG_IO=n
            setting "CRYPT": no `=`
              help: write NAME=y, NAME=m or NAME=n
            setting "CRYPT=yes": "yes" is not a value
              help: write NAME=y, NAME=m or NAME=n
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
