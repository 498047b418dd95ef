//! Entries of lists, each by itself or several under a condition.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::declare::condition::cond::Cond;
use crate::declare::many::Many;

/// An entry of a list, or several that are there under a condition only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Item<T> {
    /// Always there.
    Always(T),
    /// There where the condition holds.
    When(Box<Under<T>>),
}

/// Entries under a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Under<T> {
    /// Where they are there.
    pub when: Cond,
    /// The entries, in order.
    #[serde(deserialize_with = "without_conditions", bound(deserialize = "T: Deserialize<'de>"))]
    pub then: Vec<T>,
}

/// Entries under a condition, as [`when`] gives them to a builder method.
#[derive(Debug, Clone)]
#[must_use]
pub struct When<V> {
    condition: Cond,
    values: V,
}

/// Puts entries of a list under a condition: `.sources(when(&xattr, ["xattr.c", "xattr_user.c"]))`.
pub fn when<V>(condition: impl Into<Cond>, values: V) -> When<V> {
    When { condition: condition.into(), values }
}

/// What a builder method takes where entries may stand under a condition: one, many, or [`when`]. `M` only tells these apart;
/// the compiler finds it.
#[diagnostic::on_unimplemented(
    message = "expected one value, an iterator of values that turn into `{T}`, or such under `when`"
)]
pub trait Items<T, M> {
    /// The entries, in order.
    fn items(self) -> Vec<Item<T>>;
}

/// Marks entries without a condition in [`Items`].
pub struct Plain<M>(M);

/// Marks entries under a condition in [`Items`].
pub struct Conditional<M>(M);

impl<T, M, V: Many<T, M>> Items<T, Plain<M>> for V {
    fn items(self) -> Vec<Item<T>> {
        self.many().into_iter().map(Item::Always).collect()
    }
}

impl<T, M, V: Many<T, M>> Items<T, Conditional<M>> for When<V> {
    fn items(self) -> Vec<Item<T>> {
        vec![Item::under(self.condition, self.values.many())]
    }
}

impl<T> Item<T> {
    /// Entries under a condition.
    pub fn under(when: Cond, then: Vec<T>) -> Item<T> {
        Item::When(Box::new(Under { when, then }))
    }

    /// The entries, whatever the condition.
    pub fn all(&self) -> &[T] {
        match self {
            Item::Always(entry) => std::slice::from_ref(entry),
            Item::When(under) => &under.then,
        }
    }

    /// The same, to be changed.
    pub(crate) fn all_mut(&mut self) -> &mut [T] {
        match self {
            Item::Always(entry) => std::slice::from_mut(entry),
            Item::When(under) => &mut under.then,
        }
    }

    /// The condition, if there is one.
    pub fn when(&self) -> Option<&Cond> {
        match self {
            Item::Always(_) => None,
            Item::When(under) => Some(&under.when),
        }
    }

    /// The same, to be changed.
    pub(crate) fn when_mut(&mut self) -> Option<&mut Cond> {
        match self {
            Item::Always(_) => None,
            Item::When(under) => Some(&mut under.when),
        }
    }
}

/// Every entry of a list, whatever its condition.
pub fn entries<T>(items: &[Item<T>]) -> impl Iterator<Item = &T> + Clone {
    items.iter().flat_map(Item::all)
}

/// A text is an entry, an object several under a condition.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Item<T>, D::Error> {
        deserializer.deserialize_any(ItemVisitor(PhantomData))
    }
}

/// Entries that stand under a condition already.
fn without_conditions<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let nested =
        "a condition below another one: write both in one, {\"when\": \"A && B\", \"then\": [...]}";
    Vec::deserialize(deserializer).map_err(|error| match error.to_string() {
        said if said.starts_with("invalid type: map") => D::Error::custom(nested),
        _ => error,
    })
}

struct ItemVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemVisitor<T> {
    type Value = Item<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or {\"when\": condition, \"then\": [texts]}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Item<T>, E> {
        T::deserialize(StrDeserializer::new(text)).map(Item::Always)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item<T>, A::Error> {
        let under = Under::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Item::When(Box::new(under)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<M>(values: impl Items<String, M>) -> String {
        serde_json::to_string(&values.items()).unwrap()
    }

    #[test]
    fn one_many_and_either_under_a_condition() {
        assert_eq!(said("a"), r#"["a"]"#);
        assert_eq!(said(["a", "b"]), r#"["a","b"]"#);
        assert_eq!(said(when("X", "a")), r#"[{"when":"X","then":["a"]}]"#);
        let list = when("X && 'a' = Y", vec!["a".to_owned(), "b".to_owned()]);
        let text = said(list);
        assert_eq!(text, r#"[{"when":"X && 'a' = Y","then":["a","b"]}]"#);
        let read: Vec<Item<String>> = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        let nested = r#"[{"when":"X","then":["a",{"when":"Y","then":["b"]}]}]"#;
        let said = serde_json::from_str::<Vec<Item<String>>>(nested).unwrap_err().to_string();
        assert!(said.starts_with("a condition below another one: write both in one"), "{said}");
    }
}
