//! A condition as a declaration says it: handles joined with `&`, `|` and `!`, or a text.

use std::fmt;
use std::ops::{BitAnd, BitOr, Not};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::declare::condition::expr::{Expr, Operand};
use crate::declare::condition::parse::parse;
use crate::declare::condition::tristate::Tristate;
use crate::declare::handle::{FIRST_TARGET, LibraryId, OptionId, ProbeId, Ref};

/// A question whose answer is known once the options have their values: an option's handle, several joined with `&`, `|` and
/// `!`, or a text in Kconfig's expression language: `"XATTR && (CRYPT = 'm' || !NET)"`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Cond(pub(crate) Expr);

impl fmt::Display for Cond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<OptionId> for Cond {
    fn from(option: OptionId) -> Cond {
        Cond(Expr::Value(Operand::Word(Ref::Handle(option))))
    }
}

impl From<&OptionId> for Cond {
    fn from(option: &OptionId) -> Cond {
        Cond::from(*option)
    }
}

impl From<ProbeId> for Cond {
    fn from(probe: ProbeId) -> Cond {
        Cond::from(OptionId(probe.0))
    }
}

/// Whether a library of pkg-config is there.
impl From<LibraryId> for Cond {
    fn from(library: LibraryId) -> Cond {
        Cond::from(OptionId(library.0.counted_from(FIRST_TARGET)))
    }
}

impl From<&LibraryId> for Cond {
    fn from(library: &LibraryId) -> Cond {
        Cond::from(*library)
    }
}

impl From<&ProbeId> for Cond {
    fn from(probe: &ProbeId) -> Cond {
        Cond::from(*probe)
    }
}

impl From<&Cond> for Cond {
    fn from(condition: &Cond) -> Cond {
        condition.clone()
    }
}

impl From<&str> for Cond {
    fn from(text: &str) -> Cond {
        Cond(parse(text))
    }
}

impl From<String> for Cond {
    fn from(text: String) -> Cond {
        Cond::from(text.as_str())
    }
}

impl From<Tristate> for Cond {
    fn from(value: Tristate) -> Cond {
        Cond(Expr::constant(value.letter()))
    }
}

/// `&`, `|` and `!` for one kind of what a condition is made of.
macro_rules! operators {
    ($($kind:ty),*) => { $(
        impl<C: Into<Cond>> BitAnd<C> for $kind {
            type Output = Cond;
            fn bitand(self, other: C) -> Cond {
                Cond(Cond::from(self).0.and(other.into().0))
            }
        }

        impl<C: Into<Cond>> BitOr<C> for $kind {
            type Output = Cond;
            fn bitor(self, other: C) -> Cond {
                Cond(Cond::from(self).0.or(other.into().0))
            }
        }

        impl Not for $kind {
            type Output = Cond;
            fn not(self) -> Cond {
                Cond(Expr::Not(Box::new(Cond::from(self).0)))
            }
        }
    )* };
}
operators!(Cond, &Cond, OptionId, &OptionId, ProbeId, &ProbeId, LibraryId, &LibraryId);

impl Serialize for Cond {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.has_handles() {
            return Err(serde::ser::Error::custom("a handle belongs to another project"));
        }
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cond {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cond, D::Error> {
        String::deserialize(deserializer).map(Cond::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::handle::Position;

    #[test]
    fn handles_and_texts_join() {
        let (net, local) = (OptionId(Position::new(0, "NET")), OptionId(Position::new(1, "LOCAL")));
        let names = ["NET", "LOCAL"];
        let text = |mut condition: Cond| {
            condition.0.look_up(&|at| names.get(at).copied());
            condition.to_string()
        };
        assert_eq!(text(net | local), "NET || LOCAL");
        assert_eq!(text(net & !local & "X = 'm'"), "NET && !LOCAL && X = 'm'");
        assert_eq!(text(!(net | local) & net), "!(NET || LOCAL) && NET");
        let both = net & local;
        assert_eq!(text(&both | "A && B"), "(NET && LOCAL) || (A && B)");
        assert!(serde_json::to_string(&(net & "X")).is_err(), "a handle that nobody has looked up");
    }
}
