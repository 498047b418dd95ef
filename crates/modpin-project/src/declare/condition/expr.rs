//! A condition as a tree, and as the text that means it.

use std::fmt;

use crate::declare::condition::words::Relation;
use crate::declare::handle::{Named, OptionId, Ref};

/// A condition as a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expr {
    /// One value by itself.
    Value(Operand),
    /// Two values beside each other.
    Compare(Operand, Relation, Operand),
    Not(Box<Expr>),
    /// All of these; at least two.
    And(Vec<Expr>),
    /// One of these; at least two.
    Or(Vec<Expr>),
    /// A text that means nothing, and why.
    Wrong {
        text: String,
        why: String,
    },
}

/// What is asked for, or compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operand {
    Word(Ref<OptionId>),
    Constant(String),
}

impl Expr {
    /// A constant: `y`, `m` or `n`.
    pub(crate) fn constant(letter: &str) -> Expr {
        Expr::Value(Operand::Constant(letter.to_owned()))
    }

    /// All that either of them holds.
    pub(crate) fn and(self, other: Expr) -> Expr {
        Expr::And(joined(self, other, |expr| match expr {
            Expr::And(parts) => Ok(parts),
            other => Err(other),
        }))
    }

    /// One of the two.
    pub(crate) fn or(self, other: Expr) -> Expr {
        Expr::Or(joined(self, other, |expr| match expr {
            Expr::Or(parts) => Ok(parts),
            other => Err(other),
        }))
    }

    /// Every value in it, from left to right.
    pub(crate) fn operands<'a>(&'a self, seen: &mut impl FnMut(&'a Operand)) {
        match self {
            Expr::Value(value) => seen(value),
            Expr::Compare(left, _, right) => {
                seen(left);
                seen(right);
            }
            Expr::Not(inner) => inner.operands(seen),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| part.operands(seen)),
            Expr::Wrong { .. } => {}
        }
    }

    /// Whether handles are left that nobody has looked up.
    pub(crate) fn has_handles(&self) -> bool {
        let mut found = false;
        self.operands(&mut |operand| found |= matches!(operand, Operand::Word(Ref::Handle(_))));
        found
    }

    /// Every option that a handle names gets its name.
    pub(crate) fn look_up<'a, N: Into<Named<'a>>>(&mut self, name_at: &impl Fn(usize) -> Option<N>) {
        let named = |operand: &mut Operand| {
            if let Operand::Word(word) = operand {
                word.look_up(name_at);
            }
        };
        match self {
            Expr::Value(value) => named(value),
            Expr::Compare(left, _, right) => {
                named(left);
                named(right);
            }
            Expr::Not(inner) => inner.look_up(name_at),
            Expr::And(parts) | Expr::Or(parts) => {
                parts.iter_mut().for_each(|part| part.look_up(name_at))
            }
            Expr::Wrong { .. } => {}
        }
    }
}

/// The parts of two conditions of one kind in one list, so that long chains do not become deep.
fn joined(left: Expr, right: Expr, parts: impl Fn(Expr) -> Result<Vec<Expr>, Expr>) -> Vec<Expr> {
    let mut all = parts(left).unwrap_or_else(|other| vec![other]);
    all.extend(parts(right).unwrap_or_else(|other| vec![other]));
    all
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Value(Operand::Constant(text)) if matches!(text.as_str(), "y" | "m" | "n") => {
                f.write_str(text)
            }
            Expr::Value(value) => write!(f, "{value}"),
            Expr::Compare(left, relation, right) => write!(f, "{left} {} {right}", relation.text()),
            Expr::Not(inner) => match **inner {
                Expr::Value(_) | Expr::Not(_) | Expr::Wrong { .. } => write!(f, "!{inner}"),
                _ => write!(f, "!({inner})"),
            },
            Expr::And(parts) => list(f, parts, " && "),
            Expr::Or(parts) => list(f, parts, " || "),
            Expr::Wrong { text, .. } => f.write_str(text),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        let between = if at == 0 { "" } else { between };
        match part {
            Expr::And(_) | Expr::Or(_) => write!(f, "{between}({part})")?,
            _ => write!(f, "{between}{part}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Word(word) => f.write_str(word.name().unwrap_or("?")),
            Operand::Constant(text) => {
                write!(f, "'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
            }
        }
    }
}
