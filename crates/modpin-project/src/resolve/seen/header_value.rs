//! What a macro of a header stands for: what an option is, what a probe answered, or what the declaration says.

use serde::{Deserialize, Serialize};

use crate::configure::answer::{FactKind, Words};
use crate::configure::known::Known;
use crate::declare::condition::tristate::Tristate;
use crate::declare::options::kind::OptKind;
use crate::resolve::seen::literal::literal;

/// What a macro of a header stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeaderValue {
    /// It is not defined.
    Off,
    /// `1`.
    On,
    /// A text between quotes.
    Text(String),
    /// A number, or anything else, as it stands.
    Code(String),
}

impl HeaderValue {
    /// The value of an option or a probe, or of a word that is always there; `None` if nothing is called so.
    pub(crate) fn of_word(known: &Known, name: &str) -> Option<HeaderValue> {
        let fact = known.fact(name)?;
        let is_text = |text: &str| HeaderValue::Text(text.to_owned());
        if let Some(option) = known.get(name).filter(|option| !option.kind.is_logical()) {
            // A choice has no line of its own in a file of options.
            let is_there =
                if option.kind == OptKind::Choice { !fact.text.is_empty() } else { option.is_written };
            if !is_there {
                return Some(HeaderValue::Off);
            }
        }
        Some(match fact.kind {
            FactKind::Logical { .. } => HeaderValue::of_answer(Tristate::from_letter(fact.text)),
            FactKind::Int | FactKind::Hex if fact.text.is_empty() => HeaderValue::Off,
            FactKind::Int | FactKind::Hex => HeaderValue::Code(fact.text.to_owned()),
            FactKind::Text | FactKind::Version | FactKind::Constant => is_text(fact.text),
        })
    }

    /// On in any form, or off.
    pub(crate) fn of_answer(answer: Option<Tristate>) -> HeaderValue {
        match answer.unwrap_or_default() {
            Tristate::No => HeaderValue::Off,
            Tristate::Module | Tristate::Yes => HeaderValue::On,
        }
    }

    /// What follows a macro's name behind `#define`; `None` where it is not defined.
    pub fn in_c(&self) -> Option<String> {
        match self {
            HeaderValue::Off => None,
            HeaderValue::On => Some("1".to_owned()),
            HeaderValue::Text(text) => Some(literal(text)),
            HeaderValue::Code(code) => Some(code.clone()),
        }
    }

    /// What stands in a text in the place of the name: a text without quotes, `0` for what is off.
    pub fn bare(&self) -> &str {
        match self {
            HeaderValue::Off => "0",
            HeaderValue::On => "1",
            HeaderValue::Text(text) | HeaderValue::Code(text) => text,
        }
    }
}
