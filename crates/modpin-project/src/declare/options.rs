//! Options a project declares, and the values that one build gives them. Three values: no, module,
//! yes, in Kbuild's sense. Knows nothing of targets: which module an option switches is said by the
//! module, and decided in `hosts`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::problem::Problem;
use crate::suggest::did_you_mean;

/// Off, built as a module, or built in; ordered so. Written `n`, `m` and `y`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tristate {
    /// Not built.
    #[default]
    #[serde(rename = "n")]
    No,
    /// Built as a module that a host loads at run time.
    #[serde(rename = "m")]
    Module,
    /// Linked into its hosts.
    #[serde(rename = "y")]
    Yes,
}

/// Which values an option can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptKind {
    /// `n`, `m` or `y`.
    Tristate,
    /// `n` or `y`.
    Boolean,
}

/// An option of a project: its name, its values, what it is when nobody sets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Opt {
    /// The name without `CONFIG_`: `CRYPT`.
    pub name: String,
    /// Which values it can have.
    pub kind: OptKind,
    /// The value when the configuration does not set it.
    #[serde(default)]
    pub default: Tristate,
    /// One line that tells a user what it switches; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
}

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

impl Opt {
    /// An option that is `n`, `m` or `y`; `n` until [`Opt::default`] says otherwise.
    pub fn tristate(name: impl Into<String>) -> Opt {
        Opt { name: name.into(), kind: OptKind::Tristate, default: Tristate::No, help: String::new() }
    }

    /// An option that is `n` or `y`; `n` until [`Opt::default`] says otherwise.
    pub fn boolean(name: impl Into<String>) -> Opt {
        Opt { kind: OptKind::Boolean, ..Opt::tristate(name) }
    }

    /// The value when nobody sets it: a [`Tristate`], or `true` and `false` for `y` and `n`.
    pub fn default(mut self, value: impl Into<Tristate>) -> Opt {
        self.default = value.into();
        self
    }

    /// One line that tells a user what the option switches.
    pub fn help(mut self, text: impl Into<String>) -> Opt {
        self.help = text.into();
        self
    }

    /// What is wrong with this option alone.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let Opt { name, kind, default, .. } = self;
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let help = "an option's name is made of ASCII letters, digits and `_`, for C to test it";
            return Some(Problem::new(format!("option {name:?}: bad name"), help));
        }
        if let Some(bare) = name.strip_prefix("CONFIG_") {
            let text = format!("option {name:?}: the prefix CONFIG_ is added where C sees the option");
            return Some(Problem::new(text, format!("name it {bare:?}")));
        }
        if *kind == OptKind::Boolean && *default == Tristate::Module {
            let text = format!("option {name:?}: a boolean cannot default to m");
            return Some(Problem::new(text, "use y or n, or declare it with Opt::tristate"));
        }
        None
    }
}

impl Tristate {
    /// The lesser of the two, as Kbuild's `land`: module and yes is module.
    #[must_use]
    pub fn and(self, other: Tristate) -> Tristate {
        self.min(other)
    }

    /// The greater of the two, as Kbuild's `lor`: module or no is module.
    #[must_use]
    pub fn or(self, other: Tristate) -> Tristate {
        self.max(other)
    }

    /// `n`, `m` or `y`.
    pub fn letter(self) -> &'static str {
        match self {
            Tristate::No => "n",
            Tristate::Module => "m",
            Tristate::Yes => "y",
        }
    }

    fn from_letter(letter: &str) -> Option<Tristate> {
        let all = [Tristate::No, Tristate::Module, Tristate::Yes];
        all.into_iter().find(|value| value.letter() == letter)
    }
}

impl From<bool> for Tristate {
    fn from(yes: bool) -> Tristate {
        if yes { Tristate::Yes } else { Tristate::No }
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

    #[test]
    fn logic_is_kbuilds() {
        use Tristate::{Module, No, Yes};
        let all = [No, Module, Yes];
        let table = |logic: fn(Tristate, Tristate) -> Tristate| {
            all.map(|a| all.map(|b| logic(a, b).letter()).concat()).join(" ")
        };
        assert_eq!(table(Tristate::and), "nnn nmm nmy");
        assert_eq!(table(Tristate::or), "nmy mmy yyy");
        assert_eq!(Module.and(Yes), Module);
        assert_eq!(Tristate::from(true), Yes);
    }

    #[test]
    fn a_tristate_is_one_letter_in_json() {
        let text = serde_json::to_string(&Opt::boolean("X").default(true)).unwrap();
        assert_eq!(text, r#"{"name":"X","kind":"boolean","default":"y"}"#);
    }
}
