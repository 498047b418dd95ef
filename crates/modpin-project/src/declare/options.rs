//! Options that a project declares. Three values: no, module, yes, in Kbuild's sense. Which module an option switches is
//! said by the module.

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

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

    /// The value of a letter.
    pub(crate) fn from_letter(letter: &str) -> Option<Tristate> {
        let all = [Tristate::No, Tristate::Module, Tristate::Yes];
        all.into_iter().find(|value| value.letter() == letter)
    }
}

impl From<bool> for Tristate {
    fn from(yes: bool) -> Tristate {
        if yes { Tristate::Yes } else { Tristate::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
