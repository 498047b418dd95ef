//! Three values: no, module, yes, in Kbuild's sense, and their logic.

use serde::{Deserialize, Serialize};

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

/// Kconfig's `!`: yes becomes no, no becomes yes, module stays.
impl std::ops::Not for Tristate {
    type Output = Tristate;
    fn not(self) -> Tristate {
        match self {
            Tristate::No => Tristate::Yes,
            Tristate::Module => Tristate::Module,
            Tristate::Yes => Tristate::No,
        }
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
        assert_eq!(all.map(|value| (!value).letter()).concat(), "ymn");
        assert_eq!(Module.and(Yes), Module);
        assert_eq!(Tristate::from(true), Yes);
    }
}
