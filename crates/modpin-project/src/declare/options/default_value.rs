//! What an option is when nobody sets it: a value, or for bools and tristates a condition.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::declare::condition::cond::Cond;
use crate::declare::condition::tristate::Tristate;
use crate::declare::handle::{Named, OptionId, ProbeId};
use crate::declare::options::kind::OptKind;
use crate::declare::options::number::number;

/// What an option is when nobody sets it: a text, a number, `true` and `false` for `y` and `n`, a [`Tristate`]; for bools and
/// tristates also a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptDefault(pub(crate) Said);

/// As it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// A value; for bools and tristates a condition as text.
    Text(String),
    /// A number, whatever its base was.
    Number(i128),
    /// A condition that still holds handles.
    Cond(Cond),
}

/// A value that only counts under a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultWhen {
    /// Where it counts.
    pub when: Cond,
    /// The value.
    pub then: OptDefault,
}

impl OptDefault {
    /// What was said, as text.
    pub fn text(&self) -> String {
        match &self.0 {
            Said::Text(text) => text.clone(),
            Said::Number(number) => number.to_string(),
            Said::Cond(condition) => condition.to_string(),
        }
    }

    /// What was said, as a number of this kind; a text is read as a user's.
    pub(crate) fn number(&self, kind: OptKind) -> Option<i128> {
        match &self.0 {
            Said::Text(text) => number(kind, text),
            Said::Number(number) => Some(*number).filter(|number| kind == OptKind::Int || *number >= 0),
            Said::Cond(_) => None,
        }
    }

    /// Every option that a handle names gets its name.
    pub(crate) fn look_up<'a, N: Into<Named<'a>>>(&mut self, name_at: &impl Fn(usize) -> Option<N>) {
        let Said::Cond(condition) = &mut self.0 else { return };
        condition.0.look_up(name_at);
        if !condition.0.has_handles() {
            self.0 = Said::Text(condition.to_string());
        }
    }
}

macro_rules! said_as_text {
    ($($kind:ty),*) => { $(
        impl From<$kind> for OptDefault {
            fn from(value: $kind) -> OptDefault {
                OptDefault(Said::Text(value.to_string()))
            }
        }
    )* };
}
said_as_text!(&str, String);

macro_rules! said_as_number {
    ($($kind:ty),*) => { $(
        impl From<$kind> for OptDefault {
            fn from(value: $kind) -> OptDefault {
                OptDefault(Said::Number(value.into()))
            }
        }
    )* };
}
said_as_number!(i32, u32, i64, u64);

macro_rules! said_as_condition {
    ($($kind:ty),*) => { $(
        impl From<$kind> for OptDefault {
            fn from(value: $kind) -> OptDefault {
                OptDefault(Said::Cond(Cond::from(value)))
            }
        }
    )* };
}
said_as_condition!(OptionId, &OptionId, ProbeId, &ProbeId, &Cond);

impl From<Cond> for OptDefault {
    fn from(value: Cond) -> OptDefault {
        OptDefault(Said::Cond(value))
    }
}

impl From<Tristate> for OptDefault {
    fn from(value: Tristate) -> OptDefault {
        OptDefault(Said::Text(value.letter().to_owned()))
    }
}

impl From<bool> for OptDefault {
    fn from(yes: bool) -> OptDefault {
        Tristate::from(yes).into()
    }
}

impl Serialize for OptDefault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Said::Text(text) => serializer.serialize_str(text),
            Said::Number(number) => match u64::try_from(*number) {
                Ok(number) => serializer.serialize_u64(number),
                Err(_) => serializer.serialize_i64(i64::try_from(*number).unwrap_or(i64::MIN)),
            },
            Said::Cond(condition) => condition.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for OptDefault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OptDefault, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a text, a number, true or false")]
        enum Written {
            Yes(bool),
            Unsigned(u64),
            Signed(i64),
            Text(String),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Yes(yes) => yes.into(),
            Written::Unsigned(number) => number.into(),
            Written::Signed(number) => number.into(),
            Written::Text(text) => text.into(),
        })
    }
}
